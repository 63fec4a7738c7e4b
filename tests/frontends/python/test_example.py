# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
"""The example: a tool server."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from common import MODULE, PYTHON, TestCase

HERE = pathlib.Path(__file__).resolve().parent
# Beside the tests in a guest; otherwise in the repository.
SERVER = next(path for path in (HERE / "tool_server.py",
                                HERE.parents[2] / "examples/python/tool_server.py")
              if path.exists())


def call(name, **values):
    return {"method": "tools/call", "params": {"name": name, "arguments": values}}


class Example(TestCase):
    def ask(self, directory, *messages, seconds=None):
        """Send messages to a server. Return its answers, in the order of the messages."""
        lines = [json.dumps({"id": number, **message}) + "\n"
                 for number, message in enumerate(messages)]
        source = SERVER.read_text()
        if seconds is not None:
            source = source.replace("SECONDS = 10", f"SECONDS = {seconds}")
        server = subprocess.run([PYTHON, "-c", source, directory], input="".join(lines), text=True,
                                stdout=subprocess.PIPE, check=True)
        answers = {answer["id"]: answer for answer in map(json.loads, server.stdout.splitlines())}
        self.assertEqual(len(answers), len(messages))
        return [answers[number] for number in range(len(messages))]

    def test_the_server_calls_its_tools(self):
        with tempfile.TemporaryDirectory() as directory:
            pathlib.Path(directory, "file").write_text("one\ntwo\n")
            start, tools, found, listed, failed, killed, outside, none, other, bad = self.ask(
                directory, {"method": "initialize"}, {"method": "tools/list"},
                call("grep", pattern="tw"), call("list", path="file"),
                call("shell", command="pwd; echo error >&2; exit 3"),
                call("shell", command="kill -9 $$"), call("list", path="../x"), call("none"),
                {"method": "other"}, call("grep"))
            directory = os.path.realpath(directory)
        self.assertEqual(start["result"]["spawns"] == "by the module", MODULE)
        self.assertEqual([tool["name"] for tool in tools["result"]], ["grep", "list", "shell"])
        self.assertEqual(found["result"], {"text": "./file:2:two\n", "status": 0})
        self.assertRegex(listed["result"]["text"], r" file\n$")
        self.assertEqual(failed["result"], {"text": f"{directory}\nerror\n", "status": 3})
        self.assertEqual(killed["result"], {"text": "", "status": -9})
        self.assertIn("outside", outside["error"]["message"])
        self.assertIn("no tool none", none["error"]["message"])
        self.assertIn("no method other", other["error"]["message"])
        self.assertIn("pattern", bad["error"]["message"])

    def test_a_time_out_ends_the_session(self):
        done, = self.ask("/", call("shell", command="echo begin; sleep 1000 & wait"), seconds=2)
        self.assertEqual(done["result"], {"text": "begin\n", "status": -9})

    @unittest.skipUnless(MODULE, "the option needs the module")
    def test_no_new_privileges(self):
        done, = self.ask("/", call("shell", command="grep NoNewPrivs /proc/self/status"))
        self.assertEqual(done["result"]["text"].split()[-1], "1")

    def test_the_example_is_short(self):
        self.assertLessEqual(len(SERVER.read_text().splitlines()), 100)


if __name__ == "__main__":
    unittest.main()
