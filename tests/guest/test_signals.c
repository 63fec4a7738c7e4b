// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_signals.c - signals to the caller and to the child, at every moment
 *
 * The children of a killed caller become children of the test's process
 * (CHILD_TEST).
 */
#include "common_process.h"
#include "common_slow.h"

#include <linux/capability.h>
#include <linux/suspend_ioctls.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <ucontext.h>

#define FAILED 127 /* the exit status of a child that failed before exec */

/* Memory that the test's processes share. */
static struct board {
	int result; /* what the spawn returned */
	int error; /* the error in the struct spawn_template_result */
	int ready, done;
	int handled;
	int restarted; /* handlers that found the call about to restart */
	pid_t pid;
	char path[256];
	struct slow slow;
} *board;

static void make_board(void)
{
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	check(board != MAP_FAILED);
}

static struct outspawn_actions two_opens(const char *fifo, const char *second)
{
	struct outspawn_actions actions;

	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_open(&actions, 5, fifo, O_RDONLY, 0), 0);
	if (second)
		check_eq(outspawn_actions_open(&actions, 6, second, O_RDONLY, 0), 0);
	return actions;
}

/*
 * A process that spawns through a FIFO. Its child waits in an open of the FIFO,
 * then opens a second file, which may not exist.
 */
struct caller {
	char *fifo;
	const char *second; /* the second file, or NULL */
	void (*before)(void); /* runs before the spawn, or NULL */
	bool stopped; /* with STOPPED, which is denied */
	pid_t pid, child;
	char *const *argv;
};

/*
 * Let the program change to another user, and drop the permission to signal
 * other users' processes.
 */
static unsigned int flags_of(const struct caller *caller, struct outspawn_actions *actions)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (!caller->stopped)
		return 0;
	must(syscall(SYS_capget, &header, data));
	data[0].effective &= ~(1U << CAP_KILL);
	data[0].permitted &= ~(1U << CAP_KILL);
	must(syscall(SYS_capset, &header, data));
	check_eq(outspawn_actions_setresuid(actions, NOBODY, NOBODY, NOBODY), 0);
	return OUTSPAWN_STOPPED;
}

static void call(struct caller *caller)
{
	struct outspawn_actions actions = two_opens(caller->fifo, caller->second);
	unsigned int flags = flags_of(caller, &actions);
	struct outspawn_result result;
	int template, pidfd;

	if (caller->before)
		caller->before();
	template = template_of(PROBE);
	board->result = outspawn_spawn(template,
				       caller->argv ? caller->argv : ARGV("probe", "exit", "0"),
				       NULL, &actions, flags, &pidfd, &result);
	board->error = result.error;
	board->done = 1;
	check_eq(count_children(), board->result > 0);
	if (board->result > 0)
		_exit(wait_for(board->result));
	check_eq(pidfd, -1);
	_exit(0);
}

static void start(struct caller *caller)
{
	static unsigned int number;

	caller->fifo = make_fifo(text("caller.%u", number++));
	board->done = 0;
	caller->pid = must(fork());
	if (!caller->pid)
		call(caller);
	wait_until(children_of(caller->pid, &caller->child, 1) == 1 &&
		   process_state(caller->child) == 'S');
	check_eq(board->done, 0);
}

static void let_caller_go(struct caller *caller)
{
	let_go(&(struct held){ .fifo = caller->fifo });
}

/*
 * Open the FIFO until the call returns. A stopped child may miss the first
 * open.
 */
static void let_caller_go_when_it_waits(struct caller *caller)
{
	int patience = 1000;

	while (!board->done && patience--) {
		let_caller_go(caller);
		usleep(1000);
	}
}

static void nothing_left(void)
{
	check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
	check_eq(count_children(), 0);
}

/* --- SIGKILL to the caller --- */

CHILD_TEST(caller_killed_while_the_child_opens)
{
	struct caller caller = { 0 };

	make_board();
	start(&caller);
	must(kill(caller.pid, SIGKILL));
	check_eq(wait_for(caller.pid), 128 + SIGKILL);
	/* The child is this process's now, and still waits. */
	check_eq(process_status(caller.child, "PPid"), getpid());
	check_eq(waitpid(-1, NULL, WNOHANG), 0);
	let_caller_go(&caller);
	check_eq(wait_for(caller.child), 0);
	nothing_left();
}

CHILD_TEST(caller_killed_before_an_action_fails)
{
	struct caller caller = { .second = "/nowhere" };

	make_board();
	start(&caller);
	must(kill(caller.pid, SIGKILL));
	check_eq(wait_for(caller.pid), 128 + SIGKILL);
	let_caller_go(&caller);
	check_eq(wait_for(caller.child), FAILED);
	nothing_left();
}

/*
 * The child finds out after exec that it may not stop. It is killed, and the
 * new parent sees that.
 */
