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

/* Another process's memory, as ptrace(2) reaches it: the test fails if it is not there. */
void read_memory(pid_t pid, uintptr_t at, void *to, size_t size);
void write_memory(pid_t pid, uintptr_t at, const void *from, size_t size);
/* The string at an address, kept until the test ends; NULL if no memory is there. */
char *string_in_memory(pid_t pid, uintptr_t at);

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
/*
 * A spawn of "probe news" whose memory says "old", and can be made to say "new" while
 * the spawn is under way. The program's exit status tells what it was started with. Not
 * to be copied: it points into itself.
 */
struct old_memory {
	char path[PATH_MAX]; /* that is opened as number 0 */
	char argument[4];
	char variable[sizeof("WORD=old")];
	uint64_t signals; /* that are blocked: SIGUSR1, or none */
	char *argv[4], *envp[2];
	struct spawn_template_open open;
	struct spawn_template_sigset set;
	struct spawn_template_action actions[3]; /* the first is the test's */
	struct spawn_template_spawn_args args; /* with the other two */
};
enum { NEWS_PATH = 1, NEWS_ARGUMENT = 2, NEWS_VARIABLE = 4, NEWS_SIGNALS = 8, NEWS_ALL = 15 };
void old_memory_make(struct old_memory *memory);
void old_memory_renew(struct old_memory *memory);
/* Begins the spawn in the calling thread: returns as the spawn does. */
pid_t spawn_through(struct held *held);
/* Begins it in a new thread; returns when the child sits in the open. */
void hold(struct held *held, int template);
/* Lets the child go on. */
void let_go(struct held *held);
/* Waits for the end of the call: its pid or -errno. */
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
	pid_t tid; /* of the thread */
	pid_t pid; /* what the spawn returned; valid after call_end() */
	bool returned; /* read by call_has_returned() */
};
void call_begin(struct spawn_call *call);
bool call_has_returned(struct spawn_call *call);
/* Waits for the thread; returns as the spawn did. */
pid_t call_end(struct spawn_call *call);
/* The only child of this process, once it sleeps: in an action that waits. */
pid_t sleeping_child_of_mine(void);

/* Runs function(number) in so many threads, and waits for them all. */
void in_threads(int count, void (*function)(int number));

/* A random number from a state of the caller's own. */
unsigned int next_random(unsigned int *state);
/* Of CLOCK_MONOTONIC. */
double seconds(void);

#endif
