// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestOutput(t *testing.T) {
	equal(t, "output", output(t, shell("echo $2-$1", "a", "b")), "b-a")
}

func TestCombinedOutput(t *testing.T) {
	out, err := shell("echo one; echo two >&2; echo three").CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "output", string(out), "one\ntwo\nthree\n")
}

func TestExitStatus(t *testing.T) {
	err := shell("exit 7").Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("%v is no *exec.ExitError", err)
	}
	equal(t, "status", exit.ExitCode(), 7)
	equal(t, "message", err.Error(), "exit status 7")
	equal(t, "after a signal", shell("kill -TERM $$").Run().Error(), "signal: terminated")
}

func TestResourceUsage(t *testing.T) {
	c := shell("exit 0")
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	if usage := c.ProcessState.SysUsage().(*syscall.Rusage); usage.Maxrss == 0 {
		t.Error("the child used no memory")
	}
	equal(t, "pid", c.ProcessState.Pid(), c.Process.Pid)
}

func TestStdin(t *testing.T) {
	c := Command("cat")
	c.Stdin = strings.NewReader("words")
	equal(t, "from a reader", output(t, c), "words")

	// The program ends before it has read all.
	c = Command("head", "-c3")
	c.Stdin = strings.NewReader(strings.Repeat("x", 1<<20))
	equal(t, "a part", output(t, c), "xxx")

	file, err := os.Open("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	c = Command("head", "-c4")
	c.Stdin = file
	equal(t, "from a file", output(t, c), "root")
}

func TestNullByDefault(t *testing.T) {
	var out bytes.Buffer
	c := shell("readlink /proc/$$/fd/0 /proc/$$/fd/2; cat")
	c.Stdout = &out
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	equal(t, "files", out.String(), "/dev/null\n/dev/null\n")
	checkModule(t, c)

	// Written to, and never read.
	if err := shell("echo x && echo x >&2 && ! echo x >&0").Run(); err != nil {
		t.Error(err)
	}
}

func TestPipes(t *testing.T) {
	c := shell("cat; echo err >&2")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, _ := c.StdoutPipe()
	diagnostics, _ := c.StderrPipe()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	io.WriteString(in, "through")
	in.Close()
	words, _ := io.ReadAll(out)
	more, _ := io.ReadAll(diagnostics)
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	equal(t, "stdout", string(words), "through")
	equal(t, "stderr", string(more), "err\n")
	for _, pipe := range []func() error{
		func() error { _, err := c.StdinPipe(); return err },
		func() error { _, err := c.StdoutPipe(); return err },
		func() error { _, err := c.StderrPipe(); return err },
		func() error { _, err := c.Output(); return err },
		func() error { _, err := c.CombinedOutput(); return err },
		c.Start, c.Wait,
	} {
		if pipe() == nil {
			t.Error("a second use of a Cmd succeeded")
		}
	}
}

func TestPipeAfterStart(t *testing.T) {
	c := Command("true")
	if err := c.Wait(); err == nil {
		t.Error("Wait before Start succeeded")
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Wait()
	_, err := c.StdinPipe()
	if err == nil || err.Error() != "exec: stdin pipe after process started" {
		t.Error(err)
	}
}

// A failed Start closes the pipes of the Cmd.
func TestPipesAfterFailure(t *testing.T) {
	c := Command("/nonesuch/program")
	in, _ := c.StdinPipe()
	if err := c.Start(); err == nil {
		t.Fatal("started")
	}
	if _, err := in.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Error("the pipe is open:", err)
	}
}

func TestSameWriter(t *testing.T) {
	type uncomparable struct{ b []byte }
	buffer := &bytes.Buffer{}
	equal(t, "one buffer", same(buffer, buffer), true)
	equal(t, "two buffers", same(buffer, &bytes.Buffer{}), false)
	equal(t, "nil", same(nil, nil), false)
	equal(t, "types that cannot be compared", same(writerOf[uncomparable]{}, writerOf[uncomparable]{}), false)
}

type writerOf[T any] struct{ value T }

func (writerOf[T]) Write(p []byte) (int, error) { return len(p), nil }

func TestEnvironment(t *testing.T) {
	t.Setenv("FROM_CALLER", "yes")
	equal(t, "inherited", output(t, shell("echo $FROM_CALLER")), "yes")

	c := Command("/usr/bin/env")
	c.Env = []string{"A=1", "B=2", "A=3"}
	equal(t, "given", output(t, c), "B=2\nA=3")

	c = Command("/usr/bin/env")
	c.Env = []string{}
	equal(t, "empty", output(t, c), "")

	c = shell("echo $PWD; pwd -P")
	c.Dir = "/usr"
	equal(t, "PWD", output(t, c), "/usr\n/usr")

	c = Command("/usr/bin/env")
	c.Env = []string{"A=1\x00B=2"}
	if _, err := c.Output(); err == nil || !strings.Contains(err.Error(), "NUL") {
		t.Error("a variable with a NUL:", err)
	}
}

func TestArguments(t *testing.T) {
	c := &Cmd{Path: "/bin/sh", Args: []string{"another", "-c", "echo $0"}}
	equal(t, "Args[0]", output(t, c), "another")
	c = &Cmd{Path: "/bin/pwd", Dir: "/tmp"}
	equal(t, "no Args", output(t, c), "/tmp")

	long := strings.Repeat("x", 100000)
	equal(t, "a long argument", output(t, Command("echo", long, "")), long+" ")
	many := make([]string, 5000)
	for i := range many {
		many[i] = "word"
	}
	equal(t, "many arguments", output(t, Command("echo", many...)), strings.Join(many, " "))
}

// The program of a relative path is in the child's directory.
func TestRelativePath(t *testing.T) {
	c := &Cmd{Path: "./echo", Args: []string{"echo", "here"}, Dir: "/bin"}
	equal(t, "output", output(t, c), "here")
}

func TestScript(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho script $1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	equal(t, "output", output(t, Command(script, "x")), "script x")
}

func TestString(t *testing.T) {
	for _, args := range [][]string{{"sh", "-c", "x y"}, {"/nonesuch/p", "a"}, {"nonesuch", "b"}} {
		equal(t, "String", Command(args[0], args[1:]...).String(),
			exec.Command(args[0], args[1:]...).String())
	}
	equal(t, "without Args", (&Cmd{Path: "/p"}).String(), "/p")
}

// A command that fails to start fails as in os/exec: the same types, the same words.
func TestErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	closed, _ := os.Open("/dev/null")
	closed.Close()
	writable := write("writable", "\x7fELF", 0o755)
	writer, err := os.OpenFile(writable, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()

	for _, test := range []struct {
		name string
		cmd  Cmd
	}{
		{"no program", Cmd{Path: dir + "/nonesuch"}},
		{"empty path", Cmd{}},
		{"a directory", Cmd{Path: dir}},
		{"not executable", Cmd{Path: write("plain", "x", 0o644)}},
		{"unknown format", Cmd{Path: write("words", "some words", 0o755)}},
		{"no interpreter", Cmd{Path: write("script", "#!/nonesuch/sh\n", 0o755)}},
		{"not a directory", Cmd{Path: "/etc/passwd/x"}},
		{"a long name", Cmd{Path: "/" + strings.Repeat("x", 300)}},
		{"written to", Cmd{Path: writable}},
		{"no working directory", Cmd{Path: "/bin/true", Dir: dir + "/nonesuch"}},
		{"no working directory, with attributes", Cmd{Path: "/bin/true", Dir: dir + "/nonesuch",
			SysProcAttr: &syscall.SysProcAttr{Setsid: true}}},
		{"a NUL in an argument", Cmd{Path: "/bin/true", Args: []string{"true", "a\x00b"}}},
		{"a NUL in the path", Cmd{Path: "/bin/true\x00x"}},
		{"a NUL in the directory", Cmd{Path: "/bin/true", Dir: "/\x00x"}},
		{"too long arguments", Cmd{Path: "/bin/true", Args: []string{"true", strings.Repeat("x", 1<<18)}}},
		{"no such group", Cmd{Path: "/bin/true",
			SysProcAttr: &syscall.SysProcAttr{Setpgid: true, Pgid: 1 << 29}}},
		{"no terminal", Cmd{Path: "/bin/true",
			SysProcAttr: &syscall.SysProcAttr{Setsid: true, Setctty: true}}},
		{"a terminal that is no descriptor", Cmd{Path: "/bin/true",
			SysProcAttr: &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 77}}},
		{"bad Cloneflags", Cmd{Path: "/bin/true",
			SysProcAttr: &syscall.SysProcAttr{Cloneflags: syscall.CLONE_THREAD}}},
		{"a closed file", Cmd{Path: "/bin/cat", Stdin: closed}},
	} {
		ours := test.cmd
		theirs := exec.Cmd{Path: ours.Path, Args: ours.Args, Dir: ours.Dir, Stdin: ours.Stdin,
			SysProcAttr: ours.SysProcAttr}
		got, want := ours.Run(), theirs.Run()
		if want == nil {
			t.Errorf("%s: os/exec has no error", test.name)
		} else if got == nil || got.Error() != want.Error() || reflect.TypeOf(got) != reflect.TypeOf(want) {
			t.Errorf("%s: %T %v, not %T %v", test.name, got, got, want, want)
		}
	}
}

