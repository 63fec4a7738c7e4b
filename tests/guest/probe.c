// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * probe.c - a program to be spawned
 *
 *   probe                          all facts of itself, to stdout
 *   probe facts FILE [SECTION]...  facts of these sections, or all, to FILE
 *   probe exit STATUS              exits
 *   probe kill SIGNAL              dies of a signal
 *   probe block                    waits for a signal
 *   probe echo WORD...             prints its arguments, one a line
 *   probe cat                      copies stdin to stdout
 *   probe complain WORD            prints to stderr
 *   probe write FD WORD            writes to a descriptor
 *   probe count-fds                prints how many descriptors it has
 *   probe sum                      prints number, bytes and a hash of argv and envp
 *   probe spawn FD                 spawns from template fd; exits with the errno
 *   probe create PATH              makes a template of PATH; exits with the errno
 *   probe query FD                 queries template fd; exits with the errno
 *   probe script FILE ARGUMENT...  as the interpreter of a script: as if FILE were probe
 *
 * A fact is one line, key=value, so that two runs can be compared.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "spawn_template.h"

extern char **environ;

static char *report;
static size_t report_size;
static FILE *out;
static int arguments;
static char **argument;

/* A child can have many descriptors: make as few calls as possible for each. */
static void one_descriptor(int fd)
{
	char path[64], link[4096] = "";
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	length = readlink(path, link, sizeof(link) - 1);
	link[length > 0 ? length : 0] = '\0';
	fprintf(out, "fd.%d=%s flags=%o pos=%lld\n", fd, link, fcntl(fd, F_GETFL),
		(long long)lseek(fd, 0, SEEK_CUR));
}

static int compare_ints(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* In order of numbers, without the descriptor that lists the directory. */
static int *list_descriptors(size_t *count)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t room = 64;
	struct dirent *entry;
	int *list = malloc(room * sizeof(*list));

	*count = 0;
	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(folder))
			continue;
		if (*count == room)
			list = realloc(list, (room *= 2) * sizeof(*list));
		list[(*count)++] = atoi(entry->d_name);
	}
	if (folder)
		closedir(folder);
	else
		fprintf(out, "fd=%s\n", strerror(errno));
	qsort(list, *count, sizeof(*list), compare_ints);
	return list;
}

static void fds(void)
{
	size_t count, i;
	int *list = list_descriptors(&count);

	for (i = 0; i < count; i++)
		one_descriptor(list[i]);
	free(list);
}

static void print_bytes(const char *key, const char *data, size_t size)
{
	size_t i;

	fprintf(out, "%s=", key);
	for (i = 0; i < size; i++) {
		if (data[i] >= ' ' && data[i] != '\\' && data[i] != 0x7f)
			fputc(data[i], out);
		else
			fprintf(out, "\\%03o", (unsigned char)data[i]);
	}
	fputc('\n', out);
}

static void print_file(const char *key, const char *path)
{
	char data[65536];
	ssize_t size, used = 0;
	int fd = open(path, O_RDONLY);

	while (fd >= 0 && (size = read(fd, data + used, sizeof(data) - used)) > 0)
		used += size;
	if (fd < 0)
		fprintf(out, "%s=%s\n", key, strerror(errno));
	else
		print_bytes(key, data, used);
	close(fd);
}

static void print_link(const char *key, const char *path)
{
	char link[4096];
	ssize_t length = readlink(path, link, sizeof(link));

	if (length < 0)
		fprintf(out, "%s=%s\n", key, strerror(errno));
	else
		print_bytes(key, link, length);
}

static void args(void)
{
	char key[32];
	int i;

	fprintf(out, "argc=%d\n", arguments);
	for (i = 0; i < arguments; i++) {
		snprintf(key, sizeof(key), "argv.%d", i);
		print_bytes(key, argument[i], strlen(argument[i]));
	}
	print_file("cmdline", "/proc/self/cmdline");
}

static void env(void)
{
	char key[32];
	int i;

	for (i = 0; environ[i]; i++) {
		snprintf(key, sizeof(key), "env.%d", i);
		print_bytes(key, environ[i], strlen(environ[i]));
	}
	fprintf(out, "envc=%d\n", i);
	print_file("environ", "/proc/self/environ");
}

