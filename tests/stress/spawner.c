// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * spawner.c - a process whose threads start children and wait for them
 *
 * The threads wait for every child. Each child must exit with the status in its
 * arguments, which it does only if its descriptors are right.
 */
#include "stress.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outspawn.h"

/* Numbers of descriptors. All but the inherited ones are close-on-exec. */
#define FD_INHERITED 3
#define FD_DEVICE 9
#define FD_SLOT 10
#define SLOTS 8
/* The targets of actions: above the numbers that the kernel chooses. */
#define FD_PLACED 58
#define FEW_FDS 63
#define BIT(n) (1ULL << (n))
/* The most children of one thread. */
#define IN_FLIGHT 4

enum variant { PLAIN, INHERIT, PLACED, CLOSED, INHERIT_PLACED, CALLING, FAILING, VARIANTS };

struct list {
	struct outspawn_actions actions;
	unsigned int flags;
	uint64_t fds; /* the descriptors that the child must have */
	int fails_with;
};

struct thread {
	pthread_t thread;
	struct rng rng;
};

static struct list lists[VARIANTS];
static char directories[128]; /* the PATH of spawns by path */
static struct account *account;
static enum nature nature;
static _Atomic bool exec_wanted;

static void die(const char *what)
{
	perror(what);
	_exit(3);
}

/* The lists of actions */

