# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# Copyright (C) 2026 The outspawn authors
"""Children of an asyncio program: by pidfd, without threads and without SIGCHLD."""
import asyncio
import signal
from subprocess import PIPE, CalledProcessError, CompletedProcess
from typing import Any, Optional, Sequence, Unpack

from ._child import Child
from ._job import Job, Options, Path, start


class AsyncChild:
    """A child of an asyncio program.

    stdin is a StreamWriter, stdout and stderr are StreamReaders, if they were
    PIPE.
    """

    def __init__(self, child: Child) -> None:
        self._child = child
        self._loop = asyncio.get_running_loop()
        self._ended: "asyncio.Future[int]" = self._loop.create_future()
        self.stdin: Optional[asyncio.StreamWriter] = None
        self.stdout: Optional[asyncio.StreamReader] = None
        self.stderr: Optional[asyncio.StreamReader] = None
        self._transports: list[Any] = []
        self._loop.add_reader(child.fileno(), self._reap)

    def _reap(self) -> None:
        self._loop.remove_reader(self._child.fileno())
        code = self._child.wait()
        if not self._ended.done():
            self._ended.set_result(code)

    @property
    def args(self) -> Sequence[Path]:
        return self._child.args

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def returncode(self) -> Optional[int]:
        return self._child.returncode

    def fileno(self) -> int:
        """Return the pidfd, until the child has been waited for."""
        return self._child.fileno()

    async def _connect(self) -> None:
        child, loop = self._child, self._loop
        if child.stdin is not None:
            protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader())
            transport, _ = await loop.connect_write_pipe(lambda: protocol, child.stdin)
            self._transports.append(transport)
            self.stdin = asyncio.StreamWriter(transport, protocol, None, loop)
        self.stdout = await self._reader(child.stdout)
        self.stderr = await self._reader(child.stderr)

    async def _reader(self, file: Any) -> Optional[asyncio.StreamReader]:
        if file is None:
            return None
        reader = asyncio.StreamReader()
        transport, _ = await self._loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), file)
        self._transports.append(transport)
        return reader

    async def wait(self) -> int:
        """Wait until the child has ended, and return its return code."""
        return await asyncio.shield(self._ended)

    async def communicate(self, input: Optional[bytes] = None
                          ) -> tuple[Optional[bytes], Optional[bytes]]:
        """Write input to stdin, read stdout and stderr to their ends, and wait."""
        _, stdout, stderr = await asyncio.gather(
            self._feed(input), self._read(self.stdout), self._read(self.stderr))
        await self.wait()
        return stdout, stderr

    async def _feed(self, input: Optional[bytes]) -> None:
        if self.stdin is None:
            return
        try:
            if input:
                self.stdin.write(input)
                await self.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.stdin.close()

    @staticmethod
    async def _read(stream: Optional[asyncio.StreamReader]) -> Optional[bytes]:
        return None if stream is None else await stream.read()

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the child has ended. Never hits another process."""
        # The loop waits for the child. poll() would do that behind its back.
        if self._child.returncode is None:
            self._child._signal(number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _close(self) -> None:
        for transport in self._transports:
            transport.close()

    async def __aenter__(self) -> "AsyncChild":
        return self

    async def __aexit__(self, *error: object) -> None:
        self._close()
        await self.wait()


async def spawn_async(args: Sequence[Path], **options: Unpack[Options]) -> AsyncChild:
    """Start a program, and return its child. The options are spawn()'s, without text."""
    job = Job(args, **options)
    child = AsyncChild(Child._started(job, *start(job)))
    try:
        await child._connect()
    except BaseException:
        child.kill()
        child._close()
        raise
    return child


async def run_async(args: Sequence[Path], *, input: Optional[bytes] = None,
                    capture_output: bool = False, timeout: Optional[float] = None,
                    check: bool = False, **options: Unpack[Options]
                    ) -> "CompletedProcess[bytes]":
    """Start a program, wait for it, and return its output, as outspawn.run().

    TimeoutError: it ran for longer than timeout seconds. Then, and if the task is
    cancelled, the child is killed and waited for.
    """
    if input is not None:
        options["stdin"] = PIPE
    if capture_output:
        options["stdout"] = options["stderr"] = PIPE
    async with await spawn_async(args, **options) as child:
        try:
            async with asyncio.timeout(timeout):
                stdout, stderr = await child.communicate(input)
        except BaseException:
            child.kill()
            raise
    done = CompletedProcess(args, await child.wait(), stdout, stderr)
    if check and done.returncode:
        raise CalledProcessError(done.returncode, args, stdout, stderr)
    return done
