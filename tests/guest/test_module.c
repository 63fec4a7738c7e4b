// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_module.c - loading and unloading the module at any moment
 *
 * LOADS in the environment sets how often the module is loaded and unloaded
 * under load (200).
 */
#include "common_module.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>

static int quick_spawn(int template)
{
	return spawn_and_wait(template);
}

static void unloaded_and_loaded(void)
{
	int template;

	check_eq(unload_module(), 0);
	check_eq(module_users(), -1);
	check_eq(outspawn_open(), -ENOENT);
	check_eq(unload_module(), -ENOENT);
	check_eq(load_module(), 0);
	check_eq(load_module(), -EEXIST);
	open_device();
	template = template_of(PROBE);
	check_eq(quick_spawn(template), 0);
	close(template);
	close_device();
}

static void with_the_device_open(void)
{
	open_device();
	check_eq(unload_module(), -EWOULDBLOCK);
	check(system("rmmod outspawn 2>/dev/null") != 0);
	close_device();
	check_eq(unload_module(), 0);
	check_eq(load_module(), 0);
}

static void with_a_template_open(void)
{
	int template;

	open_device();
	template = template_of(PROBE);
	close_device();
	check_eq(unload_module(), -EWOULDBLOCK);
	check_eq(quick_spawn(template), 0);
	check_eq(unload_module(), -EWOULDBLOCK);
	check_eq(query_of(template).spawned, 1);
	close(template);
	check_eq(unload_module(), 0);
	check_eq(load_module(), 0);
}

/*
 * A template that is sent over a socket and not yet received keeps the module.
 */
static void with_a_template_in_a_message(void)
{
	int sockets[2], template;

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
	open_device();
	template = template_of(PROBE);
	close_device();
	send_fd(sockets[0], template);
	close(template);
	check_eq(unload_module(), -EWOULDBLOCK);
	template = receive_fd(sockets[1]);
	check_eq(quick_spawn(template), 0);
	send_fd(sockets[0], template);
	close(template);
	close(sockets[0]);
	close(sockets[1]);
	unload_module_at_last();
	check_eq(load_module(), 0);
}

static void with_a_template_that_cannot_be_mapped(void)
{
	int template;

	open_device();
	template = template_of(PROBE);
	close_device();
	/* A template cannot be mapped, so only its descriptor keeps it. */
	check_eq(error_of(mmap(NULL, 4096, PROT_READ, MAP_SHARED, template, 0) == MAP_FAILED ?
				  -1 :
				  0),
		 ENODEV);
	close(template);
	check_eq(unload_module(), 0);
	check_eq(load_module(), 0);
}

static void with_a_child_in_flight(void)
{
	struct held held = { 0 };

	open_device();
	hold(&held, template_of(PROBE));
	close_device();
	close(held.template);
	check_eq(unload_module(), -EWOULDBLOCK);
	check_eq(release(&held), held.child);
	check_eq(wait_for(held.child), 0);
	close(held.pidfd);
	check_eq(unload_module(), 0);
	check_eq(load_module(), 0);
}

/*
 * The caller is dead and no descriptor is left. Only the child keeps the
 * module.
 */
static void with_an_orphaned_child_in_flight(void)
{
	char *fifo = make_fifo("orphan");
	struct held held = { .fifo = fifo };
	pid_t caller, child;

	caller = must(fork());
	if (!caller) {
		open_device();
		held.template = template_of(PROBE);
		spawn_through(&held);
		_exit(1);
	}
	wait_until(children_of(caller, &child, 1) == 1 && process_state(child) == 'S');
	must(kill(caller, SIGKILL));
	check_eq(wait_for(caller), 128 + SIGKILL);
	check(module_users() > 0);
	check_eq(unload_module(), -EWOULDBLOCK);
	let_go(&held);
	unload_module_at_last();
	/* The program runs without the module. */
	check_eq(wait_for(child), 0);
	check_eq(load_module(), 0);
}

