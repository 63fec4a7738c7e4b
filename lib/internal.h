/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Copyright (C) 2026 The outspawn authors */
/* internal.h - what the library's files share; not installed */
#ifndef OUTSPAWN_INTERNAL_H
#define OUTSPAWN_INTERNAL_H

#include <stdint.h>

#include "outspawn.h"

/* The largest error number of the kernel. */
#define MOST_ERRNO 4095

/*
 * Append an action whose arg is block, memory from malloc(3). The list owns the
 * block and frees it. After an error the block is freed already.
 */
int outspawn_i_add(struct outspawn_actions *a, struct spawn_template_action *action, void *block);

/*
 * Return open(2)'s flags and mode in the form that openat2(2) accepts. open(2)
 * ignores flags that have no meaning with O_PATH, and ignores a mode if it
 * makes no file. openat2(2) refuses both.
 */
static inline struct open_how outspawn_i_open_how(unsigned int flags, mode_t mode)
{
	struct open_how how = { .flags = flags };

	if (flags & O_PATH)
		how.flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if (how.flags & O_CREAT || (how.flags & O_TMPFILE) == O_TMPFILE)
		how.mode = mode & 07777;
	return how;
}

/* Describe an action in words: what a message needs to name it. */
void outspawn_i_describe(const struct spawn_template_action *action, char *buf, size_t size);

/*
 * Return the error for a negative descriptor: the error number that the caller
 * got instead of a device or a template; or -EBADF for -1, which means "none".
 */
static inline int outspawn_i_no_fd(int fd)
{
	return fd == -1 || fd < -MOST_ERRNO ? -EBADF : fd;
}

/* Flags that go with a member of struct outspawn_attr. */
#define OUTSPAWN_I_FLAGS_WITH_A_MEMBER \
	(OUTSPAWN_CGROUP | OUTSPAWN_EXIT_SIGNAL | OUTSPAWN_NODE | OUTSPAWN_PDEATH_PROCESS)

/* What all kinds of spawn take and return. */
struct outspawn_i_order {
	char *const *argv;
	char *const *envp;
	const struct outspawn_actions *actions; /* or NULL */
	const struct outspawn_attr *attr; /* or NULL */
	int *pidfd; /* or NULL */
	struct outspawn_result *result; /* or NULL */
};

/*
 * Memory that a spawn lends to the kernel until the ioctl returns. The child
 * writes the path of its execve there, so that a tracer or a seccomp supervisor
 * can read the path. Most paths fit. More room would cost stack, and a call of
 * the drop-in may use less than 2 KiB of stack in all.
 */
struct outspawn_i_scratch {
	char bytes[96];
};

/*
 * Lend the memory; NULL: none. The library never reads what the kernel writes
 * there.
 */
static inline void outspawn_i_lend(struct spawn_template_spawn_args *args,
				   struct outspawn_i_scratch *scratch)
{
	args->scratch = (uintptr_t)scratch;
	args->scratch_size = scratch ? sizeof(*scratch) : 0;
}

/*
 * Return the caller's result, or own if the caller gave none: the kernel needs
 * a result's memory for tcsetpgrp with group 0. An asynchronous spawn gets no
 * such substitute, because its child may write to the result after the call.
 */
static inline struct outspawn_result *outspawn_i_result(struct outspawn_result *asked,
							const struct outspawn_attr *attr,
							struct outspawn_result *own)
{
	if (asked || (attr && attr->flags & OUTSPAWN_ASYNC))
		return asked;
	return own;
}

/*
 * Fill args in. Set *pidfd and *result to the values that they keep if the
 * kernel writes nothing.
 *
 * Return: 0; -EINVAL or -E2BIG if attr has a wrong size, or members that this
 * library does not have.
 */
int outspawn_i_args(struct spawn_template_spawn_args *args, const struct outspawn_i_order *order);

/*
 * Make the ioctl; after a failure, complete *pidfd and *result. args is spawn, or
 * contains a pointer to it. A module that is too old for the memory that spawn
 * lends gets none.
 */
pid_t outspawn_i_spawn(int fd, unsigned long request, const void *args,
		       struct spawn_template_spawn_args *spawn,
		       const struct outspawn_i_order *order);

/*
 * After a spawn with this result: did a module that is older than 'scratch'
 * refuse the arguments? Such a module cannot read them, and writes no result.
 */
static inline int outspawn_i_too_old(int error, const struct outspawn_result *result)
{
	return error == E2BIG && !(result && result->error);
}

/*
 * Note in *pidfd and *result that the spawn failed, unless the kernel has
 * written a failure already. error is positive. Return -error.
 */
pid_t outspawn_i_failed(const struct outspawn_i_order *order, int error);

/*
 * Values of result->action that are not an index: what is wrong, if it is not
 * an action. The lowest bit of flags and the index of a member count down.
 */
enum {
	OUTSPAWN_I_NOTHING_WRONG = -1,
	OUTSPAWN_I_WRONG_FD = -2, /* the descriptor is an error number */
	OUTSPAWN_I_WRONG_MEMBER = -3, /* of struct outspawn_attr */
	OUTSPAWN_I_WRONG_FLAG = -32,
};

/*
 * Return what is wrong, after a failure with a result: one of the values above,
 * or the action's index.
 */
int outspawn_i_wrong(const struct outspawn_i_order *order);
/* Name the flag or the member. */
void outspawn_i_describe_wrong(int wrong, char *buf, size_t size);

#endif /* OUTSPAWN_INTERNAL_H */
