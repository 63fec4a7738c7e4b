// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

import (
	"reflect"
	"strings"
	"syscall"
)

// attrFields is the number of fields of syscall.SysProcAttr that this package knows. A
// newer Go may have more.
const attrFields = 20

var knownAttr = reflect.TypeFor[syscall.SysProcAttr]().NumField() == attrFields

// namespaces are the Cloneflags that a spawn takes.
const namespaces = syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC |
	syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWCGROUP

// unsupportedAttr returns in words what only os.StartProcess can do, or "". That
// includes combinations that os.StartProcess refuses.
func unsupportedAttr(sys *syscall.SysProcAttr, files int) string {
	for _, field := range []struct {
		used bool
		name string
	}{
		{sys.Ptrace, "Ptrace"},
		{sys.Noctty, "Noctty"},
		{sys.Unshareflags != 0, "Unshareflags"},
		{sys.Cloneflags&^namespaces != 0, "Cloneflags"},
		{sys.UidMappings != nil, "UidMappings"},
		{sys.GidMappings != nil, "GidMappings"},
		{len(sys.AmbientCaps) > 0, "AmbientCaps"},
		{sys.Setctty && (sys.Foreground || sys.Ctty < 0 || sys.Ctty >= files), "Setctty"},
		{sys.Foreground && sys.Ctty < 0, "Foreground"},
		{strings.IndexByte(sys.Chroot, 0) >= 0, "Chroot"},
		{!knownAttr, "a newer Go's fields"},
	} {
		if field.used {
			return "SysProcAttr: " + field.name
		}
	}
	return ""
}
