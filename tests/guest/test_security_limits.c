// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_security_limits.c - cgroups, resource limits, core dumps, the freezer
 * and ptrace affect a spawn's child as a child of vfork and execve
 */
#include "common_security.h"

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <time.h>

/* --- resource limits --- */

/* word[0]: the resource; word[1]: the caller's limit. */
static void limit(const struct rule *rule)
{
	must(setrlimit(rule->word[0], &(struct rlimit){ rule->word[1], rule->word[1] }));
}

static void limit_nobody(const struct rule *rule)
{
	become_nobody();
	limit(rule);
}

/* Writes 1 MiB. */
PROGRAM(fill)
{
	int fd = open(argv[0], O_WRONLY | O_CREAT | O_TRUNC, 0600), i;
	static char data[1 << 16];

	for (i = 0; i < 16; i++)
		if (write(fd, data, sizeof(data)) < 0)
			return errno;
	return 0;
}

PROGRAM(spin)
{
	while (clock() < 20 * CLOCKS_PER_SEC)
		;
	return 0;
}

/* Touches as many MiB as its argument says. */
PROGRAM(eat)
{
	size_t size = atol(argv[0]) << 20, i;
	char *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (data == MAP_FAILED)
		return errno;
	for (i = 0; i < size; i += 4096)
		data[i] = 1;
	/* The memory must be charged to this cgroup. */
	if (argv[1])
		return strtoul(read_whole(argv[1], NULL), NULL, 10) < size;
	return 0;
}

static char *const *long_arguments(void)
{
	static char *argv[6] = { "probe", "exit", "0" };
	int i;

	for (i = 3; i < 5; i++) {
		argv[i] = memset(calloc(1, 100001), 'x', 100000);
		check(argv[i]);
	}
	return argv;
}

RULES(limits)
{
	try_rule(&(struct rule){ .name = "RLIMIT_NPROC: used up",
				 .expect = "EAGAIN at vfork",
				 .confine = limit_nobody,
				 .word = { RLIMIT_NPROC, 1 } });
	try_rule(&(struct rule){ .name = "RLIMIT_NPROC: used up, SPAWN_PATH",
				 .expect = "EAGAIN at vfork",
				 .confine = limit_nobody,
				 .by_path = true,
				 .word = { RLIMIT_NPROC, 1 } });
	try_rule(&(struct rule){ .name = "RLIMIT_NPROC: used up, ASYNC",
				 .expect = "EAGAIN at vfork",
				 .confine = limit_nobody,
				 .flags = SPAWN_TEMPLATE_SPAWN_ASYNC,
				 .word = { RLIMIT_NPROC, 1 } });
	try_rule(&(struct rule){ .name = "RLIMIT_NPROC: not used up",
				 .expect = "runs",
				 .confine = limit_nobody,
				 .word = { RLIMIT_NPROC, 2 } });
	try_rule(&(struct rule){ .name = "RLIMIT_NOFILE: DUP2 to a number above the limit",
				 .expect = "EBADF in an action",
				 .confine = limit,
				 .word = { RLIMIT_NOFILE, 30 },
				 .actions = &every_action()->list[EVERY_DUP3],
				 .count = 1,
				 .template_first = true });
	try_rule(&(struct rule){ .name = "RLIMIT_NOFILE: OPEN at a number above the limit",
				 .expect = "EBADF in an action",
				 .confine = limit,
				 .word = { RLIMIT_NOFILE, 30 },
				 .actions = &every_action()->list[EVERY_OPENAT2],
				 .count = 1,
				 .template_first = true });
	try_rule(&(struct rule){
		.name = "RLIMIT_STACK: arguments longer than a quarter of the limit",
		.expect = "E2BIG at exec",
		.confine = limit,
		.word = { RLIMIT_STACK, 512 << 10 },
		.argv = long_arguments() });
	try_rule(&(struct rule){ .name = "RLIMIT_STACK: arguments that fit",
				 .expect = "runs",
				 .confine = limit,
				 .word = { RLIMIT_STACK, 2 << 20 },
				 .argv = long_arguments() });
	try_rule(&(struct rule){ .name = "RLIMIT_FSIZE: a program that writes a longer file",
				 .expect = "dies of SIGXFSZ",
				 .path = own_path(),
				 .argv = ARGV("suite", "@fill", in_scratch("filled")),
				 .confine = limit,
				 .word = { RLIMIT_FSIZE, 100000 } });
	try_rule(&(struct rule){ .name = "RLIMIT_CPU: a program that runs longer",
				 .expect = "dies of SIGKILL",
				 .path = own_path(),
				 .argv = ARGV("suite", "@spin"),
				 .confine = limit,
				 .word = { RLIMIT_CPU, 1 } });
	try_rule(&(struct rule){ .name = "RLIMIT_AS: no room for the program",
				 .expect = "dies of SIGSEGV",
				 .confine = limit,
				 .word = { RLIMIT_AS, 256 << 10 },
				 .template_first = true });
	try_rule(&(struct rule){ .name = "RLIMIT_DATA: a program that asks for more memory",
				 .expect = text("exits with %d", ENOMEM),
				 .path = own_path(),
				 .argv = ARGV("suite", "@eat", "64"),
				 .confine = limit,
				 .word = { RLIMIT_DATA, 32 << 20 } });
}

