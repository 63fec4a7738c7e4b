// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_posix_files.c - the effect and the errors of each posix_spawn file
 * action
 */
#include "common_posix.h"

#include <pty.h>
#include <termios.h>

/* --- addclose --- */

static void have_5(void)
{
	have_descriptor(5, false);
}

static void have_5_cloexec(void)
{
	have_descriptor(5, true);
}

ROW(nothing_to_do, "no file actions", "an inheritable descriptor and a close-on-exec one",
    .enter = have_5)
{
	have_descriptor(6, true);
}

ROW(close_open, "posix_spawn_file_actions_addclose", "an open descriptor", .enter = have_5,
    .fact = "fd.5", .value = NULL)
{
	built(posix_spawn_file_actions_addclose(&try->list, 5));
}

ROW(close_cloexec, "posix_spawn_file_actions_addclose", "a close-on-exec descriptor",
    .enter = have_5_cloexec)
{
	built(posix_spawn_file_actions_addclose(&try->list, 5));
}

ROW(close_nothing, "posix_spawn_file_actions_addclose", "a number that is not open")
{
	built(posix_spawn_file_actions_addclose(&try->list, 77));
}

ROW(close_stdio, "posix_spawn_file_actions_addclose", "0, 1 and 2")
{
	built(posix_spawn_file_actions_addclose(&try->list, 0));
	built(posix_spawn_file_actions_addclose(&try->list, 1));
	built(posix_spawn_file_actions_addclose(&try->list, 2));
}

ROW(close_many, "posix_spawn_file_actions_addclose", "every number from 3 to 400", .enter = have_5)
{
	for (int fd = 3; fd <= 400; fd++)
		built(posix_spawn_file_actions_addclose(&try->list, fd));
}

ROW(close_above_limit, "posix_spawn_file_actions_addclose",
    "a number above RLIMIT_NOFILE, which was lowered since", .error = EBADF)
{
	limit_descriptors(200);
	built(posix_spawn_file_actions_addclose(&try->list, 150));
	limit_descriptors(100);
}

/* Both close a descriptor that is open above the limit. */
static void have_150_above_limit(void)
{
	limit_descriptors(200);
	have_descriptor(150, false);
}

ROW(close_open_above_limit, "posix_spawn_file_actions_addclose",
    "an open descriptor above RLIMIT_NOFILE, which was lowered since",
    .enter = have_150_above_limit)
{
	limit_descriptors(200);
	built(posix_spawn_file_actions_addclose(&try->list, 150));
	limit_descriptors(100);
}

/* --- adddup2 --- */

ROW(dup_to_free, "posix_spawn_file_actions_adddup2", "to a free number", .enter = have_5)
{
	built(posix_spawn_file_actions_adddup2(&try->list, 5, 9));
}

ROW(dup_cloexec, "posix_spawn_file_actions_adddup2", "of a close-on-exec descriptor",
    .enter = have_5_cloexec)
{
	built(posix_spawn_file_actions_adddup2(&try->list, 5, 9));
}

ROW(dup_onto, "posix_spawn_file_actions_adddup2", "onto an open descriptor", .enter = have_5)
{
	built(posix_spawn_file_actions_adddup2(&try->list, 5, 1));
}

ROW(dup_same_cloexec, "posix_spawn_file_actions_adddup2",
    "the same number: close-on-exec is cleared", .enter = have_5_cloexec)
{
	built(posix_spawn_file_actions_adddup2(&try->list, 5, 5));
}

ROW(dup_same, "posix_spawn_file_actions_adddup2", "the same number, which is inheritable",
    .enter = have_5)
{
	built(posix_spawn_file_actions_adddup2(&try->list, 5, 5));
}

ROW(dup_nothing, "posix_spawn_file_actions_adddup2", "of a number that is not open", .error = EBADF)
{
	built(posix_spawn_file_actions_adddup2(&try->list, 77, 9));
}

