# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
"""The drop-in below subprocess.Popen, with all of its options.

Each test of an option runs twice: after install() and after uninstall(), and
compares. With the module, the spawns after install() must go through it.
"""
import asyncio
import errno
import os
import pathlib
import resource
import signal
import subprocess
import tempfile
import threading
import unittest

from common import MODULE, PYTHON, TestCase, facts

import outspawn

PIPE = subprocess.PIPE


def outcome(args, **options):
    """Return all that a caller sees of subprocess.run()."""
    try:
        done = subprocess.run(args, stdout=PIPE, stderr=PIPE, **options)
    except Exception as error:
        return (type(error), error.args, getattr(error, "filename", None), str(error))
    return done.returncode, done.stdout, done.stderr


class Dropin(TestCase):
    def setUp(self):
        super().setUp()
        outspawn.install()
        self.addCleanup(outspawn.uninstall)
        self.before = outspawn.counts()

    def through(self):
        """Return how many spawns the module did, and how many Python did."""
        return tuple(now - before for now, before in zip(outspawn.counts(), self.before))

    def same(self, args, module=True, **options):
        """Run without and with the drop-in, and compare. Return the outcome."""
        outspawn.uninstall()
        expected = outcome(args, **options)
        outspawn.install()
        self.before = outspawn.counts()
        self.assertEqual(outcome(args, **options), expected)
        self.assertEqual(self.through(), (1, 0) if module and MODULE else (0, 1))
        return expected

    def fails(self, args, **options):
        """Python does a spawn that fails. Its error is the one that users know."""
        return self.same(args, module=False, **options)


class Options(Dropin):
    def test_plain(self):
        self.assertEqual(self.same(["/bin/echo", "hello"])[1], b"hello\n")

    def test_search(self):
        self.same(["echo", "hello"])

    def test_search_in_env(self):
        self.same(["echo", "hello"], env={"PATH": "/nonesuch:/usr/bin:/bin"})

    def test_search_reads_a_script_in_the_second_directory(self):
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            script = os.path.join(second, "script")
            with open(script, "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\necho $0 $1\n")
            os.chmod(script, 0o755)
            for path in (f"{first}:{second}", f"{second}/:{first}", f"/:{second}"):
                ended = self.same(["script", "x"], env={"PATH": path},
                                  module=not path.startswith("/:"))
                self.assertEqual(ended[1], f"{script} x\n".encode())

    def test_search_in_the_working_directory(self):
        with tempfile.TemporaryDirectory() as directory:
            os.symlink("/bin/echo", os.path.join(directory, "own-echo"))
            ended = self.same(["own-echo", "x"], cwd=directory, env={"PATH": ":/nonesuch"})
            self.assertEqual(ended[1], b"x\n")

    def test_executable(self):
        self.same(["name", "-c", "echo $0"], executable="/bin/sh")

    def test_shell(self):
        self.same("echo $0 hello", shell=True)

    def test_arguments_of_all_types(self):
        self.same([pathlib.Path("/bin/echo"), b"\xff", "\udcfe", ""])

    def test_env(self):
        code = facts("sorted(os.environ.items())")
        self.same(code, env={"A": "1", "B": "\udcff"})
        self.same(code, env={})

    def test_env_of_the_caller(self):
        os.environ["OUTSPAWN_TEST"] = "set"
        self.addCleanup(os.environ.pop, "OUTSPAWN_TEST")
        self.assertEqual(self.same(facts("os.environ['OUTSPAWN_TEST']"))[1], b"set\n")

    def test_cwd(self):
        for directory in ("/usr", b"/usr", pathlib.Path("/usr"), "."):
            self.same(facts("os.getcwd()"), cwd=directory)

    def test_session_and_group(self):
        alone = "os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid()"
        self.assertEqual(self.same(facts(alone), start_new_session=True)[1], b"(True, True)\n")
        self.assertEqual(self.same(facts(alone), process_group=0)[1], b"(False, True)\n")

    def test_umask(self):
        self.assertEqual(self.same(facts("os.umask(0)"), umask=0o27)[1], b"23\n")

    def test_signals(self):
        ignored = "[signal.getsignal(n) for n in (13, 25, 10)]"
        code = ["/bin/sh", "-c", "grep -E '^Sig(Ign|Blk|Cgt)' /proc/self/status"]
        old = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGUSR1, old)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
        self.addCleanup(signal.pthread_sigmask, signal.SIG_UNBLOCK, [signal.SIGUSR2])
        for restore in (True, False):
            self.same(code, restore_signals=restore)
            self.same(facts(ignored), restore_signals=restore)

    @unittest.skipUnless(os.getuid() == 0, "needs root")
    def test_users_and_groups(self):
        ids = ["grep", "-E", "^([UG]id|Groups)", "/proc/self/status"]
        self.same(ids, user=1)
        self.same(ids, group=2)
        self.same(ids, extra_groups=[3, 4])
        self.same(ids, user="nobody", group="nogroup", extra_groups=["daemon", 5])
        self.same(ids, extra_groups=[], module=False)

    @unittest.skipUnless(os.getuid() == 0, "needs root")
    def test_user_that_may_not_enter_the_directory(self):
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o700)
            self.same(["/bin/ls", "."], cwd=directory, user=1)

    def test_mixed(self):
        self.same(facts("os.getcwd(), os.getsid(0) == os.getpid(), os.umask(0)"), cwd="/",
                  start_new_session=True, umask=0o77, env={"A": "B"}, close_fds=False)


