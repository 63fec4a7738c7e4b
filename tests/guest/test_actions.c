// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_actions.c - what the seven actions do in the child, and how they fail
 */
#include "common.h"

#include <linux/close_range.h>
#include <linux/openat2.h>
#include <sys/resource.h>

/* The result of the last spawn. */
static struct spawn_template_result result;

/* Spawn "probe exit 0" with these actions and wait; return 0 or -errno. */
static int run_list(const struct spawn_template_action *list, size_t count)
{
	struct spawn_template_spawn_args args = {
		.argv = (uintptr_t)ARGV("probe", "exit", "0"),
		.actions = (uintptr_t)list,
		.actions_len = count,
		.result = (uintptr_t)&result,
	};
	pid_t pid;

	memset(&result, 0x5a, sizeof(result));
	pid = sys_spawn(probe, &args);
	return pid < 0 ? pid : wait_for(pid);
}

#define ACTIONS(...) ((struct spawn_template_action[]){ __VA_ARGS__ })
#define RUN(...) \
	run_list(ACTIONS(__VA_ARGS__), sizeof(ACTIONS(__VA_ARGS__)) / sizeof(*ACTIONS(__VA_ARGS__)))

#define CLOSE(fd_, ...) { .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = (fd_), __VA_ARGS__ }
#define DUP2(fd_, newfd_, ...) \
	{ .type = SPAWN_TEMPLATE_ACTION_DUP2, .fd = (fd_), .newfd = (newfd_), __VA_ARGS__ }
#define FCHDIR(fd_, ...) { .type = SPAWN_TEMPLATE_ACTION_FCHDIR, .fd = (fd_), __VA_ARGS__ }
#define CLOSE_RANGE(first_, last_, ...) \
	{ .type = SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, .fd = (first_), .newfd = (last_), __VA_ARGS__ }
#define OPEN(fd_, newfd_, open_, ...) \
	{ .type = SPAWN_TEMPLATE_ACTION_OPEN, .fd = (fd_), .newfd = (newfd_), \
	  .arg = (uintptr_t)(open_), __VA_ARGS__ }
#define HOW(path_, ...) \
	(&(struct spawn_template_open){ .path = (uintptr_t)(path_), .how = { __VA_ARGS__ } })
#define SIGMASK(set_, ...) \
	{ .type = SPAWN_TEMPLATE_ACTION_SIGMASK, .arg = (uintptr_t)(set_), __VA_ARGS__ }
#define SIGDEFAULT(set_, ...) \
	{ .type = SPAWN_TEMPLATE_ACTION_SIGDEFAULT, .arg = (uintptr_t)(set_), __VA_ARGS__ }
#define SIGSET(set_) \
	(&(struct spawn_template_sigset){ .sigset = (uintptr_t)&(uint64_t){ set_ }, \
					  .sigsetsize = 8 })
#define BIT(signal_) (1ULL << ((signal_) - 1))

/* Check that the spawn fails at the action with this index, with this error. */
#define failed_at(call, index, error) check_failed_at(__LINE__, #call, call, index, error)

static void check_failed_at(int line, const char *call, int got, int index, int error)
{
	if (got == -error && result.stage == SPAWN_TEMPLATE_STAGE_ACTION &&
	    result.action == index && result.error == error && result.pid == 0)
		return;
	check_failed(__FILE__, line,
		     "%s is %d%s, stage %u, action %d, error %d, not %d%s, action %d", call, got,
		     errno_text(got), result.stage, result.action, result.error, -error,
		     errno_text(-error), index);
}

/* Return the child's facts after these actions. */
static char *facts_after(const struct spawn_template_action *list, size_t count,
			 const char *section)
{
	struct outspawn_actions actions = { (struct spawn_template_action *)list, count, count };

	return facts_of(&(struct request){
		.template = probe, .actions = &actions, .sections = { section } });
}

#define FACTS(section, ...) \
	facts_after(ACTIONS(__VA_ARGS__), \
		    sizeof(ACTIONS(__VA_ARGS__)) / sizeof(*ACTIONS(__VA_ARGS__)), section)

/* Return the lines that the child must print for our descriptors 0, 1 and 2. */
static char *stdio(void)
{
	return text("%s%s%s", fd_line(0, 0), fd_line(1, 1), fd_line(2, 2));
}

static int open_null(void)
{
	return must(open("/dev/null", O_RDWR | O_CLOEXEC));
}

static char *content(const char *path)
{
	return read_whole(path, NULL);
}

/* The list itself */

static void no_actions(void)
{
	check_eq(run_list(NULL, 0), 0);
	check_eq(run_list(ACTIONS(CLOSE(99)), 0), 0);
}

static void unknown_type(void)
{
	check_eq(RUN({ .type = 7 }), -EINVAL);
	check_eq(RUN({ .type = 0xffffffff }), -EINVAL);
	check_eq(RUN(CLOSE(0), DUP2(1, 0), { .type = 7 }), -EINVAL);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
	check_eq(result.action, 2);
	check_eq(result.error, EINVAL);
}

