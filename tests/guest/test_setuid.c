// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_setuid.c - programs that change the user, groups or capabilities,
 * compared with vfork and execve
 */
#include "common_trace.h"

#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/xattr.h>

#define OTHER 1001
#define NET_RAW (1ULL << CAP_NET_RAW)
#define NET_ADMIN (1ULL << CAP_NET_ADMIN)

/* Copy probe and give the copy this owner, group and mode. */
static char *program_of(uid_t owner, gid_t group, mode_t mode)
{
	char *path = own_probe("special");

	must(chown(path, owner, group));
	must(chmod(path, mode));
	return path;
}

/*
 * Compare the facts of a spawn with those of the reference child. Returns the
 * spawn's.
 */
static char *compared_facts(const char *path)
{
	static const char *const sections[8] = { "ids", "exec", "status", "security", "env" };
	int template = template_of(path);
	char *want, *got;

	want = reference_facts(path, NULL, sections);
	got = facts_of(&(struct request){
		.template = template, .sections = { "ids", "exec", "status", "security", "env" } });
	close(template);
	check_str(got, want);
	return got;
}

static void expect(const char *facts, const char *users, const char *groups, const char *secure)
{
	check_str(fact(facts, "uid"), users);
	check_str(fact(facts, "gid"), groups);
	check_str(fact(facts, "secure"), secure);
}

/*
 * Run the program by vfork and execve. Returns 0 or the errno of either call.
 */
__attribute__((noinline)) static int reference_error(const char *path)
{
	pid_t pid = vfork();

	if (!pid) {
		execve(path, ARGV("probe", "exit", "0"), ARGV(NULL));
		_exit(errno);
	}
	return pid < 0 ? errno : wait_for(pid);
}

/* Check that both ways fail with this errno. Returns the spawn's stage. */
static int both_fail(const char *path, int error)
{
	struct outspawn_result result;
	int template = template_of(path);

	check_eq(reference_error(path), error);
	check_eq(outspawn_spawn(template, ARGV("probe", "exit", "0"), NULL, NULL, 0, NULL, &result),
		 -error);
	close(template);
	check_eq(count_children(), 0);
	return result.stage;
}

CHILD_TEST(plain_program)
{
	char *path = program_of(0, 0, 0755);

	become_nobody();
	expect(compared_facts(path), "1000 1000 1000", "1000 1000 1000", "0");
}

CHILD_TEST(setuid_root)
{
	char *path = program_of(0, 0, 04755), *facts;

	become_nobody();
	facts = compared_facts(path);
	expect(facts, "1000 0 0", "1000 1000 1000", "1");
	check_str(fact(facts, "dumpable"), "0");
	check_str(fact(facts, "status.CapEff"), fact(facts, "status.CapBnd"));
}

CHILD_TEST(setuid_of_another_user)
{
	char *path = program_of(OTHER, 0, 04755);

	become_nobody();
	expect(compared_facts(path), "1000 1001 1001", "1000 1000 1000", "1");
}

CHILD_TEST(setuid_of_the_same_user)
{
	char *path = program_of(NOBODY, 0, 04755);

	become_nobody();
	expect(compared_facts(path), "1000 1000 1000", "1000 1000 1000", "0");
}

CHILD_TEST(setgid_of_another_group)
{
	char *path = program_of(0, OTHER, 02755);

	become_nobody();
	expect(compared_facts(path), "1000 1000 1000", "1000 1001 1001", "1");
}

/* Without the group's execute bit, exec ignores setgid. */
CHILD_TEST(setgid_without_group_execute)
{
	char *path = program_of(0, OTHER, 02745);

	become_nobody();
	expect(compared_facts(path), "1000 1000 1000", "1000 1000 1000", "0");
}

CHILD_TEST(setuid_and_setgid)
{
	char *path = program_of(OTHER, OTHER, 06755);

	become_nobody();
	expect(compared_facts(path), "1000 1001 1001", "1000 1001 1001", "1");
}

