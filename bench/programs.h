/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/* programs.h - the programs that are started, and their strings */
#ifndef OUTSPAWN_BENCH_PROGRAMS_H
#define OUTSPAWN_BENCH_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>

enum program { NOLIBC, STATIC, DYNAMIC, RG, GIT, PYTHON, PROGRAMS };

struct program_info {
	const char *name; /* in tables and in JSON */
	const char *file; /* beside the benchmark; or a name to look up in PATH */
	bool own; /* knows the words of programs/child.h */
	const char *arguments[3]; /* if not own */
	int share; /* of the rounds that the smallest program gets, one in so many */
};

extern const struct program_info program_infos[PROGRAMS];

/* Write the absolute path of the program. Return false if it is not there. */
bool find_program(enum program program, char *path, size_t size);

/* The directory of the benchmark itself. */
const char *bench_directory(void);

/* Strings of a typical command of a build or of an agent. */
#define REAL_ARGUMENTS 20
#define REAL_VARIABLES 50
#define REAL_LENGTH 55 /* bytes of each string, with its NUL */
#define REAL_STRINGS (REAL_ARGUMENTS + REAL_VARIABLES)

/* As many arguments as Linux takes with a stack of 8 MiB. */
#define MOST_STRINGS 209711

struct strings {
	char **argv, **envp;
	int count; /* 0: the name alone */
};

/*
 * Make the strings for a program. count is 0, REAL_STRINGS, or the number of
 * arguments of one byte. argv[0] has room for the words of child.h. The memory is
 * kept until the end. A program that is not own gets its arguments, whatever count
 * is.
 */
struct strings make_strings(enum program program, int count);

#endif /* OUTSPAWN_BENCH_PROGRAMS_H */
