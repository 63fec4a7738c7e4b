// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_parity.c - a spawn's child and a child of vfork and execve, seen from
 * outside and from inside
 *
 * test_inherit.c changes one attribute of the caller at a time. This suite
 * compares everything that /proc shows of the two children. A program of the
 * suite prints what /proc does not show.
 */
#include "common_process.h"

#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/io.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/time.h>
#include <time.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#endif
#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#define PR_GET_MEMORY_MERGE 68
#endif
#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#define PR_GET_IO_FLUSHER 58
#endif

#define STAT_FIELDS 52

static void write_to(const char *path, const char *word)
{
	int fd = must(open(path, O_WRONLY | O_CLOEXEC));

	must(write(fd, word, strlen(word)));
	close(fd);
}

/* The two children to compare. Both sleep in pause(2) until end_pair(). */
static pid_t spawned, reference;

static void begin_pair(void)
{
	int template = template_of(PROBE);
	static char *const argv[] = { "probe", "block", "\xc3\xa9", "", NULL };
	static char *const envp[] = { "COLOUR=red", "EMPTY=", "LAST", NULL };

	reference = reference_spawn(PROBE, argv, envp, NULL);
	spawned = outspawn_spawn(template, argv, envp, NULL, OUTSPAWN_INHERIT_FDS, NULL, NULL);
	check(reference > 0);
	check(spawned > 0);
	close(template);
	wait_until(process_in_syscall(reference, SYS_pause));
	wait_until(process_in_syscall(spawned, SYS_pause));
}

static void end_pair(void)
{
	must(kill(reference, SIGKILL));
	must(kill(spawned, SIGKILL));
	check_eq(wait_for(reference), 128 + SIGKILL);
	check_eq(wait_for(spawned), 128 + SIGKILL);
}

/*
 * Turn address randomization off, so that both children have the same
 * addresses.
 */
static void not_random(void)
{
	must(personality(ADDR_NO_RANDOMIZE));
}

/*
 * Split /proc/PID/stat: fields[1] is the pid. fields[2], the name, has no
 * parentheses.
 */
static void split_stat(pid_t pid, char *fields[STAT_FIELDS + 1])
{
	char *line = process_file(pid, "stat"), *save, *word, *end;
	int number = 3;

	check(line);
	end = strrchr(line, ')');
	*end = '\0';
	fields[1] = "the pid";
	fields[2] = strchr(line, '(') + 1;
	for (word = strtok_r(end + 1, " \n", &save); word && number <= STAT_FIELDS;
	     word = strtok_r(NULL, " \n", &save))
		fields[number++] = word;
	check_eq(number, STAT_FIELDS + 1);
}

/*
 * Fields of /proc/PID/stat (proc(5)) that differ between two runs of a program.
 */
static const char *const stat_excuses[STAT_FIELDS + 1] = {
	[1] = "pid: the children are two processes",
	[10] = "minflt: depends on what the page cache has",
	[12] = "majflt: depends on what the page cache has",
	[14] = "utime: the clock",
	[15] = "stime: the clock",
	[22] = "starttime: one child starts before the other",
	[24] = "rss: fault-around maps what the page cache has",
	[39] = "processor: the scheduler chooses it",
	[42] = "delayacct_blkio_ticks: the clock",
};

static void compare_stat(void)
{
	char *got[STAT_FIELDS + 1], *want[STAT_FIELDS + 1];
	int i;

	split_stat(spawned, got);
	split_stat(reference, want);
	for (i = 1; i <= STAT_FIELDS; i++)
		if (!stat_excuses[i] && strcmp(got[i], want[i]))
			check_failed(__FILE__, __LINE__, "field %d of stat is %s, not %s", i,
				     got[i], want[i]);
}

CHILD_TEST(all_fields_of_stat)
{
	not_random();
	begin_pair();
	compare_stat();
	end_pair();
}

/* The same for a caller that has changed many of its attributes. */
CHILD_TEST(all_fields_of_stat_of_an_odd_caller)
{
	not_random();
	must(setsid());
	must(setpriority(PRIO_PROCESS, 0, 3));
	must(prctl(PR_SET_NAME, "a (strange) one"));
	signal(SIGUSR1, SIG_IGN);
	begin_pair();
	compare_stat();
	end_pair();
}

/* Lines of /proc/PID/status that differ between two runs of a program. */
static const char *const status_excuses[][2] = {
	{ "Pid", "the children are two processes" },
	{ "Tgid", "the children are two processes" },
	{ "NStgid", "the children are two processes" },
	{ "NSpid", "the children are two processes" },
	{ "FDSize", "the spawned child's table is new, not a copy" },
	{ "VmHWM", "depends on what the page cache has" },
	{ "VmRSS", "depends on what the page cache has" },
	{ "RssAnon", "depends on what the page cache has" },
	{ "RssFile", "depends on what the page cache has" },
	{ "VmPTE", "depends on what the page cache has" },
	{ "SigQ", "counts what the user's other processes have queued" },
	{ "voluntary_ctxt_switches", "depends on the scheduler" },
	{ "nonvoluntary_ctxt_switches", "depends on the scheduler" },
};