CHILD_TEST(setuid_away_from_root)
{
	char *path = program_of(NOBODY, NOBODY, 06755), *facts;

	facts = compared_facts(path);
	expect(facts, "0 1000 1000", "0 1000 1000", "1");
	check_str(fact(facts, "status.CapEff"), "0000000000000000");
}

CHILD_TEST(setuid_with_no_new_privs)
{
	char *path = program_of(0, 0, 04755);

	become_nobody();
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	expect(compared_facts(path), "1000 1000 1000", "1000 1000 1000", "0");
}

CHILD_TEST(setgid_with_no_new_privs)
{
	char *path = program_of(0, OTHER, 02755);

	become_nobody();
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	expect(compared_facts(path), "1000 1000 1000", "1000 1000 1000", "0");
}

/* Mount a tmpfs on a directory, in a new mount namespace. */
static char *mounted(unsigned long flags)
{
	char *folder = in_scratch("mounted");

	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	if (mkdir(folder, 0755) < 0)
		check_eq(errno, EEXIST);
	must(mount("none", folder, "tmpfs", flags, "mode=755"));
	return folder;
}

static char *setuid_on_mount(unsigned long flags)
{
	char *path = text("%s/special", mounted(flags));

	copy_file(PROBE, path, 04755);
	become_nobody();
	return compared_facts(path);
}

CHILD_TEST(setuid_on_an_ordinary_mount)
{
	expect(setuid_on_mount(0), "1000 0 0", "1000 1000 1000", "1");
}

CHILD_TEST(setuid_on_a_nosuid_mount)
{
	expect(setuid_on_mount(MS_NOSUID), "1000 1000 1000", "1000 1000 1000", "0");
}

/* --- in another mount namespace than the template's --- */

#define OTHER_MOUNTS 50

static struct spawn_template_syscall new_mounts = { .nr = SYS_unshare, .args = { CLONE_NEWNS } };
static struct spawn_template_syscall other_mounts = { .nr = SYS_setns,
						      .args = { OTHER_MOUNTS, CLONE_NEWNS } };
static struct spawn_template_syscall other_user = { .nr = SYS_setresuid,
						    .args = { NOBODY, NOBODY, NOBODY } };

static struct spawn_template_action call(struct spawn_template_syscall *call)
{
	return (struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_SYSCALL,
					       .arg = (uintptr_t)call };
}

/* Make a template of the path or of a descriptor. */
static int template_either_way(const char *path, bool by_fd)
{
	int fd = must(open(path, O_PATH | O_CLOEXEC)), template;

	template = by_fd ? template_of_fd(fd) : template_of(path);
	close(fd);
	return template;
}

/*
 * The actions changed the mounts. The setuid bit must still change an ordinary
 * user's ids.
 */
static void check_setuid(int template, struct spawn_template_spawn_args args)
{
	char *facts = facts_of(&(struct request){
		.template = template, .args = &args, .sections = { "ids", "exec" } });

	expect(facts, "1000 0 0", "0 0 0", "1");
	close(template);
}

/*
 * Open another mount namespace, with copies of this one's mounts, as
 * OTHER_MOUNTS.
 */
static void have_other_mounts(void)
{
	pid_t pid;
	int fd, go[2];
	char byte;

	must(pipe2(go, O_CLOEXEC));
	pid = must(fork());
	if (!pid) {
		must(unshare(CLONE_NEWNS));
		check_eq(write(go[1], "x", 1), 1);
		pause();
	}
	check_eq(read(go[0], &byte, 1), 1);
	fd = must(open(text("/proc/%d/ns/mnt", pid), O_RDONLY | O_CLOEXEC));
	must(dup3(fd, OTHER_MOUNTS, O_CLOEXEC));
	close(fd);
	must(kill(pid, SIGKILL));
	must(waitpid(pid, NULL, 0));
	close(go[0]);
	close(go[1]);
}

