/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * common.h - what the suites share
 *
 * A suite is a list of tests: void functions that check. Each test starts with
 * no child and with some descriptors open. It must end with no child and with
 * the same descriptors. So each test is also a leak test.
 */
#ifndef TESTS_COMMON_H
#define TESTS_COMMON_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "outspawn.h"
#include "spawn_template.h"

/* An ordinary user without privileges, for tests only. */
#define NOBODY 1000

#define ARGV(...) ((char *const[]){ __VA_ARGS__, NULL })

/* Checks work in the test and in the processes that it forks. */
#define check(condition) \
	do { \
		if (!(condition)) \
			check_failed(__FILE__, __LINE__, "not true: %s", #condition); \
	} while (0)
#define check_eq(got, want) \
	do { \
		long long got_ = (long long)(got), want_ = (long long)(want); \
		if (got_ != want_) \
			check_failed(__FILE__, __LINE__, "%s is %lld%s, not %s (%lld)%s", #got, \
				     got_, errno_text(got_), #want, want_, errno_text(want_)); \
	} while (0)
#define check_str(got, want) check_str_at(__FILE__, __LINE__, #got, got, want)
/* For a system call that the test expects to succeed. */
#define must(call) \
	({ \
		__auto_type value_ = (call); \
		if (value_ == -1) \
			check_failed(__FILE__, __LINE__, "%s: %s", #call, strerror(errno)); \
		value_; \
	})
/* The errno of a system call that must fail; 0 if the call succeeded. */
#define error_of(call) ((call) == -1 ? errno : 0)

void check_failed(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4), noreturn));
void check_str_at(const char *file, int line, const char *what, const char *got, const char *want);
const char *errno_text(long long value);

/* For the whole suite: the open device, and an empty directory for all users. */
extern int device;
extern char scratch[PATH_MAX];
/* Each test has a template of its own, of the program probe. */
extern int probe;

typedef void (*test_function)(void);
#define T(function) \
	{ #function, run_case, begin_test, end_test, &(test_function[1]){ function } }
#define SUITE(name, ...) \
	static const struct CMUnitTest tests_[] = { __VA_ARGS__ }; \
	int main(int argc, char **argv) \
	{ \
		suite_options(argc, argv); \
		return cmocka_run_group_tests_name(name, tests_, begin_suite, end_suite); \
	} \
	_Static_assert(sizeof(tests_) > 0, "an empty suite")
void suite_options(int argc, char **argv);
int begin_suite(void **state);
int end_suite(void **state);
int begin_test(void **state);
int end_test(void **state);
void run_case(void **state);

/*
 * Run the function in a forked child, so that it may change its own process. A
 * check that fails in the child fails the test.
 */
void in_child(void (*function)(void *), void *argument);
/* Run the function in a child as user NOBODY, without groups and capabilities. */
void in_child_as_nobody(void (*function)(void *), void *argument);
void become_nobody(void);

/* These strings live until the test ends. */
char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Return the name of a file in the scratch directory. */
char *in_scratch(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *in_scratch_new(const char *name);

char *read_whole(const char *path, size_t *size);
void write_whole(const char *path, const void *data, size_t size, mode_t mode);
void write_text(const char *path, const char *content);
void copy_file(const char *from, const char *to, mode_t mode);
/* Copy probe to a new file in the scratch directory, mode 755. */
char *own_probe(const char *name);
/* Wait until new timestamps of the file system differ from earlier ones. */
void next_tick(void);

/* Return the path of a program that is installed beside the suite. */
char *program(const char *name);
#define PROBE program("probe")

/* The ioctls: each returns the ioctl's value, or -errno. */
int sys_create(const struct spawn_template_create_args *args);
int sys_spawn(int template, const struct spawn_template_spawn_args *args);
int sys_spawn_path(const char *file, const char *path, const struct spawn_template_spawn_args *args);
int sys_batch(struct spawn_template_batch_entry *entries, uint32_t count);
int sys_query(int template, struct spawn_template_query *query);
#define CREATE_PATH(path_) \
	((struct spawn_template_create_args){ .flags = SPAWN_TEMPLATE_CREATE_CLOEXEC, \
					      .execfd = -1, \
					      .filename = (uintptr_t)(path_) })
#define CREATE_FD(fd_) \
	((struct spawn_template_create_args){ .flags = SPAWN_TEMPLATE_CREATE_CLOEXEC, \
					      .execfd = (fd_) })

/* Spawn, and return the child's pid; fail the test if the spawn fails. */
pid_t started(int template, const struct spawn_template_spawn_args *args);

/* Make a template; return its descriptor, or -errno. */
int try_template(const char *path);
int try_template_fd(int fd);
/* Make a template; fail the test if that is impossible. */
int template_of(const char *path);
int template_of_fd(int fd);
struct spawn_template_query query_of(int template);
/* Make a new template in a forked process: 'probe' belongs to its maker only. */
void own_template(void);

/* Spawn without actions and with an empty environment; return a pid or -errno. */
pid_t try_spawn(int template, char *const argv[]);
/* Wait for a child; return its status as a shell does: 128 + signal if killed. */
int wait_for(pid_t pid);
/* Wait for a child whose exit signal is not SIGCHLD. */
int wait_for_quiet(pid_t pid);
/* Spawn "probe exit 0" and wait for it; return its status, or -errno. */
int spawn_and_wait(int template);

/*
 * A spawn of probe that reports its facts: the named sections (see probe.c), or
 * all of them. facts_of() returns the report, one "key=value" a line, which
 * lives until the test ends.
 */
struct request {
	int template;
	const struct outspawn_actions *actions;
	unsigned int flags;
	char *const *envp;
	const char *sections[8];
	/*
	 * All other arguments. facts_of() adds argv. The actions and flags here
	 * replace those above.
	 */
	const struct spawn_template_spawn_args *args;
};
char *facts_of(const struct request *request);
/*
 * Make a child by vfork and execve, for comparison, and return its facts. The
 * child calls set_up() before execve. It gets the descriptors that are not
 * close-on-exec.
 */
char *reference_facts(const char *path, void (*set_up)(void), const char *const sections[8]);
pid_t reference_spawn(const char *path, char *const argv[], char *const envp[],
		      void (*set_up)(void));
/* Return the value of a key, or NULL. */
char *fact(const char *facts, const char *key);
/* Return the lines whose key begins with the prefix. */
char *facts_with(const char *facts, const char *prefix);
/* Return the line that probe prints if its descriptor 'number' is our 'fd'. */
char *fd_line(int number, int fd);

int count_fds(void);
/* Count this process's children: zombies too, and with any exit signal. */
int count_children(void);
bool is_open(int fd);
/* Return the number that the next descriptor will get. */
int lowest_free_fd(void);

/* Send a descriptor over a socket; receive one. */
void send_fd(int socket, int fd);
int receive_fd(int socket);

#endif
