// SPDX-License-Identifier: GPL-2.0-only
/*
 * spawn.c - the caller's side of a spawn
 *
 * Copies what the child needs, makes the child, waits, and tidies up after a
 * child that failed. The exit signal of one that is waited for is 0 until exec, which
 * sets SIGCHLD: so one that failed before is invisible to wait(2) and needs no
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
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/seccomp.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "child.h"
#include "internals.h"
#include "signals.h"
#include "spawn.h"
#include "template.h"

/*
 * The child shares the caller's memory (CLONE_VM), and the caller's descriptor
 * table (CLONE_FILES) until make_task() gives it its own: copy_process() copies
 * neither. CLONE_VFORK does not make copy_process() wait. It says that the child
 * will not run on the caller's stack, so no shadow stack is mapped for the child
 * and the alternate signal stack stays inherited.
 */
#define CHILD_FLAGS (CLONE_VM | CLONE_VFORK | CLONE_FILES)

/* What a child's birth may have beyond vfork: only clone(2) and clone3(2) give it. */
#define CLONE_ATTRIBUTES (SPAWN_TEMPLATE_SPAWN_CGROUP | SPAWN_TEMPLATE_SPAWN_AUTOREAP | \
			  SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE)
/* In ticks: until a caller with a pending signal looks again for a child that failed. */
#define LONGEST_NAP (HZ / 20L)
#define NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
		    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)

u64 spawn_flags(void)
{
	u64 flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS | SPAWN_TEMPLATE_SPAWN_ASYNC |
		    SPAWN_TEMPLATE_SPAWN_CGROUP | SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL |
		    SPAWN_TEMPLATE_SPAWN_STOPPED | SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS;

	if (ki_autoreap_flag())
		flags |= SPAWN_TEMPLATE_SPAWN_AUTOREAP;
	if (ki_autoreap_flag() && ki_can_kill_on_close())
		flags |= SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE;
	return flags;
}

/* As clone3(2) checks its own. */
static int check_kill_on_close(const struct spawn_template_spawn_args *args)
{
	if (!args->pidfd || !(args->flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP))
		return -EINVAL;
	if (!(args->flags & SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS) &&
	    !ns_capable(current_user_ns(), CAP_SYS_ADMIN))
		return -EPERM;
	return 0;
}

static int check_flags(const struct spawn_template_spawn_args *args)
{
	u64 known = spawn_flags() | SPAWN_TEMPLATE_SPAWN_AUTOREAP |
		    SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE;

	if (args->flags & ~known)
		return -EINVAL;
	if (args->flags & ~spawn_flags())
		return -EOPNOTSUPP;
	if ((args->flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP) &&
	    (args->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL))
		return -EINVAL;
	if (args->flags & SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE)
		return check_kill_on_close(args);
	return 0;
}

static bool has_filters(void)
{
	return seccomp_mode(&current->seccomp) != SECCOMP_MODE_DISABLED;
}

/* Does it ask for something that vfork(2) does not give, and clone(2) does? */
static bool needs_clone(const struct spawn_template_spawn_args *args)
{
	if (args->namespaces || args->set_tid_size || (args->flags & CLONE_ATTRIBUTES))
		return true;
	return (args->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL) && args->exit_signal != SIGCHLD;
}

static int check_args(const struct spawn_template_spawn_args *args)
{
	if (memchr_inv(args->reserved, 0, sizeof(args->reserved)))
		return -EINVAL;
	if (args->cgroup && !(args->flags & SPAWN_TEMPLATE_SPAWN_CGROUP))
		return -EINVAL;
	if (args->exit_signal && !(args->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL))
		return -EINVAL;
	if (args->exit_signal > _NSIG || args->pdeath_signal > _NSIG)
		return -EINVAL;
	if (args->namespaces & ~(u64)NAMESPACES)
		return -EINVAL;
	if (!args->set_tid != !args->set_tid_size || args->set_tid_size > MAX_PID_NS_LEVEL)
		return -EINVAL;
	/* Filters would have to judge clone(2) before a child exists. */
	if (has_filters() && needs_clone(args))
		return -EPERM;
	if (args->pad || (args->scratch_size && !args->scratch))
		return -EINVAL;
	return check_flags(args);
}

static struct spawn *spawn_new(const struct spawn_request *request)
{
	struct spawn *spawn = kzalloc(sizeof(*spawn), GFP_KERNEL_ACCOUNT);

