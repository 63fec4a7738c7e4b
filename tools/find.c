// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* Make a template of a program in PATH, and explain why that is not possible. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "outspawn.h"
#include "tool.h"

int find_template(int dev, const char *prog, unsigned int flags, char path[PATH_MAX])
{
	int tmpl = outspawn_template_search(dev, prog, NULL, flags, path);

	if (!*path)
		snprintf(path, PATH_MAX, "%s", prog);
	return tmpl;
}

static const char *explain_denied(const char *path)
{
	struct statvfs fs;
	struct stat st;

	if (stat(path, &st) < 0)
		return strerror(EACCES);
	if (S_ISDIR(st.st_mode))
		return "is a directory";
	if (!S_ISREG(st.st_mode))
		return "is not a regular file";
	if (access(path, X_OK) < 0)
		return "no permission to execute it";
	if (statvfs(path, &fs) == 0 && fs.f_flag & ST_NOEXEC)
		return "is on a file system mounted with noexec";
	return strerror(EACCES);
}

/* Return the e_machine of this machine's programs, as this program has it. */
static unsigned int own_machine(void)
{
	ElfW(Ehdr) head = { 0 };
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (pread(fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head))
			head.e_machine = EM_NONE;
		close(fd);
	}
	return head.e_machine;
}

static const char *explain_format(const char *path, char *buf, size_t size)
{
	/* e_machine is at the same place in 32-bit and 64-bit files. */
	ElfW(Ehdr) head = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return "is not an ELF executable of this machine";
	len = pread(fd, &head, sizeof(head), 0);
	close(fd);

	if (len >= 2 && !memcmp(&head, "#!", 2))
		return "is a script (#!), and templates take ELF executables; run --any-format or "
		       "--path-search starts it";
	if (len < SELFMAG || memcmp(head.e_ident, ELFMAG, SELFMAG))
		return "is neither an ELF file nor a script with #!; run --path-search starts it "
		       "with /bin/sh";
	if (head.e_ident[EI_CLASS] == ELFCLASS32 && own_machine() == EM_X86_64 &&
	    (head.e_machine == EM_386 || head.e_machine == EM_X86_64))
		return "is a 32-bit program, and templates take 64-bit programs; run --any-format "
		       "starts it";
	if (head.e_machine != own_machine()) {
		snprintf(buf, size, "is an ELF file of another machine (e_machine %u)",
			 head.e_machine);
		return buf;
	}
	if (head.e_type != ET_EXEC && head.e_type != ET_DYN)
		return "is an ELF file, but not an executable";
	return "is a malformed ELF file";
}

const char *explain_template(const char *path, int error, char *buf, size_t size)
{
	switch (error) {
	case EACCES:
		return explain_denied(path);
	case ETXTBSY:
		return "is open for writing; a template needs a file that cannot change";
	case ENOEXEC:
		return explain_format(path, buf, size);
	case ENOENT:
		return strchr(path, '/') ? strerror(ENOENT) : "not found in PATH";
	default:
		return strerror(error);
	}
}
