// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_posix_exec.c - how posix_spawn, posix_spawnp, pidfd_spawn and
 * pidfd_spawnp find and execute a program, and their errors
 */
#include "common_posix.h"

#include <pthread.h>

/* --- programs in the scratch folder --- */

static char *script(const char *name, const char *content)
{
	char *path = in_scratch_new(name);

	write_whole(path, content, strlen(content), 0755);
	return path;
}

static char *folder_with(const char *folder, const char *name, mode_t mode)
{
	char *path = in_scratch("%s", folder);

	if (mkdir(path, 0755) < 0)
		check_eq(errno, EEXIST);
	unlink(text("%s/%s", path, name));
	copy_file(PROBE, text("%s/%s", path, name), mode);
	return path;
}

static void search(const char *path)
{
	must(path ? setenv("PATH", path, 1) : unsetenv("PATH"));
}

/* --- posix_spawn --- */

ROW(absolute, "posix_spawn", "an absolute path", .fact = "argc", .value = "3")
{
}

ROW(argument_strings, "posix_spawn", "empty strings and strings with odd bytes")
{
	static char *argv[] = { "", "facts", NULL, "", "\xc3\xa9\n", "args", NULL };

	argv[2] = try->argv[2];
	try->argv = argv;
}

ROW(empty_environment, "posix_spawn", "an empty environment", .fact = "envc", .value = "0")
{
	static char *envp[] = { NULL };

	try->envp = envp;
}

ROW(script_with_shell, "posix_spawn", "a script that begins with #!")
{
	static char *argv[] = { "x", "1", "2", NULL };

	try->argv = argv;
	try->file = script("script", "#!/bin/sh\nexit $#$1\n");
}

ROW(symbolic_link, "posix_spawn", "a symbolic link")
{
	char *path = in_scratch_new("link");

	must(symlink(try->file, path));
	try->file = path;
}

static int memory_file = -1;

static void program_in_memory(void)
{
	size_t size;
	char *data = read_whole(PROBE, &size);

	memory_file = must(memfd_create("program", MFD_CLOEXEC));
	check_eq(write(memory_file, data, size), size);
}

static void have_program_descriptor(void)
{
	int fd = must(open(PROBE, O_RDONLY | O_CLOEXEC));

	must(dup3(fd, 50, O_CLOEXEC));
	close(fd);
}

ROW(by_descriptor_path, "posix_spawn", "/proc/self/fd/50, a close-on-exec descriptor",
    .enter = have_program_descriptor)
{
	try->file = "/proc/self/fd/50";
}

ROW(in_memory, "posix_spawn", "a program in a memfd", .enter = program_in_memory)
{
	try->file = text("/proc/self/fd/%d", memory_file);
}

ROW(own_program, "posix_spawn", "/proc/self/exe")
{
	static char *argv[] = { "suite", "@nothing", NULL };

	try->file = "/proc/self/exe";
	try->argv = argv;
}

PROGRAM(nothing)
{
	return 0;
}

ROW(no_such_file, "posix_spawn", "a missing path", .error = ENOENT)
{
	try->file = "/nonexistent/program";
}

ROW(empty_name, "posix_spawn", "an empty path", .error = ENOENT)
{
	try->file = "";
}

ROW(not_executable, "posix_spawn", "a file without execute permission", .error = EACCES)
{
	try->file = in_scratch("plain");
	write_text(try->file, "#!/bin/sh\n");
}

ROW(folder, "posix_spawn", "a directory", .error = EACCES)
{
	try->file = "/usr";
}

ROW(below_file, "posix_spawn", "a path below a regular file", .error = ENOTDIR)
{
	try->file = "/etc/hostname/program";
}

ROW(denied, "posix_spawn", "a program in a directory without search permission",
    .enter = become_nobody, .error = EACCES)
{
	try->file = "/root/program";
}

ROW(loop, "posix_spawn", "a symbolic link to itself", .error = ELOOP)
{
	char *path = in_scratch_new("loop");

	must(symlink(path, path));
	try->file = path;
}