static void odd_limits(const struct rule *rule)
{
	(void)rule;
	must(setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 0x1000, 0x2000 }));
	must(setrlimit(RLIMIT_NICE, &(struct rlimit){ 3, 4 }));
	must(setrlimit(RLIMIT_RTPRIO, &(struct rlimit){ 5, 6 }));
	write_file("/proc/self/oom_score_adj", "789");
}

RULES(other_limits)
{
	try_rule(&(struct rule){ .name = "other limits: MEMLOCK, NICE, RTPRIO",
				 .expect = "runs, rlimit.8 1000 2000, rlimit.13 3 4, rlimit.14 5 6",
				 .confine = odd_limits,
				 .facts = { "rlimit.8", "rlimit.13", "rlimit.14" },
				 .sections = { "limits" } });
	try_rule(&(struct rule){ .name = "other limits: oom_score_adj",
				 .expect = "runs, oom_score_adj 789",
				 .confine = odd_limits,
				 .facts = { "oom_score_adj" },
				 .sections = { "sched" } });
}

/* --- cgroups --- */

#define CGROUP "outspawn-security"

static void in_cgroup(const struct rule *rule)
{
	join_cgroup(CGROUP);
	if (rule->text)
		write_file(cgroup_file(CGROUP, rule->text), text("%ld", rule->word[0]));
}

static void no_cgroup(const struct rule *rule)
{
	(void)rule;
	remove_cgroup(CGROUP);
}

RULES(cgroups)
{
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+pids +memory");
	try_rule(&(struct rule){ .name = "cgroup v2: the child is in the caller's cgroup",
				 .expect = "runs, cgroup 0::/" CGROUP,
				 .confine = in_cgroup,
				 .facts = { "cgroup" },
				 .sections = { "cgroup" },
				 .tidy = no_cgroup });
	try_rule(&(struct rule){ .name = "cgroup v2: pids.max used up",
				 .expect = "EAGAIN at vfork",
				 .confine = in_cgroup,
				 .text = "pids.max",
				 .word = { 1 },
				 .tidy = no_cgroup });
	try_rule(&(struct rule){ .name = "cgroup v2: pids.max used up, ASYNC",
				 .expect = "EAGAIN at vfork",
				 .confine = in_cgroup,
				 .text = "pids.max",
				 .word = { 1 },
				 .flags = SPAWN_TEMPLATE_SPAWN_ASYNC,
				 .tidy = no_cgroup });
	try_rule(&(struct rule){ .name = "cgroup v2: pids.max not used up",
				 .expect = "runs",
				 .confine = in_cgroup,
				 .text = "pids.max",
				 .word = { 2 },
				 .tidy = no_cgroup });
	/*
	 * The rule stays within memory.max: the kernel's log of an OOM kill
	 * looks like a crash to the guest's runner.
	 */
	try_rule(&(struct rule){
		.name = "cgroup v2: the caller's cgroup is charged for the child's memory",
		.expect = "runs",
		.path = own_path(),
		.argv = ARGV("suite", "@eat", "16", cgroup_file(CGROUP, "memory.current")),
		.confine = in_cgroup,
		.text = "memory.max",
		.word = { 64 << 20 },
		.tidy = no_cgroup });
}

/* --- the OOM killer --- */

#define OOM_CGROUP "outspawn-oom"
#define OOM_LIMIT (96L << 20)
#define OOM_SHARE (48L << 20) /* the caller's part of it */

/*
 * A caller that the OOM killer must spare. Its child waits at a gate before
 * exec.
 */
struct spared {
	struct spawn_template_spawn_args args;
	struct gate gate;
	pid_t pid, child;
};

