// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* Attributes: the library's struct, turned into the kernel's arguments. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "internal.h"

/* The size of struct outspawn_attr in programs built with the first library. */
#define FIRST_SIZE 48

_Static_assert(sizeof(struct outspawn_attr) >= FIRST_SIZE, "the struct only grows at its end");

/*
 * INHERIT_FDS, the RFC's flag, has the same value here and in the kernel. The
 * other flags are the kernel's, in the same order and further down.
 */
#define RFC_FLAGS OUTSPAWN_INHERIT_FDS
#define TO_KERNEL (SPAWN_TEMPLATE_SPAWN_ASYNC / OUTSPAWN_ASYNC)

#define SAME(name)                                                                 \
	_Static_assert(OUTSPAWN_##name * TO_KERNEL == SPAWN_TEMPLATE_SPAWN_##name, \
		       "flags differ: " #name)
_Static_assert(OUTSPAWN_INHERIT_FDS == SPAWN_TEMPLATE_SPAWN_INHERIT_FDS,
	       "flags differ: INHERIT_FDS");
SAME(CGROUP);
SAME(EXIT_SIGNAL);
SAME(AUTOREAP);
SAME(KILL_ON_CLOSE);
SAME(STOPPED);
SAME(NO_NEW_PRIVS);
SAME(NODE);
SAME(PDEATH_PROCESS);

/* An unknown flag becomes an unknown flag of the kernel, which refuses it. */
static uint64_t kernel_flags(unsigned int flags)
{
	return (flags & RFC_FLAGS) | (flags & ~RFC_FLAGS) * TO_KERNEL;
}

/* Does the program's struct set members that this library does not have? */
static int has_unknown_members(const struct outspawn_attr *attr)
{
	const char *bytes = (const char *)attr;

	for (size_t i = sizeof(*attr); i < attr->size; i++)
		if (bytes[i])
			return 1;
	return 0;
}

static int take_attr(struct outspawn_attr *to, const struct outspawn_attr *attr)
{
	*to = (struct outspawn_attr){ .size = sizeof(*to) };
	if (!attr)
		return 0;
	if (attr->size < FIRST_SIZE)
		return -EINVAL;
	if (has_unknown_members(attr))
		return -E2BIG;
	memcpy(to, attr, attr->size < sizeof(*to) ? attr->size : sizeof(*to));
	return 0;
}

int outspawn_i_args(struct spawn_template_spawn_args *args, const struct outspawn_i_order *order)
{
	const struct outspawn_actions *actions = order->actions;
	struct outspawn_attr attr;
	int ret = take_attr(&attr, order->attr);

	if (order->pidfd)
		*order->pidfd = -1;
	if (order->result)
		*order->result = (struct outspawn_result){ .action = -1 };
	/* A spawn without one of its steps might run with too many rights. */
	if (!ret && actions && actions->error) {
		ret = actions->error;
		if (order->result)
			order->result->action = actions->failed;
	}
	if (ret)
		return ret;

	*args = (struct spawn_template_spawn_args){
		.flags = kernel_flags(attr.flags),
		.pidfd = (uintptr_t)order->pidfd,
		.argv = (uintptr_t)order->argv,
		.envp = (uintptr_t)order->envp,
		.actions = actions ? (uintptr_t)actions->array : 0,
		.actions_len = actions ? actions->count : 0,
		.result = (uintptr_t)order->result,
		.namespaces = attr.namespaces,
		.set_tid = (uintptr_t)attr.set_tid,
		.set_tid_size = attr.set_tid_size,
		.cgroup = attr.cgroup,
		.exit_signal = attr.exit_signal,
		.pdeath_signal = attr.pdeath_signal,
		.node = attr.node,
	};
	return 0;
}
