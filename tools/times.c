// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* Minimum, median and maximum of many times. */
#include <stdio.h>
#include <stdlib.h>

#include "times.h"

/* The median is of at most so many. */
#define MOST_KEPT (1UL << 20)

void times_add(struct times *times, double time)
{
	size_t room = times->room ? 2 * times->room : 64;
	double *more;

	if (!times->count || time < times->min)
		times->min = time;
	if (!times->count || time > times->max)
		times->max = time;
	times->count++;
	if (times->kept == times->room && times->room < MOST_KEPT) {
		more = realloc(times->values, room * sizeof(*more));
		if (more) {
			times->values = more;
			times->room = room;
		}
	}
	if (times->kept < times->room)
		times->values[times->kept++] = time;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

double times_median(struct times *times)
{
	size_t middle = times->kept / 2;

	if (!times->kept)
		return 0;
	qsort(times->values, times->kept, sizeof(*times->values), compare);
	if (times->kept % 2)
		return times->values[middle];
	return (times->values[middle - 1] + times->values[middle]) / 2;
}

void times_free(struct times *times)
{
	free(times->values);
	*times = (struct times){ 0 };
}