static void unknown_type_after_good_ones(void)
{
	char *path = in_scratch_new("must-not-appear");

	check_eq(RUN(OPEN(AT_FDCWD, 5, HOW(path, .flags = O_CREAT | O_WRONLY, .mode = 0644)),
		     { .type = 1000 }),
		 -EINVAL);
	/* The call failed before it made a child, so no action was done. */
	check_eq(error_of(access(path, F_OK)), ENOENT);
}

static void most_actions(void)
{
	struct spawn_template_action list[SPAWN_TEMPLATE_MAX_ACTIONS + 1];
	char *facts;
	int i;

	for (i = 0; i <= SPAWN_TEMPLATE_MAX_ACTIONS; i++)
		list[i] = (struct spawn_template_action)DUP2(0, 100 + i);
	facts = facts_after(list, SPAWN_TEMPLATE_MAX_ACTIONS, "fds");
	check(fact(facts, text("fd.%d", 100 + SPAWN_TEMPLATE_MAX_ACTIONS - 1)));
	check_eq(run_list(list, SPAWN_TEMPLATE_MAX_ACTIONS + 1), -E2BIG);
	check_eq(run_list(list, 1UL << 40), -E2BIG);
	check_eq(run_list(list, ~0UL), -E2BIG);
}

static void actions_run_in_order(void)
{
	int a = open_null(), b = must(open("/dev/zero", O_RDWR | O_CLOEXEC));

	check_str(FACTS("fds", DUP2(a, 50), DUP2(b, 50)), text("%s%s", stdio(), fd_line(50, b)));
	check_str(FACTS("fds", DUP2(b, 50), DUP2(a, 50)), text("%s%s", stdio(), fd_line(50, a)));
	close(a);
	close(b);
}

static void first_failure_ends_it(void)
{
	char *path = in_scratch_new("late"), *early = in_scratch_new("early");
	int free_fd = lowest_free_fd();

	failed_at(RUN(OPEN(AT_FDCWD, 60,
			   HOW(early, .flags = O_CREAT | O_WRONLY, .mode = 0600)),
		      CLOSE(60), CLOSE(free_fd),
		      OPEN(AT_FDCWD, 61, HOW(path, .flags = O_CREAT | O_WRONLY, .mode = 0600))),
		  2, EBADF);
	check_eq(access(early, F_OK), 0);
	check_eq(error_of(access(path, F_OK)), ENOENT);
}

/* CLOSE */

static void close_takes_it_away(void)
{
	check_str(FACTS("fds", CLOSE(0)), text("%s%s", fd_line(1, 1), fd_line(2, 2)));
	check_str(FACTS("fds", CLOSE(0), CLOSE(1), CLOSE(2)), "");
	check(is_open(0) && is_open(1) && is_open(2));
}

static void close_of_nothing(void)
{
	failed_at(RUN(CLOSE(lowest_free_fd())), 0, EBADF);
	failed_at(RUN(CLOSE(-1)), 0, EBADF);
	failed_at(RUN(CLOSE(INT_MAX)), 0, EBADF);
	failed_at(RUN(CLOSE(1), CLOSE(1)), 1, EBADF);
}

static void close_of_the_callers_own(void)
{
	int fd = open_null();

	check_str(FACTS("fds", CLOSE(fd)), stdio());
	failed_at(RUN(CLOSE(fd), CLOSE(fd)), 1, EBADF);
	check(is_open(fd));
	close(fd);
}

static void closed_number_is_gone(void)
{
	int fd = open_null();

	check_eq(RUN(DUP2(fd, 1)), 0);
	failed_at(RUN(CLOSE(fd), DUP2(fd, 1)), 1, EBADF);
	failed_at(RUN(CLOSE(fd), FCHDIR(fd)), 1, EBADF);
	failed_at(RUN(CLOSE(2), DUP2(2, 1)), 1, EBADF);
	/*
	 * The number can be used again after an action places a descriptor
	 * there.
	 */
	check_eq(RUN(CLOSE(fd), DUP2(0, fd), DUP2(fd, 1), CLOSE(fd)), 0);
	close(fd);
}

static void close_unused_fields(void)
{
	check_eq(RUN(CLOSE(0, .flags = 1)), -EINVAL);
	check_eq(RUN(CLOSE(0, .newfd = 1)), -EINVAL);
	check_eq(RUN(CLOSE(0, .newfd = -1)), -EINVAL);
	check_eq(RUN(CLOSE(0, .arg = 1)), -EINVAL);
	check_eq(RUN(CLOSE(0)), 0);
}

/* DUP2 */

