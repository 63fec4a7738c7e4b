// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_syscalls.c - system calls as actions
 *
 * The suite tests which calls are supported, that they change only the child,
 * which descriptors they find, and how they fail.
 */
#include "common_process.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/ioprio.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <termios.h>

#define MOST_CALLS 8

static struct spawn_template_result result;

struct calls {
	struct spawn_template_syscall call[MOST_CALLS];
	struct spawn_template_action action[MOST_CALLS];
	int count;
};

#define CALL(...) ((struct spawn_template_syscall){ __VA_ARGS__ })

static void add(struct calls *calls, struct spawn_template_syscall call)
{
	calls->call[calls->count] = call;
	calls->action[calls->count] = (struct spawn_template_action){
		.type = SPAWN_TEMPLATE_ACTION_SYSCALL,
		.arg = (uintptr_t)&calls->call[calls->count],
	};
	calls->count++;
}

static struct spawn_template_spawn_args args_of(const struct calls *calls)
{
	return (struct spawn_template_spawn_args){ .actions = (uintptr_t)calls->action,
						   .actions_len = calls->count,
						   .result = (uintptr_t)&result };
}

/* The program's facts after these calls. */
static char *facts_after(const struct calls *calls, const char *section)
{
	struct spawn_template_spawn_args args = args_of(calls);

	return facts_of(&(struct request){
		.template = probe, .args = &args, .sections = { section } });
}

static char *facts_after_one(struct spawn_template_syscall call, const char *section)
{
	struct calls calls = { 0 };

	add(&calls, call);
	return facts_after(&calls, section);
}

/* Spawn with these calls. Returns the error, or the exit status 0. */
static int error_after(const struct calls *calls)
{
	struct spawn_template_spawn_args args = args_of(calls);
	char *const argv[] = { "probe", "exit", "0", NULL };
	pid_t pid;

	args.argv = (uintptr_t)argv;
	pid = sys_spawn(probe, &args);
	if (pid < 0)
		return pid;
	return wait_for(pid);
}

static int error_after_one(struct spawn_template_syscall call)
{
	struct calls calls = { 0 };

	add(&calls, call);
	return error_after(&calls);
}

/* Check that the call fails in the child with this errno, as action 1. */
static void fails(struct spawn_template_syscall call, int error)
{
	struct calls calls = { 0 };

	add(&calls, CALL(.nr = SYS_umask, .args = { 022 }));
	add(&calls, call);
	check_eq(error_after(&calls), -error);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ACTION);
	check_eq(result.action, 1);
	check_eq(count_children(), 0);
}

/*
 * Check that the spawn is refused before there is a child, because of action 1.
 */
static void refused(struct spawn_template_syscall call, int error)
{
	struct calls calls = { 0 };

	add(&calls, CALL(.nr = SYS_umask, .args = { 022 }));
	add(&calls, call);
	check_eq(error_after(&calls), -error);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
	check_eq(result.action, 1);
}

/* --- supported calls and options --- */

static void other_calls_are_refused(void)
{
	static const int supported[] = {
		SYS_setsid,	 SYS_setpgid,	  SYS_ioctl,	    SYS_umask,
		SYS_chdir,	 SYS_fchdir,	  SYS_chroot,	    SYS_openat2,
		SYS_dup3,	 SYS_close_range, SYS_fcntl,	    SYS_prlimit64,
		SYS_sched_setaffinity, SYS_sched_setattr, SYS_sched_setscheduler,
		SYS_sched_setparam, SYS_setpriority, SYS_ioprio_set, SYS_set_mempolicy,
		SYS_setuid,	 SYS_setgid,	  SYS_setreuid,	    SYS_setregid,
		SYS_setresuid,	 SYS_setresgid,	  SYS_setgroups,    SYS_capset,
		SYS_prctl,	 SYS_personality, SYS_unshare,	    SYS_setns,
		SYS_mount,	 SYS_umount2,	  SYS_pivot_root,   SYS_sethostname,
		SYS_landlock_restrict_self, SYS_seccomp,
	};
	uint32_t nr;
	size_t i;

	for (nr = 0; nr < 600; nr++) {
		for (i = 0; i < sizeof(supported) / sizeof(*supported); i++)
			if (supported[i] == (int)nr)
				break;
		if (i == sizeof(supported) / sizeof(*supported))
			refused(CALL(.nr = nr), EOPNOTSUPP);
	}
	refused(CALL(.nr = -1), EOPNOTSUPP);
	refused(CALL(.nr = SYS_setsid | 0x40000000 /* x32 */), EOPNOTSUPP);
}

