// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * spawn-cost.c - measure a spawn from callers of different sizes
 *
 *   spawn-cost [-n ROUNDS] [-d DESCRIPTORS] [-m MIB] [-w]
 *              [-a ARGUMENTS] [-e VARIABLES] [-l LENGTH]
 *   spawn-cost -c    exits with 0 if the clock counts instructions, else with 1
 *
 * There are three callers, each a process: an empty one, one with many open
 * descriptors, one with much resident memory. They take turns. The caller starts
 * the program nothing, in this program's directory, by outspawn and by
 * posix_spawn(3), and waits for its end. -w adds vfork(2) with execve(2), and
 * outspawn's other methods: from a template of a descriptor instead of a path,
 * asynchronously, by path, and many in one call. For these the cost of one is
 * printed.
 *
 * Each method is measured with one string, and with as many as a real program
 * has: 20 arguments and 50 variables of 55 bytes. -a, -e and -l (the bytes of each
 * string with its NUL) set other numbers. A line for each has
 *
 *   CALLER METHOD STRINGS MINIMUM QUARTILE MEDIAN MINIMUM QUARTILE MEDIAN
 *
 * The first three numbers are from spawn to end, the others only the call. In a
 * guest that counts instructions (tests/vm/run -i), a nanosecond is one instruction.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "outspawn.h"
#include "strings.h"

#define WARM_UP 3

enum caller { EMPTY, DESCRIPTORS, MEMORY, CALLERS };
enum method { OUTSPAWN, POSIX_SPAWN, OF_FD, ASYNC, BY_PATH, BATCH, VFORK, METHODS };

static const char *const caller_names[CALLERS] = { "empty", "descriptors", "memory" };
static const char *const method_names[METHODS] = { "outspawn", "posix_spawn", "of-fd", "async",
						   "path",     "batch",	      "vfork" };

#define BATCH_SIZE 32

struct cost {
	uint64_t total, in_call;
};

struct question {
	enum method method;
	enum load load;
};

/* The parent's side of a caller. */
struct worker {
	pid_t pid;
	int ask, answer;
	struct cost *costs[METHODS][LOADS];
};

static int rounds = 31, descriptors = 20000, mebibytes = 1024;
static int methods = POSIX_SPAWN + 1;
static int device;
static char nothing[PATH_MAX + 8];
static int template, template_of_fd;

