// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * Turn attributes and file actions into the kernel's actions
 *
 * The actions have the order in which glibc's child does the same: default
 * signals, scheduler, session, process group, user and group, file actions,
 * signal mask.
 *
 * The child of posix_spawn(3) starts with all descriptors of the caller. A
 * child of the module starts with those that are not close-on-exec; its actions
 * find the caller's other descriptors by number. Where a program could notice
 * this difference, extra actions here remove it.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"
#include "posix.h"

#ifndef POSIX_SPAWN_USEVFORK
#define POSIX_SPAWN_USEVFORK 0x40
#endif
#ifndef POSIX_SPAWN_SETSID
#define POSIX_SPAWN_SETSID 0x80
#endif
#ifndef POSIX_SPAWN_SETCGROUP
#define POSIX_SPAWN_SETCGROUP 0x100
#endif

#define KNOWN_FLAGS                                                                      \
	(POSIX_SPAWN_RESETIDS | POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |          \
	 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSCHEDPARAM | POSIX_SPAWN_SETSCHEDULER | \
	 POSIX_SPAWN_USEVFORK | POSIX_SPAWN_SETSID | POSIX_SPAWN_SETCGROUP)

/* open(2)'s flags. open(2) ignores all other flags; openat2(2) refuses them. */
#define KERNEL_O_LARGEFILE 0100000
#define OPEN_FLAGS                                                                            \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | \
	 O_DSYNC | O_ASYNC | O_DIRECT | KERNEL_O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW |       \
	 O_NOATIME | O_CLOEXEC | O_PATH | O_TMPFILE)

/* In glibc since 2.39. A program that sets this attribute has the function. */
extern int posix_spawnattr_getcgroup_np(const posix_spawnattr_t *attr, int *cgroup)
	__attribute__((weak));

static void add(struct posix_plan *plan, struct spawn_template_action action)
{
	unsigned int i = plan->count++;

	if (i < plan->room)
		plan->actions[i] = action;
}

static void add_fds(struct posix_plan *plan, unsigned int type, int fd, int newfd)
{
	add(plan, (struct spawn_template_action){ .type = type, .fd = fd, .newfd = newfd });
}

/* Add an action whose arg is a block. Without room, return the spare block. */
static union posix_block *add_with_block(struct posix_plan *plan, unsigned int type, int fd,
					 int newfd)
{
	unsigned int i = plan->block_count++;
	union posix_block *block = i < plan->block_room ? &plan->blocks[i] : &plan->spare;

	memset(block, 0, sizeof(*block));
	add(plan, (struct spawn_template_action){
			  .type = type, .fd = fd, .newfd = newfd, .arg = (uintptr_t)block });
	return block;
}

static union posix_block *add_call(struct posix_plan *plan, unsigned int nr, uint64_t arg0,
				   uint64_t arg1, uint64_t arg2)
{
	union posix_block *block = add_with_block(plan, SPAWN_TEMPLATE_ACTION_SYSCALL, 0, 0);

	block->syscall.call.nr = nr;
	block->syscall.call.args[0] = arg0;
	block->syscall.call.args[1] = arg1;
	block->syscall.call.args[2] = arg2;
	return block;
}

/* Add a close that does not fail if fd is not open. */
static void add_close(struct posix_plan *plan, int fd)
{
	add_fds(plan, SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, fd, fd);
}

static void add_dup2(struct posix_plan *plan, int fd, int newfd)
{
	add_fds(plan, SPAWN_TEMPLATE_ACTION_DUP2, fd, newfd);
}

/* --- attributes --- */

/* set is the kernel's sigset_t. The C library's begins with the kernel's. */
static void add_sigset(struct posix_plan *plan, unsigned int type, const void *set)
{
	union posix_block *block = add_with_block(plan, type, 0, 0);

	memcpy(&block->sigset.signals, set, sizeof(block->sigset.signals));
	block->sigset.set.sigset = (uintptr_t)&block->sigset.signals;
	block->sigset.set.sigsetsize = sizeof(block->sigset.signals);
}

static void add_scheduler(struct posix_plan *plan, const posix_spawnattr_t *attr, int flags)
{
	union posix_block *block;
	int policy = 0;

	if (flags & POSIX_SPAWN_SETSCHEDULER) {
		posix_spawnattr_getschedpolicy(attr, &policy);
		block = add_call(plan, SYS_sched_setscheduler, 0, policy, 0);
		block->syscall.call.args[2] = (uintptr_t)&block->syscall.param;
	} else {
		block = add_call(plan, SYS_sched_setparam, 0, 0, 0);
		block->syscall.call.args[1] = (uintptr_t)&block->syscall.param;
	}
	posix_spawnattr_getschedparam(attr, &block->syscall.param);
}

