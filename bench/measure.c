// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * Measure one spawn.
 *
 * Each method spawns twice. The first child reports its first instruction through
 * stdout, which is a pipe. The second child only ends, so that the total has
 * nothing else in it. The kernel puts some of its cleaning up off until later; here
 * it does so during a spawn of the same method.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "clock.h"
#include "mark.h"
#include "measure.h"
#include "outspawn.h"

#define AGAIN_COUNT 8 /* times that a program executes itself */
#define KNOWN_STRINGS 32

struct usage {
	long faults, switches;
};

struct known {
	enum program program;
	int count;
	bool again; /* the arguments of a program that executes itself are written there */
	struct strings strings;
};

static struct target targets[PROGRAMS];
static struct known known[KNOWN_STRINGS];
static int known_count;
static int silent = -1; /* /dev/null */
static int report_read = -1, report_write = -1;

static struct usage usage_so_far(void)
{
	struct rusage own, children;

	getrusage(RUSAGE_THREAD, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	return (struct usage){
		own.ru_minflt + own.ru_majflt + children.ru_minflt + children.ru_majflt,
		own.ru_nvcsw + own.ru_nivcsw + children.ru_nvcsw + children.ru_nivcsw,
	};
}

static const struct strings *strings_for(enum program program, int count, bool again)
{
	int i;

	for (i = 0; i < known_count; i++)
		if (known[i].program == program && known[i].count == count &&
		    known[i].again == again)
			return &known[i].strings;
	if (known_count == KNOWN_STRINGS)
		abort();
	known[i] = (struct known){ program, count, again, make_strings(program, count) };
	known_count++;
	return &known[i].strings;
}

/* Children's standard output: the pipe for reports, or nothing. */
static void set_output(bool report)
{
	dup2(report ? report_write : silent, STDOUT_FILENO);
}

static int wait_for(const struct children *children, int index)
{
	int status = 0;
	siginfo_t info;

	if (!children->pids[index]) {
		if (waitid(P_PIDFD, children->pidfd, &info, WEXITED) < 0)
			return errno;
		return info.si_code == CLD_EXITED && !info.si_status ? 0 : ECHILD;
	}
	if (waitpid(children->pids[index], &status, 0) < 0)
		return errno;
	return status ? ECHILD : 0;
}

static int wait_for_all(const struct children *children)
{
	int i, error, failed = 0;

	for (i = 0; i < children->count; i++) {
		error = wait_for(children, i);
		if (error)
			failed = error;
	}
	return failed;
}

/* Start the children, wait for them, and keep the times. Return the first tick. */
static uint64_t run_children(const struct question *question, const struct strings *strings,
			     struct sample *sample)
{
	struct children children;
	uint64_t begin, returned;

	if (question->traced)
		MARK(MARK_BEGIN);
	begin = ticks();
	sample->error = -start_children(question->method, &targets[question->program],
					strings->argv, strings->envp, &children);
	returned = ticks();
	if (question->traced)
		MARK(MARK_RETURNED);
	if (!sample->error)
		sample->error = wait_for_all(&children);
	sample->total = ticks() - begin;
	if (question->traced)
		MARK(MARK_END);
	sample->call = returned - begin;
	if (children.pidfd >= 0)
		close(children.pidfd);
	return begin;
}

static void measure_total(const struct question *question, const struct strings *strings,
			  struct sample *sample)
{
	int children = method_infos[question->method].children;
	struct usage before, after;
	int counter = -1;

	set_output(false);
	before = usage_so_far();
	if (question->counted)
		counter = begin_calls();
	run_children(question, strings, sample);
	sample->calls = end_of_calls(counter);
	after = usage_so_far();
	sample->call /= children;
	sample->total /= children;
	sample->faults = (after.faults - before.faults) / children;
	sample->switches = (after.switches - before.switches) / children;
	if (sample->calls > 0)
		sample->calls /= children;
}

static uint64_t latest_report(int count)
{
	struct child_report report;
	uint64_t latest = 0;

	while (count--) {
		if (read(report_read, &report, sizeof(report)) != sizeof(report))
			return 0;
		if (report.first > latest)
			latest = report.first;
	}
	return latest;
}

/* In a batch the last child's first instruction counts. */
static void measure_first(const struct question *question, const struct strings *strings,
			  struct sample *sample)
{
	int children = method_infos[question->method].children;
	struct question untraced = *question;
	struct sample second = { 0 };
	uint64_t begin, latest;

