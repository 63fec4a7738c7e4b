// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * outspawn top: print again and again what is spawned, for the system and for each
 * template
 *
 * The system's numbers are from sysfs, which every user may read. Those of each
 * template are from trace events, which need root.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "counters.h"
#include "events.h"
#include "tool.h"

static const char usage[] =
	"Usage: outspawn top [-d SECONDS] [-n COUNT]\n"
	"Print spawns a second, failures by stage and the time in the call, for the system\n"
	"and, as root, for each template. Repeat it every SECONDS (1), COUNT times or until\n"
	"it is interrupted.\n";

static const struct option options[] = {
	{ "delay", required_argument, NULL, 'd' },
	{ "count", required_argument, NULL, 'n' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static volatile sig_atomic_t ended;

static void end(int number)
{
	(void)number;
	ended = 1;
}

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - then->tv_sec + (now.tv_nsec - then->tv_nsec) / 1e9;
}

/* The busiest first. */
static int compare(const void *a, const void *b)
{
	const struct path_events *left = a, *right = b;

	if (left->spawned != right->spawned)
		return left->spawned < right->spawned ? 1 : -1;
	return strcmp(left->path, right->path);
}

static void print_paths(struct events *events, double seconds)
{
	qsort(events->paths, events->count, sizeof(*events->paths), compare);
	printf("%10s %10s %10s %8s  %s\n", "SPAWNS/S", "MEAN MS", "MAX MS", "FAILED", "TEMPLATE");
	for (size_t i = 0; i < events->count; i++) {
		const struct path_events *one = &events->paths[i];
		unsigned long long failed = 0;

		for (unsigned int stage = 0; stage < STAGES; stage++)
			failed += one->failed[stage];
		printf("%10.1f %10.3f %10.3f %8llu  %s", one->spawned / seconds,
		       mean_ms(one->ns, one->spawned), one->max_ns / 1e6, failed,
		       *one->path ? one->path : "(by path)");
		print_stages(one->failed);
		putchar('\n');
	}
}

static void print_system(const struct counters *now, double seconds)
{
	printf("%.1f spawns a second, %.3f ms in the call, %llu failed", now->spawned / seconds,
	       mean_ms(now->spawn_ns, now->spawned), counters_failed(now));
	print_stages(now->failed);
	putchar('\n');
}

/* One period. Return 0, or -errno after a message. */
static int period(struct events *events, struct counters *before, double delay)
{
	const struct timespec wait = { .tv_sec = delay, .tv_nsec = (delay - (time_t)delay) * 1e9 };
	struct timespec begin;
	struct counters now, all;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	nanosleep(&wait, NULL);
	seconds = seconds_since(&begin);
	if (counters_read(&all))
		return -ENOENT;
	now = all;
	counters_subtract(&now, before);
	*before = all;
	if (isatty(STDOUT_FILENO))
		fputs("\033[H\033[J", stdout);
	print_system(&now, seconds);
	if (events->pipe >= 0) {
		events_read(events);
		print_paths(events, seconds);
		events_clear(events);
	}
	fflush(stdout);
	return 0;
}

static int top(double delay, unsigned long count)
{
	struct sigaction action = { .sa_handler = end };
	struct counters before;
	struct events events;
	int ret;

	if (counters_read(&before))
		return EXIT_FAILURE;
	/* The instance must be removed: its events keep the module loaded. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	ret = events_open(&events);
	if (ret)
		complain("top: no numbers of each template: trace events need root and "
			 "/sys/kernel/tracing (%s)",
			 strerror(-ret));
	ret = 0;
	for (unsigned long i = 0; !ret && !ended && (!count || i < count); i++)
		ret = period(&events, &before, delay);
	if (events.pipe >= 0)
		events_close(&events);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cmd_top(int argc, char **argv)
{
	unsigned long count = 0;
	double delay = 1;
	char *rest = NULL;
	int opt;

	while ((opt = getopt_long(argc, argv, "d:n:h", options, NULL)) != -1) {
		switch (opt) {
		case 'd':
			delay = parse_seconds(optarg);
			break;
		case 'n':
			count = strtoul(optarg, &rest, 10);
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return EXIT_FAILURE;
		}
	}
	if (optind != argc || !delay || (rest && (*rest || !count))) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	return top(delay, count);
}
