// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_lib_process.c - functions that need no module: wait, kill, the search for
 * a template's program, the order of standard descriptors
 *
 * CREATE is replaced by an ioctl() of this file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outspawn.h"

#define DEVICE 50
#define TEMPLATE 60

/* The path that is a program, the one that may not be executed, all tries. */
static const char *good, *denied;
static char tried[8192];

int ioctl(int fd, unsigned long request, ...)
{
	struct spawn_template_create_args *args;
	const char *path;
	va_list list;

	va_start(list, request);
	args = va_arg(list, void *);
	va_end(list);
	assert_int_equal(fd, DEVICE);
	assert_true(request == SPAWN_TEMPLATE_IOC_CREATE);
	path = (const char *)(uintptr_t)args->filename;
	strcat(tried, path);
	strcat(tried, " ");
	if (good && !strcmp(path, good))
		return TEMPLATE;
	errno = denied && !strcmp(path, denied) ? EACCES : ENOENT;
	return -1;
}

static int set_up(void **state)
{
	(void)state;
	good = denied = NULL;
	tried[0] = '\0';
	return 0;
}

static int search(const char *file, const char *path, char *found)
{
	tried[0] = '\0';
	return outspawn_template_search(DEVICE, file, path, 0, found);
}

static void a_search_tries_each_directory(void **state)
{
	char found[PATH_MAX];

	(void)state;
	good = "/b/prog";
	assert_int_equal(search("prog", "/a:/b:/c", found), TEMPLATE);
	assert_string_equal(tried, "/a/prog /b/prog ");
	assert_string_equal(found, "/b/prog");
	assert_int_equal(search("prog", "/b/", NULL), TEMPLATE);
	assert_int_equal(search("/b/prog", "/a", found), TEMPLATE);
	assert_string_equal(tried, "/b/prog ");
	assert_int_equal(search("", "/a", found), -ENOENT);
	assert_int_equal(search(NULL, "/a", found), -EINVAL);
}

static void a_search_in_the_working_directory(void **state)
{
	char found[PATH_MAX];

	(void)state;
	assert_int_equal(chdir("/usr"), 0);
	good = "/usr/prog";
	assert_int_equal(search("prog", "", found), TEMPLATE);
	assert_int_equal(search("prog", "/a::/b", found), TEMPLATE);
	assert_string_equal(found, "/usr/prog");
	assert_int_equal(search("./prog", "/a", found), TEMPLATE);
	good = "/usr/bin/prog";
	assert_int_equal(search("bin/prog", NULL, found), TEMPLATE);
	assert_int_equal(search("prog", "bin", found), TEMPLATE);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(search("usr/bin/prog", NULL, found), TEMPLATE);
	assert_string_equal(found, "/usr/bin/prog");
}

static void a_search_prefers_denied_to_missing(void **state)
{
	char found[PATH_MAX];

	(void)state;
	denied = "/a/prog";
	assert_int_equal(search("prog", "/a:/b", found), -EACCES);
	assert_string_equal(tried, "/a/prog /b/prog ");
	assert_string_equal(found, "/a/prog");
	good = "/b/prog";
	assert_int_equal(search("prog", "/a:/b", found), TEMPLATE);
	assert_int_equal(search("other", "/a:/b", found), -ENOENT);
	assert_string_equal(found, "");
}

static void a_search_uses_path_of_the_environment(void **state)
{
	(void)state;
	good = "/p/prog";
	setenv("PATH", "/o:/p", 1);
	assert_int_equal(search("prog", NULL, NULL), TEMPLATE);
	assert_string_equal(tried, "/o/prog /p/prog ");
	unsetenv("PATH");
	assert_int_equal(search("prog", NULL, NULL), -ENOENT);
	assert_string_equal(tried, "/bin/prog /usr/bin/prog ");
}

static void a_search_passes_over_a_name_that_is_too_long(void **state)
{
	char directory[PATH_MAX + 32];

	(void)state;
	memset(directory, 'x', sizeof(directory));
	directory[0] = '/';
	strcpy(directory + PATH_MAX, ":/b");
	good = "/b/prog";
	assert_int_equal(search("prog", directory, NULL), TEMPLATE);
	assert_string_equal(tried, "/b/prog ");
}

/* Start a child that runs as the test says; return its pidfd. */
#define CHILD(...)                                     \
	({                                             \
		pid_t pid_ = fork();                   \
		if (!pid_) {                           \
			__VA_ARGS__;                   \
			_exit(0);                      \
		}                                      \
		assert_true(pid_ > 0);                 \
		(int)syscall(SYS_pidfd_open, pid_, 0); \
	})