CHILD_TEST(setuid_in_a_new_mount_namespace)
{
	struct spawn_template_action user = call(&other_user);
	char *path = program_of(0, 0, 04755);
	int by_fd;

	for (by_fd = 0; by_fd < 2; by_fd++)
		check_setuid(template_either_way(path, by_fd),
			     (struct spawn_template_spawn_args){ .actions = (uintptr_t)&user,
								 .actions_len = 1,
								 .namespaces = CLONE_NEWNS });
}

CHILD_TEST(setuid_in_a_mount_namespace_by_action)
{
	struct spawn_template_action unshares[] = { call(&new_mounts), call(&other_user) };
	struct spawn_template_action enters[] = { call(&other_mounts), call(&other_user) };
	char *path = program_of(0, 0, 04755);
	int i;

	have_other_mounts();
	for (i = 0; i < 4; i++)
		check_setuid(template_either_way(path, i & 1),
			     (struct spawn_template_spawn_args){
				     .actions = (uintptr_t)(i & 2 ? enters : unshares),
				     .actions_len = 2 });
	close(OTHER_MOUNTS);
}

/*
 * In a new user namespace and mount namespace a setuid program of root changes
 * nothing, as with clone3 and execve.
 */
CHILD_TEST(setuid_in_a_new_user_and_mount_namespace)
{
	char *path = program_of(0, 0, 04755), *facts;

	become_nobody();
	facts = facts_of(&(struct request){
		.template = template_of(path),
		.args = &(struct spawn_template_spawn_args){ .namespaces = CLONE_NEWNS |
									   CLONE_NEWUSER },
		.sections = { "ids", "exec" } });
	check_str(fact(facts, "uid"), "65534 65534 65534");
	check_str(fact(facts, "secure"), "0");
}

static void fails_to_find(int template, struct spawn_template_syscall *hides, int error)
{
	struct spawn_template_action list[] = { call(&new_mounts), call(hides) };
	struct spawn_template_result result;
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "exit", "0"),
						  .actions = (uintptr_t)list,
						  .actions_len = hides ? 2 : 1,
						  .result = (uintptr_t)&result };

	check_eq(sys_spawn(template, &args), -error);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_MOUNT);
	check_eq(result.error, error);
	check_eq(count_children(), 0);
	check_eq(query_of(template).failed, 1);
	close(template);
}

/*
 * A program that the child's mount namespace does not have must not run. It
 * must not run with fewer privileges, either.
 */
CHILD_TEST(not_found_in_a_new_mount_namespace)
{
	struct spawn_template_syscall covers, replaces;
	char *folder = mounted(0), *path = text("%s/probe", folder), *other = own_probe("other");
	int by_fd, fd;

	copy_file(PROBE, path, 0755);
	covers = (struct spawn_template_syscall){ .nr = SYS_mount,
						  .args = { (uintptr_t) "none", (uintptr_t)folder,
							    (uintptr_t) "tmpfs" } };
	replaces = (struct spawn_template_syscall){ .nr = SYS_mount,
						    .args = { (uintptr_t)other, (uintptr_t)path, 0,
							      MS_BIND } };
	for (by_fd = 0; by_fd < 2; by_fd++) {
		fails_to_find(template_either_way(path, by_fd), &covers, ENOENT);
		fails_to_find(template_either_way(path, by_fd), &replaces, ESTALE);
	}
	fd = must(open(path, O_PATH | O_CLOEXEC));
	must(unlink(path));
	fails_to_find(template_of_fd(fd), NULL, ESTALE);
	close(fd);
}

/* Give up the capabilities to read and to search any file. */
static void respect_modes(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	unsigned int lost = 1 << CAP_DAC_OVERRIDE | 1 << CAP_DAC_READ_SEARCH;

	must(syscall(SYS_capget, &header, data));
	data[0].effective &= ~lost;
	data[0].permitted &= ~lost;
	must(syscall(SYS_capset, &header, data));
}