static void have_memory(size_t size)
{
	check(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		   -1, 0) != MAP_FAILED);
}

static void set_oom_score(pid_t pid, const char *score)
{
	write_file(text("/proc/%d/oom_score_adj", pid), score);
}

/* The caller: exits with its child's status. */
static void run_spared_caller(const struct spared *spared)
{
	pid_t pid;

	join_cgroup(OOM_CGROUP);
	have_memory(OOM_SHARE);
	set_oom_score(getpid(), "-1000");
	own_template();
	pid = started(probe, &spared->args);
	/* Needed if the child was born stopped. */
	kill(pid, SIGCONT);
	_exit(wait_for(pid));
}

/* Allocate until the OOM killer comes. */
static void use_memory_up(void)
{
	join_cgroup(OOM_CGROUP);
	for (;;)
		have_memory(1 << 20);
}

/*
 * Keep the OOM killer's messages from the console, as they contain a call
 * trace. Reading the list of consoles waits until earlier messages are printed.
 */
static void quiet_console(bool quiet)
{
	read_whole("/sys/class/tty/console/active", NULL);
	write_file("/sys/module/printk/parameters/ignore_loglevel", quiet ? "N" : "Y");
	write_file("/proc/sys/kernel/printk", quiet ? "1" : "7");
}

/*
 * Use up the cgroup's memory. Returns the wait status of the process that did
 * it. No check may fail before the console is restored.
 */
static int run_out_of_memory(void)
{
	pid_t pid;
	int status = 0;

	quiet_console(true);
	pid = fork();
	if (!pid)
		use_memory_up();
	waitpid(pid, &status, 0);
	quiet_console(false);
	return status;
}

static void begin_spared(struct spared *spared, uint64_t flags)
{
	*spared = (struct spared){ .args = { .argv = (uintptr_t)ARGV("probe", "exit", "0"),
					     .flags = flags } };
	if (flags & SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL)
		spared->args.exit_signal = SIGCHLD;
	gate_make(&spared->gate, 9);
	gate_only(&spared->gate, &spared->args);
	spared->pid = must(fork());
	if (!spared->pid)
		run_spared_caller(spared);
	wait_until(children_of(spared->pid, &spared->child, 1) == 1 &&
		   process_state(spared->child) == 'S');
}

/*
 * Before exec a child shares its caller's mm. If the OOM killer chose the
 * child, it would kill the caller, too, whatever the caller's score is.
 */
static void check_caller_is_spared(uint64_t flags)
{
	struct spared spared;
	int reader;

	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	if (mkdir(cgroup_file(OOM_CGROUP, ""), 0755) < 0)
		check_eq(errno, EEXIST);
	write_file(cgroup_file(OOM_CGROUP, "memory.max"), text("%ld", OOM_LIMIT));
	begin_spared(&spared, flags);
	/* Launchers set such a score for their children. */
	set_oom_score(spared.child, "500");
	check_eq(run_out_of_memory(), SIGKILL);
	check_eq(waitpid(spared.pid, NULL, WNOHANG), 0);
	reader = gate_open(&spared.gate);
	check_eq(wait_for(spared.pid), 0);
	close(reader);
	remove_cgroup(OOM_CGROUP);
}

CHILD_TEST(oom_killer_spares_caller)
{
	check_caller_is_spared(0);
}

CHILD_TEST(oom_killer_spares_caller_that_asked_for_an_exit_signal)
{
	check_caller_is_spared(SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL);
}

CHILD_TEST(oom_killer_spares_caller_that_asked_for_a_stop)
{
	check_caller_is_spared(SPAWN_TEMPLATE_SPAWN_STOPPED);
}

CHILD_TEST(oom_killer_spares_caller_that_does_not_wait)
{
	check_caller_is_spared(SPAWN_TEMPLATE_SPAWN_ASYNC);
}

/* --- core dumps --- */

#define CORE_PATTERN "/proc/sys/kernel/core_pattern"

static void limit_core(const struct rule *rule)
{
	if (rule->word[1])
		become_nobody();
	must(setrlimit(RLIMIT_CORE, &(struct rlimit){ rule->word[0], rule->word[0] }));
}

