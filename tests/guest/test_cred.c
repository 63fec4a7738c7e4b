// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_cred.c - who may use a template
 *
 * Only the process that made it, and only its threads whose credentials are
 * equal to the maker's.
 */
#include "common.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

/* Check that a spawn from another owner's template is refused. */
static void is_refused_of(int template)
{
	struct spawn_template_result result = { 9, 9, 9, 9 };

	check_eq(outspawn_spawn(template, ARGV("probe", "exit", "0"), NULL, NULL, 0, NULL,
				&result),
		 -EACCES);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_TEMPLATE);
	check_eq(result.action, -1);
	check_eq(result.error, EACCES);
	check_eq(result.pid, 0);
}

/* The same, from the template that the test made. */
static void is_refused(void *unused)
{
	(void)unused;
	is_refused_of(probe);
}

/* Check that the calling thread can make a template and use it. */
static void makes_its_own(void)
{
	int own = template_of(PROBE);

	check_eq(spawn_and_wait(own), 0);
	close(own);
}

static void the_maker_may(void)
{
	check_eq(spawn_and_wait(probe), 0);
}

static void forked(void *unused)
{
	is_refused(unused);
	makes_its_own();
}

static void a_forked_child_may_not(void)
{
	in_child(forked, NULL);
	check_eq(spawn_and_wait(probe), 0);
}

static void *in_thread(void *result)
{
	*(int *)result = spawn_and_wait(probe);
	return result;
}

static int by_thread(void)
{
	pthread_t thread;
	int result = -1;

	check_eq(pthread_create(&thread, NULL, in_thread, &result), 0);
	check_eq(pthread_join(thread, NULL), 0);
	return result;
}

static void a_thread_may(void)
{
	check_eq(by_thread(), 0);
}

static void *makes_template(void *result)
{
	*(int *)result = try_template(PROBE);
	return result;
}

static void a_template_made_by_a_thread(void)
{
	pthread_t thread;
	int template = -1;

	check_eq(pthread_create(&thread, NULL, makes_template, &template), 0);
	check_eq(pthread_join(thread, NULL), 0);
	check(template >= 0);
	check_eq(spawn_and_wait(template), 0);
	close(template);
}

/* A raw system call changes only the calling thread's credentials. */
static void *changes_and_spawns(void *result)
{
	if (syscall(SYS_setresuid, NOBODY, NOBODY, 0) < 0)
		*(int *)result = -errno;
	else
		*(int *)result = spawn_and_wait(probe);
	return result;
}

static void a_thread_with_other_credentials_may_not(void)
{
	pthread_t thread;
	int result = 0;

	check_eq(pthread_create(&thread, NULL, changes_and_spawns, &result), 0);
	check_eq(pthread_join(thread, NULL), 0);
	check_eq(result, -EACCES);
	check_eq(by_thread(), 0);
	check_eq(spawn_and_wait(probe), 0);
}

/*
 * Each of these changes the credentials of one thread, by raw system calls. The
 * other threads can still use the template, and the changed thread cannot.
 */
#define ONE_THREAD(name, change) \
	static void *name##_and_spawns(void *result) \
	{ \
		if ((change) < 0) \
			*(int *)result = -errno; \
		else \
			*(int *)result = spawn_and_wait(probe); \
		return result; \
	} \
	static void name(void) \
	{ \
		pthread_t thread; \
		int result = 0; \
\
		check_eq(pthread_create(&thread, NULL, name##_and_spawns, &result), 0); \
		check_eq(pthread_join(thread, NULL), 0); \
		check_eq(result, -EACCES); \
		check_eq(by_thread(), 0); \
		check_eq(spawn_and_wait(probe), 0); \
	} \
	_Static_assert(1, "")

static int drop_capability(void);

static long restrict_self(void)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_BLOCK };
	int ruleset = must(syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0));
	long ret = syscall(SYS_landlock_restrict_self, ruleset, 0);

	close(ruleset);
	return ret;
}

