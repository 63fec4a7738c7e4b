// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_batch.c - many spawns in one call
 */
#include "common_process.h"
#include "common_slow.h"

#include <sys/time.h>

#define MANY 1000
/*
 * Each entry fails at once. There are so many that a signal arrives before the
 * last one.
 */
#define VERY_MANY (1 << 22)

static struct spawn_template_spawn_args args_for(char *const argv[])
{
	return (struct spawn_template_spawn_args){ .argv = (uintptr_t)argv };
}

static struct spawn_template_batch_entry entry_of(int template,
						  const struct spawn_template_spawn_args *args)
{
	return (struct spawn_template_batch_entry){ .tmpl = template,
						    .args_size = sizeof(*args),
						    .args = (uintptr_t)args };
}

/* Call again for the rest after a signal, as a library does. */
static int batch_all(struct spawn_template_batch_entry *entries, int count)
{
	int done = 0;

	while (done < count) {
		int got = sys_batch(entries + done, count - done);

		if (got <= 0)
			return got;
		done += got;
	}
	return done;
}

static void several_templates(void)
{
	int other = template_of("/bin/true");
	struct spawn_template_spawn_args args[] = { args_for(ARGV("probe", "exit", "1")),
						    args_for(ARGV("true")),
						    args_for(ARGV("probe", "exit", "2")) };
	struct spawn_template_path_args by_path = { .spawn = (uintptr_t)&args[0],
						    .spawn_size = sizeof(args[0]),
						    .file = (uintptr_t)PROBE };
	struct spawn_template_batch_entry entries[] = {
		entry_of(probe, &args[0]),
		entry_of(other, &args[1]),
		entry_of(probe, &args[2]),
		{ .tmpl = -1, .args_size = sizeof(by_path), .args = (uintptr_t)&by_path },
	};

	check_eq(sys_batch(entries, 4), 4);
	check_eq(wait_for(entries[0].result.pid), 1);
	check_eq(wait_for(entries[1].result.pid), 0);
	check_eq(wait_for(entries[2].result.pid), 2);
	check_eq(wait_for(entries[3].result.pid), 1);
	close(other);
}

static void a_failing_entry_stops_no_other(void)
{
	struct spawn_template_result own = { 0 }, own_of_stale = { 0 }, own_of_wild = { 0 };
	struct spawn_template_action nothing = { .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 999 };
	struct spawn_template_spawn_args good = args_for(ARGV("probe", "exit", "5"));
	struct spawn_template_spawn_args bad = good, wild = good, old = good;
	struct spawn_template_batch_entry entries[8];
	int stale, i;

	stale = template_of(own_probe("stale"));
	must(chmod(in_scratch("stale"), 0700));
	bad.actions = (uintptr_t)&nothing;
	bad.actions_len = 1;
	bad.result = (uintptr_t)&own;
	wild.argv = 8;
	wild.result = (uintptr_t)&own_of_wild;
	old.result = (uintptr_t)&own_of_stale;
	entries[0] = entry_of(probe, &bad);
	entries[1] = entry_of(probe, &good);
	entries[2] = entry_of(stale, &old);
	entries[3] = entry_of(999, &good);
	entries[4] = entry_of(device, &good);
	entries[5] = entry_of(probe, &wild);
	entries[6] = entry_of(probe, (void *)8);
	entries[7] = entry_of(probe, &good);
	check_eq(sys_batch(entries, 8), 8);
	check_eq(entries[0].result.error, EBADF);
	check_eq(entries[0].result.stage, SPAWN_TEMPLATE_STAGE_ACTION);
	check_eq(entries[0].result.action, 0);
	check_eq(own.error, EBADF);
	/* Entries without a child write to their own result, too. */
	check(!memcmp(&own_of_stale, &entries[2].result, sizeof(own_of_stale)));
	check(!memcmp(&own_of_wild, &entries[5].result, sizeof(own_of_wild)));
	check_eq(entries[2].result.error, ESTALE);
	check_eq(entries[2].result.stage, SPAWN_TEMPLATE_STAGE_TEMPLATE);
	check_eq(entries[3].result.error, EBADF);
	check_eq(entries[4].result.error, ENOTTY);
	check_eq(entries[5].result.error, EFAULT);
	check_eq(entries[6].result.error, EFAULT);
	for (i = 0; i < 8; i++)
		if (i != 1 && i != 7)
			check_eq(entries[i].result.pid, 0);
	check_eq(wait_for(entries[1].result.pid), 5);
	check_eq(wait_for(entries[7].result.pid), 5);
	check_eq(count_children(), 0);
	close(stale);
}

