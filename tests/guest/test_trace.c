// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_trace.c - debuggers and tracers see a spawn as they see a vfork
 */
#include "common_trace.h"
#include "elf_file.h"

#include <sys/prctl.h>
#include <sys/user.h>

#define TRACING "/sys/kernel/tracing/instances/outspawn"

/* --- what a tracer sees --- */

static void spawn_once(void *unused)
{
	(void)unused;
	check_eq(spawn_and_wait(template_of(PROBE)), 0);
}

static void execve_once(void *unused)
{
	(void)unused;
	check_eq(wait_for(reference_spawn(PROBE, ARGV("probe", "exit", "0"), NULL, NULL)), 0);
}

/* A spawn that fails in its action 0. */
static void fail_once(void *unused)
{
	struct outspawn_actions actions;
	struct outspawn_result result;

	(void)unused;
	outspawn_actions_init(&actions);
	outspawn_actions_open(&actions, 0, "/nowhere", O_RDONLY, 0);
	check_eq(outspawn_spawn(template_of(PROBE), ARGV("probe"), NULL, &actions, 0, NULL,
				&result),
		 -ENOENT);
	outspawn_actions_destroy(&actions);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ACTION);
	check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
	check_eq(count_children(), 0);
}

static pid_t child_seen(const struct tracer *tracer)
{
	const struct seen *birth = seen_first(tracer, tracer->first, PTRACE_EVENT_VFORK);

	check(birth);
	return birth->message;
}

CHILD_TEST(tracer_sees_birth_exec_and_end)
{
	struct tracer tracer = { .options = FOLLOW };
	const struct seen *done, *exec, *exit;
	pid_t child;

	check_eq(trace(&tracer, spawn_once, NULL), 0);
	child = child_seen(&tracer);
	exec = seen_first(&tracer, child, PTRACE_EVENT_EXEC);
	exit = seen_first(&tracer, child, PTRACE_EVENT_EXIT);
	done = seen_first(&tracer, tracer.first, PTRACE_EVENT_VFORK_DONE);
	check(exec);
	check(exit);
	check(done);
	check_eq(exec->message, child);
	check_eq(exit->message, 0);
	check_eq(done->message, child);
	/* Caller and child stop by themselves: only one's own stops are in order. */
	check(exec < exit);
	check(seen_first(&tracer, tracer.first, PTRACE_EVENT_VFORK) < done);
	check(seen_first(&tracer, child, -1));
}

/* What happened to pid, in order. */
static char *story(const struct tracer *tracer, pid_t pid)
{
	char *result = "";
	int i;

	for (i = 0; i < tracer->count; i++)
		if (tracer->seen[i].pid == pid)
			result = text("%s%d ", result, tracer->seen[i].event);
	return result;
}

static void compare_with_options(long options)
{
	struct tracer spawn = { .options = options }, reference = { .options = options };

	check_eq(trace(&spawn, spawn_once, NULL), 0);
	check_eq(trace(&reference, execve_once, NULL), 0);
	check_str(story(&spawn, spawn.first), story(&reference, reference.first));
	if (options & PTRACE_O_TRACEVFORK)
		check_str(story(&spawn, child_seen(&spawn)),
			  story(&reference, child_seen(&reference)));
	check_eq(spawn.count, reference.count);
}

CHILD_TEST(the_same_sights_as_of_vfork)
{
	compare_with_options(FOLLOW);
}

CHILD_TEST(the_same_sights_without_options)
{
	compare_with_options(PTRACE_O_EXITKILL);
}

CHILD_TEST(the_same_sights_with_vfork_alone)
{
	compare_with_options(PTRACE_O_EXITKILL | PTRACE_O_TRACEVFORK);
}

/* A vfork is neither a fork nor a clone. */
CHILD_TEST(the_same_sights_with_fork_and_clone)
{
	compare_with_options(PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE |
			     PTRACE_O_TRACEEXEC);
}

CHILD_TEST(the_same_sights_with_vfork_done_alone)
{
	compare_with_options(PTRACE_O_EXITKILL | PTRACE_O_TRACEVFORKDONE);
}

CHILD_TEST(tracer_sees_a_failed_spawn_end)
{
	struct tracer tracer = { .options = FOLLOW };
	const struct seen *exit;
	pid_t child;

	check_eq(trace(&tracer, fail_once, NULL), 0);
	child = child_seen(&tracer);
	exit = seen_first(&tracer, child, PTRACE_EVENT_EXIT);
	check(exit);
	check_eq(exit->message, 127 << 8);
	check_eq(seen_times(&tracer, child, PTRACE_EVENT_EXEC), 0);
	check_eq(seen_times(&tracer, child, -1), 1);
	/* Nobody was told of a child that nobody had. */
	check_eq(seen_times(&tracer, tracer.first, 0), 0);
}

static void fail_often(void *unused)
{
	int i;

	for (i = 0; i < 5; i++) {
		fail_once(unused);
		spawn_once(unused);
	}
}

CHILD_TEST(failures_and_successes_in_turn)
{
	struct tracer tracer = { .options = FOLLOW };

	check_eq(trace(&tracer, fail_often, NULL), 0);
	check_eq(seen_times(&tracer, tracer.first, PTRACE_EVENT_VFORK), 10);
	check_eq(seen_times(&tracer, 0, PTRACE_EVENT_EXEC), 5);
	check_eq(seen_times(&tracer, 0, -1), 11);
}

/* The old way to trace: a SIGTRAP tells of exec. */
CHILD_TEST(traced_by_traceme)
{
	int status, execs = 0;
	pid_t first, pid;

	first = must(fork());
	if (!first) {
		must(ptrace(PTRACE_TRACEME, 0, 0, 0));
		raise(SIGSTOP);
		spawn_once(NULL);
		_exit(0);
	}
	check_eq(waitpid(first, &status, 0), first);
	must(ptrace(PTRACE_SETOPTIONS, first, 0, PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL));
	must(ptrace(PTRACE_CONT, first, 0, 0));
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		int signal = WSTOPSIG(status);

		if (!WIFSTOPPED(status)) {
			check_eq(status, 0);
			continue;
		}
		execs += pid != first && signal == SIGTRAP && !(status >> 16);
		if (status >> 16 || signal == SIGTRAP || signal == SIGSTOP)
			signal = 0;
		must(ptrace(PTRACE_CONT, pid, 0, (long)signal));
	}
	check_eq(execs, 1);
}

/* --- a tracer that attaches while the child is in an action --- */

static int stop_status(pid_t pid)
{
	int status;

	check_eq(waitpid(pid, &status, __WALL), pid);
	check(WIFSTOPPED(status));
	return status;
}

/* The wait is left for the tracer, and begun again. */
CHILD_TEST(seized_in_an_action)
{
	struct held held = { 0 };

	hold(&held, template_of(PROBE));
	must(ptrace(PTRACE_SEIZE, held.child, 0, PTRACE_O_TRACEEXEC));
	must(ptrace(PTRACE_INTERRUPT, held.child, 0, 0));
	check_eq(stop_status(held.child) >> 16, PTRACE_EVENT_STOP);
	let_go(&held);
	usleep(20000);
	check_eq(process_state(held.child), 't');
	must(ptrace(PTRACE_CONT, held.child, 0, 0));
	wait_for_state(held.child, "S");
	let_go(&held);
	check_eq(stop_status(held.child) >> 8, SIGTRAP | PTRACE_EVENT_EXEC << 8);
	must(ptrace(PTRACE_DETACH, held.child, 0, 0));
	check_eq(end_of(&held), held.child);
	check_eq(wait_for(held.child), 0);
	close(held.pidfd);
}

