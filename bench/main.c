// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * spawn-bench: measure what starting a program costs, by outspawn and by its rivals
 *
 *	options.c, plan.c     what is measured
 *	run.c, progress.c     the order: callers and methods take turns
 *	callers.c, measure.c  the callers' processes, and one spawn in them
 *	methods.c, programs.c how is started, and what
 *	rows.c, statistics.c  what was measured
 *	output.c, judge.c     the table, JSON, the limits
 *
 * docs/performance.md says how to read the figures.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "judge.h"
#include "plan.h"
#include "rows.h"
#include "run.h"

/* A kernel still has work to do in its first seconds, when a processor is idle. */
#define BOOT_SECONDS 25

static void let_kernel_settle(void)
{
	struct timespec up;

	if (bench_clock.unit != INSTRUCTIONS)
		return;
	clock_gettime(CLOCK_BOOTTIME, &up);
	if (up.tv_sec < BOOT_SECONDS)
		sleep(BOOT_SECONDS - up.tv_sec);
}

static int save_json(const char *path, const struct rows *rows)
{
	FILE *file = fopen(path, "we");
	struct utsname name;
	bool failed;

	if (!file || uname(&name) < 0) {
		fprintf(stderr, "bench: %s: %s\n", path, strerror(errno));
		return 2;
	}
	write_json(file, rows, bench_clock.unit, name.release);
	failed = ferror(file);
	if (fclose(file) || failed) {
		fprintf(stderr, "bench: %s: %s\n", path, strerror(errno));
		return 2;
	}
	return 0;
}

/* In TAP the table is a comment. */
static void show_table(const struct rows *rows, bool tap)
{
	char *text, *line;
	size_t size;
	FILE *memory;

	if (!tap) {
		print_table(stdout, rows, bench_clock.unit);
		putchar('\n');
		return;
	}
	memory = open_memstream(&text, &size);
	if (!memory)
		abort();
	print_table(memory, rows, bench_clock.unit);
	fclose(memory);
	puts("TAP version 13");
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		printf("# %s\n", line);
	free(text);
}

static int report(const struct options *options, const struct rows *rows)
{
	enum limit_set set = options->short_set ? SHORT_SET : WHOLE_SET;
	int above, status = 0;

	show_table(rows, options->tap);
	above = judge(stdout, rows, bench_clock.unit, set, options->tap);
	if (options->json)
		status = save_json(options->json, rows);
	return status ? status : options->judge && above;
}

int main(int argc, char **argv)
{
	struct options options;
	struct rows rows = { NULL, 0 };
	struct plan plan;
	int status, failed;

	status = parse_options(argc, argv, &options);
	if (status >= 0)
		return status;
	clock_begin();
	if (options.short_set && options.judge && bench_clock.unit != INSTRUCTIONS) {
		fputs("bench: the clock does not count instructions here: use tests/vm/run -i\n",
		      stderr);
		return 2;
	}
	let_kernel_settle();
	make_plan(&options, bench_clock.unit, &plan);
	failed = run_plan(&plan, &options, &rows);
	status = report(&options, &rows);
	return failed ? failed : status;
}
