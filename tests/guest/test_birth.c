// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_birth.c - attributes of a child's birth
 *
 * Those that only clone3(2) can give, and those that exec would undo.
 */
#include "common_process.h"

#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define CGROUPS "/sys/fs/cgroup"

static struct spawn_template_result result;

static struct spawn_template_spawn_args args_for(char *const argv[], uint64_t flags)
{
	return (struct spawn_template_spawn_args){ .argv = (uintptr_t)argv,
						   .flags = flags,
						   .result = (uintptr_t)&result };
}

#define EXIT_0 args_for(ARGV("probe", "exit", "0"), 0)
#define BLOCK(flags) args_for(ARGV("probe", "block"), flags)

static bool can(uint64_t flag)
{
	struct spawn_template_info info;

	check_eq(outspawn_info(device, &info), 0);
	return info.spawn_flags & flag;
}

/* Does the running kernel's clone3(2) have CLONE_AUTOREAP? */
static bool kernel_can_autoreap(void)
{
	uint64_t args[11] = { 1ULL << 34 /* CLONE_AUTOREAP */ };
	long pid = syscall(SYS_clone3, args, sizeof(args));

	if (!pid)
		_exit(0);
	return pid > 0;
}

static char *facts_of_birth(const struct spawn_template_spawn_args *args, const char *section)
{
	return facts_of(&(struct request){
		.template = probe, .args = args, .sections = { section } });
}

static void fields_need_their_flags(void)
{
	struct spawn_template_spawn_args args;

	args = EXIT_0;
	args.cgroup = 1;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	args = EXIT_0;
	args.exit_signal = SIGUSR1;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	args = EXIT_0;
	args.exit_signal = 65;
	args.flags = SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	args = EXIT_0;
	args.pdeath_signal = 65;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	args = EXIT_0;
	args.set_tid_size = 1;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	args = EXIT_0;
	args.set_tid = (uintptr_t)&args;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	args.set_tid_size = 33;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	args.set_tid_size = 1;
	args.set_tid = 8;
	check_eq(sys_spawn(probe, &args), -EFAULT);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_CREATE);
	args = EXIT_0;
	args.namespaces = CLONE_VM;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	args.namespaces = 1ULL << 34;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
	check_eq(count_children(), 0);
}

static void info_says_what_the_kernel_can(void)
{
	check_eq(can(SPAWN_TEMPLATE_SPAWN_AUTOREAP), kernel_can_autoreap());
	check_eq(can(SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE), kernel_can_autoreap());
	check(can(SPAWN_TEMPLATE_SPAWN_CGROUP));
	while (waitpid(-1, NULL, __WALL) > 0)
		;
	/*
	 * A child that the kernel reaps is hidden from wait(2) a moment before
	 * it is gone.
	 */
	wait_until(!count_children());
}

/* exit_signal */

static volatile int signals_seen[65];

static void count_signal(int number)
{
	signals_seen[number]++;
}

static void exit_signal_is_sent(void *unused)
{
	struct spawn_template_spawn_args args = EXIT_0;
	struct gate gate;
	pid_t pid;
	int fd;

	(void)unused;
	own_template();
	signal(SIGUSR1, count_signal);
	signal(SIGCHLD, count_signal);
	args.flags = SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL;
	args.exit_signal = SIGUSR1;
	pid = started(probe, &args);
	wait_until(signals_seen[SIGUSR1]);
	check_eq(signals_seen[SIGCHLD], 0);
	check_eq(error_of(waitpid(-1, NULL, WNOHANG)), ECHILD);
	check_eq(wait_for_quiet(pid), 0);
	/*
	 * An asynchronous child has its signal from the start, except during
	 * exec.
	 */
	args.flags |= SPAWN_TEMPLATE_SPAWN_ASYNC;
	gate_make(&gate, 5);
	gate_only(&gate, &args);
	pid = started(probe, &args);
	check_eq(error_of(waitpid(-1, NULL, WNOHANG)), ECHILD);
	fd = gate_open(&gate);
	wait_until(signals_seen[SIGUSR1] == 2);
	check_eq(wait_for_quiet(pid), 0);
	check_eq(signals_seen[SIGCHLD], 0);
	close(fd);
}

static void exit_signal(void)
{
	in_child(exit_signal_is_sent, NULL);
}