ROW(dup_same_nothing, "posix_spawn_file_actions_adddup2", "the same number, which is not open",
    .error = EBADF)
{
	built(posix_spawn_file_actions_adddup2(&try->list, 77, 77));
}

ROW(dup_above_limit, "posix_spawn_file_actions_adddup2",
    "to a number above RLIMIT_NOFILE, which was lowered since", .error = EBADF)
{
	limit_descriptors(200);
	built(posix_spawn_file_actions_adddup2(&try->list, 1, 150));
	limit_descriptors(100);
}

ROW(dup_closed, "posix_spawn_file_actions_adddup2", "of a number that an earlier action closed",
    .enter = have_5, .error = EBADF)
{
	built(posix_spawn_file_actions_addclose(&try->list, 5));
	built(posix_spawn_file_actions_adddup2(&try->list, 5, 9));
}

ROW(dup_closed_cloexec, "posix_spawn_file_actions_adddup2",
    "of a close-on-exec number that an earlier action closed", .enter = have_5_cloexec,
    .error = EBADF)
{
	built(posix_spawn_file_actions_addclose(&try->list, 5));
	built(posix_spawn_file_actions_adddup2(&try->list, 5, 9));
}

ROW(dup_round, "posix_spawn_file_actions_adddup2",
    "two descriptors exchanged through a third, which is then closed")
{
	built(posix_spawn_file_actions_adddup2(&try->list, 1, 9));
	built(posix_spawn_file_actions_adddup2(&try->list, 0, 1));
	built(posix_spawn_file_actions_adddup2(&try->list, 9, 0));
	built(posix_spawn_file_actions_addclose(&try->list, 9));
}

/*
 * The caller has closed 0 and 1. outspawn's library may use these numbers for
 * itself.
 */
static void no_low_descriptors(void)
{
	close(0);
	close(1);
}

ROW(dup_of_closed_stdin, "posix_spawn_file_actions_adddup2", "of 0, which the caller closed",
    .enter = no_low_descriptors, .error = EBADF)
{
	built(posix_spawn_file_actions_adddup2(&try->list, 0, 9));
}

static void only_stdio(void)
{
	close(device);
}

ROW(dup_of_next_free, "posix_spawn_file_actions_adddup2",
    "of the number that the next file would get", .enter = only_stdio, .error = EBADF)
{
	built(posix_spawn_file_actions_adddup2(&try->list, lowest_free_fd(), 9));
}

/* --- addopen --- */

static char *new_file(void)
{
	return in_scratch_new("posix-file");
}

static char *full_file(void)
{
	char *path = in_scratch("posix-full");

	write_text(path, "twelve bytes");
	return path;
}

static void open_at(struct posix_try *try, int fd, const char *path, int flags, mode_t mode)
{
	built(posix_spawn_file_actions_addopen(&try->list, fd, path, flags, mode));
}

ROW(open_to_read, "posix_spawn_file_actions_addopen", "O_RDONLY")
{
	open_at(try, 0, full_file(), O_RDONLY, 0);
}

ROW(open_to_write, "posix_spawn_file_actions_addopen", "O_WRONLY, O_CREAT, O_EXCL, with a mode")
{
	open_at(try, 1, new_file(), O_WRONLY | O_CREAT | O_EXCL, 0640);
}

ROW(open_to_append, "posix_spawn_file_actions_addopen", "O_RDWR, O_APPEND, O_NONBLOCK, O_SYNC")
{
	open_at(try, 4, full_file(), O_RDWR | O_APPEND | O_NONBLOCK | O_SYNC, 0);
}

ROW(open_truncated, "posix_spawn_file_actions_addopen", "O_TRUNC")
{
	open_at(try, 4, full_file(), O_RDWR | O_TRUNC, 0);
}

ROW(open_onto, "posix_spawn_file_actions_addopen", "at the number of an open descriptor",
    .enter = have_5)
{
	open_at(try, 5, full_file(), O_RDONLY, 0);
}