static void exec(void)
{
	const char *name = (const char *)getauxval(AT_EXECFN);
	char comm[64] = "";

	prctl(PR_GET_NAME, comm);
	print_bytes("comm", comm, strlen(comm));
	print_link("exe", "/proc/self/exe");
	print_bytes("execfn", name ? name : "", name ? strlen(name) : 0);
	fprintf(out, "secure=%lu\n", getauxval(AT_SECURE));
	fprintf(out, "at_uid=%lu %lu %lu %lu\n", getauxval(AT_UID), getauxval(AT_EUID),
		getauxval(AT_GID), getauxval(AT_EGID));
	fprintf(out, "dumpable=%d\n", prctl(PR_GET_DUMPABLE));
	fprintf(out, "at_hwcap=%lx\n", getauxval(AT_HWCAP));
	fprintf(out, "at_phnum=%lu\n", getauxval(AT_PHNUM));
	fprintf(out, "at_base=%d\n", getauxval(AT_BASE) != 0);
	fprintf(out, "auxv_random=%d\n", getauxval(AT_RANDOM) != 0);
}

static void ids(void)
{
	gid_t groups[64];
	uid_t user[3];
	gid_t group[3];
	int count = getgroups(64, groups), i;

	getresuid(&user[0], &user[1], &user[2]);
	getresgid(&group[0], &group[1], &group[2]);
	fprintf(out, "uid=%u %u %u\ngid=%u %u %u\ngroups=", user[0], user[1], user[2], group[0],
		group[1], group[2]);
	for (i = 0; i < count; i++)
		fprintf(out, "%u ", groups[i]);
	fprintf(out, "\nsecurebits=%d\nkeepcaps=%d\n", prctl(PR_GET_SECUREBITS),
		prctl(PR_GET_KEEPCAPS));
	print_file("loginuid", "/proc/self/loginuid");
}

static void session(void)
{
	fprintf(out, "ppid=%d\npgid=%d\nsid=%d\npgid_is_own=%d\nsid_is_own=%d\n", getppid(),
		getpgid(0), getsid(0), getpgid(0) == getpid(), getsid(0) == getpid());
}

static void where(void)
{
	mode_t mask = umask(0);
	char name[65] = "";

	umask(mask);
	gethostname(name, sizeof(name) - 1);
	print_link("cwd", "/proc/self/cwd");
	print_link("root", "/proc/self/root");
	fprintf(out, "umask=%03o\nhostname=%s\n", mask, name);
}

static void print_set(const char *key, const uint64_t set)
{
	fprintf(out, "%s=%016llx\n", key, (unsigned long long)set);
}

struct kernel_action {
	void *handler;
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

/* Use raw system calls: libc hides the two signals that it reserves. */
static void signals(void)
{
	uint64_t blocked = 0, ignored = 0, caught = 0, pending = 0;
	struct kernel_action action;
	stack_t stack = { 0 };
	int number;

	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, 8);
	syscall(SYS_rt_sigpending, &pending, 8);
	for (number = 1; number <= 64; number++) {
		memset(&action, 0, sizeof(action));
		syscall(SYS_rt_sigaction, number, NULL, &action, 8);
		if (action.handler == (void *)SIG_IGN)
			ignored |= 1ULL << (number - 1);
		else if (action.handler)
			caught |= 1ULL << (number - 1);
		if (action.flags)
			fprintf(out, "sigflags.%d=%lx\n", number, action.flags);
	}
	sigaltstack(NULL, &stack);
	print_set("sigblocked", blocked);
	print_set("sigignored", ignored);
	print_set("sigcaught", caught);
	print_set("sigpending", pending);
	fprintf(out, "altstack=%x\n", stack.ss_flags);
}