/* Only exec tells the format of a file that may not be read. */
CHILD_TEST(unreadable_text_not_found_in_a_new_mount_namespace)
{
	char *folder = mounted(0), *path = text("%s/text", folder);
	struct spawn_template_syscall covers = { .nr = SYS_mount,
						 .args = { (uintptr_t) "none", (uintptr_t)folder,
							   (uintptr_t) "tmpfs" } };

	write_text(path, "just words\n");
	must(chmod(path, 0711));
	must(chown(path, OTHER, 0));
	respect_modes();
	fails_to_find(template_of(path), &covers, ENOENT);
}

/* A memfd is in no mount namespace, so another namespace does not matter. */
CHILD_TEST(memory_file_in_a_new_mount_namespace)
{
	int fd = must(memfd_create("program", MFD_CLOEXEC)), template;
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "exit", "3"),
						  .namespaces = CLONE_NEWNS };
	size_t size;
	char *data = read_whole(PROBE, &size);

	check_eq(write(fd, data, size), size);
	template = template_of_fd(fd);
	close(fd);
	check_eq(wait_for(sys_spawn(template, &args)), 3);
	close(template);
}

/* After chroot(2) in the same mount namespace, the child runs the pinned file. */
CHILD_TEST(setuid_in_another_root)
{
	char *folder = in_scratch("root"), *path = program_of(0, 0, 04755);
	struct spawn_template_syscall root = { .nr = SYS_chroot, .args = { (uintptr_t)folder } };
	struct spawn_template_action list[] = { call(&root), call(&other_user) };
	struct spawn_template_result result;
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "exit", "0"),
						  .actions = (uintptr_t)list,
						  .actions_len = 2,
						  .result = (uintptr_t)&result };
	int template = template_of(path);

	must(mkdir(folder, 0755));
	check_eq(wait_for(sys_spawn(template, &args)), 0);
	/*
	 * With a mount namespace too, the path is looked up from the child's
	 * root.
	 */
	args.namespaces = CLONE_NEWNS;
	check_eq(sys_spawn(template, &args), -ENOENT);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_MOUNT);
	close(template);
}

/* The machine's root user has no id in this user namespace. */
CHILD_TEST(setuid_in_a_user_namespace)
{
	char *path = program_of(0, 0, 04755), *facts;

	become_nobody();
	must(unshare(CLONE_NEWUSER));
	facts = compared_facts(path);
	check_str(fact(facts, "uid"), "65534 65534 65534");
	check_str(fact(facts, "secure"), "0");
}

CHILD_TEST(secure_bits_of_a_setuid_caller)
{
	char *path = program_of(0, 0, 04755);

	must(prctl(PR_SET_SECUREBITS, 1 | 2));
	become_nobody();
	check_str(fact(compared_facts(path), "status.CapEff"), "0000000000000000");
}

/* --- traced programs --- */

struct wanted {
	const char *path, *users, *secure;
};

static void check_wanted(void *argument)
{
	struct wanted *wanted = argument;

	expect(compared_facts(wanted->path), wanted->users, "1000 1000 1000", wanted->secure);
}

static void check_as_nobody(void *argument)
{
	become_nobody();
	check_wanted(argument);
}

/* exec grants a task no privileges if its tracer has none. */
CHILD_TEST(setuid_when_traced_by_an_ordinary_user)
{
	struct tracer tracer = { .options = FOLLOW };
	char *path = program_of(0, 0, 04755);

	become_nobody();
	check_eq(trace(&tracer, check_wanted, &(struct wanted){ path, "1000 1000 1000", "1" }), 0);
	check_eq(seen_times(&tracer, 0, PTRACE_EVENT_EXEC), 2);
}

/* If only the caller is traced, exec grants its children the privileges. */
CHILD_TEST(setuid_when_only_the_caller_is_traced)
{
	struct tracer tracer = { .options = PTRACE_O_EXITKILL };
	char *path = program_of(0, 0, 04755);

	become_nobody();
	check_eq(trace(&tracer, check_wanted, &(struct wanted){ path, "1000 0 0", "1" }), 0);
	check_eq(seen_times(&tracer, 0, PTRACE_EVENT_EXEC), 0);
}

