// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Templates: make one, ask what it pins. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

#include "outspawn.h"

static int create(int dev, const struct spawn_template_create_args *args)
{
	int fd = ioctl(dev, SPAWN_TEMPLATE_IOC_CREATE, args);

	return fd < 0 ? -errno : fd;
}

int outspawn_template(int dev, const char *path)
{
	struct spawn_template_create_args args = {
		.flags = SPAWN_TEMPLATE_CREATE_CLOEXEC,
		.execfd = -1,
		.filename = (uintptr_t)path,
	};

	return path ? create(dev, &args) : -EINVAL;
}

int outspawn_template_fd(int dev, int execfd)
{
	struct spawn_template_create_args args = {
		.flags = SPAWN_TEMPLATE_CREATE_CLOEXEC,
		.execfd = execfd,
	};

	/* To the kernel -1 means "none given", and would be EINVAL. */
	return execfd >= 0 ? create(dev, &args) : -EBADF;
}

int outspawn_query(int tmpl, struct spawn_template_query *query)
{
	if (!query)
		return -EFAULT;

	/* An older module fills in what it knows. */
	memset(query, 0, sizeof(*query));
	return ioctl(tmpl, SPAWN_TEMPLATE_IOC_QUERY, query) < 0 ? -errno : 0;
}