static bool excused(const char *line)
{
	size_t length = strcspn(line, ":"), i;

	for (i = 0; i < sizeof(status_excuses) / sizeof(*status_excuses); i++)
		if (strlen(status_excuses[i][0]) == length &&
		    !strncmp(status_excuses[i][0], line, length))
			return true;
	return false;
}

static char *status_to_compare(pid_t pid)
{
	char *status = process_file(pid, "status"), *line, *save, *result = "";

	check(status);
	for (line = strtok_r(status, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (!excused(line))
			result = text("%s%s\n", result, line);
	return result;
}

CHILD_TEST(all_lines_of_status)
{
	not_random();
	begin_pair();
	check_str(status_to_compare(spawned), status_to_compare(reference));
	end_pair();
}

/*
 * Mask the address of a mapping: the kernel places the vdso randomly, whatever
 * the personality is.
 */
static char *mask(char *data, const char *name)
{
	char *at = strstr(data, name), *line;

	if (!at)
		return data;
	for (line = at; line > data && line[-1] != '\n'; line--)
		;
	memset(line, '*', strcspn(line, " "));
	return data;
}

static void compare_file(const char *name)
{
	char *got = process_file(spawned, name), *want = process_file(reference, name);

	if (!want) {
		check(!got);
		return;
	}
	check_str(text("%s: %s", name, got), text("%s: %s", name, want));
}

CHILD_TEST(all_files_that_describe_a_process)
{
	static const char *const files[] = {
		"attr/current", "autogroup",  "cgroup",        "cmdline",	"comm",
		"coredump_filter", "cpuset",  "cpu_resctrl_groups", "environ",	"gid_map",
		"limits",	"loginuid",   "mountinfo",     "oom_adj",	"oom_score_adj",
		"patch_state",	"personality", "projid_map",   "seccomp_cache", "sessionid",
		"setgroups",	"syscall",    "task_size",     "timens_offsets", "timers",
		"timerslack_ns", "uid_map",   "wchan",
	};
	size_t i;

	not_random();
	begin_pair();
	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		compare_file(files[i]);
	check_str(process_file(spawned, "environ"), "COLOUR=red\nEMPTY=\nLAST\n");
	check_str(process_file(spawned, "cmdline"), "probe\nblock\n\xc3\xa9\n\n");
	end_pair();
}

CHILD_TEST(all_links_of_a_process)
{
	static const char *const links[] = {
		"cwd", "exe", "root", "fd/0", "fd/1", "fd/2", "ns/cgroup", "ns/ipc", "ns/mnt",
		"ns/net", "ns/pid", "ns/pid_for_children", "ns/time", "ns/time_for_children",
		"ns/user", "ns/uts",
	};
	size_t i;

	begin_pair();
	for (i = 0; i < sizeof(links) / sizeof(*links); i++)
		check_str(process_link(spawned, links[i]), process_link(reference, links[i]));
	check_str(process_link(spawned, "exe"), PROBE);
	end_pair();
}

static void compare_maps(void)
{
	char *got, *want;

	not_random();
	begin_pair();
	got = mask(mask(mask(process_file(spawned, "maps"), "[vdso]"), "[vvar]"), "[vvar_vclock]");
	want = mask(mask(mask(process_file(reference, "maps"), "[vdso]"), "[vvar]"),
		    "[vvar_vclock]");
	check(strstr(got, "[stack]"));
	check_str(got, want);
	end_pair();
}

CHILD_TEST(memory_map)
{
	compare_maps();
}

/* With an unlimited stack, exec uses the legacy memory layout. */
CHILD_TEST(memory_map_with_an_endless_stack)
{
	must(setrlimit(RLIMIT_STACK, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY }));
	compare_maps();
}

CHILD_TEST(memory_map_with_other_personalities)
{
	must(personality(READ_IMPLIES_EXEC | ADDR_COMPAT_LAYOUT | MMAP_PAGE_ZERO));
	begin_pair();
	check_str(process_file(spawned, "personality"), process_file(reference, "personality"));
	end_pair();
}

/*
 * List the entries of the auxiliary vector, without the value of
 * AT_SYSINFO_EHDR (33), the vdso's address.
 */
static char *auxiliary_vector(pid_t pid)
{
	unsigned long entries[128];
	char *result = "";
	size_t size, i;
	int fd;

	fd = must(open(text("/proc/%d/auxv", pid), O_RDONLY | O_CLOEXEC));
	size = must(read(fd, entries, sizeof(entries)));
	close(fd);
	for (i = 0; i < size / sizeof(*entries); i += 2)
		result = text("%s%lu=%lx\n", result, entries[i],
			      entries[i] == 33 ? 0 : entries[i + 1]);
	return result;
}

CHILD_TEST(all_entries_of_auxv)
{
	char *got;

	not_random();
	begin_pair();
	got = auxiliary_vector(spawned);
	check(strstr(got, "31="));
	check_str(got, auxiliary_vector(reference));
	end_pair();
}

CHILD_TEST(auxv_of_an_ordinary_user)
{
	not_random();
	become_nobody();
	begin_pair();
	check(strstr(auxiliary_vector(spawned), "11=3e8\n"));
	check_str(auxiliary_vector(spawned), auxiliary_vector(reference));
	end_pair();
}

/* --- facts that only the process itself can see --- */

static void print_number(FILE *out, const char *key, long value)
{
	if (value == -1)
		fprintf(out, "%s=%s\n", key, strerrorname_np(errno));
	else
		fprintf(out, "%s=%ld\n", key, value);
}

static void print_timers(FILE *out)
{
	static const int kinds[] = { ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF };
	struct itimerval left;
	size_t i;

	for (i = 0; i < 3; i++) {
		getitimer(kinds[i], &left);
		fprintf(out, "itimer.%zu=%d\n", i,
			left.it_value.tv_sec || left.it_value.tv_usec ||
				left.it_interval.tv_sec || left.it_interval.tv_usec);
	}
}

static void print_keyrings(FILE *out)
{
	int which;

	for (which = KEY_SPEC_USER_SESSION_KEYRING; which <= KEY_SPEC_THREAD_KEYRING; which++)
		fprintf(out, "keyring.%d=%ld\n", -which,
			syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, which, 0) < 0 ?
				-errno :
				syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, which, 0));
}

