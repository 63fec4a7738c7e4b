// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_security_seccomp.c - seccomp's verdicts on a spawn equal those on vfork
 * and execve
 *
 * The suite tries every verdict on every system call that a spawn stands for,
 * and filters that are in use elsewhere. test_seccomp.c tests the stages of a
 * failed spawn.
 */
#include "common_security.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/user.h>

#define ARCH_X86_64 0xc000003e
#define X32_BIT 0x40000000

/* --- filters --- */

static void install(struct sock_filter *code, size_t count, unsigned int flags)
{
	struct sock_fprog program = { count, code };
	long got = must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));

	if (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		attempt->listener = got;
}

/* word[0]: the system call; word[1]: the filter's verdict on it. */
static void filter(const struct rule *rule)
{
	uint32_t verdict = rule->word[1];
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->word[0], 0, 1),
		BPF_STMT(BPF_RET | BPF_K, verdict),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	install(code, sizeof(code) / sizeof(*code),
		verdict == SECCOMP_RET_USER_NOTIF ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0);
}

/* --- one rule for each system call --- */

static const struct call {
	const char *name;
	int number;
	int action; /* its index in every_action(), or -1 */
	const char *stage;
	uint64_t flags;
	bool by_path, pidfd;
} calls[] = {
	{ "vfork", SYS_vfork, -1, "at vfork" },
	{ "close", SYS_close, EVERY_CLOSE, "in an action" },
	{ "dup3", SYS_dup3, EVERY_DUP3, "in an action" },
	{ "fcntl", SYS_fcntl, EVERY_FCNTL, "in an action" },
	{ "fchdir", SYS_fchdir, EVERY_FCHDIR, "in an action" },
	{ "openat2", SYS_openat2, EVERY_OPENAT2, "in an action" },
	{ "close_range", SYS_close_range, EVERY_CLOSE_RANGE, "in an action" },
	{ "rt_sigprocmask", SYS_rt_sigprocmask, EVERY_SIGMASK, "in an action" },
	{ "rt_sigaction", SYS_rt_sigaction, EVERY_SIGDEFAULT, "in an action" },
	{ "umask", SYS_umask, EVERY_UMASK, "in an action" },
	{ "chdir", SYS_chdir, EVERY_CHDIR, "in an action" },
	{ "setresuid", SYS_setresuid, EVERY_SETRESUID, "in an action" },
	{ "execve", SYS_execve, -1, "at exec" },
	{ "vfork, SPAWN_PATH", SYS_vfork, -1, "at vfork", .by_path = true },
	{ "execve, SPAWN_PATH", SYS_execve, -1, "at exec", .by_path = true },
	{ "vfork, ASYNC", SYS_vfork, -1, "at vfork", SPAWN_TEMPLATE_SPAWN_ASYNC },
	{ "dup3, ASYNC", SYS_dup3, EVERY_DUP3, "in an action", SPAWN_TEMPLATE_SPAWN_ASYNC },
	{ "chdir, ASYNC", SYS_chdir, EVERY_CHDIR, "in an action", SPAWN_TEMPLATE_SPAWN_ASYNC },
	{ "execve, ASYNC", SYS_execve, -1, "at exec", SPAWN_TEMPLATE_SPAWN_ASYNC },
	{ "execve, SPAWN_PATH, ASYNC", SYS_execve, -1, "at exec", SPAWN_TEMPLATE_SPAWN_ASYNC,
	  true },
	{ "prctl, NO_NEW_PRIVS", SYS_prctl, -1, "at vfork", SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS },
	{ "pidfd_open", SYS_pidfd_open, -1, "at vfork", .pidfd = true },
	{ "pidfd_open, ASYNC", SYS_pidfd_open, -1, "at vfork", SPAWN_TEMPLATE_SPAWN_ASYNC,
	  .pidfd = true },
};

/* Return true if vfork's caller makes this call, not its child. */
static bool is_callers(const struct call *call)
{
	return call->number == SYS_vfork || call->number == SYS_pidfd_open;
}

#define BOTH_EXECS \
	"the filters are asked about both execve and execveat: denying one denies the spawn"
#define CHILD_ASKED \
	"the filters are asked about vfork and pidfd_open in the child: it dies, not the caller"
#define NO_REPLACEMENT "a filter, tracer or supervisor may allow or deny a step, but not replace it"

/* A verdict on a call. "%s" in an outcome is the stage. */
struct kind {
	const char *name;
	uint32_t verdict;
	const char *expect;
	const char *spawn, *note; /* for try_asked() */
	int (*attend)(const struct rule *rule, pid_t caller);
	/*
	 * The call gets a result without being made, which a spawn refuses. The
	 * calls of vfork's caller are left out: it would go on with a child or
	 * a pidfd that does not exist.
	 */
	bool replaces;
	int how; /* for try_asked(): IN_A_THREAD, WITH_A_HANDLER */
};

/* A rule about a call, with the action that makes the call, if there is one. */
static struct rule rule_of_call(const char *name, const struct call *call)
{
	struct rule rule = { .name = text("%s: %s", name, call->name),
			     .expect = "runs",
			     .by_path = call->by_path,
			     .pidfd = call->pidfd,
			     .flags = call->flags };

	if (call->action >= 0) {
		rule.actions = &every_action()->list[call->action];
		rule.count = 1;
	}
	return rule;
}

static void try_call(const struct kind *kind, const struct call *call)
{
	struct rule rule = rule_of_call(text("seccomp %s", kind->name), call);

	rule.expect = text(kind->expect, call->stage);
	rule.confine = filter;
	rule.word[0] = call->number;
	rule.word[1] = kind->verdict;
	rule.template_first = true;
	rule.attend = kind->attend;
	if (kind->replaces) {
		rule.spawn = text("EPERM %s", call->stage);
		rule.note = NO_REPLACEMENT;
	}
	if (is_callers(call) && !strcmp(kind->expect, "dies of SIGSYS")) {
		rule.expect = "the caller dies of SIGSYS";
		rule.spawn = "dies of SIGSYS";
		rule.note = CHILD_ASKED;
	}
	/*
	 * A made-up exec starts no program, so the reference child goes on and
	 * exits.
	 */
	if (call->number == SYS_execve && kind->replaces)
		rule.expect = "exits with 127";
	try_rule(&rule);
}

static void try_kind(const struct kind *kind)
{
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!is_callers(&calls[i]) || !kind->replaces)
			try_call(kind, &calls[i]);
}

/*
 * Try execveat, which a spawn stands for, while vfork and execve do not call
 * it.
 */
static void try_execveat(const char *name, uint32_t verdict, const char *spawn, const char *note)
{
	try_rule(&(struct rule){ .name = text("seccomp %s: execveat", name),
				 .expect = "runs",
				 .spawn = spawn,
				 .note = note,
				 .confine = filter,
				 .word = { SYS_execveat, verdict },
				 .template_first = true });
}

RULES(nothing_refused)
{
	struct rule rule;
	size_t i;

	try_rule(&(struct rule){ .name = "no filter: vfork and execve", .expect = "runs" });
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		rule = rule_of_call("no filter", &calls[i]);
		if (rule.count && !rule.flags)
			try_rule(&rule);
	}
}

