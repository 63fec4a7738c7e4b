// SPDX-License-Identifier: GPL-2.0-only
/*
 * inject.c - failing allocations, where the kernel can do that
 *
 * In the caller the Nth fails (/proc/thread-self/fail-nth). In a child, one in
 * some fails by chance: it inherits make-it-fail. A filter on the stack lets
 * only those count which the module, or what it calls, makes.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAIL_NTH "/proc/thread-self/fail-nth"
#define DEBUGFS "/sys/kernel/debug"

bool inject_available(void)
{
	return access(FAIL_NTH, F_OK) == 0;
}

static bool write_file(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, value, strlen(value)) > 0;

	close(fd);
	return good;
}

static void set(const char *folder, const char *name, const char *value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DEBUGFS "/%s/%s", folder, name);
	if (!write_file(path, value))
		perror(path);
}

/* Where the module's code is. */
static bool module_range(unsigned long *start, unsigned long *end)
{
	unsigned long size = 0;
	char line[512];
	FILE *modules = fopen("/proc/modules", "re");

	*start = 0;
	while (modules && fgets(line, sizeof(line), modules))
		if (sscanf(line, "outspawn %lu %*s %*s %*s 0x%lx", &size, start) == 2)
			break;
	if (modules)
		fclose(modules);
	*end = *start + size;
	return *start;
}

/* Where vmalloc()'s code is: its name differs among kernels. */
static void vmalloc_range(unsigned long *start, unsigned long *end)
{
	unsigned long address;
	char name[256];
	FILE *symbols = fopen("/proc/kallsyms", "re");

	*start = 0;
	*end = -1UL;
	while (symbols && fscanf(symbols, "%lx %*c %255s%*[^\n]", &address, name) == 2)
		if (!strcmp(name, "__vmalloc_node_range") ||
		    !strcmp(name, "__vmalloc_node_range_noprof"))
			*start = address;
	if (symbols)
		rewind(symbols);
	while (symbols && fscanf(symbols, "%lx %*c %255s%*[^\n]", &address, name) == 2)
		if (address > *start && address < *end)
			*end = address;
	if (symbols)
		fclose(symbols);
	if (!*start)
		*end = 0;
}

static void set_range(const char *folder, const char *kind, unsigned long start, unsigned long end)
{
	char name[32], number[32];

	snprintf(name, sizeof(name), "%s-start", kind);
	snprintf(number, sizeof(number), "%#lx", start);
	set(folder, name, number);
	snprintf(name, sizeof(name), "%s-end", kind);
	snprintf(number, sizeof(number), "%#lx", end);
	set(folder, name, number);
}

void inject_allow(void)
{
	static const char *const kinds[] = { "failslab", "fail_page_alloc", "fail_usercopy" };
	unsigned long start, end, vmalloc, vmalloc_end;
	size_t i;

	if (!module_range(&start, &end)) {
		fprintf(stderr, "/proc/modules does not tell where outspawn is\n");
		exit(2);
	}
	vmalloc_range(&vmalloc, &vmalloc_end);
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		set(kinds[i], "verbose", "0");
		set_range(kinds[i], "require", start, end);
		/* It complains in the kernel log when it fails, which is ours to read. */
		set_range(kinds[i], "reject", vmalloc, vmalloc_end);
		set(kinds[i], "stacktrace-depth", "32");
		set(kinds[i], "task-filter", "Y");
		set(kinds[i], "times", "-1");
		set(kinds[i], "probability", "2");
	}
	set("failslab", "ignore-gfp-wait", "N");
	set("fail_page_alloc", "ignore-gfp-wait", "N");
	set("fail_page_alloc", "ignore-gfp-highmem", "N");
	set("fail_page_alloc", "min-order", "0");
}

void inject_open(void)
{
	int fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);

	if (fd < 0 || dup3(fd, FD_INJECT, O_CLOEXEC) < 0) {
		perror(FAIL_NTH);
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

/* From now on this process's children may fail by chance, and so may it. */
void inject_by_chance(bool on)
{
	write_file("/proc/self/make-it-fail", on ? "1" : "0");
}
