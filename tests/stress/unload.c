// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * unload.c - unload the module as soon as that succeeds
 *
 * A spawn returns when exec has replaced the child's memory. The child may then
 * still run the module's last instructions, and an asynchronous child its first.
 * The module must stay until the child has left it.
 */
#include "stress.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outspawn.h"

#define CHILDREN 4
#define UNLOAD_MILLISECONDS 20000
#define MODULE "/usr/local/libexec/outspawn/outspawn.ko"

static bool load(void)
{
	int fd = open(MODULE, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && !syscall(SYS_finit_module, fd, "", 0);

	if (!good)
		complain("%s cannot be loaded: %s", MODULE, strerror(errno));
	if (fd >= 0)
		close(fd);
	return good;
}

static bool unload(void)
{
	uint64_t begin = milliseconds();

	while (syscall(SYS_delete_module, "outspawn", O_NONBLOCK) < 0) {
		if (milliseconds() - begin > UNLOAD_MILLISECONDS) {
			complain("the module cannot be unloaded: %s", strerror(errno));
			return false;
		}
		sched_yield();
	}
	return true;
}

static void spawn_some(void)
{
	char *const argv[] = { "tiny", "7", "1", NULL };
	int device = outspawn_open(), template = outspawn_template(device, program(0));
	int i, status;
	bool gone;

	for (i = 0; i < CHILDREN; i++)
		if (outspawn_spawn(template, argv, NULL, NULL, i % 2 ? OUTSPAWN_ASYNC : 0, NULL,
				   NULL) < 0)
			complain("a spawn fails after the module was loaded again");
	close(template);
	close(device);
	gone = unload();
	for (i = 0; i < CHILDREN; i++)
		if (wait(&status) < 0 || status != 7 << 8)
			complain("a child of an unloaded module ended with %#x", status);
	if (gone)
		load();
}

unsigned int unload_races(unsigned int rounds)
{
	unsigned int i;

	if (access(MODULE, R_OK) < 0)
		return 0;
	for (i = 0; i < rounds; i++)
		spawn_some();
	return rounds;
}
