/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * signals.h - the child's signals while it is set up
 *
 * The child is in the kernel all the time and cannot run a handler, so all
 * signals are blocked, as posix_spawn(3) does, until exec is over; then what
 * came in meanwhile is delivered to the program. What cannot be blocked acts as
 * on any task: SIGKILL, stops, a tracer's and the freezers' calls are taken when
 * the child begins and when they end a wait of its.
 */
#ifndef OUTSPAWN_SIGNALS_H
#define OUTSPAWN_SIGNALS_H

#include <linux/signal_types.h>

/*
 * Block all; mask is set to what the caller's mask was. Sleeps, if a tracer
 * wants to see the child begin. Returns true if current is to die.
 */
bool signals_begin(sigset_t *mask);
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
