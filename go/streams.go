// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"bytes"
	"errors"
	"io"
	"os"
	"reflect"
	"strconv"
	"syscall"
	"time"
)

// A childFile is what the child gets at a number.
type childFile struct {
	// file may be nil or closed: the child then has nothing there.
	file *os.File
	// null means /dev/null, in place of file.
	null bool
}

// streams holds the standard streams of one child, and the pipes to it.
type streams struct {
	forChild  []childFile // at 0, 1 and 2
	childEnds []*os.File  // the pipes' ends that only the child needs
	ourEnds   []*os.File  // the pipes' other ends
	copies    []func() error
	// copied gets the first error of the copies when all have ended. It is nil
	// if there are none, or if their error was taken.
	copied chan error
}

// pipe makes a pipe of which the child gets the reading or the writing end. Only our
// end is in the runtime's poller: the child expects an end that blocks.
func (s *streams) pipe(childReads bool, name string) (child, ours *os.File, err error) {
	var fds [2]int
	if err := syscall.Pipe2(fds[:], syscall.O_CLOEXEC); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
	}
	theirs, own := fds[0], fds[1]
	if !childReads {
		theirs, own = own, theirs
	}
	// The kernel always lets a pipe's end be set to O_NONBLOCK.
	syscall.SetNonblock(own, true)
	child = os.NewFile(uintptr(theirs), name)
	ours = os.NewFile(uintptr(own), name)
	s.childEnds = append(s.childEnds, child)
	s.ourEnds = append(s.ourEnds, ours)
	return child, ours, nil
}

func closeAll(files []*os.File) {
	for _, file := range files {
		file.Close()
	}
}

func (s *streams) closeChildEnds() {
	closeAll(s.childEnds)
	s.childEnds = nil
}

func (s *streams) closeOurEnds() {
	closeAll(s.ourEnds)
	s.ourEnds = nil
}

// reader makes what the child reads of r.
func (s *streams) reader(r io.Reader) (childFile, error) {
	if r == nil {
		return childFile{null: true}, nil
	}
	if file, ok := r.(*os.File); ok {
		return childFile{file: file}, nil
	}
	child, ours, err := s.pipe(true, "stdin")
	if err != nil {
		return childFile{}, err
	}
	s.copies = append(s.copies, func() error {
		_, err := io.Copy(ours, r)
		// A program need not read all of its input.
		if errors.Is(err, syscall.EPIPE) {
			err = nil
		}
		if closeErr := ours.Close(); err == nil {
			err = closeErr
		}
		return err
	})
	return childFile{file: child}, nil
}

// writer makes what the child writes to w.
func (s *streams) writer(w io.Writer, name string) (childFile, error) {
	if w == nil {
		return childFile{null: true}, nil
	}
	if file, ok := w.(*os.File); ok {
		return childFile{file: file}, nil
	}
	child, ours, err := s.pipe(false, name)
	if err != nil {
		return childFile{}, err
	}
	s.copies = append(s.copies, func() error {
		_, err := io.Copy(w, ours)
		// The program gets EPIPE if nobody takes its output any more.
		ours.Close()
		return err
	})
	return childFile{file: child}, nil
}

// same tells whether two writers are one. Types that cannot be compared differ.
func same(a, b io.Writer) bool {
	return a != nil && b != nil && reflect.TypeOf(a) == reflect.TypeOf(b) &&
		reflect.TypeOf(a).Comparable() && reflect.ValueOf(a).Comparable() && a == b
}

func (c *Cmd) openStreams() error {
	s := &c.streams
	in, err := s.reader(c.Stdin)
	if err != nil {
		return err
	}
	out, err := s.writer(c.Stdout, "stdout")
	if err != nil {
		return err
	}
	diagnostics := out
	if !same(c.Stdout, c.Stderr) {
		diagnostics, err = s.writer(c.Stderr, "stderr")
	}
	s.forChild = []childFile{in, out, diagnostics}
	return err
}

// copy starts a goroutine for each stream that is no file.
func (s *streams) copy() {
	if len(s.copies) == 0 {
		return
	}
	s.copied = make(chan error, 1)
	results := make(chan error, len(s.copies))
	for _, copy := range s.copies[1:] {
		go func() { results <- copy() }()
	}
	// The first copy's goroutine also collects the others' results.
	go func(first func() error, others int) {
		err := first()
		for range others {
			if other := <-results; err == nil {
				err = other
			}
		}
		s.copied <- err
	}(s.copies[0], len(s.copies)-1)
	s.copies = nil
}

