// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_seccomp.c - a spawn does not get around the caller's seccomp filters
 *
 * Most tests fork, set a filter on one system call, and spawn. The step that
 * stands for this call must fail, and no other step.
 */
#include "common_process.h"

#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define REFUSED 77 /* EBADFD: no step returns it by itself */

static struct spawn_template_result result;

/*
 * Set a verdict on a system call, if its argument has this value. An argument
 * of -1 means any call of this number.
 */
static void filter(int number, int argument, uint32_t value, uint32_t verdict)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 argument < 0 ? offsetof(struct seccomp_data, arch) :
					offsetof(struct seccomp_data, args) + 8 * argument),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, verdict),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	/*
	 * Without an argument to compare, compare the architecture, which is
	 * always equal.
	 */
	if (argument < 0)
		code[3].k = 0xc000003e; /* AUDIT_ARCH_X86_64 */
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static int spawn_with(struct spawn_template_action *list, size_t count)
{
	struct outspawn_actions actions = { list, count, count };
	pid_t pid = outspawn_spawn(probe, ARGV("probe", "exit", "0"), NULL, &actions, 0, NULL,
				   &result);

	return pid < 0 ? pid : wait_for(pid);
}

struct step {
	int number; /* the system call that the filter refuses */
	uint32_t stage; /* the stage that fails */
	int32_t action; /* the index of the action that fails, or -1 */
};

/* Spawn with actions that make every system call of an action. */
static int spawn_with_every_action(void)
{
	uint64_t signals = 1ULL << (SIGUSR1 - 1);
	struct spawn_template_open how = { .path = (uintptr_t)"/dev/null" };
	struct spawn_template_sigset set = { .sigset = (uintptr_t)&signals, .sigsetsize = 8 };
	int folder = must(open("/", O_PATH | O_CLOEXEC)), status;
	struct spawn_template_action list[] = {
		{ .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 0 },
		{ .type = SPAWN_TEMPLATE_ACTION_DUP2, .fd = 1, .newfd = 9 },
		{ .type = SPAWN_TEMPLATE_ACTION_DUP2, .fd = 2, .newfd = 2 },
		{ .type = SPAWN_TEMPLATE_ACTION_FCHDIR, .fd = folder },
		{ .type = SPAWN_TEMPLATE_ACTION_OPEN,
		  .fd = AT_FDCWD,
		  .newfd = 8,
		  .arg = (uintptr_t)&how },
		{ .type = SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, .fd = 8, .newfd = -1 },
		{ .type = SPAWN_TEMPLATE_ACTION_SIGMASK, .arg = (uintptr_t)&set },
		{ .type = SPAWN_TEMPLATE_ACTION_SIGDEFAULT, .arg = (uintptr_t)&set },
	};

	status = spawn_with(list, sizeof(list) / sizeof(*list));
	close(folder);
	return status;
}

static void step_is_refused(void *argument)
{
	const struct step *step = argument;

	probe = template_of(PROBE);
	check_eq(spawn_with_every_action(), 0);
	filter(step->number, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
	check_eq(spawn_with_every_action(), -REFUSED);
	check_eq(result.error, REFUSED);
	check_eq(result.stage, step->stage);
	check_eq(result.action, step->action);
	check_eq(result.pid, 0);
	check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
}

#define REFUSE(name, number, stage, action) \
	static void name(void) \
	{ \
		in_child(step_is_refused, \
			 &(struct step){ number, SPAWN_TEMPLATE_STAGE_##stage, action }); \
	} \
	_Static_assert(1, "")

REFUSE(vfork_is_refused, SYS_vfork, CREATE, -1);
REFUSE(close_is_refused, SYS_close, ACTION, 0);
REFUSE(dup3_is_refused, SYS_dup3, ACTION, 1);
REFUSE(fcntl_is_refused, SYS_fcntl, ACTION, 2);
REFUSE(fchdir_is_refused, SYS_fchdir, ACTION, 3);
REFUSE(openat2_is_refused, SYS_openat2, ACTION, 4);
REFUSE(close_range_is_refused, SYS_close_range, ACTION, 5);
REFUSE(rt_sigprocmask_is_refused, SYS_rt_sigprocmask, ACTION, 6);
REFUSE(rt_sigaction_is_refused, SYS_rt_sigaction, ACTION, 7);
REFUSE(execve_is_refused, SYS_execve, EXEC, -1);
REFUSE(execveat_is_refused, SYS_execveat, EXEC, -1);

static void other_calls(void *unused)
{
	(void)unused;
	probe = template_of(PROBE);
	filter(SYS_ptrace, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
	filter(SYS_socket, -1, 0, SECCOMP_RET_KILL_PROCESS);
	check_eq(spawn_with_every_action(), 0);
}

static void calls_that_are_not_made_do_not_matter(void)
{
	in_child(other_calls, NULL);
}

/* A filter sees the arguments that the call would have had. */
static void one_number(void *unused)
{
	struct spawn_template_action list[] = {
		{ .type = SPAWN_TEMPLATE_ACTION_DUP2, .fd = 1, .newfd = 8 },
		{ .type = SPAWN_TEMPLATE_ACTION_DUP2, .fd = 1, .newfd = 9 },
	};

	(void)unused;
	probe = template_of(PROBE);
	filter(SYS_dup3, 1, 9, SECCOMP_RET_ERRNO | REFUSED);
	check_eq(spawn_with(list, 1), 0);
	check_eq(spawn_with(list, 2), -REFUSED);
	check_eq(result.action, 1);
	list[1].newfd = 10;
	check_eq(spawn_with(list, 2), 0);
}

static void arguments_are_seen(void)
{
	in_child(one_number, NULL);
}

/*
 * These errnos would restart a call that a signal interrupted. Here no signal
 * came. A restart would ask the filter again, without end.
 */
static void restart_errno_of_an_action(void *unused)
{
	static const int numbers[] = { 512, 513, 514, 516 };
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_DUP2,
						.fd = 1,
						.newfd = 9 };
	size_t i;

	(void)unused;
	probe = template_of(PROBE);
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		action.newfd = 9 + i;
		filter(SYS_dup3, 1, action.newfd, SECCOMP_RET_ERRNO | numbers[i]);
		check_eq(spawn_with(&action, 1), -EINTR);
		check_eq(result.action, 0);
	}
}

static void a_restart_errno_becomes_eintr(void)
{
	in_child(restart_errno_of_an_action, NULL);
}

/*
 * As after a real call that the filters kill, there is a child, and it dies of
 * SIGSYS.
 */
static void is_killed(void *verdict)
{
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_DUP2,
						.fd = 1,
						.newfd = 9 };

	probe = template_of(PROBE);
	filter(SYS_dup3, -1, 0, *(uint32_t *)verdict);
	check_eq(spawn_with(&action, 1), 128 + SIGSYS);
	check_eq(result.error, 0);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_NONE);
	check_eq(result.action, -1);
	/* Without that action the spawn works. */
	check_eq(spawn_with(NULL, 0), 0);
	check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
}

static void killed_process(void)
{
	in_child(is_killed, &(uint32_t){ SECCOMP_RET_KILL_PROCESS });
}