/* A library's child, which a wait(-1) of the program must not find. */
static void no_exit_signal_in_child(void *unused)
{
	struct spawn_template_spawn_args args = EXIT_0;
	siginfo_t info = { 0 };
	int pidfd = -1;
	pid_t pid;

	(void)unused;
	own_template();
	signal(SIGCHLD, count_signal);
	args.flags = SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL;
	args.pidfd = (uintptr_t)&pidfd;
	pid = started(probe, &args);
	check_eq(poll(&(struct pollfd){ pidfd, POLLIN, 0 }, 1, -1), 1);
	check_eq(error_of(waitpid(-1, NULL, 0)), ECHILD);
	check_eq(error_of(waitpid(pid, NULL, 0)), ECHILD);
	check_eq(signals_seen[SIGCHLD], 0);
	must(waitid(P_PIDFD, pidfd, &info, WEXITED | __WALL));
	check_eq(info.si_pid, pid);
	check_eq(signals_seen[SIGCHLD], 0);
	close(pidfd);
}

static void no_exit_signal(void)
{
	in_child(no_exit_signal_in_child, NULL);
}

/* Spawn in a caller that ends. The calling process inherits the child. */
static pid_t orphaned(const struct spawn_template_spawn_args *args)
{
	pid_t *pid = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t parent = must(fork());

	if (!parent) {
		own_template();
		*pid = sys_spawn(probe, args);
		_exit(*pid <= 0);
	}
	check_eq(wait_for(parent), 0);
	return *pid;
}

/*
 * The caller ends before the child sets its signal. The new parent gets
 * SIGCHLD.
 */
CHILD_TEST(exit_signal_of_an_orphan)
{
	struct spawn_template_spawn_args args = EXIT_0;
	struct gate gate;
	pid_t pid;
	int fd;

	signal(SIGUSR1, count_signal);
	args.flags = SPAWN_TEMPLATE_SPAWN_ASYNC | SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL;
	args.exit_signal = SIGUSR1;
	gate_make(&gate, 5);
	gate_only(&gate, &args);
	pid = orphaned(&args);
	fd = gate_open(&gate);
	check_eq(wait_for(pid), 0);
	check_eq(signals_seen[SIGUSR1], 0);
	close(fd);
}

static void exit_signal_of_a_failure(void)
{
	struct spawn_template_action close_nothing = { .type = SPAWN_TEMPLATE_ACTION_CLOSE,
						       .fd = 999 };
	struct spawn_template_spawn_args args = EXIT_0;

	args.flags = SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL;
	args.exit_signal = SIGUSR1; /* it would kill the suite */
	args.actions = (uintptr_t)&close_nothing;
	args.actions_len = 1;
	check_eq(sys_spawn(probe, &args), -EBADF);
	check_eq(count_children(), 0);
}

/* Stopped */

static void stopped_before_the_first_instruction(void)
{
	char *report = in_scratch_new("not-yet");
	struct spawn_template_spawn_args args =
		args_for(ARGV("probe", "facts", report, "exec"), SPAWN_TEMPLATE_SPAWN_STOPPED);
	int status;
	pid_t pid;

	write_text(report, "");
	pid = started(probe, &args);
	check_eq(waitpid(pid, &status, WUNTRACED), pid);
	check(WIFSTOPPED(status));
	check_eq(WSTOPSIG(status), SIGSTOP);
	check_eq(strlen(read_whole(report, NULL)), 0);
	/* The program is in place. */
	check_str(process_link(pid, "exe"), PROBE);
	must(kill(pid, SIGCONT));
	check_eq(wait_for(pid), 0);
	check(strlen(read_whole(report, NULL)) > 0);
	unlink(report);
}

/* A SIGCONT right after the call is not lost. */
static void stopped_and_continued_at_once(void)
{
	struct spawn_template_spawn_args args = EXIT_0;
	int i;

	args.flags = SPAWN_TEMPLATE_SPAWN_STOPPED;
	for (i = 0; i < 50; i++) {
		pid_t pid = started(probe, &args);

		must(kill(pid, SIGCONT));
		check_eq(wait_for(pid), 0);
	}
}

static void stopped_and_killed(void)
{
	struct spawn_template_spawn_args args = EXIT_0;
	pid_t pid;

	args.flags = SPAWN_TEMPLATE_SPAWN_STOPPED | SPAWN_TEMPLATE_SPAWN_ASYNC;
	pid = started(probe, &args);
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
}

/* no_new_privs */

