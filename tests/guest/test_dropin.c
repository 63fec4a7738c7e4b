// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_dropin.c - liboutspawn-posix.so, preloaded
 *
 * Each test runs a program of this file with the drop-in preloaded. The program
 * spawns. The drop-in's debug lines say whether the module or libc did it.
 */
#include "common_posix.h"
#include "common_slow.h"

#include <dirent.h>
#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sysmacros.h>
#include <ucontext.h>

#define DROPIN "/usr/local/lib/liboutspawn-posix.so"
/* The drop-in keeps its descriptor here, unless the limit is low. */
#define ITS_FD 200

/* --- a program that runs preloaded --- */

static char *lines_file(void)
{
	return in_scratch("dropin-lines");
}

struct run {
	char *name; /* of the PROGRAM */
	const char *variable; /* NAME=VALUE, added to its environment; or NULL */
	void (*enter)(void);
	bool to_stderr;
	const char *debug; /* another value of OUTSPAWN_DEBUG; or NULL */
	bool quiet; /* print no lines, because that takes stack */
};

static void execute(void *argument)
{
	const struct run *run = argument;
	char *envp[] = { "LD_PRELOAD=" DROPIN, text("OUTSPAWN_DEBUG=%s", lines_file()),
			 text("PATH=%s", getenv("PATH")), (char *)run->variable, NULL };
	char *argv[] = { "suite", text("@%s", run->name), PROBE, scratch,
			 program("unversioned.so"), NULL };

	if (run->to_stderr) {
		envp[1] = run->debug ? text("OUTSPAWN_DEBUG=%s", run->debug) : "OUTSPAWN_DEBUG=1";
		must(dup2(must(open(lines_file(), O_WRONLY | O_APPEND | O_CLOEXEC)),
			  STDERR_FILENO));
	}
	if (run->quiet)
		envp[1] = "OUTSPAWN_DEBUG=0";
	if (run->enter)
		run->enter();
	execve(own_path(), argv, envp);
	check_failed(__FILE__, __LINE__, "%s: %s", own_path(), strerror(errno));
}

/*
 * Run the program, which must succeed, and return the lines that the drop-in
 * printed.
 */
static char *lines_of(const struct run *run)
{
	unlink(lines_file());
	write_text(lines_file(), "");
	must(chmod(lines_file(), 0666));
	in_child(execute, (void *)run);
	return read_whole(lines_file(), NULL);
}

static int count_of(const char *lines, const char *ending)
{
	const char *at = lines;
	int count = 0;

	for (; (at = strstr(at, ending)); at += strlen(ending))
		count++;
	return count;
}

static void expect(const struct run *run, int module, int libc, const char *why)
{
	char *lines = lines_of(run);

	if (count_of(lines, ": module\n") != module ||
	    count_of(lines, why ? text(": libc: %s\n", why) : ": libc: ") != libc)
		check_failed(__FILE__, __LINE__, "%d by the module and %d by libc are not in:\n%s",
			     module, libc, lines);
}

/* --- what the programs do --- */

static char *the_probe; /* the path of probe, in such a program */

#define DROPIN_PROGRAM(name_)                 \
	static int name_##_main(char **argv); \
	PROGRAM(name_)                        \
	{                                     \
		the_probe = argv[0];          \
		return name_##_main(argv);    \
	}                                     \
	static int name_##_main(char **argv __attribute__((unused)))

/* Spawn and wait; return 0, the error, or 1000 plus the exit status. */
static int spawn_with(const posix_spawn_file_actions_t *list, const posix_spawnattr_t *attr)
{
	static char *argv[] = { "probe", "exit", "0", NULL };
	int error, status;
	pid_t pid;

	error = posix_spawn(&pid, the_probe, list, attr, argv, environ);
	if (error)
		return error;
	if (waitpid(pid, &status, 0) != pid)
		return errno;
	return status ? 1000 + status : 0;
}

static int spawn_one(void)
{
	return spawn_with(NULL, NULL);
}

static int fds_open(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	return count;
}

