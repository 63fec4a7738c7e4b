// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * expect.c - will exec succeed?
 *
 * Node says in spawn() that a program does not exist: the ChildProcess then has
 * no pid. An asynchronous spawn returns before the child knows. So this file
 * looks the program up first, as the child will do. If anything is unusual, the
 * spawn waits for exec: a wrong "no" costs time, and nothing else.
 */
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native.h"

/* Strings of this size never reach the kernel's limits (E2BIG). */
#define FEW_BYTES (96 * 1024)
/* Room for the header of a program with all that is looked at. */
#define HEADER 1024

/* May the file be executed, as exec judges that? Relative paths start at dir. */
static bool may_execute(int dir, const char *path)
{
	struct stat file;

	return !fstatat(dir, path, &file, 0) && S_ISREG(file.st_mode) &&
	       !faccessat(dir, path, X_OK, AT_EACCESS);
}

/* Read the beginning of a file. Return its size, or -1. */
static ssize_t read_header(int dir, const char *path, char *header)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t size;

	if (fd < 0)
		return -1;
	size = pread(fd, header, HEADER, 0);
	close(fd);
	return size;
}

/* Is this a program of the machine, and is its interpreter there? */
static bool expect_elf(int dir, const char *header, size_t size)
{
	Elf64_Phdr segment;
	Elf64_Ehdr elf;

	if (size < sizeof(elf))
		return false;
	memcpy(&elf, header, sizeof(elf));
	if (memcmp(elf.e_ident, ELFMAG, SELFMAG) || elf.e_ident[EI_CLASS] != ELFCLASS64 ||
	    elf.e_machine != EM_X86_64 || (elf.e_type != ET_EXEC && elf.e_type != ET_DYN) ||
	    elf.e_phentsize != sizeof(segment))
		return false;
	for (size_t i = 0; i < elf.e_phnum; i++) {
		/* Compared in this way, a huge offset cannot wrap. */
		if (elf.e_phoff > size || (size - elf.e_phoff) / sizeof(segment) <= i)
			return false;
		memcpy(&segment, header + elf.e_phoff + i * sizeof(segment), sizeof(segment));
		if (segment.p_type != PT_INTERP)
			continue;
		if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset ||
		    !segment.p_filesz || header[segment.p_offset + segment.p_filesz - 1] != '\0')
			return false;
		return may_execute(dir, header + segment.p_offset);
	}
	return true;
}

/*
 * Is this a script whose interpreter is a program? The kernel looks at the first
 * line up to its own limit; a line that does not end here is unusual.
 */
static bool expect_script(int dir, char *header, size_t size)
{
	char interpreter[HEADER], *path, *end;
	ssize_t got;

	end = size > 2 && !memcmp(header, "#!", 2) ? memchr(header, '\n', size) : NULL;
	if (!end || end - header > 120)
		return false;
	*end = '\0';
	path = header + 2 + strspn(header + 2, " \t");
	path[strcspn(path, " \t\r")] = '\0';
	if (*path != '/' || !may_execute(dir, path))
		return false;
	got = read_header(dir, path, interpreter);
	return got > 0 && expect_elf(dir, interpreter, got);
}

static bool expect_file(int dir, const char *path)
{
	char header[HEADER];
	ssize_t size = read_header(dir, path, header);

	return size > 0 && (expect_elf(dir, header, size) || expect_script(dir, header, size));
}

/*
 * Find the file that execvp(3) will find. A path that is too long ends the
 * search; the spawn then waits for what the kernel says.
 */
static bool find(int dir, const char *file, const char *path, char *found)
{
	for (;; path++) {
		size_t length = strcspn(path, ":");

		if (length + strlen(file) + 2 > PATH_MAX)
			return false;
		memcpy(found, path, length);
		found[length] = '/';
		strcpy(found + (length ? length + 1 : 0), file);
		if (may_execute(dir, found))
			return true;
		path += length;
		if (!*path)
			return false;
	}
}

bool expect_exec(const struct plan *plan)
{
	int dir = plan->cwd_fd >= 0 ? plan->cwd_fd : AT_FDCWD;
	char found[PATH_MAX];

	/* The child would look with the rights of another user. */
	if (plan->flags & (PLAN_UID | PLAN_GID))
		return false;
	if (plan->argv.bytes + plan->envp.bytes > FEW_BYTES)
		return false;
	if (!plan->path)
		return may_execute(dir, plan->file) && expect_file(dir, plan->file);
	return find(dir, plan->file, plan->path, found) && expect_file(dir, found);
}
