// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * new_task.c - make a task, wait for it and reap it
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/freezer.h>
#include <linux/minmax.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/wait.h>

#include "arch.h"
#include "fds.h"
#include "internals.h"
#include "new_task.h"

/*
 * copy_process() copies neither the caller's memory (CLONE_VM) nor the caller's
 * descriptor table (CLONE_FILES). new_task_make() then gives the task its own
 * table. CLONE_VFORK does not make copy_process() wait. With it, copy_process()
 * maps no shadow stack for the task, and the task inherits the caller's
 * alternate signal stack.
 */
#define NEW_TASK_FLAGS (CLONE_VM | CLONE_VFORK | CLONE_FILES)

/* The longest time between two attempts to reap a traced task, in ticks. */
#define LONGEST_NAP (HZ / 20L)

int new_task_trace(void)
{
	return ptrace_event_enabled(current, PTRACE_EVENT_VFORK) ? PTRACE_EVENT_VFORK : 0;
}

int new_task_make(struct new_task *new, struct kernel_clone_args *clone, int node,
		  struct files_struct *files, struct completion *vfork_done)
{
	clone->flags |= NEW_TASK_FLAGS;
	new->task = ki_copy_process(new->trace, node, clone);
	if (IS_ERR(new->task))
		return PTR_ERR(new->task);
	get_task_struct(new->task);
	new->pid = get_task_pid(new->task, PIDTYPE_PID);
	new->nr = pid_vnr(new->pid);
	/*
	 * Only the OOM killer may read vfork_done of a task that is not yet
	 * awake.
	 */
	WRITE_ONCE(new->task->vfork_done, vfork_done);
	fds_give(new->task, files);
	arch_share_io_ports(new->task);
	ki_trace_fork(new->task);
	return 0;
}

void new_task_put(struct new_task *new)
{
	put_pid(new->pid);
	put_task_struct(new->task);
}

void new_task_tell_tracer(const struct new_task *new, int event)
{
	struct pid_namespace *ns;
	unsigned long nr = 0;

	if (!ptrace_event_enabled(current, event))
		return;
	/* The tracer gets the pid of its own namespace. */
	rcu_read_lock();
	ns = task_active_pid_ns(rcu_dereference(current->parent));
	if (ns)
		nr = pid_nr_ns(new->pid, ns);
	rcu_read_unlock();
	ki_ptrace_event(event, nr);
}

bool new_task_end_vfork(void)
{
	bool had;

	/*
	 * As complete_vfork_done() does: a task that reads another's vfork_done
	 * holds task_lock.
	 */
	task_lock(current);
	had = current->vfork_done;
	current->vfork_done = NULL;
	task_unlock(current);
	return had;
}

int new_task_wait(struct completion *done)
{
	int killed;

	ki_enter_frozen();
	killed = wait_for_completion_state(done, TASK_KILLABLE | TASK_FREEZABLE);
	ki_leave_frozen();
	return killed ? -EINTR : 0;
}

/*
 * Only replace a 0. A task that became a program has its own exit signal. The
 * exit signal is -1 if another thread of the program has become the thread
 * group's leader.
 */
void new_task_restore_sigchld(const struct new_task *new)
{
	cmpxchg(&new->task->exit_signal, 0, SIGCHLD);
}

/*
 * Sleep for some ticks. Only a fatal signal wakes current; freezers count it as
 * frozen.
 */
static void nap(long ticks)
{
	set_current_state(TASK_KILLABLE | TASK_FREEZABLE);
	schedule_timeout(ticks);
}

/*
 * Sleep until the task has ended. kernel_wait4() must not wait here: if a
 * thread of the caller's process traces the task, kernel_wait4() takes the
 * stops that are for the tracer.
 *
 * Return: false if current gets a fatal signal.
 */
static bool wait_for_end(const struct new_task *new)
{
	int killed;

	ki_enter_frozen();
	/* The queue that a pidfd polls: exit sets exit_state, then wakes it. */
	killed = wait_event_state(new->pid->wait_pidfd, READ_ONCE(new->task->exit_state),
				  (TASK_KILLABLE | TASK_FREEZABLE));
	ki_leave_frozen();
	return !killed;
}

/*
 * The task is a zombie that has a tracer: try until the tracer lets go of it.
 *
 * Return: false if current gets a fatal signal.
 */
static bool reap_patiently(const struct new_task *new)
{
	long ticks = 1;
	bool gone;

	ki_enter_frozen();
	do {
		nap(ticks);
		ticks = min(2 * ticks, LONGEST_NAP);
		gone = !pid_has_task(new->pid, PIDTYPE_PID) || ki_wait_all(new->nr);
	} while (!gone && !fatal_signal_pending(current));
	ki_leave_frozen();
	return gone;
}

/*
 * Reap the task, which has ended. Return: false if current gets a fatal signal.
 */
static bool reap_zombie(const struct new_task *new)
{
	/*
	 * Another thread's wait with __WALL may have reaped the task. Then its
	 * pid is free, and may be another task's.
	 */
	return !pid_has_task(new->pid, PIDTYPE_PID) || ki_wait_all(new->nr) ||
	       reap_patiently(new);
}

void new_task_reap(const struct new_task *new)
{
	if (!wait_for_end(new) || !reap_zombie(new))
		new_task_restore_sigchld(new);
}

void new_task_wait_for_release(const struct new_task *new)
{
	ki_enter_frozen();
	wait_event_state(new->pid->wait_pidfd, !pid_has_task(new->pid, PIDTYPE_PID),
			 (TASK_KILLABLE | TASK_FREEZABLE));
	ki_leave_frozen();
}