// abort ends the copies, and returns their error. If they were not complete, it
// closes our ends of the pipes.
func (s *streams) abort() (err error, complete bool) {
	if s.copied == nil {
		return nil, true
	}
	select {
	case err = <-s.copied:
		complete = true
	default:
		s.closeOurEnds()
		<-s.copied
	}
	s.copied = nil
	return err, complete
}

// finish waits for the copies after the child has ended: for as long as timer, which
// may be nil, or else delay says.
func (s *streams) finish(timer *time.Timer, delay time.Duration) error {
	if timer != nil {
		defer timer.Stop()
	}
	if s.copied == nil {
		return nil
	}
	if timer == nil {
		if delay == 0 {
			return <-s.copied
		}
		timer = time.NewTimer(delay)
		defer timer.Stop()
	}
	select {
	case err := <-s.copied:
		return err
	case <-timer.C:
	}
	err, complete := s.abort()
	if !complete {
		return ErrWaitDelay
	}
	return err
}

// StdinPipe returns a pipe to the program's standard input. Wait closes the pipe.
// Close it earlier if the program reads until the end.
func (c *Cmd) StdinPipe() (io.WriteCloser, error) {
	if c.Stdin != nil {
		return nil, errors.New("exec: Stdin already set")
	}
	child, ours, err := c.newPipe(true, "stdin")
	if err != nil {
		return nil, err
	}
	c.Stdin = child
	return ours, nil
}

// StdoutPipe returns a pipe from the program's standard output. Wait closes the
// pipe, so read to the end before.
func (c *Cmd) StdoutPipe() (io.ReadCloser, error) {
	if c.Stdout != nil {
		return nil, errors.New("exec: Stdout already set")
	}
	child, ours, err := c.newPipe(false, "stdout")
	if err != nil {
		return nil, err
	}
	c.Stdout = child
	return ours, nil
}

// StderrPipe returns a pipe from the program's standard error, as StdoutPipe.
func (c *Cmd) StderrPipe() (io.ReadCloser, error) {
	if c.Stderr != nil {
		return nil, errors.New("exec: Stderr already set")
	}
	child, ours, err := c.newPipe(false, "stderr")
	if err != nil {
		return nil, err
	}
	c.Stderr = child
	return ours, nil
}

func (c *Cmd) newPipe(childReads bool, name string) (child, ours *os.File, err error) {
	if c.Process != nil {
		return nil, nil, errors.New("exec: " + name + " pipe after process started")
	}
	return c.streams.pipe(childReads, name)
}

// Output runs the program and returns what it writes to its standard output. If
// Stderr is nil, an *ExitError has what the program wrote there.
func (c *Cmd) Output() ([]byte, error) {
	if c.Stdout != nil {
		return nil, errors.New("exec: Stdout already set")
	}
	var out bytes.Buffer
	c.Stdout = &out
	var kept *edges
	if c.Stderr == nil {
		kept = &edges{}
		c.Stderr = kept
	}
	err := c.Run()
	if exit, ok := err.(*ExitError); ok && kept != nil {
		exit.Stderr = kept.bytes()
	}
	return out.Bytes(), err
}

// CombinedOutput runs the program and returns what it writes to its standard output
// and its standard error.
func (c *Cmd) CombinedOutput() ([]byte, error) {
	if c.Stdout != nil {
		return nil, errors.New("exec: Stdout already set")
	}
	if c.Stderr != nil {
		return nil, errors.New("exec: Stderr already set")
	}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.Bytes(), err
}

// edge is how many bytes of an output are kept at its start, and at its end.
const edge = 32 << 10

// edges keeps the start and the end of what is written to it.
type edges struct {
	start, end []byte
	omitted    int64
}

func (e *edges) Write(p []byte) (int, error) {
	room := min(edge-len(e.start), len(p))
	e.start = append(e.start, p[:room]...)
	e.end = append(e.end, p[room:]...)
	// Move the end down only when it has become twice as long.
	if len(e.end) > 2*edge {
		e.trim()
	}
	return len(p), nil
}

func (e *edges) trim() {
	if more := len(e.end) - edge; more > 0 {
		e.omitted += int64(more)
		e.end = append(e.end[:0], e.end[more:]...)
	}
}

func (e *edges) bytes() []byte {
	e.trim()
	if e.omitted == 0 {
		return append(e.start, e.end...)
	}
	note := "\n... omitting " + strconv.FormatInt(e.omitted, 10) + " bytes ...\n"
	return append(append(e.start, note...), e.end...)
}