static void no_new_privs(void)
{
	struct spawn_template_spawn_args args = { .flags = SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS };
	struct spawn_template_spawn_args plain = { 0 };

	check_str(fact(facts_of_birth(&args, "security"), "no_new_privs"), "1");
	check_str(fact(facts_of_birth(&plain, "security"), "no_new_privs"), "0");
	check_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
}

/* Parent-death signal */

CHILD_TEST(pdeath_signal)
{
	struct spawn_template_spawn_args args = BLOCK(0);
	pid_t pid;

	args.pdeath_signal = SIGUSR2;
	pid = orphaned(&args);
	check_eq(wait_for(pid), 128 + SIGUSR2);
}

/* The caller ends before the child sets the signal. */
CHILD_TEST(pdeath_signal_of_a_dead_caller)
{
	struct spawn_template_spawn_args args = BLOCK(SPAWN_TEMPLATE_SPAWN_ASYNC);
	struct gate gate;
	pid_t pid;
	int fd;

	args.pdeath_signal = SIGUSR2;
	gate_make(&gate, 5);
	gate_only(&gate, &args);
	pid = orphaned(&args);
	fd = gate_open(&gate);
	check_eq(wait_for(pid), 128 + SIGUSR2);
	close(fd);
}

/* cgroup */

static void born_in_a_cgroup(void)
{
	char *folder = text(CGROUPS "/outspawn-birth-%d", getpid());
	struct spawn_template_spawn_args args = { .flags = SPAWN_TEMPLATE_SPAWN_CGROUP };
	char *facts;

	must(mkdir(folder, 0755));
	args.cgroup = must(open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC));
	facts = facts_of_birth(&args, "cgroup");
	check(strstr(facts, text("0::/outspawn-birth-%d", getpid())));
	/* pids.max of 0: no child can be born in the cgroup. */
	int control = open(text("%s/pids.max", folder), O_WRONLY | O_CLOEXEC);

	if (control >= 0) {
		struct spawn_template_spawn_args full = EXIT_0;

		check_eq(write(control, "0", 1), 1);
		full.flags = SPAWN_TEMPLATE_SPAWN_CGROUP;
		full.cgroup = args.cgroup;
		check_eq(sys_spawn(probe, &full), -EAGAIN);
		check_eq(result.stage, SPAWN_TEMPLATE_STAGE_CREATE);
		close(control);
	}
	close(args.cgroup);
	must(rmdir(folder));
}

static void not_a_cgroup(void)
{
	struct spawn_template_spawn_args args = EXIT_0;

	args.flags = SPAWN_TEMPLATE_SPAWN_CGROUP;
	args.cgroup = must(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
	check_eq(sys_spawn(probe, &args), -EBADF);
	close(args.cgroup);
	check_eq(sys_spawn(probe, &args), -EBADF);
	args.cgroup = -1;
	check_eq(sys_spawn(probe, &args), -EBADF);
}

/* No child can be born in such a cgroup: the errno is clone3(2)'s. */
static void refused_as_of_clone3(int cgroup, int error)
{
	struct clone_args clone = { .flags = CLONE_INTO_CGROUP,
				    .exit_signal = SIGCHLD,
				    .cgroup = cgroup };
	struct spawn_template_spawn_args args = EXIT_0;
	pid_t pid = syscall(SYS_clone3, &clone, sizeof(clone));

	if (!pid)
		_exit(0);
	check_eq(error_of(pid), error);
	args.flags = SPAWN_TEMPLATE_SPAWN_CGROUP;
	args.cgroup = cgroup;
	check_eq(sys_spawn(probe, &args), -error);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_CREATE);
}

static void unfit_cgroups(void)
{
	char *folder = text(CGROUPS "/outspawn-birth-%d", getpid());
	char *threaded = text("%s/threaded", folder), *invalid = text("%s/invalid", folder);
	int cgroup, type;

	must(mkdir(folder, 0755));
	must(mkdir(threaded, 0755));
	must(mkdir(invalid, 0755));
	/* A sibling of a threaded cgroup may have no processes. */
	type = must(open(text("%s/cgroup.type", threaded), O_WRONLY | O_CLOEXEC));
	check_eq(write(type, "threaded", 8), 8);
	close(type);
	cgroup = must(open(invalid, O_PATH | O_DIRECTORY | O_CLOEXEC));
	refused_as_of_clone3(cgroup, EOPNOTSUPP);
	must(rmdir(invalid));
	refused_as_of_clone3(cgroup, ENOENT);
	close(cgroup);
	must(rmdir(threaded));
	must(rmdir(folder));
}