static void print_prctls(FILE *out)
{
	int value = -1;

	print_number(out, "mdwe", prctl(PR_GET_MDWE, 0, 0, 0, 0));
	print_number(out, "memory_merge", prctl(PR_GET_MEMORY_MERGE, 0, 0, 0, 0));
	print_number(out, "io_flusher", prctl(PR_GET_IO_FLUSHER, 0, 0, 0, 0));
	print_number(out, "keepcaps", prctl(PR_GET_KEEPCAPS));
	print_number(out, "speculation.0", prctl(PR_GET_SPECULATION_CTRL, 0, 0, 0, 0));
	print_number(out, "speculation.1", prctl(PR_GET_SPECULATION_CTRL, 1, 0, 0, 0));
	prctl(PR_GET_TSC, &value);
	print_number(out, "tsc", value);
	prctl(PR_GET_CHILD_SUBREAPER, &value);
	print_number(out, "subreaper", value);
	print_number(out, "timing", prctl(PR_GET_TIMING));
	print_number(out, "fpexc", prctl(PR_GET_FPEXC, &value));
}

static void print_floating_point(FILE *out)
{
	unsigned int mxcsr;
	unsigned short control;

	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	__asm__ volatile("fnstcw %0" : "=m"(control));
	fprintf(out, "mxcsr=%x\nx87=%x\n", mxcsr, control);
}

static void print_robust_list(FILE *out)
{
	void *head = NULL;
	size_t size = 0;

	syscall(SYS_get_robust_list, 0, &head, &size);
	fprintf(out, "robust_list=%d\n", head != NULL);
}

static void print_times(FILE *out)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	fprintf(out, "childrens_time=%d\n", usage.ru_utime.tv_sec || usage.ru_utime.tv_usec);
}

/* Writes its report to the file named by the first argument. */
PROGRAM(inside)
{
	char *report;
	size_t size;
	FILE *out = open_memstream(&report, &size);
	int fd;

	print_timers(out);
	print_keyrings(out);
	print_prctls(out);
	print_floating_point(out);
	print_robust_list(out);
	print_times(out);
	fclose(out);
	fd = open(argv[0], O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return 2;
	return write(fd, report, size) != (ssize_t)size;
}

static char *inside_argv(char *argv[4])
{
	static unsigned int number;
	char *path = in_scratch("inside.%u", number++);

	argv[0] = "inside";
	argv[1] = "@inside";
	argv[2] = path;
	argv[3] = NULL;
	return path;
}

/* Compare the reports of both children. Returns the spawned child's. */
static char *compared_facts(void)
{
	int template = template_of(own_path());
	char *argv[4], *path = inside_argv(argv), *got, *want;

	check_eq(wait_for(reference_spawn(own_path(), argv, NULL, NULL)), 0);
	want = read_whole(path, NULL);
	unlink(path);
	check_eq(wait_for(try_spawn(template, argv)), 0);
	got = read_whole(path, NULL);
	unlink(path);
	close(template);
	check(*got);
	check_str(got, want);
	return got;
}

CHILD_TEST(inside_of_a_plain_caller)
{
	compared_facts();
}

CHILD_TEST(interval_timers_are_not_inherited)
{
	struct itimerval minute = { { 60, 0 }, { 60, 0 } };
	struct itimerspec hour = { { 3600, 0 }, { 3600, 0 } };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	char *facts;
	timer_t timer;

	must(setitimer(ITIMER_REAL, &minute, NULL));
	must(setitimer(ITIMER_VIRTUAL, &minute, NULL));
	must(setitimer(ITIMER_PROF, &minute, NULL));
	must(timer_create(CLOCK_MONOTONIC, &event, &timer));
	must(timer_settime(timer, 0, &hour, NULL));
	facts = compared_facts();
	check_str(fact(facts, "itimer.0"), "0");
	check_str(fact(facts, "itimer.1"), "0");
	check_str(fact(facts, "itimer.2"), "0");
	begin_pair();
	check(strstr(process_file(getpid(), "timers"), "signal"));
	check_str(process_file(spawned, "timers"), "");
	end_pair();
}

CHILD_TEST(keyrings)
{
	char *facts;
	long session, process, thread;

	session = must(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "outspawn"));
	process = must(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1));
	thread = must(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 1));
	facts = compared_facts();
	check_str(fact(facts, "keyring.3"), text("%ld", session));
	check(strcmp(fact(facts, "keyring.2"), text("%ld", process)));
	check(strcmp(fact(facts, "keyring.1"), text("%ld", thread)));
}