static const struct kind error_verdict = { .name = "ERRNO",
					   .verdict = SECCOMP_RET_ERRNO | EBADFD,
					   .expect = "EBADFD %s" };

RULES(error)
{
	try_kind(&error_verdict);
	try_execveat("ERRNO", SECCOMP_RET_ERRNO | EBADFD, "EBADFD at exec", BOTH_EXECS);
}

/* A spawn by path stands for execve only, once for each attempt. */
RULES(by_path)
{
	const char *folder = in_scratch("second");

	must(mkdir(folder, 0755));
	own_probe("second/probe");
	try_rule(&(struct rule){ .name = "seccomp ERRNO: execveat, SPAWN_PATH",
				 .expect = "runs",
				 .by_path = true,
				 .confine = filter,
				 .word = { SYS_execveat, SECCOMP_RET_ERRNO | EBADFD } });
	try_rule(&(struct rule){ .name = "seccomp ERRNO: execve, SPAWN_PATH with a search",
				 .expect = "EBADFD at exec",
				 .path = "probe",
				 .by_path = true,
				 .search = text("/nowhere:%s", folder),
				 .confine = filter,
				 .word = { SYS_execve, SECCOMP_RET_ERRNO | EBADFD } });
	try_rule(&(struct rule){ .name = "seccomp KILL_PROCESS: execve, SPAWN_PATH with a search",
				 .expect = "dies of SIGSYS",
				 .path = "probe",
				 .by_path = true,
				 .search = text("/nowhere:%s", folder),
				 .confine = filter,
				 .word = { SYS_execve, SECCOMP_RET_KILL_PROCESS } });
}

/* With errno 0 the call returns 0 and is not made. */
static const struct kind zero_verdict = {
	.name = "ERRNO 0", .verdict = SECCOMP_RET_ERRNO, .expect = "runs", .replaces = true
};

RULES(no_error)
{
	try_kind(&zero_verdict);
}

RULES(kill_process)
{
	try_kind(&(struct kind){ .name = "KILL_PROCESS",
				 .verdict = SECCOMP_RET_KILL_PROCESS,
				 .expect = "dies of SIGSYS" });
	try_execveat("KILL_PROCESS", SECCOMP_RET_KILL_PROCESS, "dies of SIGSYS", BOTH_EXECS);
}

RULES(kill_thread)
{
	try_kind(&(struct kind){ .name = "KILL_THREAD",
				 .verdict = SECCOMP_RET_KILL_THREAD,
				 .expect = "dies of SIGSYS" });
}

RULES(trap)
{
	try_kind(&(struct kind){ .name = "TRAP",
				 .verdict = SECCOMP_RET_TRAP,
				 .expect = "dies of SIGSYS" });
	try_execveat("TRAP", SECCOMP_RET_TRAP, "dies of SIGSYS", BOTH_EXECS);
}

/* Make the trapped call return 0. */
static void skip_call(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = 0;
}

static void handle_and_filter(const struct rule *rule)
{
	struct sigaction action = { .sa_sigaction = skip_call, .sa_flags = SA_SIGINFO };

	must(sigaction(SIGSYS, &action, NULL));
	filter(rule);
}

RULES(trap_with_handler)
{
	try_rule(&(struct rule){ .name = "seccomp TRAP with a handler: dup3",
				 .expect = "runs",
				 .spawn = "dies of SIGSYS",
				 .note = "no handler of the caller runs in the child",
				 .confine = handle_and_filter,
				 .word = { SYS_dup3, SECCOMP_RET_TRAP },
				 .actions = &every_action()->list[EVERY_DUP3],
				 .count = 1,
				 .template_first = true });
}

static const struct kind log_verdict = { .name = "LOG",
					 .verdict = SECCOMP_RET_LOG,
					 .expect = "runs" };

RULES(logged)
{
	try_kind(&log_verdict);
	try_execveat("LOG", SECCOMP_RET_LOG, NULL, NULL);
}

/* --- a tracer --- */

/* An attend() that does this with the caller and returns its wait status. */
#define ATTEND(name, action) \
	static int name(const struct rule *rule __attribute__((unused)), pid_t caller) \
	{ \
		return action; \
	} \
	_Static_assert(1, "")

static const struct kind trace_without_tracer_verdict = { .name = "TRACE without a tracer",
							  .verdict = SECCOMP_RET_TRACE,
							  .expect = "ENOSYS %s" };

RULES(trace_without_tracer)
{
	try_kind(&trace_without_tracer_verdict);
	try_execveat("TRACE without a tracer", SECCOMP_RET_TRACE, "ENOSYS at exec", BOTH_EXECS);
}

enum tracers_will {
	LET_PASS,
	DENY,
	CHANGE,
	JUDGE, /* by the string in the tracee's memory */
	REWRITE /* change the string in the tracee's memory */
};

static bool judge(pid_t pid, int number, const uint64_t *args, bool rewrites);

static void at_seccomp_stop(pid_t pid, enum tracers_will will)
{
	struct user_regs_struct regs;

	if (will == LET_PASS)
		return;
	must(ptrace(PTRACE_GETREGS, pid, 0, &regs));
	if (will == JUDGE || will == REWRITE) {
		const uint64_t args[] = { regs.rdi, regs.rsi, regs.rdx };

		if (judge(pid, regs.orig_rax, args, will == REWRITE))
			return;
		will = DENY;
	}
	if (will == DENY) {
		regs.orig_rax = -1;
		regs.rax = -EACCES;
	} else {
		regs.orig_rax = SYS_getuid;
	}
	must(ptrace(PTRACE_SETREGS, pid, 0, &regs));
}

/* Trace the caller and its children. Returns the caller's wait status. */
static int follow(pid_t caller, enum tracers_will will)
{
	int status, result = -1;
	pid_t pid;

	must(ptrace(PTRACE_SEIZE, caller, 0,
		    PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL));
	attempt->go = true;
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		int event = status >> 16, signal = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;

		if (!WIFSTOPPED(status)) {
			if (pid == caller)
				result = status;
			continue;
		}
		if (event == PTRACE_EVENT_SECCOMP)
			at_seccomp_stop(pid, will);
		if (event)
			signal = 0;
		if (ptrace(PTRACE_CONT, pid, 0, (long)signal) < 0)
			check_eq(errno, ESRCH);
	}
	return result;
}

ATTEND(tracer_passes, follow(caller, LET_PASS));
ATTEND(tracer_denies, follow(caller, DENY));
ATTEND(tracer_changes, follow(caller, CHANGE));

static const struct kind trace_passes_verdict = { .name = "TRACE, let pass",
						  .verdict = SECCOMP_RET_TRACE,
						  .expect = "runs",
						  .attend = tracer_passes };
static const struct kind trace_denies_verdict = { .name = "TRACE, denied",
						  .verdict = SECCOMP_RET_TRACE,
						  .expect = "EACCES %s",
						  .attend = tracer_denies };
