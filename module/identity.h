/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * identity.h - is this still the same file?
 *
 * Plain C, also built in user space for the unit tests.
 */
#ifndef OUTSPAWN_IDENTITY_H
#define OUTSPAWN_IDENTITY_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#endif

#include "spawn_template.h"

/*
 * Compare two identity keys: device, inode, size, mode, owner, ctime, mtime.
 *
 * Return: NULL if they are equal, else the name of the first part in which
 * they differ ("size", "mode", ...), a constant string.
 */
const char *identity_difference(const struct spawn_template_key *a,
				const struct spawn_template_key *b);

#endif /* OUTSPAWN_IDENTITY_H */