static void other_options_are_refused(void)
{
	uint64_t option;

	refused(CALL(.nr = SYS_ioctl, .args = { 0, TIOCSTI, 0 }), EOPNOTSUPP);
	refused(CALL(.nr = SYS_ioctl, .args = { 0, TIOCSCTTY | 1ULL << 32, 0 }), EOPNOTSUPP);
	refused(CALL(.nr = SYS_fcntl, .args = { 0, F_DUPFD, 9 }), EOPNOTSUPP);
	refused(CALL(.nr = SYS_setpriority, .args = { PRIO_PGRP, 0, 5 }), EOPNOTSUPP);
	refused(CALL(.nr = SYS_ioprio_set, .args = { IOPRIO_WHO_USER, 0, 0 }), EOPNOTSUPP);
	refused(CALL(.nr = SYS_seccomp, .args = { SECCOMP_SET_MODE_STRICT }), EOPNOTSUPP);
	refused(CALL(.nr = SYS_seccomp,
		     .args = { SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER }),
		EOPNOTSUPP);
	refused(CALL(.nr = SYS_prctl, .args = { PR_SET_SECCOMP, SECCOMP_MODE_STRICT }), EOPNOTSUPP);
	/* These options change the memory, which is the caller's. */
	refused(CALL(.nr = SYS_prctl, .args = { PR_SET_DUMPABLE, 0 }), EOPNOTSUPP);
	refused(CALL(.nr = SYS_prctl, .args = { PR_SET_MM, 1 }), EOPNOTSUPP);
	refused(CALL(.nr = SYS_prctl, .args = { PR_SET_THP_DISABLE, 1 }), EOPNOTSUPP);
	for (option = 100; option < 200; option++)
		refused(CALL(.nr = SYS_prctl, .args = { option }), EOPNOTSUPP);
}

/* A pid that is not 0 is refused, as it may be another process's. */
static void calls_for_other_processes_are_refused(void)
{
	uint64_t self = getpid();

	refused(CALL(.nr = SYS_setpgid, .args = { self, 0 }), EINVAL);
	refused(CALL(.nr = SYS_prlimit64, .args = { self, RLIMIT_CORE }), EINVAL);
	refused(CALL(.nr = SYS_sched_setaffinity, .args = { self }), EINVAL);
	refused(CALL(.nr = SYS_sched_setattr, .args = { self }), EINVAL);
	refused(CALL(.nr = SYS_sched_setscheduler, .args = { self }), EINVAL);
	refused(CALL(.nr = SYS_sched_setparam, .args = { self }), EINVAL);
	refused(CALL(.nr = SYS_setpriority, .args = { PRIO_PROCESS, self, 0 }), EINVAL);
	refused(CALL(.nr = SYS_ioprio_set, .args = { IOPRIO_WHO_PROCESS, self, 0 }), EINVAL);
}

static void unused_fields_must_be_zero(void)
{
	struct spawn_template_syscall call = CALL(.nr = SYS_setsid);
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_SYSCALL,
						.arg = (uintptr_t)&call };
	struct spawn_template_spawn_args args = { .actions = (uintptr_t)&action,
						  .actions_len = 1,
						  .result = (uintptr_t)&result };

	refused(CALL(.nr = SYS_setsid, .args = { 1 }), EINVAL);
	refused(CALL(.nr = SYS_setpgid, .args = { 0, 0, 1 }), EINVAL);
	refused(CALL(.nr = SYS_setsid, .args = { 0, 0, 0, 0, 0, 1 }), EINVAL);
	refused(CALL(.nr = SYS_setsid, .pad = 1), EINVAL);
	action.fd = 1;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	action.fd = 0;
	action.newfd = 1;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	action.newfd = 0;
	action.flags = 1;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	action.flags = 0;
	action.arg = 0;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	action.arg = 8;
	check_eq(sys_spawn(probe, &args), -EFAULT);
	check_eq(result.action, 0);
}

