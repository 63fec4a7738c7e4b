/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/* run.h - carry out a plan */
#ifndef OUTSPAWN_BENCH_RUN_H
#define OUTSPAWN_BENCH_RUN_H

#include "plan.h"
#include "rows.h"

/*
 * Measure everything in the plan that is there, and keep it in *rows. What is not
 * there is named on stderr and left out: programs, the module, memory for a
 * caller.
 *
 * Return: 0, or 2 if something failed that was there.
 */
int run_plan(const struct plan *plan, const struct options *options, struct rows *rows);

#endif /* OUTSPAWN_BENCH_RUN_H */
