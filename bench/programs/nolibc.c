// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * nolibc.c - the smallest program. It is static and has no C library, so that
 * little more than the spawn itself is measured. Its first instruction reads the
 * counter.
 */
#include "child.h"

__attribute__((noreturn)) void _start(void);
__attribute__((noreturn, used)) void begin(long *stack, uint64_t first);

__attribute__((noreturn, used)) void begin(long *stack, uint64_t first)
{
	char **argv = (char **)(stack + 1);

	child_call(CHILD_NR_EXIT_GROUP, child_main(first, argv, argv + stack[0] + 1), 0, 0);
	__builtin_unreachable();
}

/* The stack pointer must not move before the stack is read. */
__attribute__((naked)) void _start(void)
{
	__asm__ volatile("rdtsc\n\t"
			 "shl $32, %rdx\n\t"
			 "lea (%rdx, %rax), %rsi\n\t"
			 "mov %rsp, %rdi\n\t"
			 "and $-16, %rsp\n\t"
			 "call begin");
}
