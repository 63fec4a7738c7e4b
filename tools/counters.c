// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* Read the module's counters from sysfs, and those of templates from /proc. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counters.h"
#include "tool.h"

#define STATISTICS "/sys/class/misc/spawn_template/statistics"
#define TEMPLATE_LINK "anon_inode:[spawn_template]"

const char *stage_name(unsigned int stage)
{
	static const char *const names[STAGES] = {
		[OUTSPAWN_STAGE_ARGS] = "args",	    [OUTSPAWN_STAGE_TEMPLATE] = "template",
		[OUTSPAWN_STAGE_CREATE] = "create", [OUTSPAWN_STAGE_ACTION] = "action",
		[OUTSPAWN_STAGE_EXEC] = "exec",	    [OUTSPAWN_STAGE_MOUNT] = "mount",
		[OUTSPAWN_STAGE_STOP] = "stop",
	};

	return stage < STAGES ? names[stage] : NULL;
}

static unsigned long long *counter_of(struct counters *counters, const char *name)
{
	if (!strcmp(name, "created"))
		return &counters->created;
	if (!strcmp(name, "create_failed"))
		return &counters->create_failed;
	if (!strcmp(name, "spawned"))
		return &counters->spawned;
	if (!strcmp(name, "spawn_ns"))
		return &counters->spawn_ns;
	if (!strcmp(name, "failed_late"))
		return &counters->failed_late;
	for (unsigned int i = 0; i < STAGES; i++)
		if (stage_name(i) && !strncmp(name, "failed_", 7) &&
		    !strcmp(name + 7, stage_name(i)))
			return &counters->failed[i];
	return NULL;
}

int counters_read(struct counters *counters)
{
	FILE *file = fopen(STATISTICS, "re");
	unsigned long long value, *to;
	int error = errno;
	char name[32];

	*counters = (struct counters){ 0 };
	if (!file) {
		complain("%s: %s (is the module loaded, and not older than this command? Run "
			 "'outspawn doctor')",
			 STATISTICS, strerror(error));
		return -error;
	}
	while (fscanf(file, "%31s %llu", name, &value) == 2) {
		to = counter_of(counters, name);
		if (to)
			*to = value;
	}
	fclose(file);
	return 0;
}

void counters_subtract(struct counters *from, const struct counters *earlier)
{
	from->created -= earlier->created;
	from->create_failed -= earlier->create_failed;
	from->spawned -= earlier->spawned;
	from->spawn_ns -= earlier->spawn_ns;
	from->failed_late -= earlier->failed_late;
	for (unsigned int i = 0; i < STAGES; i++)
		from->failed[i] -= earlier->failed[i];
}

unsigned long long counters_failed(const struct counters *counters)
{
	unsigned long long all = 0;

	for (unsigned int i = 0; i < STAGES; i++)
		all += counters->failed[i];
	return all;
}

/* Turn \ooo into bytes, in place: fdinfo has spaces and newlines in that form. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && isdigit(text[1]) && isdigit(text[2]) && isdigit(text[3])) {
			*to++ = (text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0');
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/* Read fdinfo of a template. Return false if the descriptor is gone. */
static bool read_use(struct use *use)
{
	char name[64], *line = NULL;
	size_t size = 0;
	ssize_t length;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/fdinfo/%d", (int)use->pid, use->fd);
	file = fopen(name, "re");
	while (file && (length = getline(&line, &size, file)) > 0) {
		line[length - 1] = '\0';
		if (!strncmp(line, "template-path:\t", 15)) {
			free(use->path);
			use->path = strdup(line + 15);
			if (use->path)
				unescape(use->path);
		}
		sscanf(line, "template-spawned: %llu", &use->spawned);
		sscanf(line, "template-failed: %llu", &use->failed);
	}
	free(line);
	if (file)
		fclose(file);
	return use->path;
}

static void read_command(struct use *use)
{
	char name[64];
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/comm", (int)use->pid);
	file = fopen(name, "re");
	if (!file)
		return;
	if (fgets(use->command, sizeof(use->command), file))
		use->command[strcspn(use->command, "\n")] = '\0';
	fclose(file);
}

static void add_use(struct use **uses, size_t *count, pid_t pid, int fd)
{
	struct use use = { .pid = pid, .fd = fd }, *more;

	if (!read_use(&use))
		return;
	read_command(&use);
	more = reallocarray(*uses, *count + 1, sizeof(*more));
	if (!more) {
		free(use.path);
		return;
	}
	*uses = more;
	more[(*count)++] = use;
}

static void read_process(struct use **uses, size_t *count, pid_t pid)
{
	char name[64], link[sizeof(TEMPLATE_LINK)];
	struct dirent *entry;
	DIR *folder;

	snprintf(name, sizeof(name), "/proc/%d/fd", (int)pid);
	folder = opendir(name);
	while (folder && (entry = readdir(folder))) {
		ssize_t length = readlinkat(dirfd(folder), entry->d_name, link, sizeof(link));

		if (length == sizeof(link) - 1 && !memcmp(link, TEMPLATE_LINK, length))
			add_use(uses, count, pid, atoi(entry->d_name));
	}
	if (folder)
		closedir(folder);
}

struct use *uses_read(size_t *count)
{
	struct use *uses = NULL;
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	*count = 0;
	while (proc && (entry = readdir(proc)))
		if (isdigit(entry->d_name[0]))
			read_process(&uses, count, atoi(entry->d_name));
	if (proc)
		closedir(proc);
	return uses;
}

void uses_free(struct use *uses, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(uses[i].path);
	free(uses);
}