CHILD_TEST(caller_killed_before_a_stop_is_refused)
{
	struct caller caller = { .stopped = true };

	make_board();
	start(&caller);
	must(kill(caller.pid, SIGKILL));
	check_eq(wait_for(caller.pid), 128 + SIGKILL);
	let_caller_go(&caller);
	check_eq(wait_for(caller.child), 128 + SIGKILL);
	nothing_left();
}

CHILD_TEST(caller_and_child_killed_together)
{
	struct caller caller = { 0 };

	make_board();
	start(&caller);
	must(kill(caller.child, SIGKILL));
	must(kill(caller.pid, SIGKILL));
	check_eq(wait_for(caller.pid), 128 + SIGKILL);
	wait_until(waitpid(-1, NULL, WNOHANG) != 0);
	nothing_left();
}

static void spawn_for_ever(bool good)
{
	struct outspawn_actions actions = two_opens(good ? "/dev/null" : "/nowhere", NULL);
	int template = template_of(PROBE);
	pid_t pid;

	board->ready = 1;
	for (;;) {
		pid = outspawn_spawn(template, ARGV("probe", "exit", "0"), NULL, &actions, 0, NULL,
				     NULL);
		if (good)
			check(pid > 0);
		else
			check_eq(pid, -ENOENT);
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
}

static struct spawn_template_info info(void)
{
	struct spawn_template_info info_of;

	check_eq(outspawn_info(device, &info_of), 0);
	return info_of;
}

/* Kill a process that spawns, at moments all over a spawn. */
static void kill_at_random_moments(bool good, int rounds)
{
	unsigned int random = 12345 + good;
	pid_t caller, pid;
	int status, orphans = 0, i;
	uint64_t templates = info().templates;

	make_board();
	for (i = 0; i < rounds; i++) {
		board->ready = 0;
		caller = must(fork());
		if (!caller)
			spawn_for_ever(good);
		wait_until(board->ready);
		usleep(next_random(&random) % 4000);
		must(kill(caller, SIGKILL));
		check_eq(wait_for(caller), 128 + SIGKILL);
		while ((pid = waitpid(-1, &status, 0)) > 0) {
			check(WIFEXITED(status));
			check(WEXITSTATUS(status) == 0 || (!good && WEXITSTATUS(status) == FAILED));
			orphans++;
		}
		nothing_left();
	}
	/* Without orphans no spawn was interrupted, and nothing was tested. */
	if (good)
		check(orphans > rounds / 10);
	wait_until(info().templates == templates);
}

CHILD_TEST(caller_killed_around_exec)
{
	kill_at_random_moments(true, 60);
}

CHILD_TEST(caller_killed_while_reaping)
{
	kill_at_random_moments(false, 60);
}

/* --- the calling thread ends, its process does not --- */

/*
 * Waits for children until there are none. Each must end with the status
 * argv[1], unless that is negative.
 */
PROGRAM(waiter)
{
	int status, count = 0, wanted = atoi(argv[1]);
	pid_t children[8];

	/* Tell the test that execve succeeded. */
	if (mknod(argv[0], S_IFREG | 0600, 0) < 0 && errno != EEXIST)
		return 100;
	while (waitpid(-1, &status, 0) > 0) {
		count++;
		status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (wanted >= 0 && status != wanted)
			return 101;
	}
	/* A zombie that wait(2) does not report would still be a child. */
	if (children_of(getpid(), children, 8))
		return 102;
	return count;
}

static void *call_in_thread(void *argument)
{
	struct caller *caller = argument;
	struct outspawn_actions actions = two_opens(caller->fifo, caller->second);
	unsigned int flags = flags_of(caller, &actions);

	outspawn_spawn(template_of(PROBE), ARGV("probe", "exit", "0"), NULL, &actions, flags, NULL,
		       NULL);
	_exit(99);
}

/* The process executes the waiter while its second thread waits in a spawn. */
static void exec_during_a_spawn(struct caller caller, int status)
{
	char *mark = in_scratch_new("waiter-is-here");
	pthread_t thread;

	caller.fifo = make_fifo("execve");
	make_board();
	caller.pid = must(fork());
	if (!caller.pid) {
		check_eq(pthread_create(&thread, NULL, call_in_thread, &caller), 0);
		wait_until(children_of(getpid(), &caller.child, 1) == 1 &&
			   process_state(caller.child) == 'S');
		execv(own_path(), ARGV("waiter", "@waiter", mark, text("%d", status)));
		_exit(98);
	}
	wait_until(access(mark, F_OK) == 0);
	check_eq(children_of(caller.pid, &caller.child, 1), 1);
	check_eq(process_state(caller.child), 'S');
	let_caller_go(&caller);
	check_eq(wait_for(caller.pid), 1);
	nothing_left();
}

CHILD_TEST(execve_by_another_thread)
{
	exec_during_a_spawn((struct caller){ 0 }, 0);
}

CHILD_TEST(execve_by_another_thread_before_a_failure)
{
	exec_during_a_spawn((struct caller){ .second = "/nowhere" }, FAILED);
}

CHILD_TEST(execve_by_another_thread_before_a_stop_is_refused)
{
	exec_during_a_spawn((struct caller){ .stopped = true }, 128 + SIGKILL);
}

static void *fail_for_ever(void *unused)
{
	(void)unused;
	spawn_for_ever(false);
	return NULL;
}

/* The same, at moments all over failing spawns. */
CHILD_TEST(execve_by_another_thread_at_random_moments)
{
	char *mark = in_scratch_new("waiter-is-here");
	unsigned int random = 99;
	pthread_t thread;
	pid_t caller;
	int i;

	make_board();
	for (i = 0; i < 30; i++) {
		board->ready = 0;
		random += i;
		caller = must(fork());
		if (!caller) {
			check_eq(pthread_create(&thread, NULL, fail_for_ever, NULL), 0);
			wait_until(board->ready);
			usleep(next_random(&random) % 3000);
			execv(own_path(), ARGV("waiter", "@waiter", mark, text("%d", FAILED)));
			_exit(98);
		}
		/* The count is 0, or 1 if a spawn was under way. */
		check(wait_for(caller) <= 1);
		nothing_left();
	}
}

CHILD_TEST(exit_by_another_thread)
{
	struct held held = { 0 };
	pid_t caller, child;

	make_board();
	caller = must(fork());
	if (!caller) {
		hold(&held, template_of(PROBE));
		board->pid = held.child;
		strcpy(board->path, held.fifo);
		_exit(9);
	}
	check_eq(wait_for(caller), 9);
	child = board->pid;
	check_eq(process_state(child), 'S');
	let_go(&(struct held){ .fifo = board->path });
	check_eq(wait_for(child), 0);
	nothing_left();
}

/* --- stops --- */

CHILD_TEST(caller_stopped_and_continued)
{
	struct caller caller = { 0 };
	int status;

	make_board();
	start(&caller);
	must(kill(caller.pid, SIGSTOP));
	usleep(50000);
	check_eq(waitpid(caller.pid, &status, WUNTRACED | WNOHANG), 0);
	let_caller_go(&caller);
	check_eq(waitpid(caller.pid, &status, WUNTRACED), caller.pid);
	check(WIFSTOPPED(status));
	must(kill(caller.pid, SIGCONT));
	check_eq(wait_for(caller.pid), 0);
	check_eq(board->result, caller.child);
	nothing_left();
}

static void lead_a_group(void)
{
	must(setpgid(0, 0));
}

/* The child stops in its action and continues it. */
CHILD_TEST(group_stopped_and_continued)
{
	struct caller caller = { .before = lead_a_group, .argv = ARGV("probe", "exit", "4") };

	make_board();
	start(&caller);
	must(kill(-caller.pid, SIGSTOP));
	wait_for_state(caller.child, "T");
	let_caller_go(&caller);
	usleep(50000);
	check_eq(process_state(caller.child), 'T');
	check_eq(board->done, 0);
	must(kill(-caller.pid, SIGCONT));
	let_caller_go_when_it_waits(&caller);
	check_eq(wait_for(caller.pid), 4);
	check_eq(board->result, caller.child);
	nothing_left();
}

CHILD_TEST(child_stopped_and_continued)
{
	struct held held = { 0 };
	int i;

	hold(&held, template_of(PROBE));
	for (i = 0; i < 5; i++) {
		must(kill(held.child, SIGSTOP));
		wait_for_state(held.child, "T");
		check_eq(error_of(waitpid(-1, NULL, WNOHANG | WUNTRACED)), ECHILD);
		must(kill(held.child, SIGCONT));
		wait_for_state(held.child, "S");
	}
	check_eq(release(&held), held.child);
	check_eq(wait_for(held.child), 0);
	close(held.pidfd);
}

/* The child blocks a stop that can be blocked. The stop reaches the program. */
CHILD_TEST(child_stopped_from_the_keyboard)
{
	struct held held = { .argv = ARGV("probe", "exit", "1") };

	/*
	 * An orphaned group would not stop, so make one whose parent can
	 * continue it.
	 */
	lead_a_group();
	hold(&held, template_of(PROBE));
	must(kill(held.child, SIGTSTP));
	usleep(20000);
	check_eq(process_state(held.child), 'S');
	check_eq(release(&held), held.child);
	wait_for_state(held.child, "T");
	must(kill(held.child, SIGCONT));
	check_eq(wait_for(held.child), 1);
	close(held.pidfd);
}

CHILD_TEST(group_stopped_and_continued_during_an_action)
{
	struct caller caller = { .before = lead_a_group, .argv = ARGV("probe", "exit", "4") };

	make_board();
	start(&caller);
	must(kill(-caller.pid, SIGSTOP));
	usleep(20000);
	must(kill(-caller.pid, SIGCONT));
	wait_for_state(caller.child, "S");
	check_eq(board->done, 0);
	let_caller_go(&caller);
	check_eq(wait_for(caller.pid), 4);
	nothing_left();
}

CHILD_TEST(group_killed)
{
	struct caller caller = { .before = lead_a_group };

	make_board();
	start(&caller);
	must(kill(-caller.pid, SIGKILL));
	check_eq(wait_for(caller.pid), 128 + SIGKILL);
	wait_until(waitpid(-1, NULL, WNOHANG) != 0);
	nothing_left();
}

CHILD_TEST(frozen_and_thawed)
{
	const char *group = "/sys/fs/cgroup/outspawn-freeze";
	struct caller caller = { .argv = ARGV("probe", "exit", "6") };

	make_board();
	if (mkdir(group, 0755) < 0)
		check_eq(errno, EEXIST);
	write_text(text("%s/cgroup.procs", group), "0");
	start(&caller);
	write_text("/sys/fs/cgroup/cgroup.procs", "0");
	write_text(text("%s/cgroup.freeze", group), "1");
	/*
	 * Neither the caller's wait nor the child's action may delay the
	 * freezer.
	 */
	wait_until(strstr(read_whole(text("%s/cgroup.events", group), NULL), "frozen 1"));
	let_caller_go(&caller);
	usleep(20000);
	check_eq(board->done, 0);
	write_text(text("%s/cgroup.freeze", group), "0");
	let_caller_go_when_it_waits(&caller);
	check_eq(wait_for(caller.pid), 6);
	nothing_left();
	must(rmdir(group));
}

/* --- handlers --- */

static void count(int number)
{
	(void)number;
	__atomic_add_fetch(&board->handled, 1, __ATOMIC_SEQ_CST);
}

static void handle(int number, int flags)
{
	must(sigaction(number, &(struct sigaction){ .sa_handler = count, .sa_flags = flags },
		       NULL));
}

static void handle_term(void)
{
	handle(SIGTERM, 0);
}

/* The handler runs after the call. The signal does not end the call. */
CHILD_TEST(handler_during_a_spawn)
{
	struct caller caller = { .before = handle_term, .argv = ARGV("probe", "exit", "5") };

	make_board();
	start(&caller);
	must(kill(caller.pid, SIGTERM));
	usleep(50000);
	check_eq(board->handled, 0);
	check_eq(board->done, 0);
	let_caller_go(&caller);
	check_eq(wait_for(caller.pid), 5);
	check_eq(board->result, caller.child);
	check_eq(board->handled, 1);
	nothing_left();
}

CHILD_TEST(handler_during_a_spawn_that_fails)
{
	struct caller caller = { .before = handle_term, .second = "/nowhere" };

	make_board();
	start(&caller);
	must(kill(caller.pid, SIGTERM));
	usleep(20000);
	let_caller_go(&caller);
	check_eq(wait_for(caller.pid), 0);
	check_eq(board->result, -ENOENT);
	check_eq(board->error, ENOENT);
	check_eq(board->handled, 1);
	nothing_left();
}

/* Signals come every few milliseconds. No spawn may fail with EINTR. */
static void spawn_among_signals(int flags)
{
	struct itimerval timer = { { 0, 3000 }, { 0, 3000 } };
	struct outspawn_actions failing = two_opens("/nowhere", NULL);
	int template = template_of(PROBE), i, status;
	pid_t pid;

	make_board();
	handle(SIGALRM, flags);
	must(setitimer(ITIMER_REAL, &timer, NULL));
	for (i = 0; i < 60; i++) {
		pid = outspawn_spawn(template, ARGV("probe", "exit", "3"), NULL, NULL, 0, NULL,
				     NULL);
		check(pid > 0);
		while (waitpid(pid, &status, 0) < 0)
			check_eq(errno, EINTR);
		check_eq(WEXITSTATUS(status), 3);
		check_eq(outspawn_spawn(template, ARGV("probe"), NULL, &failing, 0, NULL, NULL),
			 -ENOENT);
	}
	must(setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL));
	check(board->handled > 10);
	outspawn_actions_destroy(&failing);
	nothing_left();
}