static const struct kind trace_changes_verdict = { .name = "TRACE, changed to another call",
						   .verdict = SECCOMP_RET_TRACE,
						   .expect = "runs",
						   .attend = tracer_changes,
						   .replaces = true };

RULES(trace_lets_pass)
{
	try_kind(&trace_passes_verdict);
}

RULES(trace_denies)
{
	try_kind(&trace_denies_verdict);
}

RULES(trace_changes)
{
	try_kind(&trace_changes_verdict);
}

/* --- a supervisor --- */

typedef void (*decision)(const struct seccomp_notif *, struct seccomp_notif_resp *);

static void answer(int listener, decision decide)
{
	struct seccomp_notif notif = { 0 };
	struct seccomp_notif_resp resp = { 0 };

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notif) < 0) {
		check(errno == ENOENT || errno == EINTR);
		return;
	}
	resp.id = notif.id;
	decide(&notif, &resp);
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp) < 0)
		check_eq(errno, ENOENT);
}

/* Answer notifications until the caller ends. Its child has ended by then. */
static int supervise(pid_t caller, decision decide)
{
	struct pollfd poll_fd = { .events = POLLIN };
	int pidfd = must(syscall(SYS_pidfd_open, caller, 0)), status;

	attempt->go = true;
	wait_until(attempt->listener >= 0);
	poll_fd.fd = must(syscall(SYS_pidfd_getfd, pidfd, attempt->listener, 0));
	while (waitpid(caller, &status, WNOHANG) == 0)
		if (poll(&poll_fd, 1, 5) == 1 && poll_fd.revents & POLLIN)
			answer(poll_fd.fd, decide);
	close(poll_fd.fd);
	close(pidfd);
	return status;
}

static void let_pass(const struct seccomp_notif *notif, struct seccomp_notif_resp *resp)
{
	(void)notif;
	resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
}

static void deny(const struct seccomp_notif *notif, struct seccomp_notif_resp *resp)
{
	(void)notif;
	resp->error = -EACCES;
}

static void make_up(const struct seccomp_notif *notif, struct seccomp_notif_resp *resp)
{
	(void)notif;
	resp->val = 0;
}

ATTEND(supervisor_passes, supervise(caller, let_pass));
ATTEND(supervisor_denies, supervise(caller, deny));
ATTEND(supervisor_does_it, supervise(caller, make_up));

static const struct kind notify_continues_verdict = { .name = "USER_NOTIF, continued",
						      .verdict = SECCOMP_RET_USER_NOTIF,
						      .expect = "runs",
						      .attend = supervisor_passes };
static const struct kind notify_denies_verdict = { .name = "USER_NOTIF, denied",
						   .verdict = SECCOMP_RET_USER_NOTIF,
						   .expect = "EACCES %s",
						   .attend = supervisor_denies };
static const struct kind notify_emulates_verdict = { .name = "USER_NOTIF, done by the supervisor",
						     .verdict = SECCOMP_RET_USER_NOTIF,
						     .expect = "runs",
						     .attend = supervisor_does_it,
						     .replaces = true };

RULES(notify_continues)
{
	try_kind(&notify_continues_verdict);
}

RULES(notify_denies)
{
	try_kind(&notify_denies_verdict);
}

RULES(notify_emulates)
{
	try_kind(&notify_emulates_verdict);
}

/* --- CREATE and QUERY, compared with the calls that they stand for --- */

#define NO_EMULATION "a filter, tracer or supervisor may allow or deny a call, but not replace it"
#define NO_HANDLER "the filters are asked in a child, where no handler of the caller runs"
#define WHOLE_PROCESS \
	"the filters are asked in a child: the verdict ends the caller's whole process"

static const struct asked {
	const char *name;
	int number;
	bool by_fd, query;
} asked_calls[] = {
	{ "openat2, CREATE", SYS_openat2 },
	{ "execve, CREATE", SYS_execve },
	{ "execveat, CREATE", SYS_execveat },
	{ "execveat, CREATE of a descriptor", SYS_execveat, .by_fd = true },
	{ "statx, QUERY", SYS_statx, .query = true },
};

/*
 * word[2] is a set of these flags. word[3] is the call's index in asked_calls.
 */
#define IN_A_THREAD 1 /* the call is made by another thread */
#define WITH_A_HANDLER 2 /* of SIGSYS */

/*
 * Make the call itself. An exec that is allowed starts a program that exits
 * with 0, so it counts as "runs", too.
 */
static long make_call(const struct asked *asked, int fd)
{
	static char *const argv[] = { "probe", "exit", "0", NULL };
	static char *const envp[] = { NULL };
	struct open_how how = { 0 };
	struct statx stx;
	long got;

	switch (asked->number) {
	case SYS_openat2:
		got = syscall(SYS_openat2, AT_FDCWD, PROBE, &how, sizeof(how));
		/* As programs do if filters do not know openat2(2). */
		return got < 0 && errno == ENOSYS ? open(PROBE, O_RDONLY) : got;
	case SYS_execve:
		return syscall(SYS_execve, PROBE, argv, envp);
	case SYS_execveat:
		if (asked->by_fd)
			return syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
		return syscall(SYS_execveat, AT_FDCWD, PROBE, argv, envp, 0);
	}
	return syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx);
}

static int make_ioctl(const struct asked *asked, int fd, int template)
{
	struct spawn_template_query query;

	if (asked->query)
		return sys_query(template, &query);
	return asked->by_fd ? try_template_fd(fd) : try_template(PROBE);
}

/* One call, made in the caller or in one of its threads. */
struct caller {
	const struct asked *asked;
	const struct rule *rule;
	int fd, template;
	bool returned;
};

static void *ask(void *argument)
{
	struct caller *caller = argument;
	long got;

	filter(caller->rule);
	if (attempt->spawns) {
		got = make_ioctl(caller->asked, caller->fd, caller->template);
	} else {
		got = make_call(caller->asked, caller->fd);
		got = got < 0 ? -errno : got;
	}
	attempt->stage = STAGE_CALL;
	attempt->error = got < 0 ? -got : 0;
	caller->returned = true;
	return NULL;
}

/* Make the call, then exit: this replaces what a caller usually does. */
static void be_asked(const struct rule *rule)
{
	struct caller caller = { .rule = rule, .asked = &asked_calls[rule->word[3]] };
	struct sigaction action = { .sa_sigaction = skip_call, .sa_flags = SA_SIGINFO };
	pthread_t thread;

	caller.fd = must(open(PROBE, O_PATH | O_CLOEXEC));
	caller.template = attempt->spawns ? template_of(PROBE) : -1;
	if (rule->word[2] & WITH_A_HANDLER)
		must(sigaction(SIGSYS, &action, NULL));
	attempt->status = 0;
	if (rule->word[2] & IN_A_THREAD) {
		check_eq(pthread_create(&thread, NULL, ask, &caller), 0);
		check_eq(pthread_join(thread, NULL), 0);
		/* The filter killed the other thread only. */
		if (!caller.returned)
			attempt->status = SIGSYS;
	} else {
		ask(&caller);
	}
	_exit(EXIT_SUCCESS);
}

