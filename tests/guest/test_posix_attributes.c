// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_posix_attributes.c - the effect and the errors of each posix_spawn
 * attribute
 */
#include "common_posix.h"

#include <sched.h>

static sigset_t set_of(int one, int two, int three)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, one);
	sigaddset(&set, two);
	sigaddset(&set, three);
	return set;
}

/* --- no attributes --- */

ROW(no_attributes, "no attributes", "no attributes object")
{
	try->no_attr = true;
	try->no_list = true;
}

ROW(default_attributes, "no attributes", "an attributes object as it was initialised")
{
}

static void odd_signals(void)
{
	sigset_t set = set_of(SIGHUP, SIGUSR1, SIGRTMIN);

	signal(SIGTERM, SIG_IGN);
	signal(SIGRTMAX, SIG_IGN);
	must(sigprocmask(SIG_BLOCK, &set, NULL));
}

static void handler(int number)
{
	(void)number;
}

static void handled_signals(void)
{
	odd_signals();
	signal(SIGUSR2, handler);
	signal(SIGRTMIN + 1, handler);
}

ROW(signals_kept, "no attributes", "a caller that blocks, ignores and handles signals",
    .enter = handled_signals)
{
}

/* --- RESETIDS --- */

static void set_ids(void)
{
	must(setresgid(0, NOBODY, NOBODY));
	must(setresuid(0, NOBODY, 0));
}

static void set_real_ids(void)
{
	must(setresgid(NOBODY, 0, 0));
	must(setresuid(NOBODY, 0, 0));
}

ROW(ids_without_reset, "POSIX_SPAWN_RESETIDS", "the flag is not set, the effective user differs",
    .enter = set_ids, .fact = "uid", .value = "0 1000 1000")
{
}

ROW(reset_ids, "POSIX_SPAWN_RESETIDS", "an ordinary user is the effective user", .enter = set_ids,
    .fact = "uid", .value = "0 0 0")
{
	set_flags(try, POSIX_SPAWN_RESETIDS);
}

ROW(reset_privileged_ids, "POSIX_SPAWN_RESETIDS", "root is the effective user",
    .enter = set_real_ids, .fact = "gid", .value = "1000 1000 1000")
{
	set_flags(try, POSIX_SPAWN_RESETIDS);
}

static void deny_setresuid(void)
{
	deny_call(SYS_setresuid, EPERM);
}

static void deny_setresgid(void)
{
	deny_call(SYS_setresgid, EACCES);
}

ROW(reset_ids_denied, "POSIX_SPAWN_RESETIDS", "a filter denies setresuid", .error = EPERM,
    .enter = deny_setresuid)
{
	set_flags(try, POSIX_SPAWN_RESETIDS);
}

ROW(reset_group_denied, "POSIX_SPAWN_RESETIDS", "a filter denies setresgid", .error = EACCES,
    .enter = deny_setresgid)
{
	set_flags(try, POSIX_SPAWN_RESETIDS);
}

/* --- SETPGROUP, SETSID --- */

ROW(own_group, "POSIX_SPAWN_SETPGROUP", "0: a group of its own", .fact = "pgid", .value = "own")
{
	set_flags(try, POSIX_SPAWN_SETPGROUP);
}

static pid_t other_group;

static void have_other_group(void)
{
	other_group = must(fork());
	if (!other_group) {
		alarm(60);
		for (;;)
			pause();
	}
	must(setpgid(other_group, other_group));
}

static void end_other_group(void)
{
	kill(other_group, SIGKILL);
	waitpid(other_group, NULL, 0);
}

/* Only the caller knows the group's number, so this test is not a row. */
static void join_group_in_child(void *unused)
{
	char *const argv[] = { "probe", "block", NULL };
	posix_spawnattr_t attr;
	pid_t libc, own;

	(void)unused;
	have_other_group();
	built(posix_spawnattr_init(&attr));
	built(posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP));
	built(posix_spawnattr_setpgroup(&attr, other_group));
	check_eq(posix_spawn(&libc, PROBE, NULL, &attr, argv, NULL), 0);
	check_eq(outspawn_posix_spawn(&own, PROBE, NULL, &attr, argv, NULL), 0);
	check_eq(getpgid(libc), other_group);
	check_eq(getpgid(own), other_group);
	must(kill(libc, SIGKILL));
	must(kill(own, SIGKILL));
	wait_for(libc);
	wait_for(own);
	end_other_group();
}

static void join_group(void)
{
	in_child(join_group_in_child, NULL);
}

ROW(callers_group, "POSIX_SPAWN_SETPGROUP", "the caller's group")
{
	set_flags(try, POSIX_SPAWN_SETPGROUP);
	built(posix_spawnattr_setpgroup(&try->attr, getpgrp()));
}

ROW(no_such_group, "POSIX_SPAWN_SETPGROUP", "a group that does not exist", .error = EPERM)
{
	set_flags(try, POSIX_SPAWN_SETPGROUP);
	built(posix_spawnattr_setpgroup(&try->attr, 4194303));
}

