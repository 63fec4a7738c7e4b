// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * worker.c - one process: makes calls, one after the other, and waits for the
 * children
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_CHILDREN 24
/* An asynchronous child that failed before exec exits with this. */
#define FAILED_STATUS 127
#define TIDY_EVERY 64
#define PATIENCE_US 200000
#define RACE_ONE_IN 20
#define INJECT_ONE_IN 6
#define INJECT_UP_TO 48
#define CHANGE_ONE_IN 40
#define VICTIM_ONE_IN 4000
#define TRACED_ONE_IN 1000
#define TRACED_CALLS 8
#define OTHER_CALLS_ONE_IN 64

struct child {
	pid_t pid;
	int status; /* the expected exit status, or -1 */
	uint64_t flags; /* of the spawn */
	const struct spawn_template_result *result; /* of an asynchronous spawn, or NULL */
};

static struct child children[MAX_CHILDREN];
static unsigned int children_count;
static const struct options *options;
static struct rng rng;
static bool by_chance; /* allocations of children fail at random */
static bool filtered; /* a filter denies children's steps or kills children */
static bool can_autoreap; /* the kernel has CLONE_AUTOREAP */

/* Children */

/* Did an asynchronous child fail after the call? Its result must agree, if it has one. */
static bool failed_later(const struct child *child, int status)
{
	const struct spawn_template_result *result = child->result;

	if (!(child->flags & SPAWN_TEMPLATE_SPAWN_ASYNC) || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != FAILED_STATUS)
		return false;
	if (!result)
		return true;
	if (!result->error)
		return false;
	if (result->pid != child->pid || result->error < 0 ||
	    result->stage < SPAWN_TEMPLATE_STAGE_CREATE ||
	    result->stage >= STAGES)
		complain("late result of %d: pid %d error %d stage %u action %d", child->pid,
			 result->pid, result->error, result->stage, result->action);
	else
		stats->stages[result->stage]++;
	return true;
}

/* Does the kernel reap the child? Then wait(2) fails with ECHILD after its end. */
static bool is_autoreaped(const struct child *child)
{
	return can_autoreap && child->flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP;
}

/* Has the child ended? Then reap it. */
static bool try_reap(const struct child *child, int flags)
{
	int status;
	pid_t pid;

	do
		pid = waitpid(child->pid, &status, flags | __WALL);
	while (pid < 0 && errno == EINTR);
	if (!pid)
		return false;
	if (pid < 0) {
		/* A racer may have set AUTOREAP in the call. */
		if (!is_autoreaped(child) && (!can_autoreap || child->status >= 0))
			complain("child %d is lost: %s", child->pid, strerror(errno));
		stats->autoreaped += is_autoreaped(child);
		return true;
	}
	stats->reaped++;
	if (child->status < 0)
		return true;
	if (is_autoreaped(child))
		complain("the kernel did not reap child %d", child->pid);
	stats->clean++;
	if (failed_later(child, status))
		stats->late++;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == child->status)
		stats->exited_well++;
	else
		complain("child %d ended with %#x, not with status %d", child->pid, status,
			 child->status);
	return true;
}

/* Reap a child. Kill it if it may be any program, which might never end. */
static void reap(const struct child *child)
{
	bool stopped = child->flags & SPAWN_TEMPLATE_SPAWN_STOPPED;
	unsigned int waited = 0;

	if (child->status >= 0 && !stopped) {
		try_reap(child, 0);
		return;
	}
	while (!try_reap(child, WNOHANG)) {
		/* More than once: it is not known when an asynchronous child stops. */
		if (stopped)
			kill(child->pid, SIGCONT);
		if (child->status < 0 && waited >= PATIENCE_US) {
			kill(child->pid, SIGKILL);
			stats->killed++;
			try_reap(child, 0);
			return;
		}
		usleep(500);
		waited += 500;
	}
}

static void reap_all(void)
{
	while (children_count)
		reap(&children[--children_count]);
}

