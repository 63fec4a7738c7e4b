/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * identity.h - compare the identities of a file
 *
 * Plain C, so that the unit tests run the same code in user space.
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

/* The identity of a file at one time. */
struct identity {
	struct spawn_template_key key;
	/* False and 0 if the template denies writers. */
	bool counted; /* the filesystem counts the file's changes */
	__u64 change; /* the counter, or 0 */
};

/*
 * Compare two identities: device, inode, size, mode, owner, ctime, mtime,
 * change counter.
 *
 * Return: NULL if the identities are equal. Otherwise a constant string, the
 * name of the first part that differs ("size", "mode", ...).
 */
const char *identity_difference(const struct identity *a, const struct identity *b);

/*
 * Return true if every later change of the file will get another ctime. A
 * change may get the same ctime if the key's ctime is the present time: the
 * clock for file times does not move between ticks, and some filesystems round
 * times to seconds.
 *
 * @sec, @nsec: the ctime that the filesystem would store now
 */
bool identity_is_settled(const struct spawn_template_key *key, __s64 sec, __u32 nsec);

/* Return true if the key's ctime is later than a time. */
bool identity_is_after(const struct spawn_template_key *key, __s64 sec, __u32 nsec);

#endif /* OUTSPAWN_IDENTITY_H */