static void killed_thread(void)
{
	in_child(is_killed, &(uint32_t){ SECCOMP_RET_KILL_THREAD });
}

static void trapped(void)
{
	in_child(is_killed, &(uint32_t){ SECCOMP_RET_TRAP });
}

static void killed_exec(void *unused)
{
	(void)unused;
	probe = template_of(PROBE);
	filter(SYS_execve, -1, 0, SECCOMP_RET_KILL_PROCESS);
	check_eq(spawn_with(NULL, 0), 128 + SIGSYS);
}

static void killed_in_exec(void)
{
	in_child(killed_exec, NULL);
}

/*
 * The filters stay with the program: the child may not do more than the caller.
 */
static void child_under_a_filter(void *unused)
{
	struct spawn_template_spawn_args args = {
		.argv = (uintptr_t)ARGV("probe", "create", PROBE)
	};

	(void)unused;
	probe = template_of(PROBE);
	check_eq(wait_for(sys_spawn(probe, &args)), 0);
	filter(SYS_ioctl, 1, SPAWN_TEMPLATE_IOC_CREATE, SECCOMP_RET_ERRNO | REFUSED);
	check_eq(wait_for(sys_spawn(probe, &args)), REFUSED);
}

static void filters_stay_with_the_child(void)
{
	in_child(child_under_a_filter, NULL);
}

/* --- asynchronous spawns whose vfork the filters deny --- */

#define TIMES 50

static struct spawn_template_spawn_args async_args(char *const argv[])
{
	return (struct spawn_template_spawn_args){ .argv = (uintptr_t)argv,
						   .flags = SPAWN_TEMPLATE_SPAWN_ASYNC,
						   .result = (uintptr_t)&result };
}

/* Check that the failed spawn left no child and no signal. */
static void check_no_child(const struct spawn_template_result *said)
{
	sigset_t pending;

	check_eq(said->error, REFUSED);
	check_eq(said->stage, SPAWN_TEMPLATE_STAGE_CREATE);
	check_eq(said->action, -1);
	check_eq(said->pid, 0);
	check_eq(error_of(waitid(P_ALL, 0, NULL, WEXITED | WNOHANG | __WALL)), ECHILD);
	check_eq(count_children(), 0);
	must(sigpending(&pending));
	check(!sigismember(&pending, SIGCHLD));
}

/* Deny vfork. SIGCHLD is blocked, so that one would stay pending. */
static void refuse_vfork(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	must(sigprocmask(SIG_BLOCK, &set, NULL));
	own_template();
	filter(SYS_vfork, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
}

static void refused_by_template(void *unused)
{
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));
	int i, pidfd;

	(void)unused;
	refuse_vfork();
	args.pidfd = (uintptr_t)&pidfd;
	for (i = 0; i < TIMES; i++) {
		check_eq(sys_spawn(probe, &args), -REFUSED);
		check_no_child(&result);
		check_eq(pidfd, -1);
	}
	check_eq(query_of(probe).failed, TIMES);
	check_eq(query_of(probe).spawned, 0);
}

static void vfork_is_refused_to_an_asynchronous_spawn(void)
{
	in_child(refused_by_template, NULL);
}

static void refused_by_path(void *unused)
{
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));
	int i;

	(void)unused;
	refuse_vfork();
	for (i = 0; i < TIMES; i++) {
		check_eq(sys_spawn_path(PROBE, NULL, &args), -REFUSED);
		check_no_child(&result);
	}
}

static void vfork_is_refused_to_an_asynchronous_spawn_by_path(void)
{
	in_child(refused_by_path, NULL);
}

static void refused_in_a_batch(void *unused)
{
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));
	struct spawn_template_batch_entry entries[TIMES];
	int i;

	(void)unused;
	refuse_vfork();
	for (i = 0; i < TIMES; i++)
		entries[i] = (struct spawn_template_batch_entry){ .tmpl = probe,
								  .args_size = sizeof(args),
								  .args = (uintptr_t)&args };
	check_eq(sys_batch(entries, TIMES), TIMES);
	check_no_child(&result);
	for (i = 0; i < TIMES; i++)
		check_no_child(&entries[i].result);
}

static void vfork_is_refused_to_an_asynchronous_batch(void)
{
	in_child(refused_in_a_batch, NULL);
}

/* Wait for the only child. It must exit with this status. */
static void check_end(pid_t pid, int want)
{
	int status;

	check(pid > 0);
	check_eq(waitpid(-1, &status, 0), pid);
	check(WIFEXITED(status));
	check_eq(WEXITSTATUS(status), want);
}

static void allowed_asynchronous_spawns(void *unused)
{
	struct spawn_template_action nothing = { .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 999 };
	struct spawn_template_spawn_args good = async_args(ARGV("probe", "exit", "5"));
	struct spawn_template_spawn_args bad = good;
	int i;

	(void)unused;
	own_template();
	filter(SYS_ptrace, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
	bad.actions = (uintptr_t)&nothing;
	bad.actions_len = 1;
	for (i = 0; i < TIMES; i++) {
		check_end(sys_spawn(probe, &good), 5);
		check_eq(result.error, 0);
		check_eq(result.stage, SPAWN_TEMPLATE_STAGE_NONE);
		check_end(sys_spawn_path(PROBE, NULL, &good), 5);
		check_end(sys_spawn(probe, &bad), 127);
		check_eq(result.error, EBADF);
		check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ACTION);
		check_eq(result.action, 0);
	}
}

static void an_asynchronous_spawn_that_filters_allow(void)
{
	in_child(allowed_asynchronous_spawns, NULL);
}

/* --- a supervisor that adds descriptors to the task it judges --- */

#define GIVEN 50

/*
 * Install a filter that notifies a supervisor of one system call. Returns the
 * listener.
 */
static int listen_to(int number)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	return must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

/*
 * Add a descriptor to the task of one notification, then let the call continue.
 */
static void give_and_let_pass(int listener)
{
	struct seccomp_notif notif = { 0 };
	struct seccomp_notif_resp resp = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
	struct seccomp_notif_addfd addfd = { .flags = SECCOMP_ADDFD_FLAG_SETFD,
					     .srcfd = listener,
					     .newfd = GIVEN };

	must(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notif));
	addfd.id = resp.id = notif.id;
	check_eq(must(ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd)), GIVEN);
	must(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp));
	_exit(EXIT_SUCCESS);
}

/*
 * Start a supervisor with a descriptor table of its own. Returns the socket on
 * which it takes a listener.
 */
static int start_supervisor(pid_t *supervisor)
{
	int sockets[2];

	must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets));
	*supervisor = must(fork());
	if (!*supervisor)
		give_and_let_pass(receive_fd(sockets[0]));
	close(sockets[0]);
	return sockets[1];
}

static void is_given_a_descriptor(void *flags)
{
	struct spawn_template_spawn_args args = {
		.argv = (uintptr_t)ARGV("probe", "exit", "0"),
		.flags = *(uint64_t *)flags,
	};
	pid_t supervisor;
	int socket = start_supervisor(&supervisor), listener;

	own_template();
	listener = listen_to(SYS_vfork);
	send_fd(socket, listener);
	close(listener);
	check_eq(wait_for(sys_spawn(probe, &args)), 0);
	check_eq(wait_for(supervisor), 0);
	check_eq(error_of(fcntl(GIVEN, F_GETFD)), EBADF);
}

