// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_bad_input.c - each number of each struct at its limits and beyond them
 *
 * Root and a user without rights make the calls. test_efault.c has the
 * pointers.
 *
 * A row changes one member of good arguments, so the errno of the call is that
 * member's.
 */
#include "common.h"

#include <limits.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define PAGE 4096
/* The caller's limit of descriptors. */
#define NUMBERS 100
/* The largest depth of nested pid namespaces. */
#define TIDS 32
/* The largest string of exec, with its NUL. */
#define STRING_MAX (32 * PAGE)
#define WANTED_TID 22228
#define HIGH (1ULL << 32)
#define TOP (1ULL << 63)
#define ALL (~0ULL)
#define TOP_32 (1U << 31)

/* The arguments of all calls. */
static struct input {
	struct spawn_template_create_args create;
	struct spawn_template_spawn_args spawn;
	struct spawn_template_path_args path;
	struct spawn_template_batch_args batch;
	struct spawn_template_batch_entry entry;
	struct spawn_template_action action;
	struct spawn_template_open open;
	struct spawn_template_sigset sigset;
	struct spawn_template_syscall call;
	struct spawn_template_result result;
	int32_t tids[TIDS];
} in;
static char *const exit_0[] = { "probe", "exit", "0", NULL };
static uint64_t no_signals;
static bool rights; /* the caller is root */

static void *zeros(size_t size)
{
	void *memory = calloc(1, size);

	check(memory);
	return memory;
}

/* Return a page that has no memory after it. */
static char *page_with_a_hole(void)
{
	char *page = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(page != MAP_FAILED);
	must(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
	return page;
}

/* Calls */

static int end_of(pid_t pid)
{
	int status;

	check_eq(must(waitpid(pid, &status, __WALL)), pid);
	return status;
}

static int create(void)
{
	int fd = sys_create(&in.create);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* For a call that has read where to write its result. */
static int spawned(int ret)
{
	check_eq(in.result.error, ret < 0 ? -ret : 0);
	check_eq(in.result.pid, ret < 0 ? 0 : ret);
	return ret < 0 ? ret : end_of(ret);
}

static int spawn(void)
{
	return spawned(sys_spawn(probe, &in.spawn));
}

static int spawn_path(void)
{
	pid_t pid = ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, &in.path);

	return pid < 0 ? -errno : end_of(pid);
}

static int batch(void)
{
	int done = ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &in.batch);

	if (done > 0 && in.entry.result.pid)
		end_of(in.entry.result.pid);
	return done < 0 ? -errno : 0;
}

static int entry(void)
{
	check_eq(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &in.batch), 1);
	if (in.entry.result.error)
		return -in.entry.result.error;
	return end_of(in.entry.result.pid);
}

/* Good arguments */

static void good(void)
{
	memset(&in, 0, sizeof(in));
	in.create = CREATE_PATH(PROBE);
	in.spawn.argv = (uintptr_t)exit_0;
	in.spawn.result = (uintptr_t)&in.result;
	in.path = (struct spawn_template_path_args){ .spawn = (uintptr_t)&in.spawn,
						     .spawn_size = sizeof(in.spawn),
						     .file = (uintptr_t)PROBE };
	in.batch = (struct spawn_template_batch_args){ .entries = (uintptr_t)&in.entry,
						       .count = 1,
						       .entry_size = sizeof(in.entry) };
	in.entry = (struct spawn_template_batch_entry){ .tmpl = probe,
							.args_size = sizeof(in.spawn),
							.args = (uintptr_t)&in.spawn };
	in.open.path = (uintptr_t) ".";
	in.open.how.flags = O_RDONLY | O_DIRECTORY;
	in.sigset = (struct spawn_template_sigset){ (uintptr_t)&no_signals, sizeof(no_signals) };
	in.call = (struct spawn_template_syscall){ .nr = SYS_umask, .args = { 022 } };
}

/* The suite's directory; it is open while a table is tried. */
static int folder;

static void good_fd(void)
{
	in.create = CREATE_FD(folder);
}

static void with_tids(void)
{
	in.tids[0] = WANTED_TID;
	in.spawn.set_tid = (uintptr_t)in.tids;
	in.spawn.set_tid_size = 1;
}

static void with_cgroup(void)
{
	in.spawn.flags = SPAWN_TEMPLATE_SPAWN_CGROUP;
}

static void with_node(void)
{
	in.spawn.flags = SPAWN_TEMPLATE_SPAWN_NODE;
}

static void with_exit_signal(void)
{
	in.spawn.flags = SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL;
	in.spawn.exit_signal = SIGUSR1;
}

static void with(struct spawn_template_action action)
{
	in.action = action;
	in.spawn.actions = (uintptr_t)&in.action;
	in.spawn.actions_len = 1;
}

