# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
"""outspawn.spawn(), run(), batch() and Template."""
import errno
import os
import pathlib
import resource
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import unittest.mock

from common import MODULE, PYTHON, TestCase, facts

import outspawn
from outspawn import Job, Template, batch, run, spawn

PIPE, STDOUT, DEVNULL = subprocess.PIPE, subprocess.STDOUT, subprocess.DEVNULL
ROOT = os.getuid() == 0


def output(code, **options):
    return run(facts(code), stdout=PIPE, check=True, text=True, **options).stdout.strip()


class Spawn(TestCase):
    def test_a_child(self):
        child = spawn(["/bin/sh", "-c", "exit 3"])
        self.assertGreater(child.pid, 0)
        self.assertIsNone(child.returncode)
        self.assertFalse(os.get_inheritable(child.fileno()))
        self.assertEqual((child.wait(), child.returncode, child.poll()), (3, 3, 3))
        with self.assertRaises(ValueError):
            child.fileno()

    def test_a_child_that_a_signal_ends(self):
        with spawn(["/bin/sleep", "100"]) as child:
            self.assertIsNone(child.poll())
            with self.assertRaises(subprocess.TimeoutExpired):
                child.wait(timeout=0.01)
            child.terminate()
            self.assertEqual(child.wait(timeout=100), -signal.SIGTERM)
            child.kill()

    def test_streams(self):
        with spawn(["/bin/cat"], stdin=PIPE, stdout=PIPE) as child:
            child.stdin.write(b"text")
            child.stdin.close()
            self.assertEqual(child.stdout.read(), b"text")
        with spawn(["/bin/cat"], stdin=PIPE, stdout=PIPE, text=True) as child:
            self.assertEqual(child.communicate("t\u00e4xt\n"), ("t\u00e4xt\n", None))

    def test_communicate_with_much_data(self):
        data = os.urandom(1 << 20)
        with spawn(["/bin/cat"], stdin=PIPE, stdout=PIPE, stderr=PIPE) as child:
            self.assertEqual(child.communicate(data), (data, b""))

    def test_communicate_again_after_its_time(self):
        code = "sys.stdout.write('a') and sys.stdout.flush() or sys.stdin.read()"
        with spawn(facts(code), stdin=PIPE, stdout=PIPE) as child:
            stdin, child.stdin = child.stdin, None
            with self.assertRaises(subprocess.TimeoutExpired):
                child.communicate(timeout=0.5)
            stdin.close()
            self.assertEqual(child.communicate()[0], b"a\n")

    def test_a_program_that_does_not_read(self):
        self.assertEqual(run(["/bin/true"], input=b"x" * (1 << 18)).returncode, 0)

    def test_a_warning_for_a_child_that_nobody_waits_for(self):
        child = spawn(["/bin/sleep", "100"])
        pid = child.pid
        with self.assertWarnsRegex(ResourceWarning, "nobody waits"):
            del child
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def test_another_part_of_the_program_waits(self):
        child = spawn(["/bin/false"])
        os.waitpid(child.pid, 0)
        self.assertEqual(child.wait(), 0)

    def test_a_signal_does_not_hit_another_process(self):
        child = spawn(["/bin/true"])
        child.wait()
        child.send_signal(signal.SIGKILL)

    def test_a_signal_to_a_child_that_has_just_ended(self):
        child = spawn(["/bin/true"])
        os.waitpid(child.pid, 0)
        child._signal(signal.SIGTERM)
        child.wait()


