// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * actions.c - the actions of a spawn, copied and checked in the caller
 */
#include <linux/array_size.h>
#include <linux/close_range.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "actions.h"
#include "arch.h"
#include "syscalls.h"

static const struct action_type types[] = {
	[SPAWN_TEMPLATE_ACTION_CLOSE] = {
		.fields = ACTION_FD,
	},
	[SPAWN_TEMPLATE_ACTION_DUP2] = {
		.fields = ACTION_FD | ACTION_NEWFD,
		.flags = O_CLOEXEC,
		.holds_file = true,
		.returns_newfd = true,
	},
	[SPAWN_TEMPLATE_ACTION_FCHDIR] = {
		.fields = ACTION_FD,
		.holds_file = true,
	},
	[SPAWN_TEMPLATE_ACTION_OPEN] = {
		.fields = ACTION_FD | ACTION_NEWFD | ACTION_ARG,
		.holds_file = true,
		.returns_newfd = true,
		.read_again = true,
	},
	[SPAWN_TEMPLATE_ACTION_CLOSE_RANGE] = {
		.fields = ACTION_FD | ACTION_NEWFD,
		/* UNSHARE changes nothing: the table is not shared. */
		.flags = CLOSE_RANGE_CLOEXEC | CLOSE_RANGE_UNSHARE,
	},
	[SPAWN_TEMPLATE_ACTION_SIGMASK] = {
		.fields = ACTION_ARG,
		.read_again = true,
	},
	[SPAWN_TEMPLATE_ACTION_SIGDEFAULT] = {
		/* No read_again: the filters see only the signals' numbers. */
		.fields = ACTION_ARG,
	},
	[SPAWN_TEMPLATE_ACTION_SYSCALL] = {
		/* Not read again: the system call itself reads memory. */
		.fields = ACTION_ARG,
	},
};

const struct action_type *action_type(const struct action *action)
{
	return &types[action->type];
}

/*
 * Check an action's fields. A number that cannot be a descriptor is EBADF when
 * the action runs, as for the system call.
 */
static int check_fields(const struct spawn_template_action *a)
{
	const struct action_type *type;

	if (a->type >= ARRAY_SIZE(types))
		return -EINVAL;
	type = &types[a->type];
	if ((a->fd && !(type->fields & ACTION_FD)) ||
	    (a->newfd && !(type->fields & ACTION_NEWFD)) ||
	    !a->arg != !(type->fields & ACTION_ARG) || (a->flags & ~type->flags))
		return -EINVAL;
	if (a->type == SPAWN_TEMPLATE_ACTION_DUP2)
		return a->fd == a->newfd && a->flags ? -EINVAL : 0;
	if (a->type != SPAWN_TEMPLATE_ACTION_CLOSE_RANGE)
		return 0;
	if (a->fd < 0 || a->newfd < -1)
		return -EINVAL;
	return a->newfd != -1 && a->fd > a->newfd ? -EINVAL : 0;
}

/*
 * Set what an OPEN opens: 'how', and the path in current's memory. Another
 * thread may change the memory. The path is terminated anyway.
 */
static int set_open(struct action *action, const struct open_how *how)
{
	const char __user *upath = (const char __user *)action->call.args[1];
	struct action_open *open;
	long size;

	size = strnlen_user(upath, PATH_MAX);
	if (!size)
		return -EFAULT;
	if (size > PATH_MAX)
		return -ENAMETOOLONG;
	open = kmalloc(struct_size(open, path, size), GFP_KERNEL_ACCOUNT);
	if (!open)
		return -ENOMEM;
	if (copy_from_user(open->path, upath, size)) {
		kfree(open);
		return -EFAULT;
	}
	/* The path may have changed after strnlen_user(). */
	open->path[size - 1] = '\0';
	open->how = *how;
	kfree(action->open);
	action->open = open;
	return 0;
}

/*
 * The filters judged openat(2)'s flags and mode by value, so these must be used
 * as they were copied. openat2(2) reads 'how' from the memory that was judged.
 */
static int read_open(struct action *action)
{
	const void __user *uhow = (const void __user *)action->call.args[2];
	struct open_how how = action->open->how;

	if (action->call.nr == ARCH_NR(openat2) && copy_from_user(&how, uhow, sizeof(how)))
		return -EFAULT;
	return set_open(action, &how);
}

static int read_set(struct action *action)
{
	const void __user *uset = (const void __user *)action->call.args[1];

	if (copy_from_user(&action->set, uset, sizeof(action->set)))
		return -EFAULT;
	sigdelsetmask(&action->set, sigmask(SIGKILL) | sigmask(SIGSTOP));
	return 0;
}

int action_read(struct action *action)
{
	if (action->type == SPAWN_TEMPLATE_ACTION_OPEN)
		return read_open(action);
	return read_set(action);
}

static int copy_open(struct action *to, const void __user *arg)
{
	const struct spawn_template_open __user *uopen = arg;
	struct spawn_template_open open;

	if (copy_from_user(&open, uopen, sizeof(open)))
		return -EFAULT;
	to->call = CALL_OF(openat2, to->fd, open.path, (unsigned long)&uopen->how,
			   sizeof(open.how));
	return set_open(to, &open.how);
}