class Descriptors(Dropin):
    def listing(self, **options):
        code = facts("sorted((int(n), os.readlink('/proc/self/fd/' + n).split('[')[0])"
                     " for n in os.listdir('/proc/self/fd')"
                     " if os.path.exists('/proc/self/fd/' + n))")
        return self.same(code, **options)

    def setUp(self):
        self.file = tempfile.TemporaryFile()
        self.addCleanup(self.file.close)
        super().setUp()
        self.kept = os.dup(self.file.fileno())
        os.set_inheritable(self.kept, True)

    def tearDown(self):
        os.close(self.kept)
        super().tearDown()

    def test_close_fds(self):
        self.listing()
        self.listing(close_fds=False)

    def test_pass_fds(self):
        ended = self.listing(pass_fds=(self.file.fileno(), self.kept))
        self.assertIn(str(self.kept).encode(), ended[1])
        self.listing(pass_fds=(0, 1, 2, self.kept))

    def test_a_high_number(self):
        high = 900
        os.dup2(self.file.fileno(), high)
        try:
            self.listing(pass_fds=(high,))
        finally:
            os.close(high)

    def test_streams(self):
        for stream in (subprocess.DEVNULL, self.file, self.kept):
            self.listing(stdin=stream)
        self.same(["/bin/sh", "-c", "echo a; echo b >&2"])
        self.assertEqual(self.same(["/bin/cat"], input=b"through")[1], b"through")

    def test_stderr_to_stdout(self):
        done = subprocess.run(["/bin/sh", "-c", "echo a; echo b >&2"], stdout=PIPE,
                              stderr=subprocess.STDOUT)
        self.assertEqual(done.stdout, b"a\nb\n")

    def test_low_numbers_of_the_caller(self):
        """The caller's 0, 1 and 2 in all orders, closed and open."""
        code = """if True:
            import outspawn, subprocess, sys, os
            outspawn.install()
            closed = [int(n) for n in sys.argv[1]]
            order = [int(n) for n in sys.argv[2]]
            report = os.dup(1)
            for number in range(3):
                saved = os.dup(number); os.set_inheritable(saved, False)
                fd = os.open('/tmp/out%d' % number, os.O_RDWR | os.O_CREAT)
                os.dup2(fd, number); os.close(fd)
            for number in closed:
                os.close(number)
            code = ('import os; os.write(%d, repr([os.readlink("/proc/self/fd/%%d" %% n)'
                    ' if os.path.exists("/proc/self/fd/%%d" %% n) else None'
                    ' for n in range(3)]).encode())' % report)
            given = [None if n == 9 or n in closed else n for n in order]
            done = subprocess.run([sys.executable, '-ISc', code], stdin=given[0],
                stdout=given[1], stderr=given[2], pass_fds=[report], cwd='/')
            os.write(report, b' %d' % done.returncode)
        """
        for closed in ("", "0", "02", "012"):
            for order in ("999", "012", "102", "120", "201", "119"):
                outputs = []
                for disable in ("0", "1"):
                    env = dict(os.environ, OUTSPAWN_DISABLE=disable)
                    outputs.append(subprocess.run([PYTHON, "-c", code, closed, order], env=env,
                                                  stdout=PIPE).stdout)
                self.assertEqual(outputs[0], outputs[1], (closed, order))
                self.assertTrue(outputs[0].endswith(b" 0"), (closed, order, outputs))

    def test_many_inheritable_descriptors(self):
        if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 600:
            self.skipTest("RLIMIT_NOFILE is low")
        free = set(map(str, range(100, 560))).difference(os.listdir("/proc/self/fd"))
        for number in map(int, free):
            os.dup2(self.file.fileno(), number)
        try:
            self.same(["/bin/true"], close_fds=False, module=False)
            self.same(["/bin/true"])
        finally:
            for number in map(int, free):
                os.close(number)

    def test_the_caller_closes_the_device(self):
        device, _ = outspawn._install._native.device()
        if MODULE:
            os.close(device)
        self.same(["/bin/true"], cwd="/")
        if MODULE:
            os.dup2(self.file.fileno(), device)
            self.same(["/bin/true"], cwd="/")
            os.close(device)
            # For tearDown(): the device has the number that it had before.
            os.close(outspawn._install._native.device()[0])
            self.assertEqual(outspawn._install._native.device()[0], device)


