// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// file makes a file with one word.
func file(t *testing.T, word string) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(word+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// descriptors prints which of the numbers 0 to 9 the shell has. The caller of the tests
// may have given them others.
const descriptors = "for n in 0 1 2 3 4 5 6 7 8 9; do [ ! -e /proc/$$/fd/$n ] || printf '%s ' $n; done"

func TestExtraFiles(t *testing.T) {
	a, b := file(t, "a"), file(t, "b")
	c := shell("cat <&3; cat <&5; cat <&6; " + descriptors)
	c.ExtraFiles = []*os.File{a, nil, b, b}
	// 5 and 6 are one open file, so the second reads nothing.
	equal(t, "output", output(t, c), "a\nb\n0 1 2 3 5 6 ")
}

func init() {
	// The helper has three files at 3, 4 and 5. Its child gets them in another order,
	// and the standard streams change places, too.
	helpers["crossing"] = func() {
		c := shell("cat <&3; cat <&4; cat <&5")
		for _, number := range []uintptr{5, 3, 4} {
			c.ExtraFiles = append(c.ExtraFiles, os.NewFile(number, "extra"))
		}
		c.Stdout, c.Stderr = os.Stderr, os.Stdout
		if err := c.Run(); err != nil {
			fmt.Println(err)
		}
		if withModule && c.Fallback() != "" {
			fmt.Println(c.Fallback())
		}
	}
}

func TestCrossing(t *testing.T) {
	c := helperCommand(t, "crossing")
	c.ExtraFiles = []*os.File{file(t, "one"), file(t, "two"), file(t, "three")}
	var diagnostics strings.Builder
	c.Stderr = &diagnostics
	equal(t, "standard output", output(t, c), "")
	equal(t, "standard error", diagnostics.String(), "three\none\ntwo\n")
}

// A child has no descriptor that its Cmd does not name.
func TestNoOtherDescriptors(t *testing.T) {
	if !withModule {
		t.Skip("a child of os.StartProcess gets all descriptors that are not close-on-exec")
	}
	fd, err := syscall.Open("/dev/null", syscall.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	names := "ls /proc/$$/fd | tr '\\n' ' '"
	equal(t, "descriptors", output(t, shell(names)), "0 1 2 ")
	c := shell(names)
	c.ExtraFiles = []*os.File{nil, os.Stdin}
	equal(t, "with one more", output(t, c), "0 1 2 4 ")
}

func TestClosedStreams(t *testing.T) {
	var none *os.File
	c := shell(descriptors)
	c.Stdin, c.Stderr = none, none
	equal(t, "descriptors", output(t, c), "1 ")
}

func TestManyExtraFiles(t *testing.T) {
	f := file(t, "x")
	c := shell("ls /proc/$$/fd | wc -l")
	for range 150 {
		c.ExtraFiles = append(c.ExtraFiles, f)
	}
	equal(t, "descriptors", output(t, c), "153")

	// More than a spawn can have: os.StartProcess makes the child.
	for range 100 {
		c.ExtraFiles = append(c.ExtraFiles, f)
	}
	c = &Cmd{Path: c.Path, Args: c.Args, ExtraFiles: c.ExtraFiles}
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "more descriptors", string(out), "253\n")
	if c.Fallback() == "" {
		t.Error("253 descriptors by the module")
	}
}

func init() {
	// print-limit prints the soft limit that children get: of this package and of
	// os/exec, first as it is, then after a change.
	helpers["print-limit"] = func() {
		both := func() string {
			ours, err := shell("ulimit -Sn").Output()
			if err != nil {
				return err.Error()
			}
			theirs, _ := exec.Command("/bin/sh", "-c", "ulimit -Sn").Output()
			return strings.TrimSpace(string(ours)) + " " + strings.TrimSpace(string(theirs))
		}
		first := both()
		limit := syscall.Rlimit{}
		syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
		limit.Cur = 120
		syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
		fmt.Println(first, both())
	}
}

// Go raises the soft RLIMIT_NOFILE for itself, and not for its children.
func TestLimit(t *testing.T) {
	c := helperCommand(t, "print-limit")
	c.Path, c.Args = "/bin/sh", []string{"sh", "-c", "ulimit -Sn 100; exec /proc/$PPID/exe"}
	equal(t, "limits", output(t, c), "100 100 120 120")
	c = helperCommand(t, "print-limit")
	c.Path, c.Args = "/bin/sh", []string{"sh", "-c", "ulimit -n 150; exec /proc/$PPID/exe"}
	equal(t, "limits without a margin", output(t, c), "150 150 120 120")
}

// A child expects files that block.
func TestBlocking(t *testing.T) {
	c := shell("cat /proc/$$/fdinfo/0 /proc/$$/fdinfo/1")
	c.Stdin = strings.NewReader("")
	for _, line := range strings.Split(output(t, c), "\n") {
		var flags int
		if n, _ := fmt.Sscanf(line, "flags: %o", &flags); n == 1 && flags&syscall.O_NONBLOCK != 0 {
			t.Error(line)
		}
	}
}