static void sched(void)
{
	struct sched_param param = { 0 };
	cpu_set_t cpus;
	int i;

	CPU_ZERO(&cpus);
	sched_getaffinity(0, sizeof(cpus), &cpus);
	fprintf(out, "nice=%d\npolicy=%d\n", getpriority(PRIO_PROCESS, 0), sched_getscheduler(0));
	sched_getparam(0, &param);
	fprintf(out, "rt_priority=%d\naffinity=", param.sched_priority);
	for (i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &cpus))
			fprintf(out, "%d ", i);
	fprintf(out, "\nioprio=%ld\ntimerslack=%d\n", syscall(SYS_ioprio_get, 1, 0),
		prctl(PR_GET_TIMERSLACK));
	print_file("oom_score_adj", "/proc/self/oom_score_adj");
	fprintf(out, "mempolicy=%d\n", ({
			int value = -1;
			syscall(SYS_get_mempolicy, &value, NULL, 0, NULL, 0);
			value;
		}));
	fprintf(out, "child_subreaper=%d\n", ({
			int value = -1;
			prctl(PR_GET_CHILD_SUBREAPER, &value);
			value;
		}));
	fprintf(out, "pdeathsig=%d\n", ({
			int value = -1;
			prctl(PR_GET_PDEATHSIG, &value);
			value;
		}));
	fprintf(out, "thp_disable=%d\n", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
	fprintf(out, "mce_kill=%d\n", prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
}

static void limits(void)
{
	struct rlimit limit;
	int i;

	for (i = 0; i < RLIM_NLIMITS; i++) {
		getrlimit(i, &limit);
		fprintf(out, "rlimit.%d=%llx %llx\n", i, (unsigned long long)limit.rlim_cur,
			(unsigned long long)limit.rlim_max);
	}
}

static void cgroup(void)
{
	print_file("cgroup", "/proc/self/cgroup");
}

static void namespaces(void)
{
	static const char *const names[] = { "cgroup", "ipc", "mnt", "net", "pid",
					     "pid_for_children", "time", "time_for_children",
					     "user", "uts" };
	char key[64], path[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(key, sizeof(key), "ns.%s", names[i]);
		snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
		print_link(key, path);
	}
}

static void security(void)
{
	fprintf(out, "no_new_privs=%d\nseccomp=%d\npersonality=%x\n",
		prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_SECCOMP),
		personality(0xffffffff));
	print_file("attr", "/proc/self/attr/current");
}

/*
 * Print /proc/self/stat by field number. Leave out what differs between two
 * runs of one program: pid, times, faults, addresses, processor.
 */
