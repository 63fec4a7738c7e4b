/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * pdeath.h - signal a child when its parent process ends
 *
 * PR_SET_PDEATHSIG sends its signal when the thread ends that made the child.
 * This signal comes after the last thread of the process. The signal obeys the
 * rules of PR_SET_PDEATHSIG:
 * - the parent must be allowed to send it, as it was when it made the child;
 * - a child whose credentials have changed since does not get it, for example
 *   after it has executed a setuid program;
 * - the child's own children do not get it.
 */
#ifndef OUTSPAWN_PDEATH_H
#define OUTSPAWN_PDEATH_H

struct cred;
struct pid;

int pdeath_init(void);
/* No child may have a signal set. Waits for the last work to end. */
void pdeath_exit(void);

/*
 * In the child: set the signal. The module stays loaded until the child or the
 * parent has ended. If the parent has ended already, send the signal now. May
 * sleep.
 *
 * @parent: the parent's process
 * @cred: the credentials with which the parent sends the signal
 * Return: 0 or -ENOMEM.
 */
int pdeath_set(struct pid *parent, const struct cred *cred, int signal);

#endif /* OUTSPAWN_PDEATH_H */
