// SPDX-License-Identifier: GPL-2.0-only
/*
 * signals.c - signals of the caller and of the child while the child is set up
 */
#include <linux/errno.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>

#include "internals.h"
#include "signals.h"

/* See to what is pending; is current to die of it? */
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

/* All that can be blocked. */
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
	 * What made copy_process() fail with -ERESTARTNOINTR may be gone: another thread
	 * took the signal, a freezer has ended. Only a task with this flag restarts a
	 * system call on its way to user mode.
	 */
	if (pending)
		set_thread_flag(TIF_SIGPENDING);
}

/* Would SIG_DFL or SIG_IGN ignore this signal? */
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
	/* A tracer sees ignored signals, too. */
	if (current->ptrace)
		return true;
	spin_lock_irq(&sighand->siglock);
	sigorsets(&set, &current->pending.signal, &current->signal->shared_pending.signal);
	sigandnsets(&set, &set, &current->blocked);
	/* Without a signal it is a stop or a freezer that wants current. */
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
		/* Without a signal it is a filter's or a file's own number: no end of it. */
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
	 * What is not blocked any more, the kernel has forced on the child: SIGSEGV, when
	 * exec fails past its point of no return. It must not be held off.
	 */
	sigandsets(mask, mask, &current->blocked);
	sigprocmask(SIG_SETMASK, mask, NULL);
}
