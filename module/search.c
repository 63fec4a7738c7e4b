// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * search.c - search a program in a list of directories
 *
 * The rules are those of execvp(3) and posix_spawnp(3) in the GNU C library.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "search.h"
#include "strings.h"

int search_copy(struct search *out, const char __user *file, const char __user *path)
{
	char *copy;

	if (!file)
		return -EINVAL;
	copy = strings_copy_one(file, PATH_MAX, -ENAMETOOLONG);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	out->file = copy;
	out->ufile = (unsigned long)file;
	/* An empty name is not searched: it is ENOENT, as for execvp(3). */
	if (!path || !*copy || strchr(copy, '/'))
		return 0;
	if (strlen(copy) > NAME_MAX)
		return -ENAMETOOLONG;
	copy = strings_copy_one(path, STRINGS_MAX_ONE, -E2BIG);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	out->path = copy;
	return 0;
}

void search_free(struct search *search)
{
	if (!search->file)
		return;
	kvfree(search->file);
	kvfree(search->path);
	*search = (struct search) {};
}

int search_next(const struct search *search, const char **at, char *name)
{
	const char *dir = *at;
	const char *end = strchrnul(dir, ':');
	size_t len = end - dir;

	*at = *end ? end + 1 : NULL;
	/* This cannot be a directory. The C library skips it, too. */
	if (len >= PATH_MAX)
		return -ENOENT;
	/* An empty directory means the working directory: use only the name. */
	if (snprintf(name, PATH_MAX, "%.*s%s%s", (int)len, dir, len ? "/" : "", search->file) >=
	    PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

bool search_goes_on(int err)
{
	switch (err) {
	case -EACCES:
	case -ENOENT:
	case -ENOTDIR:
	case -ESTALE:
	case -ENODEV:
	case -ETIMEDOUT:
		return true;
	}
	return false;
}
