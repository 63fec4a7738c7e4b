// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * common_security.c - does the same thing by vfork + execve and by outspawn
 */
#include "common_security.h"

#include <linux/capability.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>

struct attempt *attempt;

static int failures;

static const char *const stages[] = {
	[SPAWN_TEMPLATE_STAGE_NONE] = "nowhere",
	/* execve(2) does the work of these stages when it begins. */
	[SPAWN_TEMPLATE_STAGE_ARGS] = "at exec",
	[SPAWN_TEMPLATE_STAGE_TEMPLATE] = "at exec",
	[SPAWN_TEMPLATE_STAGE_CREATE] = "at vfork",
	[SPAWN_TEMPLATE_STAGE_FDS] = "at vfork",
	[SPAWN_TEMPLATE_STAGE_ACTION] = "in an action",
	[SPAWN_TEMPLATE_STAGE_EXEC] = "at exec",
	[SPAWN_TEMPLATE_STAGE_MOUNT] = "at exec",
	[SPAWN_TEMPLATE_STAGE_STOP] = "at the stop",
	[STAGE_CALL] = "at the call",
};

/* --- the two ways --- */

static const char *path_of(const struct rule *rule)
{
	return rule->path ? rule->path : PROBE;
}

static void fails(int stage, int error)
{
	attempt->stage = stage;
	attempt->error = error;
}

/* As programs do, call openat(2) if filters do not know openat2(2). */
static long do_open(int dir, const struct spawn_template_open *open)
{
	const struct open_how *how = &open->how;
	long got = syscall(SYS_openat2, dir, open->path, how, sizeof(*how));

	if (got < 0 && errno == ENOSYS && !how->resolve)
		got = syscall(SYS_openat, dir, open->path, how->flags, how->mode);
	return got;
}

/* Make the system call that an action stands for. */
static long do_action(const struct spawn_template_action *a)
{
	const struct spawn_template_sigset *set = (void *)(uintptr_t)a->arg;
	const struct spawn_template_open *open = (void *)(uintptr_t)a->arg;
	const struct spawn_template_syscall *call = (void *)(uintptr_t)a->arg;
	struct {
		void *handler;
		unsigned long flags;
		void *restorer;
		uint64_t mask;
	} action = { 0 };
	long got;
	int i;

	switch (a->type) {
	case SPAWN_TEMPLATE_ACTION_CLOSE:
		return syscall(SYS_close, a->fd);
	case SPAWN_TEMPLATE_ACTION_DUP2:
		if (a->fd == a->newfd)
			return syscall(SYS_fcntl, a->fd, F_SETFD, 0);
		return syscall(SYS_dup3, a->fd, a->newfd, a->flags);
	case SPAWN_TEMPLATE_ACTION_FCHDIR:
		return syscall(SYS_fchdir, a->fd);
	case SPAWN_TEMPLATE_ACTION_OPEN:
		got = do_open(a->fd, open);
		if (got < 0 || got == a->newfd)
			return got;
		return syscall(SYS_dup3, got, a->newfd, 0);
	case SPAWN_TEMPLATE_ACTION_CLOSE_RANGE:
		return syscall(SYS_close_range, a->fd, a->newfd, a->flags);
	case SPAWN_TEMPLATE_ACTION_SIGMASK:
		return syscall(SYS_rt_sigprocmask, SIG_SETMASK, set->sigset, NULL, 8);
	case SPAWN_TEMPLATE_ACTION_SIGDEFAULT:
		for (i = 1; i <= 64; i++)
			if (*(uint64_t *)(uintptr_t)set->sigset >> (i - 1) & 1 &&
			    syscall(SYS_rt_sigaction, i, &action, NULL, 8) < 0)
				return -1;
		return 0;
	case SPAWN_TEMPLATE_ACTION_SYSCALL:
		return syscall(call->nr, call->args[0], call->args[1], call->args[2], call->args[3],
			       call->args[4], call->args[5]);
	}
	return -1;
}

