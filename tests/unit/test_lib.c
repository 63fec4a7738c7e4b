// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_lib.c - liboutspawn without the module
 *
 * Which arguments it refuses, the actions that it builds for the kernel, and
 * its messages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <linux/close_range.h>

#include "outspawn.h"

static int set_up(void **state)
{
	static struct outspawn_actions actions;

	outspawn_actions_init(&actions);
	*state = &actions;
	return 0;
}

static int tear_down(void **state)
{
	outspawn_actions_destroy(*state);
	return 0;
}

/* Return the only action of the list. */
static const struct spawn_template_action *only(const struct outspawn_actions *a)
{
	assert_int_equal(a->count, 1);
	return &a->array[0];
}

static void assert_action(const struct spawn_template_action *action, unsigned int type,
			  unsigned int flags, int fd, int newfd)
{
	assert_int_equal(action->type, type);
	assert_int_equal(action->flags, flags);
	assert_int_equal(action->fd, fd);
	assert_int_equal(action->newfd, newfd);
}

static const struct spawn_template_open *open_of(const struct spawn_template_action *action)
{
	return (const void *)(uintptr_t)action->arg;
}

static const char *path_of(const struct spawn_template_action *action)
{
	return (const char *)(uintptr_t)open_of(action)->path;
}

static void init_makes_an_empty_list(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(a->count, 0);
	outspawn_actions_destroy(a);
	outspawn_actions_destroy(a);
	assert_null(a->array);
}

static void a_destroyed_list_can_be_used_again(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_open(a, 0, "/a", O_RDONLY, 0), 0);
	outspawn_actions_destroy(a);
	assert_int_equal(a->count, 0);
	assert_int_equal(outspawn_actions_close(a, 3), 0);
	assert_action(only(a), SPAWN_TEMPLATE_ACTION_CLOSE, 0, 3, 0);
}

static void close_is_laid_out(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_close(a, 7), 0);
	assert_action(only(a), SPAWN_TEMPLATE_ACTION_CLOSE, 0, 7, 0);
	assert_int_equal(a->array[0].arg, 0);
}

static void close_refuses_a_negative_descriptor(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_close(a, -1), -EBADF);
	assert_int_equal(a->count, 0);
}

static void dup2_is_laid_out(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_dup2(a, 5, 1), 0);
	assert_action(only(a), SPAWN_TEMPLATE_ACTION_DUP2, 0, 5, 1);
	assert_int_equal(a->array[0].arg, 0);
}

static void dup2_takes_a_descriptor_to_its_own_number(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_dup2(a, 5, 5), 0);
	assert_action(only(a), SPAWN_TEMPLATE_ACTION_DUP2, 0, 5, 5);
}

static void dup3_passes_cloexec(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_dup3(a, 5, 6, O_CLOEXEC), 0);
	assert_action(only(a), SPAWN_TEMPLATE_ACTION_DUP2, O_CLOEXEC, 5, 6);
}

static void dup_refuses_what_cannot_work(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_dup2(a, -1, 1), -EBADF);
	assert_int_equal(outspawn_actions_dup2(a, 1, -1), -EBADF);
	assert_int_equal(outspawn_actions_dup3(a, -1, 1, O_CLOEXEC), -EBADF);
	assert_int_equal(outspawn_actions_dup3(a, 1, 2, O_NONBLOCK), -EINVAL);
	assert_int_equal(outspawn_actions_dup3(a, 1, 2, O_CLOEXEC | O_APPEND), -EINVAL);
	assert_int_equal(outspawn_actions_dup3(a, 5, 5, O_CLOEXEC), -EINVAL);
	assert_int_equal(a->count, 0);
}

static void fchdir_is_laid_out(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_fchdir(a, 9), 0);
	assert_action(only(a), SPAWN_TEMPLATE_ACTION_FCHDIR, 0, 9, 0);
	assert_int_equal(a->array[0].arg, 0);
}

