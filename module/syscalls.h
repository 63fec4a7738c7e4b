/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * syscalls.h - which system calls a child may do before exec
 */
#ifndef OUTSPAWN_SYSCALLS_H
#define OUTSPAWN_SYSCALLS_H

#include <linux/types.h>

#include "arch.h"
#include "spawn_template.h"

/* What the spawn must know of a call that the child may do. */
struct syscall_traits {
	s8 lent; /* the argument that is a descriptor, which may be the caller's; or -1 */
	bool memory; /* the call reads or writes the caller's memory */
	bool affinity; /* the call sets the CPUs on which the child runs */
	bool user; /* after the call, tasks that may not trace the caller may trace the child */
};

/*
 * May the child do this call? Reads no user memory.
 *
 * @traits: filled in on success
 * Return: 0; -EOPNOTSUPP if the child may not do this call, or not with this
 * option; -EINVAL if the call concerns another process, or if arguments that
 * the call does not have are not 0.
 */
int syscalls_check(const struct spawn_template_syscall *call, struct syscall_traits *traits);

/*
 * In the child, before it does the call. ioctl(TIOCSPGRP) with a NULL pointer
 * means the child's own process group. Write that group's number to slot, and
 * point the call to it. Several spawns may share a list of actions, but each
 * has its own slot.
 *
 * @call: args[2] may be changed
 * @slot: in the caller's memory; or NULL
 * Return: 0, -EINVAL without a slot, or -EFAULT.
 */
int syscalls_prepare(struct call *call, s32 __user *slot);

#endif /* OUTSPAWN_SYSCALLS_H */