/* Both system calls have the set's address in args[1]. */
static int copy_set(struct action *to, const void __user *arg)
{
	struct spawn_template_sigset uset;

	if (copy_from_user(&uset, arg, sizeof(uset)))
		return -EFAULT;
	if (uset.sigsetsize != sizeof(to->set))
		return -EINVAL;
	if (to->type == SPAWN_TEMPLATE_ACTION_SIGMASK)
		to->call = CALL_OF(rt_sigprocmask, SIG_SETMASK, uset.sigset, 0, sizeof(to->set));
	else
		to->call = CALL_OF(rt_sigaction, 0, uset.sigset, 0, sizeof(to->set));
	return action_read(to);
}

/* Set to->fd and to->file as for an action that names the call's descriptor. */
static int copy_call(struct action *to, const void __user *arg, struct actions *all)
{
	struct spawn_template_syscall ucall;
	struct syscall_traits traits;
	int err, i;

	if (copy_from_user(&ucall, arg, sizeof(ucall)))
		return -EFAULT;
	err = syscalls_check(&ucall, &traits);
	if (err)
		return err;
	to->call.nr = ucall.nr;
	for (i = 0; i < ARRAY_SIZE(ucall.args); i++)
		to->call.args[i] = ucall.args[i];
	to->lends = traits.lent >= 0;
	if (to->lends) {
		to->fd = to->call.args[traits.lent];
		to->file = fget_raw(to->fd);
	}
	if (traits.affinity)
		all->affinity = &to->call;
	all->memory |= traits.memory;
	all->user |= traits.user;
	return 0;
}

static void copy_close(struct action *to)
{
	struct file *file = fget_raw(to->fd);

	to->existed = file;
	if (file)
		fput(file);
	to->call = CALL_OF(close, to->fd);
}

/*
 * Copy an action that check_fields() took. After a failure actions_free() frees
 * it.
 *
 * @to: all 0
 * @all: 'memory', 'user' and 'affinity' are set if this action needs them
 */
static int copy_action(struct action *to, const struct spawn_template_action *from,
		       struct actions *all)
{
	const void __user *arg = u64_to_user_ptr(from->arg);

	to->type = from->type;
	to->flags = from->flags;
	to->fd = from->fd;
	to->newfd = from->newfd;
	if (types[to->type].holds_file)
		to->file = fget_raw(to->fd);
	switch (to->type) {
	case SPAWN_TEMPLATE_ACTION_CLOSE:
		copy_close(to);
		return 0;
	case SPAWN_TEMPLATE_ACTION_DUP2:
		if (to->fd == to->newfd)
			to->call = CALL_OF(fcntl, to->fd, F_SETFD, 0);
		else
			to->call = CALL_OF(dup3, to->fd, to->newfd, to->flags);
		return 0;
	case SPAWN_TEMPLATE_ACTION_FCHDIR:
		to->call = CALL_OF(fchdir, to->fd);
		return 0;
	case SPAWN_TEMPLATE_ACTION_OPEN:
		return copy_open(to, arg);
	case SPAWN_TEMPLATE_ACTION_CLOSE_RANGE:
		to->call = CALL_OF(close_range, to->fd, (u32)to->newfd, to->flags);
		return 0;
	case SPAWN_TEMPLATE_ACTION_SIGMASK:
	case SPAWN_TEMPLATE_ACTION_SIGDEFAULT:
		return copy_set(to, arg);
	case SPAWN_TEMPLATE_ACTION_SYSCALL:
		return copy_call(to, arg, all);
	}
	return -EINVAL;
}

int actions_copy(struct actions *out, const struct spawn_template_action __user *list, u64 count,
		 s32 *failed)
{
	int err;
	u32 i;

	*out = (struct actions) {};
	if (!count)
		return 0;
	if (count > SPAWN_TEMPLATE_MAX_ACTIONS)
		return -E2BIG;
	out->list = kvcalloc(count, sizeof(*out->list), GFP_KERNEL_ACCOUNT);
	if (!out->list)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		struct spawn_template_action action;

		/* Count the action now, so that actions_free() frees it. */
		out->count = i + 1;
		*failed = i;
		err = -EFAULT;
		if (copy_from_user(&action, &list[i], sizeof(action)))
			goto fail;
		err = check_fields(&action);
		if (!err)
			err = copy_action(&out->list[i], &action, out);
		if (err)
			goto fail;
	}
	*failed = -1;
	return 0;

fail:
	actions_free(out);
	return err;
}

void actions_free(struct actions *actions)
{
	u32 i;

	if (!actions->list)
		return;
	for (i = 0; i < actions->count; i++) {
		struct action *a = &actions->list[i];

		if (a->file)
			fput(a->file);
		if (a->type == SPAWN_TEMPLATE_ACTION_OPEN)
			kfree(a->open);
	}
	kvfree(actions->list);
	*actions = (struct actions) {};
}
