// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// The structs and numbers of uapi_amd64.go are those of the C header: the program
// layout prints the header's.
func TestLayout(t *testing.T) {
	program := os.Getenv("OUTSPAWN_TEST_LAYOUT")
	if program == "" {
		t.Skip("OUTSPAWN_TEST_LAYOUT does not name the program")
	}
	out, err := exec.Command(program).Output()
	if err != nil {
		t.Fatal(err)
	}
	header := make(map[string]string)
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		name, value, _ := strings.Cut(line, " ")
		header[name] = value
	}
	ours := map[string]uint64{
		"SPAWN_TEMPLATE_IOC_SPAWN_PATH":     iocSpawnPath,
		"SPAWN_TEMPLATE_IOC_INFO":           iocInfo,
		"SPAWN_TEMPLATE_SPAWN_CGROUP":       spawnCgroup,
		"SPAWN_TEMPLATE_ACTION_DUP2":        actionDup2,
		"SPAWN_TEMPLATE_ACTION_OPEN":        actionOpen,
		"SPAWN_TEMPLATE_ACTION_CLOSE_RANGE": actionCloseRange,
		"SPAWN_TEMPLATE_ACTION_SYSCALL":     actionSyscall,
		"SPAWN_TEMPLATE_STAGE_EXEC":         stageExec,
	}
	for _, value := range []any{action{}, openHow{}, openArg{}, syscallArg{}, spawnArgs{}, spawnResult{},
		pathArgs{}} {
		kind := reflect.TypeOf(value)
		ours[kind.Name()] = uint64(kind.Size())
		for i := range kind.NumField() {
			field := kind.Field(i)
			ours[kind.Name()+"."+field.Name] = uint64(field.Offset)
			ours[kind.Name()+"."+field.Name+"#"] = uint64(field.Type.Size())
		}
	}
	equal(t, "number of names", len(ours), len(header))
	for name, value := range ours {
		equal(t, name, strconv.FormatUint(value, 10), header[name])
	}
	equal(t, "device", devicePath, "/dev/spawn_template")
}

func TestAvailable(t *testing.T) {
	err := Available()
	equal(t, "available", err == nil, withModule)
	module, fallback := Counts()
	c := Command("true")
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	moreModule, moreFallback := Counts()
	if withModule {
		module++
	} else {
		fallback++
		equal(t, "Fallback", c.Fallback(), err.Error())
	}
	equal(t, "by the module", moreModule, module)
	equal(t, "by os.StartProcess", moreFallback, fallback)
}

func TestDisable(t *testing.T) {
	t.Setenv("OUTSPAWN_DISABLE", "1")
	c := Command("true")
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	equal(t, "reason", c.Fallback(), "OUTSPAWN_DISABLE is set")
	equal(t, "Available", Available().Error(), "OUTSPAWN_DISABLE is set")
}

func init() {
	helpers["debug"] = func() {
		Command("/bin/true").Run()
		Command("/nonesuch").Run()
		c := Command("/bin/true")
		c.SysProcAttr = &syscall.SysProcAttr{Noctty: true}
		c.Run()
	}
}

func TestDebug(t *testing.T) {
	who := "module"
	if !withModule {
		who = "os/exec: " + Available().Error()
	}
	check := func(lines string) {
		t.Helper()
		var parts []string
		for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
			_, part, _ := strings.Cut(line, "]: ")
			parts = append(parts, part)
		}
		missing := "/nonesuch: " + who
		if withModule {
			missing += ": fork/exec /nonesuch: no such file or directory"
		}
		equal(t, "lines", strings.Join(parts, "\n"), "/bin/true: "+who+"\n"+missing+
			"\n/bin/true: os/exec: SysProcAttr: Noctty")
	}
	run := func(target string) string {
		var diagnostics strings.Builder
		c := helperCommand(t, "debug")
		c.Env = append(c.Env, "OUTSPAWN_DEBUG="+target)
		c.Stderr = &diagnostics
		output(t, c)
		return diagnostics.String()
	}
	check(run("1"))
	path := filepath.Join(t.TempDir(), "lines")
	equal(t, "on standard error", run(path), "")
	lines, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check(string(lines))
	equal(t, "0", run("0"), "")
	for _, bad := range []string{"yes", "/nonesuch/lines"} {
		if said := run(bad); strings.Count(said, "\n") != 1 || !strings.Contains(said, "set it to 1") {
			t.Errorf("OUTSPAWN_DEBUG=%s: %q", bad, said)
		}
	}
}

// A program that closes the device, or puts another file at its number, does no harm.
func TestDeviceClosed(t *testing.T) {
	if !withModule {
		t.Skip("there is no device")
	}
	equal(t, "before", output(t, shell("echo a")), "a")
	equal(t, "number", device.fd >= highFD, true)
	syscall.Close(device.fd)
	equal(t, "closed", output(t, shell("echo b")), "b")
	null, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	taken := device.fd
	syscall.Dup3(null, taken, syscall.O_CLOEXEC)
	equal(t, "another file", output(t, shell("echo c")), "c")
	equal(t, "it is still open", syscall.Close(taken), nil)
	syscall.Close(null)
}

func TestFilter(t *testing.T) {
	equal(t, "output", output(t, helperCommand(t, "filter")), "a seccomp filter\nanother thread")
}