static void start_program(const struct rule *rule, int fd, char *const *argv)
{
	static char *const nothing[] = { NULL };
	long got;
	size_t i;

	if (rule->flags & SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS &&
	    syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		fails(SPAWN_TEMPLATE_STAGE_CREATE, errno);
		_exit(127);
	}
	for (i = 0; i < rule->count; i++) {
		if (do_action(&rule->actions[i]) < 0) {
			fails(SPAWN_TEMPLATE_STAGE_ACTION, errno);
			_exit(127);
		}
	}
	if (rule->by_fd)
		got = syscall(SYS_execveat, fd, "", argv, nothing, AT_EMPTY_PATH);
	else if (rule->search)
		got = execvpe(path_of(rule), argv, nothing);
	else
		got = syscall(SYS_execve, path_of(rule), argv, nothing);
	if (got < 0)
		fails(SPAWN_TEMPLATE_STAGE_EXEC, errno);
	_exit(127);
}

/*
 * Not inlined: the vfork child must not overwrite what its parent keeps in
 * registers or on the stack.
 */
static __attribute__((noinline)) pid_t by_vfork(const struct rule *rule, int fd, char *const *argv)
{
	pid_t pid = vfork();

	if (!pid)
		start_program(rule, fd, argv);
	if (pid < 0 || (rule->pidfd && syscall(SYS_pidfd_open, pid, 0) < 0))
		fails(SPAWN_TEMPLATE_STAGE_CREATE, errno);
	return pid;
}

/* An asynchronous child writes it after the call has returned. */
static struct spawn_template_result result;

static pid_t by_spawn(const struct rule *rule, int template, char *const *argv)
{
	static char scratch_memory[PATH_MAX];
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)argv,
						  .flags = rule->flags,
						  .actions = (uintptr_t)rule->actions,
						  .actions_len = rule->count,
						  .result = (uintptr_t)&result };
	int pidfd;
	pid_t pid;

	if (rule->pidfd)
		args.pidfd = (uintptr_t)&pidfd;
	if (rule->scratch) {
		args.scratch = (uintptr_t)scratch_memory;
		args.scratch_size = sizeof(scratch_memory);
	}
	pid = rule->by_path ? sys_spawn_path(path_of(rule), rule->search, &args) :
			      sys_spawn(template, &args);

	if (pid < 0)
		fails(result.stage, -pid);
	return pid;
}

static int make_template(const struct rule *rule, int fd)
{
	struct spawn_template_create_args args = rule->by_fd ? CREATE_FD(fd) :
							       CREATE_PATH(path_of(rule));

	if (rule->any_format)
		args.flags |= SPAWN_TEMPLATE_CREATE_ANY_FORMAT;
	return sys_create(&args);
}

/*
 * Return the descriptor to execute, or the template. Return -1 if there is
 * none, or if making it failed; then note the failure.
 */
static int prepare(const struct rule *rule)
{
	int fd = -1, template;

	if (rule->by_fd)
		fd = open(path_of(rule), O_PATH | O_CLOEXEC);
	if (rule->by_fd && fd < 0) {
		fails(SPAWN_TEMPLATE_STAGE_EXEC, errno);
		return -1;
	}
	if (!attempt->spawns || rule->by_path)
		return fd;
	template = make_template(rule, fd);
	if (template < 0) {
		fails(SPAWN_TEMPLATE_STAGE_EXEC, -template);
		return -1;
	}
	return template;
}

static void know_own(const struct rule *rule)
{
	ssize_t size;
	int i;

	for (i = 0; i < MOST_FACTS && rule->facts[i]; i++) {
		if (rule->facts[i][0] != '=')
			continue;
		size = readlink(text("/proc/self/ns/%s", strchr(rule->facts[i], '.') + 1),
				attempt->own[i], sizeof(attempt->own[i]) - 1);
		check(size > 0);
		attempt->own[i][size] = '\0';
	}
}

