// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * common_module.c - for suites that load and unload the module
 */
#include "common_module.h"

#include <sys/prctl.h>

#define MODULE_NAME "outspawn"

int load_module(void)
{
	int fd = must(open(MODULE_FILE, O_RDONLY | O_CLOEXEC));
	int error = error_of(syscall(SYS_finit_module, fd, "", 0));

	close(fd);
	return -error;
}

int unload_module(void)
{
	return -error_of(syscall(SYS_delete_module, MODULE_NAME, O_NONBLOCK));
}

void unload_module_at_last(void)
{
	int error;

	/*
	 * Do not pause: the unload must hit the moment after the last user has
	 * gone.
	 */
	while ((error = unload_module()) == -EWOULDBLOCK)
		;
	check_eq(error, 0);
}

int module_users(void)
{
	char data[32] = "";
	int fd = open("/sys/module/" MODULE_NAME "/refcnt", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	check(read(fd, data, sizeof(data) - 1) > 0);
	close(fd);
	return atoi(data);
}

void open_device(void)
{
	device = outspawn_open();
	check(device >= 0);
}

void close_device(void)
{
	close(device);
	device = -1;
}

static void in_test(void *function)
{
	must(prctl(PR_SET_CHILD_SUBREAPER, 1));
	(*(test_function *)function)();
	check_eq(count_children(), 0);
	wait_until(module_users() == 0);
}

/* The mode of the device node as the module made it, before any test. */
static mode_t first_mode;

/* Undo what an earlier, failed test may have left. */
static void restore(void)
{
	struct stat status;

	if (module_users() < 0) {
		unlink(NODE);
		check_eq(load_module(), 0);
	}
	if (stat(NODE, &status) < 0 || !S_ISCHR(status.st_mode)) {
		unload_module_at_last();
		unlink(NODE);
		check_eq(load_module(), 0);
	}
	must(chmod(NODE, first_mode));
}

void module_case(void **state)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	restore();
	in_child(in_test, *state);
}

int begin_module_suite(void **state)
{
	struct stat status;

	if (begin_suite(state))
		return -1;
	must(stat(NODE, &status));
	first_mode = status.st_mode & 07777;
	close_device();
	must(prctl(PR_SET_CHILD_SUBREAPER, 1));
	return 0;
}

/* The suites that follow need the module, even if a test failed. */
int end_module_suite(void **state)
{
	restore();
	return end_suite(state);
}
