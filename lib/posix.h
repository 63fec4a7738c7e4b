/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Copyright (C) 2026 The outspawn authors */
/*
 * posix.h - what the files of posix_spawn share; not installed
 *
 *	posix.c          outspawn_posix_spawn() and the functions like it
 *	dropin.c         liboutspawn-posix.so
 *	dropin_env.c     the environment of its children
 *	posix_call.c     one call: planned and carried out, for both of these
 *	posix_plan.c     makes the kernel's actions of attributes and lists
 *	posix_glibc.c    reads glibc's list of file actions
 *	posix_stack.c    a stack for calls in signal handlers
 */
#ifndef OUTSPAWN_POSIX_INTERNAL_H
#define OUTSPAWN_POSIX_INTERNAL_H

#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>

#include "outspawn.h"

/* A file action, as read from the C library's list. */
struct posix_action {
	enum {
		POSIX_CLOSE,
		POSIX_DUP2,
		POSIX_OPEN,
		POSIX_CHDIR,
		POSIX_FCHDIR,
		POSIX_CLOSEFROM,
		POSIX_TCSETPGRP,
		POSIX_UNKNOWN,
	} type;
	int fd;
	int newfd; /* of DUP2 */
	const char *path; /* of OPEN and CHDIR; the list owns it */
	int flags; /* of OPEN */
	mode_t mode; /* of OPEN */
};

/*
 * Does the C library lay lists out as posix_glibc.c knows? The first call
 * checks it and uses malloc(3). Any thread may call this.
 */
bool outspawn_i_list_known(void);
/* Read a list. The layout must be known. NULL is an empty list. */
int outspawn_i_list_count(const posix_spawn_file_actions_t *list);
struct posix_action outspawn_i_list_get(const posix_spawn_file_actions_t *list, int i);

/*
 * Does the child need the caller's inheritable descriptors above 2? Not if the
 * list closes all of them before it does anything but close and copy. The layout
 * must be known.
 */
bool outspawn_i_inherits(const posix_spawn_file_actions_t *list);

/* One call of posix_spawn() or a function like it. */
struct posix_call {
	const char *file;
	bool search; /* for file, in PATH */
	const posix_spawn_file_actions_t *list; /* or NULL */
	const posix_spawnattr_t *attr; /* or NULL */
	char *const *argv;
	char *const *envp;
	/* The mask of a child without SETSIGMASK; NULL: the caller's mask. */
	const uint64_t *mask;
};

/* The memory that an action's arg points to. */
union posix_block {
	struct spawn_template_open open;
	struct {
		struct spawn_template_sigset set;
		uint64_t signals; /* the kernel's sigset_t */
	} sigset;
	struct {
		struct spawn_template_syscall call;
		struct sched_param param;
		pid_t group;
	} syscall;
};

/*
 * A call in the form that the kernel takes. The caller provides arrays of
 * actions and blocks. If there is too little room, the counts grow beyond it,
 * but nothing is written there.
 */
struct posix_plan {
	struct spawn_template_action *actions;
	union posix_block *blocks;
	unsigned int room, block_room;
	/*
	 * The device. The program does not know of it; no action may find it.
	 */
	int device;

	unsigned int count, block_count;
	struct outspawn_attr attr;
	union posix_block spare; /* written when there is no room for a block */
};

/* Fill a plan in. Return NULL, or in words why outspawn cannot do the call. */
const char *outspawn_i_plan(struct posix_plan *plan, const struct posix_call *call);

static inline bool outspawn_i_plan_fits(const struct posix_plan *plan)
{
	return plan->count <= plan->room && plan->block_count <= plan->block_room;
}

/*
 * Do a call. device is from outspawn_open(). pidfd is outspawn_spawn()'s.
 *
 * Return: the child's pid, or -errno. After an error *why is NULL if a child
 * may have run actions. Otherwise nothing has happened and the C library may do
 * the call; *why says in words why outspawn could not.
 */
pid_t outspawn_i_posix(int device, const struct posix_call *call, int *pidfd, const char **why);

/*
 * For the drop-in: from now on, take LD_PRELOAD out of children's environments,
 * if it names the drop-in alone.
 */
void outspawn_i_strip_children(void);

/*
 * Replace the call's environment by one without that variable. Return the
 * array, of *count pointers, to be taken back after the call; or NULL.
 */
char **outspawn_i_without_preload(struct posix_call *call, size_t *count);
void outspawn_i_take_back(char **lent, size_t count);

/*
 * Run work(argument, mask) on a stack that has 2 KiB left, and room for ld.so.
 * If all signals are blocked during work(), mask is the caller's signal mask;
 * otherwise mask is NULL.
 */
typedef void outspawn_i_work(void *argument, const uint64_t *mask);
void outspawn_i_with_stack(outspawn_i_work *work, void *argument);

#endif /* OUTSPAWN_POSIX_INTERNAL_H */