static void be_caller(const struct rule *rule, char *const *argv)
{
	int fd = -1, status;
	pid_t pid;

	while (!attempt->go)
		usleep(1000);
	if (rule->enter)
		rule->enter(rule);
	if (rule->search)
		must(setenv("PATH", rule->search, 1));
	if (rule->template_first)
		fd = prepare(rule);
	if (rule->confine)
		rule->confine(rule);
	know_own(rule);
	if (!rule->template_first)
		fd = prepare(rule);
	if (attempt->error)
		_exit(EXIT_SUCCESS);
	if (attempt->given >= 0 && attempt->spawns)
		fd = attempt->given;
	pid = attempt->spawns ? by_spawn(rule, fd, argv) : by_vfork(rule, fd, argv);
	/* Use the raw system call, so that a filter sees no other call. */
	if (pid > 0 && syscall(SYS_wait4, pid, &status, __WALL, NULL) == pid)
		attempt->status = status;
	if (pid > 0 && result.error)
		fails(result.stage, result.error);
	if (attempt->spawns && syscall(SYS_wait4, -1, &status, __WALL | WNOHANG, NULL) != -1)
		attempt->status = -2;
	_exit(EXIT_SUCCESS);
}

/* --- verdicts --- */

static const char *signal_name(int number)
{
	return text("SIG%s", sigabbrev_np(number));
}

static const char *error_name(int error)
{
	return strerrorname_np(error) ? strerrorname_np(error) : text("errno %d", error);
}

static const char *with_facts(const struct rule *rule, const char *facts)
{
	char *words = NULL;
	int i;

	for (i = 0; i < MOST_FACTS && rule->facts[i]; i++) {
		const char *key = rule->facts[i] + (rule->facts[i][0] == '='), *value;

		value = fact(facts, key);
		/* probe writes the newline at the end of a file as "\012". */
		if (value && strlen(value) > 4 && !strcmp(value + strlen(value) - 4, "\\012"))
			value = text("%.*s", (int)strlen(value) - 4, value);
		if (key != rule->facts[i])
			value = value && !strcmp(value, attempt->own[i]) ? "the caller's" :
									   "another";
		words = text("%s%s%s %s", words ? words : "runs, ", words ? ", " : "",
			      !strncmp(key, "status.", 7) ? key + 7 : key, value ? value : "?");
	}
	return words;
}

static const char *verdict(const struct rule *rule, int caller, const char *facts)
{
	int status = attempt->status;

	if (WIFSIGNALED(caller))
		return text("the caller dies of %s", signal_name(WTERMSIG(caller)));
	/* The failed check has printed a message. */
	if (WEXITSTATUS(caller))
		return "the test failed";
	if (attempt->error)
		return text("%s %s", error_name(attempt->error), stages[attempt->stage]);
	if (status == -2)
		return "leaves a child";
	if (WIFSIGNALED(status))
		return text("dies of %s%s", signal_name(WTERMSIG(status)),
			    WCOREDUMP(status) ? ", dumping core" : "");
	if (WEXITSTATUS(status))
		return text("exits with %d", WEXITSTATUS(status));
	return rule->facts[0] ? with_facts(rule, read_whole(facts, NULL)) : "runs";
}

static bool allows(const char *words)
{
	return !strncmp(words, "runs", 4);
}