CHILD_TEST(memory_deny_write_execute)
{
	/* Since 6.3. */
	int set = prctl(PR_SET_MDWE, 1, 0, 0, 0);
	char *facts = compared_facts();

	check_str(fact(facts, "mdwe"), set == 0 ? "1" : "EINVAL");
}

CHILD_TEST(memory_merging)
{
	/* Since 6.4. Since 6.12 the setting outlives exec. */
	prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0);
	compared_facts();
}

CHILD_TEST(io_flusher)
{
	must(prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0));
	check_str(fact(compared_facts(), "io_flusher"), "1");
}

CHILD_TEST(keepcaps_is_cleared)
{
	must(prctl(PR_SET_KEEPCAPS, 1));
	check_str(fact(compared_facts(), "keepcaps"), "0");
}

CHILD_TEST(speculation_control)
{
	prctl(PR_SET_SPECULATION_CTRL, 0, PR_SPEC_DISABLE, 0, 0);
	prctl(PR_SET_SPECULATION_CTRL, 1, PR_SPEC_DISABLE, 0, 0);
	compared_facts();
}

CHILD_TEST(floating_point_starts_anew)
{
	unsigned int mxcsr = 0x7f80;
	unsigned short control = 0xf7f;
	char *facts;

	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
	__asm__ volatile("fldcw %0" : : "m"(control));
	facts = compared_facts();
	check_str(fact(facts, "mxcsr"), "1f80");
	check_str(fact(facts, "x87"), "37f");
}

CHILD_TEST(subreaper_is_not_inherited)
{
	must(prctl(PR_SET_CHILD_SUBREAPER, 1));
	check_str(fact(compared_facts(), "subreaper"), "0");
}

/* Exits at once. Its own child exits a little later, with status 7. */
PROGRAM(orphan)
{
	if (!fork()) {
		usleep(20000);
		_exit(7);
	}
	return 0;
}

/* A subreaper among the ancestors adopts the orphans of a spawned program. */
CHILD_TEST(orphans_go_to_the_subreaper)
{
	int template = template_of(own_path()), status;

	must(prctl(PR_SET_CHILD_SUBREAPER, 1));
	check_eq(wait_for(try_spawn(template, ARGV("orphan", "@orphan"))), 0);
	check(waitpid(-1, &status, 0) > 0);
	check_eq(WEXITSTATUS(status), 7);
}

CHILD_TEST(memory_locks_are_not_inherited)
{
	must(mlockall(MCL_CURRENT | MCL_FUTURE));
	check(process_status(getpid(), "VmLck") > 0);
	begin_pair();
	check_eq(process_status(spawned, "VmLck"), 0);
	check_eq(process_status(reference, "VmLck"), 0);
	end_pair();
}

/* The undo value belongs to the caller. The end of its child undoes nothing. */
CHILD_TEST(semaphore_undo_is_the_callers)
{
	int set = must(semget(IPC_PRIVATE, 1, 0600)), template = template_of(PROBE);

	must(semop(set, &(struct sembuf){ 0, 3, SEM_UNDO }, 1));
	check_eq(spawn_and_wait(template), 0);
	check_eq(semctl(set, 0, GETVAL), 3);
	must(semctl(set, 0, IPC_RMID));
}

/*
 * An inherited counter counts the page faults of the caller and of later
 * children.
 */
CHILD_TEST(performance_counters_are_inherited)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_SOFTWARE,
					      .size = sizeof(attributes),
					      .config = PERF_COUNT_SW_PAGE_FAULTS,
					      .inherit = 1 };
	int template = template_of(PROBE), fd;
	uint64_t before, after;

	fd = must(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
	check_eq(spawn_and_wait(template), 0);
	check_eq(read(fd, &before, sizeof(before)), sizeof(before));
	check_eq(spawn_and_wait(template), 0);
	check_eq(read(fd, &after, sizeof(after)), sizeof(after));
	/* A static program has more than 10 page faults. */
	check(after - before > 10);
}

/* --- credentials --- */

struct capability_sets {
	uint32_t effective, permitted, inheritable;
};

static void set_capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
	uint32_t header[2] = { 0x20080522, 0 };
	struct capability_sets sets[2];
	int i;

	for (i = 0; i < 2; i++)
		sets[i] = (struct capability_sets){ effective >> 32 * i, permitted >> 32 * i,
						    inheritable >> 32 * i };
	must(syscall(SYS_capset, header, sets));
}

static char *credentials(void)
{
	static const char *const sections[8] = { "ids", "status", "exec", "security" };
	char *want = reference_facts(PROBE, NULL, sections), *got;
	int template = template_of(PROBE);

	got = facts_of(&(struct request){ .template = template,
					  .sections = { "ids", "status", "exec", "security" } });
	close(template);
	check_str(got, want);
	return got;
}

