// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * common_process.c - looks at other processes, and holds spawns in the middle
 */
#include "common_process.h"

#include <dirent.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <time.h>

#define FILE_MAX 65536
#define MAX_THREADS 64

static void with_its_orphans(void *function)
{
	must(prctl(PR_SET_CHILD_SUBREAPER, 1));
	(*(void (**)(void *))function)(NULL);
	check_eq(count_children(), 0);
}

void in_subreaper(void (*function)(void *))
{
	must(prctl(PR_SET_CHILD_SUBREAPER, 1));
	in_child(with_its_orphans, &function);
	must(prctl(PR_SET_CHILD_SUBREAPER, 0));
}

const char *own_path(void)
{
	static char path[PATH_MAX];

	if (!*path)
		path[must(readlink("/proc/self/exe", path, sizeof(path) - 1))] = '\0';
	return path;
}

/*
 * Fill a buffer of the caller's, so that threads may use this function. Return
 * the size, or -1.
 */
static ssize_t read_process(pid_t pid, const char *name, char *data, size_t room)
{
	char path[128];
	ssize_t got, size = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while ((got = read(fd, data + size, room - size - 1)) > 0)
		size += got;
	close(fd);
	data[size] = '\0';
	return got < 0 ? -1 : size;
}

/* Replace each NUL (/proc/PID/environ has them) by a newline. */
char *process_file(pid_t pid, const char *name)
{
	char *data = malloc(FILE_MAX), *kept = NULL;
	ssize_t size = read_process(pid, name, data, FILE_MAX), i;

	for (i = 0; i < size; i++)
		if (!data[i])
			data[i] = '\n';
	if (size >= 0)
		kept = text("%s", data);
	free(data);
	return kept;
}

char *process_link(pid_t pid, const char *name)
{
	char path[128], target[PATH_MAX];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	length = readlink(path, target, sizeof(target) - 1);
	return length < 0 ? NULL : text("%.*s", (int)length, target);
}

char process_state(pid_t pid)
{
	char data[1024], *end;

	if (read_process(pid, "stat", data, sizeof(data)) <= 0)
		return 0;
	end = strrchr(data, ')');
	return end ? end[2] : 0;
}

long long process_status(pid_t pid, const char *key)
{
	char data[8192], line[64], *at;

	if (read_process(pid, "status", data, sizeof(data)) <= 0)
		return -1;
	snprintf(line, sizeof(line), "\n%s:", key);
	at = strstr(data, line);
	return at ? atoll(strchr(at, ':') + 1) : -1;
}

bool process_in_syscall(pid_t pid, long number)
{
	char data[256];

	return read_process(pid, "syscall", data, sizeof(data)) > 0 && *data != '-' &&
	       *data != 'r' && atol(data) == number;
}

void read_memory(pid_t pid, uintptr_t at, void *to, size_t size)
{
	struct iovec here = { to, size }, there = { (void *)at, size };

	check_eq(process_vm_readv(pid, &here, 1, &there, 1, 0), size);
}

void write_memory(pid_t pid, uintptr_t at, const void *from, size_t size)
{
	struct iovec here = { (void *)from, size }, there = { (void *)at, size };

	check_eq(process_vm_writev(pid, &here, 1, &there, 1, 0), size);
}

/* Read up to the end of each page, because the next page may not be mapped. */
char *string_in_memory(pid_t pid, uintptr_t at)
{
	char data[PATH_MAX + 1] = "";
	size_t used = 0, size;

	while (used < PATH_MAX) {
		struct iovec here, there;

		size = 4096 - (at + used) % 4096;
		if (size > PATH_MAX - used)
			size = PATH_MAX - used;
		here = (struct iovec){ data + used, size };
		there = (struct iovec){ (void *)(at + used), size };
		if (process_vm_readv(pid, &here, 1, &there, 1, 0) != (ssize_t)size)
			return NULL;
		if (memchr(data + used, '\0', size))
			return text("%s", data);
		used += size;
	}
	return NULL;
}

/* The kernel has a list of children for each thread of the parent. */
int children_of(pid_t parent, pid_t *list, int room)
{
	char path[512], data[4096], *at, *end;
	struct dirent *entry;
	int count = 0;
	DIR *threads;

	snprintf(path, sizeof(path), "/proc/%d/task", parent);
	threads = opendir(path);
	while (threads && (entry = readdir(threads))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "task/%s/children", entry->d_name);
		if (read_process(parent, path, data, sizeof(data)) <= 0)
			continue;
		for (at = data; count < room; at = end) {
			list[count] = strtol(at, &end, 10);
			if (end == at)
				break;
			count++;
		}
	}
	if (threads)
		closedir(threads);
	return count;
}

void wait_for_state(pid_t pid, const char *states)
{
	int patience = 20000;
	char state;

	while (!(state = process_state(pid)) || !strchr(states, state)) {
		if (!patience--)
			check_failed(__FILE__, __LINE__, "process %d is in state %c, not in %s",
				     pid, state ? state : '-', states);
		usleep(1000);
	}
}

char *make_fifo(const char *name)
{
	char *path = in_scratch_new(name);

	must(mkfifo(path, 0666));
	must(chmod(path, 0666));
	return path;
}

void gate_make(struct gate *gate, int fd)
{
	static unsigned int number;
	char name[32];

	snprintf(name, sizeof(name), "gate.%u", number++);
	gate->fifo = make_fifo(name);
	gate->how = (struct spawn_template_open){ .path = (uintptr_t)gate->fifo,
						  .how = { .flags = O_WRONLY } };
	gate->action = (struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_OPEN,
						       .fd = AT_FDCWD,
						       .newfd = fd,
						       .arg = (uintptr_t)&gate->how };
}

