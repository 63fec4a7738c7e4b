// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_leak.c - posix_spawn(3) leaks descriptors to its children, outspawn does
 * not
 *
 * Until its exec, a child of fork has a copy of every descriptor of its parent.
 * Some of them are in use by another thread. So a program that was written and
 * closed cannot be executed (ETXTBSY, golang/go issue 22315). So a pipe stays
 * open after its only user closed it.
 *
 * The tests of callers that end show that a child keeps none of the caller's
 * descriptors that it was not given.
 *
 * ROUNDS in the environment sets the number of spawns that must not leak
 * (2000). Larger numbers need a larger SUITE_SECONDS.
 */
#include "common_process.h"

#include <elf.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/resource.h>

#define WRITERS 4

/* The smallest program: a header, one segment, a few bytes of code. */
struct tiny {
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	unsigned char code[16];
};

#define TINY_BASE 0x400000

static struct tiny tiny_program(const unsigned char *code, size_t size)
{
	struct tiny tiny = {
		.header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB,
					 EV_CURRENT },
			    .e_type = ET_EXEC,
			    .e_machine = EM_X86_64,
			    .e_version = EV_CURRENT,
			    .e_entry = TINY_BASE + offsetof(struct tiny, code),
			    .e_phoff = offsetof(struct tiny, segment),
			    .e_ehsize = sizeof(Elf64_Ehdr),
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = 1 },
		.segment = { .p_type = PT_LOAD,
			     .p_flags = PF_R | PF_X,
			     .p_vaddr = TINY_BASE,
			     .p_paddr = TINY_BASE,
			     .p_filesz = sizeof(struct tiny),
			     .p_memsz = sizeof(struct tiny),
			     .p_align = 4096 },
	};

	memcpy(tiny.code, code, size);
	return tiny;
}

/* exit(0) */
static const unsigned char exit_code[] = { 0x31, 0xff, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05 };
/* pause(), repeatedly */
static const unsigned char pause_code[] = { 0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7 };

static char *const no_environment[] = { NULL };
static char *const tiny_argv[] = { "tiny", NULL };

static int rounds(void)
{
	const char *text_of = getenv("ROUNDS");

	return text_of ? atoi(text_of) : 2000;
}

/* --- a program that was just written --- */

static int rounds_left, busy;
static bool with_outspawn;

static int next_round(void)
{
	return __atomic_fetch_sub(&rounds_left, 1, __ATOMIC_SEQ_CST);
}

static int execute_by_posix_spawn(const char *path, pid_t *pid)
{
	return posix_spawn(pid, path, NULL, NULL, tiny_argv, no_environment);
}

/*
 * CREATE and SPAWN both fail with ETXTBSY if another process has the file open
 * for writing.
 */
static int execute_by_outspawn(const char *path, pid_t *pid, unsigned int flags)
{
	int template = outspawn_template(device, path);

	if (template < 0)
		return -template;
	*pid = outspawn_spawn(template, tiny_argv, no_environment, NULL, flags, NULL, NULL);
	close(template);
	return *pid < 0 ? -*pid : 0;
}

/* Write a program, close it and execute it. No other thread has it open. */
static void write_and_execute(int number)
{
	struct tiny tiny = tiny_program(exit_code, sizeof(exit_code));
	char path[PATH_MAX + 64];
	int fd, error, status, round;
	pid_t pid = 0;

	snprintf(path, sizeof(path), "%s/written.%d.%d", scratch, with_outspawn, number);
	while ((round = next_round()) > 0) {
		fd = must(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755));
		check_eq(write(fd, &tiny, sizeof(tiny)), sizeof(tiny));
		must(close(fd));
		if (with_outspawn)
			error = execute_by_outspawn(path, &pid,
						    round % 2 ? OUTSPAWN_INHERIT_FDS : 0);
		else
			error = execute_by_posix_spawn(path, &pid);
		if (error == ETXTBSY) {
			__atomic_add_fetch(&busy, 1, __ATOMIC_SEQ_CST);
		} else {
			check_eq(error, 0);
			check_eq(waitpid(pid, &status, 0), pid);
			check_eq(status, 0);
		}
		must(unlink(path));
		/* For posix_spawn one ETXTBSY is enough. */
		if (!with_outspawn && busy)
			break;
	}
}

CHILD_TEST(written_and_executed_by_posix_spawn)
{
	with_outspawn = false;
	rounds_left = 10 * rounds();
	in_threads(WRITERS, write_and_execute);
	fprintf(stderr, "# posix_spawn: ETXTBSY after %d rounds\n", 10 * rounds() - rounds_left);
	check(busy > 0);
}