ROW(negative_group, "POSIX_SPAWN_SETPGROUP", "a negative number", .error = EINVAL)
{
	set_flags(try, POSIX_SPAWN_SETPGROUP);
	built(posix_spawnattr_setpgroup(&try->attr, -5));
}

ROW(group_without_flag, "POSIX_SPAWN_SETPGROUP", "a group is set, but not the flag")
{
	built(posix_spawnattr_setpgroup(&try->attr, 4194303));
}

ROW(own_session, "POSIX_SPAWN_SETSID", "alone", .fact = "sid", .value = "own")
{
	set_flags(try, POSIX_SPAWN_SETSID);
}

ROW(session_leader_moves, "POSIX_SPAWN_SETSID",
    "with SETPGROUP: a session leader cannot change its group", .error = EPERM)
{
	set_flags(try, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETPGROUP);
}

static void deny_setsid(void)
{
	deny_call(SYS_setsid, EPERM);
}

ROW(session_denied, "POSIX_SPAWN_SETSID", "a filter denies setsid", .error = EPERM,
    .enter = deny_setsid)
{
	set_flags(try, POSIX_SPAWN_SETSID);
}

/* --- signals --- */

ROW(default_signals, "POSIX_SPAWN_SETSIGDEF", "signals that the caller ignores and handles",
    .enter = handled_signals, .fact = "sigignored", .value = "8000000000000000")
{
	sigset_t set = set_of(SIGTERM, SIGUSR2, SIGHUP);

	set_flags(try, POSIX_SPAWN_SETSIGDEF);
	built(posix_spawnattr_setsigdefault(&try->attr, &set));
}

ROW(all_default_signals, "POSIX_SPAWN_SETSIGDEF", "all signals, also those that cannot be set",
    .enter = handled_signals, .fact = "sigignored", .value = "0000000000000000")
{
	sigset_t set;

	sigfillset(&set);
	set_flags(try, POSIX_SPAWN_SETSIGDEF);
	built(posix_spawnattr_setsigdefault(&try->attr, &set));
}

ROW(no_default_signals, "POSIX_SPAWN_SETSIGDEF", "an empty set", .enter = handled_signals)
{
	sigset_t set;

	sigemptyset(&set);
	set_flags(try, POSIX_SPAWN_SETSIGDEF);
	built(posix_spawnattr_setsigdefault(&try->attr, &set));
}

ROW(signal_mask, "POSIX_SPAWN_SETSIGMASK", "three signals", .enter = odd_signals,
    .fact = "sigblocked", .value = "0000000000004202")
{
	sigset_t set = set_of(SIGINT, SIGUSR1, SIGTERM);

	set_flags(try, POSIX_SPAWN_SETSIGMASK);
	built(posix_spawnattr_setsigmask(&try->attr, &set));
}

ROW(full_signal_mask, "POSIX_SPAWN_SETSIGMASK", "all signals, also those that cannot be blocked")
{
	sigset_t set;

	sigfillset(&set);
	set_flags(try, POSIX_SPAWN_SETSIGMASK);
	built(posix_spawnattr_setsigmask(&try->attr, &set));
}

ROW(empty_signal_mask, "POSIX_SPAWN_SETSIGMASK", "no signal", .enter = odd_signals,
    .fact = "sigblocked", .value = "0000000000000000")
{
	set_flags(try, POSIX_SPAWN_SETSIGMASK);
}

/* --- scheduling --- */

static void priority(struct posix_try *try, int number)
{
	built(posix_spawnattr_setschedparam(&try->attr,
					    &(struct sched_param){ .sched_priority = number }));
}

static void be_realtime(void)
{
	must(sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 3 }));
}

ROW(parameter, "POSIX_SPAWN_SETSCHEDPARAM", "another priority for the child of a real-time caller",
    .enter = be_realtime, .fact = "rt_priority", .value = "7")
{
	set_flags(try, POSIX_SPAWN_SETSCHEDPARAM);
	priority(try, 7);
}

ROW(no_such_priority, "POSIX_SPAWN_SETSCHEDPARAM", "a priority outside the policy's range",
    .error = EINVAL)
{
	set_flags(try, POSIX_SPAWN_SETSCHEDPARAM);
	priority(try, 7);
}

static void policy(struct posix_try *try, int number)
{
	set_flags(try, POSIX_SPAWN_SETSCHEDULER);
	built(posix_spawnattr_setschedpolicy(&try->attr, number));
}

ROW(fifo, "POSIX_SPAWN_SETSCHEDULER", "SCHED_FIFO", .fact = "policy", .value = "1")
{
	policy(try, SCHED_FIFO);
	priority(try, 10);
}

ROW(round_robin, "POSIX_SPAWN_SETSCHEDULER", "SCHED_RR, with SETSCHEDPARAM", .fact = "policy",
    .value = "2")
{
	policy(try, SCHED_RR);
	set_flags(try, POSIX_SPAWN_SETSCHEDPARAM);
	priority(try, 11);
}

ROW(back_to_normal, "POSIX_SPAWN_SETSCHEDULER", "SCHED_OTHER for the child of a real-time caller",
    .enter = be_realtime, .fact = "policy", .value = "0")
{
	policy(try, SCHED_OTHER);
}

