/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * spawn.h - a spawn in flight
 *
 * The caller allocates a struct spawn, fills it in and then shares it with the
 * child. The caller and the child each hold a reference. The last spawn_put()
 * frees the spawn.
 */
#ifndef OUTSPAWN_SPAWN_H
#define OUTSPAWN_SPAWN_H

#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/refcount.h>
#include <linux/signal_types.h>

#include "actions.h"
#include "exec.h"
#include "place.h"
#include "search.h"
#include "spawn_template.h"

struct file;
struct files_struct;
struct spawn_request;
struct task_struct;
struct template;

/* When the caller's call may return. */
enum spawn_wait {
	WAIT_MEMORY, /* exec has dropped the caller's memory: as after vfork(2) */
	WAIT_PROGRAM, /* the child has also run apply_after_exec() */
	WAIT_ACTIONS, /* the actions are done */
	WAIT_NOT, /* the child exists */
};

/*
 * No lock guards the fields. The phase decides which task writes or reads them.
 * C is the caller, K the child; r means reads, w means writes.
 *
 * making   until the caller calls ki_wake_up_new_task()
 * running  until the caller's wait for 'done' ends; with WAIT_NOT, not at all
 * after    the caller finishes the call while the child continues
 *
 * field                    making  running  after      notes
 * -----------------------  ------  -------  ---------  ----------------------
 * ref                      C       C K      C K        atomic
 * tmpl, flags, wait,       C:rw    C:r K:r  C:r K:r
 *   exit_at_once
 * search, exit_signal,     C:rw    K:r      K:r
 *   pdeath_signal, nr,
 *   wants_pidfd, caller,
 *   process
 * files                    C:rw    -        -          fds_give() moves it
 * pidfd_hold               C:w     -        -          last spawn_put() drops it
 * exec, actions, mask,     C:rw    K:rw     K:rw
 *   place
 * uresult                  C:w     K:rw     K:rw
 * awaits_filters           C:rw    K:rw     C:r K:rw   WRITE_ONCE, READ_ONCE
 * result                   C:rw    K:rw     C:r K:rw   C: see below
 * completed                -       K:rw     K:rw
 * abandoned                -       K:r      C:w K:r    WRITE_ONCE, READ_ONCE
 * done                     -       C K      K          K or exec completes it
 * unwatched                C       K        K          exec completes it
 *
 * The caller reads 'result' only after 'done', and only if
 * spawn_call_reports(). A child for which the call reports does not write
 * 'result' after 'done'. Any other child may, but awaits_filters is
 * false by then.
 */
struct spawn {
	refcount_t ref;
	struct template *tmpl; /* a reference; NULL: spawn by path, see 'search' */
	struct search search;
	u64 flags; /* SPAWN_TEMPLATE_SPAWN_* */
	enum spawn_wait wait;
	bool exit_at_once; /* making the child failed after copy_process() */
	/*
	 * Asynchronous, and the caller's filters have not yet allowed vfork(2).
	 */
	bool awaits_filters;
	bool completed; /* the child has completed 'done' */
	bool abandoned; /* a fatal signal ended the caller's wait */
	int exit_signal; /* of the program */
	int pdeath_signal; /* or 0 */
	struct exec_args exec;
	struct actions actions;
	struct place place;
	bool wants_pidfd; /* the caller gets a pidfd of the child */
	struct files_struct *files; /* the child's table: a reference */
	/* A reference. Used to compare with the child's real_parent. */
	struct task_struct *caller;
	struct pid *process; /* with PDEATH_PROCESS: the caller's process, a reference */
	/*
	 * Keeps a KILL_ON_CLOSE pidfd from being released before the child can
	 * take the kill: a reference, or NULL.
	 */
	struct file *pidfd_hold;
	/*
	 * The caller's signal mask. A SIGMASK action replaces it by the
	 * program's.
	 */
	sigset_t mask;
	pid_t nr; /* the child's pid as the caller sees it */
	/*
	 * The caller waits for it. With WAIT_MEMORY it is the child's
	 * vfork_done: exec completes it when the child drops the caller's
	 * memory. With WAIT_NOT nothing completes it. With another 'wait', and
	 * if the spawn fails before exec does, the child completes it.
	 */
	struct completion done;
	/*
	 * The child's vfork_done if 'done' is not. No task waits for it. By a
	 * vfork_done, the OOM killer knows that the child's memory belongs to
	 * its parent: in_vfork().
	 */
	struct completion unwatched;
	struct spawn_template_result result;
	/*
	 * Where an asynchronous child writes why it failed, in user memory; or
	 * NULL.
	 */
	struct spawn_template_result __user *uresult;
};

/*
 * Check a request's arguments. Does not read user memory.
 *
 * Return: 0, -EINVAL, -EPERM or -EOPNOTSUPP.
 */
int spawn_check(const struct spawn_template_spawn_args *args);

/*
 * Allocate a spawn, with references to the template and to the caller. It has
 * none of the request's arguments yet.
 *
 * Return: the caller's reference, or NULL if there is no memory.
 */
struct spawn *spawn_new(const struct spawn_request *request);

/*
 * In the caller, before the child exists: copy all that the child will need.
 * The caller of this function has set exec.late. Sleeps.
 *
 * Return: 0 or an errno; then result.action is the index of the bad action, or
 * -1.
 */
int spawn_copy(struct spawn *spawn, const struct spawn_request *request);

/*
 * Return true if the call reports how the spawn ended, false if the child
 * reports its own end. The child does so if it is asynchronous, was not told to
 * exit at once, and the caller's filters have allowed vfork(2). For the caller
 * and the child.
 */
static inline bool spawn_call_reports(const struct spawn *spawn)
{
	return !(spawn->flags & SPAWN_TEMPLATE_SPAWN_ASYNC) || spawn->exit_at_once ||
	       READ_ONCE(spawn->awaits_filters);
}

/*
 * Drop a reference. The last one frees the spawn and all that it holds. May
 * sleep.
 */
void spawn_put(struct spawn *spawn);

/* Return the SPAWN_TEMPLATE_SPAWN_* flags that this kernel supports. */
u64 spawn_flags(void);

#endif /* OUTSPAWN_SPAWN_H */
