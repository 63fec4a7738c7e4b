// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors

#include "textflag.h"

// func prlimit(resource uint64, limit *[2]uint64) int64
TEXT ·prlimit(SB), NOSPLIT, $0-24
	MOVQ	$302, AX	// SYS_prlimit64
	MOVQ	$0, DI		// this process
	MOVQ	resource+0(FP), SI
	MOVQ	$0, DX		// no new limit
	MOVQ	limit+8(FP), R10
	SYSCALL
	MOVQ	AX, ret+16(FP)
	RET
