// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_pdeath.c - a child gets a signal when its caller's process ends
 */
#include "common_process.h"

#include <pthread.h>
#include <sys/prctl.h>

#define SIGNAL SIGUSR2
#define KILLED_BY_SIGNAL (128 + SIGNAL)
/* So long a signal may take that must not come. In microseconds. */
#define PATIENCE 200000

/* Shared by the test and the caller, which is a forked process. */
struct shared {
	pid_t child;
	bool go_on; /* the caller may end */
};

static struct shared *shared;

static struct spawn_template_spawn_args block_args(uint64_t flags)
{
	static char *const argv[] = { "probe", "block", NULL };

	return (struct spawn_template_spawn_args){
		.argv = (uintptr_t)argv,
		.flags = flags | SPAWN_TEMPLATE_SPAWN_PDEATH_PROCESS,
		.pdeath_signal = SIGNAL,
	};
}

static void wait_to_go_on(void)
{
	while (!__atomic_load_n(&shared->go_on, __ATOMIC_ACQUIRE))
		usleep(1000);
}

/* Fork a caller that runs the function and then ends. */
static pid_t begin_caller(void (*function)(void))
{
	pid_t caller;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	check(shared != MAP_FAILED);
	caller = must(fork());
	if (!caller) {
		own_template();
		function();
		_exit(0);
	}
	wait_until(__atomic_load_n(&shared->child, __ATOMIC_ACQUIRE) ||
		   process_state(caller) == 'Z');
	check(shared->child > 0);
	return caller;
}

static void end_caller(pid_t caller)
{
	__atomic_store_n(&shared->go_on, true, __ATOMIC_RELEASE);
	check_eq(wait_for(caller), 0);
}

static void spawn_with(const struct spawn_template_spawn_args *args)
{
	__atomic_store_n(&shared->child, sys_spawn(probe, args), __ATOMIC_RELEASE);
}

static void spawn_child(void)
{
	struct spawn_template_spawn_args args = block_args(0);

	spawn_with(&args);
}

static void gets_no_signal(void)
{
	usleep(PATIENCE);
	check_eq(process_state(shared->child), 'S');
}

static void spawn_and_end(void)
{
	spawn_child();
	wait_to_go_on();
}

CHILD_TEST(process_ends)
{
	pid_t caller = begin_caller(spawn_and_end);

	gets_no_signal();
	end_caller(caller);
	check_eq(wait_for(shared->child), KILLED_BY_SIGNAL);
}

static void *spawn_in_thread(void *unused)
{
	spawn_child();
	return unused;
}

static void thread_spawns_and_ends(void)
{
	pthread_t thread;

	check_eq(pthread_create(&thread, NULL, spawn_in_thread, NULL), 0);
	check_eq(pthread_join(thread, NULL), 0);
	wait_to_go_on();
}

/* PR_SET_PDEATHSIG would send the signal when the thread ends. */
CHILD_TEST(thread_ends_before_its_process)
{
	pid_t caller = begin_caller(thread_spawns_and_ends);

	gets_no_signal();
	end_caller(caller);
	check_eq(wait_for(shared->child), KILLED_BY_SIGNAL);
}

static void *outlive_the_leader(void *unused)
{
	wait_to_go_on();
	_exit(0);
	return unused;
}

static void leader_spawns_and_ends(void)
{
	pthread_t thread;

	check_eq(pthread_create(&thread, NULL, outlive_the_leader, NULL), 0);
	spawn_child();
	/* Only this thread ends: pthread_exit() would run the C library's clean-up. */
	syscall(SYS_exit, 0);
}

CHILD_TEST(leader_ends_before_its_process)
{
	pid_t caller = begin_caller(leader_spawns_and_ends);

	wait_for_state(caller, "Z");
	gets_no_signal();
	end_caller(caller);
	check_eq(wait_for(shared->child), KILLED_BY_SIGNAL);
}

static void spawn_and_exec(void)
{
	spawn_child();
	execv(PROBE, ARGV("probe", "block"));
}

CHILD_TEST(caller_executes_a_program)
{
	pid_t caller = begin_caller(spawn_and_exec);

	gets_no_signal();
	must(kill(caller, SIGKILL));
	check_eq(wait_for(caller), 128 + SIGKILL);
	check_eq(wait_for(shared->child), KILLED_BY_SIGNAL);
}

