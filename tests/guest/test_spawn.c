// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_spawn.c - SPAWN_TEMPLATE_IOC_SPAWN: the child, its arguments, its pid
 */
#include "common.h"

#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define STRING_MAX 131072 /* MAX_ARG_STRLEN: one string with its NUL */
#define PAGE 4096

static struct spawn_template_spawn_args plain_args(char *const argv[])
{
	return (struct spawn_template_spawn_args){ .argv = (uintptr_t)argv };
}

/* Spawn with a pipe as stdout and stderr. Returns the program's output. */
static char *output_of(char *const argv[], char *const envp[])
{
	struct outspawn_actions actions;
	char *result = text("%*s", 1 << 16, "");
	size_t used = 0;
	ssize_t got;
	int ends[2];
	pid_t pid;

	must(pipe2(ends, O_CLOEXEC));
	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_dup2(&actions, ends[1], STDOUT_FILENO), 0);
	check_eq(outspawn_actions_dup2(&actions, ends[1], STDERR_FILENO), 0);
	pid = outspawn_spawn(probe, argv, envp, &actions, 0, NULL, NULL);
	close(ends[1]);
	while ((got = read(ends[0], result + used, (1 << 16) - used)) > 0)
		used += got;
	result[used] = '\0';
	close(ends[0]);
	outspawn_actions_destroy(&actions);
	check_eq(wait_for(pid), 0);
	return result;
}

static void exit_status(void)
{
	check_eq(wait_for(try_spawn(probe, ARGV("probe", "exit", "0"))), 0);
	check_eq(wait_for(try_spawn(probe, ARGV("probe", "exit", "1"))), 1);
	check_eq(wait_for(try_spawn(probe, ARGV("probe", "exit", "255"))), 255);
}

static void death_by_signal(void)
{
	static const int signals[] = { SIGTERM, SIGKILL, SIGSEGV, SIGABRT, SIGPIPE };
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		check_eq(wait_for(try_spawn(probe, ARGV("probe", "kill", text("%d", signals[i])))),
			 128 + signals[i]);
}

static void signal_to_the_child(void)
{
	pid_t pid = try_spawn(probe, ARGV("probe", "block"));

	check(pid > 0);
	check_eq(waitpid(pid, NULL, WNOHANG), 0);
	must(kill(pid, SIGTERM));
	check_eq(wait_for(pid), 128 + SIGTERM);
}

static void stopped_and_continued(void)
{
	pid_t pid = try_spawn(probe, ARGV("probe", "block"));
	int status;

	check(pid > 0);
	must(kill(pid, SIGSTOP));
	check_eq(waitpid(pid, &status, WUNTRACED), pid);
	check(WIFSTOPPED(status));
	must(kill(pid, SIGCONT));
	check_eq(waitpid(pid, &status, WCONTINUED), pid);
	check(WIFCONTINUED(status));
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
}

static void output(void)
{
	check_str(output_of(ARGV("probe", "echo", "one", "", "three words here"), NULL),
		  "one\n\nthree words here\n");
	check_str(output_of(ARGV("probe", "complain", "loud"), NULL), "loud\n");
}

static void many_times(void)
{
	int i;

	for (i = 0; i < 100; i++)
		check_eq(wait_for(try_spawn(probe, ARGV("p", "exit", text("%d", i)))), i);
}

static void children_at_once(void)
{
	pid_t pids[32];
	int i, j;

	for (i = 0; i < 32; i++) {
		pids[i] = try_spawn(probe, ARGV("probe", "block"));
		check(pids[i] > 0);
		for (j = 0; j < i; j++)
			check(pids[j] != pids[i]);
	}
	check_eq(count_children(), 32);
	for (i = 0; i < 32; i++) {
		must(kill(pids[i], SIGKILL));
		check_eq(wait_for(pids[i]), 128 + SIGKILL);
	}
}

static void pid_is_the_childs(void)
{
	pid_t pid = try_spawn(probe, ARGV("probe", "block"));
	char *stat;

	check(pid > 0);
	stat = read_whole(text("/proc/%d/stat", pid), NULL);
	check_eq(atoi(stat), pid);
	check_eq(atoi(strrchr(stat, ')') + 4), getpid());
	must(kill(pid, SIGKILL));
	wait_for(pid);
}

