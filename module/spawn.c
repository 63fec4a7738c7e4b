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
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/ptrace.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/seccomp.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "child.h"
#include "internals.h"
#include "new_task.h"
#include "signals.h"
#include "spawn.h"
#include "step.h"
#include "template.h"

/* What a child's birth may have beyond vfork: only clone(2) and clone3(2) give it. */
#define CLONE_ATTRIBUTES (SPAWN_TEMPLATE_SPAWN_CGROUP | SPAWN_TEMPLATE_SPAWN_AUTOREAP | \
			  SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE)
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
	if (step_has_filters() && needs_clone(args))
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
	if (spawn->leash)
		fput(spawn->leash);
	if (spawn->tmpl)
		template_put(spawn->tmpl);
	put_task_struct(spawn->caller);
	kfree(spawn);
}

/* The child's table, with what the child gets of the caller's without an action. */
static int copy_fds(struct spawn *spawn)
{
	bool all = spawn->flags & SPAWN_TEMPLATE_SPAWN_INHERIT_FDS;
	struct files_struct *files = fds_copy(all ? FDS_ALL : FDS_STDIO);

	if (IS_ERR(files))
		return PTR_ERR(files);
	spawn->files = files;
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
	spawn->unborn = step_has_filters();
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
	err = new_task_make(&birth->child, &clone, spawn->files,
			    spawn->wait == WAIT_MEMORY ? &spawn->done : &spawn->unwatched);
	if (err) {
		module_put(THIS_MODULE);
		spawn_put(spawn);
		return err;
	}
	spawn->files = NULL;
	spawn->nr = birth->child.nr;
	return 0;
}

/*
 * Reserve a pidfd before the child runs, so that running out of descriptors or
 * memory cannot be found out when the program has started already.
 */
static int make_pidfd(struct birth *birth)
{
	bool kill = birth->spawn->flags & SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE;
	int fd = ki_pidfd_prepare(birth->child.pid, kill, &birth->pidfd_file);

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

/*
 * Wait until the child says that the caller may go on, or exec says so, when it has
 * dropped the caller's memory. Returns 0, or -EINTR if the caller must exit.
 */
static int wait_for_child(struct spawn *spawn)
{
	return spawn->wait == WAIT_NOT ? 0 : new_task_wait(&spawn->done);
}

/*
 * Take away a child that failed. The kernel reaps a child of AUTOREAP itself. The
 * caller waits for it all the same: before that, wait(2) tells of a child, and the
 * child counts for RLIMIT_NPROC.
 */
static void reap(const struct birth *birth)
{
	new_task_reap(&birth->child);
	if (birth->spawn->flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP)
		new_task_wait_for_release(&birth->child);
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

	if (birth->child.trace)
		new_task_tell_tracer(&birth->child, PTRACE_EVENT_VFORK);
	err = wait_for_child(spawn);
	if (err) {
		/* If it fails now, nobody is there to reap it quietly. */
		WRITE_ONCE(spawn->abandoned, true);
		smp_mb(); /* Pairs with the one of signal_caller_by(). */
		if (!async || birth->cancelled || READ_ONCE(spawn->unborn))
			new_task_let_be_seen(&birth->child);
		return err;
	}
	/* What becomes of it, whoever did not ask to wait hears from the child. */
	if (!async || birth->cancelled || spawn->unborn) {
		*result = spawn->result;
		err = -result->error;
	}
	if (err)
		reap(birth);
	else if (!async || birth->child.trace)
		new_task_tell_tracer(&birth->child, PTRACE_EVENT_VFORK_DONE);
	return err;
}

/* The caller's own part of a spawn has begun: before a child is awake it may fail. */
static int conceive(const struct spawn_request *request, struct birth *birth,
		    struct spawn_template_result *result)
{
	struct spawn *spawn = birth->spawn;
	int err;

	/* Such a tracer also expects that the caller stands still as long as they share memory. */
	birth->child.trace = new_task_trace();
	spawn->exec.late = birth->child.trace || step_has_filters();
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
		WRITE_ONCE(birth->child.task->exit_signal, 0);
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

	if (!step_tracer_judges() || new_task_trace())
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
	ki_wake_up_new_task(birth->child.task);
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
	/* Also of a file system that a stop or a freezer interrupted. */
	if (signals_restarts(err))
		err = -ERESTARTNOINTR;
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
		ending.pid = birth->child.nr;
	}
	*result = ending;
	/* What nobody waited for, the child counts. */
	if (spawn->tmpl && (birth->cancelled || spawn->unborn ||
			    !(spawn->flags & SPAWN_TEMPLATE_SPAWN_ASYNC)))
		atomic64_inc(err ? &spawn->tmpl->failed : &spawn->tmpl->spawned);
	new_task_put(&birth->child);
	spawn_put(spawn);
	err = err ?: birth->child.nr;
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
