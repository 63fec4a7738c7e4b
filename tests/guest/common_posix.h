/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common_posix.h - the same call to posix_spawn(3) and to outspawn_posix_spawn(3)
 *
 * A row says which call; it is made by the C library and by outspawn, from one
 * caller, which is a child of its own. What comes of it has to be the same whole:
 * the error, or the exit status and all that probe says of itself. The rows are
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

/* The arguments of a call, for a row to change. It begins with probe, and no more. */
struct posix_try {
	posix_spawnattr_t attr;
	posix_spawn_file_actions_t list;
	bool no_attr, no_list; /* NULL is passed */
	const char *file;
	char *const *argv;
	char *const *envp;
};

struct posix_row {
	const char *what; /* the flag, action or function */
	const char *subject;
	int error; /* what has to come of it; 0: a child */
	/* A line of the child's facts that has to be there, too. */
	const char *fact;
	const char *value;
	enum posix_function function;
	bool in_handler; /* called on a signal stack of 4 KiB */
	void (*enter)(void); /* in the caller, once */
	void (*make)(struct posix_try *try); /* before each of the two calls */
};

void try_row(const struct posix_row *row);

/* A test of one row, whose body is the row's make(). */
#define ROW(name, ...)                                                                    \
	static void name##_make(struct posix_try *try);                                   \
	static void name(void)                                                            \
	{                                                                                 \
		static const struct posix_row row = { __VA_ARGS__, .make = name##_make }; \
                                                                                          \
		try_row(&row);                                                            \
	}                                                                                 \
	static void name##_make(struct posix_try *try __attribute__((unused)))

/* Builders, whose success a test takes for granted. */
#define built(call) check_eq(call, 0)
/* Adds flags to those that there are. */
void set_flags(struct posix_try *try, int flags);

/* posix_spawnattr_setcgroup_np(3), or NULL where the C library has none. */
int (*libc_setcgroup(void))(posix_spawnattr_t *, int);

/* --- stacks --- */

/*
 * Calls function in a signal handler, on an alternate stack of 4 KiB or, where the
 * kernel's frame takes more of it, half a KiB more than the kernel asks for. Whoever
 * needs more gets SIGSEGV. Return: false if there is no such stack.
 */
bool on_signal_stack(void (*function)(void));
/* How many bytes of stack function takes, the second time; -1: no such thread. */
long stack_taken(void (*function)(void));

/* --- callers --- */

/* Makes every system call of this number fail with an error. */
void deny_call(int number, int error);
/* Opens a file that probe can name at this number. */
void have_descriptor(int number, bool cloexec);
void limit_descriptors(rlim_t soft);

#endif
