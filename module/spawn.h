/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spawn.h - a spawn in flight
 *
 * One allocation that the caller fills in and then shares with the child;
 * whoever lets go last frees it. Until the child is awake the caller owns all
 * of it; then the child does, but for 'ref' and 'done'; after 'done' nobody
 * writes to it any more, and the caller may read 'result'. An asynchronous one goes on
 * writing: of that the caller reads 'awaits_filters' alone, and 'result' only if that is set.
 */
#ifndef OUTSPAWN_SPAWN_H
#define OUTSPAWN_SPAWN_H

#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/refcount.h>
#include <linux/signal_types.h>

#include "actions.h"
#include "exec.h"
#include "search.h"
#include "spawn_template.h"

struct file;
struct files_struct;
struct spawn_request;
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
	bool exit_at_once; /* set before the child is awake: it is to end at once */
	/* Asynchronous, and the caller's filters have yet to let it be; cleared by the child. */
	bool awaits_filters;
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
	struct file *pidfd_hold;
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

/* Check a request's arguments. No user memory is looked at. Return: 0 or an errno. */
int spawn_check(const struct spawn_template_spawn_args *args);

/*
 * Begin a spawn: it has references, and nothing of the request's arguments yet.
 *
 * Return: the caller's reference, or NULL: no memory.
 */
struct spawn *spawn_new(const struct spawn_request *request);

/*
 * In the caller: copy all that the child will need of the caller, while it can
 * still fail. exec.late is set. Sleeps.
 *
 * Return: 0 or an errno; result.action is then the index of a bad action, or -1.
 */
int spawn_copy(struct spawn *spawn, const struct spawn_request *request);

/*
 * Does the call report how the spawn ended? If not, the child reports its own end:
 * it is asynchronous, is not made to exit at once, and the caller's filters have let
 * it be. In the caller, and in the child.
 */
static inline bool spawn_call_reports(const struct spawn *spawn)
{
	return !(spawn->flags & SPAWN_TEMPLATE_SPAWN_ASYNC) || spawn->exit_at_once ||
	       READ_ONCE(spawn->awaits_filters);
}

void spawn_put(struct spawn *spawn);

/* The SPAWN_TEMPLATE_SPAWN_* that this kernel can do. */
u64 spawn_flags(void);

#endif /* OUTSPAWN_SPAWN_H */
