// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * identity_file.c - read the identity of a file from the file system
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/stat.h>
#include <linux/timekeeping.h>

#include "identity_file.h"
#include "internals.h"

static struct spawn_template_key key_of(const struct kstat *stat)
{
	return (struct spawn_template_key) {
		.dev_major = MAJOR(stat->dev),
		.dev_minor = MINOR(stat->dev),
		.ino = stat->ino,
		.size = stat->size,
		.mode = stat->mode,
		.uid = __kuid_val(stat->uid),
		.gid = __kgid_val(stat->gid),
		.ctime_sec = stat->ctime.tv_sec,
		.ctime_nsec = stat->ctime.tv_nsec,
		.mtime_sec = stat->mtime.tv_sec,
		.mtime_nsec = stat->mtime.tv_nsec,
	};
}

int identity_file_read(const struct path *path, bool writable, struct identity *identity,
		       bool *settled)
{
	struct ki_change change = {};
	struct kstat stat;
	int err;

	if (writable)
		err = ki_getattr_change(path, &stat, &change);
	else
		err = vfs_getattr_nosec(path, &stat, STATX_BASIC_STATS, AT_STATX_SYNC_AS_STAT);
	if (err)
		return err;
	*identity = (struct identity) {
		.key = key_of(&stat),
		.counted = change.counted,
		.change = change.counter,
	};
	*settled = !writable || change.counted || change.fine_times;
	return 0;
}

struct timespec64 identity_file_clock(const struct path *path)
{
	struct timespec64 now;

	ktime_get_coarse_real_ts64(&now);
	return timestamp_truncate(now, d_inode(path->dentry));
}

/*
 * In seconds. A ctime this far ahead of the clock is not the result of
 * rounding.
 */
#define NEAR_FUTURE 2

/*
 * Wait until the clock has passed a ctime, at most for some seconds. Do not
 * wait if the ctime is NEAR_FUTURE or more ahead: then the clock was set back.
 *
 * Return: 0; 1 if the ctime is in the future; -EINTR if current is being
 * killed.
 */
static int wait_for_clock(const struct path *path, const struct spawn_template_key *key)
{
	struct timespec64 now = identity_file_clock(path);

	while (!identity_is_settled(key, now.tv_sec, now.tv_nsec)) {
		if (key->ctime_sec >= now.tv_sec + NEAR_FUTURE)
			return 1;
		/*
		 * Only a fatal signal: a restarted call would ask the caller's
		 * filters again.
		 */
		if (fatal_signal_pending(current))
			return -EINTR;
		set_current_state(TASK_KILLABLE | TASK_FREEZABLE);
		schedule_timeout(1);
		now = identity_file_clock(path);
	}
	return 0;
}

/*
 * Read the identity of a file that may be written to, while writers are denied.
 * A write(2) sets the times before it copies the data. Otherwise the times of
 * an unfinished write would be in this identity, but its data would change the
 * file later.
 */
static int read_quiet_identity(struct file *file, struct identity *identity, bool *settled)
{
	int err = ki_deny_write(file);

	if (err)
		return err;
	err = identity_file_read(&file->f_path, true, identity, settled);
	ki_allow_write(file);
	return err;
}

/* If a file changes during so many waits, it is being written to. */
#define MAX_WAITS 3

int identity_file_read_settled(struct file *file, struct identity *identity, bool *ahead)
{
	struct identity before;
	bool settled;
	int i, err;

	*ahead = false;
	err = read_quiet_identity(file, identity, &settled);
	for (i = 0; !err && !settled && i < MAX_WAITS; i++) {
		before = *identity;
		err = wait_for_clock(&file->f_path, &before.key);
		if (err < 0)
			break;
		*ahead = err;
		err = read_quiet_identity(file, identity, &settled);
		settled |= !identity_difference(&before, identity);
	}
	if (err)
		return err;
	return settled ? 0 : -ETXTBSY;
}
