// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_lib_syscalls.c - the library's actions that are system calls
 *
 * Each action is tried once where it works and once where it fails. A failure
 * must report its errno and its action's index.
 */
#include "common.h"

#include <grp.h>
#include <pty.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/mempolicy.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>

#include "outspawn_cap.h"

static struct outspawn_actions list;
static struct outspawn_result result;

/* Add an action: ADD(setpgid, 0) is outspawn_actions_setpgid(&list, 0). */
#define ADD(name, ...) check_eq(outspawn_actions_##name(&list, ##__VA_ARGS__), 0)
/* The facts of a child that ran these actions. */
#define FACTS(section, adds) \
	({ \
		new_list(); \
		adds; \
		facts_now(section); \
	})
/* The actions work: the child's program exits with 0. */
#define WORKS(adds) \
	do { \
		new_list(); \
		adds; \
		check_works(__LINE__); \
	} while (0)
/* The action with this index must fail with this error. */
#define FAILS(index, error, adds) \
	do { \
		new_list(); \
		adds; \
		check_fails(__LINE__, index, error); \
	} while (0)

static void new_list(void)
{
	outspawn_actions_destroy(&list);
}

static char *facts_now(const char *section)
{
	return facts_of(&(struct request){
		.template = probe, .actions = &list, .sections = { section } });
}

static pid_t spawn_now(void)
{
	return outspawn_spawn(probe, ARGV("probe", "exit", "0"), NULL, &list, 0, NULL, &result);
}

static const char *message(void)
{
	static char words[8192];

	return outspawn_strerror(&result, &list, "probe", words, sizeof(words));
}

static void check_works(int line)
{
	pid_t pid = spawn_now();

	if (pid < 0)
		check_failed(__FILE__, line, "%s", message());
	check_eq(wait_for(pid), 0);
}

static void check_fails(int line, int index, int error)
{
	pid_t pid = spawn_now();

	if (pid == -error && result.stage == SPAWN_TEMPLATE_STAGE_ACTION &&
	    result.action == index && result.error == error)
		return;
	if (pid > 0)
		check_failed(__FILE__, line, "the spawn works, exit status %d", wait_for(pid));
	check_failed(__FILE__, line, "expected action %d and %s, got stage %u: %s", index,
		     strerror(error), result.stage, message());
}

static void as_nobody(void (*function)(void *))
{
	in_child_as_nobody(function, NULL);
}

/* --- sessions, groups, terminals --- */

static void setsid_makes_a_session(void)
{
	char *facts = FACTS("session", ADD(setsid));

	check_str(fact(facts, "sid_is_own"), "1");
	check_str(fact(facts, "pgid_is_own"), "1");
	FAILS(1, EPERM, ADD(setsid); ADD(setsid));
}

static void setpgid_makes_a_group(void)
{
	char *facts = FACTS("session", ADD(setpgid, 0));

	check_str(fact(facts, "pgid_is_own"), "1");
	check_str(fact(facts, "sid_is_own"), "0");
	FAILS(0, EPERM, ADD(setpgid, 1));
	FAILS(1, EPERM, ADD(setsid); ADD(setpgid, 0));
}

static void setpgid_joins_a_group(void)
{
	pid_t leader;

	new_list();
	ADD(setpgid, 0);
	leader = outspawn_spawn(probe, ARGV("probe", "block"), NULL, &list, 0, NULL, NULL);
	check(leader > 0);
	check_str(fact(FACTS("session", ADD(setpgid, leader)), "pgid"), text("%d", leader));
	must(kill(leader, SIGKILL));
	check_eq(wait_for(leader), 128 + SIGKILL);
}

static void open_terminal(int *master, int *slave)
{
	must(openpty(master, slave, NULL, NULL, NULL));
	must(fcntl(*master, F_SETFD, FD_CLOEXEC));
	must(fcntl(*slave, F_SETFD, FD_CLOEXEC));
}

static void ctty_makes_it_the_controlling_terminal(void)
{
	int master, slave;
	struct stat status;

	open_terminal(&master, &slave);
	must(fstat(slave, &status));
	check_str(fact(FACTS("stat", ADD(setsid); ADD(ctty, slave)), "stat.7"),
		  text("%d", (int)(minor(status.st_rdev) | major(status.st_rdev) << 8)));
	FAILS(0, EPERM, ADD(ctty, slave));
	FAILS(1, ENOTTY, ADD(setsid); ADD(ctty, device));
	FAILS(1, EBADF, ADD(setsid); ADD(ctty, 99));
	must(close(master));
	must(close(slave));
}

