// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Spawn: one ioctl. */
#include <errno.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "outspawn.h"

_Static_assert(OUTSPAWN_INHERIT_FDS == SPAWN_TEMPLATE_SPAWN_INHERIT_FDS, "flags differ");

pid_t outspawn_spawn(int tmpl, char *const argv[], char *const envp[],
		     const struct outspawn_actions *actions, unsigned int flags, int *pidfd,
		     struct outspawn_result *result)
{
	struct spawn_template_spawn_args args = {
		.flags = flags,
		.pidfd = (uintptr_t)pidfd,
		.argv = (uintptr_t)argv,
		.envp = (uintptr_t)envp,
		.actions = actions ? (uintptr_t)actions->array : 0,
		.actions_len = actions ? actions->count : 0,
		.result = (uintptr_t)result,
	};
	pid_t pid;
	int error;

	if (pidfd)
		*pidfd = -1;
	if (result)
		*result = (struct outspawn_result){ .action = -1 };

	pid = ioctl(tmpl, SPAWN_TEMPLATE_IOC_SPAWN, &args);
	if (pid >= 0)
		return pid;

	error = errno;
	if (pidfd)
		*pidfd = -1;
	/* What the kernel could not say, because it never came that far. */
	if (result && !result->error) {
		result->stage = SPAWN_TEMPLATE_STAGE_ARGS;
		result->error = error;
	}
	return -error;
}