static void stat_fields(void)
{
	static const int fields[] = { 3, 4, 5, 6, 7, 8, 9, 18, 19, 20, 21, 25, 31, 32, 33, 34,
				      38, 40, 41, 52 };
	char data[4096], *word, *save;
	FILE *file = fopen("/proc/self/stat", "r");
	size_t length, next = 0;
	int number = 2;

	length = file ? fread(data, 1, sizeof(data) - 1, file) : 0;
	data[length] = '\0';
	if (file)
		fclose(file);
	word = strrchr(data, ')');
	if (!word)
		return;
	for (word = strtok_r(word + 2, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		number++;
		if (next < sizeof(fields) / sizeof(*fields) && fields[next] == number) {
			fprintf(out, "stat.%d=%s\n", number, word);
			next++;
		}
	}
}

/* Print /proc/self/status without pids, sizes of memory and counters. */
static void status(void)
{
	static const char *const left_out[] = { "Tgid", "Pid", "NStgid", "NSpid", "NSpgid",
						"FDSize", "Vm", "Rss", "Hugetlb", "SigQ",
						"voluntary", "nonvoluntary", "untag_mask" };
	FILE *file = fopen("/proc/self/status", "r");
	char line[4096], *colon, *at;
	size_t i;

	while (file && fgets(line, sizeof(line), file)) {
		colon = strchr(line, ':');
		if (!colon)
			continue;
		for (i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
			if (!strncmp(line, left_out[i], strlen(left_out[i])))
				break;
		if (i < sizeof(left_out) / sizeof(*left_out))
			continue;
		*colon++ = '\0';
		colon += strspn(colon, " \t");
		for (at = colon; *at; at++)
			if (*at == '\t')
				*at = ' ';
		fprintf(out, "status.%s=%s", line, colon);
	}
	if (file)
		fclose(file);
}

static const struct section {
	const char *name;
	void (*print)(void);
} sections[] = {
	{ "fds", fds },		{ "args", args },	  { "env", env },
	{ "exec", exec },	{ "ids", ids },		  { "session", session },
	{ "where", where },	{ "signals", signals },	  { "sched", sched },
	{ "limits", limits },	{ "cgroup", cgroup },	  { "ns", namespaces },
	{ "security", security }, { "stat", stat_fields }, { "status", status },
};

/* Collect all facts before opening the report, which would be one of them. */
static int facts(const char *path, int count, char **names)
{
	size_t i;
	int output, j;

	out = open_memstream(&report, &report_size);
	for (i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
		for (j = 0; j < count && strcmp(names[j], sections[i].name); j++)
			;
		if (!count || j < count)
			sections[i].print();
	}
	fclose(out);
	output = path ? open(path, O_WRONLY | O_TRUNC | O_CLOEXEC) : STDOUT_FILENO;
	if (output < 0)
		return 126;
	return write(output, report, report_size) == (ssize_t)report_size ? 0 : 125;
}

static int sum(void)
{
	uint64_t hash = 0xcbf29ce484222325ULL;
	size_t bytes = 0, count = 0;
	char **lists[] = { argument, environ };
	int i, j;

	for (i = 0; i < 2; i++) {
		for (j = 0; lists[i][j]; j++) {
			const unsigned char *at = (const unsigned char *)lists[i][j];

			do {
				hash = (hash ^ *at) * 0x100000001b3ULL;
				bytes++;
			} while (*at++);
			count++;
		}
	}
	printf("%zu strings, %zu bytes, %016llx\n", count, bytes, (unsigned long long)hash);
	return 0;
}

/*
 * Return which of the things that it was started with are new, as bits of
 * NEWS_* (common_process.h).
 */
static int news(const char *word)
{
	const char *variable = getenv("WORD");
	char input[4] = "";
	sigset_t mask;
	int found = 0;

	if (read(STDIN_FILENO, input, 3) == 3 && !strcmp(input, "new"))
		found |= 1;
	if (!strcmp(word, "new"))
		found |= 2;
	if (variable && !strcmp(variable, "new"))
		found |= 4;
	if (!sigprocmask(SIG_BLOCK, NULL, &mask) && !sigismember(&mask, SIGUSR1))
		found |= 8;
	return found;
}

static int error_of(int result)
{
	return result < 0 ? errno : 0;
}

static int spawn_from(int template)
{
	struct spawn_template_spawn_args args = {
		.argv = (uintptr_t)(char *[]){ "probe", "exit", "0", NULL }
	};

	return error_of(ioctl(template, SPAWN_TEMPLATE_IOC_SPAWN, &args));
}

static int query_from(int template)
{
	struct spawn_template_query query;

	return error_of(ioctl(template, SPAWN_TEMPLATE_IOC_QUERY, &query));
}

static int create_from(const char *path)
{
	struct spawn_template_create_args args = { .execfd = -1, .filename = (uintptr_t)path };
	int fd = open(SPAWN_TEMPLATE_DEVICE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? errno : error_of(ioctl(fd, SPAWN_TEMPLATE_IOC_CREATE, &args));
}

static int die_of(int number)
{
	signal(number, SIG_DFL);
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	raise(number);
	return 0;
}

static int copy(void)
{
	char data[65536];
	ssize_t size;

	while ((size = read(STDIN_FILENO, data, sizeof(data))) > 0)
		if (write(STDOUT_FILENO, data, size) != size)
			return 1;
	return size < 0;
}

static int say(int fd, const char *word)
{
	return dprintf(fd, "%s\n", word) < 0 ? errno : 0;
}

static int count(void)
{
	size_t number;

	free(list_descriptors(&number));
	printf("%zu\n", number);
	return 0;
}

static int echo(void)
{
	int i;

	for (i = 2; i < arguments; i++)
		puts(argument[i]);
	return 0;
}

int main(int argc, char **argv)
{
	const char *verb, *word;

	if (argc > 2 && !strcmp(argv[1], "script")) {
		argc -= 2;
		argv += 2;
	}
	verb = argc > 1 ? argv[1] : "facts";
	word = argc > 2 ? argv[2] : NULL;
	arguments = argc;
	argument = argv;
	if (!strcmp(verb, "facts"))
		return facts(word, argc > 3 ? argc - 3 : 0, argv + 3);
	if (!strcmp(verb, "exit"))
		return word ? atoi(word) : 0;
	if (!strcmp(verb, "kill") && word)
		return die_of(atoi(word));
	if (!strcmp(verb, "block"))
		for (;;)
			pause();
	if (!strcmp(verb, "echo"))
		return echo();
	if (!strcmp(verb, "cat"))
		return copy();
	if (!strcmp(verb, "complain") && word)
		return say(STDERR_FILENO, word);
	if (!strcmp(verb, "write") && argc > 3)
		return say(atoi(word), argv[3]);
	if (!strcmp(verb, "count-fds"))
		return count();
	if (!strcmp(verb, "sum"))
		return sum();
	if (!strcmp(verb, "news") && word)
		return news(word);
	if (!strcmp(verb, "spawn") && word)
		return spawn_from(atoi(word));
	if (!strcmp(verb, "create") && word)
		return create_from(word);
	if (!strcmp(verb, "query") && word)
		return query_from(atoi(word));
	fprintf(stderr, "probe: what is \"%s\"?\n", verb);
	return 124;
}