ROW(open_path, "posix_spawn_file_actions_addopen", "O_PATH, and flags that it ignores")
{
	open_at(try, 4, full_file(), O_PATH | O_RDWR | O_APPEND | O_CREAT, 0644);
}

ROW(open_folder, "posix_spawn_file_actions_addopen", "O_DIRECTORY")
{
	open_at(try, 4, scratch, O_RDONLY | O_DIRECTORY, 0);
}

ROW(open_without_name, "posix_spawn_file_actions_addopen", "O_TMPFILE")
{
	open_at(try, 4, "/dev/shm", O_RDWR | O_TMPFILE, 0600);
}

ROW(open_unknown_flags, "posix_spawn_file_actions_addopen", "bits that open(2) does not know")
{
	open_at(try, 4, full_file(), O_RDONLY | 0x40000000, 07777777);
}

ROW(open_large, "posix_spawn_file_actions_addopen", "the kernel's O_LARGEFILE")
{
	open_at(try, 4, full_file(), O_RDONLY | 0100000, 0);
}

/*
 * glibc drops O_CLOEXEC if the number is not the lowest free one. If it is,
 * glibc keeps O_CLOEXEC.
 */
ROW(open_cloexec_lowest, "posix_spawn_file_actions_addopen",
    "O_CLOEXEC at the lowest free number: not in the program", .enter = only_stdio)
{
	open_at(try, lowest_free_fd(), full_file(), O_RDONLY | O_CLOEXEC, 0);
}

ROW(open_cloexec_high, "posix_spawn_file_actions_addopen",
    "O_CLOEXEC above a free number: in the program", .enter = only_stdio)
{
	open_at(try, 9, full_file(), O_RDONLY | O_CLOEXEC, 0);
}

ROW(open_cloexec_onto, "posix_spawn_file_actions_addopen",
    "O_CLOEXEC at 1, and 0 is open: not in the program")
{
	open_at(try, 1, full_file(), O_RDONLY | O_CLOEXEC, 0);
}

ROW(open_cloexec_after_close, "posix_spawn_file_actions_addopen",
    "O_CLOEXEC at 1, and 0 was closed before: in the program")
{
	built(posix_spawn_file_actions_addclose(&try->list, 0));
	open_at(try, 1, full_file(), O_RDONLY | O_CLOEXEC, 0);
}

ROW(open_nothing, "posix_spawn_file_actions_addopen", "a missing path", .error = ENOENT)
{
	open_at(try, 4, "/nonexistent/file", O_RDONLY, 0);
}

ROW(open_empty, "posix_spawn_file_actions_addopen", "an empty path", .error = ENOENT)
{
	open_at(try, 4, "", O_RDONLY, 0);
}

ROW(open_again, "posix_spawn_file_actions_addopen", "O_EXCL, and the file exists", .error = EEXIST)
{
	open_at(try, 4, full_file(), O_WRONLY | O_CREAT | O_EXCL, 0644);
}

ROW(open_folder_to_write, "posix_spawn_file_actions_addopen", "a directory, for writing",
    .error = EISDIR)
{
	open_at(try, 4, scratch, O_WRONLY, 0);
}

ROW(open_below_file, "posix_spawn_file_actions_addopen", "a path below a regular file",
    .error = ENOTDIR)
{
	open_at(try, 4, "/etc/hostname/below", O_RDONLY, 0);
}

ROW(open_denied, "posix_spawn_file_actions_addopen", "without permission", .error = EACCES,
    .enter = become_nobody)
{
	open_at(try, 4, "/etc/shadow", O_RDONLY, 0);
}

ROW(open_longest, "posix_spawn_file_actions_addopen", "a path of PATH_MAX bytes and more",
    .error = ENAMETOOLONG)
{
	static char path[PATH_MAX + 100];

	memset(path, '/', sizeof(path) - 1);
	open_at(try, 4, path, O_RDONLY, 0);
}

ROW(open_above_limit, "posix_spawn_file_actions_addopen",
    "at a number above RLIMIT_NOFILE, which was lowered since", .error = EBADF)
{
	limit_descriptors(200);
	open_at(try, 150, full_file(), O_RDONLY, 0);
	limit_descriptors(100);
}

