/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/* statistics.h - what many measurements say */
#ifndef OUTSPAWN_BENCH_STATISTICS_H
#define OUTSPAWN_BENCH_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

struct summary {
	uint64_t min, q1, median;
};

/*
 * A value of 0 was not measured, and is left out. All members are 0 if none was
 * measured.
 */
struct summary summarise(const uint64_t *values, size_t count);

/*
 * Return the median of values[i] / others[i], for all i where both were measured;
 * 0 if there is none. The pairs were measured one right after the other, so load
 * on the machine slows both alike.
 */
double median_ratio(const uint64_t *values, const uint64_t *others, size_t count);

#endif /* OUTSPAWN_BENCH_STATISTICS_H */
