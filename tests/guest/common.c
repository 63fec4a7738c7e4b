// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * common.c - what the suites share
 */
#include "common.h"

#include <dirent.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#define TEST_SECONDS 240
#define MAX_TEXTS 4096

int device = -1;
char scratch[PATH_MAX];
int probe = -1;

static bool forked;
static void *texts[MAX_TEXTS];
static int texts_used;
static int fds_at_begin;
static int lowest_at_begin;

static void *kept(void *memory)
{
	if (!memory || texts_used == MAX_TEXTS)
		abort();
	texts[texts_used++] = memory;
	return memory;
}

static void forget_texts(void)
{
	while (texts_used)
		free(texts[--texts_used]);
}

/* Print a comment of TAP: the message may contain text that looks like TAP. */
static void say_failed(const char *file, int line, char *message)
{
	dprintf(STDERR_FILENO, "# in a forked child: %s:%d: %s\n", file, line,
		strsep(&message, "\n"));
	while (message)
		dprintf(STDERR_FILENO, "# %s\n", strsep(&message, "\n"));
}

void check_failed(const char *file, int line, const char *format, ...)
{
	char message[8192];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	if (forked) {
		say_failed(file, line, message);
		_exit(EXIT_FAILURE);
	}
	print_error("%s\n", message);
	_fail(file, line);
	abort();
}

void check_str_at(const char *file, int line, const char *what, const char *got, const char *want)
{
	if (!got || !want ? got != want : strcmp(got, want) != 0)
		check_failed(file, line, "%s is\n%s\nnot\n%s", what, got ? got : "(none)",
			     want ? want : "(none)");
}

/* A negative number in a message is probably an errno. */
const char *errno_text(long long value)
{
	static char buffers[2][64];
	static int next;
	const char *name;

	if (value >= 0 || value < -4095)
		return "";
	name = strerrorname_np(-value);
	next = !next;
	snprintf(buffers[next], sizeof(buffers[next]), " [-%s]", name ? name : "?");
	return buffers[next];
}

char *text(const char *format, ...)
{
	va_list arguments;
	char *result;

	va_start(arguments, format);
	if (vasprintf(&result, format, arguments) < 0)
		abort();
	va_end(arguments);
	return kept(result);
}

char *in_scratch(const char *format, ...)
{
	va_list arguments;
	char *name, *result;

	va_start(arguments, format);
	if (vasprintf(&name, format, arguments) < 0)
		abort();
	va_end(arguments);
	result = text("%s/%s", scratch, name);
	free(name);
	return result;
}

char *in_scratch_new(const char *name)
{
	char *path = in_scratch("%s", name);

	if (unlink(path) < 0 && errno != ENOENT)
		check_failed(__FILE__, __LINE__, "unlink %s: %s", path, strerror(errno));
	return path;
}

static void close_from(int first)
{
	syscall(SYS_close_range, first, ~0U, 0);
}

/*
 * A pattern on the command line selects tests by name. Descriptors that the
 * shell left open are closed, because the children would have them.
 */