static void dup2_places_the_callers(void)
{
	int fd = open_null();

	check_str(FACTS("fds", DUP2(fd, 1)),
		  text("%s%s%s", fd_line(0, 0), fd_line(1, fd), fd_line(2, 2)));
	check_str(FACTS("fds", DUP2(fd, 40)), text("%s%s", stdio(), fd_line(40, fd)));
	close(fd);
}

static void dup2_of_nothing(void)
{
	failed_at(RUN(DUP2(lowest_free_fd(), 1)), 0, EBADF);
	failed_at(RUN(DUP2(-1, 1)), 0, EBADF);
	failed_at(RUN(DUP2(INT_MAX, 1)), 0, EBADF);
	failed_at(RUN(DUP2(lowest_free_fd(), lowest_free_fd())), 0, EBADF);
}

static void dup2_to_bad_numbers(void)
{
	failed_at(RUN(DUP2(0, -1)), 0, EBADF);
	failed_at(RUN(DUP2(0, INT_MAX)), 0, EBADF);
	failed_at(RUN(DUP2(0, INT_MIN)), 0, EBADF);
}

static void at_the_limit(void *unused)
{
	struct rlimit limit = { 70, 70 };
	int fd = must(fcntl(open_null(), F_DUPFD_CLOEXEC, 90));
	char *never = in_scratch_new("never");

	(void)unused;
	probe = template_of(PROBE);
	must(setrlimit(RLIMIT_NOFILE, &limit));
	check_eq(RUN(DUP2(0, 69)), 0);
	failed_at(RUN(DUP2(0, 70)), 0, EBADF);
	failed_at(RUN(DUP2(0, 5), DUP2(0, 71)), 1, EBADF);
	check_eq(RUN(OPEN(AT_FDCWD, 69, HOW("/dev/null"))), 0);
	failed_at(RUN(OPEN(AT_FDCWD, 70, HOW("/dev/null"))), 0, EBADF);
	/* No file is created if its number is out of range. */
	failed_at(RUN(OPEN(AT_FDCWD, 70, HOW(never, .flags = O_CREAT | O_WRONLY, .mode = 0600))),
		  0, EBADF);
	check_eq(error_of(access(never, F_OK)), ENOENT);
	/*
	 * A descriptor that was opened before the limit fell can still be
	 * copied.
	 */
	check_eq(RUN(DUP2(fd, 4)), 0);
	failed_at(RUN(DUP2(fd, fd)), 0, EBADF);
}

static void numbers_are_below_the_limit(void)
{
	in_child(at_the_limit, NULL);
}

static void dup2_of_itself_clears_cloexec(void)
{
	int fd = open_null();

	check_str(FACTS("fds", DUP2(fd, fd)), text("%s%s", stdio(), fd_line(fd, fd)));
	check_str(FACTS("fds", CLOSE(0)), text("%s%s", fd_line(1, 1), fd_line(2, 2)));
	check_eq(must(fcntl(fd, F_GETFD)), FD_CLOEXEC);
	check_eq(RUN(DUP2(fd, fd, .flags = O_CLOEXEC)), -EINVAL);
	close(fd);
}

static void dup2_with_cloexec_is_a_helper(void)
{
	int fd = open_null();

	check_str(FACTS("fds", DUP2(fd, 40, .flags = O_CLOEXEC)), stdio());
	check_str(FACTS("fds", DUP2(fd, 40, .flags = O_CLOEXEC), DUP2(40, 41)),
		  text("%s%s", stdio(), fd_line(41, fd)));
	check_str(FACTS("fds", DUP2(fd, 40, .flags = O_CLOEXEC), DUP2(40, 40)),
		  text("%s%s", stdio(), fd_line(40, fd)));
	close(fd);
}

static void dup2_unused_fields(void)
{
	check_eq(RUN(DUP2(0, 5, .flags = O_NONBLOCK)), -EINVAL);
	check_eq(RUN(DUP2(0, 5, .flags = O_CLOEXEC | 1)), -EINVAL);
	check_eq(RUN(DUP2(0, 5, .flags = 0x80000000)), -EINVAL);
	check_eq(RUN(DUP2(0, 5, .arg = 1)), -EINVAL);
	check_eq(RUN(DUP2(0, 5, .flags = O_CLOEXEC)), 0);
}

static void swap_of_two(void)
{
	int a = must(open("/dev/null", O_RDONLY | O_CLOEXEC));
	int b = must(open("/dev/zero", O_RDONLY | O_CLOEXEC));
	int lower = a < b ? a : b, upper = a < b ? b : a;

	check_str(FACTS("fds", DUP2(a, 70), DUP2(b, a), DUP2(70, b), CLOSE(70)),
		  text("%s%s%s", stdio(), fd_line(lower, upper), fd_line(upper, lower)));
	/*
	 * Without a third number, the first copy replaces what the second one
	 * needs.
	 */
	check_str(FACTS("fds", DUP2(a, b), DUP2(b, a)),
		  text("%s%s%s", stdio(), fd_line(lower, a), fd_line(upper, a)));
	close(a);
	close(b);
}