ROW(too_long, "posix_spawn", "a path of PATH_MAX bytes and more", .error = ENAMETOOLONG)
{
	static char path[PATH_MAX + 100];

	memset(path, '/', sizeof(path) - 1);
	try->file = path;
}

ROW(no_format, "posix_spawn", "a text file without #!", .error = ENOEXEC)
{
	try->file = script("text", "exit 3\n");
}

ROW(empty_file, "posix_spawn", "an empty file", .error = ENOEXEC)
{
	try->file = script("empty", "");
}

ROW(no_interpreter, "posix_spawn", "a script whose interpreter is missing", .error = ENOENT)
{
	try->file = script("orphan", "#!/nonexistent/shell\n");
}

static int writer = -1;

static void have_writer(void)
{
	copy_file(PROBE, in_scratch_new("written"), 0755);
	writer = must(open(in_scratch("written"), O_WRONLY | O_CLOEXEC));
}

ROW(busy, "posix_spawn", "a program that is open for writing", .enter = have_writer,
    .error = ETXTBSY)
{
	try->file = in_scratch("written");
}

ROW(too_long_argument, "posix_spawn", "an argument longer than 128 KiB", .error = E2BIG)
{
	static char word[200000];
	static char *argv[] = { "probe", word, NULL };

	memset(word, 'x', sizeof(word) - 1);
	try->argv = argv;
}

ROW(too_many_arguments, "posix_spawn", "more arguments than RLIMIT_STACK allows", .error = E2BIG)
{
	static char *argv[400000];

	for (size_t i = 0; i + 1 < sizeof(argv) / sizeof(*argv); i++)
		argv[i] = "an argument";
	try->argv = argv;
}

ROW(many_arguments, "posix_spawn", "40,000 arguments")
{
	static char *argv[40004] = { "probe", "exit", "0" };

	for (size_t i = 3; i + 1 < sizeof(argv) / sizeof(*argv); i++)
		argv[i] = "an argument";
	try->argv = argv;
}

/* RLIMIT_NPROC then allows no further process. */
static void no_more_processes(void)
{
	setrlimit(RLIMIT_NPROC, &(struct rlimit){ 1, 1 });
	become_nobody();
}

ROW(too_many_processes, "posix_spawn", "RLIMIT_NPROC is reached", .enter = no_more_processes,
    .error = EAGAIN)
{
}

/* --- posix_spawnp --- */

static void path_with_probe(void)
{
	char *path = text("%s", PROBE);

	*strrchr(path, '/') = '\0';
	search(text("/nonexistent:%s/none:/etc/hostname:%s", scratch, path));
}

ROW(found, "posix_spawnp", "in the last of several directories, some of which are missing",
    .function = SPAWNP, .enter = path_with_probe)
{
	try->file = "probe";
}

static void two_of_them(void)
{
	search(text("%s:%s", folder_with("first", "tool", 0755),
		    folder_with("second", "tool", 0755)));
}

ROW(first_found, "posix_spawnp", "in two directories: the first is taken", .function = SPAWNP,
    .enter = two_of_them)
{
	try->file = "tool";
}

static void first_not_executable(void)
{
	search(text("%s:%s", folder_with("first", "tool", 0644),
		    folder_with("second", "tool", 0755)));
}

ROW(denied_then_found, "posix_spawnp", "not executable in the first directory: the second is taken",
    .function = SPAWNP, .enter = first_not_executable)
{
	try->file = "tool";
}

static void only_not_executable(void)
{
	search(text("%s:/nonexistent", folder_with("first", "tool", 0644)));
}

ROW(denied_then_not_found, "posix_spawnp", "not executable where it is, and nowhere else",
    .function = SPAWNP, .enter = only_not_executable, .error = EACCES)
{
	try->file = "tool";
}

ROW(not_found, "posix_spawnp", "in no directory of PATH", .function = SPAWNP, .error = ENOENT)
{
	try->file = "no-such-program";
}