static struct gate gate;

static void spawn_behind_the_gate(void)
{
	struct spawn_template_spawn_args args = block_args(SPAWN_TEMPLATE_SPAWN_ASYNC);

	gate_only(&gate, &args);
	spawn_with(&args);
}

/* The signal is set when the caller's process has ended already. */
CHILD_TEST(caller_ends_before_the_set_up)
{
	pid_t caller;
	int fd;

	gate_make(&gate, 5);
	caller = begin_caller(spawn_behind_the_gate);
	check_eq(wait_for(caller), 0);
	fd = gate_open(&gate);
	check_eq(wait_for(shared->child), KILLED_BY_SIGNAL);
	close(fd);
}

static void spawn_setuid_program(void)
{
	struct spawn_template_spawn_args args = block_args(0);

	become_nobody();
	own_template();
	close(probe);
	probe = template_of(in_scratch("setuid"));
	spawn_with(&args);
	wait_to_go_on();
}

/* As with PR_SET_PDEATHSIG, exec of a setuid program cancels the signal. */
CHILD_TEST(setuid_program)
{
	pid_t caller;

	copy_file(PROBE, in_scratch("setuid"), 0755);
	must(chmod(in_scratch("setuid"), 04755));
	caller = begin_caller(spawn_setuid_program);
	wait_for_state(shared->child, "S");
	end_caller(caller);
	gets_no_signal();
	must(kill(shared->child, SIGKILL));
	check_eq(wait_for(shared->child), 128 + SIGKILL);
}

static void spawn_as_another_user(void)
{
	struct spawn_template_spawn_args args = block_args(0);
	struct outspawn_actions actions;

	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_setresuid(&actions, NOBODY, NOBODY, NOBODY), 0);
	args.actions = (uintptr_t)actions.array;
	args.actions_len = actions.count;
	spawn_with(&args);
	outspawn_actions_destroy(&actions);
	wait_to_go_on();
}

/* The set-up changes the user before the signal is set, and root may send it. */
CHILD_TEST(set_up_changes_the_user)
{
	pid_t caller = begin_caller(spawn_as_another_user);

	end_caller(caller);
	check_eq(wait_for(shared->child), KILLED_BY_SIGNAL);
}

/* Return the number of references to the module. */
static int module_references(void)
{
	return atoi(read_whole("/sys/module/outspawn/refcnt", NULL));
}

/* The module is needed until the child ends, and no longer. */
static void module_is_free_after_the_child(void)
{
	int before = module_references();
	struct spawn_template_spawn_args args = block_args(0);
	pid_t pid = started(probe, &args);

	/* The child drops its own reference a little after the program begins. */
	wait_until(module_references() == before + 1);
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
	wait_until(module_references() == before);
}

/* A child that fails before exec leaves nothing. */
static void failed_child_leaves_nothing(void)
{
	struct spawn_template_spawn_args args = block_args(0);
	char path[] = "/no/such/program";
	int before = module_references();

	check_eq(sys_spawn_path(path, NULL, &args), -ENOENT);
	wait_until(module_references() == before);
}

static void needs_a_signal(void)
{
	struct spawn_template_spawn_args args = block_args(0);

	args.pdeath_signal = 0;
	check_eq(sys_spawn(probe, &args), -EINVAL);
}

/* Many children of one caller, and its end at once. */
static void spawn_many(void)
{
	struct spawn_template_spawn_args args = block_args(0);

	for (int i = 0; i < 99; i++)
		check(sys_spawn(probe, &args) > 0);
	spawn_with(&args);
}

CHILD_TEST(many_children)
{
	pid_t caller = begin_caller(spawn_many);
	int status, count = 0;

	check_eq(wait_for(caller), 0);
	while (waitpid(-1, &status, 0) > 0) {
		check(WIFSIGNALED(status) && WTERMSIG(status) == SIGNAL);
		count++;
	}
	check_eq(count, 100);
}

SUITE("pdeath", T(process_ends), T(thread_ends_before_its_process),
      T(leader_ends_before_its_process), T(caller_executes_a_program),
      T(caller_ends_before_the_set_up), T(setuid_program), T(set_up_changes_the_user),
      T(module_is_free_after_the_child), T(failed_child_leaves_nothing), T(needs_a_signal),
      T(many_children));