static void try_asked(const struct kind *kind)
{
	const char *stage = "at the call";
	struct rule rule = { .expect = text(kind->expect, stage),
			     .spawn = kind->spawn,
			     .note = kind->note,
			     .confine = be_asked,
			     .word = { 0, kind->verdict, kind->how },
			     .by_path = true,
			     .attend = kind->attend };
	size_t i;

	if (kind->replaces) {
		rule.spawn = text("EPERM %s", stage);
		rule.note = NO_EMULATION;
	}
	for (i = 0; i < sizeof(asked_calls) / sizeof(*asked_calls); i++) {
		rule.name = text("seccomp %s: %s", kind->name, asked_calls[i].name);
		rule.word[0] = asked_calls[i].number;
		rule.word[3] = i;
		rule.expect = text(kind->expect, stage);
		/* The filter allows openat(2). */
		if (rule.word[0] == SYS_openat2 && !strncmp(rule.expect, "ENOSYS", 6))
			rule.expect = "runs";
		try_rule(&rule);
	}
}

RULES(asked_allowed)
{
	try_asked(&(struct kind){ .name = "ALLOW",
				  .verdict = SECCOMP_RET_ALLOW,
				  .expect = "runs" });
	try_asked(&log_verdict);
}

RULES(asked_error)
{
	try_asked(&error_verdict);
	try_asked(&zero_verdict);
}

RULES(asked_kill)
{
	static const struct kind kinds[] = {
		{ .name = "KILL_PROCESS",
		  .verdict = SECCOMP_RET_KILL_PROCESS,
		  .expect = "the caller dies of SIGSYS" },
		{ .name = "KILL_PROCESS, several threads",
		  .verdict = SECCOMP_RET_KILL_PROCESS,
		  .expect = "the caller dies of SIGSYS",
		  .how = IN_A_THREAD },
		{ .name = "KILL_PROCESS, a handler",
		  .verdict = SECCOMP_RET_KILL_PROCESS,
		  .expect = "the caller dies of SIGSYS",
		  .how = IN_A_THREAD | WITH_A_HANDLER },
		{ .name = "KILL_THREAD",
		  .verdict = SECCOMP_RET_KILL_THREAD,
		  .expect = "the caller dies of SIGSYS" },
		{ .name = "KILL_THREAD, several threads",
		  .verdict = SECCOMP_RET_KILL_THREAD,
		  .expect = "dies of SIGSYS",
		  .spawn = "the caller dies of SIGSYS",
		  .note = WHOLE_PROCESS,
		  .how = IN_A_THREAD },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		try_asked(&kinds[i]);
}

RULES(asked_trap)
{
	try_asked(&(struct kind){ .name = "TRAP",
				  .verdict = SECCOMP_RET_TRAP,
				  .expect = "the caller dies of SIGSYS",
				  .spawn = "EPERM at the call",
				  .note = NO_HANDLER });
	try_asked(&(struct kind){ .name = "TRAP, a handler",
				  .verdict = SECCOMP_RET_TRAP,
				  .expect = "runs",
				  .spawn = "EPERM at the call",
				  .note = NO_HANDLER,
				  .how = WITH_A_HANDLER });
}

RULES(asked_trace)
{
	try_asked(&trace_without_tracer_verdict);
	try_asked(&trace_passes_verdict);
	try_asked(&trace_denies_verdict);
	try_asked(&trace_changes_verdict);
}

RULES(asked_notify)
{
	try_asked(&notify_continues_verdict);
	try_asked(&notify_denies_verdict);
	try_asked(&notify_emulates_verdict);
}

/* --- the memory that was judged is the memory that is used --- */

/*
 * The child changes one path to the other with prlimit64(2), which writes the
 * old limit: two numbers of 8 bytes, the second not less than the first. So
 * each path has 16 bytes.
 */
#define PUBLIC "./public-zzzzzzz"
#define SECRET "./secret-zzzzzzz"

/* The child's calls point to this memory of the caller. */
static struct {
	char path[sizeof(PUBLIC)], argument[sizeof(PUBLIC)];
	char program[PATH_MAX];
	uint64_t signals;
	struct spawn_template_open open;
	struct spawn_template_sigset set;
	struct spawn_template_syscall write;
	struct spawn_template_action list[2];
} memory;

/*
 * Exits with 0 if the program got the public string, with 3 if it got the
 * secret one.
 */
PROGRAM(judged)
{
	char word[PATH_MAX] = "";
	sigset_t mask;

	if (!strcmp(argv[0], "input"))
		must(read(STDIN_FILENO, word, sizeof(word) - 1));
	else if (!strcmp(argv[0], "program"))
		must(readlink("/proc/self/exe", word, sizeof(word) - 1));
	else if (!strcmp(argv[0], "mask"))
		strcpy(word, sigprocmask(SIG_BLOCK, NULL, &mask) || sigismember(&mask, SIGUSR1) ?
				     "secret" :
				     "public");
	else
		strcpy(word, argv[0]);
	return strstr(word, "public") ? 0 : strstr(word, "secret") ? 3 : 4;
}

/*
 * Find the string that decides about a call. Returns NULL if no memory is
 * there. '*at' is the string's address.
 */
static char *judged_word(pid_t pid, int number, const uint64_t *args, uint64_t *at)
{
	*at = args[1];
	if (number == SYS_execve) {
		/*
		 * For a rule about a program: the path. For others: the last
		 * argument.
		 */
		*at = args[0];
		if (!memory.program[0])
			read_memory(pid, args[1] + 2 * sizeof(char *), at, sizeof(*at));
	}
	return string_in_memory(pid, *at);
}

/* Return true if the call may pass. */
static bool judge(pid_t pid, int number, const uint64_t *args, bool rewrites)
{
	uint64_t at, flags = O_DIRECTORY, none = 0;
	char *word, *secret;

	if (number == SYS_rt_sigprocmask) {
		/* The program itself passes no set. It only reads its mask. */
		if (args[1])
			write_memory(pid, args[1], &none, sizeof(none));
		return true;
	}
	word = judged_word(pid, number, args, &at);
	if (!word)
		return false;
	secret = strstr(word, "secret");
	if (rewrites && secret) {
		write_memory(pid, at + (secret - word), "public", 6);
		return true;
	}
	/* If the path is public, the judge changes the open's flags. */
	if (rewrites && number == SYS_openat2)
		write_memory(pid, args[2] + offsetof(struct open_how, flags), &flags,
			     sizeof(flags));
	return !secret;
}

ATTEND(tracer_judges, follow(caller, JUDGE));
ATTEND(tracer_rewrites, follow(caller, REWRITE));

static void answer_by_memory(const struct seccomp_notif *notif, struct seccomp_notif_resp *resp,
			  bool rewrites)
{
	uint64_t args[3];

	memcpy(args, notif->data.args, sizeof(args));
	if (judge(notif->pid, notif->data.nr, args, rewrites))
		resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else
		resp->error = -EACCES;
}

static void judge_memory(const struct seccomp_notif *notif, struct seccomp_notif_resp *resp)
{
	answer_by_memory(notif, resp, false);
}

static void rewrite_memory(const struct seccomp_notif *notif, struct seccomp_notif_resp *resp)
{
	answer_by_memory(notif, resp, true);
}

ATTEND(supervisor_judges, supervise(caller, judge_memory));
ATTEND(supervisor_rewrites, supervise(caller, rewrite_memory));

/* rule->text, if not NULL, becomes RLIMIT_CORE: a struct rlimit. */
static void limit_and_filter(const struct rule *rule)
{
	struct rlimit limit;

	must(chdir(scratch));
	if (rule->text) {
		memcpy(&limit, rule->text, sizeof(limit));
		must(setrlimit(RLIMIT_CORE, &limit));
	}
	filter(rule);
}

/* The tasks that judge. */
static const struct judge {
	const char *name;
	uint32_t verdict;
	int (*judges)(const struct rule *rule, pid_t caller);
	int (*rewrites)(const struct rule *rule, pid_t caller);
} judges[] = {
	{ "a tracer", SECCOMP_RET_TRACE, tracer_judges, tracer_rewrites },
	{ "a supervisor", SECCOMP_RET_USER_NOTIF, supervisor_judges, supervisor_rewrites },
};
#define JUDGES (sizeof(judges) / sizeof(*judges))

/*
 * Fill the memory. The first action writes the old RLIMIT_CORE to 'written',
 * the second opens the path as number 0.
 */
static void set_memory(const char *word, void *written)
{
	memset(&memory, 0, sizeof(memory));
	strcpy(memory.path, word);
	strcpy(memory.argument, word);
	memory.write = (struct spawn_template_syscall){
		.nr = SYS_prlimit64, .args = { 0, RLIMIT_CORE, 0, (uintptr_t)written }
	};
	memory.list[0] = CALL_ACTION(&memory.write);
	memory.open = (struct spawn_template_open){ .path = (uintptr_t)memory.path };
	memory.list[1] = (struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_OPEN,
							 .fd = AT_FDCWD,
							 .arg = (uintptr_t)&memory.open };
	write_text(in_scratch(PUBLIC + 2), "public");
	write_text(in_scratch(SECRET + 2), "secret");
}

/* A rule about memory that a judge reads, or rewrites in place. */
static struct rule judged(const struct judge *who, int number, const char *expect,
			  const char *subject, bool rewrites)
{
	return (struct rule){ .name = text("memory that %s judges: %s", who->name, subject),
			      .expect = expect,
			      .path = own_path(),
			      .confine = limit_and_filter,
			      .word = { number, who->verdict },
			      .template_first = true,
			      .attend = rewrites ? who->rewrites : who->judges };
}

/* If an action writes nothing before the call, the judge rewrites the memory. */
static void try_open(const struct judge *who, const char *expect, const char *subject,
		     const char *written)
{
	struct rule rule = judged(who, SYS_openat2, expect, subject, !written);

	rule.argv = ARGV("suite", "@judged", "input");
	rule.text = written;
	rule.actions = written ? memory.list : memory.list + 1;
	rule.count = written ? 2 : 1;
	try_rule(&rule);
}

RULES(an_opened_path_that_is_judged)
{
	size_t i;

	for (i = 0; i < JUDGES; i++) {
		set_memory(SECRET, memory.path);
		try_open(&judges[i], "runs",
			 "OPEN's path, changed to an allowed one by an earlier action", PUBLIC);
		set_memory(PUBLIC, memory.path);
		try_open(&judges[i], "EACCES in an action",
			 "OPEN's path, changed to a denied one by an earlier action", SECRET);
		set_memory(SECRET, NULL);
		try_open(&judges[i], "runs", "OPEN's path, replaced by the judge", NULL);
		set_memory(PUBLIC, NULL);
		try_open(&judges[i], "ENOTDIR in an action", "OPEN's how, replaced by the judge",
			 NULL);
	}
}

static void try_argument(const struct judge *who, const char *expect, const char *subject,
			 const char *written)
{
	struct rule rule = judged(who, SYS_execve, expect, subject, !written);

	rule.argv = ARGV("suite", "@judged", memory.argument);
	rule.text = written;
	rule.actions = memory.list;
	rule.count = written ? 1 : 0;
	try_rule(&rule);
	rule.name = text("%s, SPAWN_PATH", rule.name);
	rule.by_path = true;
	try_rule(&rule);
}

RULES(an_argument_that_is_judged)
{
	size_t i;

	for (i = 0; i < JUDGES; i++) {
		set_memory(SECRET, memory.argument);
		try_argument(&judges[i], "runs",
			     "argv, changed to an allowed one by an earlier action", PUBLIC);
		set_memory(PUBLIC, memory.argument);
		try_argument(&judges[i], "EACCES at exec",
			     "argv, changed to a denied one by an earlier action", SECRET);
		set_memory(SECRET, NULL);
		try_argument(&judges[i], "runs", "argv, replaced by the judge", NULL);
	}
}

RULES(a_signal_mask_that_is_judged)
{
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_SIGMASK,
						.arg = (uintptr_t)&memory.set };
	struct rule rule;
	size_t i;

	set_memory(PUBLIC, NULL);
	memory.signals = 1ULL << (SIGUSR1 - 1);
	memory.set = (struct spawn_template_sigset){ (uintptr_t)&memory.signals, 8 };
	for (i = 0; i < JUDGES; i++) {
		rule = judged(&judges[i], SYS_rt_sigprocmask, "runs",
			      "SIGMASK's set, replaced by the judge", true);
		rule.argv = ARGV("suite", "@judged", "mask");
		rule.actions = &action;
		rule.count = 1;
		try_rule(&rule);
	}
}