static char *foreground(void)
{
	char *facts = facts_of(&(struct request){
		.template = probe, .actions = &list, .sections = { "stat", "session" } });

	check_str(fact(facts, "stat.8"), fact(facts, "pgid"));
	return fact(facts, "pgid");
}

static void tcsetpgrp_puts_the_child_into_the_foreground(void)
{
	int master, slave;
	char *first;

	open_terminal(&master, &slave);
	new_list();
	ADD(setsid);
	ADD(ctty, slave);
	ADD(tcsetpgrp, slave, 0);
	first = foreground();
	/*
	 * A list may be used again. The second child's group is in the
	 * foreground then.
	 */
	check(strcmp(first, foreground()) != 0);

	/*
	 * A spawn without a result has no memory of its own for the group:
	 * EINVAL. The library passes a result of its own.
	 */
	check_eq(sys_spawn(probe, &(struct spawn_template_spawn_args){
					  .argv = (uintptr_t)ARGV("probe", "exit", "0"),
					  .actions = (uintptr_t)list.array,
					  .actions_len = list.count }),
		 -EINVAL);
	check_eq(wait_for(outspawn_spawn(probe, ARGV("probe", "exit", "0"), NULL, &list, 0, NULL,
					 NULL)),
		 0);
	FAILS(0, ENOTTY, ADD(tcsetpgrp, slave, 0));
	FAILS(2, ESRCH, ADD(setsid); ADD(ctty, slave); ADD(tcsetpgrp, slave, INT_MAX));
	FAILS(0, EBADF, ADD(tcsetpgrp, 99, 0));
	must(close(master));
	must(close(slave));
}

/*
 * The group passes through result.pid. An asynchronous child that succeeds
 * writes no result, so result.pid must be 0 again.
 */
static void tcsetpgrp_leaves_nothing_in_the_result(void)
{
	struct spawn_template_result kernel_result = { 0 };
	int master, slave;
	pid_t pid;

	open_terminal(&master, &slave);
	new_list();
	ADD(setsid);
	ADD(ctty, slave);
	ADD(tcsetpgrp, slave, 0);
	pid = sys_spawn(probe, &(struct spawn_template_spawn_args){
				       .argv = (uintptr_t)ARGV("probe", "exit", "0"),
				       .flags = SPAWN_TEMPLATE_SPAWN_ASYNC,
				       .actions = (uintptr_t)list.array,
				       .actions_len = list.count,
				       .result = (uintptr_t)&kernel_result });
	check_eq(wait_for(pid), 0);
	check_eq(kernel_result.error, 0);
	check_eq(kernel_result.pid, 0);
	must(close(master));
	must(close(slave));
}

/* --- where the program starts --- */

static void umask_is_set(void)
{
	char *path = in_scratch_new("masked");
	struct stat status;

	check_str(fact(FACTS("where", ADD(umask, 0137)), "umask"), "137");
	check_eq(umask(022), 022);
	/* umask(2) never fails. The mask applies to later actions. */
	WORKS(ADD(umask, 077); ADD(open, 3, path, O_CREAT | O_WRONLY, 0666));
	must(stat(path, &status));
	check_eq(status.st_mode & 0777, 0600);
}

static void chdir_changes_the_directory(void)
{
	check_str(fact(FACTS("where", ADD(chdir, scratch)), "cwd"), scratch);
	/* A relative path starts at the directory of the chdir before. */
	check_str(fact(FACTS("where", ADD(chdir, "/"); ADD(chdir, scratch + 1)), "cwd"), scratch);
	FAILS(1, ENOENT, ADD(umask, 0); ADD(chdir, "/no/such/folder"));
	FAILS(0, ENOTDIR, ADD(chdir, PROBE));
}

static void chroot_changes_the_root(void)
{
	must(mkdir(in_scratch("only-here"), 0755));
	WORKS(ADD(chroot, scratch); ADD(chdir, "/only-here"));
	FAILS(1, ENOENT, ADD(chroot, scratch); ADD(chdir, scratch));
	FAILS(0, ENOENT, ADD(chroot, "/no/such/folder"));
	must(rmdir(in_scratch("only-here")));
}

