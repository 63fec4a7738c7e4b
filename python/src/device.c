// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * device.c - the device's descriptor; may the module be used?
 *
 * The descriptor stays open, because to open and close the device costs half of
 * what a small spawn saves. It works after fork, in all threads and with other
 * credentials. The program does not know of it, and may close it or put another
 * file at its number. So it is checked before each use, and never closed.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/seccomp.h>

#include "native.h"

/* The device gets the first free number from here on: few programs use them. */
#define HIGH_FD 200

/*
 * The device's descriptor, and the device number to recognise it by. The GIL
 * guards both.
 */
static int kept = -1;
static dev_t kept_rdev;

static bool is_device(int fd)
{
	struct stat now;

	return fd >= 0 && !fstat(fd, &now) && S_ISCHR(now.st_mode) && now.st_rdev == kept_rdev;
}

/*
 * Open the device at a high number, or at a lower one if RLIMIT_NOFILE is low,
 * but never at 0, 1 or 2: programs close these and expect to get them again.
 */
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
	if (high < 0 || fstat(high, &opened))
		return;
	kept_rdev = opened.st_rdev;
	kept = high;
}

static bool is_set(const char *name)
{
	const char *word = secure_getenv(name);

	return word && *word && strcmp(word, "0");
}

int device_open(const char **why)
{
	if (is_set("OUTSPAWN_DISABLE")) {
		*why = "OUTSPAWN_DISABLE is set";
		return -1;
	}
	/*
	 * The filter may allow what fork and exec need, and deny the system
	 * calls that the module asks it about.
	 */
	if (prctl(PR_GET_SECCOMP) != SECCOMP_MODE_DISABLED) {
		*why = "a seccomp filter";
		return -1;
	}
	if (!is_device(kept))
		open_again();
	if (kept < 0)
		*why = "the device cannot be opened";
	return kept;
}

/*
 * The module copies one inheritable descriptor at a time, and fork copies whole
 * tables. From about 500 on that costs more than the rest of a spawn saves. To
 * count them would cost more still. So look at a few numbers, the highest first:
 * few programs have it.
 */
bool device_many_inheritable(void)
{
	static const int numbers[] = { 511, 383, 255, 127 };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (fcntl(numbers[i], F_GETFD) != 0)
			return false;
	return true;
}
