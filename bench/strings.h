/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * strings.h - the arguments and environments of the benchmarks' programs
 *
 * Each cost is measured twice: with one argument and no environment, and with as
 * many strings as a real program has.
 */
#ifndef OUTSPAWN_BENCH_STRINGS_H
#define OUTSPAWN_BENCH_STRINGS_H

#include <stdlib.h>
#include <string.h>

/* The strings of a typical command of a build or of an agent. */
#define REAL_ARGUMENTS 20
#define REAL_VARIABLES 50
#define REAL_LENGTH 55 /* bytes of each string, with its NUL */

enum load { ONE_STRING, REAL_STRINGS, LOADS };

struct strings {
	char **argv, **envp;
	int count;
};

static struct strings strings_of[LOADS];

static inline char **make_list(int count, int length)
{
	char **list = calloc(count + 1, sizeof(*list));
	int i;

	for (i = 0; list && i < count; i++) {
		list[i] = malloc(length);
		if (!list[i])
			abort();
		memset(list[i], 'x', length - 1);
		list[i][length - 1] = '\0';
	}
	if (!list)
		abort();
	return list;
}

/* Fill in both loads; argv[0] is the program's name. */
static inline void make_strings(int arguments, int variables, int length)
{
	strings_of[ONE_STRING] =
		(struct strings){ make_list(1, 1), make_list(0, 1), 1 };
	strings_of[REAL_STRINGS] = (struct strings){ make_list(arguments, length),
						     make_list(variables, length),
						     arguments + variables };
	strings_of[ONE_STRING].argv[0] = "nothing";
	strings_of[REAL_STRINGS].argv[0] = "nothing";
}

#endif /* OUTSPAWN_BENCH_STRINGS_H */
