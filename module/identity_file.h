/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * identity_file.h - read the identity of a file from the file system
 */
#ifndef OUTSPAWN_IDENTITY_FILE_H
#define OUTSPAWN_IDENTITY_FILE_H

#include <linux/time64.h>
#include <linux/types.h>

#include "identity.h"

struct file;
struct path;

/*
 * Read the identity of the file at a path. Does not call the LSM's getattr
 * hook: execve(2) does not call it either. A caller that is shown the key must
 * pass template_describe(). Sleeps.
 *
 * @writable: the file may be written to while the template lives
 * @settled: set to true if every later write will show in a later identity
 * Return: 0 or the errno of the file system.
 */
int identity_file_read(const struct path *path, bool writable, struct identity *identity,
		       bool *settled);

/*
 * Read the identity of a file that may be written to. If only coarse times show
 * a write, wait until the next write must get another ctime. Then read the
 * identity again, because the file may have been written to during the wait.
 * Sleeps.
 *
 * @ahead: set to true if the ctime is in the future
 * Return: 0; -ETXTBSY if the file is open for writing, or changes again and
 * again;
 * -EINTR if current is being killed; or the errno of the file system.
 */
int identity_file_read_settled(struct file *file, struct identity *identity, bool *ahead);

/* Return the time that the file system would store as the file's ctime now. */
struct timespec64 identity_file_clock(const struct path *path);

#endif /* OUTSPAWN_IDENTITY_FILE_H */
