// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * report.c - the counts, in memory that all workers share
 */
#include "fuzz.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *const kind_names[KINDS] = {
	"CREATE", "SPAWN", "PATH", "BATCH", "INFO", "QUERY", "other"
};

struct stats *stats, *all_stats;
unsigned int this_worker;

void complain(const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (stats) {
		if (!atomic_fetch_add(&stats->complaints, 1))
			atomic_store(&stats->complained, atomic_load(&stats->position));
		dprintf(STDERR_FILENO, "WRONG: worker %u, call %lu: %s\n", this_worker,
			(unsigned long)atomic_load(&stats->position), text);
	} else {
		atomic_fetch_add(&all_stats[MAX_WORKERS].complaints, 1);
		dprintf(STDERR_FILENO, "WRONG: %s\n", text);
	}
}

uint64_t report_calls(unsigned int workers)
{
	uint64_t sum = 0;
	unsigned int i, kind;

	for (i = 0; i < workers; i++)
		for (kind = 0; kind < KINDS; kind++)
			sum += all_stats[i].calls[kind];
	return sum;
}

#define SUM(field)                                   \
	({                                           \
		uint64_t sum_ = 0;                   \
		unsigned int i_;                     \
		for (i_ = 0; i_ < workers; i_++)     \
			sum_ += all_stats[i_].field; \
		(unsigned long)sum_;                 \
	})

static void report_kind(unsigned int workers, enum kind kind)
{
	unsigned int error;

	printf("%-6s %9lu calls, %9lu succeeded:", kind_names[kind], SUM(calls[kind]),
	       SUM(ok[kind]));
	for (error = 1; error < MAX_ERRNO; error++)
		if (SUM(errors[kind][error]))
			printf(" %s %lu", strerrorname_np(error) ?: "?", SUM(errors[kind][error]));
	printf("\n");
}

static void report_stages(unsigned int workers)
{
	static const char *const names[] = { "none", "args",   "template", "create",
					     "fds",  "action", "exec",	   "mount", "stop" };
	unsigned int stage;

	printf("failed spawns by stage:");
	_Static_assert(sizeof(names) / sizeof(*names) == STAGES, "each stage has a name");
	for (stage = 1; stage < STAGES; stage++)
		printf(" %s %lu", names[stage], SUM(stages[stage]));
	printf("\n");
}

void report(unsigned int workers)
{
	enum kind kind;

	for (kind = 0; kind < KINDS; kind++)
		report_kind(workers, kind);
	report_stages(workers);
	printf("raced %lu, with a failure injected %lu, changes of files and descriptors %lu\n",
	       SUM(raced), SUM(injected), SUM(changes));
	printf("children started %lu, reaped %lu, by the kernel %lu, killed %lu; with a known status %lu, confirmed %lu\n",
	       SUM(started), SUM(reaped), SUM(autoreaped), SUM(killed), SUM(clean),
	       SUM(exited_well));
	printf("children that failed after an asynchronous call %lu, that no call returned %lu\n",
	       SUM(late), SUM(unknown));
	printf("callers killed %lu, traced %lu with %lu stops, %lu of them at a vfork that the module shows\n",
	       SUM(callers_killed), SUM(callers_traced), SUM(stops), SUM(vforks));
	printf("%lu ioctls\n", (unsigned long)report_calls(workers));
}

#define CALLS_BEFORE 64
#define CALLS_AFTER 16

void report_replay(const struct options *options)
{
	unsigned int i;

	for (i = 0; i < options->workers; i++) {
		uint64_t call = atomic_load(&all_stats[i].complained), first = options->first;

		if (!atomic_load(&all_stats[i].complaints))
			continue;
		if (call > first + CALLS_BEFORE)
			first = call - CALLS_BEFORE;
		printf("worker %u's calls around its first complaint: tests/fuzz/run -k KERNEL -s %lu -n %lu -- -W %u -f %lu -v%s%s%s\n",
		       i, (unsigned long)options->seed,
		       (unsigned long)(call - first + CALLS_AFTER), i, (unsigned long)first,
		       options->race ? "" : " -R",
		       options->inject || !inject_available() ? "" : " -I",
		       options->watch ? "" : " -F");
	}
}
