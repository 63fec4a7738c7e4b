// SPDX-License-Identifier: GPL-2.0-only
/*
 * child.c - the life of a pristine child, up to its program
 *
 * Stages: descriptors, born, actions, exec, let go. Each stage is a function that
 * says where it failed; a child that failed exits without a trace, as the
 * caller reaps it (spawn.c), or, if the caller did not wait, with a status. Until
 * exec the child shares the caller's memory.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/prctl.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>
#include <linux/unistd.h>

#include "child.h"
#include "exec.h"
#include "internals.h"
#include "new_task.h"
#include "signals.h"
#include "spawn.h"
#include "step.h"
#include "stop.h"
#include "template.h"

/* The exit status that posix_spawn(3)'s child gives when it fails. */
#define EXIT_STATUS_FAILED 127

static int set_by_prctl(unsigned long option, unsigned long value)
{
	const unsigned long args[6] = { option, value };
	int err = step_enter(__NR_prctl, option, value, 0, 0, 0);

	if (err)
		return err;
	err = step_do(__NR_prctl, args);
	step_leave(err);
	return err;
}

/* The calls that making the child, and a pidfd of it, stands for. */
static int ask_about_vfork(const struct spawn *spawn)
{
	int err = step_ask_filters(__NR_vfork, 0, 0, 0, 0, 0);

	if (!err && spawn->wants_pidfd)
		err = step_ask_filters(__NR_pidfd_open, spawn->nr, 0, 0, 0, 0);
	return err;
}

static int set_no_new_privs(const struct spawn *spawn)
{
	if (!(spawn->flags & SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS))
		return 0;
	return set_by_prctl(PR_SET_NO_NEW_PRIVS, 1);
}

/* The caller may go on; once. */
static void complete_once(struct spawn *spawn)
{
	if (!spawn->completed) {
		spawn->completed = true;
		complete(&spawn->done);
	}
}

/* As PR_SET_PDEATHSIG by a child that looks whether it came too late. */
static int set_pdeath_signal(const struct spawn *spawn)
{
	bool orphan;
	int err;

	if (!spawn->pdeath_signal)
		return 0;
	err = set_by_prctl(PR_SET_PDEATHSIG, spawn->pdeath_signal);
	if (err)
		return err;
	/* The caller's exit gives its children away first, then looks for their signals. */
	smp_mb();
	orphan = rcu_access_pointer(current->real_parent) != spawn->caller;
	if (orphan)
		send_sig(spawn->pdeath_signal, current, 1);
	return 0;
}

/*
 * The signal is for the caller alone. Whoever inherits an orphan, init for one, gets
 * SIGCHLD.
 */
static void signal_caller_by(const struct spawn *spawn, int signal)
{
	bool orphan;

	WRITE_ONCE(current->exit_signal, signal);
	/* The caller's exit gives its children away, then sets SIGCHLD; or it is seen here. */
	smp_mb();
	rcu_read_lock();
	orphan = !same_thread_group(rcu_dereference(current->real_parent), spawn->caller);
	rcu_read_unlock();
	if (orphan)
		WRITE_ONCE(current->exit_signal, SIGCHLD);
}

/* The signal that the caller asked for. */
static void set_exit_signal(const struct spawn *spawn)
{
	signal_caller_by(spawn, spawn->exit_signal);
}

/* The filters let an asynchronous child be: from now on it is its parent's to wait for. */
static void become_waitable(struct spawn *spawn)
{
	WRITE_ONCE(spawn->awaits_filters, false);
	set_exit_signal(spawn);
}

/* Through the stages; on failure 'result' says where. Returns as step_enter(). */
static int become_program(struct spawn *spawn)
{
	struct spawn_template_result *result = &spawn->result;
	int err;

	result->stage = SPAWN_TEMPLATE_STAGE_CREATE;
	err = ask_about_vfork(spawn) ?: set_no_new_privs(spawn);
	if (!err && (spawn->flags & SPAWN_TEMPLATE_SPAWN_STOPPED)) {
		result->stage = SPAWN_TEMPLATE_STAGE_STOP;
		err = stop_ask_filters(spawn->nr);
	}
	if (err)
		return err;
	if (spawn->awaits_filters)
		become_waitable(spawn);

	result->stage = SPAWN_TEMPLATE_STAGE_ACTION;
	err = actions_run(&spawn->actions, &spawn->mask, &result->action);
	if (err)
		return err;
	/* What the actions named is placed; nothing more is held of the caller's. */
	actions_free(&spawn->actions);
	if (spawn->wait == WAIT_ACTIONS)
		complete_once(spawn);

	result->stage = SPAWN_TEMPLATE_STAGE_EXEC;
	err = set_pdeath_signal(spawn);
	if (err)
		return err;
	if (!spawn->tmpl)
		return exec_search(&spawn->search, &spawn->exec, &result->action);
	return exec_template(spawn->tmpl, &spawn->exec, &result->stage);
}

