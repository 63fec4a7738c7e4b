// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
#include <stdlib.h>
#include <string.h>

#include "statistics.h"

static int compare_values(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int compare_ratios(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct summary summarise(const uint64_t *values, size_t count)
{
	uint64_t *sorted = malloc((count + 1) * sizeof(*sorted));
	struct summary summary = { 0, 0, 0 };
	size_t i, measured = 0;

	if (!sorted)
		abort();
	for (i = 0; i < count; i++)
		if (values[i])
			sorted[measured++] = values[i];
	if (measured) {
		qsort(sorted, measured, sizeof(*sorted), compare_values);
		summary.min = sorted[0];
		summary.q1 = sorted[measured / 4];
		summary.median = sorted[measured / 2];
	}
	free(sorted);
	return summary;
}

double median_ratio(const uint64_t *values, const uint64_t *others, size_t count)
{
	double *ratios = malloc((count + 1) * sizeof(*ratios)), median = 0;
	size_t i, measured = 0;

	if (!ratios)
		abort();
	for (i = 0; i < count; i++)
		if (values[i] && others[i])
			ratios[measured++] = (double)values[i] / others[i];
	if (measured) {
		qsort(ratios, measured, sizeof(*ratios), compare_ratios);
		median = ratios[measured / 2];
	}
	free(ratios);
	return median;
}
