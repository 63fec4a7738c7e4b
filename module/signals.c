// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * signals.c - signals of the caller and of the child while the child is set up
 */
#include <linux/errno.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>

#include "internals.h"
#include "signals.h"

/*
 * Handle a pending SIGKILL, stop, tracer or freezer. Return true if current
 * must die.
 */
static bool dying(void)
{
	return signal_pending(current) && ki_take_signals();
}

bool signals_restarts(long err)
{
	switch (err) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return true;
	}
	return false;
}

/* Fill in all signals that can be blocked. */
static void set_all(sigset_t *set)
{
	siginitsetinv(set, sigmask(SIGKILL) | sigmask(SIGSTOP));
}

void signals_block(sigset_t *mask)
{
	sigset_t all;

	set_all(&all);
	sigprocmask(SIG_SETMASK, &all, mask);
}

void signals_unblock(const sigset_t *mask)
{
	bool pending = task_sigpending(current);
	sigset_t set = *mask;

	sigprocmask(SIG_SETMASK, &set, NULL);
	/*
	 * The reason why copy_process() failed with -ERESTARTNOINTR may be
	 * gone: another thread has taken the signal, or a freezer has ended.
	 * But only a task with TIF_SIGPENDING restarts a system call on its way
	 * to user mode.
	 */
	if (pending)
		set_thread_flag(TIF_SIGPENDING);
}

/* Return true if current ignores this signal, by SIG_IGN or by SIG_DFL. */
static bool is_ignored(int sig)
{
	struct sighand_struct *sighand = rcu_dereference_raw(current->sighand);
	__sighandler_t handler = sighand->action[sig - 1].sa.sa_handler;

	return handler == SIG_IGN ||
	       (handler == SIG_DFL && (sigmask(sig) & SIG_KERNEL_IGNORE_MASK));
}

bool signals_wanted(void)
{
	struct sighand_struct *sighand = rcu_dereference_raw(current->sighand);
	bool wanted = true;
	sigset_t set;
	int sig;

	if (!task_sigpending(current))
		return false;
	/* A tracer must see ignored signals, too. */
	if (current->ptrace)
		return true;
	spin_lock_irq(&sighand->siglock);
	sigorsets(&set, &current->pending.signal, &current->signal->shared_pending.signal);
	sigandnsets(&set, &set, &current->blocked);
	/* Without a signal, a stop or a freezer has made current pending. */
	if (!sigisemptyset(&set) && !(current->jobctl & JOBCTL_PENDING_MASK)) {
		wanted = false;
		for (sig = 1; sig <= _NSIG && !wanted; sig++)
			wanted = sigismember(&set, sig) && !is_ignored(sig);
	}
	spin_unlock_irq(&sighand->siglock);
	return wanted;
}

bool signals_begin(void)
{
	sigset_t all;

	set_all(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	return dying();
}

bool signals_begin_again(long err)
{
	switch (err) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
		/*
		 * If nothing is pending, a filter or a file made up this errno.
		 * A restart would return it again, for ever.
		 */
		return signal_pending(current) && !ki_take_signals();
	}
	return false;
}

bool signals_dying(void)
{
	return fatal_signal_pending(current) ||
	       (READ_ONCE(current->signal->flags) & SIGNAL_GROUP_EXIT);
}

void signals_end(sigset_t *mask)
{
	/*
	 * The child had all signals blocked. If one is unblocked now, the
	 * kernel has forced it: SIGSEGV, when exec fails past its point of no
	 * return. Do not block it again.
	 */
	sigandsets(mask, mask, &current->blocked);
	sigprocmask(SIG_SETMASK, mask, NULL);
}
