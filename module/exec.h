/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exec.h - execute a template's file in the child
 */
#ifndef OUTSPAWN_EXEC_H
#define OUTSPAWN_EXEC_H

#include <linux/types.h>

#include "strings.h"

struct search;
struct template;

/* What a program is executed with. */
struct exec_args {
	struct strings argv, envp; /* owned; empty until they are read */
	u64 uargv, uenvp; /* where the caller has them */
	/*
	 * A tracer or seccomp filters judge what stands in the caller's memory: the
	 * child reads it after they have answered, when it executes the program.
	 */
	bool late;
	/* Memory of the caller's in which the child shows a path; or NULL. */
	char __user *scratch;
	u32 scratch_size;
};

/*
 * Read argv and envp from current's memory, in place of what was read before.
 * Sleeps.
 *
 * Return: 0, -EFAULT, -E2BIG, -ENOMEM or -EINTR (a fatal signal).
 */
int exec_args_read(struct exec_args *args);
void exec_args_free(struct exec_args *args);

/*
 * Replace current by the template's program, through the kernel's own exec:
 * permission, LSM hooks, secure-exec, no_new_privs and binfmt included. Entered
 * and left as a system call (step.h), as execve(2), which it replaces; the filters
 * are asked about execveat(2), which can run an open file, as well.
 *
 * The pinned file is executed where it was pinned. If that mount is foreign to
 * current's mount namespace, it is executed where the template's path names it.
 *
 * @stage: set to SPAWN_TEMPLATE_STAGE_MOUNT if the path does not name the file there
 * Return: 0 if current is the program now, or will die of a signal on its way
 * to user mode because exec failed past its point of no return; otherwise as
 * step_enter(), or what execve(2) would have returned, and current is as before.
 */
int exec_template(const struct template *tmpl, struct exec_args *args, u32 *stage);

/*
 * Replace current by the program that a search finds. Each attempt is entered and
 * left as a system call of its own.
 *
 * @index: set to the number of the directory tried last, if there is a path
 * Return: as exec_template().
 */
int exec_search(const struct search *search, struct exec_args *args, s32 *index);

#endif /* OUTSPAWN_EXEC_H */
