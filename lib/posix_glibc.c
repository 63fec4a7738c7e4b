// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * Read glibc's list of file actions
 *
 * posix_spawn(3) has functions that add to a list, but none that reads it. So
 * this file reads glibc's private struct. glibc has had this layout for long,
 * and has added new kinds of actions at the end. But glibc does not promise to
 * keep the layout. So before the first list is read, one with known values is
 * made by the public functions, and this file must find these values in it. If
 * it does not, no list is read.
 */
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "posix.h"

#ifdef __GLIBC__

/* glibc's struct. The order of its tags is that of posix_action.type. */
struct glibc_action {
	int tag;
	union {
		int fd; /* the first member of every kind but CHDIR */
		struct {
			int fd;
			int newfd;
		} dup2;
		struct {
			int fd;
			char *path;
			int flags;
			mode_t mode;
		} open;
		struct {
			char *path;
		} chdir;
	};
};

enum { UNLOOKED, KNOWN, UNKNOWN };

static const struct glibc_action *entries(const posix_spawn_file_actions_t *list)
{
	return (const struct glibc_action *)list->__actions;
}

int outspawn_i_list_count(const posix_spawn_file_actions_t *list)
{
	return list ? list->__used : 0;
}

struct posix_action outspawn_i_list_get(const posix_spawn_file_actions_t *list, int i)
{
	const struct glibc_action *entry = &entries(list)[i];
	struct posix_action action = { .type = POSIX_UNKNOWN };

	if (entry->tag < 0 || entry->tag >= POSIX_UNKNOWN)
		return action;
	action.type = entry->tag;
	switch (action.type) {
	case POSIX_DUP2:
		action.newfd = entry->dup2.newfd;
		break;
	case POSIX_OPEN:
		action.path = entry->open.path;
		action.flags = entry->open.flags;
		action.mode = entry->open.mode;
		break;
	case POSIX_CHDIR:
		action.path = entry->chdir.path;
		return action;
	default:
		break;
	}
	action.fd = entry->fd;
	return action;
}

/*
 * Add one action of each kind. The descriptors are below any RLIMIT_NOFILE, and
 * no two members of an action have the same value.
 */
static int fill(posix_spawn_file_actions_t *list)
{
	return posix_spawn_file_actions_addclose(list, 2) ||
	       posix_spawn_file_actions_adddup2(list, 1, 2) ||
	       posix_spawn_file_actions_addopen(list, 1, "/first", O_WRONLY | O_APPEND, 01234) ||
	       posix_spawn_file_actions_addchdir_np(list, "/second") ||
	       posix_spawn_file_actions_addfchdir_np(list, 2) ||
	       posix_spawn_file_actions_addclosefrom_np(list, 1) ||
	       posix_spawn_file_actions_addtcsetpgrp_np(list, 2);
}

static bool same_text(const char *a, const char *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

static bool as_filled(const posix_spawn_file_actions_t *list)
{
	static const struct posix_action filled[] = {
		{ .type = POSIX_CLOSE, .fd = 2 },
		{ .type = POSIX_DUP2, .fd = 1, .newfd = 2 },
		{ .type = POSIX_OPEN,
		  .fd = 1,
		  .path = "/first",
		  .flags = O_WRONLY | O_APPEND,
		  .mode = 01234 },
		{ .type = POSIX_CHDIR, .path = "/second" },
		{ .type = POSIX_FCHDIR, .fd = 2 },
		{ .type = POSIX_CLOSEFROM, .fd = 1 },
		{ .type = POSIX_TCSETPGRP, .fd = 2 },
	};
	const int count = sizeof(filled) / sizeof(*filled);

	if (list->__used != count || list->__allocated < count || !list->__actions)
		return false;
	/* Tags first: with another layout, a path would be a bad pointer. */
	for (int i = 0; i < count; i++)
		if (outspawn_i_list_get(list, i).type != filled[i].type)
			return false;
	for (int i = 0; i < count; i++) {
		struct posix_action got = outspawn_i_list_get(list, i);

		if (got.fd != filled[i].fd || got.newfd != filled[i].newfd ||
		    got.flags != filled[i].flags || got.mode != filled[i].mode ||
		    !same_text(got.path, filled[i].path))
			return false;
	}
	return true;
}

static bool look(void)
{
	posix_spawn_file_actions_t list;
	bool known;

	if (posix_spawn_file_actions_init(&list))
		return false;
	known = !fill(&list) && as_filled(&list);
	posix_spawn_file_actions_destroy(&list);
	return known;
}

bool outspawn_i_list_known(void)
{
	static atomic_int state;

	/* Two threads may check at the same time: both get the same answer. */
	if (atomic_load(&state) == UNLOOKED)
		atomic_store(&state, look() ? KNOWN : UNKNOWN);
	return atomic_load(&state) == KNOWN;
}

#else /* another C library: the layout of its lists is not known */

bool outspawn_i_list_known(void)
{
	return false;
}

int outspawn_i_list_count(const posix_spawn_file_actions_t *list)
{
	(void)list;
	return 0;
}

struct posix_action outspawn_i_list_get(const posix_spawn_file_actions_t *list, int i)
{
	(void)list;
	(void)i;
	return (struct posix_action){ .type = POSIX_UNKNOWN };
}

#endif
