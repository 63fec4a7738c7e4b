// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* A template of a program that is searched for in PATH, by execvp(3)'s rules. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "shared.h"

/*
 * Write the absolute path of dir/file to path. An empty dir is the working
 * directory.
 */
static int join(const char *dir, size_t dir_len, const char *file, char path[PATH_MAX])
{
	const char *slash = dir_len && dir[dir_len - 1] != '/' ? "/" : "";
	size_t used = 0;
	int len;

	if ((dir_len ? dir[0] : file[0]) != '/') {
		if (!getcwd(path, PATH_MAX - 1))
			return errno == ERANGE ? -ENAMETOOLONG : -errno;
		used = strlen(path);
		if (used > 1)
			path[used++] = '/';
		while (!dir_len && !strncmp(file, "./", 2))
			file += 2;
	}
	len = snprintf(path + used, PATH_MAX - used, "%.*s%s%s", (int)dir_len, dir, slash, file);
	return used + len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int try(int dev, const char *dir, size_t dir_len, const char *file, unsigned int flags,
	       char path[PATH_MAX])
{
	int ret = join(dir, dir_len, file, path);

	return ret ? ret : outspawn_template_flags(dev, path, flags);
}

/* Does execvp(3) try the next directory after this error? */
static int goes_on_after(int error)
{
	switch (error) {
	case -ENOENT:
	case -ENOTDIR:
	case -EACCES:
	case -ESTALE:
	case -ENODEV:
	case -ETIMEDOUT:
	case -ENAMETOOLONG:
		return 1;
	default:
		return 0;
	}
}

int outspawn_template_search(int dev, const char *file, const char *path, unsigned int flags,
			     char *found)
{
	char own[PATH_MAX], *at = found ? found : own;
	size_t len, denied = 0;
	const char *dir;
	int tmpl;

	*at = '\0';
	if (dev < 0)
		return outspawn_i_no_fd(dev);
	if (!file)
		return -EINVAL;
	if (!*file)
		return -ENOENT;
	if (strchr(file, '/'))
		return try(dev, "", 0, file, flags, at);

	if (!path)
		path = outspawn_i_search_path();
	for (dir = path;; dir += len + 1) {
		len = strcspn(dir, ":");
		tmpl = try(dev, dir, len, file, flags, at);
		if (tmpl >= 0 || !goes_on_after(tmpl))
			return tmpl;
		if (tmpl == -EACCES && !denied)
			denied = dir - path + 1;
		if (!dir[len])
			break;
	}
	/* As execvp(3): EACCES of one directory hides ENOENT of the others. */
	*at = '\0';
	if (!denied)
		return -ENOENT;
	dir = path + denied - 1;
	join(dir, strcspn(dir, ":"), file, at);
	return -EACCES;
}
