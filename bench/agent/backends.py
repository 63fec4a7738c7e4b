# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
"""The ways in which the harness starts its tools.

Each backend is a context manager. What it does on entry and at the end is not measured.
It yields a function that does calls, so many at a time, and returns a result for each: the
seconds from before the spawn until the outputs were read and the child was waited for,
the status, standard output and standard error. Each child has a session of its own.
"""
import asyncio
import contextlib
import functools
import os
import selectors
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

READ_MOST = 1 << 16
OPTIONS = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
           "start_new_session": True}


def by_threads(one, calls, width):
    """Do calls in `width` threads. one() does a call."""
    results = [None] * len(calls)
    numbers = iter(range(len(calls)))  # shared by the threads

    def work():
        for number in numbers:
            begin = time.monotonic()
            outcome = one(calls[number])
            results[number] = (time.monotonic() - begin, *outcome)

    with ThreadPoolExecutor(width) as pool:
        for future in [pool.submit(work) for _ in range(width)]:
            future.result()
    return results


def by_tasks(one, calls, width):
    """Do calls in `width` tasks of an asyncio loop. one() is a coroutine that does a call."""
    results = [None] * len(calls)
    numbers = iter(range(len(calls)))

    async def work():
        for number in numbers:
            begin = time.monotonic()
            outcome = await one(calls[number])
            results[number] = (time.monotonic() - begin, *outcome)

    async def all_of_them():
        await asyncio.gather(*(work() for _ in range(width)))

    asyncio.run(all_of_them())
    return results


# --- without outspawn ---


def run_subprocess(argv):
    done = subprocess.run(argv, **OPTIONS)
    return done.returncode, done.stdout, done.stderr


@contextlib.contextmanager
def plain_subprocess(calls):
    yield functools.partial(by_threads, run_subprocess)


async def run_asyncio(argv):
    child = await asyncio.create_subprocess_exec(*argv, **OPTIONS)
    stdout, stderr = await child.communicate()
    return child.returncode, stdout, stderr


@contextlib.contextmanager
def plain_asyncio(calls):
    yield functools.partial(by_tasks, run_asyncio)


def read_all(files):
    """Read several descriptors to their ends, and close them."""
    parts = {fd: [] for fd in files}
    with selectors.PollSelector() as selector:
        for fd in files:
            selector.register(fd, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                part = os.read(key.fd, READ_MOST)
                if part:
                    parts[key.fd].append(part)
                else:
                    selector.unregister(key.fd)
                    os.close(key.fd)
    return [b"".join(parts[fd]) for fd in files]


def run_posix_spawn(argv):
    (stdout, child_stdout), (stderr, child_stderr) = os.pipe(), os.pipe()
    pid = os.posix_spawn(argv[0], argv, os.environ, setsid=True, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, child_stdout, 1),
        (os.POSIX_SPAWN_DUP2, child_stderr, 2)])
    os.close(child_stdout)
    os.close(child_stderr)
    outputs = read_all([stdout, stderr])
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), *outputs


@contextlib.contextmanager
def plain_posix_spawn(calls):
    yield functools.partial(by_threads, run_posix_spawn)


# --- with outspawn ---


@contextlib.contextmanager
def dropin(calls):
    import outspawn

    outspawn.install()
    before, _ = outspawn.counts()
    yield functools.partial(by_threads, run_subprocess)
    outspawn.uninstall()
    if outspawn.counts()[0] != before + len(calls):
        raise RuntimeError("a spawn of the drop-in did not use the module")


@contextlib.contextmanager
def templates_of(calls):
    """A template for each program, as an agent keeps them."""
    import outspawn

    with contextlib.ExitStack() as stack:
        templates = {program: stack.enter_context(outspawn.Template(program))
                     for program in {argv[0] for argv in calls}}
        if not all(template.pinned for template in templates.values()):
            raise RuntimeError(f"the module makes no templates: {outspawn.available()}")
        yield templates


@contextlib.contextmanager
def native(calls):
    with templates_of(calls) as templates:
        def run(argv):
            done = templates[argv[0]].run(argv, **OPTIONS)
            return done.returncode, done.stdout, done.stderr

        yield functools.partial(by_threads, run)


@contextlib.contextmanager
def native_asyncio(calls):
    import outspawn

    with templates_of(calls) as templates:
        async def run(argv):
            done = await outspawn.run_async(argv, program=templates[argv[0]], **OPTIONS)
            return done.returncode, done.stdout, done.stderr

        yield functools.partial(by_tasks, run)


class Flight:
    """A child of a batch, until it has ended and its outputs were read."""

    def __init__(self, number, child, begin, selector):
        self.number, self.child, self.begin, self.selector = number, child, begin, selector
        self.parts = {child.stdout: [], child.stderr: []}
        self.sources = {child, child.stdout, child.stderr}
        for source in self.sources:
            selector.register(source, selectors.EVENT_READ, self)

    def read(self, source):
        """Take what a source has. Return whether the child has landed."""
        if source is self.child:
            self.end(source)
            self.child.wait()
        else:
            part = os.read(source.fileno(), READ_MOST)
            if part:
                self.parts[source].append(part)
            else:
                self.end(source)
                source.close()
        return not self.sources

    def end(self, source):
        self.selector.unregister(source)
        self.sources.remove(source)

    def result(self):
        outputs = [b"".join(parts) for parts in self.parts.values()]
        return (time.monotonic() - self.begin, self.child.returncode, *outputs)


@contextlib.contextmanager
def native_batch(calls):
    import outspawn

    with templates_of(calls) as templates:
        def start(numbers, calls, selector):
            begin = time.monotonic()
            children = outspawn.batch([
                outspawn.Job(calls[number], program=templates[calls[number][0]], **OPTIONS)
                for number in numbers])
            for number, child in zip(numbers, children):
                if isinstance(child, OSError):
                    raise child
                Flight(number, child, begin, selector)

        def run(calls, width):
            """One thread: each batch has as many calls as may start at that moment."""
            results = [None] * len(calls)
            waiting, free = list(range(len(calls))), width
            with selectors.DefaultSelector() as selector:
                while waiting or free < width:
                    numbers, waiting = waiting[:free], waiting[free:]
                    free -= len(numbers)
                    if numbers:
                        start(numbers, calls, selector)
                    for key, _ in selector.select():
                        if key.data.read(key.fileobj):
                            results[key.data.number] = key.data.result()
                            free += 1
            return results

        yield run


@contextlib.contextmanager
def ceiling(calls):
    """The children exist and stand before their first instruction when time begins."""
    with templates_of(calls) as templates:
        children = [templates[argv[0]].spawn(argv, stopped=True, **OPTIONS) for argv in calls]

        def run_child(child):
            child.send_signal(signal.SIGCONT)
            outputs = child.communicate()
            return child.wait(), *outputs

        def run(calls, width):
            return by_threads(run_child, children, width)

        yield run


BACKENDS = {
    "subprocess": plain_subprocess,
    "asyncio": plain_asyncio,
    "posix_spawn": plain_posix_spawn,
    "dropin": dropin,
    "outspawn": native,
    "outspawn_batch": native_batch,
    "outspawn_async": native_asyncio,
    "ceiling": ceiling,
}
WITHOUT_MODULE = ("subprocess", "asyncio", "posix_spawn")