/* --- effects --- */

static void sessions_and_groups(void)
{
	char *facts = facts_after_one(CALL(.nr = SYS_setsid), "session");

	check_str(fact(facts, "sid_is_own"), "1");
	check_str(fact(facts, "pgid_is_own"), "1");
	facts = facts_after_one(CALL(.nr = SYS_setpgid), "session");
	check_str(fact(facts, "pgid_is_own"), "1");
	check_str(fact(facts, "sid_is_own"), "0");
	fails(CALL(.nr = SYS_setpgid, .args = { 0, 1 }), EPERM);
	fails(CALL(.nr = SYS_setpgid, .args = { 0, -5 }), EINVAL);
}

static void working_directory_and_umask(void)
{
	char *folder = in_scratch("folder"), *facts, *before = getcwd(NULL, 0);
	mode_t mask = umask(022);

	umask(mask);
	mkdir(folder, 0755);
	facts = facts_after_one(CALL(.nr = SYS_chdir, .args = { (uintptr_t)folder }), "where");
	check_str(fact(facts, "cwd"), folder);
	facts = facts_after_one(CALL(.nr = SYS_umask, .args = { 0123 }), "where");
	check_str(fact(facts, "umask"), "123");
	/* The caller's own do not change. */
	check_str(getcwd(NULL, 0), before);
	check_eq(umask(mask), mask);
	fails(CALL(.nr = SYS_chdir, .args = { (uintptr_t)"/nowhere" }), ENOENT);
	fails(CALL(.nr = SYS_chdir, .args = { 8 }), EFAULT);
	fails(CALL(.nr = SYS_chroot, .args = { (uintptr_t)"/etc/passwd" }), ENOTDIR);
}

static void another_root(void)
{
	char *folder = in_scratch("root"), *tool = in_scratch("root/tool");
	struct calls calls = { 0 };
	struct spawn_template_spawn_args args;

	mkdir(folder, 0755);
	copy_file(PROBE, tool, 0755);
	add(&calls, CALL(.nr = SYS_chroot, .args = { (uintptr_t)folder }));
	add(&calls, CALL(.nr = SYS_chdir, .args = { (uintptr_t)"/" }));
	args = args_of(&calls);
	args.argv = (uintptr_t)ARGV("tool", "exit", "9");
	/*
	 * A path is looked up from the child's root. A template executes its
	 * pinned file.
	 */
	check_eq(wait_for(sys_spawn_path("/tool", NULL, &args)), 9);
	check_eq(sys_spawn_path(tool, NULL, &args), -ENOENT);
	check_eq(wait_for(sys_spawn(probe, &args)), 9);
}

static void resources(void)
{
	struct rlimit core = { 123, 456 }, too_many = { 2, 1 }, old = { 7, 7 };
	struct calls calls = { 0 };
	cpu_set_t cpus;

	add(&calls, CALL(.nr = SYS_prlimit64,
			 .args = { 0, RLIMIT_CORE, (uintptr_t)&core, (uintptr_t)&old }));
	check(strstr(facts_after(&calls, "limits"), "rlimit.4=7b 1c8"));
	check(old.rlim_cur != 7 || old.rlim_max != 7);
	fails(CALL(.nr = SYS_prlimit64, .args = { 0, RLIMIT_CORE, (uintptr_t)&too_many }), EINVAL);
	fails(CALL(.nr = SYS_prlimit64, .args = { 0, RLIMIT_CORE, 8 }), EFAULT);

	CPU_ZERO(&cpus);
	CPU_SET(1, &cpus);
	check_eq(error_after_one(CALL(.nr = SYS_sched_setaffinity,
				      .args = { 0, sizeof(cpus), (uintptr_t)&cpus })),
		 0);
	CPU_ZERO(&cpus);
	fails(CALL(.nr = SYS_sched_setaffinity, .args = { 0, sizeof(cpus), (uintptr_t)&cpus }),
	      EINVAL);
}

