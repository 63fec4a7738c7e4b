// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * exec_file.c - open a file to execute it
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/stat.h>

#include "exec_file.h"
#include "internals.h"

struct file *exec_file_open(const struct path *path)
{
	umode_t mode = d_inode(path->dentry)->i_mode;
	struct file *file;
	int err;

	/*
	 * An O_PATH | O_NOFOLLOW descriptor of a link: ELOOP as may_open() in
	 * fs/namei.c.
	 */
	if (S_ISLNK(mode))
		return ERR_PTR(-ELOOP);
	if (!S_ISREG(mode))
		return ERR_PTR(-EACCES);
	if ((path->mnt->mnt_flags & MNT_NOEXEC) ||
	    (path->mnt->mnt_sb->s_iflags & SB_I_NOEXEC))
		return ERR_PTR(-EACCES);
	err = path_permission(path, MAY_EXEC | MAY_OPEN);
	if (err)
		return ERR_PTR(err);
	file = dentry_open(path, O_RDONLY | O_LARGEFILE | __FMODE_EXEC, current_cred());
	if (IS_ERR(file)) {
		/* As path_openat() in fs/namei.c: NFS and SMB return EOPENSTALE. */
		return file == ERR_PTR(-EOPENSTALE) ? ERR_PTR(-ESTALE) : file;
	}
	ki_notify_open(file);
	return file;
}
