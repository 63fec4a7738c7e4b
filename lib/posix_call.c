// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * One call of posix_spawn(): make the plan, carry it out
 *
 * A call needs less than 2 KiB of stack, because some programs call
 * posix_spawn() on a small stack. Many actions need more memory, which comes
 * from mmap(2); glibc gets its child's stack in the same way.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "posix.h"
#include "shared.h"

/* Actions and blocks that have room on the stack: 700 bytes. */
#define FEW 12
#define FEW_BLOCKS 6

struct room {
	struct spawn_template_action actions[SPAWN_TEMPLATE_MAX_ACTIONS];
	union posix_block blocks[SPAWN_TEMPLATE_MAX_ACTIONS];
};

/*
 * Return the directories to search, or NULL for no search. Read PATH at each
 * call, as glibc does. An empty file name is not searched for.
 */
static const char *search_path(const struct posix_call *call)
{
	if (!call->search || !call->file || !*call->file || strchr(call->file, '/'))
		return NULL;
	return outspawn_i_search_path();
}

static pid_t carry_out(const struct posix_call *call, const struct posix_plan *plan, int *pidfd,
		       const char **why)
{
	const struct outspawn_actions actions = { plan->actions, plan->count, plan->room, 0, 0 };
	struct outspawn_result result;
	pid_t pid;

	pid = outspawn_spawn_path(plan->device, call->file, search_path(call), call->argv,
				  call->envp, &actions, &plan->attr, pidfd, &result);
	if (pid < 0 && result.stage < SPAWN_TEMPLATE_STAGE_ACTION)
		*why = "the module refused";
	return pid;
}

/* Do a call with as many actions as the kernel takes. */
static __attribute__((noinline)) pid_t do_big(int device, const struct posix_call *call,
						 int *pidfd, const char **why)
{
	struct room *room = mmap(NULL, sizeof(*room), PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct posix_plan plan = {
		.room = SPAWN_TEMPLATE_MAX_ACTIONS,
		.block_room = SPAWN_TEMPLATE_MAX_ACTIONS,
		.device = device,
	};
	pid_t pid = -ENOSYS;

	if (room == MAP_FAILED) {
		*why = "no memory for so many file actions";
		return -ENOMEM;
	}
	plan.actions = room->actions;
	plan.blocks = room->blocks;
	*why = outspawn_i_plan(&plan, call);
	if (!*why && !outspawn_i_plan_fits(&plan))
		*why = "more file actions than the module takes";
	if (!*why)
		pid = carry_out(call, &plan, pidfd, why);
	munmap(room, sizeof(*room));
	return pid;
}

/* Do a call with few actions, as most have. Return false if there are more. */
static __attribute__((noinline)) bool do_few(int device, const struct posix_call *call, int *pidfd,
					     const char **why, pid_t *pid)
{
	struct spawn_template_action actions[FEW];
	union posix_block blocks[FEW_BLOCKS];
	struct posix_plan plan = {
		.actions = actions,
		.blocks = blocks,
		.room = FEW,
		.block_room = FEW_BLOCKS,
		.device = device,
	};

	*pid = -ENOSYS;
	*why = outspawn_i_plan(&plan, call);
	if (*why)
		return true;
	if (!outspawn_i_plan_fits(&plan))
		return false;
	*pid = carry_out(call, &plan, pidfd, why);
	return true;
}

pid_t outspawn_i_posix(int device, const struct posix_call *call, int *pidfd, const char **why)
{
	pid_t pid;

	if (!do_few(device, call, pidfd, why, &pid))
		pid = do_big(device, call, pidfd, why);
	return pid;
}