static void foreign_cgroup_in_child(void *folder)
{
	struct spawn_template_spawn_args args = EXIT_0;
	int own = template_of(PROBE);

	args.flags = SPAWN_TEMPLATE_SPAWN_CGROUP;
	args.cgroup = must(open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC));
	check_eq(sys_spawn(own, &args), -EACCES);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_CREATE);
}

static void foreign_cgroup(void)
{
	char *folder = text(CGROUPS "/outspawn-foreign-%d", getpid());

	must(mkdir(folder, 0755));
	in_child_as_nobody(foreign_cgroup_in_child, folder);
	must(rmdir(folder));
}

/* Namespaces */

static void each_namespace(void)
{
	static const struct {
		uint64_t flag;
		const char *name;
	} all[] = { { CLONE_NEWNS, "mnt" },   { CLONE_NEWUTS, "uts" },	     { CLONE_NEWIPC, "ipc" },
		    { CLONE_NEWUSER, "user" }, { CLONE_NEWPID, "pid" },	     { CLONE_NEWNET, "net" },
		    { 0x80, "time" },	      { CLONE_NEWCGROUP, "cgroup" } };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct spawn_template_spawn_args args = BLOCK(0);
		char *own = process_link(getpid(), text("ns/%s", all[i].name));
		pid_t pid;

		args.namespaces = all[i].flag;
		pid = started(probe, &args);
		check(own);
		/*
		 * The child enters the time namespace in exec, after the call
		 * has returned.
		 */
		wait_until(strcmp(process_link(pid, text("ns/%s", all[i].name)), own));
		must(kill(pid, SIGKILL));
		check_eq(wait_for(pid), 128 + SIGKILL);
	}
}

static void namespaces_of_nobody_in_child(void *unused)
{
	struct spawn_template_spawn_args args = EXIT_0;
	int own = template_of(PROBE);

	(void)unused;
	args.namespaces = CLONE_NEWNET;
	check_eq(sys_spawn(own, &args), -EPERM);
	args.namespaces = CLONE_NEWNET | CLONE_NEWUSER | CLONE_NEWPID;
	check_eq(wait_for(sys_spawn(own, &args)), 0);
}

static void namespaces_of_nobody(void)
{
	in_child_as_nobody(namespaces_of_nobody_in_child, NULL);
}

/* The program has pid 1 in its namespace. */
static void first_of_a_pid_namespace(void)
{
	struct spawn_template_spawn_args args = BLOCK(0);
	pid_t pid;

	args.namespaces = CLONE_NEWPID;
	pid = started(probe, &args);
	check(strstr(process_file(pid, "status"), text("NSpid:\t%d\t1\n", pid)));
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
}

/* set_tid */

static void chosen_pid(void)
{
	struct spawn_template_spawn_args args = EXIT_0;
	int32_t wanted = 22222;

	args.set_tid = (uintptr_t)&wanted;
	args.set_tid_size = 1;
	check_eq(sys_spawn(probe, &args), wanted);
	check_eq(sys_spawn(probe, &args), -EEXIST); /* the zombie still has the pid */
	check_eq(wait_for(wanted), 0);
	wanted = -1;
	check_eq(sys_spawn(probe, &args), -EINVAL);
}

static void chosen_pid_of_nobody_in_child(void *unused)
{
	struct spawn_template_spawn_args args = EXIT_0;
	int32_t wanted = 22223;

	(void)unused;
	args.set_tid = (uintptr_t)&wanted;
	args.set_tid_size = 1;
	check_eq(sys_spawn(template_of(PROBE), &args), -EPERM);
}

static void chosen_pid_of_nobody(void)
{
	in_child_as_nobody(chosen_pid_of_nobody_in_child, NULL);
}

/* Auto-reap and kill on close: where the kernel has them */

