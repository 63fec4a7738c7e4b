/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * common_posix.h - one call to posix_spawn(3) and to outspawn_posix_spawn(3)
 *
 * A row describes a call. A caller, which is a child of the test, makes that
 * call once by the C library and once by outspawn. Both outcomes must be equal:
 * the error, or the exit status and all facts that probe reports. The rows make
 * the table of docs/posix.md (tests/posix-table).
 */
#ifndef TESTS_COMMON_POSIX_H
#define TESTS_COMMON_POSIX_H

#include <spawn.h>
#include <sys/resource.h>

#include "common_process.h"
#include "outspawn_posix.h"

#ifndef POSIX_SPAWN_SETCGROUP
#define POSIX_SPAWN_SETCGROUP 0x100
#endif

enum posix_function { SPAWN, SPAWNP, PIDFD_SPAWN, PIDFD_SPAWNP };

/* The arguments of a call, which a row changes. At first they only start probe. */
struct posix_try {
	posix_spawnattr_t attr;
	posix_spawn_file_actions_t list;
	bool no_attr, no_list; /* pass NULL instead */
	const char *file;
	char *const *argv;
	char *const *envp;
};

struct posix_row {
	const char *what; /* the flag, action or function */
	const char *subject;
	int error; /* the error that both must give; 0: both make a child */
	/* A fact that the child must report, too. */
	const char *fact;
	const char *value;
	enum posix_function function;
	bool in_handler; /* the call is made on a signal stack of 4 KiB */
	void (*enter)(void); /* the caller runs it once, before both calls */
	void (*make)(struct posix_try *try); /* runs before each of the two calls */
};

void try_row(const struct posix_row *row);

/* A test of one row; its body is the row's make(). */
#define ROW(name, ...)                                                                    \
	static void name##_make(struct posix_try *try);                                   \
	static void name(void)                                                            \
	{                                                                                 \
		static const struct posix_row row = { __VA_ARGS__, .make = name##_make }; \
                                                                                          \
		try_row(&row);                                                            \
	}                                                                                 \
	static void name##_make(struct posix_try *try __attribute__((unused)))

/* For a builder that the test expects to succeed. */
#define built(call) check_eq(call, 0)
/* Add flags to those that are set. */
void set_flags(struct posix_try *try, int flags);

/* Return posix_spawnattr_setcgroup_np(3), or NULL if the C library lacks it. */
int (*libc_setcgroup(void))(posix_spawnattr_t *, int);

/* --- stacks --- */

/*
 * Call the function in a signal handler on an alternate stack of 4 KiB. If the
 * kernel's signal frame needs most of that, the stack is what the kernel asks
 * for plus half a KiB. A function that needs more gets SIGSEGV. Return false if
 * there is no such stack.
 */
bool on_signal_stack(void (*function)(void));
/*
 * Return how many bytes of stack the function's second call takes; -1 if no
 * thread could be made.
 */
long stack_taken(void (*function)(void));

/* --- callers --- */

/* Make each system call of this number fail with the error. */
void deny_call(int number, int error);
/* Open a file whose name probe can report, at this number. */
void have_descriptor(int number, bool cloexec);
void limit_descriptors(rlim_t soft);

#endif
