// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_fds.c - all descriptors of the child
 */
#include "common.h"

#include <sys/resource.h>
#include <sys/socket.h>

#define MANY 20000

static char *fds_of_default(void)
{
	return facts_of(&(struct request){ .template = probe, .sections = { "fds" } });
}

static char *fds_of_inherit(void)
{
	return facts_of(&(struct request){ .template = probe,
					   .flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS,
					   .sections = { "fds" } });
}

/* Return the descriptors that execve keeps: all without close-on-exec. */
static char *fds_of_execve(void)
{
	return reference_facts(PROBE, NULL, (const char *const[8]){ "fds" });
}

static char *stdio(void)
{
	return text("%s%s%s", fd_line(0, 0), fd_line(1, 1), fd_line(2, 2));
}

static void stdio_and_nothing_else(void)
{
	int open_one = must(open("/dev/null", O_RDONLY));

	check_str(fds_of_default(), stdio());
	close(open_one);
}

static void inherit_is_as_execve(void)
{
	check_str(fds_of_inherit(), fds_of_execve());
}

static void inherit_leaves_out_cloexec(void)
{
	int kept = must(open("/dev/null", O_RDONLY));
	int closed = must(open("/dev/null", O_RDONLY | O_CLOEXEC));
	int kept_too = must(open("/dev/zero", O_RDONLY));

	check_str(fds_of_inherit(),
		  text("%s%s%s", stdio(), fd_line(kept, kept), fd_line(kept_too, kept_too)));
	check_str(fds_of_inherit(), fds_of_execve());
	must(fcntl(closed, F_SETFD, 0));
	check(fact(fds_of_inherit(), text("fd.%d", closed)));
	check_str(fds_of_inherit(), fds_of_execve());
	close(kept);
	close(closed);
	close(kept_too);
}

/*
 * Make 0, 1 and 2 close-on-exec in a forked child. Its checks still need
 * stderr.
 */
static void cloexec_stdio(void *unused)
{
	(void)unused;
	probe = template_of(PROBE);
	must(fcntl(0, F_SETFD, FD_CLOEXEC));
	check_str(fds_of_default(), text("%s%s", fd_line(1, 1), fd_line(2, 2)));
	check_str(fds_of_inherit(), text("%s%s", fd_line(1, 1), fd_line(2, 2)));
	must(fcntl(1, F_SETFD, FD_CLOEXEC));
	must(fcntl(2, F_SETFD, FD_CLOEXEC));
	check_str(fds_of_default(), "");
	check_str(fds_of_inherit(), "");
	check_eq(must(fcntl(0, F_GETFD)), FD_CLOEXEC);
	must(fcntl(0, F_SETFD, 0));
	check_str(fds_of_default(), fd_line(0, 0));
}

static void stdio_with_cloexec_is_not_inherited(void)
{
	in_child(cloexec_stdio, NULL);
}

static void closed_stdio(void *unused)
{
	int saved = must(fcntl(2, F_DUPFD_CLOEXEC, 50));

	(void)unused;
	probe = template_of(PROBE);
	close(0);
	check_str(fds_of_default(), text("%s%s", fd_line(1, 1), fd_line(2, 2)));
	check_str(fds_of_default(), fds_of_execve());
	close(1);
	close(2);
	if (*fds_of_default() || *fds_of_inherit() || *fds_of_execve()) {
		dup2(saved, 2);
		check(!"the child has no descriptor");
	}
	dup2(saved, 2);
	check_str(fds_of_default(), fd_line(2, 2));
}

static void closed_stdio_stays_closed(void)
{
	in_child(closed_stdio, NULL);
}

/* The number that exec uses must be closed again, whichever number was free. */
static void no_number_is_left_by_exec(void)
{
	struct outspawn_actions actions;

	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_close_range(&actions, 0, ~0U, 0), 0);
	check_str(facts_of(&(struct request){ .template = probe, .actions = &actions,
					      .sections = { "fds" } }),
		  "");
	check_eq(outspawn_actions_dup2(&actions, 1, 1), 0);
	outspawn_actions_destroy(&actions);
}

