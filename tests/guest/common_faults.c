// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
#include "common_faults.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEBUGFS "/sys/kernel/debug"

const char *const faults_kinds[FAULTS_KINDS] = { "failslab", "fail_page_alloc", "fail_usercopy" };

/* A range of code addresses. */
struct range {
	unsigned long start, end;
};

bool faults_available(void)
{
	return access(FAULTS_NTH, F_OK) == 0;
}

void faults_set(const char *kind, const char *name, const char *value)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), DEBUGFS "/%s/%s", kind, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0) {
		perror(path);
		exit(2);
	}
	close(fd);
}

static struct range module_range(void)
{
	struct range range = { 0 };
	unsigned long size = 0;
	char line[512];
	FILE *modules = fopen("/proc/modules", "re");

	while (modules && fgets(line, sizeof(line), modules))
		if (sscanf(line, "outspawn %lu %*s %*s %*s 0x%lx", &size, &range.start) == 2)
			break;
	if (modules)
		fclose(modules);
	if (!range.start) {
		fprintf(stderr, "/proc/modules has no address of outspawn\n");
		exit(2);
	}
	range.end = range.start + size;
	return range;
}

/* Newer kernels append "_noprof" to the names of functions that allocate. */
static bool is_called(const char *name, const char *wanted)
{
	size_t length = strlen(wanted);

	return !strncmp(name, wanted, length) &&
	       (!name[length] || !strcmp(name + length, "_noprof"));
}

/*
 * Return the range from the symbol to the next one: /proc/kallsyms is in order
 * of addresses. The range is empty if no symbol has that name.
 */
static struct range function_range(const char *wanted)
{
	FILE *symbols = fopen("/proc/kallsyms", "re");
	struct range range = { 0 };
	unsigned long address;
	char line[512], name[256];

	while (symbols && !range.end && fgets(line, sizeof(line), symbols)) {
		if (sscanf(line, "%lx %*c %255s", &address, name) != 2)
			continue;
		if (range.start && address > range.start)
			range.end = address;
		else if (is_called(name, wanted))
			range.start = address;
	}
	if (symbols)
		fclose(symbols);
	return range.end ? range : (struct range){ 0 };
}

static void set_range(const char *kind, const char *which, struct range range)
{
	char name[32], number[32];

	snprintf(name, sizeof(name), "%s-start", which);
	snprintf(number, sizeof(number), "%#lx", range.start);
	faults_set(kind, name, number);
	snprintf(name, sizeof(name), "%s-end", which);
	snprintf(number, sizeof(number), "%#lx", range.end);
	faults_set(kind, name, number);
}

void faults_confine(const char *rejected)
{
	struct range module = module_range(), function = function_range(rejected);
	size_t i;

	for (i = 0; i < FAULTS_KINDS; i++) {
		faults_set(faults_kinds[i], "probability", "0");
		faults_set(faults_kinds[i], "verbose", "0");
		faults_set(faults_kinds[i], "stacktrace-depth", "32");
		set_range(faults_kinds[i], "require", module);
		set_range(faults_kinds[i], "reject", function);
	}
	faults_set("failslab", "ignore-gfp-wait", "N");
	faults_set("fail_page_alloc", "ignore-gfp-wait", "N");
	faults_set("fail_page_alloc", "ignore-gfp-highmem", "N");
	faults_set("fail_page_alloc", "min-order", "0");
}
