// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * internals_file.c - kernel calls about files: descriptor tables, opening,
 * change counters
 */
#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/fsnotify.h>
#include <linux/iversion.h>
#include <linux/lockdep.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/openat2.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/version.h>

#include "internals.h"
#include "internals_functions.h"

/*
 * A table with no descriptors, for dup_fd() to copy. No task ever has this
 * table, and nothing writes it.
 */
static struct files_struct empty_files = {
	.count = ATOMIC_INIT(1),
	RCU_POINTER_INITIALIZER(fdt, &empty_files.fdtab),
	.fdtab = {
		.max_fds = NR_OPEN_DEFAULT,
		.fd = &empty_files.fd_array[0],
		.close_on_exec = empty_files.close_on_exec_init,
		.open_fds = empty_files.open_fds_init,
		.full_fds_bits = empty_files.full_fds_bits_init,
	},
	.file_lock = __SPIN_LOCK_UNLOCKED(empty_files.file_lock),
	.resize_wait = __WAIT_QUEUE_HEAD_INITIALIZER(empty_files.resize_wait),
};

/*
 * The cache of struct files_struct, or NULL if it is not known. Only
 * internals_init() writes it.
 */
static struct kmem_cache *files_cache;

/* The BTF has no types of variables. Compare the size of the cache's objects. */
void internals_set_files_cache(struct kmem_cache *const *cache)
{
	if (cache && *cache && internals_has(ALLOC_FDTABLE) &&
	    kmem_cache_size(*cache) >= sizeof(struct files_struct))
		files_cache = *cache;
}

/* Allocate the arrays of a table with more room than struct files_struct has. */
static struct fdtable *alloc_arrays(unsigned int room)
{
	struct fdtable *fdt = static_call(os_alloc_fdtable)(room);

	/* Older stable kernels return NULL, and give less room above nr_open. */
	if (IS_ERR_OR_NULL(fdt))
		return fdt ?: ERR_PTR(-ENOMEM);
	if (fdt->max_fds < room) {
		kvfree(fdt->fd);
		kvfree(fdt->open_fds);
		kfree(fdt);
		return ERR_PTR(-EMFILE);
	}
	/* alloc_fdtable() rounds up to a power of two. The rest is not needed. */
	fdt->max_fds = ALIGN(room, BITS_PER_LONG);
	bitmap_zero(fdt->open_fds, fdt->max_fds);
	bitmap_zero(fdt->close_on_exec, fdt->max_fds);
	bitmap_zero(fdt->full_fds_bits, BITS_TO_LONGS(fdt->max_fds));
	return fdt;
}

/*
 * spin_lock_init() has given the locks classes of this module. The table may
 * outlive the module. So take the classes of current's table, which are the
 * kernel's.
 */
static void set_lock_classes(struct files_struct *files)
{
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	struct files_struct *from = current->files;

	lockdep_copy_map(&files->file_lock.dep_map, &from->file_lock.dep_map);
	lockdep_copy_map(&files->resize_wait.lock.dep_map, &from->resize_wait.lock.dep_map);
#endif
}

/*
 * Make a table with no descriptors, as dup_fd() does. dup_fd() would also copy
 * the NULL pointers, one by one.
 */
static struct files_struct *alloc_files(unsigned int room, int node)
{
	struct files_struct *files;
	struct fdtable *fdt;

	files = kmem_cache_alloc_node(files_cache, GFP_KERNEL | __GFP_ZERO, node);
	if (!files)
		return ERR_PTR(-ENOMEM);
	atomic_set(&files->count, 1);
	spin_lock_init(&files->file_lock);
	init_waitqueue_head(&files->resize_wait);
	set_lock_classes(files);
	fdt = &files->fdtab;
	fdt->max_fds = NR_OPEN_DEFAULT;
	fdt->close_on_exec = files->close_on_exec_init;
	fdt->open_fds = files->open_fds_init;
	fdt->full_fds_bits = files->full_fds_bits_init;
	fdt->fd = &files->fd_array[0];
	if (room > NR_OPEN_DEFAULT) {
		fdt = alloc_arrays(room);
		if (IS_ERR(fdt)) {
			kmem_cache_free(files_cache, files);
			return ERR_CAST(fdt);
		}
	}
	RCU_INIT_POINTER(files->fdt, fdt);
	return files;
}

static struct files_struct *copy_files(struct files_struct *from)
{
	struct files_struct *files;
	int error = -ENOMEM;

