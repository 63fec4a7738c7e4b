#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
"""unittests.py FILE MODULE...: runs modules of CPython's own tests. Writes the
outcome of each test to FILE, one a line, sorted. Exits with 1 if a test failed."""
import sys
import unittest


class Outcomes(unittest.TextTestResult):
    """Keeps the worst outcome of each test."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.outcomes = {}

    def note(self, test, outcome):
        self.outcomes[test.id()] = outcome

    def addSuccess(self, test):
        super().addSuccess(test)
        self.outcomes.setdefault(test.id(), "ok")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, f"not run here: {reason}")

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, "error")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, "failed")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.note(test, "failed, as expected")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note(test, "ok, unexpectedly")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.note(test, f"failed: {subtest}")


def main():
    path, *modules = sys.argv[1:]
    suite = unittest.defaultTestLoader.loadTestsFromNames(modules)
    runner = unittest.TextTestRunner(resultclass=Outcomes, verbosity=0)
    result = runner.run(suite)
    with open(path, "w", encoding="utf-8") as out:
        for test, outcome in sorted(result.outcomes.items()):
            out.write(f"{test}: {outcome}\n")
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()