/* The core's name has the program's comm, not the caller's. */
static void try_core(const char *name, const char *expect, const char *path, long size, bool nobody)
{
	struct rule rule = { .name = name,
			     .expect = expect,
			     .path = path,
			     .argv = ARGV("probe", "kill", "11"),
			     .confine = limit_core,
			     .word = { size, nobody } };
	char *core = in_scratch("core.probe.%d", SIGSEGV);
	const char *words[2];
	struct stat stat;
	int i;

	for (i = 0; i < 2; i++) {
		words[i] = try_way(&rule, i);
		if (lstat(core, &stat) == 0) {
			words[i] = text("%s into core.probe.%d", words[i], SIGSEGV);
			check(stat.st_size > 4096);
			must(unlink(core));
		}
	}
	note_row(&rule, words[0], words[1]);
}

RULES(core_dumps)
{
	char *before = read_whole(CORE_PATTERN, NULL), *setuid;

	must(mkdir(in_scratch("setuid"), 0755));
	setuid = own_probe("setuid/probe");
	must(chmod(setuid, 04755));
	write_file(CORE_PATTERN, in_scratch("core.%%e.%%s"));
	try_core("core dumps: a crash", "dies of SIGSEGV, dumping core into core.probe.11", NULL,
		 1 << 24, false);
	try_core("core dumps: a crash of an ordinary user's program",
		 "dies of SIGSEGV, dumping core into core.probe.11", NULL, 1 << 24, true);
	try_core("core dumps: a crash with RLIMIT_CORE 0", "dies of SIGSEGV", NULL, 0, false);
	try_core("core dumps: a crash of a setuid program", "dies of SIGSEGV", setuid, 1 << 24,
		 true);
	write_file(CORE_PATTERN, before);
}

/* --- during a spawn --- */

/*
 * The caller dies with the suite, so that a failed check leaves no frozen task.
 */
static void in_plain_cgroup(const struct rule *rule)
{
	(void)rule;
	must(prctl(PR_SET_PDEATHSIG, SIGKILL));
	join_cgroup(CGROUP);
}

static bool frozen(bool is)
{
	int fd = must(open("/sys/fs/cgroup/" CGROUP "/cgroup.events", O_RDONLY | O_CLOEXEC));
	char events[256] = "";

	check(read(fd, events, sizeof(events) - 1) > 0);
	close(fd);
	return strstr(events, is ? "frozen 1" : "frozen 0");
}

static void freeze(bool on)
{
	write_file(cgroup_file(CGROUP, "cgroup.freeze"), on ? "1" : "0");
	wait_until(frozen(on));
}

/* Freeze the child in its OPEN and the caller in its wait. */
static int freeze_both(const struct rule *rule, pid_t caller)
{
	attempt->go = true;
	child_in_open(caller);
	freeze(true);
	usleep(20000);
	check(frozen(true));
	freeze(false);
	open_other_end(rule->text);
	return wait_status(caller);
}

/* Freeze the caller only, while the child's program starts and ends. */
static int freeze_caller(const struct rule *rule, pid_t caller)
{
	pid_t child;

	attempt->go = true;
	child = child_in_open(caller);
	write_file("/sys/fs/cgroup/cgroup.procs", text("%d", child));
	freeze(true);
	open_other_end(rule->text);
	wait_for_state(child, "Z");
	check(frozen(true));
	freeze(false);
	return wait_status(caller);
}

/* Freeze the child only. The caller waits and can be killed. */
static int freeze_child_and_kill_caller(const struct rule *rule, pid_t caller)
{
	pid_t child;
	int status;

	(void)rule;
	attempt->go = true;
	child = child_in_open(caller);
	write_file("/sys/fs/cgroup/cgroup.procs", text("%d", caller));
	freeze(true);
	must(kill(caller, SIGKILL));
	status = wait_status(caller);
	must(kill(child, SIGKILL));
	freeze(false);
	wait_until(!process_state(child) || process_state(child) == 'Z');
	return status;
}

static int kill_child(const struct rule *rule, pid_t caller)
{
	(void)rule;
	attempt->go = true;
	must(kill(child_in_open(caller), SIGKILL));
	return wait_status(caller);
}

static void try_during_open(const char *name, const char *expect,
			    int (*attend)(const struct rule *, pid_t),
			    void (*confine)(const struct rule *))
{
	bool killed = attend == kill_child;
	static int number;
	char *fifo = make_fifo(text("midst.%d", number++));

	must(chmod(fifo, 0666));
	try_rule(&(struct rule){ .name = name,
				 .expect = expect,
				 .spawn = killed ? "EINTR in an action" : NULL,
				 .note = killed ? "a spawn whose child ends before its program "
						  "starts has failed" :
						  NULL,
				 .confine = confine,
				 .text = fifo,
				 .attend = attend,
				 .actions = open_action(fifo, O_RDONLY, 9),
				 .count = 1,
				 .tidy = confine == in_plain_cgroup ? no_cgroup : NULL });
}

