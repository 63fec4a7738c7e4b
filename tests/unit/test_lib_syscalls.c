// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_lib_syscalls.c - the library's actions that are system calls
 *
 * What each passes to the kernel, what it refuses, and how messages name it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "outspawn.h"

static int set_up(void **state)
{
	static struct outspawn_actions actions;

	outspawn_actions_init(&actions);
	*state = &actions;
	return 0;
}

static int tear_down(void **state)
{
	outspawn_actions_destroy(*state);
	return 0;
}

/* Return the call that was added last. */
static const struct spawn_template_syscall *last(const struct outspawn_actions *a)
{
	const struct spawn_template_action *action;

	assert_true(a->count > 0);
	action = &a->array[a->count - 1];
	assert_int_equal(action->type, SPAWN_TEMPLATE_ACTION_SYSCALL);
	assert_int_equal(action->flags, 0);
	assert_int_equal(action->fd, 0);
	assert_int_equal(action->newfd, 0);
	return (const void *)(uintptr_t)action->arg;
}

/* Not compared here: the argument is an address; memory() checks its content. */
#define ANY 0xa11a11UL

static void check_call(const struct outspawn_actions *a, unsigned int nr,
		       const unsigned long args[6])
{
	const struct spawn_template_syscall *call = last(a);

	assert_int_equal(call->nr, nr);
	assert_int_equal(call->pad, 0);
	for (int i = 0; i < 6; i++)
		if (args[i] != ANY)
			assert_int_equal(call->args[i], args[i]);
}

#define CALLS(add, nr, ...)                                                 \
	do {                                                                \
		assert_int_equal(add, 0);                                   \
		check_call(a, nr, (const unsigned long[6]){ __VA_ARGS__ }); \
	} while (0)
#define REFUSED(add, error)                          \
	do {                                         \
		unsigned int before_ = a->count;     \
		assert_int_equal(add, -(error));     \
		assert_int_equal(a->count, before_); \
	} while (0)

static const void *memory(const struct outspawn_actions *a, int arg)
{
	return (const void *)(uintptr_t)last(a)->args[arg];
}

static const char *too_long(void)
{
	static char path[PATH_MAX + 1];

	memset(path, 'x', PATH_MAX);
	return path;
}

static void any_call_is_passed_as_it_is(void **state)
{
	const unsigned long args[6] = { 1, 2, 3, 4, 5, ~0UL };
	struct outspawn_actions *a = *state;

	CALLS(outspawn_actions_syscall(a, SYS_getpid, args), SYS_getpid, 1, 2, 3, 4, 5, ~0UL);
	REFUSED(outspawn_actions_syscall(a, -1, args), EINVAL);
	REFUSED(outspawn_actions_syscall(a, 1L << 32, args), EINVAL);
	REFUSED(outspawn_actions_syscall(a, SYS_getpid, NULL), EINVAL);
}

static void sessions_and_groups(void **state)
{
	struct outspawn_actions *a = *state;

	CALLS(outspawn_actions_setsid(a), SYS_setsid, 0);
	CALLS(outspawn_actions_setpgid(a, 0), SYS_setpgid, 0);
	CALLS(outspawn_actions_setpgid(a, 77), SYS_setpgid, 0, 77);
	REFUSED(outspawn_actions_setpgid(a, -1), EINVAL);
}

static void terminals(void **state)
{
	struct outspawn_actions *a = *state;

	CALLS(outspawn_actions_ctty(a, 5), SYS_ioctl, 5, TIOCSCTTY);
	CALLS(outspawn_actions_tcsetpgrp(a, 5, 77), SYS_ioctl, 5, TIOCSPGRP, ANY);
	assert_int_equal(*(const pid_t *)memory(a, 2), 77);
	CALLS(outspawn_actions_tcsetpgrp(a, 5, 0), SYS_ioctl, 5, TIOCSPGRP, 0);
	REFUSED(outspawn_actions_ctty(a, -1), EBADF);
	REFUSED(outspawn_actions_tcsetpgrp(a, -1, 0), EBADF);
	REFUSED(outspawn_actions_tcsetpgrp(a, 5, -1), EINVAL);
}