CHILD_TEST(attached_in_an_action)
{
	struct held held = { 0 };

	hold(&held, template_of(PROBE));
	must(ptrace(PTRACE_ATTACH, held.child, 0, 0));
	check_eq(WSTOPSIG(stop_status(held.child)), SIGSTOP);
	must(ptrace(PTRACE_CONT, held.child, 0, 0));
	wait_for_state(held.child, "S");
	let_go(&held);
	check_eq(WSTOPSIG(stop_status(held.child)), SIGTRAP);
	must(ptrace(PTRACE_DETACH, held.child, 0, 0));
	check_eq(end_of(&held), held.child);
	check_eq(wait_for(held.child), 0);
	close(held.pidfd);
}

CHILD_TEST(attached_and_left_in_an_action)
{
	struct held held = { 0 };

	hold(&held, template_of(PROBE));
	must(ptrace(PTRACE_ATTACH, held.child, 0, 0));
	check_eq(WSTOPSIG(stop_status(held.child)), SIGSTOP);
	must(ptrace(PTRACE_DETACH, held.child, 0, 0));
	wait_for_state(held.child, "S");
	check_eq(release(&held), held.child);
	check_eq(wait_for(held.child), 0);
	close(held.pidfd);
}

/* Killed there: the spawn is the one that takes it away, tracer or not. */
CHILD_TEST(seized_and_killed_in_an_action)
{
	struct held held = { 0 };

	hold(&held, template_of(PROBE));
	must(ptrace(PTRACE_SEIZE, held.child, 0, 0));
	must(kill(held.child, SIGKILL));
	check_eq(end_of(&held), -EINTR);
	check_eq(held.pidfd, -1);
	check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
}

/* --- a tracer that sees a failing child end --- */

/*
 * A spawn by a thread, whose child waits at a gate and then fails in its second
 * action.
 */
struct failing {
	int template;
	struct gate gate;
	struct spawn_template_action actions[2];
	struct spawn_template_result result;
	pthread_t thread;
	pid_t child;
	pid_t pid; /* what the spawn returned */
	bool returned;
};

/* Shared with a tracer in another process. */
static struct failing *make_failing(void)
{
	struct failing *failing = mmap(NULL, sizeof(*failing), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(failing != MAP_FAILED);
	failing->template = template_of(PROBE);
	gate_make(&failing->gate, 9);
	failing->actions[0] = failing->gate.action;
	failing->actions[1] = (struct spawn_template_action){
		.type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 999
	};
	return failing;
}

static void *spawn_failing(void *argument)
{
	struct failing *failing = argument;
	struct spawn_template_spawn_args args = {
		.argv = (uintptr_t)ARGV("probe", "exit", "0"),
		.actions = (uintptr_t)failing->actions,
		.actions_len = 2,
		.result = (uintptr_t)&failing->result,
	};

	failing->pid = sys_spawn(failing->template, &args);
	__atomic_store_n(&failing->returned, true, __ATOMIC_RELEASE);
	return NULL;
}

static struct failing *begin_failing(void)
{
	struct failing *failing = make_failing();

