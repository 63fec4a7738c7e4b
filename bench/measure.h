/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/* measure.h - one spawn, measured in the caller's process */
#ifndef OUTSPAWN_BENCH_MEASURE_H
#define OUTSPAWN_BENCH_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "callers.h"
#include "methods.h"
#include "programs.h"

/* All are of one child; those of a batch are the batch's, divided. 0: not known. */
struct sample {
	uint64_t call; /* ticks in the call that spawns */
	uint64_t first; /* from the call to the first instruction of the child's own code */
	uint64_t total; /* from the call until the caller has waited for the child */
	uint32_t faults; /* page faults of caller and child */
	uint32_t switches; /* context switches of caller and child */
	int32_t calls; /* system calls of caller and child; -1: not counted */
	int32_t error; /* 0, or the error number */
};

struct question {
	enum program program;
	int strings;
	enum method method;
	bool counted; /* count the system calls: the other figures are of no use */
	bool traced; /* with marks for the plugin of "make profile" */
};

/*
 * Be a caller: answer questions that come through the pipe ask, until its end.
 * device is -1 if the module is not there.
 */
__attribute__((noreturn)) void serve(enum caller caller, int device, int ask, int answer);

#endif /* OUTSPAWN_BENCH_MEASURE_H */
