// SPDX-License-Identifier: MIT
// Copyright (C) 2026 The outspawn authors
/*
 * What a real agent has: a heap, open files and sockets, and the threads of a
 * runtime. It stays until the agent ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent.h"

#define STACK_SIZE (256 << 10)

static int take_heap(unsigned int mebibytes)
{
	size_t size = (size_t)mebibytes << 20;
	char *heap = malloc(size);

	if (!heap)
		return complain("the heap (--heap MIB sets its size)", ENOMEM);
	memset(heap, 1, size);
	/* The compiler must not leave the memory out. */
	__asm__ volatile("" : : "r"(heap) : "memory");
	return 0;
}

/* Close-on-exec, as runtimes open all that they own. */
static int open_descriptors(unsigned int count)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	while (count--)
		if (fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) < 0)
			return complain("descriptors (--descriptors N sets their number)", errno);
	return 0;
}

static void *idle(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static int start_threads(unsigned int count)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	while (!error && count--)
		error = pthread_create(&thread, &attr, idle, NULL);
	pthread_attr_destroy(&attr);
	return error ? complain("threads (--threads N sets their number)", error) : 0;
}

int put_on_weight(const struct weight *weight)
{
	int ret = take_heap(weight->mebibytes);

	if (!ret)
		ret = open_descriptors(weight->descriptors);
	return ret ? ret : start_threads(weight->threads);
}
