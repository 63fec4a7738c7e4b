// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * Read the module's trace events.
 *
 * A trace instance has buffers of its own, so other users of tracefs are not
 * disturbed. The instance's name has the process ID: an instance whose process
 * is gone is removed, because its events keep the module loaded.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "events.h"

#define INSTANCES "/sys/kernel/tracing/instances"
#define PREFIX "outspawn-"

static int write_file(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];
	ssize_t written;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	written = write(fd, text, strlen(text));
	close(fd);
	return written < 0 ? -errno : 0;
}

static void remove_instance(const char *folder)
{
	write_file(folder, "events/outspawn/enable", "0");
	rmdir(folder);
}

static void remove_left_over(void)
{
	DIR *folder = opendir(INSTANCES);
	struct dirent *entry;
	char path[PATH_MAX];
	int pid;

	while (folder && (entry = readdir(folder))) {
		if (sscanf(entry->d_name, PREFIX "%d", &pid) != 1 ||
		    (kill(pid, 0) == 0 || errno != ESRCH))
			continue;
		snprintf(path, sizeof(path), INSTANCES "/%s", entry->d_name);
		remove_instance(path);
	}
	if (folder)
		closedir(folder);
}

int events_open(struct events *events)
{
	char path[PATH_MAX];
	int ret;

	*events = (struct events){ .pipe = -1 };
	remove_left_over();
	snprintf(events->instance, sizeof(events->instance), INSTANCES "/" PREFIX "%d",
		 (int)getpid());
	if (mkdir(events->instance, 0700) < 0)
		return -errno;
	snprintf(path, sizeof(path), "%s/trace_pipe", events->instance);
	events->pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ret = events->pipe < 0 ? -errno : 0;
	if (!ret)
		ret = write_file(events->instance, "events/outspawn/outspawn_spawn/enable", "1");
	if (!ret)
		ret = write_file(events->instance, "events/outspawn/outspawn_fail/enable", "1");
	if (ret)
		events_close(events);
	return ret;
}

static struct path_events *entry_of(struct events *events, const char *path)
{
	struct path_events *more;

	for (size_t i = 0; i < events->count; i++)
		if (!strcmp(events->paths[i].path, path))
			return &events->paths[i];
	more = reallocarray(events->paths, events->count + 1, sizeof(*more));
	if (!more)
		return NULL;
	events->paths = more;
	more += events->count;
	*more = (struct path_events){ .path = strdup(path) };
	if (!more->path)
		return NULL;
	events->count++;
	return more;
}

static unsigned int stage_of(const char *name, size_t length)
{
	for (unsigned int i = 0; i < STAGES; i++)
		if (stage_name(i) && strlen(stage_name(i)) == length &&
		    !strncasecmp(stage_name(i), name, length))
			return i;
	return 0;
}

/* "... outspawn_spawn: pid=1 ns=2 flags=0x0 path=/x", or "outspawn_fail: stage=..." */
static void take_line(struct events *events, const char *line)
{
	const char *spawn = strstr(line, "outspawn_spawn: "), *fail = strstr(line, "outspawn_fail: ");
	const char *path = strstr(line, " path="), *stage = strstr(line, " stage=");
	const char *time = strstr(line, " ns=");
	struct path_events *entry = path ? entry_of(events, path + strlen(" path=")) : NULL;
	unsigned long long ns = time ? strtoull(time + strlen(" ns="), NULL, 10) : 0;

	if (!entry)
		return;
	if (spawn) {
		entry->spawned++;
		entry->ns += ns;
		if (ns > entry->max_ns)
			entry->max_ns = ns;
	} else if (fail && stage) {
		stage += strlen(" stage=");
		entry->failed[stage_of(stage, strcspn(stage, " "))]++;
	}
}

void events_read(struct events *events)
{
	char *end, *line;
	ssize_t got;

	for (;;) {
		if (events->used == sizeof(events->line) - 1)
			events->used = 0;
		got = read(events->pipe, events->line + events->used,
			   sizeof(events->line) - 1 - events->used);
		if (got <= 0)
			return;
		events->used += got;
		events->line[events->used] = '\0';
		for (line = events->line; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			take_line(events, line);
		}
		events->used = strlen(line);
		memmove(events->line, line, events->used);
	}
}

void events_clear(struct events *events)
{
	for (size_t i = 0; i < events->count; i++)
		free(events->paths[i].path);
	free(events->paths);
	events->paths = NULL;
	events->count = 0;
}

void events_close(struct events *events)
{
	events_clear(events);
	if (events->pipe >= 0)
		close(events->pipe);
	events->pipe = -1;
	remove_instance(events->instance);
}
