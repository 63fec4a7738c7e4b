// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_seccomp.c - a spawn is no way around the caller's seccomp filters
 *
 * Each test forks, sets a filter on one system call, and spawns: by the filter
 * the step that stands for that call fails, and nothing else does.
 */
#include "common.h"

#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define REFUSED 77 /* EBADFD: an errno that nothing else gives */

static struct spawn_template_result result;

/* What the system call with this number gives, if its argument is value. */
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

	/* Without an argument to look at, compare what is always so. */
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
	int number; /* of the system call that the filter refuses */
	uint32_t stage; /* that fails by it */
	int32_t action;
};

/* One of each action, and what the child can do with them all. */
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
 * Numbers that the kernel keeps for calls that a signal broke off: there is
 * no signal, so the call is not to be made again, and again.
 */
static void says_begin_again(void *unused)
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

static void an_errno_that_says_begin_again(void)
{
	in_child(says_begin_again, NULL);
}

/* As a call that is killed: the child is there, and dies of SIGSYS. */
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
	/* Without that action nothing is wrong. */
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

/* With the program the filters go on: the child cannot do more than we. */
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

/* --- an asynchronous spawn that a filter does not let be born --- */

#define TIMES 50

static struct spawn_template_spawn_args async_args(char *const argv[])
{
	return (struct spawn_template_spawn_args){ .argv = (uintptr_t)argv,
						   .flags = SPAWN_TEMPLATE_SPAWN_ASYNC,
						   .result = (uintptr_t)&result };
}

/* All that can be told apart from a spawn that never was. */
static void check_unborn(const struct spawn_template_result *said)
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

/* What SIGCHLD is sent stays pending; vfork is denied. */
static void refuse_birth(void)
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
	refuse_birth();
	args.pidfd = (uintptr_t)&pidfd;
	for (i = 0; i < TIMES; i++) {
		check_eq(sys_spawn(probe, &args), -REFUSED);
		check_unborn(&result);
		check_eq(pidfd, -1);
	}
	check_eq(query_of(probe).failed, TIMES);
	check_eq(query_of(probe).spawned, 0);
}

static void vfork_is_refused_to_an_asynchronous_one(void)
{
	in_child(refused_by_template, NULL);
}

static void refused_by_path(void *unused)
{
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));
	int i;

	(void)unused;
	refuse_birth();
	for (i = 0; i < TIMES; i++) {
		check_eq(sys_spawn_path(PROBE, NULL, &args), -REFUSED);
		check_unborn(&result);
	}
}

static void vfork_is_refused_to_an_asynchronous_one_by_path(void)
{
	in_child(refused_by_path, NULL);
}

static void refused_in_a_batch(void *unused)
{
	struct spawn_template_spawn_args args = async_args(ARGV("probe", "exit", "0"));
	struct spawn_template_batch_entry entries[TIMES];
	int i;

	(void)unused;
	refuse_birth();
	for (i = 0; i < TIMES; i++)
		entries[i] = (struct spawn_template_batch_entry){ .tmpl = probe,
								  .args_size = sizeof(args),
								  .args = (uintptr_t)&args };
	check_eq(sys_batch(entries, TIMES), TIMES);
	check_unborn(&result);
	for (i = 0; i < TIMES; i++)
		check_unborn(&entries[i].result);
}

static void vfork_is_refused_to_an_asynchronous_batch(void)
{
	in_child(refused_in_a_batch, NULL);
}

/* The only child there is ends with this status. */
static void check_end(pid_t pid, int want)
{
	int status;

	check(pid > 0);
	check_eq(waitpid(-1, &status, 0), pid);
	check(WIFEXITED(status));
	check_eq(WEXITSTATUS(status), want);
}

static void born_under_a_filter(void *unused)
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

static void an_asynchronous_one_that_filters_allow(void)
{
	in_child(born_under_a_filter, NULL);
}

/* --- a supervisor that gives descriptors to whom it was asked about --- */

#define GIVEN 50

/* A listener that is asked about vfork. */
static int listen_to_vfork(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_vfork, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	return must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

/* Once, and then it lets the call pass. */
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

/* With a descriptor table of its own. Returns where it takes a listener. */
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
	listener = listen_to_vfork();
	send_fd(socket, listener);
	close(listener);
	check_eq(wait_for(sys_spawn(probe, &args)), 0);
	check_eq(wait_for(supervisor), 0);
	check_eq(error_of(fcntl(GIVEN, F_GETFD)), EBADF);
}

static void a_supervisors_gift_is_the_childs(void)
{
	in_child(is_given_a_descriptor, &(uint64_t){ 0 });
}

static void a_supervisors_gift_with_inherit_fds(void)
{
	in_child(is_given_a_descriptor, &(uint64_t){ SPAWN_TEMPLATE_SPAWN_INHERIT_FDS });
}

static void a_supervisors_gift_to_an_asynchronous_one(void)
{
	in_child(is_given_a_descriptor, &(uint64_t){ SPAWN_TEMPLATE_SPAWN_ASYNC });
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
      T(an_errno_that_says_begin_again),
      T(killed_process),
      T(killed_thread),
      T(trapped),
      T(killed_in_exec),
      T(filters_stay_with_the_child),
      T(vfork_is_refused_to_an_asynchronous_one),
      T(vfork_is_refused_to_an_asynchronous_one_by_path),
      T(vfork_is_refused_to_an_asynchronous_batch),
      T(an_asynchronous_one_that_filters_allow),
      T(a_supervisors_gift_is_the_childs),
      T(a_supervisors_gift_with_inherit_fds),
      T(a_supervisors_gift_to_an_asynchronous_one));