static void fchdir_refuses_a_negative_descriptor(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_fchdir(a, -1), -EBADF);
	assert_int_equal(outspawn_actions_fchdir(a, AT_FDCWD), -EBADF);
	assert_int_equal(a->count, 0);
}

static void open_copies_the_path(void **state)
{
	struct outspawn_actions *a = *state;
	char path[] = "some/file";

	assert_int_equal(outspawn_actions_open(a, 4, path, O_RDONLY | O_CLOEXEC, 0), 0);
	memset(path, 'x', sizeof(path));
	assert_action(only(a), SPAWN_TEMPLATE_ACTION_OPEN, 0, AT_FDCWD, 4);
	assert_string_equal(path_of(&a->array[0]), "some/file");
	assert_int_equal(open_of(&a->array[0])->how.flags, O_RDONLY | O_CLOEXEC);
	assert_int_equal(open_of(&a->array[0])->how.mode, 0);
	assert_int_equal(open_of(&a->array[0])->how.resolve, 0);
}

/* openat2(2) refuses a mode without O_CREAT or O_TMPFILE; open(2) ignores it. */
static void open_passes_the_mode_only_if_it_creates(void **state)
{
	static const struct {
		int flags;
		mode_t mode, expected;
	} cases[] = {
		{ O_RDONLY, 0644, 0 },
		{ O_WRONLY | O_CREAT, 0644, 0644 },
		{ O_WRONLY | O_TMPFILE, 0600, 0600 },
		{ O_RDONLY | O_DIRECTORY, 0600, 0 },
		{ O_WRONLY | O_CREAT, S_IFREG | 0644, 0644 },
	};
	struct outspawn_actions *a = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(outspawn_actions_open(a, 1, "f", cases[i].flags, cases[i].mode),
				 0);
		assert_int_equal(open_of(&a->array[i])->how.mode, cases[i].expected);
		assert_int_equal(open_of(&a->array[i])->how.flags, cases[i].flags);
	}
}

static void open_drops_what_o_path_ignores(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_open(a, 3, "f", O_PATH | O_CREAT | O_NOFOLLOW, 0644), 0);
	assert_int_equal(open_of(&a->array[0])->how.flags, O_PATH | O_NOFOLLOW);
	assert_int_equal(open_of(&a->array[0])->how.mode, 0);
}

static void open_refuses_what_cannot_work(void **state)
{
	struct outspawn_actions *a = *state;
	char path[PATH_MAX + 1];

	memset(path, 'x', PATH_MAX);
	path[PATH_MAX] = '\0';
	assert_int_equal(outspawn_actions_open(a, -1, "/", O_RDONLY, 0), -EBADF);
	assert_int_equal(outspawn_actions_open(a, 0, NULL, O_RDONLY, 0), -EINVAL);
	assert_int_equal(outspawn_actions_open(a, 0, path, O_RDONLY, 0), -ENAMETOOLONG);
	assert_int_equal(a->count, 0);

	path[PATH_MAX - 1] = '\0';
	assert_int_equal(outspawn_actions_open(a, 0, path, O_RDONLY, 0), 0);
	assert_string_equal(path_of(&a->array[0]), path);
}

static void openat2_copies_how(void **state)
{
	struct open_how how = { .flags = O_RDWR, .mode = 1, .resolve = RESOLVE_BENEATH };
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_openat2(a, 2, 8, "x", &how), 0);
	memset(&how, 0, sizeof(how));
	assert_action(only(a), SPAWN_TEMPLATE_ACTION_OPEN, 0, 8, 2);
	assert_int_equal(open_of(&a->array[0])->how.flags, O_RDWR);
	assert_int_equal(open_of(&a->array[0])->how.mode, 1);
	assert_int_equal(open_of(&a->array[0])->how.resolve, RESOLVE_BENEATH);
}