	check_eq(pthread_create(&failing->thread, NULL, spawn_failing, failing), 0);
	wait_until(children_of(getpid(), &failing->child, 1) == 1 &&
		   process_state(failing->child) == 'S');
	return failing;
}

static bool has_returned(const struct failing *failing)
{
	return __atomic_load_n(&failing->returned, __ATOMIC_ACQUIRE);
}

/* The spawn failed, and its child is gone. */
static void end_failing(struct failing *failing)
{
	check_eq(pthread_join(failing->thread, NULL), 0);
	check_eq(failing->pid, -EBADF);
	check_eq(failing->result.error, EBADF);
	check_eq(failing->result.action, 1);
	check_eq(process_state(failing->child), 0);
	check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
	check_eq(count_children(), 0);
}

/* To its tracer: the exit stop is the tracer's, and the spawn waits for what follows. */
static void take_exit_stop(const struct failing *failing)
{
	unsigned long code;
	int status = 0;

	wait_for_state(failing->child, "tZ");
	/* A spawn that takes the stop would do so now. */
	usleep(20000);
	check(!has_returned(failing));
	check_eq(waitpid(failing->child, &status, __WALL | WNOHANG), failing->child);
	check_eq(status >> 8, SIGTRAP | PTRACE_EVENT_EXIT << 8);
	must(ptrace(PTRACE_GETEVENTMSG, failing->child, 0, &code));
	check_eq(code, 127 << 8);
}

static void seize_to_the_end(const struct failing *failing)
{
	must(ptrace(PTRACE_SEIZE, failing->child, 0, PTRACE_O_TRACEEXIT));
}

CHILD_TEST(failing_child_traced_by_a_thread_of_its_caller)
{
	struct failing *failing = begin_failing();
	int hold;

	seize_to_the_end(failing);
	hold = gate_open(&failing->gate);
	take_exit_stop(failing);
	must(ptrace(PTRACE_CONT, failing->child, 0, 0));
	end_failing(failing);
	close(hold);
}

/* Every stop on the way is the thread's, too. */
CHILD_TEST(failing_child_interrupted_by_a_thread_of_its_caller)
{
	struct failing *failing = begin_failing();
	int hold;

	seize_to_the_end(failing);
	must(ptrace(PTRACE_INTERRUPT, failing->child, 0, 0));
	check_eq(stop_status(failing->child) >> 16, PTRACE_EVENT_STOP);
	must(ptrace(PTRACE_CONT, failing->child, 0, 0));
	hold = gate_open(&failing->gate);
	take_exit_stop(failing);
	must(ptrace(PTRACE_DETACH, failing->child, 0, 0));
	end_failing(failing);
	close(hold);
}

static void *trace_and_end(void *argument)
{
	struct failing *failing = argument;
	int hold;

	seize_to_the_end(failing);
	hold = gate_open(&failing->gate);
	take_exit_stop(failing);
	close(hold);
	return NULL;
}

/* A tracer that ends lets its tracees go on. */
CHILD_TEST(failing_child_traced_by_a_thread_that_ends)
{
	struct failing *failing = begin_failing();
	pthread_t tracer;

	check_eq(pthread_create(&tracer, NULL, trace_and_end, failing), 0);
	check_eq(pthread_join(tracer, NULL), 0);
	end_failing(failing);
}

/* The tracer's own wait takes the zombie first. */
static void trace_from_outside(const struct failing *failing)
{
	int status;

	take_exit_stop(failing);
	must(ptrace(PTRACE_CONT, failing->child, 0, 0));
	wait_for_state(failing->child, "Z");
	check(!has_returned(failing));
	check_eq(waitpid(failing->child, &status, __WALL), failing->child);
	check_eq(status, 127 << 8);
	_exit(0);
}

CHILD_TEST(failing_child_traced_by_another_process)
{
	struct failing *failing = begin_failing();
	int ready[2], hold;
	pid_t tracer;
	char byte;

	must(pipe2(ready, O_CLOEXEC));
	tracer = must(fork());
	if (!tracer) {
		seize_to_the_end(failing);
		check_eq(write(ready[1], "x", 1), 1);
		trace_from_outside(failing);
	}
	close(ready[1]);
	check_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	hold = gate_open(&failing->gate);
	check_eq(wait_for(tracer), 0);
	end_failing(failing);
	close(hold);
}

/* Attach to each child of the caller, which stops the child, and detach. */
static void attach_to_children_of(pid_t caller)
{
	pid_t list[4];
	int count;

	/* If the test fails and ends, this process must end, too. */
	must(prctl(PR_SET_PDEATHSIG, SIGKILL));
	for (;;)
		for (count = children_of(caller, list, 4); count--;) {
			if (list[count] == getpid() ||
			    ptrace(PTRACE_ATTACH, list[count], 0, 0) < 0)
				continue;
			waitpid(list[count], NULL, __WALL);
			ptrace(PTRACE_DETACH, list[count], 0, 0);
			/* A stop for another reason may be pending. */
			kill(list[count], SIGCONT);
		}
}

/*
 * Some attempts come while exec waits for cred_guard_mutex, which a tracer that
 * attaches holds.
 */
CHILD_TEST(attached_at_any_moment)
{
	const struct spawn_template_spawn_args args = {
		.argv = (uintptr_t)ARGV("probe", "exit", "0")
	};
	pid_t tracer, caller = getpid();
	int i;

	own_template();
	tracer = must(fork());
	if (!tracer)
		attach_to_children_of(caller);
	for (i = 0; i < 50; i++) {
		check_eq(wait_for(started(probe, &args)), 0);
		check_eq(wait_for(sys_spawn_path(PROBE, NULL, &args)), 0);
	}
	must(kill(tracer, SIGKILL));
	check_eq(wait_for(tracer), 128 + SIGKILL);
}

static int gate[2];

static void caller_in_a_long_spawn(void *fifo)
{
	struct held held = { .fifo = fifo, .template = template_of(PROBE) };

	close(gate[0]);
	check_eq(write(gate[1], "x", 1), 1);
	check_eq(wait_for(spawn_through(&held)), 0);
	_exit(3);
}

static pid_t start_caller(char *fifo)
{
	char byte;
	pid_t caller, child = 0;

	must(pipe2(gate, O_CLOEXEC));
	caller = must(fork());
	if (!caller)
		caller_in_a_long_spawn(fifo);
	close(gate[1]);
	check_eq(read(gate[0], &byte, 1), 1);
	close(gate[0]);
	wait_until(children_of(caller, &child, 1) == 1 && process_state(child) == 'S');
	return caller;
}

CHILD_TEST(caller_interrupted_by_a_tracer)
{
	struct held held = { .fifo = make_fifo("interrupted") };
	int status;
	pid_t caller;

	caller = start_caller(held.fifo);
	must(ptrace(PTRACE_SEIZE, caller, 0, 0));
	must(ptrace(PTRACE_INTERRUPT, caller, 0, 0));
	usleep(50000);
	check_eq(waitpid(caller, &status, WNOHANG), 0);
	let_go(&held);
	status = stop_status(caller);
	check_eq(status >> 16, PTRACE_EVENT_STOP);
	must(ptrace(PTRACE_DETACH, caller, 0, 0));
	check_eq(wait_for(caller), 3);
}

/* A tracer that dies takes all that it followed with it. */
CHILD_TEST(tracer_killed_during_a_spawn)
{
	char *fifo = make_fifo("orphaned");
	pid_t tracing, caller, child;

	tracing = must(fork());
	if (!tracing) {
		struct tracer tracer = { .options = FOLLOW };

		must(pipe2(gate, O_CLOEXEC));
		trace(&tracer, caller_in_a_long_spawn, fifo);
		_exit(1);
	}
	wait_until(children_of(tracing, &caller, 1) == 1);
	wait_until(children_of(caller, &child, 1) == 1 && process_state(child) == 'S');
	must(kill(tracing, SIGKILL));
	check_eq(wait_for(tracing), 128 + SIGKILL);
	/* The caller may have taken the child away before it died. */
	while (waitpid(-1, NULL, __WALL) > 0)
		;
	check_eq(process_state(caller), 0);
	check_eq(process_state(child), 0);
}

/* --- a tracer that stops the caller at system calls, and does not follow vfork --- */

#define ERESTARTNOINTR 513 /* what a tracer sees of a call that will begin again */

/* How a caller spawns. */
struct spawner {
	uint64_t flags;
	bool by_path;
	uint32_t batch; /* how many entries; 0: no batch */
	bool fails; /* in its action 0, with ENOENT */
	int error; /* what each spawn must fail with, at 'stage'; or 0 */
	uint32_t stage;
};

static const struct spawner by_template = { 0 };
static const struct spawner by_path = { .by_path = true };
static const struct spawner asynchronous = { .flags = SPAWN_TEMPLATE_SPAWN_ASYNC };
static const struct spawner in_a_batch = { .batch = 2 };
static const struct spawner *const spawners[] = { &by_template, &by_path, &asynchronous,
						  &in_a_batch };
#define SPAWNERS (sizeof(spawners) / sizeof(*spawners))

static volatile int handled;

static void count_handled(int number)
{
	(void)number;
	handled++;
}

static void check_spawned(const struct spawner *spawner, long got,
			  const struct spawn_template_result *result)
{
	if (!spawner->error) {
		check_eq(wait_for(got), 0);
		return;
	}
	check_eq(got, -spawner->error);
	check_eq(result->error, spawner->error);
	check_eq(result->stage, spawner->stage);
	check_eq(result->pid, 0);
}

static void spawn_batch(const struct spawner *spawner, struct spawn_template_spawn_args *args)
{
	struct spawn_template_batch_entry entries[4];
	uint32_t i, done = 0;

	for (i = 0; i < spawner->batch; i++)
		entries[i] = (struct spawn_template_batch_entry){ .tmpl = probe,
								  .args_size = sizeof(*args),
								  .args = (uintptr_t)args };
	/* The end of a tracer wakes its tracee, as a signal does. A batch ends. */
	while (done < spawner->batch)
		done += must(sys_batch(entries + done, spawner->batch - done));
	for (i = 0; i < spawner->batch; i++)
		check_spawned(spawner,
			      entries[i].result.error ? -(long)entries[i].result.error :
							entries[i].result.pid,
			      &entries[i].result);
}

/* In the caller. Its tracer sees it from the SIGSTOP on, which is kept from it. */
static void spawn_in_jail(void *argument)
{
	const struct spawner *spawner = argument;
	struct spawn_template_open how = { .path = (uintptr_t)"/nowhere" };
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_OPEN,
						.fd = AT_FDCWD,
						.arg = (uintptr_t)&how };
	struct spawn_template_result result;
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "exit", "0"),
						  .flags = spawner->flags,
						  .actions = (uintptr_t)&action,
						  .actions_len = spawner->fails,
						  .result = (uintptr_t)&result };
	sigset_t set;

	signal(SIGUSR1, count_handled);
	/* A traced caller's SIGCHLD is not ignored: signals_wanted() would end a batch. */
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	must(sigprocmask(SIG_BLOCK, &set, NULL));
	own_template();
	raise(SIGSTOP);
	if (spawner->batch)
		spawn_batch(spawner, &args);
	else
		check_spawned(spawner,
			      spawner->by_path ? sys_spawn_path(PROBE, NULL, &args) :
						 sys_spawn(probe, &args),
			      &result);
	check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
	_exit(handled);
}

