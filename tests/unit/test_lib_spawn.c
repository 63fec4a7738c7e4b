// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_lib_spawn.c - what the library's spawns pass to the kernel, and what
 * they make of its answers
 *
 * The kernel is replaced by an ioctl() of this file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>

#include "outspawn.h"

#define DEVICE 50
#define TEMPLATE 60
#define PID 4711

#define AT(pointer) ((void *)(uintptr_t)(pointer))

/* The arguments of the last call. */
static struct {
	int calls;
	int fd;
	unsigned long request;
	struct spawn_template_create_args create;
	struct spawn_template_spawn_args spawn;
	struct spawn_template_path_args path;
	struct spawn_template_batch_args batch;
	/* Its argv, joined by spaces. */
	char argv[8192];
} seen;

/*
 * How the next calls are answered. With 'no_format', a spawn by path fails
 * first, unless it is the shell's.
 */
static struct {
	int value; /* or -errno */
	struct outspawn_result result;
	bool no_format;
	/*
	 * For a batch: each so many entries one fails; so many are done before
	 * a signal.
	 */
	unsigned int fails_every, interrupted_at, done;
} answer;

static void write_result(uint64_t to, const struct outspawn_result *result)
{
	if (to)
		memcpy(AT(to), result, sizeof(*result));
}

static void take_spawn(uint64_t args)
{
	char *const *argv;

	memcpy(&seen.spawn, AT(args), sizeof(seen.spawn));
	seen.argv[0] = '\0';
	for (argv = AT(seen.spawn.argv); argv && *argv; argv++) {
		strcat(seen.argv, *argv);
		strcat(seen.argv, "|");
	}
}

static int answer_path(void)
{
	struct outspawn_result failed = { SPAWN_TEMPLATE_STAGE_EXEC, -1, ENOEXEC, 0 };

	if (!answer.no_format || !strcmp(AT(seen.path.file), "/bin/sh"))
		return answer.value;
	failed.action = answer.result.action;
	write_result(seen.spawn.result, &failed);
	return -ENOEXEC;
}

/*
 * Answer an entry by its number since the test began: with success, or as
 * 'answer' says.
 */
static void answer_entry(struct spawn_template_batch_entry *entry)
{
	const struct spawn_template_spawn_args *args;
	struct outspawn_result result = { .action = -1 };

	answer.done++;
	if (answer.fails_every && answer.done % answer.fails_every == 0)
		result = (struct outspawn_result){ SPAWN_TEMPLATE_STAGE_ACTION, 2, EPERM, 0 };
	else
		result.pid = PID + answer.done;
	if (entry->tmpl == -1) {
		const struct spawn_template_path_args *path = AT(entry->args);

		assert_int_equal(entry->args_size, sizeof(*path));
		assert_int_equal(path->spawn_size, sizeof(*args));
		memcpy(&seen.path, path, sizeof(*path));
		args = AT(path->spawn);
	} else {
		assert_int_equal(entry->args_size, sizeof(*args));
		args = AT(entry->args);
	}
	take_spawn((uintptr_t)args);
	entry->result = result;
	/* An asynchronous child writes its result later. */
	if (result.error || !(args->flags & SPAWN_TEMPLATE_SPAWN_ASYNC))
		write_result(args->result, &result);
}

static int answer_batch(void)
{
	struct spawn_template_batch_entry *entries = AT(seen.batch.entries);
	unsigned int i;

	assert_int_equal(seen.batch.flags, 0);
	assert_int_equal(seen.batch.entry_size, sizeof(*entries));
	for (i = 0; i < seen.batch.count; i++) {
		if (answer.interrupted_at && answer.done == answer.interrupted_at)
			return i ? (int)i : -EINTR;
		answer_entry(&entries[i]);
	}
	return i;
}