/* A program that has started does not need the module. */
static void with_a_program_running(void)
{
	int template;
	pid_t pid;

	open_device();
	template = template_of(PROBE);
	pid = try_spawn(template, ARGV("probe", "block"));
	check(pid > 0);
	close(template);
	close_device();
	unload_module_at_last();
	check_eq(waitpid(pid, NULL, WNOHANG), 0);
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
	check_eq(load_module(), 0);
}

/*
 * The program's descriptor table does not need the module, either. On the debug
 * kernel, lockdep would complain about a lock class of a module that is gone.
 */
static void with_a_program_that_opens_a_file_later(void)
{
	int template, input[2];
	pid_t pid;

	must(pipe2(input, O_CLOEXEC));
	must(dup2(input[0], STDIN_FILENO));
	open_device();
	template = template_of("/bin/sh");
	pid = try_spawn(template, ARGV("sh", "-c", "read -r line; exec 5</dev/null; exit 7"));
	check(pid > 0);
	close(template);
	close_device();
	unload_module_at_last();
	check(write(input[1], "go\n", 3) == 3);
	check_eq(wait_for(pid), 7);
	check_eq(load_module(), 0);
}

/*
 * The call returns before the child has left the module's code. The module is
 * unloaded at that moment.
 */
static void right_after_a_spawn(void)
{
	int template, i;
	pid_t pid;

	for (i = 0; i < 12; i++) {
		open_device();
		template = template_of(PROBE);
		close_device();
		pid = try_spawn(template, ARGV("probe", "exit", "3"));
		close(template);
		unload_module_at_last();
		check_eq(load_module(), 0);
		check_eq(wait_for(pid), 3);
	}
}

/* The child fails and exits inside the module's code. */
static void right_after_a_failed_spawn(void)
{
	struct outspawn_actions actions;
	int template, i;

	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_open(&actions, 0, "/nowhere", O_RDONLY, 0), 0);
	for (i = 0; i < 8; i++) {
		open_device();
		template = template_of(PROBE);
		close_device();
		check_eq(outspawn_spawn(template, ARGV("probe"), NULL, &actions, 0, NULL, NULL),
			 -ENOENT);
		close(template);
		unload_module_at_last();
		check_eq(load_module(), 0);
	}
	outspawn_actions_destroy(&actions);
}

/* --- callers that end while their filters judge a call --- */

/* The filters judge CREATE as openat2(2). */
static void judge_create(uint32_t verdict)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, verdict),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		     verdict == SECCOMP_RET_USER_NOTIF ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0,
		     &program));
}

static void *make_a_template(void *verdict)
{
	judge_create(*(uint32_t *)verdict);
	try_template(PROBE);
	return NULL;
}

/*
 * A thread makes the call. So the code that waits for the thread can see that
 * it is gone.
 */
static pid_t judged_caller(uint32_t verdict)
{
	pid_t caller = must(fork());
	pthread_t thread;

	if (caller)
		return caller;
	open_device();
	check_eq(pthread_create(&thread, NULL, make_a_template, &verdict), 0);
	pthread_join(thread, NULL);
	_exit(0);
}

static void after_callers_that_filters_killed(void)
{
	static const uint32_t verdicts[] = { SECCOMP_RET_KILL_THREAD, SECCOMP_RET_KILL_PROCESS };
	int i;

	for (i = 0; i < 8; i++) {
		check_eq(wait_for(judged_caller(verdicts[i % 2])), 128 + SIGSYS);
		unload_module_at_last();
		check_eq(load_module(), 0);
	}
}

/*
 * The caller is dead. The child that is asked in its place ends and releases
 * the module.
 */
