// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_lib_errors.c - errors that a program does not check at once still stop
 * its spawn, and their messages say what is wrong
 *
 * The kernel is replaced by an ioctl() of this file. The library's allocations
 * fail when a test says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "outspawn.h"

#define DEVICE 50
#define TEMPLATE 60
#define PID 4711

/* What the next ioctls see and do. */
static int calls;
static bool no_memory;
static struct {
	int error; /* positive, or 0: success */
	unsigned int stage; /* written to the result if not 0 */
	bool before_scratch; /* a module that does not know 'scratch' */
} answer;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
	return no_memory ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return no_memory ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return no_memory ? NULL : __real_realloc(old, size);
}

static int answer_spawn(const struct spawn_template_spawn_args *args)
{
	struct spawn_template_result *result = (void *)(uintptr_t)args->result;

	if (answer.before_scratch && (args->scratch || args->scratch_size))
		return -E2BIG;
	if (answer.stage && result)
		*result = (struct spawn_template_result){ answer.stage, -1, answer.error, 0 };
	return answer.error ? -answer.error : PID;
}

static int answer_batch(const struct spawn_template_batch_args *batch)
{
	struct spawn_template_batch_entry *entries = (void *)(uintptr_t)batch->entries;

	for (unsigned int i = 0; i < batch->count; i++) {
		int value = answer_spawn((void *)(uintptr_t)entries[i].args);

		entries[i].result = (struct spawn_template_result){ .action = -1, .pid = value };
		if (value < 0)
			entries[i].result =
				(struct spawn_template_result){ SPAWN_TEMPLATE_STAGE_ARGS, -1,
								-value, 0 };
	}
	return batch->count;
}

static int kernel(int fd, unsigned long request, const void *args)
{
	const struct spawn_template_path_args *path = args;

	if (fd != DEVICE && fd != TEMPLATE)
		return -EBADF;
	switch (request) {
	case SPAWN_TEMPLATE_IOC_INFO:
		return 0;
	case SPAWN_TEMPLATE_IOC_SPAWN:
		return answer_spawn(args);
	case SPAWN_TEMPLATE_IOC_SPAWN_PATH:
		return answer_spawn((void *)(uintptr_t)path->spawn);
	case SPAWN_TEMPLATE_IOC_SPAWN_BATCH:
		return answer_batch(args);
	}
	return -ENOTTY;
}

/* Replaces the C library's ioctl(). */
int ioctl(int fd, unsigned long request, ...)
{
	va_list list;
	int value;

	calls++;
	va_start(list, request);
	value = kernel(fd, request, va_arg(list, void *));
	va_end(list);
	if (value >= 0)
		return value;
	errno = -value;
	return -1;
}

static struct outspawn_actions list;
static struct outspawn_result result;
static char *const argv[] = { "prog", NULL };

static int set_up(void **state)
{
	(void)state;
	calls = 0;
	no_memory = false;
	memset(&answer, 0, sizeof(answer));
	outspawn_actions_init(&list);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	no_memory = false;
	outspawn_actions_destroy(&list);
	return 0;
}

static pid_t spawn(void)
{
	memset(&result, 0xff, sizeof(result));
	return outspawn_spawn(TEMPLATE, argv, NULL, &list, 0, NULL, &result);
}

static void says(const char *expected)
{
	char message[256];

	assert_string_equal(outspawn_strerror(&result, &list, "/bin/x", message, sizeof(message)),
			    expected);
}

/* A spawn with the list fails with this error, and names the action. */
static void assert_remembered(int error, int action)
{
	assert_int_equal(spawn(), error);
	assert_int_equal(calls, 0);
	assert_int_equal(result.stage, OUTSPAWN_STAGE_ARGS);
	assert_int_equal(result.error, -error);
	assert_int_equal(result.action, action);
}

static void a_change_of_user_without_memory_starts_nothing(void **state)
{
	(void)state;
	assert_int_equal(outspawn_actions_setsid(&list), 0);
	no_memory = true;
	assert_int_equal(outspawn_actions_setresuid(&list, 65534, 65534, 65534), -ENOMEM);
	no_memory = false;
	assert_int_equal(outspawn_actions_close(&list, 3), 0);
	assert_remembered(-ENOMEM, 1);
	says("action 1 could not be added: Cannot allocate memory");
	outspawn_actions_destroy(&list);
	assert_int_equal(spawn(), PID);
}