static void chroot_as_nobody(void *argument)
{
	(void)argument;
	own_template();
	FAILS(0, EPERM, ADD(chroot, scratch));
}

static void chroot_needs_a_capability(void)
{
	as_nobody(chroot_as_nobody);
}

/* --- descriptors --- */

static void cloexec_is_switched(void)
{
	int fd = must(open("/dev/null", O_RDWR | O_CLOEXEC));

	check_str(FACTS("fds", ADD(dup2, fd, 20); ADD(cloexec, 20, 1); ADD(dup3, fd, 21, O_CLOEXEC);
			ADD(cloexec, 21, 0)),
		  text("%s%s%s%s", fd_line(0, 0), fd_line(1, 1), fd_line(2, 2), fd_line(21, fd)));
	/*
	 * A descriptor of the caller that the child does not get cannot be
	 * changed.
	 */
	FAILS(0, EBADF, ADD(cloexec, fd, 0));
	check_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	must(close(fd));
}

static void closefrom_closes(void)
{
	check_str(FACTS("fds", ADD(dup2, 0, 20); ADD(dup2, 0, 21); ADD(closefrom, 1)),
		  fd_line(0, 0));
	FAILS(1, EBADF, ADD(closefrom, 1); ADD(dup2, 1, 3));
}

/* --- limits and scheduling --- */

static void setrlimit_sets_a_limit(void)
{
	struct rlimit limit = { 50, 60 }, unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit backwards = { 60, 50 };
	char *facts = FACTS("limits", ADD(setrlimit, RLIMIT_NOFILE, &limit);
			    ADD(setrlimit, RLIMIT_CORE, &unlimited));

	check_str(fact(facts, text("rlimit.%d", RLIMIT_NOFILE)), "32 3c");
	check_str(fact(facts, text("rlimit.%d", RLIMIT_CORE)),
		  "ffffffffffffffff ffffffffffffffff");
	FAILS(0, EINVAL, ADD(setrlimit, RLIMIT_NOFILE, &backwards));
	FAILS(0, EINVAL, ADD(setrlimit, 99, &limit));
	/* A limit applies to later actions. */
	FAILS(1, EBADF, ADD(setrlimit, RLIMIT_NOFILE, &limit); ADD(dup2, 0, 50));
}

static void setrlimit_as_nobody(void *argument)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	(void)argument;
	own_template();
	must(setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }));
	FAILS(0, EPERM, ADD(setrlimit, RLIMIT_CORE, &limit));
}

static void setrlimit_needs_a_capability_to_raise(void)
{
	as_nobody(setrlimit_as_nobody);
}

static void setaffinity_chooses_cpus(void)
{
	cpu_set_t one, none;

	CPU_ZERO(&none);
	CPU_ZERO(&one);
	CPU_SET(1, &one);
	check_str(fact(FACTS("sched", ADD(setaffinity, sizeof(one), &one)), "affinity"), "1 ");
	FAILS(0, EINVAL, ADD(setaffinity, sizeof(none), &none));
}

static void setscheduler_sets_policy_and_priority(void)
{
	struct sched_param seven = { .sched_priority = 7 }, much = { .sched_priority = 100 };
	char *facts = FACTS("sched", ADD(setscheduler, SCHED_FIFO, &seven));

	check_str(fact(facts, "policy"), text("%d", SCHED_FIFO));
	check_str(fact(facts, "rt_priority"), "7");
	FAILS(0, EINVAL, ADD(setscheduler, SCHED_FIFO, &much));
	FAILS(0, EINVAL, ADD(setscheduler, 99, &seven));
}

static void setparam_sets_the_priority(void)
{
	struct sched_param one = { .sched_priority = 1 }, eight = { .sched_priority = 8 };
	char *facts = FACTS("sched", ADD(setscheduler, SCHED_RR, &one); ADD(setparam, &eight));

	check_str(fact(facts, "rt_priority"), "8");
	/* SCHED_OTHER has no such priority. */
	FAILS(0, EINVAL, ADD(setparam, &eight));
}