/*
 * The call returns when exec_mmap() drops the caller's mm, as vfork(2) does. A
 * moment later /proc shows the program.
 */
static void proc_soon_shows_the_program(void)
{
	pid_t pid = try_spawn(probe, ARGV("argument zero", "block"));
	char *cmdline = "", *path;
	int i;

	check(pid > 0);
	path = text("/proc/%d/cmdline", pid);
	for (i = 0; i < 500 && strcmp(cmdline, "argument zero"); i++) {
		next_tick();
		cmdline = read_whole(path, NULL);
	}
	check_str(cmdline, "argument zero");
	check_str(read_whole(text("/proc/%d/comm", pid), NULL), "probe\n");
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
}

/* The caller may overwrite its memory once the call has returned. */
static void callers_strings_may_go_at_return(void)
{
	char verb[] = "exit", status[] = "42", *argv[] = { "probe", verb, status, NULL };
	pid_t pid;
	int i;

	for (i = 0; i < 20; i++) {
		strcpy(verb, "exit");
		strcpy(status, "42");
		pid = try_spawn(probe, argv);
		memset(verb, 'x', sizeof(verb) - 1);
		memset(status, '1', sizeof(status) - 1);
		check_eq(wait_for(pid), 42);
	}
}

/* --- arguments and environment --- */

static void arguments(void)
{
	char *facts = output_of(ARGV("another name", "facts", "/dev/stdout", "args"), NULL);

	check_str(fact(facts, "argc"), "4");
	check_str(fact(facts, "argv.0"), "another name");
	check_str(fact(facts, "argv.1"), "facts");
	check_str(fact(facts, "cmdline"),
		  "another name\\000facts\\000/dev/stdout\\000args\\000");
}

static void arguments_of_every_byte(void)
{
	char bytes[256];
	int i;

	for (i = 0; i < 255; i++)
		bytes[i] = (char)(i + 1);
	bytes[255] = '\0';
	check_str(output_of(ARGV("probe", "echo", bytes), NULL), text("%s\n", bytes));
}

/*
 * The program gets one empty string, as execve(2) has given it since Linux
 * 5.18.
 */
static void no_arguments(void)
{
	static char *const nothing[] = { NULL };
	char *facts = output_of(nothing, NULL);

	check_str(fact(facts, "argc"), "1");
	check_str(fact(facts, "argv.0"), "");
	check_str(fact(facts, "cmdline"), "\\000");
	facts = output_of(NULL, NULL);
	check_str(fact(facts, "argc"), "1");
	check_str(fact(facts, "argv.0"), "");
}

static void environment(void)
{
	char *facts = output_of(ARGV("probe", "facts", "/dev/stdout", "env"),
				ARGV("A=1", "no equals sign", "", "A=2", "PATH=/x"));

	check_str(fact(facts, "envc"), "5");
	check_str(fact(facts, "env.0"), "A=1");
	check_str(fact(facts, "env.1"), "no equals sign");
	check_str(fact(facts, "env.2"), "");
	check_str(fact(facts, "env.3"), "A=2");
	check_str(fact(facts, "env.4"), "PATH=/x");
	check_str(fact(facts, "environ"),
		  "A=1\\000no equals sign\\000\\000A=2\\000PATH=/x\\000");
}

static void no_environment(void)
{
	static char *const nothing[] = { NULL };
	char *facts = output_of(ARGV("probe", "facts", "/dev/stdout", "env"), NULL);

	check_str(fact(facts, "envc"), "0");
	check_str(fact(facts, "environ"), "");
	facts = output_of(ARGV("probe", "facts", "/dev/stdout", "env"), nothing);
	check_str(fact(facts, "envc"), "0");
}

/* comm, exe and AT_EXECFN come from the template, not from argv[0]. */
static void argument_zero_changes_no_name(void)
{
	char *facts = output_of(ARGV("-sh", "facts", "/dev/stdout", "exec"), NULL);

	check_str(fact(facts, "comm"), "probe");
	check_str(fact(facts, "exe"), PROBE);
	check_str(fact(facts, "execfn"), PROBE);
}

