// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"outspawn/internal/nofile"
)

// A spawn is by path, without a template. A template would keep writers away from the
// program for as long as it lives: a build that makes the program anew would fail with
// ETXTBSY. It would also not take scripts, and would have to be made again after each
// change of the file or of the thread's credentials. It would save nothing: by path a
// spawn costs no more (docs/performance.md).

// A plan is what a request becomes: the actions of the child, in order.
type plan struct {
	b       *block
	actions []action
}

func (p *plan) add(a action) {
	p.actions = append(p.actions, a)
}

// call lets the child make a system call.
func (p *plan) call(nr uint32, args ...uint64) {
	arg := syscallArg{nr: nr}
	copy(arg.args[:], args)
	p.add(action{kind: actionSyscall, arg: address(place(p.b, arg))})
}

// openNull opens /dev/null in the child.
func (p *plan) openNull(number int) {
	const atFdcwd = -100
	how := openHow{flags: syscall.O_WRONLY}
	if number == 0 {
		how.flags = syscall.O_RDONLY
	}
	arg := openArg{path: p.b.text(os.DevNull), how: how}
	p.add(action{kind: actionOpen, fd: atFdcwd, newfd: int32(number),
		arg: address(place(p.b, arg))})
}

func (p *plan) dup(from, to int, flags uint32) {
	p.add(action{kind: actionDup2, flags: flags, fd: int32(from), newfd: int32(to)})
}

// placeFiles gives the child its descriptors. A number that an earlier file takes is saved
// first, at a number that neither the child nor the caller's files use.
func (p *plan) placeFiles(files []childFile) {
	sources := make([]int, len(files))
	used := make(map[int]bool)
	for number, file := range files {
		sources[number] = -1
		if !file.null {
			// As os.StartProcess: the child expects files that block.
			sources[number] = int(file.file.Fd())
		}
		used[sources[number]] = true
	}
	saved := make(map[int]int)
	spare := len(files)
	for number, source := range sources {
		if source < 0 || source >= number {
			continue
		}
		if _, known := saved[source]; !known {
			for used[spare] {
				spare++
			}
			p.dup(source, spare, syscall.O_CLOEXEC)
			saved[source] = spare
			spare++
		}
		sources[number] = saved[source]
	}
	for number, source := range sources {
		switch {
		case files[number].null:
			p.openNull(number)
		case source >= 0:
			p.dup(source, number, 0)
		default:
			p.add(action{kind: actionCloseRange, fd: int32(number), newfd: int32(number)})
		}
	}
}

// placeGroup comes before the files: Ctty is a descriptor of the caller.
func (p *plan) placeGroup(sys *syscall.SysProcAttr) {
	if sys.Setsid {
		p.call(syscall.SYS_SETSID)
	}
	if sys.Setpgid || sys.Foreground {
		p.call(syscall.SYS_SETPGID, 0, uint64(sys.Pgid))
	}
	if sys.Foreground {
		// 0 in place of an address: the child's own group.
		var group uint64
		if sys.Pgid != 0 {
			group = address(place(p.b, int32(sys.Pgid)))
		}
		p.call(syscall.SYS_IOCTL, uint64(sys.Ctty), syscall.TIOCSPGRP, group)
	}
}

func (p *plan) setCredential(cred *syscall.Credential) {
	if !cred.NoSetGroups {
		var groups uint64
		if len(cred.Groups) > 0 {
			groups = list(p.b, cred.Groups)
		}
		p.call(syscall.SYS_SETGROUPS, uint64(len(cred.Groups)), groups)
	}
	p.call(syscall.SYS_SETGID, uint64(cred.Gid))
	p.call(syscall.SYS_SETUID, uint64(cred.Uid))
}

// restoreLimit gives the child the soft limit that package syscall raised, by the rule
// of os.StartProcess: if the limit is what package syscall made of it.
func (p *plan) restoreLimit() {
	soft, hard, known := nofile.AtStart()
	if !known || soft+1 >= hard {
		return
	}
	var now syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &now)
	if err == nil && now.Cur == hard-1 && now.Max == hard {
		limit := place(p.b, syscall.Rlimit{Cur: soft, Max: hard})
		p.call(syscall.SYS_PRLIMIT64, 0, syscall.RLIMIT_NOFILE, address(limit))
	}
}

