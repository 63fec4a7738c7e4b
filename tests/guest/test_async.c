// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_async.c - asynchronous spawns
 *
 * What the call takes from the caller before it returns, how such spawns fail,
 * and that each child can be waited for.
 */
#include "common_process.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define ASYNC SPAWN_TEMPLATE_SPAWN_ASYNC
#define IN_FLIGHT 1000

static struct spawn_template_result result;

static struct spawn_template_spawn_args async_args(char *const argv[])
{
	return (struct spawn_template_spawn_args){ .argv = (uintptr_t)argv,
						   .flags = ASYNC,
						   .result = (uintptr_t)&result };
}

static void runs(void)
{
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "7"));
	pid_t pid = started(probe, &args);

	check_eq(wait_for(pid), 7);
	check_eq(result.error, 0);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_NONE);
	check_eq(result.action, -1);
}

static void facts_are_those_of_a_synchronous_one(void)
{
	struct spawn_template_spawn_args async = { .flags = ASYNC }, sync = { 0 };
	char *a = facts_of(&(struct request){ .template = probe, .args = &async }), *b;

	b = facts_of(&(struct request){ .template = probe, .args = &sync });
	/*
	 * Compare facts that are the same in each run. The number in the name
	 * of the report is not.
	 */
	check_str(facts_with(a, "fd."), facts_with(b, "fd."));
	check_str(fact(a, "comm"), fact(b, "comm"));
	check_str(fact(a, "exe"), fact(b, "exe"));
	check_str(fact(a, "uid"), fact(b, "uid"));
	check_str(facts_with(a, "sig"), facts_with(b, "sig"));
}

/*
 * An action holds the child while the caller frees all that it passed: strings,
 * descriptors, the template.
 */
static void everything_was_copied(void)
{
	char *fifo = make_fifo("hold"), output[256] = "";
	char *argv[] = { strdup("probe"), strdup("echo"), strdup("a word"), NULL };
	struct spawn_template_open *how = calloc(1, sizeof(*how));
	struct spawn_template_action *actions = calloc(2, sizeof(*actions));
	struct spawn_template_spawn_args *args = calloc(1, sizeof(*args));
	char *path = strdup(fifo);
	int ends[2], template = template_of(PROBE), hold;
	pid_t pid;

	must(pipe2(ends, O_CLOEXEC));
	*how = (struct spawn_template_open){ .path = (uintptr_t)path, .how = { .flags = O_WRONLY } };
	actions[0] = (struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_OPEN,
						     .fd = AT_FDCWD,
						     .newfd = 9,
						     .arg = (uintptr_t)how };
	actions[1] = (struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_DUP2,
						     .fd = ends[1],
						     .newfd = STDOUT_FILENO };
	*args = async_args(argv);
	args->actions = (uintptr_t)actions;
	args->actions_len = 2;
	pid = started(template, args);
	close(ends[1]);
	close(template);
	memset(argv[2], 'x', 6);
	memset(argv[1], 'x', 4);
	memset(path, 'x', strlen(path));
	memset(how, 0xff, sizeof(*how));
	memset(actions, 0xff, 2 * sizeof(*actions));
	memset(args, 0xff, sizeof(*args));
	free(argv[0]);
	free(argv[1]);
	free(argv[2]);
	free(path);
	free(how);
	free(actions);
	free(args);
	hold = must(open(fifo, O_RDONLY | O_CLOEXEC));
	while (read(ends[0], output + strlen(output), sizeof(output) - strlen(output) - 1) > 0)
		;
	check_str(output, "a word\n");
	check_eq(wait_for(pid), 0);
	close(ends[0]);
	close(hold);
}

/* The child inherits the descriptors that were open at the moment of the call. */
static void inherited_descriptors_were_taken(void)
{
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "write", "100", "here"));
	struct gate gate;
	int ends[2], hold, later;
	char output[16] = "";
	pid_t pid;

	must(pipe2(ends, O_CLOEXEC));
	must(dup2(ends[1], 100));
	close(ends[1]);
	args.flags |= SPAWN_TEMPLATE_SPAWN_INHERIT_FDS;
	gate_make(&gate, 200);
	gate_only(&gate, &args);
	pid = started(probe, &args);
	close(100);
	later = must(open("/dev/null", O_RDONLY));
	hold = gate_open(&gate);
	check_eq(wait_for(pid), 0);
	check_eq(read(ends[0], output, sizeof(output) - 1), 5);
	check_str(output, "here\n");
	close(ends[0]);
	close(hold);
	close(later);
}

