// SPDX-License-Identifier: GPL-2.0-only
/*
 * identity.c - is this still the same file?
 */
#ifndef __KERNEL__
#include <stddef.h>
#endif

#include "identity.h"

const char *identity_difference(const struct spawn_template_key *a,
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