#define PINNED "a template executes the file that it pins, and no other"

static void try_program(const struct judge *who)
{
	static const struct {
		const char *subject, *expect;
		const char *spawn, *note;
		bool rewrites, by_path, searched;
	} ways[] = {
		{ "a program's path, replaced by the judge, SPAWN_PATH", "runs", .rewrites = true,
		  .by_path = true },
		{ "a program's path, SPAWN_PATH", "EACCES at exec", .by_path = true },
		{ "a path that a search made, replaced by the judge", "runs", .rewrites = true,
		  .by_path = true, .searched = true },
		{ "a template's path, replaced by the judge", "runs", "EPERM at exec", PINNED,
		  .rewrites = true },
		{ "a template's path", "EACCES at exec" },
	};
	struct rule rule;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		rule = judged(who, SYS_execve, ways[i].expect, ways[i].subject, ways[i].rewrites);
		rule.spawn = ways[i].spawn;
		rule.note = ways[i].note;
		rule.argv = ARGV("suite", "@judged", "program");
		rule.path = ways[i].searched ? "secret" : memory.program;
		rule.search = ways[i].searched ? scratch : NULL;
		rule.by_path = ways[i].by_path;
		/* Lend memory for the path that was found, and for a template's. */
		rule.scratch = ways[i].searched || !ways[i].by_path;
		try_rule(&rule);
	}
}

RULES(a_program_that_is_judged)
{
	size_t i;

	copy_file(own_path(), in_scratch("public"), 0755);
	copy_file(own_path(), in_scratch("secret"), 0755);
	for (i = 0; i < JUDGES; i++) {
		set_memory(SECRET, NULL);
		strcpy(memory.program, in_scratch("secret"));
		try_program(&judges[i]);
	}
}