/* Add the attributes that glibc's child applies before the file actions. */
static void add_attributes(struct posix_plan *plan, const posix_spawnattr_t *attr, int flags)
{
	const uint32_t unchanged = -1;
	pid_t group = 0;
	sigset_t set;

	if (flags & POSIX_SPAWN_SETSIGDEF) {
		posix_spawnattr_getsigdefault(attr, &set);
		add_sigset(plan, SPAWN_TEMPLATE_ACTION_SIGDEFAULT, &set);
	}
	if (flags & (POSIX_SPAWN_SETSCHEDULER | POSIX_SPAWN_SETSCHEDPARAM))
		add_scheduler(plan, attr, flags);
	if (flags & POSIX_SPAWN_SETSID)
		add_call(plan, SYS_setsid, 0, 0, 0);
	if (flags & POSIX_SPAWN_SETPGROUP) {
		posix_spawnattr_getpgroup(attr, &group);
		add_call(plan, SYS_setpgid, 0, group, 0);
	}
	if (flags & POSIX_SPAWN_RESETIDS) {
		add_call(plan, SYS_setresuid, unchanged, getuid(), unchanged);
		add_call(plan, SYS_setresgid, unchanged, getgid(), unchanged);
	}
}

bool outspawn_i_inherits(const posix_spawn_file_actions_t *list)
{
	int count = outspawn_i_list_count(list);

	for (int i = 0; i < count; i++) {
		struct posix_action action = outspawn_i_list_get(list, i);

		if (action.type == POSIX_CLOSEFROM)
			return action.fd > STDERR_FILENO + 1;
		/*
		 * These find the caller's descriptors by number. A path may
		 * lead to a descriptor in another way.
		 */
		if (action.type != POSIX_CLOSE && action.type != POSIX_DUP2)
			return true;
	}
	return true;
}

static const char *take_attributes(struct posix_plan *plan, const posix_spawnattr_t *attr,
				   int *flags_of_it)
{
	short flags = 0;

	if (attr)
		posix_spawnattr_getflags(attr, &flags);
	if (flags & ~KNOWN_FLAGS)
		return "an attribute that is not known";
	plan->attr = (struct outspawn_attr)OUTSPAWN_ATTR_INIT;
	plan->attr.flags = OUTSPAWN_INHERIT_FDS;
	if (flags & POSIX_SPAWN_SETCGROUP) {
		if (!posix_spawnattr_getcgroup_np ||
		    posix_spawnattr_getcgroup_np(attr, &plan->attr.cgroup))
			return "the cgroup attribute cannot be read";
		plan->attr.flags |= OUTSPAWN_CGROUP;
	}
	*flags_of_it = flags;
	return NULL;
}

/* --- file actions --- */

/*
 * Return the descriptor that a path in /proc or /dev names, or -1. Other
 * spellings of such a path, and symbolic links to it, are not recognised.
 */
static int descriptor_in(const char *path)
{
	static const char *const folders[] = { "/proc/self/fd/", "/proc/thread-self/fd/",
					       "/dev/fd/" };
	static const char *const streams[] = { "/dev/stdin", "/dev/stdout", "/dev/stderr" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		size_t length = strlen(folders[i]);

		if (!strncmp(path, folders[i], length) && path[length] >= '0' &&
		    path[length] <= '9')
			return atoi(path + length);
	}
	for (size_t i = 0; i < sizeof(streams) / sizeof(*streams); i++)
		if (!strcmp(path, streams[i]))
			return i;
	return -1;
}

/*
 * If the path names a close-on-exec descriptor (/dev/fd/5), place the
 * descriptor in the child's table, because the child looks the path up.
 */
