# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# Copyright (C) 2026 The outspawn authors
"""Templates: programs that are pinned."""
import errno
import os
import shutil
from typing import Any, Optional, Sequence, Unpack

from . import _native
from ._child import Child, run, spawn
from ._job import Options, Path


class Template:
    """A program that is found once and pinned, to be started many times.

    A name without a slash is searched for in PATH. While the template is open,
    nobody can write to the file. After the file was replaced, a spawn fails with
    ESTALE until refresh() was called; with follow=True, spawns refresh the
    template themselves. any_format takes scripts, too. allow_write lets others
    write to the file.

    A template works in all threads of the process that made it, not after fork.
    Without the module a template is only the path of the program: pinned is
    False.
    """

    _fd = -1

    def __init__(self, program: Path, *, any_format: bool = False, allow_write: bool = False,
                 follow: bool = False) -> None:
        self.path = _find(program)
        self.follow = follow
        self._flags = ((_native.ANY_FORMAT if any_format else 0)
                       | (_native.ALLOW_WRITE if allow_write else 0))
        self._closed = False
        device, _ = _native.device()
        if device >= 0:
            self._fd = _native.template(device, os.fsencode(self.path), self._flags, program)

    @property
    def pinned(self) -> bool:
        """Does the module pin the file?"""
        return self._fd >= 0

    def fileno(self) -> int:
        """Return the template's descriptor; -1 without the module."""
        if self._closed:
            raise ValueError("the template is closed")
        return self._fd

    def stale(self) -> Optional[OSError]:
        """Return None, or the error with which a spawn would fail now."""
        number = _native.stale(self.fileno()) if self.pinned else 0
        return OSError(number, os.strerror(number), self.path) if number else None

    def refresh(self) -> None:
        """Pin the file that the path names now."""
        if self.fileno() >= 0:
            device, why = _native.device()
            if device < 0:
                raise OSError(errno.ENODEV, why, self.path)
            _native.refresh(device, self._fd, os.fsencode(self.path), self._flags, self.path)

    def spawn(self, args: Sequence[Path], *, text: bool = False, encoding: Optional[str] = None,
              errors: Optional[str] = None, **options: Unpack[Options]) -> Child:
        """Start the program with these arguments, of which the first is its name."""
        child: Child = self._do(spawn, args, text=text, encoding=encoding, errors=errors, **options)
        return child

    def run(self, args: Sequence[Path], **options: Any) -> Any:
        """Start the program and wait for it, as outspawn.run()."""
        return self._do(run, args, **options)

    def _do(self, function: Any, args: Sequence[Path], **options: Any) -> Any:
        self.fileno()
        try:
            return function(args, program=self, **options)
        except OSError as error:
            if error.errno != errno.ESTALE or not self.follow:
                raise
        self.refresh()
        return function(args, program=self, **options)

    def close(self) -> None:
        """Let the file go. May be called again."""
        self._closed = True
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def __enter__(self) -> "Template":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "pinned" if self.pinned else "not pinned"
        return f"<Template {self.path!r}, {state}>"


def _find(program: Path) -> str:
    name = os.fsdecode(program)
    found = name if "/" in name else shutil.which(name)
    if found is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), program)
    if not os.access(found, os.X_OK):
        number = errno.EACCES if os.path.exists(found) else errno.ENOENT
        raise OSError(number, os.strerror(number), program)
    return os.path.abspath(found)
