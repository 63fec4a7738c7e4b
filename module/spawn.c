// SPDX-License-Identifier: GPL-2.0-only
/*
 * spawn.c - the caller's side of a spawn
 *
 * Copies what the child needs, makes the child, waits, and tidies up after a
 * child that failed. A child's exit signal is 0 until exec, which sets
 * SIGCHLD: so one that failed before is invisible to wait(2) and needs no
 * signal, and the caller reaps it here.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/freezer.h>
#include <linux/module.h>
#include <linux/numa.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "child.h"
#include "internals.h"
#include "spawn.h"
#include "template.h"

/*
 * The child shares the caller's memory (CLONE_VM) and, until its first own
 * step, descriptor table (CLONE_FILES): neither is copied. CLONE_VFORK does
 * not make copy_process() wait; it says that the child will not run on the
 * caller's stack, so no shadow stack is mapped for it and the alternate signal
 * stack stays inherited.
 */
#define CHILD_FLAGS (CLONE_VM | CLONE_VFORK | CLONE_FILES)

/* What the caller holds of its child while it waits for it. */
struct birth {
	struct task_struct *task; /* a reference */
	struct pid *pid; /* a reference */
	pid_t nr; /* as the caller sees it */
	int trace; /* PTRACE_EVENT_VFORK if the caller's tracer wants it, or 0 */
	int pidfd; /* reserved number, or -1 */
	struct file *pidfd_file; /* not yet installed, or NULL */
};

static int check_args(const struct spawn_template_spawn_args *args)
{
	if (args->flags & ~SPAWN_TEMPLATE_SPAWN_INHERIT_FDS)
		return -EINVAL;
	if (memchr_inv(args->reserved, 0, sizeof(args->reserved)))
		return -EINVAL;
	return 0;
}

static struct spawn *spawn_new(struct template *tmpl)
{
	struct spawn *spawn = kzalloc(sizeof(*spawn), GFP_KERNEL_ACCOUNT);

	if (!spawn)
		return NULL;
	refcount_set(&spawn->ref, 1);
	spawn->tmpl = template_get(tmpl);
	init_completion(&spawn->done);
	/* A child that is killed before its first step was not made, for the caller. */
	spawn->result.stage = SPAWN_TEMPLATE_STAGE_CREATE;
	spawn->result.action = -1;
	return spawn;
}

void spawn_put(struct spawn *spawn)
{
	if (!refcount_dec_and_test(&spawn->ref))
		return;
	strings_free(&spawn->argv);
	strings_free(&spawn->envp);
	actions_free(&spawn->actions);
	fds_put_stdio(spawn->stdio);
	template_put(spawn->tmpl);
	kfree(spawn);
}

/* Everything that the child will need of the caller, while it can still fail. */
static int copy_args(struct spawn *spawn, const struct spawn_template_spawn_args *args)
{
	unsigned long room = strings_limit(rlimit(RLIMIT_STACK));
	int __user *pidfd = u64_to_user_ptr(args->pidfd);
	int err;

	if (pidfd && put_user(-1, pidfd))
		return -EFAULT;
	err = actions_copy(&spawn->actions, u64_to_user_ptr(args->actions), args->actions_len,
			   &spawn->result.action);
	if (!err)
		err = strings_copy(&spawn->argv, u64_to_user_ptr(args->argv), &room);
	if (!err)
		err = strings_copy(&spawn->envp, u64_to_user_ptr(args->envp), &room);
	if (err)
		return err;
	spawn->uargv = args->argv;
	spawn->uenvp = args->envp;
	spawn->inherit_fds = args->flags & SPAWN_TEMPLATE_SPAWN_INHERIT_FDS;
	if (!spawn->inherit_fds)
		fds_get_stdio(spawn->stdio);
	return 0;
}

/*
 * Make the task, not yet awake. It gets a reference to the spawn and one to
 * the module, for child_main() to drop.
 */
static int make_task(struct spawn *spawn, struct birth *birth)
{
	struct kernel_clone_args clone = {
		.flags = CHILD_FLAGS,
		.exit_signal = 0,
		.fn = child_main,
		.fn_arg = spawn,
	};

	if (ptrace_event_enabled(current, PTRACE_EVENT_VFORK))
		birth->trace = PTRACE_EVENT_VFORK;
	refcount_inc(&spawn->ref);
	__module_get(THIS_MODULE);
	birth->task = ki_copy_process(birth->trace, NUMA_NO_NODE, &clone);
	if (IS_ERR(birth->task)) {
		module_put(THIS_MODULE);
		spawn_put(spawn);
		return PTR_ERR(birth->task);
	}
	get_task_struct(birth->task);
	birth->pid = get_task_pid(birth->task, PIDTYPE_PID);
	birth->nr = pid_vnr(birth->pid);
	birth->task->vfork_done = &spawn->done;
	ki_share_io_ports(birth->task);
	ki_trace_fork(birth->task);
	return 0;
}

/*
 * Reserve a pidfd before the child runs, so that running out of descriptors or
 * memory cannot be found out when the program has started already.
 */
static int make_pidfd(struct birth *birth)
{
	int fd = ki_pidfd_prepare(birth->pid, &birth->pidfd_file);

	if (fd < 0)
		return fd;
	birth->pidfd = fd;
	return 0;
}

