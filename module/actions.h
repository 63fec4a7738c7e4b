/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * actions.h - the set-up steps of a spawn
 *
 * Copied and checked in the caller, before there is a child; run in the child.
 */
#ifndef OUTSPAWN_ACTIONS_H
#define OUTSPAWN_ACTIONS_H

#include <linux/openat2.h>
#include <linux/signal_types.h>

#include "spawn_template.h"

struct file;

/* What OPEN opens, and where in the caller's memory that stood. */
struct action_open {
	const void __user *uarg;
	u64 upath;
	struct open_how how;
	char path[];
};

/* The system call of a SYSCALL. */
struct action_call {
	u32 nr;
	bool lent; /* its descriptor may be the caller's */
	unsigned long args[6];
};

struct action {
	u32 type;
	u32 flags;
	s32 fd;
	s32 newfd;
	/*
	 * The caller's descriptor fd, if it had one when the spawn began: a
	 * reference. For CLOSE only whether it had one is known: 'existed'.
	 * For signals, where the set stood in the caller's memory.
	 */
	union {
		struct file *file; /* DUP2, FCHDIR, OPEN, SYSCALL */
		bool existed; /* CLOSE */
		u64 usigset; /* SIGMASK, SIGDEFAULT */
	};
	union {
		struct action_open *open; /* OPEN; owned */
		struct action_call *call; /* SYSCALL; owned */
		sigset_t set; /* SIGMASK, SIGDEFAULT */
	};
};

struct actions {
	struct action *list; /* owned; NULL if count is 0 */
	u32 count;
	bool memory; /* one of them looks at the caller's memory when it runs */
	bool user; /* after one of them others may trace the child than the caller */
	/*
	 * What OPEN and SIGMASK point to is read again in the child, after a tracer or
	 * filters have judged it.
	 */
	bool late;
	s32 __user *spare; /* for syscalls_prepare(); 0 again afterwards. Or NULL */
};

/*
 * Copy count actions from current's memory, check them, copy what they point
 * to, and take references to the caller's descriptors that they name. Sleeps.
 *
 * @failed: set to the index of the action that is bad, or not written
 * Return: 0, -EINVAL, -EFAULT, -E2BIG, -ENAMETOOLONG, -ENOMEM, or -EOPNOTSUPP: a
 * system call that is not taken.
 */
int actions_copy(struct actions *out, const struct spawn_template_action __user *list, u64 count,
		 s32 *failed);
void actions_free(struct actions *actions);

/*
 * Run them in current, the child, which has a table of its own.
 *
 * @mask: replaced by the set of a SIGMASK action
 * @failed: set to the index of the action that failed
 * Return: 0 or the action's errno, or STEP_DEATH.
 */
int actions_run(struct actions *actions, sigset_t *mask, s32 *failed);

#endif /* OUTSPAWN_ACTIONS_H */