/*
 * The signal of a program that must not begin. A caller that waits reaps the child as
 * one that failed before exec, without a signal.
 */
static void set_exit_signal_of_refused(const struct spawn *spawn)
{
	if (spawn->flags & SPAWN_TEMPLATE_SPAWN_ASYNC) {
		if (spawn->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL)
			set_exit_signal(spawn);
		return;
	}
	signal_caller_by(spawn, 0);
	/* A caller that does not wait any more sets SIGCHLD, or is noticed here. */
	if (READ_ONCE(spawn->abandoned))
		WRITE_ONCE(current->exit_signal, SIGCHLD);
}

/*
 * After exec: may the caller stop what the program has become? If not, the program must
 * end before its first instruction, because whoever asked for the stop relies on it. A
 * caller that waits gets the error. The caller of an asynchronous spawn sees a child
 * that was killed: the memory with its 'result' is out of reach.
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
	/* exec itself was done. */
	ki_audit_leave(0);
	set_exit_signal_of_refused(spawn);
	return err;
}

/*
 * What the program starts with that exec would undo or spoil: its peak of resident
 * memory, its exit signal, a stop.
 */
static void apply_after_exec(struct spawn *spawn)
{
	/* exec has put the caller's own peak there, when it dropped the caller's memory. */
	WRITE_ONCE(current->signal->maxrss, 0);
	if (spawn->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL)
		set_exit_signal(spawn);
	if (spawn->flags & SPAWN_TEMPLATE_SPAWN_STOPPED)
		send_sig(SIGSTOP, current, 1);
}

/* The caller may go on, if it waits. The spawn may be gone afterwards. */
static void release_caller(struct spawn *spawn)
{
	bool in_memory = new_task_end_vfork();

	/* With WAIT_MEMORY exec has completed 'done' if it dropped the memory. */
	if (spawn->wait != WAIT_NOT && (in_memory || spawn->wait != WAIT_MEMORY))
		complete_once(spawn);
	spawn_put(spawn);
}

/* Count it, and tell who did not wait. */
static void report_async(struct spawn *spawn, int err)
{
	struct spawn_template_result __user *to = spawn->uresult;
	struct spawn_template_result *result = &spawn->result;
	unsigned long left;

	if (spawn->tmpl)
		atomic64_inc(err < 0 ? &spawn->tmpl->failed : &spawn->tmpl->spawned);
	if (err >= 0 || !to)
		return;
	/* Not its own number, which in a namespace of its own is another. */
	result->pid = spawn->nr;
	/*
	 * Before exec the memory is still the caller's; a bad pointer tells nobody. Who was
	 * killed must not wait for a page: nothing would end that.
	 */
	if (signals_dying())
		left = copy_to_user_nofault(to, result, sizeof(*result));
	else
		left = copy_to_user(to, result, sizeof(*result));
	if (left)
		return;
}

/*
 * A child that failed: exit without a trace, the caller knows why. One that
 * the caller's seccomp filters killed: die for all to see, as it would have
 * after vfork; the spawn has succeeded.
 */
static int exit_code(struct spawn *spawn, int err)
{
	if (err == STEP_DEATH) {
		WRITE_ONCE(spawn->awaits_filters, false);
		set_exit_signal(spawn);
		return SIGSYS;
	}
	/* What would restart a system call has none to restart here. */
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
	 * From here on the module may be unloaded, but for the few instructions
	 * that follow: main.c's exit waits for them with RCU tasks.
	 */
	module_put(THIS_MODULE);
	if (err)
		ki_do_exit(code);
	return 0;
}