CHILD_TEST(signals_all_the_time)
{
	spawn_among_signals(0);
}

CHILD_TEST(signals_all_the_time_with_restart)
{
	spawn_among_signals(SA_RESTART);
}

/* More arguments than a call can read between two signals. */
#define MANY_ARGUMENTS 20000

CHILD_TEST(signals_all_the_time_with_many_arguments)
{
	static char *argv[MANY_ARGUMENTS + 1] = { "probe", "exit", "3" };
	const struct spawn_template_spawn_args args = { .argv = (uintptr_t)argv };
	struct itimerval timer = { { 0, 1000 }, { 0, 1000 } };
	int template = template_of(PROBE), i;

	for (i = 3; i < MANY_ARGUMENTS; i++)
		argv[i] = "an argument of a usual length";
	make_board();
	handle(SIGALRM, SA_RESTART);
	must(setitimer(ITIMER_REAL, &timer, NULL));
	check_eq(wait_for(sys_spawn(template, &args)), 3);
	check_eq(wait_for(sys_spawn_path(PROBE, NULL, &args)), 3);
	must(setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL));
	check(board->handled > 0);
	nothing_left();
}

static void block(int number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	must(sigprocmask(SIG_BLOCK, &set, NULL));
}

/*
 * The signals are blocked and pending, one for the thread and one for the
 * process.
 */
