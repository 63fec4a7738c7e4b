// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// stat prints fields of the shell's /proc/PID/stat: its group, session, terminal and
// the terminal's foreground group.
const stat = `read -r pid comm state ppid group session tty foreground rest </proc/$$/stat
echo $((pid == group)) $((pid == session)) $((tty != 0)) $((foreground == pid))`

func withAttr(c *Cmd, attr syscall.SysProcAttr) *Cmd {
	c.SysProcAttr = &attr
	return c
}

func TestSession(t *testing.T) {
	equal(t, "Setsid", output(t, withAttr(shell(stat), syscall.SysProcAttr{Setsid: true})), "1 1 0 0")
	equal(t, "Setpgid", output(t, withAttr(shell(stat), syscall.SysProcAttr{Setpgid: true}))[:3], "1 0")
	equal(t, "nothing", output(t, withAttr(shell(stat), syscall.SysProcAttr{}))[:3], "0 0")

	leader := withAttr(Command("sleep", "100"), syscall.SysProcAttr{Setpgid: true})
	if err := leader.Start(); err != nil {
		t.Fatal(err)
	}
	defer leader.Wait()
	defer leader.Process.Kill()
	c := withAttr(shell("cut -d' ' -f5 /proc/$$/stat"),
		syscall.SysProcAttr{Setpgid: true, Pgid: leader.Process.Pid})
	equal(t, "Pgid", output(t, c), strconv.Itoa(leader.Process.Pid))
}

// terminal makes a pseudo-terminal.
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals: ", err)
	}
	t.Cleanup(func() { master.Close() })
	var number, unlock uint32
	for request, arg := range map[uintptr]*uint32{0x80045430: &number, 0x40045431: &unlock} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(unsafe.Pointer(arg)))
		if errno != 0 {
			t.Fatal(errno)
		}
	}
	slave, err = os.OpenFile("/dev/pts/"+strconv.Itoa(int(number)), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

func TestTerminal(t *testing.T) {
	_, slave := terminal(t)
	c := withAttr(shell(stat), syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3})
	c.ExtraFiles = []*os.File{slave}
	equal(t, "Setctty", output(t, c), "1 1 1 1")

	// A group of the session comes to the foreground: a helper is the session's leader.
	_, slave = terminal(t)
	c = withAttr(helperCommand(t, "foreground"), syscall.SysProcAttr{Setsid: true, Setctty: true})
	c.Stdin = slave
	equal(t, "Foreground", output(t, c), "1 0 1 1")
}

func init() {
	helpers["foreground"] = func() {
		c := withAttr(shell(stat), syscall.SysProcAttr{Foreground: true})
		out, err := c.Output()
		if err != nil || withModule && c.Fallback() != "" {
			fmt.Println(err, c.Fallback())
		}
		os.Stdout.Write(out)
	}
}

func TestCredential(t *testing.T) {
	needRoot(t)
	who := "echo $(id -u) $(id -g) $(id -G)"
	c := withAttr(shell(who), syscall.SysProcAttr{
		Credential: &syscall.Credential{Uid: 1000, Gid: 100, Groups: []uint32{4, 24}}})
	equal(t, "with groups", output(t, c), "1000 100 100 4 24")
	c = withAttr(shell(who), syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 1000, Gid: 100}})
	equal(t, "without groups", output(t, c), "1000 100 100")
	c = withAttr(shell("ulimit -n"), syscall.SysProcAttr{
		Credential: &syscall.Credential{NoSetGroups: true}, Pdeathsig: syscall.SIGKILL})
	output(t, c)
}

// A user's change to another user fails as in os/exec.
func TestCredentialDenied(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may do it")
	}
	attr := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 0, Gid: 0}}
	ours, theirs := Command("true"), exec.Command("true")
	ours.SysProcAttr, theirs.SysProcAttr = attr, attr
	equal(t, "error", ours.Run().Error(), theirs.Run().Error())
}

func TestChroot(t *testing.T) {
	needRoot(t)
	root := t.TempDir()
	// The test's own binary needs no libraries.
	program, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "helper"), program, 0o755); err != nil {
		t.Fatal(err)
	}
	c := withAttr(helperCommand(t, "names"), syscall.SysProcAttr{Chroot: root})
	c.Path, c.Dir = "./helper", "/"
	equal(t, "names", output(t, c), "helper")
}

func init() {
	helpers["names"] = func() {
		names, _ := filepath.Glob("*")
		fmt.Println(strings.Join(names, " "))
	}
}