static int kernel(unsigned long request, void *args)
{
	switch (request) {
	case SPAWN_TEMPLATE_IOC_CREATE:
		memcpy(&seen.create, args, sizeof(seen.create));
		return answer.value;
	case SPAWN_TEMPLATE_IOC_SPAWN:
		take_spawn((uintptr_t)args);
		if (answer.result.error)
			write_result(seen.spawn.result, &answer.result);
		return answer.value;
	case SPAWN_TEMPLATE_IOC_SPAWN_PATH:
		memcpy(&seen.path, args, sizeof(seen.path));
		assert_int_equal(seen.path.spawn_size, sizeof(seen.spawn));
		assert_int_equal(seen.path.pad, 0);
		assert_int_equal(seen.path.flags, 0);
		take_spawn(seen.path.spawn);
		return answer_path();
	case SPAWN_TEMPLATE_IOC_SPAWN_BATCH:
		memcpy(&seen.batch, args, sizeof(seen.batch));
		return answer_batch();
	}
	return -ENOTTY;
}

/* Replaces the C library's ioctl(). */
int ioctl(int fd, unsigned long request, ...)
{
	va_list list;
	void *args;
	int value;

	va_start(list, request);
	args = va_arg(list, void *);
	va_end(list);
	seen.calls++;
	seen.fd = fd;
	seen.request = request;
	value = kernel(request, args);
	if (value >= 0)
		return value;
	errno = -value;
	return -1;
}

static int set_up(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	memset(&answer, 0, sizeof(answer));
	answer.value = PID;
	return 0;
}

static char *const argv[] = { "prog", "one", "two", NULL };
static char *const envp[] = { "A=1", NULL };

static void template_flags_reach_the_kernel(void **state)
{
	(void)state;
	assert_int_equal(outspawn_template_flags(DEVICE, "/x", OUTSPAWN_ANY_FORMAT), PID);
	assert_int_equal(seen.fd, DEVICE);
	assert_true(seen.create.flags ==
		    (SPAWN_TEMPLATE_CREATE_CLOEXEC | SPAWN_TEMPLATE_CREATE_ANY_FORMAT));
	assert_int_equal(seen.create.execfd, -1);
	assert_string_equal(AT(seen.create.filename), "/x");

	assert_int_equal(outspawn_template_fd_flags(DEVICE, 7, OUTSPAWN_ALLOW_WRITE), PID);
	assert_true(seen.create.flags ==
		    (SPAWN_TEMPLATE_CREATE_CLOEXEC | SPAWN_TEMPLATE_CREATE_ALLOW_WRITE));
	assert_int_equal(seen.create.execfd, 7);
	assert_int_equal(seen.create.filename, 0);

	outspawn_template(DEVICE, "/x");
	assert_true(seen.create.flags == SPAWN_TEMPLATE_CREATE_CLOEXEC);
	/*
	 * The library passes flags that it does not know: the kernel refuses
	 * them.
	 */
	outspawn_template_flags(DEVICE, "/x", 1U << 31);
	assert_true(seen.create.flags == (SPAWN_TEMPLATE_CREATE_CLOEXEC | 1ULL << 63));
	assert_int_equal(outspawn_template_flags(DEVICE, NULL, 0), -EINVAL);
	assert_int_equal(outspawn_template_fd_flags(DEVICE, -1, 0), -EBADF);
}

static void a_spawn_passes_everything(void **state)
{
	struct outspawn_result result;
	struct outspawn_actions actions;
	int pidfd;

	(void)state;
	outspawn_actions_init(&actions);
	assert_int_equal(outspawn_actions_setsid(&actions), 0);
	assert_int_equal(outspawn_spawn(TEMPLATE, argv, envp, &actions, 0, &pidfd, &result), PID);
	assert_int_equal(seen.fd, TEMPLATE);
	assert_true(seen.request == SPAWN_TEMPLATE_IOC_SPAWN);
	assert_int_equal(seen.spawn.flags, 0);
	assert_ptr_equal(AT(seen.spawn.argv), argv);
	assert_ptr_equal(AT(seen.spawn.envp), envp);
	assert_ptr_equal(AT(seen.spawn.actions), actions.array);
	assert_int_equal(seen.spawn.actions_len, 1);
	assert_ptr_equal(AT(seen.spawn.pidfd), &pidfd);
	assert_ptr_equal(AT(seen.spawn.result), &result);
	assert_int_equal(seen.spawn.namespaces, 0);
	assert_int_equal(seen.spawn.set_tid, 0);
	outspawn_actions_destroy(&actions);
}