static void openat2_refuses_what_cannot_work(void **state)
{
	struct open_how how = { .flags = O_RDONLY };
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_openat2(a, 0, 3, "x", NULL), -EINVAL);
	assert_int_equal(outspawn_actions_openat2(a, 0, 3, NULL, &how), -EINVAL);
	assert_int_equal(outspawn_actions_openat2(a, -1, 3, "x", &how), -EBADF);
	assert_int_equal(outspawn_actions_openat2(a, 0, -1, "x", &how), -EBADF);
	assert_int_equal(a->count, 0);
	/* An absolute path does not need the directory. */
	assert_int_equal(outspawn_actions_openat2(a, 0, -1, "/x", &how), 0);
	assert_int_equal(outspawn_actions_openat2(a, 0, AT_FDCWD, "x", &how), 0);
}

static void close_range_is_laid_out(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_close_range(a, 3, 9, 0), 0);
	assert_int_equal(outspawn_actions_close_range(a, 3, 3, CLOSE_RANGE_CLOEXEC), 0);
	assert_int_equal(outspawn_actions_close_range(a, 3, ~0U, 0), 0);
	assert_int_equal(outspawn_actions_close_range(a, 3, INT_MAX, 0), 0);
	assert_int_equal(outspawn_actions_close_range(a, ~0U, ~0U, 0), 0);
	assert_action(&a->array[0], SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, 0, 3, 9);
	assert_action(&a->array[1], SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, CLOSE_RANGE_CLOEXEC, 3, 3);
	assert_action(&a->array[2], SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, 0, 3, -1);
	assert_action(&a->array[3], SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, 0, 3, INT_MAX);
	/*
	 * No descriptor has such a number, so none is closed, as with
	 * close_range(2).
	 */
	assert_action(&a->array[4], SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, 0, INT_MAX, -1);
}

static void close_range_refuses_what_cannot_work(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_close_range(a, 4, 3, 0), -EINVAL);
	assert_int_equal(outspawn_actions_close_range(a, 3, 4, CLOSE_RANGE_UNSHARE), -EINVAL);
	assert_int_equal(outspawn_actions_close_range(a, 3, 4, 1U << 31), -EINVAL);
	assert_int_equal(a->count, 0);
}

typedef int (*add_set)(struct outspawn_actions *a, const sigset_t *set);

static void check_set(struct outspawn_actions *a, add_set add, unsigned int type)
{
	const struct spawn_template_sigset *sigset;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, 64);
	assert_int_equal(add(a, &set), 0);
	sigfillset(&set);

	assert_action(only(a), type, 0, 0, 0);
	sigset = (const void *)(uintptr_t)a->array[0].arg;
	assert_int_equal(sigset->sigsetsize, 8);
	assert_true(*(const uint64_t *)(uintptr_t)sigset->sigset ==
		    (1ULL << (SIGHUP - 1) | 1ULL << (SIGUSR1 - 1) | 1ULL << 63));

	assert_int_equal(add(a, NULL), -EINVAL);
	assert_int_equal(a->count, 1);
}

static void sigmask_copies_the_set(void **state)
{
	check_set(*state, outspawn_actions_sigmask, SPAWN_TEMPLATE_ACTION_SIGMASK);
}

static void sigdefault_copies_the_set(void **state)
{
	check_set(*state, outspawn_actions_sigdefault, SPAWN_TEMPLATE_ACTION_SIGDEFAULT);
}

static void a_list_grows_to_the_maximum(void **state)
{
	struct outspawn_actions *a = *state;
	sigset_t set;

	sigemptyset(&set);
	for (int i = 0; i < SPAWN_TEMPLATE_MAX_ACTIONS; i++)
		assert_int_equal(i % 2 ? outspawn_actions_open(a, i, "/p", O_RDONLY, 0) :
					 outspawn_actions_dup2(a, i, i + 1),
				 0);

	assert_int_equal(outspawn_actions_close(a, 0), -E2BIG);
	assert_int_equal(outspawn_actions_dup2(a, 0, 1), -E2BIG);
	assert_int_equal(outspawn_actions_fchdir(a, 0), -E2BIG);
	assert_int_equal(outspawn_actions_open(a, 0, "/p", O_RDONLY, 0), -E2BIG);
	assert_int_equal(outspawn_actions_close_range(a, 0, 1, 0), -E2BIG);
	assert_int_equal(outspawn_actions_sigmask(a, &set), -E2BIG);
	assert_int_equal(outspawn_actions_sigdefault(a, &set), -E2BIG);

	assert_int_equal(a->count, SPAWN_TEMPLATE_MAX_ACTIONS);
	for (int i = 0; i < SPAWN_TEMPLATE_MAX_ACTIONS; i += 2) {
		assert_action(&a->array[i], SPAWN_TEMPLATE_ACTION_DUP2, 0, i, i + 1);
		assert_string_equal(path_of(&a->array[i + 1]), "/p");
	}
}

