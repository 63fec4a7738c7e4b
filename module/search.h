/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * search.h - search for a program in a list of directories
 */
#ifndef OUTSPAWN_SEARCH_H
#define OUTSPAWN_SEARCH_H

#include <linux/types.h>

struct search {
	char *file; /* the program's name; owned, for kvfree() */
	unsigned long ufile; /* the address of the name in the caller's memory */
	/*
	 * The directories, separated by ':'; owned, for kvfree(). NULL: no
	 * search.
	 */
	char *path;
};

/*
 * Copy the name and the directories from current's memory. path may be NULL. If
 * file has a slash, path is not used. Sleeps.
 *
 * Return: 0, -EINVAL (no file), -EFAULT, -ENAMETOOLONG, -E2BIG (path) or
 * -ENOMEM.
 */
int search_copy(struct search *out, const char __user *file, const char __user *path);
void search_free(struct search *search);

/*
 * Make the path to try in the directory at *at.
 *
 * @at: set to the next directory, or to NULL after the last one
 * @name: PATH_MAX bytes for the path
 * Return: 0; -ENOENT: the directory's name has PATH_MAX bytes or more;
 * -ENAMETOOLONG: the path is too long.
 */
int search_next(const struct search *search, const char **at, char *name);

/*
 * Return true if the search continues after this errno of an attempt, as in
 * execvp(3).
 */
bool search_goes_on(int err);

#endif /* OUTSPAWN_SEARCH_H */
