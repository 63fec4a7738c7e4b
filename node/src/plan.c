// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * plan.c - libuv's steps between fork and exec, as a list of actions
 *
 * uv_spawn()'s child starts a session, places its descriptors, changes its
 * directory and its user, sets signals to their default, and calls execvp(3)
 * with its own PATH. The actions do the same, in the same order.
 *
 * The directory becomes a descriptor here: with a path among its system calls,
 * an asynchronous spawn would wait until the child has made them.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "native.h"

/* libuv leaves real-time signals alone. */
#define SIGNALS 32

/* Close a descriptor when the plan ends. There is room for each descriptor. */
static int ours(struct plan *plan, int fd)
{
	if (fd >= 0)
		plan->ours[plan->ours_count++] = fd;
	return fd;
}

static const char *take_directory(struct plan *plan)
{
	if (!plan->cwd)
		return NULL;
	plan->cwd_fd = ours(plan, open(plan->cwd, O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (plan->cwd_fd < 0)
		return "the working directory cannot be opened";
	/* Actions place descriptors at lower numbers before fchdir. */
	plan->cwd_fd = ours(plan, fcntl(plan->cwd_fd, F_DUPFD_CLOEXEC, (int)plan->stdio_count));
	return plan->cwd_fd < 0 ? "too many descriptors" : NULL;
}

static const char *take_source(struct plan *plan, size_t i)
{
	int pair[2], flags, fd = plan->stdio[i];

	if (fd == STDIO_IGNORE)
		return NULL;
	if (fd == STDIO_PIPE) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
			return "too many descriptors";
		plan->ends[i] = pair[0];
		plan->sources[i] = ours(plan, pair[1]);
		return NULL;
	}
	flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
	if (flags < 0)
		return "a descriptor that is not open";
	/* As uv_spawn(): programs do not expect that a read returns EAGAIN. */
	if (i <= STDERR_FILENO && flags & O_NONBLOCK)
		fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	plan->sources[i] = fd;
	return NULL;
}

/*
 * An action looks its descriptor up in the child's table, and the actions run in
 * the order of the numbers that they fill. So a source below its own number
 * would be found replaced. It gets a number above all of these.
 */
static const char *take_sources(struct plan *plan)
{
	const char *why;

	for (size_t i = 0; i < plan->stdio_count; i++) {
		why = take_source(plan, i);
		if (why)
			return why;
	}
	for (size_t i = 0; i < plan->stdio_count; i++) {
		if (plan->sources[i] < 0 || plan->sources[i] >= (int)i)
			continue;
		plan->sources[i] = ours(plan, fcntl(plan->sources[i], F_DUPFD_CLOEXEC,
						    (int)plan->stdio_count));
		if (plan->sources[i] < 0)
			return "too many descriptors";
	}
	return NULL;
}

static void add_sources(struct plan *plan)
{
	struct outspawn_actions *a = &plan->actions;

	for (size_t i = 0; i < plan->stdio_count; i++) {
		if (plan->sources[i] >= 0)
			outspawn_actions_dup2(a, plan->sources[i], (int)i);
		else if (i <= STDERR_FILENO)
			outspawn_actions_open(a, (int)i, "/dev/null", i ? O_RDWR : O_RDONLY, 0);
	}
}

static void add_users(struct plan *plan)
{
	const unsigned long gid[6] = { plan->gid }, uid[6] = { plan->uid };
	static const gid_t none;

	if (plan->flags & (PLAN_UID | PLAN_GID))
		outspawn_actions_setgroups(&plan->actions, 0, &none);
	if (plan->flags & PLAN_GID)
		outspawn_actions_syscall(&plan->actions, SYS_setgid, gid);
	if (plan->flags & PLAN_UID)
		outspawn_actions_syscall(&plan->actions, SYS_setuid, uid);
}

static void add_signals(struct plan *plan)
{
	sigset_t set;

	sigemptyset(&set);
	outspawn_actions_sigmask(&plan->actions, &set);
	for (int signal = 1; signal < SIGNALS; signal++)
		if (signal != SIGKILL && signal != SIGSTOP)
			sigaddset(&set, signal);
	outspawn_actions_sigdefault(&plan->actions, &set);
}

/* execvp(3) searches the child's PATH; without one, these directories. */
static void take_path(struct plan *plan)
{
	if (strchr(plan->file, '/'))
		return;
	plan->path = "/bin:/usr/bin";
	for (char **entry = plan->envp.array; *entry; entry++) {
		if (!strncmp(*entry, "PATH=", 5)) {
			plan->path = *entry + 5;
			return;
		}
	}
}

/*
 * Only root's setgroups() surely succeeds. uv_spawn() ignores that it failed,
 * and the module does not.
 */
static bool may_change_user(void)
{
	return geteuid() == 0;
}

const char *plan_make(struct plan *plan)
{
	const char *why;

	plan->cwd_fd = -1;
	outspawn_actions_init(&plan->actions);
	plan->sources = malloc(plan->stdio_count * sizeof(int));
	plan->ends = malloc(plan->stdio_count * sizeof(int));
	/* For each entry a source and its copy; the directory and its copy. */
	plan->ours = malloc((2 * plan->stdio_count + 2) * sizeof(int));
	if (!plan->sources || !plan->ends || !plan->ours)
		return "no memory";
	for (size_t i = 0; i < plan->stdio_count; i++)
		plan->sources[i] = plan->ends[i] = -1;
	if (plan->flags & (PLAN_UID | PLAN_GID) && !may_change_user())
		return "another user, and the caller is not root";
	take_path(plan);
	why = take_directory(plan);
	if (!why)
		why = take_sources(plan);
	if (why)
		return why;
	if (plan->flags & PLAN_DETACHED)
		outspawn_actions_setsid(&plan->actions);
	add_sources(plan);
	if (plan->cwd_fd >= 0)
		outspawn_actions_fchdir(&plan->actions, plan->cwd_fd);
	add_users(plan);
	add_signals(plan);
	return NULL;
}

void plan_keep_pipes(struct plan *plan)
{
	for (size_t i = 0; i < plan->stdio_count; i++) {
		if (plan->ends[i] < 0)
			continue;
		plan->stdio[i] = plan->ends[i];
		plan->ends[i] = -1;
	}
}

void plan_free(struct plan *plan)
{
	while (plan->ours_count)
		close(plan->ours[--plan->ours_count]);
	for (size_t i = 0; plan->ends && plan->sources && plan->ours && i < plan->stdio_count; i++)
		if (plan->ends[i] >= 0)
			close(plan->ends[i]);
	outspawn_actions_destroy(&plan->actions);
	strings_free(&plan->argv);
	strings_free(&plan->envp);
	free(plan->file);
	free(plan->cwd);
	free(plan->sources);
	free(plan->ends);
	free(plan->ours);
}
