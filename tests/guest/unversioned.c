// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * unversioned.c - calls posix_spawn by a reference that has no symbol version
 *
 * unversioned.so is linked with no library. So the linker cannot put a version
 * into its references. Programs that are built with ASan or TSan are the same:
 * the sanitizer's own posix_spawn has no version.
 */
#include <spawn.h>

typedef int spawn_function(int *, const char *, const posix_spawn_file_actions_t *,
			   const posix_spawnattr_t *, char *const[], char *const[]);

spawn_function call_unversioned_spawn, call_unversioned_spawnp;

int call_unversioned_spawn(int *pid, const char *path, const posix_spawn_file_actions_t *list,
			   const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return posix_spawn(pid, path, list, attr, argv, envp);
}

int call_unversioned_spawnp(int *pid, const char *file, const posix_spawn_file_actions_t *list,
			    const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return posix_spawnp(pid, file, list, attr, argv, envp);
}
