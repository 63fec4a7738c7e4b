/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Copyright (C) 2026 The outspawn authors */
/*
 * arch.h - everything in the library that depends on the processor
 *
 * VERSION_*		for the drop-in: the versions of the C library's symbols
 * arch_run_on()	calls a function on another stack
 *
 * A symbol's version names the glibc release that gave the symbol its present
 * form on that processor. liboutspawn-posix.map names the same versions.
 *
 * To add a processor: add its versions and its arch_run_on() here, and a
 * version script. glibc has the old posix_spawn only for processors that it
 * supported before 2.15.
 */
#ifndef OUTSPAWN_LIB_ARCH_H
#define OUTSPAWN_LIB_ARCH_H

#include "posix.h"

#ifdef __x86_64__

#define VERSION_SPAWN "GLIBC_2.15"
#define VERSION_OLD_SPAWN "GLIBC_2.2.5"
#define VERSION_PIDFD_SPAWN "GLIBC_2.39"
#define VERSION_LIST_INIT "GLIBC_2.2.5"

/* Call work(argument, mask) on the stack whose highest address is top. */
__attribute__((naked, noipa, unused)) static void
arch_run_on(void *top __attribute__((unused)), void *argument __attribute__((unused)),
	    const uint64_t *mask __attribute__((unused)),
	    outspawn_i_work *work __attribute__((unused)))
{
	__asm__("pushq %rbp\n\t"
		".cfi_def_cfa_offset 16\n\t"
		".cfi_offset %rbp, -16\n\t"
		"movq %rsp, %rbp\n\t"
		".cfi_def_cfa_register %rbp\n\t"
		"movq %rdi, %rsp\n\t"
		"movq %rsi, %rdi\n\t"
		"movq %rdx, %rsi\n\t"
		"callq *%rcx\n\t"
		"leave\n\t"
		".cfi_def_cfa %rsp, 8\n\t"
		"ret");
}

#else /* There is no module for another processor. The library can be built. */

static inline void arch_run_on(void *top, void *argument, const uint64_t *mask,
			       outspawn_i_work *work)
{
	(void)top;
	work(argument, mask);
}

#endif

#endif /* OUTSPAWN_LIB_ARCH_H */