func init() {
	// filter gives one thread a filter that allows everything.
	helpers["filter"] = func() {
		done := make(chan bool)
		go func() {
			// The thread ends with the goroutine.
			runtime.LockOSThread()
			allow := struct {
				code   uint16
				jt, jf uint8
				k      uint32
			}{code: 6, k: 0x7fff0000}
			program := struct {
				length uint16
				filter unsafe.Pointer
			}{1, unsafe.Pointer(&allow)}
			syscall.RawSyscall6(syscall.SYS_PRCTL, 38, 1, 0, 0, 0, 0)
			_, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_SECCOMP, 2,
				uintptr(unsafe.Pointer(&program)))
			c := Command("true")
			if err := c.Run(); err != nil || errno != 0 {
				fmt.Println(err, errno)
			}
			fmt.Println(c.Fallback())
			close(done)
		}()
		<-done
		c := Command("true")
		if c.Run(); c.Fallback() == "a seccomp filter" {
			fmt.Print("the filter's ")
		} else {
			fmt.Print("another ")
		}
		fmt.Println("thread")
	}
}

// go.dev/issue/22315: many goroutines write a program, close it and run it at once.
// With fork, another goroutine's child has the open file for a moment: ETXTBSY.
func TestWriteAndRun(t *testing.T) {
	if !withModule {
		t.Skip("os.StartProcess may fail with ETXTBSY: go.dev/issue/22315")
	}
	program, err := os.ReadFile("/bin/true")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	deadline := time.Now().Add(20 * time.Second)
	runs := 0
	var wait sync.WaitGroup
	var lock sync.Mutex
	for worker := range 16 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := 0; i < 40 && time.Now().Before(deadline); i++ {
				path := filepath.Join(dir, fmt.Sprintf("%d-%d", worker, i))
				if err := os.WriteFile(path, program, 0o755); err != nil {
					t.Error(err)
					return
				}
				c := Command(path)
				if err := c.Run(); err != nil {
					t.Errorf("%s: %v", path, err)
				}
				checkModule(t, c)
				os.Remove(path)
				lock.Lock()
				runs++
				lock.Unlock()
			}
		}()
	}
	wait.Wait()
	t.Logf("%d programs written and run", runs)
}

// Signals that interrupt system calls, and a busy garbage collector, change nothing.
func TestSignalsAndGarbage(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	stop := make(chan bool)
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Microsecond):
				syscall.Kill(os.Getpid(), syscall.SIGURG)
			}
		}
	}()
	var wait sync.WaitGroup
	for worker := range 4 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range 25 {
				word := fmt.Sprintf("%d-%d", worker, i)
				args := append([]string{"%s "}, strings.Fields(strings.Repeat(word+" ", 500))...)
				c := Command("/usr/bin/printf", args...)
				c.Env = []string{"WORD=" + word}
				c.Dir = "/"
				out, err := c.Output()
				if err != nil {
					t.Error(err)
				}
				if string(out) != strings.Repeat(word+" ", 500) {
					t.Errorf("%s: %.80q", word, out)
				}
				checkModule(t, c)
			}
		}()
	}
	wait.Wait()
	close(stop)
}

// No thread waits for a child.
func TestThreads(t *testing.T) {
	if !withModule {
		t.Skip("a thread waits for each child of os.StartProcess")
	}
	var wait sync.WaitGroup
	var children []*Cmd
	for range 100 {
		c := Command("sleep", "100")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, c)
		wait.Add(1)
		go func() {
			defer wait.Done()
			if err := c.Wait(); err == nil || err.Error() != "signal: killed" {
				t.Error(err)
			}
		}()
	}
	time.Sleep(200 * time.Millisecond)
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil || len(threads) > 60 {
		t.Errorf("%d threads for 100 children, %v", len(threads), err)
	}
	for _, c := range children {
		if err := c.Process.Kill(); err != nil {
			t.Error(err)
		}
	}
	wait.Wait()
	if err := children[0].Process.Kill(); err != os.ErrProcessDone {
		t.Error("after the end:", err)
	}
}

// Children leave no descriptors and no zombies.
func TestLeaks(t *testing.T) {
	count := func() int {
		runtime.GC()
		names, _ := os.ReadDir("/proc/self/fd")
		return len(names)
	}
	run := func() {
		output(t, shell("cat"))
		Command("/nonesuch").Run()
		c := Command("/bin/true")
		c.Dir = "/nonesuch"
		c.Run()
	}
	run()
	before := count()
	for range 20 {
		run()
	}
	if after := count(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
	var info [128]byte
	const pAll, exitedNohangNowait = 0, 4 | 1 | 0x01000000
	_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, pAll, 0, uintptr(unsafe.Pointer(&info)),
		exitedNohangNowait, 0, 0)
	if errno != syscall.ECHILD {
		t.Error("there are children:", errno)
	}
}

// A wait for any child in another part of the program takes the status, as with os/exec.
func TestReapedByAnother(t *testing.T) {
	c := Command("true")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := syscall.Wait4(c.Process.Pid, nil, 0, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err == nil || !strings.Contains(err.Error(), "no child processes") {
		t.Error(err)
	}
}

// The memory of a spawn: arrays, strings and structs are where they are said to be.
func TestBlock(t *testing.T) {
	b := newBlock()
	defer b.release()
	words := []string{"", "a", strings.Repeat("x", 3*8*chunkWords), "last"}
	array := b.texts(words)
	values := b.text("before") + 0
	equal(t, "aligned", values%8, 0)
	pointers := unsafe.Slice((**byte)(pointerAt(array)), len(words)+1)
	for i, word := range words {
		equal(t, "string", unsafe.String(pointers[i], len(word)+1), word+"\x00")
	}
	equal(t, "end", pointers[len(words)], nil)
	numbers := list(b, []uint32{1, 2, 3})
	equal(t, "element", unsafe.Slice((*uint32)(pointerAt(numbers)), 3)[2], 3)
	list(b, []uint32{})
}

func pointerAt(address uint64) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&address))
}