CHILD_TEST(supplementary_groups)
{
	gid_t groups[] = { 5, 6, 1000, 4294967294U };

	must(syscall(SYS_setgroups, 4, groups));
	check_str(fact(credentials(), "groups"), "5 6 1000 4294967294 ");
}

CHILD_TEST(three_different_users)
{
	must(setresgid(11, 12, 13));
	must(setresuid(NOBODY, 22, 0));
	/* exec copies the effective ids to the saved ones. */
	check_str(fact(credentials(), "uid"), "1000 22 22");
	check_str(fact(credentials(), "gid"), "11 12 12");
}

CHILD_TEST(filesystem_user)
{
	char *facts;

	syscall(SYS_setfsuid, NOBODY);
	syscall(SYS_setfsgid, NOBODY);
	facts = credentials();
	check_str(fact(facts, "status.Uid"), "0 0 0 0");
}

CHILD_TEST(capability_sets_of_root)
{
	unsigned long long bounding;
	char *facts;

	must(prctl(PR_CAPBSET_DROP, 20));
	must(prctl(PR_CAPBSET_DROP, 38));
	set_capabilities(0xff, 0xffff, 0xf0f0);
	facts = credentials();
	/*
	 * P'(permitted) of root's program is P(inheritable) and the bounding
	 * set.
	 */
	check_str(fact(facts, "status.CapInh"), "000000000000f0f0");
	bounding = strtoull(fact(facts, "status.CapBnd"), NULL, 16);
	check(bounding && !(bounding & (1ULL << 20 | 1ULL << 38)));
}

CHILD_TEST(capability_sets_without_a_special_root)
{
	must(prctl(PR_SET_SECUREBITS, 1 | 2 | 4 | 8));
	set_capabilities(0xff, 0xffff, 0xf0f0);
	check_str(fact(credentials(), "status.CapPrm"), "0000000000000000");
	check_str(fact(credentials(), "securebits"), "15");
}

CHILD_TEST(ambient_capabilities)
{
	char *facts;

	must(prctl(PR_SET_KEEPCAPS, 1));
	must(setresgid(NOBODY, NOBODY, NOBODY));
	must(setresuid(NOBODY, NOBODY, NOBODY));
	set_capabilities(0x6, 0x6, 0x6);
	must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 2, 0, 0));
	facts = credentials();
	check_str(fact(facts, "status.CapAmb"), "0000000000000004");
	check_str(fact(facts, "status.CapPrm"), "0000000000000004");
	check_str(fact(facts, "status.CapEff"), "0000000000000004");
	check_str(fact(facts, "secure"), "0");
}

CHILD_TEST(audit_login_user)
{
	int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);

	/* Some kernels have no audit. */
	if (fd >= 0)
		check_eq(write(fd, "1000", 4), 4);
	close(fd);
	credentials();
}

CHILD_TEST(user_namespace_with_a_map)
{
	static const char *const sections[8] = { "ids", "ns", "status", "where" };
	static const char *const lines[][2] = { { "setgroups", "deny" },
						{ "uid_map", "7 0 1" },
						{ "gid_map", "8 0 1" } };
	char *want, *got;
	int i;

	must(unshare(CLONE_NEWUSER));
	for (i = 0; i < 3; i++)
		write_to(text("/proc/self/%s", lines[i][0]), lines[i][1]);
	want = reference_facts(PROBE, NULL, sections);
	got = facts_of(&(struct request){ .template = template_of(PROBE),
					  .sections = { "ids", "ns", "status", "where" } });
	check_str(got, want);
	check_str(fact(got, "uid"), "7 7 7");
	check_str(fact(got, "gid"), "8 8 8");
}

/*
 * A Landlock rule of the caller also holds for the child's actions and program.
 */
static void forbid_writing(void)
{
	struct landlock_ruleset_attr attributes = { .handled_access_fs =
							    LANDLOCK_ACCESS_FS_MAKE_REG };
	int rules;

	rules = must(syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0));
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	must(syscall(SYS_landlock_restrict_self, rules, 0));
	close(rules);
}

CHILD_TEST(landlock)
{
	struct outspawn_actions actions;
	struct outspawn_result result;
	char *argv[4], *path = inside_argv(argv);
	int template;

	forbid_writing();
	check_eq(error_of(open(path, O_WRONLY | O_CREAT, 0600)), EACCES);
	template = template_of(own_path());
	check_eq(wait_for(reference_spawn(own_path(), argv, NULL, NULL)), 2);
	check_eq(wait_for(try_spawn(template, argv)), 2);

	outspawn_actions_init(&actions);
	outspawn_actions_open(&actions, 1, path, O_WRONLY | O_CREAT, 0600);
	check_eq(outspawn_spawn(template, argv, NULL, &actions, 0, NULL, &result), -EACCES);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ACTION);
	outspawn_actions_destroy(&actions);
}

/* --- limits, scheduling, terminal, cgroup, time --- */

