// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * posix_spawn(3) and its kin, by outspawn
 *
 * Nothing is kept from call to call: the device is opened and closed in each.
 * Memory is the stack's, or mmap's, as in glibc's own.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "outspawn_posix.h"
#include "posix.h"

/* Actions for which there is room on the stack: 2 KiB. */
#define FEW 24
/* confstr(_CS_PATH), which allocates nothing here. */
#define DEFAULT_PATH "/bin:/usr/bin"

struct room {
	struct spawn_template_action actions[SPAWN_TEMPLATE_MAX_ACTIONS];
	union posix_block blocks[SPAWN_TEMPLATE_MAX_ACTIONS];
};

/* The search is along the PATH of the moment, as glibc's. An empty name is not searched for. */
static const char *search_path(const struct posix_call *call)
{
	const char *path;

	if (!call->search || !call->file || !*call->file || strchr(call->file, '/'))
		return NULL;
	path = getenv("PATH");
	return path ? path : DEFAULT_PATH;
}

static pid_t carry_out(const struct posix_call *call, const struct posix_plan *plan, int *pidfd,
		       const char **why)
{
	const struct outspawn_actions actions = { plan->actions, plan->count, plan->room };
	struct outspawn_result result;
	pid_t pid;

	pid = outspawn_spawn_path(plan->device, call->file, search_path(call), call->argv,
				  call->envp, &actions, &plan->attr, pidfd, &result);
	if (pid < 0 && result.stage < SPAWN_TEMPLATE_STAGE_ACTION)
		*why = "the module refused";
	return pid;
}

/* With room for as many actions as the kernel takes. */
static pid_t do_big(int device, const struct posix_call *call, int *pidfd, const char **why)
{
	struct room *room = mmap(NULL, sizeof(*room), PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct posix_plan plan = { .room = SPAWN_TEMPLATE_MAX_ACTIONS, .device = device };
	pid_t pid = -ENOSYS;

	if (room == MAP_FAILED) {
		*why = "no memory for so many file actions";
		return -ENOMEM;
	}
	plan.actions = room->actions;
	plan.blocks = room->blocks;
	*why = outspawn_i_plan(&plan, call);
	if (!*why && plan.count > plan.room)
		*why = "more file actions than the module takes";
	if (!*why)
		pid = carry_out(call, &plan, pidfd, why);
	munmap(room, sizeof(*room));
	return pid;
}

pid_t outspawn_i_posix(int device, const struct posix_call *call, int *pidfd, const char **why)
{
	struct spawn_template_action actions[FEW];
	union posix_block blocks[FEW];
	struct posix_plan plan = {
		.actions = actions, .blocks = blocks, .room = FEW, .device = device
	};

	*why = outspawn_i_plan(&plan, call);
	if (*why)
		return -ENOSYS;
	if (plan.count > plan.room)
		return do_big(device, call, pidfd, why);
	return carry_out(call, &plan, pidfd, why);
}

/*
 * What nothing has come of, and what says that it is not for us: ENOSYS. Others
 * are what posix_spawn would have said: EAGAIN, ENOMEM, E2BIG and so on.
 */
static int error_to_tell(int error, const char *why)
{
	if (!why)
		return error;
	switch (error) {
	case EINVAL:
	case ENOTTY:
	case EOPNOTSUPP:
	case EPERM:
		return ENOSYS;
	}
	return error;
}

static int spawn_on(int device, pid_t *pid, int *pidfd, const struct posix_call *call)
{
	const char *why;
	int fd = -1;
	pid_t got = outspawn_i_posix(device, call, pidfd ? &fd : NULL, &why);

	if (got < 0)
		return error_to_tell(-got, why);
	if (pid)
		*pid = got;
	if (pidfd)
		*pidfd = fd;
	return 0;
}

static int spawn(pid_t *pid, int *pidfd, const struct posix_call *call)
{
	int saved = errno, error = ENOSYS, state, device;

	/* open(2) and close(2) are cancellation points. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	device = outspawn_open();
	if (device >= 0) {
		error = spawn_on(device, pid, pidfd, call);
		close(device);
	}
	pthread_setcancelstate(state, NULL);
	/* As glibc's, whose child shares errno with its caller. */
	errno = error ? error : saved;
	return error;
}

int outspawn_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *list,
			 const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return spawn(pid, NULL, &(struct posix_call){ path, false, list, attr, argv, envp });
}

int outspawn_posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *list,
			  const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return spawn(pid, NULL, &(struct posix_call){ file, true, list, attr, argv, envp });
}

int outspawn_pidfd_spawn(int *pidfd, const char *path, const posix_spawn_file_actions_t *list,
			 const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return spawn(NULL, pidfd, &(struct posix_call){ path, false, list, attr, argv, envp });
}

int outspawn_pidfd_spawnp(int *pidfd, const char *file, const posix_spawn_file_actions_t *list,
			  const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return spawn(NULL, pidfd, &(struct posix_call){ file, true, list, attr, argv, envp });
}
