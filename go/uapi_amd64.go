// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

package outspawn

// The parts of uapi/spawn_template.h that this package uses. The comments there
// describe them. A test compares sizes, offsets and values with the header.

const devicePath = "/dev/spawn_template"

const (
	iocSpawnPath = 0x4028e704
	iocInfo      = 0x8060e702
)

const spawnCgroup = 1 << 33

const (
	actionDup2       = 1
	actionOpen       = 3
	actionCloseRange = 4
	actionSyscall    = 7
)

const stageExec = 6

type action struct {
	kind  uint32
	flags uint32
	fd    int32
	newfd int32
	arg   uint64
}

// openHow is the struct open_how of openat2(2).
type openHow struct {
	flags   uint64
	mode    uint64
	resolve uint64
}

type openArg struct {
	path uint64
	how  openHow
}

type syscallArg struct {
	nr   uint32
	pad  uint32
	args [6]uint64
}

type spawnArgs struct {
	flags        uint64
	pidfd        uint64
	argv         uint64
	envp         uint64
	actions      uint64
	actionsLen   uint64
	reserved     [4]uint64
	result       uint64
	namespaces   uint64
	setTid       uint64
	setTidSize   uint32
	cgroup       int32
	exitSignal   uint32
	pdeathSignal uint32
	scratch      uint64
	scratchSize  uint32
	node         uint32
}

type spawnResult struct {
	stage  uint32
	action int32
	errno  int32
	pid    int32
}

type pathArgs struct {
	spawn     uint64
	spawnSize uint32
	pad       uint32
	file      uint64
	path      uint64
	flags     uint64
}
