// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * actions_run.c - the actions of a spawn, run in the child
 */
#include <linux/close_range.h>
#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "actions.h"
#include "arch.h"
#include "fds.h"
#include "internals.h"
#include "signals.h"
#include "step.h"
#include "syscalls.h"

/* Did one of the first n actions close number fd? */
static bool closed_before(const struct actions *actions, u32 n, int fd)
{
	u32 i;

	for (i = 0; i < n; i++) {
		const struct action *a = &actions->list[i];

		if (a->type == SPAWN_TEMPLATE_ACTION_CLOSE && a->fd == fd)
			return true;
		if (a->type == SPAWN_TEMPLATE_ACTION_CLOSE_RANGE &&
		    !(a->flags & CLOSE_RANGE_CLOEXEC) && a->fd <= fd &&
		    (a->newfd == -1 || a->newfd >= fd))
			return true;
	}
	return false;
}

/*
 * Return what action n means by its fd: the child's descriptor, or else the
 * caller's unless an action closed that number. A reference, or NULL.
 */
static struct file *file_of(const struct actions *actions, u32 n)
{
	const struct action *a = &actions->list[n];
	struct file *file = fget_raw(a->fd);

	if (file)
		return file;
	if (!a->file || closed_before(actions, n, a->fd))
		return NULL;
	return get_file(a->file);
}

static int run_close(const struct actions *actions, u32 n)
{
	const struct action *a = &actions->list[n];
	struct file *file = fget_raw(a->fd);

	if (file) {
		fput(file);
		return close_fd(a->fd);
	}
	return a->existed && !closed_before(actions, n, a->fd) ? 0 : -EBADF;
}

static int run_dup2(const struct actions *actions, u32 n)
{
	const struct action *a = &actions->list[n];
	struct file *file = file_of(actions, n);
	int err;

	if (!file)
		return -EBADF;
	err = ki_replace_fd(a->newfd, file, a->flags);
	fput(file);
	return err;
}

static int run_fchdir(const struct actions *actions, u32 n)
{
	struct file *file = file_of(actions, n);
	int err = -ENOTDIR;

	if (!file)
		return -EBADF;
	if (d_can_lookup(file->f_path.dentry)) {
		err = file_permission(file, MAY_EXEC | MAY_CHDIR);
		if (!err)
			ki_set_pwd(&file->f_path);
	}
	fput(file);
	return err;
}

/* Open a path that starts at number dfd of the child's table, or AT_FDCWD. */
static struct file *open_at(int dfd, const struct action *a)
{
	const struct action_open *open = a->open;
	struct ki_name name;
	struct file *file;
	int err;

	/* The audit record of openat(2) has its flags and mode as arguments. */
	if (a->call.nr == ARCH_NR(openat2))
		ki_audit_how(&open->how);
	/*
	 * An empty path names no file, as for openat2(2) before 7.3. There
	 * O_EMPTYPATH gives an empty path a meaning. A SYSCALL action of
	 * openat2(2) has that flag.
	 */
	if (!open->path[0])
		return ERR_PTR(-ENOENT);
	err = ki_name_begin(&name, open->path);
	if (err)
		return ERR_PTR(err);
	file = ki_open(dfd, name.name, &open->how);
	ki_name_end(&name);
	return file;
}

/* Open a path below a directory. It needs a number for the look-up. */
static struct file *open_below(struct file *dir, const struct action *a)
{
	int dfd = fds_place_cloexec(dir);
	struct file *file;

	if (dfd < 0)
		return ERR_PTR(dfd);
	file = open_at(dfd, a);
	close_fd(dfd);
	return file;
}

/* An absolute path needs a directory only if RESOLVE_* keeps it inside. */
static bool needs_directory(const struct action *a)
{
	if (a->fd == AT_FDCWD)
		return false;
	return a->open->path[0] != '/' ||
	       (a->open->how.resolve & (RESOLVE_IN_ROOT | RESOLVE_BENEATH));
}

static int run_open(const struct actions *actions, u32 n)
{
	const struct action *a = &actions->list[n];
	struct file *file, *dir = NULL;
	int err;

	/* Check newfd first: the open may create a file. */
	if (a->newfd < 0 || a->newfd >= rlimit(RLIMIT_NOFILE))
		return -EBADF;
	if (needs_directory(a)) {
		dir = file_of(actions, n);
		if (!dir)
			return -EBADF;
	}
	do {
		file = dir ? open_below(dir, a) : open_at(AT_FDCWD, a);
	} while (IS_ERR(file) && step_begin_again(PTR_ERR(file), &a->call));
	if (dir)
		fput(dir);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = ki_replace_fd(a->newfd, file, a->open->how.flags & O_CLOEXEC);
	fput(file);
	return err;
}

/*
 * If the child has no descriptor fd, lend it the caller's for the system call.
 *
 * @number: set to where the lent descriptor is, for close_fd(); -1 if none is
 * lent
 */
static int lend(const struct actions *actions, u32 n, int *number)
{
	const struct action *a = &actions->list[n];
	struct file *file;

	*number = -1;
	file = fget_raw(a->fd);
	if (file) {
		fput(file);
		return 0;
	}
	file = file_of(actions, n);
	/* Neither has a descriptor fd: the system call gives the error. */
	if (!file)
		return 0;
	*number = fds_place_cloexec_at(a->fd, file);
	fput(file);
	return min(*number, 0);
}

