// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* Templates: make, refresh and query. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

/*
 * The library's flags are the kernel's, in the same order and further down. An
 * unknown flag becomes an unknown flag of the kernel, which refuses it.
 */
#define TO_KERNEL (SPAWN_TEMPLATE_CREATE_ANY_FORMAT / OUTSPAWN_ANY_FORMAT)

_Static_assert(OUTSPAWN_ALLOW_WRITE *TO_KERNEL == SPAWN_TEMPLATE_CREATE_ALLOW_WRITE,
	       "flags differ: ALLOW_WRITE");

static int create(int dev, struct spawn_template_create_args *args, unsigned int flags)
{
	int fd;

	if (dev < 0)
		return outspawn_i_no_fd(dev);
	args->flags = SPAWN_TEMPLATE_CREATE_CLOEXEC | flags * TO_KERNEL;
	fd = ioctl(dev, SPAWN_TEMPLATE_IOC_CREATE, args);
	return fd < 0 ? -errno : fd;
}

int outspawn_template_flags(int dev, const char *path, unsigned int flags)
{
	struct spawn_template_create_args args = {
		.execfd = -1,
		.filename = (uintptr_t)path,
	};

	return path ? create(dev, &args, flags) : -EINVAL;
}

int outspawn_template(int dev, const char *path)
{
	return outspawn_template_flags(dev, path, 0);
}

int outspawn_template_fd_flags(int dev, int execfd, unsigned int flags)
{
	struct spawn_template_create_args args = { .execfd = execfd };

	/* The kernel takes -1 for "no descriptor": its error is EINVAL. */
	return execfd >= 0 ? create(dev, &args, flags) : outspawn_i_no_fd(execfd);
}

int outspawn_template_fd(int dev, int execfd)
{
	return outspawn_template_fd_flags(dev, execfd, 0);
}

int outspawn_template_refresh(int dev, int tmpl, const char *path, unsigned int flags)
{
	struct spawn_template_query query;
	int fresh, fd_flags, ret;

	/* dup3() must not replace a file that is not a template. */
	ret = outspawn_query(tmpl, &query);
	if (ret)
		return ret;
	fd_flags = fcntl(tmpl, F_GETFD);
	if (fd_flags < 0)
		return -errno;
	fresh = outspawn_template_flags(dev, path, flags);
	if (fresh < 0)
		return fresh;
	ret = dup3(fresh, tmpl, fd_flags & FD_CLOEXEC ? O_CLOEXEC : 0) < 0 ? -errno : 0;
	close(fresh);
	return ret;
}

int outspawn_query(int tmpl, struct spawn_template_query *query)
{
	if (!query)
		return -EFAULT;

	/* An older module fills in only the members that it knows. */
	memset(query, 0, sizeof(*query));
	if (tmpl < 0)
		return outspawn_i_no_fd(tmpl);
	return ioctl(tmpl, SPAWN_TEMPLATE_IOC_QUERY, query) < 0 ? -errno : 0;
}