static void add_found_by_path(struct posix_plan *plan, const char *path)
{
	int fd = descriptor_in(path), flags;

	flags = fd < 0 || fd == plan->device ? -1 : fcntl(fd, F_GETFD);
	if (flags < 0 || !(flags & FD_CLOEXEC))
		return;
	add_dup2(plan, fd, fd);
	add_call(plan, SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
}

static void add_all_found_by_path(struct posix_plan *plan, const struct posix_call *call)
{
	int count = outspawn_i_list_count(call->list);

	for (int i = 0; i < count; i++) {
		struct posix_action action = outspawn_i_list_get(call->list, i);

		if (action.path)
			add_found_by_path(plan, action.path);
	}
	if (call->file)
		add_found_by_path(plan, call->file);
}

/* Would posix_spawn(3)'s child have descriptor fd open before action n? */
static bool open_before(const struct posix_plan *plan, const posix_spawn_file_actions_t *list,
			int n, int fd)
{
	while (n--) {
		struct posix_action action = outspawn_i_list_get(list, n);

		if ((action.type == POSIX_CLOSE && action.fd == fd) ||
		    (action.type == POSIX_CLOSEFROM && action.fd <= fd))
			return false;
		if ((action.type == POSIX_OPEN && action.fd == fd) ||
		    (action.type == POSIX_DUP2 && action.newfd == fd))
			return true;
	}
	return fd != plan->device && fcntl(fd, F_GETFD) >= 0;
}

/*
 * Would glibc's child keep O_CLOEXEC of an open at fd? It opens the file at the
 * lowest free number. If that is not fd, it moves the file with dup2(2), which
 * clears close-on-exec.
 */
static bool keeps_cloexec(const struct posix_plan *plan, const posix_spawn_file_actions_t *list,
			  int n, int fd)
{
	for (int lower = 0; lower < fd; lower++)
		if (!open_before(plan, list, n, lower))
			return false;
	return true;
}

static void add_open(struct posix_plan *plan, const struct posix_action *action, bool cloexec)
{
	union posix_block *block;
	unsigned int flags = action->flags & OPEN_FLAGS;

	if (!cloexec)
		flags &= ~O_CLOEXEC;
	/* Close it first, as POSIX says: some devices can be open only once. */
	add_close(plan, action->fd);
	block = add_with_block(plan, SPAWN_TEMPLATE_ACTION_OPEN, AT_FDCWD, action->fd);
	block->open.path = (uintptr_t)action->path;
	block->open.how = outspawn_i_open_how(flags, action->mode);
}

/*
 * Add a close. Some programs close hundreds of descriptors one by one, so
 * neighbours become one action. A close of a descriptor that is not open
 * succeeds, except for a negative number, or one not below RLIMIT_NOFILE
 * (EBADF).
 */
static void add_posix_close(struct posix_plan *plan, int fd, rlim_t limit)
{
	struct spawn_template_action *last;

	if (fd < 0 || (rlim_t)fd >= limit) {
		add_fds(plan, SPAWN_TEMPLATE_ACTION_CLOSE, fd, 0);
		return;
	}
	last = plan->count && plan->count <= plan->room ? &plan->actions[plan->count - 1] : NULL;
	if (last && last->type == SPAWN_TEMPLATE_ACTION_CLOSE_RANGE && last->newfd >= 0 &&
	    last->newfd == fd - 1)
		last->newfd = fd;
	else
		add_close(plan, fd);
}

/*
 * Add a tcsetpgrp of the group that SETPGROUP names, or else of the child's own
 * group; glibc's child asks getpgid(2) for that.
 */
static void add_tcsetpgrp(struct posix_plan *plan, int fd, const posix_spawnattr_t *attr, int flags)
{
	union posix_block *block = add_call(plan, SYS_ioctl, fd, TIOCSPGRP, 0);

	if (flags & POSIX_SPAWN_SETPGROUP)
		posix_spawnattr_getpgroup(attr, &block->syscall.group);
	if (block->syscall.group)
		block->syscall.call.args[2] = (uintptr_t)&block->syscall.group;
}

static const char *add_file_actions(struct posix_plan *plan, const struct posix_call *call,
				    int flags)
{
	int count = outspawn_i_list_count(call->list);
	struct rlimit limit = { 0 };

	if (count)
		getrlimit(RLIMIT_NOFILE, &limit);
	for (int i = 0; i < count; i++) {
		struct posix_action action = outspawn_i_list_get(call->list, i);

		switch (action.type) {
		case POSIX_CLOSE:
			add_posix_close(plan, action.fd, limit.rlim_cur);
			break;
		case POSIX_DUP2:
			add_dup2(plan, action.fd, action.newfd);
			break;
		case POSIX_OPEN:
			add_open(plan, &action,
				 action.flags & O_CLOEXEC &&
					 keeps_cloexec(plan, call->list, i, action.fd));
			break;
		case POSIX_CHDIR:
			add_call(plan, SYS_chdir, (uintptr_t)action.path, 0, 0);
			break;
		case POSIX_FCHDIR:
			add_fds(plan, SPAWN_TEMPLATE_ACTION_FCHDIR, action.fd, 0);
			break;
		case POSIX_CLOSEFROM:
			add_fds(plan, SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, action.fd, -1);
			break;
		case POSIX_TCSETPGRP:
			add_tcsetpgrp(plan, action.fd, call->attr, flags);
			break;
		default:
			return "a file action that is not known";
		}
	}
	return NULL;
}

static void add_mask(struct posix_plan *plan, const struct posix_call *call, int flags)
{
	sigset_t mask;

	if (flags & POSIX_SPAWN_SETSIGMASK) {
		posix_spawnattr_getsigmask(call->attr, &mask);
		add_sigset(plan, SPAWN_TEMPLATE_ACTION_SIGMASK, &mask);
	} else if (call->mask) {
		add_sigset(plan, SPAWN_TEMPLATE_ACTION_SIGMASK, call->mask);
	}
}

const char *outspawn_i_plan(struct posix_plan *plan, const struct posix_call *call)
{
	const char *why;
	int flags;

	plan->count = 0;
	plan->block_count = 0;
	if (call->list && !outspawn_i_list_known())
		return "this C library's list of file actions is not known";
	why = take_attributes(plan, call->attr, &flags);
	if (why)
		return why;
	if (!outspawn_i_inherits(call->list))
		plan->attr.flags &= ~OUTSPAWN_INHERIT_FDS;
	if (outspawn_i_list_count(call->list))
		add_close(plan, plan->device);
	add_all_found_by_path(plan, call);
	add_attributes(plan, call->attr, flags);
	why = add_file_actions(plan, call, flags);
	if (!why)
		add_mask(plan, call, flags);
	return why;
}