class Run(TestCase):
    def test_output(self):
        done = run(["echo", "hello"], capture_output=True)
        self.assertIsInstance(done, subprocess.CompletedProcess)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"hello\n", b""))
        done = run(["printf", r"a\r\nb"], stdout=PIPE, text=True)
        self.assertEqual(done.stdout, "a\nb")

    def test_stderr_to_stdout(self):
        script = ["/bin/sh", "-c", "echo a; echo b >&2"]
        self.assertEqual(run(script, stdout=PIPE, stderr=STDOUT).stdout, b"a\nb\n")
        self.assertEqual(run(script, stdout=DEVNULL, stderr=PIPE).stderr, b"b\n")
        with tempfile.TemporaryFile() as file:
            run(script, stdout=file, stderr=STDOUT)
            file.seek(0)
            self.assertEqual(file.read(), b"a\nb\n")

    def test_input(self):
        self.assertEqual(run(["cat"], input=b"text", stdout=PIPE).stdout, b"text")

    def test_check(self):
        with self.assertRaises(subprocess.CalledProcessError) as caught:
            run(["/bin/sh", "-c", "echo a; exit 2"], stdout=PIPE, check=True)
        self.assertEqual((caught.exception.returncode, caught.exception.stdout), (2, b"a\n"))

    def test_timeout(self):
        with self.assertRaises(subprocess.TimeoutExpired):
            run(["sleep", "100"], timeout=0.01)

    def test_bad_calls(self):
        for args, options, error in (
            ("echo", {}, TypeError),
            ([], {}, ValueError),
            (["cat"], {"input": b"", "stdin": DEVNULL}, ValueError),
            (["cat"], {"capture_output": True, "stdout": PIPE}, ValueError),
            (["cat"], {"stdout": STDOUT}, ValueError),
            (["cat"], {"env": {"A=B": "C"}}, ValueError),
            (["cat", "a\0b"], {}, ValueError),
            (["cat", 5], {}, TypeError),
            (["cat"], {"program": "/bin/cat\0x"}, ValueError),
            (["cat"], {"env": {"PATH": "/bin\0"}}, ValueError),
            (["cat"], {"cwd": "/\0"}, ValueError),
            (["cat"], {"nonesuch": 1}, TypeError),
            (["cat"], {"stdin": PIPE, "user": "nonesuch"}, (KeyError, ValueError)),
        ):
            with self.subTest(args=args, options=options), self.assertRaises(error):
                run(args, **options)


