/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * owner.h - the process and the credentials that a template belongs to
 */
#ifndef OUTSPAWN_OWNER_H
#define OUTSPAWN_OWNER_H

#include <linux/types.h>

struct cred;
struct pid;

/*
 * Written once by owner_init(), before other tasks can reach it; read without a
 * lock afterwards. It holds references to cred and process.
 */
struct owner {
	const struct cred *cred;
	/* The thread group's: a struct, not a number, because numbers are used again. */
	struct pid *process;
	/* Which of the process's programs: execve(2) counts self_exec_id up. */
	u64 exec_id;
};

/* Make current the owner. */
void owner_init(struct owner *owner);

/* Drop the references. */
void owner_destroy(struct owner *owner);

/*
 * Is current a thread of the owner's process, which has not called execve(2)
 * since, and do its credentials permit the same as the owner's? Does not sleep.
 */
bool owner_is_current(const struct owner *owner);

#endif /* OUTSPAWN_OWNER_H */
