// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_faults.c - each allocation of each call fails once
 *
 * A debug kernel can make the Nth allocation of a task fail, or the Nth copy
 * from or to user memory (/proc/PID/task/TID/fail-nth). Here N counts up from
 * 1, for every kind of call, until the call succeeds before the Nth point. A
 * filter on the stack ignores points that neither the module nor a function
 * that it calls reaches.
 *
 * Points are in two tasks, the caller and the child. The caller sets its own N.
 * A thread sets the child's N after the child was made and before it runs (see
 * struct ambush).
 */
#include "common.h"
#include "common_faults.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define TRACEFS "/sys/kernel/tracing"
/* A bound for N: a call with more points means that the counting is broken. */
#define MAX_POINTS 2000
#define EXTRA_FDS 80
#define HIGH_FD 300
#define PAGE 4096
#define POISON (-2)
#define CGROUP "/sys/fs/cgroup/outspawn-faults"
#define CHOSEN_PID 22230
#define SCRIPT "#!/bin/true\n"
/* Without a network namespace, which has hundreds of points outside the module. */
#define NAMESPACES \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWCGROUP)

/* Shared with forked children, which count, too. */
static unsigned long *total_points;

static int allow_faults(void **state)
{
	/* kmemleak copes with failures of its own allocations. */
	faults_confine("__alloc_object");
	total_points = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return total_points == MAP_FAILED ? -1 : begin_suite(state);
}

static int report(void **state)
{
	printf("# %lu points of failure\n", *total_points);
	return end_suite(state);
}

static void write_number(int fd, unsigned int number)
{
	char digits[16];
	int length = snprintf(digits, sizeof(digits), "%u", number);

	check_eq(pwrite(fd, digits, length, 0), length);
}

static unsigned int read_number(int fd)
{
	char digits[16] = "";

	check(pread(fd, digits, sizeof(digits) - 1, 0) > 0);
	return atoi(digits);
}

/* The kinds of calls. */

struct kind {
	const char *name;
	bool dynamic; /* a program with an interpreter */
	bool long_strings;
	bool real_strings; /* as many strings in argv and envp as programs usually have */
	bool pidfd;
	bool result;
	bool extra_fds;
	bool filtered; /* by a seccomp filter that allows everything */
	bool audited; /* the audit log gets a record of each exec and open */
	bool script; /* the template pins a script */
	bool search; /* without a template: search along a path */
	bool lend; /* lend a directory at HIGH_FD */
	bool chosen_pid;
	int error; /* an errno for lack of memory, besides ENOMEM */
	uint64_t flags, namespaces;
	uint32_t pdeath_signal;
	void (*actions)(struct outspawn_actions *actions);
};

static void add_close(struct outspawn_actions *actions)
{
	check_eq(outspawn_actions_close(actions, 0), 0);
}

static void add_dup2(struct outspawn_actions *actions)
{
	check_eq(outspawn_actions_dup2(actions, device, 5), 0);
}

/* The same number, to clear close-on-exec. */
static void add_dup2_same(struct outspawn_actions *actions)
{
	check_eq(outspawn_actions_dup2(actions, device, device), 0);
}

/* The number is so high that the child's table must grow. */
static void add_dup2_high(struct outspawn_actions *actions)
{
	check_eq(outspawn_actions_dup2(actions, device, HIGH_FD), 0);
}

static void add_fchdir(struct outspawn_actions *actions)
{
	check_eq(outspawn_actions_open(actions, 6, scratch, O_RDONLY | O_DIRECTORY, 0), 0);
	check_eq(outspawn_actions_fchdir(actions, 6), 0);
}

static void add_open(struct outspawn_actions *actions)
{
	check_eq(outspawn_actions_open(actions, 6, "/etc/passwd", O_RDONLY, 0), 0);
}

static void add_open_new(struct outspawn_actions *actions)
{
	check_eq(outspawn_actions_open(actions, HIGH_FD, in_scratch("made"),
				       O_WRONLY | O_CREAT | O_TRUNC, 0600),
		 0);
}

static void add_openat(struct outspawn_actions *actions)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_BENEATH };

	check_eq(outspawn_actions_open(actions, 6, "/etc", O_PATH | O_DIRECTORY, 0), 0);
	check_eq(outspawn_actions_openat2(actions, 7, 6, "passwd", &how), 0);
}

static void add_close_range(struct outspawn_actions *actions)
{
	check_eq(outspawn_actions_close_range(actions, 1, ~0U, 0), 0);
}

static void add_close_range_cloexec(struct outspawn_actions *actions)
{
	check_eq(outspawn_actions_close_range(actions, 3, ~0U, CLOSE_RANGE_CLOEXEC), 0);
}

