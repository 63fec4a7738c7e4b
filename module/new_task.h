/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * new_task.h - make a task, wait for it and reap it
 *
 * The task starts in a function of this module. It shares the caller's memory
 * and has its own descriptor table. Its exit signal is 0 unless the caller
 * chooses another. With exit signal 0, no plain wait(2) finds the task, its end
 * sends no signal, and the caller reaps it here.
 */
#ifndef OUTSPAWN_NEW_TASK_H
#define OUTSPAWN_NEW_TASK_H

#include <linux/types.h>

struct completion;
struct files_struct;
struct kernel_clone_args;
struct pid;
struct task_struct;

/* Belongs to the caller, which made the task. */
struct new_task {
	struct task_struct *task; /* a reference */
	struct pid *pid; /* a reference */
	pid_t nr; /* the pid as the caller sees it */
	int trace; /* PTRACE_EVENT_VFORK if the caller's tracer follows vfork, or 0 */
};

/* Return new_task.trace for a child of current. */
int new_task_trace(void);

/*
 * Make the task, not yet awake. ki_wake_up_new_task() wakes it. Sleeps.
 *
 * @new: the caller has set 'trace'; the other fields are filled in on success
 * @clone: fn, fn_arg, exit_signal, and flags besides NEW_TASK_FLAGS
 * @node: the memory node for its task_struct and kernel stack, or NUMA_NO_NODE
 * @files: the task's table; on success the task takes over the reference
 * @vfork_done: the task's vfork_done; 'fn' must call new_task_end_vfork()
 *	before the completion is freed
 * Return: 0, or an errno; -ERESTARTNOINTR if a signal is pending.
 */
int new_task_make(struct new_task *new, struct kernel_clone_args *clone, int node,
		  struct files_struct *files, struct completion *vfork_done);
/* Drop the references. */
void new_task_put(struct new_task *new);

/* If the caller's tracer asked for the event, report it with the task's pid. */
void new_task_tell_tracer(const struct new_task *new, int event);

/*
 * In the task: clear vfork_done without completing it. Afterwards the
 * completion may be freed.
 *
 * Return: false if exec has completed and cleared vfork_done before.
 */
bool new_task_end_vfork(void);

/*
 * Wait as wait_for_vfork_done() does: only a fatal signal ends the wait.
 *
 * Return: 0, or -EINTR if the caller must exit.
 */
int new_task_wait(struct completion *done);

/*
 * Give the task SIGCHLD so that a new parent can reap it, unless it already has
 * an exit signal.
 */
void new_task_restore_sigchld(const struct new_task *new);

/*
 * Wait for the end of a task whose exit signal is 0, and reap the task. If the
 * task is traced, its tracer must reap it or detach first. If a fatal signal
 * ends the wait, restore SIGCHLD: the task's new parent will reap it.
 */
void new_task_reap(const struct new_task *new);

/*
 * Sleep until the kernel has released a CLONE_AUTOREAP task, or current gets a
 * fatal signal. Kernels with CLONE_AUTOREAP wake the pidfd wait queue at the
 * release.
 */
void new_task_wait_for_release(const struct new_task *new);

#endif /* OUTSPAWN_NEW_TASK_H */