static void pidfds_and_asynchronous_ones(void)
{
	struct spawn_template_spawn_args args[4];
	struct spawn_template_batch_entry entries[4];
	char *const argv[] = { "probe", "exit", "0", NULL };
	int pidfds[4], i;

	for (i = 0; i < 4; i++) {
		args[i] = args_for(argv);
		args[i].pidfd = (uintptr_t)&pidfds[i];
		args[i].flags = i % 2 ? SPAWN_TEMPLATE_SPAWN_ASYNC : 0;
		entries[i] = entry_of(probe, &args[i]);
	}
	check_eq(sys_batch(entries, 4), 4);
	for (i = 0; i < 4; i++) {
		siginfo_t info = { 0 };

		must(waitid(P_PIDFD, pidfds[i], &info, WEXITED));
		check_eq(info.si_pid, entries[i].result.pid);
		check_eq(info.si_status, 0);
		close(pidfds[i]);
	}
}

static void bad_calls(void)
{
	struct spawn_template_spawn_args args = args_for(ARGV("probe", "exit", "0"));
	struct spawn_template_batch_entry entry = entry_of(probe, &args);
	struct spawn_template_batch_args good = { .entries = (uintptr_t)&entry,
						  .count = 1,
						  .entry_size = sizeof(entry) };
	struct spawn_template_batch_args bad;

	bad = good;
	bad.flags = 1;
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &bad)), EINVAL);
	bad = good;
	bad.entry_size = sizeof(entry) - 8;
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &bad)), EINVAL);
	bad.entry_size = sizeof(entry) + 1;
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &bad)), EINVAL);
	bad = good;
	bad.count = -1;
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &bad)), EINVAL);
	bad = good;
	bad.entries = 8;
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &bad)), EFAULT);
	bad = good;
	bad.count = 0;
	check_eq(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &bad), 0);
	check_eq(error_of(ioctl(probe, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &good)), ENOTTY);
	check_eq(count_children(), 0);
}

/* The list runs into unmapped memory: the entries before that are done. */
static void list_that_ends_too_early(void)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct spawn_template_spawn_args args = args_for(ARGV("probe", "exit", "0"));
	struct spawn_template_batch_entry *entries;
	int i;

	must(munmap(pages + 4096, 4096));
	entries = (void *)(pages + 4096 - 3 * sizeof(*entries));
	for (i = 0; i < 3; i++)
		entries[i] = entry_of(probe, &args);
	check_eq(sys_batch(entries, 5), 3);
	for (i = 0; i < 3; i++)
		check_eq(wait_for(entries[i].result.pid), 0);
	check_eq(count_children(), 0);
	must(munmap(pages, 4096));
}

static void a_thousand(void)
{
	struct spawn_template_batch_entry *entries = calloc(MANY, sizeof(*entries));
	struct spawn_template_spawn_args *args = calloc(MANY, sizeof(*args));
	struct spawn_template_action nothing = { .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 999 };
	char *argvs[100][4];
	int i;

	for (i = 0; i < 100; i++)
		memcpy(argvs[i], ARGV("probe", "exit", text("%d", i)), sizeof(argvs[i]));
	for (i = 0; i < MANY; i++) {
		args[i] = args_for(argvs[i % 100]);
		if (i % 10 == 9) {
			args[i].actions = (uintptr_t)&nothing;
			args[i].actions_len = 1;
		}
		entries[i] = entry_of(probe, &args[i]);
	}
	check_eq(batch_all(entries, MANY), MANY);
	for (i = 0; i < MANY; i++) {
		check_eq(entries[i].result.error, i % 10 == 9 ? EBADF : 0);
		if (!entries[i].result.error)
			check_eq(wait_for(entries[i].result.pid), i % 100);
	}
	check_eq(error_of(waitpid(-1, NULL, __WALL)), ECHILD);
	free(entries);
	free(args);
}

static void ignore_signal(int number)
{
	(void)number;
}

/* A signal ends the call early; its return value says where to continue. */
static void interrupted_in_child(void *unused)
{
	struct spawn_template_batch_entry *entries = calloc(MANY, sizeof(*entries));
	struct spawn_template_spawn_args args = args_for(ARGV("probe", "exit", "0"));
	struct itimerval timer = { { 0, 20000 }, { 0, 20000 } };
	int i, done = 0, calls = 0;

	(void)unused;
	own_template();
	signal(SIGALRM, ignore_signal);
	setitimer(ITIMER_REAL, &timer, NULL);
	for (i = 0; i < MANY; i++)
		entries[i] = entry_of(probe, &args);
	while (done < MANY) {
		int got = sys_batch(entries + done, MANY - done);

		check(got > 0);
		for (i = done; i < done + got; i++)
			check(entries[i].result.pid > 0);
		/* No later entry was begun. */
		for (i = done + got; i < MANY; i++)
			check_eq(entries[i].result.pid, 0);
		done += got;
		calls++;
	}
	timer = (struct itimerval){ 0 };
	setitimer(ITIMER_REAL, &timer, NULL);
	for (i = 0; i < MANY; i++)
		check_eq(wait_for(entries[i].result.pid), 0);
	check_eq(error_of(waitpid(-1, NULL, __WALL)), ECHILD);
	check(calls > 1);
}

