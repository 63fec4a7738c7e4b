// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * The limits. First quartiles decide: a minimum may be a single lucky run, and a
 * median may contain a timer interrupt.
 */
#include <math.h>
#include <string.h>
#include <sys/utsname.h>

#include "judge.h"

/* The kernel whose ratio to posix_spawn the short set judges. */
#define JUDGED_KERNEL "6.12."

struct side {
	enum program program;
	int strings;
	enum caller caller;
	enum method method;
};

struct limit {
	enum limit_set set;
	enum unit unit;
	enum part part;
	double most;
	struct side figure, beside;
	bool one_kernel; /* JUDGED_KERNEL alone is judged, and not with KASAN */
};

/* clang-format off */
static const struct limit limits[] = {
	/* beside posix_spawn */
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 0.87, { NOLIBC, 0, EMPTY, BY_OUTSPAWN },
	  { NOLIBC, 0, EMPTY, BY_POSIX_SPAWN } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 0.84, { NOLIBC, 0, EMPTY, BY_OUTSPAWN_ASYNC },
	  { NOLIBC, 0, EMPTY, BY_POSIX_SPAWN } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 0.87, { NOLIBC, REAL_STRINGS, EMPTY, BY_OUTSPAWN },
	  { NOLIBC, REAL_STRINGS, EMPTY, BY_POSIX_SPAWN } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 0.85, { NOLIBC, REAL_STRINGS, EMPTY, BY_OUTSPAWN_ASYNC },
	  { NOLIBC, REAL_STRINGS, EMPTY, BY_POSIX_SPAWN } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 0.96, { STATIC, 0, EMPTY, BY_OUTSPAWN },
	  { STATIC, 0, EMPTY, BY_POSIX_SPAWN } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 0.97, { DYNAMIC, 0, EMPTY, BY_OUTSPAWN },
	  { DYNAMIC, 0, EMPTY, BY_POSIX_SPAWN } },
	/* beside vfork and execve */
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.00, { NOLIBC, 0, EMPTY, BY_OUTSPAWN },
	  { NOLIBC, 0, EMPTY, BY_VFORK } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.00, { NOLIBC, REAL_STRINGS, EMPTY, BY_OUTSPAWN },
	  { NOLIBC, REAL_STRINGS, EMPTY, BY_VFORK } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.00, { STATIC, 0, EMPTY, BY_OUTSPAWN },
	  { STATIC, 0, EMPTY, BY_VFORK } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.00, { STATIC, REAL_STRINGS, EMPTY, BY_OUTSPAWN },
	  { STATIC, REAL_STRINGS, EMPTY, BY_VFORK } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.00, { DYNAMIC, 0, EMPTY, BY_OUTSPAWN },
	  { DYNAMIC, 0, EMPTY, BY_VFORK } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.00, { DYNAMIC, REAL_STRINGS, EMPTY, BY_OUTSPAWN },
	  { DYNAMIC, REAL_STRINGS, EMPTY, BY_VFORK } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.00, { RG, 0, EMPTY, BY_OUTSPAWN },
	  { RG, 0, EMPTY, BY_VFORK } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.00, { GIT, 0, EMPTY, BY_OUTSPAWN },
	  { GIT, 0, EMPTY, BY_VFORK } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.00, { PYTHON, 0, EMPTY, BY_OUTSPAWN },
	  { PYTHON, 0, EMPTY, BY_VFORK } },
	/* with a pidfd, beside clone3 and execve */
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.00, { NOLIBC, 0, EMPTY, BY_OUTSPAWN_PIDFD },
	  { NOLIBC, 0, EMPTY, BY_CLONE3 } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.00, { NOLIBC, REAL_STRINGS, EMPTY, BY_OUTSPAWN_PIDFD },
	  { NOLIBC, REAL_STRINGS, EMPTY, BY_CLONE3 } },
	/* the caller in the call */
	{ WHOLE_SET, INSTRUCTIONS, CALL, 0.76, { NOLIBC, 0, EMPTY, BY_OUTSPAWN },
	  { NOLIBC, 0, EMPTY, BY_POSIX_SPAWN } },
	{ WHOLE_SET, INSTRUCTIONS, CALL, 0.25, { NOLIBC, 0, EMPTY, BY_OUTSPAWN_ASYNC },
	  { NOLIBC, 0, EMPTY, BY_POSIX_SPAWN } },
	{ WHOLE_SET, INSTRUCTIONS, CALL, 0.40, { NOLIBC, REAL_STRINGS, EMPTY, BY_OUTSPAWN_ASYNC },
	  { NOLIBC, REAL_STRINGS, EMPTY, BY_POSIX_SPAWN } },
	/* large callers beside the empty one */
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.02, { NOLIBC, 0, FDS_20000_CLOEXEC, BY_OUTSPAWN },
	  { NOLIBC, 0, EMPTY, BY_OUTSPAWN } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.02, { NOLIBC, 0, RSS_4G, BY_OUTSPAWN },
	  { NOLIBC, 0, EMPTY, BY_OUTSPAWN } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.02, { NOLIBC, 0, THREADS_64, BY_OUTSPAWN },
	  { NOLIBC, 0, EMPTY, BY_OUTSPAWN } },
	/* 20,000 descriptors that the child gets; as many arguments as Linux takes */
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 0.95, { NOLIBC, 0, FDS_20000, BY_OUTSPAWN },
	  { NOLIBC, 0, FDS_20000, BY_POSIX_SPAWN } },
	{ WHOLE_SET, INSTRUCTIONS, TOTAL, 1.00, { NOLIBC, MOST_STRINGS, EMPTY, BY_OUTSPAWN },
	  { NOLIBC, MOST_STRINGS, EMPTY, BY_POSIX_SPAWN } },
	/* an agent's caller in the call */
	{ WHOLE_SET, INSTRUCTIONS, CALL, 0.02, { NOLIBC, 0, AGENT, BY_OUTSPAWN_ASYNC },
	  { NOLIBC, 0, AGENT, BY_FORK } },
	{ WHOLE_SET, INSTRUCTIONS, CALL, 0.30, { NOLIBC, 0, AGENT, BY_OUTSPAWN_ASYNC },
	  { NOLIBC, 0, AGENT, BY_POSIX_SPAWN } },
	/* 8 threads at mmap and munmap beside the caller, in time */
	{ WHOLE_SET, NANOSECONDS, TOTAL, 1.05, { NOLIBC, 0, MMAP_8, BY_OUTSPAWN },
	  { NOLIBC, 0, MMAP_8, BY_VFORK } },
	{ WHOLE_SET, NANOSECONDS, TOTAL, 0.60, { NOLIBC, 0, MMAP_8, BY_OUTSPAWN },
	  { NOLIBC, 0, MMAP_8, BY_POSIX_SPAWN } },
	/* the short set, which "make check" judges */
	{ SHORT_SET, INSTRUCTIONS, TOTAL, 1.03, { NOLIBC, 0, FDS_20000_MIXED, BY_OUTSPAWN },
	  { NOLIBC, 0, EMPTY, BY_OUTSPAWN } },
	{ SHORT_SET, INSTRUCTIONS, TOTAL, 1.03, { NOLIBC, 0, RSS_1G, BY_OUTSPAWN },
	  { NOLIBC, 0, EMPTY, BY_OUTSPAWN } },
	{ SHORT_SET, INSTRUCTIONS, TOTAL, 1.03, { NOLIBC, REAL_STRINGS, FDS_20000_MIXED, BY_OUTSPAWN },
	  { NOLIBC, REAL_STRINGS, EMPTY, BY_OUTSPAWN } },
	{ SHORT_SET, INSTRUCTIONS, TOTAL, 1.03, { NOLIBC, REAL_STRINGS, RSS_1G, BY_OUTSPAWN },
	  { NOLIBC, REAL_STRINGS, EMPTY, BY_OUTSPAWN } },
	{ SHORT_SET, INSTRUCTIONS, TOTAL, 0.95, { NOLIBC, REAL_STRINGS, EMPTY, BY_OUTSPAWN },
	  { NOLIBC, REAL_STRINGS, EMPTY, BY_POSIX_SPAWN }, true },
};
/* clang-format on */