CHILD_TEST(signals_pending_at_the_spawn)
{
	int template = template_of(PROBE);
	sigset_t pending;

	block(SIGTERM);
	block(SIGUSR1);
	must(raise(SIGTERM));
	must(kill(getpid(), SIGUSR1));
	check_eq(spawn_and_wait(template), 0);
	check_eq(wait_for(try_spawn(template, ARGV("probe", "kill", "9"))), 128 + SIGKILL);
	must(sigpending(&pending));
	check(sigismember(&pending, SIGTERM));
	check(sigismember(&pending, SIGUSR1));
}

/* --- signals while the arguments are read --- */

/*
 * Return true if the thread will restart the system call that the signal
 * interrupted.
 */
static bool goes_back_to_call(const ucontext_t *context, long number)
{
	const greg_t *registers = context->uc_mcontext.gregs;
	const unsigned char *next = (const void *)registers[REG_RIP];

	return registers[REG_RAX] == number && next[0] == 0x0f && next[1] == 0x05;
}

static void count_with_context(int number, siginfo_t *information, void *context)
{
	(void)information;
	if (goes_back_to_call(context, SYS_ioctl))
		board->restarted++;
	count(number);
}

enum spawn_way {
	BY_TEMPLATE,
	BY_PATH,
	BY_BATCH,
	WAYS
};