ROW(fifo_without_priority, "POSIX_SPAWN_SETSCHEDULER", "a priority outside the policy's range",
    .error = EINVAL)
{
	policy(try, SCHED_FIFO);
}

ROW(fifo_denied, "POSIX_SPAWN_SETSCHEDULER", "without permission", .error = EPERM,
    .enter = become_nobody)
{
	policy(try, SCHED_FIFO);
	priority(try, 10);
}

/* --- USEVFORK, all attributes at once, unknown flags --- */

ROW(use_vfork, "POSIX_SPAWN_USEVFORK", "without effect")
{
	set_flags(try, POSIX_SPAWN_USEVFORK);
}

ROW(all_attributes, "all attributes", "at once", .enter = odd_signals, .fact = "sid",
    .value = "own")
{
	sigset_t set = set_of(SIGINT, SIGTERM, SIGRTMAX);

	set_flags(try, POSIX_SPAWN_RESETIDS | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
			       POSIX_SPAWN_SETSID | POSIX_SPAWN_USEVFORK);
	policy(try, SCHED_RR);
	priority(try, 2);
	built(posix_spawnattr_setsigdefault(&try->attr, &set));
	built(posix_spawnattr_setsigmask(&try->attr, &set));
}

/* A flag of a newer C library: the library makes no child. */
static void unknown_flag(void)
{
	posix_spawnattr_t attr;
	pid_t pid = -77;

	built(posix_spawnattr_init(&attr));
	attr.__flags = 0x4000;
	check_eq(outspawn_posix_spawn(&pid, PROBE, NULL, &attr, ARGV("probe"), NULL), ENOSYS);
	check_eq(pid, -77);
}

/* --- SETCGROUP --- */

#define CGROUP "/sys/fs/cgroup/outspawn-posix"

static int cgroup = -1;

static void have_cgroup(void)
{
	if (mkdir(CGROUP, 0755) < 0)
		check_eq(errno, EEXIST);
	cgroup = must(open(CGROUP, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static void have_foreign_cgroup(void)
{
	have_cgroup();
	become_nobody();
}

static void into_cgroup(struct posix_try *try, int fd)
{
	set_flags(try, POSIX_SPAWN_SETCGROUP);
	built(libc_setcgroup()(&try->attr, fd));
}

ROW(born_in_cgroup, "POSIX_SPAWN_SETCGROUP", "a cgroup's descriptor", .enter = have_cgroup,
    .fact = "cgroup", .value = "0::/outspawn-posix\\012")
{
	into_cgroup(try, cgroup);
}

ROW(no_such_cgroup, "POSIX_SPAWN_SETCGROUP", "a number that is not open", .error = EBADF)
{
	into_cgroup(try, 777);
}

ROW(cgroup_is_none, "POSIX_SPAWN_SETCGROUP", "a descriptor of no cgroup", .error = EBADF)
{
	into_cgroup(try, STDIN_FILENO);
}

ROW(cgroup_denied, "POSIX_SPAWN_SETCGROUP", "without permission", .error = EACCES,
    .enter = have_foreign_cgroup)
{
	into_cgroup(try, cgroup);
}

/*
 * glibc has the attribute since 2.39. An older glibc offers no way to set the
 * flag.
 */
static void flag_of_newer_libc(void)
{
	posix_spawnattr_t attr;
	pid_t pid;

	built(posix_spawnattr_init(&attr));
	attr.__flags = POSIX_SPAWN_SETCGROUP;
	check_eq(outspawn_posix_spawn(&pid, PROBE, NULL, &attr, ARGV("probe"), NULL), ENOSYS);
}

#define IF_LIBC_HAS_IT(name)                  \
	static void cgroup_##name(void)       \
	{                                     \
		if (libc_setcgroup())         \
			name();               \
		else                          \
			flag_of_newer_libc(); \
	}                                     \
	_Static_assert(1, "")
IF_LIBC_HAS_IT(born_in_cgroup);
IF_LIBC_HAS_IT(no_such_cgroup);
IF_LIBC_HAS_IT(cgroup_is_none);
IF_LIBC_HAS_IT(cgroup_denied);

SUITE("posix_attributes", T(no_attributes), T(default_attributes), T(signals_kept),
      T(ids_without_reset), T(reset_ids), T(reset_privileged_ids), T(reset_ids_denied),
      T(reset_group_denied), T(own_group), T(join_group), T(callers_group), T(no_such_group),
      T(negative_group), T(group_without_flag), T(own_session), T(session_leader_moves),
      T(session_denied), T(default_signals), T(all_default_signals), T(no_default_signals),
      T(signal_mask), T(full_signal_mask), T(empty_signal_mask), T(parameter), T(no_such_priority),
      T(fifo), T(round_robin), T(back_to_normal), T(fifo_without_priority), T(fifo_denied),
      T(use_vfork), T(all_attributes), T(unknown_flag), T(cgroup_born_in_cgroup),
      T(cgroup_no_such_cgroup), T(cgroup_cgroup_is_none), T(cgroup_cgroup_denied));