func TestPdeathsig(t *testing.T) {
	c := withAttr(helperCommand(t, "print-pdeathsig"), syscall.SysProcAttr{Pdeathsig: syscall.SIGUSR1})
	equal(t, "signal", output(t, c), "10")
	if os.Geteuid() != 0 {
		return
	}
	c = withAttr(helperCommand(t, "print-pdeathsig"), syscall.SysProcAttr{
		Pdeathsig: syscall.SIGUSR1, Credential: &syscall.Credential{Uid: 1000, Gid: 1000}})
	program, _ := os.Readlink("/proc/self/exe")
	if output, err := exec.Command("setpriv", "--reuid=1000", "test", "-x", program).CombinedOutput(); err != nil {
		t.Skipf("a user cannot run %s: %s", program, output)
	}
	c.Path = program
	equal(t, "signal of another user", output(t, c), "10")
}

func init() {
	helpers["print-pdeathsig"] = func() {
		const prGetPdeathsig = 2
		var signal int32
		syscall.RawSyscall(syscall.SYS_PRCTL, prGetPdeathsig, uintptr(unsafe.Pointer(&signal)), 0)
		fmt.Println(signal)
	}
}

func TestNamespaces(t *testing.T) {
	needRoot(t)
	c := withAttr(shell("hostname inner && hostname; echo $$"),
		syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUTS | syscall.CLONE_NEWPID})
	out, err := c.Output()
	if err != nil {
		t.Skip("no namespaces here: ", err)
	}
	checkModule(t, c)
	equal(t, "host name and pid", string(out), "inner\n1\n")
	if name, _ := os.Hostname(); name == "inner" {
		t.Error("the caller has the child's host name")
	}
}

func TestCgroup(t *testing.T) {
	needRoot(t)
	mounts, err := os.Open("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	defer mounts.Close()
	root := ""
	for lines := bufio.NewScanner(mounts); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); fields[2] == "cgroup2" {
			root = fields[1]
		}
	}
	path := filepath.Join(root, "outspawn-go-test")
	if err := os.Mkdir(path, 0o755); root == "" || err != nil {
		t.Skip("no cgroup v2 here: ", err)
	}
	defer os.Remove(path)
	dir, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	c := withAttr(shell("cat /proc/$$/cgroup"),
		syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(dir.Fd())})
	if out := output(t, c); !strings.HasSuffix(out, "/outspawn-go-test") {
		t.Error(out)
	}
}

func TestPidFD(t *testing.T) {
	pidfd := -1
	c := withAttr(Command("sleep", "100"), syscall.SysProcAttr{PidFD: &pidfd})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	checkModule(t, c)
	const sysPidfdSendSignal = 424
	_, _, errno := syscall.Syscall6(sysPidfdSendSignal, uintptr(pidfd), uintptr(syscall.SIGTERM), 0, 0, 0, 0)
	equal(t, "errno", errno, 0)
	equal(t, "error", c.Wait().Error(), "signal: terminated")
	if err := syscall.Close(pidfd); err != nil {
		t.Error(err)
	}
}

// What only os.StartProcess can do, it does.
func TestUnsupported(t *testing.T) {
	fields := reflect.TypeFor[syscall.SysProcAttr]()
	if fields.NumField() != attrFields {
		t.Errorf("syscall.SysProcAttr has %d fields: add the new ones to attr_amd64.go", fields.NumField())
	}
	for _, test := range []struct {
		attr syscall.SysProcAttr
		want string
	}{
		{syscall.SysProcAttr{Noctty: true}, "Noctty"},
		{syscall.SysProcAttr{Ptrace: true}, "Ptrace"},
		{syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWUTS}, "Unshareflags"},
		{syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER}, "Cloneflags"},
		{syscall.SysProcAttr{UidMappings: []syscall.SysProcIDMap{}}, "UidMappings"},
		{syscall.SysProcAttr{GidMappings: []syscall.SysProcIDMap{}}, "GidMappings"},
		{syscall.SysProcAttr{AmbientCaps: []uintptr{0}}, "AmbientCaps"},
		{syscall.SysProcAttr{Setctty: true, Foreground: true}, "Setctty"},
		{syscall.SysProcAttr{Foreground: true, Ctty: -1}, "Foreground"},
		{syscall.SysProcAttr{Chroot: "\x00"}, "Chroot"},
	} {
		equal(t, "reason", unsupportedAttr(&test.attr, 3), "SysProcAttr: "+test.want)
	}
	if os.Geteuid() == 0 {
		c := withAttr(shell("hostname inner; hostname"), syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWUTS})
		if out, err := c.Output(); err == nil {
			equal(t, "output", string(out), "inner\n")
			equal(t, "reason", c.Fallback(), "SysProcAttr: Unshareflags")
		}
	}
}
