// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

// Package nofile knows the RLIMIT_NOFILE with which the program was started.
//
// Package syscall raises the soft limit when the program starts. os.StartProcess gives
// children the old limit again, but package syscall does not export it. Packages
// without imports are initialised first, in the order of their paths. So this one
// imports nothing, reads the limit before package syscall changes it, and makes the
// system call itself.
package nofile

const rlimitNofile = 7

var (
	limit [2]uint64 // soft, hard
	errno int64
)

func init() {
	errno = prlimit(rlimitNofile, &limit)
}

// prlimit reads a limit of this process. It returns 0, or a negative error number.
//
//go:noescape
func prlimit(resource uint64, limit *[2]uint64) int64

// AtStart returns the soft and the hard limit that the program was started with.
func AtStart() (soft, hard uint64, known bool) {
	return limit[0], limit[1], errno == 0
}
