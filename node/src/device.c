// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* device.c - the device's descriptor; may the module be used? */
#include <sys/prctl.h>

#include <linux/seccomp.h>

#include "native.h"

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
	fd = outspawn_open_shared();
	if (fd < 0)
		*why = "the device cannot be opened";
	return fd;
}