CHILD_TEST(all_resource_limits)
{
	static const rlim_t soft[RLIM_NLIMITS] = {
		[RLIMIT_CPU] = 1000,	    [RLIMIT_FSIZE] = 1 << 30,  [RLIMIT_DATA] = 1 << 28,
		[RLIMIT_STACK] = 3 << 20,   [RLIMIT_CORE] = 4096,      [RLIMIT_RSS] = 1 << 29,
		[RLIMIT_NPROC] = 4000,	    [RLIMIT_NOFILE] = 200,     [RLIMIT_MEMLOCK] = 65536,
		[RLIMIT_AS] = 1LL << 31,    [RLIMIT_LOCKS] = 10,       [RLIMIT_SIGPENDING] = 99,
		[RLIMIT_MSGQUEUE] = 12345,  [RLIMIT_NICE] = 7,	       [RLIMIT_RTPRIO] = 8,
		[RLIMIT_RTTIME] = 999999,
	};
	static const char *const sections[8] = { "limits" };
	char *got;
	int i;

	for (i = 0; i < RLIM_NLIMITS; i++)
		must(setrlimit(i, &(struct rlimit){ soft[i], soft[i] + 1 }));
	got = facts_of(&(struct request){ .template = template_of(PROBE),
					  .sections = { "limits" } });
	check_str(got, reference_facts(PROBE, NULL, sections));
	for (i = 0; i < RLIM_NLIMITS; i++)
		check_str(fact(got, text("rlimit.%d", i)),
			  text("%llx %llx", (long long)soft[i], (long long)soft[i] + 1));
}

static char *scheduling(void)
{
	static const char *const sections[8] = { "sched" };
	char *got;

	got = facts_of(&(struct request){ .template = template_of(PROBE),
					  .sections = { "sched" } });
	check_str(got, reference_facts(PROBE, NULL, sections));
	return got;
}

CHILD_TEST(idle_policy)
{
	must(sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){ 0 }));
	check_str(fact(scheduling(), "policy"), "5");
}

CHILD_TEST(realtime_round_robin)
{
	must(sched_setscheduler(0, SCHED_RR, &(struct sched_param){ .sched_priority = 2 }));
	check_str(fact(scheduling(), "rt_priority"), "2");
}

CHILD_TEST(realtime_that_resets_on_fork)
{
	must(sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK,
				&(struct sched_param){ .sched_priority = 2 }));
	check_str(fact(scheduling(), "policy"), "0");
}

CHILD_TEST(nice_that_resets_on_fork)
{
	must(setpriority(PRIO_PROCESS, 0, -5));
	must(sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &(struct sched_param){ 0 }));
	check_str(fact(scheduling(), "nice"), "0");
}

struct deadline {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

/* A deadline task may not fork. */
CHILD_TEST(deadline_policy)
{
	struct deadline deadline = { sizeof(deadline), SCHED_DEADLINE, 0, 0, 0,
				     10000000,	       30000000,       30000000 };
	struct outspawn_result result;
	int template = template_of(PROBE);

	must(syscall(SYS_sched_setattr, 0, &deadline, 0));
	check_eq(error_of(reference_spawn(PROBE, ARGV("probe", "exit", "0"), NULL, NULL)), EAGAIN);
	check_eq(outspawn_spawn(template, ARGV("probe"), NULL, NULL, 0, NULL, &result), -EAGAIN);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_CREATE);
}

CHILD_TEST(controlling_terminal)
{
	char *fields[STAT_FIELDS + 1];
	int master, slave;

	master = must(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
	must(unlockpt(master));
	must(setsid());
	slave = must(open(ptsname(master), O_RDWR | O_CLOEXEC));
	must(ioctl(slave, TIOCSCTTY, 0));
	not_random();
	begin_pair();
	compare_stat();
	split_stat(spawned, fields);
	check(strcmp(fields[7], "0"));
	check_str(fields[8], text("%d", getpid()));
	end_pair();
}

static void in_cgroup(const char *name, const char *file, const char *word)
{
	char *folder = text("/sys/fs/cgroup/%s", name);

	if (mkdir(folder, 0755) < 0)
		check_eq(errno, EEXIST);
	if (file)
		write_to(text("%s/%s", folder, file), word);
	write_to(text("%s/cgroup.procs", folder), "0");
}

static void remove_cgroup(const char *name)
{
	wait_until(rmdir(text("/sys/fs/cgroup/%s", name)) == 0 || errno == ENOENT);
}

CHILD_TEST(in_cgroup_of_the_caller)
{
	in_cgroup("outspawn-parity", NULL, NULL);
	begin_pair();
	check_str(process_file(spawned, "cgroup"), "0::/outspawn-parity\n");
	check_str(process_file(reference, "cgroup"), "0::/outspawn-parity\n");
	check(strstr(read_whole("/sys/fs/cgroup/outspawn-parity/cgroup.procs", NULL),
		     text("%d\n", spawned)));
	end_pair();
}

static void cgroup(void)
{
	in_cgroup_of_the_caller();
	remove_cgroup("outspawn-parity");
}

CHILD_TEST(in_full_cgroup)
{
	struct outspawn_result result;
	int template = template_of(PROBE);

	in_cgroup("outspawn-full", "pids.max", "1");
	check_eq(error_of(reference_spawn(PROBE, ARGV("probe", "exit", "0"), NULL, NULL)), EAGAIN);
	check_eq(outspawn_spawn(template, ARGV("probe"), NULL, NULL, 0, NULL, &result), -EAGAIN);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_CREATE);
	write_to("/sys/fs/cgroup/outspawn-full/pids.max", "2");
	check_eq(spawn_and_wait(template), 0);
}