static void scheduling(void)
{
	struct sched_param ten = { 10 }, none = { 0 };
	struct calls calls = { 0 };
	char *facts;

	add(&calls, CALL(.nr = SYS_sched_setscheduler, .args = { 0, SCHED_FIFO, (uintptr_t)&none }));
	check_eq(error_after(&calls), -EINVAL);
	calls.count = 0;
	add(&calls, CALL(.nr = SYS_sched_setscheduler, .args = { 0, SCHED_RR, (uintptr_t)&ten }));
	facts = facts_after(&calls, "sched");
	check(strstr(facts, "policy=2"));
	facts = facts_after_one(CALL(.nr = SYS_setpriority, .args = { PRIO_PROCESS, 0, 7 }),
				"sched");
	check_str(fact(facts, "nice"), "7");
	check_eq(getpriority(PRIO_PROCESS, 0), 0);
	fails(CALL(.nr = SYS_sched_setparam, .args = { 0, (uintptr_t)&ten }), EINVAL);
	check_eq(error_after_one(CALL(.nr = SYS_ioprio_set, .args = { 1, 0, 3 << 13 })), 0);
	fails(CALL(.nr = SYS_ioprio_set, .args = { 1, 0, 7 << 13 }), EINVAL);
}

static void users_and_groups(void)
{
	gid_t groups[] = { 11, 22 };
	struct calls calls = { 0 };
	char *facts;

	add(&calls, CALL(.nr = SYS_setgroups, .args = { 2, (uintptr_t)groups }));
	add(&calls, CALL(.nr = SYS_setresgid, .args = { 5, 5, 5 }));
	add(&calls, CALL(.nr = SYS_setresuid, .args = { NOBODY, NOBODY, NOBODY }));
	facts = facts_after(&calls, "ids");
	check_str(fact(facts, "uid"), text("%d %d %d", NOBODY, NOBODY, NOBODY));
	check_str(fact(facts, "gid"), "5 5 5");
	check_str(fact(facts, "groups"), "11 22 ");
	check_eq(getuid(), 0);
	/* A privilege that an action dropped is missing for later actions. */
	add(&calls, CALL(.nr = SYS_setgroups, .args = { 0 }));
	check_eq(error_after(&calls), -EPERM);
	check_eq(result.action, 3);
}

static void capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0 } };
	struct calls calls = { 0 };

	add(&calls, CALL(.nr = SYS_capset, .args = { (uintptr_t)&header, (uintptr_t)data }));
	add(&calls, CALL(.nr = SYS_setgroups, .args = { 0 }));
	check_eq(error_after(&calls), -EPERM);
	check_eq(result.action, 1);
	header.pid = getppid();
	fails(CALL(.nr = SYS_capset, .args = { (uintptr_t)&header, (uintptr_t)data }), EPERM);
	check_eq(error_after_one(CALL(.nr = SYS_prctl, .args = { PR_CAPBSET_DROP, CAP_SYS_TIME })),
		 0);
	fails(CALL(.nr = SYS_prctl, .args = { PR_CAPBSET_DROP, 99 }), EINVAL);
}

static void confinement(void)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_umask, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };
	struct calls calls = { 0 };

	check_str(fact(facts_after_one(CALL(.nr = SYS_prctl, .args = { PR_SET_NO_NEW_PRIVS, 1 }),
				       "security"),
		       "no_new_privs"),
		  "1");
	/* A filter that an action installs judges the next action. */
	add(&calls, CALL(.nr = SYS_seccomp,
			 .args = { SECCOMP_SET_MODE_FILTER, 0, (uintptr_t)&filter }));
	check_eq(error_after(&calls), 0);
	add(&calls, CALL(.nr = SYS_umask, .args = { 022 }));
	check_eq(error_after(&calls), -EXDEV);
	check_eq(result.action, 1);
	check_eq(prctl(PR_GET_SECCOMP, 0, 0, 0, 0), 0);
}