/* Return the sum that probe prints of these strings after execve(2). */
static char *reference_sum(char *const argv[], char *const envp[])
{
	char *file = in_scratch("sum");
	int fd = must(open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
	pid_t pid = fork();

	if (!pid) {
		dup2(fd, STDOUT_FILENO);
		execve(PROBE, argv, envp);
		_exit(127);
	}
	close(fd);
	check_eq(wait_for(pid), 0);
	return read_whole(file, NULL);
}

static char **many_strings(size_t count, size_t length)
{
	char **list = calloc(count + 3, sizeof(*list));
	size_t i;

	if (!list)
		abort();
	list[0] = "probe";
	list[1] = "sum";
	for (i = 2; i < count + 2; i++)
		list[i] = text("%0*zu", (int)length, i);
	return list;
}

static void a_mebibyte_of_arguments(void)
{
	static char *const nothing[] = { NULL };
	char **argv = many_strings(1024, 1023);

	check_str(output_of(argv, nothing), reference_sum(argv, nothing));
	free(argv);
}

static void a_mebibyte_of_environment(void)
{
	char **envp = many_strings(1024, 1023);

	check_str(output_of(ARGV("probe", "sum"), envp), reference_sum(ARGV("probe", "sum"), envp));
	free(envp);
}

static void many_short_arguments(void)
{
	static char *const nothing[] = { NULL };
	char **argv = many_strings(3000, 1);

	check_str(output_of(argv, nothing), reference_sum(argv, nothing));
	free(argv);
}

static void check_sum(char *const argv[], char *const envp[])
{
	check_str(output_of(argv, envp), reference_sum(argv, envp));
}

static char *string_of(size_t length, int byte)
{
	char *string = malloc(length + 1);

	if (!string)
		abort();
	memset(string, byte, length);
	string[length] = '\0';
	return string;
}

/* Strings that end near the end of a page of the new stack. */
static void strings_around_the_end_of_a_page(void)
{
	int size;

	for (size = PAGE - 160; size < PAGE + 16; size++) {
		char *string = string_of(size, 'a' + size % 26);

		check_sum(ARGV("probe", "sum", string, "", "z"), ARGV("A=1"));
		if (size % 4 == 0)
			check_sum(ARGV("probe", "sum"), ARGV("A=1", string, "B="));
		free(string);
	}
}

/* Strings that fill a buffer, so that a larger one is needed. */
static void strings_around_powers_of_two(void)
{
	int size, more;

	for (size = 128; size <= 1 << 16; size *= 2) {
		for (more = -14; more <= 2; more++) {
			char *string = string_of(size + more, 'a' + size % 26);

			check_sum(ARGV("probe", "sum", string, "z"), ARGV(string, "A=1", string));
			free(string);
		}
	}
}

/* A string in memory that a thread fills when the call reads it. */
struct late {
	int uffd;
	char *page;
	char *word; /* changed before the memory is filled */
};

static void *fill_late(void *argument)
{
	static char filling[PAGE] __attribute__((aligned(PAGE))) = "late";
	const struct late *late = argument;
	struct uffdio_copy copy = { .dst = (uintptr_t)late->page,
				    .src = (uintptr_t)filling,
				    .len = PAGE };
	struct uffd_msg message;

	check_eq(read(late->uffd, &message, sizeof(message)), sizeof(message));
	check_eq(message.event, UFFD_EVENT_PAGEFAULT);
	strcpy(late->word, "7");
	must(ioctl(late->uffd, UFFDIO_COPY, &copy));
	return NULL;
}

/*
 * Spawn "exit WORD" with the late string at argv[at]. Returns the exit status.
 */
static int exit_with_late(char *argv[], char *word, int at)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct late late = { .word = word };
	pthread_t thread;
	int status;

	strcpy(word, "0");
	late.uffd = must(syscall(SYS_userfaultfd, O_CLOEXEC));
	must(ioctl(late.uffd, UFFDIO_API, &api));
	late.page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(late.page != MAP_FAILED);
	area.range.start = (uintptr_t)late.page;
	area.range.len = PAGE;
	must(ioctl(late.uffd, UFFDIO_REGISTER, &area));
	argv[at] = late.page;
	check_eq(pthread_create(&thread, NULL, fill_late, &late), 0);
	status = wait_for(try_spawn(probe, argv));
	check_eq(pthread_join(thread, NULL), 0);
	munmap(late.page, PAGE);
	close(late.uffd);
	return status;
}

