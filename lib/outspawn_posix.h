/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Copyright (C) 2026 The outspawn authors */
/*
 * outspawn_posix.h - posix_spawn(3), done by outspawn
 *
 * Each function has the arguments, types, results and errors of the C library's
 * function without "outspawn_" in its name. The functions need no template and
 * no descriptor, keep no state and do not call malloc(3). Signal handlers may
 * call them, even on an alternate stack of 4 KiB.
 *
 * One error is not the C library's. ENOSYS means that outspawn cannot do this
 * call and that nothing has happened: call the C library's function instead.
 * outspawn_posix_spawn(3) lists the reasons.
 */
#ifndef OUTSPAWN_POSIX_H
#define OUTSPAWN_POSIX_H

#include <spawn.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The caller's environment: <unistd.h> declares it only with _GNU_SOURCE. */
extern char **environ;

#pragma GCC visibility push(default)

/*
 * outspawn_posix_spawn() - as posix_spawn(3)
 * outspawn_posix_spawnp() - as posix_spawnp(3): file is searched for in PATH
 * @pid: set to the child's process ID, only after success; or NULL
 *
 * Return: 0, or a positive error number. An error is also in errno; success
 * leaves errno unchanged.
 */
int outspawn_posix_spawn(pid_t *pid, const char *path,
			 const posix_spawn_file_actions_t *file_actions,
			 const posix_spawnattr_t *attr, char *const argv[], char *const envp[]);
int outspawn_posix_spawnp(pid_t *pid, const char *file,
			  const posix_spawn_file_actions_t *file_actions,
			  const posix_spawnattr_t *attr, char *const argv[], char *const envp[]);

/*
 * outspawn_pidfd_spawn(), outspawn_pidfd_spawnp() - as pidfd_spawn(3)
 * @pidfd: set to a close-on-exec descriptor of the child, only after success
 *
 * glibc has these functions since 2.39; here they need no such version.
 *
 * Return: 0, or a positive error number; errno as above.
 */
int outspawn_pidfd_spawn(int *pidfd, const char *path,
			 const posix_spawn_file_actions_t *file_actions,
			 const posix_spawnattr_t *attr, char *const argv[], char *const envp[]);
int outspawn_pidfd_spawnp(int *pidfd, const char *file,
			  const posix_spawn_file_actions_t *file_actions,
			  const posix_spawnattr_t *attr, char *const argv[], char *const envp[]);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* OUTSPAWN_POSIX_H */