void suite_options(int argc, char **argv)
{
	close_from(STDERR_FILENO + 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
}

int begin_suite(void **state)
{
	(void)state;
	strcpy(scratch, "/tmp/outspawn-XXXXXX");
	if (!mkdtemp(scratch) || chmod(scratch, 0777) < 0) {
		perror(scratch);
		return -1;
	}
	device = open(SPAWN_TEMPLATE_DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0) {
		perror(SPAWN_TEMPLATE_DEVICE);
		return -1;
	}
	umask(022);
	return 0;
}

int end_suite(void **state)
{
	char *command;

	(void)state;
	if (asprintf(&command, "rm -rf --one-file-system -- %s", scratch) < 0)
		return -1;
	if (system(command) != 0)
		fprintf(stderr, "# could not remove %s\n", scratch);
	free(command);
	close(device);
	return 0;
}

/* A test's own descriptors are those above the device's. */
static int last_own_fd(void)
{
	return device;
}

/* If run-suites gives the suite more time, each test gets as much. */
static unsigned int test_seconds(void)
{
	const char *suite = getenv("SUITE_SECONDS");
	int seconds = suite ? atoi(suite) : 0;

	return seconds > TEST_SECONDS ? seconds : TEST_SECONDS;
}

int begin_test(void **state)
{
	(void)state;
	alarm(test_seconds());
	fds_at_begin = count_fds();
	lowest_at_begin = lowest_free_fd();
	return 0;
}

static pid_t parent_of(pid_t pid)
{
	char path[64], line[512], *end;
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	length = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (length <= 0)
		return -1;
	line[length] = '\0';
	end = strrchr(line, ')');
	return end ? atoi(end + 4) : -1;
}

static int for_each_child(void (*function)(pid_t))
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	int count = 0;

	if (!proc)
		abort();
	while ((entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (pid <= 0 || parent_of(pid) != getpid())
			continue;
		count++;
		if (function)
			function(pid);
	}
	closedir(proc);
	return count;
}

int count_children(void)
{
	return for_each_child(NULL);
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	kill(pid, SIGCONT);
	waitpid(pid, NULL, __WALL);
}

int end_test(void **state)
{
	(void)state;
	alarm(0);
	if (waitpid(-1, NULL, __WALL | WNOHANG | WNOWAIT) >= 0 || errno != ECHILD)
		for_each_child(end_child);
	if (count_fds() != fds_at_begin)
		close_from(last_own_fd() + 1);
	forget_texts();
	return 0;
}

void run_case(void **state)
{
	test_function *function = *state;

	probe = template_of(PROBE);
	(*function)();
	close(probe);
	check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
	check_eq(count_children(), 0);
	check_eq(count_fds(), fds_at_begin);
	/*
	 * A number that was reserved and never used is in no directory of
	 * /proc.
	 */
	check_eq(lowest_free_fd(), lowest_at_begin);
}

static void reset_signals(void)
{
	static const int caught[] = { SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS };
	size_t i;

	for (i = 0; i < sizeof(caught) / sizeof(*caught); i++)
		signal(caught[i], SIG_DFL);
}

void in_child(void (*function)(void *), void *argument)
{
	pid_t pid;

	fflush(NULL);
	pid = must(fork());
	if (!pid) {
		forked = true;
		reset_signals();
		alarm(test_seconds());
		function(argument);
		_exit(EXIT_SUCCESS);
	}
	check_eq(wait_for(pid), 0);
}

struct call {
	void (*function)(void *);
	void *argument;
};

void become_nobody(void)
{
	must(setgroups(0, NULL));
	must(setresgid(NOBODY, NOBODY, NOBODY));
	must(setresuid(NOBODY, NOBODY, NOBODY));
	/* The process must own its /proc/self again. */
	must(prctl(PR_SET_DUMPABLE, 1));
}

static void as_nobody(void *argument)
{
	struct call *call = argument;

	become_nobody();
	call->function(call->argument);
}

void in_child_as_nobody(void (*function)(void *), void *argument)
{
	in_child(as_nobody, &(struct call){ function, argument });
}

/* Files in /proc have size 0, so the buffer grows as data arrives. */
char *read_whole(const char *path, size_t *size)
{
	size_t used = 0, room = 1 << 16;
	char *data = malloc(room);
	ssize_t got;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || !data)
		check_failed(__FILE__, __LINE__, "%s: %s", path, strerror(errno));
	while ((got = read(fd, data + used, room - used - 1)) > 0) {
		used += got;
		if (room - used < 2) {
			room *= 2;
			data = realloc(data, room);
			if (!data)
				abort();
		}
	}
	close(fd);
	data[used] = '\0';
	if (size)
		*size = used;
	return kept(data);
}

void write_whole(const char *path, const void *data, size_t size, mode_t mode)
{
	int fd = must(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));

	check_eq(write(fd, data, size), size);
	must(fchmod(fd, mode));
	must(close(fd));
}

void write_text(const char *path, const char *content)
{
	write_whole(path, content, strlen(content), 0644);
}

void copy_file(const char *from, const char *to, mode_t mode)
{
	size_t size;
	char *data = read_whole(from, &size);

	write_whole(to, data, size, mode);
}

char *own_probe(const char *name)
{
	char *path = in_scratch_new(name);

	copy_file(PROBE, path, 0755);
	return path;
}

void next_tick(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20 * 1000 * 1000 }, NULL);
}

