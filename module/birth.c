// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * birth.c - the caller's side of a spawn: make the child, wait for it, reap it
 *
 * If the caller waits, the child's exit signal is 0 until exec sets SIGCHLD. So
 * a child that fails before exec sends no signal, and no plain wait(2) sees it.
 * The caller reaps that child here.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>

#include "birth.h"
#include "child.h"
#include "internals.h"
#include "signals.h"
#include "spawn.h"
#include "template.h"
#include "template_check.h"
#include "trace.h"

/*
 * Translate the attributes of birth into arguments of clone3(2).
 *
 * @set_tid: room for MAX_PID_NS_LEVEL numbers
 */
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
 * Return the exit signal for copy_process(). A child for which the call reports
 * must fail unseen: its exit signal is 0 until exec sets SIGCHLD, or until the
 * filters have allowed vfork(2) (become_waitable() in child.c). For any other
 * asynchronous child, wait(2) works from its first moment.
 */
static int exit_signal_at_birth(const struct spawn *spawn)
{
	if (spawn_call_reports(spawn) || (spawn->flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP))
		return 0;
	return spawn->exit_signal;
}

/*
 * Make the task, not yet awake. The task gets a reference to the spawn and one
 * to the module. child_main() drops both.
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
	err = new_task_make(&birth->child, &clone, spawn->place.node, spawn->files,
			    spawn->wait == WAIT_MEMORY ? &spawn->done : &spawn->unwatched);
	if (err) {
		module_put(THIS_MODULE);
		spawn_put(spawn);
		return err;
	}
	spawn->files = NULL;
	spawn->nr = birth->child.nr;
	place_child(&spawn->place, birth->child.task);
	return 0;
}

/*
 * Reserve a pidfd before the child runs. Once the program has started, a lack
 * of descriptors or memory could not fail the spawn any more.
 */
static int make_pidfd(struct birth *birth)
{
	bool kill = birth->spawn->flags & SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE;
	int fd = ki_pidfd_prepare(birth->child.pid, kill, &birth->pidfd_file);

	if (fd < 0)
		return fd;
	birth->pidfd = fd;
	if (kill)
		birth->spawn->pidfd_hold = get_file(birth->pidfd_file);
	return 0;
}

/*
 * Install the pidfd after success, otherwise drop it. spawn_copy() has written
 * to the caller's pointer. If the pointer is bad now, the caller gets only the
 * child's pid.
 */
static void install_or_drop_pidfd(const struct birth *birth, bool success)
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
 * Wait until the child or exec completes 'done'. With WAIT_NOT, return at once.
 *
 * Return: 0, or -EINTR if the caller must exit.
 */
static int wait_for_child(struct spawn *spawn)
{
	return spawn->wait == WAIT_NOT ? 0 : new_task_wait(&spawn->done);
}

/*
 * Reap a child that failed. The kernel reaps an AUTOREAP child itself, and the
 * caller waits until the kernel has done so. Until then, wait(2) says that
 * there is a child, and the child counts for RLIMIT_NPROC.
 */
static void reap(const struct birth *birth)
{
	new_task_reap(&birth->child);
	if (birth->spawn->flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP)
		new_task_wait_for_release(&birth->child);
}

/*
 * The child is awake: wait until the call may return, and reap a child that
 * failed.
 *
 * @result: filled in if the call reports how the spawn ended
 * Return: 0, the errno of the child's failure, or -EINTR if the caller must
 * exit.
 */
static int await_outcome(const struct birth *birth, struct spawn_template_result *result)
{
	struct spawn *spawn = birth->spawn;
	bool async = spawn->flags & SPAWN_TEMPLATE_SPAWN_ASYNC;
	int err;

	if (birth->child.trace)
		new_task_tell_tracer(&birth->child, PTRACE_EVENT_VFORK);
	err = wait_for_child(spawn);
	if (err) {
		/*
		 * The caller must exit. If the child fails later, the child's
		 * new parent reaps it.
		 */
		WRITE_ONCE(spawn->abandoned, true);
		smp_mb(); /* Pairs with smp_mb() in signal_caller_by(). */
		if (spawn_call_reports(spawn))
			new_task_restore_sigchld(&birth->child);
		return err;
	}
	if (spawn_call_reports(spawn)) {
		*result = spawn->result;
		err = -result->error;
	}
	if (err)
		reap(birth);
	else if (!async || birth->child.trace)
		new_task_tell_tracer(&birth->child, PTRACE_EVENT_VFORK_DONE);
	return err;
}

/*
 * Copy the request, and make the child and its pidfd. The child is not yet
 * awake.
 */
static int prepare_child(const struct spawn_request *request, struct birth *birth,
			 struct spawn_template_result *result)
{
	struct spawn *spawn = birth->spawn;
	int err;