class Options(TestCase):
    def test_cwd_env_and_umask(self):
        self.assertEqual(output("os.getcwd()", cwd=pathlib.Path("/usr")), "/usr")
        self.assertEqual(output("os.environ['A']", env={"A": "1"}), "1")
        self.assertEqual(output("os.umask(0)", umask=0o27), "23")

    def test_search_in_env(self):
        self.assertEqual(run(["echo", "x"], env={"PATH": "/nonesuch:/bin"}, stdout=PIPE).stdout,
                         b"x\n")

    def test_program(self):
        self.assertEqual(run(["name", "-c", "echo $0"], program="/bin/sh", stdout=PIPE).stdout,
                         b"name\n")
        self.assertEqual(run(["name", "-c", "echo $0"], program="sh", stdout=PIPE).stdout,
                         b"name\n")

    def test_session_and_group(self):
        self.assertEqual(output("os.getsid(0) == os.getpid()", start_new_session=True), "True")
        self.assertEqual(output("os.getpgid(0) == os.getpid()", process_group=0), "True")

    def test_descriptors(self):
        code = "[n for n in range(3, 200) if os.path.exists(f'/proc/self/fd/{n}')]"
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
            os.set_inheritable(fd, True)
            self.assertEqual(output(code), "[]")
            self.assertEqual(output(code, pass_fds=[file.fileno()]), f"[{file.fileno()}]")
            self.assertIn(str(fd), output(code, close_fds=False))
            os.close(fd)

    def test_signals(self):
        code = "[signal.getsignal(n) == signal.SIG_DFL for n in (25, 13)]"
        # Python itself ignores both when it starts, so ask a shell.
        script = ["/bin/sh", "-c", "grep SigIgn /proc/self/status"]
        default = run(script, stdout=PIPE).stdout
        ignored = run(script, stdout=PIPE, restore_signals=False).stdout
        self.assertEqual(int(ignored.split()[1], 16) & ~int(default.split()[1], 16),
                         1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1), code)

    @unittest.skipUnless(ROOT, "needs root")
    def test_users(self):
        for options in ({"user": 1, "group": 1, "extra_groups": [2]},
                        {"user": "daemon", "group": "daemon", "extra_groups": ["bin"]}):
            done = run(["grep", "-E", "^([UG]id|Groups)", "/proc/self/status"], stdout=PIPE,
                       text=True, **options)
            self.assertEqual(done.stdout.split(), ["Uid:", "1", "1", "1", "1", "Gid:", "1", "1",
                                                   "1", "1", "Groups:", "2"])

    def only_module(self, code, expected, **options):
        """An option that Popen does not have: without the module it is an error."""
        if MODULE:
            self.assertEqual(output(code, **options), expected)
            return
        with self.assertRaisesRegex(OSError, f"^.Errno 19. {next(iter(options))} needs the module"):
            output(code, **options)

    def test_limits(self):
        self.only_module("__import__('resource').getrlimit(4)", "(0, 0)",
                         rlimits={resource.RLIMIT_CORE: (0, 0)})
        self.only_module("os.nice(0)", "5", nice=5)

    def test_no_new_privs(self):
        self.only_module("open('/proc/self/status').read().count('NoNewPrivs:\\t1')", "1",
                         no_new_privs=True)

    def test_setup(self):
        def setup(actions):
            self.assertIs(actions.umask(0o1), actions)
            actions.open(7, "/dev/null", os.O_RDONLY).sigmask([signal.SIGUSR1])

        self.only_module("os.umask(0), os.readlink('/proc/self/fd/7'),"
                         "signal.pthread_sigmask(0, [])",
                         "(1, '/dev/null', {<Signals.SIGUSR1: 10>})", setup=setup)

    @unittest.skipUnless(ROOT, "needs root")
    def test_namespaces(self):
        self.only_module("os.getpid()", "1", namespaces=os.CLONE_NEWPID
                         if hasattr(os, "CLONE_NEWPID") else 0x20000000)

    def test_pdeath_signal(self):
        if not MODULE:
            return self.only_module("0", "", pdeath_signal=signal.SIGKILL)
        # A process starts a child in a thread. The child survives the thread, and
        # ends with the process.
        code = """if True:
            import outspawn, signal, sys, threading
            children = []
            thread = threading.Thread(target=lambda: children.append(outspawn.spawn(
                ["/bin/sh", "-c", "sleep 0.2; echo alive; exec sleep 100"],
                pdeath_signal=signal.SIGKILL)))
            thread.start()
            thread.join()
            if not children:
                sys.exit("the spawn failed")
            print(children[0].pid, flush=True)
            sys.stdin.read()
        """
        caller = spawn([PYTHON, "-W", "ignore", "-c", code], stdin=PIPE, stdout=PIPE, text=True)
        with caller:
            pid = int(caller.stdout.readline())
            self.assertEqual(caller.stdout.readline(), "alive\n")
            child = os.pidfd_open(pid)
            caller.stdin.close()
            # The child has the other end of the pipe.
            self.assertEqual(caller.stdout.read(), "")
            self.assertTrue(select.select([child], [], [], 100)[0])
            os.close(child)

    def test_stopped(self):
        if not MODULE:
            return self.only_module("0", "", stopped=True)
        with spawn(["/bin/true"], stopped=True) as child:
            self.assertTrue(os.WIFSTOPPED(os.waitpid(child.pid, os.WUNTRACED)[1]))
            child.send_signal(signal.SIGCONT)
            self.assertEqual(child.wait(), 0)

    @unittest.skipUnless(MODULE and ROOT, "needs the module and root")
    def test_cgroup(self):
        directory = "/sys/fs/cgroup/outspawn-python"
        if not os.path.exists("/sys/fs/cgroup/cgroup.procs"):
            self.skipTest("no cgroup v2")
        os.mkdir(directory)
        try:
            fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
            try:
                self.assertIn("/outspawn-python",
                              output("open('/proc/self/cgroup').read()", cgroup=fd))
            finally:
                os.close(fd)
        finally:
            os.rmdir(directory)


