/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * exec.h - execute a program in the child
 */
#ifndef OUTSPAWN_EXEC_H
#define OUTSPAWN_EXEC_H

#include <linux/types.h>

#include "strings.h"

struct search;
struct template;

/* The arguments of an exec. The caller sets all but the strings' copy. */
struct exec_args {
	struct strings strings; /* owns its copy */
	/*
	 * True: the caller has seccomp filters or a tracer that follows vfork.
	 * Then the child reads the strings after these have allowed execve(2).
	 * False: the caller has read the strings before the child exists.
	 */
	bool late;
	/* Memory that the caller lends for showing a path, or NULL. */
	char __user *scratch;
	u32 scratch_size;
};

/*
 * Replace current by the template's program, through the kernel's own exec,
 * with its permission checks, LSM hooks, secure-exec, no_new_privs and binfmts.
 * The exec is entered and left as execve(2) (step.h), which it replaces. The
 * filters also judge execveat(2), because only that call executes an open file.
 *
 * The pinned file is executed where it was pinned. If that mount is foreign to
 * current's mount namespace, the file is executed where the template's path
 * names it.
 *
 * @stage: set to SPAWN_TEMPLATE_STAGE_MOUNT if the path does not name the file
 * there
 * Return: 0 if current is the program now, or will die of a signal on its way
 * to user mode because exec failed past its point of no return. Otherwise as
 * step_enter(), or the errno of execve(2), and current is as before.
 */
int exec_template(const struct template *tmpl, struct exec_args *args, u32 *stage);

/*
 * Replace current by the program that a search finds. Each attempt is entered
 * and left as an execve(2) of its own.
 *
 * @index: set to the number of the directory tried last, if there is a path
 * Return: as exec_template().
 */
int exec_search(const struct search *search, struct exec_args *args, s32 *index);

#endif /* OUTSPAWN_EXEC_H */