static void full_cgroup(void)
{
	write_to("/sys/fs/cgroup/cgroup.subtree_control", "+pids");
	in_full_cgroup();
	remove_cgroup("outspawn-full");
}

CHILD_TEST(time_namespace)
{
	struct timespec before, after;

	must(unshare(CLONE_NEWTIME));
	write_to("/proc/self/timens_offsets", "monotonic 100000 0\n");
	/*
	 * Before 6.3 a task that shares memory cannot enter a time namespace.
	 */
	if (reference_spawn(PROBE, ARGV("probe", "exit", "0"), NULL, NULL) < 0) {
		int error = errno;

		check_eq(spawn_and_wait(template_of(PROBE)), -error);
		return;
	}
	check(waitpid(-1, NULL, 0) > 0);
	begin_pair();
	check_str(process_link(spawned, "ns/time"), process_link(getpid(), "ns/time_for_children"));
	check_str(process_link(spawned, "ns/time"), process_link(reference, "ns/time"));
	check_str(process_link(spawned, "ns/time_for_children"),
		  process_link(reference, "ns/time_for_children"));
	check_str(process_file(spawned, "timens_offsets"),
		  process_file(reference, "timens_offsets"));
	end_pair();
	/* The caller's own clock does not change. */
	clock_gettime(CLOCK_MONOTONIC, &before);
	spawn_and_wait(template_of(PROBE));
	clock_gettime(CLOCK_MONOTONIC, &after);
	check(after.tv_sec - before.tv_sec < 1000);
}

/* --- signals --- */

static void handler(int number)
{
	(void)number;
}

CHILD_TEST(all_kinds_of_signal_dispositions)
{
	static const char *const sections[8] = { "signals", "status" };
	struct sigaction action = { .sa_handler = handler,
				    .sa_flags = SA_RESTART | SA_NODEFER | SA_ONSTACK |
						SA_RESETHAND };
	stack_t stack = { .ss_sp = malloc(SIGSTKSZ), .ss_size = SIGSTKSZ };
	sigset_t blocked;
	char *got;

	sigfillset(&action.sa_mask);
	must(sigaltstack(&stack, NULL));
	must(sigaction(SIGUSR1, &action, NULL));
	must(sigaction(SIGTERM, &action, NULL));
	must(sigaction(SIGRTMAX, &action, NULL));
	action.sa_flags = SA_NOCLDWAIT | SA_NOCLDSTOP;
	must(sigaction(SIGCHLD, &action, NULL));
	must(sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL));
	must(sigaction(SIGRTMIN + 3, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL));
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigaddset(&blocked, SIGRTMIN + 5);
	must(sigprocmask(SIG_BLOCK, &blocked, NULL));
	/*
	 * Signals pending for the process and for the thread are not inherited.
	 */
	must(kill(getpid(), SIGUSR1));
	must(raise(SIGRTMIN + 5));

	sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	got = facts_of(&(struct request){ .template = template_of(PROBE),
					  .sections = { "signals", "status" } });
	check_str(got, reference_facts(PROBE, NULL, sections));
	check_str(fact(got, "sigcaught"), "0000000000000000");
	check_str(fact(got, "sigpending"), "0000000000000000");
	check_str(fact(got, "sigignored"),
		  text("%016llx", 1ULL << (SIGPIPE - 1) | 1ULL << (SIGRTMIN + 3 - 1)));
	check_str(fact(got, "sigblocked"),
		  text("%016llx", 1ULL << (SIGUSR1 - 1) | 1ULL << (SIGRTMIN + 5 - 1)));
	free(stack.ss_sp);
}

/* A child inherits per-thread attributes from the calling thread. */
static pthread_barrier_t both_there;

static void *other_thread(void *unused)
{
	(void)unused;
	must(syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 1));
	must(prctl(PR_SET_TIMERSLACK, 4321));
	must(setpriority(PRIO_PROCESS, gettid(), 9));
	pthread_barrier_wait(&both_there);
	pthread_barrier_wait(&both_there);
	return NULL;
}

CHILD_TEST(thread_attributes_come_from_the_calling_thread)
{
	pthread_t thread;
	char *got;

	pthread_barrier_init(&both_there, NULL, 2);
	check_eq(pthread_create(&thread, NULL, other_thread, NULL), 0);
	pthread_barrier_wait(&both_there);
	must(prctl(PR_SET_TIMERSLACK, 1234));
	got = scheduling();
	check_str(fact(got, "timerslack"), "1234");
	check_str(fact(got, "nice"), "0");
	pthread_barrier_wait(&both_there);
	check_eq(pthread_join(thread, NULL), 0);
}

/* --- hardware --- */

PROGRAM(port)
{
	outb(0, 0x80);
	return 0;
}