/* A check for such a program: a failure sets its exit status and prints a line. */
#define expect_zero(call)                                                                         \
	do {                                                                                      \
		int value_ = (call);                                                              \
		if (value_) {                                                                     \
			dprintf(STDERR_FILENO, "# line %d: %s: %d %s\n", __LINE__, #call, value_, \
				strerror(value_));                                                \
			return 1;                                                                 \
		}                                                                                 \
	} while (0)

DROPIN_PROGRAM(one)
{
	return spawn_one();
}

DROPIN_PROGRAM(three)
{
	for (int i = 0; i < 3; i++)
		expect_zero(spawn_one());
	return 0;
}

static void the_module_spawns(void)
{
	expect(&(struct run){ .name = "three" }, 3, 0, NULL);
}

static void debug_lines_on_stderr(void)
{
	expect(&(struct run){ .name = "three", .to_stderr = true }, 3, 0, NULL);
}

/* Its children are dynamic, so they load the drop-in, too. */
DROPIN_PROGRAM(children)
{
	the_probe = "/bin/true";
	expect_zero(spawn_one());
	return spawn_one();
}

/* The value is of no use: one line says so, here and in no child. */
static void debug_is_refused_once(void)
{
	static const char *const values[] = { "yes", "lines", "/no/such/directory/lines" };

	for (int i = 0; i < 3; i++) {
		char *lines = lines_of(&(struct run){
			.name = "children", .to_stderr = true, .debug = values[i],
			.variable = "OUTSPAWN_CHILDREN=1" });

		check_eq(count_of(lines, text("OUTSPAWN_DEBUG=%s: ", values[i])), 1);
		check_eq(count_of(lines, "outspawn: "), 1);
	}
	check_str(lines_of(&(struct run){ .name = "children", .to_stderr = true, .debug = "0" }), "");
	check_str(lines_of(&(struct run){ .name = "children", .to_stderr = true, .debug = "" }), "");
}

/* LD_PRELOAD is removed, so that the program's children do not have it. */
DROPIN_PROGRAM(alone)
{
	expect_zero(getenv("LD_PRELOAD") != NULL);
	return spawn_one();
}

static int shell_says(const char *test, char *const envp[])
{
	char *argv[] = { "sh", "-c", (char *)test, NULL };
	int error, status;
	pid_t pid;

	error = posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, envp);
	if (error || waitpid(pid, &status, 0) != pid)
		return 1;
	return status;
}

/* A child has all of its environment but LD_PRELOAD. */
DROPIN_PROGRAM(environment)
{
	char *keep = getenv("OUTSPAWN_CHILDREN"), *many[1200];
	char *last[] = { "A=1", "B=2", text("LD_PRELOAD=%s", DROPIN), NULL };
	char *other[] = { "LD_PRELOAD=/no/such.so", NULL };
	const char *test = keep ? "test -n \"$LD_PRELOAD\"" : "test -z \"${LD_PRELOAD-}\"";

	expect_zero(!getenv("LD_PRELOAD"));
	expect_zero(shell_says(test, environ));
	expect_zero(shell_says(text("%s && test $A$B = 12", test), last));
	expect_zero(shell_says("test \"$LD_PRELOAD\" = /no/such.so", other));
	for (int i = 0; i < 1198; i++)
		many[i] = i == 900 ? last[2] : text("V%d=%d", i, i);
	many[1198] = "Z=last";
	many[1199] = NULL;
	expect_zero(shell_says(text("%s && test $V0$V899$V901$Z = 0899901last", test), many));
	expect_zero(strcmp(many[900], last[2]));
	return 0;
}

static void children_do_not_load_it(void)
{
	expect(&(struct run){ .name = "environment" }, 4, 0, NULL);
	expect(&(struct run){ .name = "environment", .variable = "OUTSPAWN_CHILDREN=1" }, 4, 0,
	       NULL);
}

static void children_without_the_dropin(void)
{
	expect(&(struct run){ .name = "alone", .variable = "OUTSPAWN_ALONE=1" }, 1, 0, NULL);
}

static void line_names_all(void)
{
	char *lines = lines_of(&(struct run){ .name = "one" });
	int pid, end = 0;

	sscanf(lines, text("outspawn: suite[%%d]: %s: module\n%%n", PROBE), &pid, &end);
	check_eq(end, strlen(lines));
	check(end);
}