static void paths_are_copied(void **state)
{
	struct outspawn_actions *a = *state;
	char path[] = "some/where";

	CALLS(outspawn_actions_chdir(a, path), SYS_chdir, ANY);
	memset(path, 'x', sizeof(path) - 1);
	assert_string_equal(memory(a, 0), "some/where");
	CALLS(outspawn_actions_chroot(a, "/r"), SYS_chroot, ANY);
	assert_string_equal(memory(a, 0), "/r");
	CALLS(outspawn_actions_umount(a, "/m", MNT_DETACH), SYS_umount2, ANY, MNT_DETACH);
	assert_string_equal(memory(a, 0), "/m");
	CALLS(outspawn_actions_pivot_root(a, "/new", "/new/old"), SYS_pivot_root, ANY, ANY);
	assert_string_equal(memory(a, 0), "/new");
	assert_string_equal(memory(a, 1), "/new/old");
}

static void bad_paths_are_refused(void **state)
{
	struct outspawn_actions *a = *state;
	char longest[PATH_MAX];

	REFUSED(outspawn_actions_chdir(a, NULL), EINVAL);
	REFUSED(outspawn_actions_chdir(a, too_long()), ENAMETOOLONG);
	REFUSED(outspawn_actions_chroot(a, NULL), EINVAL);
	REFUSED(outspawn_actions_umount(a, NULL, 0), EINVAL);
	REFUSED(outspawn_actions_pivot_root(a, NULL, "/"), EINVAL);
	REFUSED(outspawn_actions_pivot_root(a, "/", NULL), EINVAL);
	REFUSED(outspawn_actions_pivot_root(a, "/", too_long()), ENAMETOOLONG);

	memcpy(longest, too_long(), PATH_MAX - 1);
	longest[PATH_MAX - 1] = '\0';
	CALLS(outspawn_actions_chdir(a, longest), SYS_chdir, ANY);
	assert_string_equal(memory(a, 0), longest);
}

static void umask_and_cloexec(void **state)
{
	struct outspawn_actions *a = *state;

	CALLS(outspawn_actions_umask(a, 027), SYS_umask, 027);
	CALLS(outspawn_actions_umask(a, S_IFREG | 027), SYS_umask, 027);
	CALLS(outspawn_actions_cloexec(a, 4, 2), SYS_fcntl, 4, F_SETFD, FD_CLOEXEC);
	CALLS(outspawn_actions_cloexec(a, 4, 0), SYS_fcntl, 4, F_SETFD, 0);
	REFUSED(outspawn_actions_cloexec(a, -1, 0), EBADF);
}

static void setrlimit_copies_the_limit(void **state)
{
	struct rlimit limit = { 7, RLIM_INFINITY };
	struct outspawn_actions *a = *state;
	const struct rlimit64 *copy;

	CALLS(outspawn_actions_setrlimit(a, RLIMIT_NOFILE, &limit), SYS_prlimit64, 0, RLIMIT_NOFILE,
	      ANY);
	memset(&limit, 0, sizeof(limit));
	copy = memory(a, 2);
	assert_int_equal(copy->rlim_cur, 7);
	assert_true(copy->rlim_max == RLIM64_INFINITY);
	REFUSED(outspawn_actions_setrlimit(a, RLIMIT_NOFILE, NULL), EINVAL);
}

static void setaffinity_copies_a_set_of_any_size(void **state)
{
	struct outspawn_actions *a = *state;
	cpu_set_t *big = CPU_ALLOC(8192);
	size_t size = CPU_ALLOC_SIZE(8192);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(3, &set);
	CALLS(outspawn_actions_setaffinity(a, sizeof(set), &set), SYS_sched_setaffinity, 0,
	      sizeof(set), ANY);
	CPU_ZERO(&set);
	assert_int_equal(*(const unsigned char *)memory(a, 2), 1 << 3);

	CPU_ZERO_S(size, big);
	CPU_SET_S(8191, size, big);
	CALLS(outspawn_actions_setaffinity(a, size, big), SYS_sched_setaffinity, 0, size, ANY);
	assert_memory_equal(memory(a, 2), big, size);
	CPU_FREE(big);

	REFUSED(outspawn_actions_setaffinity(a, sizeof(set), NULL), EINVAL);
	REFUSED(outspawn_actions_setaffinity(a, 0, &set), EINVAL);
	REFUSED(outspawn_actions_setaffinity(a, ~(size_t)0, &set), EINVAL);
}