/* Paths that name descriptors. */
ROW(open_inheritable_fd, "posix_spawn_file_actions_addopen",
    "/proc/self/fd/5, an inheritable descriptor", .enter = have_5)
{
	open_at(try, 9, "/proc/self/fd/5", O_RDONLY, 0);
}

ROW(open_cloexec_fd, "posix_spawn_file_actions_addopen", "/dev/fd/5, a close-on-exec descriptor",
    .enter = have_5_cloexec)
{
	open_at(try, 9, "/dev/fd/5", O_RDONLY, 0);
}

ROW(open_itself, "posix_spawn_file_actions_addopen", "/dev/fd/5 at number 5, which is closed first",
    .enter = have_5, .error = ENOENT)
{
	open_at(try, 5, "/dev/fd/5", O_RDONLY, 0);
}

ROW(open_stdin, "posix_spawn_file_actions_addopen", "/dev/stdin, which is close-on-exec")
{
	must(fcntl(0, F_SETFD, FD_CLOEXEC));
	open_at(try, 9, "/dev/stdin", O_RDONLY, 0);
}

/* --- addchdir_np, addfchdir_np --- */

ROW(chdir_to_folder, "posix_spawn_file_actions_addchdir_np", "a directory", .fact = "cwd",
    .value = "/usr")
{
	built(posix_spawn_file_actions_addchdir_np(&try->list, "/usr"));
}

ROW(chdir_relative, "posix_spawn_file_actions_addchdir_np",
    "a path relative to that of an earlier chdir action", .fact = "cwd", .value = "/usr/bin")
{
	built(posix_spawn_file_actions_addchdir_np(&try->list, "/usr"));
	built(posix_spawn_file_actions_addchdir_np(&try->list, "bin"));
}

ROW(chdir_then_open, "posix_spawn_file_actions_addchdir_np", "before addopen of a relative path")
{
	built(posix_spawn_file_actions_addchdir_np(&try->list, "/etc"));
	open_at(try, 4, "hostname", O_RDONLY, 0);
}

ROW(open_then_chdir, "posix_spawn_file_actions_addchdir_np", "after addopen of a relative path",
    .error = ENOENT)
{
	open_at(try, 4, "hostname", O_RDONLY, 0);
	built(posix_spawn_file_actions_addchdir_np(&try->list, "/etc"));
}

ROW(chdir_then_exec, "posix_spawn_file_actions_addchdir_np", "before exec of a relative path")
{
	char *path = text("%s", try->file);

	*strrchr(path, '/') = '\0';
	built(posix_spawn_file_actions_addchdir_np(&try->list, path));
	try->file = "./probe";
}

ROW(chdir_nowhere, "posix_spawn_file_actions_addchdir_np", "a missing path", .error = ENOENT)
{
	built(posix_spawn_file_actions_addchdir_np(&try->list, "/nonexistent"));
}

ROW(chdir_file, "posix_spawn_file_actions_addchdir_np", "a regular file", .error = ENOTDIR)
{
	built(posix_spawn_file_actions_addchdir_np(&try->list, "/etc/hostname"));
}

ROW(chdir_denied, "posix_spawn_file_actions_addchdir_np", "without permission", .error = EACCES,
    .enter = become_nobody)
{
	built(posix_spawn_file_actions_addchdir_np(&try->list, "/root"));
}

static void have_folder(void)
{
	int fd = must(open("/usr", O_RDONLY | O_DIRECTORY | O_CLOEXEC));

	must(dup3(fd, 7, O_CLOEXEC));
	close(fd);
}

ROW(fchdir_cloexec, "posix_spawn_file_actions_addfchdir_np", "a close-on-exec descriptor",
    .enter = have_folder, .fact = "cwd", .value = "/usr")
{
	built(posix_spawn_file_actions_addfchdir_np(&try->list, 7));
}

