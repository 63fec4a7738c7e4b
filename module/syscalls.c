// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * syscalls.c - which system calls a child may do before exec
 *
 * Until exec the child shares the caller's memory, and runs in the kernel
 * without a user frame. So a call is in the list only if
 * - it sets up the child itself: no other process, nothing of the memory;
 * - its effect lasts beyond exec, or another step needs it;
 * - it needs only registers and memory of its caller.
 *
 * tests/syscall-table makes docs/syscalls.md from the lists below, with the
 * reason at each row.
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
#include <linux/termios.h>
#include <linux/uaccess.h>
#include <uapi/linux/fcntl.h>

#include "arch.h"
#include "syscalls.h"

#define NONE (-1)

struct row {
	u16 nr;
	u8 args; /* how many arguments the call has */
	s8 self; /* the argument that names a process and must be 0, which is the child; or NONE */
	s8 lent; /* as in struct syscall_traits */
	u8 pointers; /* bit n: argument n is a pointer */
};

#define CALL(_name, _args, _self, _lent, _pointers) \
	{ .nr = ARCH_NR(_name), .args = _args, .self = _self, .lent = _lent, .pointers = _pointers }

static const struct row rows[] = {
	/* Sessions, process groups and terminals. */
	CALL(setsid, 0, NONE, NONE, 0), /* a new session */
	CALL(setpgid, 2, 0, NONE, 0), /* the process group */
	CALL(ioctl, 3, NONE, 0, 0), /* TIOCSCTTY, TIOCSPGRP: a terminal, its foreground group */
	/* Directories and the file mode mask. */
	CALL(umask, 1, NONE, NONE, 0), /* the file mode mask */
	CALL(chdir, 1, NONE, NONE, 1 << 0), /* the working directory, by path */
	CALL(fchdir, 1, NONE, 0, 0), /* the working directory, by descriptor */
	CALL(chroot, 1, NONE, NONE, 1 << 0), /* the root directory */
	/* Descriptors, in the child's own table. */
	CALL(openat2, 4, NONE, 0, 1 << 1 | 1 << 2), /* open at the lowest free number */
	CALL(dup3, 3, NONE, 0, 0), /* duplicate a descriptor */
	CALL(close_range, 3, NONE, NONE, 0), /* close descriptors, or make them close-on-exec */
	CALL(fcntl, 3, NONE, NONE, 0), /* F_SETFD: close-on-exec on or off */
	/* Limits, scheduling and memory policy. */
	CALL(prlimit64, 4, 0, NONE, 1 << 2 | 1 << 3), /* resource limits */
	CALL(sched_setaffinity, 3, 0, NONE, 1 << 2), /* the CPUs on which the program may run */
	CALL(sched_setattr, 3, 0, NONE, 1 << 1), /* scheduling policy and all its parameters */
	CALL(sched_setscheduler, 3, 0, NONE, 1 << 2), /* scheduling policy */
	CALL(sched_setparam, 2, 0, NONE, 1 << 1), /* scheduling priority */
	CALL(setpriority, 3, 1, NONE, 0), /* nice; PRIO_PROCESS only */
	CALL(ioprio_set, 3, 1, NONE, 0), /* I/O priority; IOPRIO_WHO_PROCESS only */
	CALL(set_mempolicy, 3, NONE, NONE, 1 << 1), /* the NUMA nodes that memory comes from */
	/* Users, groups and capabilities. */
	CALL(setuid, 1, NONE, NONE, 0), /* user ID */
	CALL(setgid, 1, NONE, NONE, 0), /* group ID */
	CALL(setreuid, 2, NONE, NONE, 0), /* user IDs: real and effective */
	CALL(setregid, 2, NONE, NONE, 0), /* group IDs: real and effective */
	CALL(setresuid, 3, NONE, NONE, 0), /* user IDs: real, effective and saved */
	CALL(setresgid, 3, NONE, NONE, 0), /* group IDs: real, effective and saved */
	CALL(setgroups, 2, NONE, NONE, 1 << 1), /* supplementary groups */
	CALL(capset, 2, NONE, NONE, 1 << 0 | 1 << 1), /* capabilities */
	CALL(prctl, 5, NONE, NONE, 0), /* the options listed below */
	CALL(personality, 1, NONE, NONE, 0), /* the execution domain */
	/* Namespaces and sandboxes. */
	CALL(unshare, 1, NONE, NONE, 0), /* new namespaces */
	CALL(setns, 2, NONE, 0, 0), /* the namespaces of another process */
	CALL(mount, 5, NONE, NONE, 0x17), /* a mount namespace's content */
	CALL(umount2, 2, NONE, NONE, 1 << 0), /* a mount namespace's content */
	CALL(pivot_root, 2, NONE, NONE, 1 << 0 | 1 << 1), /* a mount namespace's root */
	CALL(sethostname, 2, NONE, NONE, 1 << 0), /* a UTS namespace's host name */
	CALL(landlock_restrict_self, 2, NONE, 0, 0), /* a Landlock sandbox */
	CALL(seccomp, 3, NONE, NONE, 1 << 2), /* a filter, which judges all later steps */
};

