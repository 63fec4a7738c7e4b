/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stop.h - may the program be stopped before its first instruction?
 *
 * SPAWN_STOPPED stands for a kill(2) by the caller: the caller's seccomp filters are
 * asked about that call before exec, and its credentials and security modules after
 * exec, which may have given the program another user or another label.
 */
#ifndef OUTSPAWN_STOP_H
#define OUTSPAWN_STOP_H

#include <linux/types.h>

struct task_struct;

/*
 * In the child, before its first action: ask the filters, which are still only its caller's.
 *
 * @nr: the child's number, as its caller sees it
 * Return: as step_ask_filters().
 */
int stop_ask_filters(pid_t nr);
/*
 * In the child, after exec: could the caller send SIGSTOP to current? May sleep.
 *
 * Return: 0; -EPERM, or what the security modules say.
 */
int stop_check(struct task_struct *caller);

#endif /* OUTSPAWN_STOP_H */
