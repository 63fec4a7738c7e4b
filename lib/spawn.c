// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* Spawn from a template: one ioctl. */
#include <errno.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "internal.h"

pid_t outspawn_i_failed(const struct outspawn_i_order *order, int error)
{
	struct outspawn_result *result = order->result;

	if (order->pidfd)
		*order->pidfd = -1;
	/* The kernel writes no result if it cannot read the arguments. */
	if (result && !result->error) {
		result->stage = OUTSPAWN_STAGE_ARGS;
		result->error = error;
	}
	if (result)
		result->action = outspawn_i_wrong(order);
	return -error;
}

/* The descriptor is negative: the caller did not check how it was made. */
static __attribute__((noinline)) pid_t no_fd(int fd, const struct outspawn_i_order *order)
{
	const int error = -outspawn_i_no_fd(fd);

	if (order->result && fd == -error)
		order->result->action = OUTSPAWN_I_WRONG_FD;
	return outspawn_i_failed(order, error);
}

/*
 * The ioctl failed. Not inlined, so that a call that succeeds needs less stack:
 * see outspawn_i_posix().
 */
static __attribute__((noinline)) pid_t retry(int fd, unsigned long request, const void *args,
					     struct spawn_template_spawn_args *spawn,
					     const struct outspawn_i_order *order)
{
	pid_t pid = -1;

	if (outspawn_i_too_old(errno, order->result)) {
		outspawn_i_lend(spawn, NULL);
		pid = ioctl(fd, request, args);
	}
	return pid >= 0 ? pid : outspawn_i_failed(order, errno);
}

pid_t outspawn_i_spawn(int fd, unsigned long request, const void *args,
		       struct spawn_template_spawn_args *spawn,
		       const struct outspawn_i_order *order)
{
	pid_t pid;

	if (fd < 0)
		return no_fd(fd, order);
	pid = ioctl(fd, request, args);
	/*
	 * Leave the result alone after success: an asynchronous child may have
	 * written a later failure there already.
	 */
	return pid >= 0 ? pid : retry(fd, request, args, spawn, order);
}

pid_t outspawn_spawn_attr(int tmpl, char *const argv[], char *const envp[],
			  const struct outspawn_actions *actions, const struct outspawn_attr *attr,
			  int *pidfd, struct outspawn_result *result)
{
	struct outspawn_result own;
	const struct outspawn_i_order order = {
		argv, envp, actions, attr, pidfd, outspawn_i_result(result, attr, &own),
	};
	struct spawn_template_spawn_args args;
	struct outspawn_i_scratch scratch;
	int ret = outspawn_i_args(&args, &order);

	if (ret)
		return outspawn_i_failed(&order, -ret);
	outspawn_i_lend(&args, &scratch);
	return outspawn_i_spawn(tmpl, SPAWN_TEMPLATE_IOC_SPAWN, &args, &args, &order);
}

pid_t outspawn_spawn(int tmpl, char *const argv[], char *const envp[],
		     const struct outspawn_actions *actions, unsigned int flags, int *pidfd,
		     struct outspawn_result *result)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;

	attr.flags = flags;
	/*
	 * Without attributes such a flag would mean descriptor 0, or no signal.
	 * An attr of size 0 is refused with EINVAL.
	 */
	if (flags & OUTSPAWN_I_FLAGS_WITH_A_MEMBER)
		attr.size = 0;
	return outspawn_spawn_attr(tmpl, argv, envp, actions, &attr, pidfd, result);
}