void gate_only(struct gate *gate, struct spawn_template_spawn_args *args)
{
	args->actions = (uintptr_t)&gate->action;
	args->actions_len = 1;
}

int gate_open(const struct gate *gate)
{
	return must(open(gate->fifo, O_RDONLY | O_CLOEXEC));
}

void old_memory_make(struct old_memory *memory)
{
	write_text(in_scratch("old"), "old");
	write_text(in_scratch("new"), "new");
	*memory = (struct old_memory){ .argument = "old",
				       .variable = "WORD=old",
				       .signals = 1ULL << (SIGUSR1 - 1),
				       .argv = { "probe", "news", memory->argument },
				       .envp = { memory->variable } };
	strcpy(memory->path, in_scratch("old"));
	memory->open.path = (uintptr_t)memory->path;
	memory->set = (struct spawn_template_sigset){ (uintptr_t)&memory->signals, 8 };
	memory->actions[1] = (struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_OPEN,
							     .fd = AT_FDCWD,
							     .arg = (uintptr_t)&memory->open };
	memory->actions[2] = (struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_SIGMASK,
							     .arg = (uintptr_t)&memory->set };
	memory->args = (struct spawn_template_spawn_args){ .argv = (uintptr_t)memory->argv,
							   .envp = (uintptr_t)memory->envp,
							   .actions = (uintptr_t)&memory->actions[1],
							   .actions_len = 2 };
}

void old_memory_renew(struct old_memory *memory)
{
	memcpy(memory->path + strlen(memory->path) - 3, "new", 3);
	strcpy(memory->argument, "new");
	strcpy(memory->variable, "WORD=new");
	memory->signals = 0;
}

pid_t spawn_through(struct held *held)
{
	struct outspawn_actions actions;
	pid_t pid;

	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_open(&actions, 5, held->fifo, O_RDONLY, 0), 0);
	pid = outspawn_spawn(held->template, held->argv ? held->argv : ARGV("probe", "exit", "0"),
			     NULL, &actions, 0, &held->pidfd, &held->result);
	outspawn_actions_destroy(&actions);
	return pid;
}

static void *held_thread(void *argument)
{
	struct held *held = argument;

	__atomic_store_n(&held->tid, gettid(), __ATOMIC_RELEASE);
	held->pid = spawn_through(held);
	return NULL;
}

/* Return the one child of the thread when it sleeps. */
static pid_t sleeping_child(pid_t tid)
{
	char name[64], data[256];
	pid_t child;

	snprintf(name, sizeof(name), "task/%d/children", tid);
	if (!tid || read_process(getpid(), name, data, sizeof(data)) <= 0)
		return 0;
	child = atoi(data);
	return process_state(child) == 'S' ? child : 0;
}

void hold(struct held *held, int template)
{
	static unsigned int number;
	char name[32];

	snprintf(name, sizeof(name), "fifo.%u", number++);
	held->fifo = make_fifo(name);
	held->template = template;
	held->tid = 0;
	check_eq(pthread_create(&held->thread, NULL, held_thread, held), 0);
	wait_until((held->child = sleeping_child(__atomic_load_n(&held->tid, __ATOMIC_ACQUIRE))));
}

/* O_NONBLOCK: open(2) must not wait for a reader, because the child may have ended. */
void let_go(struct held *held)
{
	int fd = open(held->fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
}

pid_t end_of(struct held *held)
{
	check_eq(pthread_join(held->thread, NULL), 0);
	unlink(held->fifo);
	return held->pid;
}

pid_t release(struct held *held)
{
	let_go(held);
	return end_of(held);
}

static void *call_in_thread(void *argument)
{
	struct spawn_call *call = argument;

	__atomic_store_n(&call->tid, gettid(), __ATOMIC_RELEASE);
	call->pid = sys_spawn(call->template, &call->args);
	__atomic_store_n(&call->returned, true, __ATOMIC_RELEASE);
	return NULL;
}

void call_begin(struct spawn_call *call)
{
	check_eq(pthread_create(&call->thread, NULL, call_in_thread, call), 0);
	wait_until(__atomic_load_n(&call->tid, __ATOMIC_ACQUIRE));
}

bool call_has_returned(struct spawn_call *call)
{
	return __atomic_load_n(&call->returned, __ATOMIC_ACQUIRE);
}

pid_t call_end(struct spawn_call *call)
{
	check_eq(pthread_join(call->thread, NULL), 0);
	return call->pid;
}

pid_t sleeping_child_of_mine(void)
{
	pid_t list[2] = { 0 };

	wait_until(children_of(getpid(), list, 2) == 1 && process_state(list[0]) == 'S');
	return list[0];
}

struct numbered {
	void (*function)(int);
	int number;
	pthread_t thread;
};

static void *numbered_thread(void *argument)
{
	struct numbered *numbered = argument;

	numbered->function(numbered->number);
	return NULL;
}

void in_threads(int count, void (*function)(int number))
{
	struct numbered threads[MAX_THREADS];
	int i;

	check(count <= MAX_THREADS);
	for (i = 0; i < count; i++) {
		threads[i] = (struct numbered){ function, i, 0 };
		check_eq(pthread_create(&threads[i].thread, NULL, numbered_thread, &threads[i]), 0);
	}
	for (i = 0; i < count; i++)
		check_eq(pthread_join(threads[i].thread, NULL), 0);
}

unsigned int next_random(unsigned int *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}