static void swap_of_stdout_and_stderr(void)
{
	check_str(FACTS("fds", DUP2(1, 30), DUP2(2, 1), DUP2(30, 2), CLOSE(30)),
		  text("%s%s%s", fd_line(0, 0), fd_line(1, 2), fd_line(2, 1)));
}

/* FCHDIR */

static void fchdir_changes_the_childs_folder(void)
{
	int fd = must(open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	int path_fd = must(open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
	char before[PATH_MAX], after[PATH_MAX];

	check(getcwd(before, sizeof(before)));
	check_str(fact(FACTS("where", FCHDIR(fd)), "cwd"), scratch);
	check_str(fact(FACTS("where", FCHDIR(fd), FCHDIR(path_fd)), "cwd"), "/proc");
	check(getcwd(after, sizeof(after)));
	check_str(after, before);
	close(fd);
	close(path_fd);
}

static void fchdir_to_what_is_no_folder(void)
{
	int fd = open_null();

	failed_at(RUN(FCHDIR(fd)), 0, ENOTDIR);
	failed_at(RUN(FCHDIR(lowest_free_fd())), 0, EBADF);
	failed_at(RUN(FCHDIR(-1)), 0, EBADF);
	failed_at(RUN(FCHDIR(AT_FDCWD)), 0, EBADF);
	close(fd);
}

static void fchdir_without_permission_(void *argument)
{
	probe = template_of(PROBE);
	failed_at(RUN(FCHDIR(*(int *)argument)), 0, EACCES);
	check_eq(RUN(FCHDIR(((int *)argument)[1])), 0);
}

static void fchdir_without_permission(void)
{
	char *closed = in_scratch("closed"), *open_ = in_scratch("open");
	int fds[2];

	must(mkdir(closed, 0700));
	must(mkdir(open_, 0755));
	fds[0] = must(open(closed, O_PATH | O_CLOEXEC));
	fds[1] = must(open(open_, O_PATH | O_CLOEXEC));
	in_child_as_nobody(fchdir_without_permission_, fds);
	check_eq(RUN(FCHDIR(fds[0])), 0);
	close(fds[0]);
	close(fds[1]);
}

static void fchdir_unused_fields(void)
{
	int fd = must(open("/", O_PATH | O_CLOEXEC));

	check_eq(RUN(FCHDIR(fd, .flags = 1)), -EINVAL);
	check_eq(RUN(FCHDIR(fd, .newfd = 1)), -EINVAL);
	check_eq(RUN(FCHDIR(fd, .arg = 1)), -EINVAL);
	check_eq(RUN(FCHDIR(fd)), 0);
	close(fd);
}

/* OPEN */

static void open_places_the_file(void)
{
	char *path = in_scratch_new("input"), *facts;

	write_text(path, "text");
	facts = FACTS("fds", OPEN(AT_FDCWD, 0, HOW(path)), OPEN(AT_FDCWD, 33, HOW(path)));
	check_str(fact(facts, "fd.0"), text("%s flags=100000 pos=0", path));
	check_str(fact(facts, "fd.33"), text("%s flags=100000 pos=0", path));
	check_str(facts_with(facts, "fd.1="), fd_line(1, 1));
	check_str(facts_with(facts, "fd.3="), "");
}

static void open_creates(void)
{
	char *path = in_scratch_new("created");
	mode_t old = umask(027);
	struct stat status;

	check_eq(RUN(OPEN(AT_FDCWD, 1, HOW(path, .flags = O_CREAT | O_EXCL | O_WRONLY,
					   .mode = 0666))),
		 0);
	must(stat(path, &status));
	check_eq(status.st_mode, S_IFREG | 0640);
	check_eq(status.st_size, 0);
	failed_at(RUN(OPEN(AT_FDCWD, 1, HOW(path, .flags = O_CREAT | O_EXCL | O_WRONLY,
					    .mode = 0666))),
		  0, EEXIST);
	umask(old);
}

static void open_truncates_and_appends(void)
{
	char *path = in_scratch_new("log");
	struct outspawn_actions actions;
	int i;

	for (i = 0; i < 4; i++) {
		outspawn_actions_init(&actions);
		check_eq(outspawn_actions_open(&actions, 1, path,
					       O_WRONLY | O_CREAT | (i < 2 ? O_TRUNC : O_APPEND),
					       0644),
			 0);
		check_eq(wait_for(outspawn_spawn(probe, ARGV("probe", "echo", text("%d", i)), NULL,
						 &actions, 0, NULL, NULL)),
			 0);
		outspawn_actions_destroy(&actions);
	}
	check_str(content(path), "1\n2\n3\n");
}

static void open_relative_to_a_folder(void)
{
	int fd = must(open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC));
	char *path = in_scratch_new("relative");

	write_text(path, "text");
	check_str(fact(FACTS("fds", OPEN(fd, 9, HOW("relative"))), "fd.9"),
		  text("%s flags=100000 pos=0", path));
	failed_at(RUN(OPEN(fd, 9, HOW("not there"))), 0, ENOENT);
	failed_at(RUN(OPEN(AT_FDCWD, 9, HOW("relative"))), 0, ENOENT);
	failed_at(RUN(OPEN(lowest_free_fd(), 9, HOW("relative"))), 0, EBADF);
	/*
	 * The child's own descriptor of this number has precedence over the
	 * caller's.
	 */
	failed_at(RUN(DUP2(0, fd), OPEN(fd, 9, HOW("relative"))), 1, ENOTDIR);
	failed_at(RUN(CLOSE(fd), OPEN(fd, 9, HOW("relative"))), 1, EBADF);
	close(fd);
}

static void open_relative_to_the_new_cwd(void)
{
	int fd = must(open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC));
	char *path = in_scratch_new("in-cwd");

	write_text(path, "text");
	check_str(fact(FACTS("fds", FCHDIR(fd), OPEN(AT_FDCWD, 9, HOW("in-cwd"))), "fd.9"),
		  text("%s flags=100000 pos=0", path));
	failed_at(RUN(OPEN(AT_FDCWD, 9, HOW("in-cwd")), FCHDIR(fd)), 0, ENOENT);
	close(fd);
}

