// SPDX-License-Identifier: MIT
// Copyright (C) 2026 The outspawn authors
/*
 * The tools' templates, and spawning from them. renew_template() and
 * spawn_from_template() are made for copying. spawn_by_libc() does the same with
 * posix_spawn(3), and spawn_by_fork() with fork(2), for comparison.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"

/* How often a tool may be replaced during one call. */
#define MAX_RENEWALS 3

int open_device(struct agent *agent)
{
	agent->dev = outspawn_open();
	if (agent->dev >= 0)
		return 0;

	complain(SPAWN_TEMPLATE_DEVICE, -agent->dev);
	if (agent->dev == -ENOENT)
		fputs("The module is not loaded. In outspawn's source: 'make module' and, as root,\n"
		      "'insmod build/host/kmod/outspawn.ko'. Or 'make demo' for a guest with the module.\n",
		      stderr);
	else if (agent->dev == -EACCES)
		fputs("You may not use the device: run this as root.\n", stderr);
	fputs("'outspawn doctor' says what is missing.\n", stderr);
	return agent->dev;
}

/*
 * Make a template of the first such program in PATH, as a shell would find it.
 * But skip scripts, such as pyenv's python3: they cannot be templates.
 */
static int find_tool(const struct agent *agent, struct tool *tool)
{
	const char *path = getenv("PATH");
	const char *dir, *end;

	for (dir = path ? path : "/usr/bin:/bin"; *dir; dir = *end ? end + 1 : end) {
		end = strchrnul(dir, ':');
		if (*dir != '/') /* templates take absolute paths only */
			continue;
		snprintf(tool->path, sizeof(tool->path), "%.*s/%s", (int)(end - dir), dir,
			 tool->name);
		if (access(tool->path, X_OK) < 0)
			continue;
		tool->tmpl = outspawn_template(agent->dev, tool->path);
		if (tool->tmpl >= 0)
			return 0;
		if (tool->tmpl != -ENOEXEC)
			return complain(tool->path, -tool->tmpl);
	}
	fprintf(stderr, "agent: no program %s in PATH: install it\n", tool->name);
	return -ENOENT;
}

int find_tools(struct agent *agent)
{
	int ret = 0;

	for (int i = 0; i < TOOLS && !ret; i++)
		ret = find_tool(agent, &agent->tools[i]);
	return ret;
}

/* Replace a stale template by a new one, at the same descriptor. */
static int renew_template(struct agent *agent, struct tool *tool)
{
	int ret = outspawn_template_refresh(agent->dev, tool->tmpl, tool->path, 0);

	if (ret)
		return complain(tool->path, -ret);
	agent->renewed++;
	return 0;
}

/*
 * stdin is /dev/null, stdout and stderr are pipes, and the child starts in the
 * worktree. The child gets no other descriptor of the agent, with close-on-exec
 * or without, so there is nothing to close.
 */
static int set_up_actions(struct outspawn_actions *actions, const struct agent *agent,
			  const int output[2])
{
	int ret;

	ret = outspawn_actions_open(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!ret)
		ret = outspawn_actions_dup2(actions, output[0], STDOUT_FILENO);
	if (!ret)
		ret = outspawn_actions_dup2(actions, output[1], STDERR_FILENO);
	if (!ret)
		ret = outspawn_actions_fchdir(actions, agent->worktree);
	if (!ret)
		ret = outspawn_actions_sigmask(actions, &agent->child_mask);
	return ret;
}

/*
 * ESTALE means that the tool was replaced since the template was made, for
 * example by an update. Then make a new template and try again.
 */
int spawn_from_template(struct agent *agent, const struct call *call, const int output[2],
			unsigned int flags, struct outcome *outcome)
{
	struct tool *tool = &agent->tools[call->tool];
	struct outspawn_result *result = &outcome->late;
	struct outspawn_actions actions;
	char message[PATH_MAX + 256];
	int renewals = 0, pidfd, ret;
	double before;

	outspawn_actions_init(&actions);
	ret = set_up_actions(&actions, agent, output);
	while (!ret) {
		before = microseconds();
		ret = outspawn_spawn(tool->tmpl, call->argv, environ, &actions, flags, &pidfd,
				     result);
		outcome->blocked = microseconds() - before;
		if (ret >= 0)
			break;
		if (ret != -ESTALE || renewals++ == MAX_RENEWALS) {
			outspawn_strerror(result, &actions, tool->path, message, sizeof(message));
			fprintf(stderr, "agent: %s: %s\n", tool->name, message);
			break;
		}
		ret = renew_template(agent, tool);
	}
	outspawn_actions_destroy(&actions);
	return ret < 0 ? ret : pidfd;
}

/*
 * The same for posix_spawn(3). closefrom makes sure that the child gets no other
 * descriptor, although all of the agent's are close-on-exec.
 */
static int set_up_file_actions(posix_spawn_file_actions_t *actions, const struct agent *agent,
			       const int output[2])
{
	int error;

	error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!error)
		error = posix_spawn_file_actions_adddup2(actions, output[0], STDOUT_FILENO);
	if (!error)
		error = posix_spawn_file_actions_adddup2(actions, output[1], STDERR_FILENO);
	if (!error)
		error = posix_spawn_file_actions_addfchdir_np(actions, agent->worktree);
	if (!error)
		error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	return error;
}

/* The caller also waits for pidfd_open(), so that counts as blocked. */
int spawn_by_libc(const struct agent *agent, const struct call *call, const int output[2],
		  struct outcome *outcome)
{
	const struct tool *tool = &agent->tools[call->tool];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int error, pidfd = -1;
	double before;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attr, &agent->child_mask);
	error = set_up_file_actions(&actions, agent, output);
	if (!error) {
		before = microseconds();
		error = posix_spawn(&pid, tool->path, &actions, &attr, call->argv, environ);
		if (!error)
			pidfd = pidfd_open(pid, 0);
		outcome->blocked = microseconds() - before;
	}
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	if (error)
		return complain(tool->path, error);
	return pidfd < 0 ? complain("pidfd_open", errno) : pidfd;
}

/* In the child of fork. Only async-signal-safe functions: the agent has threads. */
__attribute__((noreturn)) static void
exec_in_child(const struct agent *agent, const struct call *call, const int output[2], int report)
{
	int null = open("/dev/null", O_RDONLY);
	int error;

	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(output[0], STDOUT_FILENO) >= 0 &&
	    dup2(output[1], STDERR_FILENO) >= 0 && fchdir(agent->worktree) == 0 &&
	    sigprocmask(SIG_SETMASK, &agent->child_mask, NULL) == 0)
		execve(agent->tools[call->tool].path, call->argv, environ);
	error = errno;
	if (write(report, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

/*
 * As libuv does, and Rust's Command with pre_exec: exec closes the child's end of a
 * pipe, so that the caller learns that exec worked. The caller waits for that.
 */
int spawn_by_fork(const struct agent *agent, const struct call *call, const int output[2],
		  struct outcome *outcome)
{
	int report[2], error = 0, pidfd = -1;
	double before = microseconds();
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return complain("pipe", errno);
	pid = fork();
	if (pid == 0)
		exec_in_child(agent, call, output, report[1]);
	close(report[1]);
	if (pid < 0)
		error = errno;
	else if (read(report[0], &error, sizeof(error)) == 0)
		pidfd = pidfd_open(pid, 0);
	else
		waitpid(pid, NULL, 0);
	close(report[0]);
	outcome->blocked = microseconds() - before;
	if (error)
		return complain(agent->tools[call->tool].path, error);
	return pidfd < 0 ? complain("pidfd_open", errno) : pidfd;
}