/* Close-on-exec descriptors are left out, however many others there are. */
static void many_inherited_descriptors(void)
{
	struct spawn_template_spawn_args args = { .flags = ASYNC |
							   SPAWN_TEMPLATE_SPAWN_INHERIT_FDS };
	int list[600], i;
	char *facts;

	for (i = 0; i < 600; i++)
		list[i] = must(open("/dev/null", i % 3 ? O_RDONLY : O_RDONLY | O_CLOEXEC));
	facts = facts_of(&(struct request){
		.template = probe, .args = &args, .sections = { "fds" } });
	for (i = 0; i < 600; i++) {
		check_eq(fact(facts, text("fd.%d", list[i])) != NULL, i % 3 != 0);
		close(list[i]);
	}
}

/* Failures */

static void failing_action(void)
{
	struct spawn_template_action actions[] = {
		{ .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 0 },
		{ .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 999 },
	};
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));
	struct spawn_template_query before = query_of(probe);
	int pidfd = -1;
	pid_t pid;

	args.actions = (uintptr_t)actions;
	args.actions_len = 2;
	args.pidfd = (uintptr_t)&pidfd;
	pid = started(probe, &args);
	check_eq(poll(&(struct pollfd){ pidfd, POLLIN, 0 }, 1, -1), 1);
	check_eq(result.error, EBADF);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ACTION);
	check_eq(result.action, 1);
	check_eq(result.pid, pid);
	check_eq(wait_for(pid), 127);
	close(pidfd);
	check_eq(query_of(probe).failed, before.failed + 1);
	check_eq(query_of(probe).spawned, before.spawned);
}

/*
 * The result has the pid as the caller sees it, not as the child's namespace
 * does.
 */
static void failing_in_a_pid_namespace(void)
{
	struct spawn_template_action nothing = { .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 999 };
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));
	pid_t pid;

	args.actions = (uintptr_t)&nothing;
	args.actions_len = 1;
	args.namespaces = CLONE_NEWPID;
	pid = started(probe, &args);
	check_eq(wait_for(pid), 127);
	check_eq(result.error, EBADF);
	check_eq(result.pid, pid);
}

static void failing_exec(void)
{
	struct spawn_template_spawn_args args = async_args(ARGV("x"));
	pid_t pid = sys_spawn_path("no-such-program", "/bin:/usr/bin", &args);

	check_eq(wait_for(pid), 127);
	check_eq(result.error, ENOENT);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	check_eq(result.action, 1);
}

/* The call itself returns errors that are found before there is a child. */
static void bad_arguments(void)
{
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));
	int closed = template_of(PROBE);

	args.actions = 8;
	args.actions_len = 1;
	check_eq(sys_spawn(probe, &args), -EFAULT);
	check_eq(result.error, EFAULT);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
	args = async_args(ARGV("probe", "exit", "0"));
	args.pidfd = 8;
	check_eq(sys_spawn(probe, &args), -EFAULT);
	args = async_args(ARGV("probe", "exit", "0"));
	args.result = 8;
	check_eq(sys_spawn(probe, &args), -EFAULT);
	close(closed);
	check_eq(sys_spawn(closed, &args), -EBADF);
	check_eq(count_children(), 0);
}

/*
 * The result's memory is unmapped when the child fails. The child cannot write
 * the result, and nothing else happens.
 */
static void result_is_gone(void)
{
	struct spawn_template_action actions[] = {
		{ 0 },
		{ .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 999 },
	};
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct gate gate;
	pid_t pid;
	int hold;

	gate_make(&gate, 9);
	actions[0] = gate.action;
	args.result = (uintptr_t)page;
	args.actions = (uintptr_t)actions;
	args.actions_len = 2;
	pid = started(probe, &args);
	must(munmap(page, 4096));
	hold = gate_open(&gate);
	check_eq(wait_for(pid), 127);
	close(hold);
}