CHILD_TEST(written_and_executed_by_outspawn)
{
	with_outspawn = true;
	rounds_left = rounds();
	in_threads(WRITERS, write_and_execute);
	check_eq(busy, 0);
}

/* --- a pipe whose writer has closed it --- */

static bool close_on_exec; /* make_pipe() uses pipe2(O_CLOEXEC) */
static int pipes_made;
static int open_ends; /* how often the pipe still had a writer */
static int spawners_left;
static char *sleeper; /* path of a program that sleeps */
static int sleeper_template;

/* Start a program that has nothing to do with the pipes. */
static pid_t start_sleeper(void)
{
	pid_t pid;

	if (with_outspawn)
		pid = outspawn_spawn(sleeper_template, tiny_argv, no_environment, NULL, 0, NULL,
				     NULL);
	else
		check_eq(posix_spawn(&pid, sleeper, NULL, NULL, tiny_argv, no_environment), 0);
	check(pid > 0);
	return pid;
}

static void spawn_sleepers(void)
{
	while (next_round() > 0 && (with_outspawn || !open_ends)) {
		pid_t pid = start_sleeper();

		usleep(100);
		must(kill(pid, SIGKILL));
		check_eq(wait_for(pid), 128 + SIGKILL);
	}
	__atomic_sub_fetch(&spawners_left, 1, __ATOMIC_SEQ_CST);
}

/*
 * Make a pipe. Without pipe2(2), the ends are inheritable for a moment, as in
 * many programs.
 */
static void make_pipe(int ends[2])
{
	if (close_on_exec) {
		must(pipe2(ends, O_CLOEXEC));
		return;
	}
	must(pipe(ends));
	must(fcntl(ends[0], F_SETFD, FD_CLOEXEC));
	must(fcntl(ends[1], F_SETFD, FD_CLOEXEC));
}

/*
 * Only this thread has the pipe's end for writing. After it closed that end,
 * the reader must get POLLHUP.
 */
static void make_pipes(void)
{
	struct pollfd reader = { .events = POLLIN };
	int ends[2];

	while (__atomic_load_n(&spawners_left, __ATOMIC_SEQ_CST)) {
		make_pipe(ends);
		must(close(ends[1]));
		reader.fd = ends[0];
		check(poll(&reader, 1, 0) >= 0);
		if (!(reader.revents & POLLHUP))
			open_ends++;
		must(close(ends[0]));
		pipes_made++;
	}
}

static void sleepers_and_pipes(int number)
{
	if (number)
		spawn_sleepers();
	else
		make_pipes();
}

static void pipes_beside_spawns(bool outspawn, bool cloexec)
{
	struct tiny tiny = tiny_program(pause_code, sizeof(pause_code));

	sleeper = in_scratch_new("sleeper");
	write_whole(sleeper, &tiny, sizeof(tiny), 0755);
	with_outspawn = outspawn;
	close_on_exec = cloexec;
	if (outspawn)
		sleeper_template = template_of(sleeper);
	rounds_left = outspawn ? rounds() : 10 * rounds();
	spawners_left = 2;
	in_threads(3, sleepers_and_pipes);
	if (!outspawn)
		fprintf(stderr, "# posix_spawn: a pipe stayed open after %d spawns\n",
			10 * rounds() - rounds_left);
	else
		check(pipes_made > rounds() / 4);
}

CHILD_TEST(pipe_beside_posix_spawn)
{
	pipes_beside_spawns(false, false);
	check(open_ends > 0);
}

CHILD_TEST(pipe_beside_outspawn)
{
	pipes_beside_spawns(true, false);
	check_eq(open_ends, 0);
}

/* With close-on-exec, a child of fork holds the pipe until its exec. */
CHILD_TEST(close_on_exec_pipe_beside_posix_spawn)
{
	pipes_beside_spawns(false, true);
	check(open_ends > 0);
}

CHILD_TEST(close_on_exec_pipe_beside_outspawn)
{
	pipes_beside_spawns(true, true);
	check_eq(open_ends, 0);
}

/* A child that waits in an action does not hold the pipe either. */
CHILD_TEST(close_on_exec_pipe_beside_a_held_spawn)
{
	struct pollfd reader = { .events = POLLIN };
	struct held held = { 0 };
	int ends[2];

	must(pipe2(ends, O_CLOEXEC));
	hold(&held, template_of(PROBE));
	must(close(ends[1]));
	reader.fd = ends[0];
	check_eq(poll(&reader, 1, 0), 1);
	check(reader.revents & POLLHUP);
	check_eq(release(&held), held.child);
	check_eq(wait_for(held.child), 0);
	close(held.pidfd);
}

/* --- callers that end or execute before their child runs --- */

