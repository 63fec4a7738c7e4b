// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * Actions that make the child run a system call.
 *
 * The action's block has the call, followed by copies of the memory that its
 * arguments point to. outspawn_actions_syscall() copies nothing, because it
 * does not know which arguments are pointers.
 *
 * Values are passed as the C library would pass them. The kernel checks them in
 * the child.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "internal.h"

/* From ioprio_set(2); no header of the C library has it. */
#define IOPRIO_WHO_PROCESS 1

#define LONG_BITS (8 * sizeof(long))
#define ALIGNED(size) (((size) + 7) & ~(size_t)7)
/* A limit for copies, above what any of these calls reads. */
#define MOST_MEMORY (1UL << 20)
/* The smallest and the largest struct sched_attr that the kernel takes. */
#define SCHED_ATTR_SIZE_FIRST 48U
#define SCHED_ATTR_SIZE_MOST 4096U
/* The most nodes, in bits, that set_mempolicy(2) takes: a page. */
#define MOST_NODES (8 * 4096UL)
#define HOST_NAME_SIZE 64

/* Memory that an argument of a call points to. */
struct piece {
	unsigned int arg; /* which one, from 0 */
	const void *data; /* to copy; NULL: leave the argument alone */
	size_t size;
};

struct call {
	unsigned int nr;
	unsigned long args[6];
	struct piece pieces[4];
};

/* Allocate the block of a call. The copied pieces follow the call, in order. */
static struct spawn_template_syscall *make_block(const struct call *call)
{
	const unsigned int count = sizeof(call->pieces) / sizeof(call->pieces[0]);
	struct spawn_template_syscall *block;
	size_t size = sizeof(*block);
	char *at;

	for (unsigned int i = 0; i < count; i++)
		size += ALIGNED(call->pieces[i].size);
	block = calloc(1, size);
	if (!block)
		return NULL;

	block->nr = call->nr;
	for (unsigned int i = 0; i < 6; i++)
		block->args[i] = call->args[i];
	at = (char *)(block + 1);
	for (unsigned int i = 0; i < count; i++) {
		const struct piece *piece = &call->pieces[i];

		if (!piece->data)
			continue;
		memcpy(at, piece->data, piece->size);
		block->args[piece->arg] = (uintptr_t)at;
		at += ALIGNED(piece->size);
	}
	return block;
}

static int add_block(struct outspawn_actions *a, struct spawn_template_syscall *block)
{
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_SYSCALL };

	return block ? outspawn_i_add(a, &action, block) : outspawn_actions_fail(a, -ENOMEM);
}

static int add_call(struct outspawn_actions *a, const struct call *call)
{
	return add_block(a, make_block(call));
}

/* add(a, number, arguments...), and the same with one piece of memory */
#define add(a, nr_, ...) add_call(a, &(struct call){ .nr = (nr_), .args = { __VA_ARGS__ } })
#define add_memory(a, arg_, data_, size_, nr_, ...)          \
	add_call(a, &(struct call){ .nr = (nr_),             \
				    .args = { __VA_ARGS__ }, \
				    .pieces = { { (arg_), (data_), (size_) } } })

int outspawn_actions_syscall(struct outspawn_actions *a, long nr, const unsigned long args[6])
{
	struct call call = { .nr = nr };

	if (nr < 0 || nr > INT_MAX || !args)
		return outspawn_actions_fail(a, -EINVAL);
	memcpy(call.args, args, sizeof(call.args));
	return add_call(a, &call);
}

/* Make a piece of a path and its NUL. */
static int path_piece(struct piece *piece, unsigned int arg, const char *path)
{
	if (!path)
		return -EINVAL;
	*piece = (struct piece){ arg, path, strnlen(path, PATH_MAX) + 1 };
	return piece->size > PATH_MAX ? -ENAMETOOLONG : 0;
}

static int add_path(struct outspawn_actions *a, const char *path, unsigned int nr,
		    unsigned long second)
{
	struct call call = { .nr = nr, .args = { 0, second } };
	int ret = path_piece(&call.pieces[0], 0, path);

	return ret ? outspawn_actions_fail(a, ret) : add_call(a, &call);
}

/* Sessions, groups, terminals */

int outspawn_actions_setsid(struct outspawn_actions *a)
{
	return add(a, SYS_setsid, 0);
}

int outspawn_actions_setpgid(struct outspawn_actions *a, pid_t pgid)
{
	return pgid < 0 ? outspawn_actions_fail(a, -EINVAL) : add(a, SYS_setpgid, 0, pgid);
}