static void no_pidfd_to_be_had_in_child(void *unused)
{
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));
	struct rlimit limit, before;
	int pidfd = 5;

	(void)unused;
	own_template();
	must(getrlimit(RLIMIT_NOFILE, &before));
	limit = before;
	limit.rlim_cur = lowest_free_fd();
	must(setrlimit(RLIMIT_NOFILE, &limit));
	args.pidfd = (uintptr_t)&pidfd;
	check_eq(sys_spawn(probe, &args), -EMFILE);
	must(setrlimit(RLIMIT_NOFILE, &before));
	check_eq(result.error, EMFILE);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_CREATE);
	check_eq(pidfd, -1);
	check_eq(count_children(), 0);
}

static void no_pidfd_to_be_had(void)
{
	in_child(no_pidfd_to_be_had_in_child, NULL);
}

/* Waiting */

static void seen_by_any_wait_from_the_first_moment(void)
{
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "3"));
	int i;

	for (i = 0; i < 100; i++) {
		pid_t pid = started(probe, &args);
		int status;

		check_eq(waitpid(-1, &status, 0), pid);
		check_eq(WEXITSTATUS(status), 3);
	}
}

static void killed_before_its_first_step(void)
{
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "block"));
	int i;

	for (i = 0; i < 100; i++) {
		pid_t pid = started(probe, &args);

		must(kill(pid, SIGKILL));
		check_eq(wait_for(pid), 128 + SIGKILL);
	}
}

/*
 * A system call reads the caller's memory, so the caller waits until the child
 * has made it.
 */
static void memory_of_a_system_call(void)
{
	char *folder = in_scratch("deep");
	struct spawn_template_syscall call = { .nr = SYS_chdir };
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_SYSCALL,
						.arg = (uintptr_t)&call };
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));
	int i;

	mkdir(folder, 0755);
	args.actions = (uintptr_t)&action;
	args.actions_len = 1;
	for (i = 0; i < 50; i++) {
		char *path = strdup(folder);
		pid_t pid;

		call.args[0] = (uintptr_t)path;
		pid = started(probe, &args);
		memset(path, 'x', strlen(path));
		free(path);
		check_eq(wait_for(pid), 0);
		check_eq(result.error, 0);
	}
	call.args[0] = (uintptr_t)"/nowhere";
	check_eq(wait_for(started(probe, &args)), 127);
	check_eq(result.error, ENOENT);
}

/* The caller does not wait for a child that is held by its action. */
static void caller_goes_on(void)
{
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));
	struct gate gate;
	pid_t pid;
	int hold;

	gate_make(&gate, 9);
	gate_only(&gate, &args);
	pid = started(probe, &args); /* if the call waited, it would never return */
	hold = gate_open(&gate);
	check_eq(wait_for(pid), 0);
	close(hold);
}

/*
 * A child that others may trace shares the caller's memory until exec, so the
 * caller waits until exec. Two things hold the child: an action that opens a
 * FIFO after the change, and a fanotify listener that must allow the open of
 * the program.
 */

static void end_call(struct spawn_call *call)
{
	check_eq(wait_for(call_end(call)), 0);
	check_eq(result.error, 0);
}

static bool sleeps_in_the_call(const struct spawn_call *call)
{
	char state = process_state(call->tid);

	return process_in_syscall(call->tid, SYS_ioctl) && (state == 'S' || state == 'D');
}

/* The child is held, so the call must not return. */
static void call_stays(struct spawn_call *call)
{
	wait_until(call_has_returned(call) || sleeps_in_the_call(call));
	check(!call_has_returned(call));
}

/* A list of one system call and perhaps an OPEN that waits. */
struct steps {
	struct spawn_template_syscall call;
	struct spawn_template_action list[2];
	unsigned int count;
};

static void make_steps(struct steps *steps, const struct spawn_template_syscall *call,
		       const struct gate *gate)
{
	*steps = (struct steps){ .call = *call, .count = 1 };
	steps->list[0] = (struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_SYSCALL,
							 .arg = (uintptr_t)&steps->call };
	if (gate)
		steps->list[steps->count++] = gate->action;
}

static struct spawn_call call_of(int template, const struct steps *steps)
{
	static char *const argv[] = { "probe", "exit", "0", NULL };
	struct spawn_call call = { .args = async_args(argv), .template = template };

	call.args.actions = (uintptr_t)steps->list;
	call.args.actions_len = steps->count;
	return call;
}

