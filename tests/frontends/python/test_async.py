# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
"""outspawn.spawn_async() and run_async()."""
import asyncio
import signal
import subprocess
import threading
import time
import unittest

from common import TestCase

import outspawn
from outspawn import run_async, spawn_async

PIPE = subprocess.PIPE


class Async(TestCase):
    def setUp(self):
        super().setUp()
        self.threads = threading.active_count()

    def tearDown(self):
        # No thread, and no handler of SIGCHLD.
        self.assertEqual(threading.active_count(), self.threads)
        self.assertEqual(signal.getsignal(signal.SIGCHLD), signal.SIG_DFL)
        super().tearDown()

    def test_run(self):
        async def main():
            done = await run_async(["cat"], input=b"text", capture_output=True, cwd="/")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"text", b""))
            with self.assertRaises(subprocess.CalledProcessError):
                await run_async(["false"], check=True)

        asyncio.run(main())

    def test_many_at_once(self):
        async def main():
            done = await asyncio.gather(*(
                run_async(["/bin/sh", "-c", f"echo {n}; exit {n}"], stdout=PIPE)
                for n in range(20)))
            self.assertEqual([(one.returncode, one.stdout) for one in done],
                             [(n, b"%d\n" % n) for n in range(20)])

        asyncio.run(main())

    def test_the_loop_goes_on(self):
        async def main():
            async with await spawn_async(["sleep", "100"]) as child:
                self.assertGreater(child.pid, 0)
                self.assertEqual(child.args, ["sleep", "100"])
                await asyncio.sleep(0.01)
                self.assertIsNone(child.returncode)
                child.fileno()
                child.terminate()
                self.assertEqual(await child.wait(), -signal.SIGTERM)
                child.kill()
            self.assertEqual(child.returncode, -signal.SIGTERM)

        asyncio.run(main())

    def test_streams(self):
        async def main():
            async with await spawn_async(["cat"], stdin=PIPE, stdout=PIPE) as child:
                child.stdin.write(b"one\n")
                await child.stdin.drain()
                self.assertEqual(await child.stdout.readline(), b"one\n")
                child.stdin.close()
                self.assertEqual(await child.stdout.read(), b"")
                self.assertEqual(await child.wait(), 0)

        asyncio.run(main())

    def test_a_program_that_does_not_read(self):
        async def main():
            done = await run_async(["true"], input=b"x" * (1 << 20))
            self.assertEqual(done.returncode, 0)

        asyncio.run(main())

    def test_timeout(self):
        async def main():
            begin = time.monotonic()
            with self.assertRaises(TimeoutError):
                await run_async(["sleep", "100"], timeout=0.05, stdout=PIPE)
            self.assertLess(time.monotonic() - begin, 50)

        asyncio.run(main())

    def test_cancellation(self):
        async def main():
            task = asyncio.create_task(run_async(["sleep", "100"]))
            await asyncio.sleep(0.05)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        asyncio.run(main())

    def test_error(self):
        async def main():
            with self.assertRaises(FileNotFoundError) as caught:
                await run_async(["/nonesuch"], stdout=PIPE)
            self.assertEqual(caught.exception.filename, "/nonesuch")

        asyncio.run(main())

    def test_a_loop_outside_the_main_thread(self):
        codes = []

        async def main():
            codes.append((await run_async(["true"])).returncode)

        thread = threading.Thread(target=lambda: asyncio.run(main()))
        thread.start()
        thread.join()
        self.assertEqual(codes, [0])

    def test_a_template(self):
        async def main():
            with outspawn.Template("echo") as echo:
                done = await run_async(["echo", "x"], program=echo, stdout=PIPE)
                self.assertEqual(done.stdout, b"x\n")

        asyncio.run(main())


if __name__ == "__main__":
    unittest.main()