/* --- a tracer that stops at system calls and does not follow --- */

/* vfork counts, too: a spawn must show it to this tracer. */
static bool makes_a_process(long number)
{
	return number == SYS_fork || number == SYS_vfork || number == SYS_clone ||
	       number == SYS_clone3;
}

/*
 * Trace the caller only. Entries and exits of system calls alternate. Returns
 * the caller's wait status.
 */
static int guard(pid_t caller, bool denies)
{
	bool enters = false, denied = false;
	int status, signal = 0;
	struct user_regs_struct regs;

	must(ptrace(PTRACE_SEIZE, caller, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	must(ptrace(PTRACE_INTERRUPT, caller, 0, 0));
	check_eq(waitpid(caller, &status, __WALL), caller);
	attempt->go = true;
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, caller, 0, (long)signal) < 0)
			check_eq(errno, ESRCH);
		check_eq(waitpid(caller, &status, __WALL), caller);
		if (!WIFSTOPPED(status))
			return status;
		signal = status >> 16 ? 0 : WSTOPSIG(status);
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		signal = 0;
		enters = !enters;
		must(ptrace(PTRACE_GETREGS, caller, 0, &regs));
		if (enters && denies && makes_a_process(regs.orig_rax)) {
			denied = true;
			regs.orig_rax = -1;
		} else if (!enters && denied) {
			denied = false;
			regs.rax = -EPERM;
		}
		must(ptrace(PTRACE_SETREGS, caller, 0, &regs));
	}
}

ATTEND(jailer_passes, guard(caller, false));
ATTEND(jailer_denies, guard(caller, true));

RULES(a_ptrace_jail)
{
	static const struct {
		const char *name;
		bool by_path;
		uint64_t flags;
	} ways[] = { { "a template" },
		     { "SPAWN_PATH", .by_path = true },
		     { "ASYNC", .flags = SPAWN_TEMPLATE_SPAWN_ASYNC } };
	struct rule rule = { .attend = jailer_passes };
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		rule.by_path = ways[i].by_path;
		rule.flags = ways[i].flags;
		rule.name = text("tracer that stops at system calls, and allows them: %s",
				 ways[i].name);
		rule.expect = "runs";
		rule.attend = jailer_passes;
		try_rule(&rule);
		rule.name = text("tracer that stops at system calls, and denies fork, vfork and "
				 "clone: %s",
				 ways[i].name);
		rule.expect = "EPERM at vfork";
		rule.attend = jailer_denies;
		try_rule(&rule);
	}
}

/* --- calls that a spawn does not stand for --- */

