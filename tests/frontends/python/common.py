# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
"""What the tests share."""
import gc
import os
import sys
import unittest

import outspawn

# The guest sets it: every spawn that can use the module must use it.
MODULE = os.environ.get("OUTSPAWN_TEST_MODULE") == "1"
PYTHON = sys.executable


def facts(code):
    """Return the arguments of a child that prints the value of an expression."""
    return [PYTHON, "-ISc", f"import os, sys, signal; print(({code}))"]


class TestCase(unittest.TestCase):
    """Each test ends with the descriptors and without children of its own."""

    def setUp(self):
        self.assertEqual(outspawn.available() is None, MODULE, outspawn.available())
        self.descriptors = os.listdir("/proc/self/fd")

    def tearDown(self):
        self.assertEqual(os.listdir("/proc/self/fd"), self.descriptors)
        with self.assertRaises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)

    def no_leak(self, work, *objects):
        """work() must not leave references to the objects behind."""
        work()
        gc.collect()
        before = [sys.getrefcount(one) for one in objects]
        for _ in range(5):
            work()
        gc.collect()
        self.assertEqual([sys.getrefcount(one) for one in objects], before)
