/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/* progress.h - how far the benchmark is, on stderr */
#ifndef OUTSPAWN_BENCH_PROGRESS_H
#define OUTSPAWN_BENCH_PROGRESS_H

#include "plan.h"

struct progress {
	enum progress_style style;
	bool timed; /* the clock is time, so that the time left is known */
	double total, done; /* any unit of work */
	double began; /* seconds */
	int shown; /* per cent, or -1 */
};

void progress_begin(struct progress *progress, enum progress_style style, bool timed, double total);
void progress_add(struct progress *progress, double work);
void progress_end(struct progress *progress);

#endif /* OUTSPAWN_BENCH_PROGRESS_H */