ONE_THREAD(a_thread_with_other_groups, syscall(SYS_setgroups, 1, (gid_t[]){ NOBODY }));
ONE_THREAD(a_thread_with_another_fsuid, setfsuid(NOBODY));
ONE_THREAD(a_thread_with_fewer_capabilities, drop_capability());
ONE_THREAD(a_thread_with_a_smaller_bounding_set, prctl(PR_CAPBSET_DROP, CAP_NET_RAW, 0, 0, 0));
ONE_THREAD(a_thread_with_other_securebits, prctl(PR_SET_SECUREBITS, 1));
ONE_THREAD(a_thread_with_a_session_keyring,
	   syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
ONE_THREAD(a_thread_with_a_thread_keyring,
	   syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 1));
ONE_THREAD(a_thread_with_a_landlock_domain, restrict_self());

/* Drop root as daemons do: the C library makes the calls in every thread. */
static void drop_root(void)
{
	must(setgroups(2, (gid_t[]){ NOBODY, NOBODY + 1 }));
	must(setresgid(NOBODY, NOBODY, NOBODY));
	must(setresuid(NOBODY, NOBODY, NOBODY));
}

static pthread_barrier_t dropped;
static int of_root;

/* A thread that existed before. It has a struct cred of its own by now. */
static void *spawns_when_dropped(void *unused)
{
	pthread_barrier_wait(&dropped);
	check_eq(spawn_and_wait(probe), 0);
	check_eq(spawn_and_wait(of_root), -EACCES);
	return unused;
}

static void drops_root_with_threads(void *unused)
{
	pthread_t threads[2];
	int i;

	(void)unused;
	of_root = template_of(PROBE);
	must(pthread_barrier_init(&dropped, NULL, 3) ? -1 : 0);
	for (i = 0; i < 2; i++)
		check_eq(pthread_create(&threads[i], NULL, spawns_when_dropped, NULL), 0);
	drop_root();
	probe = template_of(PROBE);
	pthread_barrier_wait(&dropped);
	for (i = 0; i < 2; i++)
		check_eq(pthread_join(threads[i], NULL), 0);
	check_eq(spawn_and_wait(probe), 0);
	is_refused_of(of_root);
}

static void threads_that_dropped_root(void)
{
	in_child(drops_root_with_threads, NULL);
}

/*
 * A child of vfork has its parent's memory and credentials, but it is another
 * process.
 */
static void a_vforked_child_may_not(void)
{
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "exit", "0") };
	volatile int error = 0;
	pid_t pid;

	pid = vfork();
	if (!pid) {
		error = ioctl(probe, SPAWN_TEMPLATE_IOC_SPAWN, &args) < 0 ? errno : 0;
		_exit(0);
	}
	must(pid);
	check_eq(wait_for(pid), 0);
	check_eq(error, EACCES);
	check_eq(spawn_and_wait(probe), 0);
}