	if (!spawn)
		return NULL;
	refcount_set(&spawn->ref, 1);
	if (request->tmpl)
		spawn->tmpl = template_get(request->tmpl);
	spawn->caller = get_task_struct(current);
	init_completion(&spawn->done);
	init_completion(&spawn->unwatched);
	/* A child that is killed before its first step was not made, for the caller. */
	spawn->result.stage = SPAWN_TEMPLATE_STAGE_CREATE;
	spawn->result.action = -1;
	return spawn;
}

void spawn_put(struct spawn *spawn)
{
	if (!refcount_dec_and_test(&spawn->ref))
		return;
	search_free(&spawn->search);
	exec_args_free(&spawn->exec);
	actions_free(&spawn->actions);
	if (spawn->files)
		ki_put_files(spawn->files);
	if (spawn->callers)
		ki_put_files(spawn->callers);
	fds_put_inherited(&spawn->inherited);
	if (spawn->leash)
		fput(spawn->leash);
	if (spawn->tmpl)
		template_put(spawn->tmpl);
	put_task_struct(spawn->caller);
	kfree(spawn);
}

/* The child's table, and in it what the child gets of the caller's without an action. */
static int copy_fds(struct spawn *spawn)
{
	bool all = spawn->flags & SPAWN_TEMPLATE_SPAWN_INHERIT_FDS;
	struct files_struct *files = ki_new_files();

	if (IS_ERR(files))
		return PTR_ERR(files);
	spawn->files = files;
	if (fds_copy(files, all ? FDS_ALL : FDS_STDIO))
		return 0;
	if (spawn->flags & SPAWN_TEMPLATE_SPAWN_ASYNC)
		return fds_get_inherited(&spawn->inherited);
	/* A caller that waits can lend its table: the child makes room, and copies. */
	spawn->callers = fds_get_own();
	return 0;
}

/* When may the caller of these arguments go on, if no tracer wants otherwise? */
static enum spawn_wait wait_of(const struct spawn *spawn,
			       const struct spawn_template_spawn_args *args)
{
	if (spawn->flags & SPAWN_TEMPLATE_SPAWN_ASYNC) {
		/*
		 * Another user, or one with fewer capabilities, may trace the child: the
		 * child must not share the memory of a caller that runs.
		 */
		if (spawn->actions.user || (args->namespaces & CLONE_NEWUSER))
			return WAIT_MEMORY;
		/* The child reads the caller's memory up to exec. */
		if (spawn->exec.late)
			return WAIT_MEMORY;
		return spawn->actions.memory ? WAIT_ACTIONS : WAIT_NOT;
	}
	/* What is set after exec must stand when the caller goes on. */
	if (spawn->flags & (SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL | SPAWN_TEMPLATE_SPAWN_STOPPED))
		return WAIT_PROGRAM;
	return WAIT_MEMORY;
}

/* What the program is executed with. Read now, unless somebody judges it later. */
static int copy_exec_args(struct spawn *spawn, const struct spawn_template_spawn_args *args)
{
	spawn->exec.uargv = args->argv;
	spawn->exec.uenvp = args->envp;
	spawn->exec.scratch = u64_to_user_ptr(args->scratch);
	spawn->exec.scratch_size = args->scratch_size;
	return spawn->exec.late ? 0 : exec_args_read(&spawn->exec);
}

static void copy_attributes(struct spawn *spawn, const struct spawn_template_spawn_args *args)
{
	spawn->flags = args->flags;
	spawn->exit_signal = SIGCHLD;
	if (args->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL)
		spawn->exit_signal = args->exit_signal;
	spawn->pdeath_signal = args->pdeath_signal;
	spawn->wants_pidfd = args->pidfd;
	if (!(args->flags & SPAWN_TEMPLATE_SPAWN_ASYNC))
		return;
	spawn->unborn = has_filters();
	spawn->uresult = u64_to_user_ptr(args->result);
}

/* Everything that the child will need of the caller, while it can still fail. */
static int copy_args(struct spawn *spawn, const struct spawn_request *request)
{
	const struct spawn_template_spawn_args *args = &request->args;
	int __user *pidfd = u64_to_user_ptr(args->pidfd);
	int err = 0;

	if (pidfd && put_user(-1, pidfd))
		return -EFAULT;
	copy_attributes(spawn, args);
	if (!request->tmpl)
		err = search_copy(&spawn->search, request->file, request->path);
	if (!err)
		err = actions_copy(&spawn->actions, u64_to_user_ptr(args->actions),
				   args->actions_len, &spawn->result.action);
	if (!err)
		err = copy_exec_args(spawn, args);
	if (err)
		return err;
	spawn->actions.late = spawn->exec.late;
	/* A member that is not written before the spawn is over. */
	if (args->result)
		spawn->actions.spare =
			u64_to_user_ptr(args->result + offsetof(struct spawn_template_result, pid));
	spawn->wait = wait_of(spawn, args);
	return copy_fds(spawn);
}