static void ends_below_file(void)
{
	search("/nonexistent:/etc/hostname");
}

ROW(not_found_below_file, "posix_spawnp",
    "in no directory of PATH, whose last element is a regular file", .function = SPAWNP,
    .enter = ends_below_file, .error = ENOTDIR)
{
	try->file = "no-such-program";
}

ROW(searched_empty_name, "posix_spawnp", "an empty name", .function = SPAWNP, .error = ENOENT)
{
	try->file = "";
}

static void nowhere(void)
{
	search("/nonexistent");
}

ROW(with_slash, "posix_spawnp", "a name with a slash: PATH is not searched", .function = SPAWNP,
    .enter = nowhere)
{
}

static void no_path(void)
{
	search(NULL);
}

ROW(without_path, "posix_spawnp", "no PATH: /bin and /usr/bin are searched", .function = SPAWNP,
    .enter = no_path)
{
	static char *argv[] = { "true", NULL };

	try->file = "true";
	try->argv = argv;
}

static void empty_path(void)
{
	search("");
	must(chdir(folder_with("first", "tool", 0755)));
}

ROW(in_working_directory, "posix_spawnp", "an empty PATH: the working directory is searched",
    .function = SPAWNP, .enter = empty_path)
{
	try->file = "tool";
}

static void empty_elements(void)
{
	search(":/nonexistent::");
	must(chdir(folder_with("first", "tool", 0755)));
}

ROW(empty_element, "posix_spawnp", "empty elements of PATH: the working directory is searched",
    .function = SPAWNP, .enter = empty_elements)
{
	try->file = "tool";
}

static void relative_element(void)
{
	folder_with("first", "tool", 0755);
	search("first");
}

ROW(relative_path, "posix_spawnp", "a relative directory, below that of a chdir action",
    .function = SPAWNP, .enter = relative_element)
{
	built(posix_spawn_file_actions_addchdir_np(&try->list, scratch));
	try->file = "tool";
}

ROW(childs_path, "posix_spawnp", "PATH only in the new environment: it is not searched",
    .function = SPAWNP, .enter = nowhere, .error = ENOENT)
{
	static char *envp[] = { "PATH=/bin:/usr/bin", NULL };

	try->file = "true";
	try->envp = envp;
}

static void path_to_text(void)
{
	char *folder = folder_with("first", "tool", 0755);

	write_whole(text("%s/tool", folder), "exit 3\n", 7, 0755);
	search(text("%s:%s", folder, folder_with("second", "tool", 0755)));
}

ROW(text_found, "posix_spawnp", "a text file without #!: no shell runs it, and the search ends",
    .function = SPAWNP, .enter = path_to_text, .error = ENOEXEC)
{
	try->file = "tool";
}

ROW(name_too_long, "posix_spawnp", "a name longer than NAME_MAX", .function = SPAWNP,
    .error = ENAMETOOLONG)
{
	static char name[300];

	memset(name, 'n', sizeof(name) - 1);
	try->file = name;
}

static void long_path(void)
{
	static char path[3000];

	memset(path, ':', sizeof(path) - 1);
	memcpy(path + 2900, ":/bin:/usr/bin", 15);
	search(path);
}

ROW(long_search, "posix_spawnp", "a PATH of 2,900 empty elements", .function = SPAWNP,
    .enter = long_path)
{
	static char *argv[] = { "true", NULL };

	try->file = "true";
	try->argv = argv;
}

static void path_to_script(void)
{
	char *folder = folder_with("first", "tool", 0755);

	write_whole(text("%s/tool", folder), "#!/bin/sh\nexit 0\n", 17, 0755);
	search(folder);
}

ROW(script_found, "posix_spawnp", "a script that begins with #!", .function = SPAWNP,
    .enter = path_to_script)
{
	try->file = "tool";
}

/* --- pidfd_spawn, pidfd_spawnp --- */

ROW(pidfd, "pidfd_spawn", "a close-on-exec pidfd", .function = PIDFD_SPAWN)
{
}

