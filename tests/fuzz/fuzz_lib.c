// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * fuzz_lib.c - libFuzzer on the library's lists of actions and its messages
 *
 * Input: functions that append actions, and their arguments; then a result, and the
 * size of the buffer for its message.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/filter.h>

#include "outspawn.h"

/* Kinds of actions. The last three are system calls. */
#define KINDS 10

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

/* Return an allocated string. A few bytes of input can make a long one. */
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
	/* The list has a copy. */
	free(path);
	return ret;
}

/* Append a call with strings. */
static int add_strings(struct outspawn_actions *a, struct input *input)
{
	char *first = take_string(input), *second = take_string(input);
	int how = take_int(input), ret;

	switch (how & 7) {
	case 0:
		ret = outspawn_actions_chdir(a, first);
		break;
	case 1:
		ret = outspawn_actions_mount(a, how & 8 ? first : NULL, second,
					     how & 16 ? first : NULL, how,
					     how & 32 ? second : NULL);
		break;
	case 2:
		ret = outspawn_actions_pivot_root(a, first, second);
		break;
	case 3:
		ret = outspawn_actions_umount(a, first, how);
		break;
	case 4:
		ret = outspawn_actions_sethostname(a, first);
		break;
	default:
		ret = outspawn_actions_chroot(a, how & 8 ? first : NULL);
	}
	free(first);
	free(second);
	return ret;
}

/* Append a call with bytes. The buffer has exactly the size that the input sets. */
static int add_bytes(struct outspawn_actions *a, struct input *input)
{
	unsigned int size = (unsigned int)take_int(input) % 70000, how = take_int(input);
	unsigned char *bytes = malloc(size + sizeof(uint32_t));
	int ret;

	must(bytes);
	memset(bytes, 0x33, size);
	take(input, bytes, size < 64 ? size : 64);
	switch (how % 5) {
	case 0:
		ret = outspawn_actions_setaffinity(a, size, (cpu_set_t *)bytes);
		break;
	case 1:
		ret = outspawn_actions_setgroups(a, size / sizeof(gid_t), (gid_t *)bytes);
		break;
	case 2:
		memcpy(bytes, &size, sizeof(size));
		ret = outspawn_actions_setattr(a, bytes);
		break;
	case 3:
		ret = outspawn_actions_mempolicy(a, how, (unsigned long *)bytes,
						 8 * (size & ~7U) + 1);
		break;
	default:
		ret = outspawn_actions_seccomp(
			a, &(struct sock_fprog){ size / sizeof(struct sock_filter),
						 (struct sock_filter *)bytes });
	}
	free(bytes);
	return ret;
}

/* Append a call with numbers, or any call: its pointers are not followed. */
static int add_call(struct outspawn_actions *a, struct input *input)
{
	unsigned long args[6];
	int how = take_int(input), x = take_int(input), y = take_int(input);

	switch (how & 15) {
	case 0:
		return outspawn_actions_setpgid(a, x);
	case 1:
		return outspawn_actions_tcsetpgrp(a, x, y);
	case 2:
		return outspawn_actions_setrlimit(a, x, &(struct rlimit){ x, y });
	case 3:
		return outspawn_actions_setresuid(a, x, y, how);
	case 4:
		return outspawn_actions_unshare(a, x);
	case 5:
		return outspawn_actions_prctl(a, x, y, x, y, x);
	case 6:
		return outspawn_actions_cloexec(a, x, y);
	case 7:
		return outspawn_actions_setscheduler(a, x, &(struct sched_param){ y });
	default:
		take(input, args, sizeof(args));
		return outspawn_actions_syscall(a, how & 16 ? x : x & 511, args);
	}
}

static int add_one(struct outspawn_actions *a, struct input *input)
{
	uint8_t kind;
	sigset_t set;
	int x, y;

	take(input, &kind, sizeof(kind));
	switch (kind % KINDS) {
	case 6:
		return add_open(a, input);
	case 7:
		return add_strings(a, input);
	case 8:
		return add_bytes(a, input);
	case 9:
		return add_call(a, input);
	}
	x = take_int(input);
	y = take_int(input);
	sigemptyset(&set);
	memcpy(&set, &x, sizeof(x));
	switch (kind % KINDS) {
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

/* An action must pass the checks of the module's check_fields(). */
static void check_action(const struct spawn_template_action *action)
{
	const struct spawn_template_open *open = (void *)(uintptr_t)action->arg;
	const struct spawn_template_sigset *set = (void *)(uintptr_t)action->arg;
	const struct spawn_template_syscall *call = (void *)(uintptr_t)action->arg;

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
	case SPAWN_TEMPLATE_ACTION_SYSCALL:
		must(!action->fd && !action->newfd && !action->flags && !call->pad);
		must(call->nr <= INT_MAX);
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
