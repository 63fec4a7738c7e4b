// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * nothing.c - the smallest program: it exits. It is static and has no C library,
 * so that little more than the spawn itself is measured.
 */
__attribute__((noreturn)) void _start(void);

void _start(void)
{
	__asm__ volatile("syscall" : : "a"(60), "D"(0) : "rcx", "r11", "memory");
	__builtin_unreachable();
}