ROW(pidfd_not_found, "pidfd_spawn", "a missing path", .function = PIDFD_SPAWN, .error = ENOENT)
{
	try->file = "/nonexistent/program";
}

ROW(pidfd_action_failed, "pidfd_spawn", "an action that fails", .function = PIDFD_SPAWN,
    .error = EBADF)
{
	built(posix_spawn_file_actions_adddup2(&try->list, 77, 9));
}

ROW(pidfd_found, "pidfd_spawnp", "found in PATH", .function = PIDFD_SPAWNP,
    .enter = path_with_probe)
{
	try->file = "probe";
}

ROW(pidfd_found_nowhere, "pidfd_spawnp", "in no directory of PATH", .function = PIDFD_SPAWNP,
    .error = ENOENT)
{
	try->file = "no-such-program";
}

/* --- other properties of a call --- */

/*
 * outspawn cannot open its device without a free number. posix_spawn(3) needs
 * none.
 */
static void spawn_without_free_numbers(void *unused)
{
	pid_t pid = -77;

	(void)unused;
	limit_descriptors(lowest_free_fd());
	check_eq(outspawn_posix_spawn(&pid, PROBE, NULL, NULL, ARGV("probe", "exit"), NULL),
		 ENOSYS);
	check_eq(pid, -77);
	check_eq(posix_spawn(&pid, PROBE, NULL, NULL, ARGV("probe", "exit"), NULL), 0);
	check_eq(wait_for(pid), 0);
}

static void no_number_for_the_device(void)
{
	in_child(spawn_without_free_numbers, NULL);
}

/* Wait for a child of unknown pid. Returns its exit status. */
static int wait_for_any(void)
{
	siginfo_t info;

	must(waitid(P_ALL, 0, &info, WEXITED));
	return info.si_status;
}

static void no_pointer_for_the_pid(void)
{
	check_eq(outspawn_posix_spawn(NULL, PROBE, NULL, NULL, ARGV("probe", "exit", "4"), NULL),
		 0);
	check_eq(wait_for_any(), 4);
}

static void spawn_often(int number)
{
	posix_spawn_file_actions_t list;
	pid_t pid;

	(void)number;
	built(posix_spawn_file_actions_init(&list));
	built(posix_spawn_file_actions_addopen(&list, 1, "/dev/null", O_WRONLY, 0));
	for (int i = 0; i < 20; i++) {
		check_eq(outspawn_posix_spawnp(&pid, PROBE, &list, NULL, ARGV("probe"), NULL), 0);
		check_eq(wait_for(pid), 0);
	}
	posix_spawn_file_actions_destroy(&list);
}

static void threads(void)
{
	in_threads(8, spawn_often);
}

/* A cancellation request is pending. The spawn is not a cancellation point. */
static void *spawn_cancelled(void *unused)
{
	pid_t pid;

	(void)unused;
	pthread_cancel(pthread_self());
	check_eq(outspawn_posix_spawn(&pid, PROBE, NULL, NULL, ARGV("probe", "exit"), NULL), 0);
	check_eq(wait_for(pid), 0);
	return "went on";
}

static void cancelled(void)
{
	pthread_t thread;
	void *result;

	check_eq(pthread_create(&thread, NULL, spawn_cancelled, NULL), 0);
	check_eq(pthread_join(thread, &result), 0);
	/* The thread ends in waitpid(2). */
	check(result == PTHREAD_CANCELED);
	check_eq(wait_for_any(), 0);
}

/* --- signal handlers, and other small stacks --- */