static void each_kind_of_action_is_remembered_without_memory(void **state)
{
	const struct rlimit limit = { 1, 1 };
	sigset_t set;

	(void)state;
	sigemptyset(&set);
#define REMEMBERED(call)                           \
	do {                                       \
		no_memory = true;                  \
		assert_int_equal((call), -ENOMEM); \
		no_memory = false;                 \
		assert_remembered(-ENOMEM, 0);     \
		outspawn_actions_destroy(&list);   \
	} while (0)
	REMEMBERED(outspawn_actions_close(&list, 3));
	REMEMBERED(outspawn_actions_dup2(&list, 3, 1));
	REMEMBERED(outspawn_actions_fchdir(&list, 3));
	REMEMBERED(outspawn_actions_open(&list, 0, "/x", O_RDONLY, 0));
	REMEMBERED(outspawn_actions_closefrom(&list, 3));
	REMEMBERED(outspawn_actions_sigmask(&list, &set));
	REMEMBERED(outspawn_actions_stdio(&list, 3, 4, 5));
	REMEMBERED(outspawn_actions_setrlimit(&list, RLIMIT_CORE, &limit));
	REMEMBERED(outspawn_actions_chdir(&list, "/x"));
	REMEMBERED(outspawn_actions_mount(&list, NULL, "/x", NULL, 0, NULL));
	REMEMBERED(outspawn_actions_pivot_root(&list, "/x", "/x"));
	REMEMBERED(outspawn_actions_syscall(&list, 1, (unsigned long[6]){ 0 }));
#undef REMEMBERED
}

static void bad_arguments_of_an_action_are_remembered(void **state)
{
	(void)state;
#define REMEMBERED(call, error)                    \
	do {                                       \
		assert_int_equal((call), (error)); \
		assert_remembered((error), 0);     \
		outspawn_actions_destroy(&list);   \
	} while (0)
	REMEMBERED(outspawn_actions_close(&list, -1), -EBADF);
	REMEMBERED(outspawn_actions_dup2(&list, -1, 1), -EBADF);
	REMEMBERED(outspawn_actions_closefrom(&list, -1), -EBADF);
	REMEMBERED(outspawn_actions_open(&list, 0, NULL, O_RDONLY, 0), -EINVAL);
	REMEMBERED(outspawn_actions_sigdefault(&list, NULL), -EINVAL);
	REMEMBERED(outspawn_actions_stdio(&list, 0, -2, -1), -EBADF);
	REMEMBERED(outspawn_actions_setpgid(&list, -1), -EINVAL);
	REMEMBERED(outspawn_actions_chroot(&list, NULL), -EINVAL);
	REMEMBERED(outspawn_actions_landlock(&list, -1), -EBADF);
	REMEMBERED(outspawn_actions_seccomp(&list, NULL), -EINVAL);
	REMEMBERED(outspawn_actions_mount(&list, NULL, NULL, NULL, 0, NULL), -EINVAL);
	REMEMBERED(outspawn_actions_fail(&list, -ENOSYS), -ENOSYS);
#undef REMEMBERED
}

static void only_the_first_error_counts(void **state)
{
	(void)state;
	assert_int_equal(outspawn_actions_setsid(&list), 0);
	assert_int_equal(outspawn_actions_close(&list, -1), -EBADF);
	assert_int_equal(outspawn_actions_setsid(&list), 0);
	assert_int_equal(outspawn_actions_setpgid(&list, -1), -EINVAL);
	assert_remembered(-EBADF, 1);
}

static void all_kinds_of_spawn_know_a_failed_action(void **state)
{
	struct outspawn_job job = { .tmpl = TEMPLATE, .argv = argv, .actions = &list };

	(void)state;
	assert_int_equal(outspawn_actions_setsid(&list), 0);
	assert_int_equal(outspawn_actions_fail(&list, -ENOMEM), -ENOMEM);
	assert_int_equal(outspawn_spawn_path(DEVICE, "/x", NULL, argv, NULL, &list, NULL, NULL,
					     NULL),
			 -ENOMEM);
	assert_int_equal(outspawn_spawn_shell(DEVICE, "/x", NULL, argv, NULL, &list, NULL, NULL,
					      &result),
			 -ENOMEM);
	assert_int_equal(result.action, 1);
	assert_int_equal(calls, 0);
	assert_int_equal(outspawn_batch(DEVICE, &job, 1), 1);
	assert_int_equal(job.pid, -ENOMEM);
	assert_int_equal(job.result.error, ENOMEM);
	assert_int_equal(job.result.stage, OUTSPAWN_STAGE_ARGS);
	assert_int_equal(job.result.action, 1);
}

