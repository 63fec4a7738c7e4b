/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * new_task.h - a task that current makes, and sees through to its end
 *
 * The task begins in a function of the module's, in the kernel. It shares the
 * caller's memory and has a descriptor table of its own. Its exit signal is 0,
 * unless the caller chooses another: then no plain wait(2) finds it and no signal
 * tells of its end, and the caller reaps it here.
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
	pid_t nr; /* as the caller sees it */
	int trace; /* PTRACE_EVENT_VFORK if the caller's tracer wants it, or 0 */
};

/* What new_task.trace must be for a child of current's. */
int new_task_trace(void);

/*
 * Make the task, not yet awake. ki_wake_up_new_task() wakes it.
 *
 * @new: 'trace' is set, the rest is filled in on success
 * @clone: fn, fn_arg, exit_signal and flags beyond those of every new task
 * @files: the task's table; on success the task takes over the reference
 * @vfork_done: what the task's vfork_done will be; the function clears it, under
 *	task_lock, before the completion goes away
 * Return: 0, or an errno; -ERESTARTNOINTR if a signal is pending.
 */
int new_task_make(struct new_task *new, struct kernel_clone_args *clone,
		  struct files_struct *files, struct completion *vfork_done);
/* Drop the references. */
void new_task_put(struct new_task *new);

/* Report a PTRACE_EVENT_* with the task's pid to the caller's tracer, if it wants it. */
void new_task_tell_tracer(const struct new_task *new, int event);

/*
 * In the task: clear vfork_done, so that its completion may go away. Does not complete
 * it. Return: false if exec has completed and cleared it already.
 */
bool new_task_end_vfork(void);

/*
 * Wait as wait_for_vfork_done() does: only a fatal signal ends the wait.
 *
 * Return: 0, or -EINTR if the caller must exit.
 */
int new_task_wait(struct completion *done);

/*
 * Give the task SIGCHLD as its exit signal, if it has none: the process that inherits
 * the task must see that it ends.
 */
void new_task_restore_sigchld(const struct new_task *new);

/*
 * Reap a task that exits now, whose exit signal is 0. Takes no longer than the exit
 * does, unless the task is traced: then its tracer reaps it first. A caller that
 * gets a fatal signal meanwhile leaves an ordinary child to the task's new parent.
 */
void new_task_reap(const struct new_task *new);

/*
 * Sleep until the kernel has released a task that it reaps itself, or current gets a
 * fatal signal. Kernels with CLONE_AUTOREAP wake the queue of pidfds then.
 */
void new_task_wait_for_release(const struct new_task *new);

#endif /* OUTSPAWN_NEW_TASK_H */