static void sparse_numbers(void)
{
	struct rlimit limit, wide = { 1 << 17, 1 << 17 };
	static const int numbers[] = { 63, 64, 255, 256, 1000, 1023, 1024, 60000, 65536 };
	char *expected = stdio();
	size_t i;

	must(getrlimit(RLIMIT_NOFILE, &limit));
	wide.rlim_max = limit.rlim_max;
	must(setrlimit(RLIMIT_NOFILE, &wide));
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		check_eq(must(dup2(i % 2 ? 0 : 1, numbers[i])), numbers[i]);
		expected = text("%s%s", expected, fd_line(numbers[i], numbers[i]));
	}
	check_str(fds_of_inherit(), expected);
	check_str(fds_of_execve(), expected);
	check_str(fds_of_default(), stdio());
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		close(numbers[i]);
	must(setrlimit(RLIMIT_NOFILE, &limit));
}

static void limit_below_what_is_open(void *unused)
{
	struct rlimit limit = { 10, 10 };
	char *expected;

	(void)unused;
	probe = template_of(PROBE);
	must(dup2(0, 500));
	must(dup2(1, 700));
	must(fcntl(700, F_SETFD, FD_CLOEXEC));
	expected = text("%s%s", stdio(), fd_line(500, 500));
	must(setrlimit(RLIMIT_NOFILE, &limit));
	check_str(fds_of_execve(), expected);
	check_str(fds_of_inherit(), expected);
	check_str(fds_of_default(), stdio());
}

static void lowered_limit_closes_nothing(void)
{
	in_child(limit_below_what_is_open, NULL);
}

static void limit_of_zero(void *unused)
{
	struct rlimit limit = { 0, 0 };
	pid_t pid;

	(void)unused;
	probe = template_of(PROBE);
	must(setrlimit(RLIMIT_NOFILE, &limit));
	/* Fork and exec need no free number, either. */
	check_eq(wait_for(reference_spawn(PROBE, ARGV("probe", "exit", "6"), NULL, NULL)), 6);
	pid = try_spawn(probe, ARGV("probe", "exit", "6"));
	check_eq(wait_for(pid), 6);
}

static void limit_of_zero_descriptors(void)
{
	in_child(limit_of_zero, NULL);
}

static int count_of_child(unsigned int flags)
{
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "count-fds"),
						  .flags = flags };
	char data[32] = "";
	int ends[2], saved = must(fcntl(1, F_DUPFD_CLOEXEC, 100));
	pid_t pid;

	must(pipe2(ends, O_CLOEXEC));
	fflush(stdout);
	must(dup2(ends[1], 1));
	pid = sys_spawn(probe, &args);
	must(dup2(saved, 1));
	close(saved);
	close(ends[1]);
	check_eq(wait_for(pid), 0);
	check(read(ends[0], data, sizeof(data) - 1) > 0);
	close(ends[0]);
	return atoi(data);
}

static void twenty_thousand(void)
{
	struct rlimit limit, wide = { MANY + 1000, 0 };
	int base = count_of_child(SPAWN_TEMPLATE_SPAWN_INHERIT_FDS), first = 0, i;

	must(getrlimit(RLIMIT_NOFILE, &limit));
	wide.rlim_max = limit.rlim_max;
	must(setrlimit(RLIMIT_NOFILE, &wide));
	for (i = 0; i < MANY; i++) {
		int fd = dup(0);

		check(fd >= 0);
		if (!i)
			first = fd;
		/* Every tenth descriptor is close-on-exec. */
		if (i % 10 == 0)
			must(fcntl(fd, F_SETFD, FD_CLOEXEC));
	}
	check_eq(count_of_child(0), 3);
	check_eq(count_of_child(SPAWN_TEMPLATE_SPAWN_INHERIT_FDS), base + MANY - MANY / 10);
	must(syscall(SYS_close_range, first, first + MANY - 1, 0));
	must(setrlimit(RLIMIT_NOFILE, &limit));
}

/* As after fork, the child shares the open file description and its offset. */
static void offsets_are_shared(void)
{
	char *path = in_scratch_new("shared");
	int fd = must(open(path, O_RDWR | O_CREAT, 0644));
	struct spawn_template_spawn_args args = {
		.argv = (uintptr_t)ARGV("probe", "write", text("%d", fd), "from the child"),
		.flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS
	};

	check_eq(write(fd, "before ", 7), 7);
	check_eq(wait_for(sys_spawn(probe, &args)), 0);
	check_eq(lseek(fd, 0, SEEK_CUR), 22);
	check_eq(write(fd, "after", 5), 5);
	check_str(read_whole(path, NULL), "before from the child\nafter");
	close(fd);
}

