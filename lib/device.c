// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* The device: open it, and ask the module what it can do. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

/* The shared descriptor gets the first free number from here on: few programs use them. */
#define HIGH_FD 200

/* The shared descriptor, and the device number to recognise the device by. */
static atomic_int shared = -1;
static _Atomic dev_t shared_rdev;

int outspawn_open(void)
{
	int fd = open(SPAWN_TEMPLATE_DEVICE, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	/* -EPERM is -1, which elsewhere means "no descriptor". */
	return errno == EPERM ? -EACCES : -errno;
}

static int is_shared_device(int fd)
{
	struct stat now;

	return fd >= 0 && !fstat(fd, &now) && S_ISCHR(now.st_mode) &&
	       now.st_rdev == atomic_load(&shared_rdev);
}

/*
 * Open the device at a high number, or at a lower one if RLIMIT_NOFILE is low,
 * but never at 0, 1 or 2: programs close these and expect to get them again.
 */
static int open_high(void)
{
	int low = outspawn_open(), high;

	if (low < 0)
		return low;
	high = fcntl(low, F_DUPFD_CLOEXEC, HIGH_FD);
	if (high < 0)
		high = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (high < 0)
		high = -errno;
	close(low);
	return high;
}

/*
 * If two threads open the device at the same time, one of them closes its
 * descriptor. A child of vfork(2) may set "shared" to a number that is the device
 * only in the child. Its parent then finds another file there, or none, and
 * opens the device.
 */
int outspawn_open_shared(void)
{
	int old = atomic_load(&shared), fresh, err;
	struct stat opened;

	if (is_shared_device(old))
		return old;
	fresh = open_high();
	if (fresh < 0)
		return fresh;
	if (fstat(fresh, &opened)) {
		err = -errno;
		close(fresh);
		return err;
	}
	atomic_store(&shared_rdev, opened.st_rdev);
	if (atomic_compare_exchange_strong(&shared, &old, fresh))
		return fresh;
	close(fresh);
	return is_shared_device(old) ? old : -EBADF;
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
