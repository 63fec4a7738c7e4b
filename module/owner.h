/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * owner.h - the process and the credentials that a template belongs to
 */
#ifndef OUTSPAWN_OWNER_H
#define OUTSPAWN_OWNER_H

#include <linux/types.h>

struct cred;
struct pid;

/*
 * owner_init() writes all fields before other tasks can reach the owner. Later
 * they are read without a lock.
 */
struct owner {
	const struct cred *cred; /* a reference */
	/*
	 * The thread group's pid: a reference, not a number, because the kernel
	 * reuses numbers.
	 */
	struct pid *process;
	/* The process's self_exec_id. Every execve(2) increments it. */
	u64 exec_id;
};

/* Make current's process the owner, with current's credentials. */
void owner_init(struct owner *owner);

/* Drop the references. */
void owner_destroy(struct owner *owner);

/*
 * Return true if current is a thread of the owner's process, the process has
 * not called execve(2) since owner_init(), and current's credentials permit the
 * same as the owner's. Does not sleep.
 */
bool owner_is_current(const struct owner *owner);

#endif /* OUTSPAWN_OWNER_H */
