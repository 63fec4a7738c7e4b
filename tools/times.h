/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * times.h - minimum, median and maximum of many times
 */
#ifndef OUTSPAWN_TIMES_H
#define OUTSPAWN_TIMES_H

#include <stddef.h>

/* Zero it before use. The members that a caller may read: count, min, max. */
struct times {
	unsigned long count;
	double min, max;
	double *values; /* for the median: the first 'kept' of them */
	size_t kept, room;
};

void times_add(struct times *times, double time);
double times_median(struct times *times);
void times_free(struct times *times);

#endif /* OUTSPAWN_TIMES_H */
