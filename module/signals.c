// SPDX-License-Identifier: GPL-2.0-only
/*
 * signals.c - the child's signals while it is set up
 */
#include <linux/errno.h>
#include <linux/freezer.h>
#include <linux/sched/signal.h>

#include "signals.h"

bool signals_dying(void)
{
	/* A task that runs has one, and only exec and exit change it. */
	struct sighand_struct *sighand = rcu_dereference_raw(current->sighand);
	bool dying;

	try_to_freeze();
	spin_lock_irq(&sighand->siglock);
	dying = __fatal_signal_pending(current);
	if (!dying)
		clear_thread_flag(TIF_SIGPENDING);
	spin_unlock_irq(&sighand->siglock);
	return dying;
}

bool signals_begin_again(long err)
{
	switch (err) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
		return !signals_dying();
	}
	return false;
}

void signals_begin(sigset_t *mask)
{
	sigset_t all;

	*mask = current->blocked;
	siginitsetinv(&all, sigmask(SIGKILL) | sigmask(SIGSTOP));
	sigprocmask(SIG_SETMASK, &all, NULL);
	signals_dying();
}

void signals_end(sigset_t *mask)
{
	sigprocmask(SIG_SETMASK, mask, NULL);
}
