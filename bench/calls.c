// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* Count system calls, as "perf stat -e raw_syscalls:sys_enter" does. */
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"

/* Return the number of the trace event, or -1. */
static long long event_number(void)
{
	static const char *const files[] = {
		"/sys/kernel/tracing/events/raw_syscalls/sys_enter/id",
		"/sys/kernel/debug/tracing/events/raw_syscalls/sys_enter/id",
	};
	long long number = -1;
	unsigned int i;
	FILE *file;

	for (i = 0; i < sizeof(files) / sizeof(*files) && number < 0; i++) {
		file = fopen(files[i], "re");
		if (!file)
			continue;
		if (fscanf(file, "%lld", &number) != 1)
			number = -1;
		fclose(file);
	}
	return number;
}

int begin_calls(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.disabled = 1,
		.inherit = 1,
	};
	long long number = event_number();
	int counter;

	if (number < 0)
		return -1;
	attr.config = number;
	counter = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (counter >= 0)
		ioctl(counter, PERF_EVENT_IOC_ENABLE, 0);
	return counter;
}

int64_t end_of_calls(int counter)
{
	int64_t count;

	if (counter < 0)
		return -1;
	ioctl(counter, PERF_EVENT_IOC_DISABLE, 0);
	if (read(counter, &count, sizeof(count)) != sizeof(count))
		count = 0;
	close(counter);
	/* The ioctl(2) that ends the count is part of it. */
	return count - 1;
}
