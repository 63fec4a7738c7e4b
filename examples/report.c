// SPDX-License-Identifier: MIT
// Copyright (C) 2026 The outspawn authors
/* The agent's output: the progress, the table, the calls whose outputs differ. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "agent.h"

#define BAR_WIDTH 50
/* How often a log gets a line. */
#define LINE_PERCENT 10

static void draw_bar(int percent, size_t done, size_t total)
{
	char bar[BAR_WIDTH + 1];

	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', percent * BAR_WIDTH / 100);
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r[%s] %3d %%  %zu of %zu", bar, percent, done, total);
}

void show_progress(struct progress *progress, size_t done)
{
	int percent;

	if (!progress || progress->style == NO_PROGRESS)
		return;
	percent = done * 100 / progress->total;
	if (progress->style == PROGRESS_LINES)
		percent -= percent % LINE_PERCENT;
	if (percent == progress->percent)
		return;
	progress->percent = percent;
	if (progress->style == PROGRESS_BAR)
		draw_bar(percent, done, progress->total);
	else
		fprintf(stderr, "agent: %zu of %zu calls\n", done, progress->total);
}

void end_progress(struct progress *progress)
{
	if (progress->style == PROGRESS_BAR)
		fputc('\n', stderr);
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Return the median of at least one number. Sorts the numbers. */
static double median(double *numbers, size_t count)
{
	qsort(numbers, count, sizeof(*numbers), compare_numbers);
	return (numbers[(count - 1) / 2] + numbers[count / 2]) / 2;
}

static double spawn_to_end(const struct outcome *outcome)
{
	return outcome->total;
}

static double caller_blocked(const struct outcome *outcome)
{
	return outcome->blocked;
}

/* Does the call belong to the line of this tool? TOOLS: the line of all tools. */
static bool in_line(const struct call *call, enum tool_id tool)
{
	return tool == TOOLS || call->tool == tool;
}

/*
 * Print three columns: the medians of both ways, and the median of each call's
 * ratio. The calls differ much, so the ratio of the medians would say little.
 */
static void print_columns(double (*time_of)(const struct outcome *), enum tool_id tool,
			  const struct call *calls, size_t count, double *buf)
{
	double *times[WAYS] = { buf, buf + count }, *ratios = buf + 2 * count;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (!in_line(&calls[i], tool))
			continue;
		for (int way = 0; way < WAYS; way++)
			times[way][n] = time_of(&calls[i].outcomes[way]) / 1e3;
		ratios[n] = times[OUTSPAWN][n] / times[POSIX_SPAWN][n];
		n++;
	}
	printf("  %9.2f %12.2f %6.2f", median(times[OUTSPAWN], n), median(times[POSIX_SPAWN], n),
	       median(ratios, n));
}

static void print_line(const char *name, enum tool_id tool, const struct call *calls, size_t count,
		       double *buf)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += in_line(&calls[i], tool);
	if (!n)
		return;
	printf("%-8s", name);
	print_columns(spawn_to_end, tool, calls, count, buf);
	print_columns(caller_blocked, tool, calls, count, buf);
	printf("  %5zu\n", n);
}

void print_table(const struct agent *agent, const struct call *calls, size_t count)
{
	/* Room for the times of both ways, and for their ratios. */
	double *buf = calloc(count * 3, sizeof(*buf));

	if (!buf)
		return;
	printf("\nMedians in ms, %u calls in flight; ratio: outspawn / posix_spawn, call by call\n\n",
	       agent->inflight);
	printf("          spawn to end ----------------  caller blocked --------------\n");
	printf("tool       outspawn  posix_spawn  ratio   outspawn  posix_spawn  ratio  calls\n");
	for (int i = 0; i < TOOLS; i++)
		print_line(agent->tools[i].name, i, calls, count, buf);
	print_line("all", TOOLS, calls, count, buf);
	fflush(stdout); /* or the messages on stderr may come first */
	free(buf);
}

static bool same_text(const struct text *a, const struct text *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

static void print_command(const struct call *call)
{
	for (char **word = call->argv; *word; word++)
		fprintf(stderr, " %s", *word);
	fputc('\n', stderr);
}

static void print_outcome(const char *name, const struct outcome *outcome)
{
	static const char *const streams[] = { "stdout", "stderr" };

	fprintf(stderr, "    %s: %s %d\n", name,
		outcome->code == CLD_EXITED ? "status" : "killed by signal", outcome->status);
	for (int i = 0; i < 2; i++)
		fprintf(stderr, "    %s, %zu bytes:\n%.*s\n", streams[i], outcome->streams[i].len,
			(int)outcome->streams[i].len, outcome->streams[i].data);
}

static bool compare(const struct call *call)
{
	const struct outcome *a = &call->outcomes[OUTSPAWN], *b = &call->outcomes[POSIX_SPAWN];

	if (a->code == b->code && a->status == b->status &&
	    same_text(&a->streams[0], &b->streams[0]) && same_text(&a->streams[1], &b->streams[1]))
		return true;

	fputs("\nagent: outputs differ:", stderr);
	print_command(call);
	print_outcome("outspawn", a);
	print_outcome("posix_spawn", b);
	return false;
}

size_t compare_outcomes(const struct call *calls, size_t count)
{
	size_t equal = 0;

	for (size_t i = 0; i < count; i++)
		equal += compare(&calls[i]);
	return equal;
}
