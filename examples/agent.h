/* SPDX-License-Identifier: MIT */
/* Copyright (C) 2026 The outspawn authors */
/*
 * agent.h - what the files of the example agent share
 *
 *	agent.c     main()
 *	spawn.c     templates of the tools, and spawning, in each way
 *	weight.c    the memory, descriptors and threads that a real agent has
 *	flight.c    calls in flight: pipes, pidfds, epoll
 *	calls.c     which tool calls are made
 *	worktree.c  the git worktree they are made in
 *	report.c    the progress, the table, the comparison
 *
 * Functions return 0 or a positive value, or -errno after a message on stderr.
 */
#ifndef EXAMPLES_AGENT_H
#define EXAMPLES_AGENT_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include <outspawn.h>

/* The ways of starting a program. */
enum way { BY_POSIX_SPAWN, BY_FORK, BY_OUTSPAWN, BY_OUTSPAWN_ASYNC, WAYS };

enum tool_id { RG, GIT, SED, AWK, PYTHON, BASH, TOOLS };

struct tool {
	const char *name; /* looked up in PATH */
	char path[PATH_MAX];
	int tmpl;
};

/* The output of a child so far. */
struct text {
	char *data;
	size_t len, size;
};

/* The outcome of a call that was made in one way. */
struct outcome {
	struct text streams[2]; /* stdout, stderr */
	int code, status; /* si_code and si_status of waitid(2) */
	double blocked; /* microseconds inside the call that spawned the child */
	double total; /* microseconds from that call to exit and the end of both streams */
	/* BY_OUTSPAWN_ASYNC: an error after the call has returned is written here. */
	struct outspawn_result late;
};

/* One tool call. */
struct call {
	enum tool_id tool;
	char **argv; /* the array and its words are allocated */
	struct outcome outcomes[WAYS];
};

/* A call, and the way in which the agent makes it. */
struct job {
	struct call *call;
	enum way way;
};

/* What makes an agent large: a fork copies the first two, and stops the third. */
struct weight {
	unsigned int mebibytes; /* of heap */
	unsigned int descriptors;
	unsigned int threads;
};

struct agent {
	int dev; /* /dev/spawn_template */
	int epoll;
	int signals; /* a signalfd of the signals that end the agent */
	int interrupted; /* the signal that arrived, or 0 */
	sigset_t child_mask; /* the signal mask of the children */
	int worktree; /* the working directory of the children */
	struct tool tools[TOOLS];
	struct weight weight;
	struct flight *flights; /* calls in flight */
	unsigned int inflight; /* the most calls in flight */
	unsigned int renewed; /* how many stale templates were replaced */
};

/* A bar is redrawn in one line of a terminal. Lines are for a log. */
enum progress_style { NO_PROGRESS, PROGRESS_BAR, PROGRESS_LINES };

struct progress {
	enum progress_style style;
	int percent; /* shown last, or -1 */
	size_t total;
};

/* Print what failed, and return -error. agent.c */
int complain(const char *what, int error);
double microseconds(void);

/* The agent owns what these open, and closes it at its end. spawn.c */
int open_device(struct agent *agent);
int find_tools(struct agent *agent);
/*
 * Start a call with output as its stdout and stderr. Set outcome->blocked to the
 * microseconds that the caller is blocked. Return a pidfd that the caller closes.
 * flags: 0, or OUTSPAWN_ASYNC; then outcome->late is written until the child ends.
 */
int spawn_from_template(struct agent *agent, const struct call *call, const int output[2],
			unsigned int flags, struct outcome *outcome);
int spawn_by_libc(const struct agent *agent, const struct call *call, const int output[2],
		  struct outcome *outcome);
int spawn_by_fork(const struct agent *agent, const struct call *call, const int output[2],
		  struct outcome *outcome);

/* Take the memory, open the descriptors, start the threads. weight.c */
int put_on_weight(const struct weight *weight);

/* Prepare for calls in flight, and block the signals that end the agent. flight.c */
int open_flights(struct agent *agent);
/*
 * Make the calls in order, at most agent->inflight at once. progress may be
 * NULL. Return -EINTR after a signal. After an error no call is in flight.
 */
int run_jobs(struct agent *agent, const struct job *jobs, size_t count, struct progress *progress);

/* Return calls that the caller frees, or NULL without memory. calls.c */
struct call *make_calls(size_t count);
void free_calls(struct call *calls, size_t count);
void free_outcome(struct outcome *outcome);

/*
 * Make a git worktree and leave it open as agent->worktree. dir is a template
 * for mkdtemp(3) and becomes the worktree's path. worktree.c
 */
int make_worktree(struct agent *agent, char *dir);
void remove_worktree(const char *dir);
/* Set the variables that git and the other tools read to fixed values. */
void set_environment(void);

/* progress may be NULL. report.c */
void show_progress(struct progress *progress, size_t done);
void end_progress(struct progress *progress);
void print_table(const struct agent *agent, const struct call *calls, size_t count);
/* Print on stderr each call whose outcomes differ. Return how many are equal. */
size_t compare_outcomes(const struct call *calls, size_t count);

#endif /* EXAMPLES_AGENT_H */
