/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * common_process.h - looks at other processes, and holds spawns in the middle
 */
#ifndef TESTS_COMMON_PROCESS_H
#define TESTS_COMMON_PROCESS_H

#include <pthread.h>

#include "common.h"

/*
 * A test that runs in a forked child, so that it may change its own process.
 * The child is a subreaper and must end without children. If it fails, its
 * orphans go to the suite, which kills them.
 */
#define CHILD_TEST(name) \
	static void name##_in_child(void *unused); \
	static void name(void) \
	{ \
		in_subreaper(name##_in_child); \
	} \
	static void name##_in_child(void *unused __attribute__((unused)))

void in_subreaper(void (*function)(void *));

/*
 * A program inside the suite: "SUITE @name ARGUMENT..." runs it instead of
 * tests. Its argv begins after the name.
 */
#define PROGRAM(name) \
	static int name##_program(char **argv); \
	__attribute__((constructor)) static void name##_if_asked(int argc, char **argv) \
	{ \
		if (argc > 1 && !strcmp(argv[1], "@" #name)) \
			exit(name##_program(argv + 2)); \
	} \
	static int name##_program(char **argv __attribute__((unused)))
/* Return the path of the suite's own file, for a template of it. */
const char *own_path(void);

/*
 * Return the content of /proc/PID/NAME, which lives until the test ends; NULL
 * if the file cannot be read.
 */
char *process_file(pid_t pid, const char *name);
char *process_link(pid_t pid, const char *name);
/* Return the state in /proc/PID/stat (R, S, D, T, t, Z); 0 without a process. */
char process_state(pid_t pid);
/* Return a number of /proc/PID/status, or -1. */
long long process_status(pid_t pid, const char *key);
/* Is the process inside the system call of this number? */
bool process_in_syscall(pid_t pid, long number);
/* List the children of a process: zombies too, and those that wait(2) hides. */
int children_of(pid_t parent, pid_t *list, int room);

/* Read or write another process's memory; fail the test if that is impossible. */
void read_memory(pid_t pid, uintptr_t at, void *to, size_t size);
void write_memory(pid_t pid, uintptr_t at, const void *from, size_t size);
/*
 * Return the string at an address, which lives until the test ends; NULL if no
 * memory is mapped there.
 */
char *string_in_memory(pid_t pid, uintptr_t at);

/* Check the condition every millisecond; fail the test after some seconds. */
#define wait_until(condition) \
	do { \
		int patience_ = 20000; \
		while (!(condition)) { \
			if (!patience_--) \
				check_failed(__FILE__, __LINE__, "never true: %s", #condition); \
			usleep(1000); \
		} \
	} while (0)
/* Wait until the process is in one of these states. */
void wait_for_state(pid_t pid, const char *states);

/*
 * A spawn by a new thread of this process. The child waits in an action that
 * opens a FIFO, until the other end is opened.
 */
struct held {
	char *fifo;
	int template;
	char *const *argv; /* NULL: "probe exit 0" */
	pthread_t thread;
	pid_t tid; /* the thread that spawns */
	pid_t child; /* from /proc */
	pid_t pid; /* the return value of the spawn */
	int pidfd;
	struct spawn_template_result result;
};

/* Make a FIFO of this name in the scratch directory. */
char *make_fifo(const char *name);

/*
 * An action that waits: it opens a FIFO for writing, and returns when a reader
 * opens the FIFO. Do not copy the struct: it points into itself.
 */
struct gate {
	char *fifo;
	struct spawn_template_open how;
	struct spawn_template_action action; /* for a list; gate_only() makes it the only action */
};
/* The action opens the FIFO as this descriptor of the child. */
void gate_make(struct gate *gate, int fd);
void gate_only(struct gate *gate, struct spawn_template_spawn_args *args);
/*
 * Open the FIFO to read, so that the child goes on. Return the descriptor. The
 * child can write to its end until the descriptor is closed.
 */
int gate_open(const struct gate *gate);
/*
 * A spawn of "probe news" whose memory says "old". The test can change it to
 * "new" while the spawn waits in its first action. The program's exit status
 * says which values were new. Do not copy the struct: it points into itself.
 */
struct old_memory {
	char path[PATH_MAX]; /* the child opens it as descriptor 0 */
	char argument[4];
	char variable[sizeof("WORD=old")];
	uint64_t signals; /* the child's mask: SIGUSR1, or none */
	char *argv[4], *envp[2];
	struct spawn_template_open open;
	struct spawn_template_sigset set;
	struct spawn_template_action actions[3]; /* the test fills in the first */
	struct spawn_template_spawn_args args; /* uses the other two actions */
};
enum { NEWS_PATH = 1, NEWS_ARGUMENT = 2, NEWS_VARIABLE = 4, NEWS_SIGNALS = 8, NEWS_ALL = 15 };
void old_memory_make(struct old_memory *memory);
void old_memory_renew(struct old_memory *memory);
/* Spawn in the calling thread; return the result of the spawn. */
pid_t spawn_through(struct held *held);
/* Spawn in a new thread; return when the child waits in the open. */
void hold(struct held *held, int template);
/* Open the FIFO's other end, so that the child goes on. */
void let_go(struct held *held);
/* Let the child go on, and wait until the call returns: its pid or -errno. */
pid_t release(struct held *held);
pid_t end_of(struct held *held);

/*
 * A spawn of a template that a new thread of this process makes. The caller fills in
 * 'template' and 'args'.
 */
struct spawn_call {
	struct spawn_template_spawn_args args;
	int template;
	pthread_t thread;
	pid_t tid; /* the thread */
	pid_t pid; /* the return value of the spawn; valid after call_end() */
	bool returned; /* call_has_returned() reads it */
};
void call_begin(struct spawn_call *call);
bool call_has_returned(struct spawn_call *call);
/* Wait for the thread; return the result of the spawn. */
pid_t call_end(struct spawn_call *call);
/* Return the only child of this process when it sleeps in a waiting action. */
pid_t sleeping_child_of_mine(void);

/* Run function(number) in 'count' threads, and wait for all of them. */
void in_threads(int count, void (*function)(int number));

/* Return a random number; the caller keeps the generator's state. */
unsigned int next_random(unsigned int *state);
/* Return the time of CLOCK_MONOTONIC in seconds. */
double seconds(void);

#endif
