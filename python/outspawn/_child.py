# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# Copyright (C) 2026 The outspawn authors
"""Children of spawn(), and run()."""
import io
import os
import select
import selectors
import signal
import time
import warnings
from subprocess import PIPE, CalledProcessError, CompletedProcess, TimeoutExpired
from typing import IO, Any, Optional, Sequence, Unpack

from ._job import Job, Options, Path, Streams, start


class Child:
    """A program that was started. Its pidfd stands for it: fileno().

    returncode is None while the child runs; then its exit status, or the negative
    number of the signal that ended it. args are its arguments, pid its process
    ID; stdin, stdout and stderr are files for those that were PIPE.
    """

    _pidfd = -1
    _exchange: "Optional[_Exchange]" = None

    def __init__(self, args: Sequence[Path], pid: int, pidfd: int) -> None:
        self.args = args
        self.pid = pid
        self.returncode: Optional[int] = None
        self.stdin: Optional[IO[Any]] = None
        self.stdout: Optional[IO[Any]] = None
        self.stderr: Optional[IO[Any]] = None
        self._pidfd = pidfd

    @classmethod
    def _started(cls, job: Job, streams: Streams, pid: int, pidfd: int,
                 text: Optional[dict[str, Any]] = None) -> "Child":
        child = cls(job.args, pid, pidfd)
        files: list[Any] = [None, None, None]
        for number, fd in enumerate(streams.caller):
            if fd != -1:
                files[number] = open(fd, "rb" if number else "wb")
                if text is not None:
                    files[number] = io.TextIOWrapper(files[number], write_through=True, **text)
        child.stdin, child.stdout, child.stderr = files
        return child

    def __repr__(self) -> str:
        return f"<{type(self).__name__} pid={self.pid} returncode={self.returncode}>"

    def fileno(self) -> int:
        """Return the pidfd, which is readable after the child has ended.

        It is closed when the child has been waited for: then ValueError.
        """
        if self._pidfd == -1:
            raise ValueError("the child has been waited for")
        return self._pidfd

    def poll(self) -> Optional[int]:
        """Return the return code, or None if the child still runs."""
        if self.returncode is None:
            self._reap(os.WNOHANG)
        return self.returncode

    def wait(self, timeout: Optional[float] = None) -> int:
        """Wait until the child has ended, and return its return code.

        TimeoutExpired: it still runs after timeout seconds.
        """
        if self.returncode is None and timeout is not None and not self._ends_within(timeout):
            raise TimeoutExpired(self.args, timeout)
        while self.returncode is None:
            self._reap(0)
        return self.returncode

    def _ends_within(self, timeout: float) -> bool:
        with selectors.PollSelector() as selector:
            selector.register(self._pidfd, selectors.EVENT_READ)
            return bool(selector.select(max(timeout, 0)))

    def _reap(self, flags: int) -> None:
        try:
            ended = os.waitid(os.P_PIDFD, self._pidfd, os.WEXITED | flags)
        except ChildProcessError:
            # Another part of the program has waited, or SIGCHLD is ignored. As
            # with Popen, nobody knows the status.
            self._ended(0)
            return
        if ended is not None:
            self._ended(ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status)

    def _ended(self, returncode: int) -> None:
        self.returncode = returncode
        pidfd, self._pidfd = self._pidfd, -1
        os.close(pidfd)

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the child has ended. Never hits another process."""
        if self.poll() is None:
            self._signal(number)

    def _signal(self, number: int) -> None:
        try:
            signal.pidfd_send_signal(self._pidfd, number)
        except ProcessLookupError:
            pass

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, input: Any = None, timeout: Optional[float] = None) -> tuple[Any, Any]:
        """Write input to stdin, read stdout and stderr to their ends, and wait.

        Return both outputs; None for a stream that is no PIPE. After
        TimeoutExpired it may be called again with no input; no output is lost.
        """
        end = None if timeout is None else time.monotonic() + timeout
        exchange = self._exchange or _Exchange(self, input)
        self._exchange = exchange
        if not exchange.run(end):
            raise TimeoutExpired(self.args, timeout or 0, output=exchange.bytes_of(self.stdout),
                                 stderr=exchange.bytes_of(self.stderr))
        self.wait(None if end is None else max(end - time.monotonic(), 0))
        self._exchange = None
        return exchange.output_of(self.stdout), exchange.output_of(self.stderr)

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *error: object) -> None:
        self._close_files()
        self.wait()

    def _close_files(self) -> None:
        for file in (self.stdin, self.stdout, self.stderr):
            if file is not None:
                try:
                    file.close()
                except BrokenPipeError:
                    pass

    def __del__(self, _warn: Any = warnings.warn) -> None:
        if self._pidfd == -1:
            return
        if self.poll() is None:
            _warn(f"{self!r} still runs, and nobody waits for it", ResourceWarning, source=self)
            os.close(self._pidfd)


class _Exchange:
    """What communicate() writes and reads."""

    def __init__(self, child: Child, input: Any) -> None:
        self.selector = selectors.DefaultSelector()
        self.parts: dict[Any, list[bytes]] = {}
        self.left = memoryview(b"")
        for file in (child.stdout, child.stderr):
            if file is not None and not file.closed:
                self.parts[file] = []
                self.selector.register(file, selectors.EVENT_READ)
        if child.stdin is None or child.stdin.closed:
            return
        if input:
            if isinstance(child.stdin, io.TextIOWrapper):
                input = input.encode(child.stdin.encoding, child.stdin.errors)
            self.left = memoryview(input).cast("b")
            self.selector.register(child.stdin, selectors.EVENT_WRITE)
        else:
            self._close(child.stdin)

    def run(self, end: Optional[float]) -> bool:
        """Return false if the time ended first."""
        while self.selector.get_map():
            left = None if end is None else end - time.monotonic()
            if left is not None and left < 0:
                return False
            for key, _ in self.selector.select(left):
                if key.events == selectors.EVENT_WRITE:
                    self._write(key.fileobj)
                else:
                    self._read(key.fileobj)
        self.selector.close()
        return True

    def _write(self, file: Any) -> None:
        try:
            # A pipe that is ready for writing takes at least PIPE_BUF bytes.
            self.left = self.left[os.write(file.fileno(), self.left[:select.PIPE_BUF]):]
        except BrokenPipeError:
            self.left = self.left[:0]
        if not self.left:
            self.selector.unregister(file)
            self._close(file)

    def _read(self, file: Any) -> None:
        part = os.read(file.fileno(), 1 << 16)
        if part:
            self.parts[file].append(part)
        else:
            self.selector.unregister(file)
            file.close()

    @staticmethod
    def _close(file: Any) -> None:
        try:
            file.close()
        except BrokenPipeError:
            pass

    def bytes_of(self, file: Any) -> Optional[bytes]:
        return None if file is None else b"".join(self.parts.get(file, []))

    def output_of(self, file: Any) -> Any:
        output = self.bytes_of(file)
        if output is None or not isinstance(file, io.TextIOWrapper):
            return output
        text = output.decode(file.encoding, file.errors or "strict")
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _text(text: bool, encoding: Optional[str], errors: Optional[str]) -> Optional[dict[str, Any]]:
    return {"encoding": encoding, "errors": errors} if text or encoding or errors else None


def spawn(args: Sequence[Path], *, text: bool = False, encoding: Optional[str] = None,
          errors: Optional[str] = None, **options: Unpack[Options]) -> Child:
    """Start a program, and return its child.

    The call returns when exec has succeeded. The options are in docs/python.md.
    """
    job = Job(args, **options)
    return Child._started(job, *start(job), text=_text(text, encoding, errors))


def run(args: Sequence[Path], *, input: Any = None, capture_output: bool = False,
        timeout: Optional[float] = None, check: bool = False, text: bool = False,
        encoding: Optional[str] = None, errors: Optional[str] = None,
        **options: Unpack[Options]) -> "CompletedProcess[Any]":
    """Start a program, wait for it, and return its output, as subprocess.run()."""
    if input is not None:
        if options.get("stdin") is not None:
            raise ValueError("stdin and input may not both be used")
        options["stdin"] = PIPE
    if capture_output:
        if options.get("stdout") is not None or options.get("stderr") is not None:
            raise ValueError("stdout and stderr may not be used with capture_output")
        options["stdout"] = options["stderr"] = PIPE
    with spawn(args, text=text, encoding=encoding, errors=errors, **options) as child:
        try:
            stdout, stderr = child.communicate(input, timeout)
        except BaseException:
            child.kill()
            raise
    done: "CompletedProcess[Any]" = CompletedProcess(args, child.wait(), stdout, stderr)
    if check and done.returncode:
        raise CalledProcessError(done.returncode, args, stdout, stderr)
    return done
