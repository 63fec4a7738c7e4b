// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* A child, by its pidfd: wait for its end, send it a signal. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"

/* What waitpid(2) returns as the status for what waitid(2) returned. */
static int status_of(const siginfo_t *info)
{
	switch (info->si_code) {
	case CLD_EXITED:
		return (info->si_status & 0xff) << 8;
	case CLD_DUMPED:
		return info->si_status | WCOREFLAG;
	default:
		return info->si_status;
	}
}

int outspawn_wait(int pidfd, int timeout, int *status)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	siginfo_t info = { 0 };
	int ready;

	/* poll(2) ignores a negative descriptor. */
	if (pidfd < 0)
		return outspawn_i_no_fd(pidfd);
	if (timeout >= 0) {
		ready = poll(&end, 1, timeout);
		if (ready <= 0)
			return ready ? -errno : -ETIMEDOUT;
		if (end.revents & POLLNVAL)
			return -EBADF;
	}
	/* __WALL: the child's exit signal may not be SIGCHLD. */
	if (waitid(P_PIDFD, pidfd, &info, WEXITED | __WALL) < 0)
		return -errno;
	if (status)
		*status = status_of(&info);
	return 0;
}

int outspawn_kill(int pidfd, int signal)
{
	if (pidfd < 0)
		return outspawn_i_no_fd(pidfd);
	return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}
