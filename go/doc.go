// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

// Package outspawn runs programs as os/exec does, without fork: the kernel module
// outspawn makes each child.
//
// Cmd has the fields, methods and errors of exec.Cmd. A program that changes its
// import to
//
//	import exec "outspawn"
//
// keeps the rest of its code. Where the module is not loaded, or cannot do what a
// Cmd asks for, os.StartProcess makes the child. Available, Counts and
// Cmd.Fallback tell which of the two it was.
//
// A child gets the descriptors that its Cmd names, and no other. So no lock is
// held while a child is made, no descriptor leaks into another goroutine's child,
// and a program that was just written can be run at once, without ETXTBSY. No
// thread waits for a child: its pidfd is in the runtime's poller.
//
// docs/go.md lists the differences from os/exec.
package outspawn
