// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"os"
	"strings"
	"testing"
)

// withModule says that the module is loaded: then each child that it can make must
// come from it.
var withModule = os.Getenv("OUTSPAWN_TEST_MODULE") == "1"

// helpers are what the test's own binary does in place of the tests, if the variable
// OUTSPAWN_TEST_HELPER names one.
var helpers = map[string]func(){}

func TestMain(m *testing.M) {
	if helper := helpers[os.Getenv("OUTSPAWN_TEST_HELPER")]; helper != nil {
		helper()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// helperCommand runs a helper in the test's own binary.
func helperCommand(t *testing.T, name string) *Cmd {
	t.Helper()
	if helpers[name] == nil {
		t.Fatal("no helper", name)
	}
	c := Command("/proc/self/exe")
	c.Env = append(os.Environ(), "OUTSPAWN_TEST_HELPER="+name)
	return c
}

// checkModule fails the test if the module should have made the child, and did not.
func checkModule(t *testing.T, c *Cmd) {
	t.Helper()
	switch {
	case withModule && c.Fallback() != "":
		t.Errorf("%v: not by the module: %s", c, c.Fallback())
	case !withModule && c.Fallback() == "":
		t.Errorf("%v: by the module, which is not loaded", c)
	}
}

// output returns what a command prints, without the last newline.
func output(t *testing.T, c *Cmd) string {
	t.Helper()
	out, err := c.Output()
	if err != nil {
		if exit, ok := err.(*ExitError); ok {
			t.Fatalf("%v: %v: %s", c, err, exit.Stderr)
		}
		t.Fatalf("%v: %v", c, err)
	}
	checkModule(t, c)
	return strings.TrimSuffix(string(out), "\n")
}

func shell(script string, arg ...string) *Cmd {
	return Command("/bin/sh", append([]string{"-c", script, "sh"}, arg...)...)
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, not %v", what, got, want)
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}
