// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * common_posix.c - one call to posix_spawn(3) and to outspawn_posix_spawn(3)
 */
#include "common_posix.h"

#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

/* The result's value before the call; a call that fails must leave it. */
#define UNTOUCHED (-77)

typedef int spawn_function(int *, const char *, const posix_spawn_file_actions_t *,
			   const posix_spawnattr_t *, char *const[], char *const[]);

static spawn_function *libc_function(enum posix_function function)
{
	switch (function) {
	case SPAWN:
		return posix_spawn;
	case SPAWNP:
		return posix_spawnp;
	case PIDFD_SPAWN:
		return dlsym(RTLD_DEFAULT, "pidfd_spawn");
	case PIDFD_SPAWNP:
		return dlsym(RTLD_DEFAULT, "pidfd_spawnp");
	}
	return NULL;
}

static spawn_function *own_function(enum posix_function function)
{
	switch (function) {
	case SPAWN:
		return outspawn_posix_spawn;
	case SPAWNP:
		return outspawn_posix_spawnp;
	case PIDFD_SPAWN:
		return outspawn_pidfd_spawn;
	case PIDFD_SPAWNP:
		return outspawn_pidfd_spawnp;
	}
	return NULL;
}

int (*libc_setcgroup(void))(posix_spawnattr_t *, int)
{
	return dlsym(RTLD_DEFAULT, "posix_spawnattr_setcgroup_np");
}

void set_flags(struct posix_try *try, int flags)
{
	short old;

	built(posix_spawnattr_getflags(&try->attr, &old));
	built(posix_spawnattr_setflags(&try->attr, old | flags));
}

/* --- one call --- */

static pid_t pid_of_pidfd(int pidfd)
{
	char *info = read_whole(text("/proc/self/fdinfo/%d", pidfd), NULL);
	char *line = strstr(info, "\nPid:");

	check(line);
	check_eq(fcntl(pidfd, F_GETFD), FD_CLOEXEC);
	return atoi(line + strlen("\nPid:"));
}

/* Mask the number of an unnamed file: "/tmp/#123 (deleted)". */
static void mask_file_numbers(char *facts)
{
	char *at;

	for (at = facts; (at = strstr(at, "/#")); at += 2)
		memset(at + 2, '*', strspn(at + 2, "0123456789*"));
}

/*
 * In older glibc's children, the two signals that glibc reserves are ignored by
 * mistake (docs/posix.md). Do not compare these two.
 */
static void mask_own_signals(char *facts)
{
	static const char *const keys[] = { "\nsigignored=", "\nstatus.SigIgn=" };
	const size_t digits = 16;
	char *at, number[17];

	if (libc_setcgroup())
		return;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		at = strstr(facts, keys[i]);
		if (!at)
			continue;
		at += strlen(keys[i]);
		snprintf(number, sizeof(number), "%016llx",
			 strtoull(at, NULL, 16) & ~(3ULL << (__SIGRTMIN - 1)));
		memcpy(at, number, digits);
	}
}

/* Replace values that are the child's own pid, because each child has another. */
static char *without_pid(char *facts, pid_t pid)
{
	char *own = text("%d", pid), *result = "", *line, *save, *value;

	mask_file_numbers(facts);
	mask_own_signals(facts);
	for (line = strtok_r(facts, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		value = strchr(line, '=');
		if (value && !strcmp(value + 1, own))
			result = text("%s%.*s=own\n", result, (int)(value - line), line);
		else
			result = text("%s%s\n", result, line);
	}
	return result;
}

struct outcome {
	int error;
	int number; /* errno after the call; it was EXDEV before */
	int status; /* as a shell counts it: 128 + signal if killed */
	char *facts;
};

static struct {
	spawn_function *function;
	const struct posix_try *try;
	int *got;
	int result;
} the_call;

static void do_call(void)
{
	const struct posix_try *try = the_call.try;

	the_call.result = the_call.function(the_call.got, try->file,
					    try->no_list ? NULL : &try->list,
					    try->no_attr ? NULL : &try->attr, try->argv, try->envp);
}

/* Both calls report to the same file, because its name is one of the facts. */
static struct outcome outcome_of(const struct posix_row *row, spawn_function *function)
{
	struct outcome outcome = { 0 };
	char *path = in_scratch("posix-facts"), *argv[] = { "probe", "facts", path, NULL };
	char *envp[] = { "COLOUR=red", NULL };
	bool is_pidfd = row->function == PIDFD_SPAWN || row->function == PIDFD_SPAWNP;
	struct posix_try try = { .file = PROBE, .argv = argv, .envp = envp };
	int got = UNTOUCHED;
	pid_t pid;

	unlink(path);
	write_text(path, "");
	must(chmod(path, 0666));
	built(posix_spawnattr_init(&try.attr));
	built(posix_spawn_file_actions_init(&try.list));
	row->make(&try);

	the_call.function = function;
	the_call.try = &try;
	the_call.got = &got;
	errno = EXDEV;
	if (row->in_handler)
		check(on_signal_stack(do_call));
	else
		do_call();
	outcome.number = errno;
	outcome.error = the_call.result;
	posix_spawnattr_destroy(&try.attr);
	posix_spawn_file_actions_destroy(&try.list);
	if (outcome.error) {
		check_eq(got, UNTOUCHED);
		check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
		return outcome;
	}
	pid = is_pidfd ? pid_of_pidfd(got) : got;
	if (is_pidfd)
		close(got);
	outcome.status = wait_for(pid);
	outcome.facts = without_pid(read_whole(path, NULL), pid);
	return outcome;
}

/* --- a row --- */

static const char *words(const struct outcome *outcome)
{
	if (outcome->error)
		return strerrorname_np(outcome->error);
	return outcome->status ? text("runs, status %d", outcome->status) : "runs";
}

static void note_row(const struct posix_row *row, const char *libc, const char *own)
{
	const char *path = getenv("POSIX_TABLE");
	int fd;

	if (!path)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0) /* the caller may have lost the right to write it */
		check_failed(__FILE__, __LINE__, "%s: %s", path, strerror(errno));
	dprintf(fd, "row|%s|%s|%s|%s\n", row->what, row->subject, libc, own);
	close(fd);
}

