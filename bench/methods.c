// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* Start a program by each method. */
#include <errno.h>
#include <linux/sched.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "methods.h"
#include "outspawn.h"
#include "outspawn_posix.h"

const struct method_info method_infos[METHODS] = {
	[BY_FORK] = { "fork", false, false, 1 },
	[BY_VFORK] = { "vfork", false, false, 1 },
	[BY_POSIX_SPAWN] = { "posix_spawn", false, false, 1 },
	[BY_PIDFD_SPAWN] = { "pidfd_spawn", true, false, 1 },
	[BY_CLONE3] = { "clone3", true, false, 1 },
	[BY_OUTSPAWN] = { "outspawn", false, true, 1 },
	[BY_OUTSPAWN_PIDFD] = { "outspawn", true, true, 1 },
	[BY_OUTSPAWN_FD] = { "outspawn_fd", false, true, 1 },
	[BY_OUTSPAWN_PATH] = { "outspawn_path", false, true, 1 },
	[BY_OUTSPAWN_ASYNC] = { "outspawn_async", false, true, 1 },
	[BY_OUTSPAWN_BATCH16] = { "outspawn_batch16", false, true, 16 },
	[BY_OUTSPAWN_BATCH64] = { "outspawn_batch64", false, true, 64 },
	[BY_POSIX_SPAWNP] = { "posix_spawnp", false, false, 1 },
	[BY_OUTSPAWN_POSIX] = { "outspawn_posix_spawn", false, true, 1 },
	[BY_OUTSPAWN_POSIXP] = { "outspawn_posix_spawnp", false, true, 1 },
	[BY_OUTSPAWN_MADE] = { "outspawn_made", false, true, 1 },
	[BY_REEXEC] = { "reexec", false, false, 1 },
	[BY_THREAD] = { "thread", false, false, 1 },
};

/* glibc has it from 2.39 on. */
extern int pidfd_spawn(int *pidfd, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
	__attribute__((weak));

bool method_available(enum method method)
{
	return method != BY_PIDFD_SPAWN || pidfd_spawn;
}

static pid_t by_fork(const struct target *target, char **argv, char **envp)
{
	pid_t pid = fork();

	if (!pid) {
		execve(target->path, argv, envp);
		_exit(127);
	}
	return pid < 0 ? -errno : pid;
}

static __attribute__((noinline)) pid_t by_vfork(const struct target *target, char **argv,
						char **envp)
{
	pid_t pid = vfork();

	if (!pid) {
		execve(target->path, argv, envp);
		_exit(127);
	}
	return pid < 0 ? -errno : pid;
}

/*
 * The child shares the caller's stack, as after vfork(2). So it must not write to
 * it: it makes its calls in these instructions.
 */
static pid_t by_clone3(const struct target *target, char **argv, char **envp, int *pidfd)
{
	struct clone_args args = {
		.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD,
		.pidfd = (uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
	};
	register const char *path __asm__("r8") = target->path;
	register char **arguments __asm__("r9") = argv;
	register char **variables __asm__("r10") = envp;
	long pid;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "mov %[execve], %%eax\n\t"
			 "mov %%r8, %%rdi\n\t"
			 "mov %%r9, %%rsi\n\t"
			 "mov %%r10, %%rdx\n\t"
			 "syscall\n\t"
			 "mov %[exit], %%eax\n\t"
			 "mov $127, %%edi\n\t"
			 "syscall\n\t"
			 "1:"
			 : "=a"(pid)
			 : "a"(SYS_clone3), "D"(&args), "S"(sizeof(args)), "r"(path),
			   "r"(arguments),
			   "r"(variables), [execve] "i"(SYS_execve), [exit] "i"(SYS_exit)
			 : "rcx", "rdx", "r11", "memory");
	return pid;
}

static pid_t by_path(const struct target *target, char **argv, char **envp)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;

	attr.flags = target->flags;
	return outspawn_spawn_path(target->device, target->path, NULL, argv, envp, NULL, &attr,
				   NULL, NULL);
}