/* The numbers of many descriptors: more than a new table has room for. */
#define FIRST_OF_MANY 100
#define LAST_OF_MANY 299
/* The number at which the child gets the pipe. */
#define GIVEN 7

/*
 * A caller that starts an asynchronous child, then ends or executes a program.
 * The child's last action waits at a gate.
 */
struct leaver {
	uint64_t flags; /* besides ASYNC */
	bool many; /* the caller has many inheritable descriptors */
	bool give; /* an action gives the child the pipe's end for writing */
	const char *locked; /* the caller locks this file, if not NULL */
	bool executes; /* the caller executes a program that stays, instead of ending */
	struct gate gate;
	int ends[2];
	pid_t pid, child;
};

PROGRAM(stays)
{
	for (;;)
		pause();
	return 0;
}

/*
 * Keep the child from running before the caller sleeps or ends. The child
 * inherits the policy and the CPU, and SCHED_FIFO does not preempt for an equal
 * priority.
 */
static void run_before_children(void)
{
	struct sched_param lowest = { .sched_priority = 1 };
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	must(sched_setaffinity(0, sizeof(first), &first));
	must(sched_setscheduler(0, SCHED_FIFO, &lowest));
}

static void lock_file(const char *path)
{
	struct flock lock = { .l_type = F_WRLCK };

	must(fcntl(must(open(path, O_RDWR)), F_SETLK, &lock));
}

static void have_many_descriptors(void)
{
	int null = must(open("/dev/null", O_RDONLY | O_CLOEXEC)), i;

	for (i = FIRST_OF_MANY; i <= LAST_OF_MANY; i++)
		must(dup2(null, i));
	close(null);
}

static void spawn_and_leave(struct leaver *leaver)
{
	struct spawn_template_action actions[2] = { { .type = SPAWN_TEMPLATE_ACTION_DUP2,
						      .fd = leaver->ends[1],
						      .newfd = GIVEN } };
	struct spawn_template_spawn_args args = {
		.argv = (uintptr_t)ARGV("probe", "exit", "0"),
		.flags = SPAWN_TEMPLATE_SPAWN_ASYNC | leaver->flags,
		.actions = (uintptr_t)actions,
	};

	own_template();
	close(leaver->ends[0]);
	if (leaver->many)
		have_many_descriptors();
	if (leaver->locked)
		lock_file(leaver->locked);
	if (leaver->give)
		args.actions_len++;
	actions[args.actions_len++] = leaver->gate.action;
	/* Bring the program into the page cache: exec must not sleep. */
	read_whole(own_path(), NULL);
	run_before_children();
	if (sys_spawn(probe, &args) <= 0)
		_exit(1);
	if (!leaver->executes)
		_exit(0);
	execv(own_path(), ARGV("suite", "@stays"));
	_exit(1);
}

/*
 * Return when the caller has ended or executed, and its child waits at the
 * gate.
 */
static void leave(struct leaver *leaver)
{
	pid_t parent = getpid();

	must(pipe2(leaver->ends, O_CLOEXEC));
	gate_make(&leaver->gate, 9);
	leaver->pid = must(fork());
	if (!leaver->pid)
		spawn_and_leave(leaver);
	must(close(leaver->ends[1]));
	if (leaver->executes)
		parent = leaver->pid;
	else
		check_eq(wait_for(leaver->pid), 0);
	wait_until(children_of(parent, &leaver->child, 1) == 1 &&
		   process_state(leaver->child) == 'S');
	if (leaver->executes)
		wait_until(process_in_syscall(leaver->pid, SYS_pause));
}

static void end_leaver(struct leaver *leaver)
{
	int reader;

	if (leaver->executes) {
		must(kill(leaver->pid, SIGKILL));
		check_eq(wait_for(leaver->pid), 128 + SIGKILL);
	}
	reader = gate_open(&leaver->gate);
	check_eq(wait_for(leaver->child), 0);
	close(reader);
	must(close(leaver->ends[0]));
}

static bool has_writers(int reader)
{
	struct pollfd poll_of = { .fd = reader, .events = POLLIN };

	check(poll(&poll_of, 1, 0) >= 0);
	return !(poll_of.revents & POLLHUP);
}

/* Asynchronous children get one of three kinds of descriptor table. */
static const struct leaver tables[] = {
	{ .flags = 0 },
	{ .flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS },
	{ .flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS, .many = true },
};
#define TABLES (sizeof(tables) / sizeof(*tables))

static void pipe_of_leavers(bool executes, bool give)
{
	struct leaver leaver;
	size_t i;

	for (i = 0; i < TABLES; i++) {
		leaver = tables[i];
		leaver.executes = executes;
		leaver.give = give;
		leave(&leaver);
		check_eq(has_writers(leaver.ends[0]), give);
		end_leaver(&leaver);
	}
}

