/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * step.h - a step of the child as the system call that it stands for
 *
 * The caller makes one ioctl, behind which a tracer, the caller's seccomp
 * filters and the audit log would not see what a spawn does. So the child, which
 * inherits them, enters and leaves each step as if it were its system call: with
 * the call's number and arguments in its registers, the tracer gets its stops,
 * the filters are asked, and an audit record is written if one is wanted.
 */
#ifndef OUTSPAWN_STEP_H
#define OUTSPAWN_STEP_H

#include <linux/types.h>

/* The filters killed current: it is to die of SIGSYS, at once. */
#define STEP_DEATH 1

/*
 * Enter a system call. Only in the child, before exec. May sleep (a tracer, a
 * supervisor), and be killed. Costs next to nothing for who has neither.
 *
 * Return: 0 if it is to be done; the filter's errno; -EPERM if a tracer or a
 * supervisor wants something else done than what was asked, which cannot be;
 * -EINTR if current is being killed; STEP_DEATH.
 */
int step_enter(int nr, unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3,
	       unsigned long a4);
/*
 * Leave it, with its result: after a step_enter() that returned 0. What the call put off
 * to its end is done then, the last of a closed file or of a mount.
 */
void step_leave(long ret);
/*
 * After a step_enter() that returned 0: is what was done to be done again, since it
 * failed so for a signal that is no death? Sleeps, as that wants. To the audit log each
 * attempt is a call of its own, as from user mode.
 */
bool step_begin_again(long ret, int nr, const unsigned long args[4]);
/*
 * After a step_enter() that returned 0: really do the system call, with these
 * arguments. Begins again when a signal that is no death interrupts it.
 */
long step_do(int nr, const unsigned long args[6]);

/* A system call as it stands in the registers. */
struct step_call {
	int nr;
	unsigned long args[6];
};

/* In the caller: does its tracer stop it at system calls? */
bool step_tracer_judges(void);
/*
 * In the caller, in its own system call: let its tracer see that call interrupted,
 * and then a vfork(2) entered. Its stops alternate between entry and exit as always:
 * step_end_vfork() must follow. Sleeps.
 *
 * @own: set to the caller's own call
 * Return: 0; -EPERM if the tracer wants something else done; -EINTR if current must die.
 */
int step_show_vfork(struct step_call *own);
/* Let its tracer see that vfork(2) left with this result, and the own call entered again. */
void step_end_vfork(const struct step_call *own, long ret);

/* Has current seccomp filters, or strict mode? */
bool step_has_filters(void);
/*
 * After a STEP_DEATH: did a filter kill current (KILL_PROCESS, KILL_THREAD)? Otherwise
 * it sent SIGSYS (TRAP).
 */
bool step_was_killed(void);
/* The descriptor that current, which is in the midst of an ioctl(2), called it on. */
int step_ioctl_fd(void);

/* Only the filters' part of step_enter(): for what a tracer sees as one call. */
int step_ask_filters(int nr, unsigned long a0, unsigned long a1, unsigned long a2,
		     unsigned long a3, unsigned long a4);

#endif /* OUTSPAWN_STEP_H */