/*
 * If a string changes after the call has read it, the program gets the old
 * string. If the string changes before that, the program gets the new one.
 */
static void strings_are_read_once(void)
{
	char word[8];
	char *read_before[] = { "probe", "exit", word, NULL, NULL };
	char *read_after[] = { NULL, "exit", word, NULL };

	check_eq(exit_with_late(read_before, word, 3), 0);
	check_eq(exit_with_late(read_after, word, 0), 7);
}

static void longest_string(void)
{
	char *string = malloc(STRING_MAX + 1);

	memset(string, 'x', STRING_MAX);
	string[STRING_MAX - 1] = '\0';
	check_eq(wait_for(try_spawn(probe, ARGV("probe", "exit", "0", string))), 0);
	string[STRING_MAX - 1] = 'x';
	string[STRING_MAX] = '\0';
	check_eq(try_spawn(probe, ARGV("probe", "exit", "0", string)), -E2BIG);
	check_eq(outspawn_spawn(probe, ARGV("probe", "exit", "0"), ARGV(string), NULL, 0, NULL,
				NULL),
		 -E2BIG);
	string[STRING_MAX - 1] = '\0';
	check_eq(wait_for(outspawn_spawn(probe, ARGV("probe", "exit", "0"), ARGV(string), NULL, 0,
					 NULL, NULL)),
		 0);
	free(string);
}

static int execve_error(char *const argv[], char *const envp[])
{
	volatile int error = 0;
	pid_t pid = vfork();

	if (!pid) {
		execve(PROBE, argv, envp);
		error = errno;
		_exit(0);
	}
	check_eq(wait_for(pid), 0);
	return error;
}

/* RLIMIT_STACK limits the strings exactly as it does for execve(2). */
static void total_limit(void *unused)
{
	static char *const nothing[] = { NULL };
	struct rlimit limit = { 1 << 20, 1 << 20 };
	size_t count, accepted = 0;
	char **argv;

	(void)unused;
	probe = template_of(PROBE);
	must(setrlimit(RLIMIT_STACK, &limit));
	for (count = 200; count <= 300; count += 10) {
		int error;

		argv = many_strings(count, 1023);
		argv[1] = "exit";
		argv[2] = "0";
		error = execve_error(argv, nothing);
		accepted += !error;
		if (error)
			check_eq(try_spawn(probe, argv), -error);
		else
			check_eq(wait_for(try_spawn(probe, argv)), 0);
		free(argv);
	}
	check(accepted > 0 && accepted < 11);
}

static void total_of_strings_is_limited_as_by_execve(void)
{
	in_child(total_limit, NULL);
}

/*
 * Find the longest environment that execve takes, to the byte. A spawn must
 * take it and no more.
 */
static void last_byte(void *unused)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };
	char *string = string_of(STRING_MAX - 1, 'x'), *last = string_of(STRING_MAX - 1, 'x');
	char *const *argv = ARGV("probe", "exit", "0"), *const *envp = ARGV(string, last);
	size_t least = 0, most = STRING_MAX - 1;

	(void)unused;
	probe = template_of(PROBE);
	must(setrlimit(RLIMIT_STACK, &limit));
	while (most - least > 1) {
		size_t middle = (least + most) / 2;

		last[middle] = '\0';
		if (execve_error(argv, envp))
			most = middle;
		else
			least = middle;
		last[middle] = 'x';
	}
	check(least && most < STRING_MAX - 1);
	last[least] = '\0';
	check_eq(wait_for(outspawn_spawn(probe, argv, envp, NULL, 0, NULL, NULL)), 0);
	last[least] = 'x';
	last[most] = '\0';
	check_eq(outspawn_spawn(probe, argv, envp, NULL, 0, NULL, NULL), -E2BIG);
}

static void total_of_strings_is_limited_to_the_byte(void)
{
	in_child(last_byte, NULL);
}