static const struct __user_cap_header_struct cap_header = { _LINUX_CAPABILITY_VERSION_3, 0 };
static const struct __user_cap_data_struct no_caps[2];
static const gid_t one_group = NOBODY;

/*
 * After one of the first calls, the processes that may trace the child are not
 * those that may trace the caller. The last call only has a pointer: for that
 * the caller waits, too.
 */
#define CHANGES_OF_CREDENTIALS 8
static const struct spawn_template_syscall changes[] = {
	{ .nr = SYS_setresuid, .args = { NOBODY, NOBODY, NOBODY } },
	{ .nr = SYS_setresgid, .args = { NOBODY, NOBODY, NOBODY } },
	{ .nr = SYS_setreuid, .args = { NOBODY, NOBODY } },
	{ .nr = SYS_setregid, .args = { NOBODY, NOBODY } },
	{ .nr = SYS_setuid, .args = { NOBODY } },
	{ .nr = SYS_setgid, .args = { NOBODY } },
	{ .nr = SYS_capset, .args = { (uintptr_t)&cap_header, (uintptr_t)no_caps } },
	{ .nr = SYS_unshare, .args = { CLONE_NEWUSER | CLONE_NEWUTS } },
	{ .nr = SYS_setgroups, .args = { 1, (uintptr_t)&one_group } },
};
#define CHANGES (sizeof(changes) / sizeof(*changes))
static const struct spawn_template_syscall no_change = { .nr = SYS_umask, .args = { 022 } };

static void held_in_an_open(const struct spawn_template_syscall *change)
{
	struct steps steps;
	struct gate gate;
	struct spawn_call call;
	int hold;

	gate_make(&gate, 9);
	make_steps(&steps, change, &gate);
	call = call_of(probe, &steps);
	call_begin(&call);
	call_stays(&call);
	hold = gate_open(&gate);
	end_call(&call);
	close(hold);
}

CHILD_TEST(caller_stays_while_an_open_waits_after_a_change_of_credentials)
{
	size_t i;

	own_template();
	for (i = 0; i < CHANGES; i++)
		held_in_an_open(&changes[i]);
}

/* After this, an exec of the file waits for the test's answer. */
static int watch_exec(const char *path)
{
	int watch = must(fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC));

	must(fanotify_mark(watch, FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, AT_FDCWD, path));
	return watch;
}

static int next_exec(int watch)
{
	struct fanotify_event_metadata event;

	check_eq(read(watch, &event, sizeof(event)), sizeof(event));
	check_eq(event.mask, FAN_OPEN_EXEC_PERM);
	return event.fd;
}

static void allow_exec(int watch, int fd)
{
	struct fanotify_response response = { .fd = fd, .response = FAN_ALLOW };

	check_eq(write(watch, &response, sizeof(response)), sizeof(response));
	close(fd);
}

/* 'change' is the only action; NULL: there is none. */
static void held_in_exec(const struct spawn_template_syscall *change, uint64_t namespaces,
			 bool stays)
{
	char *path = own_probe("asked-about");
	int template = template_of(path), watch = watch_exec(path), fd;
	struct steps steps = { .count = 0 };
	struct spawn_call call;

	if (change)
		make_steps(&steps, change, NULL);
	call = call_of(template, &steps);
	call.args.namespaces = namespaces;
	call_begin(&call);
	fd = next_exec(watch);
	if (stays)
		call_stays(&call);
	else
		wait_until(call_has_returned(&call));
	allow_exec(watch, fd);
	end_call(&call);
	close(watch);
	close(template);
}

CHILD_TEST(caller_stays_until_exec_after_a_change_of_credentials)
{
	size_t i;

	for (i = 0; i < CHANGES_OF_CREDENTIALS; i++)
		held_in_exec(&changes[i], 0, true);
}

/* Return the user namespace of a process that has ended. */
static int other_user_namespace(void)
{
	int gate[2], fd;
	char byte;
	pid_t pid;

	must(pipe2(gate, O_CLOEXEC));
	pid = must(fork());
	if (!pid) {
		must(unshare(CLONE_NEWUSER));
		check_eq(write(gate[1], "x", 1), 1);
		for (;;)
			pause();
	}
	check_eq(read(gate[0], &byte, 1), 1);
	fd = must(open(text("/proc/%d/ns/user", pid), O_RDONLY | O_CLOEXEC));
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
	close(gate[0]);
	close(gate[1]);
	return fd;
}

