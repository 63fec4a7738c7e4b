// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * spawn.c - a spawn in flight: checked, and copied from the caller
 */
#include <linux/capability.h>
#include <linux/completion.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/numa.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "fds.h"
#include "internals.h"
#include "request.h"
#include "spawn.h"
#include "step.h"
#include "template.h"

/*
 * Attributes of birth that only clone(2) and clone3(2) have, not vfork(2); and
 * NODE, which no system call has.
 */
#define CLONE_ATTRIBUTES (SPAWN_TEMPLATE_SPAWN_CGROUP | SPAWN_TEMPLATE_SPAWN_AUTOREAP | \
			  SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE | SPAWN_TEMPLATE_SPAWN_NODE)
#define NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
		    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)

u64 spawn_flags(void)
{
	u64 flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS | SPAWN_TEMPLATE_SPAWN_ASYNC |
		    SPAWN_TEMPLATE_SPAWN_CGROUP | SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL |
		    SPAWN_TEMPLATE_SPAWN_STOPPED | SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS |
		    SPAWN_TEMPLATE_SPAWN_NODE | SPAWN_TEMPLATE_SPAWN_PDEATH_PROCESS;

	if (ki_autoreap_flag())
		flags |= SPAWN_TEMPLATE_SPAWN_AUTOREAP;
	if (ki_autoreap_flag() && ki_can_kill_on_close())
		flags |= SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE;
	return flags;
}

/* The checks that clone3(2) makes for CLONE_PIDFD_AUTOKILL. */
static int check_kill_on_close(const struct spawn_template_spawn_args *args)
{
	if (!args->pidfd || !(args->flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP))
		return -EINVAL;
	if (!(args->flags & SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS) &&
	    !ns_capable(current_user_ns(), CAP_SYS_ADMIN))
		return -EPERM;
	return 0;
}

static int check_flags(const struct spawn_template_spawn_args *args)
{
	u64 known = spawn_flags() | SPAWN_TEMPLATE_SPAWN_AUTOREAP |
		    SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE;

	if (args->flags & ~known)
		return -EINVAL;
	if (args->flags & ~spawn_flags())
		return -EOPNOTSUPP;
	if ((args->flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP) &&
	    (args->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL))
		return -EINVAL;
	if (args->flags & SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE)
		return check_kill_on_close(args);
	return 0;
}

/* Return true if the arguments ask for more than vfork(2) can give. */
static bool needs_clone(const struct spawn_template_spawn_args *args)
{
	if (args->namespaces || args->set_tid_size || (args->flags & CLONE_ATTRIBUTES))
		return true;
	return (args->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL) && args->exit_signal != SIGCHLD;
}

static bool may_use_node(const struct spawn_template_spawn_args *args)
{
	if (args->flags & SPAWN_TEMPLATE_SPAWN_NODE)
		return place_may_use(args->node);
	return !args->node;
}

int spawn_check(const struct spawn_template_spawn_args *args)
{
	if (memchr_inv(args->reserved, 0, sizeof(args->reserved)))
		return -EINVAL;
	if (args->cgroup && !(args->flags & SPAWN_TEMPLATE_SPAWN_CGROUP))
		return -EINVAL;
	if (args->exit_signal && !(args->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL))
		return -EINVAL;
	if (args->exit_signal > _NSIG || args->pdeath_signal > _NSIG)
		return -EINVAL;
	if ((args->flags & SPAWN_TEMPLATE_SPAWN_PDEATH_PROCESS) && !args->pdeath_signal)
		return -EINVAL;
	if (args->namespaces & ~(u64)NAMESPACES)
		return -EINVAL;
	if (!args->set_tid != !args->set_tid_size || args->set_tid_size > MAX_PID_NS_LEVEL)
		return -EINVAL;
	/* Filters would have to judge clone(2) before a child exists. */
	if (step_has_filters() && needs_clone(args))
		return -EPERM;
	if (!may_use_node(args))
		return -EINVAL;
	if (args->scratch_size && !args->scratch)
		return -EINVAL;
	return check_flags(args);
}

struct spawn *spawn_new(const struct spawn_request *request)
{
	struct spawn *spawn = kzalloc(sizeof(*spawn), GFP_KERNEL_ACCOUNT);

	if (!spawn)
		return NULL;
	refcount_set(&spawn->ref, 1);
	if (request->tmpl)
		spawn->tmpl = template_get(request->tmpl);
	spawn->caller = get_task_struct(current);
	init_completion(&spawn->done);
	init_completion(&spawn->unwatched);
	/*
	 * If the child is killed before its first step, the caller gets stage
	 * CREATE.
	 */
	spawn->result.stage = SPAWN_TEMPLATE_STAGE_CREATE;
	spawn->result.action = -1;
	return spawn;
}

