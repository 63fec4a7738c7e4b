# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# Copyright (C) 2026 The outspawn authors
"""A job: a program with its arguments and all options of its child."""
import errno
import os
import subprocess
import sys
from dataclasses import dataclass, field
from subprocess import DEVNULL, PIPE, STDOUT
from typing import (IO, TYPE_CHECKING, Any, Callable, Iterable, Mapping, Optional, Sequence,
                    TypedDict, Union, cast)

from . import _native
from ._native import Actions

if TYPE_CHECKING:
    from ._child import Child
    from ._template import Template

Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
Stream = Union[None, int, IO[Any]]


class Options(TypedDict, total=False):
    """The keyword arguments of spawn(), run() and of the coroutines."""

    program: "Union[None, Path, Template]"
    stdin: Stream
    stdout: Stream
    stderr: Stream
    cwd: Optional[Path]
    env: Optional[Mapping[Any, Any]]
    pass_fds: Iterable[int]
    close_fds: bool
    start_new_session: bool
    process_group: Optional[int]
    user: Union[None, str, int]
    group: Union[None, str, int]
    extra_groups: Optional[Iterable[Union[str, int]]]
    umask: int
    restore_signals: bool
    rlimits: Mapping[int, tuple[int, int]]
    nice: Optional[int]
    pdeath_signal: int
    cgroup: Optional[int]
    namespaces: int
    no_new_privs: bool
    stopped: bool
    setup: Optional[Callable[[Actions], object]]


@dataclass
class Job:
    """One spawn: its arguments, and the options that docs/python.md lists."""

    args: Sequence[Path]
    program: "Union[None, Path, Template]" = None
    stdin: Stream = None
    stdout: Stream = None
    stderr: Stream = None
    cwd: Optional[Path] = None
    env: Optional[Mapping[Any, Any]] = None
    pass_fds: Iterable[int] = ()
    close_fds: bool = True
    start_new_session: bool = False
    process_group: Optional[int] = None
    user: Union[None, str, int] = None
    group: Union[None, str, int] = None
    extra_groups: Optional[Iterable[Union[str, int]]] = None
    umask: int = -1
    restore_signals: bool = True
    rlimits: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    nice: Optional[int] = None
    pdeath_signal: int = 0
    cgroup: Optional[int] = None
    namespaces: int = 0
    no_new_privs: bool = False
    stopped: bool = False
    setup: Optional[Callable[[Actions], object]] = None

    def __post_init__(self) -> None:
        if isinstance(self.args, (str, bytes)):
            raise TypeError("args must be a list: a string would be taken for its letters")
        self.args = list(self.args)
        if not self.args:
            raise ValueError("args is empty: it begins with the program's name")
        self.pass_fds = tuple(sorted(map(int, self.pass_fds)))

    # What only the module can do: Popen has no such option.
    def _needs_module(self) -> Optional[str]:
        needs = {
            "rlimits": self.rlimits, "nice": self.nice is not None,
            "pdeath_signal": self.pdeath_signal, "cgroup": self.cgroup is not None,
            "namespaces": self.namespaces, "no_new_privs": self.no_new_privs,
            "stopped": self.stopped, "setup": self.setup,
        }
        return next((name for name, set_ in needs.items() if set_), None)

    def _name(self) -> Path:
        """Return the program as messages name it."""
        if self.program is None:
            return self.args[0]
        name: Path = getattr(self.program, "path", self.program)  # type: ignore[arg-type]
        return name


@dataclass
class Streams:
    """The descriptors of a child's streams: its own, and the caller's ends of pipes."""

    child: list[int] = field(default_factory=lambda: [-1, -1, -1])
    caller: list[int] = field(default_factory=lambda: [-1, -1, -1])
    opened: list[int] = field(default_factory=list)  # to be closed after the spawn

    @classmethod
    def of(cls, job: Job) -> "Streams":
        streams = cls()
        try:
            for number, stream in enumerate((job.stdin, job.stdout, job.stderr)):
                streams._take(number, stream)
        except BaseException:
            streams.close(failed=True)
            raise
        return streams

    def _take(self, number: int, stream: Stream) -> None:
        if stream is None:
            return
        if stream == PIPE:
            ends = os.pipe()
            ours, theirs = ends if number else ends[::-1]
            self.caller[number], self.child[number] = ours, theirs
            self.opened.append(theirs)
        elif stream == DEVNULL:
            self.child[number] = os.open(os.devnull, os.O_RDWR)
            self.opened.append(self.child[number])
        elif stream == STDOUT:
            if number != 2:
                raise ValueError("STDOUT can only be used for stderr")
            self.child[2] = self.child[1] if self.child[1] != -1 else 1
        elif isinstance(stream, int):
            self.child[number] = stream
        else:
            self.child[number] = stream.fileno()

    def close(self, failed: bool = False) -> None:
        """Close the child's ends; after a failure, the caller's ends, too."""
        for fd in self.opened:
            os.close(fd)
        self.opened.clear()
        if failed:
            for number, fd in enumerate(self.caller):
                if fd != -1:
                    os.close(fd)
                    self.caller[number] = -1


def _user_id(user: Union[None, str, int]) -> Optional[int]:
    if isinstance(user, str):
        import pwd
        return pwd.getpwnam(user).pw_uid
    return user


def _group_id(group: Union[None, str, int]) -> Optional[int]:
    if isinstance(group, str):
        import grp
        return grp.getgrnam(group).gr_gid
    return group


