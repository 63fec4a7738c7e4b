/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/* plan.h - what is measured, from the options */
#ifndef OUTSPAWN_BENCH_PLAN_H
#define OUTSPAWN_BENCH_PLAN_H

#include <stdbool.h>

#include "clock.h"
#include "measure.h"

#define MOST_GROUPS 64

/*
 * Callers and methods that take turns, so that their figures can be compared. In
 * each round every caller uses every method once.
 */
struct group {
	enum program program;
	int strings;
	unsigned int callers; /* CALLER_BIT() */
	unsigned int methods; /* METHOD_BIT() */
	int rounds;
};

struct plan {
	struct group groups[MOST_GROUPS];
	int count;
};

enum progress_style { NO_PROGRESS, PROGRESS_BAR, PROGRESS_LINES };

struct options {
	unsigned int programs; /* bits; 0: not given */
	unsigned int methods;
	unsigned int callers;
	int strings[8];
	int strings_count;
	int rounds; /* 0: not given */
	bool short_set;
	bool judge;
	bool tap;
	bool trace;
	const char *json; /* a file, or NULL */
	enum progress_style progress;
};

/*
 * Read the options into *options. Return -1; or the status with which the program
 * must exit, after a message or the help.
 */
int parse_options(int argc, char **argv, struct options *options);

/* Make the plan for a clock of this unit. It may have things that are not there. */
void make_plan(const struct options *options, enum unit unit, struct plan *plan);

/*
 * How many rounds a caller uses the method in: fork copies the tables of all
 * resident memory, so it is measured less often there.
 */
int rounds_between(const struct group *group, enum caller caller, enum method method);

#endif /* OUTSPAWN_BENCH_PLAN_H */