	/*
	 * A tracer that follows vfork expects that the caller does not run while
	 * it shares memory with the child. So with exec.late, wait_of() makes an
	 * asynchronous call wait until exec, too.
	 */
	birth->child.trace = new_task_trace();
	spawn->exec.late = birth->child.trace || step_has_filters();
	err = spawn_copy(spawn, request);
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
		birth->pidfd_error = make_pidfd(birth);
	/*
	 * copy_process() cannot be undone: wake the child, and let it exit at
	 * once.
	 */
	if (birth->pidfd_error) {
		spawn->exit_at_once = true;
		spawn->wait = spawn->wait == WAIT_NOT ? WAIT_PROGRAM : spawn->wait;
		WRITE_ONCE(birth->child.task->exit_signal, 0);
	}
	return 0;
}

/*
 * A tracer may stop the caller at system calls and not follow vfork. Such a
 * tracer would see only an ioctl(2), and could not deny the new process. So it
 * is shown a vfork(2).
 *
 * Return: 0; -EPERM if the tracer denies or changes the vfork(2); or -EINTR if
 * the caller must exit.
 */
static int show_vfork(struct birth *birth, struct spawn_template_result *result)
{
	int err;

	if (!step_tracer_judges() || new_task_trace())
		return 0;
	birth->vfork_shown = true;
	err = step_show_vfork(&birth->ioctl);
	if (err)
		result->stage = SPAWN_TEMPLATE_STAGE_CREATE;
	return err;
}

static void end_shown_vfork(const struct birth *birth, long ret)
{
	if (birth->vfork_shown)
		step_end_vfork(&birth->ioctl, ret);
}

/*
 * The part of birth_start() that runs with all signals blocked.
 *
 * @mask: the caller's own signal mask
 */
static int start(const struct spawn_request *request, struct birth *birth,
		 struct spawn_template_result *result, const sigset_t *mask)
{
	int err;

	if (request->tmpl) {
		result->stage = SPAWN_TEMPLATE_STAGE_TEMPLATE;
		trace_outspawn_stage(current->pid, SPAWN_TEMPLATE_STAGE_TEMPLATE);
		err = template_check(request->tmpl);
		if (err)
			return err;
	}
	result->stage = SPAWN_TEMPLATE_STAGE_ARGS;
	trace_outspawn_stage(current->pid, SPAWN_TEMPLATE_STAGE_ARGS);
	birth->spawn = spawn_new(request);
	if (!birth->spawn)
		return -ENOMEM;
	birth->spawn->mask = *mask;
	err = prepare_child(request, birth, result);
	if (err) {
		spawn_put(birth->spawn);
		return err;
	}
	ki_wake_up_new_task(birth->child.task);
	return 0;
}

int birth_start(const struct spawn_request *request, struct birth *birth,
		struct spawn_template_result *result)
{
	sigset_t mask;
	int err;

	*birth = (struct birth) { .pidfd = -1 };
	*result = (struct spawn_template_result) {
		.stage = SPAWN_TEMPLATE_STAGE_ARGS,
		.action = -1,
	};
	err = spawn_check(&request->args) ?: show_vfork(birth, result);
	if (!err) {
		/*
		 * copy_process() fails with -ERESTARTNOINTR when a signal is
		 * pending. If start() took longer than the period of a timer's
		 * signal to get there, the call would restart for ever.
		 */
		signals_block(&mask);
		err = start(request, birth, result, &mask);
		signals_unblock(&mask);
	}
	/*
	 * A file system returns other restart errnos if a stop or a freezer
	 * interrupts it.
	 */
	if (signals_restarts(err))
		err = -ERESTARTNOINTR;
	if (err)
		end_shown_vfork(birth, err);
	if (err && err != -ERESTARTNOINTR) {
		result->error = -err;
		if (request->tmpl)
			atomic64_inc(&request->tmpl->failed);
	}
	return err;
}

long birth_finish(struct birth *birth, struct spawn_template_result *result)
{
	struct spawn_template_result ending = {
		.stage = SPAWN_TEMPLATE_STAGE_CREATE,
		.action = -1,
	};
	struct spawn *spawn = birth->spawn;
	long err;

	err = await_outcome(birth, &ending);
	if (birth->pidfd_error) {
		err = birth->pidfd_error;
		ending = (struct spawn_template_result) {
			.stage = SPAWN_TEMPLATE_STAGE_CREATE,
			.action = -1,
		};
	}
	install_or_drop_pidfd(birth, !err);
	if (err) {
		ending.error = -err;
	} else {
		ending.stage = SPAWN_TEMPLATE_STAGE_NONE;
		ending.action = -1;
		ending.pid = birth->child.nr;
	}
	*result = ending;
	/* Otherwise the child counts the spawn: report_async() in child.c. */
	if (spawn->tmpl && spawn_call_reports(spawn))
		atomic64_inc(err ? &spawn->tmpl->failed : &spawn->tmpl->spawned);
	new_task_put(&birth->child);
	spawn_put(spawn);
	err = err ?: birth->child.nr;
	end_shown_vfork(birth, err);
	return err;
}

long birth_run(const struct spawn_request *request)
{
	struct spawn_template_result result;
	struct birth birth;
	long ret = birth_start(request, &birth, &result);

	if (!ret)
		ret = birth_finish(&birth, &result);
	request_report(request, &result);
	return ret;
}