/*
 * The kernel always gets a result to write to, because the library needs it. An
 * asynchronous spawn is the exception: its child would write there after the
 * call.
 */
static void the_kernel_gets_a_result_even_if_the_caller_has_none(void **state)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;

	(void)state;
	outspawn_spawn(TEMPLATE, argv, NULL, NULL, 0, NULL, NULL);
	assert_int_not_equal(seen.spawn.result, 0);
	outspawn_spawn_path(DEVICE, "/p", NULL, argv, NULL, NULL, &attr, NULL, NULL);
	assert_int_not_equal(seen.spawn.result, 0);
	outspawn_spawn(TEMPLATE, argv, NULL, NULL, OUTSPAWN_ASYNC, NULL, NULL);
	assert_int_equal(seen.spawn.result, 0);
	attr.flags = OUTSPAWN_ASYNC;
	outspawn_spawn_path(DEVICE, "/p", NULL, argv, NULL, NULL, &attr, NULL, NULL);
	assert_int_equal(seen.spawn.result, 0);
}

static void flags_are_the_kernels(void **state)
{
	static const struct {
		unsigned int flag;
		uint64_t kernel;
	} flags[] = {
		{ OUTSPAWN_INHERIT_FDS, SPAWN_TEMPLATE_SPAWN_INHERIT_FDS },
		{ OUTSPAWN_ASYNC, SPAWN_TEMPLATE_SPAWN_ASYNC },
		{ OUTSPAWN_AUTOREAP, SPAWN_TEMPLATE_SPAWN_AUTOREAP },
		{ OUTSPAWN_KILL_ON_CLOSE, SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE },
		{ OUTSPAWN_STOPPED, SPAWN_TEMPLATE_SPAWN_STOPPED },
		{ OUTSPAWN_NO_NEW_PRIVS, SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS },
		/* Unknown to the library and to the kernel. */
		{ 1U << 10, 1ULL << 41 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		assert_int_equal(
			outspawn_spawn(TEMPLATE, argv, NULL, NULL, flags[i].flag, NULL, NULL), PID);
		assert_true(seen.spawn.flags == flags[i].kernel);
	}
}

/* The members for these flags are in struct outspawn_attr. */
static void flags_with_a_member_need_an_attr(void **state)
{
	struct outspawn_result result;
	int pidfd = 3;

	(void)state;
	assert_int_equal(outspawn_spawn(TEMPLATE, argv, NULL, NULL, OUTSPAWN_CGROUP, &pidfd,
					&result),
			 -EINVAL);
	assert_int_equal(pidfd, -1);
	assert_int_equal(result.error, EINVAL);
	assert_int_equal(outspawn_spawn(TEMPLATE, argv, NULL, NULL, OUTSPAWN_EXIT_SIGNAL, NULL,
					NULL),
			 -EINVAL);
	assert_int_equal(outspawn_spawn(TEMPLATE, argv, NULL, NULL, OUTSPAWN_NODE, NULL, NULL),
			 -EINVAL);
	assert_int_equal(outspawn_spawn(TEMPLATE, argv, NULL, NULL, OUTSPAWN_PDEATH_PROCESS, NULL,
					NULL),
			 -EINVAL);
	assert_int_equal(seen.calls, 0);
}

static void attributes_reach_the_kernel(void **state)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;
	const pid_t pids[] = { 7, 8 };

	(void)state;
	attr.flags = OUTSPAWN_CGROUP | OUTSPAWN_EXIT_SIGNAL;
	attr.namespaces = CLONE_NEWPID | CLONE_NEWNS;
	attr.set_tid = pids;
	attr.set_tid_size = 2;
	attr.cgroup = 9;
	attr.exit_signal = SIGUSR1;
	attr.pdeath_signal = SIGKILL;
	assert_int_equal(outspawn_spawn_attr(TEMPLATE, argv, NULL, NULL, &attr, NULL, NULL), PID);
	assert_true(seen.spawn.flags ==
		    (SPAWN_TEMPLATE_SPAWN_CGROUP | SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL));
	assert_true(seen.spawn.namespaces == (CLONE_NEWPID | CLONE_NEWNS));
	assert_ptr_equal(AT(seen.spawn.set_tid), pids);
	assert_int_equal(seen.spawn.set_tid_size, 2);
	assert_int_equal(seen.spawn.cgroup, 9);
	assert_int_equal(seen.spawn.exit_signal, SIGUSR1);
	assert_int_equal(seen.spawn.pdeath_signal, SIGKILL);

	assert_int_equal(outspawn_spawn_attr(TEMPLATE, argv, NULL, NULL, NULL, NULL, NULL), PID);
	assert_int_equal(seen.spawn.flags, 0);
	assert_int_equal(seen.spawn.pdeath_signal, 0);
}