/*
 * Hand the pidfd out, or take it back. copy_args() found the pointer good; if
 * it no longer is, the caller has the child's pid all the same.
 */
static void settle_pidfd(const struct birth *birth, int __user *upidfd, bool success)
{
	if (birth->pidfd < 0)
		return;
	if (success && !put_user(birth->pidfd, upidfd)) {
		fd_install(birth->pidfd, birth->pidfd_file);
		return;
	}
	put_unused_fd(birth->pidfd);
	fput(birth->pidfd_file);
}

/* Let the tracer know, which sees the child's pid in its own namespace. */
static void tell_tracer(const struct birth *birth, int event)
{
	struct pid_namespace *ns;
	unsigned long nr = 0;

	if (!ptrace_event_enabled(current, event))
		return;
	rcu_read_lock();
	ns = task_active_pid_ns(rcu_dereference(current->parent));
	if (ns)
		nr = pid_nr_ns(birth->pid, ns);
	rcu_read_unlock();
	ki_ptrace_event(event, nr);
}

/*
 * Wait until exec has left the caller's memory behind, or the child failed: as
 * wait_for_vfork_done() does. Returns 0, or -EINTR if the caller is to die.
 */
static int wait_for_child(struct spawn *spawn)
{
	int killed;

	ki_enter_frozen();
	killed = wait_for_completion_state(&spawn->done, TASK_KILLABLE | TASK_FREEZABLE);
	ki_leave_frozen();
	return killed ? -EINTR : 0;
}

/*
 * Take away a child that failed. It is on its way out, so this takes no longer
 * than its exit does; unless it is traced: then its tracer is first. A caller
 * that is killed meanwhile leaves an ordinary child to whoever inherits it.
 */
static void reap(const struct birth *birth)
{
	while (ki_wait_all(birth->nr) == -ERESTARTSYS) {
		if (fatal_signal_pending(current)) {
			WRITE_ONCE(birth->task->exit_signal, SIGCHLD);
			return;
		}
		/* Some other signal is pending: let the caller sleep all the same. */
		schedule_timeout_killable(1);
	}
}

/*
 * The child is awake: see it through.
 *
 * @result: filled in when the child has said how it went
 * Return: 0, what the child failed with, or -EINTR if the caller is to die.
 */
static int attend(struct spawn *spawn, const struct birth *birth,
		  struct spawn_template_result *result)
{
	int err;

	if (birth->trace)
		tell_tracer(birth, PTRACE_EVENT_VFORK);
	err = wait_for_child(spawn);
	if (err) {
		/* If it fails now, nobody is there to reap it quietly. */
		WRITE_ONCE(birth->task->exit_signal, SIGCHLD);
		return err;
	}
	*result = spawn->result;
	err = -result->error;
	if (err)
		reap(birth);
	else
		tell_tracer(birth, PTRACE_EVENT_VFORK_DONE);
	return err;
}

/* Make the child, wait for it, hand out its pidfd. */
static long give_birth(struct spawn *spawn, int __user *upidfd,
		       struct spawn_template_result *result)
{
	struct spawn_template_result ending;
	struct birth birth = { .pidfd = -1 };
	int err, cancelled = 0;

	result->stage = SPAWN_TEMPLATE_STAGE_CREATE;
	err = make_task(spawn, &birth);
	if (err)
		return err;
	if (upidfd)
		cancelled = make_pidfd(&birth);
	/* A task that is made cannot be unmade: let it run, and end at once. */
	spawn->cancelled = cancelled;
	ki_wake_up_new_task(birth.task);
	ending = *result;
	err = attend(spawn, &birth, &ending);
	if (cancelled)
		err = cancelled;
	else
		*result = ending;

	settle_pidfd(&birth, upidfd, !err);
	put_pid(birth.pid);
	put_task_struct(birth.task);
	return err ?: birth.nr;
}

static long run(struct template *tmpl, const struct spawn_template_spawn_args *args,
		struct spawn_template_result *result)
{
	struct spawn *spawn;
	long ret;

	result->stage = SPAWN_TEMPLATE_STAGE_ARGS;
	ret = check_args(args);
	if (ret)
		return ret;

	result->stage = SPAWN_TEMPLATE_STAGE_TEMPLATE;
	ret = template_check(tmpl);
	if (ret)
		return ret;

	result->stage = SPAWN_TEMPLATE_STAGE_ARGS;
	spawn = spawn_new(tmpl);
	if (!spawn)
		return -ENOMEM;
	ret = copy_args(spawn, args);
	if (ret)
		result->action = spawn->result.action;
	else
		ret = give_birth(spawn, u64_to_user_ptr(args->pidfd), result);
	spawn_put(spawn);
	return ret;
}

long spawn_run(struct template *tmpl, const struct spawn_template_spawn_args *args,
	       struct spawn_template_result *result)
{
	long ret;

	*result = (struct spawn_template_result) { .action = -1 };
	ret = run(tmpl, args, result);
	if (ret > 0) {
		result->stage = SPAWN_TEMPLATE_STAGE_NONE;
		result->pid = ret;
		atomic64_inc(&tmpl->spawned);
	} else if (ret != -ERESTARTNOINTR) {
		result->error = -ret;
		atomic64_inc(&tmpl->failed);
	}
	return ret;
}
