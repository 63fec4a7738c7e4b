// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// A watcher acts when the context of a Cmd is done.
type watcher struct {
	c *Cmd
	// ended is closed by Wait when the child has ended.
	ended chan struct{}
	// done gets the watcher's last words. Before that, only the watcher uses
	// the Cmd's copies.
	done chan watched
}

type watched struct {
	err error
	// timer is that of WaitDelay, if it runs.
	timer *time.Timer
}

func watch(c *Cmd) *watcher {
	w := &watcher{c: c, ended: make(chan struct{}), done: make(chan watched, 1)}
	go func() { w.done <- w.run() }()
	return w
}

// stop ends the watcher after the child has ended. A nil watcher has nothing to say.
func (w *watcher) stop() (*time.Timer, error) {
	if w == nil {
		return nil, nil
	}
	close(w.ended)
	last := <-w.done
	return last.timer, last.err
}

func (w *watcher) run() watched {
	select {
	case <-w.ended:
		return watched{}
	case <-w.c.ctx.Done():
	}
	err := w.cancel()
	if w.c.WaitDelay == 0 {
		return watched{err: err}
	}
	timer := time.NewTimer(w.c.WaitDelay)
	select {
	case <-w.ended:
		return watched{err, timer}
	case <-timer.C:
		return watched{err: w.expire(err)}
	}
}

// cancel calls Cancel, and returns what Wait must report.
func (w *watcher) cancel() error {
	if w.c.Cancel == nil {
		return nil
	}
	switch err := w.c.Cancel(); {
	case err == nil:
		return w.c.ctx.Err()
	case errors.Is(err, os.ErrProcessDone):
		return nil
	default:
		return fmt.Errorf("exec: canceling Cmd: %w", err)
	}
}

// expire kills a child that is still there after WaitDelay, and stops the copies. Its
// descendants may have the streams, so the kill alone may not end the copies.
func (w *watcher) expire(err error) error {
	kill := w.c.Process.Kill()
	if kill != nil && !errors.Is(kill, os.ErrProcessDone) {
		err = fmt.Errorf("exec: killing Cmd: %w", kill)
	}
	copyErr, complete := w.c.streams.abort()
	switch {
	case err != nil:
		return err
	case !complete:
		return ErrWaitDelay
	case kill == nil:
		// The kill may be the reason of the copies' error.
		return nil
	default:
		return copyErr
	}
}