/* A program that was built with a newer library has a larger struct. */
static void attributes_of_another_size(void **state)
{
	struct {
		struct outspawn_attr attr;
		char later[8];
	} large = { .attr = OUTSPAWN_ATTR_INIT };

	(void)state;
	assert_int_equal(sizeof(struct outspawn_attr), 48);
	large.attr.pdeath_signal = 3;
	large.attr.size = sizeof(large);
	assert_int_equal(outspawn_spawn_attr(TEMPLATE, argv, NULL, NULL, &large.attr, NULL, NULL),
			 PID);
	assert_int_equal(seen.spawn.pdeath_signal, 3);
	large.later[7] = 1;
	assert_int_equal(outspawn_spawn_attr(TEMPLATE, argv, NULL, NULL, &large.attr, NULL, NULL),
			 -E2BIG);
	large.attr.size = 47;
	assert_int_equal(outspawn_spawn_attr(TEMPLATE, argv, NULL, NULL, &large.attr, NULL, NULL),
			 -EINVAL);
	large.attr.size = 48;
	large.attr.flags = OUTSPAWN_NODE;
	large.attr.node = 2;
	assert_int_equal(outspawn_spawn_attr(TEMPLATE, argv, NULL, NULL, &large.attr, NULL, NULL),
			 PID);
	assert_int_equal(seen.spawn.flags, SPAWN_TEMPLATE_SPAWN_NODE);
	assert_int_equal(seen.spawn.node, 2);
	assert_int_equal(seen.calls, 2);
}

static void the_kernels_result_is_kept(void **state)
{
	struct outspawn_result result;
	int pidfd = 5;

	(void)state;
	answer.value = -EPERM;
	answer.result = (struct outspawn_result){ SPAWN_TEMPLATE_STAGE_ACTION, 3, EPERM, 0 };
	assert_int_equal(outspawn_spawn(TEMPLATE, argv, NULL, NULL, 0, &pidfd, &result), -EPERM);
	assert_int_equal(result.stage, SPAWN_TEMPLATE_STAGE_ACTION);
	assert_int_equal(result.action, 3);
	assert_int_equal(pidfd, -1);
}

static void a_path_is_searched_by_the_kernel(void **state)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;

	(void)state;
	attr.flags = OUTSPAWN_STOPPED;
	assert_int_equal(outspawn_spawn_path(DEVICE, "prog", "/a:/b", argv, envp, NULL, &attr, NULL,
					     NULL),
			 PID);
	assert_int_equal(seen.fd, DEVICE);
	assert_string_equal(AT(seen.path.file), "prog");
	assert_string_equal(AT(seen.path.path), "/a:/b");
	assert_true(seen.spawn.flags == SPAWN_TEMPLATE_SPAWN_STOPPED);
	assert_ptr_equal(AT(seen.spawn.argv), argv);
	assert_ptr_equal(AT(seen.spawn.envp), envp);

	outspawn_spawn_path(DEVICE, "/p", NULL, argv, envp, NULL, NULL, NULL, NULL);
	assert_int_equal(seen.path.path, 0);
	attr.size = 0;
	assert_int_equal(outspawn_spawn_path(DEVICE, "/p", NULL, argv, envp, NULL, &attr, NULL,
					     NULL),
			 -EINVAL);
	assert_int_equal(seen.calls, 2);
}

/* Start a file of the path with the shell; check how the shell is called. */
static void check_shell(const char *file, const char *path, int directory, char *const args[],
			const char *expected)
{
	seen.calls = 0;
	answer.result.action = directory;
	answer.no_format = true;
	assert_int_equal(
		outspawn_spawn_shell(DEVICE, file, path, args, envp, NULL, NULL, NULL, NULL), PID);
	assert_int_equal(seen.calls, 2);
	assert_string_equal(AT(seen.path.file), "/bin/sh");
	assert_int_equal(seen.path.path, 0);
	assert_string_equal(seen.argv, expected);
	assert_ptr_equal(AT(seen.spawn.envp), envp);
}