static void fill_lists(void)
{
	struct outspawn_actions *a;
	sigset_t set;
	int i;

	snprintf(directories, sizeof(directories), "/nowhere:%s", folder);
	sigfillset(&set);
	for (i = 0; i < VARIANTS; i++)
		outspawn_actions_init(&lists[i].actions);
	lists[PLAIN].fds = BIT(0) | BIT(1) | BIT(2);
	lists[INHERIT].fds = lists[PLAIN].fds | BIT(FD_INHERITED) | BIT(FD_INHERITED + 1);
	lists[INHERIT].flags = OUTSPAWN_INHERIT_FDS;

	a = &lists[PLACED].actions;
	outspawn_actions_dup2(a, FD_DEVICE, FD_PLACED);
	outspawn_actions_open(a, FD_PLACED + 1, "/dev/null", O_RDWR, 0);
	outspawn_actions_open(a, FD_PLACED + 2, folder, O_RDONLY | O_DIRECTORY, 0);
	outspawn_actions_fchdir(a, FD_PLACED + 2);
	outspawn_actions_open(a, FD_PLACED + 3, "program-0", O_RDONLY | O_CLOEXEC, 0);
	outspawn_actions_sigmask(a, &set);
	outspawn_actions_sigdefault(a, &set);
	lists[PLACED].fds = lists[PLAIN].fds | BIT(FD_PLACED) | BIT(FD_PLACED + 1) |
			    BIT(FD_PLACED + 2);

	a = &lists[CLOSED].actions;
	outspawn_actions_close(a, 0);
	outspawn_actions_dup2(a, FD_INHERITED, FD_PLACED);
	outspawn_actions_close_range(a, 1, FD_SLOT, 0);
	lists[CLOSED].fds = BIT(FD_PLACED);

	a = &lists[INHERIT_PLACED].actions;
	outspawn_actions_dup3(a, FD_DEVICE, FD_PLACED, O_CLOEXEC);
	outspawn_actions_dup2(a, 1, FD_PLACED + 1);
	outspawn_actions_close_range(a, FD_INHERITED, FD_INHERITED, CLOSE_RANGE_CLOEXEC);
	lists[INHERIT_PLACED].flags = OUTSPAWN_INHERIT_FDS;
	lists[INHERIT_PLACED].fds = lists[PLAIN].fds | BIT(FD_INHERITED + 1) | BIT(FD_PLACED + 1);

	/* With a pointer, also for asynchronous spawns. */
	a = &lists[CALLING].actions;
	outspawn_actions_setsid(a);
	outspawn_actions_umask(a, 077);
	outspawn_actions_chdir(a, folder);
	outspawn_actions_setrlimit(a, RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	lists[CALLING].fds = lists[PLAIN].fds;

	a = &lists[FAILING].actions;
	outspawn_actions_dup2(a, 1, FD_PLACED);
	outspawn_actions_open(a, FD_PLACED + 1, "/nothing/here", O_RDONLY, 0);
	lists[FAILING].fails_with = ENOENT;
}

/* Templates */

/* Replace the template in a slot. Other threads may be spawning from the old one. */
static bool renew_slot(struct rng *rng, int slot)
{
	int template = outspawn_template(FD_DEVICE, program(rng_below(rng, FILES)));

	if (template < 0) {
		if (template != -ENFILE && template != -EMFILE && template != -ENOMEM)
			complain("a template cannot be made: %s", strerror(-template));
		return false;
	}
	dup3(template, slot, O_CLOEXEC);
	close(template);
	atomic_fetch_add(&account->templates, 1);
	return true;
}

/* Failed spawns */

static bool may_fail_with(const struct list *list, int error)
{
	if (error == list->fails_with)
		return true;
	switch (error) {
	case ESTALE:
		return true;
	case EAGAIN: /* no pid */
		return nature == NATURE_FEW_PIDS || nature == NATURE_USER ||
		       atomic_load(&common->no_pids);
	case EMFILE:
		return nature == NATURE_FEW_FDS;
	case ENFILE:
		return atomic_load(&common->no_files);
	case ENOMEM:
		return nature == NATURE_LITTLE_MEMORY;
	}
	return false;
}

static void count_error(const struct list *list, int error)
{
	if (error < MAX_ERRNO)
		atomic_fetch_add(&account->errors[error], 1);
	if (error == list->fails_with)
		atomic_fetch_add(&account->actions_failed, 1);
}

static void check_error(const struct list *list, const struct outspawn_result *result, int error,
			pid_t pid)
{
	char text[512];

	if (!may_fail_with(list, error))
		complain("a spawn fails: %s",
			 outspawn_strerror(result, &list->actions, NULL, text, sizeof(text)));
	if (result->pid != pid || result->error != error)
		complain("the result of a failed spawn has pid %d and error %d, not %d", result->pid,
			 result->error, error);
}

/* Children */

struct child {
	const struct list *list;
	bool by_path, async;
	int slot; /* of the template */
	char status_text[8], sleep[8], fds[24];
	char *argv[5];
	char file[16];
	struct outspawn_attr attr;
	struct outspawn_result own_result;
	struct outspawn_result *result; /* an asynchronous child writes it until its end */
	bool want_pidfd;

	pid_t pid; /* or -errno */
	int pidfd; /* or -1 */
	int status; /* the expected exit status */
	bool killed; /* by this thread */
};

static void choose_child(struct child *child, struct rng *rng)
{
	*child = (struct child){
		.list = &lists[rng_below(rng, VARIANTS)],
		.by_path = rng_one_in(rng, 4),
		.async = rng_one_in(rng, 3),
		.slot = FD_SLOT + rng_below(rng, SLOTS),
		.argv = { "tiny", child->status_text, child->sleep, child->fds, NULL },
		.attr = OUTSPAWN_ATTR_INIT,
		.want_pidfd = rng_one_in(rng, 2),
		.result = &child->own_result,
		.pidfd = -1,
		.status = rng_below(rng, STATUSES),
	};
	child->attr.flags = child->list->flags | (child->async ? OUTSPAWN_ASYNC : 0);
	snprintf(child->status_text, sizeof(child->status_text), "%d", child->status);
	snprintf(child->sleep, sizeof(child->sleep), "%u",
		 rng_one_in(rng, 8) ? rng_below(rng, 20) : 0);
	snprintf(child->fds, sizeof(child->fds), "%llu", (unsigned long long)child->list->fds);
	snprintf(child->file, sizeof(child->file), "program-%u", rng_below(rng, FILES));
}

static int wait_for(const struct child *child)
{
	struct pollfd pollfd = { child->pidfd, POLLIN, 0 };
	int status, ret;

	if (child->pidfd >= 0)
		while (poll(&pollfd, 1, -1) < 0 && errno == EINTR)
			;
	do
		ret = waitpid(child->pid, &status, 0);
	while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : status;
}

/* Did an asynchronous child fail after the call, with an error in its result? */
static bool failed_later(const struct child *child, int status)
{
	if (!child->async || status < 0 || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != STATUS_FAILED || !child->result->error)
		return false;
	check_error(child->list, child->result, child->result->error, child->pid);
	count_error(child->list, child->result->error);
	return true;
}

static void await_child(const struct child *child)
{
	int status = wait_for(child);

	if (child->pidfd >= 0)
		close(child->pidfd);
	if (failed_later(child, status)) {
		atomic_fetch_add(&account->failed_later, 1);
		return;
	}
	if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == child->status) {
		if (child->list->fails_with)
			complain("a spawn succeeds although an action must fail");
		atomic_fetch_add(&account->finished, 1);
		return;
	}
	if (status >= 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
		if (child->killed) {
			atomic_fetch_add(&account->killed_by_us, 1);
			return;
		}
		/* The OOM killer: the cgroup's memory was used up. */
		if (nature == NATURE_LITTLE_MEMORY) {
			atomic_fetch_add(&account->killed_by_others, 1);
			return;
		}
	}
	atomic_fetch_add(&account->lost, 1);
	if (status < 0)
		complain("child %d is lost: %s", child->pid, strerror(-status));
	else
		complain("child %d ended with %#x, not with status %d", child->pid, status,
			 child->status);
}