/* The fields must have no '|', because it separates the columns. */
static void write_row(const char *name, const char *reference, const char *spawn,
		      const char *note)
{
	const char *path = getenv("SECURITY_TABLE");
	int fd;

	if (!path)
		return;
	fd = must(open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
	dprintf(fd, "row|%s|%s|%s|%s\n", name, reference, spawn, note ? note : "");
	close(fd);
}

static void complain(const struct rule *rule, const char *what, const char *got, const char *want)
{
	dprintf(STDERR_FILENO, "# %s: %s: %s, not %s\n", rule->name, what, got, want);
	failures++;
}

void note_row(const struct rule *rule, const char *reference, const char *spawn)
{
	const char *want = rule->spawn ? rule->spawn : rule->expect;

	if (strcmp(reference, rule->expect))
		complain(rule, "vfork + execve", reference, rule->expect);
	if (strcmp(spawn, want))
		complain(rule, "outspawn", spawn, want);
	if (strcmp(reference, spawn) && (!rule->note || allows(spawn)))
		complain(rule, "outspawn allows more or has no note", spawn, reference);
	write_row(rule->name, reference, spawn, strcmp(reference, spawn) ? rule->note : NULL);
}

int wait_status(pid_t pid)
{
	int status;

	check_eq(waitpid(pid, &status, __WALL), pid);
	return status;
}

static char *const *argv_of(const struct rule *rule, const char *facts)
{
	static char *const succeed[] = { "probe", "exit", "0", NULL };
	static char *argv[8];
	int i, count = 0;

	if (!rule->facts[0])
		return rule->argv ? rule->argv : succeed;
	argv[count++] = "probe";
	argv[count++] = "facts";
	argv[count++] = (char *)facts;
	for (i = 0; i < 3 && rule->sections[i]; i++)
		argv[count++] = (char *)rule->sections[i];
	argv[count] = NULL;
	return argv;
}

static void share_attempt(void)
{
	if (!attempt)
		attempt = mmap(NULL, sizeof(*attempt), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(attempt != MAP_FAILED);
}

const char *try_way(const struct rule *rule, bool spawns)
{
	const char *facts = in_scratch("rule.facts");
	char *const *argv = argv_of(rule, facts);
	const char *words;
	pid_t caller;
	int status;

	share_attempt();
	write_text(facts, "");
	must(chmod(facts, 0666));
	*attempt = (struct attempt){ .go = !rule->attend,
				     .listener = -1,
				     .given = -1,
				     .spawns = spawns,
				     .status = -1 };
	caller = must(fork());
	if (!caller)
		be_caller(rule, argv);
	status = rule->attend ? rule->attend(rule, caller) : wait_status(caller);
	words = verdict(rule, status, facts);
	if (rule->tidy)
		rule->tidy(rule);
	return words;
}

void try_rule(const struct rule *rule)
{
	const char *reference, *spawn;

	reference = try_way(rule, false);
	spawn = try_way(rule, true);
	note_row(rule, reference, spawn);
}

void end_rules(void)
{
	check_eq(failures, 0);
	check_eq(count_children(), 0);
}

/* --- what several suites need --- */

const struct every_action *every_action(void)
{
	static struct every_action all;
	int i;

	if (all.signals)
		return &all;
	all.signals = 1ULL << (SIGUSR1 - 1);
	/* With a resolve flag, so that openat(2) cannot do the same. */
	all.open = (struct spawn_template_open){ .path = (uintptr_t)"/dev/null",
						 .how.resolve = RESOLVE_NO_MAGICLINKS };
	all.set.sigset = (uintptr_t)&all.signals;
	all.set.sigsetsize = 8;
	all.list[EVERY_CLOSE].fd = 0;
	all.list[EVERY_CLOSE].type = SPAWN_TEMPLATE_ACTION_CLOSE;
	all.list[EVERY_DUP3] = (struct spawn_template_action){
		.type = SPAWN_TEMPLATE_ACTION_DUP2, .fd = 1, .newfd = 40
	};
	all.list[EVERY_FCNTL] = (struct spawn_template_action){
		.type = SPAWN_TEMPLATE_ACTION_DUP2, .fd = 2, .newfd = 2
	};
	all.list[EVERY_FCHDIR] = (struct spawn_template_action){
		.type = SPAWN_TEMPLATE_ACTION_FCHDIR, .fd = must(open("/", O_PATH | O_CLOEXEC))
	};
	all.list[EVERY_OPENAT2] = (struct spawn_template_action){
		.type = SPAWN_TEMPLATE_ACTION_OPEN, .fd = AT_FDCWD, .newfd = 41,
		.arg = (uintptr_t)&all.open
	};
	all.list[EVERY_CLOSE_RANGE] = (struct spawn_template_action){
		.type = SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, .fd = 40, .newfd = -1
	};
	all.list[EVERY_SIGMASK] = (struct spawn_template_action){
		.type = SPAWN_TEMPLATE_ACTION_SIGMASK, .arg = (uintptr_t)&all.set
	};
	all.list[EVERY_SIGDEFAULT] = (struct spawn_template_action){
		.type = SPAWN_TEMPLATE_ACTION_SIGDEFAULT, .arg = (uintptr_t)&all.set
	};
	all.calls[0] = (struct spawn_template_syscall){ .nr = SYS_umask, .args = { 022 } };
	all.calls[1] =
		(struct spawn_template_syscall){ .nr = SYS_chdir, .args = { (uintptr_t) "/" } };
	all.calls[2] =
		(struct spawn_template_syscall){ .nr = SYS_setresuid, .args = { -1, -1, -1 } };
	for (i = 0; i < 3; i++)
		all.list[EVERY_UMASK + i] = CALL_ACTION(&all.calls[i]);
	return &all;
}

static const struct spawn_template_action *open_how_action(const char *path, struct open_how how,
							   int newfd)
{
	static struct spawn_template_open open;
	static struct spawn_template_action action;

	open = (struct spawn_template_open){ .path = (uintptr_t)path, .how = how };
	action = (struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_OPEN,
						 .fd = AT_FDCWD,
						 .newfd = newfd,
						 .arg = (uintptr_t)&open };
	return &action;
}

const struct spawn_template_action *open_action(const char *path, int flags, int newfd)
{
	return open_how_action(path,
			       (struct open_how){ .flags = flags,
						  .mode = flags & O_CREAT ? 0600 : 0 },
			       newfd);
}

const struct spawn_template_action *openat2_action(const char *path, int flags, int newfd)
{
	return open_how_action(path,
			       (struct open_how){ .flags = flags,
						  .mode = flags & O_CREAT ? 0600 : 0,
						  .resolve = RESOLVE_NO_MAGICLINKS },
			       newfd);
}

const struct spawn_template_action *create_action(const char *path, mode_t mode, int newfd)
{
	return open_how_action(path,
			       (struct open_how){ .flags = O_WRONLY | O_CREAT | O_EXCL,
						  .mode = mode },
			       newfd);
}

pid_t child_in_open(pid_t caller)
{
	pid_t list[4] = { 0 };

	/* Before its program runs, the child sleeps only in that open. */
	wait_until(children_of(caller, list, 4) == 1 && process_state(list[0]) == 'S');
	return list[0];
}

void open_other_end(const char *fifo)
{
	int fd = -1;

	wait_until((fd = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) >= 0);
	close(fd);
}

void write_file(const char *path, const char *word)
{
	int fd = must(open(path, O_WRONLY | O_CLOEXEC));

	if (write(fd, word, strlen(word)) < 0)
		check_failed(__FILE__, __LINE__, "%s > %s: %s", word, path, strerror(errno));
	close(fd);
}

char *cgroup_file(const char *name, const char *file)
{
	return text("/sys/fs/cgroup/%s/%s", name, file);
}

void join_cgroup(const char *name)
{
	if (mkdir(cgroup_file(name, ""), 0755) < 0)
		check_eq(errno, EEXIST);
	write_file(cgroup_file(name, "cgroup.procs"), "0");
}

void remove_cgroup(const char *name)
{
	wait_until(rmdir(cgroup_file(name, "")) == 0 || errno == ENOENT);
}

void set_capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	int i;

	for (i = 0; i < 2; i++)
		data[i] = (struct __user_cap_data_struct){ effective >> 32 * i, permitted >> 32 * i,
							   inheritable >> 32 * i };
	must(syscall(SYS_capset, &header, data));
}

void own_mounts(void)
{
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}