/* What the tracer does when it has seen what it waited for. */
enum deed {
	LOOKS,
	KILLS,
	GOES_AWAY,
	SIGNALS, /* SIGUSR1 */
	LEAVES_OUT, /* the call, which it says failed with EPERM */
	CHANGES, /* to another call */
	CHANGES_ARGUMENT,
	EMULATES /* goes on with PTRACE_SYSEMU */
};

/* The stops of one caller. Those of its spawn are told in words. */
static struct {
	struct tracer tracer;
	enum deed deed;
	int at; /* the deed's stop, counted in the spawn; -1: every entry of vfork */
	bool entered; /* the last stop was an entry: the next one is the exit */
	bool emulated; /* the tracer resumed the last stop with PTRACE_SYSEMU */
	long number; /* of the call, as the tracer left it */
	bool denied; /* this call */
	bool spawns; /* it is in a spawn's ioctl */
	int count; /* stops in it */
	long child; /* that vfork returned */
	char words[512];
} jail;

static bool is_spawn(const struct call_stop *call)
{
	return call->number == SYS_ioctl && (call->args[1] == SPAWN_TEMPLATE_IOC_SPAWN ||
					     call->args[1] == SPAWN_TEMPLATE_IOC_SPAWN_PATH ||
					     call->args[1] == SPAWN_TEMPLATE_IOC_SPAWN_BATCH);
}

static const char *word_of(const struct call_stop *call)
{
	if (call->way == ENTERS)
		return call->number == SYS_ioctl ? "ioctl" :
		       call->number == SYS_vfork ? "vfork" :
						   text("call %ld", call->number);
	if (call->ret == -ERESTARTNOINTR)
		return "=again";
	if (jail.number == SYS_vfork && call->ret > 0)
		jail.child = call->ret;
	return call->ret > 0 && call->ret == jail.child ? "=child" : text("=%ld", call->ret);
}

static void tell_stop(const struct call_stop *call)
{
	size_t length = strlen(jail.words);

	snprintf(jail.words + length, sizeof(jail.words) - length, "%s%s", length ? " " : "",
		 word_of(call));
	jail.count++;
}

/* Returns the signal with which the tracer resumes the task. */
static int do_deed(pid_t pid)
{
	struct user_regs_struct regs;

	must(ptrace(PTRACE_GETREGS, pid, 0, &regs));
	switch (jail.deed) {
	case LOOKS:
		return 0;
	case KILLS:
		must(kill(pid, SIGKILL));
		return 0;
	case GOES_AWAY:
		must(ptrace(PTRACE_DETACH, pid, 0, 0));
		return 0;
	case SIGNALS:
		return SIGUSR1;
	case LEAVES_OUT:
		jail.denied = true;
		regs.orig_rax = -1;
		break;
	case CHANGES:
		regs.orig_rax = SYS_getpid;
		break;
	case CHANGES_ARGUMENT:
		regs.rdi = 1;
		break;
	case EMULATES:
		jail.tracer.request = PTRACE_SYSEMU;
		return 0;
	}
	must(ptrace(PTRACE_SETREGS, pid, 0, &regs));
	jail.number = regs.orig_rax;
	return 0;
}

static void say_denied(pid_t pid)
{
	struct user_regs_struct regs;

	jail.denied = false;
	must(ptrace(PTRACE_GETREGS, pid, 0, &regs));
	regs.rax = -EPERM;
	must(ptrace(PTRACE_SETREGS, pid, 0, &regs));
}

/* Entries and exits take turns: a tracer may count them instead of asking. */
static void check_turn(const struct call_stop *call)
{
	/* PTRACE_SYSEMU stops at entries only. */
	if (!jail.emulated)
		check_eq(call->way, jail.entered ? LEAVES : ENTERS);
	/* rt_sigreturn(2) leaves with the registers of what was interrupted. */
	if (call->way == LEAVES && jail.number != SYS_rt_sigreturn)
		check_eq(call->number, jail.number);
	jail.emulated = false;
	jail.entered = call->way == ENTERS;
	jail.number = call->number;
}

static int at_jails_stop(const struct seen *stop, int signal)
{
	struct call_stop call;
	bool last;

	if (stop->pid != jail.tracer.first)
		return signal;
	if (stop->event || stop->message != SYSCALL_STOP)
		return signal == SIGSTOP ? 0 : signal;
	jail.emulated = jail.tracer.request == PTRACE_SYSEMU;
	jail.tracer.request = PTRACE_SYSCALL;
	call = call_at_stop(stop->pid);
	check_turn(&call);
	if (call.way == ENTERS && is_spawn(&call))
		jail.spawns = true;
	if (!jail.spawns)
		return 0;
	last = call.way == LEAVES && is_spawn(&call) && call.ret != -ERESTARTNOINTR;
	tell_stop(&call);
	if (jail.denied && call.way == LEAVES)
		say_denied(stop->pid);
	jail.spawns = !last;
	if (jail.at == jail.count - 1 ||
	    (jail.at < 0 && call.way == ENTERS && call.number == SYS_vfork))
		return do_deed(stop->pid);
	return 0;
}

/* Returns the caller's exit status; jail.words tells its stops. */
static int trace_in_jail(const struct spawner *spawner, long options, enum deed deed, int at)
{
	memset(&jail, 0, sizeof(jail));
	jail.tracer.options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | options;
	jail.tracer.request = PTRACE_SYSCALL;
	jail.tracer.at_stop = at_jails_stop;
	jail.deed = deed;
	jail.at = at;
	return trace(&jail.tracer, spawn_in_jail, (void *)spawner);
}

#define SHOWN "ioctl =again vfork =child ioctl =child"
#define SHOWN_TWICE "ioctl =again vfork =child ioctl =again vfork =child ioctl =2"

static const char *words_of(const struct spawner *spawner)
{
	return spawner->batch ? SHOWN_TWICE : SHOWN;
}

CHILD_TEST(vfork_is_shown_to_a_tracer_that_does_not_follow_it)
{
	size_t i;

	for (i = 0; i < SPAWNERS; i++) {
		check_eq(trace_in_jail(spawners[i], 0, LOOKS, 0), 0);
		check_str(jail.words, words_of(spawners[i]));
	}
	/* What else it follows is no matter. */
	check_eq(trace_in_jail(&by_template,
			       PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
				       PTRACE_O_TRACEVFORKDONE,
			       LOOKS, 0),
		 0);
	check_str(jail.words, SHOWN);
	/* The child is not traced, as after vfork. */
	check_eq(seen_times(&jail.tracer, 0, -1), 1);
}

CHILD_TEST(a_failed_vfork_is_shown)
{
	const struct spawner failing = { .fails = true,
					 .error = ENOENT,
					 .stage = SPAWN_TEMPLATE_STAGE_ACTION };

	check_eq(trace_in_jail(&failing, 0, LOOKS, 0), 0);
	check_str(jail.words, "ioctl =again vfork =-2 ioctl =-2");
}