static void after_a_caller_that_was_killed_while_judged(void)
{
	pid_t caller = judged_caller(SECCOMP_RET_USER_NOTIF), asked;

	must(prctl(PR_SET_CHILD_SUBREAPER, 1));
	wait_until(children_of(caller, &asked, 1) == 1 && process_state(asked) == 'S');
	check_eq(unload_module(), -EWOULDBLOCK);
	must(kill(caller, SIGKILL));
	check_eq(wait_for(caller), 128 + SIGKILL);
	check_eq(wait_for(asked), 128 + SIGKILL);
	unload_module_at_last();
	check_eq(load_module(), 0);
}

/* --- under load --- */

#define WORKERS 2

static struct board {
	int stop;
	int unloading; /* the test wants to unload the module */
	int spawned, failed;
} *board;

static void spawn_one(const struct outspawn_actions *failing)
{
	int template = template_of(PROBE);
	pid_t pid;

	close_device();
	pid = outspawn_spawn(template, ARGV("probe", "exit", "0"), NULL, failing, 0, NULL, NULL);
	if (failing) {
		check_eq(pid, -ENOENT);
		__atomic_add_fetch(&board->failed, 1, __ATOMIC_RELAXED);
	} else {
		check_eq(wait_for(pid), 0);
		__atomic_add_fetch(&board->spawned, 1, __ATOMIC_RELAXED);
	}
	close(template);
}

/* Spawn whenever the device exists. A third of the spawns fail in an action. */
static void load_it(int number)
{
	struct outspawn_actions failing;
	unsigned int random = number;
	int round;

	outspawn_actions_init(&failing);
	check_eq(outspawn_actions_open(&failing, 0, "/nowhere", O_RDONLY, 0), 0);
	for (round = 0; !__atomic_load_n(&board->stop, __ATOMIC_RELAXED); round++) {
		device = outspawn_open();
		if (device < 0) {
			/*
			 * The node appears a moment before the driver can be
			 * opened.
			 */
			check(device == -ENOENT || device == -ENODEV || device == -ENXIO);
			usleep(1000);
			continue;
		}
		spawn_one(round % 3 ? NULL : &failing);
		/*
		 * Leave moments without a user, and soon if the test wants to
		 * unload.
		 */
		if (__atomic_load_n(&board->unloading, __ATOMIC_RELAXED))
			usleep(next_random(&random) % 30000);
	}
	_exit(0);
}

static void under_load(void)
{
	const char *loads = getenv("LOADS");
	int rounds = loads ? atoi(loads) : 200, done = 0, error, i;
	double begin = seconds();
	pid_t workers[WORKERS];

	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	check(board != MAP_FAILED);
	/* The test's alarm is too short for this test. */
	alarm(0);
	for (i = 0; i < WORKERS; i++) {
		workers[i] = must(fork());
		if (!workers[i])
			load_it(i);
	}
	while (done < rounds) {
		board->unloading = 1;
		while ((error = unload_module()) == -EWOULDBLOCK)
			usleep(100);
		board->unloading = 0;
		check_eq(error, 0);
		check_eq(load_module(), 0);
		done++;
		usleep(5000);
	}
	board->stop = 1;
	for (i = 0; i < WORKERS; i++)
		check_eq(wait_for(workers[i]), 0);
	fprintf(stderr, "# loaded and unloaded %d times in %.0f s beside %d spawns and %d failures\n",
		done, seconds() - begin, board->spawned, board->failed);
	check(board->spawned > done);
}

MODULE_SUITE("module",
	     M(unloaded_and_loaded),
	     M(with_the_device_open),
	     M(with_a_template_open),
	     M(with_a_template_in_a_message),
	     M(with_a_template_that_cannot_be_mapped),
	     M(with_a_child_in_flight),
	     M(with_an_orphaned_child_in_flight),
	     M(with_a_program_running),
	     M(with_a_program_that_opens_a_file_later),
	     M(right_after_a_spawn),
	     M(right_after_a_failed_spawn),
	     M(after_callers_that_filters_killed),
	     M(after_a_caller_that_was_killed_while_judged),
	     M(under_load));
