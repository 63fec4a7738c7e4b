// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"os"
	"syscall"
	"unsafe"
)

// A child is the pidfd of a child that the module made, in the runtime's poller. A nil
// *child is one that os.StartProcess made.
type child struct {
	pidfd *os.File
}

// adopt makes Go's process of a new child.
func adopt(pid, pidfd int, sys *syscall.SysProcAttr) (*os.Process, *child) {
	// It never fails on Linux. It opens a pidfd of its own.
	process, _ := os.FindProcess(pid)
	// If a wait for any child has reaped this one, the number may be another
	// process by now. Never signal that.
	if errno := signal(pidfd, 0); errno == syscall.ESRCH {
		process.Release()
	}
	if sys != nil && sys.PidFD != nil {
		*sys.PidFD, _ = dupFrom(pidfd, 0)
	}
	syscall.SetNonblock(pidfd, true)
	return process, &child{os.NewFile(uintptr(pidfd), "pidfd")}
}

func signal(pidfd int, number syscall.Signal) syscall.Errno {
	const sysPidfdSendSignal = 424
	_, _, errno := syscall.RawSyscall6(sysPidfdSendSignal, uintptr(pidfd), uintptr(number),
		0, 0, 0, 0)
	return errno
}

// pollfd is the struct of poll(2).
type pollfd struct {
	fd      int32
	events  int16
	revents int16
}

func hasEnded(pidfd uintptr) bool {
	const pollIn = 1
	p := pollfd{fd: int32(pidfd), events: pollIn}
	n, _, _ := syscall.RawSyscall(syscall.SYS_POLL, uintptr(unsafe.Pointer(&p)), 1, 0)
	return n == 1
}

// wait returns when the child has ended. It does not reap the child. No thread waits,
// unless the poller cannot: then os.Process.Wait does.
func (c *child) wait() {
	if c == nil {
		return
	}
	if conn, err := c.pidfd.SyscallConn(); err == nil {
		conn.Read(hasEnded)
	}
}

func (c *child) close() {
	if c != nil {
		c.pidfd.Close()
	}
}