/* A call that makes no child is seen as it is. */
CHILD_TEST(a_bad_call_shows_no_vfork)
{
	const struct spawner bad = { .flags = 1ULL << 63,
				     .error = EINVAL,
				     .stage = SPAWN_TEMPLATE_STAGE_ARGS };

	check_eq(trace_in_jail(&bad, 0, LOOKS, 0), 0);
	check_str(jail.words, "ioctl =-22");
}

/* Such a tracer sees the child itself. */
CHILD_TEST(no_vfork_is_shown_to_a_tracer_that_follows_it)
{
	const struct seen *birth;

	check_eq(trace_in_jail(&by_template, PTRACE_O_TRACEVFORK, LOOKS, 0), 0);
	birth = seen_first(&jail.tracer, jail.tracer.first, PTRACE_EVENT_VFORK);
	check(birth);
	check_str(jail.words, text("ioctl =%lu", birth->message));
}

static void denied_by(enum deed deed)
{
	struct spawner denied;
	size_t i;

	for (i = 0; i < SPAWNERS; i++) {
		denied = *spawners[i];
		denied.error = EPERM;
		denied.stage = SPAWN_TEMPLATE_STAGE_CREATE;
		check_eq(trace_in_jail(&denied, 0, deed, -1), 0);
		check_str(jail.words, denied.batch ? "ioctl =again vfork =-1 ioctl =again "
						     "vfork =-1 ioctl =2" :
						     "ioctl =again vfork =-1 ioctl =-1");
		/* The tracer has seen no task but the caller. */
		check_eq(seen_times(&jail.tracer, 0, -1), 1);
	}
}

CHILD_TEST(a_vfork_that_the_tracer_leaves_out)
{
	denied_by(LEAVES_OUT);
}

CHILD_TEST(a_vfork_that_the_tracer_changes)
{
	denied_by(CHANGES);
	denied_by(CHANGES_ARGUMENT);
}

/* After PTRACE_SYSEMU the tracer must do the vfork(2); the kernel does not. */
CHILD_TEST(a_vfork_that_the_tracer_emulates)
{
	const struct spawner denied = { .error = EPERM, .stage = SPAWN_TEMPLATE_STAGE_CREATE };

	check_eq(trace_in_jail(&denied, 0, EMULATES, 0), 0);
	check_str(jail.words, "ioctl vfork =-1 ioctl =-1");
	/* Too late for this vfork: it was entered before. */
	check_eq(trace_in_jail(&by_template, 0, EMULATES, 2), 0);
}

/* Every stop of a spawn, and then its end. */
#define STOPS 6

CHILD_TEST(killed_at_a_stop_of_its_spawn)
{
	size_t i;
	int at;

	for (i = 0; i < SPAWNERS; i++)
		for (at = 0; at < STOPS; at++) {
			check_eq(trace_in_jail(spawners[i], 0, KILLS, at), 128 + SIGKILL);
			check_eq(jail.count, at + 1);
			/* A child may be left that runs its program. */
			while (waitpid(-1, NULL, __WALL) > 0)
				;
			check_eq(count_children(), 0);
		}
}

CHILD_TEST(left_at_a_stop_of_its_spawn)
{
	size_t i;
	int at;

	for (i = 0; i < SPAWNERS; i++)
		for (at = 0; at < STOPS; at++) {
			check_eq(trace_in_jail(spawners[i], 0, GOES_AWAY, at), 0);
			check_eq(jail.count, at + 1);
		}
}

CHILD_TEST(signalled_at_a_stop_of_its_spawn)
{
	int at;

	for (at = 0; at < STOPS; at++) {
		check_eq(trace_in_jail(&by_template, 0, SIGNALS, at), 1);
		check_str(jail.words, SHOWN);
	}
}

/* --- a tracer that follows vfork, and judges the child's memory --- */

/* The caller is a fork of the tracer: this is at the same address in both. */
static struct {
	struct tracer tracer;
	bool by_path;
	const char *search; /* with by_path, or NULL */
	bool rewrites; /* memory, when a call that points to it is entered */
	bool rewrites_path; /* of each execve, to PROBE's */
	bool began; /* the child's program */
	uint64_t at; /* of the last execve's path */
	char words[4 * PATH_MAX]; /* the paths of the child's execves */
	struct spawn_template_result result; /* of the spawn */
} judge;
static struct old_memory old_memory;
static char lent[PATH_MAX], judged_file[PATH_MAX];

/* The memory is made new when it is judged, and not before. */
static void rewrite(pid_t pid, long number)
{
	struct old_memory *to = &old_memory, new = old_memory;

	old_memory_renew(&new);
	if (number == SYS_openat2)
		write_memory(pid, (uintptr_t)to->path, new.path, sizeof(new.path));
	if (number == SYS_rt_sigprocmask)
		write_memory(pid, (uintptr_t)&to->signals, &new.signals, sizeof(new.signals));
	if (number != SYS_execve)
		return;
	write_memory(pid, (uintptr_t)to->argument, new.argument, sizeof(new.argument));
	write_memory(pid, (uintptr_t)to->variable, new.variable, sizeof(new.variable));
}

static void see_execve(pid_t pid, uint64_t at)
{
	size_t length = strlen(judge.words);
	char *path = at ? string_in_memory(pid, at) : "NULL";

	check(path);
	judge.at = at;
	snprintf(judge.words + length, sizeof(judge.words) - length, "%s%s", length ? " " : "",
		 path);
	if (judge.rewrites_path && at)
		write_memory(pid, at, PROBE, strlen(PROBE) + 1);
}

static int at_judges_stop(const struct seen *stop, int signal)
{
	struct call_stop call;

	if (stop->event || stop->message != SYSCALL_STOP)
		return signal;
	if (stop->pid == judge.tracer.first || judge.began)
		return 0;
	call = call_at_stop(stop->pid);
	if (call.way == ENTERS && judge.rewrites)
		rewrite(stop->pid, call.number);
	if (call.way == ENTERS && call.number == SYS_execve)
		see_execve(stop->pid, call.args[0]);
	judge.began = call.way == LEAVES && call.number == SYS_execve && !call.ret;
	return 0;
}

#define NO_CHILD 100

/* Exits as the program does. */
static void be_judged(void *shared)
{
	long got;

	old_memory.args.result = (uintptr_t)shared;
	got = judge.by_path ? sys_spawn_path(judged_file, judge.search, &old_memory.args) :
			      sys_spawn(template_of(judged_file), &old_memory.args);
	_exit(got < 0 ? NO_CHILD : wait_for(got));
}

static void begin_judging(const char *path)
{
	memset(&judge, 0, sizeof(judge));
	judge.tracer.options = PTRACE_O_TRACEVFORK | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
	judge.tracer.request = PTRACE_SYSCALL;
	judge.tracer.at_stop = at_judges_stop;
	strcpy(judged_file, path);
	memset(lent, 'x', sizeof(lent));
	old_memory_make(&old_memory);
}

static void lend(void *memory, uint32_t size)
{
	old_memory.args.scratch = (uintptr_t)memory;
	old_memory.args.scratch_size = size;
}

/* The caller's exit status. */
static int judge_spawn(void)
{
	struct spawn_template_result *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
						    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	check(shared != MAP_FAILED);
	judge.words[0] = '\0';
	judge.began = false;
	status = trace(&judge.tracer, be_judged, shared);
	judge.result = *shared;
	munmap(shared, 4096);
	return status;
}