CHILD_TEST(setuid_when_traced_by_root)
{
	struct tracer tracer = { .options = FOLLOW };
	char *path = program_of(0, 0, 04755);

	check_eq(trace(&tracer, check_as_nobody, &(struct wanted){ path, "1000 0 0", "1" }), 0);
	check_eq(seen_times(&tracer, 0, PTRACE_EVENT_EXEC), 2);
}

/* --- file capabilities --- */

static void set_file_capabilities(const char *path, uint64_t permitted, uint64_t inheritable,
				  bool effective)
{
	struct vfs_cap_data data = { VFS_CAP_REVISION_2 | (effective ? VFS_CAP_FLAGS_EFFECTIVE : 0),
				     { { permitted, inheritable },
				       { permitted >> 32, inheritable >> 32 } } };

	must(setxattr(path, "security.capability", &data, XATTR_CAPS_SZ_2, 0));
}

static void set_capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	int i;

	for (i = 0; i < 2; i++)
		data[i] = (struct __user_cap_data_struct){ effective >> 32 * i, permitted >> 32 * i,
							   inheritable >> 32 * i };
	must(syscall(SYS_capset, &header, data));
}

/* Become an ordinary user with some capabilities. */
static void become_capable(uint64_t capabilities, uint64_t inheritable)
{
	must(setgroups(0, NULL));
	must(prctl(PR_SET_KEEPCAPS, 1));
	must(setresgid(NOBODY, NOBODY, NOBODY));
	must(setresuid(NOBODY, NOBODY, NOBODY));
	must(prctl(PR_SET_DUMPABLE, 1));
	set_capabilities(capabilities, capabilities, inheritable);
}

static void expect_capabilities(const char *facts, uint64_t permitted, uint64_t effective)
{
	check_str(fact(facts, "status.CapPrm"), text("%016llx", (long long)permitted));
	check_str(fact(facts, "status.CapEff"), text("%016llx", (long long)effective));
}

CHILD_TEST(file_capabilities)
{
	char *path = program_of(0, 0, 0755), *facts;

	set_file_capabilities(path, NET_RAW | NET_ADMIN, 0, true);
	become_nobody();
	facts = compared_facts(path);
	expect_capabilities(facts, NET_RAW | NET_ADMIN, NET_RAW | NET_ADMIN);
	expect(facts, "1000 1000 1000", "1000 1000 1000", "1");
}

/* The file capabilities that setcap(8) sets. */
CHILD_TEST(capabilities_by_setcap)
{
	char *path = program_of(0, 0, 0755);

	check_eq(system(text("setcap cap_net_raw+p %s", path)), 0);
	become_nobody();
	expect_capabilities(compared_facts(path), NET_RAW, 0);
}

CHILD_TEST(file_capabilities_with_no_new_privs)
{
	char *path = program_of(0, 0, 0755);

	set_file_capabilities(path, NET_RAW, 0, true);
	become_nobody();
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	expect_capabilities(compared_facts(path), 0, 0);
}

CHILD_TEST(file_capabilities_on_a_nosuid_mount)
{
	char *path = text("%s/special", mounted(MS_NOSUID));

	copy_file(PROBE, path, 0755);
	set_file_capabilities(path, NET_RAW, 0, true);
	become_nobody();
	expect_capabilities(compared_facts(path), 0, 0);
}

CHILD_TEST(inheritable_capabilities)
{
	char *path = program_of(0, 0, 0755);

	set_file_capabilities(path, 0, NET_RAW | NET_ADMIN, true);
	become_capable(NET_RAW, NET_RAW);
	expect_capabilities(compared_facts(path), NET_RAW, NET_RAW);
}

/*
 * exec fails if the bounding set lacks a capability of the file and the file
 * has the effective flag.
 */
CHILD_TEST(capabilities_out_of_bounds)
{
	char *path = program_of(0, 0, 0755);

	set_file_capabilities(path, NET_RAW, 0, true);
	must(prctl(PR_CAPBSET_DROP, CAP_NET_RAW));
	become_nobody();
	check_eq(both_fail(path, EPERM), SPAWN_TEMPLATE_STAGE_EXEC);
}

