// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* The device: open it, and ask the module what it can do. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "internal.h"

int outspawn_open(void)
{
	int fd = open(SPAWN_TEMPLATE_DEVICE, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	/* -EPERM is -1, which elsewhere means "no descriptor". */
	return errno == EPERM ? -EACCES : -errno;
}

int outspawn_info(int fd, struct spawn_template_info *info)
{
	if (!info)
		return -EFAULT;

	/* An older module fills in only the members that it knows. */
	memset(info, 0, sizeof(*info));
	if (fd < 0)
		return outspawn_i_no_fd(fd);
	return ioctl(fd, SPAWN_TEMPLATE_IOC_INFO, info) < 0 ? -errno : 0;
}