/* Each of these runs in a child with a template of its own. */
#define AFTER(name, change, expected) \
	static void name##_(void *unused) \
	{ \
		(void)unused; \
		probe = template_of(PROBE); \
		check_eq(spawn_and_wait(probe), 0); \
		must(change); \
		if ((expected) == 0) \
			check_eq(spawn_and_wait(probe), 0); \
		else \
			is_refused(NULL); \
		makes_its_own(); \
	} \
	static void name(void) \
	{ \
		in_child(name##_, NULL); \
	} \
	_Static_assert(1, "")

static int drop_capability(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return -1;
	data[0].effective &= ~(1U << CAP_NET_RAW);
	return syscall(SYS_capset, &header, data);
}

/*
 * Make the kernel allocate a new list of groups, from another order of the
 * same.
 */
static int setgroups_again(void)
{
	if (setgroups(2, (gid_t[]){ NOBODY, NOBODY + 1 }) < 0)
		return -1;
	close(probe);
	probe = template_of(PROBE);
	return setgroups(2, (gid_t[]){ NOBODY + 1, NOBODY });
}

AFTER(after_setresuid, setresuid(NOBODY, NOBODY, 0), -EACCES);
AFTER(after_setresgid, setresgid(NOBODY, NOBODY, 0), -EACCES);
AFTER(after_setgroups, setgroups(1, (gid_t[]){ NOBODY }), -EACCES);
AFTER(after_capset, drop_capability(), -EACCES);
AFTER(after_securebits, prctl(PR_SET_SECUREBITS, 1), -EACCES);
AFTER(after_a_new_user_namespace, unshare(CLONE_NEWUSER), -EACCES);
AFTER(after_setuid_to_the_same, setuid(getuid()), 0);
AFTER(after_setreuid_of_nothing, setreuid(-1, -1), 0);
AFTER(after_setresgid_to_the_same, setresgid(0, getegid(), -1), 0);
AFTER(after_setgroups_to_the_same, setgroups_again(), 0);
AFTER(after_umask, (int)umask(077), 0);
AFTER(after_chdir, chdir("/tmp"), 0);
AFTER(after_setsid, setsid(), 0);
AFTER(after_no_new_privs, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
AFTER(after_nice, setpriority(0, 0, 5), 0);

static void setresuid_and_back_(void *unused)
{
	(void)unused;
	probe = template_of(PROBE);
	must(setresuid(-1, NOBODY, 0));
	is_refused(NULL);
	must(setresuid(-1, 0, 0));
	/*
	 * The ids and capabilities are the maker's again, so the thread is an
	 * owner again.
	 */
	check_eq(spawn_and_wait(probe), 0);
}

static void setresuid_and_back(void)
{
	in_child(setresuid_and_back_, NULL);
}

static void by_nobody(void *unused)
{
	is_refused(unused);
	makes_its_own();
}

static void another_user_may_not(void)
{
	in_child_as_nobody(by_nobody, NULL);
}

/* The reverse: root gets an ordinary user's template. */
static void nobody_sends(void *socket)
{
	int template = template_of(PROBE);

	check_eq(spawn_and_wait(template), 0);
	send_fd(*(int *)socket, template);
}

static void root_may_not_use_a_users(void)
{
	int sockets[2], template;

	must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets));
	in_child_as_nobody(nobody_sends, &sockets[1]);
	template = receive_fd(sockets[0]);
	check_eq(spawn_and_wait(template), -EACCES);
	close(template);
	close(sockets[0]);
	close(sockets[1]);
}

/* A descriptor that comes over a socket gives no right to spawn. */
static void receives(void *socket)
{
	int template = receive_fd(*(int *)socket);

	check_eq(spawn_and_wait(template), -EACCES);
	makes_its_own();
	close(template);
}

static void sent_to_another_process(void)
{
	int sockets[2];

	must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets));
	send_fd(sockets[1], probe);
	in_child(receives, &sockets[0]);
	send_fd(sockets[1], probe);
	in_child_as_nobody(receives, &sockets[0]);
	close(sockets[0]);
	close(sockets[1]);
}

static void sent_to_oneself(void)
{
	int sockets[2], template;

	must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets));
	send_fd(sockets[1], probe);
	template = receive_fd(sockets[0]);
	check_eq(spawn_and_wait(template), 0);
	close(template);
	close(sockets[0]);
	close(sockets[1]);
}

/* A template that stays open over execve. */
static int template_for_exec(void)
{
	struct spawn_template_create_args args = CREATE_PATH(PROBE);
	int template;

	args.flags = 0;
	template = sys_create(&args);
	check(template >= 0);
	return template;
}

/* Another process and another program. */
static void after_fork_and_execve(void)
{
	int template = template_for_exec();
	pid_t pid;

	pid = reference_spawn(PROBE, ARGV("probe", "spawn", text("%d", template)), NULL, NULL);
	check_eq(wait_for(pid), EACCES);
	check_eq(wait_for(try_spawn(probe, ARGV("probe", "create", PROBE))), 0);
	close(template);
}

