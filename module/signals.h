/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * signals.h - the child's signals while it is set up
 *
 * The child is in the kernel all the time and cannot run a handler, so all
 * signals are blocked, as posix_spawn(3) does, until exec is over; then what
 * came in meanwhile is delivered to the program. SIGKILL acts at once. A stop,
 * a tracer's or the freezer's call stays pending until the child goes to user
 * mode.
 */
#ifndef OUTSPAWN_SIGNALS_H
#define OUTSPAWN_SIGNALS_H

#include <linux/signal_types.h>

/* Block all; mask is set to what the caller's mask was. */
void signals_begin(sigset_t *mask);
/* Go on with this mask; what is pending shows again. */
void signals_end(sigset_t *mask);

/*
 * Is current about to be killed? If not, forget for now that something other
 * than SIGKILL is pending, so that current may sleep interruptibly.
 */
bool signals_dying(void);

/*
 * Did a wait end with err only because a stop, a tracer or the freezer wanted
 * the task out of it? Then begin it again, as a system call is restarted.
 */
bool signals_begin_again(long err);

#endif /* OUTSPAWN_SIGNALS_H */