ROW(fchdir_opened, "posix_spawn_file_actions_addfchdir_np",
    "a directory that an earlier action opened", .fact = "cwd", .value = "/usr/bin")
{
	open_at(try, 8, "/usr/bin", O_RDONLY | O_DIRECTORY, 0);
	built(posix_spawn_file_actions_addfchdir_np(&try->list, 8));
	built(posix_spawn_file_actions_addclose(&try->list, 8));
}

ROW(fchdir_nothing, "posix_spawn_file_actions_addfchdir_np", "a number that is not open",
    .error = EBADF)
{
	built(posix_spawn_file_actions_addfchdir_np(&try->list, 77));
}

ROW(fchdir_file, "posix_spawn_file_actions_addfchdir_np", "a regular file", .enter = have_5,
    .error = ENOTDIR)
{
	built(posix_spawn_file_actions_addfchdir_np(&try->list, 5));
}

/* --- addclosefrom_np --- */

static void have_many(void)
{
	have_descriptor(3, false);
	have_descriptor(5, false);
	have_descriptor(99, false);
	have_descriptor(100, true);
	have_descriptor(700, false);
}

ROW(closefrom_3, "posix_spawn_file_actions_addclosefrom_np", "3", .enter = have_many)
{
	built(posix_spawn_file_actions_addclosefrom_np(&try->list, 3));
}

ROW(closefrom_0, "posix_spawn_file_actions_addclosefrom_np", "0", .enter = have_many)
{
	built(posix_spawn_file_actions_addclosefrom_np(&try->list, 0));
}

ROW(closefrom_then_close, "posix_spawn_file_actions_addclosefrom_np",
    "4, before addclose of 0 and an addopen", .enter = have_many)
{
	built(posix_spawn_file_actions_addclosefrom_np(&try->list, 4));
	built(posix_spawn_file_actions_addclose(&try->list, 0));
	open_at(try, 4, full_file(), O_RDONLY, 0);
}

ROW(closefrom_nothing, "posix_spawn_file_actions_addclosefrom_np",
    "a number above all open descriptors")
{
	built(posix_spawn_file_actions_addclosefrom_np(&try->list, 900));
}

ROW(closefrom_then_dup, "posix_spawn_file_actions_addclosefrom_np",
    "before adddup2 of a number that it closed", .enter = have_many, .error = EBADF)
{
	built(posix_spawn_file_actions_addclosefrom_np(&try->list, 50));
	built(posix_spawn_file_actions_adddup2(&try->list, 100, 9));
}

static void deny_close_range(void)
{
	deny_call(SYS_close_range, EPERM);
}

/*
 * glibc does without close_range(2) if that fails. outspawn has no other way:
 * the filter's error ends the call.
 */
static void closefrom_denied_in_child(void *unused)
{
	posix_spawn_file_actions_t list;
	pid_t pid;

	(void)unused;
	deny_close_range();
	built(posix_spawn_file_actions_init(&list));
	built(posix_spawn_file_actions_addclosefrom_np(&list, 3));
	check_eq(outspawn_posix_spawn(&pid, PROBE, &list, NULL, ARGV("probe", "exit"), NULL),
		 EPERM);
	posix_spawn_file_actions_destroy(&list);
}

static void closefrom_denied(void)
{
	in_child(closefrom_denied_in_child, NULL);
}

/* --- addtcsetpgrp_np --- */

static int terminal;

/*
 * Give the caller a session with a terminal. Each of the two calls takes its
 * foreground.
 */
static void have_terminal(void)
{
	int master, slave;

	must(setsid());
	must(openpty(&master, &slave, NULL, NULL, NULL));
	must(ioctl(slave, TIOCSCTTY, 0));
	must(fcntl(master, F_SETFD, FD_CLOEXEC));
	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	terminal = slave;
}

static void have_terminal_and_default_signals(void)
{
	have_terminal();
	signal(SIGTTOU, SIG_DFL);
}