	if (internals_shape[DUP_FD] == DUP_FD_RANGE)
		return static_call(os_dup_fd_range)(from, NULL);
	files = static_call(os_dup_fd_error)(from, INT_MAX, &error);
	return files ?: ERR_PTR(error);
}

/*
 * A table for dup_fd() to copy. Its last number is marked open and has no file,
 * as if another thread were about to install one there. dup_fd() gives its copy
 * as much room, and clears the mark in the copy.
 */
struct roomy_files {
	struct files_struct files;
	/* NULL for each number; after them the bitmap of open numbers. */
	struct file *none[];
};

struct files_struct *ki_new_files(unsigned int room, int node)
{
	unsigned int count = ALIGN(room, BITS_PER_LONG);
	struct roomy_files *roomy;
	struct files_struct *files;
	struct fdtable *fdt;

	if (files_cache)
		return alloc_files(room, node);
	if (room <= NR_OPEN_DEFAULT)
		return copy_files(&empty_files);
	/* Without __GFP_NOWARN kvzalloc() warns about a size above INT_MAX. */
	roomy = kvzalloc(struct_size(roomy, none, count) + count / BITS_PER_BYTE,
			 GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!roomy)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&roomy->files.file_lock);
	fdt = &roomy->files.fdtab;
	fdt->max_fds = count;
	fdt->fd = (struct file __rcu **)roomy->none;
	fdt->open_fds = (unsigned long *)(roomy->none + count);
	__set_bit(count - 1, fdt->open_fds);
	/*
	 * The NULL pointers are two empty bitmaps as well: no number is
	 * close-on-exec, and no word of open_fds is full.
	 */
	fdt->close_on_exec = (unsigned long *)roomy->none;
	fdt->full_fds_bits = (unsigned long *)roomy->none;
	RCU_INIT_POINTER(roomy->files.fdt, fdt);
	files = copy_files(&roomy->files);
	kvfree(roomy);
	return files;
}

void ki_put_files(struct files_struct *files)
{
	static_call(os_put_files)(files);
}

int ki_alloc_fd(unsigned int start, unsigned int end, unsigned int flags)
{
	return static_call(os_alloc_fd)(start, end, flags);
}

int ki_replace_fd(unsigned int fd, struct file *file, unsigned int flags)
{
	int err = static_call(os_replace_fd)(fd, file, flags);

	/* As dup3(2) does: EBADF also if fd is above the table's own limit. */
	return err == -EMFILE ? -EBADF : min(err, 0);
}

void ki_audit_how(const struct open_how *how)
{
#ifdef CONFIG_AUDITSYSCALL
	struct open_how copy = *how;

	if (!audit_dummy_context())
		static_call(os_audit_openat2)(&copy);
#endif
}

struct file *ki_open(int dfd, struct filename *name, const struct open_how *asked)
{
	struct open_how how = *asked;
	struct open_flags flags;
	struct file *file;
	int err;

	if (!(how.flags & O_PATH) && force_o_largefile())
		how.flags |= O_LARGEFILE;
	err = static_call(os_build_open_flags)(&how, &flags);
	if (err)
		return ERR_PTR(err);
	file = static_call(os_file_open)(dfd, name, &flags);
	if (!IS_ERR(file))
		ki_notify_open(file);
	return file;
}

int ki_deny_write(struct file *file)
{
#ifdef FMODE_FSNOTIFY_HSM
	return exe_file_deny_write_access(file);
#else
	return deny_write_access(file);
#endif
}

void ki_allow_write(struct file *file)
{
#ifdef FMODE_FSNOTIFY_HSM
	exe_file_allow_write_access(file);
#else
	allow_write_access(file);
#endif
}

/*
 * XFS counts every change of the inode on the disk. That includes a read that
 * sets the atime, and the allocation of blocks when data is written back. A
 * stacked file system (overlayfs) passes on the counter of the file system
 * below, which may be XFS.
 */
static bool counts_only_changes(const struct super_block *sb)
{
	return sb->s_magic != XFS_SUPER_MAGIC && !sb->s_stack_depth;
}

