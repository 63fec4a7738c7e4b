/* SPDX-License-Identifier: GPL-2.0-only */
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

/* A child that was made, in the hands of its caller. */
struct birth {
	struct spawn *spawn; /* a reference */
	struct new_task child;
	/* The caller's tracer sees system calls, not vfork events: it was shown a vfork(2). */
	bool vfork_shown;
	struct step_call ioctl; /* with vfork_shown: the caller's own system call */
	int pidfd; /* reserved number, or -1 */
	struct file *pidfd_file; /* not yet installed, or NULL */
	int __user *upidfd;
	int pidfd_error; /* why the child was sent away at once, or 0 */
};

/*
 * Make a child and set it going. It is then seen through by birth_finish(), by
 * the same task.
 *
 * @birth: filled in on success
 * @result: says where it failed
 * Return: 0 or an errno; -ERESTARTNOINTR if something came first that cannot be
 * blocked, a stop or a tracer's call.
 */
int birth_start(const struct spawn_request *request, struct birth *birth,
		struct spawn_template_result *result);

/*
 * Sleeps until the caller may go on; a fatal signal ends the wait, not the child.
 *
 * @result: filled in
 * Return: the child's pid or an errno (uapi/spawn_template.h).
 */
long birth_finish(struct birth *birth, struct spawn_template_result *result);

/* Both, and request_report(): SPAWN_TEMPLATE_IOC_SPAWN and SPAWN_PATH. */
long birth_run(const struct spawn_request *request);

#endif /* OUTSPAWN_BIRTH_H */
