// SPDX-License-Identifier: MIT
/* What the agent shows: the progress bar, the table, what differs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "agent.h"

#define BAR_WIDTH 50

/* Drawn again only when another per cent is done. NULL: no bar. */
void show_progress(struct progress *progress, size_t done)
{
	char bar[BAR_WIDTH + 1];
	int percent;

	if (!progress || !progress->shown)
		return;
	percent = done * 100 / progress->total;
	if (percent == progress->percent)
		return;
	progress->percent = percent;
	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', percent * BAR_WIDTH / 100);
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r[%s] %3d %%  %zu of %zu", bar, percent, done, progress->total);
}

void end_progress(struct progress *progress)
{
	if (progress->shown)
		fputc('\n', stderr);
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts the numbers. There is at least one. */
static double median(double *numbers, size_t count)
{
	qsort(numbers, count, sizeof(*numbers), compare_numbers);
	return (numbers[(count - 1) / 2] + numbers[count / 2]) / 2;
}

/* One line, of the calls of one tool or, with TOOLS, of all. */
static void print_line(const char *name, enum tool_id tool, const struct call *calls, size_t count,
		       double *buf)
{
	double total[WAYS], blocked[WAYS];
	size_t chosen = 0;

	for (int way = 0; way < WAYS; way++) {
		chosen = 0;
		for (size_t i = 0; i < count; i++) {
			if (tool != TOOLS && calls[i].tool != tool)
				continue;
			buf[chosen] = calls[i].outcomes[way].total;
			buf[count + chosen++] = calls[i].outcomes[way].blocked;
		}
		if (!chosen)
			return;
		total[way] = median(buf, chosen) / 1e3;
		blocked[way] = median(buf + count, chosen) / 1e3;
	}
	printf("%-8s %5zu  %9.2f %12.2f %6.2f  %9.2f %12.2f %6.2f\n", name, chosen, total[OUTSPAWN],
	       total[POSIX_SPAWN], total[OUTSPAWN] / total[POSIX_SPAWN], blocked[OUTSPAWN],
	       blocked[POSIX_SPAWN], blocked[OUTSPAWN] / blocked[POSIX_SPAWN]);
}

void print_table(const struct agent *agent, const struct call *calls, size_t count)
{
	double *buf = calloc(count * 2, sizeof(*buf));

	if (!buf)
		return;
	printf("\nMedians in ms, up to %u calls in flight; ratio: outspawn / posix_spawn\n\n",
	       agent->inflight);
	printf("%-15s %30s %30s\n", "", "spawn to end ----------------",
	       "caller blocked --------------");
	printf("%-8s %5s  %9s %12s %6s  %9s %12s %6s\n", "tool", "calls", "outspawn", "posix_spawn",
	       "ratio", "outspawn", "posix_spawn", "ratio");
	for (int i = 0; i < TOOLS; i++)
		print_line(agent->tools[i].name, i, calls, count, buf);
	print_line("all", TOOLS, calls, count, buf);
	fflush(stdout); /* before what goes to stderr */
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
