/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/* rows.h - all that was measured: one row for each program, caller and method */
#ifndef OUTSPAWN_BENCH_ROWS_H
#define OUTSPAWN_BENCH_ROWS_H

#include <stdint.h>
#include <stdio.h>

#include "clock.h"
#include "measure.h"
#include "statistics.h"

enum part { CALL, FIRST, TOTAL, PARTS };

/* One element a round; 0: not measured in that round. */
struct row {
	int group; /* its number in the plan; rows of one group took turns */
	enum program program;
	int strings;
	enum caller caller;
	enum method method;
	int rounds;
	uint64_t *parts[PARTS]; /* units of the clock */
	uint64_t *faults, *switches; /* plus one, so that 0 is not measured */
	int calls; /* system calls, of one spawn; -1: not counted */
};

struct rows {
	struct row *list;
	int count;
};

/* Return a new row. The pointer lasts until the next call. */
struct row *add_row(struct rows *rows, struct row what);

#define ANY_GROUP (-1)

/* Return the first such row of the group, or NULL. */
const struct row *find_row(const struct rows *rows, int group, enum program program, int strings,
			   enum caller caller, enum method method);

/*
 * Return what row costs beside other, a row of the same group; 0: not known.
 * Instructions: the ratio of the first quartiles. Time: the median of the ratios
 * of pairs, which were measured one right after the other.
 */
double ratio_of(const struct row *row, const struct row *other, enum part part, enum unit unit);

void keep_sample(struct row *row, int round, const struct sample *sample);

/* Print the rows, each program and caller with a heading. */
void print_table(FILE *to, const struct rows *rows, enum unit unit);

/* Write the rows as JSON: an array with one object a row. */
void write_json(FILE *to, const struct rows *rows, enum unit unit, const char *kernel);

#endif /* OUTSPAWN_BENCH_ROWS_H */