int outspawn_actions_tcsetpgrp(struct outspawn_actions *a, int fd, pid_t pgrp)
{
	if (fd < 0)
		return outspawn_actions_fail(a, -EBADF);
	if (pgrp < 0)
		return outspawn_actions_fail(a, -EINVAL);
	/*
	 * 0: the child's own group, which differs for each child of this list.
	 * The argument stays 0, and the kernel fills the number in.
	 */
	return add_memory(a, 2, pgrp ? &pgrp : NULL, sizeof(pgrp), SYS_ioctl, fd, TIOCSPGRP);
}

int outspawn_actions_ctty(struct outspawn_actions *a, int fd)
{
	return fd < 0 ? outspawn_actions_fail(a, -EBADF) : add(a, SYS_ioctl, fd, TIOCSCTTY, 0);
}

/* Files and directories */

int outspawn_actions_umask(struct outspawn_actions *a, mode_t mask)
{
	return add(a, SYS_umask, mask & 0777);
}

int outspawn_actions_chdir(struct outspawn_actions *a, const char *path)
{
	return add_path(a, path, SYS_chdir, 0);
}

int outspawn_actions_chroot(struct outspawn_actions *a, const char *path)
{
	return add_path(a, path, SYS_chroot, 0);
}

int outspawn_actions_cloexec(struct outspawn_actions *a, int fd, int on)
{
	return fd < 0 ? outspawn_actions_fail(a, -EBADF) :
			add(a, SYS_fcntl, fd, F_SETFD, on ? FD_CLOEXEC : 0);
}

/* Limits and scheduling */

int outspawn_actions_setrlimit(struct outspawn_actions *a, int resource, const struct rlimit *limit)
{
	struct rlimit64 copy;

	if (!limit)
		return outspawn_actions_fail(a, -EINVAL);
	copy.rlim_cur = limit->rlim_cur == RLIM_INFINITY ? RLIM64_INFINITY : limit->rlim_cur;
	copy.rlim_max = limit->rlim_max == RLIM_INFINITY ? RLIM64_INFINITY : limit->rlim_max;
	return add_memory(a, 2, &copy, sizeof(copy), SYS_prlimit64, 0, resource);
}

int outspawn_actions_setaffinity(struct outspawn_actions *a, size_t size, const cpu_set_t *set)
{
	if (!set || !size || size > MOST_MEMORY)
		return outspawn_actions_fail(a, -EINVAL);
	return add_memory(a, 2, set, size, SYS_sched_setaffinity, 0, size);
}

int outspawn_actions_setscheduler(struct outspawn_actions *a, int policy,
				  const struct sched_param *param)
{
	if (!param)
		return outspawn_actions_fail(a, -EINVAL);
	return add_memory(a, 2, param, sizeof(*param), SYS_sched_setscheduler, 0, policy);
}

int outspawn_actions_setparam(struct outspawn_actions *a, const struct sched_param *param)
{
	if (!param)
		return outspawn_actions_fail(a, -EINVAL);
	return add_memory(a, 1, param, sizeof(*param), SYS_sched_setparam, 0);
}

int outspawn_actions_sched_setattr(struct outspawn_actions *a, const void *attr)
{
	uint32_t size;

	if (!attr)
		return outspawn_actions_fail(a, -EINVAL);
	/* struct sched_attr begins with its own size. */
	memcpy(&size, attr, sizeof(size));
	if (size < SCHED_ATTR_SIZE_FIRST || size > SCHED_ATTR_SIZE_MOST)
		return outspawn_actions_fail(a, -E2BIG);
	return add_memory(a, 1, attr, size, SYS_sched_setattr, 0, 0, 0);
}

/* The old name of this function. */
int outspawn_actions_setattr(struct outspawn_actions *a, const void *attr)
	__attribute__((alias("outspawn_actions_sched_setattr")));

int outspawn_actions_setpriority(struct outspawn_actions *a, int nice)
{
	return add(a, SYS_setpriority, PRIO_PROCESS, 0, nice);
}

int outspawn_actions_ioprio(struct outspawn_actions *a, int ioprio)
{
	return add(a, SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, ioprio);
}

int outspawn_actions_mempolicy(struct outspawn_actions *a, int mode, const unsigned long *mask,
			       unsigned long maxnode)
{
	size_t size;

	if (!mask || !maxnode)
		return add(a, SYS_set_mempolicy, mode, 0, 0);
	if (maxnode > MOST_NODES)
		return outspawn_actions_fail(a, -EINVAL);
	/* The kernel reads maxnode - 1 bits. */
	size = (maxnode - 1 + LONG_BITS - 1) / LONG_BITS * sizeof(*mask);
	return add_memory(a, 1, mask, size, SYS_set_mempolicy, mode, 0, maxnode);
}

/* Users, groups and privileges */

int outspawn_actions_setresuid(struct outspawn_actions *a, uid_t real, uid_t effective, uid_t saved)
{
	return add(a, SYS_setresuid, real, effective, saved);
}

int outspawn_actions_setresgid(struct outspawn_actions *a, gid_t real, gid_t effective, gid_t saved)
{
	return add(a, SYS_setresgid, real, effective, saved);
}