static void add_sigmask(struct outspawn_actions *actions)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	check_eq(outspawn_actions_sigmask(actions, &set), 0);
}

static void add_sigdefault(struct outspawn_actions *actions)
{
	sigset_t set;

	sigfillset(&set);
	check_eq(outspawn_actions_sigdefault(actions, &set), 0);
}

static void add_all(struct outspawn_actions *actions)
{
	add_dup2(actions);
	add_dup2_high(actions);
	add_fchdir(actions);
	add_openat(actions);
	add_open_new(actions);
	add_close(actions);
	add_sigmask(actions);
	add_sigdefault(actions);
	add_close_range_cloexec(actions);
	add_close_range(actions);
}

/* One call for each kind of argument. */
static void add_calls(struct outspawn_actions *actions)
{
	static const gid_t groups[] = { 1, 2, 3 };
	const struct rlimit limit = { 500, 500 };
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	check_eq(outspawn_actions_setsid(actions), 0);
	check_eq(outspawn_actions_umask(actions, 077), 0);
	check_eq(outspawn_actions_chdir(actions, scratch), 0);
	check_eq(outspawn_actions_setrlimit(actions, RLIMIT_NOFILE, &limit), 0);
	check_eq(outspawn_actions_setgroups(actions, 3, groups), 0);
	check_eq(outspawn_actions_setaffinity(actions, sizeof(cpu), &cpu), 0);
	check_eq(outspawn_actions_setresgid(actions, 1, 1, 1), 0);
	check_eq(outspawn_actions_cloexec(actions, 2, 1), 0);
}

/*
 * The caller's descriptor is lent at a number for which the child's table must
 * grow.
 */
static void add_lent(struct outspawn_actions *actions)
{
	static const struct open_how how = { .flags = O_RDONLY | O_DIRECTORY };
	const unsigned long arguments[] = {
		HIGH_FD, (uintptr_t) ".", (uintptr_t)&how, sizeof(how), 0, 0
	};
	const unsigned long descriptor[6] = { HIGH_FD };

	check_eq(outspawn_actions_syscall(actions, SYS_openat2, arguments), 0);
	check_eq(outspawn_actions_syscall(actions, SYS_fchdir, descriptor), 0);
}

static void add_confinement(struct outspawn_actions *actions)
{
	static struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	static const struct sock_fprog program = { 1, &allow };

	check_eq(outspawn_actions_unshare(actions, CLONE_NEWNS | CLONE_NEWUTS), 0);
	check_eq(outspawn_actions_sethostname(actions, "faults"), 0);
	check_eq(outspawn_actions_mount(actions, scratch, scratch, NULL, MS_BIND, NULL), 0);
	check_eq(outspawn_actions_umount(actions, scratch, 0), 0);
	check_eq(outspawn_actions_seccomp(actions, &program), 0);
}

static void tell_audit(int type, const void *data, size_t size)
{
	struct {
		struct nlmsghdr header;
		struct audit_rule_data data;
	} message = { .header = { .nlmsg_len = NLMSG_LENGTH(size),
				  .nlmsg_type = type,
				  .nlmsg_flags = NLM_F_REQUEST } };
	int audit = must(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT));

	memcpy(&message.data, data, size);
	check_eq(send(audit, &message, message.header.nlmsg_len, 0), message.header.nlmsg_len);
	close(audit);
}

/* No audit daemon runs: the records go to the kernel log. */
static void set_audit(bool on)
{
	static const int calls[] = { SYS_execveat, SYS_openat2 };
	struct audit_status status = { .mask = AUDIT_STATUS_ENABLED, .enabled = on };
	struct audit_rule_data rule = { .flags = AUDIT_FILTER_EXIT, .action = AUDIT_ALWAYS };
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		rule.mask[AUDIT_WORD(calls[i])] |= AUDIT_BIT(calls[i]);
	tell_audit(AUDIT_SET, &status, sizeof(status));
	tell_audit(on ? AUDIT_ADD_RULE : AUDIT_DEL_RULE, &rule, sizeof(rule));
}

static void allow_all_by_filter(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &allow };

	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0));
}

/* A call of one kind, made again and again. */
struct stage {
	const struct kind *kind;
	char *path; /* a copy of the program that nothing else uses */
	int template;
	struct outspawn_actions actions;
	char **argv, **envp;
	char *directories; /* to search for the program */
	int cgroup;
	uint64_t templates; /* INFO's count before this template was made */
	int fds;
	struct spawn_template_result result;
	int pidfd;
	/*
	 * Points counted so far. 'failed': the call failed, or the child of an
	 * asynchronous call. 'harmless': the call succeeded all the same.
	 * 'died': exec killed the program.
	 */
	unsigned int failed, harmless, died;
};