RULES(freezer)
{
	try_during_open("cgroup v2 freezer: caller and child are frozen during an OPEN", "runs",
			freeze_both, in_plain_cgroup);
	try_during_open("cgroup v2 freezer: only the caller is frozen, until its child has ended",
			"runs", freeze_caller, in_plain_cgroup);
	try_during_open("cgroup v2 freezer: only the child is frozen, and its caller is killed",
			"the caller dies of SIGKILL", freeze_child_and_kill_caller,
			in_plain_cgroup);
}

/* Wait for the tracee's next stop, which must be of this event. */
static void take_stop(pid_t pid, int event)
{
	int status = wait_status(pid);

	check(WIFSTOPPED(status));
	check_eq(status >> 16, event);
}

/*
 * Trace the caller until its child is born, then the child. The child fails and
 * ends. This process keeps it as a zombie, and the caller waits for it.
 */
static pid_t keep_child(pid_t caller)
{
	unsigned long child;

	must(ptrace(PTRACE_SEIZE, caller, 0, PTRACE_O_TRACEVFORK));
	attempt->go = true;
	take_stop(caller, PTRACE_EVENT_VFORK);
	must(ptrace(PTRACE_GETEVENTMSG, caller, 0, &child));
	must(ptrace(PTRACE_DETACH, caller, 0, 0));
	take_stop(child, PTRACE_EVENT_STOP);
	must(ptrace(PTRACE_CONT, child, 0, 0));
	wait_for_state(child, "Z");
	wait_for_state(caller, "SD");
	return child;
}

static void give_child_back(pid_t child)
{
	check(WIFEXITED(wait_status(child)));
}

static int freeze_caller_of_a_kept_child(const struct rule *rule, pid_t caller)
{
	pid_t child = keep_child(caller);

	(void)rule;
	freeze(true);
	usleep(20000);
	check(frozen(true));
	freeze(false);
	/* The caller waits as before. */
	wait_for_state(caller, "SD");
	give_child_back(child);
	return wait_status(caller);
}

static int kill_caller_of_a_kept_child(const struct rule *rule, pid_t caller)
{
	pid_t child = keep_child(caller);
	int status;

	(void)rule;
	must(kill(caller, SIGKILL));
	status = wait_status(caller);
	give_child_back(child);
	return status;
}

static int kill_frozen_caller_of_a_kept_child(const struct rule *rule, pid_t caller)
{
	pid_t child = keep_child(caller);
	int status;

	(void)rule;
	freeze(true);
	must(kill(caller, SIGKILL));
	status = wait_status(caller);
	freeze(false);
	give_child_back(child);
	return status;
}

static void try_kept(const char *subject, const char *expect,
		     int (*attend)(const struct rule *, pid_t))
{
	try_rule(&(struct rule){ .name = text("failed child kept by a tracer: %s", subject),
				 .expect = expect,
				 .confine = in_plain_cgroup,
				 .attend = attend,
				 .actions = open_action("/nowhere", O_RDONLY, 9),
				 .count = 1,
				 .tidy = no_cgroup });
}

/* The tracer is in another cgroup than the caller. */
RULES(tracer_keeps_a_failed_child)
{
	try_kept("its caller is frozen", "ENOENT in an action", freeze_caller_of_a_kept_child);
	try_kept("its caller is killed", "the caller dies of SIGKILL",
		 kill_caller_of_a_kept_child);
	try_kept("its caller is frozen, then killed", "the caller dies of SIGKILL",
		 kill_frozen_caller_of_a_kept_child);
}

static int attach(const struct rule *rule, pid_t caller)
{
	pid_t child;
	int status;

	attempt->go = true;
	child = child_in_open(caller);
	must(ptrace(PTRACE_ATTACH, child, 0, 0));
	check_eq(waitpid(child, &status, __WALL), child);
	check(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	must(ptrace(PTRACE_DETACH, child, 0, 0));
	open_other_end(rule->text);
	return wait_status(caller);
}

static int seize(const struct rule *rule, pid_t caller)
{
	pid_t child;
	int status;

	attempt->go = true;
	child = child_in_open(caller);
	must(ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_TRACEEXEC));
	must(ptrace(PTRACE_INTERRUPT, child, 0, 0));
	check_eq(waitpid(child, &status, __WALL), child);
	check_eq(status >> 16, PTRACE_EVENT_STOP);
	must(ptrace(PTRACE_CONT, child, 0, 0));
	open_other_end(rule->text);
	check_eq(waitpid(child, &status, __WALL), child);
	check_eq(status >> 16, PTRACE_EVENT_EXEC);
	must(ptrace(PTRACE_DETACH, child, 0, 0));
	return wait_status(caller);
}