static void the_device_is_missing_without_the_module(void **state)
{
	(void)state;
	if (access(SPAWN_TEMPLATE_DEVICE, F_OK) == 0)
		skip();
	assert_int_equal(outspawn_open(), -ENOENT);
	assert_int_equal(outspawn_open_shared(), -ENOENT);
}

static void calls_refuse_a_bad_descriptor(void **state)
{
	struct spawn_template_query query;
	struct spawn_template_info info;

	(void)state;
	assert_int_equal(outspawn_info(-1, &info), -EBADF);
	assert_int_equal(outspawn_query(-1, &query), -EBADF);
	assert_int_equal(outspawn_template(-1, "/bin/true"), -EBADF);
	assert_int_equal(outspawn_template_fd(-1, 0), -EBADF);
	assert_int_equal(outspawn_template_refresh(-1, -1, "/bin/true", 0), -EBADF);
}

static void calls_refuse_a_descriptor_of_something_else(void **state)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct spawn_template_query query;
	struct spawn_template_info info;

	(void)state;
	assert_true(null >= 0);
	assert_int_equal(outspawn_info(null, &info), -ENOTTY);
	assert_int_equal(outspawn_query(null, &query), -ENOTTY);
	assert_int_equal(outspawn_template(null, "/bin/true"), -ENOTTY);
	assert_int_equal(outspawn_template_fd(null, 0), -ENOTTY);
	/* A failed refresh leaves the descriptor's file alone. */
	assert_int_equal(outspawn_template_refresh(null, null, "/bin/true", 0), -ENOTTY);
	assert_true(fcntl(null, F_GETFD) == FD_CLOEXEC);
	close(null);
}

static void calls_refuse_bad_arguments(void **state)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_int_equal(outspawn_info(null, NULL), -EFAULT);
	assert_int_equal(outspawn_query(null, NULL), -EFAULT);
	assert_int_equal(outspawn_template(null, NULL), -EINVAL);
	assert_int_equal(outspawn_template_fd(null, -1), -EBADF);
	close(null);
}

/*
 * The library itself writes the result and the pidfd: the kernel got no
 * pointers.
 */
static void the_library_reports_a_spawn_that_never_reached_the_kernel(void **state)
{
	char *const argv[] = { "true", NULL };
	struct outspawn_result result;
	int pidfd = 12345;

	(void)state;
	memset(&result, 0xff, sizeof(result));
	assert_int_equal(outspawn_spawn(-1, argv, NULL, NULL, 0, &pidfd, &result), -EBADF);
	assert_int_equal(pidfd, -1);
	assert_int_equal(result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
	assert_int_equal(result.action, -1);
	assert_int_equal(result.error, EBADF);
	assert_int_equal(result.pid, 0);
}

static void a_spawn_needs_neither_pidfd_nor_result(void **state)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char *const argv[] = { "true", NULL };

	assert_int_equal(outspawn_spawn(null, argv, NULL, *state, 0, NULL, NULL), -ENOTTY);
	close(null);
}

static void check_message(const struct outspawn_actions *a, const char *path, unsigned int stage,
			  int action, int error, const char *expected)
{
	struct outspawn_result result = { .stage = stage, .action = action, .error = error };
	char buf[512];

	memset(buf, 'x', sizeof(buf));
	assert_ptr_equal(outspawn_strerror(&result, a, path, buf, sizeof(buf)), buf);
	assert_string_equal(buf, expected);
}

