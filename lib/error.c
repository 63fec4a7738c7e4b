// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Errors: how a spawn ended, in words. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "outspawn.h"

/* Long enough for any errno's words, in any locale's. */
#define WORDS_SIZE 256
/* A path may take all of it; the end of a longer one is cut off. */
#define STEP_SIZE 4224

/* strerror() of one's own buffer: strerror_r() comes in two kinds. */
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

static void describe_open(const struct spawn_template_action *action, char *buf, size_t size)
{
	const struct spawn_template_open *open = (const void *)(uintptr_t)action->arg;
	const char *path = (const void *)(uintptr_t)open->path;

	if (action->fd == AT_FDCWD || path[0] == '/')
		snprintf(buf, size, "open %s", path);
	else
		snprintf(buf, size, "open %s (below descriptor %d)", path, action->fd);
}

/* What an action does, as far as it helps to find it in the source. */
static void describe(const struct spawn_template_action *action, char *buf, size_t size)
{
	switch (action->type) {
	case SPAWN_TEMPLATE_ACTION_CLOSE:
		snprintf(buf, size, "close %d", action->fd);
		break;
	case SPAWN_TEMPLATE_ACTION_DUP2:
		snprintf(buf, size, "dup2 %d to %d", action->fd, action->newfd);
		break;
	case SPAWN_TEMPLATE_ACTION_FCHDIR:
		snprintf(buf, size, "fchdir %d", action->fd);
		break;
	case SPAWN_TEMPLATE_ACTION_OPEN:
		describe_open(action, buf, size);
		break;
	case SPAWN_TEMPLATE_ACTION_CLOSE_RANGE:
		if (action->newfd < 0)
			snprintf(buf, size, "close_range from %d", action->fd);
		else
			snprintf(buf, size, "close_range %d to %d", action->fd, action->newfd);
		break;
	case SPAWN_TEMPLATE_ACTION_SIGMASK:
		snprintf(buf, size, "sigmask");
		break;
	case SPAWN_TEMPLATE_ACTION_SIGDEFAULT:
		snprintf(buf, size, "sigdefault");
		break;
	default:
		snprintf(buf, size, "type %u", action->type);
	}
}

static void say_action(const struct outspawn_result *result, const struct outspawn_actions *actions,
		       const char *why, char *buf, size_t size)
{
	char step[STEP_SIZE];

	if (!actions || result->action < 0 || (unsigned int)result->action >= actions->count) {
		snprintf(buf, size, "action %d: %s", result->action, why);
		return;
	}
	describe(&actions->array[result->action], step, sizeof(step));
	snprintf(buf, size, "action %d: %s: %s", result->action, step, why);
}

static void say_template(int error, const char *why, char *buf, size_t size)
{
	if (error == ESTALE)
		snprintf(
			buf, size,
			"template is stale: the file or what its path names has changed; make a new template");
	else if (error == EACCES)
		snprintf(
			buf, size,
			"template was made with other credentials than the caller's; make a new template");
	else
		snprintf(buf, size, "template: %s", why);
}

static void say_args(int error, const char *why, char *buf, size_t size)
{
	if (error == EBADF || error == ENOTTY)
		snprintf(buf, size, "not a template: %s", why);
	else
		snprintf(buf, size, "arguments: %s", why);
}

char *outspawn_strerror(const struct outspawn_result *result,
			const struct outspawn_actions *actions, const char *path, char *buf,
			size_t size)
{
	char words_buf[WORDS_SIZE];
	const char *why;

	if (!result || !result->error) {
		snprintf(buf, size, "no error");
		return buf;
	}

	why = words(result->error, words_buf);
	switch (result->stage) {
	case SPAWN_TEMPLATE_STAGE_ARGS:
		say_args(result->error, why, buf, size);
		break;
	case SPAWN_TEMPLATE_STAGE_TEMPLATE:
		say_template(result->error, why, buf, size);
		break;
	case SPAWN_TEMPLATE_STAGE_CREATE:
		snprintf(buf, size, "create the child: %s", why);
		break;
	case SPAWN_TEMPLATE_STAGE_FDS:
		snprintf(buf, size, "give the child its descriptors: %s", why);
		break;
	case SPAWN_TEMPLATE_STAGE_ACTION:
		say_action(result, actions, why, buf, size);
		break;
	case SPAWN_TEMPLATE_STAGE_EXEC:
		snprintf(buf, size, "exec%s%s: %s", path ? " " : "", path ? path : "", why);
		break;
	default:
		snprintf(buf, size, "stage %u: %s", result->stage, why);
	}
	return buf;
}