static void the_shell_is_given_what_was_found(void **state)
{
	char *const no_name[] = { NULL };
	char *const alone[] = { "x", NULL };

	(void)state;
	check_shell("s", "/a:/b/:/c", 0, argv, "/bin/sh|/a/s|one|two|");
	check_shell("s", "/a:/b/:/c", 1, argv, "/bin/sh|/b//s|one|two|");
	check_shell("s", "/a:/b/:/c", 2, argv, "/bin/sh|/c/s|one|two|");
	check_shell("s", ":/b", 0, argv, "/bin/sh|s|one|two|");
	check_shell("s", "/a::/b", 1, argv, "/bin/sh|s|one|two|");
	check_shell("s", "/a:", 1, argv, "/bin/sh|s|one|two|");
	check_shell("s", "", 0, argv, "/bin/sh|s|one|two|");
	check_shell("./s", "/a:/b", -1, argv, "/bin/sh|./s|one|two|");
	check_shell("s", NULL, -1, argv, "/bin/sh|s|one|two|");
	check_shell("s", "/a", 0, alone, "/bin/sh|/a/s|");
	check_shell("s", "/a", 0, no_name, "/bin/sh|/a/s|");
	check_shell("s", "/a", 0, NULL, "/bin/sh|/a/s|");
}

static void the_shell_takes_many_arguments(void **state)
{
	char expected[4096] = "/bin/sh|/a/s|", *many[1001];
	int counts[] = { 255, 256, 257, 1000 };

	(void)state;
	for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		for (int i = 0; i < counts[c]; i++)
			many[i] = "x";
		many[counts[c]] = NULL;
		strcpy(expected, "/bin/sh|/a/s|");
		for (int i = 1; i < counts[c]; i++)
			strcat(expected, "x|");
		check_shell("s", "/a", 0, many, expected);
	}
}

static void the_shell_runs_files_without_a_format(void **state)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;
	struct outspawn_result result;
	int pidfd = 9;

	(void)state;
	assert_int_equal(
		outspawn_spawn_shell(DEVICE, "s", "/a", argv, envp, NULL, NULL, NULL, NULL), PID);
	assert_int_equal(seen.calls, 1);
	answer.value = -ENOENT;
	assert_int_equal(outspawn_spawn_shell(DEVICE, "s", "/a", argv, envp, NULL, NULL, NULL,
					      &result),
			 -ENOENT);
	assert_int_equal(seen.calls, 2);

	attr.flags = OUTSPAWN_ASYNC;
	assert_int_equal(outspawn_spawn_shell(DEVICE, "s", "/a", argv, envp, NULL, &attr, &pidfd,
					      &result),
			 -EINVAL);
	assert_int_equal(seen.calls, 2);
	assert_int_equal(result.error, EINVAL);
	assert_int_equal(pidfd, -1);
}

#define MANY 100

static struct outspawn_job *many_jobs(void)
{
	static struct outspawn_job jobs[MANY];

	memset(jobs, 0x5a, sizeof(jobs));
	for (int i = 0; i < MANY; i++)
		jobs[i] = (struct outspawn_job){ .tmpl = TEMPLATE, .argv = argv, .envp = envp };
	return jobs;
}

static void a_batch_does_them_all(void **state)
{
	struct outspawn_job *jobs = many_jobs();

	(void)state;
	answer.fails_every = 7;
	assert_int_equal(outspawn_batch(DEVICE, jobs, MANY), MANY);
	assert_int_equal(seen.fd, DEVICE);
	assert_int_equal(answer.done, MANY);
	for (int i = 0; i < MANY; i++) {
		if ((i + 1) % 7 == 0) {
			assert_int_equal(jobs[i].pid, -EPERM);
			assert_int_equal(jobs[i].result.error, EPERM);
			assert_int_equal(jobs[i].result.action, 2);
		} else {
			assert_int_equal(jobs[i].pid, PID + i + 1);
			assert_int_equal(jobs[i].result.error, 0);
			assert_int_equal(jobs[i].result.pid, PID + i + 1);
		}
	}
}

