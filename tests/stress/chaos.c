// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * chaos.c - the disturbances while the spawners spawn
 *
 *	r  replace files under their templates
 *	k  kill callers
 *	x  exec in a caller, which ends its other threads
 *	u  try to unload the module, which must fail
 *	h  take a processor offline for a moment
 *	p  use up the system's pids
 *	c  use up a cgroup's pids
 *	f  use up the files of ordinary users
 *	m  limit a cgroup's memory so much that the OOM killer runs (only with -m)
 *
 * With and without 'm' there is a cgroup with little memory, but enough.
 */
#include "stress.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CGROUPS "/sys/fs/cgroup"
#define FEW_PIDS CGROUPS "/outspawn-few-pids"
#define LITTLE_MEMORY CGROUPS "/outspawn-little-memory"
#define CPU1 "/sys/devices/system/cpu/cpu1/online"
#define PID_MAX "/proc/sys/kernel/pid_max"
#define FILE_MAX "/proc/sys/fs/file-max"

/* A disturbance that lasts for a time. */
struct lasting {
	char letter;
	const char *path, *during, *after;
	unsigned int milliseconds;
	uint64_t ends; /* 0: not active */
	uint64_t times;
};

static char pid_max[32], file_max[32];

static struct lasting lastings[] = {
	{ 'h', CPU1, "0", "1", 300, 0, 0 },
	{ 'p', PID_MAX, "330", pid_max, 200, 0, 0 },
	{ 'c', FEW_PIDS "/pids.max", "12", "40", 300, 0, 0 },
	{ 'f', FILE_MAX, "50", file_max, 150, 0, 0 },
	{ 'm', LITTLE_MEMORY "/memory.max", "2M", "max", 400, 0, 0 },
};
#define LASTINGS (sizeof(lastings) / sizeof(*lastings))

static struct rng rng;
static uint64_t replaced, killed, execs, unloads_refused;
static char *image;
static size_t image_size;

static bool write_file(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

	if (fd >= 0)
		close(fd);
	return good;
}

static void read_file(const char *path, char *buffer, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, buffer, size - 1);

	buffer[length < 0 ? 0 : length] = '\0';
	close(fd);
}

static bool is_calm(char letter)
{
	return strchr(options.calm, letter);
}

/* The files */

static void replace(unsigned int which)
{
	char temporary[PATH_MAX];
	int fd;

	snprintf(temporary, sizeof(temporary), "%s/new", folder);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, image, image_size) != (ssize_t)image_size) {
		complain("%s: %s", temporary, strerror(errno));
		return;
	}
	close(fd);
	if (rename(temporary, program(which)) < 0)
		complain("rename to %s: %s", program(which), strerror(errno));
}

static void read_image(void)
{
	char path[PATH_MAX];
	struct stat stat;
	int fd;

	path[readlink("/proc/self/exe", path, sizeof(path) - 8)] = '\0';
	strcpy(strrchr(path, '/') + 1, "tiny");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &stat) < 0) {
		perror(path);
		exit(2);
	}
	image_size = stat.st_size;
	image = malloc(image_size);
	if (read(fd, image, image_size) != (ssize_t)image_size)
		exit(2);
	close(fd);
}

/* The cgroups */

static void make_cgroups(void)
{
	write_file(CGROUPS "/cgroup.subtree_control", "+pids");
	write_file(CGROUPS "/cgroup.subtree_control", "+memory");
	mkdir(FEW_PIDS, 0755);
	mkdir(LITTLE_MEMORY, 0755);
	write_file(FEW_PIDS "/pids.max", "40");
	write_file(LITTLE_MEMORY "/memory.high", "8M");
	write_file(LITTLE_MEMORY "/memory.swap.max", "0");
}

void chaos_join(enum nature nature)
{
	if (nature == NATURE_FEW_PIDS)
		write_file(FEW_PIDS "/cgroup.procs", "0");
	if (nature == NATURE_LITTLE_MEMORY)
		write_file(LITTLE_MEMORY "/cgroup.procs", "0");
}

/* Disturbances that last for a time */