/* A thread that spawns. The test fills in its last argument's memory late. */
struct reader {
	enum spawn_way way;
	struct spawn_template_spawn_args args;
	int template;
	struct slow slow;
	char *argv[5];
	pthread_t thread;
	pid_t pid; /* what the spawn returned */
	sigset_t mask; /* the thread's mask after the call */
};

static pid_t spawn_by_batch(const struct reader *reader)
{
	struct spawn_template_batch_entry entry = { .tmpl = reader->template,
						    .args_size = sizeof(reader->args),
						    .args = (uintptr_t)&reader->args };

	check_eq(sys_batch(&entry, 1), 1);
	return entry.result.error ? -(pid_t)entry.result.error : entry.result.pid;
}

static pid_t spawn_by(const struct reader *reader)
{
	switch (reader->way) {
	case BY_PATH:
		return sys_spawn_path(PROBE, NULL, &reader->args);
	case BY_BATCH:
		return spawn_by_batch(reader);
	default:
		return sys_spawn(reader->template, &reader->args);
	}
}

static void *read_in_thread(void *argument)
{
	struct reader *reader = argument;

	reader->pid = spawn_by(reader);
	pthread_sigmask(SIG_SETMASK, NULL, &reader->mask);
	return NULL;
}

static void begin_reading(struct reader *reader, enum spawn_way way, uint64_t flags)
{
	*reader = (struct reader){ .way = way, .template = template_of(PROBE) };
	slow_make(&reader->slow);
	reader->argv[0] = "probe";
	reader->argv[1] = "block";
	reader->argv[2] = reader->slow.page;
	reader->args.argv = (uintptr_t)reader->argv;
	reader->args.flags = flags;
}

/* Send SIGUSR1 while the call reads its last argument. */
static void signal_while_reading(struct reader *reader)
{
	board->handled = 0;
	board->restarted = 0;
	check_eq(pthread_create(&reader->thread, NULL, read_in_thread, reader), 0);
	slow_wait(&reader->slow);
	check_eq(pthread_kill(reader->thread, SIGUSR1), 0);
	slow_fill(&reader->slow, "", 1);
	check_eq(pthread_join(reader->thread, NULL), 0);
	slow_end(&reader->slow);
	close(reader->template);
	/*
	 * The handler ran once, after the call. The thread has its own mask
	 * again.
	 */
	check_eq(board->handled, 1);
	check_eq(board->restarted, 0);
	check(sigismember(&reader->mask, SIGUSR2));
	sigdelset(&reader->mask, SIGUSR2);
	check(sigisemptyset(&reader->mask));
}

