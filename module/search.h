/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * search.h - a program's name and where to look for it
 */
#ifndef OUTSPAWN_SEARCH_H
#define OUTSPAWN_SEARCH_H

#include <linux/types.h>

struct search {
	char *file; /* owned, for kvfree() */
	unsigned long ufile; /* where the caller has it */
	char *path; /* owned, for kvfree(); directories with ':' between; NULL: none */
};

/*
 * Copy both from current's memory; path may be NULL, and is forgotten if file
 * has a slash. Sleeps.
 *
 * Return: 0, -EINVAL (no file), -EFAULT, -ENAMETOOLONG, -E2BIG (path) or -ENOMEM.
 */
int search_copy(struct search *out, const char __user *file, const char __user *path);
void search_free(struct search *search);

/*
 * The name to try in the directory that stands at *at, which is then set to the
 * next one, or to NULL behind the last.
 *
 * @name: PATH_MAX bytes
 * Return: 0; -ENOENT: no such directory can be; -ENAMETOOLONG: no such name.
 */
int search_next(const struct search *search, const char **at, char *name);

/* Does an attempt that failed so let the search go on? As execvp(3) has it. */
bool search_goes_on(int err);

#endif /* OUTSPAWN_SEARCH_H */
