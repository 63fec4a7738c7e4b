// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * device.c - the device's descriptor; may the module be used?
 *
 * The descriptor stays open, and all threads of the process share it. The
 * program does not know of it, and may close it or put another file at its
 * number. So it is checked before each use, and never closed.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/seccomp.h>

#include "native.h"

/* The device gets the first free number from here on: few programs use them. */
#define HIGH_FD 200

/* The device's descriptor, and the device number to recognise it by. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards both */
static int kept = -1;
static dev_t kept_rdev;

static bool is_device(int fd)
{
	struct stat now;

	return fd >= 0 && !fstat(fd, &now) && S_ISCHR(now.st_mode) && now.st_rdev == kept_rdev;
}

/* Open the device at a high number, or at a lower one if RLIMIT_NOFILE is low. */
static void open_again(void)
{
	int low = outspawn_open(), high;
	struct stat opened;

	kept = -1;
	if (low < 0)
		return;
	high = fcntl(low, F_DUPFD_CLOEXEC, HIGH_FD);
	if (high < 0)
		high = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	close(low);
	if (high < 0)
		return;
	if (fstat(high, &opened)) {
		close(high);
		return;
	}
	kept_rdev = opened.st_rdev;
	kept = high;
}

int device_open(const char **why)
{
	int fd;

	/*
	 * The filter may allow what fork and exec need, and deny the system
	 * calls that the module asks it about.
	 */
	if (prctl(PR_GET_SECCOMP) != SECCOMP_MODE_DISABLED) {
		*why = "a seccomp filter";
		return -1;
	}
	pthread_mutex_lock(&lock);
	if (!is_device(kept))
		open_again();
	fd = kept;
	pthread_mutex_unlock(&lock);
	if (fd < 0)
		*why = "the device cannot be opened";
	return fd;
}