static void started(const struct order *order, pid_t pid, bool exact)
{
	struct child child = { pid, exact ? order->status : -1, order->flags, order->result };

	stats->started++;
	if (rng_one_in(&rng, 8)) {
		kill(pid, SIGKILL);
		stats->killed++;
		child.status = -1;
	}
	/*
	 * An asynchronous child may write its result through a wrong pointer. Reap it, so
	 * that it writes before the next call. Also reap a child with AUTOREAP: another
	 * child may get its pid later.
	 */
	if (rng_one_in(&rng, 2) || children_count == MAX_CHILDREN || is_autoreaped(&child) ||
	    (child.status < 0 && child.flags & SPAWN_TEMPLATE_SPAWN_ASYNC))
		reap(&child);
	else
		children[children_count++] = child;
}

static void expect_no_child(void)
{
	pid_t pid = waitpid(-1, NULL, WNOHANG | __WALL);

	if (!pid)
		complain("there is a living child that no call returned");
	else if (pid > 0)
		complain("child %d has ended, and no call returned it", pid);
	else if (errno != ECHILD)
		complain("wait for any child: %s", strerror(errno));
}

/* A call */

static void account(enum kind kind, int ret, int error)
{
	stats->calls[kind]++;
	if (ret >= 0)
		stats->ok[kind]++;
	else
		stats->errors[kind][error < MAX_ERRNO ? error : 0]++;
	if (ret < 0 && error >= MAX_ERRNO)
		complain("the kernel's own error number %d", error);
}

static bool is_child(pid_t pid)
{
	unsigned int i;

	for (i = 0; i < children_count; i++)
		if (children[i].pid == pid)
			return true;
	return false;
}

/* End children whose pids a batch could not write, because its memory was gone. */
static void end_unknown(void)
{
	char path[64], list[4096] = "", *next = list, *end;
	pid_t pid;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", gettid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, list, sizeof(list) - 1) < 0)
		complain("%s: %s", path, strerror(errno));
	close(fd);
	for (; (pid = strtol(next, &end, 10)) > 0; next = end) {
		if (is_child(pid))
			continue;
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
			;
		stats->unknown++;
	}
}

/* Check a call whose memory no other thread changed. */
static void check_spawn(const struct order *order, int ret, int error)
{
	const struct spawn_template_result *result = order->result;

	if (ret > 0 && order->pidfd) {
		struct pollfd pollfd = { *order->pidfd, POLLIN, 0 };

		if (*order->pidfd < 0 || poll(&pollfd, 1, 0) < 0 || pollfd.revents & POLLNVAL)
			complain("no pidfd after success: %d", *order->pidfd);
	}
	if (ret < 0 && order->pidfd && *order->pidfd != -1 && *order->pidfd != -2)
		complain("a pidfd after failure: %d", *order->pidfd);
	if (!result || (ret < 0 && (error == EBADF || error == ENOTTY)))
		return;
	/* An asynchronous child writes the result until its end. */
	if (ret > 0 && order->flags & SPAWN_TEMPLATE_SPAWN_ASYNC)
		return;
	if (ret > 0 &&
	    (result->pid != ret || result->error || result->stage || result->action != -1))
		complain("result after success: pid %d error %d stage %u action %d", result->pid,
			 result->error, result->stage, result->action);
	if (ret < 0 && (result->pid || result->error != error || !result->stage))
		complain("result after %d: pid %d error %d stage %u action %d", error, result->pid,
			 result->error, result->stage, result->action);
	if (ret < 0 && result->stage < STAGES)
		stats->stages[result->stage]++;
}

/* May a good call fail with this errno, because of changed files? */
static bool may_fail_with(const struct call *call, int error)
{
	if (filtered)
		return true;
	switch (error) {
	case EACCES:
	case ESTALE:
		return true;
	case ETXTBSY:
		return true;
	case ENOEXEC: /* a child's action truncated the file */
		return call->kind == KIND_CREATE || call->kind == KIND_PATH;
	case EAGAIN:
		return is_spawn(call->kind) && geteuid();
	}
	return !is_spawn(call->kind) && call->kind != KIND_CREATE;
}