void spawn_put(struct spawn *spawn)
{
	if (!refcount_dec_and_test(&spawn->ref))
		return;
	search_free(&spawn->search);
	strings_free(&spawn->exec.strings);
	actions_free(&spawn->actions);
	place_free(&spawn->place);
	if (spawn->files)
		ki_put_files(spawn->files);
	if (spawn->pidfd_hold)
		fput(spawn->pidfd_hold);
	if (spawn->tmpl)
		template_put(spawn->tmpl);
	put_pid(spawn->process);
	put_task_struct(spawn->caller);
	kfree(spawn);
}

/*
 * Make the child's table, with the descriptors that it gets without an action.
 */
static int copy_fds(struct spawn *spawn)
{
	bool all = spawn->flags & SPAWN_TEMPLATE_SPAWN_INHERIT_FDS;
	struct files_struct *files = fds_copy(all ? FDS_ALL : FDS_STDIO, spawn->place.node);

	if (IS_ERR(files))
		return PTR_ERR(files);
	spawn->files = files;
	return 0;
}

/*
 * Return when the caller's call may return. spawn->exec.late and actions are
 * set.
 */
static enum spawn_wait wait_of(const struct spawn *spawn,
			       const struct spawn_template_spawn_args *args)
{
	if (spawn->flags & SPAWN_TEMPLATE_SPAWN_ASYNC) {
		/*
		 * A child that changes user or drops capabilities may be traced
		 * by other processes. It must not share a running caller's
		 * memory.
		 */
		if (spawn->actions.user || (args->namespaces & CLONE_NEWUSER))
			return WAIT_MEMORY;
		/* The child reads the caller's memory until exec. */
		if (spawn->exec.late)
			return WAIT_MEMORY;
		return spawn->actions.memory ? WAIT_ACTIONS : WAIT_NOT;
	}
	/* The child sets these after exec, and before the call returns. */
	if (spawn->flags & (SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL | SPAWN_TEMPLATE_SPAWN_STOPPED))
		return WAIT_PROGRAM;
	/* The caller may set the program's CPUs: place_end() must come first. */
	if (spawn->place.give_back)
		return WAIT_PROGRAM;
	return WAIT_MEMORY;
}

/*
 * Copy argv and envp. If filters or a tracer will judge them, the child reads
 * them later instead.
 */
static int copy_exec_args(struct spawn *spawn, const struct spawn_template_spawn_args *args)
{
	spawn->exec.strings.argv = u64_to_user_ptr(args->argv);
	spawn->exec.strings.envp = u64_to_user_ptr(args->envp);
	spawn->exec.scratch = u64_to_user_ptr(args->scratch);
	spawn->exec.scratch_size = args->scratch_size;
	return spawn->exec.late ? 0 : strings_read(&spawn->exec.strings);
}

static void copy_attributes(struct spawn *spawn, const struct spawn_template_spawn_args *args)
{
	spawn->flags = args->flags;
	spawn->exit_signal = SIGCHLD;
	if (args->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL)
		spawn->exit_signal = args->exit_signal;
	spawn->pdeath_signal = args->pdeath_signal;
	if (args->flags & SPAWN_TEMPLATE_SPAWN_PDEATH_PROCESS)
		spawn->process = get_pid(task_tgid(current));
	spawn->wants_pidfd = args->pidfd;
	if (!(args->flags & SPAWN_TEMPLATE_SPAWN_ASYNC))
		return;
	spawn->awaits_filters = step_has_filters();
	spawn->uresult = u64_to_user_ptr(args->result);
}

static int choose_place(struct spawn *spawn, const struct spawn_template_spawn_args *args)
{
	bool asked = args->flags & SPAWN_TEMPLATE_SPAWN_NODE;

	return place_choose(&spawn->place, asked ? (int)args->node : NUMA_NO_NODE,
			    spawn->actions.affinity, spawn->exec.late);
}

int spawn_copy(struct spawn *spawn, const struct spawn_request *request)
{
	const struct spawn_template_spawn_args *args = &request->args;
	int __user *pidfd = u64_to_user_ptr(args->pidfd);
	int err = 0;

	if (pidfd && put_user(-1, pidfd))
		return -EFAULT;
	copy_attributes(spawn, args);
	if (!request->tmpl)
		err = search_copy(&spawn->search, request->file, request->path);
	if (!err)
		err = actions_copy(&spawn->actions, u64_to_user_ptr(args->actions),
				   args->actions_len, &spawn->result.action);
	if (!err)
		err = choose_place(spawn, args);
	if (!err)
		err = copy_exec_args(spawn, args);
	if (err)
		return err;
	spawn->actions.late = spawn->exec.late;
	/*
	 * Until the spawn ends, the child may use 'pid' in the caller's result
	 * as the slot: nothing else writes 'pid' before then.
	 */
	if (args->result)
		spawn->actions.pgrp_slot =
			u64_to_user_ptr(args->result + offsetof(struct spawn_template_result, pid));
	spawn->wait = wait_of(spawn, args);
	return copy_fds(spawn);
}
