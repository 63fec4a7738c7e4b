// SPDX-License-Identifier: GPL-2.0-only
/*
 * signals.c - the child's signals while it is set up
 */
#include <linux/errno.h>
#include <linux/sched/signal.h>

#include "internals.h"
#include "signals.h"

/* See to what is pending; is current to die of it? */
static bool dying(void)
{
	return signal_pending(current) && ki_take_signals();
}

bool signals_begin(sigset_t *mask)
{
	sigset_t all;

	*mask = current->blocked;
	siginitsetinv(&all, sigmask(SIGKILL) | sigmask(SIGSTOP));
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