static void take_terminal_back(void)
{
	sighandler_t old = signal(SIGTTOU, SIG_IGN);

	must(tcsetpgrp(terminal, getpgrp()));
	signal(SIGTTOU, old);
}

ROW(foreground_own_group, "posix_spawn_file_actions_addtcsetpgrp_np", "with a group of its own",
    .enter = have_terminal, .fact = "stat.8", .value = "own")
{
	take_terminal_back();
	set_flags(try, POSIX_SPAWN_SETPGROUP);
	built(posix_spawn_file_actions_addtcsetpgrp_np(&try->list, terminal));
}

ROW(foreground_default_signals, "posix_spawn_file_actions_addtcsetpgrp_np",
    "with a group of its own, and SIGTTOU not ignored", .enter = have_terminal_and_default_signals,
    .fact = "stat.8", .value = "own")
{
	take_terminal_back();
	set_flags(try, POSIX_SPAWN_SETPGROUP);
	built(posix_spawn_file_actions_addtcsetpgrp_np(&try->list, terminal));
}

ROW(foreground_callers_group, "posix_spawn_file_actions_addtcsetpgrp_np", "with the caller's group",
    .enter = have_terminal)
{
	take_terminal_back();
	built(posix_spawn_file_actions_addtcsetpgrp_np(&try->list, terminal));
}

ROW(foreground_given_group, "posix_spawn_file_actions_addtcsetpgrp_np",
    "with a group that SETPGROUP names", .enter = have_terminal)
{
	take_terminal_back();
	set_flags(try, POSIX_SPAWN_SETPGROUP);
	built(posix_spawnattr_setpgroup(&try->attr, getpgrp()));
	built(posix_spawn_file_actions_addtcsetpgrp_np(&try->list, terminal));
}

ROW(foreground_twice, "posix_spawn_file_actions_addtcsetpgrp_np",
    "twice, with two descriptors of the terminal", .enter = have_terminal, .fact = "stat.8",
    .value = "own")
{
	take_terminal_back();
	set_flags(try, POSIX_SPAWN_SETPGROUP);
	built(posix_spawn_file_actions_adddup2(&try->list, terminal, 0));
	built(posix_spawn_file_actions_addtcsetpgrp_np(&try->list, 0));
	built(posix_spawn_file_actions_addtcsetpgrp_np(&try->list, terminal));
}

ROW(foreground_of_no_terminal, "posix_spawn_file_actions_addtcsetpgrp_np",
    "a descriptor of no terminal", .enter = have_5, .error = ENOTTY)
{
	built(posix_spawn_file_actions_addtcsetpgrp_np(&try->list, 5));
}

ROW(foreground_of_nothing, "posix_spawn_file_actions_addtcsetpgrp_np", "a number that is not open",
    .error = EBADF)
{
	built(posix_spawn_file_actions_addtcsetpgrp_np(&try->list, 77));
}

ROW(foreground_in_other_session, "posix_spawn_file_actions_addtcsetpgrp_np",
    "in a new session, which has no terminal", .enter = have_terminal, .error = ENOTTY)
{
	set_flags(try, POSIX_SPAWN_SETSID);
	built(posix_spawn_file_actions_addtcsetpgrp_np(&try->list, terminal));
}

/* --- lists --- */

ROW(all_actions, "all file actions", "all in one list", .enter = have_terminal)
{
	take_terminal_back();
	set_flags(try, POSIX_SPAWN_SETPGROUP);
	built(posix_spawn_file_actions_addtcsetpgrp_np(&try->list, terminal));
	open_at(try, 8, "/usr", O_RDONLY | O_DIRECTORY, 0);
	built(posix_spawn_file_actions_addfchdir_np(&try->list, 8));
	built(posix_spawn_file_actions_addchdir_np(&try->list, "bin"));
	built(posix_spawn_file_actions_adddup2(&try->list, 8, 3));
	built(posix_spawn_file_actions_addclose(&try->list, 0));
	built(posix_spawn_file_actions_addclosefrom_np(&try->list, 4));
}

