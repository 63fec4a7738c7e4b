/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/* methods.h - the ways to start a program */
#ifndef OUTSPAWN_BENCH_METHODS_H
#define OUTSPAWN_BENCH_METHODS_H

#include <stdbool.h>
#include <sys/types.h>

enum method {
	BY_FORK,
	BY_VFORK,
	BY_POSIX_SPAWN,
	BY_PIDFD_SPAWN,
	BY_CLONE3,
	BY_OUTSPAWN,
	BY_OUTSPAWN_PIDFD,
	BY_OUTSPAWN_FD,
	BY_OUTSPAWN_PATH,
	BY_OUTSPAWN_ASYNC,
	BY_OUTSPAWN_BATCH16,
	BY_OUTSPAWN_BATCH64,
	BY_POSIX_SPAWNP,
	BY_OUTSPAWN_POSIX,
	BY_OUTSPAWN_POSIXP,
	BY_OUTSPAWN_MADE,
	BY_REEXEC,
	BY_THREAD,
	METHODS,
};

#define METHOD_BIT(method) (1U << (method))
#define MOST_CHILDREN 64

struct method_info {
	const char *name; /* in tables and in JSON */
	bool pidfd; /* the caller gets a pidfd */
	bool module; /* needs the module */
	int children; /* that one call starts */
};

extern const struct method_info method_infos[METHODS];

/* What a caller starts, and by what. The caller owns the descriptors. */
struct target {
	char path[4096]; /* absolute */
	const char *name; /* for a search in PATH */
	int device; /* -1: the module is not there */
	int tmpl, tmpl_of_fd; /* templates; -1 without the module */
	unsigned int flags; /* OUTSPAWN_INHERIT_FDS, or 0 */
};

struct children {
	pid_t pids[MOST_CHILDREN];
	int count;
	int pidfd; /* of the only child, or -1 */
};

/* The C library may be too old to have pidfd_spawn(3). */
bool method_available(enum method method);

/*
 * Start the target, as often as the method does with one call. Not for REEXEC and
 * THREAD, which start no program.
 *
 * Return: 0, or a negative error number.
 */
int start_children(enum method method, const struct target *target, char **argv, char **envp,
		   struct children *children);

#endif /* OUTSPAWN_BENCH_METHODS_H */
