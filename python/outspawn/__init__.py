# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# Copyright (C) 2026 The outspawn authors
"""Start programs without fork, by the kernel module outspawn.

install() lets Python's own subprocess, asyncio and multiprocessing use the
module. spawn(), run(), batch(), Template and the coroutines spawn_async() and
run_async() are an interface of their own. Without the module, all of them start
programs as Python does. docs/python.md describes the package.

The parts are imported when they are first used, so that a program that only
calls install() starts fast.
"""
import importlib
from typing import TYPE_CHECKING, Any

from ._install import available, counts, install, installed, uninstall
from ._native import Actions

if TYPE_CHECKING:
    from subprocess import DEVNULL, PIPE, STDOUT

    from ._async import AsyncChild, run_async, spawn_async
    from ._child import Child, run, spawn
    from ._job import Job, batch
    from ._template import Template

__all__ = [
    "DEVNULL", "PIPE", "STDOUT",
    "Actions", "AsyncChild", "Child", "Job", "Template", "available", "batch", "counts", "install",
    "installed", "run", "run_async", "spawn", "spawn_async", "uninstall",
]

_PARTS = {
    "AsyncChild": "_async", "run_async": "_async", "spawn_async": "_async",
    "Child": "_child", "run": "_child", "spawn": "_child",
    "DEVNULL": "_job", "PIPE": "_job", "STDOUT": "_job", "Job": "_job", "batch": "_job",
    "Template": "_template",
}


def __getattr__(name: str) -> Any:
    if name not in _PARTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module("." + _PARTS[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