static void autoreap_in_child(void *unused)
{
	struct spawn_template_spawn_args args = EXIT_0;
	int pidfd = -1, status;
	pid_t pid;

	(void)unused;
	own_template();
	signal(SIGCHLD, count_signal);
	args.flags = SPAWN_TEMPLATE_SPAWN_AUTOREAP;
	args.pidfd = (uintptr_t)&pidfd;
	pid = sys_spawn(probe, &args);
	if (!can(SPAWN_TEMPLATE_SPAWN_AUTOREAP)) {
		check_eq(pid, -EOPNOTSUPP);
		return;
	}
	check(pid > 0);
	check_eq(poll(&(struct pollfd){ pidfd, POLLIN, 0 }, 1, -1), 1);
	wait_until(!process_state(pid));
	check_eq(error_of(waitpid(pid, &status, __WALL)), ECHILD);
	check_eq(signals_seen[SIGCHLD], 0);
	close(pidfd);
}

static void autoreap(void)
{
	in_child(autoreap_in_child, NULL);
}

/*
 * A child that failed is gone when the call returns. If the call did not wait
 * for the child's exit, one of the first iterations would find a living child.
 */
static void failed_autoreap(uint64_t more)
{
	struct spawn_template_action nothing = { .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 999 };
	struct spawn_template_spawn_args args = EXIT_0;
	int pidfd, i;

	args.flags = SPAWN_TEMPLATE_SPAWN_AUTOREAP | more;
	args.pidfd = (uintptr_t)&pidfd;
	args.actions = (uintptr_t)&nothing;
	args.actions_len = 1;
	for (i = 0; i < 100; i++) {
		check_eq(sys_spawn(probe, &args), can(args.flags) ? -EBADF : -EOPNOTSUPP);
		check_eq(error_of(waitpid(-1, NULL, WNOHANG | __WALL)), ECHILD);
		check_eq(count_children(), 0);
	}
}

static void failed_autoreap_leaves_nothing(void)
{
	failed_autoreap(0);
}

static void failed_kill_on_close_leaves_nothing(void)
{
	failed_autoreap(SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE);
}

/*
 * The caller runs on the child's CPU with a real-time policy that the child does
 * not inherit. So the end of the child, which wakes the caller, also stops the
 * child before the kernel reaps it, on a kernel that can preempt itself.
 */
static void failed_autoreap_of_urgent_in_child(void *unused)
{
	struct sched_param urgent = { .sched_priority = 1 };
	cpu_set_t first;

	(void)unused;
	own_template();
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	must(sched_setaffinity(0, sizeof(first), &first));
	must(sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &urgent));
	failed_autoreap(0);
}

static void failed_autoreap_of_urgent_leaves_nothing(void)
{
	in_child(failed_autoreap_of_urgent_in_child, NULL);
}

/* For comparison, without AUTOREAP: the module reaps the child. */
static void failed_without_autoreap_leaves_nothing(void)
{
	struct spawn_template_action nothing = { .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 999 };
	struct spawn_template_spawn_args args = EXIT_0;
	int i;

	args.actions = (uintptr_t)&nothing;
	args.actions_len = 1;
	for (i = 0; i < 100; i++) {
		check_eq(sys_spawn(probe, &args), -EBADF);
		check_eq(error_of(waitpid(-1, NULL, WNOHANG | __WALL)), ECHILD);
	}
}

static void autoreap_has_no_exit_signal(void)
{
	struct spawn_template_spawn_args args = EXIT_0;

	args.flags = SPAWN_TEMPLATE_SPAWN_AUTOREAP | SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL;
	check_eq(sys_spawn(probe, &args),
		 can(SPAWN_TEMPLATE_SPAWN_AUTOREAP) ? -EINVAL : -EOPNOTSUPP);
}

static void kill_on_close_with(uint64_t more)
{
	struct spawn_template_spawn_args args =
		BLOCK(SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE | SPAWN_TEMPLATE_SPAWN_AUTOREAP | more);
	int pidfd = -1, other;
	pid_t pid;

	args.pidfd = (uintptr_t)&pidfd;
	pid = sys_spawn(probe, &args);
	if (!can(SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE)) {
		check_eq(pid, -EOPNOTSUPP);
		return;
	}
	check(pid > 0);
	other = must(dup(pidfd));
	close(pidfd);
	check(process_state(pid));
	close(other);
	wait_until(!process_state(pid));
}

static void kill_on_close(void)
{
	int i;

	kill_on_close_with(0);
	kill_on_close_with(SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS);
	/* Close the pidfd at once, before the program runs. */
	for (i = 0; i < 20; i++)
		kill_on_close_with(SPAWN_TEMPLATE_SPAWN_ASYNC);
}

