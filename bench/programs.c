// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* Find the programs, and make their arguments and environments. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "programs.h"
#include "programs/child.h"

#define SHORT_ARGUMENTS 256

const struct program_info program_infos[PROGRAMS] = {
	[NOLIBC] = { "nolibc", "bench-nolibc", true, { NULL }, 1 },
	[STATIC] = { "static", "bench-static", true, { NULL }, 1 },
	[DYNAMIC] = { "dynamic", "bench-dynamic", true, { NULL }, 1 },
	[RG] = { "rg", "rg", false, { "rg", "--version" }, 2 },
	[GIT] = { "git", "git", false, { "git", "--version" }, 2 },
	[PYTHON] = { "python3", "python3", false, { "python3", "-c", "pass" }, 5 },
};

const char *bench_directory(void)
{
	static char directory[PATH_MAX];
	ssize_t length;

	if (directory[0])
		return directory;
	length = readlink("/proc/self/exe", directory, sizeof(directory) - 1);
	if (length < 0)
		strcpy(directory, "/");
	else
		directory[length] = '\0';
	*strrchr(directory, '/') = '\0';
	return directory;
}

/* Scripts cannot be templates. A script named python3 may be in PATH, of pyenv. */
static bool is_elf(const char *path)
{
	char magic[4] = "";
	FILE *file = fopen(path, "re");
	bool found;

	if (!file)
		return false;
	found = fread(magic, 1, sizeof(magic), file) == sizeof(magic) &&
		!memcmp(magic, "\177ELF", sizeof(magic));
	fclose(file);
	return found && !access(path, X_OK);
}

bool find_program(enum program program, char *path, size_t size)
{
	const char *name = program_infos[program].file;
	const char *list = getenv("PATH"), *end;

	if (program_infos[program].own) {
		snprintf(path, size, "%s/%s", bench_directory(), name);
		return is_elf(path);
	}
	for (list = list ? list : "/usr/bin:/bin"; *list; list = *end ? end + 1 : end) {
		end = strchrnul(list, ':');
		snprintf(path, size, "%.*s/%s", (int)(end - list), list, name);
		if (*list == '/' && is_elf(path))
			return true;
	}
	return false;
}

static char *make_string(int length)
{
	char *string = malloc(length);

	if (!string)
		abort();
	memset(string, 'x', length - 1);
	string[length - 1] = '\0';
	return string;
}

/* The shortest list has room for the arguments of "again". */
static char **make_list(int count, int length)
{
	char **list = calloc(count + CHILD_SINCE + 2, sizeof(*list));
	int i;

	if (!list)
		abort();
	for (i = 0; i < count; i++)
		list[i] = make_string(length);
	return list;
}

static struct strings given_strings(enum program program)
{
	struct strings strings = { make_list(0, 1), make_list(0, 1), 0 };

	for (int i = 0; i < 3 && program_infos[program].arguments[i]; i++)
		strings.argv[i] = strdup(program_infos[program].arguments[i]);
	return strings;
}

/* Some empty arguments leave room for the program's path. */
static char **make_most(void)
{
	char **list = make_list(MOST_STRINGS, 2);
	int i;

	for (i = CHILD_SINCE + 1; i < SHORT_ARGUMENTS; i++)
		list[i][0] = '\0';
	return list;
}

struct strings make_strings(enum program program, int count)
{
	struct strings strings;

	if (!program_infos[program].own)
		return given_strings(program);
	if (count == REAL_STRINGS)
		strings = (struct strings){ make_list(REAL_ARGUMENTS, REAL_LENGTH),
					    make_list(REAL_VARIABLES, REAL_LENGTH), count };
	else if (count == MOST_STRINGS)
		strings = (struct strings){ make_most(), make_list(0, 1), count };
	else
		strings =
			(struct strings){ make_list(count ? count : 1, 2), make_list(0, 1), count };
	free(strings.argv[0]);
	strings.argv[0] = strdup("nothing");
	return strings;
}