#define ACTION(type_, ...) \
	with((struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_##type_, __VA_ARGS__ })

static void with_close(void)
{
	ACTION(CLOSE, .fd = folder);
}

static void with_dup2(void)
{
	ACTION(DUP2, .fd = folder, .newfd = 70);
}

static void with_fchdir(void)
{
	ACTION(FCHDIR, .fd = folder);
}

static void with_open(void)
{
	ACTION(OPEN, .fd = folder, .newfd = 70, .arg = (uintptr_t)&in.open);
}

static void with_open_of_a_path(void)
{
	with_open();
	in.open.path = (uintptr_t) "/";
}

static void with_close_range(void)
{
	ACTION(CLOSE_RANGE, .fd = 50, .newfd = 60);
}

static void with_sigmask(void)
{
	ACTION(SIGMASK, .arg = (uintptr_t)&in.sigset);
}

static void with_sigdefault(void)
{
	ACTION(SIGDEFAULT, .arg = (uintptr_t)&in.sigset);
}

static void with_call(void)
{
	ACTION(SYSCALL, .arg = (uintptr_t)&in.call);
}

#define WITH_CALL(name, ...)                                                          \
	static void call_##name(void)                                                 \
	{                                                                             \
		with_call();                                                          \
		in.call = (struct spawn_template_syscall){ .nr = SYS_##name,          \
							   .args = { __VA_ARGS__ } }; \
	}                                                                             \
	static void call_##name(void)
WITH_CALL(fchdir, folder);
WITH_CALL(fcntl, 1, F_SETFD, 0);
WITH_CALL(setpriority, PRIO_PROCESS, 0, 10);
WITH_CALL(ioprio_set, 1, 0, 2 << 13 | 4);
WITH_CALL(prlimit64, 0, RLIMIT_CORE);
WITH_CALL(prctl, PR_SET_NO_NEW_PRIVS, 1);
WITH_CALL(seccomp, 1, 0, 0);

/* Tables */

struct row {
	const char *member;
	size_t offset, size;
	uint64_t value;
	int error; /* 0: the value is accepted */
	int nobodys; /* for a caller without rights; 0: the same */
};
#define ROW(member_, ...)                                                                  \
	{                                                                                  \
#member_, offsetof(struct input, member_), sizeof(in.member_), __VA_ARGS__ \
	}

static void try_rows(const struct row *rows, size_t count, void (*change)(void), int (*call)(void))
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		int want = row->nobodys && !rights ? row->nobodys : row->error, got;

		good();
		if (change)
			change();
		memcpy((char *)&in + row->offset, &row->value, row->size);
		got = call();
		if (got != -want)
			check_failed(__FILE__, __LINE__, "%s = %#llx, %s: %d%s, not %s",
				     row->member, (unsigned long long)row->value,
				     rights ? "root" : "nobody", got, errno_text(got),
				     want ? strerrorname_np(want) : "taken");
	}
}

/* Block the signals that children send when they end. */
static void begin(void)
{
	struct rlimit limit = { NUMBERS, NUMBERS };
	sigset_t all;

	sigfillset(&all);
	must(sigprocmask(SIG_BLOCK, &all, NULL));
	must(setrlimit(RLIMIT_NOFILE, &limit));
	folder = must(open(scratch, O_PATH | O_CLOEXEC));
	must(chdir("/"));
	rights = !geteuid();
	own_template();
}

static void run(void *function)
{
	begin();
	((void (*)(void))function)();
}

static void by_everybody(void (*function)(void))
{
	in_child(run, function);
	in_child_as_nobody(run, function);
}