class Errors(Dropin):
    def same_error(self, args, **options):
        """As same(), for an error that Popen finds before fork_exec()."""
        outspawn.uninstall()
        expected = outcome(args, **options)
        outspawn.install()
        self.assertEqual(outcome(args, **options), expected)
        self.assertTrue(issubclass(expected[0], Exception))

    def test_no_such_program(self):
        for name in ("nonesuch", "/nonesuch", b"/nonesuch", pathlib.Path("/nonesuch")):
            ended = self.fails([name], cwd="/")
            self.assertIs(ended[0], FileNotFoundError)

    def test_no_such_directory(self):
        ended = self.fails(["/bin/true"], cwd="/nonesuch")
        self.assertEqual((ended[0], ended[2]), (FileNotFoundError, "/nonesuch"))

    def test_not_allowed(self):
        self.assertIs(self.fails(["/etc/passwd"], cwd="/")[0], PermissionError)
        self.assertIs(self.fails(["/"])[0], PermissionError)

    def test_no_program_format(self):
        with tempfile.TemporaryDirectory() as directory:
            script = os.path.join(directory, "script")
            with open(script, "w", encoding="utf-8") as file:
                file.write("echo no\n")
                os.chmod(script, 0o755)
                file.flush()
                self.assertEqual(self.fails([script], cwd="/")[1][0], errno.ETXTBSY)
            self.assertEqual(self.fails([script], cwd="/")[1][0], errno.ENOEXEC)

    def test_a_closed_descriptor(self):
        self.fails(["/bin/true"], pass_fds=(999,))
        self.fails(["/bin/true"], stdin=999, cwd="/")

    def test_bad_arguments(self):
        self.fails(["/bin/echo", "a\0b"], cwd="/")
        self.fails(["/bin/echo", 5], cwd="/")
        self.same_error(["/bin/true"], env={"A=B": "C"})
        self.fails(["/bin/echo", "x" * (1 << 20)], cwd="/")

    @unittest.skipIf(os.getuid() == 0, "root may do it")
    def test_no_right_to_change_the_user(self):
        self.assertIs(self.fails(["/bin/true"], user=0)[0], PermissionError)

    def test_a_group_that_does_not_exist(self):
        self.assertIs(self.fails(["/bin/true"], process_group=(1 << 22) - 1)[0], PermissionError)

    def test_arguments_that_change(self):
        args = []

        class Clears:
            def __fspath__(self):
                args.clear()
                return "/bin/true"

        args += [Clears(), "second"]
        import _posixsubprocess
        with self.assertRaisesRegex(RuntimeError, "args changed"):
            _posixsubprocess.fork_exec(args, [b"/bin/true"], True, (5,), None, None, -1, -1, -1, -1,
                                       -1, -1, 4, 5, False, False, -1, None, None, None, -1, None,
                                       True)


class Memory(Dropin):
    def test_no_leak(self):
        import _posixsubprocess

        program, word, pair, directory = b"/bin/true", b"a word", b"A=b", b"/usr"
        args, programs, env, groups = [program, word], (program,), [pair], [0]

        def call(args=args, cwd=directory, groups=None, env=env):
            errors = os.pipe()
            try:
                pid = _posixsubprocess.fork_exec(
                    args, programs, True, (errors[1],), cwd, env, -1, -1, -1, -1, -1, -1, *errors,
                    True, False, -1, None, groups, None, -1, None, True)
                os.waitpid(pid, 0)
            except (TypeError, RuntimeError):
                pass
            for fd in errors:
                os.close(fd)

        objects = program, word, pair, directory, args, programs, env, groups
        for options in ({}, {"cwd": b"/nonesuch"}, {"args": [word, 5]}, {"groups": groups},
                        {"groups": [-1]}, {"env": None}, {"env": [5]}):
            with self.subTest(options=options):
                self.no_leak(lambda: call(**options), *objects)


