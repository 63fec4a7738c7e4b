// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * outspawn bench: execute spawn-bench, the program that measures. It is beside this
 * command in a build directory, or installed in LIBEXECDIR.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define PROGRAM "spawn-bench"
#define BUILT_BESIDE "/../bench/" PROGRAM
#define INSTALLED OUTSPAWN_LIBEXECDIR "/" PROGRAM

/* Write the path that the program has in a build directory. */
static void find_built(char *path, size_t size)
{
	char directory[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", directory, sizeof(directory) - 1);

	directory[length > 0 ? length : 0] = '\0';
	if (length > 0)
		*strrchr(directory, '/') = '\0';
	snprintf(path, size, "%s" BUILT_BESIDE, directory);
}

int cmd_bench(int argc, char **argv)
{
	char built[PATH_MAX + sizeof(BUILT_BESIDE)];
	const char *path = INSTALLED;

	(void)argc;
	find_built(built, sizeof(built));
	if (!access(built, X_OK))
		path = built;
	argv[0] = (char *)"outspawn bench";
	fflush(stdout);
	execv(path, argv);
	complain("bench: %s: %s: is it installed? 'make install' does it", path, strerror(errno));
	return EXIT_OWN_FAILURE;
}
