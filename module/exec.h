/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exec.h - execute a template's file in the child
 */
#ifndef OUTSPAWN_EXEC_H
#define OUTSPAWN_EXEC_H

#include <linux/types.h>

struct search;
struct strings;
struct template;

/*
 * Enter exec as a system call (step.h): execve(2), which it replaces; the
 * filters are asked about execveat(2), which can run an open file, as well.
 *
 * @uargv, @uenvp: where the caller has them
 * Return: as step_enter().
 */
int exec_enter(unsigned long uargv, unsigned long uenvp);

/*
 * After exec_enter(): replace current by the template's program, through the
 * kernel's own exec: permission, LSM hooks, secure-exec, no_new_privs and
 * binfmt included.
 *
 * @uargv, @uenvp: as for exec_enter()
 * Return: 0 if current is the program now, or will die of a signal on its way
 * to user mode because exec failed past its point of no return; otherwise
 * what execve(2) would have returned, and current is as before.
 */
int exec_template(const struct template *tmpl, const struct strings *argv,
		  const struct strings *envp, unsigned long uargv, unsigned long uenvp);

/*
 * Replace current by the program that a search finds. Each attempt is entered and
 * left as a system call of its own.
 *
 * @index: set to the number of the directory tried last, if there is a path
 * Return: as exec_enter() and exec_template().
 */
int exec_search(const struct search *search, const struct strings *argv,
		const struct strings *envp, unsigned long uargv, unsigned long uenvp, s32 *index);

#endif /* OUTSPAWN_EXEC_H */
