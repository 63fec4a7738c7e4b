// SPDX-License-Identifier: GPL-2.0-only
/*
 * step.c - a step of the child as the system call that it stands for
 */
#include <linux/err.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/seccomp.h>
#include <linux/string.h>
#include <linux/unistd.h>

#include <asm/ptrace.h>
#include <asm/syscall.h>

#include "internals.h"
#include "signals.h"
#include "step.h"

static void call_to_regs(const struct step_call *call, struct pt_regs *regs)
{
	regs->orig_ax = call->nr;
	regs->ax = -ENOSYS;
	regs->di = call->args[0];
	regs->si = call->args[1];
	regs->dx = call->args[2];
	regs->r10 = call->args[3];
	regs->r8 = call->args[4];
	regs->r9 = call->args[5];
}

/* Is it still this call? A tracer may write the registers when it is stopped. */
static bool call_in_regs(const struct step_call *call, struct pt_regs *regs)
{
	unsigned long args[6];

	syscall_get_arguments(current, regs, args);
	return syscall_get_nr(current, regs) == call->nr && !memcmp(args, call->args, sizeof(args));
}

/* The filters said no: what is to come of it? */
static int verdict(const struct pt_regs *regs)
{
	long ret = regs->ax;

	/* KILL and TRAP force the signal, blocked or not; there is no handler here to run. */
	if (sigismember(&current->pending.signal, SIGSYS) &&
	    !sigismember(&current->blocked, SIGSYS))
		return STEP_DEATH;
	if (signals_dying())
		return -EINTR;
	/* A number that is no error is a call that somebody else made up. */
	return IS_ERR_VALUE(ret) ? ret : -EPERM;
}

/* The tracer's stop at a call's entry, if it asked for one. */
static int stop_at_entry(const struct step_call *call)
{
	struct pt_regs *regs = current_pt_regs();
	bool emulated = test_syscall_work(SYSCALL_EMU);

	if (!emulated && !test_syscall_work(SYSCALL_TRACE))
		return 0;
	call_to_regs(call, regs);
	ki_ptrace_syscall(PTRACE_EVENTMSG_SYSCALL_ENTRY);
	if (signals_dying())
		return -EINTR;
	/* It wants the call changed, left out, or to do it itself. */
	return emulated || !call_in_regs(call, regs) ? -EPERM : 0;
}

static int ask(const struct step_call *call)
{
	struct pt_regs *regs = current_pt_regs();

	call_to_regs(call, regs);
	if (!ki_seccomp_allows())
		return verdict(regs);
	return call_in_regs(call, regs) ? 0 : -EPERM;
}

bool step_has_filters(void)
{
	return seccomp_mode(&current->seccomp) != SECCOMP_MODE_DISABLED;
}

bool step_was_killed(void)
{
	/* __seccomp_filter() gives a task that it kills a mode that only it knows. */
	return seccomp_mode(&current->seccomp) != SECCOMP_MODE_FILTER;
}

int step_ioctl_fd(void)
{
	unsigned long args[6];

	syscall_get_arguments(current, current_pt_regs(), args);
	return args[0];
}

static int ask_filters(const struct step_call *call)
{
	int err;

	if (!step_has_filters())
		return 0;
	/* Strict mode allows no call that a spawn stands for. */
	if (seccomp_mode(&current->seccomp) == SECCOMP_MODE_STRICT)
		return STEP_DEATH;
	do {
		err = ask(call);
	} while (signals_begin_again(err));
	return err;
}

int step_ask_filters(int nr, unsigned long a0, unsigned long a1, unsigned long a2,
		     unsigned long a3, unsigned long a4)
{
	struct step_call call = { .nr = nr, .args = { a0, a1, a2, a3, a4, 0 } };

	return ask_filters(&call);
}

int step_enter(int nr, unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3,
	       unsigned long a4)
{
	struct step_call call = { .nr = nr, .args = { a0, a1, a2, a3, a4, 0 } };
	int err;

	err = stop_at_entry(&call) ?: ask_filters(&call);
	/* A call that was denied is left, too. */
	if (err < 0)
		step_leave(err);
	if (!err)
		ki_audit_enter(nr, call.args);
	return err;
}

bool step_begin_again(long ret, int nr, const unsigned long args[4])
{
	if (!signals_begin_again(ret))
		return false;
	ki_audit_leave(ret);
	ki_audit_enter(nr, args);
	return true;
}

long step_do(int nr, const unsigned long args[6])
{
	struct step_call call = { .nr = nr };
	long ret;

	memcpy(call.args, args, sizeof(call.args));
	do {
		call_to_regs(&call, current_pt_regs());
		ret = ki_sys_call(nr);
	} while (step_begin_again(ret, nr, call.args));
	return ret;
}

bool step_tracer_judges(void)
{
	return test_syscall_work(SYSCALL_TRACE) || test_syscall_work(SYSCALL_EMU);
}

/* The tracer's stop at a call's exit, if it asked for one. */
static void stop_at_exit(long ret)
{
	/* A stop would keep a task that was killed: no second SIGKILL is sent to it. */
	if (!test_syscall_work(SYSCALL_TRACE) || signals_dying())
		return;
	current_pt_regs()->ax = ret;
	ki_ptrace_syscall(PTRACE_EVENTMSG_SYSCALL_EXIT);
}

int step_show_vfork(struct step_call *own)
{
	const struct step_call vfork = { .nr = __NR_vfork };
	struct pt_regs *regs = current_pt_regs();

	own->nr = syscall_get_nr(current, regs);
	syscall_get_arguments(current, regs, own->args);
	stop_at_exit(-ERESTARTNOINTR);
	return stop_at_entry(&vfork);
}

void step_end_vfork(const struct step_call *own, long ret)
{
	stop_at_exit(ret);
	/* The call goes on whatever the tracer makes of this entry: it has been allowed. */
	stop_at_entry(own);
	call_to_regs(own, current_pt_regs());
}

void step_leave(long ret)
{
	ki_audit_leave(ret);
	stop_at_exit(ret);
	ki_run_task_work();
}
