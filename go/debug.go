// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// debugTarget returns "1" for standard error, the path of a file, or "" if no lines
// are wanted. The lines have the form of liboutspawn-posix.so's, so that one file can
// hold both.
var debugTarget = sync.OnceValue(func() string {
	word := os.Getenv("OUTSPAWN_DEBUG")
	if word == "" || word == "0" || privileged() {
		return ""
	}
	if word == "1" {
		return word
	}
	reason := "invalid argument"
	if filepath.IsAbs(word) {
		file, err := openLines(word)
		if err == nil {
			file.Close()
			return word
		}
		reason = err.Error()
	}
	fmt.Fprintf(os.Stderr, "outspawn: %s[%d]: OUTSPAWN_DEBUG=%s: %s; set it to 1, or to the "+
		"absolute path of a file that can be written\n", program(), os.Getpid(), word, reason)
	return ""
})

func program() string {
	return filepath.Base(os.Args[0])
}

func openLines(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
}

// privileged tells whether exec gave this program privileges that its caller did not
// have (AT_SECURE). The caller's variables must not make it write files then.
func privileged() bool {
	const atSecure = 23
	vector, err := os.ReadFile("/proc/self/auxv")
	if err != nil {
		return true
	}
	for ; len(vector) >= 16; vector = vector[16:] {
		if binary.NativeEndian.Uint64(vector) == atSecure {
			return binary.NativeEndian.Uint64(vector[8:]) != 0
		}
	}
	return true
}

// say writes a line of OUTSPAWN_DEBUG by one write(2), so that the lines of many
// processes do not mix.
func say(path, who string, why error) {
	target := debugTarget()
	if target == "" {
		return
	}
	line := fmt.Sprintf("outspawn: %s[%d]: %.200s: %s", program(), os.Getpid(), path, who)
	if why != nil {
		line += ": " + why.Error()
	}
	out := os.Stderr
	if target != "1" {
		file, err := openLines(target)
		if err != nil {
			return
		}
		defer file.Close()
		out = file
	}
	// A failed write cannot be reported anywhere.
	out.WriteString(line + "\n")
}