/* clone3(2)'s arguments for these of ours. set_tid: MAX_PID_NS_LEVEL numbers. */
static int clone_args(struct kernel_clone_args *clone, pid_t *set_tid,
		      const struct spawn_template_spawn_args *args)
{
	clone->flags |= args->namespaces;
	if (args->flags & SPAWN_TEMPLATE_SPAWN_CGROUP) {
		if (args->cgroup < 0)
			return -EBADF;
		clone->flags |= CLONE_INTO_CGROUP;
		clone->cgroup = args->cgroup;
	}
	if (args->flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP)
		clone->flags |= ki_autoreap_flag();
	if (!args->set_tid_size)
		return 0;
	if (copy_from_user(set_tid, u64_to_user_ptr(args->set_tid),
			   args->set_tid_size * sizeof(*set_tid)))
		return -EFAULT;
	clone->set_tid = set_tid;
	clone->set_tid_size = args->set_tid_size;
	return 0;
}

/*
 * The signal that the child is born with. One that is waited for must fail unseen,
 * so it has none until exec, which gives it SIGCHLD; one that is not waited for is
 * the caller's to wait for from its first moment, or from when filters let it be.
 */
static int exit_signal_at_birth(const struct spawn *spawn)
{
	if (!(spawn->flags & SPAWN_TEMPLATE_SPAWN_ASYNC) || spawn->unborn ||
	    (spawn->flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP))
		return 0;
	return spawn->exit_signal;
}

/*
 * Make the task, not yet awake. It gets a reference to the spawn and one to
 * the module, for child_main() to drop.
 */
static int make_task(struct birth *birth, const struct spawn_template_spawn_args *args)
{
	struct spawn *spawn = birth->spawn;
	struct kernel_clone_args clone = {
		.flags = CHILD_FLAGS,
		.exit_signal = exit_signal_at_birth(spawn),
		.fn = child_main,
		.fn_arg = spawn,
	};
	pid_t set_tid[MAX_PID_NS_LEVEL];
	int err;

	err = clone_args(&clone, set_tid, args);
	if (err)
		return err;
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
	spawn->nr = birth->nr;
	/* Nobody else reads it of a child that cannot run yet, but for the OOM killer. */
	WRITE_ONCE(birth->task->vfork_done,
		   spawn->wait == WAIT_MEMORY ? &spawn->done : &spawn->unwatched);
	fds_give(birth->task, spawn->files);
	spawn->files = NULL;
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
	bool kill = birth->spawn->flags & SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE;
	int fd = ki_pidfd_prepare(birth->pid, kill, &birth->pidfd_file);

	if (fd < 0)
		return fd;
	birth->pidfd = fd;
	if (kill)
		birth->spawn->leash = get_file(birth->pidfd_file);
	return 0;
}

/*
 * Hand the pidfd out, or take it back. copy_args() found the pointer good; if
 * it no longer is, the caller has the child's pid all the same.
 */
