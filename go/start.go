// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"errors"
	"os"
	"sync/atomic"
	"syscall"
)

// A request is a child to make, for the module and for os.StartProcess alike.
type request struct {
	path      string
	argv, env []string
	dir       string
	files     []childFile
	attr      *syscall.SysProcAttr
}

var byModule, byOS atomic.Uint64

// Counts returns how many children the module made, and how many calls went to
// os.StartProcess.
func Counts() (module, fallback uint64) {
	return byModule.Load(), byOS.Load()
}

// start makes the child of a request. If os.StartProcess did that, fallback says why.
//
// A spawn that failed leaves no child and no trace. So if the failure may have a
// reason that only the module has, os.StartProcess tries again.
func start(r *request) (process *os.Process, child *child, fallback string, err error) {
	process, child, fallback, err = spawn(r)
	if fallback == "" {
		byModule.Add(1)
		say(r.path, "module", err)
		return process, child, "", err
	}
	byOS.Add(1)
	say(r.path, "os/exec", errors.New(fallback))
	process, err = r.startByOS()
	return process, nil, fallback, err
}

func (r *request) startByOS() (*os.Process, error) {
	attr := &os.ProcAttr{Dir: r.dir, Env: r.env, Sys: r.attr}
	for number, file := range r.files {
		if file.null {
			null, err := openNull(number)
			if err != nil {
				return nil, err
			}
			defer null.Close()
			file.file = null
		}
		attr.Files = append(attr.Files, file.file)
	}
	return os.StartProcess(r.path, r.argv, attr)
}

// openNull opens /dev/null for a standard stream.
func openNull(number int) (*os.File, error) {
	if number == 0 {
		return os.Open(os.DevNull)
	}
	return os.OpenFile(os.DevNull, os.O_WRONLY, 0)
}