/* A program checks only its last call: README's first program. */
static void an_error_in_place_of_a_descriptor_comes_back(void **state)
{
	struct outspawn_job job = { .tmpl = -ENOENT, .argv = argv };
	struct spawn_template_query query;
	struct spawn_template_info info;

	(void)state;
	assert_int_equal(outspawn_template(-ENOENT, "/x"), -ENOENT);
	assert_int_equal(outspawn_template_fd(-EACCES, 3), -EACCES);
	assert_int_equal(outspawn_template_fd(DEVICE, -ELOOP), -ELOOP);
	assert_int_equal(outspawn_template_search(-ENOENT, "x", "/", 0, NULL), -ENOENT);
	assert_int_equal(outspawn_template_refresh(DEVICE, -ENXIO, "/x", 0), -ENXIO);
	assert_int_equal(outspawn_info(-ENOENT, &info), -ENOENT);
	assert_int_equal(outspawn_query(-ENOEXEC, &query), -ENOEXEC);
	assert_int_equal(outspawn_spawn(-ENOENT, argv, NULL, NULL, 0, NULL, &result), -ENOENT);
	assert_int_equal(result.stage, OUTSPAWN_STAGE_ARGS);
	assert_int_equal(outspawn_spawn_path(-EACCES, "/x", NULL, argv, NULL, NULL, NULL, NULL,
					     NULL),
			 -EACCES);
	assert_int_equal(outspawn_batch(-ENOENT, &job, 1), -ENOENT);
	assert_int_equal(outspawn_wait(-ESTALE, 0, NULL), -ESTALE);
	assert_int_equal(outspawn_kill(-ESTALE, 0), -ESTALE);
	assert_int_equal(calls, 0);
	assert_int_equal(outspawn_batch(DEVICE, &job, 1), 1);
	assert_int_equal(job.pid, -ENOENT);
}

static void minus_one_is_no_descriptor(void **state)
{
	struct outspawn_job job = { .tmpl = TEMPLATE, .argv = argv };

	(void)state;
	assert_int_equal(outspawn_template(-1, "/x"), -EBADF);
	assert_int_equal(outspawn_spawn(-1, argv, NULL, NULL, 0, NULL, &result), -EBADF);
	says("the template or the device is not open: Bad file descriptor");
	assert_int_equal(outspawn_template(INT32_MIN, "/x"), -EBADF);
	assert_int_equal(outspawn_batch(-1, &job, 1), -EBADF);
	assert_int_equal(outspawn_batch(-1, NULL, 0), -EBADF);
}

/* The library refuses the first job, and no ioctl would have told. */
static void a_batch_asks_whether_it_has_a_device(void **state)
{
	struct outspawn_job job = { .tmpl = -1, .argv = argv };

	(void)state;
	assert_int_equal(outspawn_batch(999, &job, 1), -EBADF);
	assert_int_equal(outspawn_batch(DEVICE, &job, 1), 1);
	assert_int_equal(job.pid, -EBADF);
}

static void a_message_says_what_to_load(void **state)
{
	(void)state;
	outspawn_spawn(-ENOENT, argv, NULL, NULL, 0, NULL, &result);
	if (access(SPAWN_TEMPLATE_DEVICE, F_OK) == 0)
		says("template of /bin/x: No such file or directory");
	else
		says("/dev/spawn_template: No such file or directory; load the module "
		     "(modprobe outspawn), or ask 'outspawn doctor'");
}

static void an_older_module_gets_no_scratch(void **state)
{
	struct outspawn_job jobs[40];

	(void)state;
	answer.before_scratch = true;
	assert_int_equal(spawn(), PID);
	assert_int_equal(calls, 2);
	assert_int_equal(result.error, 0);
	assert_int_equal(outspawn_spawn(TEMPLATE, argv, NULL, NULL, OUTSPAWN_ASYNC, NULL, NULL),
			 PID);
	assert_int_equal(
		outspawn_spawn_path(DEVICE, "/x", NULL, argv, NULL, NULL, NULL, NULL, NULL), PID);
	for (int i = 0; i < 40; i++)
		jobs[i] = (struct outspawn_job){ .tmpl = TEMPLATE, .argv = argv };
	assert_int_equal(outspawn_batch(DEVICE, jobs, 40), 40);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(jobs[i].pid, PID);
		assert_int_equal(jobs[i].result.error, 0);
	}
	/* Other reasons for E2BIG remain. */
	answer.error = E2BIG;
	answer.stage = SPAWN_TEMPLATE_STAGE_ARGS;
	assert_int_equal(spawn(), -E2BIG);
	answer.before_scratch = false;
	calls = 0;
	assert_int_equal(spawn(), -E2BIG);
	assert_int_equal(calls, 1);
}

/* The kernel refuses attr; the message begins with what is wrong. */
static void blames(const struct outspawn_attr *attr, unsigned int stage, int error,
		   const char *what)
{
	char message[256], *colon;

	answer.error = error;
	answer.stage = stage;
	assert_int_equal(outspawn_spawn_attr(TEMPLATE, argv, NULL, NULL, attr, NULL, &result),
			 -error);
	assert_int_equal(result.stage, stage);
	outspawn_strerror(&result, NULL, "/bin/x", message, sizeof(message));
	colon = strchr(message, ':');
	assert_non_null(colon);
	*colon = '\0';
	assert_string_equal(message, what);
}