static void prepare_to_read(void)
{
	make_board();
	must(sigaction(SIGUSR1,
		       &(struct sigaction){ .sa_sigaction = count_with_context,
					    .sa_flags = SA_SIGINFO },
		       NULL));
	block(SIGUSR2);
}

/* The program has the caller's mask and no pending signal. */
static void has_mask_of_caller(pid_t pid)
{
	char *status;

	check(pid > 0);
	wait_until(process_in_syscall(pid, SYS_pause));
	status = process_file(pid, "status");
	check(strstr(status, "\nSigBlk:\t0000000000000800\n"));
	check(strstr(status, "\nSigPnd:\t0000000000000000\n"));
	check(strstr(status, "\nShdPnd:\t0000000000000000\n"));
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
}

static void succeed_while_signalled(uint64_t flags)
{
	struct reader reader;
	enum spawn_way way;

	prepare_to_read();
	for (way = 0; way < WAYS; way++) {
		begin_reading(&reader, way, flags);
		signal_while_reading(&reader);
		has_mask_of_caller(reader.pid);
		nothing_left();
	}
}

CHILD_TEST(handler_while_arguments_are_read)
{
	succeed_while_signalled(0);
}

CHILD_TEST(handler_while_arguments_are_read_asynchronously)
{
	succeed_while_signalled(SPAWN_TEMPLATE_SPAWN_ASYNC);
}

/* The spawn fails in the child. */
CHILD_TEST(handler_before_an_action_fails)
{
	struct spawn_template_action missing = { .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 999 };
	struct reader reader;
	enum spawn_way way;

	prepare_to_read();
	for (way = 0; way < WAYS; way++) {
		begin_reading(&reader, way, 0);
		reader.args.actions = (uintptr_t)&missing;
		reader.args.actions_len = 1;
		signal_while_reading(&reader);
		check_eq(reader.pid, -EBADF);
		nothing_left();
	}
}

/* The spawn fails before there is a child. */
CHILD_TEST(handler_before_an_argument_is_bad)
{
	struct reader reader;
	enum spawn_way way;

	prepare_to_read();
	for (way = 0; way < WAYS; way++) {
		begin_reading(&reader, way, 0);
		reader.argv[3] = (char *)8;
		signal_while_reading(&reader);
		check_eq(reader.pid, -EFAULT);
		nothing_left();
	}
}

/* The memory of a spawn that the test fills while the caller waits. */
enum slow_place {
	IN_ARGUMENT,
	IN_PIDFD,
	IN_RESULT,
	PLACES
};

static void spawn_with_slow_memory(enum slow_place place)
{
	char *argv[] = { "probe", "exit", "6", NULL, NULL };
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)argv };
	pid_t pid;

	own_template();
	slow_make(&board->slow);
	if (place == IN_ARGUMENT)
		argv[3] = board->slow.page;
	else if (place == IN_PIDFD)
		args.pidfd = (uintptr_t)board->slow.page;
	else
		args.result = (uintptr_t)board->slow.page;
	board->ready = 1;
	pid = sys_spawn(probe, &args);
	board->done = 1;
	check_eq(count_children(), 1);
	_exit(wait_for(pid));
}

static pid_t wait_for_memory(enum slow_place place)
{
	pid_t caller;

	board->ready = 0;
	board->done = 0;
	caller = must(fork());
	if (!caller)
		spawn_with_slow_memory(place);
	wait_until(board->ready);
	slow_take_over(&board->slow, caller);
	slow_wait(&board->slow);
	check_eq(board->done, 0);
	return caller;
}

CHILD_TEST(caller_killed_while_it_waits_for_memory)
{
	uint64_t templates = info().templates;
	enum slow_place place;
	pid_t caller;

	make_board();
	for (place = 0; place < PLACES; place++) {
		caller = wait_for_memory(place);
		must(kill(caller, SIGKILL));
		check_eq(wait_for(caller), 128 + SIGKILL);
		close(board->slow.faults);
		nothing_left();
	}
	wait_until(info().templates == templates);
}

/* A stop cannot be blocked, so the call restarts after it. */
CHILD_TEST(caller_stopped_while_it_waits_for_memory)
{
	enum slow_place place;
	pid_t caller;
	int status;

	make_board();
	for (place = 0; place < PLACES; place++) {
		caller = wait_for_memory(place);
		must(kill(caller, SIGSTOP));
		slow_fill(&board->slow, "", 1);
		check_eq(waitpid(caller, &status, WUNTRACED), caller);
		check(WIFSTOPPED(status));
		must(kill(caller, SIGCONT));
		check_eq(wait_for(caller), 6);
		check_eq(board->done, 1);
		close(board->slow.faults);
		nothing_left();
	}
}

/* --- SIGCHLD --- */

