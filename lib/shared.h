/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Copyright (C) 2026 The outspawn authors */
/* shared.h - what the library and the outspawn command share; not installed */
#ifndef OUTSPAWN_SHARED_H
#define OUTSPAWN_SHARED_H

#include <stddef.h>
#include <stdlib.h>

struct outspawn_i_name {
	const char *name;
	unsigned long value;
};

/* A table of names, in the order in which the command lists them. */
struct outspawn_i_names {
	const struct outspawn_i_name *names;
	size_t count;
};

#define OUTSPAWN_I_NAMES(array)                           \
	{                                                 \
		array, sizeof(array) / sizeof((array)[0]) \
	}

extern const struct outspawn_i_names outspawn_i_rlimits; /* RLIMIT_* */
extern const struct outspawn_i_names outspawn_i_policies; /* SCHED_*, but not DEADLINE */
extern const struct outspawn_i_names outspawn_i_namespaces; /* CLONE_NEW* */

/*
 * Return PATH, or the directories that execvp(3) searches without PATH. glibc
 * calls these directories confstr(_CS_PATH).
 */
static inline const char *outspawn_i_search_path(void)
{
	const char *path = getenv("PATH");

	return path ? path : "/bin:/usr/bin";
}

#endif /* OUTSPAWN_SHARED_H */