static void namespaces(void)
{
	struct calls calls = { 0 };
	char *own = process_link(getpid(), "ns/uts"), *facts;
	int fd = must(open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC));

	add(&calls, CALL(.nr = SYS_unshare, .args = { CLONE_NEWUTS }));
	add(&calls, CALL(.nr = SYS_sethostname, .args = { (uintptr_t)"elsewhere", 9 }));
	facts = facts_after(&calls, "ns");
	check(!strstr(facts, own));
	/*
	 * setns finds a close-on-exec descriptor of the caller and returns to
	 * its namespace.
	 */
	add(&calls, CALL(.nr = SYS_setns, .args = { fd, CLONE_NEWUTS }));
	facts = facts_after(&calls, "ns");
	check(strstr(facts, own));
	close(fd);
	/* CLONE_VM would unshare the mm. */
	fails(CALL(.nr = SYS_unshare, .args = { CLONE_VM }), EINVAL);
	fails(CALL(.nr = SYS_setns, .args = { 999, 0 }), EBADF);
}

static void personality_and_others(void)
{
	check_eq(error_after_one(CALL(.nr = SYS_personality, .args = { ADDR_NO_RANDOMIZE })), 0);
	check_eq(error_after_one(CALL(.nr = SYS_prctl, .args = { PR_SET_TIMERSLACK, 1000 })), 0);
	check_eq(error_after_one(CALL(.nr = SYS_prctl, .args = { PR_SET_CHILD_SUBREAPER, 1 })), 0);
	check_eq(error_after_one(CALL(.nr = SYS_prctl, .args = { PR_SET_PDEATHSIG, SIGTERM })), 0);
	fails(CALL(.nr = SYS_prctl, .args = { PR_SET_PDEATHSIG, 99 }), EINVAL);
	fails(CALL(.nr = SYS_landlock_restrict_self, .args = { 999, 0 }), EBADF);
}

/* --- descriptors --- */

/*
 * A close-on-exec directory of the caller is lent to fchdir, and closed after
 * it.
 */
static void lent_descriptors(void)
{
	int fd = must(open("/usr", O_PATH | O_DIRECTORY | O_CLOEXEC));
	struct calls calls = { 0 };
	char *facts;

	add(&calls, CALL(.nr = SYS_fchdir, .args = { fd }));
	check_str(fact(facts_after(&calls, "where"), "cwd"), "/usr");
	facts = facts_after(&calls, "fds");
	check(!fact(facts, text("fd.%d", fd)));
	/*
	 * fcntl acts on the child's own table, so no descriptor is lent to it.
	 */
	fails(CALL(.nr = SYS_fcntl, .args = { fd, F_SETFD, 0 }), EBADF);
	/* The lent descriptor is closed before the next action. */
	add(&calls, CALL(.nr = SYS_fcntl, .args = { fd, F_SETFD, 0 }));
	check_eq(error_after(&calls), -EBADF);
	check_eq(result.action, 1);
	/* A copy that dup3 made of a lent descriptor stays. */
	calls.count = 0;
	add(&calls, CALL(.nr = SYS_dup3, .args = { fd, 77, 0 }));
	facts = facts_after(&calls, "fds");
	check(fact(facts, "fd.77"));
	check(!fact(facts, text("fd.%d", fd)));
	/* A number that an action closed is not lent. */
	calls.count = 0;
	add(&calls, CALL(.nr = SYS_umask));
	calls.action[0] = (struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_CLOSE,
							  .fd = fd };
	add(&calls, CALL(.nr = SYS_fchdir, .args = { fd }));
	check_eq(error_after(&calls), -EBADF);
	check_eq(result.action, 1);
	close(fd);
}

