/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * counters.h - what the module counts: for the system, and for each template
 */
#ifndef OUTSPAWN_COUNTERS_H
#define OUTSPAWN_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "outspawn.h"

#define STAGES (OUTSPAWN_STAGE_STOP + 1)

/* The counters of the system, since the module was loaded. */
struct counters {
	unsigned long long created, create_failed; /* templates */
	unsigned long long spawned;
	unsigned long long spawn_ns; /* in the calls of these spawns, in ns */
	unsigned long long failed[STAGES]; /* by stage */
	unsigned long long failed_late; /* after an asynchronous call had returned */
};

/* Return 0, or -errno after a message. */
int counters_read(struct counters *counters);

/* Subtract an earlier value. */
void counters_subtract(struct counters *from, const struct counters *earlier);

unsigned long long counters_failed(const struct counters *counters);

/* The name of a stage in lower case, or NULL if no failure has that stage. */
const char *stage_name(unsigned int stage);

/* Print ": N stage, N stage" for the stages with failures. */
void print_stages(const unsigned long long failed[STAGES]);

/* The mean of count times, in ms. */
double mean_ms(unsigned long long ns, unsigned long long count);

/* Parse a number of seconds; 0: text is none. */
double parse_seconds(const char *text);

/* A template descriptor of a process that the user may read. */
struct use {
	pid_t pid;
	int fd;
	char command[16];
	char *path; /* owned */
	unsigned long long spawned, failed;
};

/* Return an array of all of them, and its length; uses_free() frees it. */
struct use *uses_read(size_t *count);
void uses_free(struct use *uses, size_t count);

#endif /* OUTSPAWN_COUNTERS_H */