ROW(long_list, "long lists", "60 adddup2")
{
	for (int fd = 20; fd < 80; fd++)
		built(posix_spawn_file_actions_adddup2(&try->list, 1, fd));
}

ROW(longest_list, "long lists", "190 adddup2")
{
	for (int fd = 20; fd < 210; fd++)
		built(posix_spawn_file_actions_adddup2(&try->list, 1, fd));
}

/*
 * More actions than the kernel takes: the library makes no child. The C library
 * can do the call.
 */
static void too_long_list(void)
{
	posix_spawn_file_actions_t list;
	pid_t pid = -77;

	built(posix_spawn_file_actions_init(&list));
	built(posix_spawn_file_actions_addopen(&list, 4, new_file(), O_WRONLY | O_CREAT, 0600));
	for (int fd = 20; fd < 220; fd++)
		built(posix_spawn_file_actions_adddup2(&list, 1, fd));
	check_eq(outspawn_posix_spawn(&pid, PROBE, &list, NULL, ARGV("probe"), NULL), ENOSYS);
	check_eq(pid, -77);
	check_eq(error_of(access(in_scratch("posix-file"), F_OK)), ENOENT);
	posix_spawn_file_actions_destroy(&list);
}

/* A spawn reads the program's list and leaves it unchanged. */
static void list_used_twice(void)
{
	posix_spawn_file_actions_t list;
	pid_t pid;

	built(posix_spawn_file_actions_init(&list));
	built(posix_spawn_file_actions_addopen(&list, 1, "/dev/null", O_WRONLY, 0));
	for (int i = 0; i < 3; i++) {
		check_eq(outspawn_posix_spawn(&pid, PROBE, &list, NULL, ARGV("probe"), NULL), 0);
		check_eq(wait_for(pid), 0);
		check_eq(posix_spawn(&pid, PROBE, &list, NULL, ARGV("probe"), NULL), 0);
		check_eq(wait_for(pid), 0);
	}
	posix_spawn_file_actions_destroy(&list);
}

SUITE("posix_files", T(nothing_to_do), T(close_open), T(close_cloexec), T(close_nothing),
      T(close_stdio), T(close_many), T(close_above_limit), T(close_open_above_limit), T(dup_to_free),
      T(dup_cloexec), T(dup_onto), T(dup_same_cloexec), T(dup_same), T(dup_nothing),
      T(dup_same_nothing), T(dup_above_limit), T(dup_closed), T(dup_closed_cloexec), T(dup_round),
      T(dup_of_closed_stdin), T(dup_of_next_free), T(open_to_read), T(open_to_write),
      T(open_to_append), T(open_truncated), T(open_onto), T(open_path), T(open_folder),
      T(open_without_name), T(open_unknown_flags), T(open_large), T(open_cloexec_lowest),
      T(open_cloexec_high), T(open_cloexec_onto), T(open_cloexec_after_close), T(open_nothing),
      T(open_empty), T(open_again), T(open_folder_to_write), T(open_below_file), T(open_denied),
      T(open_longest), T(open_above_limit), T(open_inheritable_fd), T(open_cloexec_fd),
      T(open_itself), T(open_stdin), T(chdir_to_folder), T(chdir_relative), T(chdir_then_open),
      T(open_then_chdir), T(chdir_then_exec), T(chdir_nowhere), T(chdir_file), T(chdir_denied),
      T(fchdir_cloexec), T(fchdir_opened), T(fchdir_nothing), T(fchdir_file), T(closefrom_3),
      T(closefrom_0), T(closefrom_then_close), T(closefrom_nothing), T(closefrom_then_dup),
      T(closefrom_denied), T(foreground_own_group), T(foreground_default_signals),
      T(foreground_callers_group), T(foreground_given_group), T(foreground_twice),
      T(foreground_of_no_terminal), T(foreground_of_nothing), T(foreground_in_other_session),
      T(all_actions), T(long_list), T(longest_list), T(too_long_list), T(list_used_twice));