static unsigned int points(const struct stage *stage)
{
	return stage->failed + stage->harmless + stage->died;
}

static uint64_t count_templates(void)
{
	struct spawn_template_info info;

	check_eq(outspawn_info(device, &info), 0);
	return info.templates;
}

/* A child that has not yet reached its program may hold the last reference. */
static void wait_for_templates(uint64_t want)
{
	int tries;

	for (tries = 0; tries < 200 && count_templates() != want; tries++)
		next_tick();
	check_eq(count_templates(), want);
}

static char **long_argv(void)
{
	static char *argv[64];
	static char word[2000];
	int i;

	memset(word, 'x', sizeof(word) - 1);
	argv[0] = "probe";
	argv[1] = "exit";
	argv[2] = "0";
	for (i = 3; i < 63; i++)
		argv[i] = word;
	return argv;
}

/* Return strings of 55 bytes each, with the NUL. */
static char **real_strings(int count)
{
	static const char word[] = "a_variable=that_is_as_long_as_those_of_programs_are...";
	char **list = calloc(count + 1, sizeof(*list));
	int i;

	check(list);
	for (i = 0; i < count; i++)
		list[i] = (char *)word;
	return list;
}

static int make_cgroup(void)
{
	must(mkdir(CGROUP, 0755));
	return must(open(CGROUP, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

static void lend_scratch(void)
{
	int fd = must(open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC));

	must(dup3(fd, HIGH_FD, O_CLOEXEC));
	close(fd);
}

static int stage_template(const struct stage *stage)
{
	struct spawn_template_create_args args = CREATE_PATH(stage->path);

	if (stage->kind->script)
		args.flags |= SPAWN_TEMPLATE_CREATE_ANY_FORMAT;
	return sys_create(&args);
}

static void begin(struct stage *stage, const struct kind *kind)
{
	static char *const short_argv[] = { "probe", "exit", "0", NULL };
	int i;

	/*
	 * No alarm: the time is not known, and MAX_POINTS bounds the number of
	 * calls.
	 */
	alarm(0);
	memset(stage, 0, sizeof(*stage));
	stage->kind = kind;
	stage->path = own_probe("program");
	if (kind->dynamic)
		copy_file("/bin/true", stage->path, 0755);
	if (kind->script)
		write_whole(stage->path, SCRIPT, strlen(SCRIPT), 0755);
	stage->templates = count_templates();
	stage->template = stage_template(stage);
	check(stage->template >= 0);
	if (kind->flags & SPAWN_TEMPLATE_SPAWN_CGROUP)
		stage->cgroup = make_cgroup();
	if (kind->lend)
		lend_scratch();
	stage->directories = text("/nowhere:/etc/passwd:%s", scratch);
	stage->argv = kind->long_strings ? long_argv() : (char **)short_argv;
	if (kind->real_strings) {
		stage->argv = real_strings(20);
		memcpy(stage->argv, short_argv, 3 * sizeof(char *));
		stage->envp = real_strings(50);
	}
	outspawn_actions_init(&stage->actions);
	if (kind->actions)
		kind->actions(&stage->actions);
	for (i = 0; kind->extra_fds && i < EXTRA_FDS; i++)
		must(dup(device));
	if (kind->audited)
		set_audit(true);
	if (kind->filtered)
		allow_all_by_filter();
	/* Spawn once without failures, to fill the caches. */
	check_eq(spawn_and_wait(stage->template), 0);
	stage->fds = count_fds();
}

/* Nothing keeps writers away after all references are dropped. */
static void end(struct stage *stage)
{
	outspawn_actions_destroy(&stage->actions);
	if (stage->kind->audited)
		set_audit(false);
	if (stage->kind->extra_fds)
		syscall(SYS_close_range, stage->fds - EXTRA_FDS, ~0U, 0);
	if (stage->kind->lend)
		close(HIGH_FD);
	if (stage->kind->flags & SPAWN_TEMPLATE_SPAWN_CGROUP) {
		close(stage->cgroup);
		must(rmdir(CGROUP));
	}
	close(stage->template);
	wait_for_templates(stage->templates);
	close(must(open(stage->path, O_RDWR | O_CLOEXEC)));
	*total_points += points(stage);
}

/* Has a SIGCHLD arrived? It is blocked during the whole test. */
static bool take_sigchld(void)
{
	static const struct timespec now;
	sigset_t sigchld;

	sigemptyset(&sigchld);
	sigaddset(&sigchld, SIGCHLD);
	return sigtimedwait(&sigchld, NULL, &now) == SIGCHLD;
}

static struct spawn_template_spawn_args args_of(struct stage *stage)
{
	static const int32_t wanted = CHOSEN_PID;
	const struct kind *kind = stage->kind;

	return (struct spawn_template_spawn_args){
		.flags = kind->flags,
		.pidfd = kind->pidfd ? (uintptr_t)&stage->pidfd : 0,
		.argv = (uintptr_t)stage->argv,
		.envp = (uintptr_t)stage->envp,
		.actions = (uintptr_t)stage->actions.array,
		.actions_len = stage->actions.count,
		.result = kind->result ? (uintptr_t)&stage->result : 0,
		.namespaces = kind->namespaces,
		.set_tid = kind->chosen_pid ? (uintptr_t)&wanted : 0,
		.set_tid_size = kind->chosen_pid,
		.cgroup = stage->cgroup,
		/* A signal that is ignored by default. */
		.exit_signal = kind->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL ? SIGURG : 0,
		.pdeath_signal = kind->pdeath_signal,
	};
}

static pid_t spawn(struct stage *stage)
{
	struct spawn_template_spawn_args args = args_of(stage);
	pid_t pid;

	memset(&stage->result, 0xff, sizeof(stage->result));
	stage->pidfd = POISON;
	take_sigchld();
	if (stage->kind->search)
		pid = sys_spawn_path("program", stage->directories, &args);
	else
		pid = sys_spawn(stage->template, &args);
	if (pid > 0 && stage->kind->flags & SPAWN_TEMPLATE_SPAWN_STOPPED)
		must(kill(pid, SIGCONT));
	return pid;
}

static int wait_for_child(const struct stage *stage, pid_t pid)
{
	bool quiet = stage->kind->flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL;

	return quiet ? wait_for_quiet(pid) : wait_for(pid);
}

static bool makes_sense(const struct stage *stage, int error)
{
	switch (error) {
	case ENOMEM:
	case EAGAIN: /* as from fork */
	case E2BIG: /* as from exec, for the strings */
	case EFAULT: /* from a copy from or to user memory */
		return true;
	}
	return error && error == stage->kind->error;
}

/* A call failed: check that it left no child and that the next call works. */
static void check_failure(struct stage *stage, pid_t pid)
{
	if (!makes_sense(stage, -pid))
		check_failed(__FILE__, __LINE__, "%s failed with %d%s after %u points",
			     stage->kind->name, pid, errno_text(pid),
			     points(stage));
	check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
	check(!take_sigchld());
	if (stage->kind->result && stage->result.error > 0) {
		check_eq(stage->result.error, -pid);
		check_eq(stage->result.pid, 0);
	}
	check(stage->pidfd == POISON || stage->pidfd == -1);
}

static void check_next(struct stage *stage)
{
	check_eq(count_fds(), stage->fds);
	check_eq(spawn_and_wait(stage->template), 0);
	check_eq(count_templates(), stage->templates + 1);
}

/*
 * Count one point. 'status' is the program's. Return whether there may be more
 * points: the last call succeeded and did not reach the Nth point.
 */
static bool account(struct stage *stage, pid_t pid, int status, unsigned int left)
{
	if (pid > 0 && left) {
		check_eq(status, 0);
		return false;
	}
	if (left)
		check_failed(__FILE__, __LINE__, "%s fails with %d%s by itself", stage->kind->name,
			     pid, errno_text(pid));
	if (pid < 0)
		stage->failed++;
	else if (status)
		stage->died++;
	else
		stage->harmless++;
	check(points(stage) < MAX_POINTS);
	return true;
}

static void tell(const struct stage *stage, const char *where)
{
	printf("# %s, %s: %u points: %u errors, %u harmless", stage->kind->name, where,
	       points(stage), stage->failed, stage->harmless);
	if (stage->died)
		printf(", %u killed the program after exec's point of no return", stage->died);
	printf("\n");
}

/* Failing in the caller. */

static bool fail_in_caller(struct stage *stage, int fail_nth)
{
	unsigned int left;
	int status = 0;
	pid_t pid;

	write_number(fail_nth, points(stage) + 1);
	pid = spawn(stage);
	left = read_number(fail_nth);
	write_number(fail_nth, 0);
	if (pid > 0) {
		status = wait_for_child(stage, pid);
		check_eq(status, 0);
		if (stage->kind->pidfd)
			must(close(stage->pidfd));
	} else {
		check_failure(stage, pid);
	}
	check_next(stage);
	return account(stage, pid, status, left);
}

static void caller(void *argument)
{
	const struct kind *kind = argument;
	struct stage stage;
	int fail_nth = must(open(FAULTS_NTH, O_RDWR | O_CLOEXEC));

	begin(&stage, kind);
	while (fail_in_caller(&stage, fail_nth))
		;
	tell(&stage, "the caller");
	check(stage.failed > 0);
	close(fail_nth);
	stage.fds--;
	end(&stage);
}

/* Failing in the child. */

/*
 * Before a new task runs, a tracepoint of fork fires. It wakes a thread on the
 * caller's processor, which has a higher priority than the caller. So the child
 * cannot run there until that thread sleeps again.
 */
struct ambush {
	pid_t caller;
	int forks; /* a perf event of the tracepoint */
	struct perf_event_mmap_page *ring;
	int stop[2];
	pthread_t thread;
	_Atomic bool ready;
	unsigned int nth; /* N for the child; 0: leave children alone */
	int fail_nth; /* the child's file fail-nth, after N was written; else -1 */
};

/* Return the caller's only child, or 0. */
static pid_t child_of(pid_t tid)
{
	char path[64], pid[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, pid, sizeof(pid) - 1) < 0)
		abort();
	close(fd);
	return atoi(pid);
}

/*
 * On a slow machine the event may come late, from an earlier child that must be
 * left alone. Then the caller may have no child yet: the next event is the
 * child's.
 */
static void arm_child(struct ambush *ambush)
{
	pid_t child = child_of(ambush->caller);
	char path[64], digits[16];
	int length = snprintf(digits, sizeof(digits), "%u", ambush->nth);
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/fail-nth", child, child);
	fd = child ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (fd >= 0 && write(fd, digits, length) == length)
		ambush->fail_nth = fd;
	else if (fd >= 0)
		close(fd);
}

static void *lie_in_wait(void *argument)
{
	struct sched_param urgent = { .sched_priority = 10 };
	struct ambush *ambush = argument;
	struct pollfd fds[] = { { ambush->forks, POLLIN, 0 }, { ambush->stop[0], POLLIN, 0 } };

	if (sched_setscheduler(0, SCHED_FIFO, &urgent) < 0)
		abort();
	/* The caller does not run on this processor until this thread sleeps. */
	ambush->ready = true;
	while (poll(fds, 2, -1) > 0 && !fds[1].revents) {
		/* Mark all events as read. */
		ambush->ring->data_tail = ambush->ring->data_head;
		if (ambush->nth && ambush->fail_nth < 0)
			arm_child(ambush);
	}
	return NULL;
}

/* Open a perf event for the forks of this thread. */
static int trace_forks(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = atoi(read_whole(TRACEFS "/events/sched/sched_process_fork/id", NULL)),
		.sample_period = 1,
		.wakeup_events = 1,
	};

	return must(syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

static void stay_on_one_cpu(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	must(sched_setaffinity(0, sizeof(one), &one));
}

static void set_ambush(struct ambush *ambush)
{
	*ambush = (struct ambush){ .fail_nth = -1 };
	stay_on_one_cpu();
	ambush->caller = gettid();
	ambush->forks = trace_forks();
	ambush->ring = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ambush->forks, 0);
	check(ambush->ring != MAP_FAILED);
	must(pipe2(ambush->stop, O_CLOEXEC));
	check_eq(pthread_create(&ambush->thread, NULL, lie_in_wait, ambush), 0);
	while (!ambush->ready)
		sched_yield();
}

static void end_ambush(struct ambush *ambush)
{
	close(ambush->stop[1]);
	check_eq(pthread_join(ambush->thread, NULL), 0);
	close(ambush->stop[0]);
	munmap(ambush->ring, 2 * PAGE);
	close(ambush->forks);
}

/* After the point of no return, the program dies, as with execve. */
static bool died_in_exec(int status)
{
	return status == 128 + SIGSEGV || status == 128 + SIGKILL;
}

/* An asynchronous child that failed exits with 127 and writes the result. */
static bool failed_later(const struct stage *stage, int status)
{
	return stage->kind->flags & SPAWN_TEMPLATE_SPAWN_ASYNC && status == 127 &&
	       makes_sense(stage, stage->result.error);
}

/* Read what is left of N from the zombie, then reap it. */
static int see_off(struct stage *stage, pid_t pid, int fail_nth, unsigned int *left)
{
	siginfo_t info;
	int status;

	must(waitid(P_PID, pid, &info, WEXITED | WNOWAIT | __WALL));
	*left = read_number(fail_nth);
	status = wait_for_child(stage, pid);
	if (status && !died_in_exec(status) && !failed_later(stage, status))
		check_failed(__FILE__, __LINE__, "%s: after %u points the program ended with %d",
			     stage->kind->name, points(stage), status);
	if (stage->kind->pidfd)
		must(close(stage->pidfd));
	return status;
}

static bool fail_in_child(struct stage *stage, struct ambush *ambush)
{
	unsigned int left = 0;
	int status = 0;
	pid_t pid;

	ambush->fail_nth = -1;
	ambush->nth = points(stage) + 1;
	pid = spawn(stage);
	ambush->nth = 0;
	check(ambush->fail_nth >= 0);
	if (pid > 0) {
		status = see_off(stage, pid, ambush->fail_nth, &left);
		close(ambush->fail_nth);
		if (failed_later(stage, status)) {
			check_eq(stage->result.pid, pid);
			pid = -stage->result.error;
			status = 0;
		}
	} else {
		close(ambush->fail_nth);
		check_failure(stage, pid);
	}
	check_next(stage);
	return account(stage, pid, status, left);
}

static void child(void *argument)
{
	const struct kind *kind = argument;
	struct ambush ambush;
	struct stage stage;

	begin(&stage, kind);
	set_ambush(&ambush);
	stage.fds = count_fds();
	while (fail_in_child(&stage, &ambush))
		;
	tell(&stage, "the child");
	check(stage.failed > 0);
	end_ambush(&ambush);
	stage.fds = count_fds();
	end(&stage);
}

/* Creating. */

static void create(const char *name, const struct spawn_template_create_args *args)
{
	struct stage stage = { .kind = &(struct kind){ .name = name } };
	int fail_nth = must(open(FAULTS_NTH, O_RDWR | O_CLOEXEC));
	unsigned int left;
	int template;

	alarm(0);
	stage.templates = count_templates();
	stage.fds = count_fds();
	do {
		write_number(fail_nth, points(&stage) + 1);
		template = sys_create(args);
		left = read_number(fail_nth);
		write_number(fail_nth, 0);
		if (template >= 0) {
			check_eq(spawn_and_wait(template), 0);
			must(close(template));
		} else if (!makes_sense(&stage, -template)) {
			check_eq(template, -ENOMEM);
		}
		wait_for_templates(stage.templates);
		check_eq(count_fds(), stage.fds);
		check_eq(spawn_and_wait(probe), 0);
		/* Nothing keeps writers away. */
		close(must(open(in_scratch("program"), O_RDWR | O_CLOEXEC)));
	} while (account(&stage, template < 0 ? template : 1, 0, left));
	tell(&stage, "the caller");
	check(stage.failed > 0);
	*total_points += points(&stage);
	close(fail_nth);
}

static void create_by_path(void)
{
	create("create by path", &CREATE_PATH(own_probe("program")));
}

static void create_by_fd(void)
{
	int fd = must(open(own_probe("program"), O_PATH | O_CLOEXEC));

	create("create by fd", &CREATE_FD(fd));
	close(fd);
}

/* CREATE reads the name of the interpreter, too. */
static void create_of_a_dynamic_program(void)
{
	char *path = own_probe("program");

	copy_file("/bin/true", path, 0755);
	create("create of a dynamic program", &CREATE_PATH(path));
}

static void create_of_a_script(void)
{
	char *path = own_probe("program");
	struct spawn_template_create_args args = CREATE_PATH(path);

	write_whole(path, SCRIPT, strlen(SCRIPT), 0755);
	args.flags |= SPAWN_TEMPLATE_CREATE_ANY_FORMAT;
	create("create of a script", &args);
}

static void create_writable(void)
{
	struct spawn_template_create_args args = CREATE_PATH(own_probe("program"));

	args.flags |= SPAWN_TEMPLATE_CREATE_ALLOW_WRITE;
	create("create of what may be written to", &args);
}

/* Many at once. */

#define ENTRIES 4

struct entries {
	struct spawn_template_spawn_args args[ENTRIES];
	struct spawn_template_path_args path;
	struct spawn_template_result results[ENTRIES];
	struct spawn_template_batch_entry list[ENTRIES];
	int pidfd;
};

/* Fill in spawns of a template, with a pidfd, asynchronous, and by path. */
static void fill_entries(struct entries *entries, struct stage *stage)
{
	int i;

	memset(entries, 0, sizeof(*entries));
	entries->pidfd = POISON;
	for (i = 0; i < ENTRIES; i++) {
		entries->args[i] = args_of(stage);
		entries->args[i].result = (uintptr_t)&entries->results[i];
		entries->list[i].tmpl = stage->template;
		entries->list[i].args = (uintptr_t)&entries->args[i];
		entries->list[i].args_size = sizeof(entries->args[i]);
	}
	entries->args[1].pidfd = (uintptr_t)&entries->pidfd;
	entries->args[2].flags |= SPAWN_TEMPLATE_SPAWN_ASYNC;
	entries->path = (struct spawn_template_path_args){
		.spawn = (uintptr_t)&entries->args[3],
		.spawn_size = sizeof(entries->args[3]),
		.file = (uintptr_t) "program",
		.path = (uintptr_t)stage->directories,
	};
	entries->list[3].tmpl = -1;
	entries->list[3].args = (uintptr_t)&entries->path;
	entries->list[3].args_size = sizeof(entries->path);
}

/*
 * Each entry that was done has a child or an error. If the result of an entry
 * could not be written, that entry has a child, too.
 */
static void check_entries(const struct stage *stage, struct entries *entries, int done)
{
	int i, children = 0, failed = 0, unknown = 0, status;

	for (i = 0; i < done; i++) {
		const struct spawn_template_result *result = &entries->list[i].result;

		if (result->error && !makes_sense(stage, result->error))
			check_failed(__FILE__, __LINE__,
				     "entry %d failed with %d%s after %u points", i, result->error,
				     errno_text(-result->error), points(stage));
		failed += result->error > 0;
		unknown += !result->error && !result->pid;
		if (result->pid)
			check_eq(wait_for(result->pid), 0);
		children += result->pid > 0;
	}
	for (; i < ENTRIES; i++)
		check_eq(entries->list[i].result.pid, 0);
	check(unknown <= 1 && failed + unknown <= 1);
	while (waitpid(-1, &status, __WALL) > 0) {
		check_eq(status, 0);
		children++;
	}
	check_eq(children + failed, done);
	if (entries->pidfd >= 0)
		must(close(entries->pidfd));
}

static bool fail_in_batch(struct stage *stage, int fail_nth)
{
	struct entries entries;
	unsigned int left;
	int done, i, ret;

	fill_entries(&entries, stage);
	write_number(fail_nth, points(stage) + 1);
	done = sys_batch(entries.list, ENTRIES);
	left = read_number(fail_nth);
	write_number(fail_nth, 0);
	if (done < 0 && !makes_sense(stage, -done))
		check_failed(__FILE__, __LINE__, "the batch failed with %d%s after %u points", done,
			     errno_text(done), points(stage));
	check_entries(stage, &entries, done < 0 ? 0 : done);
	ret = done < 0 ? done : 1;
	for (i = 0; i < done; i++)
		if (entries.list[i].result.error)
			ret = -entries.list[i].result.error;
	/* The second entry could not be read, so the first one was done. */
	if (done >= 0 && done < ENTRIES)
		ret = -EFAULT;
	check_next(stage);
	return account(stage, ret, 0, left);
}

static void batch_of_several(void)
{
	static const struct kind kind = { .name = "batch" };
	int fail_nth = must(open(FAULTS_NTH, O_RDWR | O_CLOEXEC));
	struct stage stage;

	begin(&stage, &kind);
	while (fail_in_batch(&stage, fail_nth))
		;
	tell(&stage, "the caller");
	check(stage.failed > 0);
	close(fail_nth);
	stage.fds--;
	end(&stage);
}

/* A process cannot remove its filter, so a filtered caller is a forked child. */
static void run(void (*function)(void *), struct kind *kind)
{
	if (kind->filtered)
		in_child(function, kind);
	else
		function(kind);
}

/*
 * These kinds change what the caller does, and not what the child does. Some
 * errors stand for ENOMEM: ELIBBAD from exec for the headers of an interpreter,
 * ENOSPC from tmpfs for an inode and from a namespace for its count.
 */
#define CALLER_KINDS(X)                                                                    \
	X(plain, .flags = 0)                                                               \
	X(pidfd, .pidfd = true)                                                            \
	X(result, .result = true)                                                          \
	X(pidfd_and_result, .pidfd = true, .result = true)                                 \
	X(inherit_and_pidfd, .flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS, .extra_fds = true, \
	  .pidfd = true)                                                                   \
	X(async_pidfd, .flags = SPAWN_TEMPLATE_SPAWN_ASYNC, .pidfd = true, .result = true) \
	X(stopped_pidfd, .flags = SPAWN_TEMPLATE_SPAWN_STOPPED, .pidfd = true, .result = true)
#define KINDS(X)                                                                                  \
	X(dynamic, .dynamic = true, .error = ELIBBAD, .result = true)                             \
	X(long_strings, .long_strings = true, .result = true)                                     \
	X(real_strings, .real_strings = true, .result = true)                                     \
	X(inherit, .flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS, .extra_fds = true, .result = true)  \
	X(closing, .actions = add_close, .result = true)                                          \
	X(dup2ing, .actions = add_dup2, .result = true)                                           \
	X(dup2ing_itself, .actions = add_dup2_same, .result = true)                               \
	X(dup2_high, .actions = add_dup2_high, .result = true)                                    \
	X(fchdiring, .actions = add_fchdir, .result = true)                                       \
	X(opening, .actions = add_open, .result = true)                                           \
	X(opening_new, .actions = add_open_new, .error = ENOSPC, .result = true)                  \
	X(opening_at, .actions = add_openat, .result = true)                                      \
	X(close_ranging, .actions = add_close_range, .result = true)                              \
	X(close_ranging_cloexec, .actions = add_close_range_cloexec, .result = true)              \
	X(sigmask, .actions = add_sigmask, .result = true)                                        \
	X(sigdefault, .actions = add_sigdefault, .result = true)                                  \
	X(filtered, .filtered = true, .actions = add_all, .error = ENOSPC, .result = true)        \
	X(audited, .audited = true, .actions = add_all, .error = ENOSPC, .result = true)          \
	X(searching, .search = true, .result = true)                                              \
	X(script, .script = true, .error = ELIBBAD, .result = true)                               \
	X(calls, .actions = add_calls, .result = true)                                            \
	X(lending, .actions = add_lent, .lend = true, .result = true)                             \
	X(confining, .actions = add_confinement, .error = ENOSPC, .result = true)                 \
	X(async, .flags = SPAWN_TEMPLATE_SPAWN_ASYNC, .result = true)                             \
	X(async_inherit, .flags = SPAWN_TEMPLATE_SPAWN_ASYNC | SPAWN_TEMPLATE_SPAWN_INHERIT_FDS,  \
	  .extra_fds = true, .pidfd = true, .result = true)                                       \
	X(async_calls, .flags = SPAWN_TEMPLATE_SPAWN_ASYNC, .actions = add_calls, .result = true) \
	X(async_search, .flags = SPAWN_TEMPLATE_SPAWN_ASYNC, .search = true, .result = true)      \
	X(namespaces, .namespaces = NAMESPACES, .error = ENOSPC, .result = true)                  \
	X(cgroup, .flags = SPAWN_TEMPLATE_SPAWN_CGROUP, .result = true)                           \
	X(exit_signal, .flags = SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL, .result = true)                 \
	X(stopped, .flags = SPAWN_TEMPLATE_SPAWN_STOPPED, .result = true)                         \
	X(privileges, .flags = SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS, .pdeath_signal = SIGTERM,       \
	  .result = true)                                                                         \
	X(on_a_node, .flags = SPAWN_TEMPLATE_SPAWN_NODE, .result = true)                          \
	X(process_pdeath, .flags = SPAWN_TEMPLATE_SPAWN_PDEATH_PROCESS, .pdeath_signal = SIGTERM, \
	  .result = true)                                                                         \
	X(chosen_pid, .chosen_pid = true, .result = true)                                         \
	X(everything, .actions = add_all, .extra_fds = true, .error = ENOSPC, .result = true,     \
	  .flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS)

#define FAIL_CALLER(name_, ...) \
	static void caller_##name_(void) \
	{ \
		run(caller, &(struct kind){ .name = #name_, __VA_ARGS__ }); \
	}
#define FAIL_CHILD(name_, ...)                                                  \
	static void child_##name_(void)                                         \
	{                                                                       \
		/* A failed check leaves the thread of its ambush. */          \
		in_child(child, &(struct kind){ .name = #name_, __VA_ARGS__ }); \
	}
CALLER_KINDS(FAIL_CALLER)
KINDS(FAIL_CALLER)
FAIL_CHILD(plain, .flags = 0)
KINDS(FAIL_CHILD)

static void this_kernel_has_no_fault_injection(void)
{
	check_eq(error_of(access(FAULTS_NTH, F_OK)), ENOENT);
}

#define T_CALLER(name, ...) T(caller_##name),
#define T_CHILD(name, ...) T(child_##name),

static const struct CMUnitTest faults[] = { T(create_by_path),
					    T(create_by_fd),
					    T(create_of_a_dynamic_program),
					    T(create_of_a_script),
					    T(create_writable),
					    T(batch_of_several),
					    CALLER_KINDS(T_CALLER) KINDS(T_CALLER) T(child_plain),
					    KINDS(T_CHILD) };

static const struct CMUnitTest none[] = {
	T(this_kernel_has_no_fault_injection),
};

int main(int argc, char **argv)
{
	sigset_t sigchld;

	suite_options(argc, argv);
	sigemptyset(&sigchld);
	sigaddset(&sigchld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &sigchld, NULL);
	if (!faults_available())
		return cmocka_run_group_tests_name("faults", none, begin_suite, end_suite);
	return cmocka_run_group_tests_name("faults", faults, allow_faults, report);
}