static void spawn_without_zombies(void)
{
	struct outspawn_actions failing = two_opens("/nowhere", NULL);
	int template = template_of(PROBE), pidfd;
	pid_t pid;

	pid = outspawn_spawn(template, ARGV("probe", "block"), NULL, NULL, 0, &pidfd, NULL);
	check(pid > 0);
	check_eq(outspawn_spawn(template, ARGV("probe"), NULL, &failing, 0, NULL, NULL), -ENOENT);
	must(kill(pid, SIGKILL));
	/* The kernel reaps the child itself, and no child is left. */
	check_eq(error_of(waitpid(pid, NULL, 0)), ECHILD);
	wait_until(!process_state(pid));
	check_eq(outspawn_spawn(template, ARGV("probe"), NULL, &failing, 0, NULL, NULL), -ENOENT);
	close(pidfd);
	outspawn_actions_destroy(&failing);
	nothing_left();
}

CHILD_TEST(sigchld_ignored)
{
	signal(SIGCHLD, SIG_IGN);
	spawn_without_zombies();
}

CHILD_TEST(sigchld_without_wait)
{
	make_board();
	handle(SIGCHLD, SA_NOCLDWAIT);
	spawn_without_zombies();
}

static siginfo_t last;

static void remember(int number, siginfo_t *information, void *context)
{
	(void)number;
	(void)context;
	last = *information;
	board->handled++;
}

CHILD_TEST(sigchld_of_a_child)
{
	int template = template_of(PROBE);
	pid_t pid;

	make_board();
	must(sigaction(SIGCHLD,
		       &(struct sigaction){ .sa_sigaction = remember, .sa_flags = SA_SIGINFO },
		       NULL));
	pid = try_spawn(template, ARGV("probe", "exit", "8"));
	wait_until(board->handled);
	check_eq(last.si_pid, pid);
	check_eq(last.si_code, CLD_EXITED);
	check_eq(last.si_status, 8);
	check_eq(wait_for(pid), 8);
	check_eq(board->handled, 1);
}

/* Wait for any child with these options. The pid goes to the board. */
static void *wait_for_any_child(void *options)
{
	int status;

	__atomic_store_n(&board->ready, gettid(), __ATOMIC_SEQ_CST);
	board->pid = waitpid(-1, &status, *(int *)options);
	return NULL;
}

static void fail_beside_a_waiter(int options, int rounds)
{
	struct outspawn_actions failing = two_opens("/nowhere", NULL);
	int template = template_of(PROBE), i;
	pthread_t thread;
	pid_t pid;

	make_board();
	handle(SIGCHLD, 0);
	pid = try_spawn(template, ARGV("probe", "block"));
	check_eq(pthread_create(&thread, NULL, wait_for_any_child, &options), 0);
	wait_until(board->ready);
	wait_until(process_in_syscall(board->ready, SYS_wait4));
	for (i = 0; i < rounds; i++)
		check_eq(outspawn_spawn(template, ARGV("probe"), NULL, &failing, 0, NULL, NULL),
			 -ENOENT);
	if (!(options & __WALL)) {
		check_eq(board->pid, 0);
		check_eq(board->handled, 0);
	}
	must(kill(pid, SIGKILL));
	check_eq(pthread_join(thread, NULL), 0);
	if (!(options & __WALL))
		check_eq(board->pid, pid);
	else
		waitpid(pid, NULL, __WALL);
	wait_until(board->handled == 1);
	outspawn_actions_destroy(&failing);
	nothing_left();
}

CHILD_TEST(failures_beside_a_waiting_thread)
{
	fail_beside_a_waiter(0, 200);
}

/* With __WALL, the thread may see the failed children. That must do no harm. */
CHILD_TEST(failures_beside_a_thread_that_waits_with_wall)
{
	fail_beside_a_waiter(__WALL, 20);
}

/* --- suspend --- */

/*
 * Freeze every other process, as suspend does before it stops devices, and thaw
 * them. Returns EBUSY if one did not freeze in time.
 */
static int freeze_all_and_thaw(void)
{
	int fd = open("/dev/snapshot", O_RDONLY | O_CLOEXEC), error;

	if (fd < 0)
		return errno;
	error = error_of(ioctl(fd, SNAPSHOT_FREEZE));
	if (!error)
		must(ioctl(fd, SNAPSHOT_UNFREEZE));
	close(fd);
	return error;
}

/*
 * The caller waits in a thread and its child in an action. Both must freeze and
 * continue.
 */
CHILD_TEST(suspended_during_a_spawn)
{
	struct held held = { 0 };
	int i, error;

	hold(&held, template_of(PROBE));
	for (i = 0; i < 3; i++) {
		error = freeze_all_and_thaw();
		/*
		 * Kernels without hibernation, as the debug kernel, have no
		 * /dev/snapshot.
		 */
		check(!error || error == ENOENT);
		wait_for_state(held.child, "S");
	}
	check_eq(release(&held), held.child);
	check_eq(wait_for(held.child), 0);
	close(held.pidfd);
}

