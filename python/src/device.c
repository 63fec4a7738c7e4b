// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* device.c - the device's descriptor; may the module be used? */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include <linux/seccomp.h>

#include "native.h"

static bool is_set(const char *name)
{
	const char *word = secure_getenv(name);

	return word && *word && strcmp(word, "0");
}

int device_open(const char **why)
{
	int fd;

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
	fd = outspawn_open_shared();
	if (fd < 0)
		*why = "the device cannot be opened";
	return fd;
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
