/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * step.h - a step of the child as the system call that it stands for
 *
 * The caller makes one ioctl. A tracer, the caller's seccomp filters and the
 * audit log would see only the ioctl, not what the spawn does. So the child,
 * which inherits all three, enters and leaves each step as if it were a system
 * call. The call's number and arguments are in the child's registers. The
 * tracer gets its stops, the filters judge the call, and the audit log gets a
 * record.
 */
#ifndef OUTSPAWN_STEP_H
#define OUTSPAWN_STEP_H

#include <linux/types.h>

#include "arch.h"

/* The filters kill current: current must die of SIGSYS at once. */
#define STEP_DEATH 1

/*
 * Enter a system call. Only in the child, before exec. Sleeps until a tracer or
 * a supervisor has answered; SIGKILL ends the wait. Costs next to nothing
 * without a tracer, filters and audit.
 *
 * Return:
 * 0		the step must be done, and then left by step_leave()
 * an errno	the filters deny the call with this errno
 * -EPERM	a tracer or a supervisor wants another call, or to do it itself
 * -EINTR	current is being killed
 * STEP_DEATH	see above
 */
int step_enter(const struct call *call);
/*
 * Leave the system call, with its result. Only after step_enter() returned 0.
 * Does what the call deferred to its end: the last close of a file, an unmount.
 */
void step_leave(long ret);
/*
 * Must the call be restarted, because a stop, a tracer or a freezer interrupted
 * it? Only after step_enter() returned 0. First handles what is pending, with
 * ki_take_signals(), which may sleep. The audit log gets a record for each
 * attempt, as for a call from user mode.
 *
 * @ret: the result of the attempt
 */
bool step_begin_again(long ret, const struct call *call);
/*
 * Do the system call in the kernel, and restart the call when a signal that is
 * not fatal interrupts it. Only after step_enter() returned 0.
 *
 * @call: as it was entered, though the arguments may differ
 */
long step_do(const struct call *call);

/* Only the filters' part of step_enter(). A tracer does not see the call. */
int step_ask_filters(const struct call *call);

/* Does current have seccomp filters, or strict mode? */
bool step_has_filters(void);
/*
 * After a STEP_DEATH: did a filter kill current (KILL_PROCESS, KILL_THREAD)?
 * Otherwise a filter sent SIGSYS (TRAP).
 */
bool step_was_killed(void);
/* Return the descriptor on which current called the ioctl(2) that it is in. */
int step_ioctl_fd(void);

/* In the caller: does the caller's tracer stop it at system calls? */
bool step_tracer_judges(void);
/*
 * In the caller, in its ioctl: show the tracer that the ioctl was interrupted,
 * and then that vfork(2) was entered. A tracer expects stops at entry and exit
 * in turn, so step_end_vfork() must follow. Sleeps.
 *
 * @own: set to the ioctl
 * Return: 0; -EPERM if the tracer wants another call; -EINTR if current must
 * die.
 */
int step_show_vfork(struct call *own);
/* Show the tracer that vfork(2) returned ret, and the ioctl entered again. */
void step_end_vfork(const struct call *own, long ret);

#endif /* OUTSPAWN_STEP_H */