char *program(const char *name)
{
	static char folder[PATH_MAX];
	ssize_t length;

	if (!*folder) {
		length = readlink("/proc/self/exe", folder, sizeof(folder) - 1);
		if (length < 0)
			abort();
		folder[length] = '\0';
		*strrchr(folder, '/') = '\0';
	}
	return text("%s/%s", folder, name);
}

static int value_or_error(int value)
{
	return value == -1 ? -errno : value;
}

int sys_create(const struct spawn_template_create_args *args)
{
	return value_or_error(ioctl(device, SPAWN_TEMPLATE_IOC_CREATE, args));
}

int sys_spawn(int template, const struct spawn_template_spawn_args *args)
{
	return value_or_error(ioctl(template, SPAWN_TEMPLATE_IOC_SPAWN, args));
}

int sys_spawn_path(const char *file, const char *path, const struct spawn_template_spawn_args *args)
{
	struct spawn_template_path_args path_args = {
		.spawn = (uintptr_t)args,
		.spawn_size = sizeof(*args),
		.file = (uintptr_t)file,
		.path = (uintptr_t)path,
	};

	return value_or_error(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, &path_args));
}

int sys_batch(struct spawn_template_batch_entry *entries, uint32_t count)
{
	struct spawn_template_batch_args args = {
		.entries = (uintptr_t)entries,
		.count = count,
		.entry_size = sizeof(*entries),
	};

	return value_or_error(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &args));
}

int sys_query(int template, struct spawn_template_query *query)
{
	return value_or_error(ioctl(template, SPAWN_TEMPLATE_IOC_QUERY, query));
}

int try_template(const char *path)
{
	return sys_create(&CREATE_PATH(path));
}

int try_template_fd(int fd)
{
	return sys_create(&CREATE_FD(fd));
}

static int good_template(int template, const char *what)
{
	if (template < 0)
		check_failed(__FILE__, __LINE__, "no template of %s: %s", what,
			     strerror(-template));
	return template;
}

int template_of(const char *path)
{
	return good_template(try_template(path), path);
}

int template_of_fd(int fd)
{
	return good_template(try_template_fd(fd), "a descriptor");
}

struct spawn_template_query query_of(int template)
{
	struct spawn_template_query query = { .stale = -1 };

	check_eq(sys_query(template, &query), 0);
	return query;
}

void own_template(void)
{
	close(probe);
	probe = template_of(PROBE);
}

pid_t started(int template, const struct spawn_template_spawn_args *args)
{
	const struct spawn_template_result *result = (const void *)(uintptr_t)args->result;
	pid_t pid = sys_spawn(template, args);

	if (pid <= 0)
		check_failed(__FILE__, __LINE__, "spawn:%s, stage %u, action %d", errno_text(pid),
			     result ? result->stage : 0, result ? result->action : -1);
	return pid;
}

pid_t try_spawn(int template, char *const argv[])
{
	return sys_spawn(template,
			 &(struct spawn_template_spawn_args){ .argv = (uintptr_t)argv });
}

