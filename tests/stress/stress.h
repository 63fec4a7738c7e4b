/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stress.h - what the parts of the stress test share
 *
 *	stress.c    options, the processes that spawn, the account at the end
 *	spawner.c   one such process: its threads start children and wait for them
 *	chaos.c     what is done to them meanwhile
 *	unload.c    the module is unloaded behind children's backs
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
/* Of tiny: its descriptors are not those that were asked for. */
#define STATUS_WRONG_FDS 255
/* Of a child that failed when its caller had gone on. */
#define STATUS_FAILED 127
#define STATUSES 250

struct options {
	unsigned int seconds;
	uint64_t count; /* spawns, or 0 */
	uint64_t seed;
	unsigned int processes;
	unsigned int threads; /* in all */
	const char *calm; /* what is not done: letters of chaos.c */
};

/* What a process counts. It outlives the process that does. */
struct account {
	_Atomic uint64_t tried, started, finished, killed_by_us, killed_by_others, lost;
	_Atomic uint64_t templates, actions_failed;
	_Atomic uint64_t asynchronous, by_path, batches, failed_later;
	_Atomic uint64_t errors[MAX_ERRNO]; /* of spawns */
	_Atomic int done;
};

/* Memory that all processes have. */
struct common {
	_Atomic bool stop;
	_Atomic bool no_pids, no_files; /* now, or a moment ago */
	_Atomic uint64_t started; /* in all */
	_Atomic uint64_t complaints;
	struct account accounts[MAX_PROCESSES];
};

extern struct common *common;
extern struct options options;
extern char folder[64]; /* program-0 to program-3 */

void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *program(unsigned int which);
uint64_t milliseconds(void);

/* spawner.c: what a process that spawns is like. */
enum nature {
	NATURE_ROOT,
	NATURE_USER,
	NATURE_FEW_FDS, /* RLIMIT_NOFILE */
	NATURE_FEW_PIDS, /* cgroup */
	NATURE_LITTLE_MEMORY, /* cgroup */
	NATURES
};
void spawner_run(unsigned int number, enum nature nature, uint64_t seed) __attribute__((noreturn));
/* As started anew by a thread's exec: see to the children that are left. */
void spawner_after_exec(void) __attribute__((noreturn));

/* chaos.c */
void chaos_begin(uint64_t seed);
/* What has lasted long enough has its end. */
void chaos_go_on(void);
/* One disturbance, most times; pids of spawners, 0 where there is none. */
void chaos(pid_t *spawners);
/* All is as it was. */
void chaos_end(void);
void chaos_report(void);
/* Puts the caller into a cgroup, if there is one. */
void chaos_join(enum nature nature);

/* unload.c */
unsigned int unload_races(unsigned int rounds);

#endif
