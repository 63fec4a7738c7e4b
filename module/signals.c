// SPDX-License-Identifier: GPL-2.0-only
/*
 * signals.c - signals of the caller and of the child while the child is set up
 */
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/sched/signal.h>

#include "internals.h"
#include "signals.h"

/* See to what is pending; is current to die of it? */
static bool dying(void)
{
	return signal_pending(current) && ki_take_signals();
}

/* Would the kernel drop this signal to current instead of making it pending? */
static bool dropped(int sig)
{
	struct sighand_struct *sighand = rcu_dereference_raw(current->sighand);
	__sighandler_t handler = READ_ONCE(sighand->action[sig - 1].sa.sa_handler);

	/* A tracer sees ignored signals, too. */
	return !current->ptrace && (handler == SIG_DFL || handler == SIG_IGN);
}

/* All that can be blocked. */
static void set_all(sigset_t *set)
{
	siginitsetinv(set, sigmask(SIGKILL) | sigmask(SIGSTOP));
}

void signals_block(sigset_t *mask)
{
	/* What SIG_DFL ignores. Children send SIGCHLD at any moment. */
	static const u8 ignored[] = { SIGCHLD, SIGCONT, SIGURG, SIGWINCH };
	sigset_t set;
	size_t i;

	set_all(&set);
	/* Blocked, a signal becomes pending even if it is ignored: a batch would end. */
	for (i = 0; i < ARRAY_SIZE(ignored); i++)
		if (dropped(ignored[i]))
			sigdelset(&set, ignored[i]);
	/* What the caller has blocked stays blocked. */
	sigorsets(&set, &set, &current->blocked);
	sigprocmask(SIG_SETMASK, &set, mask);
}

void signals_unblock(const sigset_t *mask)
{
	sigset_t set = *mask;

	sigprocmask(SIG_SETMASK, &set, NULL);
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