/* A killed child must not wait for a page: no second SIGKILL ends the wait. */
static int clear_pgrp_slot(s32 __user *slot)
{
	const s32 zero = 0;

	if (signals_dying())
		return copy_to_user_nofault(slot, &zero, sizeof(zero)) ? -EFAULT : 0;
	return put_user(zero, slot);
}

static long run_call(const struct actions *actions, u32 n)
{
	const struct action *a = &actions->list[n];
	struct call call = a->call;
	int number = -1;
	long ret;

	ret = a->lends ? lend(actions, n, &number) : 0;
	if (!ret)
		ret = syscalls_prepare(&call, actions->pgrp_slot);
	if (!ret)
		ret = step_do(&call);
	/* syscalls_prepare() changes only args[2], to point to the slot. */
	if (call.args[2] != a->call.args[2] && clear_pgrp_slot(actions->pgrp_slot) && !ret)
		ret = -EFAULT;
	if (number >= 0)
		close_fd(number);
	return ret;
}

/* Make ignored signals default. exec resets handlers, but keeps SIG_IGN. */
static void run_sigdefault(sigset_t set)
{
	struct sighand_struct *sighand = rcu_dereference_raw(current->sighand);
	int sig;

	spin_lock_irq(&sighand->siglock);
	for (sig = 1; sig <= _NSIG; sig++)
		if (sigismember(&set, sig))
			sighand->action[sig - 1].sa.sa_handler = SIG_DFL;
	spin_unlock_irq(&sighand->siglock);
}

/* Enter one rt_sigaction(2) for each signal, and leave all but the last. */
static int enter_sigdefault(const struct action *a)
{
	struct call call = a->call;
	sigset_t set = a->set;
	bool entered = false;
	int sig, err = 0;

	for (sig = 1; sig <= _NSIG && !err; sig++) {
		if (!sigismember(&set, sig))
			continue;
		if (entered)
			step_leave(0);
		call.args[0] = sig;
		err = step_enter(&call);
		entered = true;
	}
	return err;
}

/* Can openat(2) express this open? */
static bool openat_suffices(const struct open_how *how)
{
	return !how->resolve && !upper_32_bits(how->flags) && !upper_32_bits(how->mode);
}

/*
 * Filters that cannot inspect the struct of openat2(2) answer ENOSYS, as a
 * kernel without that call would. Programs then call openat(2), which filters
 * judge by its flags and mode.
 */
static int enter_open(struct action *a)
{
	const struct open_how *how = &a->open->how;
	int err = step_enter(&a->call);

	if (err != -ENOSYS || !openat_suffices(how))
		return err;
	a->call = CALL_OF(openat, a->fd, a->call.args[1], how->flags, how->mode);
	return step_enter(&a->call);
}

static int enter_action(struct action *a)
{
	if (a->type == SPAWN_TEMPLATE_ACTION_SIGDEFAULT)
		return enter_sigdefault(a);
	if (a->type == SPAWN_TEMPLATE_ACTION_OPEN)
		return enter_open(a);
	return step_enter(&a->call);
}

/* Return what the action's system call returns when it succeeds. */
static int call_result(const struct action *a)
{
	/* DUP2 of a number to itself is fcntl(F_SETFD), which returns 0. */
	if (!action_type(a)->returns_newfd || a->call.nr == ARCH_NR(fcntl))
		return 0;
	return a->newfd;
}

static long run_action(const struct actions *actions, u32 n, sigset_t *mask)
{
	const struct action *a = &actions->list[n];

	switch (a->type) {
	case SPAWN_TEMPLATE_ACTION_CLOSE:
		return run_close(actions, n);
	case SPAWN_TEMPLATE_ACTION_DUP2:
		return run_dup2(actions, n);
	case SPAWN_TEMPLATE_ACTION_FCHDIR:
		return run_fchdir(actions, n);
	case SPAWN_TEMPLATE_ACTION_OPEN:
		return run_open(actions, n);
	case SPAWN_TEMPLATE_ACTION_CLOSE_RANGE:
		return fds_close_range(a->fd, a->newfd == -1 ? UINT_MAX : a->newfd,
				       a->flags & CLOSE_RANGE_CLOEXEC);
	case SPAWN_TEMPLATE_ACTION_SIGMASK:
		*mask = a->set;
		return 0;
	case SPAWN_TEMPLATE_ACTION_SIGDEFAULT:
		run_sigdefault(a->set);
		return 0;
	case SPAWN_TEMPLATE_ACTION_SYSCALL:
		return run_call(actions, n);
	}
	WARN_ON_ONCE(1);
	return -EINVAL;
}

/* Return: as actions_run(). */
static int run_step(struct actions *actions, u32 n, sigset_t *mask)
{
	struct action *a = &actions->list[n];
	long ret = enter_action(a);

	if (ret)
		return ret;
	if (actions->late && action_type(a)->read_again)
		ret = action_read(a);
	if (!ret)
		ret = run_action(actions, n, mask);
	step_leave(ret ?: call_result(a));
	/* A number that a SYSCALL returned is of no use to the caller. */
	return IS_ERR_VALUE(ret) ? ret : 0;
}

int actions_run(struct actions *actions, sigset_t *mask, s32 *failed)
{
	u32 i;

	for (i = 0; i < actions->count; i++) {
		int err = run_step(actions, i, mask);

		if (err) {
			*failed = i;
			return err;
		}
	}
	return 0;
}