static void look_at(const struct posix_row *row, const struct outcome *outcome)
{
	check_eq(outcome->error, row->error);
	if (!row->error && row->fact)
		check_str(fact(outcome->facts, row->fact), row->value);
}

/* The caller reports to its parent: it may have lost the right to write a row. */
struct report {
	char libc[64], own[64];
};

static struct report *report;

static void in_caller(void *argument)
{
	const struct posix_row *row = argument;
	spawn_function *function = libc_function(row->function);
	struct outcome libc = { 0 }, own;

	if (row->enter)
		row->enter();
	if (function) {
		libc = outcome_of(row, function);
		look_at(row, &libc);
	}
	own = outcome_of(row, own_function(row->function));
	look_at(row, &own);
	check_eq(own.number, own.error ? own.error : EXDEV);
	if (function) {
		check_eq(own.error, libc.error);
		/*
		 * After success, glibc may leave the errno of an action or of
		 * the search.
		 */
		if (libc.error)
			check_eq(own.number, libc.number);
		check_eq(own.status, libc.status);
		check_str(own.facts, libc.facts);
	}
	snprintf(report->libc, sizeof(report->libc), "%s", function ? words(&libc) : "has none");
	snprintf(report->own, sizeof(report->own), "%s", words(&own));
}

void try_row(const struct posix_row *row)
{
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	check(report != MAP_FAILED);
	in_child(in_caller, (void *)row);
	note_row(row, report->libc, report->own);
	must(munmap(report, sizeof(*report)));
}

/* --- stacks --- */

#define PAGE 4096UL
#define PAINT 0x5a
/* Leave the painter's own frame unpainted. */
#define OWN_FRAME 256

static void (*handler_function)(void);

static void handler(int signal __attribute__((unused)))
{
	handler_function();
}

bool on_signal_stack(void (*function)(void))
{
	const struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	const size_t least = getauxval(AT_MINSIGSTKSZ) + 512;
	stack_t stack = { .ss_size = least > PAGE ? least : PAGE }, old;
	char *memory = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	bool done;

	if (memory == MAP_FAILED)
		return false;
	stack.ss_sp = memory + PAGE;
	handler_function = function;
	done = stack.ss_size <= 15 * PAGE && !mprotect(memory, PAGE, PROT_NONE) &&
	       !sigaction(SIGUSR2, &action, NULL) && !sigaltstack(&stack, &old) &&
	       !raise(SIGUSR2) && !sigaltstack(&old, NULL);
	signal(SIGUSR2, SIG_DFL);
	return !munmap(memory, 16 * PAGE) && done;
}

struct painted {
	void (*function)(void);
	volatile char *stack;
	long taken;
};

static void *paint_and_call(void *argument)
{
	struct painted *painted = argument;
	volatile char *here = (volatile char *)__builtin_frame_address(0), *at;

	painted->function();
	for (at = painted->stack; at < here - OWN_FRAME; at++)
		*at = PAINT;
	painted->function();
	for (at = painted->stack; at < here && *at == PAINT; at++)
		;
	painted->taken = here - at;
	return NULL;
}

long stack_taken(void (*function)(void))
{
	const size_t size = 64 * PAGE;
	struct painted painted = { .function = function, .taken = -1 };
	pthread_attr_t attr;
	pthread_t thread;
	void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (stack == MAP_FAILED)
		return -1;
	painted.stack = stack;
	if (!pthread_attr_init(&attr) && !pthread_attr_setstack(&attr, stack, size) &&
	    !pthread_create(&thread, &attr, paint_and_call, &painted))
		pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	munmap(stack, size);
	return painted.taken;
}

/* --- callers --- */

void deny_call(int number, int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

void have_descriptor(int number, bool cloexec)
{
	int fd = must(open("/etc/hostname", O_RDONLY | O_CLOEXEC));

	if (fd != number) {
		must(dup2(fd, number));
		close(fd);
	}
	must(fcntl(number, F_SETFD, cloexec ? FD_CLOEXEC : 0));
}

void limit_descriptors(rlim_t soft)
{
	struct rlimit limit;

	must(getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = soft;
	must(setrlimit(RLIMIT_NOFILE, &limit));
}