static void messages_name_the_action(void **state)
{
	struct open_how how = { .flags = O_RDONLY };
	struct outspawn_actions *a = *state;
	sigset_t set;

	sigemptyset(&set);
	assert_int_equal(outspawn_actions_close(a, 5), 0);
	assert_int_equal(outspawn_actions_dup2(a, 5, 1), 0);
	assert_int_equal(outspawn_actions_open(a, 0, "/x", O_RDONLY, 0), 0);
	assert_int_equal(outspawn_actions_fchdir(a, 6), 0);
	assert_int_equal(outspawn_actions_openat2(a, 0, 7, "y", &how), 0);
	assert_int_equal(outspawn_actions_close_range(a, 3, 9, 0), 0);
	assert_int_equal(outspawn_actions_close_range(a, 3, ~0U, 0), 0);
	assert_int_equal(outspawn_actions_sigmask(a, &set), 0);
	assert_int_equal(outspawn_actions_sigdefault(a, &set), 0);

#define CHECK(index, error, text) \
	check_message(a, "/bin/true", SPAWN_TEMPLATE_STAGE_ACTION, index, error, text)
	CHECK(0, EBADF, "action 0: close 5: Bad file descriptor");
	CHECK(1, EBADF, "action 1: dup2 5 to 1: Bad file descriptor");
	CHECK(2, ENOENT, "action 2: open /x: No such file or directory");
	CHECK(3, ENOTDIR, "action 3: fchdir 6: Not a directory");
	CHECK(4, ENOENT, "action 4: open y (below descriptor 7): No such file or directory");
	CHECK(5, EINVAL, "action 5: close_range 3 to 9: Invalid argument");
	CHECK(6, EINVAL, "action 6: close_range from 3: Invalid argument");
	CHECK(7, EINVAL, "action 7: sigmask: Invalid argument");
	CHECK(8, EINVAL, "action 8: sigdefault: Invalid argument");
	/* The index of no action in this list. */
	CHECK(9, EIO, "action 9: Input/output error");
	CHECK(-1, EIO, "action -1: Input/output error");
#undef CHECK
}

static void messages_do_without_the_actions(void **state)
{
	(void)state;
	check_message(NULL, NULL, SPAWN_TEMPLATE_STAGE_ACTION, 2, ENOENT,
		      "action 2: No such file or directory");
}

static void messages_name_the_stage(void **state)
{
	(void)state;
	check_message(NULL, "/usr/bin/rg", SPAWN_TEMPLATE_STAGE_EXEC, -1, EACCES,
		      "exec /usr/bin/rg: Permission denied");
	check_message(NULL, NULL, SPAWN_TEMPLATE_STAGE_EXEC, -1, EACCES, "exec: Permission denied");
	check_message(NULL, "/x", SPAWN_TEMPLATE_STAGE_TEMPLATE, -1, ESTALE,
		      "template is stale: the file or what its path names has changed; "
		      "make a new template");
	check_message(NULL, "/x", SPAWN_TEMPLATE_STAGE_TEMPLATE, -1, EACCES,
		      "template belongs to another process, as after fork or execve, or to other "
		      "credentials; make a new template");
	check_message(NULL, NULL, SPAWN_TEMPLATE_STAGE_CREATE, -1, EAGAIN,
		      "create the child: Resource temporarily unavailable");
	check_message(NULL, NULL, SPAWN_TEMPLATE_STAGE_FDS, -1, ENOMEM,
		      "give the child its descriptors: Cannot allocate memory");
	check_message(NULL, "/bin/x", SPAWN_TEMPLATE_STAGE_MOUNT, -1, ENOENT,
		      "find /bin/x in the child's mount namespace: No such file or directory");
	check_message(NULL, NULL, SPAWN_TEMPLATE_STAGE_MOUNT, -1, EACCES,
		      "find the program in the child's mount namespace: Permission denied");
	check_message(NULL, "/bin/x", SPAWN_TEMPLATE_STAGE_MOUNT, -1, ESTALE,
		      "the child's mount namespace does not have the template's file at its path");
	check_message(NULL, "/bin/x", SPAWN_TEMPLATE_STAGE_STOP, -1, EPERM,
		      "stop /bin/x before it begins: Operation not permitted");
	check_message(NULL, NULL, SPAWN_TEMPLATE_STAGE_STOP, -1, EACCES,
		      "stop the program before it begins: Permission denied");
	check_message(NULL, NULL, SPAWN_TEMPLATE_STAGE_ARGS, -1, EFAULT, "arguments: Bad address");
	check_message(NULL, NULL, SPAWN_TEMPLATE_STAGE_ARGS, -1, ENOTTY,
		      "neither a template nor a device that can do this: "
		      "Inappropriate ioctl for device");
	check_message(NULL, NULL, SPAWN_TEMPLATE_STAGE_ARGS, -1, EBADF,
		      "the template or the device is not open: Bad file descriptor");
	check_message(NULL, NULL, 99, -1, EIO, "stage 99: Input/output error");
	check_message(NULL, NULL, SPAWN_TEMPLATE_STAGE_NONE, -1, 0, "no error");
}