/* Check and count the result of a call. */
static void check_call(struct child *child, struct rng *rng)
{
	int error = -child->pid;

	atomic_fetch_add(&account->tried, 1);
	if (child->pid < 0) {
		check_error(child->list, child->result, error, 0);
		count_error(child->list, error);
		if (error == ESTALE)
			renew_slot(rng, child->slot);
		else if (error != child->list->fails_with)
			usleep(1000 + rng_below(rng, 10000));
		return;
	}
	atomic_fetch_add(&account->started, 1);
	atomic_fetch_add(&account->asynchronous, child->async);
	atomic_fetch_add(&account->by_path, child->by_path);
	atomic_fetch_add(&common->started, 1);
	if (child->list->fails_with && !child->async)
		complain("a spawn succeeds although an action must fail");
	if (rng_one_in(rng, 32)) {
		child->killed = true;
		kill(child->pid, SIGKILL);
	}
}

static void spawn_one(struct child *child)
{
	int *pidfd = child->want_pidfd ? &child->pidfd : NULL;

	if (child->by_path)
		child->pid = outspawn_spawn_path(FD_DEVICE, child->file, directories, child->argv,
						 NULL, &child->list->actions, &child->attr, pidfd,
						 child->result);
	else
		child->pid = outspawn_spawn_attr(child->slot, child->argv, NULL,
						 &child->list->actions, &child->attr, pidfd,
						 child->result);
}

/* Spawn some children, one call each, then wait for them. */
static void spawn_some(struct rng *rng)
{
	struct child children[IN_FLIGHT];
	unsigned int i, count = 1 + (rng_one_in(rng, 4) ? rng_below(rng, IN_FLIGHT) : 0);

	for (i = 0; i < count; i++) {
		choose_child(&children[i], rng);
		spawn_one(&children[i]);
		check_call(&children[i], rng);
	}
	for (i = 0; i < count; i++)
		if (children[i].pid > 0)
			await_child(&children[i]);
}

static struct outspawn_job job_of(struct child *child)
{
	return (struct outspawn_job){
		.tmpl = child->slot,
		.file = child->by_path ? child->file : NULL,
		.path = directories,
		.argv = child->argv,
		.actions = &child->list->actions,
		.attr = &child->attr,
		.pidfd = child->want_pidfd ? &child->pidfd : NULL,
	};
}