static void scheduling(void **state)
{
	struct sched_param param = { .sched_priority = 9 };
	struct outspawn_actions *a = *state;

	CALLS(outspawn_actions_setscheduler(a, SCHED_FIFO, &param), SYS_sched_setscheduler, 0,
	      SCHED_FIFO, ANY);
	assert_int_equal(((const struct sched_param *)memory(a, 2))->sched_priority, 9);
	CALLS(outspawn_actions_setparam(a, &param), SYS_sched_setparam, 0, ANY);
	assert_int_equal(((const struct sched_param *)memory(a, 1))->sched_priority, 9);
	CALLS(outspawn_actions_setpriority(a, -5), SYS_setpriority, PRIO_PROCESS, 0, -5);
	CALLS(outspawn_actions_ioprio(a, 3 << 13 | 4), SYS_ioprio_set, 1, 0, 3 << 13 | 4);
	REFUSED(outspawn_actions_setscheduler(a, SCHED_FIFO, NULL), EINVAL);
	REFUSED(outspawn_actions_setparam(a, NULL), EINVAL);
}

static void setattr_copies_what_its_size_says(void **state)
{
	uint32_t attr[14] = { 56, SCHED_BATCH, [13] = 0x1234 };
	struct outspawn_actions *a = *state;

	CALLS(outspawn_actions_sched_setattr(a, attr), SYS_sched_setattr, 0, ANY);
	/* The old name. */
	CALLS(outspawn_actions_setattr(a, attr), SYS_sched_setattr, 0, ANY);
	assert_memory_equal(memory(a, 1), attr, sizeof(attr));
	attr[0] = 47;
	REFUSED(outspawn_actions_setattr(a, attr), E2BIG);
	attr[0] = 4097;
	REFUSED(outspawn_actions_setattr(a, attr), E2BIG);
	REFUSED(outspawn_actions_setattr(a, NULL), EINVAL);
}

/* maxnode is one more than the number of bits: 65 for one long. */
static void mempolicy_copies_the_nodes(void **state)
{
	struct outspawn_actions *a = *state;
	unsigned long *mask = malloc(sizeof(*mask));

	*mask = 5;
	CALLS(outspawn_actions_mempolicy(a, 2, mask, 65), SYS_set_mempolicy, 2, ANY, 65);
	assert_int_equal(*(const unsigned long *)memory(a, 1), 5);
	CALLS(outspawn_actions_mempolicy(a, 2, mask, 2), SYS_set_mempolicy, 2, ANY, 2);
	assert_int_equal(*(const unsigned long *)memory(a, 1), 5);
	free(mask);
	CALLS(outspawn_actions_mempolicy(a, 0, NULL, 0), SYS_set_mempolicy, 0, 0, 0);
	REFUSED(outspawn_actions_mempolicy(a, 2, (const unsigned long *)a, ~0UL), EINVAL);
}

static void users_and_groups(void **state)
{
	struct outspawn_actions *a = *state;
	gid_t groups[] = { 4, 24, 27 };

	CALLS(outspawn_actions_setresuid(a, 1, -1, 3), SYS_setresuid, 1, 0xffffffff, 3);
	CALLS(outspawn_actions_setresgid(a, 1, -1, 3), SYS_setresgid, 1, 0xffffffff, 3);
	CALLS(outspawn_actions_setgroups(a, 3, groups), SYS_setgroups, 3, ANY);
	groups[1] = 0;
	assert_int_equal(((const gid_t *)memory(a, 1))[1], 24);
	CALLS(outspawn_actions_setgroups(a, 0, NULL), SYS_setgroups, 0, 0);
	REFUSED(outspawn_actions_setgroups(a, 1, NULL), EINVAL);
	REFUSED(outspawn_actions_setgroups(a, NGROUPS_MAX + 1, groups), EINVAL);
	REFUSED(outspawn_actions_setgroups(a, ~(size_t)0 / 2, groups), EINVAL);
}