/* The folder of PROBE. */
static char *programs(void)
{
	char *path = PROBE;

	*strrchr(path, '/') = '\0';
	return path;
}

CHILD_TEST(memory_that_a_tracer_rewrites_in_place_is_used)
{
	int i;

	for (i = 0; i < 3; i++) {
		begin_judging(PROBE);
		judge.by_path = i == 1;
		old_memory.args.flags = i == 2 ? SPAWN_TEMPLATE_SPAWN_ASYNC : 0;
		check_eq(judge_spawn(), 0);
		judge.rewrites = true;
		check_eq(judge_spawn(), NEWS_ALL);
	}
}

/* Strings that are bad: an error of exec, which reads them then. */
static void check_bad_strings(int error)
{
	check_eq(judge_spawn(), NO_CHILD);
	check_eq(judge.result.error, error);
	check_eq(judge.result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	/* Of a caller that no such tracer sees, they are read first of all. */
	judge.tracer.request = PTRACE_CONT;
	judge.tracer.options = PTRACE_O_EXITKILL;
	check_eq(judge_spawn(), NO_CHILD);
	check_eq(judge.result.error, error);
	check_eq(judge.result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
}

CHILD_TEST(bad_strings_are_found_when_exec_is_entered)
{
	char *long_string = calloc(1, 1 << 20);

	memset(long_string, 'x', (1 << 20) - 1);
	begin_judging(PROBE);
	old_memory.args.argv = 8;
	check_bad_strings(EFAULT);
	begin_judging(PROBE);
	old_memory.args.envp = 8;
	judge.by_path = true;
	check_bad_strings(EFAULT);
	begin_judging(PROBE);
	old_memory.argv[2] = (char *)8;
	check_bad_strings(EFAULT);
	begin_judging(PROBE);
	old_memory.envp[0] = long_string;
	check_bad_strings(E2BIG);
	free(long_string);
}

/* The path was shown, and not in the memory that the caller lends. */
static void check_shown_in_a_mapping(const char *words)
{
	check_str(judge.words, words);
	check(judge.at);
	check(judge.at != (uintptr_t)lent);
}

CHILD_TEST(the_path_of_a_template_is_shown_in_lent_memory)
{
	begin_judging(PROBE);
	check_eq(judge_spawn(), 0);
	check_shown_in_a_mapping(PROBE);
	lend(lent, sizeof(lent));
	check_eq(judge_spawn(), 0);
	check_str(judge.words, PROBE);
	check_eq(judge.at, (uintptr_t)lent);
	/* The path must fit with its NUL. */
	lend(lent, strlen(PROBE) + 1);
	check_eq(judge_spawn(), 0);
	check_str(judge.words, PROBE);
	check_eq(judge.at, (uintptr_t)lent);
	lend(lent, strlen(PROBE));
	check_eq(judge_spawn(), 0);
	check_shown_in_a_mapping(PROBE);
}

CHILD_TEST(each_path_of_a_search_is_shown_in_lent_memory)
{
	char *words = text("/nowhere/probe /etc/probe %s", PROBE);

	begin_judging("probe");
	judge.by_path = true;
	judge.search = text("/nowhere:/etc:%s", programs());
	check_eq(judge_spawn(), 0);
	check_shown_in_a_mapping(words);
	lend(lent, sizeof(lent));
	check_eq(judge_spawn(), 0);
	check_str(judge.words, words);
	check_eq(judge.at, (uintptr_t)lent);
}

/* The caller has it in its memory anyway. */
CHILD_TEST(a_path_that_is_not_searched_for_is_shown_where_it_stands)
{
	begin_judging(PROBE);
	judge.by_path = true;
	check_eq(judge_spawn(), 0);
	check_str(judge.words, PROBE);
	check_eq(judge.at, (uintptr_t)judged_file);
	/* With a slash there is nothing to search for. */
	judge.search = "/nowhere";
	check_eq(judge_spawn(), 0);
	check_str(judge.words, PROBE);
	check_eq(judge.at, (uintptr_t)judged_file);
}

/* PROBE's path is written over that of a program that fails. */
CHILD_TEST(a_path_that_a_tracer_rewrites_in_place_is_executed)
{
	begin_judging("/bin/false");
	judge.by_path = true;
	check_eq(judge_spawn(), 1);
	judge.rewrites_path = true;
	check_eq(judge_spawn(), 0);
	begin_judging("false");
	judge.by_path = true;
	judge.search = "/nowhere:/bin";
	check_eq(judge_spawn(), 1);
	judge.rewrites_path = true;
	check_eq(judge_spawn(), 0);
	check_str(judge.words, "/nowhere/false");
	lend(lent, sizeof(lent));
	check_eq(judge_spawn(), 0);
	check_str(judge.words, "/nowhere/false");
}

CHILD_TEST(a_templates_path_that_a_tracer_rewrites_is_refused)
{
	begin_judging("/bin/false");
	lend(lent, sizeof(lent));
	check_eq(judge_spawn(), 1);
	judge.rewrites_path = true;
	check_eq(judge_spawn(), NO_CHILD);
	check_eq(judge.result.error, EPERM);
	check_eq(judge.result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
}

/* The path cannot be written there: execve(2) would fail with EFAULT. */
CHILD_TEST(lent_memory_that_is_bad)
{
	void *read_only = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *bad[] = { (void *)8, (void *)(1ULL << 63), read_only };
	size_t i;

	check(read_only != MAP_FAILED);
	begin_judging(PROBE);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		lend(bad[i], 4096);
		check_eq(judge_spawn(), NO_CHILD);
		check_eq(judge.result.error, EFAULT);
		check_eq(judge.result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	}
}

/* Without a tracer and filters, the child does not write to the lent memory. */
static void lent_memory_is_left_alone(void)
{
	size_t i;

	begin_judging(PROBE);
	lend(lent, sizeof(lent));
	check_eq(wait_for(started(probe, &old_memory.args)), 0);
	check_eq(wait_for(sys_spawn_path("probe", programs(), &old_memory.args)), 0);
	for (i = 0; i < sizeof(lent); i++)
		check_eq(lent[i], 'x');
	lend(NULL, sizeof(lent));
	check_eq(sys_spawn(probe, &old_memory.args), -EINVAL);
	lend(lent, sizeof(lent));
	old_memory.args.node = 1;
	check_eq(sys_spawn(probe, &old_memory.args), -EINVAL);
}

/* --- a tracer that sets where a child resumes after a late exec failure --- */

#define MAPPED 0x400000UL
#define NEVER_MAPPED (1UL << 56)
#define ESCAPED 42

/* exec drops the old memory, then finds that the second segment is too high. */
struct misfit {
	Elf64_Ehdr header;
	Elf64_Phdr segments[2];
	unsigned char code[12];
};

static char *make_misfit(void)
{
	struct misfit misfit = {
		.header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
					 ELFDATA2LSB, EV_CURRENT },
			    .e_type = ET_EXEC,
			    .e_machine = EM_X86_64,
			    .e_version = EV_CURRENT,
			    .e_entry = MAPPED + offsetof(struct misfit, code),
			    .e_phoff = offsetof(struct misfit, segments),
			    .e_ehsize = sizeof(Elf64_Ehdr),
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = 2 },
		.segments = { { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = MAPPED },
			      { .p_type = PT_LOAD, .p_flags = PF_R, .p_vaddr = NEVER_MAPPED } },
		/* mov $42, %edi; mov $SYS_exit_group, %eax; syscall */
		.code = { 0xbf, ESCAPED, 0, 0, 0, 0xb8, SYS_exit_group, 0, 0, 0, 0x0f, 0x05 },
	};
	struct elf_file elf = { .data = (char *)&misfit, .size = sizeof(misfit) };
	int i;

	for (i = 0; i < 2; i++) {
		misfit.segments[i].p_filesz = misfit.segments[i].p_memsz = sizeof(misfit);
		misfit.segments[i].p_align = 4096;
	}
	return elf_write(&elf, "misfit");
}

/* All signals are blocked in its child, by an action. */
static void spawn_misfit(void *path)
{
	uint64_t all = ~0ULL;
	struct spawn_template_sigset set = { .sigset = (uintptr_t)&all, .sigsetsize = 8 };
	struct spawn_template_action actions[] = {
		{ .type = SPAWN_TEMPLATE_ACTION_SIGMASK, .arg = (uintptr_t)&set },
		{ .type = SPAWN_TEMPLATE_ACTION_DUP2, .fd = 1, .newfd = 9 },
	};
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("misfit"),
						  .actions = (uintptr_t)actions,
						  .actions_len = 2 };

	_exit(wait_for(sys_spawn_path(path, NULL, &args)));
}

