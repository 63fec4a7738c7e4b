/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * signals.h - signals of the caller and of the child while the child is set up
 *
 * The caller blocks all signals while it makes the child, so that no handled
 * signal makes the call begin again. The child is born so, and cannot run a
 * handler before exec: its signals stay blocked, as posix_spawn(3) does it, until
 * exec is over; then what came in meanwhile is delivered to the program. What
 * cannot be blocked acts as on any task: SIGKILL, stops, a tracer's and the
 * freezers' calls are taken when the child begins and when they end a wait of it.
 */
#ifndef OUTSPAWN_SIGNALS_H
#define OUTSPAWN_SIGNALS_H

#include <linux/signal_types.h>

/* Is this an errno by which the kernel restarts a system call, and no user must see? */
bool signals_restarts(long err);

/* In the caller: block all but SIGKILL and SIGSTOP; mask is set to the mask before. */
void signals_block(sigset_t *mask);
/* In the caller: set its mask again. What came in meanwhile is delivered after the call. */
void signals_unblock(const sigset_t *mask);
/*
 * In the caller: is something pending that it must return to user mode for? Not for
 * ignored signals: while SIGCHLD was blocked, ended children made it pending.
 */
bool signals_wanted(void);

/*
 * In the child, first: block all signals, and take what is pending and cannot be
 * blocked. Sleeps, if a tracer wants to see the child begin. Returns true if
 * current must die.
 */
bool signals_begin(void);
/* Go on with this mask; what is pending shows again. mask is used up. */
void signals_end(sigset_t *mask);
/* Is current to die? Also after a SIGKILL was taken, which is not pending any more then. */
bool signals_dying(void);

/*
 * Did a wait end with err only because a stop, a tracer or a freezer wanted the
 * task out of it? Then that has been seen to, and the wait is to begin again, as
 * a system call is restarted. Sleeps.
 */
bool signals_begin_again(long err);

#endif /* OUTSPAWN_SIGNALS_H */