static void own_descriptors(void)
{
	struct open_how how = { .flags = O_RDONLY };
	struct calls calls = { 0 };
	char *facts;

	add(&calls, CALL(.nr = SYS_openat2, .args = { (uint64_t)AT_FDCWD, (uintptr_t)"/dev/null",
						      (uintptr_t)&how, sizeof(how) }));
	facts = facts_after(&calls, "fds");
	check(strstr(facts, "fd.3=/dev/null"));
	add(&calls, CALL(.nr = SYS_fcntl, .args = { 3, F_SETFD, FD_CLOEXEC }));
	facts = facts_after(&calls, "fds");
	check(!strstr(facts, "fd.3="));
	calls.count = 1;
	add(&calls, CALL(.nr = SYS_close_range, .args = { 3, ~0U, 0 }));
	facts = facts_after(&calls, "fds");
	check(!strstr(facts, "fd.3="));
	how.flags = 1ULL << 60;
	fails(CALL(.nr = SYS_openat2, .args = { (uint64_t)AT_FDCWD, (uintptr_t)"/dev/null",
						(uintptr_t)&how, sizeof(how) }),
	      EINVAL);
	fails(CALL(.nr = SYS_dup3, .args = { 0, 0, 0 }), EINVAL);
}

/*
 * The child gets a controlling terminal, with its own group in the foreground.
 */
CHILD_TEST(terminal)
{
	int master = must(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), tty;
	char *const argv[] = { "probe", "block", NULL };
	struct spawn_template_spawn_args args;
	struct calls calls = { 0 };
	pid_t group = 1, pid;

	own_template();
	must(grantpt(master));
	must(unlockpt(master));
	tty = must(open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC));
	add(&calls, CALL(.nr = SYS_setsid));
	add(&calls, CALL(.nr = SYS_ioctl, .args = { tty, TIOCSCTTY, 0 }));
	add(&calls, CALL(.nr = SYS_ioctl, .args = { tty, TIOCSPGRP, 0 }));
	args = args_of(&calls);
	args.argv = (uintptr_t)argv;
	pid = sys_spawn(probe, &args);
	check(pid > 0);
	check_eq(result.pid, pid);
	check_eq(tcgetpgrp(master), pid);
	/* Control-C at the terminal reaches the program. */
	check_eq(write(master, "\003", 1), 1);
	check_eq(wait_for(pid), 128 + SIGINT);
	args.result = 0; /* without a result there is no memory for the group */
	check_eq(sys_spawn(probe, &args), -EINVAL);
	args.result = (uintptr_t)&result;
	calls.call[2].args[2] = (uintptr_t)&group; /* a group of another session */
	check_eq(sys_spawn(probe, &args), -EPERM);
	check_eq(result.action, 2);
	calls.call[2].args[2] = 8;
	check_eq(sys_spawn(probe, &args), -EFAULT);
	check_eq(result.action, 2);
	/* Without setsid the child leads no session. */
	fails(CALL(.nr = SYS_ioctl, .args = { tty, TIOCSCTTY, 0 }), EPERM);
}

/* A filter judges each action as its system call. */
static void filters_judge_in_child(void *unused)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_umask, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 077, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	(void)unused;
	own_template();
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
	check_eq(error_after_one(CALL(.nr = SYS_umask, .args = { 022 })), 0);
	fails(CALL(.nr = SYS_umask, .args = { 077 }), EXDEV);
}

static void filtered(void)
{
	in_child(filters_judge_in_child, NULL);
}

/* SPAWN_TEMPLATE_MAX_ACTIONS actions run in order. */
static void many_in_order(void)
{
	static struct spawn_template_syscall call[SPAWN_TEMPLATE_MAX_ACTIONS];
	static struct spawn_template_action action[SPAWN_TEMPLATE_MAX_ACTIONS];
	struct spawn_template_spawn_args args = { .actions = (uintptr_t)action,
						  .actions_len = SPAWN_TEMPLATE_MAX_ACTIONS };
	char *facts;
	int i;

	for (i = 0; i < SPAWN_TEMPLATE_MAX_ACTIONS; i++) {
		call[i] = CALL(.nr = SYS_umask, .args = { i });
		action[i] = (struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_SYSCALL,
							    .arg = (uintptr_t)&call[i] };
	}
	facts = facts_of(&(struct request){
		.template = probe, .args = &args, .sections = { "where" } });
	check_str(fact(facts, "umask"), text("%o", SPAWN_TEMPLATE_MAX_ACTIONS - 1));
}

