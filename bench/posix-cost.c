// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * posix-cost.c - measure posix_spawn(3) of the C library beside outspawn's calls
 *
 *   posix-cost [-n ROUNDS] [-c COUNT] [-i COUNT]
 *
 * Starts the program nothing, in this program's directory, by each method in turn,
 * and waits for its end. -c is the number of open descriptors with close-on-exec, -i
 * the number of those without. Each method runs with one string, and with 20
 * arguments and 50 variables of 55 bytes. A line for each has first quartiles:
 *
 *   METHOD  STRINGS  START-TO-END  IN-THE-CALL
 *
 * Run it in a guest whose clock counts instructions, one a nanosecond:
 *
 *   tests/vm/run -i -k trixie -- posix-cost
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "outspawn.h"
#include "outspawn_posix.h"
#include "strings.h"

#define WARM_UP 5

struct cost {
	uint64_t total, in_call;
};

static char nothing[PATH_MAX + 8], folder[PATH_MAX];
static int device, template;
static struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;

static void die(const char *what, int error)
{
	fprintf(stderr, "posix-cost: %s: %s\n", what, strerror(error));
	exit(2);
}

static int by_libc(pid_t *pid, const struct strings *strings)
{
	return posix_spawn(pid, nothing, NULL, NULL, strings->argv, strings->envp);
}

static int by_libc_search(pid_t *pid, const struct strings *strings)
{
	return posix_spawnp(pid, "nothing", NULL, NULL, strings->argv, strings->envp);
}

/* Opens and closes the device each time, as the drop-in does. */
static int by_outspawn(pid_t *pid, const struct strings *strings)
{
	return outspawn_posix_spawn(pid, nothing, NULL, NULL, strings->argv, strings->envp);
}

static int by_outspawn_search(pid_t *pid, const struct strings *strings)
{
	return outspawn_posix_spawnp(pid, "nothing", NULL, NULL, strings->argv, strings->envp);
}

/* Keeps the device open. */
static int by_path(pid_t *pid, const struct strings *strings)
{
	*pid = outspawn_spawn_path(device, nothing, NULL, strings->argv, strings->envp, NULL, &attr,
				   NULL, NULL);
	return *pid < 0 ? -*pid : 0;
}

/* Keeps a template. */
static int by_template(pid_t *pid, const struct strings *strings)
{
	*pid = outspawn_spawn_attr(template, strings->argv, strings->envp, NULL, &attr, NULL, NULL);
	return *pid < 0 ? -*pid : 0;
}

/* Makes a template for each spawn. */
static int by_fresh_template(pid_t *pid, const struct strings *strings)
{
	int fresh = outspawn_template_flags(device, nothing, OUTSPAWN_ALLOW_WRITE);

	if (fresh < 0)
		return -fresh;
	*pid = outspawn_spawn_attr(fresh, strings->argv, strings->envp, NULL, &attr, NULL, NULL);
	close(fresh);
	return *pid < 0 ? -*pid : 0;
}

static const struct method {
	const char *name;
	int (*start)(pid_t *pid, const struct strings *strings);
} methods[] = {
	{ "posix_spawn", by_libc },
	{ "outspawn_posix_spawn", by_outspawn },
	{ "device-kept", by_path },
	{ "template-kept", by_template },
	{ "template-made", by_fresh_template },
	{ "posix_spawnp", by_libc_search },
	{ "outspawn_posix_spawnp", by_outspawn_search },
};
#define METHODS (sizeof(methods) / sizeof(*methods))

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static struct cost measure(const struct method *method, const struct strings *strings)
{
	struct cost cost;
	uint64_t begin;
	int status, error;
	pid_t pid;

	begin = now();
	error = method->start(&pid, strings);
	cost.in_call = now() - begin;
	if (error)
		die(method->name, error);
	if (waitpid(pid, &status, 0) != pid || status)
		die("nothing", errno);
	cost.total = now() - begin;
	return cost;
}

static int compare(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a, two = *(const uint64_t *)b;

	return one < two ? -1 : one > two;
}

static uint64_t quartile(uint64_t *list, int count)
{
	qsort(list, count, sizeof(*list), compare);
	return list[count / 4];
}

static void find_nothing(void)
{
	ssize_t length = readlink("/proc/self/exe", folder, sizeof(folder) - 1);

	if (length < 0)
		die("/proc/self/exe", errno);
	folder[length] = '\0';
	*strrchr(folder, '/') = '\0';
	snprintf(nothing, sizeof(nothing), "%s/nothing", folder);
	setenv("PATH", folder, 1);
}

static void have_descriptors(int count, int command)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		die("RLIMIT_NOFILE", errno);
	while (count--)
		if (fcntl(STDERR_FILENO, command, 3) < 0)
			die("dup", errno);
}

static int rounds = 101, cloexec, inheritable;

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "n:c:i:")) != -1) {
		if (option == 'n')
			rounds = atoi(optarg);
		else if (option == 'c')
			cloexec = atoi(optarg);
		else if (option == 'i')
			inheritable = atoi(optarg);
		else
			exit(2);
	}
	if (rounds < 1) {
		fprintf(stderr, "usage: posix-cost [-n ROUNDS] [-c COUNT] [-i COUNT]\n");
		exit(2);
	}
}

static void measure_all(enum load load)
{
	uint64_t *totals[METHODS], *calls[METHODS];
	struct cost cost;

	for (size_t m = 0; m < METHODS; m++) {
		totals[m] = calloc(rounds, sizeof(uint64_t));
		calls[m] = calloc(rounds, sizeof(uint64_t));
	}
	for (int i = -WARM_UP; i < rounds; i++) {
		for (size_t m = 0; m < METHODS; m++) {
			cost = measure(&methods[m], &strings_of[load]);
			if (i < 0)
				continue;
			totals[m][i] = cost.total;
			calls[m][i] = cost.in_call;
		}
	}
	for (size_t m = 0; m < METHODS; m++) {
		printf("%-24s %3d %8llu %8llu\n", methods[m].name, strings_of[load].count,
		       (unsigned long long)quartile(totals[m], rounds),
		       (unsigned long long)quartile(calls[m], rounds));
		free(totals[m]);
		free(calls[m]);
	}
}

int main(int argc, char **argv)
{
	parse(argc, argv);
	make_strings(REAL_ARGUMENTS, REAL_VARIABLES, REAL_LENGTH);
	find_nothing();
	have_descriptors(cloexec, F_DUPFD_CLOEXEC);
	have_descriptors(inheritable, F_DUPFD);
	attr.flags = OUTSPAWN_INHERIT_FDS;
	device = outspawn_open();
	if (device < 0)
		die(SPAWN_TEMPLATE_DEVICE, -device);
	template = outspawn_template_flags(device, nothing, OUTSPAWN_ALLOW_WRITE);
	if (template < 0)
		die(nothing, -template);
	measure_all(ONE_STRING);
	measure_all(REAL_STRINGS);
	return 0;
}
