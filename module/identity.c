// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * identity.c - compare the identities of a file
 */
#ifndef __KERNEL__
#include <stddef.h>
#endif

#include "identity.h"

static const char *key_difference(const struct spawn_template_key *a,
				  const struct spawn_template_key *b)
{
	if (a->dev_major != b->dev_major || a->dev_minor != b->dev_minor)
		return "device";
	if (a->ino != b->ino)
		return "inode";
	if (a->size != b->size)
		return "size";
	if (a->mode != b->mode)
		return "mode";
	if (a->uid != b->uid || a->gid != b->gid)
		return "owner";
	if (a->ctime_sec != b->ctime_sec || a->ctime_nsec != b->ctime_nsec)
		return "ctime";
	if (a->mtime_sec != b->mtime_sec || a->mtime_nsec != b->mtime_nsec)
		return "mtime";
	return NULL;
}

const char *identity_difference(const struct identity *a, const struct identity *b)
{
	const char *part = key_difference(&a->key, &b->key);

	if (!part && (a->counted != b->counted || a->change != b->change))
		part = "change counter";
	return part;
}

/* In seconds: the coarsest rounding of times by any filesystem, FAT. */
#define LONGEST_GRAIN 2

bool identity_is_settled(const struct spawn_template_key *key, __s64 sec, __u32 nsec)
{
	/*
	 * FAT rounds times to two seconds, but its s_time_gran says one
	 * nanosecond. So assume that a ctime of a whole second was rounded.
	 */
	if (!key->ctime_nsec)
		return sec >= key->ctime_sec + LONGEST_GRAIN;
	return sec > key->ctime_sec || (sec == key->ctime_sec && nsec > key->ctime_nsec);
}

bool identity_is_after(const struct spawn_template_key *key, __s64 sec, __u32 nsec)
{
	return key->ctime_sec > sec || (key->ctime_sec == sec && key->ctime_nsec > nsec);
}
