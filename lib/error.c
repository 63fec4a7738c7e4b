// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* Error messages: which step of a spawn failed, and why. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Long enough for strerror(3)'s text in any locale. */
#define WORDS_SIZE 256
/* Room for a path of PATH_MAX bytes; the end of a longer text is cut off. */
#define STEP_SIZE 4224

/*
 * Return strerror(3)'s text. glibc's strerror_r() returns the text, other C
 * libraries' writes it to the buffer.
 */
static const char *words(int error, char buf[WORDS_SIZE])
{
#ifdef __GLIBC__
	return strerror_r(error, buf, WORDS_SIZE);
#else
	buf[0] = '\0';
	strerror_r(error, buf, WORDS_SIZE);
	return buf;
#endif
}

static void say_action(const struct outspawn_result *result, const struct outspawn_actions *actions,
		       const char *why, char *buf, size_t size)
{
	char step[STEP_SIZE];

	if (!actions || result->action < 0 || (unsigned int)result->action >= actions->count) {
		snprintf(buf, size, "action %d: %s", result->action, why);
		return;
	}
	outspawn_i_describe(&actions->array[result->action], step, sizeof(step));
	snprintf(buf, size, "action %d: %s: %s", result->action, step, why);
}

static void say_template(int error, const char *why, char *buf, size_t size)
{
	if (error == ESTALE)
		snprintf(buf, size,
			 "template is stale: the file or what its path names has changed; "
			 "make a new template");
	else if (error == EACCES)
		snprintf(buf, size,
			 "template belongs to another process, as after fork or execve, or to other "
			 "credentials; make a new template");
	else
		snprintf(buf, size, "template: %s", why);
}

static void say_mount(int error, const char *path, const char *why, char *buf, size_t size)
{
	if (error == ESTALE)
		snprintf(
			buf, size,
			"the child's mount namespace does not have the template's file at its path");
	else
		snprintf(buf, size, "find %s in the child's mount namespace: %s",
			 path ? path : "the program", why);
}

/*
 * The device or the template is an error number. If there is no device, say so:
 * the error of outspawn_open() passes through outspawn_template().
 */
static void say_no_fd(const char *path, const char *why, char *buf, size_t size)
{
	if (access(SPAWN_TEMPLATE_DEVICE, F_OK) < 0)
		snprintf(buf, size,
			 SPAWN_TEMPLATE_DEVICE ": %s; load the module (modprobe outspawn), or ask "
					       "'outspawn doctor'",
			 why);
	else if (access(SPAWN_TEMPLATE_DEVICE, R_OK) < 0)
		snprintf(buf, size, SPAWN_TEMPLATE_DEVICE ": %s; ask 'outspawn doctor'", why);
	else
		snprintf(buf, size, "template%s%s: %s", path ? " of " : "", path ? path : "", why);
}

/* The arguments of one action may be at fault: result->action is its index. */
static void say_args(const struct outspawn_result *result, const struct outspawn_actions *actions,
		     const char *path, const char *why, char *buf, size_t size)
{
	if (actions && actions->error == -result->error && actions->failed == result->action)
		snprintf(buf, size, "action %d could not be added: %s", result->action, why);
	else if (result->action >= 0)
		say_action(result, actions, why, buf, size);
	else if (result->action == OUTSPAWN_I_WRONG_FD)
		say_no_fd(path, why, buf, size);
	else if (result->error == EBADF)
		snprintf(buf, size, "the template or the device is not open: %s", why);
	else if (result->error == ENOTTY)
		snprintf(buf, size, "neither a template nor a device that can do this: %s", why);
	else
		snprintf(buf, size, "arguments: %s", why);
}

char *outspawn_strerror(const struct outspawn_result *result,
			const struct outspawn_actions *actions, const char *path, char *buf,
			size_t size)
{
	char words_buf[WORDS_SIZE], wrong[64];
	const char *why;

	if (!result || !result->error) {
		snprintf(buf, size, "no error");
		return buf;
	}

	why = words(result->error, words_buf);
	if (result->action <= OUTSPAWN_I_WRONG_MEMBER) {
		outspawn_i_describe_wrong(result->action, wrong, sizeof(wrong));
		snprintf(buf, size, "%s: %s", wrong, why);
		return buf;
	}
	switch (result->stage) {
	case OUTSPAWN_STAGE_ARGS:
		say_args(result, actions, path, why, buf, size);
		break;
	case OUTSPAWN_STAGE_TEMPLATE:
		say_template(result->error, why, buf, size);
		break;
	case OUTSPAWN_STAGE_CREATE:
		snprintf(buf, size, "create the child: %s", why);
		break;
	case SPAWN_TEMPLATE_STAGE_FDS:
		snprintf(buf, size, "give the child its descriptors: %s", why);
		break;
	case OUTSPAWN_STAGE_ACTION:
		say_action(result, actions, why, buf, size);
		break;
	case OUTSPAWN_STAGE_EXEC:
		snprintf(buf, size, "exec%s%s: %s", path ? " " : "", path ? path : "", why);
		break;
	case OUTSPAWN_STAGE_MOUNT:
		say_mount(result->error, path, why, buf, size);
		break;
	case OUTSPAWN_STAGE_STOP:
		snprintf(buf, size, "stop%s%s before it begins: %s", path ? " " : " the program",
			 path ? path : "", why);
		break;
	default:
		snprintf(buf, size, "stage %u: %s", result->stage, why);
	}
	return buf;
}

void outspawn_perror(const char *prefix, const struct outspawn_result *result,
		     const struct outspawn_actions *actions, const char *path)
{
	char message[STEP_SIZE + WORDS_SIZE];

	outspawn_strerror(result, actions, path, message, sizeof(message));
	fprintf(stderr, "%s%s%s\n", prefix ? prefix : "", prefix && *prefix ? ": " : "", message);
}