class Errors(TestCase):
    def error(self, *args, function=spawn, **options):
        with self.assertRaises(OSError) as caught:
            function(*args, **options)
        return caught.exception

    def test_no_such_program(self):
        for name in ("/nonesuch", "nonesuch", pathlib.Path("/nonesuch")):
            error = self.error([name], stdout=PIPE)
            self.assertIsInstance(error, FileNotFoundError)
            # os.posix_spawn() of 3.13 names a path by its string.
            self.assertEqual((error.errno, str(error.filename)), (errno.ENOENT, str(name)))

    def test_no_such_directory(self):
        error = self.error(["/bin/true"], cwd="/nonesuch")
        self.assertIsInstance(error, FileNotFoundError)
        self.assertEqual(error.filename, "/nonesuch")
        if MODULE:
            self.assertIn("chdir /nonesuch", error.__notes__[0])
            self.assertEqual(error.stage, 5)

    def test_names_that_are_no_utf_8(self):
        for options in ({"cwd": b"/none\xff"}, {"program": b"/none\xff"}):
            error = self.error(["/bin/true"], **options)
            self.assertEqual(os.fsencode(error.filename), b"/none\xff")

    def test_not_allowed(self):
        error = self.error(["/etc/passwd"])
        self.assertIsInstance(error, PermissionError)
        self.assertEqual(error.filename, "/etc/passwd")

    def test_a_closed_descriptor(self):
        self.assertEqual(self.error(["/bin/true"], pass_fds=[999]).errno, errno.EBADF)
        self.assertEqual(self.error(["/bin/true"], stdin=999, stdout=PIPE).errno, errno.EBADF)

    @unittest.skipUnless(MODULE, "needs the module")
    def test_setup_that_fails(self):
        with self.assertRaises(ZeroDivisionError):
            spawn(["/bin/true"], stdout=PIPE, setup=lambda actions: 1 / 0)
        error = self.error(["/bin/true"], setup=lambda actions: actions.landlock(999))
        self.assertEqual(error.errno, errno.EBADF)
        error = self.error(["/bin/true"], setup=lambda a: a.open(3, "/nonesuch/x", os.O_RDONLY))
        self.assertEqual((error.errno, error.filename), (errno.ENOENT, "/nonesuch/x"))


class Actions(TestCase):
    def test_every_method(self):
        actions = outspawn.Actions()
        actions.close(5).closefrom(9).dup2(1, 4).stdio(-1, 4, 4).open(6, "/", os.O_RDONLY)
        actions.chdir(b"/").fchdir(6).chroot(pathlib.Path("/")).sigmask([1]).sigdefault([2])
        actions.setsid().setpgid(0).ctty(0).tcsetpgrp(0, 0).umask(0).setpriority(1)
        actions.setrlimit(resource.RLIMIT_CORE, (0, resource.RLIM_INFINITY)).setaffinity({0})
        actions.setgroups([1]).setresgid(-1, 1, 1).setresuid(1, -1, 1).landlock(3).setns(3, 0)
        actions.unshare(0).prctl(36, 1)
        self.assertEqual(len(actions), 26)

    def test_bad_arguments(self):
        for name, args, error in (
            ("close", (-1,), OSError), ("close", (), TypeError), ("dup2", (1,), TypeError),
            ("stdio", (1, 0, -1), ValueError), ("chdir", (5,), TypeError),
            ("chdir", ("x" * 5000,), OSError), ("sigmask", ([99],), ValueError),
            ("sigdefault", (["a"],), TypeError), ("sigmask", (1,), TypeError),
            ("setaffinity", ([-1],), ValueError), ("setaffinity", (1,), TypeError),
            ("setgroups", ((1,),), TypeError), ("setgroups", ([-2],), ValueError),
            ("setresuid", (1, 2), TypeError), ("setresuid", (1, 2, 1 << 32), ValueError),
            ("setrlimit", (1, 2), TypeError), ("prctl", (), TypeError),
            ("open", (3, "a\0b", 0), ValueError),
        ):
            with self.subTest(name=name, args=args), self.assertRaises(error):
                getattr(outspawn.Actions(), name)(*args)
        with self.assertRaises(TypeError):
            outspawn.Actions(1)

    def test_too_many(self):
        actions = outspawn.Actions()
        with self.assertRaisesRegex(ValueError, "more actions"):
            for _ in range(193):
                actions.umask(0)

    def test_no_change_during_a_spawn(self):
        if not MODULE:
            return
        lists = []
        with tempfile.TemporaryDirectory() as directory:
            fifo = os.path.join(directory, "fifo")
            os.mkfifo(fifo)
            thread = threading.Thread(target=lambda: lists.append(spawn(
                ["/bin/true"], setup=lambda a: lists.append(a.open(0, fifo, os.O_RDONLY)))))
            thread.start()
            while not lists:
                time.sleep(0.01)
            time.sleep(0.2)
            with self.assertRaisesRegex(RuntimeError, "a spawn is using"):
                lists[0].umask(0)
            with open(fifo, "wb"):
                thread.join()
            lists[0].umask(0)
            lists[1].wait()


