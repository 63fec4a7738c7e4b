// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* Spawn by path, without a template; and execvp(3)'s shell for scripts. */
#include <errno.h>
#include <limits.h>
#include <paths.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "internal.h"

/* Arguments of a script that have room on the stack: 2 KiB. */
#define FEW_ARGUMENTS 256

static pid_t spawn_path(int dev, const char *file, const char *path,
			const struct outspawn_i_order *order)
{
	struct spawn_template_spawn_args args;
	struct outspawn_i_scratch scratch;
	struct spawn_template_path_args path_args = {
		.spawn = (uintptr_t)&args,
		.spawn_size = sizeof(args),
		.file = (uintptr_t)file,
		.path = (uintptr_t)path,
	};
	int ret = outspawn_i_args(&args, order);

	if (ret)
		return outspawn_i_failed(order, -ret);
	outspawn_i_lend(&args, &scratch);
	return outspawn_i_spawn(dev, SPAWN_TEMPLATE_IOC_SPAWN_PATH, &path_args, &args, order);
}

pid_t outspawn_spawn_path(int dev, const char *file, const char *path, char *const argv[],
			  char *const envp[], const struct outspawn_actions *actions,
			  const struct outspawn_attr *attr, int *pidfd,
			  struct outspawn_result *result)
{
	struct outspawn_result own;
	const struct outspawn_i_order order = {
		argv, envp, actions, attr, pidfd, outspawn_i_result(result, attr, &own),
	};

	return spawn_path(dev, file, path, &order);
}

/*
 * Write the name under which the kernel found the file: path's directory of
 * this number, a slash, the file. An empty directory is the working directory;
 * the name is then the file alone.
 */
static int found_as(const char *file, const char *path, int number, char name[PATH_MAX])
{
	size_t length, file_size = strlen(file) + 1;

	for (; number > 0 && *path; path++)
		number -= *path == ':';
	length = strcspn(path, ":");
	if (number || length + 1 + file_size > PATH_MAX)
		return -ENOENT;

	memcpy(name, path, length);
	if (length)
		name[length++] = '/';
	memcpy(name + length, file, file_size);
	return 0;
}

/* Start the shell with the script's name and the caller's argv[1] and so on. */
static pid_t spawn_script(int dev, const char *name, const struct outspawn_i_order *order,
			  size_t count, const char **argv)
{
	struct outspawn_i_order shell = *order;

	argv[0] = _PATH_BSHELL;
	argv[1] = name;
	if (count > 1)
		memcpy(argv + 2, order->argv + 1, (count - 1) * sizeof(*argv));
	argv[count > 1 ? count + 1 : 2] = NULL;
	shell.argv = (char *const *)argv;
	return spawn_path(dev, _PATH_BSHELL, NULL, &shell);
}

static pid_t run_script(int dev, const char *name, const struct outspawn_i_order *order)
{
	const char *few[FEW_ARGUMENTS + 3], **many;
	size_t count = 0, size;
	pid_t pid;

	while (order->argv && order->argv[count])
		count++;
	if (count <= FEW_ARGUMENTS)
		return spawn_script(dev, name, order, count, few);

	/*
	 * Not malloc(3): a signal handler may have interrupted it, and spawn.
	 */
	size = (count + 3) * sizeof(*many);
	many = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (many == MAP_FAILED)
		return outspawn_i_failed(order, errno);
	pid = spawn_script(dev, name, order, count, many);
	munmap(many, size);
	return pid;
}

pid_t outspawn_spawn_shell(int dev, const char *file, const char *path, char *const argv[],
			   char *const envp[], const struct outspawn_actions *actions,
			   const struct outspawn_attr *attr, int *pidfd,
			   struct outspawn_result *result)
{
	struct outspawn_result own;
	const struct outspawn_i_order order = { argv, envp,  actions,
						attr, pidfd, result ? result : &own };
	char name[PATH_MAX];
	pid_t pid;

	/*
	 * An asynchronous spawn returns before exec says whether the shell is
	 * needed.
	 */
	if (attr && attr->flags & OUTSPAWN_ASYNC) {
		outspawn_i_args(&(struct spawn_template_spawn_args){ 0 }, &order);
		return outspawn_i_failed(&order, EINVAL);
	}

	pid = spawn_path(dev, file, path, &order);
	if (pid != -ENOEXEC || order.result->stage != OUTSPAWN_STAGE_EXEC)
		return pid;
	if (!path || strchr(file, '/') || order.result->action < 0)
		return run_script(dev, file, &order);
	if (found_as(file, path, order.result->action, name))
		return pid;
	return run_script(dev, name, &order);
}