/* Later actions can use a directory that an action has opened. */
static void open_then_use(void)
{
	char *path = in_scratch_new("used"), *facts;

	write_text(path, "text");
	facts = FACTS("fds", OPEN(AT_FDCWD, 20, HOW(scratch, .flags = O_PATH | O_CLOEXEC)),
		      FCHDIR(20), OPEN(20, 21, HOW("used")), DUP2(21, 22), CLOSE(21));
	check_str(facts, text("%sfd.22=%s flags=100000 pos=0\n", stdio(), path));
}

static void open_with_cloexec(void)
{
	check_str(FACTS("fds", OPEN(AT_FDCWD, 9, HOW("/dev/null", .flags = O_CLOEXEC))), stdio());
	check_str(fact(FACTS("fds", OPEN(AT_FDCWD, 9, HOW("/dev/null"))), "fd.9"),
		  "/dev/null flags=100000 pos=0");
}

static void open_errors(void)
{
	char *path = in_scratch_new("file"), long_name[300];

	write_text(path, "text");
	memset(long_name, 'x', sizeof(long_name));
	long_name[0] = '/';
	long_name[299] = '\0';
	failed_at(RUN(OPEN(AT_FDCWD, 9, HOW("/nowhere"))), 0, ENOENT);
	failed_at(RUN(OPEN(AT_FDCWD, 9, HOW(""))), 0, ENOENT);
	failed_at(RUN(OPEN(AT_FDCWD, 9, HOW(text("%s/x", path)))), 0, ENOTDIR);
	failed_at(RUN(OPEN(AT_FDCWD, 9, HOW(scratch, .flags = O_WRONLY))), 0, EISDIR);
	failed_at(RUN(OPEN(AT_FDCWD, 9, HOW(path, .flags = O_DIRECTORY))), 0, ENOTDIR);
	failed_at(RUN(OPEN(AT_FDCWD, 9, HOW(long_name))), 0, ENAMETOOLONG);
	failed_at(RUN(OPEN(AT_FDCWD, 9, HOW(PROBE, .flags = O_WRONLY))), 0, ETXTBSY);
	failed_at(RUN(OPEN(AT_FDCWD, -1, HOW("/dev/null"))), 0, EBADF);
	failed_at(RUN(OPEN(AT_FDCWD, INT_MAX, HOW("/dev/null"))), 0, EBADF);
}

static void open_of_too_long_a_path(void)
{
	char *path = text("/%*s", PATH_MAX, "x");

	check_eq(RUN(OPEN(AT_FDCWD, 9, HOW(path))), -ENAMETOOLONG);
}

static void open_without_permission_(void *path)
{
	probe = template_of(PROBE);
	failed_at(RUN(OPEN(AT_FDCWD, 9, HOW(path))), 0, EACCES);
	check_eq(RUN(OPEN(AT_FDCWD, 9, HOW("/etc/passwd"))), 0);
}

static void open_without_permission(void)
{
	char *path = in_scratch_new("secret");

	write_whole(path, "x", 1, 0600);
	in_child_as_nobody(open_without_permission_, path);
	check_eq(RUN(OPEN(AT_FDCWD, 9, HOW(path))), 0);
}

