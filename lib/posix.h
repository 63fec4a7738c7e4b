/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * posix.h - what posix_spawn's files share
 *
 *	posix.c          outspawn_posix_spawn() and its kin
 *	dropin.c         liboutspawn-posix.so
 *	posix_call.c     one call, for both: planned and carried out
 *	posix_plan.c     attributes and file actions as the kernel's actions
 *	posix_glibc.c    how glibc lays its list of file actions out
 *	posix_stack.c    a stack for calls in signal handlers
 */
#ifndef OUTSPAWN_POSIX_INTERNAL_H
#define OUTSPAWN_POSIX_INTERNAL_H

#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>

#include "outspawn.h"

/* A file action of posix_spawn's, read out of the C library's list. */
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
	const char *path; /* of OPEN and CHDIR: the list's own */
	int flags; /* of OPEN */
	mode_t mode; /* of OPEN */
};

/* Is the list as we know it? Looked at once, with malloc(3); any thread may ask. */
bool outspawn_i_list_known(void);
/* Of a list that is known; NULL has none. */
int outspawn_i_list_count(const posix_spawn_file_actions_t *list);
struct posix_action outspawn_i_list_get(const posix_spawn_file_actions_t *list, int i);

/* One call of posix_spawn or one of its kin. */
struct posix_call {
	const char *file;
	bool search; /* along PATH */
	const posix_spawn_file_actions_t *list; /* or NULL */
	const posix_spawnattr_t *attr; /* or NULL */
	char *const *argv;
	char *const *envp;
	/* The signal mask for a child without SETSIGMASK; or NULL: the caller's own. */
	const uint64_t *mask;
};

/* What an action points to. */
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
 * A call as the kernel takes it. The caller gives room for actions and for blocks.
 * The counts grow beyond the room, but nothing is written there.
 */
struct posix_plan {
	struct spawn_template_action *actions;
	union posix_block *blocks;
	unsigned int room, block_room;
	/* A descriptor that the program does not know of, and no action is to find. */
	int device;

	unsigned int count, block_count;
	struct outspawn_attr attr;
	union posix_block spare;
};

/* Fills a plan in. Return: NULL; or why the call is none for us, in words. */
const char *outspawn_i_plan(struct posix_plan *plan, const struct posix_call *call);

static inline bool outspawn_i_plan_fits(const struct posix_plan *plan)
{
	return plan->count <= plan->room && plan->block_count <= plan->block_room;
}

/*
 * Does a call. device: from outspawn_open(); pidfd: as of outspawn_spawn().
 *
 * Return: the child's pid or -errno. After an error *why is NULL if there was a
 * child that may have run actions; else nothing has happened, the C library may
 * do the call, and *why says in words what kept us.
 */
pid_t outspawn_i_posix(int device, const struct posix_call *call, int *pidfd, const char **why);

/*
 * Runs work(argument, mask) with 2 KiB of stack, and room for ld.so. mask: NULL; or
 * the caller's signal mask if all signals are blocked meanwhile.
 */
typedef void outspawn_i_work(void *argument, const uint64_t *mask);
void outspawn_i_with_stack(outspawn_i_work *work, void *argument);

#endif /* OUTSPAWN_POSIX_INTERNAL_H */