static void a_supervisors_descriptor_is_the_childs(void)
{
	in_child(is_given_a_descriptor, &(uint64_t){ 0 });
}

static void a_supervisors_descriptor_with_inherit_fds(void)
{
	in_child(is_given_a_descriptor, &(uint64_t){ SPAWN_TEMPLATE_SPAWN_INHERIT_FDS });
}

static void a_supervisors_descriptor_for_an_asynchronous_child(void)
{
	in_child(is_given_a_descriptor, &(uint64_t){ SPAWN_TEMPLATE_SPAWN_ASYNC });
}

/*
 * --- CREATE and QUERY are judged as the system calls that they stand for ---
 */

/* Judging makes a child. Check that it left no zombie and no SIGCHLD. */
static void check_judged_unseen(void)
{
	sigset_t pending;

	check_eq(error_of(waitid(P_ALL, 0, NULL, WEXITED | WNOHANG | __WALL)), ECHILD);
	check_eq(count_children(), 0);
	must(sigpending(&pending));
	check(!sigismember(&pending, SIGCHLD));
}

static void block_sigchld(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	must(sigprocmask(SIG_BLOCK, &set, NULL));
}

/*
 * Create from a path of a program, from one that does not exist, and from a
 * directory.
 */
static void path_is_refused(void *number)
{
	int i;

	block_sigchld();
	close(template_of(PROBE));
	filter(*(int *)number, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
	for (i = 0; i < TIMES; i++) {
		check_eq(try_template(PROBE), -REFUSED);
		check_eq(try_template("/nonexistent"), -REFUSED);
		check_eq(try_template("/etc"), -REFUSED);
		check_judged_unseen();
	}
}

static void create_is_judged_as_openat2(void)
{
	in_child(path_is_refused, &(int){ SYS_openat2 });
}

static void create_is_judged_as_execveat(void)
{
	in_child(path_is_refused, &(int){ SYS_execveat });
}

static void create_is_judged_as_execve(void)
{
	in_child(path_is_refused, &(int){ SYS_execve });
}

static void descriptor_is_refused(void *unused)
{
	int fd = must(open(PROBE, O_PATH | O_CLOEXEC)), i;

	(void)unused;
	block_sigchld();
	filter(SYS_execveat, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
	for (i = 0; i < TIMES; i++) {
		check_eq(try_template_fd(fd), -REFUSED);
		/* The filters judge before the number is looked up. */
		check_eq(try_template_fd(999), -REFUSED);
		check_judged_unseen();
	}
	close(fd);
}

static void create_of_a_descriptor_is_judged_as_execveat(void)
{
	in_child(descriptor_is_refused, NULL);
}

/*
 * CREATE of a descriptor does not open a path, so a filter on openat2 does not
 * matter.
 */
static void descriptor_is_allowed(void *unused)
{
	int fd = must(open(PROBE, O_PATH | O_CLOEXEC));

	(void)unused;
	filter(SYS_openat2, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
	check_eq(try_template(PROBE), -REFUSED);
	close(template_of_fd(fd));
	check_eq(try_template_fd(999), -EBADF);
	close(fd);
}

static void create_of_a_descriptor_opens_nothing(void)
{
	in_child(descriptor_is_allowed, NULL);
}

static void query_is_refused(void *unused)
{
	struct spawn_template_query query = { .spawned = 7 };
	int i;

	(void)unused;
	own_template();
	block_sigchld();
	check(query_of(probe).key.ino);
	filter(SYS_statx, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
	for (i = 0; i < TIMES; i++) {
		check_eq(sys_query(probe, &query), -REFUSED);
		check_eq(query.key.ino, 0);
		check_eq(query.spawned, 7);
		check_judged_unseen();
	}
	/* A spawn does not stand for statx, nor does CREATE. */
	close(template_of(PROBE));
	check_eq(spawn_and_wait(probe), 0);
}

static void query_is_judged_as_statx(void)
{
	in_child(query_is_refused, NULL);
}

static void all_is_allowed(void *unused)
{
	int fd = must(open(PROBE, O_PATH | O_CLOEXEC)), i;

	(void)unused;
	block_sigchld();
	filter(SYS_ptrace, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
	filter(SYS_stat, -1, 0, SECCOMP_RET_KILL_PROCESS);
	filter(SYS_openat2, -1, 0, SECCOMP_RET_LOG);
	for (i = 0; i < TIMES; i++) {
		probe = template_of(PROBE);
		check(query_of(probe).key.ino);
		check(query_of(probe).elf.entry);
		close(probe);
		probe = template_of_fd(fd);
		check(query_of(probe).key.ino);
		check_judged_unseen();
		if (i < TIMES - 1)
			close(probe);
	}
	check_eq(spawn_and_wait(probe), 0);
	check_eq(try_template("/nonexistent"), -ENOENT);
	check_eq(try_template("/etc"), -EACCES);
	close(fd);
}

static void create_and_query_under_a_filter_that_allows(void)
{
	in_child(all_is_allowed, NULL);
}

/*
 * A filter sees the arguments that the call would have had: only those it names
 * are refused.
 */
static void filters_by_argument(void *unused)
{
	char *path = PROBE, *other = text("%s", path);
	int fd = must(open(path, O_PATH | O_CLOEXEC));
	int twin = must(fcntl(fd, F_DUPFD_CLOEXEC, 100)), moved;

	(void)unused;
	own_template();
	moved = must(fcntl(probe, F_DUPFD_CLOEXEC, 100));
	filter(SYS_openat2, 1, (uintptr_t)path, SECCOMP_RET_ERRNO | REFUSED);
	check_eq(try_template(path), -REFUSED);
	close(template_of(other));
	filter(SYS_execveat, 0, twin, SECCOMP_RET_ERRNO | REFUSED);
	check_eq(try_template_fd(twin), -REFUSED);
	close(template_of_fd(fd));
	filter(SYS_statx, 0, moved, SECCOMP_RET_ERRNO | REFUSED);
	check_eq(sys_query(moved, &(struct spawn_template_query){ 0 }), -REFUSED);
	check(query_of(probe).key.ino);
	filter(SYS_openat2, 3, sizeof(struct open_how), SECCOMP_RET_ERRNO | 9);
	check_eq(try_template(other), -9);
	close(fd);
	close(twin);
	close(moved);
}

static void create_and_query_show_their_arguments(void)
{
	in_child(filters_by_argument, NULL);
}

/*
 * The child that is asked takes SIGSYS in the caller's place. The caller's call
 * fails with EPERM.
 */
static void create_is_trapped(void *unused)
{
	(void)unused;
	own_template();
	filter(SYS_openat2, -1, 0, SECCOMP_RET_TRAP);
	filter(SYS_statx, -1, 0, SECCOMP_RET_TRAP);
	check_eq(try_template(PROBE), -EPERM);
	check_eq(sys_query(probe, &(struct spawn_template_query){ 0 }), -EPERM);
	check_judged_unseen();
}

static void create_and_query_are_trapped(void)
{
	in_child(create_is_trapped, NULL);
}

static void no_tracer(void *unused)
{
	(void)unused;
	own_template();
	filter(SYS_execveat, -1, 0, SECCOMP_RET_TRACE);
	filter(SYS_statx, -1, 0, SECCOMP_RET_TRACE);
	check_eq(try_template(PROBE), -ENOSYS);
	check_eq(sys_query(probe, &(struct spawn_template_query){ 0 }), -ENOSYS);
	check_judged_unseen();
}

static void create_and_query_without_the_tracer(void)
{
	in_child(no_tracer, NULL);
}

/* Errnos that would restart the ioctl, without end. */
static void restart_errno_of_create(void *unused)
{
	static const int numbers[] = { 512, 513, 514, 516 };
	char *paths[4];
	int i;

	(void)unused;
	for (i = 0; i < 4; i++) {
		paths[i] = text("%s", PROBE);
		filter(SYS_openat2, 1, (uintptr_t)paths[i], SECCOMP_RET_ERRNO | numbers[i]);
		check_eq(try_template(paths[i]), -EINTR);
	}
}

static void a_restart_errno_of_create_becomes_eintr(void)
{
	in_child(restart_errno_of_create, NULL);
}

/* --- verdicts that kill --- */

static volatile bool *survived;

static void survive(int number)
{
	(void)number;
	*survived = true;
}

struct killer {
	uint32_t verdict;
	bool threads, handler, blocked, query;
	const char *path; /* the template's path */
};

static void be_killed(const struct killer *killer)
{
	sigset_t set;

	if (killer->handler)
		must(signal(SIGSYS, survive) == SIG_ERR ? -1 : 0);
	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	if (killer->blocked)
		must(sigprocmask(SIG_BLOCK, &set, NULL));
	filter(killer->query ? SYS_statx : SYS_openat2, -1, 0, killer->verdict);
	if (killer->query)
		sys_query(probe, &(struct spawn_template_query){ 0 });
	else
		try_template(killer->path);
	*survived = true;
}

static void *sleeps(void *unused)
{
	while (!unused)
		pause();
	return NULL;
}

static void *is_killed_in_a_thread(void *killer)
{
	be_killed(killer);
	return NULL;
}

static void kill_one(const struct killer *killer)
{
	pthread_t thread;
	pid_t pid = must(fork());
	int fd;

	if (!pid) {
		probe = template_of(killer->path);
		if (killer->threads) {
			check_eq(pthread_create(&thread, NULL, is_killed_in_a_thread,
						(void *)killer),
				 0);
			sleeps(NULL);
		}
		be_killed(killer);
		_exit(0);
	}
	check_eq(wait_for(pid), 128 + SIGSYS);
	check(!*survived);
	/*
	 * No task has the template any more: the file can be opened for
	 * writing.
	 */
	fd = must(open(killer->path, O_WRONLY | O_CLOEXEC));
	close(fd);
}

static void killed_both_ways(uint32_t verdict)
{
	struct killer killer = { .verdict = verdict, .path = own_probe("killed") };
	int i;

	survived = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(survived != MAP_FAILED);
	for (i = 0; i < 16; i++) {
		killer.threads = i & 1;
		killer.handler = i & 2;
		killer.blocked = i & 4;
		killer.query = i & 8;
		kill_one(&killer);
	}
	check_eq(count_children(), 0);
	munmap((void *)survived, 4096);
}

static void create_and_query_kill_the_process(void)
{
	killed_both_ways(SECCOMP_RET_KILL_PROCESS);
}

/*
 * In a caller with several threads the whole process dies, as no signal ends a
 * single thread.
 */
static void create_and_query_kill_the_thread(void)
{
	killed_both_ways(SECCOMP_RET_KILL_THREAD);
}

/* --- a supervisor of CREATE and QUERY --- */

/* A supervisor that is a thread of the caller and answers one notification. */
struct supervisor {
	int listener;
	/* Judges a call; may set 'resp'. */
	void (*judge)(struct supervisor *supervisor, const struct seccomp_notif *notif);
	struct seccomp_notif_resp resp;
	void *argument;
	pthread_t thread;
};

static void *answer_once(void *argument)
{
	struct supervisor *supervisor = argument;
	struct seccomp_notif notif = { 0 };

	must(ioctl(supervisor->listener, SECCOMP_IOCTL_NOTIF_RECV, &notif));
	supervisor->judge(supervisor, &notif);
	supervisor->resp.id = notif.id;
	if (ioctl(supervisor->listener, SECCOMP_IOCTL_NOTIF_SEND, &supervisor->resp) < 0)
		check_eq(errno, ENOENT);
	return NULL;
}

static void begin_supervisor(struct supervisor *supervisor, int number)
{
	supervisor->listener = listen_to(number);
	check_eq(pthread_create(&supervisor->thread, NULL, answer_once, supervisor), 0);
}

static void end_supervisor(struct supervisor *supervisor)
{
	check_eq(pthread_join(supervisor->thread, NULL), 0);
	close(supervisor->listener);
}

static void let_pass(struct supervisor *supervisor)
{
	supervisor->resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
}

static void reads_openat2(struct supervisor *supervisor, const struct seccomp_notif *notif)
{
	char path[PATH_MAX] = "";
	struct open_how how = { .flags = O_PATH };
	int memory = must(open(text("/proc/%d/mem", notif->pid), O_RDONLY | O_CLOEXEC));

	/* The task that is asked is a child of the caller's. */
	check_eq(process_status(notif->pid, "PPid"), getpid());
	check_eq(notif->data.nr, SYS_openat2);
	check_eq((int)notif->data.args[0], AT_FDCWD);
	check(pread(memory, path, strlen(supervisor->argument) + 1, notif->data.args[1]) > 0);
	check_str(path, supervisor->argument);
	check_eq(pread(memory, &how, sizeof(how), notif->data.args[2]), sizeof(how));
	check_eq(how.flags, O_RDONLY);
	check_eq(how.mode, 0);
	check_eq(how.resolve, 0);
	check_eq(notif->data.args[3], sizeof(how));
	close(memory);
	let_pass(supervisor);
}

static void supervised_open(void *unused)
{
	char *path = PROBE;
	struct supervisor supervisor = { .judge = reads_openat2, .argument = path };

	(void)unused;
	begin_supervisor(&supervisor, SYS_openat2);
	close(template_of(path));
	end_supervisor(&supervisor);
	check_judged_unseen();
}

static void a_supervisor_reads_path_and_how(void)
{
	in_child(supervised_open, NULL);
}

/* The child that is asked has the same file at the caller's number. */
static void looks_at_descriptor(struct supervisor *supervisor, const struct seccomp_notif *notif)
{
	const char *link = text("fd/%d", (int)notif->data.args[0]);

	check_eq((int)notif->data.args[0], *(int *)supervisor->argument);
	check_str(process_link(notif->pid, link), process_link(getpid(), link));
	let_pass(supervisor);
}

static void supervised_descriptor(void *unused)
{
	int fd = must(open(PROBE, O_PATH | O_CLOEXEC)), far = must(fcntl(fd, F_DUPFD, 500));
	struct supervisor supervisor = { .judge = looks_at_descriptor, .argument = &far };

	(void)unused;
	begin_supervisor(&supervisor, SYS_execveat);
	probe = template_of_fd(far);
	end_supervisor(&supervisor);
	supervisor.argument = &probe;
	begin_supervisor(&supervisor, SYS_statx);
	check(query_of(probe).key.ino);
	end_supervisor(&supervisor);
	close(fd);
	close(far);
	check_judged_unseen();
}

static void a_supervisor_looks_at_the_descriptor(void)
{
	in_child(supervised_descriptor, NULL);
}

static void denies(struct supervisor *supervisor, const struct seccomp_notif *notif)
{
	(void)notif;
	supervisor->resp.error = -REFUSED;
}

static void makes_up(struct supervisor *supervisor, const struct seccomp_notif *notif)
{
	(void)notif;
	supervisor->resp.val = 3;
}

static void kills_the_judged_child(struct supervisor *supervisor, const struct seccomp_notif *notif)
{
	let_pass(supervisor);
	must(kill(notif->pid, SIGKILL));
	wait_until(ioctl(supervisor->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &notif->id) < 0);
}

static void supervised_denial(void *unused)
{
	struct supervisor supervisor = { .judge = denies };

	(void)unused;
	begin_supervisor(&supervisor, SYS_openat2);
	check_eq(try_template(PROBE), -REFUSED);
	end_supervisor(&supervisor);
	/*
	 * After the listener is closed, the filter answers ENOSYS. Then the
	 * filters are asked about openat(2), which this filter allows.
	 */
	close(template_of(PROBE));
	check_judged_unseen();
}

static void a_supervisor_denies(void)
{
	in_child(supervised_denial, NULL);
}

static void supervised_otherwise(void *judge)
{
	struct supervisor supervisor = { .judge = judge };
	int before = count_fds();

	begin_supervisor(&supervisor, SYS_openat2);
	check_eq(try_template(PROBE), supervisor.judge == makes_up ? -EPERM : -EINTR);
	end_supervisor(&supervisor);
	check_eq(count_fds(), before);
	check_judged_unseen();
}

static void a_supervisor_makes_up_a_success(void)
{
	in_child(supervised_otherwise, makes_up);
}

static void the_judged_child_is_killed(void)
{
	in_child(supervised_otherwise, kills_the_judged_child);
}

/*
 * CREATE uses what is in memory after the supervisor's answer, as the kernel's
 * own calls do.
 */
static void rewrites_path(struct supervisor *supervisor, const struct seccomp_notif *notif)
{
	strcpy((char *)(uintptr_t)notif->data.args[1], supervisor->argument);
	let_pass(supervisor);
}

static void supervised_rewrite(void *unused)
{
	char *path = text("%s%*s", PROBE, PATH_MAX / 2, ""), *other = own_probe("other");
	struct supervisor supervisor = { .judge = rewrites_path, .argument = other };
	struct stat st;

	(void)unused;
	strcpy(path, PROBE);
	begin_supervisor(&supervisor, SYS_openat2);
	probe = template_of(path);
	end_supervisor(&supervisor);
	must(stat(other, &st));
	check_eq(query_of(probe).key.ino, st.st_ino);
}

static void a_path_that_changes_while_judged(void)
{
	in_child(supervised_rewrite, NULL);
}

static void rewrites_how(struct supervisor *supervisor, const struct seccomp_notif *notif)
{
	((struct open_how *)(uintptr_t)notif->data.args[2])->flags = O_PATH;
	let_pass(supervisor);
}

static void supervised_rewrite_of_how(void *unused)
{
	struct supervisor supervisor = { .judge = rewrites_how };

	(void)unused;
	begin_supervisor(&supervisor, SYS_openat2);
	check_eq(try_template(PROBE), -EINVAL);
	end_supervisor(&supervisor);
}

static void an_open_how_that_changes_while_judged(void)
{
	in_child(supervised_rewrite_of_how, NULL);
}

/* --- a supervisor of OPEN --- */

/* How the file is opened, and how the supervisor changes the memory. */
struct changed_how {
	int number; /* the call that the OPEN stands for, before and after the change */
	struct open_how from, to;
	int got; /* what the spawn returns */
	mode_t mode; /* of the file that it makes */
	struct spawn_template_open open;
};

static void changes_how(struct supervisor *supervisor, const struct seccomp_notif *notif)
{
	struct changed_how *changed = supervisor->argument;

	check_eq(notif->data.args[1], changed->open.path);
	if (changed->number == SYS_openat) {
		check_eq(notif->data.args[2], changed->from.flags);
		check_eq(notif->data.args[3], changed->from.mode);
	} else {
		check_eq(notif->data.args[2], (uintptr_t)&changed->open.how);
		check_eq(notif->data.args[3], sizeof(changed->open.how));
	}
	changed->open.how = changed->to;
	let_pass(supervisor);
}

static void how_changes(void *argument)
{
	struct changed_how *changed = argument;
	struct supervisor supervisor = { .judge = changes_how, .argument = changed };
	char *path = in_scratch_new("changed");
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_OPEN,
						.fd = AT_FDCWD,
						.newfd = 8,
						.arg = (uintptr_t)&changed->open };
	struct stat st;

	changed->open = (struct spawn_template_open){ (uintptr_t)path, changed->from };
	own_template();
	/* Filters that do not know openat2(2): the OPEN stands for openat(2). */
	if (changed->number == SYS_openat)
		filter(SYS_openat2, -1, 0, SECCOMP_RET_ERRNO | ENOSYS);
	begin_supervisor(&supervisor, changed->number);
	check_eq(spawn_with(&action, 1), changed->got);
	end_supervisor(&supervisor);
	if (changed->got) {
		check_eq(error_of(stat(path, &st)), ENOENT);
	} else {
		must(stat(path, &st));
		check_eq(st.st_mode & 07777, changed->mode);
	}
}

#define MAKE (O_WRONLY | O_CREAT | O_EXCL)

/* The supervisor judged the flags and the mode by value: memory does not count. */
static void a_mode_of_openat_that_changes_while_judged(void)
{
	in_child(how_changes, &(struct changed_how){ .number = SYS_openat,
						     .from = { .flags = MAKE, .mode = 0600 },
						     .to = { .flags = MAKE, .mode = 06700 },
						     .mode = 0600 });
}

static void an_openat_that_changes_to_openat2_while_judged(void)
{
	in_child(how_changes,
		 &(struct changed_how){ .number = SYS_openat,
					.from = { .flags = MAKE, .mode = 0600 },
					.to = { .flags = O_RDONLY, .resolve = RESOLVE_BENEATH },
					.mode = 0600 });
}

/* openat2(2) reads the struct after the verdict. */
static void a_how_of_openat2_that_changes_while_judged(void)
{
	in_child(how_changes,
		 &(struct changed_how){ .number = SYS_openat2,
					.from = { .flags = MAKE,
						  .mode = 0600,
						  .resolve = RESOLVE_NO_MAGICLINKS },
					.to = { .flags = MAKE,
						.mode = 0600,
						.resolve = RESOLVE_BENEATH },
					.got = -EXDEV });
}

static void an_openat2_that_changes_to_openat_while_judged(void)
{
	in_child(how_changes, &(struct changed_how){ .number = SYS_openat2,
						     .from = { .flags = MAKE,
							       .mode = 0600,
							       .resolve = RESOLVE_BENEATH },
						     .to = { .flags = MAKE, .mode = 0640 },
						     .mode = 0640 });
}

/* --- callers that end or get a signal while their filters judge --- */

static void caller_is_killed(void *unused)
{
	pid_t caller, asked;

	(void)unused;
	must(prctl(PR_SET_CHILD_SUBREAPER, 1));
	caller = must(fork());
	if (!caller) {
		listen_to(SYS_openat2);
		try_template(PROBE);
		_exit(1);
	}
	wait_until(children_of(caller, &asked, 1) == 1 && process_state(asked) == 'S');
	must(kill(caller, SIGKILL));
	check_eq(wait_for(caller), 128 + SIGKILL);
	/*
	 * The judged child does not wait for an answer after its caller has
	 * died.
	 */
	check_eq(wait_for(asked), 128 + SIGKILL);
}

static void a_caller_that_is_killed_while_judged(void)
{
	in_child(caller_is_killed, NULL);
}

static volatile int handled;

static void count_signal(int number)
{
	(void)number;
	handled++;
}

static void signals_caller(struct supervisor *supervisor, const struct seccomp_notif *notif)
{
	(void)notif;
	must(kill(getpid(), SIGUSR1));
	let_pass(supervisor);
}

/*
 * The handler runs after the call, which is not restarted: the supervisor
 * answers only once.
 */
static void caller_gets_a_signal(void *unused)
{
	struct supervisor supervisor = { .judge = signals_caller };
	sigset_t set;

	(void)unused;
	must(signal(SIGUSR1, count_signal) == SIG_ERR ? -1 : 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must(pthread_sigmask(SIG_BLOCK, &set, NULL));
	begin_supervisor(&supervisor, SYS_openat2);
	must(pthread_sigmask(SIG_UNBLOCK, &set, NULL));
	close(template_of(PROBE));
	end_supervisor(&supervisor);
	check_eq(handled, 1);
}

static void a_caller_that_gets_a_signal_while_judged(void)
{
	in_child(caller_gets_a_signal, NULL);
}

/* --- the resources that CREATE, QUERY and a spawn need under filters --- */

/* CREATE and QUERY need a process only if the caller has filters. */
static void at_the_limit_of_processes(void *filtered)
{
	struct rlimit none = { 0, 0 };

	own_template();
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	must(setrlimit(RLIMIT_NPROC, &none));
	if (filtered)
		filter(SYS_ptrace, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
	if (filtered) {
		check_eq(try_template(PROBE), -EAGAIN);
		check_eq(sys_query(probe, &(struct spawn_template_query){ 0 }), -EAGAIN);
	} else {
		close(template_of(PROBE));
		check(query_of(probe).key.ino);
	}
}

static void a_filter_at_the_limit_of_processes(void)
{
	in_child_as_nobody(at_the_limit_of_processes, "filtered");
}

static void no_filter_at_the_limit_of_processes(void)
{
	in_child_as_nobody(at_the_limit_of_processes, NULL);
}

/*
 * The child that is judged must not become the first process of the caller's
 * new pid namespace.
 */
static void in_a_new_pid_namespace(void *filtered)
{
	pid_t pid;

	own_template();
	if (filtered)
		filter(SYS_ptrace, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
	must(unshare(CLONE_NEWPID));
	if (filtered) {
		check_eq(try_template(PROBE), -EPERM);
		check_eq(sys_query(probe, &(struct spawn_template_query){ 0 }), -EPERM);
	} else {
		close(template_of(PROBE));
		check(query_of(probe).key.ino);
	}
	pid = must(fork());
	if (!pid)
		_exit(getpid() == 1 ? 0 : 1);
	check_eq(wait_for(pid), 0);
}

static void a_filter_and_a_new_pid_namespace(void)
{
	in_child(in_a_new_pid_namespace, "filtered");
}

static void no_filter_and_a_new_pid_namespace(void)
{
	in_child(in_a_new_pid_namespace, NULL);
}

/*
 * The filters judge a read of /proc as open and read, so it must not show what
 * statx would have shown.
 */
static void fdinfo_under_a_filter(void *unused)
{
	const char *info;

	(void)unused;
	own_template();
	info = read_whole(text("/proc/self/fdinfo/%d", probe), NULL);
	check(strstr(info, text("ino %llu ", (unsigned long long)query_of(probe).key.ino)));
	filter(SYS_ptrace, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
	info = read_whole(text("/proc/self/fdinfo/%d", probe), NULL);
	check(strstr(info, "template-path:\t"));
	check(strstr(info, "template-key:\tdev 0:0 ino 0 size 0 "));
	check(strstr(info, " entry 0 bytes 0\n"));
	check(strstr(info, "template-memory:\t0\n"));
}

static void fdinfo_of_a_caller_with_filters_hides_the_key(void)
{
	in_child(fdinfo_under_a_filter, NULL);
}

/* --- memory that a tracer or supervisor may have read --- */

static void allow_all(void)
{
	filter(SYS_ptrace, -1, 0, SECCOMP_RET_ERRNO | REFUSED);
}

/*
 * Spawn with a child that waits at a gate. Meanwhile 'function' changes the
 * memory. Returns the program's status or -errno.
 */
static int spawn_through_gate(struct old_memory *memory, void (*function)(struct old_memory *))
{
	struct spawn_call call = { .template = probe };
	struct gate gate;
	int reader, got;

	gate_make(&gate, 9);
	memory->actions[0] = gate.action;
	call.args = memory->args;
	call.args.actions = (uintptr_t)memory->actions;
	call.args.actions_len = 3;
	call.args.result = (uintptr_t)&result;
	call_begin(&call);
	sleeping_child_of_mine();
	function(memory);
	reader = gate_open(&gate);
	got = call_end(&call);
	close(reader);
	return got < 0 ? got : wait_for(got);
}

static void renewed_in_child(void *filtered)
{
	static struct old_memory memory;

	own_template();
	if (filtered)
		allow_all();
	old_memory_make(&memory);
	check_eq(spawn_through_gate(&memory, old_memory_renew), filtered ? NEWS_ALL : 0);
}

static void memory_is_read_when_its_step_begins(void)
{
	in_child(renewed_in_child, "filtered");
}

static void memory_is_read_at_once_without_filters(void)
{
	in_child(renewed_in_child, NULL);
}

static void *page;

static void unmap_page(struct old_memory *memory)
{
	(void)memory;
	must(munmap(page, 4096));
}

/* The memory of a step is unmapped before the step begins. */
static void unmapped_in_child(void *unused)
{
	static struct old_memory memory;
	int i;

	(void)unused;
	own_template();
	allow_all();
	for (i = 0; i < 4; i++) {
		page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		check(page != MAP_FAILED);
		old_memory_make(&memory);
		switch (i) {
		case 0:
			memory.open.path = (uintptr_t)strcpy(page, memory.path);
			break;
		case 1:
			memory.actions[1].arg =
				(uintptr_t)memcpy(page, &memory.open, sizeof(memory.open));
			break;
		case 2:
			memory.set.sigset = (uintptr_t)memcpy(page, &memory.signals, 8);
			break;
		case 3:
			memory.args.argv = (uintptr_t)memcpy(page, memory.argv,
							     sizeof(memory.argv));
			break;
		}
		check_eq(spawn_through_gate(&memory, unmap_page), -EFAULT);
		check_eq(result.stage, i < 3 ? SPAWN_TEMPLATE_STAGE_ACTION :
					       SPAWN_TEMPLATE_STAGE_EXEC);
		check_eq(result.action, i < 2 ? 1 : i < 3 ? 2 : -1);
	}
}

static void memory_unmapped_before_its_step(void)
{
	in_child(unmapped_in_child, NULL);
}

static void bad_strings(struct old_memory *memory, int error, uint32_t stage)
{
	memory->args.result = (uintptr_t)&result;
	check_eq(sys_spawn(probe, &memory->args), -error);
	check_eq(result.stage, stage);
	check_eq(sys_spawn_path(PROBE, NULL, &memory->args), -error);
	check_eq(result.stage, stage);
	check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
}

static void bad_strings_in_child(void *filtered)
{
	const uint32_t stage = filtered ? SPAWN_TEMPLATE_STAGE_EXEC : SPAWN_TEMPLATE_STAGE_ARGS;
	static char long_string[1 << 20];
	static struct old_memory memory;

	own_template();
	if (filtered)
		allow_all();
	memset(long_string, 'x', sizeof(long_string) - 1);
	old_memory_make(&memory);
	memory.args.argv = 8;
	bad_strings(&memory, EFAULT, stage);
	old_memory_make(&memory);
	memory.args.envp = 8;
	bad_strings(&memory, EFAULT, stage);
	old_memory_make(&memory);
	memory.argv[1] = (char *)8;
	bad_strings(&memory, EFAULT, stage);
	old_memory_make(&memory);
	memory.envp[0] = long_string;
	bad_strings(&memory, E2BIG, stage);
}

static void bad_strings_are_errors_of_exec(void)
{
	in_child(bad_strings_in_child, "filtered");
}

static void bad_strings_are_errors_of_arguments_without_filters(void)
{
	in_child(bad_strings_in_child, NULL);
}

/* --- memory that is lent for paths --- */

static char lent[PATH_MAX];

/*
 * With a filter on the address of the lent memory, the spawn must be refused
 * only if it lends that memory.
 */
static void refused_by_lent_memory(int number, int argument, bool by_path)
{
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "exit", "0"),
						  .result = (uintptr_t)&result };
	char *folder = PROBE;

	*strrchr(folder, '/') = '\0';
	own_template();
	filter(number, argument, (uint32_t)(uintptr_t)lent, SECCOMP_RET_ERRNO | REFUSED);
	check_eq(wait_for(by_path ? sys_spawn_path("probe", folder, &args) :
				    sys_spawn(probe, &args)),
		 0);
	args.scratch = (uintptr_t)lent;
	args.scratch_size = sizeof(lent);
	check_eq(by_path ? sys_spawn_path("probe", folder, &args) : sys_spawn(probe, &args),
		 -REFUSED);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	check_str(lent, PROBE);
}

static void lent_memory_in_child(void *unused)
{
	(void)unused;
	refused_by_lent_memory(SYS_execve, 0, false);
}

static void lent_memory_is_seen_as_the_path(void)
{
	in_child(lent_memory_in_child, NULL);
}

static void lent_memory_of_execveat_in_child(void *unused)
{
	(void)unused;
	refused_by_lent_memory(SYS_execveat, 1, false);
}

static void lent_memory_is_seen_as_the_path_of_execveat(void)
{
	in_child(lent_memory_of_execveat_in_child, NULL);
}

static void lent_memory_of_a_search_in_child(void *unused)
{
	(void)unused;
	refused_by_lent_memory(SYS_execve, 0, true);
}

static void lent_memory_is_seen_as_the_path_of_a_search(void)
{
	in_child(lent_memory_of_a_search_in_child, NULL);
}

/* Without enough lent memory the child maps some and writes the path there. */
static void reads_the_path(struct supervisor *supervisor, const struct seccomp_notif *notif)
{
	check_eq(notif->data.nr, SYS_execve);
	check_str(string_in_memory(notif->pid, notif->data.args[0]), supervisor->argument);
	let_pass(supervisor);
}

/*
 * Return how many bytes are mapped. Heap and stack may grow, and do not count.
 * To count the mappings is not enough: the kernel merges equal neighbours.
 */
static unsigned long mapped_bytes(void)
{
	unsigned long begin, end, bytes = 0;
	char *line = NULL;
	size_t room = 0;
	FILE *maps = fopen("/proc/self/maps", "re");

	check(maps);
	while (getline(&line, &room, maps) > 0) {
		check_eq(sscanf(line, "%lx-%lx", &begin, &end), 2);
		if (!strstr(line, "[heap]") && !strstr(line, "[stack]"))
			bytes += end - begin;
	}
	free(line);
	fclose(maps);
	return bytes;
}

/*
 * Spawn while another thread of the caller is the supervisor and reads the
 * path.
 */
static void read_path(uint32_t size, bool by_path)
{
	char *path = PROBE, *folder = text("%s", path);
	struct supervisor supervisor = { .judge = reads_the_path, .argument = path };
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "exit", "0"),
						  .result = (uintptr_t)&result,
						  .scratch = size ? (uintptr_t)lent : 0,
						  .scratch_size = size };

	*strrchr(folder, '/') = '\0';
	begin_supervisor(&supervisor, SYS_execve);
	check_eq(wait_for(by_path ? sys_spawn_path("probe", folder, &args) :
				    sys_spawn(probe, &args)),
		 0);
	end_supervisor(&supervisor);
	check_eq(*lent, 0);
}

/*
 * Check that no mapping is left. The first spawn makes the mappings of the
 * supervisor's thread.
 */
static void read_path_twice(uint32_t size, bool by_path)
{
	unsigned long before;

	own_template();
	read_path(size, by_path);
	before = mapped_bytes();
	read_path(size, by_path);
	check_eq(mapped_bytes(), before);
}

static void unlent_path_in_child(void *by_path)
{
	read_path_twice(0, by_path);
}

static void a_supervisor_reads_the_path_without_lent_memory(void)
{
	in_child(unlent_path_in_child, NULL);
}

static void a_supervisor_reads_a_searched_path_without_lent_memory(void)
{
	in_child(unlent_path_in_child, "by path");
}

static void long_path_in_child(void *by_path)
{
	read_path_twice(strlen(PROBE), by_path);
}

static void a_supervisor_reads_the_path_that_does_not_fit(void)
{
	in_child(long_path_in_child, NULL);
}

static void a_supervisor_reads_a_searched_path_that_does_not_fit(void)
{
	in_child(long_path_in_child, "by path");
}

/* The error is that of execve(2) with a path that cannot be read. */
static void bad_memory_in_child(void *unused)
{
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "exit", "0"),
						  .result = (uintptr_t)&result,
						  .scratch = 8,
						  .scratch_size = PATH_MAX };

	(void)unused;
	own_template();
	check_eq(wait_for(sys_spawn(probe, &args)), 0);
	allow_all();
	check_eq(sys_spawn(probe, &args), -EFAULT);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	check_eq(sys_spawn_path("probe", "/", &args), -EFAULT);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
}

static void lent_memory_that_is_not_there(void)
{
	in_child(bad_memory_in_child, NULL);
}

/* The mapping counts against the caller's RLIMIT_AS. */
static void no_room_in_child(void *unused)
{
	struct rlimit limit = { 0, RLIM_INFINITY };
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "exit", "0"),
						  .result = (uintptr_t)&result };

	(void)unused;
	own_template();
	allow_all();
	must(setrlimit(RLIMIT_AS, &limit));
	check_eq(sys_spawn(probe, &args), -ENOMEM);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
}