static bool kernel_has_kasan(void)
{
	FILE *symbols = fopen("/proc/kallsyms", "re");
	char line[512];
	bool found = false;

	while (symbols && !found && fgets(line, sizeof(line), symbols))
		found = strstr(line, " kasan_report\n");
	if (symbols)
		fclose(symbols);
	return found;
}

/*
 * KASAN adds instructions to each memory access and each allocation. There the
 * ratio to posix_spawn says nothing about outspawn (it was 1.154 once).
 */
static bool is_judged_kernel(void)
{
	struct utsname name;

	return !uname(&name) && !strncmp(name.release, JUDGED_KERNEL, strlen(JUDGED_KERNEL)) &&
	       !kernel_has_kasan();
}

static const char *name_of(enum method method, char *name, size_t size)
{
	snprintf(name, size, "%s%s", method_infos[method].name,
		 method_infos[method].pidfd ? " with a pidfd" : "");
	return name;
}

/* "total, outspawn / vfork: nolibc, 70 strings, caller rss-4g / empty" */
static void describe(const struct limit *limit, char *text, size_t size)
{
	const struct side *a = &limit->figure, *b = &limit->beside;
	char one[64], two[64];
	int length;

	length = snprintf(text, size, "%s, %s", limit->part == CALL ? "in the call" : "total",
			  name_of(a->method, one, sizeof(one)));
	if (a->method != b->method)
		length += snprintf(text + length, size - length, " / %s",
				   name_of(b->method, two, sizeof(two)));
	length += snprintf(text + length, size - length, ": %s, %d strings, caller %s",
			   program_infos[a->program].name, a->strings,
			   caller_infos[a->caller].name);
	if (a->caller != b->caller)
		snprintf(text + length, size - length, " / %s", caller_infos[b->caller].name);
}