/* The same process and credentials, but another program. */
static void *executes(void *unused)
{
	int template = template_for_exec();

	check_eq(spawn_and_wait(template), 0);
	execv(PROBE, ARGV("probe", "spawn", text("%d", template)));
	return unused;
}

static void after_execve(void)
{
	pid_t pid = must(fork());

	if (!pid) {
		executes(NULL);
		_exit(99);
	}
	check_eq(wait_for(pid), EACCES);
}

/*
 * A thread that is not the group's leader calls execve, and gets the leader's
 * pid.
 */
static void after_execve_of_a_thread(void)
{
	pid_t pid = must(fork());
	pthread_t thread;

	if (!pid) {
		if (!pthread_create(&thread, NULL, executes, NULL))
			pthread_join(thread, NULL);
		_exit(99);
	}
	check_eq(wait_for(pid), EACCES);
}

/* The child of a spawn inherits the template and cannot use it. */
static void the_spawned_child_may_not(void)
{
	struct spawn_template_spawn_args args = { .flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS };
	struct spawn_template_create_args create = CREATE_PATH(PROBE);
	int template;

	create.flags = 0;
	template = sys_create(&create);
	args.argv = (uintptr_t)ARGV("probe", "spawn", text("%d", template));
	check_eq(wait_for(sys_spawn(probe, &args)), EACCES);
	close(template);
}

static void asks(void *unused)
{
	struct spawn_template_query query;
	struct spawn_template_info info;

	(void)unused;
	check_eq(sys_query(probe, &query), 0);
	check_eq(outspawn_info(probe, &info), 0);
}

/* Any process may query a template. Only the owner may spawn from it. */
static void others_may_query(void)
{
	in_child(asks, NULL);
	in_child_as_nobody(asks, NULL);
}

/* The child has the caller's credentials; a template adds no privilege. */
static void check_no_privilege(void *unused)
{
	char *facts;

	(void)unused;
	probe = template_of(PROBE);
	facts = facts_of(&(struct request){ .template = probe, .sections = { "ids" } });
	check_str(fact(facts, "uid"), "1000 1000 1000");
	check_str(fact(facts, "gid"), "1000 1000 1000");
	check_str(fact(facts, "groups"), "");
}

static void nobodys_child_gets_no_privilege(void)
{
	in_child_as_nobody(check_no_privilege, NULL);
}

SUITE("cred",
      T(the_maker_may),
      T(a_forked_child_may_not),
      T(a_thread_may),
      T(a_template_made_by_a_thread),
      T(a_thread_with_other_credentials_may_not),
      T(a_thread_with_other_groups),
      T(a_thread_with_another_fsuid),
      T(a_thread_with_fewer_capabilities),
      T(a_thread_with_a_smaller_bounding_set),
      T(a_thread_with_other_securebits),
      T(a_thread_with_a_session_keyring),
      T(a_thread_with_a_thread_keyring),
      T(a_thread_with_a_landlock_domain),
      T(threads_that_dropped_root),
      T(a_vforked_child_may_not),
      T(after_setresuid),
      T(after_setresgid),
      T(after_setgroups),
      T(after_capset),
      T(after_securebits),
      T(after_a_new_user_namespace),
      T(after_setuid_to_the_same),
      T(after_setreuid_of_nothing),
      T(after_setresgid_to_the_same),
      T(after_setgroups_to_the_same),
      T(after_umask),
      T(after_chdir),
      T(after_setsid),
      T(after_no_new_privs),
      T(after_nice),
      T(setresuid_and_back),
      T(another_user_may_not),
      T(root_may_not_use_a_users),
      T(sent_to_another_process),
      T(sent_to_oneself),
      T(after_fork_and_execve),
      T(after_execve),
      T(after_execve_of_a_thread),
      T(the_spawned_child_may_not),
      T(others_may_query),
      T(nobodys_child_gets_no_privilege));