static void open_resolve_flags(void)
{
	int fd = must(open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC));
	char *path = in_scratch_new("target"), *link = in_scratch_new("link");

	write_text(path, "text");
	must(symlink("target", link));
	check_eq(RUN(OPEN(fd, 9, HOW("link", .resolve = RESOLVE_BENEATH))), 0);
	failed_at(RUN(OPEN(fd, 9, HOW("../etc/passwd", .resolve = RESOLVE_BENEATH))), 0, EXDEV);
	failed_at(RUN(OPEN(fd, 9, HOW("/etc/passwd", .resolve = RESOLVE_BENEATH))), 0, EXDEV);
	failed_at(RUN(OPEN(fd, 9, HOW("link", .resolve = RESOLVE_NO_SYMLINKS))), 0, ELOOP);
	check_eq(RUN(OPEN(fd, 9, HOW("target", .resolve = RESOLVE_NO_SYMLINKS))), 0);
	check_str(fact(FACTS("fds", OPEN(fd, 9, HOW("/target", .resolve = RESOLVE_IN_ROOT))),
		       "fd.9"),
		  text("%s flags=100000 pos=0", path));
	failed_at(RUN(OPEN(AT_FDCWD, 9, HOW("/proc/self/exe",
					    .resolve = RESOLVE_NO_MAGICLINKS))),
		  0, ELOOP);
	failed_at(RUN(OPEN(AT_FDCWD, 9, HOW("/proc/version", .resolve = RESOLVE_NO_XDEV))), 0,
		  EXDEV);
	close(fd);
}

static void open_how_that_openat2_refuses(void)
{
	check_eq(RUN(OPEN(AT_FDCWD, 9, HOW("/dev/null", .resolve = 1ULL << 40))), -EINVAL);
	check_eq(RUN(OPEN(AT_FDCWD, 9, HOW("/dev/null", .flags = 1ULL << 40))), -EINVAL);
	check_eq(RUN(OPEN(AT_FDCWD, 9, HOW("/dev/null", .mode = 0644))), -EINVAL);
	check_eq(RUN(OPEN(AT_FDCWD, 9,
			  HOW("/dev/null", .resolve = RESOLVE_BENEATH | RESOLVE_IN_ROOT))),
		 -EINVAL);
	check_eq(RUN(OPEN(AT_FDCWD, 9, HOW("/dev/null", .flags = O_PATH | O_WRONLY))), -EINVAL);
}

static void open_unused_fields(void)
{
	check_eq(RUN(OPEN(AT_FDCWD, 9, HOW("/dev/null"), .flags = 1)), -EINVAL);
	check_eq(RUN(OPEN(AT_FDCWD, 9, HOW("/dev/null"), .flags = O_CLOEXEC)), -EINVAL);
	check_eq(RUN(OPEN(AT_FDCWD, 9, HOW("/dev/null"))), 0);
}

/* CLOSE_RANGE */

static void close_range_closes(void)
{
	check_str(FACTS("fds", DUP2(0, 10), DUP2(0, 11), DUP2(0, 12), DUP2(0, 13),
			CLOSE_RANGE(11, 12)),
		  text("%s%s%s", stdio(), fd_line(10, 0), fd_line(13, 0)));
	check_str(FACTS("fds", DUP2(0, 10), DUP2(0, 500), CLOSE_RANGE(3, -1)), stdio());
	check_str(FACTS("fds", DUP2(0, 10), CLOSE_RANGE(0, 9)), fd_line(10, 0));
	check_str(FACTS("fds", CLOSE_RANGE(0, -1)), "");
}

static void close_range_of_nothing(void)
{
	check_str(FACTS("fds", CLOSE_RANGE(1000, 2000)), stdio());
	check_str(FACTS("fds", CLOSE_RANGE(3, -1)), stdio());
	check_str(FACTS("fds", CLOSE_RANGE(INT_MAX, INT_MAX)), stdio());
}

static void close_range_takes_the_callers_too(void)
{
	int fd = open_null();

	failed_at(RUN(CLOSE_RANGE(3, -1), DUP2(fd, 1)), 1, EBADF);
	failed_at(RUN(CLOSE_RANGE(fd, fd), DUP2(fd, 1)), 1, EBADF);
	check_eq(RUN(CLOSE_RANGE(fd + 1, -1), DUP2(fd, 1)), 0);
	check_eq(RUN(DUP2(fd, 1), CLOSE_RANGE(3, -1)), 0);
	check(is_open(fd));
	close(fd);
}

static void close_range_with_cloexec(void)
{
	check_str(FACTS("fds", DUP2(0, 10), DUP2(0, 11),
			CLOSE_RANGE(10, 10, .flags = CLOSE_RANGE_CLOEXEC)),
		  text("%s%s", stdio(), fd_line(11, 0)));
	/* Later actions can use descriptors that only exec will close. */
	check_str(FACTS("fds", DUP2(0, 10), CLOSE_RANGE(3, -1, .flags = CLOSE_RANGE_CLOEXEC),
			DUP2(10, 12)),
		  text("%s%s", stdio(), fd_line(12, 0)));
	check_str(FACTS("fds", CLOSE_RANGE(1, 1, .flags = CLOSE_RANGE_CLOEXEC)),
		  text("%s%s", fd_line(0, 0), fd_line(2, 2)));
	check_str(FACTS("fds", CLOSE_RANGE(1, 1, .flags = CLOSE_RANGE_CLOEXEC), DUP2(1, 1)),
		  stdio());
}

