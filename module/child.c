// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * child.c - the child's side of a spawn, from its first moment to its program
 *
 * The stages are CREATE, STOP, ACTION, EXEC and MOUNT (enum
 * spawn_template_stage); STOP also after exec.
 * Then the child releases the caller. 'result' says which stage failed. If the
 * call reports the failure, the caller reaps the child (birth.c). Otherwise the
 * child's parent gets the exit code from exit_code(). Until exec, the child
 * shares the caller's memory.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/prctl.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>

#include "child.h"
#include "exec.h"
#include "internals.h"
#include "new_task.h"
#include "pdeath.h"
#include "signals.h"
#include "spawn.h"
#include "stats.h"
#include "step.h"
#include "stop.h"
#include "template.h"
#include "trace.h"

/* The exit status of a posix_spawn(3) child that fails. */
#define EXIT_STATUS_FAILED 127

static int set_by_prctl(unsigned long option, unsigned long value)
{
	const struct call call = CALL_OF(prctl, option, value);
	int err = step_enter(&call);

	if (err)
		return err;
	err = step_do(&call);
	step_leave(err);
	return err;
}

/*
 * Ask the filters about vfork(2), and about pidfd_open(2) if there is a pidfd.
 */
static int ask_about_vfork(const struct spawn *spawn)
{
	int err = step_ask_filters(&ARCH_VFORK);

	if (!err && spawn->wants_pidfd)
		err = step_ask_filters(&CALL_OF(pidfd_open, spawn->nr));
	return err;
}

static int set_no_new_privs(const struct spawn *spawn)
{
	if (!(spawn->flags & SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS))
		return 0;
	return set_by_prctl(PR_SET_NO_NEW_PRIVS, 1);
}

/* Let the caller's call return. The second call does nothing. */
static void complete_once(struct spawn *spawn)
{
	if (!spawn->completed) {
		spawn->completed = true;
		complete(&spawn->done);
	}
}

/* Set a signal for the end of the caller's process. No system call does so. */
static int set_process_pdeath_signal(const struct spawn *spawn)
{
	const struct cred *cred;
	int err;

	err = step_ask_filters(&CALL_OF(prctl, PR_SET_PDEATHSIG, spawn->pdeath_signal));
	if (err)
		return err;
	cred = get_task_cred(spawn->caller);
	err = pdeath_set(spawn->process, cred, spawn->pdeath_signal);
	put_cred(cred);
	return err;
}

/*
 * As a forked child does, set PR_SET_PDEATHSIG, then check whether the caller
 * has already ended.
 */
static int set_pdeath_signal(const struct spawn *spawn)
{
	bool orphan;
	int err;

	if (!spawn->pdeath_signal)
		return 0;
	if (spawn->flags & SPAWN_TEMPLATE_SPAWN_PDEATH_PROCESS)
		return set_process_pdeath_signal(spawn);
	err = set_by_prctl(PR_SET_PDEATHSIG, spawn->pdeath_signal);
	if (err)
		return err;
	/*
	 * The caller's exit reparents its children first, and reads their
	 * pdeath_signal later. So the caller sends the signal, or the child
	 * sees that it is an orphan.
	 */
	smp_mb();
	orphan = rcu_access_pointer(current->real_parent) != spawn->caller;
	if (orphan)
		send_sig(spawn->pdeath_signal, current, 1);
	return 0;
}

/*
 * Set the exit signal. Only the caller's process gets this signal: the new
 * parent of an orphan, such as init, gets SIGCHLD.
 */
static void signal_caller_by(const struct spawn *spawn, int signal)
{
	bool orphan;

	WRITE_ONCE(current->exit_signal, signal);
	/*
	 * The caller's exit reparents its children, then sets their exit signal
	 * to SIGCHLD. So the exit overwrites this signal, or the child sees the
	 * new parent.
	 */
	smp_mb();
	rcu_read_lock();
	orphan = !same_thread_group(rcu_dereference(current->real_parent), spawn->caller);
	rcu_read_unlock();
	if (orphan)
		WRITE_ONCE(current->exit_signal, SIGCHLD);
}