int outspawn_actions_setgroups(struct outspawn_actions *a, size_t count, const gid_t *groups)
{
	if (!count)
		return add(a, SYS_setgroups, 0, 0);
	if (!groups || count > NGROUPS_MAX)
		return outspawn_actions_fail(a, -EINVAL);
	return add_memory(a, 1, groups, count * sizeof(*groups), SYS_setgroups, count);
}

int outspawn_actions_capset(struct outspawn_actions *a, unsigned long long effective,
			    unsigned long long permitted, unsigned long long inheritable)
{
	const struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ effective, permitted, inheritable },
		{ effective >> 32, permitted >> 32, inheritable >> 32 },
	};

	return add_call(
		a, &(struct call){
			   .nr = SYS_capset,
			   .pieces = { { 0, &header, sizeof(header) }, { 1, data, sizeof(data) } },
		   });
}

int outspawn_actions_prctl(struct outspawn_actions *a, int option, unsigned long arg2,
			   unsigned long arg3, unsigned long arg4, unsigned long arg5)
{
	return add(a, SYS_prctl, option, arg2, arg3, arg4, arg5);
}

int outspawn_actions_personality(struct outspawn_actions *a, unsigned long persona)
{
	return add(a, SYS_personality, persona);
}

int outspawn_actions_landlock(struct outspawn_actions *a, int ruleset_fd)
{
	return ruleset_fd < 0 ? outspawn_actions_fail(a, -EBADF) :
				add(a, SYS_landlock_restrict_self, ruleset_fd, 0);
}

int outspawn_actions_seccomp(struct outspawn_actions *a, const struct sock_fprog *program)
{
	struct spawn_template_syscall *block;
	struct sock_fprog *copy;

	if (!program || !program->len || program->len > BPF_MAXINSNS || !program->filter)
		return outspawn_actions_fail(a, -EINVAL);
	/* Let the copied struct sock_fprog point to the copied filter. */
	block = make_block(&(struct call){
		.nr = SYS_seccomp,
		.args = { SECCOMP_SET_MODE_FILTER, 0 },
		.pieces = { { 2, program, sizeof(*program) },
			    { 3, program->filter, program->len * sizeof(*program->filter) } },
	});
	if (block) {
		copy = (void *)(uintptr_t)block->args[2];
		copy->filter = (void *)(uintptr_t)block->args[3];
		block->args[3] = 0;
	}
	return add_block(a, block);
}

/* Namespaces and mounts */

int outspawn_actions_setns(struct outspawn_actions *a, int fd, int nstype)
{
	return fd < 0 ? outspawn_actions_fail(a, -EBADF) : add(a, SYS_setns, fd, nstype);
}

int outspawn_actions_unshare(struct outspawn_actions *a, int flags)
{
	return add(a, SYS_unshare, flags);
}

static void string_piece(struct piece *piece, unsigned int arg, const char *string)
{
	if (string)
		*piece = (struct piece){ arg, string, strnlen(string, PATH_MAX) + 1 };
}

int outspawn_actions_mount(struct outspawn_actions *a, const char *source, const char *target,
			   const char *type, unsigned long flags, const char *data)
{
	struct call call = { .nr = SYS_mount, .args = { [3] = flags } };
	int ret = path_piece(&call.pieces[0], 1, target);

	if (ret)
		return outspawn_actions_fail(a, ret);
	string_piece(&call.pieces[1], 0, source);
	string_piece(&call.pieces[2], 2, type);
	string_piece(&call.pieces[3], 4, data);
	for (int i = 1; i < 4; i++)
		if (call.pieces[i].size > PATH_MAX)
			return outspawn_actions_fail(a, -ENAMETOOLONG);
	return add_call(a, &call);
}

int outspawn_actions_umount(struct outspawn_actions *a, const char *path, int flags)
{
	return add_path(a, path, SYS_umount2, flags);
}

int outspawn_actions_pivot_root(struct outspawn_actions *a, const char *new_root,
				const char *put_old)
{
	struct call call = { .nr = SYS_pivot_root };
	int ret = path_piece(&call.pieces[0], 0, new_root);

	if (!ret)
		ret = path_piece(&call.pieces[1], 1, put_old);
	return ret ? outspawn_actions_fail(a, ret) : add_call(a, &call);
}

int outspawn_actions_sethostname(struct outspawn_actions *a, const char *name)
{
	size_t length = name ? strnlen(name, HOST_NAME_SIZE + 1) : HOST_NAME_SIZE + 1;

	if (length > HOST_NAME_SIZE)
		return outspawn_actions_fail(a, -EINVAL);
	/* Copy the NUL, too, for messages; the length is without it. */
	return add_memory(a, 0, name, length + 1, SYS_sethostname, 0, length);
}