CHILD_TEST(close_on_exec_pipe_of_a_caller_that_ended)
{
	pipe_of_leavers(false, false);
}

CHILD_TEST(close_on_exec_pipe_of_a_caller_that_executed)
{
	pipe_of_leavers(true, false);
}

/*
 * These arguments take longer to read than the test takes to find and kill the
 * child.
 */
#define LONG_ARGUMENTS 50000

static void spawn_and_be_killed(struct leaver *leaver)
{
	static char *argv[LONG_ARGUMENTS + 1];
	struct spawn_template_spawn_args args[2] = {
		{ .argv = (uintptr_t)ARGV("probe", "exit", "0"),
		  .flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS },
		{ .argv = (uintptr_t)argv },
	};
	struct spawn_template_batch_entry entries[2] = {
		{ .args_size = sizeof(args[0]), .args = (uintptr_t)&args[0] },
		{ .args_size = sizeof(args[1]), .args = (uintptr_t)&args[1] },
	};
	int i;

	own_template();
	entries[0].tmpl = probe;
	entries[1].tmpl = probe;
	for (i = 0; i < LONG_ARGUMENTS; i++)
		argv[i] = "an argument";
	close(leaver->ends[0]);
	have_many_descriptors();
	gate_only(&leaver->gate, &args[0]);
	run_before_children();
	sys_batch(entries, 2);
	_exit(0);
}

/*
 * A caller that is killed after it made its child and before the child runs. At
 * the kill the caller reads the arguments of the batch's second entry. The
 * child inherits more descriptors than a new table has room for.
 */
CHILD_TEST(close_on_exec_pipe_of_a_caller_that_was_killed)
{
	struct leaver leaver = { .many = true };

	must(pipe2(leaver.ends, O_CLOEXEC));
	gate_make(&leaver.gate, 9);
	leaver.pid = must(fork());
	if (!leaver.pid)
		spawn_and_be_killed(&leaver);
	must(close(leaver.ends[1]));
	while (children_of(leaver.pid, &leaver.child, 1) != 1)
		;
	must(kill(leaver.pid, SIGKILL));
	check_eq(wait_for(leaver.pid), 128 + SIGKILL);
	wait_for_state(leaver.child, "S");
	check(!has_writers(leaver.ends[0]));
	end_leaver(&leaver);
}

/*
 * The counterpart: a descriptor that the child was given stays open with the
 * child.
 */
CHILD_TEST(given_pipe_of_a_caller_that_ended)
{
	pipe_of_leavers(false, true);
}

static pid_t holder_of_lock(const char *path)
{
	struct flock lock = { .l_type = F_WRLCK };
	int fd = must(open(path, O_RDWR | O_CLOEXEC));

	must(fcntl(fd, F_GETLK, &lock));
	close(fd);
	return lock.l_type == F_UNLCK ? 0 : lock.l_pid;
}

/*
 * A process keeps its locks over exec if it shares its descriptor table with no
 * other process.
 */
CHILD_TEST(lock_of_a_caller_that_executed)
{
	struct leaver leaver;
	size_t i;

	write_text(in_scratch("lock"), "");
	for (i = 0; i < TABLES; i++) {
		leaver = tables[i];
		leaver.executes = true;
		leaver.locked = in_scratch("lock");
		leave(&leaver);
		check_eq(holder_of_lock(leaver.locked), leaver.pid);
		end_leaver(&leaver);
	}
}

/* The counterpart: the lock ends with the caller, though the child lives on. */
CHILD_TEST(lock_of_a_caller_that_ended)
{
	struct leaver leaver;
	size_t i;

	write_text(in_scratch("lock"), "");
	for (i = 0; i < TABLES; i++) {
		leaver = tables[i];
		leaver.locked = in_scratch("lock");
		leave(&leaver);
		check_eq(holder_of_lock(leaver.locked), 0);
		end_leaver(&leaver);
	}
}

SUITE("leak",
      T(written_and_executed_by_posix_spawn),
      T(written_and_executed_by_outspawn),
      T(pipe_beside_posix_spawn),
      T(pipe_beside_outspawn),
      T(close_on_exec_pipe_beside_posix_spawn),
      T(close_on_exec_pipe_beside_outspawn),
      T(close_on_exec_pipe_beside_a_held_spawn),
      T(close_on_exec_pipe_of_a_caller_that_ended),
      T(close_on_exec_pipe_of_a_caller_that_executed),
      T(close_on_exec_pipe_of_a_caller_that_was_killed),
      T(given_pipe_of_a_caller_that_ended),
      T(lock_of_a_caller_that_executed),
      T(lock_of_a_caller_that_ended));
