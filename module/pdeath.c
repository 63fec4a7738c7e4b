// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * pdeath.c - signal a child when its parent process ends
 *
 * The queue that a pidfd polls hears of the end of a process. A watch waits in
 * the parent's queue and in the child's. The kernel wakes these queues with
 * tasklist_lock held, so the rest is done by a work item.
 */
#include <linux/bitops.h>
#include <linux/capability.h>
#include <linux/container_of.h>
#include <linux/cred.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "pdeath.h"

/*
 * Belongs to its work item, which frees it. The other fields are constant. Both
 * pids and both credentials are references.
 */
struct watch {
	struct wait_queue_entry in_parent, in_child;
	struct work_struct work;
	struct rcu_head rcu;
	unsigned long queued; /* bit 0: the work item is queued or runs */
	struct pid *parent, *child;
	const struct cred *sender;
	const struct cred *before; /* the child's when the signal was set */
	int signal;
};

static struct workqueue_struct *works;

/* The caller must have taken bit 0 of watch->queued. */
static void queue(struct watch *watch)
{
	queue_work(works, &watch->work);
}

static int wake_by_parent(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	struct watch *watch = container_of(entry, struct watch, in_parent);

	if (!test_and_set_bit(0, &watch->queued))
		queue(watch);
	return 0;
}

static int wake_by_child(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	struct watch *watch = container_of(entry, struct watch, in_child);

	if (!test_and_set_bit(0, &watch->queued))
		queue(watch);
	return 0;
}

/* Has the last thread of the process ended? As pidfd_poll() finds out. */
static bool has_ended(struct pid *process)
{
	struct task_struct *task;
	bool ended;

	rcu_read_lock();
	task = pid_task(process, PIDTYPE_PID);
	ended = !task || (READ_ONCE(task->exit_state) && !delay_group_leader(task));
	rcu_read_unlock();
	return ended;
}

static bool is_due(const struct watch *watch)
{
	return has_ended(watch->parent) || has_ended(watch->child);
}

/*
 * Would commit_creds() or exec have cleared PR_SET_PDEATHSIG? They compare the
 * same fields.
 */
static bool has_changed(const struct cred *before, const struct cred *now)
{
	return !uid_eq(before->euid, now->euid) || !gid_eq(before->egid, now->egid) ||
	       !uid_eq(before->fsuid, now->fsuid) || !gid_eq(before->fsgid, now->fsgid) ||
	       before->user_ns != now->user_ns ||
	       !cap_issubset(now->cap_permitted, before->cap_permitted);
}

static void send(const struct watch *watch)
{
	struct task_struct *child = get_pid_task(watch->child, PIDTYPE_PID);
	const struct cred *now, *own;

	if (!child)
		return;
	now = get_task_cred(child);
	if (!has_changed(watch->before, now)) {
		/* kill_pid() asks whether current may send the signal. */
		own = override_creds(watch->sender);
		kill_pid(watch->child, watch->signal, 0);
		revert_creds(own);
	}
	put_cred(now);
	put_task_struct(child);
}

static void free_watch(struct watch *watch)
{
	put_pid(watch->parent);
	put_pid(watch->child);
	put_cred(watch->sender);
	put_cred(watch->before);
	/* pdeath_set() may still look at 'queued'. */
	kfree_rcu(watch, rcu);
}

static void work(struct work_struct *item)
{
	struct watch *watch = container_of(item, struct watch, work);

	if (!is_due(watch)) {
		clear_bit(0, &watch->queued);
		/* Pairs with test_and_set_bit(): a process may have ended meanwhile. */
		smp_mb__after_atomic();
		if (!is_due(watch) || test_and_set_bit(0, &watch->queued))
			return;
	}
	/* Bit 0 remains set: no wake-up queues the work again. */
	if (has_ended(watch->parent))
		send(watch);
	remove_wait_queue(&watch->parent->wait_pidfd, &watch->in_parent);
	remove_wait_queue(&watch->child->wait_pidfd, &watch->in_child);
	free_watch(watch);
	/* pdeath_exit() waits for the last instructions. */
	module_put(THIS_MODULE);
}

int pdeath_set(struct pid *parent, const struct cred *cred, int signal)
{
	struct watch *watch = kzalloc(sizeof(*watch), GFP_KERNEL_ACCOUNT);

	if (!watch)
		return -ENOMEM;
	INIT_WORK(&watch->work, work);
	init_waitqueue_func_entry(&watch->in_parent, wake_by_parent);
	init_waitqueue_func_entry(&watch->in_child, wake_by_child);
	watch->parent = get_pid(parent);
	watch->child = get_pid(task_tgid(current));
	watch->sender = get_cred(cred);
	watch->before = get_current_cred();
	watch->signal = signal;
	__module_get(THIS_MODULE);
	set_bit(0, &watch->queued);
	add_wait_queue(&watch->parent->wait_pidfd, &watch->in_parent);
	add_wait_queue(&watch->child->wait_pidfd, &watch->in_child);
	/*
	 * From clear_bit() on, the work item may free the watch. The parent may
	 * have ended before that, and woke nobody then.
	 */
	rcu_read_lock();
	clear_bit(0, &watch->queued);
	smp_mb__after_atomic(); /* Pairs with test_and_set_bit(). */
	if (has_ended(parent) && !test_and_set_bit(0, &watch->queued))
		queue(watch);
	rcu_read_unlock();
	return 0;
}

int pdeath_init(void)
{
	works = alloc_workqueue("outspawn", WQ_UNBOUND, 0);
	return works ? 0 : -ENOMEM;
}

void pdeath_exit(void)
{
	destroy_workqueue(works);
}