/* --- all functions --- */

typedef int spawn_function(int *, const char *, const posix_spawn_file_actions_t *,
			   const posix_spawnattr_t *, char *const[], char *const[]);

static int by_pidfd(const char *function, char *file)
{
	spawn_function *spawn = dlsym(RTLD_DEFAULT, function);
	static char *argv[] = { "probe", "exit", "0", NULL };
	siginfo_t info;
	int pidfd;

	expect_zero(!spawn);
	expect_zero(spawn(&pidfd, file, NULL, NULL, argv, environ));
	expect_zero(waitid(P_PIDFD, pidfd, &info, WEXITED));
	expect_zero(fcntl(pidfd, F_GETFD) != FD_CLOEXEC);
	return info.si_status;
}

DROPIN_PROGRAM(all_functions)
{
	static char *argv_of_true[] = { "true", NULL };
	pid_t pid;

	expect_zero(spawn_one());
	expect_zero(posix_spawnp(&pid, "true", NULL, NULL, argv_of_true, environ));
	expect_zero(waitpid(pid, NULL, 0) != pid);
	expect_zero(by_pidfd("pidfd_spawn", the_probe));
	expect_zero(by_pidfd("pidfd_spawnp", the_probe));
	return 0;
}

static void the_module_does_all_four_functions(void)
{
	expect(&(struct run){ .name = "all_functions" }, 4, 0, NULL);
}

/* After a child has begun and failed, libc does not try again. */
DROPIN_PROGRAM(failing)
{
	posix_spawn_file_actions_t list;
	static char *argv_of_it[] = { "nix", NULL };
	pid_t pid = -77;

	errno = EXDEV;
	expect_zero(posix_spawnp(&pid, "no-such-program", NULL, NULL, argv_of_it, environ) !=
		    ENOENT);
	expect_zero(pid != -77);
	posix_spawn_file_actions_init(&list);
	posix_spawn_file_actions_addopen(&list, 4, "/nonexistent/file", O_RDONLY, 0);
	expect_zero(spawn_with(&list, NULL) != ENOENT);
	posix_spawn_file_actions_destroy(&list);
	return 0;
}

/*
 * After an error, errno has that error. glibc's child shares the caller's
 * memory and leaves it there, too, and Guile reads it. After success errno is
 * unchanged.
 */
DROPIN_PROGRAM(errno_after_all)
{
	static char *argv_of_it[] = { "nix", NULL };
	pid_t pid;

	errno = EXDEV;
	expect_zero(posix_spawn(&pid, "/nonexistent", NULL, NULL, argv_of_it, environ) != ENOENT);
	expect_zero(errno != ENOENT);
	errno = EXDEV;
	expect_zero(posix_spawnp(&pid, "no-such-program", NULL, NULL, argv_of_it, environ) !=
		    ENOENT);
	expect_zero(errno != ENOENT);
	errno = EXDEV;
	expect_zero(spawn_one());
	expect_zero(errno != EXDEV);
	return 0;
}

static void errno_is_the_error(void)
{
	char *lines = lines_of(&(struct run){ .name = "errno_after_all" });

	check_eq(count_of(lines, ": module: ENOENT\n"), 2);
	check_eq(count_of(lines, ": module\n"), 1);
	/* The same program without the drop-in. */
	lines = lines_of(&(struct run){ .name = "errno_after_all",
					.variable = "OUTSPAWN_DISABLE=1" });
	check_eq(count_of(lines, ": libc: OUTSPAWN_DISABLE is set\n"), 3);
}

static void failures_are_final(void)
{
	char *lines = lines_of(&(struct run){ .name = "failing" });

	check_eq(count_of(lines, ": module: ENOENT\n"), 2);
	check_eq(count_of(lines, "libc"), 0);
}

/*
 * Programs linked before 2012 use a version of posix_spawn that runs any text
 * with the shell.
 */
