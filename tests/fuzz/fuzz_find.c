// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * fuzz_find.c - libFuzzer on the command's search of PATH
 *
 * Input: the results of making a template, one for each path that is tried; then PATH
 * and the program's name as two strings.
 */
#include "find.c"
#include "../../lib/search.c"

#include <stdint.h>

#define must(condition)                                                                           \
	do {                                                                                      \
		if (!(condition)) {                                                               \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                  \
		}                                                                                 \
	} while (0)

#define ANSWERS 8

static const int answers[] = { -ENOENT, -EACCES, -ENOTDIR, -ENOEXEC, -ESTALE, -EMFILE, 7, -EFAULT };
static const uint8_t *tries;
static unsigned int tried;
static int last_answer;

int outspawn_template_flags(int dev, const char *path, unsigned int flags)
{
	must(dev == 3 && !flags);
	must(path[0] == '/');
	must(strlen(path) < PATH_MAX);
	last_answer = answers[tries[tried++ % ANSWERS] % (sizeof(answers) / sizeof(*answers))];
	return last_answer;
}

static char *string_of(const uint8_t *data, size_t size)
{
	char *string = malloc(size + 1);

	must(string);
	memcpy(string, data, size);
	string[size] = '\0';
	return string;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end;
	char *path, *dirs, *prog, text[256];
	int ret;

	if (size < ANSWERS)
		return -1;
	tries = data;
	tried = 0;
	data += ANSWERS;
	size -= ANSWERS;
	end = size ? memchr(data, '\0', size) : NULL;
	if (!end)
		return -1;
	dirs = string_of(data, end - data);
	prog = string_of(end + 1, data + size - end - 1);
	path = malloc(PATH_MAX);
	must(path);
	memset(path, 'z', PATH_MAX);
	if (tries[0] & 0x80)
		unsetenv("PATH");
	else
		setenv("PATH", dirs, 1);

	ret = find_template(3, prog, 0, path);
	must(memchr(path, '\0', PATH_MAX));
	must(ret < 0 || (ret == 7 && path[0] == '/' && last_answer == 7));
	must(tried || ret < 0);
	if (ret < 0) {
		const char *why =
			explain_template(path, ret == -ENOEXEC ? EIO : -ret, text, sizeof(text));

		must(why && *why);
	}
	free(path);
	free(prog);
	free(dirs);
	return 0;
}