/* Makes a template for one spawn. */
static pid_t by_fresh_template(const struct target *target, char **argv, char **envp)
{
	int fresh = outspawn_template_flags(target->device, target->path, OUTSPAWN_ALLOW_WRITE);
	pid_t pid;

	if (fresh < 0)
		return fresh;
	pid = outspawn_spawn(fresh, argv, envp, NULL, target->flags, NULL, NULL);
	close(fresh);
	return pid;
}

static int by_batch(const struct target *target, char **argv, char **envp, int count,
		    struct children *children)
{
	static struct outspawn_job jobs[MOST_CHILDREN];
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;
	int i, done;

	attr.flags = target->flags;
	for (i = 0; i < count; i++)
		jobs[i] = (struct outspawn_job){
			.tmpl = target->tmpl, .argv = argv, .envp = envp, .attr = &attr
		};
	done = outspawn_batch(target->device, jobs, count);
	for (i = 0; i < done; i++) {
		if (jobs[i].pid <= 0)
			return jobs[i].pid;
		children->pids[children->count++] = jobs[i].pid;
	}
	return done < 0 ? done : done < count ? -EINTR : 0;
}

static pid_t start_posix(enum method method, const struct target *target, char **argv, char **envp,
			 struct children *children)
{
	pid_t pid = -1;
	int error;

	switch (method) {
	case BY_POSIX_SPAWN:
		error = posix_spawn(&pid, target->path, NULL, NULL, argv, envp);
		break;
	case BY_POSIX_SPAWNP:
		error = posix_spawnp(&pid, target->name, NULL, NULL, argv, envp);
		break;
	case BY_OUTSPAWN_POSIX:
		error = outspawn_posix_spawn(&pid, target->path, NULL, NULL, argv, envp);
		break;
	case BY_OUTSPAWN_POSIXP:
		error = outspawn_posix_spawnp(&pid, target->name, NULL, NULL, argv, envp);
		break;
	default: /* the child has no pid here; its pidfd names it */
		error = pidfd_spawn(&children->pidfd, target->path, NULL, NULL, argv, envp);
		pid = 0;
		break;
	}
	return error ? -error : pid;
}

static pid_t start_child(enum method method, const struct target *target, char **argv, char **envp,
			 struct children *children)
{
	unsigned int flags = target->flags;

	switch (method) {
	case BY_FORK:
		return by_fork(target, argv, envp);
	case BY_VFORK:
		return by_vfork(target, argv, envp);
	case BY_CLONE3:
		return by_clone3(target, argv, envp, &children->pidfd);
	case BY_OUTSPAWN:
		return outspawn_spawn(target->tmpl, argv, envp, NULL, flags, NULL, NULL);
	case BY_OUTSPAWN_PIDFD:
		return outspawn_spawn(target->tmpl, argv, envp, NULL, flags, &children->pidfd,
				      NULL);
	case BY_OUTSPAWN_FD:
		return outspawn_spawn(target->tmpl_of_fd, argv, envp, NULL, flags, NULL, NULL);
	case BY_OUTSPAWN_ASYNC:
		return outspawn_spawn(target->tmpl, argv, envp, NULL, flags | OUTSPAWN_ASYNC, NULL,
				      NULL);
	case BY_OUTSPAWN_PATH:
		return by_path(target, argv, envp);
	case BY_OUTSPAWN_MADE:
		return by_fresh_template(target, argv, envp);
	default:
		return start_posix(method, target, argv, envp, children);
	}
}

int start_children(enum method method, const struct target *target, char **argv, char **envp,
		   struct children *children)
{
	int count = method_infos[method].children;
	pid_t pid;

	children->count = 0;
	children->pidfd = -1;
	if (count > 1)
		return by_batch(target, argv, envp, count, children);
	pid = start_child(method, target, argv, envp, children);
	if (pid < 0)
		return pid;
	children->pids[children->count++] = pid;
	return 0;
}