/*
 * close(2) and umount(2) defer work to the return to user mode. That work must
 * be done before the next action.
 */
CHILD_TEST(an_action_is_complete_before_the_next)
{
	char *folder = in_scratch_new("mounted"), *file = text("%s/file", folder);
	char *program = own_probe("written");
	struct spawn_template_open how = { .path = (uintptr_t)file, .how.flags = O_RDONLY };
	struct spawn_template_syscall leave = CALL(.nr = SYS_umount2,
						    .args = { (uintptr_t)folder, 0 });
	struct spawn_template_action actions[] = {
		{ .type = SPAWN_TEMPLATE_ACTION_OPEN,
		  .fd = AT_FDCWD,
		  .newfd = 9,
		  .arg = (uintptr_t)&how },
		{ .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 9 },
		{ .type = SPAWN_TEMPLATE_ACTION_SYSCALL, .arg = (uintptr_t)&leave },
	};
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "exit", "0"),
						  .actions = (uintptr_t)actions,
						  .actions_len = 3 };

	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	own_template();
	must(mkdir(folder, 0755));
	must(mount("none", folder, "tmpfs", 0, NULL));
	write_text(file, "");
	check_eq(wait_for(started(probe, &args)), 0);
	check_eq(error_of(umount(folder)), EINVAL);
	/* No task writes to the program any more, so exec must succeed. */
	how = (struct spawn_template_open){ .path = (uintptr_t)program, .how.flags = O_WRONLY };
	args.actions_len = 2;
	check_eq(wait_for(sys_spawn_path(program, NULL, &args)), 0);
}

/*
 * Paths of 16 bytes that prlimit64(2) can write: two numbers, the second not
 * less than the first.
 */
#define WRITTEN "./public-zzzzzzz"
#define COPIED "./secret-zzzzzzz"

/*
 * A call writes to the path of a later OPEN. Without filters the path was
 * copied when the spawn began. With filters the child must open the path that
 * they judged, which is the new one.
 */
static void a_call_writes_a_later_path(void *filtered)
{
	static char path[] = COPIED;
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog filter = { 1, &allow };
	struct spawn_template_open how = { .path = (uintptr_t)path };
	struct rlimit limit;
	struct calls calls = { 0 };

	own_template();
	must(chdir(scratch));
	write_text(WRITTEN, "");
	write_text(COPIED, "");
	memcpy(&limit, WRITTEN, sizeof(limit));
	must(setrlimit(RLIMIT_CORE, &limit));
	if (filtered)
		must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
	add(&calls, CALL(.nr = SYS_prlimit64, .args = { 0, RLIMIT_CORE, 0, (uintptr_t)path }));
	add(&calls, CALL(.nr = SYS_umask));
	calls.action[1] = (struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_OPEN,
							  .fd = AT_FDCWD,
							  .newfd = 9,
							  .arg = (uintptr_t)&how };
	check(strstr(fact(facts_after(&calls, "fds"), "fd.9"),
		     filtered ? strrchr(WRITTEN, '/') : strrchr(COPIED, '/')));
	check_str(path, WRITTEN);
}

static void a_path_that_an_earlier_call_changes(void)
{
	in_child(a_call_writes_a_later_path, NULL);
}

static void a_path_that_an_earlier_call_changes_with_filters(void)
{
	in_child(a_call_writes_a_later_path, "filtered");
}

SUITE("syscalls", T(other_calls_are_refused), T(other_options_are_refused),
      T(calls_for_other_processes_are_refused), T(unused_fields_must_be_zero),
      T(sessions_and_groups), T(working_directory_and_umask), T(another_root), T(resources),
      T(scheduling), T(users_and_groups), T(capabilities), T(confinement), T(namespaces),
      T(personality_and_others), T(lent_descriptors), T(own_descriptors), T(terminal), T(filtered),
      T(many_in_order), T(an_action_is_complete_before_the_next),
      T(a_path_that_an_earlier_call_changes), T(a_path_that_an_earlier_call_changes_with_filters));
