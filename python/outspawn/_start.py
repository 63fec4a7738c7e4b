# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# Copyright (C) 2026 The outspawn authors
"""Imported by outspawn.pth when Python starts, if OUTSPAWN_PYTHON is 1."""
import sys

from ._install import install

# -E and -I: the environment must not change how Python runs.
if not sys.flags.ignore_environment:
    install()
