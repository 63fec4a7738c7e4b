/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spawn.h - a spawn in flight
 *
 * One allocation that the caller fills in and then shares with the child;
 * whoever lets go last frees it. Until the child is awake the caller owns all
 * of it; then the child does, but for 'ref' and 'done'; after 'done' nobody
 * writes to it any more, and the caller may read 'result'. An asynchronous one goes on
 * writing: of that the caller reads 'unborn' alone, and 'result' only if that is set.
 */
#ifndef OUTSPAWN_SPAWN_H
#define OUTSPAWN_SPAWN_H

#include <linux/completion.h>
#include <linux/refcount.h>

#include "actions.h"
#include "exec.h"
#include "fds.h"
#include "new_task.h"
#include "search.h"
#include "spawn_template.h"
#include "step.h"

struct task_struct;
struct template;

/* When the caller goes on. */
enum spawn_wait {
	WAIT_MEMORY, /* exec has left the caller's memory behind: as after vfork(2) */
	WAIT_PROGRAM, /* the program is all set, too */
	WAIT_ACTIONS, /* the actions are done */
	WAIT_NOT,
};

struct spawn {
	refcount_t ref;
	struct template *tmpl; /* a reference; or NULL: there is a search */
	struct search search;
	u64 flags; /* SPAWN_TEMPLATE_SPAWN_* */
	enum spawn_wait wait;
	bool cancelled; /* set before the child is awake: it is to end at once */
	/* Asynchronous, and the caller's filters have yet to let it be; cleared by the child. */
	bool unborn;
	bool completed; /* the child's: 'done' is */
	/* Set by the caller that does not wait any more, for the child to read. */
	bool abandoned;
	int exit_signal; /* of the program */
	int pdeath_signal; /* or 0 */
	struct exec_args exec;
	struct actions actions;
	bool wants_pidfd; /* the caller gets a pidfd of the child */
	struct files_struct *files; /* the child's table until the child has it; a reference */
	/* The caller as a name: a reference, to compare with. */
	struct task_struct *caller;
	/* A pidfd that kills when it is released: not before the child is ready for that. */
	struct file *leash;
	sigset_t mask; /* the caller's, and, but for a SIGMASK action, the program's */
	pid_t nr; /* the child's, as the caller sees it; set before the child is awake */
	/*
	 * The caller waits for it. With WAIT_MEMORY it is the child's vfork_done: exec
	 * completes it when the child drops the caller's memory. Otherwise, and if a
	 * step failed, the child completes it.
	 */
	struct completion done;
	/*
	 * Otherwise the child's vfork_done. Nobody waits for it: as long as a child
	 * has a vfork_done, the OOM killer knows that the memory is its parent's.
	 */
	struct completion unwatched;
	struct spawn_template_result result;
	/* Where the caller of an asynchronous spawn wants to read how it failed; or NULL. */
	struct spawn_template_result __user *uresult;
};

void spawn_put(struct spawn *spawn);

/* The SPAWN_TEMPLATE_SPAWN_* that this kernel can do. */
u64 spawn_flags(void);

/* What is to be spawned: of a template, or by path. The caller's. */
struct spawn_request {
	struct template *tmpl; /* or NULL */
	const char __user *file; /* without a template: as spawn_template_path_args has it */
	const char __user *path;
	struct spawn_template_spawn_args args;
};

/* A child that was made, in the hands of its caller. */
struct birth {
	struct spawn *spawn; /* a reference */
	struct new_task child;
	/* The caller's tracer sees system calls, not vfork events: it was shown a vfork(2). */
	bool shown;
	struct step_call ioctl; /* with shown: the caller's own system call */
	int pidfd; /* reserved number, or -1 */
	struct file *pidfd_file; /* not yet installed, or NULL */
	int __user *upidfd;
	int cancelled; /* why the child was sent away at once, or 0 */
};

/*
 * Make a child and set it going. It is then seen through by spawn_finish(), by
 * the same task.
 *
 * @birth: filled in on success
 * @result: says where it failed
 * Return: 0 or an errno; -ERESTARTNOINTR if something came first that cannot be
 * blocked, a stop or a tracer's call.
 */
int spawn_start(const struct spawn_request *request, struct birth *birth,
		struct spawn_template_result *result);

/*
 * Sleeps until the caller may go on; a fatal signal ends the wait, not the child.
 *
 * @result: filled in
 * Return: the child's pid or an errno (uapi/spawn_template.h).
 */
long spawn_finish(struct birth *birth, struct spawn_template_result *result);

/* Both: SPAWN_TEMPLATE_IOC_SPAWN and SPAWN_PATH. */
long spawn_run(const struct spawn_request *request, struct spawn_template_result *result);

#endif /* OUTSPAWN_SPAWN_H */
