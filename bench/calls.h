/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/* calls.h - count the system calls of this thread and of the children that it makes */
#ifndef OUTSPAWN_BENCH_CALLS_H
#define OUTSPAWN_BENCH_CALLS_H

#include <stdint.h>

/*
 * Begin to count the system calls that user mode makes. The kernel counts its
 * trace event raw_syscalls:sys_enter, which slows every system call down. So
 * nothing else may be measured meanwhile.
 *
 * Return: a descriptor for end_of_calls(), or -1 if this process may not.
 */
int begin_calls(void);

/* Return the count, or -1. Children that have ended are part of it. */
int64_t end_of_calls(int counter);

#endif /* OUTSPAWN_BENCH_CALLS_H */
