// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// The device gets the first free number from here on: few programs use them.
const highFD = 200

// The device's descriptor, and the device number to recognise it by. The descriptor
// stays open. The program does not know of it, and may close it or put another file
// at its number. So it is checked before each use, and never closed.
var device struct {
	sync.Mutex
	fd   int
	rdev uint64
}

func init() {
	device.fd = -1
	if syscall.Access(devicePath, 4) != nil {
		return
	}
	// The first use of a pidfd in package os makes a child by clone(2), to see
	// whether that works. That child has all descriptors for a moment. Let it
	// exist now, while no goroutine has a file open for writing.
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		self.Release()
	}
}

func statDevice(fd int) (rdev uint64, err error) {
	var stat syscall.Stat_t
	if err := syscall.Fstat(fd, &stat); err != nil {
		return 0, err
	}
	if stat.Mode&syscall.S_IFMT != syscall.S_IFCHR {
		return 0, syscall.ENODEV
	}
	return stat.Rdev, nil
}

func dupFrom(fd, least int) (int, error) {
	high, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd),
		syscall.F_DUPFD_CLOEXEC, uintptr(least))
	if errno != 0 {
		return -1, errno
	}
	return int(high), nil
}

// openDevice opens the device at a high number, or at a lower one if RLIMIT_NOFILE
// is low.
func openDevice() (fd int, rdev uint64, err error) {
	low, err := syscall.Open(devicePath, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return -1, 0, &os.PathError{Op: "open", Path: devicePath, Err: err}
	}
	defer syscall.Close(low)
	if fd, err = dupFrom(low, highFD); err != nil {
		fd, err = dupFrom(low, 3)
	}
	if err == nil {
		rdev, err = statDevice(fd)
	}
	return fd, rdev, err
}

func isSet(name string) bool {
	word := os.Getenv(name)
	return word != "" && word != "0"
}

// hasFilter tells whether the thread has a seccomp filter. The filter may allow what
// fork and exec need, and deny the system calls that the module asks it about.
func hasFilter() bool {
	mode, _, _ := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_GET_SECCOMP, 0, 0)
	return mode != 0
}

// usableDevice returns the device's descriptor; or why the module must not be used.
func usableDevice() (int, error) {
	if isSet("OUTSPAWN_DISABLE") {
		return -1, errors.New("OUTSPAWN_DISABLE is set")
	}
	if hasFilter() {
		return -1, errors.New("a seccomp filter")
	}
	device.Lock()
	defer device.Unlock()
	if device.fd >= 0 {
		if rdev, err := statDevice(device.fd); err == nil && rdev == device.rdev {
			return device.fd, nil
		}
	}
	fd, rdev, err := openDevice()
	device.fd, device.rdev = fd, rdev
	return fd, err
}

// Available returns nil if the module can be used, or else the reason why
// os.StartProcess makes all children.
func Available() error {
	fd, err := usableDevice()
	if err != nil {
		return err
	}
	const size = iocInfo >> 16 & 0x3fff
	info := make([]byte, size)
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), iocInfo,
		uintptr(unsafe.Pointer(&info[0]))); errno != 0 {
		return os.NewSyscallError("ioctl "+devicePath, errno)
	}
	return nil
}