/* Spawn some children in one call. After a signal the call has done none or some. */
static void spawn_batch(struct rng *rng)
{
	struct outspawn_job jobs[IN_FLIGHT];
	struct child children[IN_FLIGHT];
	int i, done, count = 1 + rng_below(rng, IN_FLIGHT);

	for (i = 0; i < count; i++) {
		choose_child(&children[i], rng);
		jobs[i] = job_of(&children[i]);
	}
	done = outspawn_batch(FD_DEVICE, jobs, count);
	atomic_fetch_add(&account->batches, 1);
	if (done < 0 && done != -EINTR && !may_fail_with(&lists[PLAIN], -done))
		complain("a batch fails: %s", strerror(-done));
	for (i = 0; i < count; i++) {
		children[i].pid = jobs[i].pid;
		if (!jobs[i].pid != (i >= done))
			complain("job %d of %d done jobs has pid %d", i, done, jobs[i].pid);
		children[i].result = &jobs[i].result;
		if (jobs[i].pid)
			check_call(&children[i], rng);
	}
	for (i = 0; i < count; i++)
		if (children[i].pid > 0)
			await_child(&children[i]);
}

static void *run(void *argument)
{
	struct thread *thread = argument;

	while (!atomic_load(&common->stop)) {
		/* exec ends all other threads, wherever they are. */
		if (atomic_exchange(&exec_wanted, false))
			execl("/proc/self/exe", "stress", "--after-exec", (char *)NULL);
		if (rng_one_in(&thread->rng, 24))
			renew_slot(&thread->rng, FD_SLOT + rng_below(&thread->rng, SLOTS));
		if (rng_one_in(&thread->rng, 6))
			spawn_batch(&thread->rng);
		else
			spawn_some(&thread->rng);
	}
	return NULL;
}

/* The process */

static void want_exec(int signal)
{
	(void)signal;
	atomic_store(&exec_wanted, true);
}

static void become_user(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(USER, USER, USER) < 0 ||
	    setresuid(USER, USER, USER) < 0)
		die("setresuid");
}

static void set_nature(void)
{
	struct rlimit limit;

	chaos_join(nature);
	if (nature == NATURE_USER)
		become_user();
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = nature == NATURE_FEW_FDS ? FEW_FDS : 1024;
	setrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max = 0;
	setrlimit(RLIMIT_CORE, &limit);
}

/* Open the descriptors at their numbers. With few allowed, occupy the rest. */
static void open_fds(void)
{
	struct rng rng = { 1 };
	int fd;

	syscall(SYS_close_range, 3, ~0U, 0);
	/* ENFILE: for a moment the system has no free file. */
	while ((fd = outspawn_open()) == -ENFILE)
		usleep(10000);
	if (fd != 3 || dup3(3, FD_DEVICE, O_CLOEXEC) < 0)
		die(SPAWN_TEMPLATE_DEVICE);
	for (fd = FD_INHERITED; fd < FD_INHERITED + 2; fd++)
		dup2(0, fd);
	for (fd = FD_SLOT; fd < FD_SLOT + SLOTS; fd++)
		while (!renew_slot(&rng, fd) && !atomic_load(&common->stop))
			usleep(10000);
	for (fd = FD_SLOT + SLOTS; nature == NATURE_FEW_FDS && fd < FD_PLACED; fd++)
		dup3(FD_DEVICE, fd, O_CLOEXEC);
}

void spawner_run(unsigned int number, enum nature which, uint64_t seed)
{
	unsigned int i, count = (options.threads + options.processes - 1) / options.processes;
	struct thread *threads = calloc(count, sizeof(*threads));

	account = &common->accounts[number];
	nature = which;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpriority(PRIO_PROCESS, 0, 0);
	signal(SIGUSR2, want_exec);
	set_nature();
	open_fds();
	fill_lists();
	for (i = 0; i < count; i++) {
		threads[i].rng = rng_of(seed, number, i);
		if (pthread_create(&threads[i].thread, NULL, run, &threads[i])) {
			count = i;
			break;
		}
	}
	for (i = 0; i < count; i++)
		pthread_join(threads[i].thread, NULL);
	if (waitpid(-1, NULL, WNOHANG | __WALL) >= 0 || errno != ECHILD)
		complain("process %u has a child that no call returned", number);
	atomic_store(&account->done, 1);
	_exit(0);
}

void spawner_after_exec(void)
{
	int status, wrong = 0;

	while (waitpid(-1, &status, __WALL) > 0)
		if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_WRONG_FDS)
			wrong = 1;
	exit(wrong);
}
