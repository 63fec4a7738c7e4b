// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_leak.c - the leak that fork has, shown with posix_spawn(3) and absent here
 *
 * A child of fork holds, until its exec, a copy of every descriptor of its
 * parent: also of those that another thread is just using. So an executable
 * that was written and closed cannot be executed (ETXTBSY; golang/go issue
 * 22315), and the end of a pipe stays open when its only user has closed it.
 *
 * ROUNDS in the environment says how many spawns are to do no harm (2000); many
 * need more SUITE_SECONDS, too.
 */
#include "common_process.h"

#include <elf.h>
#include <poll.h>
#include <spawn.h>

#define WRITERS 4

/* The smallest program: one segment, one header, a few bytes of code. */
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
/* pause(), again and again */
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

/* Both making the template and the spawn could meet somebody who still writes. */
static int execute_by_outspawn(const char *path, pid_t *pid, unsigned int flags)
{
	int template = outspawn_template(device, path);

	if (template < 0)
		return -template;
	*pid = outspawn_spawn(template, tiny_argv, no_environment, NULL, flags, NULL, NULL);
	close(template);
	return *pid < 0 ? -*pid : 0;
}

/* Runs a file that nobody has ever written to but itself, and that it has closed. */
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
		/* Once is enough to show it. */
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

static bool close_on_exec; /* is the pipe made so, in one step? */
static int pipes_made;
static int open_ends; /* how often the pipe was still open for writing */
static int spawners_left;
static char *sleeper; /* a program that sleeps */
static int sleeper_template;

/* Somebody's child; it lives a little while, and has nothing to do with pipes. */
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

/* As many programs do that know of close-on-exec, but not of pipe2(2). */
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

/* Nobody else was given the pipe: once closed here, its reader sees the end. */
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

/* With close-on-exec the child holds it from fork to exec only. */
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

/* And not by a child that is held in the middle of its set-up. */
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

SUITE("leak",
      T(written_and_executed_by_posix_spawn),
      T(written_and_executed_by_outspawn),
      T(pipe_beside_posix_spawn),
      T(pipe_beside_outspawn),
      T(close_on_exec_pipe_beside_posix_spawn),
      T(close_on_exec_pipe_beside_outspawn),
      T(close_on_exec_pipe_beside_a_held_spawn));