static void messages_are_cut_to_the_buffer(void **state)
{
	struct outspawn_result result = { .stage = SPAWN_TEMPLATE_STAGE_EXEC,
					  .action = -1,
					  .error = EACCES };
	char buf[8] = "1234567";

	(void)state;
	outspawn_strerror(&result, NULL, "/bin/true", buf, 0);
	assert_string_equal(buf, "1234567");
	outspawn_strerror(&result, NULL, "/bin/true", buf, 5);
	assert_string_equal(buf, "exec");
	assert_int_equal(buf[5], '6');
}

static void a_message_keeps_its_reason_after_a_long_path(void **state)
{
	static const char reason[] = ": No such file or directory";
	struct outspawn_result result = { .stage = SPAWN_TEMPLATE_STAGE_ACTION,
					  .action = 0,
					  .error = ENOENT };
	struct outspawn_actions *a = *state;
	char path[PATH_MAX], buf[2 * PATH_MAX];

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(outspawn_actions_open(a, 0, path, O_RDONLY, 0), 0);
	outspawn_strerror(&result, a, NULL, buf, sizeof(buf));
	assert_string_equal(buf + strlen(buf) - strlen(reason), reason);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(init_makes_an_empty_list),
		TEST(a_destroyed_list_can_be_used_again),
		TEST(close_is_laid_out),
		TEST(close_refuses_a_negative_descriptor),
		TEST(dup2_is_laid_out),
		TEST(dup2_takes_a_descriptor_to_its_own_number),
		TEST(dup3_passes_cloexec),
		TEST(dup_refuses_what_cannot_work),
		TEST(fchdir_is_laid_out),
		TEST(fchdir_refuses_a_negative_descriptor),
		TEST(open_copies_the_path),
		TEST(open_passes_the_mode_only_if_it_creates),
		TEST(open_drops_what_o_path_ignores),
		TEST(open_refuses_what_cannot_work),
		TEST(openat2_copies_how),
		TEST(openat2_refuses_what_cannot_work),
		TEST(close_range_is_laid_out),
		TEST(close_range_refuses_what_cannot_work),
		TEST(sigmask_copies_the_set),
		TEST(sigdefault_copies_the_set),
		TEST(a_list_grows_to_the_maximum),
		TEST(the_device_is_missing_without_the_module),
		TEST(calls_refuse_a_bad_descriptor),
		TEST(calls_refuse_a_descriptor_of_something_else),
		TEST(calls_refuse_bad_arguments),
		TEST(the_library_reports_a_spawn_that_never_reached_the_kernel),
		TEST(a_spawn_needs_neither_pidfd_nor_result),
		TEST(messages_name_the_action),
		TEST(messages_do_without_the_actions),
		TEST(messages_name_the_stage),
		TEST(messages_are_cut_to_the_buffer),
		TEST(a_message_keeps_its_reason_after_a_long_path),
	};

	return cmocka_run_group_tests_name("library", tests, NULL, NULL);
}