int ki_getattr_change(const struct path *path, struct kstat *stat, struct ki_change *change)
{
	struct inode *inode = d_inode(path->dentry);
	int err;

	*change = (struct ki_change) {};
#ifdef STATX_CHANGE_COOKIE
	/* From 6.3 on. Network file systems return the server's counter. */
	err = vfs_getattr_nosec(path, stat, STATX_BASIC_STATS | STATX_CHANGE_COOKIE,
				AT_STATX_SYNC_AS_STAT);
	if (!err && (stat->result_mask & STATX_CHANGE_COOKIE)) {
		change->counted = true;
		change->counter = stat->change_cookie;
	}
#else
	err = vfs_getattr_nosec(path, stat, STATX_BASIC_STATS, AT_STATX_SYNC_AS_STAT);
	if (!err && IS_I_VERSION(inode)) {
		change->counted = true;
		change->counter = inode_query_iversion(inode);
	}
#endif
	if (!counts_only_changes(inode->i_sb))
		*change = (struct ki_change) {};
#ifdef FS_MGTIME
	/* generic_fillattr() marks the ctime as read: the next is finer. */
	change->fine_times = is_mgtime(inode) && inode->i_sb->s_time_gran == 1;
#endif
	return err;
}

void ki_notify_open(struct file *file)
{
#if KERNEL_VERSION(6, 5, 0) > LINUX_VERSION_CODE
	/* Since 6.5 do_dentry_open() notifies; before, open(2) and exec. */
	fsnotify_open(file);
#endif
}

struct file *ki_open_unseen(const struct path *path, int flags)
{
	if (internals_shape[OPEN_UNSEEN] == OPEN_BY_FLAG)
		flags |= NONOTIFY_FLAG;
	return static_call(os_open_unseen)(path, flags, current_cred());
}

bool ki_mount_is_ours(const struct path *path)
{
	return static_call(os_our_mnt)(path->mnt);
}

int ki_name_begin(struct ki_name *name, const char *path)
{
	if (audit_dummy_context()) {
		memset(&name->own, 0, sizeof(name->own));
		name->own.name = path;
		name->name = &name->own;
		return 0;
	}
	name->name = getname_kernel(path);
	return PTR_ERR_OR_ZERO(name->name);
}

void ki_name_end(struct ki_name *name)
{
	if (name->name != &name->own)
		putname(name->name);
}

static int look_up(struct filename *name, struct path *path)
{
	unsigned int flags = LOOKUP_FOLLOW | LOOKUP_AUTOMOUNT;

	if (internals_shape[PATH_LOOKUP] == ROOT_CONST)
		return static_call(os_path_lookup_const)(AT_FDCWD, name, flags, path, NULL);
	return static_call(os_path_lookup)(AT_FDCWD, name, flags, path, NULL);
}

int ki_find_path(const char *string, struct path *path)
{
	struct ki_name name;
	int err;

	err = ki_name_begin(&name, string);
	if (err)
		return err;
	err = look_up(name.name, path);
	ki_name_end(&name);
	return err;
}

/*
 * The kernel's mount_lock, or NULL if it is not known. Only internals_init()
 * writes it.
 */
static const seqlock_t *mount_lock;

void internals_set_mount_lock(const seqlock_t *lock)
{
	mount_lock = lock;
}

unsigned int ki_mount_seq(void)
{
	return mount_lock ? raw_read_seqcount(&mount_lock->seqcount) : 1;
}

bool ki_is_root(const struct path *path)
{
	struct fs_struct *fs = current->fs;
	bool same;

#ifdef OUTSPAWN_FS_SEQLOCK
	read_seqlock_excl(&fs->seq);
	same = path_equal(path, &fs->root);
	read_sequnlock_excl(&fs->seq);
#else
	spin_lock(&fs->lock);
	same = path_equal(path, &fs->root);
	spin_unlock(&fs->lock);
#endif
	return same;
}

bool ki_may_search(const struct path *dir)
{
	/* rmdir(2) sets d_inode to NULL. Read it once, unlike path_permission(). */
	struct inode *inode = d_inode_rcu(dir->dentry);

	if (!inode)
		return false;
#if KERNEL_VERSION(6, 3, 0) > LINUX_VERSION_CODE
	return !inode_permission(mnt_user_ns(dir->mnt), inode, MAY_EXEC | MAY_NOT_BLOCK);
#else
	return !inode_permission(mnt_idmap(dir->mnt), inode, MAY_EXEC | MAY_NOT_BLOCK);
#endif
}

void ki_set_pwd(const struct path *path)
{
	static_call(os_set_pwd)(current->fs, path);
}
