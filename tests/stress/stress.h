/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * stress.h - shared by the files of the stress test
 *
 *	stress.c    options, the spawner processes, the report at the end
 *	spawner.c   a spawner: its threads start children and wait for them
 *	chaos.c     the disturbances meanwhile
 *	unload.c    unloading the module while children have just started
 */
#ifndef STRESS_H
#define STRESS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../fuzz/rng.h"

#define MAX_PROCESSES 32
#define FILES 4
#define USER 1000
#define MAX_ERRNO 134
/* tiny exits with this if its descriptors are not those in its argument. */
#define STATUS_WRONG_FDS 255
/* An asynchronous child that failed before exec exits with this. */
#define STATUS_FAILED 127
#define STATUSES 250

struct options {
	unsigned int seconds;
	uint64_t count; /* spawns, or 0 */
	uint64_t seed;
	unsigned int processes;
	unsigned int threads; /* of all processes together */
	const char *calm; /* letters of the disturbances of chaos.c that are left out */
};

/* The counts of a spawner. They outlive the process. */
struct account {
	_Atomic uint64_t tried, started, finished, killed_by_us, killed_by_others, lost;
	_Atomic uint64_t templates, actions_failed;
	_Atomic uint64_t asynchronous, by_path, batches, failed_later;
	_Atomic uint64_t errors[MAX_ERRNO]; /* of spawns */
	_Atomic int done;
};

/* Memory shared by all processes. */
struct common {
	_Atomic bool stop;
	_Atomic bool no_pids, no_files; /* pids or files are or were used up */
	_Atomic uint64_t started; /* by all spawners */
	_Atomic uint64_t complaints;
	struct account accounts[MAX_PROCESSES];
};

extern struct common *common;
extern struct options options;
extern char folder[64]; /* the directory of program-0 to program-3 */

void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *program(unsigned int which);
uint64_t milliseconds(void);

/* spawner.c: the kinds of spawners. */
enum nature {
	NATURE_ROOT,
	NATURE_USER,
	NATURE_FEW_FDS, /* RLIMIT_NOFILE */
	NATURE_FEW_PIDS, /* cgroup */
	NATURE_LITTLE_MEMORY, /* cgroup */
	NATURES
};
void spawner_run(unsigned int number, enum nature nature, uint64_t seed) __attribute__((noreturn));
/* After a thread's exec in a spawner: wait for the children that are left. */
void spawner_after_exec(void) __attribute__((noreturn));

/* chaos.c */
void chaos_begin(uint64_t seed);
/* End the disturbances whose time is over. */
void chaos_go_on(void);
/* Begin one disturbance, or none. spawners: process IDs, 0 if there is none. */
void chaos(pid_t *spawners);
/* End all disturbances. */
void chaos_end(void);
void chaos_report(void);
/* Move the calling process to the cgroup of its kind, if the kind has one. */
void chaos_join(enum nature nature);

/* unload.c */
unsigned int unload_races(unsigned int rounds);

#endif