DROPIN_PROGRAM(old)
{
	spawn_function *spawn = dlvsym(RTLD_DEFAULT, "posix_spawn", "GLIBC_2.2.5");
	char *path, *argv_of_it[] = { "text", NULL };
	pid_t pid;

	expect_zero(asprintf(&path, "%s/text", argv[1]) < 0);
	expect_zero(!spawn);
	expect_zero(posix_spawn(&pid, path, NULL, NULL, argv_of_it, environ) != ENOEXEC);
	expect_zero(spawn(&pid, path, NULL, NULL, argv_of_it, environ));
	expect_zero(wait_for(pid) != 7);
	spawn = dlvsym(RTLD_DEFAULT, "posix_spawnp", "GLIBC_2.2.5");
	expect_zero(!spawn || spawn(&pid, path, NULL, NULL, argv_of_it, environ));
	return wait_for(pid) != 7;
}

static void old_programs(void)
{
	char *lines;

	write_whole(in_scratch("text"), "exit 7\n", 7, 0755);
	lines = lines_of(&(struct run){ .name = "old" });
	check_eq(count_of(lines, ": module: ENOEXEC\n"), 1);
	check_eq(count_of(lines, ": libc: an old program's posix_spawn\n"), 2);
}

/*
 * unversioned.so refers to posix_spawn without a symbol version, as a program
 * built with ASan or TSan does. Such a program is a new one: no text is given
 * to the shell.
 */
DROPIN_PROGRAM(unversioned)
{
	void *object = dlopen(argv[2], RTLD_NOW);
	spawn_function *call = object ? dlsym(object, "call_unversioned_spawn") : NULL;
	spawn_function *call_p = object ? dlsym(object, "call_unversioned_spawnp") : NULL;
	char *path, *argv_of_it[] = { "text", NULL };
	pid_t pid;

	expect_zero(!call || !call_p);
	expect_zero(asprintf(&path, "%s/text", argv[1]) < 0);
	expect_zero(call(&pid, path, NULL, NULL, argv_of_it, environ) != ENOEXEC);
	expect_zero(call_p(&pid, path, NULL, NULL, argv_of_it, environ) != ENOEXEC);
	return 0;
}

static void reference_without_a_version(void)
{
	char *lines;

	write_whole(in_scratch("text"), "exit 7\n", 7, 0755);
	lines = lines_of(&(struct run){ .name = "unversioned" });
	check_eq(count_of(lines, ": module: ENOEXEC\n"), 2);
	check_eq(count_of(lines, ": libc: "), 0);
}

/* --- falling back --- */

static void own_mount_namespace(void)
{
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

static void no_device(void)
{
	own_mount_namespace();
	must(mount("tmpfs", "/dev", "tmpfs", 0, NULL));
}

static void without_device(void)
{
	expect(&(struct run){ .name = "three", .enter = no_device }, 0, 3,
	       "the device cannot be opened");
}

static void other_device(void)
{
	own_mount_namespace();
	must(mount("/dev/null", SPAWN_TEMPLATE_DEVICE, NULL, MS_BIND, NULL));
}

static void with_another_device_at_the_path(void)
{
	expect(&(struct run){ .name = "three", .enter = other_device }, 0, 3, "the module refused");
}

static void forbidden_device(void)
{
	char *node = in_scratch("node");
	struct stat real;

	own_mount_namespace();
	must(mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL));
	must(stat(SPAWN_TEMPLATE_DEVICE, &real));
	node = "/dev/shm/node";
	must(mknod(node, S_IFCHR | 0600, real.st_rdev));
	must(mount(node, SPAWN_TEMPLATE_DEVICE, NULL, MS_BIND, NULL));
	become_nobody();
}

static void without_permission(void)
{
	expect(&(struct run){ .name = "three", .enter = forbidden_device }, 0, 3,
	       "the device cannot be opened");
}

static void ordinary_user(void)
{
	become_nobody();
}

static void as_ordinary_user(void)
{
	expect(&(struct run){ .name = "three", .enter = ordinary_user }, 3, 0, NULL);
}

/* A filter that allows what posix_spawn needs, and not what outspawn needs. */
static void filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static void with_filter(void)
{
	expect(&(struct run){ .name = "three", .enter = filter }, 0, 3, "a seccomp filter");
}

