/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common_process.h - what other processes look like, and spawns that are held
 * in the middle
 */
#ifndef TESTS_COMMON_PROCESS_H
#define TESTS_COMMON_PROCESS_H

#include <pthread.h>

#include "common.h"

/*
 * A test that runs in a forked child, which may change what it likes of itself.
 * Orphans come to that child, which has to end without any; when it fails, they
 * come to the suite, which ends them.
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
 * A program inside the suite: "SUITE @name ARGUMENT..." runs it, and no test.
 * Its argv begins behind the name.
 */
#define PROGRAM(name) \
	static int name##_program(char **argv); \
	__attribute__((constructor)) static void name##_if_asked(int argc, char **argv) \
	{ \
		if (argc > 1 && !strcmp(argv[1], "@" #name)) \
			exit(name##_program(argv + 2)); \
	} \
	static int name##_program(char **argv __attribute__((unused)))
/* The suite's own file, for a template of it. */
const char *own_path(void);

/* Reads /proc/PID/NAME: kept until the test ends; NULL if it cannot be read. */
char *process_file(pid_t pid, const char *name);
char *process_link(pid_t pid, const char *name);
/* As /proc/PID/stat has it: R, S, D, T, t, Z; 0 if there is no such process. */
char process_state(pid_t pid);
/* A number of /proc/PID/status, or -1. */
long long process_status(pid_t pid, const char *key);
/* Does it sit in the system call of this number? */
bool process_in_syscall(pid_t pid, long number);
/* The children of a process, zombies and those that wait(2) does not see included. */
int children_of(pid_t parent, pid_t *list, int room);

/* Looks every millisecond whether the condition holds; fails after some seconds. */
#define wait_until(condition) \
	do { \
		int patience_ = 20000; \
		while (!(condition)) { \
			if (!patience_--) \
				check_failed(__FILE__, __LINE__, "never true: %s", #condition); \
			usleep(1000); \
		} \
	} while (0)
/* The same for what becomes false only when something is wrong. */
void wait_for_state(pid_t pid, const char *states);

/*
 * A spawn whose child waits in an OPEN of a FIFO for somebody at the other
 * end. The call is made by a thread of this process.
 */
struct held {
	char *fifo;
	int template;
	char *const *argv; /* NULL: "probe exit 0" */
	pthread_t thread;
	pid_t tid; /* of the thread */
	pid_t child; /* found in /proc */
	pid_t pid; /* what the spawn returned */
	int pidfd;
	struct spawn_template_result result;
};

/* A FIFO of this name in the scratch folder. */
char *make_fifo(const char *name);

/*
 * An action that waits: an OPEN of a FIFO for writing, which ends when somebody opens
 * it for reading. Not to be copied: it points into itself.
 */
struct gate {
	char *fifo;
	struct spawn_template_open how;
	struct spawn_template_action action; /* one of a list, or all of it */
};
/* It opens the FIFO as this descriptor of the child's. */
void gate_make(struct gate *gate, int fd);
void gate_only(struct gate *gate, struct spawn_template_spawn_args *args);
/* Returns the descriptor; the child's ends are good until it is closed. */
int gate_open(const struct gate *gate);
/* Begins the spawn in the calling thread: returns as the spawn does. */
pid_t spawn_through(struct held *held);
/* Begins it in a new thread; returns when the child sits in the open. */
void hold(struct held *held, int template);
/* Lets the child go on. */
void let_go(struct held *held);
/* Waits for the end of the call: its pid or -errno. */
pid_t release(struct held *held);
pid_t end_of(struct held *held);

/* Runs function(number) in so many threads, and waits for them all. */
void in_threads(int count, void (*function)(int number));

/* A random number from a state of the caller's own. */
unsigned int next_random(unsigned int *state);
/* Of CLOCK_MONOTONIC. */
double seconds(void);

#endif