/* Set the exit signal that the caller asked for. */
static void set_exit_signal(const struct spawn *spawn)
{
	signal_caller_by(spawn, spawn->exit_signal);
}

/*
 * The filters have allowed an asynchronous child. From now on its parent can
 * wait for it, and the child reports its own end.
 */
static void become_waitable(struct spawn *spawn)
{
	WRITE_ONCE(spawn->awaits_filters, false);
	set_exit_signal(spawn);
}

/* The child begins this stage: note it for a failure. */
static void enter_stage(struct spawn *spawn, u32 stage)
{
	spawn->result.stage = stage;
	trace_outspawn_stage(spawn->caller->pid, stage);
}

/*
 * Go through the stages.
 *
 * Return: as step_enter(); on failure 'result' has the stage.
 */
static int become_program(struct spawn *spawn)
{
	struct spawn_template_result *result = &spawn->result;
	int err;

	enter_stage(spawn, SPAWN_TEMPLATE_STAGE_CREATE);
	err = ask_about_vfork(spawn) ?: set_no_new_privs(spawn);
	if (!err && (spawn->flags & SPAWN_TEMPLATE_SPAWN_STOPPED)) {
		enter_stage(spawn, SPAWN_TEMPLATE_STAGE_STOP);
		err = stop_ask_filters(spawn->nr);
	}
	if (err)
		return err;
	if (spawn->awaits_filters)
		become_waitable(spawn);

	enter_stage(spawn, SPAWN_TEMPLATE_STAGE_ACTION);
	err = actions_run(&spawn->actions, &spawn->mask, &result->action);
	if (err)
		return err;
	/* Drop the references to the caller's descriptors before exec. */
	actions_free(&spawn->actions);
	if (spawn->wait == WAIT_ACTIONS)
		complete_once(spawn);

	enter_stage(spawn, SPAWN_TEMPLATE_STAGE_EXEC);
	err = set_pdeath_signal(spawn);
	if (err)
		return err;
	if (!spawn->tmpl)
		return exec_search(&spawn->search, &spawn->exec, &result->action);
	return exec_template(spawn->tmpl, &spawn->exec, &result->stage);
}

/*
 * Set the exit signal of a program that must not begin. A caller that waits
 * reaps the child as if the child had failed before exec, so the child must
 * send no signal.
 */
static void set_exit_signal_of_refused(const struct spawn *spawn)
{
	if (spawn->flags & SPAWN_TEMPLATE_SPAWN_ASYNC) {
		if (spawn->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL)
			set_exit_signal(spawn);
		return;
	}
	signal_caller_by(spawn, 0);
	/*
	 * A fatal signal may end the caller's wait now. Then the caller sees
	 * signal 0 and sets SIGCHLD, or the child sees 'abandoned'. The barrier
	 * is in signal_caller_by().
	 */
	if (READ_ONCE(spawn->abandoned))
		WRITE_ONCE(current->exit_signal, SIGCHLD);
}

/*
 * After exec, check whether the caller may stop the program: exec may have
 * changed the program's user or label. If not, the program must end before its
 * first instruction, because the caller relies on the stop. A caller that waits
 * gets the error. The caller of an asynchronous spawn sees a killed child,
 * because exec has dropped the memory that has the caller's 'result'.
 */
static int check_stop(struct spawn *spawn)
{
	int err;

	if (!(spawn->flags & SPAWN_TEMPLATE_SPAWN_STOPPED) || signals_dying())
		return 0;
	err = stop_check(spawn->caller);
	if (!err)
		return 0;
	spawn->result.stage = SPAWN_TEMPLATE_STAGE_STOP;
	spawn->uresult = NULL;
	/* To the audit log, exec has succeeded. */
	ki_audit_leave(0);
	set_exit_signal_of_refused(spawn);
	return err;
}