func TestLookPath(t *testing.T) {
	_, got := LookPath("nonesuch")
	_, want := exec.LookPath("nonesuch")
	equal(t, "error", got.Error(), want.Error())
	if err := Command("nonesuch").Run(); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	t.Setenv("PATH", "bin")
	t.Chdir("/")
	if err := Command("sh", "-c", "true").Run(); !errors.Is(err, ErrDot) {
		t.Error(err)
	}
}

func TestStderrOfExitError(t *testing.T) {
	_, err := shell("echo words >&2; exit 1").Output()
	equal(t, "Stderr", string(err.(*ExitError).Stderr), "words\n")

	_, err = shell("echo first >&2; seq 100000 >&2; echo last >&2; exit 1").Output()
	kept := string(err.(*ExitError).Stderr)
	if !strings.HasPrefix(kept, "first\n1\n") || !strings.HasSuffix(kept, "100000\nlast\n") ||
		!strings.Contains(kept, "... omitting ") || len(kept) > 3*edge {
		t.Errorf("%d bytes: %.40q … %.40q", len(kept), kept, kept[len(kept)-40:])
	}
}

func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := CommandContext(ctx, "sleep", "100")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	checkModule(t, c)
	cancel()
	err := c.Wait()
	equal(t, "error", err.Error(), "signal: killed")
	// It is done before the next one starts.
	if err := CommandContext(ctx, "true").Run(); err != context.Canceled {
		t.Error(err)
	}
	if err := CommandContext(context.Background(), "true").Run(); err != nil {
		t.Error(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a nil context does not panic")
		}
	}()
	CommandContext(nil, "true")
}