static void keep_template(const struct call *call, int fd)
{
	if (call->slot >= 0)
		dup3(fd, call->slot, call->slot & 1 ? O_CLOEXEC : 0);
	close(fd);
}

/* Check the entries and results of a batch. exact: no other thread changed them. */
static void made_entries(const struct call *call, int count, bool exact)
{
	int i;

	if (count > MAX_ORDERS)
		complain("a batch did %d entries", count);
	for (i = 0; i < count && i < MAX_ORDERS; i++) {
		const struct spawn_template_result *result = &call->entries[i].result;
		const struct order *order = &call->orders[i];

		if (result->pid < 0 || result->error < 0 || !result->pid == !result->error)
			complain("entry %d of a batch: pid %d error %d", i, result->pid,
				 result->error);
		check_spawn(order, result->error ? -1 : result->pid, result->error);
		if (result->pid > 0)
			started(order, result->pid, exact);
		if (result->error && call->gentle && !may_fail_with(call, result->error))
			complain("a good entry of a batch fails with %s",
				 strerrorname_np(result->error));
	}
}

static void made_batch(const struct call *call, int ret, bool exact)
{
	bool known = exact && call->kind == KIND_BATCH && !call->mutations;

	if (ret > 0 && known)
		made_entries(call, ret, !by_chance && !filtered);
	else
		end_unknown();
}

static bool is_single_spawn(unsigned int cmd)
{
	return _IOC_TYPE(cmd) == SPAWN_TEMPLATE_IOC_MAGIC &&
	       (_IOC_NR(cmd) == _IOC_NR(SPAWN_TEMPLATE_IOC_SPAWN) ||
		_IOC_NR(cmd) == _IOC_NR(SPAWN_TEMPLATE_IOC_SPAWN_PATH));
}

static void made(const struct call *call, int ret, int error, bool exact)
{
	if (exact && (call->kind == KIND_SPAWN || call->kind == KIND_PATH) && !call->mutations)
		check_spawn(&call->orders[0], ret, error);
	if (exact && ret < 0 && call->gentle && !may_fail_with(call, error))
		complain("a good call fails with %s: %s", strerrorname_np(error), call->text);
	/* The result is a descriptor or a child, depending on the number of the ioctl. */
	if (_IOC_TYPE(call->cmd) == SPAWN_TEMPLATE_IOC_MAGIC &&
	    _IOC_NR(call->cmd) == _IOC_NR(SPAWN_TEMPLATE_IOC_SPAWN_BATCH))
		made_batch(call, ret, exact);
	/* A failed spawn leaves no child, even if its memory was changed. */
	if (is_single_spawn(call->cmd) && ret < 0 && !children_count)
		expect_no_child();
	if (_IOC_TYPE(call->cmd) != SPAWN_TEMPLATE_IOC_MAGIC || ret <= 0)
		return;
	if (_IOC_NR(call->cmd) == _IOC_NR(SPAWN_TEMPLATE_IOC_CREATE))
		keep_template(call, ret);
	else if (is_single_spawn(call->cmd))
		started(&call->orders[0], ret, exact && !by_chance && !filtered);
}

static void say(uint64_t number, const struct call *call, bool race, unsigned int nth)
{
	printf("%u %lu: %s ioctl(%d, %#x, %#lx)%s%s", this_worker, (unsigned long)number,
	       kind_names[call->kind], call->fd, call->cmd, (unsigned long)call->arg,
	       race ? " raced" : "", nth ? " failing" : "");
	printf(" %s\n", call->text);
	fflush(stdout);
}

