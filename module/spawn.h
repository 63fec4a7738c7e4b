/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spawn.h - a spawn in flight
 *
 * One allocation that the caller fills in and then shares with the child;
 * whoever lets go last frees it. Until the child is awake the caller owns all
 * of it; then the child does, but for 'ref' and 'done'; after 'done' nobody
 * writes to it any more, and the caller may read 'result'.
 */
#ifndef OUTSPAWN_SPAWN_H
#define OUTSPAWN_SPAWN_H

#include <linux/completion.h>
#include <linux/refcount.h>

#include "actions.h"
#include "fds.h"
#include "spawn_template.h"
#include "strings.h"

struct template;

struct spawn {
	refcount_t ref;
	struct template *tmpl; /* a reference */
	bool inherit_fds;
	bool cancelled; /* set before the child is awake: it is to end at once */
	struct strings argv, envp;
	u64 uargv, uenvp; /* where the caller has them */
	struct actions actions;
	struct file *stdio[FDS_STDIO];
	/*
	 * The child's vfork_done: exec completes it when it leaves the caller's
	 * memory behind; so does a child that failed, with 'result' filled in.
	 */
	struct completion done;
	struct spawn_template_result result;
};

void spawn_put(struct spawn *spawn);

/*
 * SPAWN_TEMPLATE_IOC_SPAWN. Sleeps until exec has succeeded or failed; a fatal
 * signal ends the wait, not the child.
 *
 * @result: filled in
 * Return: the child's pid or an errno (uapi/spawn_template.h).
 */
long spawn_run(struct template *tmpl, const struct spawn_template_spawn_args *args,
	       struct spawn_template_result *result);

#endif /* OUTSPAWN_SPAWN_H */
