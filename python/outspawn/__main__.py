# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# Copyright (C) 2026 The outspawn authors
"""python3 -m outspawn PROGRAM [ARGUMENT...]: run a Python program after install()."""
import os
import runpy
import sys
import types

from ._install import available, install

USAGE = """\
usage: python3 -m outspawn FILE|-m MODULE|-c CODE [ARGUMENT...]
       python3 -m outspawn --check

Runs a Python program. Its subprocess, asyncio and multiprocessing start programs
by the module outspawn. --check says whether the module can be used."""


def main() -> None:
    words = sys.argv[1:]
    if not words or words[0] in ("-h", "--help") or (words[0] in ("-m", "-c") and len(words) < 2):
        print(USAGE, file=sys.stdout if words[:1] in (["-h"], ["--help"]) else sys.stderr)
        sys.exit(0 if words[:1] in (["-h"], ["--help"]) else 2)
    if words[0] == "--check":
        why = available()
        print("outspawn: the module can be used" if why is None else
              f"outspawn: Python starts programs itself: {why} (see: outspawn doctor)")
        sys.exit(0 if why is None else 1)
    install()
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    elif words[0] == "-c":
        sys.argv = ["-c", *words[2:]]
        run_code(words[1])
    else:
        sys.argv = words
        if not sys.flags.safe_path:
            sys.path[0] = os.path.dirname(os.path.realpath(words[0]))
        runpy.run_path(words[0], run_name="__main__")


def run_code(code: str) -> None:
    """Run code in a module __main__ of its own, as python3 -c."""
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    if not sys.flags.safe_path:
        sys.path[0] = ""
    exec(compile(code, "<string>", "exec"), module.__dict__)


main()
