// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* The command line. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan.h"

#define MOST_ROUNDS 100000

static const char usage[] =
	"Usage: outspawn bench [OPTION]...\n"
	"Measure what starting a program costs: with fork, vfork, posix_spawn, clone3 and\n"
	"outspawn, from small and from large callers.\n"
	"\n"
	"  --short          a small set, of about a minute in a guest\n"
	"  --programs LIST  nolibc, static, dynamic, rg, git, python3\n"
	"  --methods LIST   fork, vfork, posix_spawn, pidfd_spawn, clone3, outspawn (without\n"
	"                   and with a pidfd), outspawn_fd, outspawn_path, outspawn_async,\n"
	"                   outspawn_batch16, outspawn_batch64, reexec, thread; posix_spawnp,\n"
	"                   outspawn_posix_spawn, outspawn_posix_spawnp, outspawn_made\n"
	"  --callers LIST   empty, rss-1g, rss-4g, fds-1000, fds-20000 (both also with\n"
	"                   -cloexec), fds-20000-mixed, threads-64, mmap-8, faults-8, agent\n"
	"  --strings LIST   0; 70: 20 arguments and 50 variables of 55 bytes; another number:\n"
	"                   so many arguments of one byte\n"
	"  --rounds N       how often each is measured\n"
	"  --json FILE      write the figures there, too\n"
	"  --judge          exit with 1 if a figure is above its limit\n"
	"  --tap            print the verdicts as TAP\n"
	"  --trace          with marks for \"make profile\"\n"
	"  --progress bar|lines|none\n"
	"  --help\n"
	"\n"
	"A LIST has commas. With a selection, what is not selected is: nolibc, all methods,\n"
	"the empty caller, no strings. Without one, the whole set is measured.\n";

static const struct option names[] = {
	{ "short", no_argument, NULL, 's' },
	{ "programs", required_argument, NULL, 'p' },
	{ "methods", required_argument, NULL, 'm' },
	{ "callers", required_argument, NULL, 'c' },
	{ "strings", required_argument, NULL, 'n' },
	{ "rounds", required_argument, NULL, 'r' },
	{ "json", required_argument, NULL, 'o' },
	{ "judge", no_argument, NULL, 'j' },
	{ "tap", no_argument, NULL, 't' },
	{ "trace", no_argument, NULL, 'x' },
	{ "progress", required_argument, NULL, 'b' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static const char *program_name(int i)
{
	return i < PROGRAMS ? program_infos[i].name : NULL;
}

static const char *method_name(int i)
{
	return i < METHODS ? method_infos[i].name : NULL;
}

static const char *caller_name(int i)
{
	return i < CALLERS ? caller_infos[i].name : NULL;
}

/* Two methods may have one name: with and without a pidfd. */
static unsigned int bits_of(const char *word, size_t length, const char *(*name)(int))
{
	unsigned int bits = 0;
	const char *known;
	int i;

	for (i = 0; (known = name(i)); i++)
		if (strlen(known) == length && !strncmp(known, word, length))
			bits |= 1U << i;
	return bits;
}

static bool parse_names(const char *list, const char *(*name)(int), unsigned int *bits)
{
	const char *end;
	unsigned int more;

	for (;; list = end + 1) {
		end = strchrnul(list, ',');
		more = bits_of(list, end - list, name);
		if (!more) {
			fprintf(stderr, "bench: %.*s: not known; see --help\n", (int)(end - list),
				list);
			return false;
		}
		*bits |= more;
		if (!*end)
			return true;
	}
}

static bool parse_number(const char *text, int least, int most, int *value, char **end)
{
	long number = strtol(text, end, 10);

	if (*end == text || *text < '0' || *text > '9' || number < least || number > most) {
		fprintf(stderr, "bench: %s: not a number from %d to %d\n", text, least, most);
		return false;
	}
	*value = number;
	return true;
}

static bool parse_strings(const char *list, struct options *options)
{
	int most = sizeof(options->strings) / sizeof(options->strings[0]);
	char *end;

	for (;; list = end + 1) {
		if (options->strings_count == most) {
			fprintf(stderr, "bench: --strings takes at most %d numbers\n", most);
			return false;
		}
		if (!parse_number(list, 0, MOST_STRINGS, &options->strings[options->strings_count],
				  &end))
			return false;
		options->strings_count++;
		if (!*end)
			return true;
		if (*end != ',') {
			fprintf(stderr, "bench: %s: not a list of numbers\n", list);
			return false;
		}
	}
}

static bool parse_rounds(const char *text, int *rounds)
{
	char *end;

	if (!parse_number(text, 1, MOST_ROUNDS, rounds, &end))
		return false;
	if (*end)
		fprintf(stderr, "bench: %s: not a number\n", text);
	return !*end;
}

static bool parse_style(const char *text, enum progress_style *style)
{
	if (!strcmp(text, "bar"))
		*style = PROGRESS_BAR;
	else if (!strcmp(text, "lines"))
		*style = PROGRESS_LINES;
	else if (!strcmp(text, "none"))
		*style = NO_PROGRESS;
	else
		return false;
	return true;
}

static bool take_option(int option, const char *value, struct options *options)
{
	switch (option) {
	case 's':
		options->short_set = true;
		return true;
	case 'j':
		options->judge = true;
		return true;
	case 't':
		options->tap = true;
		return true;
	case 'x':
		options->trace = true;
		return true;
	case 'o':
		options->json = value;
		return true;
	case 'p':
		return parse_names(value, program_name, &options->programs);
	case 'm':
		return parse_names(value, method_name, &options->methods);
	case 'c':
		return parse_names(value, caller_name, &options->callers);
	case 'n':
		return parse_strings(value, options);
	case 'r':
		return parse_rounds(value, &options->rounds);
	case 'b':
		return parse_style(value, &options->progress);
	default:
		return false;
	}
}

int parse_options(int argc, char **argv, struct options *options)
{
	int option;

	*options = (struct options){
		.progress = isatty(STDERR_FILENO) ? PROGRESS_BAR : PROGRESS_LINES,
	};
	while ((option = getopt_long(argc, argv, "h", names, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		}
		if (!take_option(option, optarg, options))
			return 2;
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "bench: %s: unexpected; see --help\n", argv[optind]);
	return 2;
}
