// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* outspawn stat: print what the module has counted. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "counters.h"
#include "tool.h"

static const char usage[] =
	"Usage: outspawn stat [--json] [SECONDS]\n"
	"Print how many templates were made and how many spawns succeeded and failed since\n"
	"the module was loaded, or within the next SECONDS. Then list the templates of the\n"
	"processes that you may read.\n";

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

double mean_ms(unsigned long long ns, unsigned long long count)
{
	return count ? ns / 1e6 / count : 0;
}

/* Print ", of which N at stage exec, ..." */
void print_stages(const unsigned long long failed[STAGES])
{
	const char *before = ": ";

	for (unsigned int i = 0; i < STAGES; i++) {
		if (!failed[i] || !stage_name(i))
			continue;
		printf("%s%llu %s", before, failed[i], stage_name(i));
		before = ", ";
	}
}

static void print_counters(const struct counters *counters, double seconds)
{
	if (seconds)
		printf("within %g s\n", seconds);
	else
		puts("since the module was loaded");
	printf("  templates made  %llu, and %llu that failed\n", counters->created,
	       counters->create_failed);
	printf("  spawns          %llu", counters->spawned);
	if (seconds)
		printf(", %.1f a second", counters->spawned / seconds);
	if (counters->spawned)
		printf(", %.3f ms in the call (mean)", mean_ms(counters->spawn_ns, counters->spawned));
	printf("\n  failures        %llu", counters_failed(counters));
	print_stages(counters->failed);
	if (counters->failed_late)
		printf("; %llu after the call", counters->failed_late);
	putchar('\n');
}

static void print_uses(const struct use *uses, size_t count)
{
	if (!count) {
		puts("no template in a process that you may read");
		return;
	}
	printf("%10s %-15s %5s %10s %8s  %s\n", "PID", "COMMAND", "FD", "SPAWNED", "FAILED",
	       "TEMPLATE");
	for (size_t i = 0; i < count; i++)
		printf("%10d %-15s %5d %10llu %8llu  %s\n", (int)uses[i].pid, uses[i].command,
		       uses[i].fd, uses[i].spawned, uses[i].failed, uses[i].path);
}

static void add_number(struct json_object *to, const char *name, unsigned long long number)
{
	json_object_object_add(to, name, json_object_new_uint64(number));
}

static struct json_object *json_of_uses(const struct use *uses, size_t count)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < count; i++) {
		struct json_object *one = json_object_new_object();

		add_number(one, "pid", uses[i].pid);
		json_object_object_add(one, "command", json_object_new_string(uses[i].command));
		add_number(one, "fd", uses[i].fd);
		json_object_object_add(one, "path", json_object_new_string(uses[i].path));
		add_number(one, "spawned", uses[i].spawned);
		add_number(one, "failed", uses[i].failed);
		json_object_array_add(all, one);
	}
	return all;
}

static void print_json_of(const struct counters *counters, double seconds, const struct use *uses,
			  size_t count)
{
	struct json_object *all = json_object_new_object(), *failed = json_object_new_object();

	if (seconds)
		json_object_object_add(all, "seconds", json_object_new_double(seconds));
	add_number(all, "created", counters->created);
	add_number(all, "create_failed", counters->create_failed);
	add_number(all, "spawned", counters->spawned);
	add_number(all, "spawn_ns", counters->spawn_ns);
	for (unsigned int i = 0; i < STAGES; i++)
		if (stage_name(i))
			add_number(failed, stage_name(i), counters->failed[i]);
	json_object_object_add(all, "failed", failed);
	add_number(all, "failed_late", counters->failed_late);
	json_object_object_add(all, "templates", json_of_uses(uses, count));
	print_json(all);
}

static int stat_now(double seconds, bool json)
{
	const struct timespec wait = { .tv_sec = seconds,
				       .tv_nsec = (seconds - (time_t)seconds) * 1e9 };
	struct counters before = { 0 }, counters;
	struct use *uses;
	size_t count;

	if (seconds) {
		if (counters_read(&before))
			return EXIT_FAILURE;
		nanosleep(&wait, NULL);
	}
	if (counters_read(&counters))
		return EXIT_FAILURE;
	counters_subtract(&counters, &before);
	uses = uses_read(&count);
	if (json) {
		print_json_of(&counters, seconds, uses, count);
	} else {
		print_counters(&counters, seconds);
		print_uses(uses, count);
	}
	uses_free(uses, count);
	return EXIT_SUCCESS;
}

/* Parse a positive number of seconds. Return 0 if it is none. */
double parse_seconds(const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	return *end || !(seconds >= 0.01 && seconds <= 1e6) ? 0 : seconds;
}

int cmd_stat(int argc, char **argv)
{
	double seconds = 0;
	bool json = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return EXIT_FAILURE;
		}
	}
	if (optind < argc - 1) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	if (optind == argc - 1) {
		seconds = parse_seconds(argv[optind]);
		if (!seconds) {
			complain("stat: '%s' is not a number of seconds", argv[optind]);
			return EXIT_FAILURE;
		}
	}
	return stat_now(seconds, json);
}