/* The same, as the caller has them blocked. */
static void block_and_spawn_misfit(void *path)
{
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_DUP2,
						.fd = 1,
						.newfd = 9 };
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("misfit"),
						  .actions = (uintptr_t)&action,
						  .actions_len = 1 };
	sigset_t all;

	sigfillset(&all);
	must(sigprocmask(SIG_SETMASK, &all, NULL));
	_exit(wait_for(sys_spawn_path(path, NULL, &args)));
}

static int end_of_untraced(void (*function)(void *), char *path)
{
	pid_t caller = must(fork());

	if (!caller)
		function(path);
	return wait_for(caller);
}

CHILD_TEST(exec_that_fails_for_good)
{
	char *misfit = make_misfit();

	check_eq(end_of_untraced(spawn_misfit, misfit), 128 + SIGSEGV);
	check_eq(end_of_untraced(block_and_spawn_misfit, misfit), 128 + SIGSEGV);
}

static void spawn_bare_misfit(void *path)
{
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("misfit") };

	_exit(wait_for(sys_spawn_path(path, NULL, &args)));
}

static void execve_bare_misfit(void *path)
{
	_exit(wait_for(reference_spawn(path, ARGV("misfit"), NULL, NULL)));
}

/* A tracer is told of the signal, which it could keep away, both times. */
CHILD_TEST(the_same_sights_of_exec_that_fails_for_good)
{
	struct tracer spawn = { .options = FOLLOW }, reference = { .options = FOLLOW };
	char *misfit = make_misfit();

	check_eq(trace(&spawn, spawn_bare_misfit, misfit), 128 + SIGSEGV);
	check_eq(trace(&reference, execve_bare_misfit, misfit), 128 + SIGSEGV);
	check_str(story(&spawn, child_seen(&spawn)), story(&reference, child_seen(&reference)));
	check_eq(seen_times(&spawn, child_seen(&spawn), 0), 1);
}

/* At which stop the tracer says where to go on, and whether it stays. */
static struct {
	long number;
	enum way way;
	bool stays;
	int times;
} mislead;

static int mislead_at_stop(const struct seen *stop, int signal)
{
	struct user_regs_struct regs;

	if (stop->event || !stopped_in_call(stop->pid, mislead.number, mislead.way))
		return signal;
	mislead.times++;
	must(ptrace(PTRACE_GETREGS, stop->pid, 0, &regs));
	regs.rip = MAPPED + offsetof(struct misfit, code);
	must(ptrace(PTRACE_SETREGS, stop->pid, 0, &regs));
	if (!mislead.stays)
		must(ptrace(PTRACE_DETACH, stop->pid, 0, 0));
	return 0;
}

/* The end of a child that the tracer misleads. */
static int end_of_misled(void (*function)(void *), long number, enum way way, bool stays)
{
	struct tracer tracer = { .options = PTRACE_O_TRACEVFORK | PTRACE_O_TRACESYSGOOD |
					    PTRACE_O_EXITKILL,
				 .request = PTRACE_SYSCALL,
				 .at_stop = mislead_at_stop };
	int status;

	mislead = (typeof(mislead)){ number, way, stays, 0 };
	status = trace(&tracer, function, make_misfit());
	check_eq(mislead.times, 1);
	return status;
}

CHILD_TEST(misled_in_an_action)
{
	check_eq(end_of_misled(spawn_misfit, SYS_dup3, ENTERS, false), 128 + SIGSEGV);
	check_eq(end_of_misled(spawn_misfit, SYS_dup3, LEAVES, false), 128 + SIGSEGV);
}

CHILD_TEST(misled_before_exec)
{
	check_eq(end_of_misled(spawn_misfit, SYS_execve, ENTERS, false), 128 + SIGSEGV);
}

CHILD_TEST(misled_behind_exec)
{
	check_eq(end_of_misled(spawn_misfit, SYS_execve, LEAVES, false), 128 + SIGSEGV);
}

CHILD_TEST(misled_with_signals_blocked_by_the_caller)
{
	check_eq(end_of_misled(block_and_spawn_misfit, SYS_execve, ENTERS, false), 128 + SIGSEGV);
	check_eq(end_of_misled(block_and_spawn_misfit, SYS_execve, LEAVES, false), 128 + SIGSEGV);
}

/* It lets the signal pass: one that kept it away could do so after execve(2), too. */
CHILD_TEST(misled_by_a_tracer_that_stays)
{
	check_eq(end_of_misled(spawn_misfit, SYS_execve, ENTERS, true), 128 + SIGSEGV);
	check_eq(end_of_misled(spawn_misfit, SYS_execve, LEAVES, true), 128 + SIGSEGV);
}

/* --- tools --- */

/* Runs a shell command line: its exit status. */
static int run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static char *strace(const char *command, int status)
{
	char *log = in_scratch_new("strace");

	check_eq(run(text("timeout -k 1 100 strace -f -o %s %s", log, command)), status);
	return read_whole(log, NULL);
}

static void strace_follows(void)
{
	char *out = in_scratch_new("out"), *log;

	log = strace(text("outspawn run --stdout %s -- /bin/echo hello world", out), 0);
	check_str(read_whole(out, NULL), "hello world\n");
	/* The child's steps as well as its program's calls. */
	check(strstr(log, "openat"));
	/* The library lends memory for the path. */
	check(strstr(log, "execve(\"/bin/echo\", [\"/bin/echo\", \"hello\""));
	check(!strstr(log, "execve(NULL"));
	check(strstr(log, "write(1, \"hello world\\n\", 12) "));
	check(strstr(log, "+++ exited with 0 +++"));
}

static void strace_of_an_exit_status(void)
{
	char *log = strace("outspawn run -- /bin/sh -c 'exit 7'", 7);

	check(strstr(log, "exit_group(7)"));
	check(strstr(log, "+++ exited with 7 +++"));
}