static void die(const char *what, int error)
{
	fprintf(stderr, "spawn-cost: %s: %s\n", what, strerror(error));
	exit(2);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static pid_t start_by_posix_spawn(const struct strings *strings)
{
	pid_t pid;
	int error = posix_spawn(&pid, nothing, NULL, NULL, strings->argv, strings->envp);

	return error ? -error : pid;
}

static __attribute__((noinline)) pid_t start_by_vfork(const struct strings *strings)
{
	pid_t pid = vfork();

	if (!pid) {
		execve(nothing, strings->argv, strings->envp);
		_exit(127);
	}
	return pid < 0 ? -errno : pid;
}

static pid_t start(enum method method, const struct strings *strings)
{
	switch (method) {
	case OUTSPAWN:
		return outspawn_spawn(template, strings->argv, strings->envp, NULL, 0, NULL, NULL);
	case OF_FD:
		return outspawn_spawn(template_of_fd, strings->argv, strings->envp, NULL, 0, NULL, NULL);
	case ASYNC:
		return outspawn_spawn(template, strings->argv, strings->envp, NULL, OUTSPAWN_ASYNC, NULL,
				      NULL);
	case BY_PATH:
		return outspawn_spawn_path(device, nothing, NULL, strings->argv, strings->envp, NULL, NULL,
					   NULL, NULL);
	case VFORK:
		return start_by_vfork(strings);
	default:
		return start_by_posix_spawn(strings);
	}
}

/* Return the cost of one spawn of a batch. */
static struct cost measure_batch(const struct strings *strings)
{
	static struct outspawn_job jobs[BATCH_SIZE];
	struct cost cost;
	uint64_t begin;
	int i, done;

	for (i = 0; i < BATCH_SIZE; i++)
		jobs[i] = (struct outspawn_job){ .tmpl = template,
						 .argv = strings->argv,
						 .envp = strings->envp };
	begin = now();
	done = outspawn_batch(device, jobs, BATCH_SIZE);
	cost.in_call = (now() - begin) / BATCH_SIZE;
	if (done != BATCH_SIZE)
		die("batch", -done);
	for (i = 0; i < BATCH_SIZE; i++)
		if (waitpid(jobs[i].result.pid, NULL, 0) < 0)
			die("nothing", errno);
	cost.total = (now() - begin) / BATCH_SIZE;
	return cost;
}

static struct cost measure(enum method method, const struct strings *strings)
{
	struct cost cost;
	uint64_t begin;
	int status;
	pid_t pid;

	if (method == BATCH)
		return measure_batch(strings);
	begin = now();
	pid = start(method, strings);
	cost.in_call = now() - begin;
	if (pid < 0)
		die(method_names[method], -pid);
	if (waitpid(pid, &status, 0) != pid || status)
		die("nothing", errno);
	cost.total = now() - begin;
	return cost;
}

/* --- the callers --- */

/* Open descriptors, every second one with close-on-exec. */
static void have_descriptors(void)
{
	struct rlimit limit = { descriptors + 100, descriptors + 100 };
	int i;

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		die("RLIMIT_NOFILE", errno);
	for (i = 0; i < descriptors; i++)
		if (fcntl(STDERR_FILENO, i % 2 ? F_DUPFD_CLOEXEC : F_DUPFD, 3) < 0)
			die("dup", errno);
}

static void have_memory(void)
{
	if (mmap(NULL, (size_t)mebibytes << 20, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) == MAP_FAILED)
		die("memory", errno);
}

static void work(enum caller caller, int ask, int answer)
{
	struct question question;
	struct cost cost;
	int fd;

	device = outspawn_open();
	if (device < 0)
		die(SPAWN_TEMPLATE_DEVICE, -device);
	template = outspawn_template(device, nothing);
	if (template < 0)
		die(nothing, -template);
	fd = open(nothing, O_PATH | O_CLOEXEC);
	template_of_fd = outspawn_template_fd(device, fd);
	if (template_of_fd < 0)
		die("its descriptor", -template_of_fd);
	close(fd);
	if (caller == DESCRIPTORS)
		have_descriptors();
	if (caller == MEMORY)
		have_memory();
	while (read(ask, &question, sizeof(question)) == sizeof(question)) {
		cost = measure(question.method, &strings_of[question.load]);
		if (write(answer, &cost, sizeof(cost)) != sizeof(cost))
			break;
	}
	_exit(0);
}

static void begin_worker(struct worker *worker, enum caller caller)
{
	int ask[2], answer[2], method, load;

	if (pipe2(ask, O_CLOEXEC) < 0 || pipe2(answer, O_CLOEXEC) < 0)
		die("pipe", errno);
	worker->pid = fork();
	if (worker->pid < 0)
		die("fork", errno);
	if (!worker->pid) {
		close(ask[1]);
		work(caller, ask[0], answer[1]);
	}
	close(ask[0]);
	close(answer[1]);
	worker->ask = ask[1];
	worker->answer = answer[0];
	for (method = 0; method < METHODS; method++)
		for (load = 0; load < LOADS; load++)
			worker->costs[method][load] = calloc(rounds, sizeof(struct cost));
}

static struct cost ask(struct worker *worker, struct question question)
{
	struct cost cost;

	if (write(worker->ask, &question, sizeof(question)) != sizeof(question) ||
	    read(worker->answer, &cost, sizeof(cost)) != sizeof(cost))
		exit(2); /* the caller has printed why */
	return cost;
}

/* --- the report --- */

static int compare(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a, two = *(const uint64_t *)b;

	return one < two ? -1 : one > two;
}

static void print_cost(const struct cost *costs, size_t offset)
{
	uint64_t *list = malloc(rounds * sizeof(*list));
	int i;

	for (i = 0; i < rounds; i++)
		list[i] = *(const uint64_t *)((const char *)&costs[i] + offset);
	qsort(list, rounds, sizeof(*list), compare);
	printf(" %llu %llu %llu", (unsigned long long)list[0],
	       (unsigned long long)list[rounds / 4], (unsigned long long)list[rounds / 2]);
	free(list);
}

static void report_row(const struct worker *worker, enum caller caller, enum method method,
		       enum load load)
{
	const struct cost *costs = worker->costs[method][load];

	printf("%s %s %d", caller_names[caller], method_names[method], strings_of[load].count);
	print_cost(costs, offsetof(struct cost, total));
	print_cost(costs, offsetof(struct cost, in_call));
	putchar('\n');
}

static void report(const struct worker *workers)
{
	int caller, method, load;

	for (load = 0; load < LOADS; load++)
		for (method = 0; method < methods; method++)
			for (caller = 0; caller < CALLERS; caller++)
				report_row(&workers[caller], caller, method, load);
}

/*
 * Run two hundred thousand instructions. Only a clock that counts instructions
 * measures so exactly.
 */
static int counts_instructions(void)
{
	uint64_t shortest = UINT64_MAX, begin, took, i;
	int run;

	for (run = 0; run < 20; run++) {
		i = 100000;
		begin = now();
		__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(i));
		took = now() - begin;
		if (took < shortest)
			shortest = took;
	}
	return shortest >= 200000 && shortest < 206000;
}

