# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# Copyright (C) 2026 The outspawn authors
"""The drop-in below subprocess.Popen."""
import os
import sys
from typing import Any, Callable, Optional

import _posixsubprocess

from . import _native

_original: Optional[Callable[..., int]] = None
_popen_posix_spawn: Optional[Callable[..., None]] = None


def available() -> Optional[str]:
    """Return None if spawns can use the module; or in words why they cannot."""
    why: Optional[str] = _native.device()[1]
    return why


def counts() -> tuple[int, int]:
    """Return how many of Popen's spawns the module did, and how many Python did."""
    return _native.counts()


def installed() -> bool:
    """Was install() called?"""
    return _original is not None


def install() -> None:
    """Let subprocess, asyncio and multiprocessing start programs by the module.

    What the module cannot do, or fails to do, Python does as before. May be
    called again, and without the module.
    """
    global _original

    if _original is None:
        _original = _posixsubprocess.fork_exec
        _native.set_original(_original)
        _posixsubprocess.fork_exec = _native.fork_exec
    if "subprocess" in sys.modules:
        _install_in_subprocess()
    elif not any(isinstance(finder, _WhenImported) for finder in sys.meta_path):
        sys.meta_path.insert(0, _WhenImported())


def uninstall() -> None:
    """Undo install()."""
    global _original, _popen_posix_spawn

    if _original is None:
        return
    _posixsubprocess.fork_exec = _original
    sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, _WhenImported)]
    if _popen_posix_spawn is not None:
        subprocess: Any = sys.modules["subprocess"]
        subprocess._fork_exec = _original
        subprocess.Popen._posix_spawn = _popen_posix_spawn
        _popen_posix_spawn = None
    _original = None


def _install_in_subprocess() -> None:
    global _popen_posix_spawn
    subprocess: Any = sys.modules["subprocess"]

    if _popen_posix_spawn is not None:
        return
    subprocess._fork_exec = _native.fork_exec
    _popen_posix_spawn = subprocess.Popen._posix_spawn
    subprocess.Popen._posix_spawn = _posix_spawn


class _WhenImported:
    """Finds no module. Replaces subprocess's functions after its import.

    To import subprocess costs more than to start Python, and many programs do
    not need it.
    """

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "subprocess":
            return None
        sys.meta_path.remove(self)
        from importlib.util import find_spec

        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: Any) -> None:
                execute(module)
                _install_in_subprocess()

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _encode(env: Any) -> Optional[list[bytes]]:
    """Return the environment as bytes. ValueError: posix_spawn() must judge it."""
    if env is None:
        return None
    pairs = []
    for name, value in env.items():
        name = os.fsencode(name)
        if b"=" in name:
            raise ValueError(name)
        pairs.append(name + b"=" + os.fsencode(value))
    return pairs


def _posix_spawn(self: Any, args: Any, executable: Any, env: Any, restore_signals: Any,
                 *rest: Any) -> None:
    """Take the place of Popen._posix_spawn().

    Popen calls it for a child that needs few options. In Python 3.11 close_fds
    is always false then, and not among the arguments.
    """
    pid = None
    sys.audit("os.posix_spawn", executable, args, env)
    close_fds, handles = (rest[0], rest[1:]) if len(rest) == 7 else (False, rest)
    if len(handles) == 6:
        try:
            pid = _native.try_fork_exec(args, (executable,), close_fds, (), _encode(env),
                                        restore_signals, *handles)
        except Exception:  # os.posix_spawn() finds the same, and says it in its words
            pid = None
    if pid is None:
        assert _popen_posix_spawn is not None
        _popen_posix_spawn(self, args, executable, env, restore_signals, *rest)
        return
    self.pid = pid
    self._child_created = True
    self._close_pipe_fds(*handles)