static void close_range_with_cloexec_leaves_the_callers(void)
{
	int fd = open_null();

	check_str(FACTS("fds", CLOSE_RANGE(3, -1, .flags = CLOSE_RANGE_CLOEXEC), DUP2(fd, 44)),
		  text("%s%s", stdio(), fd_line(44, fd)));
	close(fd);
}

static void close_range_that_runs_backwards(void)
{
	check_eq(RUN(CLOSE_RANGE(5, 4)), -EINVAL);
	check_eq(RUN(CLOSE_RANGE(5, 5)), 0);
}

/* The RFC has this flag. It does nothing, because the child's table is its own. */
static void close_range_with_unshare(void)
{
	check_str(FACTS("fds", DUP2(0, 10), CLOSE_RANGE(3, -1, .flags = CLOSE_RANGE_UNSHARE)),
		  stdio());
	check_str(FACTS("fds", DUP2(0, 10), DUP2(0, 11),
			CLOSE_RANGE(11, -1, .flags = CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)),
		  text("%s%s", stdio(), fd_line(10, 0)));
}

static void close_range_unused_fields(void)
{
	check_eq(RUN(CLOSE_RANGE(3, -1, .flags = 8)), -EINVAL);
	check_eq(RUN(CLOSE_RANGE(3, -1, .flags = 0x80000000)), -EINVAL);
	check_eq(RUN(CLOSE_RANGE(3, -1, .arg = 1)), -EINVAL);
	check_eq(RUN(CLOSE_RANGE(3, -1)), 0);
}

/* SIGMASK and SIGDEFAULT */

static void sigmask_is_what_the_program_starts_with(void)
{
	uint64_t set = BIT(SIGUSR1) | BIT(SIGTERM) | BIT(40);
	char *facts = FACTS("signals", SIGMASK(SIGSET(set)));

	check_str(fact(facts, "sigblocked"), text("%016llx", (unsigned long long)set));
	check_str(fact(facts, "sigpending"), "0000000000000000");
}

static void sigmask_of_all(void)
{
	uint64_t all = ~0ULL & ~BIT(SIGKILL) & ~BIT(SIGSTOP);

	check_str(fact(FACTS("signals", SIGMASK(SIGSET(~0ULL))), "sigblocked"),
		  text("%016llx", (unsigned long long)all));
	check_str(fact(FACTS("signals", SIGMASK(SIGSET(~0ULL)), SIGMASK(SIGSET(0))), "sigblocked"),
		  "0000000000000000");
}

static void sigmask_is_the_callers_without_one(void)
{
	sigset_t set, old;
	char *facts;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR2);
	must(sigprocmask(SIG_BLOCK, &set, &old));
	facts = FACTS("signals", DUP2(0, 9));
	check_str(fact(facts, "sigblocked"),
		  text("%016llx", (unsigned long long)(BIT(SIGHUP) | BIT(SIGUSR2))));
	facts = FACTS("signals", SIGMASK(SIGSET(0)));
	check_str(fact(facts, "sigblocked"), "0000000000000000");
	must(sigprocmask(SIG_SETMASK, &old, NULL));
}

static uint64_t own_mask(void)
{
	uint64_t mask = 0;

	must(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof(mask)));
	return mask;
}

static void callers_mask_is_untouched(void)
{
	uint64_t before = own_mask();

	check_eq(RUN(SIGMASK(SIGSET(~0ULL))), 0);
	check_eq(own_mask(), before);
	failed_at(RUN(SIGMASK(SIGSET(~0ULL)), CLOSE(-1)), 1, EBADF);
	check_eq(own_mask(), before);
}

static void pending_signals_are_not_inherited(void)
{
	sigset_t set, old;
	char *facts;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must(sigprocmask(SIG_BLOCK, &set, &old));
	must(raise(SIGUSR1));
	facts = FACTS("signals", DUP2(0, 9));
	check_str(fact(facts, "sigpending"), "0000000000000000");
	must(sigtimedwait(&set, NULL, &(struct timespec){ 5, 0 }));
	must(sigprocmask(SIG_SETMASK, &old, NULL));
}

