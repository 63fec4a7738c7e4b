// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_lib.c - libFuzzer on the library's lists of actions and its messages
 *
 * Input: adders and their arguments; then a result, and the size of the buffer
 * for the words about it.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outspawn.h"

#define must(condition)                                                                           \
	do {                                                                                      \
		if (!(condition)) {                                                               \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                  \
		}                                                                                 \
	} while (0)

struct input {
	const uint8_t *at;
	size_t left;
};

static void take(struct input *input, void *to, size_t size)
{
	size_t there = size < input->left ? size : input->left;

	memset(to, 0, size);
	memcpy(to, input->at, there);
	input->at += there;
	input->left -= there;
}

static int take_int(struct input *input)
{
	int value;

	take(input, &value, sizeof(value));
	return value;
}

/* A string in memory of its own; long ones come of few bytes. */
static char *take_string(struct input *input)
{
	unsigned int length = (unsigned int)take_int(input) % (PATH_MAX + 16);
	char *string = malloc(length + 1);

	must(string);
	memset(string, 'p', length);
	take(input, string, length < 32 ? length : 32);
	string[length] = '\0';
	return string;
}

static int add_open(struct outspawn_actions *a, struct input *input)
{
	struct open_how how;
	char *path = take_string(input);
	int newfd = take_int(input), dirfd = take_int(input), ret;

	take(input, &how, sizeof(how));
	if (dirfd & 1)
		ret = outspawn_actions_open(a, newfd, path, how.flags, how.mode);
	else
		ret = outspawn_actions_openat2(a, newfd, dirfd, path, &how);
	/* It is the list's own by now. */
	free(path);
	return ret;
}

static int add_one(struct outspawn_actions *a, struct input *input)
{
	uint8_t kind;
	sigset_t set;
	int x, y;

	take(input, &kind, sizeof(kind));
	if (kind % 7 == 6)
		return add_open(a, input);
	x = take_int(input);
	y = take_int(input);
	sigemptyset(&set);
	memcpy(&set, &x, sizeof(x));
	switch (kind % 7) {
	case 0:
		return outspawn_actions_close(a, x);
	case 1:
		return outspawn_actions_dup3(a, x, y, take_int(input));
	case 2:
		return outspawn_actions_fchdir(a, x);
	case 3:
		return outspawn_actions_close_range(a, x, y, take_int(input));
	case 4:
		return outspawn_actions_sigmask(a, &set);
	}
	return outspawn_actions_sigdefault(a, &set);
}

/* What the kernel would not take apart: its own check_fields() says so. */
static void check_action(const struct spawn_template_action *action)
{
	const struct spawn_template_open *open = (void *)(uintptr_t)action->arg;
	const struct spawn_template_sigset *set = (void *)(uintptr_t)action->arg;

	switch (action->type) {
	case SPAWN_TEMPLATE_ACTION_OPEN:
		must(!action->flags && action->newfd >= 0);
		must(strlen((char *)(uintptr_t)open->path) < PATH_MAX);
		break;
	case SPAWN_TEMPLATE_ACTION_SIGMASK:
	case SPAWN_TEMPLATE_ACTION_SIGDEFAULT:
		must(!action->fd && !action->newfd && !action->flags && set->sigsetsize == 8);
		must(*(uint64_t *)(uintptr_t)set->sigset || 1);
		break;
	case SPAWN_TEMPLATE_ACTION_CLOSE_RANGE:
		must(action->fd >= 0 && !action->arg);
		must(action->newfd == -1 || action->newfd >= action->fd);
		break;
	default:
		must(action->type <= SPAWN_TEMPLATE_ACTION_FCHDIR);
		must(action->fd >= 0 && action->newfd >= 0 && !action->arg);
	}
}

static void check_words(const struct outspawn_actions *a, struct input *input)
{
	struct outspawn_result result;
	char *path = take_string(input), *buffer;
	unsigned int size;

	take(input, &result, sizeof(result));
	size = (unsigned int)take_int(input) % 9000;
	buffer = malloc(size ? size : 1);
	must(buffer);
	memset(buffer, 0x7f, size ? size : 1);
	must(outspawn_strerror(&result, a, size & 1 ? path : NULL, buffer, size) == buffer);
	must(!size || memchr(buffer, '\0', size));
	must(size || buffer[0] == 0x7f);
	free(buffer);
	free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct outspawn_actions actions;
	unsigned int i, count, added = 0;

	outspawn_actions_init(&actions);
	count = (unsigned int)take_int(&input) % 256;
	for (i = 0; i < count; i++) {
		int ret = add_one(&actions, &input);

		must(ret == 0 || ret == -E2BIG || ret == -EBADF || ret == -EINVAL ||
		     ret == -ENAMETOOLONG);
		added += !ret;
	}
	must(actions.count == added && added <= SPAWN_TEMPLATE_MAX_ACTIONS);
	for (i = 0; i < added; i++)
		check_action(&actions.array[i]);
	check_words(&actions, &input);
	check_words(NULL, &input);
	outspawn_actions_destroy(&actions);
	return 0;
}
