// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * ioctl_fuzz.c - random calls of /dev/spawn_template, repeatable with a seed
 *
 *	ioctl_fuzz [-s SEED] [-t SECONDS] [-n IOCTLS] [-w WORKERS]
 *		   [-W WORKER] [-f CALL] [-v] [-R] [-I] [-F]
 *
 * Half of the workers run as root, half as an ordinary user. To repeat the calls of
 * worker 3 from its call 5000 on: -s SEED -W 3 -f 5000 -n 100 -v.
 * -R: no races; -I: no injected failures; -F: no filters and no tracers.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOK_EVERY_US 50000
#define REPORT_SECONDS 20
#define STUCK_SECONDS 90
#define END_SECONDS 30

struct worker {
	pid_t pid;
	uint64_t position;
	time_t moved;
};

static struct options options = { .seed = 1,
				  .workers = 4,
				  .only = -1,
				  .race = true,
				  .inject = true,
				  .watch = true };
static struct worker workers[MAX_WORKERS];
static _Atomic int *stop;

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static uint64_t count_templates(void)
{
	struct spawn_template_info info = { 0 };
	int fd = open(SPAWN_TEMPLATE_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, SPAWN_TEMPLATE_IOC_INFO, &info) < 0) {
		perror(SPAWN_TEMPLATE_DEVICE);
		exit(2);
	}
	close(fd);
	return info.templates;
}

static void become_user(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(USER, USER, USER) < 0 ||
	    setresuid(USER, USER, USER) < 0) {
		perror("setresuid");
		exit(2);
	}
	/* Changing the user has made /proc/self root's. Undo that. */
	prctl(PR_SET_DUMPABLE, 1);
}

static void start_worker(unsigned int i, uint64_t count)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (i & 1)
			become_user();
		worker_run(&options, i, count, stop);
		_exit(0);
	}
	workers[i] = (struct worker){ .pid = pid, .moved = now() };
}

static void start_workers(void)
{
	uint64_t count = (options.count + options.workers - 1) / options.workers;
	unsigned int i;

	for (i = 0; i < options.workers; i++)
		if (options.only < 0)
			start_worker(i, count);
		else if (options.only == (int)i)
			start_worker(i, options.count);
}

static bool is_worker(pid_t pid, unsigned int *which)
{
	unsigned int i;

	for (i = 0; i < options.workers; i++) {
		*which = i;
		if (workers[i].pid == pid)
			return true;
	}
	return false;
}

/* Reap ended workers, and the children of killed callers. */
static void reap_what_ended(void)
{
	unsigned int i;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (!is_worker(pid, &i))
			continue;
		if (status || !atomic_load(&all_stats[i].done))
			complain("worker %u ended with %#x at call %lu", i, status,
				 (unsigned long)atomic_load(&all_stats[i].position));
		workers[i].pid = 0;
	}
}

static void show(pid_t pid)
{
	char command[256];

	snprintf(
		command, sizeof(command),
		"ps -eLo pid,tid,ppid,stat,wchan:32,comm | grep -E 'ioctl_fuzz|tiny|good|common|mutant' >&2; cat /proc/%d/task/*/stack >&2",
		pid);
	if (system(command) < 0)
		perror("ps");
}

static bool look_at(unsigned int i)
{
	uint64_t position = atomic_load(&all_stats[i].position);

	if (!workers[i].pid)
		return false;
	if (position != workers[i].position) {
		workers[i].position = position;
		workers[i].moved = now();
	} else if (now() - workers[i].moved > STUCK_SECONDS) {
		complain("worker %u makes no progress: call %lu", i, (unsigned long)position);
		show(workers[i].pid);
		kill(workers[i].pid, SIGKILL);
		workers[i].moved = now();
	}
	return true;
}

static bool any_left(void)
{
	bool left = false;
	unsigned int i;

	reap_what_ended();
	for (i = 0; i < options.workers; i++)
		left |= look_at(i);
	return left;
}

/* A child of a killed caller may be stopped, and no other process continues it. */
static void continue_children(void)
{
	char path[64], list[8192] = "", *next = list, *end;
	unsigned int i;
	pid_t pid;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, list, sizeof(list) - 1) < 0)
		complain("%s: %s", path, strerror(errno));
	close(fd);
	for (; (pid = strtol(next, &end, 10)) > 0; next = end)
		if (!is_worker(pid, &i))
			kill(pid, SIGCONT);
}

