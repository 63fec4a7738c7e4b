// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * Actions: the list of steps, in the form in which the kernel reads it.
 *
 * An action whose arg is a pointer owns one block of memory. The block has the
 * argument's struct, followed by the path or signal set that the struct points
 * to. The block is freed with the list.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/close_range.h>

#include "internal.h"

#define FIRST_CAPACITY 8U

struct open_block {
	struct spawn_template_open open;
	char path[];
};

struct sigset_block {
	struct spawn_template_sigset sigset;
	uint64_t signals; /* the kernel's sigset_t: bit n - 1 is signal n */
};

void outspawn_actions_init(struct outspawn_actions *a)
{
	*a = (struct outspawn_actions){ 0 };
}

void outspawn_actions_destroy(struct outspawn_actions *a)
{
	for (unsigned int i = 0; i < a->count; i++)
		free((void *)(uintptr_t)a->array[i].arg);
	free(a->array);
	outspawn_actions_init(a);
}

static int reserve(struct outspawn_actions *a)
{
	struct spawn_template_action *array;
	unsigned int capacity;

	if (a->count == SPAWN_TEMPLATE_MAX_ACTIONS)
		return -E2BIG;
	if (a->count < a->capacity)
		return 0;

	capacity = a->capacity ? 2 * a->capacity : FIRST_CAPACITY;
	array = realloc(a->array, capacity * sizeof(*array));
	if (!array)
		return -ENOMEM;
	a->array = array;
	a->capacity = capacity;
	return 0;
}

int outspawn_actions_fail(struct outspawn_actions *a, int error)
{
	if (!a->error) {
		a->error = error;
		a->failed = a->count;
	}
	return error;
}

static int add(struct outspawn_actions *a, const struct spawn_template_action *action)
{
	int ret = reserve(a);

	if (ret)
		return outspawn_actions_fail(a, ret);
	a->array[a->count++] = *action;
	return 0;
}

int outspawn_i_add(struct outspawn_actions *a, struct spawn_template_action *action, void *block)
{
	int ret;

	action->arg = (uintptr_t)block;
	ret = add(a, action);
	if (ret)
		free(block);
	return ret;
}

int outspawn_actions_close(struct outspawn_actions *a, int fd)
{
	struct spawn_template_action action = {
		.type = SPAWN_TEMPLATE_ACTION_CLOSE,
		.fd = fd,
	};

	return fd < 0 ? outspawn_actions_fail(a, -EBADF) : add(a, &action);
}

int outspawn_actions_dup2(struct outspawn_actions *a, int fd, int newfd)
{
	return outspawn_actions_dup3(a, fd, newfd, 0);
}

int outspawn_actions_dup3(struct outspawn_actions *a, int fd, int newfd, int flags)
{
	struct spawn_template_action action = {
		.type = SPAWN_TEMPLATE_ACTION_DUP2,
		.flags = flags,
		.fd = fd,
		.newfd = newfd,
	};

	if (fd < 0 || newfd < 0)
		return outspawn_actions_fail(a, -EBADF);
	if (flags & ~O_CLOEXEC || (flags && fd == newfd))
		return outspawn_actions_fail(a, -EINVAL);
	return add(a, &action);
}

/*
 * A number means the child's descriptor. So a place may be overwritten only
 * after the descriptor that it has now was copied. The rounds copy to each place
 * that no other place still needs.
 */
int outspawn_actions_stdio(struct outspawn_actions *a, int in, int out, int err)
{
	const int from[3] = { in, out, err };
	bool done[3] = { in == -1, out == -1, err == -1 };
	int ret = in < -1 || out < -1 || err < -1 ? -EBADF : 0;

	for (int round = 0; round < 3; round++) {
		for (int to = 0; to < 3 && !ret; to++) {
			bool needed = false;

			for (int i = 0; i < 3; i++)
				needed |= i != to && !done[i] && from[i] == to;
			if (done[to] || needed)
				continue;
			ret = outspawn_actions_dup2(a, from[to], to);
			done[to] = true;
		}
	}
	/* Places that wait for each other. */
	if (!ret && !(done[0] && done[1] && done[2]))
		ret = -EINVAL;
	return ret ? outspawn_actions_fail(a, ret) : 0;
}