/* fork and execve keep the permissions of ioperm(2). */
CHILD_TEST(port_permissions)
{
	int template = template_of(own_path());

	check_eq(wait_for(try_spawn(template, ARGV("port", "@port"))), 128 + SIGSEGV);
	must(ioperm(0x80, 1, 1));
	check_eq(wait_for(reference_spawn(own_path(), ARGV("port", "@port"), NULL, NULL)), 0);
	check_eq(wait_for(try_spawn(template, ARGV("port", "@port"))), 0);
}

CHILD_TEST(port_level)
{
	int template = template_of(own_path());

	must(iopl(3));
	check_eq(wait_for(reference_spawn(own_path(), ARGV("port", "@port"), NULL, NULL)), 0);
	check_eq(wait_for(try_spawn(template, ARGV("port", "@port"))), 0);
}

PROGRAM(counter)
{
	return __builtin_ia32_rdtsc() == 0;
}

CHILD_TEST(forbidden_time_stamp_counter)
{
	int template = template_of(own_path());

	must(prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
	check_eq(wait_for(reference_spawn(own_path(), ARGV("counter", "@counter"), NULL, NULL)),
		 128 + SIGSEGV);
	check_eq(wait_for(try_spawn(template, ARGV("counter", "@counter"))), 128 + SIGSEGV);
}

/* The events of the file since the last call. */
static uint64_t events_of(int watch)
{
	char buffer[4096] __attribute__((aligned(8)));
	ssize_t size = read(watch, buffer, sizeof(buffer));
	struct fanotify_event_metadata *event = (void *)buffer;
	uint64_t seen = 0;

	for (; size > 0 && FAN_EVENT_OK(event, size); event = FAN_EVENT_NEXT(event, size)) {
		seen |= event->mask;
		close(event->fd);
	}
	return seen;
}

/*
 * A watcher of the file sees both an open and an exec, whichever way the file
 * is executed.
 */
static void watchers_see_the_open_and_the_exec(void)
{
	char *program = own_probe("watched"), *const argv[] = { "probe", "exit", "0", NULL };
	int watch = must(fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY));
	const uint64_t both = FAN_OPEN | FAN_OPEN_EXEC;
	int template;

	must(fanotify_mark(watch, FAN_MARK_ADD, both, AT_FDCWD, program));
	check_eq(wait_for(reference_spawn(program, argv, environ, NULL)), 0);
	check_eq(events_of(watch), both);
	template = template_of(program);
	check_eq(events_of(watch), both);
	check_eq(wait_for(try_spawn(template, argv)), 0);
	check_eq(events_of(watch), both);
	close(template);
	close(watch);
}

/*
 * CREATE asks the security modules whether the caller may read the file.
 * Watchers must not see the open that it does this with.
 */
static void watchers_see_one_open_by_create(void)
{
	char *program = own_probe("watched");
	int watch = must(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)), template;
	char buffer[4096] __attribute__((aligned(8)));
	const struct inotify_event *event;
	int opened = 0, closed = 0;
	ssize_t size, at;

	must(inotify_add_watch(watch, program, IN_OPEN | IN_CLOSE));
	template = template_of(program);
	/* inotify merges two equal events in a row. */
	size = must(read(watch, buffer, sizeof(buffer)));
	for (at = 0; at < size; at += sizeof(*event) + event->len) {
		event = (const void *)(buffer + at);
		opened += !!(event->mask & IN_OPEN);
		closed += !!(event->mask & IN_CLOSE);
	}
	check_eq(opened, 1);
	check_eq(closed, 0);
	close(template);
	close(watch);
}

SUITE("parity",
      T(all_fields_of_stat),
      T(all_fields_of_stat_of_an_odd_caller),
      T(all_lines_of_status),
      T(all_files_that_describe_a_process),
      T(all_links_of_a_process),
      T(memory_map),
      T(memory_map_with_an_endless_stack),
      T(memory_map_with_other_personalities),
      T(watchers_see_the_open_and_the_exec),
      T(watchers_see_one_open_by_create),
      T(all_entries_of_auxv),
      T(auxv_of_an_ordinary_user),
      T(inside_of_a_plain_caller),
      T(interval_timers_are_not_inherited),
      T(keyrings),
      T(memory_deny_write_execute),
      T(memory_merging),
      T(io_flusher),
      T(keepcaps_is_cleared),
      T(speculation_control),
      T(floating_point_starts_anew),
      T(subreaper_is_not_inherited),
      T(orphans_go_to_the_subreaper),
      T(memory_locks_are_not_inherited),
      T(semaphore_undo_is_the_callers),
      T(performance_counters_are_inherited),
      T(supplementary_groups),
      T(three_different_users),
      T(filesystem_user),
      T(capability_sets_of_root),
      T(capability_sets_without_a_special_root),
      T(ambient_capabilities),
      T(audit_login_user),
      T(user_namespace_with_a_map),
      T(landlock),
      T(all_resource_limits),
      T(idle_policy),
      T(realtime_round_robin),
      T(realtime_that_resets_on_fork),
      T(nice_that_resets_on_fork),
      T(deadline_policy),
      T(controlling_terminal),
      T(cgroup),
      T(full_cgroup),
      T(time_namespace),
      T(all_kinds_of_signal_dispositions),
      T(thread_attributes_come_from_the_calling_thread),
      T(port_permissions),
      T(port_level),
      T(forbidden_time_stamp_counter));