static void end_race(struct call *call)
{
	int i;

	racer_end();
	stats->raced++;
	/* A racer may set ASYNC: then the kernel writes to this call's memory after it. */
	for (i = 0; i < MAX_ORDERS; i++)
		call->orders[i].flags |= SPAWN_TEMPLATE_SPAWN_ASYNC;
}

static void make_call(uint64_t number)
{
	bool race, exact;
	unsigned int nth;
	struct call call;
	int ret, error;

	call_make(&call, &rng, this_worker);
	race = rng_one_in(&rng, RACE_ONE_IN) && options->race;
	nth = rng_one_in(&rng, INJECT_ONE_IN) ? 1 + rng_below(&rng, INJECT_UP_TO) : 0;
	if (!options->inject)
		nth = 0;
	exact = !race && !nth && !by_chance;
	if (options->verbose)
		say(number, &call, race, nth);
	if (race)
		racer_begin(rng_next(&rng));
	if (nth)
		inject_set(nth);
	ret = ioctl(call.fd, call.cmd, call.arg);
	error = errno;
	if (nth && inject_done())
		stats->injected++;
	if (race)
		end_race(&call);
	account(call.kind, ret, error);
	if (options->verbose)
		printf("\t= %d %s\n", ret, ret < 0 ? strerrorname_np(error) : "");
	made(&call, ret, error, exact);
}

/* Killed and traced callers. The parent process inherits their children. */

static void be_a_victim(unsigned int calls)
{
	bool any_kind = rng_one_in(&rng, 2);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A template does not work in a forked process. */
	world_open_templates(this_worker);
	this_worker += 100;
	/* A victim's own filter may kill it. */
	if (filtered && rng_one_in(&rng, 2))
		watched_filter(rng_next(&rng), true);
	while (calls--) {
		struct call call;

		do
			call_make(&call, &rng, this_worker % 100);
		while (!is_spawn(call.kind) && !any_kind);
		if (ioctl(call.fd, call.cmd, call.arg) > 0)
			while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
				;
	}
	_exit(0);
}

static pid_t start_a_victim(unsigned int calls)
{
	pid_t pid = fork();

	if (!pid)
		be_a_victim(calls);
	return pid;
}

static void trace_a_caller(void)
{
	pid_t pid;

	/* watched_trace() waits for any child: only the caller and tracees may be left. */
	reap_all();
	pid = start_a_victim(TRACED_CALLS);
	if (pid < 0)
		return;
	watched_trace(&rng, pid);
	stats->callers_traced++;
}

static void kill_a_caller(void)
{
	unsigned int microseconds = rng_below(&rng, 20000);
	pid_t pid = start_a_victim(-1U);

	if (pid < 0)
		return;
	usleep(5000 + microseconds);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	stats->callers_killed++;
}

/* Other system calls on a template's descriptor. */
static void other_calls(void)
{
	int fd = FD_SHARED + rng_below(&rng, FD_SLOT_END - FD_SHARED);
	struct pollfd pollfd = { fd, POLLIN | POLLOUT, 0 };
	char buffer[1024], path[64];
	void *memory;
	int info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = open(path, O_RDONLY | O_CLOEXEC);
	if (info >= 0 && read(info, buffer, sizeof(buffer)) <= 0)
		complain("fdinfo of a template is empty");
	close(info);
	poll(&pollfd, 1, 0);
	if (read(fd, buffer, 1) >= 0 || write(fd, buffer, 1) >= 0)
		complain("a template can be read or written");
	lseek(fd, 1, SEEK_SET);
	memory = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (memory != MAP_FAILED)
		complain("a template can be mapped");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	info = open(path, O_RDWR | O_CLOEXEC);
	if (info >= 0)
		complain("a template can be opened a second time");
}

static void tidy(void)
{
	reap_all();
	world_close_free();
	if (!geteuid())
		world_unmount();
	expect_no_child();
}

