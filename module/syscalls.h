/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * syscalls.h - which system calls a child may do before exec
 */
#ifndef OUTSPAWN_SYSCALLS_H
#define OUTSPAWN_SYSCALLS_H

#include <linux/types.h>

#include "spawn_template.h"

/* What is known of a call that may be done. */
struct syscall_traits {
	s8 lent; /* the argument that is a descriptor which may be the caller's; or -1 */
	bool memory; /* it looks at the caller's memory */
	bool user; /* after it others may trace the child than the caller */
};

/*
 * May the child do this call? No user memory is looked at.
 *
 * @traits: filled in
 * Return: 0; -EOPNOTSUPP: not this call, or not with this option; -EINVAL: it
 * concerns another process, or arguments that it does not have are not 0.
 */
int syscalls_check(const struct spawn_template_syscall *call, struct syscall_traits *traits);

/*
 * Before the call is done, in the child: ioctl TIOCSPGRP of nothing means the
 * child's own group; write its number to spare, where the call will read it.
 * Many spawns may have the same actions, but each has a spare of its own.
 *
 * @args: changed
 * @spare: in the caller's memory; or NULL
 * Return: 0, -EINVAL without a spare, or -EFAULT.
 */
int syscalls_prepare(int nr, unsigned long args[6], s32 __user *spare);

#endif /* OUTSPAWN_SYSCALLS_H */
