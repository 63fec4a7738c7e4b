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
 * Before the call is done, in the child: ioctl TIOCSPGRP of 0 means the child's
 * own group; write its number to where the call will read it. 0 or -EFAULT.
 */
int syscalls_prepare(int nr, const unsigned long args[6]);

#endif /* OUTSPAWN_SYSCALLS_H */
