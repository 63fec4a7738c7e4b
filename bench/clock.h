/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * clock.h - what the benchmark measures with
 *
 * The time stamp counter, if it counts alike on all processors; else the clock of
 * the system. In a guest that counts instructions (tests/vm/run -i) a tick of the
 * counter is one instruction.
 */
#ifndef OUTSPAWN_BENCH_CLOCK_H
#define OUTSPAWN_BENCH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "programs/child.h"

enum unit { INSTRUCTIONS, NANOSECONDS };

struct bench_clock {
	enum unit unit;
	bool counter; /* ticks() reads the time stamp counter, as children do */
	double per_tick; /* units */
};

extern struct bench_clock bench_clock;

/* Find out which clock there is. Takes some hundredths of a second. */
void clock_begin(void);

const char *unit_name(enum unit unit);

static inline uint64_t ticks(void)
{
	struct timespec time;

	if (bench_clock.counter)
		return read_counter();
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static inline uint64_t ticks_to_units(uint64_t count)
{
	return count * bench_clock.per_tick + 0.5;
}

#endif /* OUTSPAWN_BENCH_CLOCK_H */