static void kill_on_close_of_nobody_in_child(void *unused)
{
	struct spawn_template_spawn_args args = EXIT_0;
	int own = template_of(PROBE), pidfd;

	(void)unused;
	args.flags = SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE | SPAWN_TEMPLATE_SPAWN_AUTOREAP;
	args.pidfd = (uintptr_t)&pidfd;
	check_eq(sys_spawn(own, &args),
		 can(SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE) ? -EPERM : -EOPNOTSUPP);
	if (!can(SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE))
		return;
	args.pidfd = 0;
	check_eq(sys_spawn(own, &args), -EINVAL);
	args.pidfd = (uintptr_t)&pidfd;
	args.flags = SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE;
	check_eq(sys_spawn(own, &args), -EINVAL);
}

static void kill_on_close_of_nobody(void)
{
	in_child_as_nobody(kill_on_close_of_nobody_in_child, NULL);
}

/*
 * A caller with filters gets no attribute of clone3(2): the filters would have
 * to judge that call.
 */

static void with_a_filter_in_child(void *unused)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog filter = { 1, code };
	struct spawn_template_spawn_args args;
	int32_t wanted = 22224;

	(void)unused;
	own_template();
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
	args = EXIT_0;
	args.namespaces = CLONE_NEWUTS;
	check_eq(sys_spawn(probe, &args), -EPERM);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
	args = EXIT_0;
	args.set_tid = (uintptr_t)&wanted;
	args.set_tid_size = 1;
	check_eq(sys_spawn(probe, &args), -EPERM);
	args = EXIT_0;
	args.flags = SPAWN_TEMPLATE_SPAWN_CGROUP;
	check_eq(sys_spawn(probe, &args), -EPERM);
	/*
	 * vfork's exit signal is SIGCHLD; a caller with filters gets no other
	 * one.
	 */
	args = EXIT_0;
	args.flags = SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL;
	check_eq(sys_spawn(probe, &args), -EPERM);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
	args.exit_signal = SIGUSR1;
	check_eq(sys_spawn(probe, &args), -EPERM);
	check_eq(sys_spawn_path(PROBE, NULL, &args), -EPERM);
	args.flags |= SPAWN_TEMPLATE_SPAWN_ASYNC;
	check_eq(sys_spawn(probe, &args), -EPERM);
	check_eq(count_children(), 0);
	args.exit_signal = SIGCHLD;
	check_eq(wait_for(sys_spawn(probe, &args)), 0);
	/* The child sets the other attributes itself. */
	args = EXIT_0;
	args.flags = SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS;
	args.pdeath_signal = SIGTERM;
	check_eq(wait_for(sys_spawn(probe, &args)), 0);
}

static void with_a_filter(void)
{
	in_child(with_a_filter_in_child, NULL);
}

/* The filter denies prctl(2), so the attribute that needs it fails. */
static void filtered_prctl_in_child(void *unused)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };
	struct spawn_template_spawn_args args;

	(void)unused;
	own_template();
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
	args = EXIT_0;
	args.flags = SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS;
	check_eq(sys_spawn(probe, &args), -EXDEV);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_CREATE);
	args = EXIT_0;
	args.pdeath_signal = SIGTERM;
	check_eq(sys_spawn(probe, &args), -EXDEV);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
}

static void filtered_prctl(void)
{
	in_child(filtered_prctl_in_child, NULL);
}

SUITE("birth", T(fields_need_their_flags), T(info_says_what_the_kernel_can), T(exit_signal),
      T(no_exit_signal), T(exit_signal_of_an_orphan), T(exit_signal_of_a_failure),
      T(stopped_before_the_first_instruction), T(stopped_and_continued_at_once),
      T(stopped_and_killed), T(no_new_privs), T(pdeath_signal), T(pdeath_signal_of_a_dead_caller),
      T(born_in_a_cgroup), T(not_a_cgroup), T(unfit_cgroups), T(foreign_cgroup),
      T(each_namespace), T(namespaces_of_nobody), T(first_of_a_pid_namespace), T(chosen_pid),
      T(chosen_pid_of_nobody), T(autoreap), T(failed_autoreap_leaves_nothing),
      T(failed_autoreap_of_urgent_leaves_nothing),
      T(failed_kill_on_close_leaves_nothing), T(failed_without_autoreap_leaves_nothing),
      T(autoreap_has_no_exit_signal), T(kill_on_close),
      T(kill_on_close_of_nobody), T(with_a_filter), T(filtered_prctl));