static void disabled(void)
{
	expect(&(struct run){ .name = "three", .variable = "OUTSPAWN_DISABLE=1" }, 0, 3,
	       "OUTSPAWN_DISABLE is set");
	expect(&(struct run){ .name = "three", .variable = "OUTSPAWN_DISABLE=0" }, 3, 0, NULL);
}

DROPIN_PROGRAM(newer_libc)
{
	posix_spawnattr_t attr;

	posix_spawnattr_init(&attr);
	attr.__flags = 0x4000;
	return spawn_with(NULL, &attr);
}

static void unknown_attribute(void)
{
	expect(&(struct run){ .name = "newer_libc" }, 0, 1, "an attribute that is not known");
}

DROPIN_PROGRAM(many_actions)
{
	posix_spawn_file_actions_t list;

	posix_spawn_file_actions_init(&list);
	for (int fd = 20; fd < 320; fd++)
		posix_spawn_file_actions_adddup2(&list, 1, fd);
	expect_zero(spawn_with(&list, NULL));
	posix_spawn_file_actions_destroy(&list);
	return 0;
}

static void too_many_actions(void)
{
	expect(&(struct run){ .name = "many_actions" }, 0, 1,
	       "more file actions than the module takes");
}

DROPIN_PROGRAM(no_numbers)
{
	struct rlimit limit = { lowest_free_fd(), 4096 };

	expect_zero(setrlimit(RLIMIT_NOFILE, &limit));
	expect_zero(spawn_one());
	return 0;
}

static void no_number_is_free(void)
{
	expect(&(struct run){ .name = "no_numbers", .to_stderr = true }, 0, 1,
	       "the device cannot be opened");
}

/* --- its descriptor --- */

DROPIN_PROGRAM(one_descriptor)
{
	int before = fds_open(), lowest = lowest_free_fd();

	for (int i = 0; i < 5; i++)
		expect_zero(spawn_one());
	expect_zero(fds_open() != before + 1);
	expect_zero(lowest_free_fd() != lowest);
	expect_zero(fcntl(ITS_FD, F_GETFD) != FD_CLOEXEC);
	return 0;
}

static void has_one_descriptor(void)
{
	expect(&(struct run){ .name = "one_descriptor" }, 5, 0, NULL);
}

DROPIN_PROGRAM(closes_all)
{
	expect_zero(spawn_one());
	close(ITS_FD);
	expect_zero(spawn_one());
	expect_zero(close_range(3, ~0U, 0));
	expect_zero(spawn_one());
	expect_zero(fcntl(ITS_FD, F_GETFD) != FD_CLOEXEC);
	return 0;
}

static void closed_by_program(void)
{
	expect(&(struct run){ .name = "closes_all" }, 3, 0, NULL);
}

/*
 * The program puts a file at the drop-in's number. The drop-in does not use
 * that file and does not close it.
 */
DROPIN_PROGRAM(takes_number)
{
	struct stat before, after;

	expect_zero(spawn_one());
	expect_zero(dup2(STDERR_FILENO, ITS_FD) != ITS_FD);
	expect_zero(fstat(ITS_FD, &before));
	expect_zero(spawn_one());
	expect_zero(spawn_one());
	expect_zero(fstat(ITS_FD, &after));
	expect_zero(before.st_ino != after.st_ino || before.st_dev != after.st_dev);
	expect_zero(dup2(open("/dev/null", O_RDWR), ITS_FD + 1) != ITS_FD + 1);
	expect_zero(spawn_one());
	expect_zero(fcntl(ITS_FD + 1, F_GETFD) != 0);
	return 0;
}

static void number_taken_by_program(void)
{
	expect(&(struct run){ .name = "takes_number" }, 4, 0, NULL);
}

DROPIN_PROGRAM(few_numbers)
{
	struct rlimit limit = { 20, 4096 };

	expect_zero(setrlimit(RLIMIT_NOFILE, &limit));
	expect_zero(close(0) || close(1));
	expect_zero(spawn_one());
	expect_zero(lowest_free_fd() != 0);
	expect_zero(spawn_one());
	return 0;
}