static void begin_lasting(struct lasting *lasting)
{
	if (is_calm(lasting->letter) || lasting->ends)
		return;
	/* Before the first spawn that could fail because of it. */
	if (lasting->letter == 'p' || lasting->letter == 'c')
		atomic_store(&common->no_pids, true);
	if (lasting->letter == 'f')
		atomic_store(&common->no_files, true);
	if (!write_file(lasting->path, lasting->during))
		return;
	lasting->ends = milliseconds() + lasting->milliseconds;
	lasting->times++;
}

static void end_lastings(uint64_t time)
{
	struct lasting *lasting;

	for (lasting = lastings; lasting < lastings + LASTINGS; lasting++) {
		if (!lasting->ends || lasting->ends > time)
			continue;
		/* root can open a file even with file-max reached. */
		if (!write_file(lasting->path, lasting->after))
			complain("%s cannot be set to %s: %s", lasting->path, lasting->after,
				 strerror(errno));
		lasting->ends = 0;
	}
}

/* Disturbances that happen at once */

static void signal_one(pid_t *spawners, int signal, uint64_t *count)
{
	pid_t *pid = &spawners[rng_below(&rng, options.processes)];

	/* A negative number: the spawner was killed and has not ended yet. */
	if (*pid <= 0 || kill(*pid, signal) < 0)
		return;
	if (signal == SIGKILL)
		*pid = -*pid;
	++*count;
}

static void unload(void)
{
	if (!syscall(SYS_delete_module, "outspawn", O_NONBLOCK))
		complain("the module could be unloaded while it was in use");
	else if (errno == EAGAIN || errno == EBUSY)
		unloads_refused++;
	else
		complain("delete_module: %s", strerror(errno));
}

void chaos_go_on(void)
{
	end_lastings(milliseconds());
}

void chaos(pid_t *spawners)
{
	unsigned int what = rng_below(&rng, 100);

	if (what < 30 && !is_calm('r')) {
		replace(rng_below(&rng, FILES));
		replaced++;
	} else if (what < 36 && !is_calm('k')) {
		signal_one(spawners, SIGKILL, &killed);
	} else if (what < 38 && !is_calm('x')) {
		signal_one(spawners, SIGUSR2, &execs);
	} else if (what < 48 && !is_calm('u')) {
		unload();
	} else if (what < 56) {
		begin_lasting(&lastings[rng_below(&rng, LASTINGS)]);
	}
}

/*
 * The OOM killer's messages look like complaints of the kernel. So with 'm' only
 * errors and worse reach the console, and this function checks the kernel log.
 */
static void look_through_log(void)
{
	static const char *const complaints[] = { "cut here",	 "WARNING:", "BUG:",
						  "refcount_t:", "INFO: ",   "corruption" };
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char line[8192];
	ssize_t length;
	size_t i;

	/* EPIPE: the next messages were overwritten. */
	while ((length = read(log, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		line[length > 0 ? length : 0] = '\0';
		errno = 0;
		for (i = 0; i < sizeof(complaints) / sizeof(*complaints); i++)
			if (strstr(line, complaints[i]))
				complain("the kernel log: %s", line);
	}
	close(log);
}

static void quiet(bool on)
{
	if (is_calm('m'))
		return;
	write_file("/sys/module/printk/parameters/ignore_loglevel", on ? "N" : "Y");
	write_file("/proc/sys/kernel/printk", on ? "4" : "7");
	if (!on)
		look_through_log();
}

void chaos_begin(uint64_t seed)
{
	unsigned int i;

	rng = rng_of(seed, 'c', 0);
	read_image();
	for (i = 0; i < FILES; i++)
		replace(i);
	make_cgroups();
	read_file(PID_MAX, pid_max, sizeof(pid_max));
	read_file(FILE_MAX, file_max, sizeof(file_max));
	quiet(true);
}

void chaos_end(void)
{
	end_lastings(-1ULL);
	quiet(false);
}

void chaos_report(void)
{
	struct lasting *lasting;

	printf("callers killed %lu, ended by exec %lu, files replaced %lu, unloading refused %lu\n",
	       (unsigned long)killed, (unsigned long)execs, (unsigned long)replaced,
	       (unsigned long)unloads_refused);
	for (lasting = lastings; lasting < lastings + LASTINGS; lasting++)
		if (lasting->times)
			printf("%lu times %s was %s\n", (unsigned long)lasting->times,
			       lasting->path, lasting->during);
	rmdir(FEW_PIDS);
	rmdir(LITTLE_MEMORY);
}