static void no_room_for_the_path(void)
{
	in_child(no_room_in_child, NULL);
}

/* --- pidfds --- */

static int pidfd;

static struct spawn_template_spawn_args pidfd_args(uint64_t flags)
{
	static char *const argv[] = { "probe", "exit", "0", NULL };

	pidfd = 5;
	return (struct spawn_template_spawn_args){ .argv = (uintptr_t)argv,
						   .flags = flags,
						   .pidfd = (uintptr_t)&pidfd,
						   .result = (uintptr_t)&result };
}

static void check_no_pidfd(long got, int fds)
{
	check_eq(got, -REFUSED);
	check_no_child(&result);
	check_eq(pidfd, -1);
	check_eq(count_fds(), fds);
}

static void pidfd_is_refused_in_child(void *unused)
{
	struct spawn_template_spawn_args args = pidfd_args(0);
	struct spawn_template_batch_entry entry = { .args_size = sizeof(args),
						    .args = (uintptr_t)&args };
	int fds;

	(void)unused;
	own_template();
	filter(SYS_pidfd_open, 1, 0, SECCOMP_RET_ERRNO | REFUSED);
	fds = count_fds();
	check_no_pidfd(sys_spawn(probe, &args), fds);
	check_no_pidfd(sys_spawn_path(PROBE, NULL, &args), fds);
	entry.tmpl = probe;
	check_eq(sys_batch(&entry, 1), 1);
	check_no_pidfd(-(long)entry.result.error, fds);
	args = pidfd_args(SPAWN_TEMPLATE_SPAWN_ASYNC);
	check_no_pidfd(sys_spawn(probe, &args), fds);
	/* Without a pidfd, pidfd_open is not judged. */
	args.pidfd = 0;
	check_end(sys_spawn(probe, &args), 0);
}