static void capset_splits_the_sets(void **state)
{
	const struct __user_cap_header_struct *header;
	const struct __user_cap_data_struct *data;
	struct outspawn_actions *a = *state;

	CALLS(outspawn_actions_capset(a, 0x1100000001, 0x2200000002, 0x3300000003), SYS_capset, ANY,
	      ANY);
	header = memory(a, 0);
	data = memory(a, 1);
	assert_int_equal(header->version, _LINUX_CAPABILITY_VERSION_3);
	assert_int_equal(header->pid, 0);
	assert_int_equal(data[0].effective, 1);
	assert_int_equal(data[1].effective, 0x11);
	assert_int_equal(data[0].permitted, 2);
	assert_int_equal(data[1].permitted, 0x22);
	assert_int_equal(data[0].inheritable, 3);
	assert_int_equal(data[1].inheritable, 0x33);
}

static void prctl_and_personality(void **state)
{
	struct outspawn_actions *a = *state;

	CALLS(outspawn_actions_prctl(a, PR_SET_PDEATHSIG, 9, 8, 7, 6), SYS_prctl, PR_SET_PDEATHSIG,
	      9, 8, 7, 6);
	CALLS(outspawn_actions_personality(a, 0x40000), SYS_personality, 0x40000);
}

static void confinement(void **state)
{
	struct sock_filter filter[] = { { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW } };
	struct sock_fprog program = { 1, filter };
	struct outspawn_actions *a = *state;
	const struct sock_fprog *copy;

	CALLS(outspawn_actions_landlock(a, 6), SYS_landlock_restrict_self, 6);
	REFUSED(outspawn_actions_landlock(a, -1), EBADF);

	CALLS(outspawn_actions_seccomp(a, &program), SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, ANY);
	filter[0].k = 0;
	copy = memory(a, 2);
	assert_int_equal(copy->len, 1);
	assert_ptr_not_equal(copy->filter, filter);
	assert_int_equal(copy->filter[0].k, SECCOMP_RET_ALLOW);
	REFUSED(outspawn_actions_seccomp(a, NULL), EINVAL);
	REFUSED(outspawn_actions_seccomp(a, &(struct sock_fprog){ 0, filter }), EINVAL);
	REFUSED(outspawn_actions_seccomp(a, &(struct sock_fprog){ 1, NULL }), EINVAL);
	REFUSED(outspawn_actions_seccomp(a, &(struct sock_fprog){ 4097, filter }), EINVAL);
}

static void namespaces(void **state)
{
	struct outspawn_actions *a = *state;

	CALLS(outspawn_actions_setns(a, 5, CLONE_NEWNET), SYS_setns, 5, CLONE_NEWNET);
	CALLS(outspawn_actions_unshare(a, CLONE_NEWNS), SYS_unshare, CLONE_NEWNS);
	CALLS(outspawn_actions_sethostname(a, "cave"), SYS_sethostname, ANY, 4);
	assert_string_equal(memory(a, 0), "cave");
	REFUSED(outspawn_actions_setns(a, -1, 0), EBADF);
	REFUSED(outspawn_actions_sethostname(a, NULL), EINVAL);
	REFUSED(outspawn_actions_sethostname(a, too_long()), EINVAL);
}

static void mount_copies_its_strings(void **state)
{
	struct outspawn_actions *a = *state;

	CALLS(outspawn_actions_mount(a, "none", "/t", "tmpfs", MS_NODEV, "size=1m"), SYS_mount, ANY,
	      ANY, ANY, MS_NODEV, ANY);
	assert_string_equal(memory(a, 0), "none");
	assert_string_equal(memory(a, 1), "/t");
	assert_string_equal(memory(a, 2), "tmpfs");
	assert_string_equal(memory(a, 4), "size=1m");
	CALLS(outspawn_actions_mount(a, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), SYS_mount, 0,
	      ANY, 0, MS_REC | MS_PRIVATE, 0);
	REFUSED(outspawn_actions_mount(a, "none", NULL, "tmpfs", 0, NULL), EINVAL);
	REFUSED(outspawn_actions_mount(a, too_long(), "/", NULL, 0, NULL), ENAMETOOLONG);
	REFUSED(outspawn_actions_mount(a, NULL, "/", too_long(), 0, NULL), ENAMETOOLONG);
	REFUSED(outspawn_actions_mount(a, NULL, "/", NULL, 0, too_long()), ENAMETOOLONG);
}

