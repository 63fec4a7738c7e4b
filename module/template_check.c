// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * template_check.c - check whether current may use a template, and whether it
 * is stale
 */
#include <linux/audit.h>
#include <linux/fs.h>
#include <linux/path.h>

#include "identity_file.h"
#include "internals.h"
#include "template.h"
#include "template_check.h"

/*
 * Check that the template's path still names its file, on the same mount. If
 * the path names no file, the template is stale. Other errors of the look-up
 * are current's own, as for execve(2): current may have no right to search a
 * directory.
 */
static int check_path(struct template *tmpl)
{
	const struct path *pinned = &tmpl->file->f_path;
	unsigned int mounts = path_chain_begin();
	struct path path;
	int err;

	/* The audit log gets a record of each look-up. */
	if (audit_dummy_context() && path_chain_holds(&tmpl->chain))
		return 0;
	err = ki_find_path(tmpl->path, &path);
	switch (err) {
	case 0:
		break;
	case -ENOENT:
	case -ENOTDIR:
	case -ELOOP:
		return -ESTALE;
	default:
		return err;
	}
	if (path.mnt != pinned->mnt || d_inode(path.dentry) != d_inode(pinned->dentry))
		err = -ESTALE;
	/* The template holds the pinned dentry, not that of another hard link. */
	if (!err && path.dentry == pinned->dentry)
		path_chain_record(&tmpl->chain, tmpl->path, &path, mounts);
	path_put(&path);
	return err;
}

/*
 * The path must still name the file if the template was made from the path, or
 * if an interpreter will open the path.
 */
static bool path_counts(const struct template *tmpl)
{
	return tmpl->by_path || (tmpl->reachable && tmpl->by_interpreter);
}

/*
 * Check that the file has not changed. If the ctime was in the future, a write
 * may get the same ctime once the clock has come to it. From then on the
 * template is stale, because a change may not show.
 *
 * @path: the file; its mount may be another than the pinned one
 */
static int check_file(const struct template *tmpl, const struct path *path)
{
	struct identity identity;
	struct timespec64 now;
	bool settled;
	int err;

	err = identity_file_read(path, !tmpl->deny_write, &identity, &settled);
	if (err)
		return err;
	if (identity_difference(&tmpl->identity, &identity))
		return -ESTALE;
	if (!tmpl->ahead || settled)
		return 0;
	now = identity_file_clock(path);
	return identity_is_after(&identity.key, now.tv_sec, now.tv_nsec) ? 0 : -ESTALE;
}

int template_check_fresh(struct template *tmpl)
{
	int err = check_file(tmpl, &tmpl->file->f_path);

	if (!err && path_counts(tmpl))
		err = check_path(tmpl);
	return err;
}

int template_begin_exec(const struct template *tmpl)
{
	int err;

	if (tmpl->deny_write)
		return 0;
	err = ki_deny_write(tmpl->file);
	if (err)
		return err;
	err = check_file(tmpl, &tmpl->file->f_path);
	if (err)
		ki_allow_write(tmpl->file);
	return err;
}

void template_end_exec(const struct template *tmpl)
{
	if (!tmpl->deny_write)
		ki_allow_write(tmpl->file);
}

int template_check(struct template *tmpl)
{
	if (!owner_is_current(&tmpl->owner))
		return -EACCES;
	return template_check_fresh(tmpl);
}

bool template_is_foreign(const struct template *tmpl)
{
	/* A template made from a path always has its path looked up again. */
	return !ki_mount_is_ours(&tmpl->file->f_path) && (tmpl->by_path || !tmpl->foreign);
}

int template_find(const struct template *tmpl, struct path *path)
{
	int err;

	if (!tmpl->reachable)
		return -ESTALE;
	err = ki_find_path(tmpl->path, path);
	if (err)
		return err;
	if (d_inode(path->dentry) == file_inode(tmpl->file))
		err = check_file(tmpl, path);
	else
		err = -ESTALE;
	if (err)
		path_put(path);
	return err;
}
