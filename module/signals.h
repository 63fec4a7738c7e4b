/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * signals.h - signals of the caller and of the child while the child is set up
 *
 * The caller blocks all signals while it makes the child, so that no handled
 * signal restarts the call. The child inherits this mask. The child cannot run
 * a handler before exec, so its signals stay blocked until exec is over, as in
 * posix_spawn(3). Then the program gets the signals that are pending.
 *
 * SIGKILL, stops, tracers and freezers cannot be blocked. The child takes these
 * when it begins, and when one of these interrupts a wait of the child.
 */
#ifndef OUTSPAWN_SIGNALS_H
#define OUTSPAWN_SIGNALS_H

#include <linux/signal_types.h>

/*
 * Return true if this errno makes the kernel restart a system call. User mode
 * must not see such an errno.
 */
bool signals_restarts(long err);

/* In the caller: block all but SIGKILL and SIGSTOP, and store the old mask. */
void signals_block(sigset_t *mask);
/*
 * In the caller: restore the mask. Pending signals are delivered after the
 * call.
 */
void signals_unblock(const sigset_t *mask);
/*
 * In the caller: return true if the caller must return to user mode for a
 * pending signal, stop or freezer. Ignored signals do not count: a child that
 * ended while SIGCHLD was blocked may have made an ignored SIGCHLD pending.
 */
bool signals_wanted(void);

/*
 * In the child, before all else: block all signals, then handle a pending
 * SIGKILL, stop, tracer or freezer: these cannot be blocked. Sleeps while the
 * child is stopped or frozen.
 *
 * Return: true if current must die.
 */
bool signals_begin(void);
/*
 * In the child, after exec: set the program's mask. Signals that it does not
 * block are delivered. Changes *mask.
 */
void signals_end(sigset_t *mask);
/*
 * Return true if current must die, even if the SIGKILL was taken and is not
 * pending now.
 */
bool signals_dying(void);

/*
 * A wait ended with err. If only a stop, a tracer or a freezer interrupted the
 * wait, take what is pending. Sleeps.
 *
 * Return: true if the wait must be restarted, as a system call would be.
 */
bool signals_begin_again(long err);

#endif /* OUTSPAWN_SIGNALS_H */