def _add_users(actions: Actions, job: Job) -> None:
    user, group = _user_id(job.user), _group_id(job.group)

    if job.extra_groups is not None:
        actions.setgroups([_group_id(group) for group in job.extra_groups])
    if group is not None:
        actions.setresgid(group, group, group)
    if user is not None:
        actions.setresuid(user, user, user)


def _actions_of(job: Job, streams: Streams) -> Actions:
    actions = Actions()
    for fd in job.pass_fds:
        actions.dup2(fd, fd)
    actions.stdio(*streams.child)
    if job.cwd is not None:
        actions.chdir(job.cwd)
    if job.umask >= 0:
        actions.umask(job.umask)
    if job.restore_signals:
        actions.sigdefault(_RESTORED)
    if job.start_new_session:
        actions.setsid()
    if job.process_group is not None:
        actions.setpgid(job.process_group)
    if job.nice is not None:
        actions.setpriority(job.nice)
    for resource, limits in job.rlimits.items():
        actions.setrlimit(resource, limits)
    _add_users(actions, job)
    if job.setup is not None:
        job.setup(actions)
    return actions


_RESTORED = (13, 25)  # SIGPIPE and SIGXFSZ, which Python ignores


def _encode(env: Optional[Mapping[Any, Any]]) -> Optional[list[bytes]]:
    if env is None:
        return None
    pairs = []
    for name, value in env.items():
        name = os.fsencode(name)
        if b"=" in name:
            raise ValueError("illegal environment variable name")
        pairs.append(name + b"=" + os.fsencode(value))
    return pairs


def _search_path(job: Job, file: bytes) -> Optional[bytes]:
    """Return the directories to search for the file, or None for no search."""
    if b"/" in file or not file:
        return None
    return os.pathsep.encode().join(map(os.fsencode, os.get_exec_path(job.env)))


def _flags(job: Job) -> int:
    return ((0 if job.close_fds else _native.INHERIT_FDS)
            | (_native.CGROUP if job.cgroup is not None else 0)
            | (_native.NO_NEW_PRIVS if job.no_new_privs else 0)
            # For the end of the process: threads of a pool come and go.
            | (_native.PDEATH_PROCESS if job.pdeath_signal else 0)
            | (_native.STOPPED if job.stopped else 0))


def order_of(job: Job, streams: Streams) -> tuple[Any, ...]:
    """Return the job as the module _native takes it."""
    template, file, path = -1, b"", None
    if job.program is not None and hasattr(job.program, "fileno"):
        template = job.program.fileno()
    else:
        file = os.fsencode(job._name())
        path = _search_path(job, file)
    return (template, job._name(), file, path, job.args, _encode(job.env),
            _actions_of(job, streams), _flags(job), job.pdeath_signal,
            0 if job.cgroup is None else job.cgroup, job.namespaces)


def spawn_by_python(job: Job, streams: Streams, why: str) -> tuple[int, int]:
    """Do a job without the module. Return the pid and a pidfd."""
    option = job._needs_module()
    if option is not None:
        raise OSError(errno.ENODEV, f"{option} needs the module outspawn, but {why}")
    handles = [None if fd == -1 else fd for fd in streams.child]
    # The union of all types of args and env is too much for the stubs of Popen.
    popen = cast(Any, subprocess.Popen)(
        job.args, executable=job._name() if job.program is not None else None,
        stdin=handles[0], stdout=handles[1], stderr=handles[2], cwd=job.cwd, env=job.env,
        close_fds=job.close_fds, pass_fds=job.pass_fds, umask=job.umask,
        start_new_session=job.start_new_session, restore_signals=job.restore_signals,
        process_group=job.process_group, user=job.user, group=job.group,
        extra_groups=job.extra_groups)
    try:
        pidfd = os.pidfd_open(popen.pid)
    except OSError:
        popen.kill()
        popen.wait()
        raise
    # From now on the pidfd stands for the child. Popen must not wait for it.
    popen.returncode = 0
    return popen.pid, pidfd


def batch(jobs: Iterable[Job]) -> "list[Union[Child, OSError]]":
    """Do many jobs, in order, in one call. Return for each its child or its error.

    A job that fails does not stop the others. Any other exception, such as a
    ValueError for a bad option, is raised before a program has started.
    """
    from ._child import Child

    jobs = list(jobs)
    device, why = _native.device()
    streams: list[Streams] = []
    try:
        for job in jobs:
            streams.append(Streams.of(job))
        results = (_batch_by_python(jobs, streams, why) if device < 0 else
                   _native.batch(device, list(map(order_of, jobs, streams))))
    except BaseException:
        for one in streams:
            one.close(failed=True)
        raise
    children: "list[Union[Child, OSError]]" = []
    for job, one, result in zip(jobs, streams, results):
        failed = isinstance(result, OSError)
        one.close(failed=failed)
        children.append(result if failed else Child._started(job, one, *result))
    return children


def _batch_by_python(jobs: list[Job], streams: list[Streams], why: str) -> list[Any]:
    results: list[Any] = []
    for job, one in zip(jobs, streams):
        try:
            results.append(spawn_by_python(job, one, why))
        except OSError as error:
            results.append(error)
    return results


def start(job: Job) -> tuple[Streams, int, int]:
    """Do a job. Return its streams, the pid and a pidfd."""
    sys.audit("outspawn.spawn", job._name(), job.args, job.cwd, job.env)
    device, why = _native.device()
    streams = Streams.of(job)
    try:
        if device < 0:
            pid, pidfd = spawn_by_python(job, streams, why)
        else:
            pid, pidfd = _native.spawn(device, order_of(job, streams))
    except BaseException:
        streams.close(failed=True)
        raise
    streams.close()
    return streams, pid, pidfd
