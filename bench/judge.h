/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/* judge.h - compare figures with their limits */
#ifndef OUTSPAWN_BENCH_JUDGE_H
#define OUTSPAWN_BENCH_JUDGE_H

#include "rows.h"

enum limit_set { WHOLE_SET, SHORT_SET };

/*
 * Print a line for each figure that has a limit: its verdict, the figure, the limit.
 * As TAP if tap is set. A figure of the whole set that was not measured is left
 * out; one of the short set is a failure.
 *
 * Return: how many are above their limits.
 */
int judge(FILE *to, const struct rows *rows, enum unit unit, enum limit_set set, bool tap);

#endif /* OUTSPAWN_BENCH_JUDGE_H */
