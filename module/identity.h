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

/* What was read of a file at one time. */
struct identity {
	struct spawn_template_key key;
	/* Only of a file that may be written to; else false and 0. */
	bool counted; /* the filesystem counts the file's changes */
	__u64 change; /* the counter, or 0 */
};

/*
 * Compare two identities: device, inode, size, mode, owner, ctime, mtime, change
 * counter.
 *
 * Return: NULL if they are equal, else the name of the first part in which
 * they differ ("size", "mode", ...), a constant string.
 */
const char *identity_difference(const struct identity *a, const struct identity *b);

/*
 * Will a change of the file from now on show in its ctime? Not if the ctime in
 * the key is the present one: the clock of files stands still between ticks, and
 * some filesystems round times to seconds.
 *
 * @sec, @nsec: what the filesystem would write down as ctime now
 */
bool identity_is_settled(const struct spawn_template_key *key, __s64 sec, __u32 nsec);

/* Is the key's ctime later than a time? */
bool identity_is_after(const struct spawn_template_key *key, __s64 sec, __u32 nsec);

#endif /* OUTSPAWN_IDENTITY_H */
