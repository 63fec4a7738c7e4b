// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * inject.c - failing allocations, on kernels with fault injection
 *
 * In the caller, the Nth allocation fails (/proc/thread-self/fail-nth). In a child,
 * allocations fail at random: the child inherits make-it-fail. A filter on the stack
 * restricts both to allocations in calls of the module.
 */
#include "common_faults.h"
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool inject_available(void)
{
	return faults_available();
}

void inject_allow(void)
{
	size_t i;

	/* Leave out vmalloc(): its failure prints a call trace, which looks like a complaint. */
	faults_confine("__vmalloc_node_range");
	for (i = 0; i < FAULTS_KINDS; i++) {
		faults_set(faults_kinds[i], "task-filter", "Y");
		faults_set(faults_kinds[i], "times", "-1");
		faults_set(faults_kinds[i], "probability", "2");
	}
}

void inject_open(void)
{
	int fd = open(FAULTS_NTH, O_RDWR | O_CLOEXEC);

	if (fd < 0 || dup3(fd, FD_INJECT, O_CLOEXEC) < 0) {
		perror(FAULTS_NTH);
		exit(2);
	}
	close(fd);
}

static void write_number(unsigned int number)
{
	char digits[16];
	int length = snprintf(digits, sizeof(digits), "%u", number);

	if (pwrite(FD_INJECT, digits, length, 0) != length)
		complain("cannot write fail-nth");
}

void inject_set(unsigned int nth)
{
	write_number(nth);
}

bool inject_done(void)
{
	char digits[16] = "";

	if (pread(FD_INJECT, digits, sizeof(digits) - 1, 0) <= 0)
		complain("cannot read fail-nth");
	write_number(0);
	return !atoi(digits);
}

/*
 * Let allocations of this process and its children fail at random. An ordinary user
 * may not do this: then nothing changes.
 */
void inject_by_chance(bool on)
{
	int fd = open("/proc/self/make-it-fail", O_WRONLY | O_CLOEXEC);
	ssize_t unused = write(fd, on ? "1" : "0", 1);

	(void)unused;
	close(fd);
}
