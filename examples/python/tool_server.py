#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (C) 2026 The outspawn authors
"""tool_server.py [DIRECTORY]: a tool server for an agent

Like the servers of the Model Context Protocol: JSON-RPC, a line for each message, on
standard input and output. The tools are programs. Many may run at once, each in a session
of its own and without new privileges, and the server answers other messages meanwhile.

  echo '{"id": 1, "method": "tools/call", "params": {"name": "grep",
         "arguments": {"pattern": "main", "path": "src"}}}' | tr -d '\\n' | tool_server.py /repo
"""
import asyncio
import json
import os
import pathlib
import signal
import sys

import outspawn

ROOT = pathlib.Path(*sys.argv[1:2]).resolve()
LIMIT = 64 * 1024  # bytes of an output
SECONDS = 10


def inside(name):
    found = (ROOT / name).resolve()
    if not found.is_relative_to(ROOT):
        raise ValueError(f"{name} is outside of the root")
    return str(found.relative_to(ROOT))


# Each tool: what it does, and its command.
TOOLS = {
    "grep": ("Search files for a pattern",
             lambda pattern, path=".": ["grep", "-rn", "-e", pattern, "--", inside(path)]),
    "list": ("List a directory", lambda path=".": ["ls", "-lA", "--", inside(path)]),
    "shell": ("Run a shell command", lambda command: ["sh", "-c", command]),
}


async def run(args):
    """Run a command. After a time-out, end all programs of its session."""
    output = bytearray()
    # The module can deny new privileges; without it, the option is an error.
    more = {} if outspawn.available() else {"no_new_privs": True}
    async with await outspawn.spawn_async(
            args, cwd=ROOT, stdin=outspawn.DEVNULL, stdout=outspawn.PIPE,
            stderr=outspawn.STDOUT, start_new_session=True, **more) as child:
        try:
            async with asyncio.timeout(SECONDS):
                while part := await child.stdout.read(LIMIT):
                    output += part[:LIMIT - len(output)]
                await child.wait()
        except TimeoutError:
            os.killpg(child.pid, signal.SIGKILL)
    return {"text": output.decode(errors="replace"), "status": child.returncode}


async def result_of(method, params):
    if method == "initialize":
        return {"name": "tool_server", "spawns": outspawn.available() or "by the module"}
    if method == "tools/list":
        return [{"name": name, "description": text} for name, (text, _) in TOOLS.items()]
    if method != "tools/call":
        raise ValueError(f"no method {method}")
    if params.get("name") not in TOOLS:
        raise ValueError(f"no tool {params.get('name')}")
    _, command = TOOLS[params["name"]]
    return await run(command(**params.get("arguments", {})))


async def answer(line):
    message, reply = {}, {"jsonrpc": "2.0"}
    try:
        message = json.loads(line)
        reply["result"] = await result_of(message["method"], message.get("params", {}))
    except Exception as error:
        reply["error"] = {"message": f"{type(error).__name__}: {error}"}
    if isinstance(message, dict):
        reply["id"] = message.get("id")
    print(json.dumps(reply), flush=True)


async def main():
    async with asyncio.TaskGroup() as tasks:
        while line := await asyncio.to_thread(sys.stdin.readline):
            tasks.create_task(answer(line))


asyncio.run(main())