static void strace_of_several(void)
{
	char *log = strace("outspawn run -n 3 -- /bin/true", 0), *at = log;
	int ends = 0;

	while ((at = strstr(at, "+++ exited with 0 +++"))) {
		ends++;
		at++;
	}
	check_eq(ends, 4);
}

static void strace_of_a_failure(void)
{
	char *log = strace("outspawn run --stdin /nowhere -- /bin/true 2>/dev/null", 125);

	check(strstr(log, "+++ exited with 127 +++"));
	check(strstr(log, "+++ exited with 125 +++"));
}

/* It shows the vfork that the child comes from, and nothing of the child. */
static void strace_that_does_not_follow(void)
{
	char *log = in_scratch_new("strace"), *out = in_scratch_new("out");

	check_eq(run(text("timeout -k 1 100 strace -o %s outspawn run --stdout %s -- "
			  "/bin/echo hello world",
			  log, out)),
		 0);
	check_str(read_whole(out, NULL), "hello world\n");
	log = read_whole(log, NULL);
	check(strstr(log, "vfork()"));
	check(!strstr(log, "/bin/echo\", [\"/bin/echo\""));
	check(strstr(log, "+++ exited with 0 +++"));
}

static void gdb(const char *commands, const char *wanted)
{
	char *log = in_scratch_new("gdb");
	int status;

	status = run(text("timeout -k 1 100 gdb -nx -q -batch -ex 'set startup-with-shell off' "
			  "-ex 'set auto-solib-add off' %s --args outspawn run -- %s exit 5 "
			  ">%s 2>&1 </dev/null",
			  commands, PROBE, log));
	if (status || !strstr(read_whole(log, NULL), wanted))
		check_failed(__FILE__, __LINE__, "gdb's status is %d, and it says\n%s", status,
			     read_whole(log, NULL));
}

/* It lets go of the child, as it does by default. */
static void gdb_runs_a_spawner(void)
{
	gdb("-ex run", "exited with code 05]");
}

static void gdb_follows_the_child(void)
{
	gdb("-ex 'set follow-fork-mode child' -ex 'catch exec' -ex run -ex continue",
	    "exited with code 05]");
}

/* --- trace events --- */

static void tracing_write(const char *file, const char *word)
{
	int fd = must(open(text(TRACING "/%s", file), O_WRONLY | O_TRUNC | O_CLOEXEC));

	must(write(fd, word, strlen(word)));
	close(fd);
}

static void begin_tracing(void)
{
	if (mkdir(TRACING, 0700) < 0)
		check_eq(errno, EEXIST);
	tracing_write("events/sched/sched_process_fork/enable", "1");
	tracing_write("events/sched/sched_process_exec/enable", "1");
	tracing_write("events/sched/sched_process_exit/enable", "1");
	tracing_write("tracing_on", "1");
}

static char *end_tracing(void)
{
	char *data;

	tracing_write("tracing_on", "0");
	data = read_whole(TRACING "/trace", NULL);
	tracing_write("events/enable", "0");
	must(rmdir(TRACING));
	return data;
}

static int lines_with(const char *data, const char *one, const char *two)
{
	const char *line, *end;
	int count = 0;

	for (line = data; *line; line = end + 1) {
		end = strchrnul(line, '\n');
		count += memmem(line, end - line, one, strlen(one)) &&
			 memmem(line, end - line, two, strlen(two));
		if (!*end)
			break;
	}
	return count;
}

static void events_of_a_spawn(void)
{
	char *data;
	pid_t pid;

	begin_tracing();
	pid = try_spawn(probe, ARGV("probe", "exit", "0"));
	check_eq(wait_for(pid), 0);
	data = end_tracing();
	check_eq(lines_with(data, "sched_process_fork:", text("child_pid=%d", pid)), 1);
	check_eq(lines_with(data, text(" pid=%d ", getpid()), text("child_pid=%d", pid)), 1);
	check_eq(lines_with(data, text("sched_process_exec: filename=%s", PROBE),
			    text("pid=%d ", pid)),
		 1);
	check_eq(lines_with(data, "sched_process_exit:", text("pid=%d ", pid)), 1);
	check(strstr(data, "sched_process_fork") < strstr(data, "sched_process_exec"));
}

static void events_of_a_failed_spawn(void)
{
	char *data;

	begin_tracing();
	in_child(fail_once, NULL);
	data = end_tracing();
	/* One is in_child()'s fork, the other is the failed spawn. */
	check_eq(lines_with(data, "sched_process_fork:", "child_pid="), 2);
	check_eq(lines_with(data, "sched_process_exec:", ""), 0);
	check_eq(lines_with(data, "sched_process_exit:", ""), 2);
}

SUITE("trace",
      T(tracer_sees_birth_exec_and_end),
      T(the_same_sights_as_of_vfork),
      T(the_same_sights_without_options),
      T(the_same_sights_with_vfork_alone),
      T(the_same_sights_with_fork_and_clone),
      T(the_same_sights_with_vfork_done_alone),
      T(tracer_sees_a_failed_spawn_end),
      T(failures_and_successes_in_turn),
      T(traced_by_traceme),
      T(seized_in_an_action),
      T(attached_in_an_action),
      T(attached_and_left_in_an_action),
      T(seized_and_killed_in_an_action),
      T(failing_child_traced_by_a_thread_of_its_caller),
      T(failing_child_interrupted_by_a_thread_of_its_caller),
      T(failing_child_traced_by_a_thread_that_ends),
      T(failing_child_traced_by_another_process),
      T(attached_at_any_moment),
      T(caller_interrupted_by_a_tracer),
      T(tracer_killed_during_a_spawn),
      T(vfork_is_shown_to_a_tracer_that_does_not_follow_it),
      T(a_failed_vfork_is_shown),
      T(a_bad_call_shows_no_vfork),
      T(no_vfork_is_shown_to_a_tracer_that_follows_it),
      T(a_vfork_that_the_tracer_leaves_out),
      T(a_vfork_that_the_tracer_changes),
      T(a_vfork_that_the_tracer_emulates),
      T(killed_at_a_stop_of_its_spawn),
      T(left_at_a_stop_of_its_spawn),
      T(signalled_at_a_stop_of_its_spawn),
      T(memory_that_a_tracer_rewrites_in_place_is_used),
      T(bad_strings_are_found_when_exec_is_entered),
      T(the_path_of_a_template_is_shown_in_lent_memory),
      T(each_path_of_a_search_is_shown_in_lent_memory),
      T(a_path_that_is_not_searched_for_is_shown_where_it_stands),
      T(a_path_that_a_tracer_rewrites_in_place_is_executed),
      T(a_templates_path_that_a_tracer_rewrites_is_refused),
      T(lent_memory_that_is_bad),
      T(lent_memory_is_left_alone),
      T(exec_that_fails_for_good),
      T(the_same_sights_of_exec_that_fails_for_good),
      T(misled_in_an_action),
      T(misled_before_exec),
      T(misled_behind_exec),
      T(misled_with_signals_blocked_by_the_caller),
      T(misled_by_a_tracer_that_stays),
      T(strace_follows),
      T(strace_of_an_exit_status),
      T(strace_of_several),
      T(strace_of_a_failure),
      T(strace_that_does_not_follow),
      T(gdb_runs_a_spawner),
      T(gdb_follows_the_child),
      T(events_of_a_spawn),
      T(events_of_a_failed_spawn));