static void wait_gives_the_status(void **state)
{
	int pidfd = CHILD(_exit(7)), status = -1;

	(void)state;
	assert_int_equal(outspawn_wait(pidfd, -1, &status), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(outspawn_wait(pidfd, -1, &status), -ECHILD);
	assert_int_equal(outspawn_wait(pidfd, 100, NULL), -ECHILD);
	close(pidfd);
}

static void wait_ends_after_its_time(void **state)
{
	int pidfd = CHILD(pause()), status = -1;

	(void)state;
	assert_int_equal(outspawn_wait(pidfd, 0, &status), -ETIMEDOUT);
	assert_int_equal(outspawn_wait(pidfd, 50, &status), -ETIMEDOUT);
	assert_int_equal(status, -1);
	assert_int_equal(outspawn_kill(pidfd, 0), 0);
	assert_int_equal(outspawn_kill(pidfd, SIGTERM), 0);
	assert_int_equal(outspawn_wait(pidfd, 10000, &status), 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_int_equal(outspawn_kill(pidfd, SIGTERM), -ESRCH);
	close(pidfd);
}

static void wait_and_kill_refuse_what_is_no_child(void **state)
{
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(outspawn_wait(pipes[0], -1, NULL), -EBADF);
	assert_int_equal(outspawn_wait(999, 10, NULL), -EBADF);
	assert_int_equal(outspawn_wait(-1, -1, NULL), -EBADF);
	assert_int_equal(outspawn_kill(pipes[0], 0), -EBADF);
	assert_int_equal(outspawn_kill(-1, 0), -EBADF);
	close(pipes[0]);
	close(pipes[1]);
}

/* Do the list's dup2 actions on a table; return what is at 0, 1 and 2 then. */
static void stdio(int in, int out, int err, int expected, const char *table)
{
	struct outspawn_actions list;
	char now[10] = "012", result[4] = "";

	outspawn_actions_init(&list);
	assert_int_equal(outspawn_actions_stdio(&list, in, out, err), expected);
	for (unsigned int i = 0; i < list.count; i++) {
		const struct spawn_template_action *action = &list.array[i];

		assert_int_equal(action->type, SPAWN_TEMPLATE_ACTION_DUP2);
		now[action->newfd] = action->fd < 3 ? now[action->fd] : '0' + action->fd;
	}
	memcpy(result, now, 3);
	if (!expected)
		assert_string_equal(result, table);
	outspawn_actions_destroy(&list);
}

static void stdio_loses_no_descriptor(void **state)
{
	(void)state;
	stdio(3, 4, 5, 0, "345");
	stdio(-1, -1, -1, 0, "012");
	stdio(-1, 4, 4, 0, "044");
	stdio(-1, -1, 1, 0, "011");
	stdio(-1, 2, -1, 0, "022");
	stdio(1, 2, 5, 0, "125");
	stdio(5, 0, 1, 0, "501");
	stdio(2, 0, 6, 0, "206");
	stdio(0, 1, 2, 0, "012");
	stdio(1, 1, 1, 0, "111");
	stdio(1, 0, -1, -EINVAL, "");
	stdio(1, 2, 0, -EINVAL, "");
	stdio(-2, 3, 4, -EBADF, "");
}

static void perror_prints_the_message(void **state)
{
	struct outspawn_result result = { OUTSPAWN_STAGE_EXEC, -1, EACCES, 0 };
	int saved = dup(STDERR_FILENO), pipes[2];
	char text[256] = "";

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	dup2(pipes[1], STDERR_FILENO);
	outspawn_perror("prog", &result, NULL, "/bin/x");
	outspawn_perror(NULL, &result, NULL, NULL);
	dup2(saved, STDERR_FILENO);
	assert_true(read(pipes[0], text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "prog: exec /bin/x: Permission denied\n"
				  "exec: Permission denied\n");
	close(saved);
	close(pipes[0]);
	close(pipes[1]);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_search_tries_each_directory),
		TEST(a_search_in_the_working_directory),
		TEST(a_search_prefers_denied_to_missing),
		TEST(a_search_uses_path_of_the_environment),
		TEST(a_search_passes_over_a_name_that_is_too_long),
		TEST(wait_gives_the_status),
		TEST(wait_ends_after_its_time),
		TEST(wait_and_kill_refuse_what_is_no_child),
		TEST(stdio_loses_no_descriptor),
		TEST(perror_prints_the_message),
	};

	return cmocka_run_group_tests_name("library processes", tests, NULL, NULL);
}