class Switches(Dropin):
    def test_preexec_fn(self):
        self.same(facts("os.umask(0)"), preexec_fn=lambda: os.umask(0o11), module=False)

    def test_no_vfork(self):
        self.addCleanup(setattr, subprocess, "_USE_VFORK", True)
        subprocess._USE_VFORK = False
        self.same(["/bin/true"], cwd="/", module=False)

    def test_disabled(self):
        os.environ["OUTSPAWN_DISABLE"] = "1"
        try:
            self.assertEqual(outspawn.available(), "OUTSPAWN_DISABLE is set")
            self.same(["/bin/true"], cwd="/", module=False)
        finally:
            del os.environ["OUTSPAWN_DISABLE"]

    def test_install_twice_and_uninstall(self):
        import _posixsubprocess
        outspawn.install()
        self.assertTrue(outspawn.installed())
        outspawn.uninstall()
        outspawn.uninstall()
        self.assertFalse(outspawn.installed())
        self.assertEqual(_posixsubprocess.fork_exec.__module__, "_posixsubprocess")
        self.assertIs(subprocess._fork_exec, _posixsubprocess.fork_exec)
        done = subprocess.run([PYTHON, "-c", "import outspawn._native as n; n.fork_exec()"],
                              stderr=PIPE)
        self.assertIn(b"RuntimeError: outspawn.install() was not called", done.stderr)

    def lines_of(self, *args, **variables):
        """Run Python with OUTSPAWN_DEBUG. Return how many spawns were seen."""
        env = dict(os.environ, OUTSPAWN_DEBUG="1", **variables)
        done = subprocess.run([PYTHON, *args], env=env, stdout=PIPE, stderr=PIPE, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line for line in done.stderr.splitlines() if line.startswith("outspawn: ")]
        for line in lines:
            self.assertRegex(line, ": /bin/true: module$" if MODULE else ": /bin/true: python: ")
        return len(lines)

    CODE = "import subprocess; subprocess.run(['/bin/true'], cwd='/', check=True)"

    def test_the_command(self):
        self.assertEqual(self.lines_of("-m", "outspawn", "-c", self.CODE), 1)
        with tempfile.TemporaryDirectory() as directory:
            for name in ("beside", "program"):
                with open(f"{directory}/{name}.py", "w", encoding="utf-8") as file:
                    file.write("import sys\n" + self.CODE if name == "beside" else
                               "import beside, sys; sys.exit(sys.argv[1:] != ['-a', 'b'])")
            program = f"{directory}/program.py"
            self.assertEqual(self.lines_of("-m", "outspawn", program, "-a", "b"), 1)

    def test_the_command_with_a_module(self):
        self.assertEqual(self.lines_of("-m", "outspawn", "-m", "this"), 0)

    def test_the_command_checks(self):
        done = subprocess.run([PYTHON, "-m", "outspawn", "--check"], stdout=PIPE, text=True)
        self.assertEqual(done.returncode, 0 if MODULE else 1)
        self.assertIn("can be used" if MODULE else "Python starts programs itself", done.stdout)

    def test_the_command_without_a_program(self):
        for args in ([], ["-m"], ["-c"]):
            done = subprocess.run([PYTHON, "-m", "outspawn", *args], stdout=PIPE, stderr=PIPE)
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.assertIn(b"usage:", done.stderr)

    def test_debug_to_a_file_that_cannot_be_written(self):
        env = dict(os.environ, OUTSPAWN_DEBUG="/nonesuch/file")
        done = subprocess.run([PYTHON, "-m", "outspawn", "-c", self.CODE], env=env, stderr=PIPE)
        self.assertIn(b"OUTSPAWN_DEBUG=/nonesuch/file: No such file", done.stderr)

    def test_debug_to_a_file(self):
        with tempfile.NamedTemporaryFile("r") as file:
            env = dict(os.environ, OUTSPAWN_DEBUG=file.name)
            subprocess.run([PYTHON, "-m", "outspawn", "-c", self.CODE], env=env, check=True)
            self.assertIn("/bin/true: ", file.read())

    @unittest.skipUnless(os.environ.get("OUTSPAWN_TEST_INSTALLED") == "1", "not installed")
    def test_the_variable(self):
        self.assertEqual(self.lines_of("-c", self.CODE, OUTSPAWN_PYTHON="1"), 1)
        self.assertEqual(self.lines_of("-c", self.CODE, OUTSPAWN_PYTHON="0"), 0)
        self.assertEqual(self.lines_of("-c", self.CODE), 0)
        self.assertEqual(self.lines_of("-E", "-c", self.CODE, OUTSPAWN_PYTHON="1"), 0)

    INTERPRETERS = """if True:
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        run = getattr(interpreters, "exec", None) or interpreters.run_string
        run(interpreters.create(), '''if True:
            import outspawn, subprocess
            outspawn.install()
            try:
                subprocess.run(["/bin/true"], cwd="/", check=True)
            except RuntimeError as error:
                print(error)
        ''')
    """

    def test_subinterpreters(self):
        """An isolated one: no programs in 3.11, and outspawn cannot be imported later."""
        outcomes = [outcome([PYTHON, "-c", self.INTERPRETERS.replace("outspawn.install()", call)])
                    for call in ("pass", "outspawn.install()")]
        self.assertEqual(outcomes[0][:2], outcomes[1][:2])

    @unittest.skipUnless(os.environ.get("OUTSPAWN_TEST_INSTALLED") == "1", "not installed")
    def test_subinterpreters_start_with_the_variable(self):
        code = self.INTERPRETERS.replace("import outspawn, subprocess", "import subprocess")
        code = code.replace("outspawn.install()", "pass")
        self.assertEqual(outcome([PYTHON, "-c", code], env=dict(os.environ, OUTSPAWN_PYTHON="1")),
                         outcome([PYTHON, "-c", code]))

    def test_subprocess_is_imported_only_when_needed(self):
        code = ("import sys, outspawn; before = 'subprocess' in sys.modules;"
                "outspawn.install(); outspawn.install(); assert before or 'subprocess' not in sys.modules;" + self.CODE +
                "; assert subprocess.Popen._posix_spawn.__module__ == 'outspawn._install'")
        self.assertEqual(self.lines_of("-c", code), 1)