/* --- signals to the child while it is set up --- */

CHILD_TEST(child_killed_in_an_action)
{
	struct held held = { 0 };

	make_board();
	handle(SIGCHLD, 0);
	hold(&held, template_of(PROBE));
	must(kill(held.child, SIGKILL));
	check_eq(end_of(&held), -EINTR);
	check_eq(held.pidfd, -1);
	check_eq(held.result.error, EINTR);
	check_eq(held.result.stage, SPAWN_TEMPLATE_STAGE_ACTION);
	check_eq(held.result.action, 0);
	check_eq(process_state(held.child), 0);
	check_eq(board->handled, 0);
	nothing_left();
}

/*
 * Other signals stay pending until the program starts, as with posix_spawn(3).
 */
CHILD_TEST(child_terminated_in_an_action)
{
	struct held held = { .argv = ARGV("probe", "block") };

	hold(&held, template_of(PROBE));
	must(kill(held.child, SIGTERM));
	usleep(20000);
	check_eq(process_state(held.child), 'S');
	check_eq(release(&held), held.child);
	check_eq(wait_for(held.child), 128 + SIGTERM);
	close(held.pidfd);
}

CHILD_TEST(child_signalled_in_an_action_with_it_ignored)
{
	struct held held = { .argv = ARGV("probe", "exit", "2") };

	signal(SIGTERM, SIG_IGN);
	hold(&held, template_of(PROBE));
	must(kill(held.child, SIGTERM));
	check_eq(release(&held), held.child);
	check_eq(wait_for(held.child), 2);
	close(held.pidfd);
}

/* The program has the caller's mask, so the signal stays pending there. */
CHILD_TEST(child_signalled_in_an_action_with_it_blocked)
{
	struct held held = { .argv = ARGV("probe", "block") };

	block(SIGTERM);
	hold(&held, template_of(PROBE));
	must(kill(held.child, SIGTERM));
	check_eq(release(&held), held.child);
	wait_until(process_in_syscall(held.child, SYS_pause));
	check(strstr(process_file(held.child, "status"), "ShdPnd:\t0000000000004000"));
	must(kill(held.child, SIGKILL));
	check_eq(wait_for(held.child), 128 + SIGKILL);
	close(held.pidfd);
}

static void handle_int_in_group(void)
{
	lead_a_group();
	handle(SIGINT, 0);
}

/* Control-C during a spawn kills the program. The caller handles it. */
CHILD_TEST(interrupt_from_the_terminal)
{
	struct caller caller = { .before = handle_int_in_group,
				 .argv = ARGV("probe", "block") };

	make_board();
	start(&caller);
	must(kill(-caller.pid, SIGINT));
	usleep(20000);
	let_caller_go(&caller);
	check_eq(wait_for(caller.pid), 128 + SIGINT);
	check_eq(board->result, caller.child);
	check_eq(board->handled, 1);
	nothing_left();
}

SUITE("signals",
      T(caller_killed_while_the_child_opens),
      T(caller_killed_before_an_action_fails),
      T(caller_killed_before_a_stop_is_refused),
      T(caller_and_child_killed_together),
      T(caller_killed_around_exec),
      T(caller_killed_while_reaping),
      T(execve_by_another_thread),
      T(execve_by_another_thread_before_a_failure),
      T(execve_by_another_thread_before_a_stop_is_refused),
      T(execve_by_another_thread_at_random_moments),
      T(exit_by_another_thread),
      T(caller_stopped_and_continued),
      T(group_stopped_and_continued),
      T(child_stopped_and_continued),
      T(child_stopped_from_the_keyboard),
      T(group_stopped_and_continued_during_an_action),
      T(group_killed),
      T(frozen_and_thawed),
      T(handler_during_a_spawn),
      T(handler_during_a_spawn_that_fails),
      T(signals_all_the_time),
      T(signals_all_the_time_with_restart),
      T(signals_all_the_time_with_many_arguments),
      T(signals_pending_at_the_spawn),
      T(handler_while_arguments_are_read),
      T(handler_while_arguments_are_read_asynchronously),
      T(handler_before_an_action_fails),
      T(handler_before_an_argument_is_bad),
      T(caller_killed_while_it_waits_for_memory),
      T(caller_stopped_while_it_waits_for_memory),
      T(sigchld_ignored),
      T(sigchld_without_wait),
      T(sigchld_of_a_child),
      T(failures_beside_a_waiting_thread),
      T(failures_beside_a_thread_that_waits_with_wall),
      T(suspended_during_a_spawn),
      T(child_killed_in_an_action),
      T(child_terminated_in_an_action),
      T(child_signalled_in_an_action_with_it_ignored),
      T(child_signalled_in_an_action_with_it_blocked),
      T(interrupt_from_the_terminal));
