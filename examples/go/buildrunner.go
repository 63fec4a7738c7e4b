// SPDX-License-Identifier: MIT
// Copyright (C) 2026 The outspawn authors

// buildrunner [-j N] FILE runs the steps of FILE, N at a time. A step is a line
//
//	name: other steps that must end first: a command for the shell
//
// After a failure it kills the steps that run, and starts no more.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	exec "outspawn"
)

type step struct {
	name, command string
	after         []*step
	done          chan struct{}
}

func read(path string) (steps []*step, err error) {
	text, err := os.ReadFile(path)
	known := make(map[string]*step)
	for _, line := range strings.Split(string(text), "\n") {
		parts := strings.SplitN(line, ":", 3)
		if len(parts) < 3 {
			continue
		}
		s := &step{name: parts[0], command: parts[2], done: make(chan struct{})}
		for _, name := range strings.Fields(parts[1]) {
			// So steps cannot wait for each other in a circle.
			if known[name] == nil {
				return nil, fmt.Errorf("%s: no step %s before %s", path, name, s.name)
			}
			s.after = append(s.after, known[name])
		}
		known[s.name] = s
		steps = append(steps, s)
	}
	return steps, err
}

func (s *step) run(ctx context.Context) error {
	begin := time.Now()
	c := exec.CommandContext(ctx, "/bin/sh", "-c", s.command)
	// Cancel ends the shell and all that it started.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	out, err := c.CombinedOutput()
	if ctx.Err() == nil {
		fmt.Printf("%s, %.3f s\n%s", s.name, time.Since(begin).Seconds(), out)
	}
	return err
}

func main() {
	jobs := flag.Int("j", runtime.NumCPU(), "steps at a time")
	flag.Parse()
	steps, err := read(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, "buildrunner:", err)
		os.Exit(2)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	free := make(chan bool, max(*jobs, 1))
	for _, s := range steps {
		go func() {
			defer close(s.done)
			for _, other := range s.after {
				<-other.done
			}
			free <- true
			defer func() { <-free }()
			// After a failure Run returns at once, and only the first cause counts.
			if err := s.run(ctx); err != nil {
				cancel(fmt.Errorf("%s: %w", s.name, err))
			}
		}()
	}
	for _, s := range steps {
		<-s.done
	}
	module, fallback := exec.Counts()
	fmt.Printf("%d steps by the module, %d by os/exec\n", module, fallback)
	if err := context.Cause(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "buildrunner:", err)
		os.Exit(1)
	}
}
