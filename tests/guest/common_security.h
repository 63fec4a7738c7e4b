/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * common_security.h - does the same thing by vfork + execve and by outspawn
 *
 * A rule says how a caller is confined and which program it tries to start. It
 * also has the outcome of both ways in words: the verdicts. The verdicts must
 * be equal, unless the rule has a note why outspawn refuses, or refuses
 * differently. If outspawn allows more, the rule fails even with a note.
 */
#ifndef TESTS_COMMON_SECURITY_H
#define TESTS_COMMON_SECURITY_H

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "common_process.h"

#define MOST_FACTS 4

struct rule {
	const char *name; /* "group: subject" */
	const char *expect; /* the outcome of vfork + execve */
	const char *spawn; /* the outcome of outspawn; NULL: the same */
	const char *note; /* why they differ */

	const char *path; /* the program; NULL: probe */
	char *const *argv; /* NULL: "probe exit 0" */
	/*
	 * Keys of probe's facts that the verdict shows. With a "=" before the
	 * key, the verdict only says whether the value is the caller's own
	 * /proc/self/KEY.
	 */
	const char *facts[MOST_FACTS];
	const char *sections[3]; /* the sections that have these facts */
	const struct spawn_template_action *actions;
	size_t count;
	/* Execute a descriptor: execveat(2), and a template of a descriptor. */
	bool by_fd;
	/*
	 * Make the template, or open the descriptor, before the caller is
	 * confined.
	 */
	bool template_first;
	/* For outspawn only: use SPAWN_PATH; make a template with ANY_FORMAT. */
	bool by_path;
	bool any_format;
	/*
	 * With by_path: the directories to search for the program, as execvp(3)
	 * does.
	 */
	const char *search;
	/* The caller wants a pidfd; the caller of vfork opens one itself. */
	bool pidfd;
	/* For outspawn only: lend scratch memory, where the child writes paths. */
	bool scratch;
	/*
	 * SPAWN_TEMPLATE_SPAWN_ASYNC; or ..._NO_NEW_PRIVS, which vfork's child
	 * sets itself.
	 */
	uint64_t flags;

	/* These run in the caller; each of the two ways has a new caller. */
	void (*enter)(const struct rule *rule); /* always before the template */
	void (*confine)(const struct rule *rule);
	long word[4]; /* data for the two functions */
	const char *text; /* data for the two functions */
	/*
	 * Runs in the test while the caller, its child, runs. The caller starts
	 * when this function sets attempt->go. Returns the wait status of the
	 * caller.
	 */
	int (*attend)(const struct rule *rule, pid_t caller);
	void (*tidy)(const struct rule *rule); /* runs last, not confined */
};

/* A stage for rules that make a call and spawn nothing. */
#define STAGE_CALL (SPAWN_TEMPLATE_STAGE_STOP + 1)

/* Shared by the caller and the test. */
struct attempt {
	volatile bool go;
	volatile int listener; /* a descriptor for SECCOMP_RET_USER_NOTIF, in the caller's table */
	volatile bool spawns; /* this caller uses outspawn */
	volatile int given; /* a template made elsewhere, or -1 */
	volatile int error, stage, status;
	volatile int said; /* free for attend() to use in the verdict */
	char own[MOST_FACTS][64];
};
extern struct attempt *attempt;

/* Try both ways, compare the verdicts, and write a row. Count failures. */
void try_rule(const struct rule *rule);
/* Try one way only; return its verdict. */
const char *try_way(const struct rule *rule, bool spawns);
/* Write a row whose verdicts were found without try_way(). */
void note_row(const struct rule *rule, const char *reference, const char *spawn);
/* End a test: fail it if one of its rules failed. */
void end_rules(void);

/* A test of some rules, in a forked child. */
#define RULES(name) \
	static void name##_of_it(void); \
	static void name##_in_child(void *unused) \
	{ \
		(void)unused; \
		name##_of_it(); \
		end_rules(); \
	} \
	static void name(void) \
	{ \
		in_child(name##_in_child, NULL); \
	} \
	static void name##_of_it(void)

/*
 * One of each action; OPEN and FCHDIR without a descriptor of the caller's.
 * Built only once.
 */
struct every_action {
	uint64_t signals;
	struct spawn_template_open open;
	struct spawn_template_sigset set;
	struct spawn_template_syscall calls[3];
	struct spawn_template_action list[11];
};
enum {
	EVERY_CLOSE,
	EVERY_DUP3,
	EVERY_FCNTL,
	EVERY_FCHDIR,
	EVERY_OPENAT2,
	EVERY_CLOSE_RANGE,
	EVERY_SIGMASK,
	EVERY_SIGDEFAULT,
	EVERY_UMASK, /* this and the next ones have type SYSCALL */
	EVERY_CHDIR,
	EVERY_SETRESUID,
	EVERY_COUNT
};
const struct every_action *every_action(void);
/* Return an OPEN of the path at 'newfd'; the action lives until the next call. */
const struct spawn_template_action *open_action(const char *path, int flags, int newfd);
/* The same, with a resolve flag: openat(2) cannot do the same. */
const struct spawn_template_action *openat2_action(const char *path, int flags, int newfd);
/* An OPEN that makes a file of this mode. The action lives as long, too. */
const struct spawn_template_action *create_action(const char *path, mode_t mode, int newfd);

#define CALL_ACTION(call_) \
	((struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_SYSCALL, \
					 .arg = (uintptr_t)(call_) })

/* Return the child of 'caller' when it waits in an action that opens a FIFO. */
pid_t child_in_open(pid_t caller);
/* Open the FIFO's other end, so that the child goes on. */
void open_other_end(const char *fifo);
int wait_status(pid_t pid);

void write_file(const char *path, const char *word);
/* Make a cgroup below /sys/fs/cgroup and join it; remove it. */
void join_cgroup(const char *name);
void remove_cgroup(const char *name);
char *cgroup_file(const char *name, const char *file);
void set_capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable);
/* Enter a new, private mount namespace. */
void own_mounts(void);

#endif