static void status_flags_are_shared(void)
{
	int fd = must(open("/dev/zero", O_RDWR | O_NONBLOCK | O_APPEND));
	int path_fd = must(open("/", O_PATH));

	check_str(facts_with(fds_of_inherit(), text("fd.%d=", fd)), fd_line(fd, fd));
	check_str(facts_with(fds_of_inherit(), text("fd.%d=", path_fd)),
		  fd_line(path_fd, path_fd));
	close(fd);
	close(path_fd);
}

static void kinds_of_descriptors(void)
{
	int pipes[2], sockets[2];

	must(pipe(pipes));
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	check_str(fds_of_inherit(), fds_of_execve());
	check_str(facts_with(fds_of_inherit(), text("fd.%d=", pipes[1])),
		  fd_line(pipes[1], pipes[1]));
	check_str(facts_with(fds_of_inherit(), text("fd.%d=", sockets[0])),
		  fd_line(sockets[0], sockets[0]));
	close(pipes[0]);
	close(pipes[1]);
	close(sockets[0]);
	close(sockets[1]);
}

static void inherit_with_actions(void)
{
	int a = must(open("/dev/null", O_RDONLY)), b = must(open("/dev/zero", O_RDONLY));
	int hidden = must(open("/dev/full", O_RDONLY | O_CLOEXEC));
	struct outspawn_actions actions;

	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_close(&actions, a), 0);
	check_eq(outspawn_actions_dup2(&actions, hidden, 0), 0);
	check_str(facts_of(&(struct request){ .template = probe,
					      .actions = &actions,
					      .flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS,
					      .sections = { "fds" } }),
		  text("%s%s%s%s", fd_line(0, hidden), fd_line(1, 1), fd_line(2, 2),
		       fd_line(b, b)));
	outspawn_actions_destroy(&actions);
	close(a);
	close(b);
	close(hidden);
}

/* No child has the pipe's write end, so the reader gets end of file at once. */
static void pipe_end_is_not_leaked(void)
{
	int ends[2];
	char byte;
	pid_t pid;

	must(pipe(ends));
	pid = try_spawn(probe, ARGV("probe", "block"));
	check(pid > 0);
	close(ends[1]);
	check_eq(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	must(kill(pid, SIGKILL));
	wait_for(pid);
}

/* The child inherits the write end, so the reader waits until the child ends. */
static void pipe_end_is_inherited(void)
{
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "block"),
						  .flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS };
	int ends[2];
	char byte;
	pid_t pid;

	must(pipe(ends));
	pid = sys_spawn(probe, &args);
	check(pid > 0);
	close(ends[1]);
	must(fcntl(ends[0], F_SETFL, O_NONBLOCK));
	check_eq(error_of(read(ends[0], &byte, 1)), EAGAIN);
	must(kill(pid, SIGKILL));
	wait_for(pid);
	check_eq(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}

/*
 * The child does not get the process's locks. It shares those of an open file
 * description.
 */
static void callers_table_is_untouched(void)
{
	int fd = must(open("/dev/null", O_RDONLY | O_CLOEXEC)), before = count_fds();
	struct outspawn_actions actions;

	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_close_range(&actions, 0, ~0U, 0), 0);
	check_eq(outspawn_actions_open(&actions, 0, "/dev/zero", O_RDWR, 0), 0);
	check_eq(outspawn_actions_dup2(&actions, 0, 1), 0);
	check_eq(outspawn_actions_dup2(&actions, 0, 77), 0);
	check_eq(wait_for(outspawn_spawn(probe, ARGV("probe", "exit", "0"), NULL, &actions, 0,
					 NULL, NULL)),
		 0);
	check_eq(count_fds(), before);
	check(is_open(0) && is_open(1) && is_open(2) && is_open(fd) && !is_open(77));
	check_eq(must(fcntl(fd, F_GETFD)), FD_CLOEXEC);
	outspawn_actions_destroy(&actions);
	close(fd);
}

SUITE("fds",
      T(stdio_and_nothing_else),
      T(inherit_is_as_execve),
      T(inherit_leaves_out_cloexec),
      T(stdio_with_cloexec_is_not_inherited),
      T(closed_stdio_stays_closed),
      T(no_number_is_left_by_exec),
      T(sparse_numbers),
      T(lowered_limit_closes_nothing),
      T(limit_of_zero_descriptors),
      T(twenty_thousand),
      T(offsets_are_shared),
      T(status_flags_are_shared),
      T(kinds_of_descriptors),
      T(inherit_with_actions),
      T(pipe_end_is_not_leaked),
      T(pipe_end_is_inherited),
      T(callers_table_is_untouched));
