/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common_security.h - the same thing done by vfork + execve and by outspawn
 *
 * A rule says how a caller is confined, what it tries to start, and what comes
 * of it both ways, in words: the verdicts. They are equal, or the rule has a
 * note why outspawn refuses what the other allows, or refuses it otherwise.
 * Where outspawn allowed more, no note would help.
 */
#ifndef TESTS_COMMON_SECURITY_H
#define TESTS_COMMON_SECURITY_H

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "common_process.h"

#define MOST_FACTS 4

struct rule {
	const char *name; /* "group: subject" */
	const char *expect; /* what comes of vfork + execve */
	const char *spawn; /* what comes of outspawn, NULL: the same */
	const char *note; /* why they differ */

	const char *path; /* the program; NULL: probe */
	char *const *argv; /* NULL: "probe exit 0" */
	/*
	 * Keys of probe's facts that the verdict tells. With a "=" before the
	 * key: only whether the value is the caller's own /proc/self/KEY.
	 */
	const char *facts[MOST_FACTS];
	const char *sections[3]; /* the facts' sections */
	const struct spawn_template_action *actions;
	size_t count;
	/* Executed by number: execveat(2), and a template of a descriptor. */
	bool by_fd;
	/* The template, or the descriptor, is made before the caller is confined. */
	bool template_first;
	/* Of outspawn alone: SPAWN_PATH; or a template that takes any format. */
	bool by_path;
	bool any_format;
	/* With by_path: the folders to look for the program in, as execvp(3) does. */
	const char *search;
	/* The caller wants a pidfd: vfork's caller opens one itself. */
	bool pidfd;
	/* Of outspawn alone: memory is lent in which the child shows paths. */
	bool scratch;
	/* SPAWN_TEMPLATE_SPAWN_ASYNC; ..._NO_NEW_PRIVS, which vfork's child sets itself. */
	uint64_t flags;

	/* In the caller, of which both ways begin with a fresh one. */
	void (*enter)(const struct rule *rule); /* before the template in any case */
	void (*confine)(const struct rule *rule);
	long word[4]; /* for it */
	const char *text; /* for it */
	/*
	 * Beside the caller, which is its child and goes on only when attempt->go
	 * is set: sees it through and returns its wait status.
	 */
	int (*attend)(const struct rule *rule, pid_t caller);
	void (*tidy)(const struct rule *rule); /* afterwards, not confined */
};

/* Beside the stages of a spawn, for a rule that spawns nothing. */
#define STAGE_CALL (SPAWN_TEMPLATE_STAGE_STOP + 1)

/* What the caller and its harness both see. */
struct attempt {
	volatile bool go;
	volatile int listener; /* of SECCOMP_RET_USER_NOTIF, in the caller's table */
	volatile bool spawns; /* this is outspawn's turn */
	volatile int given; /* a template from elsewhere, or -1 */
	volatile int error, stage, status;
	volatile int said; /* a word of the harness's own for the verdict */
	char own[MOST_FACTS][64];
};
extern struct attempt *attempt;

/* Tries both ways, compares, and notes a row. Failures are counted. */
void try_rule(const struct rule *rule);
/* One way alone: its verdict. */
const char *try_way(const struct rule *rule, bool spawns);
/* A row whose verdicts were found in some other way. */
void note_row(const struct rule *rule, const char *reference, const char *spawn);
/* Ends a test: fails it if one of its rules did. */
void end_rules(void);

/* A test of some rules, in a child of its own. */
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

/* One of each action but OPEN and FCHDIR with a descriptor: made once. */
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
	EVERY_UMASK, /* from here on of type SYSCALL */
	EVERY_CHDIR,
	EVERY_SETRESUID,
	EVERY_COUNT
};
const struct every_action *every_action(void);
/* An OPEN of a path at the lowest free number that is above 2. */
const struct spawn_template_action *open_action(const char *path, int flags, int newfd);

#define CALL_ACTION(call_) \
	((struct spawn_template_action){ .type = SPAWN_TEMPLATE_ACTION_SYSCALL, \
					 .arg = (uintptr_t)(call_) })

/* The child that is in the midst of opening a FIFO, which the action opens. */
pid_t child_in_open(pid_t caller);
/* Opens a FIFO's other end, which lets that child go on. */
void open_other_end(const char *fifo);
int wait_status(pid_t pid);

void write_file(const char *path, const char *word);
/* Joins a cgroup below /sys/fs/cgroup, which is made; and removes it. */
void join_cgroup(const char *name);
void remove_cgroup(const char *name);
char *cgroup_file(const char *name, const char *file);
void set_capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable);
/* A mount namespace of one's own that nothing gets out of. */
void own_mounts(void);

#endif