#define ATTR(...) (&(struct outspawn_attr){ .size = sizeof(struct outspawn_attr), __VA_ARGS__ })
#define ARGS OUTSPAWN_STAGE_ARGS
#define CREATE OUTSPAWN_STAGE_CREATE

static void a_message_names_the_wrong_flag(void **state)
{
	(void)state;
	blames(ATTR(.flags = 1U << 10), ARGS, EINVAL, "unknown flag 1 << 10");
	blames(ATTR(.flags = 3U << 30), ARGS, EINVAL, "unknown flag 1 << 30");
	blames(ATTR(.flags = OUTSPAWN_AUTOREAP), ARGS, EOPNOTSUPP, "flag OUTSPAWN_AUTOREAP");
	blames(ATTR(.flags = OUTSPAWN_AUTOREAP | OUTSPAWN_KILL_ON_CLOSE), ARGS, EOPNOTSUPP,
	       "flag OUTSPAWN_KILL_ON_CLOSE");
	blames(ATTR(.flags = OUTSPAWN_KILL_ON_CLOSE), ARGS, EINVAL, "flag OUTSPAWN_KILL_ON_CLOSE");
	blames(ATTR(.flags = OUTSPAWN_AUTOREAP | OUTSPAWN_EXIT_SIGNAL), ARGS, EINVAL,
	       "flag OUTSPAWN_AUTOREAP");
	blames(ATTR(.flags = OUTSPAWN_CGROUP), ARGS, EPERM, "flag OUTSPAWN_CGROUP");
	blames(ATTR(.flags = OUTSPAWN_NODE), ARGS, EPERM, "flag OUTSPAWN_NODE");
	/* This flag needs outspawn_spawn_attr(). */
	assert_int_equal(outspawn_spawn(TEMPLATE, argv, NULL, NULL, OUTSPAWN_CGROUP, NULL, &result),
			 -EINVAL);
	says("flag OUTSPAWN_CGROUP: Invalid argument");
}

static void a_message_names_the_wrong_member(void **state)
{
	struct {
		struct outspawn_attr attr;
		long later;
	} large = { OUTSPAWN_ATTR_INIT, 1 };

	(void)state;
	blames(ATTR(.cgroup = 3), ARGS, EINVAL, "attr.cgroup");
	blames(ATTR(.exit_signal = 3), ARGS, EINVAL, "attr.exit_signal");
	blames(ATTR(.flags = OUTSPAWN_EXIT_SIGNAL, .exit_signal = 99), ARGS, EINVAL,
	       "attr.exit_signal");
	blames(ATTR(.flags = OUTSPAWN_PDEATH_PROCESS), ARGS, EINVAL, "attr.pdeath_signal");
	blames(ATTR(.pdeath_signal = -1), ARGS, EINVAL, "attr.pdeath_signal");
	blames(ATTR(.namespaces = 1), ARGS, EINVAL, "attr.namespaces");
	blames(ATTR(.namespaces = CLONE_NEWNS), ARGS, EPERM, "attr.namespaces");
	blames(ATTR(.set_tid_size = 1), ARGS, EINVAL, "attr.set_tid");
	blames(ATTR(.node = 1), ARGS, EINVAL, "attr.node");
	blames(ATTR(.flags = OUTSPAWN_NODE, .node = 9), ARGS, EINVAL, "attr.node");
	blames(&(struct outspawn_attr){ .size = 1 }, ARGS, EINVAL, "attr.size");
	blames(ATTR(.flags = OUTSPAWN_CGROUP), CREATE, EBADF, "attr.cgroup");
	blames(ATTR(.namespaces = CLONE_NEWNET), CREATE, ENOSPC, "attr.namespaces");
	large.attr.size = sizeof(large);
	blames(&large.attr, ARGS, E2BIG, "attr has a member that this library does not have");
	/* Nothing is wrong with these. */
	blames(ATTR(.flags = OUTSPAWN_AUTOREAP), ARGS, EFAULT, "arguments");
	blames(ATTR(.flags = OUTSPAWN_CGROUP), CREATE, EAGAIN, "create the child");
	blames(NULL, ARGS, EINVAL, "arguments");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_of_user_without_memory_starts_nothing),
		TEST(each_kind_of_action_is_remembered_without_memory),
		TEST(bad_arguments_of_an_action_are_remembered),
		TEST(only_the_first_error_counts),
		TEST(all_kinds_of_spawn_know_a_failed_action),
		TEST(an_error_in_place_of_a_descriptor_comes_back),
		TEST(minus_one_is_no_descriptor),
		TEST(a_batch_asks_whether_it_has_a_device),
		TEST(a_message_says_what_to_load),
		TEST(an_older_module_gets_no_scratch),
		TEST(a_message_names_the_wrong_flag),
		TEST(a_message_names_the_wrong_member),
	};

	return cmocka_run_group_tests_name("library errors", tests, NULL, NULL);
}
