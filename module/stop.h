/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * stop.h - check whether the caller may stop the program before its first
 * instruction
 *
 * SPAWN_STOPPED replaces a kill(2) by the caller. Before exec, the caller's
 * seccomp filters are asked about that call. After exec, the caller's
 * credentials and the security modules are checked, because exec may have given
 * the program another user or another label.
 */
#ifndef OUTSPAWN_STOP_H
#define OUTSPAWN_STOP_H

#include <linux/types.h>

struct task_struct;

/*
 * In the child, before its first action: ask the filters about kill(nr,
 * SIGSTOP). An action may add filters that are not the caller's.
 *
 * @nr: the child's pid as the caller sees it
 * Return: as step_ask_filters().
 */
int stop_ask_filters(pid_t nr);
/*
 * In the child, after exec: check whether the caller may send SIGSTOP to
 * current. May sleep.
 *
 * Return: 0, -EPERM, or the errno of a security module.
 */
int stop_check(struct task_struct *caller);

#endif /* OUTSPAWN_STOP_H */
