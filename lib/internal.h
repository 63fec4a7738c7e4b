/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* internal.h - what the library's files share and its users do not see */
#ifndef OUTSPAWN_INTERNAL_H
#define OUTSPAWN_INTERNAL_H

#include <stdint.h>

#include "outspawn.h"

/*
 * Appends an action whose arg is block, memory of malloc()'s that the list
 * takes over: it is freed with the list, or at once after an error.
 */
int outspawn_i_add(struct outspawn_actions *a, struct spawn_template_action *action, void *block);

/*
 * Return open(2)'s flags and mode as openat2(2) takes them: open(2) ignores the
 * flags that O_PATH makes useless, and a mode without a new file. openat2(2)
 * refuses both.
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

/* What an action does, as far as it helps to find it in the source. */
void outspawn_i_describe(const struct spawn_template_action *action, char *buf, size_t size);

/* One spawn, of whichever kind: what all of them are told, and what they tell. */
struct outspawn_i_order {
	char *const *argv;
	char *const *envp;
	const struct outspawn_actions *actions; /* or NULL */
	const struct outspawn_attr *attr; /* or NULL */
	int *pidfd; /* or NULL */
	struct outspawn_result *result; /* or NULL */
};

/*
 * Memory that a spawn lends the kernel until the ioctl returns: for the path of an
 * execve, so that a tracer or a seccomp supervisor can read it. Most paths fit; the
 * drop-in's call has less than 2 KiB of stack in all.
 */
struct outspawn_i_scratch {
	char bytes[160];
};

/* The kernel writes to it; the library does not read it. */
static inline void outspawn_i_lend(struct spawn_template_spawn_args *args,
				   struct outspawn_i_scratch *scratch)
{
	args->scratch = (uintptr_t)scratch->bytes;
	args->scratch_size = sizeof(scratch->bytes);
}

/*
 * A result even if nobody asked for one: the kernel wants its memory for
 * tcsetpgrp. But an asynchronous child would write there after the call.
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
 * Fills args in, and sets pidfd and result to what they are if the kernel
 * writes nothing. -EINVAL, -E2BIG: attr is of another library.
 */
int outspawn_i_args(struct spawn_template_spawn_args *args, const struct outspawn_i_order *order);

/* The ioctl, and what is to be said after it. */
pid_t outspawn_i_spawn(int fd, unsigned long request, const void *args,
		       const struct outspawn_i_order *order);

/* Says that it failed with error, positive, if the kernel has not. Returns -error. */
pid_t outspawn_i_failed(const struct outspawn_i_order *order, int error);

#endif /* OUTSPAWN_INTERNAL_H */