/* The call stops to copy the strings at the limit, before there is a child. */
static void total_above_the_modules_limit(void)
{
	struct spawn_template_info info = { 0 };
	struct outspawn_result result;
	size_t count;
	char **argv;

	check_eq(outspawn_info(device, &info), 0);
	check(info.max_strings >= 1 << 20);
	count = info.max_strings / 65536 + 2;
	argv = many_strings(count, 65535);
	check_eq(outspawn_spawn(probe, argv, NULL, NULL, 0, NULL, &result), -E2BIG);
	check_eq(result.stage, OUTSPAWN_STAGE_ARGS);
	free(argv);
	/* An empty string needs room for its pointer and its NUL. */
	count = info.max_strings / (sizeof(char *) + 1) + 2;
	argv = calloc(count + 1, sizeof(*argv));
	for (size_t i = 0; i < count; i++)
		argv[i] = "";
	check_eq(outspawn_spawn(probe, argv, NULL, NULL, 0, NULL, &result), -E2BIG);
	check_eq(result.stage, OUTSPAWN_STAGE_ARGS);
	free(argv);
}

/* --- the struct of the call --- */

static void unknown_spawn_flags(void)
{
	struct spawn_template_spawn_args args = plain_args(ARGV("probe", "exit", "0"));
	int bit;

	for (bit = 1; bit < 64; bit++) {
		if (bit >= 32 && bit <= 40) /* these bits are ASYNC to PDEATH_PROCESS */
			continue;
		args.flags = 1ULL << bit;
		check_eq(sys_spawn(probe, &args), -EINVAL);
	}
	args.flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS;
	check_eq(wait_for(sys_spawn(probe, &args)), 0);
}

static void nonzero_reserved(void)
{
	struct spawn_template_spawn_args args = plain_args(ARGV("probe", "exit", "0"));
	int i;

	for (i = 0; i < 4; i++) {
		args.reserved[i] = 1;
		check_eq(sys_spawn(probe, &args), -EINVAL);
		args.reserved[i] = 0;
	}
	check_eq(wait_for(sys_spawn(probe, &args)), 0);
}

static int spawn_sized(void *args, size_t size)
{
	int pid = ioctl(probe, _IOC(_IOC_WRITE, SPAWN_TEMPLATE_IOC_MAGIC, 1, size), args);

	return pid < 0 ? -errno : pid;
}

static void struct_sizes(void)
{
	struct {
		struct spawn_template_spawn_args args;
		char tail[128];
	} large = { .args = plain_args(ARGV("probe", "exit", "7")) };
	struct spawn_template_result result = { 0 };

	check_eq(spawn_sized(&large, SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0 - 1), -EINVAL);
	check_eq(spawn_sized(&large, 0), -EINVAL);
	check_eq(wait_for(spawn_sized(&large, sizeof(large))), 7);
	large.tail[127] = 1;
	check_eq(spawn_sized(&large, sizeof(large)), -E2BIG);
	check_eq(wait_for(spawn_sized(&large, sizeof(large.args))), 7);
	/* The RFC's struct ends before 'result': nothing is written there. */
	large.args.result = (uintptr_t)&result;
	check_eq(wait_for(spawn_sized(&large, SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0)), 7);
	check_eq(result.pid, 0);
}

static void result_of_success(void)
{
	struct spawn_template_result result = { 9, 9, 9, 9 };
	struct spawn_template_spawn_args args = plain_args(ARGV("probe", "exit", "0"));
	pid_t pid;

	args.result = (uintptr_t)&result;
	pid = sys_spawn(probe, &args);
	check(pid > 0);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_NONE);
	check_eq(result.action, -1);
	check_eq(result.error, 0);
	check_eq(result.pid, pid);
	check_eq(wait_for(pid), 0);
}

static void result_of_bad_arguments(void)
{
	struct spawn_template_result result = { 9, 9, 9, 9 };
	struct spawn_template_spawn_args args = plain_args(ARGV("probe", "exit", "0"));

	args.result = (uintptr_t)&result;
	args.flags = 1ULL << 62;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
	check_eq(result.action, -1);
	check_eq(result.error, EINVAL);
	check_eq(result.pid, 0);
}