class Templates(TestCase):
    def copy(self):
        directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, directory)
        return shutil.copy("/bin/true", os.path.join(directory, "program"))

    def test_spawn_and_run(self):
        with Template("echo") as echo:
            self.assertTrue(os.path.isabs(echo.path))
            self.assertEqual(echo.pinned, MODULE)
            self.assertIsNone(echo.stale())
            for number in range(3):
                done = echo.run(["echo", str(number)], stdout=PIPE, text=True, cwd="/")
                self.assertEqual(done.stdout, f"{number}\n")
            with echo.spawn(["echo", "x"], stdout=PIPE) as child:
                self.assertEqual(child.communicate()[0], b"x\n")
        with self.assertRaises(ValueError):
            echo.spawn(["echo"])
        echo.close()

    def test_no_template(self):
        with self.assertRaises(FileNotFoundError):
            Template("nonesuch")
        with self.assertRaises(FileNotFoundError) as caught:
            Template("/nonesuch")
        self.assertEqual(caught.exception.filename, "/nonesuch")
        with self.assertRaises(PermissionError):
            Template("/etc/passwd")

    def test_a_script(self):
        path = self.copy()
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexit 4\n")
        time.sleep(0.1)
        with Template(path, any_format=True, allow_write=True) as template:
            self.assertEqual(template.run(["x"]).returncode, 4)
        if MODULE:
            with self.assertRaisesRegex(OSError, "Exec format"):
                Template(path)

    def test_a_file_that_is_replaced(self):
        path = self.copy()
        with Template(path) as template, Template(path, follow=True) as follower:
            os.rename(shutil.copy("/bin/false", path + "2"), path)
            if MODULE:
                self.assertEqual(template.stale().errno, errno.ESTALE)
                with self.assertRaises(OSError) as caught:
                    template.run(["x"])
                self.assertEqual((caught.exception.errno, caught.exception.filename),
                                 (errno.ESTALE, path))
                self.assertIn("make a new template", caught.exception.__notes__[0])
            template.refresh()
            self.assertIsNone(template.stale())
            self.assertEqual(template.run(["x"]).returncode, 1)
            self.assertEqual(follower.run(["x"]).returncode, 1)

    def test_a_file_that_goes_away(self):
        path = self.copy()
        with Template(path, follow=True) as template:
            os.unlink(path)
            with self.assertRaises(FileNotFoundError):
                template.run(["x"])

    @unittest.skipUnless(MODULE, "needs the module")
    def test_after_fork(self):
        with Template("/bin/true") as template:
            pid = os.fork()
            if not pid:
                try:
                    template.run(["true"])
                except PermissionError:
                    os._exit(7)
                os._exit(1)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 7)

    def test_threads(self):
        codes = []
        with Template("/bin/sh") as shell:
            threads = [threading.Thread(target=lambda: codes.append(
                shell.run(["sh", "-c", "exit 5"]).returncode)) for _ in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(codes, [5] * 16)


class Batches(TestCase):
    def test_many(self):
        with Template("/bin/sh") as shell:
            jobs = [Job(["sh", "-c", f"echo {n}; exit {n}"], program=shell, stdout=PIPE)
                    for n in range(40)]
            for number, child in enumerate(batch(jobs)):
                with child:
                    self.assertEqual(child.communicate()[0], f"{number}\n".encode())
                self.assertEqual(child.returncode, number)

    def test_some_fail(self):
        good, missing, directory = batch([
            Job(["true"]), Job(["nonesuch"], stdout=PIPE), Job(["/bin/true"], cwd="/nonesuch")])
        self.assertEqual(good.wait(), 0)
        self.assertIsInstance(missing, FileNotFoundError)
        self.assertEqual(missing.filename, "nonesuch")
        self.assertEqual(directory.filename, "/nonesuch")

    def test_empty(self):
        self.assertEqual(batch([]), [])

    def test_a_bad_job_starts_nothing(self):
        if not MODULE:
            return
        with self.assertRaises(TypeError):
            batch([Job(["/bin/true"], stdin=PIPE), Job(["/bin/true", 5], stdout=PIPE)])

    def test_signals_do_not_lose_children(self):
        old = signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        try:
            for _ in range(3):
                children = batch([Job(["/bin/true"]) for _ in range(40)])
                self.assertEqual([child.wait() for child in children], [0] * 40)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)