static void low_limit(void)
{
	expect(&(struct run){ .name = "few_numbers" }, 2, 0, NULL);
}

/* A list that names the drop-in's number finds no descriptor at that number. */
DROPIN_PROGRAM(names_number)
{
	posix_spawn_file_actions_t list;

	expect_zero(spawn_one());
	posix_spawn_file_actions_init(&list);
	posix_spawn_file_actions_adddup2(&list, ITS_FD, 9);
	expect_zero(spawn_with(&list, NULL) != EBADF);
	posix_spawn_file_actions_destroy(&list);
	posix_spawn_file_actions_init(&list);
	posix_spawn_file_actions_addopen(&list, 9, "/dev/fd/200", O_RDONLY, 0);
	expect_zero(spawn_with(&list, NULL) != ENOENT);
	posix_spawn_file_actions_destroy(&list);
	return 0;
}

static void number_named_by_list(void)
{
	char *lines = lines_of(&(struct run){ .name = "names_number" });

	check_eq(count_of(lines, ": module: EBADF\n"), 1);
	check_eq(count_of(lines, ": module: ENOENT\n"), 1);
}

/* --- processes and threads --- */

DROPIN_PROGRAM(forks)
{
	int status;
	pid_t pid;

	expect_zero(spawn_one());
	pid = fork();
	if (!pid) {
		expect_zero(spawn_one());
		pid = fork();
		if (!pid)
			_exit(spawn_one());
		expect_zero(waitpid(pid, &status, 0) != pid || status);
		expect_zero(fcntl(ITS_FD + 1, F_GETFD) >= 0);
		_exit(spawn_one());
	}
	expect_zero(waitpid(pid, &status, 0) != pid || status);
	expect_zero(spawn_one());
	expect_zero(fcntl(ITS_FD + 1, F_GETFD) >= 0);
	return 0;
}

static void after_fork(void)
{
	expect(&(struct run){ .name = "forks" }, 5, 0, NULL);
}

/*
 * Not inlined: the vfork child must not overwrite what its parent keeps in
 * registers or on the stack.
 */
static __attribute__((noinline)) pid_t vfork_and_spawn(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(spawn_one());
	return pid;
}

DROPIN_PROGRAM(vforks)
{
	int before = fds_open(), status;

	for (int i = 0; i < 3; i++) {
		pid_t pid = vfork_and_spawn();

		expect_zero(waitpid(pid, &status, 0) != pid || status);
	}
	expect_zero(fds_open() != before);
	expect_zero(spawn_one());
	expect_zero(fds_open() != before + 1);
	return 0;
}

static void in_child_of_vfork(void)
{
	expect(&(struct run){ .name = "vforks" }, 4, 0, NULL);
}

/*
 * With many inheritable descriptors, libc is faster, unless the child does not
 * get them.
 */
DROPIN_PROGRAM(many_inheritable)
{
	posix_spawn_file_actions_t list;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	expect_zero(spawn_one());
	for (int fd = 3; fd < 520; fd++)
		if (fd != null && fd != ITS_FD)
			expect_zero(dup2(null, fd) != fd);
	expect_zero(spawn_one());
	posix_spawn_file_actions_init(&list);
	posix_spawn_file_actions_adddup2(&list, 7, 1);
	expect_zero(spawn_with(&list, NULL));
	posix_spawn_file_actions_addclosefrom_np(&list, 3);
	expect_zero(spawn_with(&list, NULL));
	posix_spawn_file_actions_destroy(&list);
	/* One of the numbers that are looked at: now there are not so many. */
	expect_zero(fcntl(255, F_SETFD, FD_CLOEXEC));
	return spawn_one();
}

static void many_inheritable_descriptors(void)
{
	expect(&(struct run){ .name = "many_inheritable" }, 3, 2, "many inheritable descriptors");
}

static pthread_barrier_t barrier;