static void interrupted(void)
{
	in_child(interrupted_in_child, NULL);
}

/* Return zeroed memory, shared with forked processes. */
static void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(memory != MAP_FAILED);
	return memory;
}

/* Return entries with the same bad flags, which fail before there is a child. */
static struct spawn_template_batch_entry *very_many_bad_entries(void)
{
	static const struct spawn_template_spawn_args bad = { .flags = 1ULL << 63 };
	static const struct spawn_template_path_args by_path = { .spawn = (uintptr_t)&bad,
								 .spawn_size = sizeof(bad) };
	struct spawn_template_batch_entry *entries = shared_memory(VERY_MANY * sizeof(*entries));
	int i;

	for (i = 0; i < VERY_MANY; i++)
		entries[i] = (struct spawn_template_batch_entry){ .tmpl = -1,
								  .args_size = sizeof(by_path),
								  .args = (uintptr_t)&by_path };
	return entries;
}

static int error_in(const struct spawn_template_batch_entry *entries, int index)
{
	return ((const volatile struct spawn_template_batch_entry *)entries)[index].result.error;
}

/*
 * Make the batch in a forked caller, one call after the other, until a call
 * does fewer entries than it could. Note how many entries were done.
 */
static pid_t begin_batch(struct spawn_template_batch_entry *entries, volatile int *done)
{
	pid_t caller = must(fork());

	if (!caller) {
		int got = SPAWN_TEMPLATE_MAX_BATCH;

		must(sigaction(SIGUSR1,
			       &(struct sigaction){ .sa_handler = ignore_signal,
						    .sa_flags = SA_RESTART },
			       NULL));
		for (; got == SPAWN_TEMPLATE_MAX_BATCH && *done < VERY_MANY; *done += got)
			got = sys_batch(entries + *done, VERY_MANY - *done);
		_exit(0);
	}
	wait_until(error_in(entries, 0));
	return caller;
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	must(waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT));
	return info.si_pid;
}

/* The entries that the calls counted were done, and no later one. */
static void ended_early(const struct spawn_template_batch_entry *entries, int got)
{
	int i;

	check(got >= 1);
	check(got < VERY_MANY);
	for (i = 0; i < got; i++)
		check_eq(error_in(entries, i), EINVAL);
	for (; i < VERY_MANY; i++)
		check_eq(error_in(entries, i), 0);
}

/*
 * A batch of three, made by a thread. The first entry reads a page that the
 * test fills.
 */
struct slow_batch {
	struct spawn_template_spawn_args slow_args, args;
	struct spawn_template_batch_entry entries[3];
	char *slow_argv[5];
	struct slow slow;
	pthread_t thread;
	int done;
};

static void *batch_in_thread(void *argument)
{
	struct slow_batch *batch = argument;

	batch->done = sys_batch(batch->entries, 3);
	return NULL;
}

static void begin_slow_batch(struct slow_batch *batch)
{
	static char *const argv[] = { "probe", "exit", "0", NULL };
	int i;

	slow_make(&batch->slow);
	memcpy(batch->slow_argv, argv, sizeof(argv));
	batch->slow_argv[3] = batch->slow.page;
	batch->slow_args = args_for(batch->slow_argv);
	batch->args = args_for(argv);
	for (i = 0; i < 3; i++)
		batch->entries[i] = entry_of(probe, i ? &batch->args : &batch->slow_args);
	check_eq(pthread_create(&batch->thread, NULL, batch_in_thread, batch), 0);
	slow_wait(&batch->slow);
}

static int end_slow_batch(struct slow_batch *batch)
{
	int i;

	slow_fill(&batch->slow, "", 1);
	check_eq(pthread_join(batch->thread, NULL), 0);
	for (i = 0; i < batch->done; i++)
		check_eq(wait_for(batch->entries[i].result.pid), 0);
	slow_end(&batch->slow);
	return batch->done;
}

/*
 * The caller closes the template while the batch reads the first entry. That
 * entry has the last reference: with KASAN, a use after the child's end shows.
 */
CHILD_TEST(template_closed_during_a_batch)
{
	struct slow_batch batch = { 0 };
	int i;

	own_template();
	begin_slow_batch(&batch);
	check_eq(close(probe), 0);
	slow_fill(&batch.slow, "", 1);
	check_eq(pthread_join(batch.thread, NULL), 0);
	check_eq(batch.done, 3);
	check_eq(wait_for(batch.entries[0].result.pid), 0);
	for (i = 1; i < 3; i++)
		check_eq(batch.entries[i].result.error, EBADF);
	slow_end(&batch.slow);
}