static void not_a_template(void)
{
	check_eq(try_spawn(lowest_free_fd(), ARGV("probe", "exit", "0")), -EBADF);
	check_eq(try_spawn(device, ARGV("probe", "exit", "0")), -ENOTTY);
}

/* --- pidfds --- */

static pid_t spawn_with_pidfd(char *const argv[], int *pidfd)
{
	struct spawn_template_spawn_args args = plain_args(argv);

	*pidfd = -1;
	args.pidfd = (uintptr_t)pidfd;
	return sys_spawn(probe, &args);
}

static void pidfd_is_of_the_child(void)
{
	int pidfd, other;
	pid_t pid = spawn_with_pidfd(ARGV("probe", "block"), &pidfd);
	siginfo_t info = { 0 };
	char *lines;

	check(pid > 0);
	lines = read_whole(text("/proc/self/fdinfo/%d", pidfd), NULL);
	check(strstr(lines, text("Pid:\t%d\n", pid)));
	other = must(syscall(SYS_pidfd_open, pid, 0));
	close(other);
	must(syscall(SYS_pidfd_send_signal, pidfd, SIGUSR1, NULL, 0));
	must(waitid(P_PIDFD, pidfd, &info, WEXITED));
	check_eq(info.si_pid, pid);
	check_eq(info.si_code, CLD_KILLED);
	check_eq(info.si_status, SIGUSR1);
	close(pidfd);
}

static void pidfd_is_close_on_exec(void)
{
	int pidfd;
	pid_t pid = spawn_with_pidfd(ARGV("probe", "exit", "0"), &pidfd);

	check_eq(must(fcntl(pidfd, F_GETFD)), FD_CLOEXEC);
	check_eq(wait_for(pid), 0);
	close(pidfd);
}

static void pidfd_polls(void)
{
	struct pollfd poll_fd = { .events = POLLIN };
	pid_t pid = spawn_with_pidfd(ARGV("probe", "block"), &poll_fd.fd);

	check_eq(poll(&poll_fd, 1, 0), 0);
	must(kill(pid, SIGKILL));
	check_eq(poll(&poll_fd, 1, 20000), 1);
	check_eq(poll_fd.revents, POLLIN);
	check_eq(wait_for(pid), 128 + SIGKILL);
	close(poll_fd.fd);
}

static void no_pidfd_unless_asked_for(void)
{
	int before = count_fds();
	pid_t pid = try_spawn(probe, ARGV("probe", "block"));

	check_eq(count_fds(), before);
	must(kill(pid, SIGKILL));
	wait_for(pid);
}

/* --- waiting --- */

static void any_wait_sees_the_child(void)
{
	pid_t pid = try_spawn(probe, ARGV("probe", "exit", "3"));
	int status = 0;

	check_eq(waitpid(-1, &status, 0), pid);
	check_eq(WEXITSTATUS(status), 3);
	pid = try_spawn(probe, ARGV("probe", "exit", "4"));
	check_eq(waitpid(0, &status, 0), pid);
	check_eq(WEXITSTATUS(status), 4);
}

static void sigchld_is_sent(void)
{
	struct timespec patience = { 20, 0 };
	siginfo_t info = { 0 };
	sigset_t set, old;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	must(sigprocmask(SIG_BLOCK, &set, &old));
	pid = try_spawn(probe, ARGV("probe", "exit", "5"));
	check_eq(sigtimedwait(&set, &info, &patience), SIGCHLD);
	check_eq(info.si_pid, pid);
	check_eq(info.si_code, CLD_EXITED);
	check_eq(info.si_status, 5);
	check_eq(info.si_uid, getuid());
	check_eq(wait_for(pid), 5);
	must(sigprocmask(SIG_SETMASK, &old, NULL));
}

static void ignored_sigchld(void *unused)
{
	pid_t pid;

	(void)unused;
	probe = template_of(PROBE);
	signal(SIGCHLD, SIG_IGN);
	pid = try_spawn(probe, ARGV("probe", "exit", "5"));
	check(pid > 0);
	check_eq(error_of(waitpid(pid, NULL, 0)), ECHILD);
}

static void ignored_sigchld_reaps(void)
{
	in_child(ignored_sigchld, NULL);
}

/* --- names --- */