static void usage(void)
{
	fputs("usage: spawn-cost [-c] [-w] [-n ROUNDS] [-d DESCRIPTORS] [-m MIB] [-a ARGUMENTS] [-e VARIABLES] [-l LENGTH]\n",
	      stderr);
	exit(2);
}

static void parse(int argc, char **argv)
{
	int arguments = REAL_ARGUMENTS, variables = REAL_VARIABLES, length = REAL_LENGTH, option;

	while ((option = getopt(argc, argv, "n:d:m:a:e:l:cw")) != -1) {
		switch (option) {
		case 'n':
			rounds = atoi(optarg);
			break;
		case 'd':
			descriptors = atoi(optarg);
			break;
		case 'm':
			mebibytes = atoi(optarg);
			break;
		case 'a':
			arguments = atoi(optarg);
			break;
		case 'e':
			variables = atoi(optarg);
			break;
		case 'l':
			length = atoi(optarg);
			break;
		case 'w':
			methods = METHODS;
			break;
		case 'c':
			exit(!counts_instructions());
		default:
			usage();
		}
	}
	if (rounds < 1 || descriptors < 0 || mebibytes < 0 || arguments < 1 || variables < 0 ||
	    length < 1)
		die("numbers", EINVAL);
	make_strings(arguments, variables, length);
}

static void find_nothing(void)
{
	ssize_t length = readlink("/proc/self/exe", nothing, PATH_MAX - 1);

	if (length < 0)
		die("/proc/self/exe", errno);
	nothing[length] = '\0';
	strcpy(strrchr(nothing, '/'), "/nothing");
}

/*
 * The first caller changes from round to round: the kernel may clean up after one
 * caller while it runs another one.
 */
static void one_round(struct worker *workers, struct question question, int round)
{
	struct cost cost;
	int i, caller;

	for (i = 0; i < CALLERS; i++) {
		caller = (i + round + WARM_UP) % CALLERS;
		cost = ask(&workers[caller], question);
		if (round >= 0)
			workers[caller].costs[question.method][question.load][round] = cost;
	}
}

int main(int argc, char **argv)
{
	struct worker workers[CALLERS];
	int round, caller, method, load;

	parse(argc, argv);
	find_nothing();
	for (caller = 0; caller < CALLERS; caller++)
		begin_worker(&workers[caller], caller);
	for (method = 0; method < methods; method++)
		for (load = 0; load < LOADS; load++)
			for (round = -WARM_UP; round < rounds; round++)
				one_round(workers, (struct question){ method, load }, round);
	report(workers);
	return 0;
}