static void setattr_sets_policy_and_nice(void)
{
	/*
	 * struct sched_attr: size, policy, flags, nice, priority, runtime,
	 * deadline, period
	 */
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t times[3];
	} attr = { .size = sizeof(attr), .policy = SCHED_BATCH, .nice = 6 };
	char *facts = FACTS("sched", ADD(setattr, &attr));

	check_str(fact(facts, "policy"), text("%d", SCHED_BATCH));
	check_str(fact(facts, "nice"), "6");
	attr.policy = 99;
	FAILS(0, EINVAL, ADD(setattr, &attr));
}

static void setpriority_as_nobody(void *argument)
{
	(void)argument;
	own_template();
	FAILS(0, EACCES, ADD(setpriority, -5));
}

static void setpriority_sets_nice(void)
{
	check_str(fact(FACTS("sched", ADD(setpriority, 5)), "nice"), "5");
	check_str(fact(FACTS("sched", ADD(setpriority, -5)), "nice"), "-5");
	as_nobody(setpriority_as_nobody);
}

static void ioprio_sets_the_io_priority(void)
{
	int best_effort_3 = 2 << 13 | 3;

	check_str(fact(FACTS("sched", ADD(ioprio, best_effort_3)), "ioprio"),
		  text("%d", best_effort_3));
	FAILS(0, EINVAL, ADD(ioprio, 7 << 13));
}

static void mempolicy_sets_the_policy(void)
{
	unsigned long first = 1, none = 0;

	check_str(fact(FACTS("sched", ADD(mempolicy, MPOL_BIND, &first, 64)), "mempolicy"),
		  text("%d", MPOL_BIND));
	FAILS(0, EINVAL, ADD(mempolicy, MPOL_BIND, &none, 64));
	FAILS(0, EINVAL, ADD(mempolicy, 99, NULL, 0));
}

/* --- user, groups, capabilities --- */

static void ids_as_nobody(void *argument)
{
	gid_t group = 7;

	(void)argument;
	own_template();
	FAILS(0, EPERM, ADD(setresuid, 0, 0, 0));
	FAILS(0, EPERM, ADD(setresgid, 0, 0, 0));
	FAILS(0, EPERM, ADD(setgroups, 1, &group));
}

static void users_and_groups_are_set(void)
{
	gid_t groups[] = { 4, 27 };
	char *facts = FACTS("ids", ADD(setgroups, 2, groups); ADD(setresgid, 7, NOBODY, 9);
			    ADD(setresuid, NOBODY, -1, NOBODY); ADD(setresuid, 5, NOBODY, -1));

	check_str(fact(facts, "groups"), "4 27 ");
	/* exec copies the effective ids to the saved ones. */
	check_str(fact(facts, "gid"), text("7 %d %d", NOBODY, NOBODY));
	check_str(fact(facts, "uid"), text("5 %d %d", NOBODY, NOBODY));
	as_nobody(ids_as_nobody);
}

static void a_changed_user_loses_the_old_rights(void)
{
	FAILS(3, EPERM, ADD(setgroups, 0, NULL); ADD(setresgid, NOBODY, NOBODY, NOBODY);
	      ADD(setresuid, NOBODY, NOBODY, NOBODY); ADD(setresuid, 0, 0, 0));
	check_str(fact(FACTS("ids", ADD(setgroups, 0, NULL)), "groups"), "");
}

#define NET_RAW (1ULL << CAP_NET_RAW)

static void capset_sets_capabilities(void)
{
	char *facts = FACTS("status", ADD(prctl, PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0);
			    ADD(capset, NET_RAW, NET_RAW, NET_RAW);
			    ADD(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0));

	check_str(fact(facts, "status.CapPrm"), text("%016llx", NET_RAW));
	check_str(fact(facts, "status.CapEff"), text("%016llx", NET_RAW));
	check_str(fact(facts, "status.CapInh"), text("%016llx", NET_RAW));
	FAILS(1, EPERM, ADD(capset, 0, 0, 0); ADD(capset, NET_RAW, NET_RAW, 0));
}

static void capabilities_takes_a_set_of_libcap(void)
{
	cap_t caps = cap_from_text("cap_net_raw=eip"), none = cap_init();
	char *facts = FACTS("status", ADD(prctl, PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0);
			    ADD(capabilities, caps);
			    ADD(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0));

	check_str(fact(facts, "status.CapEff"), text("%016llx", NET_RAW));
	FAILS(1, EPERM, ADD(capabilities, none); ADD(capabilities, caps));
	cap_free(caps);
	cap_free(none);
}

