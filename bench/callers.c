// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* Make the calling process large, or busy. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "callers.h"

#define SMALL_MAP (64UL << 10)
#define LARGE_MAP (1UL << 20)
#define THREAD_STACK (128UL << 10)
#define SPARE_MIB 256 /* that callers leave free */
#define SPARE_FDS 100
#define START_NS 3000000 /* the time that the threads get to begin */

const struct caller_info caller_infos[CALLERS] = {
	[EMPTY] = { "empty", 0, 0, CLOEXEC_ALL, 0, IDLE },
	[RSS_1G] = { "rss-1g", 1024, 0, CLOEXEC_ALL, 0, IDLE },
	[RSS_4G] = { "rss-4g", 4096, 0, CLOEXEC_ALL, 0, IDLE },
	[FDS_1000] = { "fds-1000", 0, 1000, CLOEXEC_NONE, 0, IDLE },
	[FDS_1000_CLOEXEC] = { "fds-1000-cloexec", 0, 1000, CLOEXEC_ALL, 0, IDLE },
	[FDS_20000] = { "fds-20000", 0, 20000, CLOEXEC_NONE, 0, IDLE },
	[FDS_20000_CLOEXEC] = { "fds-20000-cloexec", 0, 20000, CLOEXEC_ALL, 0, IDLE },
	[FDS_20000_MIXED] = { "fds-20000-mixed", 0, 20000, CLOEXEC_HALF, 0, IDLE },
	[THREADS_64] = { "threads-64", 0, 0, CLOEXEC_ALL, 64, IDLE },
	[MMAP_8] = { "mmap-8", 0, 0, CLOEXEC_ALL, 8, AT_MMAP },
	[FAULTS_8] = { "faults-8", 0, 0, CLOEXEC_ALL, 8, AT_FAULTS },
	[AGENT] = { "agent", 1024, 2000, CLOEXEC_ALL, 32, IDLE },
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static volatile bool busy_now;
static bool has_busy_threads;

static int free_mebibytes(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	long kib = 0;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %ld kB", &kib) == 1)
			break;
	fclose(file);
	return kib / 1024;
}

bool caller_fits(enum caller caller, const char **why)
{
	const struct caller_info *info = &caller_infos[caller];
	struct rlimit limit = { 0, 0 };

	if (info->rss_mib && free_mebibytes() < info->rss_mib + SPARE_MIB) {
		*why = "too little memory is free";
		return false;
	}
	getrlimit(RLIMIT_NOFILE, &limit);
	if (info->fds && limit.rlim_max < (rlim_t)info->fds + SPARE_FDS) {
		*why = "the hard limit of open files is lower (ulimit -Hn)";
		return false;
	}
	return true;
}

static bool take_memory(int mebibytes)
{
	return mmap(NULL, (size_t)mebibytes << 20, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) != MAP_FAILED;
}

static bool take_descriptors(int count, enum cloexec cloexec)
{
	struct rlimit limit;
	bool on;
	int i;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return false;
	for (i = 0; i < count; i++) {
		on = cloexec == CLOEXEC_ALL || (cloexec == CLOEXEC_HALF && i % 2);
		if (fcntl(STDIN_FILENO, on ? F_DUPFD_CLOEXEC : F_DUPFD, 3) < 0)
			return false;
	}
	return true;
}

static void wait_until_busy(void)
{
	pthread_mutex_lock(&lock);
	while (!busy_now)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void touch(volatile char *memory, size_t size)
{
	size_t i;

	for (i = 0; i < size; i += 4096)
		memory[i] = 1;
}

static void *map_and_unmap(void *unused)
{
	char *memory;

	for (;;) {
		wait_until_busy();
		memory = mmap(NULL, SMALL_MAP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1, 0);
		if (memory == MAP_FAILED)
			continue;
		memory[0] = 1;
		munmap(memory, SMALL_MAP);
	}
	return unused;
}

static void *fault(void *unused)
{
	char *memory =
		mmap(NULL, LARGE_MAP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return unused;
	for (;;) {
		wait_until_busy();
		touch(memory, LARGE_MAP);
		madvise(memory, LARGE_MAP, MADV_DONTNEED);
	}
	return unused;
}

static void *idle(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static bool take_threads(int count, enum busy busy)
{
	void *(*const bodies[])(void *) = { idle, map_and_unmap, fault };
	pthread_attr_t attr;
	pthread_t thread;
	bool good = true;
	int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	for (i = 0; good && i < count; i++)
		good = !pthread_create(&thread, &attr, bodies[busy], NULL);
	pthread_attr_destroy(&attr);
	has_busy_threads = busy != IDLE;
	return good;
}

const char *become_caller(enum caller caller)
{
	const struct caller_info *info = &caller_infos[caller];

	if (info->fds && !take_descriptors(info->fds, info->cloexec))
		return "descriptors";
	if (info->rss_mib && !take_memory(info->rss_mib))
		return "memory";
	if (info->threads && !take_threads(info->threads, info->busy))
		return "threads";
	return NULL;
}

void set_busy(bool on)
{
	struct timespec start = { 0, START_NS };

	if (!has_busy_threads)
		return;
	pthread_mutex_lock(&lock);
	busy_now = on;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	nanosleep(&start, NULL);
}