static void add_some(struct posix_try *try, int copies)
{
	set_flags(try, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	built(posix_spawn_file_actions_addopen(&try->list, 0, "/dev/null", O_RDONLY, 0));
	for (int i = 0; i < copies; i++)
		built(posix_spawn_file_actions_adddup2(&try->list, 1, 10 + i));
	built(posix_spawn_file_actions_addchdir_np(&try->list, "/tmp"));
}

/* The child starts with the handler's signal mask. */
ROW(in_handler, "posix_spawn", "in a signal handler, on a stack of 4 KiB", .in_handler = true,
    .fact = "sigblocked", .value = "0000000000000800")
{
	add_some(try, 3);
}

ROW(mask_in_handler, "posix_spawn", "in a signal handler, with SETSIGMASK and 40 adddup2",
    .in_handler = true, .fact = "sigblocked", .value = "0000000000000200")
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	built(posix_spawnattr_setsigmask(&try->attr, &set));
	set_flags(try, POSIX_SPAWN_SETSIGMASK);
	add_some(try, 40);
}

ROW(failed_in_handler, "posix_spawnp", "in no directory of PATH, in a signal handler",
    .in_handler = true, .function = SPAWNP, .error = ENOENT)
{
	add_some(try, 3);
	try->file = "no-such-program";
}

static void spawn_true(void)
{
	pid_t pid;

	check_eq(outspawn_posix_spawn(&pid, "/bin/true", NULL, NULL, ARGV("true"), NULL), 0);
}

/* After the spawn the caller has its own mask again. */
CHILD_TEST(mask_after_handler)
{
	uint64_t before, after; /* as the kernel stores them */

	must(syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, &before, sizeof(before)));
	check(on_signal_stack(spawn_true));
	must(syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, &after, sizeof(after)));
	check_eq(after, before);
	check_eq(wait_for_any(), 0);
}

static struct {
	posix_spawn_file_actions_t list;
	posix_spawnattr_t attr;
} usual;

static void spawn_usual(void)
{
	pid_t pid;

	check_eq(outspawn_posix_spawnp(&pid, "true", &usual.list, &usual.attr, ARGV("true"), NULL),
		 0);
}

static void spawn_big(void)
{
	for (int i = 0; i < 30; i++)
		built(posix_spawn_file_actions_adddup2(&usual.list, 1, 10 + i));
	spawn_usual();
}

static void little_stack(void)
{
	sigset_t set;

	sigfillset(&set);
	built(posix_spawnattr_init(&usual.attr));
	built(posix_spawnattr_setsigdefault(&usual.attr, &set));
	built(posix_spawnattr_setflags(&usual.attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
							    POSIX_SPAWN_RESETIDS));
	built(posix_spawn_file_actions_init(&usual.list));
	built(posix_spawn_file_actions_addopen(&usual.list, 0, "/dev/null", O_RDONLY, 0));
	built(posix_spawn_file_actions_adddup2(&usual.list, 1, 5));
	check_eq(stack_taken(spawn_usual) / 2048, 0);
	check_eq(stack_taken(spawn_big) / 2048, 0);
	for (int i = 0; i < 4; i++)
		check_eq(wait_for_any(), 0);
	posix_spawn_file_actions_destroy(&usual.list);
	posix_spawnattr_destroy(&usual.attr);
}

SUITE("posix_exec", T(absolute), T(argument_strings), T(empty_environment), T(script_with_shell),
      T(symbolic_link), T(by_descriptor_path), T(in_memory), T(own_program), T(no_such_file),
      T(empty_name), T(not_executable), T(folder), T(below_file), T(denied), T(loop), T(too_long),
      T(no_format), T(empty_file), T(no_interpreter), T(busy), T(too_long_argument),
      T(too_many_arguments), T(many_arguments), T(too_many_processes), T(found), T(first_found),
      T(denied_then_found), T(denied_then_not_found), T(not_found), T(not_found_below_file),
      T(searched_empty_name), T(with_slash), T(without_path), T(in_working_directory),
      T(empty_element), T(relative_path), T(childs_path), T(text_found), T(name_too_long),
      T(long_search), T(script_found), T(pidfd), T(pidfd_not_found), T(pidfd_action_failed),
      T(pidfd_found), T(pidfd_found_nowhere), T(no_number_for_the_device),
      T(no_pointer_for_the_pid), T(threads), T(cancelled), T(in_handler), T(mask_in_handler),
      T(failed_in_handler), T(mask_after_handler), T(little_stack));
