// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* The plans: the whole set, the short one, and a selection. */
#include "plan.h"

#define ROUNDS 101
#define SHORT_ROUNDS 101
#define TRACE_ROUNDS 12
#define TIMED_TIMES 3 /* as many rounds if time is measured, which varies more */
#define LARGE_MIB 1000 /* a caller that fork is slow in */
#define FORK_SHARE 8
#define MANY_STRINGS_SHARE 8

#define RIVALS                                                                     \
	(METHOD_BIT(BY_FORK) | METHOD_BIT(BY_VFORK) | METHOD_BIT(BY_POSIX_SPAWN) | \
	 METHOD_BIT(BY_CLONE3) | METHOD_BIT(BY_PIDFD_SPAWN))
#define SINGLE                                                                                  \
	(METHOD_BIT(BY_OUTSPAWN) | METHOD_BIT(BY_OUTSPAWN_PIDFD) | METHOD_BIT(BY_OUTSPAWN_FD) | \
	 METHOD_BIT(BY_OUTSPAWN_PATH) | METHOD_BIT(BY_OUTSPAWN_ASYNC))
#define BATCHES (METHOD_BIT(BY_OUTSPAWN_BATCH16) | METHOD_BIT(BY_OUTSPAWN_BATCH64))
#define FLOORS (METHOD_BIT(BY_REEXEC) | METHOD_BIT(BY_THREAD))
#define POSIX_FORMS                                                       \
	(METHOD_BIT(BY_POSIX_SPAWN) | METHOD_BIT(BY_POSIX_SPAWNP) |       \
	 METHOD_BIT(BY_OUTSPAWN_POSIX) | METHOD_BIT(BY_OUTSPAWN_POSIXP) | \
	 METHOD_BIT(BY_OUTSPAWN_MADE) | METHOD_BIT(BY_OUTSPAWN) | METHOD_BIT(BY_OUTSPAWN_PATH))
#define ALL_METHODS (RIVALS | SINGLE | BATCHES | FLOORS)
#define MAIN_METHODS                                                               \
	(METHOD_BIT(BY_FORK) | METHOD_BIT(BY_VFORK) | METHOD_BIT(BY_POSIX_SPAWN) | \
	 METHOD_BIT(BY_OUTSPAWN) | METHOD_BIT(BY_OUTSPAWN_ASYNC))

#define QUIET_CALLERS                                                                           \
	(CALLER_BIT(EMPTY) | CALLER_BIT(RSS_1G) | CALLER_BIT(RSS_4G) | CALLER_BIT(FDS_1000) |   \
	 CALLER_BIT(FDS_1000_CLOEXEC) | CALLER_BIT(FDS_20000) | CALLER_BIT(FDS_20000_CLOEXEC) | \
	 CALLER_BIT(THREADS_64))
#define DESCRIPTOR_CALLERS \
	(CALLER_BIT(EMPTY) | CALLER_BIT(FDS_20000) | CALLER_BIT(FDS_20000_CLOEXEC))
#define BUSY_CALLERS (CALLER_BIT(EMPTY) | CALLER_BIT(MMAP_8) | CALLER_BIT(FAULTS_8))

static void add(struct plan *plan, enum program program, int strings, unsigned int callers,
		unsigned int methods, int rounds)
{
	if (plan->count < MOST_GROUPS)
		plan->groups[plan->count++] = (struct group){ program, strings, callers, methods,
							      rounds > 3 ? rounds : 3 };
}

static void add_short_set(struct plan *plan, int rounds)
{
	unsigned int callers = CALLER_BIT(EMPTY) | CALLER_BIT(RSS_1G) | CALLER_BIT(FDS_20000_MIXED);
	unsigned int methods = METHOD_BIT(BY_POSIX_SPAWN) | METHOD_BIT(BY_OUTSPAWN);

	add(plan, NOLIBC, 0, callers, methods, rounds);
	add(plan, NOLIBC, REAL_STRINGS, callers, methods, rounds);
}

static void add_whole_set(struct plan *plan, int rounds, bool timed)
{
	int program;

	for (program = NOLIBC; program <= DYNAMIC; program++) {
		int share = rounds / program_infos[program].share;

		add(plan, program, 0, CALLER_BIT(EMPTY), ALL_METHODS, share);
		add(plan, program, REAL_STRINGS, CALLER_BIT(EMPTY), ALL_METHODS, share);
	}
	for (program = RG; program < PROGRAMS; program++)
		add(plan, program, 0, CALLER_BIT(EMPTY), MAIN_METHODS,
		    rounds / program_infos[program].share);
	add(plan, NOLIBC, 0, QUIET_CALLERS, RIVALS | SINGLE, rounds / 2);
	add(plan, NOLIBC, 0, CALLER_BIT(AGENT), MAIN_METHODS, rounds / 2);
	add(plan, NOLIBC, MOST_STRINGS, CALLER_BIT(EMPTY),
	    METHOD_BIT(BY_VFORK) | METHOD_BIT(BY_POSIX_SPAWN) | METHOD_BIT(BY_OUTSPAWN),
	    rounds / MANY_STRINGS_SHARE);
	add(plan, NOLIBC, 0, DESCRIPTOR_CALLERS, POSIX_FORMS, rounds / 2);
	add(plan, NOLIBC, REAL_STRINGS, DESCRIPTOR_CALLERS, POSIX_FORMS, rounds / 2);
	/* With one processor, busy threads only take turns with the spawns. */
	if (timed)
		add(plan, NOLIBC, 0, BUSY_CALLERS, RIVALS | SINGLE, rounds / 3);
}

static void add_selection(struct plan *plan, const struct options *options, int rounds)
{
	unsigned int programs = options->programs ?: 1U << NOLIBC;
	unsigned int callers = options->callers ?: CALLER_BIT(EMPTY);
	unsigned int methods = options->methods ?: ALL_METHODS;
	int program, i;

	for (program = 0; program < PROGRAMS; program++) {
		if (!(programs & 1U << program))
			continue;
		if (!options->strings_count || !program_infos[program].own)
			add(plan, program, 0, callers, methods, rounds);
		else
			for (i = 0; i < options->strings_count; i++)
				add(plan, program, options->strings[i], callers, methods, rounds);
	}
}

void make_plan(const struct options *options, enum unit unit, struct plan *plan)
{
	bool timed = unit == NANOSECONDS;
	int rounds = options->rounds;

	plan->count = 0;
	if (!rounds)
		rounds = options->trace	    ? TRACE_ROUNDS :
			 options->short_set ? SHORT_ROUNDS :
					      ROUNDS * (timed ? TIMED_TIMES : 1);
	if (options->short_set)
		add_short_set(plan, rounds);
	else if (options->programs || options->methods || options->callers ||
		 options->strings_count || options->trace)
		add_selection(plan, options, rounds);
	else
		add_whole_set(plan, rounds, timed);
}

int rounds_between(const struct group *group, enum caller caller, enum method method)
{
	if (method != BY_FORK || caller_infos[caller].rss_mib < LARGE_MIB)
		return 1;
	return group->rounds > 2 * FORK_SHARE ? FORK_SHARE : 1;
}
