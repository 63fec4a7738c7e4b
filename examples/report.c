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

typedef double time_of(const struct outcome *outcome);

/*
 * Return the median of each call's ratio. The calls differ much, so the ratio of
 * the medians would say little.
 */
static double median_ratio(time_of *time, enum way way, enum way beside, enum tool_id tool,
			   const struct call *calls, size_t count, double *buf)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (in_line(&calls[i], tool))
			buf[n++] = time(&calls[i].outcomes[way]) / time(&calls[i].outcomes[beside]);
	return median(buf, n);
}

static double median_time(time_of *time, enum way way, enum tool_id tool, const struct call *calls,
			  size_t count, double *buf)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (in_line(&calls[i], tool))
			buf[n++] = time(&calls[i].outcomes[way]) / 1e3;
	return median(buf, n);
}

static void print_line(const char *name, time_of *time, enum tool_id tool, const struct call *calls,
		       size_t count, double *buf)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += in_line(&calls[i], tool);
	if (!n)
		return;
	printf("%-8s", name);
	for (int way = 0; way < WAYS; way++) {
		printf("  %8.2f", median_time(time, way, tool, calls, count, buf));
		if (way != BY_POSIX_SPAWN)
			printf(" (%5.2f)",
			       median_ratio(time, way, BY_POSIX_SPAWN, tool, calls, count, buf));
	}
	printf("  %5zu\n", n);
}

static void print_times(const char *title, time_of *time, const struct agent *agent,
			const struct call *calls, size_t count, double *buf)
{
	printf("\n%s\n%-8s %9s %17s %17s %17s  calls\n", title, "tool", "posix", "fork", "outspawn",
	       "asynchronous");
	for (int i = 0; i < TOOLS; i++)
		print_line(agent->tools[i].name, time, i, calls, count, buf);
	print_line("all", time, TOOLS, calls, count, buf);
}

static void print_gain(const struct call *calls, size_t count, double *buf)
{
	enum way way = BY_OUTSPAWN_ASYNC;
	double beside_posix =
		median_ratio(caller_blocked, way, BY_POSIX_SPAWN, TOOLS, calls, count, buf);
	double beside_fork = median_ratio(caller_blocked, way, BY_FORK, TOOLS, calls, count, buf);
	double total = median_ratio(spawn_to_end, way, BY_POSIX_SPAWN, TOOLS, calls, count, buf);

	printf("\nGained by asynchronous spawns: the agent was blocked %.2f as long as by posix_spawn "
	       "and %.2f as long as by fork; the calls took %.2f as long as with posix_spawn.\n",
	       beside_posix, beside_fork, total);
}

void print_table(const struct agent *agent, const struct call *calls, size_t count)
{
	const struct weight *weight = &agent->weight;
	double *buf = calloc(count, sizeof(*buf));

	if (!buf)
		return;
	printf("\nAn agent with %u MiB of heap, %u descriptors and %u threads; %u calls in flight.\n"
	       "Medians in ms; in brackets the ratio to posix_spawn, call by call.\n",
	       weight->mebibytes, weight->descriptors, weight->threads, agent->inflight);
	print_times("How long the agent was blocked by the spawn:", caller_blocked, agent, calls,
		    count, buf);
	print_times("From the spawn to the end of the tool:", spawn_to_end, agent, calls, count,
		    buf);
	print_gain(calls, count, buf);
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

static const char *const way_names[WAYS] = {
	[BY_POSIX_SPAWN] = "posix_spawn",
	[BY_FORK] = "fork",
	[BY_OUTSPAWN] = "outspawn",
	[BY_OUTSPAWN_ASYNC] = "outspawn, asynchronous",
};

static bool compare(const struct call *call)
{
	const struct outcome *a = &call->outcomes[BY_POSIX_SPAWN], *b;

	for (int way = BY_POSIX_SPAWN + 1; way < WAYS; way++) {
		b = &call->outcomes[way];
		if (a->code == b->code && a->status == b->status &&
		    same_text(&a->streams[0], &b->streams[0]) &&
		    same_text(&a->streams[1], &b->streams[1]))
			continue;
		fputs("\nagent: outputs differ:", stderr);
		print_command(call);
		print_outcome(way_names[BY_POSIX_SPAWN], a);
		print_outcome(way_names[way], b);
		return false;
	}
	return true;
}

size_t compare_outcomes(const struct call *calls, size_t count)
{
	size_t equal = 0;

	for (size_t i = 0; i < count; i++)
		equal += compare(&calls[i]);
	return equal;
}
