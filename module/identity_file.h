/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * identity_file.h - the identity of a file, read from the file system
 */
#ifndef OUTSPAWN_IDENTITY_FILE_H
#define OUTSPAWN_IDENTITY_FILE_H

#include <linux/time64.h>
#include <linux/types.h>

#include "identity.h"

struct file;
struct path;

/*
 * Read the identity of the file at a path. Without the LSM's getattr hook:
 * execve(2) does not ask that hook either. A caller that is shown the key must
 * pass template_describe().
 *
 * @writable: the file may be written to while the template lives
 * @settled: set to whether any write from now on shows in a later identity
 */
int identity_file_read(const struct path *path, bool writable, struct identity *identity,
		       bool *settled);

/*
 * The same. Where only coarse times show a write, wait until the next write must
 * get another ctime, and read the identity again, because the file may have been
 * written to meanwhile.
 *
 * @ahead: set to whether the ctime is in the future
 */
int identity_file_read_settled(struct file *file, struct identity *identity, bool *ahead);

/* The time that the file system would write down as a file's ctime now. */
struct timespec64 identity_file_clock(const struct path *path);

#endif /* OUTSPAWN_IDENTITY_FILE_H */