/*
 * Signals that the kernel drops end no batch, although the call blocks most
 * signals.
 */
CHILD_TEST(ignored_signals_do_not_end_a_batch)
{
	static const int ignored[] = { SIGCHLD, SIGURG, SIGWINCH, SIGCONT };
	struct slow_batch batch = { 0 };
	size_t i;

	own_template();
	begin_slow_batch(&batch);
	for (i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		check_eq(pthread_kill(batch.thread, ignored[i]), 0);
	check_eq(end_slow_batch(&batch), 3);
}

/* A handled signal ends the batch after the entry that was being read. */
CHILD_TEST(handled_sigchld_ends_a_batch)
{
	struct slow_batch batch = { 0 };

	own_template();
	signal(SIGCHLD, ignore_signal);
	begin_slow_batch(&batch);
	check_eq(pthread_kill(batch.thread, SIGCHLD), 0);
	check_eq(end_slow_batch(&batch), 1);
}

/*
 * No child is made, where fork would notice a signal. A signal may also come
 * between two calls.
 */
CHILD_TEST(handler_among_entries_that_fail_early)
{
	struct spawn_template_batch_entry *entries = very_many_bad_entries();
	volatile int *done = shared_memory(sizeof(*done));
	pid_t caller = begin_batch(entries, done);

	while (!has_ended(caller)) {
		must(kill(caller, SIGUSR1));
		usleep(100);
	}
	check_eq(wait_for(caller), 0);
	ended_early(entries, *done);
}

CHILD_TEST(stop_among_entries_that_fail_early)
{
	struct spawn_template_batch_entry *entries = very_many_bad_entries();
	volatile int *done = shared_memory(sizeof(*done));
	pid_t caller = begin_batch(entries, done);

	while (!has_ended(caller)) {
		must(kill(caller, SIGSTOP));
		wait_for_state(caller, "TZ");
		must(kill(caller, SIGCONT));
		usleep(100);
	}
	check_eq(wait_for(caller), 0);
	ended_early(entries, *done);
}

/*
 * A call defers some work of its entries to its end, so their number is
 * bounded.
 */
static void a_call_does_at_most_max_batch_entries(void)
{
	struct spawn_template_batch_entry *entries = very_many_bad_entries();

	check_eq(sys_batch(entries, VERY_MANY), SPAWN_TEMPLATE_MAX_BATCH);
	check_eq(error_in(entries, SPAWN_TEMPLATE_MAX_BATCH - 1), EINVAL);
	check_eq(error_in(entries, SPAWN_TEMPLATE_MAX_BATCH), 0);
	check_eq(sys_batch(entries, SPAWN_TEMPLATE_MAX_BATCH), SPAWN_TEMPLATE_MAX_BATCH);
	must(munmap(entries, VERY_MANY * sizeof(*entries)));
}

/* The caller is killed in the middle: its children end as any orphans do. */
CHILD_TEST(caller_killed_in_the_middle)
{
	struct spawn_template_batch_entry *entries = mmap(NULL, MANY * sizeof(*entries),
							  PROT_READ | PROT_WRITE,
							  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct spawn_template_spawn_args args = args_for(ARGV("probe", "exit", "0"));
	int status, ended = 0, known = 0, i;
	pid_t caller;

	caller = must(fork());
	if (!caller) {
		own_template();
		for (i = 0; i < MANY; i++)
			entries[i] = entry_of(probe, &args);
		sys_batch(entries, MANY);
		_exit(0);
	}
	wait_until(((volatile struct spawn_template_batch_entry *)entries)[100].result.pid);
	must(kill(caller, SIGKILL));
	check_eq(wait_for(caller), 128 + SIGKILL);
	while (waitpid(-1, &status, __WALL) > 0) {
		check(WIFEXITED(status));
		check_eq(WEXITSTATUS(status), 0);
		ended++;
	}
	for (i = 0; i < MANY; i++)
		known += entries[i].result.pid > 0;
	check(known > 100);
	check(ended >= known);
	munmap(entries, MANY * sizeof(*entries));
}

SUITE("batch", T(several_templates), T(a_failing_entry_stops_no_other),
      T(pidfds_and_asynchronous_ones), T(bad_calls), T(list_that_ends_too_early), T(a_thousand),
      T(interrupted), T(template_closed_during_a_batch), T(ignored_signals_do_not_end_a_batch),
      T(handled_sigchld_ends_a_batch), T(a_call_does_at_most_max_batch_entries),
      T(handler_among_entries_that_fail_early), T(stop_among_entries_that_fail_early),
      T(caller_killed_in_the_middle));
