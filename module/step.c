// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * step.c - a step of the child as the system call that it stands for
 */
#include <linux/err.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/seccomp.h>
#include <linux/string.h>

#include "arch.h"
#include "internals.h"
#include "signals.h"
#include "step.h"

/* Do the registers still hold this call? A tracer may write them at a stop. */
static bool is_unchanged(const struct call *call)
{
	struct call now;

	arch_get_call(&now);
	return now.nr == call->nr && !memcmp(now.args, call->args, sizeof(now.args));
}

/* The filters denied the call. Return what step_ask_filters() must return. */
static int verdict(void)
{
	long ret = arch_result();

	/*
	 * KILL and TRAP force SIGSYS even if it is blocked. The child has no
	 * handler to run.
	 */
	if (sigismember(&current->pending.signal, SIGSYS) &&
	    !sigismember(&current->blocked, SIGSYS))
		return STEP_DEATH;
	if (signals_dying())
		return -EINTR;
	/* No error: a tracer or a supervisor wants to do the call itself. */
	return IS_ERR_VALUE(ret) ? ret : -EPERM;
}

/* Stop for the tracer at a call's entry, if the tracer asked for that. */
static int stop_at_entry(const struct call *call)
{
	bool emulated = arch_emulates_calls();

	if (!emulated && !arch_traces_calls())
		return 0;
	arch_set_call(call);
	ki_ptrace_syscall(PTRACE_EVENTMSG_SYSCALL_ENTRY);
	if (signals_dying())
		return -EINTR;
	/* The tracer wants another call, none, or to do the call itself. */
	return emulated || !is_unchanged(call) ? -EPERM : 0;
}

/* Stop for the tracer at a call's exit, if the tracer asked for that. */
static void stop_at_exit(long ret)
{
	/* A killed task must not stop: no second SIGKILL would end the stop. */
	if (!arch_traces_calls() || signals_dying())
		return;
	arch_set_result(ret);
	ki_ptrace_syscall(PTRACE_EVENTMSG_SYSCALL_EXIT);
}

static int ask_once(const struct call *call)
{
	arch_set_call(call);
	if (!ki_seccomp_allows())
		return verdict();
	return is_unchanged(call) ? 0 : -EPERM;
}

int step_ask_filters(const struct call *call)
{
	int err;

	if (!step_has_filters())
		return 0;
	/* Strict mode allows no call that a spawn stands for. */
	if (seccomp_mode(&current->seccomp) == SECCOMP_MODE_STRICT)
		return STEP_DEATH;
	do {
		err = ask_once(call);
	} while (signals_begin_again(err));
	return err;
}

int step_enter(const struct call *call)
{
	int err = stop_at_entry(call) ?: step_ask_filters(call);

	/* A tracer expects an exit stop also after a denied call. */
	if (err < 0)
		step_leave(err);
	if (!err)
		ki_audit_enter(call);
	return err;
}

void step_leave(long ret)
{
	ki_audit_leave(ret);
	stop_at_exit(ret);
	ki_run_task_work();
}

bool step_begin_again(long ret, const struct call *call)
{
	if (!signals_begin_again(ret))
		return false;
	ki_audit_leave(ret);
	ki_audit_enter(call);
	return true;
}

long step_do(const struct call *call)
{
	long ret;

	do {
		arch_set_call(call);
		ret = ki_sys_call(call->nr);
	} while (step_begin_again(ret, call));
	return ret;
}

bool step_has_filters(void)
{
	return seccomp_mode(&current->seccomp) != SECCOMP_MODE_DISABLED;
}

bool step_was_killed(void)
{
	/* __seccomp_filter() gives a task that it kills a mode of its own. */
	return seccomp_mode(&current->seccomp) != SECCOMP_MODE_FILTER;
}

int step_ioctl_fd(void)
{
	struct call call;

	arch_get_call(&call);
	return call.args[0];
}

bool step_tracer_judges(void)
{
	return arch_traces_calls() || arch_emulates_calls();
}

int step_show_vfork(struct call *own)
{
	arch_get_call(own);
	stop_at_exit(-ERESTARTNOINTR);
	return stop_at_entry(&ARCH_VFORK);
}

void step_end_vfork(const struct call *own, long ret)
{
	stop_at_exit(ret);
	/* The tracer cannot deny the ioctl, which was allowed before. */
	stop_at_entry(own);
	arch_set_call(own);
}