static void settle_pidfd(const struct birth *birth, bool success)
{
	if (birth->pidfd < 0)
		return;
	if (success && !put_user(birth->pidfd, birth->upidfd)) {
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
 * Wait until the child says that the caller may go on, or exec does, when it has
 * left the caller's memory behind: as wait_for_vfork_done() does. Returns 0, or
 * -EINTR if the caller is to die.
 */
static int wait_for_child(struct spawn *spawn)
{
	int killed;

	if (spawn->wait == WAIT_NOT)
		return 0;
	ki_enter_frozen();
	killed = wait_for_completion_state(&spawn->done, TASK_KILLABLE | TASK_FREEZABLE);
	ki_leave_frozen();
	return killed ? -EINTR : 0;
}

/*
 * Whoever inherits the child is to see that it ends. Only while it has no signal: one
 * that became a program has its own, and must not be taken for a thread group's leader
 * when another of its threads has taken that place (-1).
 */
static void let_be_seen(struct task_struct *child)
{
	cmpxchg(&child->exit_signal, 0, SIGCHLD);
}

/*
 * Sleep for some ticks, whatever is pending but SIGKILL; the freezers count the caller
 * as frozen.
 */
static void nap(long ticks)
{
	set_current_state(TASK_KILLABLE | TASK_FREEZABLE);
	schedule_timeout(ticks);
}

/*
 * Sleep until the child has ended. A wait for the child would not do: when a thread
 * of the caller's process traces the child, that wait takes the stops which are for
 * the tracer.
 *
 * Return: false if current gets a fatal signal.
 */
static bool wait_for_end(const struct birth *birth)
{
	int killed;

	ki_enter_frozen();
	/* What a pidfd polls: exit wakes it after it has set exit_state. */
	killed = wait_event_state(birth->pid->wait_pidfd, READ_ONCE(birth->task->exit_state),
				  (TASK_KILLABLE | TASK_FREEZABLE));
	ki_leave_frozen();
	return !killed;
}

/*
 * kernel_wait4() returns at once when a signal is pending: a stop, a freezer, an
 * ordinary one. Try until a tracer has let go of the zombie.
 */
static bool reap_patiently(const struct birth *birth)
{
	long ticks = 1;
	bool gone;

	ki_enter_frozen();
	do {
		nap(ticks);
		ticks = min(2 * ticks, LONGEST_NAP);
		gone = !pid_has_task(birth->pid, PIDTYPE_PID) ||
		       ki_wait_all(birth->nr) != -ERESTARTSYS;
	} while (!gone && !fatal_signal_pending(current));
	ki_leave_frozen();
	return gone;
}

/* Reap the child, which has ended. Return: false if current gets a fatal signal. */
static bool reap_zombie(const struct birth *birth)
{
	/* Another thread's wait for all kinds may have been first: then its number is free. */
	return !pid_has_task(birth->pid, PIDTYPE_PID) ||
	       ki_wait_all(birth->nr) != -ERESTARTSYS || reap_patiently(birth);
}

/*
 * Take away a child that failed. It is on its way out, so this takes no longer
 * than its exit does; unless it is traced: then its tracer is first. A caller
 * that is killed meanwhile leaves an ordinary child to the child's new parent.
 */
static void reap(const struct birth *birth)
{
	/* It does so itself, at any moment. */
	if (birth->spawn->flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP)
		return;
	if (!wait_for_end(birth) || !reap_zombie(birth))
		let_be_seen(birth->task);
}

/*
 * The child is awake: see it through.
 *
 * @result: filled in when the child has said how it went
 * Return: 0, what the child failed with, or -EINTR if the caller is to die.
 */
static int attend(const struct birth *birth, struct spawn_template_result *result)
{
	struct spawn *spawn = birth->spawn;
	bool async = spawn->flags & SPAWN_TEMPLATE_SPAWN_ASYNC;
	int err;

	if (birth->trace)
		tell_tracer(birth, PTRACE_EVENT_VFORK);
	err = wait_for_child(spawn);
	if (err) {
		/* If it fails now, nobody is there to reap it quietly. */
		if (!async || birth->cancelled || READ_ONCE(spawn->unborn))
			let_be_seen(birth->task);
		return err;
	}
	/* What becomes of it, whoever did not ask to wait hears from the child. */
	if (!async || birth->cancelled || spawn->unborn) {
		*result = spawn->result;
		err = -result->error;
	}
	if (err)
		reap(birth);
	else if (!async || birth->trace)
		tell_tracer(birth, PTRACE_EVENT_VFORK_DONE);
	return err;
}

/* The caller's own part of a spawn has begun: before a child is awake it may fail. */
static int conceive(const struct spawn_request *request, struct birth *birth,
		    struct spawn_template_result *result)
{
	struct spawn *spawn = birth->spawn;
	int err;

	/* Such a tracer also expects that the caller stands still as long as they share memory. */
	if (ptrace_event_enabled(current, PTRACE_EVENT_VFORK))
		birth->trace = PTRACE_EVENT_VFORK;
	spawn->exec.late = birth->trace || has_filters();
	err = copy_args(spawn, request);
	if (err) {
		result->action = spawn->result.action;
		return err;
	}
	result->stage = SPAWN_TEMPLATE_STAGE_CREATE;
	err = make_task(birth, &request->args);
	if (err)
		return err;
	birth->upidfd = u64_to_user_ptr(request->args.pidfd);
	if (birth->upidfd)
		birth->cancelled = make_pidfd(birth);
	/* A task that is made cannot be unmade: let it run, and end at once. */
	if (birth->cancelled) {
		spawn->cancelled = true;
		spawn->wait = spawn->wait == WAIT_NOT ? WAIT_PROGRAM : spawn->wait;
		WRITE_ONCE(birth->task->exit_signal, 0);
	}
	return 0;
}

/*
 * A tracer that stops the caller at system calls, but does not follow vfork, would
 * see one ioctl(2), and a process that it was never asked about: show it a vfork(2).
 *
 * Return: 0; -EPERM if the tracer does not let it be; or -EINTR.
 */
static int show_birth(struct birth *birth, struct spawn_template_result *result)
{
	int err;

	if (!step_tracer_judges() || ptrace_event_enabled(current, PTRACE_EVENT_VFORK))
		return 0;
	birth->shown = true;
	err = step_show_vfork(&birth->ioctl);
	if (err)
		result->stage = SPAWN_TEMPLATE_STAGE_CREATE;
	return err;
}

static void end_shown_birth(const struct birth *birth, long ret)
{
	if (birth->shown)
		step_end_vfork(&birth->ioctl, ret);
}

/*
 * spawn_start(), with all signals blocked.
 *
 * @mask: the caller's own signal mask
 */
static int start(const struct spawn_request *request, struct birth *birth,
		 struct spawn_template_result *result, const sigset_t *mask)
{
	int err;

	if (request->tmpl) {
		result->stage = SPAWN_TEMPLATE_STAGE_TEMPLATE;
		err = template_check(request->tmpl);
		if (err)
			return err;
	}
	result->stage = SPAWN_TEMPLATE_STAGE_ARGS;
	birth->spawn = spawn_new(request);
	if (!birth->spawn)
		return -ENOMEM;
	birth->spawn->mask = *mask;
	err = conceive(request, birth, result);
	if (err) {
		spawn_put(birth->spawn);
		return err;
	}
	ki_wake_up_new_task(birth->task);
	return 0;
}

int spawn_start(const struct spawn_request *request, struct birth *birth,
		struct spawn_template_result *result)
{
	sigset_t mask;
	int err;

	*birth = (struct birth) { .pidfd = -1 };
	*result = (struct spawn_template_result) {
		.stage = SPAWN_TEMPLATE_STAGE_ARGS,
		.action = -1,
	};
	err = check_args(&request->args) ?: show_birth(birth, result);
	if (!err) {
		/*
		 * copy_process() fails with -ERESTARTNOINTR when a signal is pending. If
		 * what comes before takes longer than the period of a timer's signal, the
		 * call would begin again for ever.
		 */
		signals_block(&mask);
		err = start(request, birth, result, &mask);
		signals_unblock(&mask);
	}
	if (err)
		end_shown_birth(birth, err);
	if (err && err != -ERESTARTNOINTR) {
		result->error = -err;
		if (request->tmpl)
			atomic64_inc(&request->tmpl->failed);
	}
	return err;
}

long spawn_finish(struct birth *birth, struct spawn_template_result *result)
{
	struct spawn_template_result ending = {
		.stage = SPAWN_TEMPLATE_STAGE_CREATE,
		.action = -1,
	};
	struct spawn *spawn = birth->spawn;
	long err;

	err = attend(birth, &ending);
	if (birth->cancelled) {
		err = birth->cancelled;
		ending = (struct spawn_template_result) {
			.stage = SPAWN_TEMPLATE_STAGE_CREATE,
			.action = -1,
		};
	}
	settle_pidfd(birth, !err);
	if (err) {
		ending.error = -err;
	} else {
		ending.stage = SPAWN_TEMPLATE_STAGE_NONE;
		ending.action = -1;
		ending.pid = birth->nr;
	}
	*result = ending;
	/* What nobody waited for, the child counts. */
	if (spawn->tmpl && (birth->cancelled || spawn->unborn ||
			    !(spawn->flags & SPAWN_TEMPLATE_SPAWN_ASYNC)))
		atomic64_inc(err ? &spawn->tmpl->failed : &spawn->tmpl->spawned);
	put_pid(birth->pid);
	put_task_struct(birth->task);
	spawn_put(spawn);
	err = err ?: birth->nr;
	end_shown_birth(birth, err);
	return err;
}

long spawn_run(const struct spawn_request *request, struct spawn_template_result *result)
{
	struct birth birth;
	long err;

	err = spawn_start(request, &birth, result);
	return err ?: spawn_finish(&birth, result);
}