/* The options of prctl(2) that belong to the task, not to its memory. */
static const u8 prctl_options[] = {
	PR_SET_PDEATHSIG, /* a signal when the caller ends; exec of a setuid program clears it */
	PR_SET_KEEPCAPS, /* capabilities stay when a later action changes the user */
	PR_SET_TIMERSLACK, /* how late timers may be */
	PR_SET_SECCOMP, /* SECCOMP_MODE_FILTER only */
	PR_CAPBSET_DROP, /* the capability bounding set */
	PR_SET_SECUREBITS, /* which privileges user 0 has */
	PR_MCE_KILL, /* when the kernel reports broken memory */
	PR_SET_CHILD_SUBREAPER, /* the program adopts orphaned descendants */
	PR_SET_NO_NEW_PRIVS, /* exec gives no new privileges */
	PR_CAP_AMBIENT, /* capabilities that survive exec */
	PR_SET_SPECULATION_CTRL, /* mitigations of CPU bugs */
	PR_SET_IO_FLUSHER, /* the program takes part in freeing memory */
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

/* NEW_LISTENER is denied: no program could use the child's descriptor. */
static bool good_seccomp(const __u64 *args)
{
	return args[0] == SECCOMP_SET_MODE_FILTER &&
	       !(args[1] & ~(SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW));
}

/* Some calls do many things. Is this one of those that set up the child? */
static bool good_option(u32 nr, const __u64 *args)
{
	switch (nr) {
	case ARCH_NR(ioctl):
		return args[1] == TIOCSCTTY || args[1] == TIOCSPGRP;
	case ARCH_NR(fcntl):
		return args[1] == F_SETFD;
	case ARCH_NR(setpriority):
		return args[0] == PRIO_PROCESS;
	case ARCH_NR(ioprio_set):
		return args[0] == IOPRIO_WHO_PROCESS;
	case ARCH_NR(prctl):
		return good_prctl(args);
	case ARCH_NR(seccomp):
		return good_seccomp(args);
	}
	return true;
}

static bool uses_memory(const struct row *row, const __u64 *args)
{
	unsigned int i;

	if (row->nr == ARCH_NR(ioctl))
		return args[1] == TIOCSPGRP;
	if (row->nr == ARCH_NR(prctl))
		return args[0] == PR_SET_SECCOMP;
	for (i = 0; i < row->args; i++)
		if ((row->pointers & (1 << i)) && args[i])
			return true;
	return false;
}

/*
 * After the call, may a task trace the child that may not trace the caller? For
 * example a task of another user, or with fewer capabilities.
 */
static bool changes_user(u32 nr, const __u64 *args)
{
	switch (nr) {
	case ARCH_NR(unshare):
		return args[0] & CLONE_NEWUSER;
	case ARCH_NR(setns):
	case ARCH_NR(capset):
	case ARCH_NR(setuid):
	case ARCH_NR(setgid):
	case ARCH_NR(setreuid):
	case ARCH_NR(setregid):
	case ARCH_NR(setresuid):
	case ARCH_NR(setresgid):
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
	traits->affinity = call->nr == ARCH_NR(sched_setaffinity);
	traits->memory = uses_memory(row, call->args);
	traits->user = changes_user(call->nr, call->args);
	return 0;
}

int syscalls_prepare(struct call *call, s32 __user *slot)
{
	if (call->nr != ARCH_NR(ioctl) || call->args[1] != TIOCSPGRP || call->args[2])
		return 0;
	if (!slot)
		return -EINVAL;
	if (put_user(task_pgrp_vnr(current), slot))
		return -EFAULT;
	call->args[2] = (unsigned long)slot;
	return 0;
}
