/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * mark.h - instructions by which the QEMU plugin of "make profile" knows a spawn
 *
 * A mark is a nopl of eight bytes. The processor ignores it. The displacement is a
 * number that no compiler makes.
 */
#ifndef OUTSPAWN_BENCH_MARK_H
#define OUTSPAWN_BENCH_MARK_H

#define MARK_BASE 0x0e5a7700
#define MARK_BEGIN 1 /* before the call that spawns */
#define MARK_RETURNED 2 /* the call has returned */
#define MARK_END 3 /* the caller has waited for the child */

#define MARK(number)                                                 \
	__asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00\n\t.long %c0" \
			 :                                           \
			 : "i"(MARK_BASE + (number))                 \
			 : "memory")

#endif /* OUTSPAWN_BENCH_MARK_H */
