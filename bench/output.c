// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* The table, and the same as JSON. */
#include <string.h>

#include "rows.h"

#define NAME_WIDTH 27

static const char *const part_names[PARTS] = { "call", "first", "total" };

static uint64_t median_count(const uint64_t *values, int rounds)
{
	uint64_t median = summarise(values, rounds).median;

	return median ? median - 1 : 0;
}

/* --- the table --- */

static void print_number(FILE *to, uint64_t value)
{
	if (value)
		fprintf(to, " %10.1f", value / 1e3);
	else
		fprintf(to, " %10s", "-");
}

static const struct row *rival(const struct rows *rows, const struct row *row)
{
	return find_row(rows, row->group, row->program, row->strings, row->caller, BY_POSIX_SPAWN);
}

static void print_row(FILE *to, const struct rows *rows, const struct row *row, enum unit unit)
{
	const struct method_info *method = &method_infos[row->method];
	const struct row *other = rival(rows, row);
	struct summary total = summarise(row->parts[TOTAL], row->rounds);

	fprintf(to, "%s%-*s", method->name, NAME_WIDTH - (int)strlen(method->name),
		method->pidfd ? " +pidfd" : "");
	print_number(to, summarise(row->parts[CALL], row->rounds).q1);
	print_number(to, summarise(row->parts[FIRST], row->rounds).q1);
	print_number(to, total.min);
	print_number(to, total.q1);
	print_number(to, total.median);
	if (other && total.min)
		fprintf(to, " %8.2f", ratio_of(row, other, TOTAL, unit));
	else
		fprintf(to, " %8s", "-");
	fprintf(to, " %7llu %8llu", (unsigned long long)median_count(row->faults, row->rounds),
		(unsigned long long)median_count(row->switches, row->rounds));
	if (row->calls >= 0)
		fprintf(to, " %6d\n", row->calls);
	else
		fprintf(to, " %6s\n", "-");
}

static void print_heading(FILE *to, const struct row *row, enum unit unit)
{
	const char *what = unit == INSTRUCTIONS ? "thousand instructions" : "microseconds";

	fprintf(to, "\n%s, %d strings, caller %s: %s\n", program_infos[row->program].name,
		row->strings, caller_infos[row->caller].name, what);
	fprintf(to, "%-*s %10s %10s %10s %10s %10s %8s %7s %8s %6s\n", NAME_WIDTH, "", "call q1",
		"first q1", "total min", "total q1", "median", "/posix", "faults", "switches",
		"calls");
}

static bool same_heading(const struct row *a, const struct row *b)
{
	return a->group == b->group && a->caller == b->caller;
}

void print_table(FILE *to, const struct rows *rows, enum unit unit)
{
	int i, j;

	for (i = 0; i < rows->count; i++) {
		/* Print a heading's rows together, when its first row comes. */
		for (j = 0; j < i && !same_heading(&rows->list[i], &rows->list[j]); j++)
			;
		if (j < i)
			continue;
		print_heading(to, &rows->list[i], unit);
		for (j = i; j < rows->count; j++)
			if (same_heading(&rows->list[i], &rows->list[j]))
				print_row(to, rows, &rows->list[j], unit);
	}
}

/* --- JSON --- */

static void write_caller(FILE *to, enum caller caller)
{
	static const char *const cloexec_values[] = { "false", "true", "\"half\"" };
	static const char *const busy_values[] = { "", "mmap", "faults" };
	const struct caller_info *info = &caller_infos[caller];

	fprintf(to, "\"caller\": {\"rss_mib\": %d, \"fds\": %d, \"cloexec\": %s, \"threads\": %d",
		info->rss_mib, info->fds, cloexec_values[info->cloexec], info->threads);
	if (info->busy)
		fprintf(to, ", \"busy\": \"%s\"", busy_values[info->busy]);
	fputs("}, ", to);
}

static void write_value(FILE *to, const char *part, const char *what, uint64_t value)
{
	if (value)
		fprintf(to, "\"%s_%s\": %llu, ", part, what, (unsigned long long)value);
	else
		fprintf(to, "\"%s_%s\": null, ", part, what);
}

static void write_row(FILE *to, const struct rows *rows, const struct row *row, enum unit unit,
		      const char *kernel)
{
	const struct method_info *method = &method_infos[row->method];
	const struct row *other = rival(rows, row);
	struct summary summary;
	int part;

	fprintf(to, "{\"kernel\": \"%s\", \"program\": \"%s\", \"strings\": %d, ", kernel,
		program_infos[row->program].name, row->strings);
	write_caller(to, row->caller);
	fprintf(to, "\"method\": \"%s\", \"pidfd\": %s, ", method->name,
		method->pidfd ? "true" : "false");
	for (part = 0; part < PARTS; part++) {
		summary = summarise(row->parts[part], row->rounds);
		write_value(to, part_names[part], "min", summary.min);
		write_value(to, part_names[part], "q1", summary.q1);
		write_value(to, part_names[part], "median", summary.median);
	}
	if (other && summary.min)
		fprintf(to, "\"total_to_posix_spawn\": %.4f, ", ratio_of(row, other, TOTAL, unit));
	if (row->calls >= 0)
		fprintf(to, "\"syscalls\": %d, ", row->calls);
	else
		fputs("\"syscalls\": null, ", to);
	fprintf(to, "\"faults\": %llu, \"switches\": %llu, \"rounds\": %d, \"unit\": \"%s\"}",
		(unsigned long long)median_count(row->faults, row->rounds),
		(unsigned long long)median_count(row->switches, row->rounds), row->rounds,
		unit_name(unit));
}

void write_json(FILE *to, const struct rows *rows, enum unit unit, const char *kernel)
{
	const struct row *row;
	int i;

	fputs("[\n", to);
	for (i = 0; i < rows->count; i++) {
		row = &rows->list[i];
		/* What two groups measured is written once. */
		if (find_row(rows, ANY_GROUP, row->program, row->strings, row->caller,
			     row->method) != row)
			continue;
		if (i)
			fputs(",\n", to);
		write_row(to, rows, row, unit, kernel);
	}
	fputs("\n]\n", to);
}
