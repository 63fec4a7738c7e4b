// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* Look a program up in PATH, and explain why it cannot be a template. */
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
#include "shared.h"
#include "tool.h"

/* Write the absolute path of dir/prog to path. An empty dir is the working directory. */
static int join(const char *dir, size_t dir_len, const char *prog, char path[PATH_MAX])
{
	char cwd[PATH_MAX] = "";
	const char *slash = dir_len && dir[dir_len - 1] != '/' ? "/" : "";
	int len;

	if ((dir_len ? dir[0] : prog[0]) != '/') {
		if (!getcwd(cwd, sizeof(cwd) - 1))
			return -errno;
		if (strcmp(cwd, "/"))
			strcat(cwd, "/");
		while (!dir_len && !strncmp(prog, "./", 2))
			prog += 2;
	}
	len = snprintf(path, PATH_MAX, "%s%.*s%s%s", cwd, (int)dir_len, dir, slash, prog);
	return len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int try(int dev, const char *dir, size_t dir_len, const char *prog, unsigned int flags,
	       char path[PATH_MAX])
{
	int ret = join(dir, dir_len, prog, path);

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

int find_template(int dev, const char *prog, unsigned int flags, char path[PATH_MAX])
{
	const char *dir = outspawn_i_search_path();
	char denied[PATH_MAX] = "";
	size_t len;
	int tmpl;

	snprintf(path, PATH_MAX, "%s", prog);
	if (!*prog)
		return -ENOENT;
	if (strchr(prog, '/'))
		return try(dev, "", 0, prog, flags, path);

	for (;; dir += len + 1) {
		len = strcspn(dir, ":");
		tmpl = try(dev, dir, len, prog, flags, path);
		if (tmpl >= 0 || !goes_on_after(tmpl))
			return tmpl;
		if (tmpl == -EACCES && !*denied)
			strcpy(denied, path);
		if (!dir[len])
			break;
	}
	/* Like execvp(3): EACCES of one directory hides ENOENT of the others. */
	strcpy(path, *denied ? denied : prog);
	return *denied ? -EACCES : -ENOENT;
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
		return "is a script (#!), and templates take ELF executables; see run --any-format";
	if (len < SELFMAG || memcmp(head.e_ident, ELFMAG, SELFMAG))
		return "is not an ELF file";
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
