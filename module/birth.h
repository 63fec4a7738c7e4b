/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * birth.h - the caller's side of a spawn: make the child, wait for it, reap it
 */
#ifndef OUTSPAWN_BIRTH_H
#define OUTSPAWN_BIRTH_H

#include <linux/types.h>

#include "new_task.h"
#include "request.h"
#include "step.h"

struct file;
struct spawn;

/* A child between birth_start() and birth_finish(). Belongs to the caller. */
struct birth {
	struct spawn *spawn; /* a reference */
	struct new_task child;
	/*
	 * The caller's tracer stops it at system calls, but does not follow
	 * vfork: the tracer saw a vfork(2) instead.
	 */
	bool vfork_shown;
	struct call ioctl; /* with vfork_shown: the caller's own system call */
	int pidfd; /* the reserved number, or -1 */
	struct file *pidfd_file; /* not yet installed, or NULL */
	int __user *upidfd; /* where the caller wants the number, or NULL */
	int pidfd_error; /* 0, or the errno of make_pidfd(): the child must exit at once */
};

/*
 * Make a child and wake it. After success, the same task must call
 * birth_finish(). Sleeps.
 *
 * @birth: filled in on success
 * @result: on failure, the stage, the action and the errno
 * Return: 0 or an errno; -ERESTARTNOINTR if a stop, a tracer or a freezer,
 * which cannot be blocked, interrupted the caller.
 */
int birth_start(const struct spawn_request *request, struct birth *birth,
		struct spawn_template_result *result);

/*
 * Wait until the call may return (enum spawn_wait), and reap a child that
 * failed. A fatal signal ends the wait, but not the child. Sleeps.
 *
 * @result: filled in
 * Return: the child's pid or an errno (uapi/spawn_template.h).
 */
long birth_finish(struct birth *birth, struct spawn_template_result *result);

/*
 * SPAWN_TEMPLATE_IOC_SPAWN and SPAWN_PATH: birth_start(), birth_finish() and
 * request_report().
 *
 * Return: as birth_start() and birth_finish().
 */
long birth_run(const struct spawn_request *request);

#endif /* OUTSPAWN_BIRTH_H */