static int wait_with(pid_t pid, int options)
{
	int status;

	if (pid <= 0)
		check_failed(__FILE__, __LINE__, "no child to wait for: %d%s", pid,
			     errno_text(pid));
	if (waitpid(pid, &status, options) != pid)
		check_failed(__FILE__, __LINE__, "wait for %d: %s", pid, strerror(errno));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int wait_for(pid_t pid)
{
	return wait_with(pid, 0);
}

int wait_for_quiet(pid_t pid)
{
	return wait_with(pid, __WCLONE);
}

int spawn_and_wait(int template)
{
	pid_t pid = try_spawn(template, ARGV("probe", "exit", "0"));

	return pid < 0 ? pid : wait_for(pid);
}

/* The facts go to a file, so that the child needs no descriptor for them. */
static char *facts_path(void)
{
	static unsigned int number;

	return in_scratch("facts.%08d.%06u", getpid(), number++);
}

static char *facts_argv(char *argv[16], const char *const sections[8])
{
	char *path = facts_path();
	int count = 0, i;

	argv[count++] = "probe";
	argv[count++] = "facts";
	argv[count++] = path;
	for (i = 0; i < 8 && sections[i]; i++)
		argv[count++] = (char *)sections[i];
	argv[count] = NULL;
	return path;
}

/*
 * Replace the report's path: two runs differ in it and must differ in nothing
 * else.
 */
static char *facts_collect(const char *path, int status)
{
	char *facts, *at;

	if (status)
		check_failed(__FILE__, __LINE__, "probe's exit status is %d", status);
	facts = read_whole(path, NULL);
	while ((at = strstr(facts, path)))
		memset(at, 'F', strlen(path));
	unlink(path);
	return facts;
}

/* Make the report writable for all: the child may run as any user. */
static void facts_prepare(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		return;
	fchmod(fd, 0666);
	close(fd);
}

char *facts_of(const struct request *request)
{
	struct spawn_template_result result = { 0 };
	char *argv[16], *path = facts_argv(argv, request->sections);
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)argv,
						  .envp = (uintptr_t)request->envp,
						  .flags = request->flags,
						  .result = (uintptr_t)&result };
	pid_t pid;

	facts_prepare(path);
	if (request->args) {
		args = *request->args;
		args.argv = (uintptr_t)argv;
		if (!args.result)
			args.result = (uintptr_t)&result;
		pid = sys_spawn(request->template, &args);
	} else if (request->actions)
		pid = outspawn_spawn(request->template, argv, request->envp, request->actions,
				     request->flags, NULL, &result);
	else
		pid = sys_spawn(request->template, &args);
	if (pid < 0)
		check_failed(__FILE__, __LINE__, "spawn: %s, stage %u, action %d",
			     strerror(-pid), result.stage, result.action);
	return facts_collect(path, wait_with(pid, request->args ? __WALL : 0));
}

/*
 * Not inlined: the vfork child must not overwrite what its parent keeps in
 * registers or on the stack.
 */
static __attribute__((noinline)) pid_t vfork_execve(const char *path, char *const argv[],
						    char *const envp[], void (*set_up)(void))
{
	pid_t pid = vfork();

	if (!pid) {
		if (set_up)
			set_up();
		execve(path, argv, envp);
		_exit(127);
	}
	return pid;
}

pid_t reference_spawn(const char *path, char *const argv[], char *const envp[],
		      void (*set_up)(void))
{
	static char *const nothing[] = { NULL };

	return vfork_execve(path, argv, envp ? envp : nothing, set_up);
}

char *reference_facts(const char *path, void (*set_up)(void), const char *const sections[8])
{
	char *argv[16], *file = facts_argv(argv, sections);

	facts_prepare(file);
	return facts_collect(file, wait_for(reference_spawn(path, argv, NULL, set_up)));
}

char *fact(const char *facts, const char *key)
{
	size_t length = strlen(key);
	const char *line, *end;

	for (line = facts; line && *line; line = end ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (!strncmp(line, key, length) && line[length] == '=')
			return text("%.*s", (int)(end - line - length - 1), line + length + 1);
	}
	return NULL;
}

char *facts_with(const char *facts, const char *prefix)
{
	char *result = kept(strdup(facts)), *to = result;
	const char *line, *end;

	for (line = facts; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (strncmp(line, prefix, strlen(prefix)))
			continue;
		memcpy(to, line, end - line + 1);
		to += end - line + 1;
	}
	*to = '\0';
	return result;
}

char *fd_line(int number, int fd)
{
	char link[PATH_MAX] = "";
	int flags = must(fcntl(fd, F_GETFL));
	ssize_t length;

	length = must(readlink(text("/proc/self/fd/%d", fd), link, sizeof(link) - 1));
	link[length] = '\0';
	return text("fd.%d=%s flags=%o pos=%lld\n", number, link, flags,
		    (long long)lseek(fd, 0, SEEK_CUR));
}

int count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;
	int count = 0;

	if (!folder)
		abort();
	while ((entry = readdir(folder)))
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count - 1;
}

bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

int lowest_free_fd(void)
{
	int fd = must(open("/", O_PATH | O_CLOEXEC));

	close(fd);
	return fd;
}

void send_fd(int socket, int fd)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec data = { "x", 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	check_eq(sendmsg(socket, &message, 0), 1);
}

int receive_fd(int socket)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header;
	int fd;

	check_eq(recvmsg(socket, &message, MSG_CMSG_CLOEXEC), 1);
	header = CMSG_FIRSTHDR(&message);
	check(header && header->cmsg_type == SCM_RIGHTS);
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}
