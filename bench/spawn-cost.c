// SPDX-License-Identifier: GPL-2.0-only
/*
 * spawn-cost.c - what a spawn costs callers of different sizes
 *
 *   spawn-cost [-n ROUNDS] [-d DESCRIPTORS] [-m MIB] [-w]
 *   spawn-cost -c    exits with 0 if the clock counts instructions, else with 1
 *
 * Three callers, each a process of its own: an empty one, one with many open
 * descriptors, one with much resident memory. In turn, and one at a time, each
 * starts the program nothing, which stands beside this one, by outspawn and by
 * posix_spawn(3), and waits for its end; with -w also by vfork(2) and execve(2), and
 * by outspawn's other ways: from a template of a descriptor instead of a path,
 * asynchronously, by path, and many in one call (of which the cost of one is printed). A line is printed for each pair:
 *
 *   CALLER METHOD MINIMUM QUARTILE MEDIAN MINIMUM QUARTILE MEDIAN
 *
 * The first three numbers are of spawn to end, the others of the call alone. In a
 * guest that counts instructions (tests/vm/run -i) a nanosecond is one.
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

/* A caller, as the process that asks it sees it. */
struct worker {
	pid_t pid;
	int ask, answer;
	struct cost *costs[METHODS];
};

static int rounds = 31, descriptors = 20000, mebibytes = 1024;
static int methods = POSIX_SPAWN + 1;
static int device;
static char nothing[PATH_MAX + 8];
static int template, template_of_fd;
static char *const tiny_argv[] = { "nothing", NULL };
static char *const tiny_envp[] = { NULL };

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

static pid_t start_by_posix_spawn(void)
{
	pid_t pid;
	int error = posix_spawn(&pid, nothing, NULL, NULL, tiny_argv, tiny_envp);

	return error ? -error : pid;
}

static __attribute__((noinline)) pid_t start_by_vfork(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execve(nothing, tiny_argv, tiny_envp);
		_exit(127);
	}
	return pid < 0 ? -errno : pid;
}

static pid_t start(enum method method)
{
	switch (method) {
	case OUTSPAWN:
		return outspawn_spawn(template, tiny_argv, tiny_envp, NULL, 0, NULL, NULL);
	case OF_FD:
		return outspawn_spawn(template_of_fd, tiny_argv, tiny_envp, NULL, 0, NULL, NULL);
	case ASYNC:
		return outspawn_spawn(template, tiny_argv, tiny_envp, NULL, OUTSPAWN_ASYNC, NULL,
				      NULL);
	case BY_PATH:
		return outspawn_spawn_path(device, nothing, NULL, tiny_argv, tiny_envp, NULL, NULL,
					   NULL, NULL);
	case VFORK:
		return start_by_vfork();
	default:
		return start_by_posix_spawn();
	}
}

/* The cost of one of many. */
static struct cost measure_batch(void)
{
	static struct outspawn_job jobs[BATCH_SIZE];
	struct cost cost;
	uint64_t begin;
	int i, done;

	for (i = 0; i < BATCH_SIZE; i++)
		jobs[i] = (struct outspawn_job){ .tmpl = template,
						 .argv = tiny_argv,
						 .envp = tiny_envp };
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

static struct cost measure(enum method method)
{
	struct cost cost;
	uint64_t begin;
	int status;
	pid_t pid;

	if (method == BATCH)
		return measure_batch();
	begin = now();
	pid = start(method);
	cost.in_call = now() - begin;
	if (pid < 0)
		die(method_names[method], -pid);
	if (waitpid(pid, &status, 0) != pid || status)
		die("nothing", errno);
	cost.total = now() - begin;
	return cost;
}

/* --- the callers --- */

/* Every second one is close-on-exec. */
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
	unsigned char method;
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
	while (read(ask, &method, 1) == 1) {
		cost = measure(method);
		if (write(answer, &cost, sizeof(cost)) != sizeof(cost))
			break;
	}
	_exit(0);
}

static void begin_worker(struct worker *worker, enum caller caller)
{
	int ask[2], answer[2], i;

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
	for (i = 0; i < METHODS; i++)
		worker->costs[i] = calloc(rounds, sizeof(struct cost));
}

static struct cost ask(struct worker *worker, unsigned char method)
{
	struct cost cost;

	if (write(worker->ask, &method, 1) != 1 ||
	    read(worker->answer, &cost, sizeof(cost)) != sizeof(cost))
		exit(2); /* it has said why */
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

static void report(const struct worker *workers)
{
	int caller, method;

	for (method = 0; method < methods; method++) {
		for (caller = 0; caller < CALLERS; caller++) {
			printf("%s %s", caller_names[caller], method_names[method]);
			print_cost(workers[caller].costs[method], offsetof(struct cost, total));
			print_cost(workers[caller].costs[method], offsetof(struct cost, in_call));
			putchar('\n');
		}
	}
}

/* Two hundred thousand instructions, which no clock of another kind gives so exactly. */
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

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "n:d:m:cw")) != -1) {
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
		case 'w':
			methods = METHODS;
			break;
		case 'c':
			exit(!counts_instructions());
		default:
			fputs("usage: spawn-cost [-c] [-w] [-n ROUNDS] [-d DESCRIPTORS] [-m MIB]\n",
			      stderr);
			exit(2);
		}
	}
	if (rounds < 1 || descriptors < 0 || mebibytes < 0)
		die("numbers", EINVAL);
}

static void find_tiny(void)
{
	ssize_t length = readlink("/proc/self/exe", nothing, PATH_MAX - 1);

	if (length < 0)
		die("/proc/self/exe", errno);
	nothing[length] = '\0';
	strcpy(strrchr(nothing, '/'), "/nothing");
}

/* Who comes first changes, as one's leftovers may be cleared away in another's time. */
static void one_round(struct worker *workers, enum method method, int round)
{
	struct cost cost;
	int i, caller;

	for (i = 0; i < CALLERS; i++) {
		caller = (i + round + WARM_UP) % CALLERS;
		cost = ask(&workers[caller], method);
		if (round >= 0)
			workers[caller].costs[method][round] = cost;
	}
}

int main(int argc, char **argv)
{
	struct worker workers[CALLERS];
	int round, caller, method;

	parse(argc, argv);
	find_tiny();
	for (caller = 0; caller < CALLERS; caller++)
		begin_worker(&workers[caller], caller);
	for (method = 0; method < methods; method++)
		for (round = -WARM_UP; round < rounds; round++)
			one_round(workers, method, round);
	report(workers);
	return 0;
}