static int stop_and_continue(const struct rule *rule, pid_t caller)
{
	pid_t child;

	attempt->go = true;
	child = child_in_open(caller);
	must(kill(child, SIGSTOP));
	wait_for_state(child, "T");
	must(kill(child, SIGCONT));
	wait_for_state(child, "S");
	open_other_end(rule->text);
	return wait_status(caller);
}

RULES(during_an_open)
{
	try_during_open("during an OPEN: ptrace, attached and detached", "runs", attach, NULL);
	try_during_open("during an OPEN: ptrace, seized, then exec is reported", "runs", seize,
			NULL);
	try_during_open("during an OPEN: the child is stopped and continued", "runs",
			stop_and_continue, NULL);
	try_during_open("during an OPEN: the child is killed", "dies of SIGKILL", kill_child, NULL);
}

/*
 * A process of the same ordinary user seizes the child before it executes a
 * setuid program.
 */
static int traced_by_nobody(const struct rule *rule, pid_t caller)
{
	pid_t child, tracer;
	int status, traced[2];
	char byte;

	attempt->go = true;
	child = child_in_open(caller);
	must(pipe2(traced, O_CLOEXEC));
	tracer = must(fork());
	if (!tracer) {
		become_nobody();
		must(ptrace(PTRACE_SEIZE, child, 0, 0));
		must(write(traced[1], "x", 1));
		while (waitpid(child, &status, __WALL) == child && WIFSTOPPED(status))
			ptrace(PTRACE_CONT, child, 0, 0);
		_exit(0);
	}
	check_eq(read(traced[0], &byte, 1), 1);
	close(traced[0]);
	close(traced[1]);
	open_other_end(rule->text);
	status = wait_status(caller);
	check_eq(wait_status(tracer), 0);
	return status;
}

static void be_nobody(const struct rule *rule)
{
	(void)rule;
	become_nobody();
}

RULES(setuid_program_traced_during_an_open)
{
	char *fifo = make_fifo("setuid.fifo"), *setuid = own_probe("setuid-probe");

	must(chmod(fifo, 0666));
	must(chmod(setuid, 04755));
	try_rule(&(struct rule){
		.name = "during an OPEN: an ordinary user traces the start of a setuid program",
		.expect = "runs, uid 1000 1000 1000",
		.path = setuid,
		.confine = be_nobody,
		.text = fifo,
		.attend = traced_by_nobody,
		.actions = open_action(fifo, O_RDONLY, 9),
		.count = 1,
		.facts = { "uid" },
		.sections = { "ids" } });
}

/* --- the device --- */

static void open_as_nobody(const struct rule *rule)
{
	close(device);
	become_nobody();
	device = must(open(SPAWN_TEMPLATE_DEVICE, rule->word[0] | O_CLOEXEC));
}

RULES(the_device)
{
	struct stat stat;

	must(lstat(SPAWN_TEMPLATE_DEVICE, &stat));
	check_eq(stat.st_mode, S_IFCHR | 0666);
	try_rule(&(struct rule){ .name = "the device: opened by an ordinary user",
				 .expect = "runs, uid 1000 1000 1000, CapEff 0000000000000000",
				 .confine = open_as_nobody,
				 .word = { O_RDWR },
				 .facts = { "uid", "status.CapEff" },
				 .sections = { "ids", "status" } });
	try_rule(&(struct rule){ .name = "the device: opened for reading only",
				 .expect = "runs",
				 .confine = open_as_nobody,
				 .word = { O_RDONLY } });
}

SUITE("security_limits",
      T(limits),
      T(other_limits),
      T(cgroups),
      T(oom_killer_spares_caller),
      T(oom_killer_spares_caller_that_asked_for_an_exit_signal),
      T(oom_killer_spares_caller_that_asked_for_a_stop),
      T(oom_killer_spares_caller_that_does_not_wait),
      T(core_dumps),
      T(freezer),
      T(tracer_keeps_a_failed_child),
      T(during_an_open),
      T(setuid_program_traced_during_an_open),
      T(the_device));
