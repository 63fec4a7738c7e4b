// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// The names of os/exec that need no change.
type (
	// Error is returned by LookPath.
	Error = exec.Error
	// ExitError reports a program that did not succeed.
	ExitError = exec.ExitError
)

// The errors of os/exec.
var (
	ErrDot       = exec.ErrDot
	ErrNotFound  = exec.ErrNotFound
	ErrWaitDelay = exec.ErrWaitDelay
)

// LookPath searches for a program in the directories of PATH, as exec.LookPath.
func LookPath(file string) (string, error) {
	return exec.LookPath(file)
}

// Cmd is a program to run. The exported fields have the meaning that they have in
// exec.Cmd. A Cmd cannot be used again after Start.
type Cmd struct {
	// Path is the program. If it is relative, it begins at Dir.
	Path string
	// Args holds the arguments, with the program's name as Args[0]. If it is
	// empty, the program gets Path alone.
	Args []string
	// Env is the environment. If it is nil, the program gets the caller's.
	Env []string
	// Dir is the working directory. If it is empty, the program has the
	// caller's.
	Dir string

	// Stdin is what the program reads, Stdout and Stderr are what it writes to. If
	// one is nil, the program has /dev/null there. An *os.File is given to the
	// program; for all others a goroutine copies through a pipe. If Stdout and
	// Stderr are equal, at most one goroutine writes at a time.
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	// ExtraFiles are the program's descriptors from 3 on. The program gets no
	// other descriptors.
	ExtraFiles []*os.File
	// SysProcAttr has further attributes. docs/go.md lists those for which
	// os.StartProcess makes the child.
	SysProcAttr *syscall.SysProcAttr

	// Process is the child, after Start.
	Process *os.Process
	// ProcessState is how the child ended, after Wait.
	ProcessState *os.ProcessState

	// Err is the error of LookPath, which Start returns.
	Err error
	// Cancel is called when the context of CommandContext is done. By default it
	// kills the child.
	Cancel func() error
	// WaitDelay limits how long Wait waits for the child after the context is
	// done, and for the streams after the child has ended. 0: no limit.
	WaitDelay time.Duration

	ctx      context.Context
	streams  streams
	child    *child
	fallback string
	watcher  *watcher
}

// Command makes a Cmd of a program and its arguments. A name without a slash is
// searched for by LookPath.
func Command(name string, arg ...string) *Cmd {
	found := exec.Command(name, arg...)
	return &Cmd{Path: found.Path, Args: found.Args, Err: found.Err}
}

// CommandContext is Command for a child that is killed when ctx is done. It panics
// if ctx is nil.
func CommandContext(ctx context.Context, name string, arg ...string) *Cmd {
	if ctx == nil {
		panic("nil Context")
	}
	c := Command(name, arg...)
	c.ctx = ctx
	c.Cancel = func() error { return c.Process.Kill() }
	return c
}

// String describes the command for a person. It is no input for a shell.
func (c *Cmd) String() string {
	words := c.Args
	if c.Err == nil {
		words = append([]string{c.Path}, c.Args[min(1, len(c.Args)):]...)
	}
	return strings.Join(words, " ")
}

// Environ returns the environment that the program gets.
func (c *Cmd) Environ() []string {
	return (&exec.Cmd{Env: c.Env, Dir: c.Dir}).Environ()
}

func (c *Cmd) argv() []string {
	if len(c.Args) > 0 {
		return c.Args
	}
	return []string{c.Path}
}

// Run starts the program and waits until it has ended.
func (c *Cmd) Run() error {
	if err := c.Start(); err != nil {
		return err
	}
	return c.Wait()
}

// check returns the error for which there is nothing to start.
func (c *Cmd) check() error {
	if c.Path == "" && c.Err == nil {
		c.Err = errors.New("exec: no command")
	}
	if c.Err != nil {
		return c.Err
	}
	if c.Cancel != nil && c.ctx == nil {
		return errors.New("exec: command with a non-nil Cancel was not created with CommandContext")
	}
	variables := c.Env
	if variables == nil {
		// Dir becomes a variable.
		variables = []string{c.Dir}
	}
	for _, variable := range variables {
		if strings.IndexByte(variable, 0) >= 0 {
			return errors.New("exec: environment variable contains NUL")
		}
	}
	if c.ctx != nil {
		return c.ctx.Err()
	}
	return nil
}

// Start starts the program. After a success Wait must be called.
func (c *Cmd) Start() error {
	if c.Process != nil {
		return errors.New("exec: already started")
	}
	err := c.check()
	if err == nil {
		err = c.openStreams()
	}
	if err == nil {
		err = c.startProcess()
	}
	c.streams.closeChildEnds()
	if err != nil {
		c.streams.closeOurEnds()
		return err
	}
	c.streams.copy()
	if c.ctx != nil && c.ctx.Done() != nil && (c.Cancel != nil || c.WaitDelay != 0) {
		c.watcher = watch(c)
	}
	return nil
}

func (c *Cmd) startProcess() error {
	r := &request{
		path:  c.Path,
		argv:  c.argv(),
		env:   c.Environ(),
		dir:   c.Dir,
		files: c.streams.forChild,
		attr:  c.SysProcAttr,
	}
	for _, file := range c.ExtraFiles {
		r.files = append(r.files, childFile{file: file})
	}
	process, child, fallback, err := start(r)
	c.Process, c.child, c.fallback = process, child, fallback
	return err
}

// Fallback returns "" if the module made the child, or in words why os.StartProcess
// did. Call it after Start.
func (c *Cmd) Fallback() string {
	return c.fallback
}

// Wait waits until the program has ended and its streams are copied. If the program
// did not succeed, the error is an *ExitError.
func (c *Cmd) Wait() error {
	if c.Process == nil {
		return errors.New("exec: not started")
	}
	if c.ProcessState != nil {
		return errors.New("exec: Wait was already called")
	}
	c.child.wait()
	state, err := c.Process.Wait()
	c.child.close()
	if err == nil && !state.Success() {
		err = &ExitError{ProcessState: state}
	}
	c.ProcessState = state

	timer, watchErr := c.watcher.stop()
	c.watcher = nil
	copyErr := c.streams.finish(timer, c.WaitDelay)
	c.streams.closeOurEnds()
	for _, other := range []error{watchErr, copyErr} {
		if err == nil {
			err = other
		}
	}
	return err
}
