/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exec.h - execute a template's file in the child
 */
#ifndef OUTSPAWN_EXEC_H
#define OUTSPAWN_EXEC_H

struct strings;
struct template;

/*
 * Replace current by the template's program, through the kernel's own exec:
 * permission, LSM hooks, secure-exec, no_new_privs and binfmt included.
 *
 * Return: 0 if current is the program now, or will die of a signal on its way
 * to user mode because exec failed past its point of no return; otherwise
 * what execve(2) would have returned, and current is as before.
 */
int exec_template(const struct template *tmpl, const struct strings *argv,
		  const struct strings *envp);

/*
 * What the caller's seccomp filters say of it: of execve(2), which it replaces,
 * and of execveat(2), which can run an open file. Returns as seccomp_ask().
 *
 * @uargv, @uenvp: where the caller has them
 */
int exec_ask(unsigned long uargv, unsigned long uenvp);

#endif /* OUTSPAWN_EXEC_H */