static char *names_of(int template)
{
	return facts_of(&(struct request){ .template = template, .sections = { "exec", "args" } });
}

static const char *const name_sections[8] = { "exec", "args" };

static void names_equal_those_of_execve(void)
{
	check_str(names_of(probe), reference_facts(PROBE, NULL, name_sections));
}

static void names_through_a_link(void)
{
	char *link = in_scratch_new("a-link");
	int template;

	must(symlink(PROBE, link));
	template = template_of(link);
	check_str(names_of(template), reference_facts(link, NULL, name_sections));
	check_str(fact(names_of(template), "comm"), "a-link");
	check_str(fact(names_of(template), "execfn"), link);
	check_str(fact(names_of(template), "exe"), PROBE);
	close(template);
}

static void names_through_dots(void)
{
	char *path = in_scratch("dots/../dots/.//probe");
	int template;

	must(mkdir(in_scratch("dots"), 0755));
	copy_file(PROBE, in_scratch("dots/probe"), 0755);
	template = template_of(path);
	check_str(names_of(template), reference_facts(path, NULL, name_sections));
	close(template);
}

static void long_name(void)
{
	char *path = own_probe("a-name-of-more-than-fifteen-characters");
	int template = template_of(path);

	check_str(names_of(template), reference_facts(path, NULL, name_sections));
	check_str(fact(names_of(template), "comm"), "a-name-of-more-");
	close(template);
}

static void names_of_a_template_by_fd(void)
{
	int fd = must(open(PROBE, O_PATH | O_CLOEXEC)), template = template_of_fd(fd);

	close(fd);
	check_str(names_of(template), reference_facts(PROBE, NULL, name_sections));
	close(template);
}

/* The program may fork and execute like any other. */
static void program_with_interpreter_runs(void)
{
	struct outspawn_actions actions;
	int template = template_of("/bin/bash"), ends[2];
	char data[256] = "";
	pid_t pid;

	must(pipe2(ends, O_CLOEXEC));
	outspawn_actions_init(&actions);
	outspawn_actions_dup2(&actions, ends[1], 1);
	pid = outspawn_spawn(template,
			     ARGV("bash", "-c",
				  "for i in 1 2 3; do (echo $i); done; exec /bin/echo $VALUE"),
			     ARGV("VALUE=done"), &actions, 0, NULL, NULL);
	close(ends[1]);
	check_eq(wait_for(pid), 0);
	check(read(ends[0], data, sizeof(data) - 1) > 0);
	check_str(data, "1\n2\n3\ndone\n");
	close(ends[0]);
	close(template);
	outspawn_actions_destroy(&actions);
}

SUITE("spawn",
      T(exit_status),
      T(death_by_signal),
      T(signal_to_the_child),
      T(stopped_and_continued),
      T(output),
      T(many_times),
      T(children_at_once),
      T(pid_is_the_childs),
      T(proc_soon_shows_the_program),
      T(callers_strings_may_go_at_return),
      T(arguments),
      T(arguments_of_every_byte),
      T(no_arguments),
      T(environment),
      T(no_environment),
      T(argument_zero_changes_no_name),
      T(a_mebibyte_of_arguments),
      T(a_mebibyte_of_environment),
      T(many_short_arguments),
      T(strings_around_the_end_of_a_page),
      T(strings_around_powers_of_two),
      T(strings_are_read_once),
      T(longest_string),
      T(total_of_strings_is_limited_as_by_execve),
      T(total_of_strings_is_limited_to_the_byte),
      T(total_above_the_modules_limit),
      T(unknown_spawn_flags),
      T(nonzero_reserved),
      T(struct_sizes),
      T(result_of_success),
      T(result_of_bad_arguments),
      T(not_a_template),
      T(pidfd_is_of_the_child),
      T(pidfd_is_close_on_exec),
      T(pidfd_polls),
      T(no_pidfd_unless_asked_for),
      T(any_wait_sees_the_child),
      T(sigchld_is_sent),
      T(ignored_sigchld_reaps),
      T(names_equal_those_of_execve),
      T(names_through_a_link),
      T(names_through_dots),
      T(long_name),
      T(names_of_a_template_by_fd),
      T(program_with_interpreter_runs));