class Users(Dropin):
    """Standard modules that start programs."""

    def test_asyncio(self):
        async def main():
            process = await asyncio.create_subprocess_exec("/bin/cat", stdin=PIPE, stdout=PIPE,
                                                           cwd="/")
            output, _ = await process.communicate(b"text")
            return output, process.returncode

        self.assertEqual(asyncio.run(main()), (b"text", 0))
        self.assertEqual(self.through(), (1, 0) if MODULE else (0, 1))

    def test_multiprocessing(self):
        code = """if True:
            import multiprocessing, operator, outspawn
            outspawn.install()
            with multiprocessing.get_context("spawn").Pool(2) as pool:
                assert pool.map(operator.neg, range(9)) == [-n for n in range(9)]
            # The resource tracker is the third program.
            print(*outspawn.counts())
        """
        ended = outcome([PYTHON, "-c", code])
        self.assertEqual(ended, (0, b"3 0\n" if MODULE else b"0 3\n", b""))

    def test_after_fork(self):
        pid = os.fork()
        if not pid:
            os._exit(outcome(["/bin/echo", "x"], cwd="/") != (0, b"x\n", b"") or
                     (self.through() != ((1, 0) if MODULE else (0, 1))))
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)

    def test_threads(self):
        wrong = []

        def work(number):
            for i in range(10):
                text = f"{number}.{i}"
                ended = outcome(["echo", text], cwd="/", start_new_session=True)
                if ended != (0, text.encode() + b"\n", b""):
                    wrong.append(ended)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])
        self.assertEqual(self.through(), (80, 0) if MODULE else (0, 80))

    def test_another_thread_changes_the_environment(self):
        done = threading.Event()

        def work():
            number = 0
            while not done.is_set():
                os.environ[f"OUTSPAWN_TEST_{number % 500}"] = "x" * (number % 100)
                number += 1

        thread = threading.Thread(target=work)
        thread.start()
        try:
            for _ in range(30):
                self.assertEqual(outcome(["/bin/true"], cwd="/"), (0, b"", b""))
        finally:
            done.set()
            thread.join()
            for name in [n for n in os.environ if n.startswith("OUTSPAWN_TEST_")]:
                if name not in ("OUTSPAWN_TEST_MODULE", "OUTSPAWN_TEST_INSTALLED"):
                    del os.environ[name]


if __name__ == "__main__":
    unittest.main()
