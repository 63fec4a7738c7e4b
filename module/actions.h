/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * actions.h - the actions of a spawn: what the child does before exec
 *
 * actions.c copies and checks them in the caller, before there is a child.
 * actions_run.c runs them in the child.
 */
#ifndef OUTSPAWN_ACTIONS_H
#define OUTSPAWN_ACTIONS_H

#include <linux/openat2.h>
#include <linux/signal_types.h>

#include "arch.h"
#include "spawn_template.h"

struct file;

/* What all actions of a type have in common. */
struct action_type {
	u8 fields; /* ACTION_*: the fields that the type has; the others must be 0 */
	u32 flags; /* the bits that 'flags' may have */
	bool holds_file; /* uses the caller's descriptor fd; SYSCALL: see 'lends' */
	bool returns_newfd; /* the system call returns newfd; otherwise 0 */
	/*
	 * The child reads the memory to which the call points again after a
	 * tracer or the filters have judged the call: what they saw there must
	 * be what the action does.
	 */
	bool read_again;
};

#define ACTION_FD (1 << 0)
#define ACTION_NEWFD (1 << 1)
#define ACTION_ARG (1 << 2) /* and then arg must not be 0 */

/* What OPEN opens. */
struct action_open {
	struct open_how how;
	char path[];
};

/* The caller fills it in. Afterwards only the child uses it. */
struct action {
	u32 type;
	u32 flags;
	s32 fd;
	s32 newfd;
	/*
	 * The system call that the action stands for, as a tracer, the filters
	 * and the audit log see it. SIGDEFAULT stands for one rt_sigaction(2)
	 * per signal; args[0] is 0 here. OPEN stands for openat2(2), or for
	 * openat(2) if the filters do not know openat2(2).
	 */
	struct call call;
	/* The caller's fd when the spawn began: a reference, or NULL. */
	struct file *file;
	bool existed; /* CLOSE: the caller had a descriptor fd when the spawn began */
	bool lends; /* SYSCALL: fd is an argument of the call, and may be the caller's */
	union {
		struct action_open *open; /* OPEN; owned */
		sigset_t set; /* SIGMASK, SIGDEFAULT */
	};
};

struct actions {
	struct action *list; /* owned; NULL if count is 0 */
	u32 count;
	bool memory; /* an action reads or writes the caller's memory */
	bool user; /* after an action, tasks that may not trace the caller may trace the child */
	/*
	 * The last sched_setaffinity(2) among the actions, in 'list'; or NULL.
	 */
	const struct call *affinity;
	bool late; /* a tracer or filters judge the calls: see action_type.read_again */
	/*
	 * The slot of syscalls_prepare(), in the caller's memory; or NULL.
	 * run_call() clears the slot after the action.
	 */
	s32 __user *pgrp_slot;
};

/*
 * Copy count actions from current's memory, check them, copy what they point
 * to, and take references to the caller's descriptors that they name. Sleeps.
 *
 * @failed: set to the index of the action that is bad, or not written
 * Return: 0, -EINVAL, -EFAULT, -E2BIG, -ENAMETOOLONG, -ENOMEM, or -EOPNOTSUPP
 * (a system call that syscalls.c does not have).
 */
int actions_copy(struct actions *out, const struct spawn_template_action __user *list, u64 count,
		 s32 *failed);
void actions_free(struct actions *actions);

/*
 * Run them in current, the child, which has a descriptor table of its own.
 *
 * @mask: replaced by the set of a SIGMASK action
 * @failed: set to the index of the action that failed
 * Return: 0 or the action's errno, or STEP_DEATH.
 */
int actions_run(struct actions *actions, sigset_t *mask, s32 *failed);

/* For actions_run.c. */
const struct action_type *action_type(const struct action *action);
/*
 * Read what an OPEN, SIGMASK or SIGDEFAULT points to from current's memory,
 * where action->call says. Replaces what was read before. Sleeps.
 *
 * Return: 0, -EFAULT, -ENAMETOOLONG or -ENOMEM.
 */
int action_read(struct action *action);

#endif /* OUTSPAWN_ACTIONS_H */
