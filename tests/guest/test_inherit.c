// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_inherit.c - a spawn's child equals a child of vfork and execve
 *
 * Each test changes one attribute of a forked caller. It compares everything
 * that probe prints in both children. It also checks the changed attribute
 * itself, so that two equally wrong children fail the test.
 */
#include "common.h"

#include <linux/filter.h>
#include <linux/ioprio.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static const char *const everything[8];

static char *compared_facts(void)
{
	char *reference, *facts;

	probe = template_of(PROBE);
	reference = reference_facts(PROBE, NULL, everything);
	facts = facts_of(&(struct request){ .template = probe,
					    .flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS });
	check_str(facts, reference);
	return facts;
}

/* Change the caller, then check one fact of both children. */
#define SAME(name, change, key, value) \
	static void name##_(void *unused) \
	{ \
		(void)unused; \
		must((int)(change)); \
		check_str(fact(compared_facts(), key), value); \
	} \
	static void name(void) \
	{ \
		in_child(name##_, NULL); \
	} \
	_Static_assert(1, "")

static int limit_to(int resource, rlim_t soft, rlim_t hard)
{
	return setrlimit(resource, &(struct rlimit){ soft, hard });
}

static int write_to(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : write(fd, word, strlen(word));

	close(fd);
	return length < 0 ? -1 : 0;
}

static int use_cpu(int number)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(number, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static int be_batch(void)
{
	return sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ 0 });
}

static int be_realtime(void)
{
	return sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 3 });
}

static int ignore(int number)
{
	return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0;
}

static int block(int number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	return sigprocmask(SIG_BLOCK, &set, NULL);
}

static int be_nobody(void)
{
	become_nobody();
	return 0;
}

static int use_alternate_stack(void)
{
	static char stack[65536];

	return sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof(stack) }, NULL);
}

/* Install a filter that allows every system call. Only its presence shows. */
static int filter_system_calls(void)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog program = { 1, code };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* Join a new cgroup in the cgroup2 hierarchy. */
static int join_cgroup(void)
{
	char *mount_point = in_scratch("cgroup"), *own = in_scratch("cgroup/outspawn-test");

	if (mkdir(mount_point, 0755) < 0 && errno != EEXIST)
		return -1;
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	must(mount("none", mount_point, "cgroup2", 0, NULL));
	if (mkdir(own, 0755) < 0 && errno != EEXIST)
		return -1;
	return write_to(text("%s/cgroup.procs", own), "0");
}

/* The number of capabilities depends on the kernel. */
static char *all_capabilities_but(int number)
{
	int last = atoi(read_whole("/proc/sys/kernel/cap_last_cap", NULL));

	return text("%016llx", ((2ULL << last) - 1) & ~(1ULL << number));
}

SAME(nothing_changed, 0, "sigblocked", "0000000000000000");
SAME(file_mode_mask, (umask(0137), 0), "umask", "137");
SAME(working_directory, chdir("/proc"), "cwd", "/proc");
SAME(root_directory, chroot("/"), "root", "/");
SAME(nice_value, setpriority(PRIO_PROCESS, 0, 7), "nice", "7");
SAME(batch_policy, be_batch(), "policy", "3");
SAME(realtime_policy, be_realtime(), "rt_priority", "3");
SAME(affinity, use_cpu(0), "affinity", "0 ");
SAME(io_priority, syscall(SYS_ioprio_set, 1, 0, IOPRIO_PRIO_VALUE(2, 6)), "ioprio", "16390");
SAME(timer_slack, prctl(PR_SET_TIMERSLACK, 123456), "timerslack", "123456");
SAME(oom_score, write_to("/proc/self/oom_score_adj", "321"), "oom_score_adj", "321\\012");
SAME(core_limit, limit_to(RLIMIT_CORE, 4096, 8192), "rlimit.4", "1000 2000");
SAME(file_limit, limit_to(RLIMIT_NOFILE, 77, 99), "rlimit.7", "4d 63");
SAME(stack_limit, limit_to(RLIMIT_STACK, 1 << 20, 1 << 21), "rlimit.3", "100000 200000");
SAME(ignored_signal, ignore(SIGUSR2), "sigignored", "0000000000000800");
SAME(ignored_terminal_signal, ignore(SIGTTOU), "sigignored", "0000000000200000");
SAME(blocked_signal, block(SIGUSR2), "sigblocked", "0000000000000800");
SAME(process_group, setpgid(0, 0), "pgid_is_own", "0");
SAME(session, setsid(), "sid_is_own", "0");
SAME(new_user, be_nobody(), "uid", "1000 1000 1000");
SAME(real_user_only, setresuid(NOBODY, 0, 0), "uid", "1000 0 0");
SAME(effective_group_only, setresgid(0, NOBODY, 0), "gid", "0 1000 1000");
SAME(secure_bits, prctl(PR_SET_SECUREBITS, 1), "securebits", "1");
SAME(bounding_set, prctl(PR_CAPBSET_DROP, 13), "status.CapPrm", all_capabilities_but(13));
SAME(no_new_privs, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs", "1");
SAME(seccomp_filter, filter_system_calls(), "seccomp", "2");
SAME(personality_bits, personality(ADDR_NO_RANDOMIZE), "personality", "40000");
SAME(dumpable_is_set_again, prctl(PR_SET_DUMPABLE, 0), "dumpable", "1");
SAME(alternate_stack_is_gone, use_alternate_stack(), "altstack", "2");
SAME(parent_death_signal_is_gone, prctl(PR_SET_PDEATHSIG, SIGHUP), "pdeathsig", "0");
SAME(subreaper_is_gone, prctl(PR_SET_CHILD_SUBREAPER, 1), "child_subreaper", "0");
SAME(huge_pages_disabled, prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), "thp_disable", "1");
SAME(machine_check_policy, prctl(PR_MCE_KILL, 1, 1, 0, 0), "mce_kill", "1");
SAME(cgroup, join_cgroup(), "cgroup", "0::/outspawn-test\\012");