static void prctl_sets_options_that_outlive_exec(void)
{
	char *facts = FACTS("sched", ADD(prctl, PR_SET_TIMERSLACK, 1234, 0, 0, 0);
			    ADD(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
			    ADD(prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0));

	check_str(fact(facts, "timerslack"), "1234");
	check_str(fact(facts, "child_subreaper"), "1");
	check_str(fact(facts, "pdeathsig"), text("%d", SIGUSR1));
	check_str(fact(FACTS("security", ADD(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)),
		       "no_new_privs"),
		  "1");
	FAILS(0, EINVAL, ADD(prctl, PR_SET_PDEATHSIG, 999, 0, 0, 0));
}

/* An option that would change the memory shared with the caller is refused. */
static void prctl_refuses_options_for_the_memory(void)
{
	new_list();
	ADD(umask, 0);
	ADD(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
	check_eq(spawn_now(), -EOPNOTSUPP);
	check_eq(result.action, 1);
	check_str(message(), text("action 1: prctl %d: Operation not supported", PR_SET_DUMPABLE));
}

static void personality_is_set(void)
{
	char *facts = FACTS("security", ADD(personality, ADDR_NO_RANDOMIZE));

	check_str(fact(facts, "personality"), text("%x", ADDR_NO_RANDOMIZE));
	check_eq(personality(0xffffffff), 0);
	/* personality(2) does not fail for an unknown value. */
	FAILS(1, ENOENT, ADD(personality, ADDR_NO_RANDOMIZE); ADD(chdir, "/no/such/folder"));
}

/* --- confinement --- */

static int new_ruleset(void)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_REG };

	return must(syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0));
}

static void landlock_as_nobody(void *argument)
{
	int ruleset = new_ruleset();

	(void)argument;
	own_template();
	FAILS(0, EPERM, ADD(landlock, ruleset));
	WORKS(ADD(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); ADD(landlock, ruleset));
}

static void landlock_restricts_what_follows(void)
{
	int ruleset = new_ruleset();
	char *path = in_scratch_new("never");

	WORKS(ADD(landlock, ruleset));
	FAILS(1, EACCES, ADD(landlock, ruleset); ADD(open, 3, path, O_CREAT | O_WRONLY, 0644));
	FAILS(0, EBADFD, ADD(landlock, device));
	FAILS(0, EBADF, ADD(landlock, 99));
	must(close(ruleset));
	as_nobody(landlock_as_nobody);
}

/*
 * A filter that denies one system call with EXDEV, an error that the call
 * itself does not return here.
 */
#define DENY(call) \
	((struct sock_fprog){ \
		4, \
		(struct sock_filter[]){ \
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)), \
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1), \
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV), \
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) } })

static void seccomp_as_nobody(void *argument)
{
	struct sock_fprog filter = DENY(__NR_chdir);

	(void)argument;
	own_template();
	FAILS(0, EACCES, ADD(seccomp, &filter));
	WORKS(ADD(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); ADD(seccomp, &filter));
}

static void seccomp_filters_what_follows(void)
{
	struct sock_fprog chdir_denied = DENY(__NR_chdir);
	struct sock_fprog bad = { 1, (struct sock_filter[]){ { 0xffff, 0, 0, 0 } } };

	check_str(fact(FACTS("security", ADD(seccomp, &chdir_denied)), "seccomp"), "2");
	FAILS(1, EXDEV, ADD(seccomp, &chdir_denied); ADD(chdir, "/"));
	WORKS(ADD(chdir, "/"); ADD(seccomp, &chdir_denied));
	FAILS(0, EINVAL, ADD(seccomp, &bad));
	as_nobody(seccomp_as_nobody);
}

static void seccomp_can_deny_exec(void)
{
	struct sock_fprog filter = DENY(__NR_execve);

	new_list();
	ADD(seccomp, &filter);
	check_eq(spawn_now(), -EXDEV);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
}

/* --- namespaces and mounts --- */

static void unshare_as_nobody(void *argument)
{
	(void)argument;
	own_template();
	FAILS(0, EPERM, ADD(unshare, CLONE_NEWUTS));
}