static void *spawn_in_thread(void *failed)
{
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 10; i++)
		if (spawn_one())
			__atomic_add_fetch((int *)failed, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

DROPIN_PROGRAM(many_threads)
{
	int before = fds_open(), failed = 0;
	pthread_t threads[8];

	pthread_barrier_init(&barrier, NULL, 8);
	for (int i = 0; i < 8; i++)
		expect_zero(pthread_create(&threads[i], NULL, spawn_in_thread, &failed));
	for (int i = 0; i < 8; i++)
		expect_zero(pthread_join(threads[i], NULL));
	expect_zero(failed);
	expect_zero(fds_open() != before + 1);
	return 0;
}

static void from_threads(void)
{
	expect(&(struct run){ .name = "many_threads" }, 80, 0, NULL);
}

DROPIN_PROGRAM(drops_privileges)
{
	expect_zero(spawn_one());
	become_nobody();
	expect_zero(spawn_one());
	return 0;
}

static void after_change_of_user(void)
{
	expect(&(struct run){ .name = "drops_privileges" }, 2, 0, NULL);
}

/*
 * In a root without a device, the drop-in uses the one that it opened before.
 * If it opened none, libc spawns.
 */
DROPIN_PROGRAM(changes_root)
{
	char *path;

	expect_zero(spawn_one());
	expect_zero(asprintf(&path, "%s/root", argv[1]) < 0);
	expect_zero(chroot(path) || chdir("/"));
	the_probe = "/probe";
	expect_zero(spawn_one());
	close(ITS_FD);
	expect_zero(spawn_one());
	return 0;
}

static void after_chroot(void)
{
	char *root = in_scratch("root");

	if (mkdir(root, 0755) < 0)
		check_eq(errno, EEXIST);
	copy_file(PROBE, text("%s/probe", root), 0755);
	/* The new root does not have the path of the debug lines. */
	expect(&(struct run){ .name = "changes_root" }, 1, 0, NULL);
}

/* --- signals --- */

static volatile int handled, begun_again;

/*
 * Count signals, and those after which the thread restarts the module's system
 * call.
 */
static void look(int number, siginfo_t *information, void *context)
{
	const greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	const unsigned char *next = (const void *)registers[REG_RIP];

	(void)number;
	(void)information;
	handled++;
	if (registers[REG_RAX] == SYS_ioctl && next[0] == 0x0f && next[1] == 0x05)
		begun_again++;
}

struct slow_spawn {
	char *argv[5];
	int error;
	pid_t pid;
};

static void *spawn_slowly(void *argument)
{
	struct slow_spawn *spawn = argument;

	spawn->error = posix_spawn(&spawn->pid, the_probe, NULL, NULL, spawn->argv, environ);
	return NULL;
}

/*
 * A signal comes while the call reads its arguments. It is handled after the
 * call.
 */
DROPIN_PROGRAM(signalled)
{
	struct sigaction action = { .sa_sigaction = look, .sa_flags = SA_SIGINFO };
	struct slow_spawn spawn = { .argv = { "probe", "exit", "0" } };
	struct slow slow;
	pthread_t thread;
	int status;

	slow_make(&slow);
	spawn.argv[3] = slow.page;
	expect_zero(sigaction(SIGUSR1, &action, NULL));
	expect_zero(pthread_create(&thread, NULL, spawn_slowly, &spawn));
	slow_wait(&slow);
	expect_zero(pthread_kill(thread, SIGUSR1));
	slow_fill(&slow, "", 1);
	expect_zero(pthread_join(thread, NULL));
	expect_zero(spawn.error);
	expect_zero(handled != 1);
	expect_zero(begun_again);
	expect_zero(waitpid(spawn.pid, &status, 0) != spawn.pid || status);
	return 0;
}

static void signal_while_arguments_are_read(void)
{
	expect(&(struct run){ .name = "signalled" }, 1, 0, NULL);
}

/* --- signal handlers, and other small stacks --- */

/*
 * Count this program's calls of malloc(3): the C library's and the drop-in's,
 * too.
 */
static _Atomic int allocations;
extern void *__libc_malloc(size_t size);

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

static posix_spawn_file_actions_t usual_list;
static posix_spawnattr_t usual_attr;
static int usual_error, usual_count;

static void make_usual(void)
{
	sigset_t set;

	sigfillset(&set);
	posix_spawnattr_init(&usual_attr);
	posix_spawnattr_setsigdefault(&usual_attr, &set);
	posix_spawnattr_setflags(&usual_attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_RESETIDS);
	posix_spawn_file_actions_init(&usual_list);
	posix_spawn_file_actions_addopen(&usual_list, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&usual_list, 1, 5);
	posix_spawn_file_actions_addclose(&usual_list, 6);
}

static void spawn_usual(void)
{
	static char *argv[] = { "probe", "exit", "0", NULL };
	pid_t pid;

	usual_error = posix_spawn(&pid, the_probe, &usual_list, &usual_attr, argv, environ);
	usual_count += !usual_error;
}

static int wait_for_usual(void)
{
	int status;

	for (; usual_count; usual_count--)
		if (waitpid(-1, &status, 0) < 0 || status)
			return 1;
	return usual_error;
}

/* The first spawn of a program finds the device and the drop-in's symbols. */
DROPIN_PROGRAM(handler)
{
	make_usual();
	expect_zero(!on_signal_stack(spawn_usual));
	expect_zero(wait_for_usual());
	expect_zero(!on_signal_stack(spawn_usual));
	return wait_for_usual();
}

static void in_signal_handler(void)
{
	expect(&(struct run){ .name = "handler" }, 2, 0, NULL);
	/*
	 * glibc's posix_spawn fits on that stack; the drop-in must leave it as
	 * much room.
	 */
	expect(&(struct run){ .name = "handler", .variable = "OUTSPAWN_DISABLE=1" }, 0, 2,
	       "OUTSPAWN_DISABLE is set");
}

DROPIN_PROGRAM(stack)
{
	make_usual();
	expect_zero(stack_taken(spawn_usual) / 2048);
	return wait_for_usual();
}

static void little_stack(void)
{
	in_child(execute, &(struct run){ .name = "stack", .quiet = true });
}

DROPIN_PROGRAM(allocates)
{
	make_usual();
	allocations = 0;
	spawn_usual();
	expect_zero(allocations);
	return wait_for_usual();
}

static void a_spawn_allocates_nothing(void)
{
	expect(&(struct run){ .name = "allocates" }, 1, 0, NULL);
}

/* --- programs can be replaced and written to --- */

DROPIN_PROGRAM(rewrites)
{
	char *path;
	int fd;

	expect_zero(asprintf(&path, "%s/written", argv[1]) < 0);
	the_probe = path;
	for (int i = 0; i < 4; i++)
		expect_zero(spawn_one());
	fd = open(path, O_WRONLY);
	expect_zero(fd < 0);
	expect_zero(spawn_one() != ETXTBSY);
	close(fd);
	expect_zero(spawn_one());
	expect_zero(unlink(path) || symlink(argv[0], path));
	expect_zero(spawn_one());
	return 0;
}

static void writers_not_blocked(void)
{
	char *lines;

	own_probe("written");
	lines = lines_of(&(struct run){ .name = "rewrites", .enter = NULL });
	check_eq(count_of(lines, ": module\n"), 6);
	check_eq(count_of(lines, ": module: ETXTBSY\n"), 1);
}

SUITE("dropin", T(the_module_spawns), T(debug_lines_on_stderr),
      T(debug_is_refused_once), T(children_do_not_load_it), T(many_inheritable_descriptors),
      T(children_without_the_dropin),
      T(line_names_all), T(the_module_does_all_four_functions), T(errno_is_the_error),
      T(failures_are_final), T(old_programs), T(reference_without_a_version), T(without_device),
      T(with_another_device_at_the_path), T(without_permission), T(as_ordinary_user),
      T(with_filter), T(disabled), T(unknown_attribute), T(too_many_actions), T(no_number_is_free),
      T(has_one_descriptor), T(closed_by_program), T(number_taken_by_program), T(low_limit),
      T(number_named_by_list), T(after_fork), T(in_child_of_vfork), T(from_threads),
      T(after_change_of_user), T(after_chroot), T(signal_while_arguments_are_read),
      T(in_signal_handler), T(little_stack), T(a_spawn_allocates_nothing), T(writers_not_blocked));