/* The child is in the namespace that the caller entered. */
static void in_namespace(void *flag)
{
	char link[64] = "";
	const char *name = NULL;
	int kind = *(int *)flag;

	name = kind == CLONE_NEWUTS ? "uts" :
	       kind == CLONE_NEWIPC ? "ipc" :
	       kind == CLONE_NEWNET ? "net" :
	       kind == CLONE_NEWNS  ? "mnt" :
	       kind == CLONE_NEWUSER ? "user" :
				       "cgroup";
	must(unshare(kind));
	must(readlink(text("/proc/self/ns/%s", name), link, sizeof(link) - 1));
	check_str(fact(compared_facts(), text("ns.%s", name)), link);
}

static void namespaces(void)
{
	static int kinds[] = { CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS,
			       CLONE_NEWCGROUP };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		in_child(in_namespace, &kinds[i]);
}

static void user_namespace(void)
{
	in_child(in_namespace, &(int){ CLONE_NEWUSER });
}

/*
 * A caller that unshared its pid namespace: the child is the first process of
 * the new one.
 */
static void in_pid_namespace(void *unused)
{
	char *facts, *reference;
	pid_t first;

	(void)unused;
	must(unshare(CLONE_NEWPID));
	probe = template_of(PROBE);
	first = try_spawn(probe, ARGV("probe", "block"));
	check(first > 1);
	check(strstr(read_whole(text("/proc/%d/status", first), NULL),
		     text("NSpid:\t%d\t1\n", first)));
	reference = reference_facts(PROBE, NULL, (const char *const[8]){ "session", "security" });
	facts = facts_of(&(struct request){ .template = probe,
					    .sections = { "session", "security" } });
	check_str(facts, reference);
	must(kill(first, SIGKILL));
	check_eq(wait_for(first), 128 + SIGKILL);
	/*
	 * The first process has ended. The kernel makes no more processes in
	 * its namespace.
	 */
	check_eq(try_spawn(probe, ARGV("probe", "exit", "0")), -ENOMEM);
}

static void pid_namespace(void)
{
	in_child(in_pid_namespace, NULL);
}

/*
 * The caller changes its root directory. CREATE looks the path up from there.
 */
static void in_another_root(void *folder)
{
	pid_t pid;

	must(chroot(folder));
	must(chdir("/"));
	probe = template_of("/probe");
	pid = try_spawn(probe, ARGV("probe", "block"));
	check(pid > 0);
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
	check_eq(try_template(PROBE), -ENOENT);
}

static void another_root(void)
{
	char *folder = in_scratch("root");

	must(mkdir(folder, 0755));
	copy_file(PROBE, in_scratch("root/probe"), 0755);
	in_child(in_another_root, folder);
}

/* Without INHERIT_FDS and without changes. */
static void without_inherited_descriptors(void *unused)
{
	char *facts, *reference;

	(void)unused;
	probe = template_of(PROBE);
	reference = reference_facts(PROBE, NULL, everything);
	facts = facts_of(&(struct request){ .template = probe });
	check_str(facts, reference);
}

static void everything_by_default(void)
{
	in_child(without_inherited_descriptors, NULL);
}

static void exit_signal_is_sigchld(void)
{
	char *facts = facts_of(&(struct request){ .template = probe, .sections = { "stat" } });

	check_str(fact(facts, "stat.38"), text("%d", SIGCHLD));
}

SUITE("inherit",
      T(nothing_changed),
      T(file_mode_mask),
      T(working_directory),
      T(root_directory),
      T(nice_value),
      T(batch_policy),
      T(realtime_policy),
      T(affinity),
      T(io_priority),
      T(timer_slack),
      T(oom_score),
      T(core_limit),
      T(file_limit),
      T(stack_limit),
      T(ignored_signal),
      T(ignored_terminal_signal),
      T(blocked_signal),
      T(process_group),
      T(session),
      T(new_user),
      T(real_user_only),
      T(effective_group_only),
      T(secure_bits),
      T(bounding_set),
      T(no_new_privs),
      T(seccomp_filter),
      T(personality_bits),
      T(dumpable_is_set_again),
      T(alternate_stack_is_gone),
      T(parent_death_signal_is_gone),
      T(subreaper_is_gone),
      T(huge_pages_disabled),
      T(machine_check_policy),
      T(cgroup),
      T(namespaces),
      T(user_namespace),
      T(pid_namespace),
      T(another_root),
      T(everything_by_default),
      T(exit_signal_is_sigchld));
