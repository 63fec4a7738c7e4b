// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "progress.h"

#define BAR_WIDTH 40
#define LINE_PERCENT 5 /* how often a log gets a line */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void print_left(const struct progress *progress)
{
	double left = (seconds() - progress->began) * (progress->total / progress->done - 1);

	if (!progress->timed || progress->done <= 0)
		return;
	fprintf(stderr, ", %d min %02d s left", (int)left / 60, (int)left % 60);
}

static void show(struct progress *progress)
{
	int percent = progress->total > 0 ? progress->done * 100 / progress->total : 100;
	char bar[BAR_WIDTH + 1];

	if (progress->style == PROGRESS_LINES)
		percent -= percent % LINE_PERCENT;
	if (progress->style == NO_PROGRESS || percent == progress->shown)
		return;
	progress->shown = percent;
	if (progress->style == PROGRESS_LINES) {
		fprintf(stderr, "bench: %d %%", percent);
		print_left(progress);
		fputc('\n', stderr);
		return;
	}
	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', percent * BAR_WIDTH / 100);
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r[%s] %3d %%", bar, percent);
	print_left(progress);
	fputs("   ", stderr);
}

void progress_begin(struct progress *progress, enum progress_style style, bool timed, double total)
{
	*progress = (struct progress){ style, timed, total, 0, seconds(), -1 };
	show(progress);
}

void progress_add(struct progress *progress, double work)
{
	progress->done += work;
	if (progress->done > progress->total)
		progress->done = progress->total;
	show(progress);
}

void progress_end(struct progress *progress)
{
	if (progress->style == PROGRESS_BAR)
		fputc('\n', stderr);
}
