// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

//go:build !amd64

package outspawn

import (
	"errors"
	"os"
)

const elsewhere = "the module needs x86-64"

type child struct{}

func (c *child) wait()  {}
func (c *child) close() {}

func spawn(*request) (*os.Process, *child, string, error) {
	return nil, nil, elsewhere, nil
}

// Available returns the reason why os.StartProcess makes all children.
func Available() error {
	return errors.New(elsewhere)
}
