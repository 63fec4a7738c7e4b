// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * outspawn_posix_spawn() and the three functions like it
 *
 * No state is kept between calls: each opens and closes the device. Memory is
 * on the stack or from mmap(2), as in glibc's posix_spawn(3). So the functions
 * may be called in a signal handler, and after fork in a program with threads.
 */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "outspawn_posix.h"
#include "posix.h"

/*
 * Return the error number for the caller. why is not NULL if no child ran any
 * action. Then the errors that mean "outspawn cannot do this call" become
 * ENOSYS. The others are those that posix_spawn(3) gives as well: EAGAIN,
 * ENOMEM, E2BIG and so on.
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

/* A call, and where its results go. */
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
	/*
	 * glibc's child shares errno with its caller: set it in the same way.
	 */
	errno = request->error ? request->error : saved;
}

static int spawn(struct request request)
{
	outspawn_i_with_stack(do_request, &request);
	return request.error;
}

/*
 * Check the layout of lists now: the check allocates, and a handler must not.
 */
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
