// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * posix_spawn(3) and its kin, by outspawn
 *
 * Nothing is kept from call to call: the device is opened and closed in each.
 * Memory is the stack's, or mmap's, as in glibc's own: posix_spawn may be called in
 * a signal handler, and after fork in a program with threads.
 */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "outspawn_posix.h"
#include "posix.h"

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

/* A call, and where its result must go. */
struct request {
	struct posix_call call;
	pid_t *pid; /* or NULL */
	int *pidfd; /* or NULL */
	int error;
};

static int spawn_on(int device, const struct request *request)
{
	const char *why;
	int fd = -1;
	pid_t got = outspawn_i_posix(device, &request->call, request->pidfd ? &fd : NULL, &why);

	if (got < 0)
		return error_to_tell(-got, why);
	if (request->pid)
		*request->pid = got;
	if (request->pidfd)
		*request->pidfd = fd;
	return 0;
}

static void do_request(void *argument, const uint64_t *mask)
{
	struct request *request = argument;
	int saved = errno, state, device;

	request->call.mask = mask;
	request->error = ENOSYS;
	/* open(2) and close(2) are cancellation points. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	device = outspawn_open();
	if (device >= 0) {
		request->error = spawn_on(device, request);
		close(device);
	}
	pthread_setcancelstate(state, NULL);
	/* As glibc's, whose child shares errno with its caller. */
	errno = request->error ? request->error : saved;
}

static int spawn(struct request request)
{
	outspawn_i_with_stack(do_request, &request);
	return request.error;
}

/* Allocates, so it must have been done before posix_spawn is called in a handler. */
__attribute__((constructor)) static void look_at_lists(void)
{
	outspawn_i_list_known();
}

int outspawn_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *list,
			 const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return spawn((struct request){ { path, false, list, attr, argv, envp }, .pid = pid });
}

int outspawn_posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *list,
			  const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return spawn((struct request){ { file, true, list, attr, argv, envp }, .pid = pid });
}

int outspawn_pidfd_spawn(int *pidfd, const char *path, const posix_spawn_file_actions_t *list,
			 const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return spawn((struct request){ { path, false, list, attr, argv, envp }, .pidfd = pidfd });
}

int outspawn_pidfd_spawnp(int *pidfd, const char *file, const posix_spawn_file_actions_t *list,
			  const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return spawn((struct request){ { file, true, list, attr, argv, envp }, .pidfd = pidfd });
}