static void unshare_makes_namespaces(void)
{
	char *own = fact(FACTS("ns", ADD(umask, 0)), "ns.uts");
	char *facts = FACTS("ns", ADD(unshare, CLONE_NEWUTS));

	check(strcmp(fact(facts, "ns.uts"), own) != 0);
	FAILS(0, EINVAL, ADD(unshare, CLONE_VM));
	as_nobody(unshare_as_nobody);
}

static void setns_enters_a_namespace(void)
{
	pid_t other;
	int fd;
	char link[64] = "";

	new_list();
	ADD(unshare, CLONE_NEWUTS);
	other = outspawn_spawn(probe, ARGV("probe", "block"), NULL, &list, 0, NULL, NULL);
	check(other > 0);
	fd = must(open(text("/proc/%d/ns/uts", other), O_RDONLY | O_CLOEXEC));
	must(readlink(text("/proc/%d/ns/uts", other), link, sizeof(link) - 1));
	check_str(fact(FACTS("ns", ADD(setns, fd, CLONE_NEWUTS)), "ns.uts"), link);
	FAILS(0, EINVAL, ADD(setns, fd, CLONE_NEWNET));
	FAILS(0, EBADF, ADD(setns, 99, 0));
	must(close(fd));
	must(kill(other, SIGKILL));
	check_eq(wait_for(other), 128 + SIGKILL);
}

static void sethostname_as_nobody(void *argument)
{
	(void)argument;
	own_template();
	FAILS(0, EPERM, ADD(sethostname, "cave"));
}

static void sethostname_sets_the_name(void)
{
	char before[65], after[65];

	must(gethostname(before, sizeof(before)));
	check_str(fact(FACTS("where", ADD(unshare, CLONE_NEWUTS); ADD(sethostname, "cave")),
		       "hostname"),
		  "cave");
	must(gethostname(after, sizeof(after)));
	check_str(after, before);
	as_nobody(sethostname_as_nobody);
}