// make fills the plan. The order is that of package syscall, except that the files come
// before a change of the root, the user and the directory.
func (p *plan) make(r *request) {
	sys := r.attr
	if sys == nil {
		sys = &syscall.SysProcAttr{}
	}
	p.placeGroup(sys)
	p.placeFiles(r.files)
	if sys.Chroot != "" {
		p.call(syscall.SYS_CHROOT, p.b.text(sys.Chroot))
	}
	if sys.Credential != nil {
		p.setCredential(sys.Credential)
	}
	if r.dir != "" {
		p.call(syscall.SYS_CHDIR, p.b.text(r.dir))
	}
	// The kernel forgets the signal when the user changes. So set it again.
	if sys.Pdeathsig != 0 && sys.Credential != nil {
		p.call(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uint64(sys.Pdeathsig))
	}
	if sys.Setctty {
		p.call(syscall.SYS_IOCTL, uint64(sys.Ctty), syscall.TIOCSCTTY, 1)
	}
	p.restoreLimit()
}

// An order is the request in the kernel's form.
type order struct {
	path   *pathArgs
	pidfd  *int32
	result *spawnResult
}

func makeOrder(b *block, r *request) order {
	p := &plan{b: b, actions: make([]action, 0, 16)}
	p.make(r)
	o := order{pidfd: place(b, int32(-1)), result: place(b, spawnResult{})}
	args := spawnArgs{
		pidfd:      address(o.pidfd),
		argv:       b.texts(r.argv),
		envp:       b.texts(r.env),
		actions:    list(b, p.actions),
		actionsLen: uint64(len(p.actions)),
		result:     address(o.result),
	}
	if sys := r.attr; sys != nil {
		args.namespaces = uint64(sys.Cloneflags)
		args.pdeathSignal = uint32(sys.Pdeathsig)
		if sys.UseCgroupFD {
			args.flags |= spawnCgroup
			args.cgroup = int32(sys.CgroupFD)
		}
	}
	o.path = place(b, pathArgs{
		spawn:     address(place(b, args)),
		spawnSize: uint32(unsafe.Sizeof(args)),
		file:      b.text(r.path),
	})
	return o
}

// spawn lets the module make the child. If os.StartProcess must do that, fallback says
// why. Another error is final.
func spawn(r *request) (process *os.Process, c *child, fallback string, err error) {
	if fallback = unsupported(r); fallback != "" {
		return nil, nil, fallback, nil
	}
	// One thread asks for its filters and makes the call.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	fd, err := usableDevice()
	if err != nil {
		return nil, nil, err.Error(), nil
	}
	if r.attr != nil && r.attr.PidFD != nil {
		*r.attr.PidFD = -1
	}
	b := newBlock()
	defer b.release()
	o := makeOrder(b, r)
	pid, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), iocSpawnPath,
		uintptr(unsafe.Pointer(o.path)))
	// The files must stay open until here.
	runtime.KeepAlive(r)
	switch {
	case errno == 0:
		process, c = adopt(int(pid), int(*o.pidfd), r.attr)
		return process, c, "", nil
	case o.result.stage == stageExec:
		// os.StartProcess would say the same.
		return nil, nil, "", &os.PathError{Op: "fork/exec", Path: r.path, Err: errno}
	default:
		return nil, nil, errno.Error(), nil
	}
}

// unsupported returns in words why the module must not try; or "".
func unsupported(r *request) string {
	for _, arg := range r.argv {
		if strings.IndexByte(arg, 0) >= 0 {
			return "an argument has a NUL"
		}
	}
	if strings.IndexByte(r.path, 0) >= 0 || strings.IndexByte(r.dir, 0) >= 0 {
		return "a path has a NUL"
	}
	if r.attr == nil {
		return ""
	}
	return unsupportedAttr(r.attr, len(r.files))
}