/*
 * Set the attributes that exec would undo or overwrite: the peak of resident
 * memory, the exit signal and the stop. exec itself runs in the child's place.
 */
static void apply_after_exec(struct spawn *spawn)
{
	/*
	 * When exec dropped the caller's memory, it stored that memory's peak
	 * here.
	 */
	WRITE_ONCE(current->signal->maxrss, 0);
	place_end(&spawn->place);
	if (spawn->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL)
		set_exit_signal(spawn);
	if (spawn->flags & SPAWN_TEMPLATE_SPAWN_STOPPED)
		send_sig(SIGSTOP, current, 1);
}

/*
 * Let a waiting caller's call return, and drop the child's reference to the
 * spawn.
 */
static void release_caller(struct spawn *spawn)
{
	bool in_memory = new_task_end_vfork();

	/*
	 * With WAIT_MEMORY, exec has completed 'done' if it has dropped the
	 * memory.
	 */
	if (spawn->wait != WAIT_NOT && (in_memory || spawn->wait != WAIT_MEMORY))
		complete_once(spawn);
	spawn_put(spawn);
}

/*
 * Count the spawn, and write a failure to the caller's 'result'. For a child
 * that reports its own end.
 */
static void report_async(struct spawn *spawn, int err)
{
	struct spawn_template_result __user *to = spawn->uresult;
	struct spawn_template_result *result = &spawn->result;
	unsigned long left;

	if (spawn->tmpl)
		atomic64_inc(err < 0 ? &spawn->tmpl->failed : &spawn->tmpl->spawned);
	if (err < 0)
		stats_late_failure(spawn->tmpl ? spawn->tmpl->path : "", result, -err);
	if (err >= 0 || !to)
		return;
	/*
	 * The pid as the caller sees it: the child may have its own pid
	 * namespace.
	 */
	result->pid = spawn->nr;
	/*
	 * The memory is still the caller's, because exec did not happen. A
	 * killed child must not wait for a page: no second SIGKILL would end
	 * that wait. A failed copy is ignored: there is no other way to tell
	 * the caller.
	 */
	if (signals_dying())
		left = copy_to_user_nofault(to, result, sizeof(*result));
	else
		left = copy_to_user(to, result, sizeof(*result));
	if (left)
		return;
}

/*
 * Return the exit code of a child that failed. A child that the caller's
 * filters killed dies of SIGSYS as it would have after vfork(2): the spawn has
 * succeeded, and its parent can wait for the child.
 */
static int exit_code(struct spawn *spawn, int err)
{
	if (err == STEP_DEATH) {
		WRITE_ONCE(spawn->awaits_filters, false);
		set_exit_signal(spawn);
		return SIGSYS;
	}
	/* No system call can be restarted here. */
	if (err <= -ERESTARTSYS)
		err = -EINTR;
	spawn->result.error = -err;
	return spawn->result.stage == SPAWN_TEMPLATE_STAGE_STOP ? SIGKILL :
								  EXIT_STATUS_FAILED << 8;
}

int child_main(void *data)
{
	struct spawn *spawn = data;
	int code = 0;
	int err;

	if (signals_begin())
		err = -EINTR;
	else if (spawn->exit_at_once)
		err = -ECANCELED;
	else
		err = become_program(spawn) ?: check_stop(spawn);
	if (err) {
		code = exit_code(spawn, err);
	} else {
		signals_end(&spawn->mask);
		apply_after_exec(spawn);
	}
	if (!spawn_call_reports(spawn))
		report_async(spawn, err);
	release_caller(spawn);
	/*
	 * Only the few instructions that follow still need the module. The
	 * module's exit in main.c waits for them with synchronize_rcu_tasks().
	 */
	module_put(THIS_MODULE);
	if (err)
		ki_do_exit(code);
	return 0;
}
