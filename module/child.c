// SPDX-License-Identifier: GPL-2.0-only
/*
 * child.c - the life of a pristine child, up to its program
 *
 * Stages: born (it shares the caller's memory and, for a moment, descriptor
 * table), descriptors, actions, exec, let go. Each stage is a function that
 * says where it failed; a child that failed exits without a trace, as the
 * caller reaps it (spawn.c).
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/unistd.h>

#include "child.h"
#include "exec.h"
#include "internals.h"
#include "signals.h"
#include "spawn.h"
#include "step.h"

/* The exit status that posix_spawn(3)'s child gives when it fails. */
#define EXIT_STATUS_FAILED 127

/* A table of its own, with what the caller said it shall have. */
static int take_fds(struct spawn *spawn)
{
	struct files_struct *callers = fds_begin();
	int err;

	if (IS_ERR(callers))
		return PTR_ERR(callers);
	if (spawn->inherit_fds)
		err = fds_inherit(callers);
	else
		err = fds_place_stdio(spawn->stdio);
	ki_put_files(callers);
	return err;
}

/* Through the stages; on failure 'result' says where. Returns as step_enter(). */
static int become_program(struct spawn *spawn, sigset_t *mask)
{
	struct spawn_template_result *result = &spawn->result;
	int err;

	result->stage = SPAWN_TEMPLATE_STAGE_CREATE;
	err = step_ask_filters(__NR_vfork, 0, 0, 0, 0, 0);
	if (err)
		return err;

	result->stage = SPAWN_TEMPLATE_STAGE_FDS;
	err = take_fds(spawn);
	if (err)
		return err;

	result->stage = SPAWN_TEMPLATE_STAGE_ACTION;
	err = actions_run(&spawn->actions, mask, &result->action);
	if (err)
		return err;
	/* What the actions named is placed; nothing more is held of the caller's. */
	actions_free(&spawn->actions);
	fds_put_stdio(spawn->stdio);

	result->stage = SPAWN_TEMPLATE_STAGE_EXEC;
	err = exec_enter(spawn->uargv, spawn->uenvp);
	if (err)
		return err;
	return exec_template(spawn->tmpl, &spawn->argv, &spawn->envp);
}

/* Whoever waits may go on; afterwards the spawn may be gone. */
static void let_go(struct spawn *spawn)
{
	bool waiting;

	/* exec may have completed it long ago; task_lock as in mm_release(). */
	task_lock(current);
	waiting = current->vfork_done;
	current->vfork_done = NULL;
	task_unlock(current);
	if (waiting)
		complete(&spawn->done);
	spawn_put(spawn);
}

/*
 * A child that failed: exit without a trace, the caller knows why. One that
 * the caller's seccomp filters killed: die for all to see, as it would have
 * after vfork; the spawn has succeeded.
 */
static int exit_code(struct spawn *spawn, int err)
{
	if (err == STEP_DEATH) {
		WRITE_ONCE(current->exit_signal, SIGCHLD);
		return SIGSYS;
	}
	/* What would restart a system call has none to restart here. */
	if (err <= -ERESTARTSYS)
		err = -EINTR;
	spawn->result.error = -err;
	return EXIT_STATUS_FAILED << 8;
}

int child_main(void *data)
{
	struct spawn *spawn = data;
	sigset_t mask;
	int code = 0;
	int err;

	if (signals_begin(&mask))
		err = -EINTR;
	else if (spawn->cancelled)
		err = -ECANCELED;
	else
		err = become_program(spawn, &mask);
	if (err)
		code = exit_code(spawn, err);
	else
		signals_end(&mask);
	let_go(spawn);
	/*
	 * From here on the module may be unloaded, but for the few instructions
	 * that follow: main.c's exit waits for them with RCU tasks.
	 */
	module_put(THIS_MODULE);
	if (err)
		ki_do_exit(code);
	return 0;
}
