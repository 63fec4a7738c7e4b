/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seccomp.h - what the caller's filters say of what a spawn does for it
 *
 * The caller makes one ioctl, behind which its filters would not see the
 * system calls that a spawn stands for. So the child, which inherits them,
 * asks before each step: with the call's number and arguments in its
 * registers, the filter's verdict is that of the call itself.
 */
#ifndef OUTSPAWN_SECCOMP_H
#define OUTSPAWN_SECCOMP_H

#include <linux/types.h>

/* The filters killed current: it is to die of SIGSYS, at once. */
#define SECCOMP_DEATH 1

/*
 * Ask about a system call. Only in the child, before exec. May sleep (a
 * tracer, a supervisor), and be killed.
 *
 * Return: 0 if it is allowed (or there is no filter); the filter's errno; -EPERM
 * if a tracer or a supervisor would have something else done than what was
 * asked, which cannot be; -EINTR if current is being killed; SECCOMP_DEATH.
 */
int seccomp_ask(int nr, unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3,
		unsigned long a4);

#endif /* OUTSPAWN_SECCOMP_H */
