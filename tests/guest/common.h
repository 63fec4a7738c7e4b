/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common.h - what the suites share
 *
 * A suite is a list of tests: void functions that check. Every test starts
 * with no child and has to end with none, and with the descriptors it began
 * with; so each test is one of leaks too.
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

/* The suites' own user, who may do nothing special. */
#define NOBODY 1000

#define ARGV(...) ((char *const[]){ __VA_ARGS__, NULL })

/* Checks work in the test and in processes that it forked. */
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
/* For system calls whose success a test takes for granted. */
#define must(call) \
	({ \
		__auto_type value_ = (call); \
		if (value_ == -1) \
			check_failed(__FILE__, __LINE__, "%s: %s", #call, strerror(errno)); \
		value_; \
	})
/* The errno of a system call that has to fail; 0 when it did not. */
#define error_of(call) ((call) == -1 ? errno : 0)

void check_failed(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4), noreturn));
void check_str_at(const char *file, int line, const char *what, const char *got, const char *want);
const char *errno_text(long long value);

/* The suite: an open device and an empty folder that everybody can read. */
extern int device;
extern char scratch[PATH_MAX];
/* Every test's own template of the program probe. */
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
 * Runs function in a forked child, which may change what it likes of itself.
 * A check that fails there fails the test.
 */
void in_child(void (*function)(void *), void *argument);
/* The same as an ordinary user, without groups and capabilities. */
void in_child_as_nobody(void (*function)(void *), void *argument);
void become_nobody(void);

/* Strings that live until the test ends. */
char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The name of a file in the scratch folder. */
char *in_scratch(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *in_scratch_new(const char *name);

/* Files. */
char *read_whole(const char *path, size_t *size);
void write_whole(const char *path, const void *data, size_t size, mode_t mode);
void write_text(const char *path, const char *content);
void copy_file(const char *from, const char *to, mode_t mode);
/* A fresh copy of probe in the scratch folder, mode 755. */
char *own_probe(const char *name);
/* Long enough that a timestamp of the filesystem is another one. */
void next_tick(void);

/* Programs next to the suite: probe and others. */
char *program(const char *name);
#define PROBE program("probe")

/* The ioctls: a value or -errno. */
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

/* The child of a spawn that has to succeed. */
pid_t started(int template, const struct spawn_template_spawn_args *args);

/* A template, or -errno. */
int try_template(const char *path);
int try_template_fd(int fd);
/* A template; the test ends when it cannot be made. */
int template_of(const char *path);
int template_of_fd(int fd);
struct spawn_template_query query_of(int template);
/* A template is its maker's alone: a forked process needs a probe of its own. */
void own_template(void);

/* Starts a program with no actions and an empty environment: a pid or -errno. */
pid_t try_spawn(int template, char *const argv[]);
/* The exit status as a shell tells it: 128 + signal for the killed. */
int wait_for(pid_t pid);
/* The same of a child whose exit signal is not SIGCHLD. */
int wait_for_quiet(pid_t pid);
/* try_spawn of "probe exit 0" and wait_for: 0, or the -errno. */
int spawn_and_wait(int template);

/*
 * What a spawn of probe says about itself: facts of the named sections (see
 * probe.c; NULL: all), one "key=value" a line, alive until the test ends.
 */
struct request {
	int template;
	const struct outspawn_actions *actions;
	unsigned int flags;
	char *const *envp;
	const char *sections[8];
	/* What else it asks for: no argv; its actions and flags instead of those above. */
	const struct spawn_template_spawn_args *args;
};
char *facts_of(const struct request *request);
/*
 * The same of a child made by vfork and execve, on which set_up ran before;
 * close-on-exec is what decides about its descriptors.
 */
char *reference_facts(const char *path, void (*set_up)(void), const char *const sections[8]);
pid_t reference_spawn(const char *path, char *const argv[], char *const envp[],
		      void (*set_up)(void));
/* The value of a key, or NULL. */
char *fact(const char *facts, const char *key);
/* The lines whose key begins with prefix. */
char *facts_with(const char *facts, const char *prefix);
/* The line that probe prints for number if it is the same as our own fd. */
char *fd_line(int number, int fd);

/* What this process has. */
int count_fds(void);
/* Children of this process, zombies included, whatever their exit signal is. */
int count_children(void);
bool is_open(int fd);
/* The number that the next descriptor will get. */
int lowest_free_fd(void);

/* Sends fd over a socket, and takes one from it. */
void send_fd(int socket, int fd);
int receive_fd(int socket);

#endif