int outspawn_actions_fchdir(struct outspawn_actions *a, int fd)
{
	struct spawn_template_action action = {
		.type = SPAWN_TEMPLATE_ACTION_FCHDIR,
		.fd = fd,
	};

	return fd < 0 ? outspawn_actions_fail(a, -EBADF) : add(a, &action);
}

int outspawn_actions_open(struct outspawn_actions *a, int newfd, const char *path, int flags,
			  mode_t mode)
{
	struct open_how how = outspawn_i_open_how(flags, mode);

	return outspawn_actions_openat2(a, newfd, AT_FDCWD, path, &how);
}

int outspawn_actions_openat2(struct outspawn_actions *a, int newfd, int dirfd, const char *path,
			     const struct open_how *how)
{
	struct spawn_template_action action = {
		.type = SPAWN_TEMPLATE_ACTION_OPEN,
		.fd = dirfd,
		.newfd = newfd,
	};
	struct open_block *block;
	size_t size;

	if (!path || !how)
		return outspawn_actions_fail(a, -EINVAL);
	/* With an absolute path, openat2(2) ignores dirfd. */
	if (newfd < 0 || (dirfd < 0 && dirfd != AT_FDCWD && path[0] != '/'))
		return outspawn_actions_fail(a, -EBADF);
	size = strnlen(path, PATH_MAX) + 1;
	if (size > PATH_MAX)
		return outspawn_actions_fail(a, -ENAMETOOLONG);

	block = malloc(sizeof(*block) + size);
	if (!block)
		return outspawn_actions_fail(a, -ENOMEM);
	memcpy(block->path, path, size);
	block->open = (struct spawn_template_open){
		.path = (uintptr_t)block->path,
		.how = *how,
	};
	return outspawn_i_add(a, &action, block);
}

int outspawn_actions_close_range(struct outspawn_actions *a, unsigned int first, unsigned int last,
				 unsigned int flags)
{
	/* No descriptor is above INT_MAX. -1 means "to the last". */
	struct spawn_template_action action = {
		.type = SPAWN_TEMPLATE_ACTION_CLOSE_RANGE,
		.flags = flags,
		.fd = first > INT_MAX ? INT_MAX : (int)first,
		.newfd = last > INT_MAX ? -1 : (int)last,
	};

	if (first > last || flags & ~CLOSE_RANGE_CLOEXEC)
		return outspawn_actions_fail(a, -EINVAL);
	return add(a, &action);
}

int outspawn_actions_closefrom(struct outspawn_actions *a, int first)
{
	return first < 0 ? outspawn_actions_fail(a, -EBADF) :
			   outspawn_actions_close_range(a, first, ~0U, 0);
}

static int add_sigset(struct outspawn_actions *a, unsigned int type, const sigset_t *set)
{
	struct spawn_template_action action = { .type = type };
	struct sigset_block *block;

	if (!set)
		return outspawn_actions_fail(a, -EINVAL);

	block = malloc(sizeof(*block));
	if (!block)
		return outspawn_actions_fail(a, -ENOMEM);
	/* The C library's sigset_t begins with the kernel's sigset_t. */
	memcpy(&block->signals, set, sizeof(block->signals));
	block->sigset = (struct spawn_template_sigset){
		.sigset = (uintptr_t)&block->signals,
		.sigsetsize = sizeof(block->signals),
	};
	return outspawn_i_add(a, &action, block);
}

int outspawn_actions_sigmask(struct outspawn_actions *a, const sigset_t *set)
{
	return add_sigset(a, SPAWN_TEMPLATE_ACTION_SIGMASK, set);
}

int outspawn_actions_sigdefault(struct outspawn_actions *a, const sigset_t *set)
{
	return add_sigset(a, SPAWN_TEMPLATE_ACTION_SIGDEFAULT, set);
}