/* A test that runs as root and as nobody. */
#define TEST(name)                     \
	static void name##_(void);     \
	static void name(void)         \
	{                              \
		by_everybody(name##_); \
	}                              \
	static void name##_(void)
#define ROWS(name, change, call, ...)                                       \
	TEST(name)                                                          \
	{                                                                   \
		static const struct row rows[] = { __VA_ARGS__ };           \
		try_rows(rows, sizeof(rows) / sizeof(*rows), change, call); \
	}                                                                   \
	static void name##_(void)

/* Numbers that can be no descriptor, at the limits of an int. */
#define NO_DESCRIPTOR(member, error) \
	ROW(member, -2, error), ROW(member, INT_MAX, error), ROW(member, INT_MIN, error)
/* For a member that must be 0. */
#define ZERO(member) ROW(member, 0), ROW(member, 1, EINVAL), ROW(member, ALL, EINVAL)
#define ZERO_64(member) ZERO(member), ROW(member, HIGH, EINVAL), ROW(member, TOP, EINVAL)
#define ZERO_32(member) ZERO(member), ROW(member, TOP_32, EINVAL)

/* CREATE */

ROWS(create_by_path, NULL, create, NO_DESCRIPTOR(create.execfd, EINVAL),
     ROW(create.execfd, 0, EINVAL), ROW(create.execfd, AT_FDCWD, EINVAL),
     ROW(create.filename, 0, EINVAL), ZERO_32(create.exec_flags), ZERO_64(create.actions),
     ZERO_64(create.actions_len), ZERO_64(create.reserved[0]), ZERO_64(create.reserved[3]),
     ROW(create.flags, 0), ROW(create.flags, 1 << 1, EINVAL), ROW(create.flags, TOP_32, EINVAL),
     ROW(create.flags, 1ULL << 34, EINVAL), ROW(create.flags, TOP, EINVAL),
     ROW(create.flags, ALL, EINVAL));
ROWS(create_by_descriptor, good_fd, create, ROW(create.execfd, -1, EINVAL),
     ROW(create.execfd, -2, EINVAL), ROW(create.execfd, INT_MIN, EINVAL),
     ROW(create.execfd, AT_FDCWD, EINVAL), ROW(create.execfd, INT_MAX, EBADF),
     ROW(create.execfd, NUMBERS, EBADF));

/* SPAWN */

ROWS(spawn_numbers, NULL, spawn, ROW(spawn.flags, 0), ROW(spawn.flags, 1 << 1, EINVAL),
     ROW(spawn.flags, TOP_32, EINVAL), ROW(spawn.flags, 1ULL << 40, EINVAL),
     ROW(spawn.flags, 1ULL << 41, EINVAL), ROW(spawn.flags, TOP, EINVAL),
     ROW(spawn.flags, ALL, EINVAL), ROW(spawn.actions_len, 0),
     ROW(spawn.actions_len, SPAWN_TEMPLATE_MAX_ACTIONS, EFAULT),
     ROW(spawn.actions_len, SPAWN_TEMPLATE_MAX_ACTIONS + 1, E2BIG),
     ROW(spawn.actions_len, HIGH, E2BIG), ROW(spawn.actions_len, HIGH + 1, E2BIG),
     ROW(spawn.actions_len, TOP, E2BIG), ROW(spawn.actions_len, ALL, E2BIG),
     ZERO_64(spawn.reserved[0]), ZERO_64(spawn.reserved[1]), ZERO_64(spawn.reserved[2]),
     ZERO_64(spawn.reserved[3]), ROW(spawn.set_tid, 8, EINVAL), ROW(spawn.set_tid_size, 1, EINVAL),
     ROW(spawn.set_tid_size, UINT_MAX, EINVAL), ZERO_32(spawn.cgroup), ZERO_32(spawn.exit_signal),
     ZERO_32(spawn.node), ROW(spawn.pdeath_signal, 0), ROW(spawn.pdeath_signal, 1),
     ROW(spawn.pdeath_signal, 64), ROW(spawn.pdeath_signal, 65, EINVAL),
     ROW(spawn.pdeath_signal, TOP_32, EINVAL), ROW(spawn.pdeath_signal, UINT_MAX, EINVAL));
ROWS(pids, with_tids, spawn, ROW(spawn.set_tid_size, 1, 0, EPERM),
     ROW(spawn.set_tid_size, 0, EINVAL), ROW(spawn.set_tid_size, TIDS, EINVAL),
     ROW(spawn.set_tid_size, TIDS + 1, EINVAL), ROW(spawn.set_tid_size, TOP_32, EINVAL),
     ROW(spawn.set_tid_size, UINT_MAX, EINVAL), ROW(tids[0], 0, EINVAL), ROW(tids[0], -1, EINVAL),
     ROW(tids[0], INT_MIN, EINVAL), ROW(tids[0], INT_MAX, EINVAL), ROW(tids[0], 1, EEXIST, EPERM));
ROWS(cgroups, with_cgroup, spawn, NO_DESCRIPTOR(spawn.cgroup, EBADF), ROW(spawn.cgroup, -1, EBADF),
     ROW(spawn.cgroup, AT_FDCWD, EBADF), ROW(spawn.cgroup, NUMBERS, EBADF));
ROWS(nodes, with_node, spawn, ROW(spawn.node, 0), ROW(spawn.node, 1, EINVAL),
     ROW(spawn.node, 1023, EINVAL), ROW(spawn.node, 1024, EINVAL), ROW(spawn.node, TOP_32, EINVAL),
     ROW(spawn.node, UINT_MAX, EINVAL));
ROWS(exit_signals, with_exit_signal, spawn, ROW(spawn.exit_signal, 0), ROW(spawn.exit_signal, 1),
     ROW(spawn.exit_signal, 64), ROW(spawn.exit_signal, 65, EINVAL),
     ROW(spawn.exit_signal, TOP_32, EINVAL), ROW(spawn.exit_signal, TOP_32 | SIGUSR1, EINVAL),
     ROW(spawn.exit_signal, UINT_MAX, EINVAL));

/* Each bit that is no namespace. */
TEST(namespaces)
{
	const uint64_t known = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
			       CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME;
	int bit;

	for (bit = 0; bit < 64; bit++) {
		good();
		in.spawn.namespaces = 1ULL << bit;
		if (!(in.spawn.namespaces & known))
			check_eq(spawn(), -EINVAL);
		in.spawn.namespaces |= CLONE_NEWUTS;
		if (in.spawn.namespaces & ~known)
			check_eq(spawn(), -EINVAL);
	}
}

/* Actions */

ROWS(types, with_open, spawn, ROW(action.type, SPAWN_TEMPLATE_ACTION_OPEN),
     ROW(action.type, SPAWN_TEMPLATE_ACTION_SYSCALL + 1, EINVAL),
     ROW(action.type, SPAWN_TEMPLATE_ACTION_SYSCALL + 2, EINVAL), ROW(action.type, TOP_32, EINVAL),
     ROW(action.type, TOP_32 | SPAWN_TEMPLATE_ACTION_OPEN, EINVAL),
     ROW(action.type, UINT_MAX, EINVAL));
ROWS(close_numbers, with_close, spawn, NO_DESCRIPTOR(action.fd, EBADF), ROW(action.fd, -1, EBADF),
     ROW(action.fd, AT_FDCWD, EBADF), ROW(action.fd, NUMBERS, EBADF), ZERO_32(action.newfd),
     ZERO_32(action.flags), ZERO_64(action.arg));
ROWS(dup2_numbers, with_dup2, spawn, NO_DESCRIPTOR(action.fd, EBADF), ROW(action.fd, -1, EBADF),
     ROW(action.fd, AT_FDCWD, EBADF), ROW(action.fd, NUMBERS, EBADF),
     NO_DESCRIPTOR(action.newfd, EBADF), ROW(action.newfd, -1, EBADF),
     ROW(action.newfd, NUMBERS, EBADF), ROW(action.newfd, NUMBERS - 1), ROW(action.newfd, 0),
     ROW(action.flags, O_CLOEXEC), ROW(action.flags, 1, EINVAL), ROW(action.flags, TOP_32, EINVAL),
     ROW(action.flags, UINT_MAX, EINVAL), ZERO_64(action.arg));
ROWS(fchdir_numbers, with_fchdir, spawn, NO_DESCRIPTOR(action.fd, EBADF), ROW(action.fd, -1, EBADF),
     ROW(action.fd, AT_FDCWD, EBADF), ROW(action.fd, NUMBERS, EBADF), ZERO_32(action.newfd),
     ZERO_32(action.flags), ZERO_64(action.arg));
ROWS(open_numbers, with_open, spawn, NO_DESCRIPTOR(action.fd, EBADF), ROW(action.fd, -1, EBADF),
     ROW(action.fd, AT_FDCWD), NO_DESCRIPTOR(action.newfd, EBADF), ROW(action.newfd, -1, EBADF),
     ROW(action.newfd, NUMBERS, EBADF), ROW(action.newfd, NUMBERS - 1), ZERO_32(action.flags),
     ROW(action.arg, 0, EINVAL), ROW(open.how.flags, TOP | O_DIRECTORY, EINVAL),
     ROW(open.how.flags, TOP >> 1, EINVAL), ROW(open.how.mode, 1, EINVAL),
     ROW(open.how.mode, TOP, EINVAL), ROW(open.how.resolve, HIGH, EINVAL),
     ROW(open.how.resolve, TOP, EINVAL));
/* As with openat2(2), a directory is ignored if the path does not need it. */
ROWS(open_of_a_path, with_open_of_a_path, spawn, NO_DESCRIPTOR(action.fd, 0), ROW(action.fd, -1),
     ROW(action.fd, NUMBERS));
ROWS(close_range_numbers, with_close_range, spawn, ROW(action.fd, 0), ROW(action.fd, 60),
     ROW(action.fd, 61, EINVAL), ROW(action.fd, INT_MAX, EINVAL), ROW(action.fd, -1, EINVAL),
     ROW(action.fd, INT_MIN, EINVAL), ROW(action.newfd, -1), ROW(action.newfd, INT_MAX),
     ROW(action.newfd, 50), ROW(action.newfd, 49, EINVAL), ROW(action.newfd, -2, EINVAL),
     ROW(action.newfd, INT_MIN, EINVAL), ROW(action.flags, CLOSE_RANGE_CLOEXEC),
     ROW(action.flags, CLOSE_RANGE_UNSHARE),
     ROW(action.flags, CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC), ROW(action.flags, 1, EINVAL),
     ROW(action.flags, 8, EINVAL), ROW(action.flags, TOP_32, EINVAL),
     ROW(action.flags, UINT_MAX, EINVAL), ZERO_64(action.arg));
#define SET_ROWS                                                                               \
	ROW(sigset.sigsetsize, 8), ROW(sigset.sigsetsize, 0, EINVAL),                          \
		ROW(sigset.sigsetsize, 4, EINVAL), ROW(sigset.sigsetsize, 7, EINVAL),          \
		ROW(sigset.sigsetsize, 9, EINVAL), ROW(sigset.sigsetsize, 128, EINVAL),        \
		ROW(sigset.sigsetsize, HIGH + 8, EINVAL), ROW(sigset.sigsetsize, ALL, EINVAL), \
		ROW(action.arg, 0, EINVAL), ZERO_32(action.fd), ZERO_32(action.newfd),         \
		ZERO_32(action.flags)
ROWS(sigmask_numbers, with_sigmask, spawn, SET_ROWS);
ROWS(sigdefault_numbers, with_sigdefault, spawn, SET_ROWS);

/* System calls as actions */

ROWS(syscall_numbers, with_call, spawn, ROW(action.arg, 0, EINVAL), ZERO_32(action.fd),
     ZERO_32(action.newfd), ZERO_32(action.flags), ZERO_32(call.pad),
     ROW(call.nr, UINT_MAX, EOPNOTSUPP), ROW(call.nr, TOP_32, EOPNOTSUPP),
     ROW(call.nr, TOP_32 | SYS_umask, EOPNOTSUPP),
     ROW(call.nr, 1 << 30 | SYS_umask, EOPNOTSUPP), /* of x32 */
     ROW(call.nr, 1 << 16 | SYS_umask, EOPNOTSUPP), ZERO_64(call.args[1]), ZERO_64(call.args[5]));
ROWS(lent_descriptor, call_fchdir, spawn, ROW(call.args[0], -1, EBADF),
     ROW(call.args[0], AT_FDCWD, EBADF), ROW(call.args[0], INT_MIN, EBADF),
     ROW(call.args[0], INT_MAX, EBADF), ROW(call.args[0], NUMBERS, EBADF));
/* The kernel reads an int here, so its upper half must not change the meaning. */
ROWS(option_of_fcntl, call_fcntl, spawn, ROW(call.args[1], F_SETFD),
     ROW(call.args[1], HIGH | F_SETFD, EOPNOTSUPP), ROW(call.args[1], F_GETFD, EOPNOTSUPP),
     ROW(call.args[1], ALL, EOPNOTSUPP));
ROWS(option_of_setpriority, call_setpriority, spawn, ROW(call.args[0], PRIO_PROCESS),
     ROW(call.args[0], HIGH, EOPNOTSUPP), ROW(call.args[0], PRIO_PGRP, EOPNOTSUPP),
     ROW(call.args[1], 1, EINVAL), ROW(call.args[1], HIGH, EINVAL), ROW(call.args[1], TOP, EINVAL));
ROWS(option_of_ioprio_set, call_ioprio_set, spawn, ROW(call.args[0], 1),
     ROW(call.args[0], HIGH + 1, EOPNOTSUPP), ROW(call.args[0], 0, EOPNOTSUPP),
     ROW(call.args[1], 1, EINVAL), ROW(call.args[1], HIGH, EINVAL));
ROWS(process_of_prlimit, call_prlimit64, spawn, ROW(call.args[0], 0), ROW(call.args[0], 1, EINVAL),
     ROW(call.args[0], ALL, EINVAL), ROW(call.args[0], HIGH, EINVAL));
ROWS(option_of_prctl, call_prctl, spawn, ROW(call.args[0], PR_SET_NO_NEW_PRIVS),
     ROW(call.args[0], HIGH | PR_SET_NO_NEW_PRIVS, EOPNOTSUPP), ROW(call.args[0], 0, EOPNOTSUPP),
     ROW(call.args[0], ALL, EOPNOTSUPP), ZERO_64(call.args[5]));
ROWS(option_of_seccomp, call_seccomp, spawn, ROW(call.args[0], 0, EOPNOTSUPP),
     ROW(call.args[0], HIGH + 1, EOPNOTSUPP), ROW(call.args[1], HIGH, EOPNOTSUPP),
     ROW(call.args[1], ALL, EOPNOTSUPP));

/* SPAWN_PATH */

ROWS(path_numbers, NULL, spawn_path, ZERO_64(path.flags), ZERO_32(path.pad),
     ROW(path.file, 0, EINVAL), ROW(path.spawn_size, sizeof(struct spawn_template_spawn_args)),
     ROW(path.spawn_size, SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0),
     ROW(path.spawn_size, SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0 - 1, EINVAL),
     ROW(path.spawn_size, 0, EINVAL), ROW(path.spawn_size, 1 << _IOC_SIZEBITS, E2BIG),
     ROW(path.spawn_size, TOP_32, E2BIG), ROW(path.spawn_size, UINT_MAX, E2BIG));

/*
 * Return a string of 'length' bytes without its NUL. It ends with 'end'; the
 * rest is 'filling'.
 */
static char *long_string(size_t length, char filling, const char *end)
{
	char *string = zeros(length + 1);

	memset(string, filling, length);
	strcpy(string + length - strlen(end), end);
	return string;
}

static int spawn_file(const char *file, const char *path)
{
	good();
	in.path.file = (uintptr_t)file;
	in.path.path = (uintptr_t)path;
	return spawn_path();
}

TEST(lengths_of_paths)
{
	/* A list of two directories: the empty one, and the one of probe. */
	char *folders = text(":%s", PROBE), *path;

	*strrchr(folders, '/') = '\0';
	check_eq(spawn_file(long_string(PATH_MAX - 1, '/', PROBE), NULL), 0);
	check_eq(spawn_file(long_string(PATH_MAX, '/', PROBE), NULL), -ENAMETOOLONG);
	check_eq(spawn_file(long_string(NAME_MAX, 'a', ""), folders), -ENOENT);
	check_eq(spawn_file(long_string(NAME_MAX + 1, 'a', ""), folders), -ENAMETOOLONG);
	path = long_string(STRING_MAX - 1, 'a', folders);
	check_eq(spawn_file("probe", path), 0);
	path = long_string(STRING_MAX, 'a', folders);
	check_eq(spawn_file("probe", path), -E2BIG);
	/* The list is not read if the file is not searched for. */
	check_eq(spawn_file(PROBE, path), 0);
	good();
	with_open();
	in.open.path = (uintptr_t)long_string(PATH_MAX - 1, '/', "");
	check_eq(spawn(), 0);
	in.open.path = (uintptr_t)long_string(PATH_MAX, '/', "");
	check_eq(spawn(), -ENAMETOOLONG);
	good();
	in.create.filename = (uintptr_t)long_string(PATH_MAX - 1, '/', PROBE);
	check_eq(create(), 0);
	in.create.filename = (uintptr_t)long_string(PATH_MAX, '/', PROBE);
	check_eq(create(), -ENAMETOOLONG);
}

/*
 * The total counts the bytes of argv and envp, and a pointer for each string.
 * Up to the module's limit, exec itself refuses.
 */
TEST(total_of_strings)
{
	const size_t room = 128 << 10, one = 60 << 10, pointer = sizeof(char *);
	char *words[] = { long_string(one - pointer - 1, 'x', ""),
			  long_string(one - pointer - 1, 'x', ""), NULL, NULL };
	struct rlimit limit;
	char **nothing = zeros((room / (pointer + 1) + 2) * pointer);
	size_t i;

	must(getrlimit(RLIMIT_STACK, &limit));
	limit.rlim_cur = 4 * room;
	must(setrlimit(RLIMIT_STACK, &limit));
	good();
	in.spawn.argv = (uintptr_t)words;
	words[2] = long_string(room - 2 * one - pointer - 1, 'x', "");
	check_eq(spawn(), -E2BIG);
	check_eq(in.result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	words[2] = long_string(room - 2 * one - pointer, 'x', "");
	check_eq(spawn(), -E2BIG);
	check_eq(in.result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
	/* The same for the environment. */
	in.spawn.argv = (uintptr_t)exit_0;
	in.spawn.envp = (uintptr_t)words;
	check_eq(spawn(), -E2BIG);
	check_eq(in.result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
	/* Only pointers and NULs. */
	for (i = 0; i <= room / (pointer + 1); i++)
		nothing[i] = "";
	in.spawn.envp = (uintptr_t)nothing;
	check_eq(spawn(), -E2BIG);
	check_eq(in.result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
}

/* SPAWN_BATCH */

ROWS(batch_numbers, NULL, batch, ZERO_64(batch.flags), ROW(batch.count, 0), ROW(batch.count, 1),
     ROW(batch.count, TOP_32, EINVAL), ROW(batch.count, UINT_MAX, EINVAL),
     ROW(batch.entry_size, 0, EINVAL), ROW(batch.entry_size, 24, EINVAL),
     ROW(batch.entry_size, 31, EINVAL), ROW(batch.entry_size, 33, EINVAL),
     ROW(batch.entry_size, 36, EINVAL), ROW(batch.entry_size, 32), ROW(batch.entry_size, 40),
     ROW(batch.entry_size, UINT_MAX, EINVAL), ROW(batch.entry_size, UINT_MAX - 7));
ROWS(entry_numbers, NULL, entry, NO_DESCRIPTOR(entry.tmpl, EBADF), ROW(entry.tmpl, AT_FDCWD, EBADF),
     ROW(entry.tmpl, NUMBERS, EBADF), ROW(entry.args_size, 0, EINVAL),
     ROW(entry.args_size, SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0 - 1, EINVAL),
     ROW(entry.args_size, SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0),
     ROW(entry.args_size, 1 << _IOC_SIZEBITS, E2BIG), ROW(entry.args_size, TOP_32, E2BIG),
     ROW(entry.args_size, UINT_MAX, E2BIG));

/* The count is larger than the list: only the entries of the list are done. */
TEST(entries_without_end)
{
	struct spawn_template_batch_entry *last =
		(void *)(page_with_a_hole() + PAGE - sizeof(*last));

	good();
	*last = in.entry;
	in.batch.entries = (uintptr_t)last;
	in.batch.count = INT_MAX;
	check_eq(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &in.batch), 1);
	check_eq(end_of(last->result.pid), 0);
	in.batch.count = 2;
	in.batch.entry_size = UINT_MAX - 7;
	check_eq(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &in.batch), 1);
	check_eq(end_of(last->result.pid), 0);
}

/* The ioctls' numbers */

static const struct {
	unsigned long request;
	size_t first_size;
	bool template; /* on a template; false: on the device */
	size_t offset; /* of the arguments in 'in'; 0: no arguments */
	size_t size;
} ioctls[] = {
	{ SPAWN_TEMPLATE_IOC_CREATE, SPAWN_TEMPLATE_CREATE_ARGS_SIZE_VER0, false,
	  offsetof(struct input, create), sizeof(in.create) },
	{ SPAWN_TEMPLATE_IOC_SPAWN, SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0, true,
	  offsetof(struct input, spawn), sizeof(in.spawn) },
	{ SPAWN_TEMPLATE_IOC_SPAWN_PATH, SPAWN_TEMPLATE_PATH_ARGS_SIZE_VER0, false,
	  offsetof(struct input, path), sizeof(in.path) },
	{ SPAWN_TEMPLATE_IOC_SPAWN_BATCH, SPAWN_TEMPLATE_BATCH_ARGS_SIZE_VER0, false,
	  offsetof(struct input, batch), sizeof(in.batch) },
	{ SPAWN_TEMPLATE_IOC_INFO, SPAWN_TEMPLATE_INFO_SIZE_VER0, false, 0, 0 },
	{ SPAWN_TEMPLATE_IOC_INFO, SPAWN_TEMPLATE_INFO_SIZE_VER0, true, 0, 0 },
	{ SPAWN_TEMPLATE_IOC_QUERY, SPAWN_TEMPLATE_QUERY_SIZE_VER0, true, 0, 0 },
};
#define IOCTLS (sizeof(ioctls) / sizeof(*ioctls))

/* Make the call; return -errno. Close or reap what the call made. */
static int call_ioctl(size_t which, unsigned long request, void *args)
{
	int ret = ioctl(ioctls[which].template ? probe : device, request, args);

	if (ret < 0)
		return -errno;
	if (ioctls[which].request == SPAWN_TEMPLATE_IOC_CREATE)
		close(ret);
	else if (ioctls[which].request == SPAWN_TEMPLATE_IOC_SPAWN_BATCH)
		check_eq(end_of(in.entry.result.pid), 0);
	else if (ret)
		check_eq(end_of(ret), 0);
	return 0;
}

/* Call with arguments of which 'there' bytes are mapped: good ones, then zeros. */
static int call_with_size(size_t which, size_t size, char *args, size_t there)
{
	unsigned long request = ioctls[which].request & ~IOCSIZE_MASK;
	size_t known = ioctls[which].size < there ? ioctls[which].size : there;

	good();
	/* No pointer to a result: a struct of the first size lacks that member. */
	in.spawn.result = 0;
	memset(args, 0, there);
	memcpy(args, (char *)&in + ioctls[which].offset, known);
	return call_ioctl(which, request | size << IOCSIZE_SHIFT, args);
}

TEST(sizes)
{
	const size_t largest = (1 << _IOC_SIZEBITS) - 1;
	char *end = page_with_a_hole() + PAGE, *room = zeros(largest);
	size_t i, size;

	for (i = 0; i < IOCTLS; i++) {
		size_t first = ioctls[i].first_size;

		for (size = 0; size < first; size++)
			check_eq(call_with_size(i, size, end - size, size), -EINVAL);
		for (; size < first + 80; size++) {
			check_eq(call_with_size(i, size, end - size, size), 0);
			/* The last byte is not mapped. */
			check_eq(call_with_size(i, size, end - size + 1, size - 1), -EFAULT);
		}
		check_eq(call_with_size(i, largest, room, largest), 0);
	}
}

/*
 * A later module may give a meaning to bytes after the struct. So each must be
 * 0; here the first or the last is not.
 */
TEST(unknown_tails)
{
	const size_t largest = (1 << _IOC_SIZEBITS) - 1;
	char *args = zeros(largest);
	size_t i;

	for (i = 0; i < IOCTLS && ioctls[i].size; i++) {
		const size_t tails[] = { ioctls[i].size, largest - 1 };
		size_t k;

		for (k = 0; k < 2; k++) {
			good();
			memset(args, 0, largest);
			memcpy(args, (char *)&in + ioctls[i].offset, ioctls[i].size);
			args[tails[k]] = 1;
			check_eq(call_ioctl(i,
					    (ioctls[i].request & ~IOCSIZE_MASK) |
						    (tails[k] + 1) << IOCSIZE_SHIFT,
					    args),
				 -E2BIG);
		}
	}
}

/* Our numbers in another direction, and other numbers, are unknown commands. */
TEST(commands)
{
	const int fds[] = { device, probe };
	unsigned int nr, dir, i;
	size_t k;

	for (i = 0; i < 2; i++)
		for (nr = 0; nr < 256; nr++)
			for (dir = 0; dir < 4; dir++) {
				unsigned long request =
					_IOC(dir, SPAWN_TEMPLATE_IOC_MAGIC, nr, 120);
				bool known = false;

				for (k = 0; k < IOCTLS; k++)
					known |= ioctls[k].template == i &&
						 (ioctls[k].request & ~IOCSIZE_MASK) ==
							 (request & ~IOCSIZE_MASK);
				if (!known)
					check_eq(error_of(ioctl(fds[i], request, 8)), ENOTTY);
			}
}

/* Good arguments at every alignment. */
TEST(odd_addresses)
{
	char *page = zeros(PAGE);
	size_t i;

	good();
	with_open();
	in.spawn.pidfd = (uintptr_t)page + 1001;
	in.spawn.result = (uintptr_t)page + 1101;
	in.spawn.actions = (uintptr_t)memcpy(page + 1201, &in.action, sizeof(in.action));
	memcpy(page + 1301, exit_0, sizeof(exit_0));
	in.spawn.argv = (uintptr_t)page + 1301;
	memcpy(page + 1401, &in.open, sizeof(in.open));
	((struct spawn_template_action *)(page + 1201))->arg = (uintptr_t)page + 1401;
	in.entry.args = in.path.spawn = (uintptr_t)memcpy(page + 1501, &in.spawn, sizeof(in.spawn));
	for (i = 0; i < IOCTLS; i++) {
		/* The batch wrote its result into the moved entry. */
		if (ioctls[i].request == SPAWN_TEMPLATE_IOC_SPAWN_BATCH)
			continue;
		memcpy(page + 1, (char *)&in + ioctls[i].offset, ioctls[i].size);
		check_eq(call_ioctl(i, ioctls[i].request, page + 1), 0);
		if (*(int *)(page + 1001))
			close(*(int *)(page + 1001));
		memset(page + 1001, 0, sizeof(int));
	}
	memcpy(page + 2001, &in.entry, sizeof(in.entry));
	in.batch.entries = (uintptr_t)page + 2001;
	check_eq(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &in.batch), 1);
	memcpy(&in.entry, page + 2001, sizeof(in.entry));
	check_eq(end_of(in.entry.result.pid), 0);
	close(*(int *)(page + 1001));
}

SUITE("bad_input", T(create_by_path), T(create_by_descriptor), T(spawn_numbers), T(pids),
      T(cgroups), T(nodes), T(exit_signals), T(namespaces), T(types), T(close_numbers),
      T(dup2_numbers), T(fchdir_numbers), T(open_numbers), T(open_of_a_path),
      T(close_range_numbers), T(sigmask_numbers), T(sigdefault_numbers), T(syscall_numbers),
      T(lent_descriptor), T(option_of_fcntl), T(option_of_setpriority), T(option_of_ioprio_set),
      T(process_of_prlimit), T(option_of_prctl), T(option_of_seccomp), T(path_numbers),
      T(lengths_of_paths), T(total_of_strings), T(batch_numbers), T(entry_numbers),
      T(entries_without_end), T(sizes), T(unknown_tails), T(commands), T(odd_addresses));
