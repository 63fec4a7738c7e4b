// SPDX-License-Identifier: GPL-2.0-only
/*
 * syscalls.c - which system calls a child may do before exec
 *
 * The child shares the caller's memory until exec, and runs in the kernel with
 * no user frame. So a call is in the list only if
 * - it sets up the child itself: no other process, nothing of the memory;
 * - what it sets lasts beyond exec, or helps another step to;
 * - it needs nothing of its caller but registers and memory.
 *
 * docs/syscalls.md is made from the lists below, with the reason at each row
 * (tests/syscall-table).
 */
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/ioprio.h>
#include <linux/pid.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/seccomp.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/unistd.h>

#include <asm/ioctls.h>
#include <uapi/linux/fcntl.h>

#include "syscalls.h"

#define NONE (-1)

struct row {
	u16 nr;
	u8 args; /* how many it has */
	s8 self; /* the argument that names a process, and has to be 0: the child */
	s8 lent;
	u8 pointers; /* bit n: argument n is one */
};

#define CALL(_name, _args, _self, _lent, _pointers) \
	{ .nr = __NR_##_name, .args = _args, .self = _self, .lent = _lent, .pointers = _pointers }

static const struct row rows[] = {
	/* Sessions and groups, terminals. */
	CALL(setsid, 0, NONE, NONE, 0), /* a session of its own */
	CALL(setpgid, 2, 0, NONE, 0), /* a process group */
	CALL(ioctl, 3, NONE, 0, 0), /* TIOCSCTTY, TIOCSPGRP: a terminal, its foreground */
	/* Where it starts. */
	CALL(umask, 1, NONE, NONE, 0), /* the file mode mask */
	CALL(chdir, 1, NONE, NONE, 1 << 0), /* the working directory, by path */
	CALL(fchdir, 1, NONE, 0, 0), /* the working directory, by descriptor */
	CALL(chroot, 1, NONE, NONE, 1 << 0), /* the root directory */
	/* Its descriptors: its own table, where earlier actions placed them. */
	CALL(openat2, 4, NONE, 0, 1 << 1 | 1 << 2), /* open at the lowest free number */
	CALL(dup3, 3, NONE, 0, 0), /* copy a descriptor */
	CALL(close_range, 3, NONE, NONE, 0), /* close descriptors, or mark them */
	CALL(fcntl, 3, NONE, NONE, 0), /* F_SETFD: close-on-exec on or off */
	/* What it may use. */
	CALL(prlimit64, 4, 0, NONE, 1 << 2 | 1 << 3), /* resource limits */
	CALL(sched_setaffinity, 3, 0, NONE, 1 << 2), /* CPUs */
	CALL(sched_setattr, 3, 0, NONE, 1 << 1), /* scheduling, all of it */
	CALL(sched_setscheduler, 3, 0, NONE, 1 << 2), /* scheduling policy */
	CALL(sched_setparam, 2, 0, NONE, 1 << 1), /* scheduling priority */
	CALL(setpriority, 3, 1, NONE, 0), /* nice; PRIO_PROCESS only */
	CALL(ioprio_set, 3, 1, NONE, 0), /* I/O priority; IOPRIO_WHO_PROCESS only */
	CALL(set_mempolicy, 3, NONE, NONE, 1 << 1), /* memory of which NUMA nodes */
	/* Who it is. */
	CALL(setuid, 1, NONE, NONE, 0), /* user */
	CALL(setgid, 1, NONE, NONE, 0), /* group */
	CALL(setreuid, 2, NONE, NONE, 0), /* user, real and effective */
	CALL(setregid, 2, NONE, NONE, 0), /* group, real and effective */
	CALL(setresuid, 3, NONE, NONE, 0), /* user, with the saved one */
	CALL(setresgid, 3, NONE, NONE, 0), /* group, with the saved one */
	CALL(setgroups, 2, NONE, NONE, 1 << 1), /* supplementary groups */
	CALL(capset, 2, NONE, NONE, 1 << 0 | 1 << 1), /* capabilities */
	CALL(prctl, 5, NONE, NONE, 0), /* the options listed below */
	CALL(personality, 1, NONE, NONE, 0), /* its execution domain */
	/* What it is kept in. */
	CALL(unshare, 1, NONE, NONE, 0), /* namespaces of its own */
	CALL(setns, 2, NONE, 0, 0), /* another's namespaces */
	CALL(mount, 5, NONE, NONE, 0x17), /* a mount namespace's content */
	CALL(umount2, 2, NONE, NONE, 1 << 0), /* the same */
	CALL(pivot_root, 2, NONE, NONE, 1 << 0 | 1 << 1), /* the same */
	CALL(sethostname, 2, NONE, NONE, 1 << 0), /* a UTS namespace's content */
	CALL(landlock_restrict_self, 2, NONE, 0, 0), /* a Landlock sandbox */
	CALL(seccomp, 3, NONE, NONE, 1 << 2), /* a filter, asked from the next step on */
};

/* Of prctl(2): what belongs to the task, not to the memory that it shares. */
static const u8 prctl_options[] = {
	PR_SET_PDEATHSIG, /* a signal when the caller ends; exec of a setuid program clears it */
	PR_SET_KEEPCAPS, /* capabilities stay over a change of user that follows */
	PR_SET_TIMERSLACK, /* how late its timers may be */
	PR_SET_SECCOMP, /* SECCOMP_MODE_FILTER only */
	PR_CAPBSET_DROP, /* the capability bounding set */
	PR_SET_SECUREBITS, /* how capabilities and user 0 go together */
	PR_MCE_KILL, /* when to be told of broken memory */
	PR_SET_CHILD_SUBREAPER, /* orphans below it become its children */
	PR_SET_NO_NEW_PRIVS, /* exec gives no privileges any more */
	PR_CAP_AMBIENT, /* capabilities that survive exec */
	PR_SET_SPECULATION_CTRL, /* mitigations of CPU bugs */
	PR_SET_IO_FLUSHER, /* it is needed to free memory */
};

static const struct row *find(u32 nr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].nr == nr)
			return &rows[i];
	return NULL;
}