static void step(uint64_t number)
{
	rng = rng_of(options->seed, this_worker, number);
	atomic_store(&stats->position, number);
	make_call(number);
	if (rng_one_in(&rng, CHANGE_ONE_IN)) {
		world_change(&rng, this_worker);
		stats->changes++;
	}
	if (rng_one_in(&rng, VICTIM_ONE_IN) && options->race)
		kill_a_caller();
	if (rng_one_in(&rng, TRACED_ONE_IN) && options->watch)
		trace_a_caller();
	if (rng_one_in(&rng, OTHER_CALLS_ONE_IN))
		other_calls();
	if (number % TIDY_EVERY == 0)
		tidy();
	if (options->inject && number % (4 * TIDY_EVERY) == 0) {
		by_chance = rng_one_in(&rng, 3);
		inject_by_chance(by_chance);
	}
}

/*
 * Block all signals, since a child may send any exit signal. Only the signal that the
 * racer sends is not blocked.
 */
static void block_signals(void)
{
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void ask_kernel(void)
{
	struct spawn_template_info info = { 0 };

	if (ioctl(FD_DEVICE, SPAWN_TEMPLATE_IOC_INFO, &info) < 0)
		complain("INFO: %s", strerror(errno));
	can_autoreap = info.spawn_flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP;
}

/* Limits for mutated programs and for the number of processes. */
static void set_limits(void)
{
	const struct {
		int what;
		rlim_t limit;
	} limits[] = {
		{ RLIMIT_AS, 2UL << 30 }, { RLIMIT_CORE, 0 },	     { RLIMIT_NOFILE, FD_LIMIT },
		{ RLIMIT_NPROC, 400 },	  { RLIMIT_STACK, 8 << 20 }, { RLIMIT_FSIZE, 1 << 20 },
	};
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		struct rlimit limit = { limits[i].limit, limits[i].limit };

		setrlimit(limits[i].what, &limit);
	}
	signal(SIGXFSZ, SIG_IGN);
}

/* Record which numbers below FD_FREE are open. */
static void open_numbers(bool numbers[FD_FREE])
{
	int fd;

	for (fd = 0; fd < FD_FREE; fd++)
		numbers[fd] = fcntl(fd, F_GETFD) >= 0;
}

static void check_numbers(const bool before[FD_FREE])
{
	bool after[FD_FREE];
	int fd;

	open_numbers(after);
	for (fd = 0; fd < FD_FREE; fd++)
		if (before[fd] != after[fd] && (fd < FD_VOLATILE || fd >= FD_VOLATILE_END))
			complain("descriptor %d %s", fd,
				 after[fd] ? "came from nowhere" : "is gone");
}

/* Occupy all free numbers below FD_FREE, so that the kernel chooses higher ones. */
static void fill_numbers(void)
{
	int fd;

	for (fd = 0; fd < FD_FREE; fd++)
		if (fcntl(fd, F_GETFD) < 0 && !(fd >= FD_VOLATILE && fd < FD_VOLATILE_END))
			dup3(FD_DEVICE_PATH, fd, O_CLOEXEC);
}

void worker_run(const struct options *opts, unsigned int worker, uint64_t count,
		const _Atomic int *stop)
{
	bool numbers[FD_FREE];
	uint64_t number;

	options = opts;
	this_worker = worker;
	stats = &all_stats[worker];
	set_limits();
	block_signals();
	arena_map();
	if (!geteuid())
		world_part();
	world_open(worker);
	ask_kernel();
	if (options->inject)
		inject_open();
	/* Every other worker of root and of the user. */
	filtered = options->watch && worker & 2;
	if (filtered)
		watched_filter(rng_of(options->seed, worker, 'f').state, false);
	if (options->race)
		racer_start(worker);
	fill_numbers();
	open_numbers(numbers);
	for (number = options->first; (!count || number < options->first + count); number++) {
		if (atomic_load(stop))
			break;
		step(number);
	}
	if (options->inject)
		inject_by_chance(false);
	tidy();
	check_numbers(numbers);
	atomic_store(&stats->done, 1);
}