static void closefrom_is_a_close_range(void **state)
{
	struct outspawn_actions *a = *state;

	assert_int_equal(outspawn_actions_closefrom(a, 3), 0);
	assert_int_equal(a->array[0].type, SPAWN_TEMPLATE_ACTION_CLOSE_RANGE);
	assert_int_equal(a->array[0].fd, 3);
	assert_int_equal(a->array[0].newfd, -1);
	REFUSED(outspawn_actions_closefrom(a, -1), EBADF);
}

static void a_full_list_takes_no_call(void **state)
{
	struct sock_filter filter[] = { { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW } };
	struct outspawn_actions *a = *state;

	for (int i = 0; i < SPAWN_TEMPLATE_MAX_ACTIONS; i++)
		assert_int_equal(outspawn_actions_chdir(a, "/p"), 0);
	REFUSED(outspawn_actions_setsid(a), E2BIG);
	REFUSED(outspawn_actions_chdir(a, "/"), E2BIG);
	REFUSED(outspawn_actions_seccomp(a, &(struct sock_fprog){ 1, filter }), E2BIG);
	for (int i = 0; i < SPAWN_TEMPLATE_MAX_ACTIONS; i++) {
		const struct spawn_template_syscall *call =
			(const void *)(uintptr_t)a->array[i].arg;

		assert_string_equal((const char *)(uintptr_t)call->args[0], "/p");
	}
}

/* Return the message about the action that was added last. */
static const char *words(const struct outspawn_actions *a)
{
	static char message[8192];
	struct outspawn_result result = { .stage = SPAWN_TEMPLATE_STAGE_ACTION,
					  .action = a->count - 1,
					  .error = EPERM };
	char prefix[64];
	char *end;
	int length;

	outspawn_strerror(&result, a, NULL, message, sizeof(message));
	length = snprintf(prefix, sizeof(prefix), "action %u: ", a->count - 1);
	assert_memory_equal(message, prefix, length);
	end = strstr(message, ": Operation not permitted");
	assert_non_null(end);
	assert_int_equal(strlen(end), strlen(": Operation not permitted"));
	*end = '\0';
	return message + length;
}

#define SAYS(add, text)                              \
	do {                                         \
		assert_int_equal(add, 0);            \
		assert_string_equal(words(a), text); \
	} while (0)

static void messages_name_the_call(void **state)
{
	struct sock_filter filter[] = { { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW } };
	struct sched_param param = { .sched_priority = 1 };
	struct rlimit limit = { 1, 1 };
	struct outspawn_actions *a = *state;
	uint32_t attr[12] = { 48 };
	cpu_set_t set = { 0 };
	gid_t group = 1;

	SAYS(outspawn_actions_setsid(a), "setsid");
	SAYS(outspawn_actions_setpgid(a, 3), "setpgid 3");
	SAYS(outspawn_actions_tcsetpgrp(a, 4, 0), "tcsetpgrp 4");
	SAYS(outspawn_actions_ctty(a, 4), "ctty 4");
	SAYS(outspawn_actions_umask(a, 02), "umask 002");
	SAYS(outspawn_actions_chdir(a, "/a b"), "chdir /a b");
	SAYS(outspawn_actions_chroot(a, "/r"), "chroot /r");
	SAYS(outspawn_actions_cloexec(a, 4, 1), "cloexec 4");
	SAYS(outspawn_actions_setrlimit(a, RLIMIT_NOFILE, &limit), "setrlimit NOFILE");
	SAYS(outspawn_actions_setrlimit(a, 99, &limit), "setrlimit 99");
	SAYS(outspawn_actions_setaffinity(a, sizeof(set), &set), "setaffinity");
	SAYS(outspawn_actions_setscheduler(a, SCHED_FIFO, &param), "setscheduler FIFO");
	SAYS(outspawn_actions_setparam(a, &param), "setparam");
	SAYS(outspawn_actions_sched_setattr(a, attr), "sched_setattr");
	SAYS(outspawn_actions_setpriority(a, -5), "setpriority -5");
	SAYS(outspawn_actions_ioprio(a, 0x2004), "ioprio 0x2004");
	SAYS(outspawn_actions_mempolicy(a, 2, NULL, 0), "mempolicy 2");
	SAYS(outspawn_actions_setresuid(a, 1, -1, 3), "setresuid 1 -1 3");
	SAYS(outspawn_actions_setresgid(a, 1, -1, 3), "setresgid 1 -1 3");
	SAYS(outspawn_actions_setgroups(a, 1, &group), "setgroups");
	SAYS(outspawn_actions_capset(a, 1, 1, 1), "capset");
	SAYS(outspawn_actions_prctl(a, PR_SET_PDEATHSIG, 9, 0, 0, 0), "prctl SET_PDEATHSIG");
	SAYS(outspawn_actions_prctl(a, 9999, 9, 0, 0, 0), "prctl 9999");
	SAYS(outspawn_actions_personality(a, 0x40000), "personality 0x40000");
	SAYS(outspawn_actions_landlock(a, 6), "landlock 6");
	SAYS(outspawn_actions_seccomp(a, &(struct sock_fprog){ 1, filter }), "seccomp");
	SAYS(outspawn_actions_setns(a, 5, 0), "setns 5");
	SAYS(outspawn_actions_unshare(a, CLONE_NEWNS | CLONE_NEWUSER), "unshare mnt,user");
	SAYS(outspawn_actions_unshare(a, CLONE_NEWUSER | CLONE_VM), "unshare user,0x100");
	SAYS(outspawn_actions_unshare(a, 0), "unshare");
	SAYS(outspawn_actions_mount(a, "src", "/t", "tmpfs", 0, "x"), "mount /t");
	SAYS(outspawn_actions_umount(a, "/t", 0), "umount /t");
	SAYS(outspawn_actions_pivot_root(a, "/new", "/old"), "pivot_root /new");
	SAYS(outspawn_actions_sethostname(a, "cave"), "sethostname cave");
}