RULES(other_calls)
{
	static const struct call others[] = {
		{ .name = "fork", .number = SYS_fork },
		{ .name = "clone", .number = SYS_clone },
		{ .name = "clone3", .number = SYS_clone3 },
		{ .name = "open", .number = SYS_open },
		{ .name = "openat", .number = SYS_openat },
		{ .name = "dup2", .number = SYS_dup2 },
		{ .name = "ptrace", .number = SYS_ptrace },
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		try_rule(&(struct rule){
			.name = text("seccomp ERRNO, a call that no child makes here: %s",
				     others[i].name),
			.expect = "runs",
			.confine = filter,
			.word = { others[i].number, SECCOMP_RET_ERRNO | EBADFD },
			.actions = every_action()->list,
			.count = EVERY_COUNT,
			.template_first = true });
}

/* A filter also judges the caller's own ioctl. */
RULES(ioctl_itself)
{
	try_rule(&(struct rule){ .name = "seccomp KILL_PROCESS: ioctl",
				 .expect = "runs",
				 .spawn = "the caller dies of SIGSYS",
				 .note = "the spawn itself is an ioctl",
				 .confine = filter,
				 .word = { SYS_ioctl, SECCOMP_RET_KILL_PROCESS },
				 .template_first = true });
}

/* --- strict mode --- */

static void be_strict(const struct rule *rule)
{
	(void)rule;
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
}

RULES(strict_mode)
{
	try_rule(&(struct rule){ .name = "seccomp strict mode: vfork or ioctl",
				 .expect = "the caller dies of SIGKILL",
				 .confine = be_strict,
				 .template_first = true });
	try_rule(&(struct rule){ .name = "seccomp strict mode: SPAWN_PATH",
				 .expect = "the caller dies of SIGKILL",
				 .confine = be_strict,
				 .by_path = true });
}

/* --- Docker's default profile --- */

/*
 * The calls that Docker's profile allows on x86-64, whatever the capabilities
 * and arguments are.
 */
static const int dockers_calls[] = {
	SYS_accept, SYS_accept4, SYS_access, SYS_adjtimex, SYS_alarm, SYS_arch_prctl, SYS_bind,
	SYS_brk, SYS_capget, SYS_capset, SYS_chdir, SYS_chmod, SYS_chown, SYS_clock_adjtime,
	SYS_clock_getres, SYS_clock_gettime, SYS_clock_nanosleep, SYS_close, SYS_close_range,
	SYS_connect, SYS_copy_file_range, SYS_creat, SYS_dup, SYS_dup2, SYS_dup3,
	SYS_epoll_create, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_ctl_old, SYS_epoll_pwait,
	SYS_epoll_pwait2, SYS_epoll_wait, SYS_epoll_wait_old, SYS_eventfd, SYS_eventfd2,
	SYS_execve, SYS_execveat, SYS_exit, SYS_exit_group, SYS_faccessat, SYS_faccessat2,
	SYS_fadvise64, SYS_fallocate, SYS_fanotify_mark, SYS_fchdir, SYS_fchmod, SYS_fchmodat,
	SYS_fchown, SYS_fchownat, SYS_fcntl, SYS_fdatasync, SYS_fgetxattr, SYS_flistxattr,
	SYS_flock, SYS_fork, SYS_fremovexattr, SYS_fsetxattr, SYS_fstat, SYS_fstatfs, SYS_fsync,
	SYS_ftruncate, SYS_futex, SYS_futex_waitv, SYS_futimesat, SYS_getcpu, SYS_getcwd,
	SYS_getdents, SYS_getdents64, SYS_getegid, SYS_geteuid, SYS_getgid, SYS_getgroups,
	SYS_getitimer, SYS_getpeername, SYS_getpgid, SYS_getpgrp, SYS_getpid, SYS_getppid,
	SYS_getpriority, SYS_getrandom, SYS_getresgid, SYS_getresuid, SYS_getrlimit,
	SYS_get_robust_list, SYS_getrusage, SYS_getsid, SYS_getsockname, SYS_getsockopt,
	SYS_get_thread_area, SYS_gettid, SYS_gettimeofday, SYS_getuid, SYS_getxattr,
	SYS_inotify_add_watch, SYS_inotify_init, SYS_inotify_init1, SYS_inotify_rm_watch,
	SYS_io_cancel, SYS_ioctl, SYS_io_destroy, SYS_io_getevents, SYS_io_pgetevents,
	SYS_ioprio_get, SYS_ioprio_set, SYS_io_setup, SYS_io_submit, SYS_io_uring_enter,
	SYS_io_uring_register, SYS_io_uring_setup, SYS_kill, SYS_landlock_add_rule,
	SYS_landlock_create_ruleset, SYS_landlock_restrict_self, SYS_lchown, SYS_lgetxattr,
	SYS_link, SYS_linkat, SYS_listen, SYS_listxattr, SYS_llistxattr, SYS_lremovexattr,
	SYS_lseek, SYS_lsetxattr, SYS_lstat, SYS_madvise, SYS_membarrier, SYS_memfd_create,
	SYS_memfd_secret, SYS_mincore, SYS_mkdir, SYS_mkdirat, SYS_mknod, SYS_mknodat, SYS_mlock,
	SYS_mlock2, SYS_mlockall, SYS_mmap, SYS_modify_ldt, SYS_mprotect, SYS_mq_getsetattr,
	SYS_mq_notify, SYS_mq_open, SYS_mq_timedreceive, SYS_mq_timedsend, SYS_mq_unlink,
	SYS_mremap, SYS_msgctl, SYS_msgget, SYS_msgrcv, SYS_msgsnd, SYS_msync, SYS_munlock,
	SYS_munlockall, SYS_munmap, SYS_name_to_handle_at, SYS_nanosleep, SYS_newfstatat,
	SYS_open, SYS_openat, SYS_openat2, SYS_pause, SYS_pidfd_open, SYS_pidfd_send_signal,
	SYS_pipe, SYS_pipe2, SYS_pkey_alloc, SYS_pkey_free, SYS_pkey_mprotect, SYS_poll,
	SYS_ppoll, SYS_prctl, SYS_pread64, SYS_preadv, SYS_preadv2, SYS_prlimit64,
	SYS_process_mrelease, SYS_process_vm_readv, SYS_process_vm_writev, SYS_pselect6,
	SYS_ptrace, SYS_pwrite64, SYS_pwritev, SYS_pwritev2, SYS_read, SYS_readahead,
	SYS_readlink, SYS_readlinkat, SYS_readv, SYS_recvfrom, SYS_recvmmsg, SYS_recvmsg,
	SYS_remap_file_pages, SYS_removexattr, SYS_rename, SYS_renameat, SYS_renameat2,
	SYS_restart_syscall, SYS_rmdir, SYS_rseq, SYS_rt_sigaction, SYS_rt_sigpending,
	SYS_rt_sigprocmask, SYS_rt_sigqueueinfo, SYS_rt_sigreturn, SYS_rt_sigsuspend,
	SYS_rt_sigtimedwait, SYS_rt_tgsigqueueinfo, SYS_sched_getaffinity, SYS_sched_getattr,
	SYS_sched_getparam, SYS_sched_get_priority_max, SYS_sched_get_priority_min,
	SYS_sched_getscheduler, SYS_sched_rr_get_interval, SYS_sched_setaffinity,
	SYS_sched_setattr, SYS_sched_setparam, SYS_sched_setscheduler, SYS_sched_yield,
	SYS_seccomp, SYS_select, SYS_semctl, SYS_semget, SYS_semop, SYS_semtimedop,
	SYS_sendfile, SYS_sendmmsg, SYS_sendmsg, SYS_sendto, SYS_setfsgid, SYS_setfsuid,
	SYS_setgid, SYS_setgroups, SYS_setitimer, SYS_setpgid, SYS_setpriority, SYS_setregid,
	SYS_setresgid, SYS_setresuid, SYS_setreuid, SYS_setrlimit, SYS_set_robust_list,
	SYS_setsid, SYS_setsockopt, SYS_set_thread_area, SYS_set_tid_address, SYS_setuid,
	SYS_setxattr, SYS_shmat, SYS_shmctl, SYS_shmdt, SYS_shmget, SYS_shutdown,
	SYS_sigaltstack, SYS_signalfd, SYS_signalfd4, SYS_socketpair, SYS_splice, SYS_stat,
	SYS_statfs, SYS_statx, SYS_symlink, SYS_symlinkat, SYS_sync, SYS_sync_file_range,
	SYS_syncfs, SYS_sysinfo, SYS_tee, SYS_tgkill, SYS_time, SYS_timer_create,
	SYS_timer_delete, SYS_timer_getoverrun, SYS_timer_gettime, SYS_timer_settime,
	SYS_timerfd_create, SYS_timerfd_gettime, SYS_timerfd_settime, SYS_times, SYS_tkill,
	SYS_truncate, SYS_umask, SYS_uname, SYS_unlink, SYS_unlinkat, SYS_utime, SYS_utimensat,
	SYS_utimes, SYS_vfork, SYS_vmsplice, SYS_wait4, SYS_waitid, SYS_write, SYS_writev,
};

/*
 * The calls that were added to the profile since 2020. A container on an old
 * host does not allow them.
 */
static const int young_calls[] = {
	SYS_close_range, SYS_openat2, SYS_faccessat2, SYS_pidfd_open, SYS_pidfd_send_signal,
	SYS_epoll_pwait2, SYS_memfd_secret, SYS_process_mrelease, SYS_futex_waitv,
	SYS_landlock_add_rule, SYS_landlock_create_ruleset, SYS_landlock_restrict_self,
};

static bool is_young(int number)
{
	size_t i;

	for (i = 0; i < sizeof(young_calls) / sizeof(*young_calls); i++)
		if (young_calls[i] == number)
			return true;
	return false;
}

static size_t allow(struct sock_filter *to, int number)
{
	to[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
	to[1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return 2;
}

/*
 * Allow the call if its argument, masked with 'mask', equals 'value', or does
 * not equal it.
 */
static size_t allow_if(struct sock_filter *to, int number, int argument, uint32_t mask,
		       uint32_t value, bool equal)
{
	const struct sock_filter code[] = {
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args) + 8 * argument),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, !equal, equal),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};

	memcpy(to, code, sizeof(code));
	return sizeof(code) / sizeof(*code);
}

/*
 * Install the profile of a container without added capabilities. word[0]: the
 * profile of 2019.
 */