class Memory(TestCase):
    def fails(self, *args, **options):
        with self.assertRaises((OSError, TypeError)):
            run(*args, **options)

    def test_no_leak(self):
        program, missing, word = b"/bin/true", b"/nonesuch", b"a word"
        args, failing, bad = [program, word], [missing, word], [program, 5]
        objects = program, missing, word, args, failing, bad
        for work in (
            lambda: run(args, cwd="/", stdout=PIPE),
            lambda: self.fails(failing, stdout=PIPE),
            lambda: self.fails(args, cwd=missing),
            lambda: self.fails(bad, stdout=PIPE),
            lambda: [child.wait() for child in batch([Job(args), Job(args)])],
            lambda: batch([Job(failing), Job(args, cwd=missing)]),
            lambda: outspawn.Actions().chdir(missing).setgroups([1]).sigmask([1]),
            lambda: Template(program).close(),
        ):
            self.no_leak(work, *objects)


class Package(TestCase):
    def test_names(self):
        for name in outspawn.__all__:
            self.assertIn(name, dir(outspawn))
            getattr(outspawn, name)
        with self.assertRaises(AttributeError):
            outspawn.nonesuch

    def test_the_fall_back_without_a_pidfd(self):
        os.environ["OUTSPAWN_DISABLE"] = "1"
        full = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        try:
            with unittest.mock.patch("os.pidfd_open", side_effect=full):
                with self.assertRaises(OSError) as caught:
                    spawn(["/bin/sleep", "100"], stdout=PIPE)
        finally:
            del os.environ["OUTSPAWN_DISABLE"]
        # tearDown() finds no child.
        self.assertIs(caught.exception, full)

    def test_the_fall_back_says_why(self):
        os.environ["OUTSPAWN_DISABLE"] = "1"
        try:
            with self.assertRaisesRegex(OSError, "nice needs the module outspawn, but "
                                                 "OUTSPAWN_DISABLE is set"):
                run(["/bin/true"], nice=1)
            with Template("/bin/true") as template:
                self.assertFalse(template.pinned)
                self.assertEqual(template.run(["true"]).returncode, 0)
        finally:
            del os.environ["OUTSPAWN_DISABLE"]


if __name__ == "__main__":
    unittest.main()