/* Without the effective flag, exec grants what the bounding set allows. */
CHILD_TEST(capabilities_out_of_bounds_without_the_effective_flag)
{
	char *path = program_of(0, 0, 0755);

	set_file_capabilities(path, NET_RAW | NET_ADMIN, 0, false);
	must(prctl(PR_CAPBSET_DROP, CAP_NET_RAW));
	become_nobody();
	expect_capabilities(compared_facts(path), NET_ADMIN, 0);
}

static void raise_ambient(int capability)
{
	must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0));
}

CHILD_TEST(ambient_capabilities)
{
	char *path = program_of(0, 0, 0755), *facts;

	become_capable(NET_RAW | NET_ADMIN, NET_RAW | NET_ADMIN);
	raise_ambient(CAP_NET_RAW);
	facts = compared_facts(path);
	expect_capabilities(facts, NET_RAW, NET_RAW);
	check_str(fact(facts, "status.CapAmb"), text("%016llx", NET_RAW));
}

/* exec clears the ambient set if the file has capabilities of its own. */
CHILD_TEST(ambient_and_file_capabilities)
{
	char *path = program_of(0, 0, 0755), *facts;

	set_file_capabilities(path, NET_ADMIN, 0, true);
	become_capable(NET_RAW, NET_RAW);
	raise_ambient(CAP_NET_RAW);
	facts = compared_facts(path);
	expect_capabilities(facts, NET_ADMIN, NET_ADMIN);
	check_str(fact(facts, "status.CapAmb"), "0000000000000000");
}

CHILD_TEST(ambient_capabilities_and_setuid)
{
	char *path = program_of(OTHER, 0, 04755), *facts;

	become_capable(NET_RAW, NET_RAW);
	raise_ambient(CAP_NET_RAW);
	facts = compared_facts(path);
	expect(facts, "1000 1001 1001", "1000 1000 1000", "1");
	check_str(fact(facts, "status.CapAmb"), "0000000000000000");
}

CHILD_TEST(file_capabilities_when_traced)
{
	struct tracer tracer = { .options = FOLLOW };
	char *path = program_of(0, 0, 0755);

	set_file_capabilities(path, NET_RAW, 0, false);
	become_nobody();
	check_eq(trace(&tracer, check_wanted, &(struct wanted){ path, "1000 1000 1000", "0" }), 0);
}

/* --- programs that may be executed and not read --- */

CHILD_TEST(execute_only)
{
	char *path = program_of(0, 0, 0711), *facts;

	become_nobody();
	check_eq(error_of(open(path, O_RDONLY)), EACCES);
	facts = compared_facts(path);
	check_str(fact(facts, "dumpable"), "0");
	check_str(fact(facts, "secure"), "0");
}

CHILD_TEST(execute_only_for_others)
{
	char *path = program_of(0, 0, 0751), *facts;

	become_nobody();
	facts = compared_facts(path);
	check_str(fact(facts, "dumpable"), "0");
}

CHILD_TEST(execute_only_and_setuid)
{
	char *path = program_of(0, 0, 04711);

	become_nobody();
	expect(compared_facts(path), "1000 0 0", "1000 1000 1000", "1");
}

/* --- more processes than allowed --- */

static void limit_processes(rlim_t soft, rlim_t hard)
{
	must(setrlimit(RLIMIT_NPROC, &(struct rlimit){ soft, hard }));
}

CHILD_TEST(too_many_processes)
{
	become_nobody();
	limit_processes(1, 10);
	check_eq(both_fail(PROBE, EAGAIN), SPAWN_TEMPLATE_STAGE_CREATE);
	limit_processes(2, 10);
	check_eq(reference_error(PROBE), 0);
	check_eq(spawn_and_wait(template_of(PROBE)), 0);
}

/* The limit does not apply to root. */
CHILD_TEST(too_many_processes_for_root)
{
	limit_processes(0, 10);
	check_eq(reference_error(PROBE), 0);
	check_eq(spawn_and_wait(template_of(PROBE)), 0);
}