static bool good_prctl(const __u64 *args)
{
	size_t i;

	if (args[0] == PR_SET_SECCOMP && args[1] != SECCOMP_MODE_FILTER)
		return false;
	for (i = 0; i < ARRAY_SIZE(prctl_options); i++)
		if (prctl_options[i] == args[0])
			return true;
	return false;
}

/* A listener's descriptor would be the child's, which nobody there could use. */
static bool good_seccomp(const __u64 *args)
{
	return args[0] == SECCOMP_SET_MODE_FILTER &&
	       !(args[1] & ~(SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW));
}

/* Where a call does many things: only those that are meant. */
static bool good_option(u32 nr, const __u64 *args)
{
	switch (nr) {
	case __NR_ioctl:
		return args[1] == TIOCSCTTY || args[1] == TIOCSPGRP;
	case __NR_fcntl:
		return args[1] == F_SETFD;
	case __NR_setpriority:
		return args[0] == PRIO_PROCESS;
	case __NR_ioprio_set:
		return args[0] == IOPRIO_WHO_PROCESS;
	case __NR_prctl:
		return good_prctl(args);
	case __NR_seccomp:
		return good_seccomp(args);
	}
	return true;
}

static bool uses_memory(const struct row *row, const __u64 *args)
{
	unsigned int i;

	if (row->nr == __NR_ioctl)
		return args[1] == TIOCSPGRP;
	if (row->nr == __NR_prctl)
		return args[0] == PR_SET_SECCOMP;
	for (i = 0; i < row->args; i++)
		if ((row->pointers & (1 << i)) && args[i])
			return true;
	return false;
}

/*
 * May somebody trace the child after it who may not trace the caller: another user,
 * or one with fewer capabilities?
 */
static bool changes_user(u32 nr, const __u64 *args)
{
	switch (nr) {
	case __NR_unshare:
		return args[0] & CLONE_NEWUSER;
	case __NR_setns:
	case __NR_capset:
	case __NR_setuid:
	case __NR_setgid:
	case __NR_setreuid:
	case __NR_setregid:
	case __NR_setresuid:
	case __NR_setresgid:
		return true;
	}
	return false;
}

int syscalls_check(const struct spawn_template_syscall *call, struct syscall_traits *traits)
{
	const struct row *row = find(call->nr);
	unsigned int i;

	if (call->pad)
		return -EINVAL;
	if (!row || !good_option(call->nr, call->args))
		return -EOPNOTSUPP;
	if (row->self != NONE && call->args[row->self])
		return -EINVAL;
	for (i = row->args; i < ARRAY_SIZE(call->args); i++)
		if (call->args[i])
			return -EINVAL;
	traits->lent = row->lent;
	traits->memory = uses_memory(row, call->args);
	traits->user = changes_user(call->nr, call->args);
	return 0;
}

int syscalls_prepare(int nr, unsigned long args[6], s32 __user *spare)
{
	if (nr != __NR_ioctl || args[1] != TIOCSPGRP || args[2])
		return 0;
	if (!spare)
		return -EINVAL;
	if (put_user(task_pgrp_vnr(current), spare))
		return -EFAULT;
	args[2] = (unsigned long)spare;
	return 0;
}
