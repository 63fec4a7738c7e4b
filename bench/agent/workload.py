# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
"""The worktree that the tools work on, and their calls.

The output of a call depends only on the worktree: no times, no process IDs, no order
that threads decide. So the outputs of all backends can be compared byte for byte.
"""
import base64
import os
import pathlib
import random
import shutil
import subprocess

FILES, STEPS = 24, 12  # source files, functions in each
ROWS = 2000  # of data.csv

PYTHON = "import sys; text = open(sys.argv[1]).read(); print(len(text), text.count('step'))"
NODE = ("const text = require('fs').readFileSync(process.argv[1], 'utf8'); "
        "console.log(text.length, text.split('step').length)")

# "{n}" is the number of a source file, 00 to 23.
TOOLS = {
    "rg": ["rg", "-n", "--sort", "path", "part_{n}_step", "src"],
    "grep": ["grep", "-rn", "part_{n}_step_07", "src"],
    "sed": ["sed", "-n", "/step_05/,/^}/p", "src/part_{n}.c"],
    "awk": ["awk", "-F,", "-v", "n={n}", "$1 % 24 == n + 0 { s += $3 } END { print s }",
            "data.csv"],
    "cat": ["cat", "src/part_{n}.c"],
    "head": ["head", "-n", "40", "src/part_{n}.c"],
    "tail": ["tail", "-n", "40", "src/part_{n}.c"],
    "find": ["find", "src", "-name", "part_{n}.*", "-size", "+0"],
    "stat": ["stat", "-c", "%n %s %a %F", "src/part_{n}.c"],
    "ls": ["ls", "-l", "--time-style=+", "src"],
    "git status": ["git", "status", "--short", "--branch"],
    "git diff": ["git", "diff", "--", "src"],
    "python-small": ["python3", "-c", PYTHON, "src/part_{n}.c"],
    "node-small": ["node", "-e", NODE, "src/part_{n}.c"],
    "sh -c": ["sh", "-c", "grep -c return src/part_{n}.c; echo done >&2"],
    "bash -c": ["bash", "-c", "head -n {n} src/part_{n}.c | sort | uniq -c; exit 3"],
}

# For the tools and for the harness alike. git must not write its index.
ENVIRONMENT = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_CONFIG_NOSYSTEM": "1"}


def source(number):
    text = [f"/* part {number:02d} */\n"]
    for step in range(STEPS):
        text.append(f"int part_{number:02d}_step_{step:02d}(int value)\n{{\n"
                    + "".join(f"\tvalue = value * {line + 3} + {step};\n" for line in range(8))
                    + "\t/* NOTE: check the range */\n\treturn value;\n}\n\n")
    return "".join(text)


def git(*words):
    subprocess.run(["git", "-c", "user.name=agent", "-c", "user.email=agent@localhost", *words],
                   check=True, stdout=subprocess.DEVNULL)


def make_worktree(directory):
    """Make a git repository in an empty directory, and go there."""
    os.chdir(directory)
    os.environ.update(ENVIRONMENT, HOME=str(directory))
    pathlib.Path("src").mkdir()
    for number in range(FILES):
        pathlib.Path(f"src/part_{number:02d}.c").write_text(source(number))
    pathlib.Path("data.csv").write_text(
        "".join(f"{row},name{row % 97},{row * 7 % 1000}\n" for row in range(ROWS)))
    git("init", "--quiet", "--initial-branch=main")
    git("add", ".")
    git("commit", "--quiet", "-m", "The parts")
    for number in (3, 11, 19):
        path = pathlib.Path(f"src/part_{number:02d}.c")
        path.write_text(path.read_text().replace("NOTE: check", "checks"))
    pathlib.Path("notes.txt").write_text("not committed\n")
    git("update-index", "-q", "--refresh")


def command(tool, number):
    words = [word.replace("{n}", f"{number % FILES:02d}") for word in TOOLS[tool]]
    program = shutil.which(words[0])
    if program is None:
        raise SystemExit(f"agent-bench: there is no {words[0]}: install it, or use another KERNEL")
    return [program, *words[1:]]


def make_calls(count):
    """Return calls, each tool as often as the others, in an order that is always the same.

    Each call has the status and the output that it has when subprocess runs it alone.
    """
    names = list(TOOLS)
    calls = []
    for number in range(count):
        tool = names[number % len(names)]
        argv = command(tool, number)
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True)
        calls.append({"tool": tool, "argv": argv, "status": done.returncode,
                      "stdout": base64.b64encode(done.stdout).decode(),
                      "stderr": base64.b64encode(done.stderr).decode()})
    random.Random(1).shuffle(calls)
    return calls