/* Add a mount namespace of the child's own. Its mounts do not propagate. */
static void add_private_mounts(void)
{
	ADD(unshare, CLONE_NEWNS);
	ADD(mount, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static void mounts_are_the_childs(void)
{
	char *folder = in_scratch("mounted"), *file = in_scratch("mounted/file");

	must(mkdir(folder, 0755));
	WORKS(add_private_mounts(); ADD(mount, "none", folder, "tmpfs", MS_NODEV, "size=64k");
	      ADD(open, 3, file, O_CREAT | O_WRONLY, 0644));
	check_eq(error_of(access(file, F_OK)), ENOENT);
	FAILS(2, ENODEV, add_private_mounts(); ADD(mount, "none", folder, "nofs", 0, NULL));
	FAILS(2, EINVAL, add_private_mounts();
	      ADD(mount, "none", folder, "tmpfs", 0, "nonsense=1"));
	must(rmdir(folder));
}

static void umount_removes_a_mount(void)
{
	char *folder = in_scratch("mounted"), *file = in_scratch("mounted/file");

	must(mkdir(folder, 0755));
	write_text(file, "below");
	WORKS(add_private_mounts(); ADD(mount, "none", folder, "tmpfs", 0, NULL);
	      ADD(umount, folder, 0); ADD(open, 3, file, O_RDONLY, 0));
	FAILS(3, ENOENT, add_private_mounts(); ADD(mount, "none", folder, "tmpfs", 0, NULL);
	      ADD(open, 3, file, O_RDONLY, 0));
	FAILS(2, EINVAL, add_private_mounts(); ADD(umount, folder, 0));
	must(unlink(file));
	must(rmdir(folder));
}

/*
 * Give the child another root directory. If 'programs' is not NULL, that
 * directory is mounted in the root.
 */
static void add_new_root(const char *root, const char *programs)
{
	add_private_mounts();
	ADD(mount, root, root, NULL, MS_BIND, NULL);
	if (programs)
		ADD(mount, programs, text("%s%s", root, programs), NULL, MS_BIND, NULL);
	ADD(chdir, root);
	ADD(open, 3, "here", O_CREAT | O_WRONLY, 0644);
	ADD(pivot_root, ".", ".");
	ADD(umount, ".", MNT_DETACH);
	ADD(chdir, "/");
	ADD(open, 3, "/here", O_RDONLY, 0);
}

static void pivot_root_changes_the_root(void)
{
	char *root = in_scratch("root"), *old = in_scratch("root/old"), *programs = PROBE;

	*strrchr(programs, '/') = '\0';
	must(mkdir(root, 0755));
	must(system(text("mkdir -p %s%s", root, programs)));
	WORKS(add_new_root(root, programs));
	/* The template's path must name its program in the new mount namespace. */
	new_list();
	add_new_root(root, NULL);
	check_eq(spawn_now(), -ENOENT);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_MOUNT);
	must(system(text("rm -r %s/*", root)));
	/* 'root' is not a mount point here. */
	must(mkdir(old, 0755));
	FAILS(2, EINVAL, add_private_mounts(); ADD(pivot_root, root, old));
	must(rmdir(old));
	must(rmdir(root));
}

/* --- any system call --- */

static void syscall_takes_supported_calls_only(void)
{
	const unsigned long mask[6] = { 0111 }, other[6] = { 1 }, zeroes[6] = { 0 };

	check_str(fact(FACTS("where", ADD(syscall, SYS_umask, mask)), "umask"), "111");
	/*
	 * A change of another process, and a call that is not supported: no
	 * child is made.
	 */
	new_list();
	ADD(syscall, SYS_setpgid, other);
	check_eq(spawn_now(), -EINVAL);
	check_eq(result.action, 0);
	new_list();
	ADD(setsid);
	ADD(syscall, SYS_getpid, zeroes);
	check_eq(spawn_now(), -EOPNOTSUPP);
	check_eq(result.action, 1);
	check_str(message(), "action 1: system call 39: Operation not supported");
}

static void syscall_reads_its_memory_when_it_runs(void)
{
	unsigned long path[6] = { (uintptr_t)scratch }, bad[6] = { 8 };

	check_str(fact(FACTS("where", ADD(syscall, SYS_chdir, path)), "cwd"), scratch);
	FAILS(1, EFAULT, ADD(setsid); ADD(syscall, SYS_chdir, bad));
	check_str(message(), "action 1: chdir: Bad address");
}

static void a_message_names_what_failed(void)
{
	struct rlimit backwards = { 2, 1 };

	FAILS(2, EINVAL, ADD(setsid); ADD(umask, 0); ADD(setrlimit, RLIMIT_NOFILE, &backwards));
	check_str(message(), "action 2: setrlimit NOFILE: Invalid argument");
}

SUITE("lib_syscalls",
      T(setsid_makes_a_session),
      T(setpgid_makes_a_group),
      T(setpgid_joins_a_group),
      T(ctty_makes_it_the_controlling_terminal),
      T(tcsetpgrp_puts_the_child_into_the_foreground),
      T(tcsetpgrp_leaves_nothing_in_the_result),
      T(umask_is_set),
      T(chdir_changes_the_directory),
      T(chroot_changes_the_root),
      T(chroot_needs_a_capability),
      T(cloexec_is_switched),
      T(closefrom_closes),
      T(setrlimit_sets_a_limit),
      T(setrlimit_needs_a_capability_to_raise),
      T(setaffinity_chooses_cpus),
      T(setscheduler_sets_policy_and_priority),
      T(setparam_sets_the_priority),
      T(setattr_sets_policy_and_nice),
      T(setpriority_sets_nice),
      T(ioprio_sets_the_io_priority),
      T(mempolicy_sets_the_policy),
      T(users_and_groups_are_set),
      T(a_changed_user_loses_the_old_rights),
      T(capset_sets_capabilities),
      T(capabilities_takes_a_set_of_libcap),
      T(prctl_sets_options_that_outlive_exec),
      T(prctl_refuses_options_for_the_memory),
      T(personality_is_set),
      T(landlock_restricts_what_follows),
      T(seccomp_filters_what_follows),
      T(seccomp_can_deny_exec),
      T(unshare_makes_namespaces),
      T(setns_enters_a_namespace),
      T(sethostname_sets_the_name),
      T(mounts_are_the_childs),
      T(umount_removes_a_mount),
      T(pivot_root_changes_the_root),
      T(syscall_takes_supported_calls_only),
      T(syscall_reads_its_memory_when_it_runs),
      T(a_message_names_what_failed));