static void watch(void)
{
	time_t begin = now(), reported = begin;

	while (any_left()) {
		usleep(LOOK_EVERY_US);
		world_relieve();
		continue_children();
		if (options.seconds && now() - begin >= options.seconds)
			atomic_store(stop, 1);
		if (now() - reported >= REPORT_SECONDS) {
			reported = now();
			printf("%ld s: %lu ioctls\n", (long)(reported - begin),
			       (unsigned long)report_calls(options.workers));
		}
	}
	printf("seed %lu, %ld s\n", (unsigned long)options.seed, (long)(now() - begin));
}

/* The children of killed callers must end by themselves. */
static void check_children(void)
{
	time_t begin = now();

	while (waitpid(-1, NULL, WNOHANG | __WALL) >= 0 && now() - begin < END_SECONDS) {
		world_relieve();
		continue_children();
		usleep(LOOK_EVERY_US);
	}
	if (waitpid(-1, NULL, WNOHANG | __WALL) >= 0 || errno != ECHILD) {
		complain("some children do not end");
		show(getpid());
	}
}

static void check_templates(uint64_t before)
{
	time_t begin = now();

	while (count_templates() != before && now() - begin < END_SECONDS)
		usleep(LOOK_EVERY_US);
	if (count_templates() != before)
		complain("%lu templates, not %lu", (unsigned long)count_templates(),
			 (unsigned long)before);
}

static int count_fds(void)
{
	int fd, count = 0;

	for (fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void *shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return memory;
}

static uint64_t complaints(void)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i <= MAX_WORKERS; i++)
		sum += atomic_load(&all_stats[i].complaints);
	return sum;
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "s:t:n:w:W:f:vRIF")) >= 0) {
		switch (option) {
		case 's':
			options.seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			options.seconds = atoi(optarg);
			break;
		case 'n':
			options.count = strtoull(optarg, NULL, 0);
			break;
		case 'w':
			options.workers = atoi(optarg);
			break;
		case 'W':
			options.only = atoi(optarg);
			break;
		case 'f':
			options.first = strtoull(optarg, NULL, 0);
			break;
		case 'v':
			options.verbose = true;
			break;
		case 'R':
			options.race = false;
			break;
		case 'I':
			options.inject = false;
			break;
		case 'F':
			options.watch = false;
			break;
		default:
			exit(2);
		}
	}
	if (!options.seconds && !options.count)
		options.seconds = 10;
	if (!options.workers || options.workers > MAX_WORKERS) {
		fprintf(stderr, "ioctl_fuzz: 1 to %d workers\n", MAX_WORKERS);
		exit(2);
	}
	if (options.only >= (int)options.workers)
		options.workers = options.only + 1;
}

static void write_file(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, value, strlen(value)) < 0)
		perror(path);
	close(fd);
}

/* Turn off the kernel messages about mutated programs and killing filters. */
static void be_silent(void)
{
	write_file("/proc/sys/debug/exception-trace", "0");
	write_file("/proc/sys/kernel/seccomp/actions_logged", "\n");
}

static const char *tiny_beside_us(void)
{
	static char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 8);

	if (length < 0)
		exit(2);
	path[length] = '\0';
	strcpy(strrchr(path, '/') + 1, "tiny");
	return path;
}

int main(int argc, char **argv)
{
	uint64_t templates;
	int fds, fd;

	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(argc, argv);
	if (geteuid()) {
		fprintf(stderr, "ioctl_fuzz: half of the workers run as root: start it as root\n");
		return 2;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	options.inject = options.inject && inject_available();
	if (options.inject)
		inject_allow();
	be_silent();
	printf("seed %lu, %u workers%s\n", (unsigned long)options.seed, options.workers,
	       options.inject ? ", failures are injected" : "");
	fds = count_fds();
	templates = count_templates();
	all_stats = shared((MAX_WORKERS + 1) * sizeof(*all_stats));
	stop = shared(sizeof(*stop));
	world_make(tiny_beside_us());
	world_make_caches();
	world_share();
	start_workers();
	watch();
	for (fd = FD_SHARED; fd < FD_SHARED_END; fd++)
		close(fd);
	close(FD_DEVICE);
	check_children();
	check_templates(templates);
	if (count_fds() != fds)
		complain("%d descriptors, not %d", count_fds(), fds);
	report(options.workers);
	report_replay(&options);
	world_remove();
	printf("%lu complaints\n", (unsigned long)complaints());
	return complaints() ? 1 : 0;
}
