# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# Copyright (C) 2026 The outspawn authors
"""Imported by outspawn.pth when Python starts, if OUTSPAWN_PYTHON is 1."""
import sys


def _start() -> None:
    # -E and -I: the environment must not change how Python runs.
    if sys.flags.ignore_environment:
        return
    try:
        import outspawn
    except ImportError as error:
        # Python 3.12 and later import no such module in an interpreter with a GIL
        # of its own. That interpreter starts programs as before.
        if "subinterpreters" not in str(error):
            raise
    else:
        outspawn.install()


_start()
