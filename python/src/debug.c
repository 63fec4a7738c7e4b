// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * debug.c - OUTSPAWN_DEBUG: a line for each spawn
 *
 * The lines have the form of liboutspawn-posix.so's, so that one file can hold
 * both.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "native.h"

static char *target; /* "1": to stderr; else the path of a file; or NULL */

static int open_lines(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
}

static bool can_write(const char *word)
{
	int fd;

	if (!strcmp(word, "1"))
		return true;
	errno = EINVAL;
	fd = *word == '/' ? open_lines(word) : -1;
	if (fd >= 0) {
		close(fd);
		return true;
	}
	dprintf(STDERR_FILENO,
		"outspawn: %s[%d]: OUTSPAWN_DEBUG=%s: %s; set it to 1, or to the absolute path of "
		"a file that can be written\n",
		program_invocation_short_name, getpid(), word, strerror(errno));
	return false;
}

void debug_begin(void)
{
	const char *word = secure_getenv("OUTSPAWN_DEBUG");

	if (!target && word && *word && strcmp(word, "0") && can_write(word))
		target = strdup(word);
}

/* Write a line by one write(2), so that lines of many processes do not mix. */
void debug_say(const char *file, const char *who, const char *what)
{
	int fd = STDERR_FILENO, length;
	char line[512];

	if (!target)
		return;
	length = snprintf(line, sizeof(line), "outspawn: %s[%d]: %.200s: %s%s%s\n",
			  program_invocation_short_name, getpid(), file ? file : "?", who,
			  what ? ": " : "", what ? what : "");
	if (length >= (int)sizeof(line)) {
		length = sizeof(line) - 1;
		line[length - 1] = '\n';
	}
	if (*target == '/')
		fd = open_lines(target);
	/* A failed write cannot be reported anywhere: ignore it. */
	if (fd >= 0 && write(fd, line, length) < 0)
		length = 0;
	if (fd != STDERR_FILENO && fd >= 0)
		close(fd);
}