/*
 * Exceed the limit by setresuid(2), which marks the process. A mark makes a
 * child's execve(2) fail. The first fork copies the mark and clears the
 * parent's.
 */
static void go_above_the_limit(void)
{
	limit_processes(0, 10);
	must(prctl(PR_SET_KEEPCAPS, 1));
	must(setresuid(NOBODY, NOBODY, NOBODY));
	set_capabilities(1ULL << CAP_SYS_RESOURCE, 1ULL << CAP_SYS_RESOURCE, 0);
}

static pid_t another_process_of_nobody(void)
{
	pid_t pid = must(fork());

	if (!pid) {
		become_nobody();
		for (;;)
			pause();
	}
	wait_until(process_status(pid, "Uid") == NOBODY);
	return pid;
}

static void execve_above_the_limit(void *unused)
{
	(void)unused;
	go_above_the_limit();
	check_eq(reference_error(PROBE), EAGAIN);
	check_eq(reference_error(PROBE), 0);
}

static void spawn_above_the_limit(void *unused)
{
	struct outspawn_result result;
	int template;

	(void)unused;
	go_above_the_limit();
	template = template_of(PROBE);
	check_eq(outspawn_spawn(template, ARGV("probe", "exit", "0"), NULL, NULL, 0, NULL, &result),
		 -EAGAIN);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	check_eq(count_children(), 0);
	check_eq(spawn_and_wait(template), 0);
}

/*
 * The process is below the limit again before exec, so the mark has no effect.
 */
static void spawn_back_below_the_limit(void *unused)
{
	(void)unused;
	go_above_the_limit();
	limit_processes(10, 10);
	check_eq(spawn_and_wait(template_of(PROBE)), 0);
}

CHILD_TEST(above_the_limit_by_setuid)
{
	pid_t other = another_process_of_nobody();

	in_child(execve_above_the_limit, NULL);
	in_child(spawn_above_the_limit, NULL);
	in_child(spawn_back_below_the_limit, NULL);
	must(kill(other, SIGKILL));
	check_eq(wait_for(other), 128 + SIGKILL);
}

SUITE("setuid",
      T(plain_program),
      T(setuid_root),
      T(setuid_of_another_user),
      T(setuid_of_the_same_user),
      T(setgid_of_another_group),
      T(setgid_without_group_execute),
      T(setuid_and_setgid),
      T(setuid_away_from_root),
      T(setuid_with_no_new_privs),
      T(setgid_with_no_new_privs),
      T(setuid_on_an_ordinary_mount),
      T(setuid_on_a_nosuid_mount),
      T(setuid_in_a_new_mount_namespace),
      T(setuid_in_a_mount_namespace_by_action),
      T(setuid_in_a_new_user_and_mount_namespace),
      T(not_found_in_a_new_mount_namespace),
      T(unreadable_text_not_found_in_a_new_mount_namespace),
      T(memory_file_in_a_new_mount_namespace),
      T(setuid_in_another_root),
      T(setuid_in_a_user_namespace),
      T(secure_bits_of_a_setuid_caller),
      T(setuid_when_traced_by_an_ordinary_user),
      T(setuid_when_only_the_caller_is_traced),
      T(setuid_when_traced_by_root),
      T(file_capabilities),
      T(capabilities_by_setcap),
      T(file_capabilities_with_no_new_privs),
      T(file_capabilities_on_a_nosuid_mount),
      T(inheritable_capabilities),
      T(capabilities_out_of_bounds),
      T(capabilities_out_of_bounds_without_the_effective_flag),
      T(ambient_capabilities),
      T(ambient_and_file_capabilities),
      T(ambient_capabilities_and_setuid),
      T(file_capabilities_when_traced),
      T(execute_only),
      T(execute_only_for_others),
      T(execute_only_and_setuid),
      T(too_many_processes),
      T(too_many_processes_for_root),
      T(above_the_limit_by_setuid));
