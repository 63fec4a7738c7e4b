# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
"""What the programs that write the documents' tables share (posix-table,
security-table, syscall-table)."""
import os
import subprocess
import sys

REPO = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KERNELS = ["bookworm", "trixie", "backports"]


def rows_of(name, kernel, suites, variables, rows):
    """Run the suites, all of which must pass, in a guest. Return the rows that they
    wrote to the guest's file 'rows'. 'variables' is the suites' environment."""
    script = f"{variables} run-suites {' '.join(suites)} >&2; status=$?; cat {rows}; exit $status"
    run = subprocess.run([os.path.join(REPO, "tests/vm/run"), "-k", kernel, "--",
                          "sh", "-c", script], stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(f"{name}: {kernel}: status {run.returncode}")
    return [tuple(line.split("|")[1:]) for line in run.stdout.splitlines()
            if line.startswith("row|")]


def by_kernel(words, rows):
    """Return the rows of each kernel named, or of all of them."""
    return {kernel: rows(kernel) for kernel in words or KERNELS}


def arguments():
    """Return whether -c was given, and the words after it."""
    words = sys.argv[1:]
    compare = words[:1] == ["-c"]
    return compare, words[compare:]


def put(name, page, lines, compare):
    """Write the lines into docs/PAGE, between the marks of the program 'name'.
    With 'compare', write nothing: fail if the page has other lines."""
    path = os.path.join(REPO, "docs", page)
    begin, end = (f"<!-- {mark}: tests/{name} -->\n" for mark in ("begin", "end"))
    with open(path, encoding="utf-8") as file:
        text = file.read()
    head, rest = text.split(begin)
    new = head + begin + "\n".join(lines) + "\n" + end + rest.split(end)[1]
    if new == text:
        return
    if compare:
        sys.exit(f"{name}: docs/{page} has another table: run tests/{name}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(new)