static void a_batch_of_all_kinds(void **state)
{
	struct outspawn_attr async = OUTSPAWN_ATTR_INIT, bad = OUTSPAWN_ATTR_INIT;
	struct outspawn_job *jobs = many_jobs();
	int pidfd = 77;

	(void)state;
	async.flags = OUTSPAWN_ASYNC;
	bad.size = 1;
	jobs[1].attr = &async;
	jobs[2].attr = &bad;
	jobs[2].pidfd = &pidfd;
	jobs[3].tmpl = -1;
	jobs[4].tmpl = 12345;
	jobs[4].file = "prog";
	jobs[4].path = "/a:/b";
	assert_int_equal(outspawn_batch(DEVICE, jobs, 5), 5);
	assert_int_equal(jobs[0].pid, PID + 1);
	assert_int_equal(jobs[1].pid, PID + 2);
	assert_int_equal(jobs[1].result.pid, 0);
	assert_int_equal(jobs[2].pid, -EINVAL);
	assert_int_equal(jobs[2].result.error, EINVAL);
	assert_int_equal(pidfd, -1);
	assert_int_equal(jobs[3].pid, -EBADF);
	assert_int_equal(jobs[3].result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
	assert_int_equal(jobs[4].pid, PID + 3);
	assert_string_equal(AT(seen.path.file), "prog");
	assert_string_equal(AT(seen.path.path), "/a:/b");
	assert_ptr_equal(AT(seen.spawn.result), &jobs[4].result);
}

static void a_batch_returns_how_many_were_done(void **state)
{
	struct outspawn_job *jobs = many_jobs();

	(void)state;
	answer.interrupted_at = 40;
	assert_int_equal(outspawn_batch(DEVICE, jobs, MANY), 40);
	assert_int_equal(jobs[39].pid, PID + 40);
	assert_int_equal(jobs[40].pid, 0);
	assert_int_equal(jobs[MANY - 1].pid, 0);
	assert_int_equal(jobs[MANY - 1].result.action, -1);

	/*
	 * The signal comes exactly after the last entry of an ioctl, so the
	 * next ioctl gets EINTR.
	 */
	jobs = many_jobs();
	answer.done = 0;
	answer.interrupted_at = 64;
	assert_int_equal(outspawn_batch(DEVICE, jobs, MANY), 64);
	assert_int_equal(outspawn_batch(DEVICE, jobs + 64, MANY - 64), -EINTR);
	answer.interrupted_at = 0;
	assert_int_equal(outspawn_batch(DEVICE, jobs + 64, MANY - 64), MANY - 64);
	assert_int_equal(jobs[MANY - 1].pid, PID + MANY);
}

static void a_batch_of_nothing(void **state)
{
	struct outspawn_job job = { .tmpl = TEMPLATE };

	(void)state;
	assert_int_equal(outspawn_batch(DEVICE, NULL, 0), 0);
	assert_int_equal(outspawn_batch(DEVICE, NULL, 1), -EINVAL);
	assert_int_equal(outspawn_batch(DEVICE, &job, INT_MAX + 1U), -EINVAL);
	assert_int_equal(seen.calls, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(template_flags_reach_the_kernel),
		TEST(a_spawn_passes_everything),
		TEST(the_kernel_gets_a_result_even_if_the_caller_has_none),
		TEST(flags_are_the_kernels),
		TEST(flags_with_a_member_need_an_attr),
		TEST(attributes_reach_the_kernel),
		TEST(attributes_of_another_size),
		TEST(the_kernels_result_is_kept),
		TEST(a_path_is_searched_by_the_kernel),
		TEST(the_shell_is_given_what_was_found),
		TEST(the_shell_takes_many_arguments),
		TEST(the_shell_runs_files_without_a_format),
		TEST(a_batch_does_them_all),
		TEST(a_batch_of_all_kinds),
		TEST(a_batch_returns_how_many_were_done),
		TEST(a_batch_of_nothing),
	};

	return cmocka_run_group_tests_name("library spawns", tests, NULL, NULL);
}