/* The call's pointers may be invalid, so messages show only its numbers. */
static void messages_do_not_read_memory_of_the_call(void **state)
{
	struct outspawn_actions *a = *state;
	const unsigned long bad[6] = { 8 };

	SAYS(outspawn_actions_syscall(a, SYS_chdir, bad), "chdir");
	SAYS(outspawn_actions_syscall(a, SYS_prlimit64, bad), "setrlimit CPU");
	SAYS(outspawn_actions_syscall(a, SYS_ioctl, bad), "system call 16");
	SAYS(outspawn_actions_syscall(a, 9999, bad), "system call 9999");
}

/* The kernel refuses some calls before there is a child. */
static void messages_name_a_call_that_the_kernel_refuses(void **state)
{
	struct outspawn_result result = { .stage = SPAWN_TEMPLATE_STAGE_ARGS,
					  .action = 0,
					  .error = EOPNOTSUPP };
	struct outspawn_actions *a = *state;
	char message[256];

	assert_int_equal(outspawn_actions_syscall(a, SYS_reboot, (unsigned long[6]){ 0 }), 0);
	outspawn_strerror(&result, a, "/x", message, sizeof(message));
	assert_string_equal(message, "action 0: system call 169: Operation not supported");
}

static void a_message_keeps_its_reason_after_a_long_name(void **state)
{
	struct outspawn_actions *a = *state;
	char path[PATH_MAX];

	memcpy(path, too_long(), PATH_MAX - 1);
	path[PATH_MAX - 1] = '\0';
	assert_int_equal(outspawn_actions_chdir(a, path), 0);
	assert_int_equal(strlen(words(a)), strlen("chdir ") + PATH_MAX - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(any_call_is_passed_as_it_is),
		TEST(sessions_and_groups),
		TEST(terminals),
		TEST(paths_are_copied),
		TEST(bad_paths_are_refused),
		TEST(umask_and_cloexec),
		TEST(setrlimit_copies_the_limit),
		TEST(setaffinity_copies_a_set_of_any_size),
		TEST(scheduling),
		TEST(setattr_copies_what_its_size_says),
		TEST(mempolicy_copies_the_nodes),
		TEST(users_and_groups),
		TEST(capset_splits_the_sets),
		TEST(prctl_and_personality),
		TEST(confinement),
		TEST(namespaces),
		TEST(mount_copies_its_strings),
		TEST(closefrom_is_a_close_range),
		TEST(a_full_list_takes_no_call),
		TEST(messages_name_the_call),
		TEST(messages_do_not_read_memory_of_the_call),
		TEST(messages_name_a_call_that_the_kernel_refuses),
		TEST(a_message_keeps_its_reason_after_a_long_name),
	};

	return cmocka_run_group_tests_name("library system calls", tests, NULL, NULL);
}