static void sigdefault_resets_the_ignored(void)
{
	uint64_t two = BIT(SIGUSR1) | BIT(SIGPIPE);

	signal(SIGUSR1, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	check_str(fact(FACTS("signals", DUP2(0, 9)), "sigignored"),
		  text("%016llx", (unsigned long long)two));
	check_str(fact(FACTS("signals", SIGDEFAULT(SIGSET(BIT(SIGUSR1)))), "sigignored"),
		  text("%016llx", (unsigned long long)BIT(SIGPIPE)));
	check_str(fact(FACTS("signals", SIGDEFAULT(SIGSET(~0ULL))), "sigignored"),
		  "0000000000000000");
	check(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
	check(signal(SIGPIPE, SIG_DFL) == SIG_IGN);
}

static void handler(int number)
{
	(void)number;
}

static void handlers_become_default(void)
{
	char *facts;

	signal(SIGUSR1, handler);
	facts = FACTS("signals", DUP2(0, 9));
	check_str(fact(facts, "sigcaught"), "0000000000000000");
	check_str(fact(facts, "sigignored"), "0000000000000000");
	check(signal(SIGUSR1, SIG_DFL) == handler);
}

/*
 * While the child sets up, a signal whose default is to stop or kill cannot
 * reach it.
 */
static void signals_by_a_default_action_work_after(void)
{
	pid_t pid;

	signal(SIGTERM, SIG_IGN);
	pid = outspawn_spawn(probe, ARGV("probe", "block"), NULL,
			     &(struct outspawn_actions){ ACTIONS(SIGDEFAULT(SIGSET(BIT(SIGTERM)))),
							 1, 1 },
			     0, NULL, NULL);
	signal(SIGTERM, SIG_DFL);
	check(pid > 0);
	must(kill(pid, SIGTERM));
	check_eq(wait_for(pid), 128 + SIGTERM);
}

static void sigset_sizes(void)
{
	struct spawn_template_sigset set = *SIGSET(0);

	set.sigsetsize = 4;
	check_eq(RUN(SIGMASK(&set)), -EINVAL);
	check_eq(RUN(SIGDEFAULT(&set)), -EINVAL);
	set.sigsetsize = 128;
	check_eq(RUN(SIGMASK(&set)), -EINVAL);
	check_eq(RUN(SIGDEFAULT(&set)), -EINVAL);
	set.sigsetsize = 8;
	check_eq(RUN(SIGMASK(&set), SIGDEFAULT(&set)), 0);
}

static void sigset_unused_fields(void)
{
	check_eq(RUN(SIGMASK(SIGSET(0), .flags = 1)), -EINVAL);
	check_eq(RUN(SIGMASK(SIGSET(0), .fd = 1)), -EINVAL);
	check_eq(RUN(SIGMASK(SIGSET(0), .newfd = 1)), -EINVAL);
	check_eq(RUN(SIGDEFAULT(SIGSET(0), .flags = 1)), -EINVAL);
	check_eq(RUN(SIGDEFAULT(SIGSET(0), .fd = 1)), -EINVAL);
	check_eq(RUN(SIGDEFAULT(SIGSET(0), .newfd = 1)), -EINVAL);
	check_eq(RUN(SIGMASK(SIGSET(0)), SIGDEFAULT(SIGSET(0))), 0);
}

SUITE("actions",
      T(no_actions),
      T(unknown_type),
      T(unknown_type_after_good_ones),
      T(most_actions),
      T(actions_run_in_order),
      T(first_failure_ends_it),
      T(close_takes_it_away),
      T(close_of_nothing),
      T(close_of_the_callers_own),
      T(closed_number_is_gone),
      T(close_unused_fields),
      T(dup2_places_the_callers),
      T(dup2_of_nothing),
      T(dup2_to_bad_numbers),
      T(numbers_are_below_the_limit),
      T(dup2_of_itself_clears_cloexec),
      T(dup2_with_cloexec_is_a_helper),
      T(dup2_unused_fields),
      T(swap_of_two),
      T(swap_of_stdout_and_stderr),
      T(fchdir_changes_the_childs_folder),
      T(fchdir_to_what_is_no_folder),
      T(fchdir_without_permission),
      T(fchdir_unused_fields),
      T(open_places_the_file),
      T(open_creates),
      T(open_truncates_and_appends),
      T(open_relative_to_a_folder),
      T(open_relative_to_the_new_cwd),
      T(open_then_use),
      T(open_with_cloexec),
      T(open_errors),
      T(open_of_too_long_a_path),
      T(open_without_permission),
      T(open_resolve_flags),
      T(open_how_that_openat2_refuses),
      T(open_unused_fields),
      T(close_range_closes),
      T(close_range_of_nothing),
      T(close_range_takes_the_callers_too),
      T(close_range_with_cloexec),
      T(close_range_with_cloexec_leaves_the_callers),
      T(close_range_that_runs_backwards),
      T(close_range_with_unshare),
      T(close_range_unused_fields),
      T(sigmask_is_what_the_program_starts_with),
      T(sigmask_of_all),
      T(sigmask_is_the_callers_without_one),
      T(callers_mask_is_untouched),
      T(pending_signals_are_not_inherited),
      T(sigdefault_resets_the_ignored),
      T(handlers_become_default),
      T(signals_by_a_default_action_work_after),
      T(sigset_sizes),
      T(sigset_unused_fields));