	untraced.traced = false;
	set_output(true);
	strings->argv[0][0] = 'r';
	begin = run_children(&untraced, strings, &second);
	strings->argv[0][0] = 'n';
	set_output(false);
	sample->error = second.error;
	if (second.error)
		return;
	latest = latest_report(children);
	sample->first = latest > begin ? (latest - begin) / children : 0;
}

/* A program that executes itself: the least that a spawn can cost. */
static void measure_again(const struct question *question, struct sample *sample)
{
	const struct strings *strings = strings_for(question->program, question->strings, true);
	struct question by_vfork = *question;
	char count[3] = { '0' + AGAIN_COUNT / 10, '0' + AGAIN_COUNT % 10 };
	char since[CHILD_SINCE_SIZE] = "----------------";
	struct child_report report;

	by_vfork.method = BY_VFORK;
	by_vfork.traced = false;
	strings->argv[0][0] = 'a';
	strings->argv[CHILD_COUNT] = count;
	strings->argv[CHILD_PATH] = targets[question->program].path;
	strings->argv[CHILD_SINCE] = since;
	set_output(true);
	run_children(&by_vfork, strings, sample);
	set_output(false);
	if (sample->error)
		return;
	if (read(report_read, &report, sizeof(report)) != sizeof(report)) {
		sample->error = EIO;
		return;
	}
	sample->total = (report.first - report.since) / AGAIN_COUNT;
	sample->call = sample->total;
	sample->first = sample->total;
}

static void *thread_body(void *first)
{
	*(uint64_t *)first = ticks();
	return NULL;
}

static void measure_thread(struct sample *sample)
{
	struct usage before = usage_so_far(), after;
	uint64_t begin, first = 0;
	pthread_t thread;

	begin = ticks();
	sample->error = pthread_create(&thread, NULL, thread_body, &first);
	sample->call = ticks() - begin;
	if (sample->error)
		return;
	pthread_join(thread, NULL);
	sample->total = ticks() - begin;
	sample->first = first - begin;
	after = usage_so_far();
	sample->faults = after.faults - before.faults;
	sample->switches = after.switches - before.switches;
}

/*
 * After fork the caller's pages are write-protected. A spawn by vfork writes to
 * those that the next method needs, so that it does not pay for fork.
 */
static void recover_from_fork(const struct question *question, const struct strings *strings)
{
	struct question by_vfork = { question->program, question->strings, BY_VFORK, false, false };
	struct sample unused = { 0 };

	run_children(&by_vfork, strings, &unused);
}

static struct sample measure(const struct question *question)
{
	const struct strings *strings = strings_for(question->program, question->strings, false);
	struct sample sample = { .calls = -1 };

	if (question->method == BY_THREAD) {
		measure_thread(&sample);
		return sample;
	}
	if (question->method == BY_REEXEC) {
		measure_again(question, &sample);
		return sample;
	}
	if (program_infos[question->program].own && bench_clock.counter) {
		measure_first(question, strings, &sample);
		if (question->method == BY_FORK)
			recover_from_fork(question, strings);
	}
	if (!sample.error)
		measure_total(question, strings, &sample);
	if (question->method == BY_FORK)
		recover_from_fork(question, strings);
	return sample;
}

static void open_target(enum program program, int device, unsigned int flags)
{
	struct target *target = &targets[program];
	int fd;

	*target = (struct target){ .device = device, .tmpl = -1, .tmpl_of_fd = -1, .flags = flags };
	target->name = program_infos[program].file;
	if (!find_program(program, target->path, sizeof(target->path)) || device < 0)
		return;
	target->tmpl = outspawn_template(device, target->path);
	fd = open(target->path, O_PATH | O_CLOEXEC);
	target->tmpl_of_fd = outspawn_template_fd(device, fd);
	close(fd);
}

static void prepare(enum caller caller, int device)
{
	const struct caller_info *info = &caller_infos[caller];
	unsigned int flags = 0;
	char path[2 * PATH_MAX];
	int ends[2], program;

	/* Methods that search find the programs in the first directory. */
	snprintf(path, sizeof(path), "%s:%s", bench_directory(), getenv("PATH") ?: "/usr/bin:/bin");
	setenv("PATH", path, 1);
	silent = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (pipe2(ends, O_CLOEXEC) < 0 || silent < 0)
		_exit(1);
	report_read = ends[0];
	report_write = ends[1];
	/* Then outspawn's children have the same descriptors as the others'. */
	if (info->fds && info->cloexec == CLOEXEC_NONE)
		flags = OUTSPAWN_INHERIT_FDS;
	for (program = 0; program < PROGRAMS; program++)
		open_target(program, device, flags);
}

void serve(enum caller caller, int device, int ask, int answer)
{
	struct question question;
	struct sample sample;
	const char *failed;

	prepare(caller, device);
	failed = become_caller(caller);
	if (failed) {
		fprintf(stderr, "bench: the caller %s: %s: %s\n", caller_infos[caller].name, failed,
			strerror(errno));
		_exit(1);
	}
	while (read(ask, &question, sizeof(question)) == sizeof(question)) {
		set_busy(true);
		sample = measure(&question);
		set_busy(false);
		if (write(answer, &sample, sizeof(sample)) != sizeof(sample))
			break;
	}
	_exit(0);
}