static void be_in_docker(const struct rule *rule)
{
	static const uint32_t personas[] = { PER_LINUX, PER_LINUX32, UNAME26,
					     PER_LINUX32 | UNAME26, 0xffffffff };
	static struct sock_filter code[1024];
	size_t count = 0, i;

	code[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						     offsetof(struct seccomp_data, arch));
	code[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH_X86_64, 1, 0);
	code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	code[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						     offsetof(struct seccomp_data, nr));
	for (i = 0; i < sizeof(dockers_calls) / sizeof(*dockers_calls); i++)
		if (!rule->word[0] || !is_young(dockers_calls[i]))
			count += allow(&code[count], dockers_calls[i]);
	count += allow_if(&code[count], SYS_socket, 0, ~0U, 40, false);
	for (i = 0; i < sizeof(personas) / sizeof(*personas); i++)
		count += allow_if(&code[count], SYS_personality, 0, ~0U, personas[i], true);
	count += allow_if(&code[count], SYS_clone, 0, 0x7e020000, 0, true);
	code[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
	code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	install(code, count, 0);
}

/* Makes one system call and exits with its errno. */
PROGRAM(call)
{
	return syscall(atoi(argv[0]), 0, 0, 0, 0, 0, 0) < 0 ? errno : 0;
}

static void try_in_docker(const char *subject, const char *expect, int number)
{
	try_rule(&(struct rule){ .name = text("Docker's default profile: %s", subject),
				 .expect = expect,
				 .confine = be_in_docker,
				 .path = own_path(),
				 .argv = ARGV("suite", "@call", text("%d", number)) });
}

RULES(docker)
{
	struct rule rule;
	size_t i;

	try_rule(&(struct rule){ .name = "Docker's default profile: every action, and exec",
				 .expect = "runs",
				 .confine = be_in_docker,
				 .actions = every_action()->list,
				 .count = EVERY_COUNT });
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		rule = rule_of_call("Docker's default profile", &calls[i]);
		rule.confine = be_in_docker;
		try_rule(&rule);
	}
	try_in_docker("getuid in the program", "runs", SYS_getuid);
	try_in_docker("unshare in the program", text("exits with %d", EPERM), SYS_unshare);
	try_in_docker("keyctl in the program", text("exits with %d", EPERM), SYS_keyctl);
	try_in_docker("mount in the program", text("exits with %d", EPERM), SYS_mount);
	try_in_docker("clone3 in the program", text("exits with %d", ENOSYS), SYS_clone3);
}

RULES(docker_of_2019)
{
	struct rule rule;
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		rule = rule_of_call("Docker's default profile of 2019", &calls[i]);
		if (is_young(calls[i].number))
			rule.expect = text("EPERM %s", calls[i].stage);
		rule.confine = be_in_docker;
		rule.word[0] = true;
		/*
		 * A template of a path stands for openat2, which the profile of
		 * 2019 denies.
		 */
		rule.template_first = true;
		try_rule(&rule);
	}
	try_rule(&(struct rule){
		.name = "Docker's default profile of 2019: a template of a path",
		.expect = "runs",
		.spawn = "EPERM at exec",
		.note = "the filters are asked about openat2, which that profile does not know",
		.confine = be_in_docker,
		.word = { true } });
	try_rule(&(struct rule){ .name = "Docker's default profile of 2019: a template of a descriptor",
				 .expect = "runs",
				 .confine = be_in_docker,
				 .by_fd = true,
				 .word = { true } });
}

/* Deny execve and execveat of the x86-64 ABI. The x32 ABI has other numbers. */
static void deny_exec_for_good(const struct rule *rule)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH_X86_64, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)rule;
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	install(code, sizeof(code) / sizeof(*code), 0);
}

/* systemd's SystemCallFilter=~@... makes such a filter. */
RULES(a_service_that_may_not_execute)
{
	static const struct {
		const char *name;
		bool first, by_path;
		uint64_t flags;
	} orders[] = { { "template made after the filter", false },
		       { "template made before the filter", true },
		       { "SPAWN_PATH", .by_path = true },
		       { "ASYNC", .flags = SPAWN_TEMPLATE_SPAWN_ASYNC } };
	size_t i;

	for (i = 0; i < sizeof(orders) / sizeof(*orders); i++)
		try_rule(&(struct rule){
			.name = text("a filter that denies every exec: %s", orders[i].name),
			.expect = "EPERM at exec",
			.confine = deny_exec_for_good,
			.by_path = orders[i].by_path,
			.flags = orders[i].flags,
			.template_first = orders[i].first });
}

/*
 * The filter of systemd's RestrictSUIDSGID=, which DynamicUser= implies. It also
 * denies chmod(2), mknod(2) and so on.
 */
static void deny_setuid_files(const struct rule *rule)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 6, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 6),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_CREAT, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[3])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, S_ISUID | S_ISGID, 0, 2),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)rule;
	install(code, sizeof(code) / sizeof(*code), 0);
}

static void unlink_made(const struct rule *rule)
{
	if (rule->text)
		unlink(rule->text);
}

static void try_service(const char *subject, const char *expect,
			const struct spawn_template_action *action, const char *made)
{
	struct rule rule = { .name = text("RestrictSUIDSGID: %s", subject),
			     .expect = expect,
			     .confine = deny_setuid_files,
			     .actions = action,
			     .count = action ? 1 : 0,
			     .text = made,
			     .tidy = unlink_made };

	try_rule(&rule);
	rule.name = text("%s, SPAWN_PATH", rule.name);
	rule.by_path = true;
	try_rule(&rule);
}

RULES(a_service_that_may_not_make_setuid_files)
{
	char *path = in_scratch_new("made");

	try_service("a program", "runs", NULL, NULL);
	try_service("OPEN", "runs", open_action("/dev/null", O_RDWR, 41), NULL);
	try_service("OPEN of a new file", "runs", create_action(path, 0755, 41), path);
	try_service("OPEN of a new setuid file", "EPERM in an action",
		    create_action(path, S_ISUID | 0755, 41), NULL);
	try_service("OPEN of a new setgid file", "EPERM in an action",
		    create_action(path, S_ISGID | 0755, 41), NULL);
	try_service("OPEN with a resolve flag", "ENOSYS in an action",
		    openat2_action("/dev/null", O_RDWR, 41), NULL);
	/* What was denied made no file. */
	check(access(path, F_OK) < 0);
}

/* Of several filters the strictest verdict counts. */
static void three_filters(const struct rule *rule)
{
	filter(&(struct rule){ .word = { rule->word[0], SECCOMP_RET_ERRNO | EACCES } });
	filter(&(struct rule){ .word = { rule->word[0], SECCOMP_RET_LOG } });
	filter(&(struct rule){ .word = { rule->word[0], SECCOMP_RET_ALLOW } });
}

RULES(several_filters)
{
	struct rule rule;
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		rule = rule_of_call("seccomp, three filters", &calls[i]);
		rule.expect = text("EACCES %s", calls[i].stage);
		rule.confine = three_filters;
		rule.word[0] = calls[i].number;
		rule.template_first = true;
		try_rule(&rule);
	}
}

SUITE("security_seccomp",
      T(nothing_refused),
      T(error),
      T(by_path),
      T(no_error),
      T(kill_process),
      T(kill_thread),
      T(trap),
      T(trap_with_handler),
      T(logged),
      T(trace_without_tracer),
      T(trace_lets_pass),
      T(trace_denies),
      T(trace_changes),
      T(notify_continues),
      T(notify_denies),
      T(notify_emulates),
      T(asked_allowed),
      T(asked_error),
      T(asked_kill),
      T(asked_trap),
      T(asked_trace),
      T(asked_notify),
      T(an_opened_path_that_is_judged),
      T(an_argument_that_is_judged),
      T(a_signal_mask_that_is_judged),
      T(a_program_that_is_judged),
      T(a_ptrace_jail),
      T(other_calls),
      T(ioctl_itself),
      T(strict_mode),
      T(docker),
      T(docker_of_2019),
      T(a_service_that_may_not_execute),
      T(a_service_that_may_not_make_setuid_files),
      T(several_filters));
