// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * internals_exec.c - the steps of exec, in both of its eras
 *
 * do_execveat_common() in fs/exec.c allocates a bprm, fills it with strings and
 * executes it. Since 6.8 alloc_bprm() opens the program's file; before that
 * bprm_execve() did. internals_exec_era tells which, and the functions here
 * hide the difference.
 */
#include <linux/binfmts.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <linux/version.h>

#include "internals.h"
#include "internals_functions.h"

int ki_exec_check_nproc(void)
{
	if ((current->flags & PF_NPROC_EXCEEDED) &&
	    static_call(os_rlimit_over)(current_ucounts(), UCOUNT_RLIMIT_NPROC,
					rlimit(RLIMIT_NPROC)))
		return -EAGAIN;
	current->flags &= ~PF_NPROC_EXCEEDED;
	return 0;
}

/* flags: AT_EMPTY_PATH or 0. */
static struct linux_binprm *alloc_bprm(int fd, struct filename *name, int flags)
{
	if (internals_exec_era == ALLOC_OPENS)
		return static_call(os_alloc_bprm_opens)(fd, name, flags);
	return static_call(os_alloc_bprm)(fd, name);
}

struct linux_binprm *ki_alloc_bprm_path(struct filename *name)
{
	return alloc_bprm(AT_FDCWD, name, 0);
}

int ki_bprm_execve_path(struct linux_binprm *bprm, struct filename *name)
{
	if (internals_exec_era == ALLOC_OPENS)
		return static_call(os_bprm_execve)(bprm);
	return static_call(os_bprm_execve_opens)(bprm, AT_FDCWD, name, 0);
}

/*
 * exec takes the file from descriptor fd only if the name is empty. But the
 * audit log holds the struct filename, and writes its name when the system call
 * ends. So the name is empty only while exec opens the file.
 */
static const char *begin_empty(struct filename *name)
{
	const char *string = name->name;

	name->name = "";
	return string;
}

static void end_empty(struct filename *name, const char *string)
{
	name->name = string;
}

struct linux_binprm *ki_alloc_bprm(int fd, struct filename *name, bool interpretable)
{
	const char *string = begin_empty(name);
	struct linux_binprm *bprm = alloc_bprm(fd, name, AT_EMPTY_PATH);

	end_empty(name, string);
	if (IS_ERR(bprm))
		return bprm;
	/*
	 * alloc_bprm() named the file /dev/fd/N. Replace that by the file's
	 * path, for comm, AT_EXECFN and interpreters.
	 */
	kfree(bprm->fdpath);
	bprm->fdpath = NULL;
	bprm->filename = string;
	bprm->interp = string;
	/* Can a script's interpreter open the file by this path? */
	if (interpretable)
		bprm->interp_flags &= ~BINPRM_FLAGS_PATH_INACCESSIBLE;
	else
		bprm->interp_flags |= BINPRM_FLAGS_PATH_INACCESSIBLE;
#ifdef OUTSPAWN_COMM_FROM_DENTRY
	bprm->comm_from_dentry = 0;
#endif
	return bprm;
}

int ki_bprm_execve(struct linux_binprm *bprm, int fd, struct filename *name)
{
	const char *string;
	int err;

	if (internals_exec_era == ALLOC_OPENS)
		return static_call(os_bprm_execve)(bprm);
	string = begin_empty(name);
	err = static_call(os_bprm_execve_opens)(bprm, fd, name, AT_EMPTY_PATH);
	end_empty(name, string);
	return err;
}

void ki_free_bprm(struct linux_binprm *bprm)
{
	static_call(os_free_bprm)(bprm);
}

void ki_notify_exec(struct file *file)
{
	/* Before 6.5 exec did not notify if it had the file by its number. */
	ki_notify_open(file);
}

long ki_get_stack_pages(struct linux_binprm *bprm, unsigned long start, unsigned long count,
			struct page **pages)
{
	struct mm_struct *mm = bprm->mm;
	long got;

	mmap_read_lock(mm);
#if KERNEL_VERSION(6, 5, 0) > LINUX_VERSION_CODE
	got = get_user_pages_remote(mm, start, count, FOLL_WRITE, pages, NULL, NULL);
#else
	got = get_user_pages_remote(mm, start, count, FOLL_WRITE, pages, NULL);
#endif
	mmap_read_unlock(mm);
	return got;
}
