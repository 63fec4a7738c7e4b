/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * outspawn_posix.h - posix_spawn(3), done by outspawn
 *
 * The same arguments, the same types, the same results and errors as the C
 * library's functions without "outspawn_" have; see outspawn_posix_spawn(3).
 * They need no template and no descriptor, keep no state, and allocate nothing.
 * Signal handlers may call them, also on an alternate stack of 4 KiB.
 *
 * One error is their own: ENOSYS says that outspawn cannot do this call here (no
 * module, a C library whose lists it does not know, a flag it does not know) and
 * that nothing has happened; call the C library's function instead.
 */
#ifndef OUTSPAWN_POSIX_H
#define OUTSPAWN_POSIX_H

#include <spawn.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/*
 * outspawn_posix_spawn() - as posix_spawn(3)
 * outspawn_posix_spawnp() - as posix_spawnp(3): file is searched for in PATH
 * @pid: set to the child's, after success only; or NULL
 *
 * Return: 0, or an error number, positive. After an error errno is the same
 * number; after success errno is as it was before the call.
 */
int outspawn_posix_spawn(pid_t *pid, const char *path,
			 const posix_spawn_file_actions_t *file_actions,
			 const posix_spawnattr_t *attr, char *const argv[], char *const envp[]);
int outspawn_posix_spawnp(pid_t *pid, const char *file,
			  const posix_spawn_file_actions_t *file_actions,
			  const posix_spawnattr_t *attr, char *const argv[], char *const envp[]);

/*
 * outspawn_pidfd_spawn(), outspawn_pidfd_spawnp() - as pidfd_spawn(3) of glibc
 * 2.39, whatever the C library's version is
 * @pidfd: set to a close-on-exec descriptor of the child, after success only
 *
 * Return: 0, or an error number, positive; errno as above.
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