CHILD_TEST(caller_stays_until_exec_after_setns)
{
	const struct spawn_template_syscall change = { .nr = SYS_setns,
						       .args = { other_user_namespace(),
								 CLONE_NEWUSER } };

	held_in_exec(&change, 0, true);
}

CHILD_TEST(caller_stays_until_exec_of_a_child_with_a_user_namespace)
{
	held_in_exec(NULL, CLONE_NEWUSER, true);
	held_in_exec(NULL, CLONE_NEWUTS, false);
}

CHILD_TEST(caller_goes_on_before_exec_without_such_a_change)
{
	const struct spawn_template_syscall other = { .nr = SYS_unshare,
						      .args = { CLONE_NEWUTS } };

	held_in_exec(&no_change, 0, false);
	held_in_exec(&other, 0, false);
}

/* The child reads the caller's memory late, after the filters have judged. */
CHILD_TEST(caller_with_filters_stays_until_exec)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog filter = { 1, &allow };

	own_template();
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
	held_in_an_open(&no_change);
	held_in_exec(&no_change, 0, true);
}

/* Many */

static struct spawn_template_result results[IN_FLIGHT];

static void a_thousand_in_flight(void)
{
	static pid_t pids[IN_FLIGHT];
	struct spawn_template_action nothing = { .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 999 };
	int i, status, seen = 0;

	for (i = 0; i < IN_FLIGHT; i++) {
		struct spawn_template_spawn_args args =
			async_args(ARGV("probe", "exit", text("%d", i % 100)));

		args.result = (uintptr_t)&results[i];
		if (i % 10 == 9) {
			args.actions = (uintptr_t)&nothing;
			args.actions_len = 1;
		}
		pids[i] = started(probe, &args);
	}
	for (i = 0; i < IN_FLIGHT; i++) {
		check_eq(waitpid(pids[i], &status, 0), pids[i]);
		check(WIFEXITED(status));
		check_eq(WEXITSTATUS(status), i % 10 == 9 ? 127 : i % 100);
		check_eq(results[i].error, i % 10 == 9 ? EBADF : 0);
		seen++;
	}
	check_eq(seen, IN_FLIGHT);
	check_eq(error_of(waitpid(-1, NULL, __WALL)), ECHILD);
}

/* The caller is killed while it spawns. Its children run on, and none is lost. */
CHILD_TEST(caller_killed_in_the_middle)
{
	volatile int *made = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				  -1, 0);
	pid_t caller = must(fork());
	int status, ended = 0;

	if (!caller) {
		struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));

		own_template();
		for (;;)
			if (sys_spawn(probe, &args) > 0)
				++*made;
	}
	wait_until(*made > 200);
	must(kill(caller, SIGKILL));
	check_eq(wait_for(caller), 128 + SIGKILL);
	/* The test inherits the children that the caller did not wait for. */
	while (waitpid(-1, &status, __WALL) > 0) {
		check(WIFEXITED(status));
		check_eq(WEXITSTATUS(status), 0);
		ended++;
	}
	check(ended >= *made);
	munmap((void *)made, 4096);
}

SUITE("async", T(runs), T(facts_are_those_of_a_synchronous_one), T(everything_was_copied),
      T(inherited_descriptors_were_taken), T(many_inherited_descriptors), T(failing_action),
      T(failing_in_a_pid_namespace), T(failing_exec), T(bad_arguments), T(result_is_gone),
      T(no_pidfd_to_be_had), T(seen_by_any_wait_from_the_first_moment),
      T(killed_before_its_first_step), T(memory_of_a_system_call), T(caller_goes_on),
      T(caller_stays_while_an_open_waits_after_a_change_of_credentials),
      T(caller_stays_until_exec_after_a_change_of_credentials),
      T(caller_stays_until_exec_after_setns),
      T(caller_stays_until_exec_of_a_child_with_a_user_namespace),
      T(caller_goes_on_before_exec_without_such_a_change), T(caller_with_filters_stays_until_exec),
      T(a_thousand_in_flight), T(caller_killed_in_the_middle));