/* Return the figure, or 0 if it was not measured. */
static double measured(const struct limit *limit, const struct rows *rows, enum unit unit)
{
	const struct side *a = &limit->figure, *b = &limit->beside;
	const struct row *row, *other;

	row = find_row(rows, ANY_GROUP, a->program, a->strings, a->caller, a->method);
	if (!row)
		return 0;
	other = find_row(rows, row->group, b->program, b->strings, b->caller, b->method);
	if (!other)
		return 0;
	/* As it is printed. */
	return round(ratio_of(row, other, limit->part, unit) * 1000) / 1000;
}

static void print_verdict(FILE *to, const struct limit *limit, double figure, int number, bool tap)
{
	bool good = figure && figure <= limit->most;
	char text[256];

	describe(limit, text, sizeof(text));
	if (tap)
		fprintf(to, "%sok %d - ", good ? "" : "not ", number);
	else
		fprintf(to, "%-7s ", good ? "ok" : "above");
	if (figure)
		fprintf(to, "%.3f", figure);
	else
		fputs("not measured", to);
	fprintf(to, "  at most %.2f  %s\n", limit->most, text);
}

int judge(FILE *to, const struct rows *rows, enum unit unit, enum limit_set set, bool tap)
{
	int above = 0, number = 0;
	const struct limit *limit;
	double figure;

	for (limit = limits; limit < limits + sizeof(limits) / sizeof(*limits); limit++) {
		if (limit->set != set || limit->unit != unit ||
		    (limit->one_kernel && !is_judged_kernel()))
			continue;
		figure = measured(limit, rows, unit);
		/* The whole set may be measured in part. */
		if (!figure && set == WHOLE_SET)
			continue;
		above += !figure || figure > limit->most;
		print_verdict(to, limit, figure, ++number, tap);
	}
	if (tap)
		fprintf(to, "1..%d\n", number);
	return above;
}