static void pidfd_open_is_refused(void)
{
	in_child(pidfd_is_refused_in_child, NULL);
}

/* The call's argument is the pid that the caller knows the child by. */
static void keeps_notification(struct supervisor *supervisor, const struct seccomp_notif *notif)
{
	*(struct seccomp_notif *)supervisor->argument = *notif;
	let_pass(supervisor);
}

static void pidfd_is_judged_in_child(void *unused)
{
	struct spawn_template_spawn_args args = pidfd_args(0);
	struct seccomp_notif asked = { 0 };
	struct supervisor supervisor = { .judge = keeps_notification, .argument = &asked };
	pid_t pid;

	(void)unused;
	own_template();
	begin_supervisor(&supervisor, SYS_pidfd_open);
	pid = started(probe, &args);
	check_eq(asked.data.nr, SYS_pidfd_open);
	check_eq(asked.data.args[0], pid);
	check_eq(asked.data.args[1], 0);
	check_eq(asked.pid, pid);
	check(pidfd > 2);
	check_eq(wait_for(pid), 0);
	end_supervisor(&supervisor);
}

static void pidfd_open_is_judged_in_the_child(void)
{
	in_child(pidfd_is_judged_in_child, NULL);
}

SUITE("seccomp",
      T(vfork_is_refused),
      T(close_is_refused),
      T(dup3_is_refused),
      T(fcntl_is_refused),
      T(fchdir_is_refused),
      T(openat2_is_refused),
      T(close_range_is_refused),
      T(rt_sigprocmask_is_refused),
      T(rt_sigaction_is_refused),
      T(execve_is_refused),
      T(execveat_is_refused),
      T(calls_that_are_not_made_do_not_matter),
      T(arguments_are_seen),
      T(a_restart_errno_becomes_eintr),
      T(killed_process),
      T(killed_thread),
      T(trapped),
      T(killed_in_exec),
      T(filters_stay_with_the_child),
      T(vfork_is_refused_to_an_asynchronous_spawn),
      T(vfork_is_refused_to_an_asynchronous_spawn_by_path),
      T(vfork_is_refused_to_an_asynchronous_batch),
      T(an_asynchronous_spawn_that_filters_allow),
      T(a_supervisors_descriptor_is_the_childs),
      T(a_supervisors_descriptor_with_inherit_fds),
      T(a_supervisors_descriptor_for_an_asynchronous_child),
      T(create_is_judged_as_openat2),
      T(create_is_judged_as_execveat),
      T(create_is_judged_as_execve),
      T(create_of_a_descriptor_is_judged_as_execveat),
      T(create_of_a_descriptor_opens_nothing),
      T(query_is_judged_as_statx),
      T(create_and_query_under_a_filter_that_allows),
      T(create_and_query_show_their_arguments),
      T(create_and_query_are_trapped),
      T(create_and_query_without_the_tracer),
      T(a_restart_errno_of_create_becomes_eintr),
      T(create_and_query_kill_the_process),
      T(create_and_query_kill_the_thread),
      T(a_supervisor_reads_path_and_how),
      T(a_supervisor_looks_at_the_descriptor),
      T(a_supervisor_denies),
      T(a_supervisor_makes_up_a_success),
      T(the_judged_child_is_killed),
      T(a_path_that_changes_while_judged),
      T(an_open_how_that_changes_while_judged),
      T(a_mode_of_openat_that_changes_while_judged),
      T(an_openat_that_changes_to_openat2_while_judged),
      T(a_how_of_openat2_that_changes_while_judged),
      T(an_openat2_that_changes_to_openat_while_judged),
      T(a_caller_that_is_killed_while_judged),
      T(a_caller_that_gets_a_signal_while_judged),
      T(a_filter_at_the_limit_of_processes),
      T(no_filter_at_the_limit_of_processes),
      T(a_filter_and_a_new_pid_namespace),
      T(no_filter_and_a_new_pid_namespace),
      T(fdinfo_of_a_caller_with_filters_hides_the_key),
      T(memory_is_read_when_its_step_begins),
      T(memory_is_read_at_once_without_filters),
      T(memory_unmapped_before_its_step),
      T(bad_strings_are_errors_of_exec),
      T(bad_strings_are_errors_of_arguments_without_filters),
      T(lent_memory_is_seen_as_the_path),
      T(lent_memory_is_seen_as_the_path_of_execveat),
      T(lent_memory_is_seen_as_the_path_of_a_search),
      T(a_supervisor_reads_the_path_without_lent_memory),
      T(a_supervisor_reads_a_searched_path_without_lent_memory),
      T(a_supervisor_reads_the_path_that_does_not_fit),
      T(a_supervisor_reads_a_searched_path_that_does_not_fit),
      T(lent_memory_that_is_not_there),
      T(no_room_for_the_path),
      T(pidfd_open_is_refused),
      T(pidfd_open_is_judged_in_the_child));