func TestCancel(t *testing.T) {
	start := func(script string, cancel func(*Cmd) error, delay time.Duration) error {
		ctx, done := context.WithCancel(context.Background())
		defer done()
		c := CommandContext(ctx, "/bin/sh", "-c", script)
		c.Cancel = func() error { return cancel(c) }
		c.WaitDelay = delay
		out, _ := c.StdoutPipe()
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		io.ReadFull(out, make([]byte, 1))
		done()
		return c.Wait()
	}
	term := func(c *Cmd) error { return c.Process.Signal(syscall.SIGTERM) }
	err := start("trap 'exit 0' TERM; echo; while :; do sleep 0.01; done", term, 0)
	equal(t, "ends well after Cancel", err, error(context.Canceled))

	err = start("trap '' TERM; echo; exec sleep 100", term, 50*time.Millisecond)
	equal(t, "ignores Cancel", err.Error(), "signal: killed")

	own := errors.New("own")
	err = start("echo; sleep 0.1", func(*Cmd) error { return own }, 0)
	if !errors.Is(err, own) {
		t.Error("the error of Cancel:", err)
	}
	err = start("echo; sleep 0.1", func(*Cmd) error { return os.ErrProcessDone }, 0)
	equal(t, "ErrProcessDone", err, nil)

	c := Command("true")
	c.Cancel = func() error { return nil }
	if c.Run() == nil {
		t.Error("Cancel without a context succeeded")
	}
}

// A descendant keeps the pipe open after the child has ended.
func TestWaitDelay(t *testing.T) {
	c := shell("sleep 3 & echo x")
	c.Stdout = &bytes.Buffer{}
	c.WaitDelay = 50 * time.Millisecond
	begin := time.Now()
	equal(t, "error", c.Run(), ErrWaitDelay)
	if time.Since(begin) > 2*time.Second {
		t.Error("Wait took", time.Since(begin))
	}

	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	c = CommandContext(ctx, "/bin/sh", "-c", "sleep 3 & sleep 3")
	c.Stdout = &bytes.Buffer{}
	c.WaitDelay = 50 * time.Millisecond
	begin = time.Now()
	equal(t, "error after the context", c.Run().Error(), "signal: killed")
	if time.Since(begin) > 2*time.Second {
		t.Error("Wait took", time.Since(begin))
	}
}

type failing struct{}

var errFailing = errors.New("failing")

func (failing) Read([]byte) (int, error)  { return 0, errFailing }
func (failing) Write([]byte) (int, error) { return 0, errFailing }

func TestCopyErrors(t *testing.T) {
	c := Command("cat")
	c.Stdin = failing{}
	equal(t, "a reader", c.Run(), errFailing)
	c = Command("echo")
	c.Stdout = failing{}
	equal(t, "a writer", c.Run(), errFailing)
	c = Command("yes")
	c.Stdout = failing{}
	if err := c.Run(); err == nil {
		t.Error("yes ended well")
	}
}
