// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* The module's file, its load at boot, and the kernel's line about it. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installed.h"

#define MODULES "/lib/modules/"

/* Is this line of modules.dep, "updates/dkms/outspawn.ko.xz: ...", the module's? */
static bool is_modules(const char *line)
{
	const size_t length = strcspn(line, ":");
	const char *slash = memrchr(line, '/', length);
	const char *name = slash ? slash + 1 : line;

	return !strncmp(name, MODULE ".ko", strlen(MODULE ".ko"));
}

bool installed_for(const char *release, char *path, size_t size)
{
	char name[512], *line = NULL;
	size_t room = 0;
	bool found = false;
	FILE *file;

	snprintf(name, sizeof(name), MODULES "%s/modules.dep", release);
	file = fopen(name, "re");
	while (file && !found && getline(&line, &room, file) > 0) {
		found = is_modules(line);
		if (found)
			snprintf(path, size, MODULES "%s/%.*s", release, (int)strcspn(line, ":"),
				 line);
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

bool installed_for_another(const char *release, char *other, size_t size)
{
	glob_t found = { 0 };
	bool any = false;
	char path[512];

	glob(MODULES "*", 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc && !any; i++) {
		const char *name = found.gl_pathv[i] + strlen(MODULES);

		any = strcmp(name, release) && installed_for(name, path, sizeof(path));
		if (any)
			snprintf(other, size, "%s", name);
	}
	globfree(&found);
	return any;
}

bool installed_in_dkms(void)
{
	return access("/var/lib/dkms/" MODULE, F_OK) == 0;
}

/* Does the file have a line with the module's name alone? */
static bool names_module(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[256], word[64];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%63s", word) == 1 && !strcmp(word, MODULE);
	if (file)
		fclose(file);
	return found;
}

bool installed_for_boot(char *path, size_t size)
{
	static const char *const patterns[] = {
		"/etc/modules-load.d/*.conf",	"/run/modules-load.d/*.conf",
		"/usr/lib/modules-load.d/*.conf", "/usr/local/lib/modules-load.d/*.conf",
		"/lib/modules-load.d/*.conf",	"/etc/modules",
	};
	glob_t found = { 0 };
	bool any = false;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		glob(patterns[i], i ? GLOB_APPEND : 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc && !any; i++) {
		any = names_module(found.gl_pathv[i]);
		if (any)
			snprintf(path, size, "%s", found.gl_pathv[i]);
	}
	globfree(&found);
	return any;
}

/* A record of /dev/kmsg is "numbers;text\n", and further lines of facts. */
int kernel_line(char *line, size_t size)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC), ret = -ENOENT;
	char record[8192];
	ssize_t length;
	char *text;

	if (fd < 0)
		return -errno;
	for (;;) {
		length = read(fd, record, sizeof(record) - 1);
		/* EPIPE: the record was overwritten; the next one is there. */
		if (length < 0 && errno == EPIPE)
			continue;
		if (length <= 0)
			break;
		record[length] = '\0';
		text = strchr(record, ';');
		/* Nor what the kernel says of every module from outside its tree. */
		if (!text || strncmp(text + 1, MODULE ": ", strlen(MODULE ": ")) ||
		    strstr(text, "taints kernel") || strstr(text, "tainting kernel"))
			continue;
		text++;
		text[strcspn(text, "\n")] = '\0';
		snprintf(line, size, "%s", text);
		ret = 0;
	}
	close(fd);
	return ret;
}
