/* SPDX-License-Identifier: MIT */
/*
 * agent.h - what the files of the example agent share
 *
 *	agent.c     main()
 *	spawn.c     templates of the tools, and spawning, both ways
 *	flight.c    calls in flight: pipes, pidfds, epoll
 *	calls.c     which tool calls are made
 *	worktree.c  the git worktree they are made in
 *	report.c    the progress bar, the table, the comparison
 *
 * Functions return 0 or a value that is not negative, or -errno after they
 * have said on stderr what went wrong.
 */
#ifndef EXAMPLES_AGENT_H
#define EXAMPLES_AGENT_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* The two ways of starting a program. */
enum way { OUTSPAWN, POSIX_SPAWN, WAYS };

enum tool_id { RG, GIT, SED, AWK, PYTHON, BASH, TOOLS };

struct tool {
	const char *name; /* that PATH is searched for */
	char path[PATH_MAX];
	int tmpl;
};

/* What a child wrote; grows as it comes. */
struct text {
	char *data;
	size_t len, size;
};

/* What came of a call that was made one way. */
struct outcome {
	struct text streams[2]; /* stdout, stderr */
	int code, status; /* si_code and si_status of waitid(2) */
	double blocked; /* microseconds inside the call that spawned it */
	double total; /* and from before that call until exit and end of both streams */
};

/* One tool call. */
struct call {
	enum tool_id tool;
	char **argv; /* allocated, as are the words */
	struct outcome outcomes[WAYS];
};

/* A call, and the way it is to be made. */
struct job {
	struct call *call;
	enum way way;
};

struct agent {
	int dev; /* /dev/spawn_template */
	int epoll;
	int signals; /* signalfd of those that end us */
	int interrupted; /* the signal that came, or 0 */
	sigset_t child_mask; /* the signal mask that children get */
	int worktree; /* the directory that children start in */
	struct tool tools[TOOLS];
	struct flight *flights; /* calls in flight */
	unsigned int inflight; /* at most so many */
	unsigned int renewed; /* templates made anew since they were stale */
};

struct progress {
	bool shown;
	int percent; /* drawn last, or -1 */
	size_t total;
};

/* Says what failed, and returns -error. agent.c */
int complain(const char *what, int error);
double microseconds(void);

/* What these open is closed with the agent. spawn.c */
int open_device(struct agent *agent);
int find_tools(struct agent *agent);
/*
 * Start the call. output becomes its stdout and stderr; *blocked is set to the
 * microseconds that the call which spawns took. Return a pidfd, which the
 * caller closes.
 */
int spawn_from_template(struct agent *agent, const struct call *call, const int output[2],
			double *blocked);
int spawn_by_libc(const struct agent *agent, const struct call *call, const int output[2],
		  double *blocked);

/* Also takes over the signals that end us. flight.c */
int open_flights(struct agent *agent);
/*
 * Makes the calls, in order, as many at once as the agent may. progress may be
 * NULL. After an error, or -EINTR for a signal, none is in flight.
 */
int run_jobs(struct agent *agent, const struct job *jobs, size_t count, struct progress *progress);

/* The calls, which the caller frees; NULL: no memory. calls.c */
struct call *make_calls(size_t count);
void free_calls(struct call *calls, size_t count);
void free_outcome(struct outcome *outcome);

/*
 * Makes a git worktree in a directory that dir, a template for mkdtemp(3),
 * becomes; and leaves it open as agent->worktree. worktree.c
 */
int make_worktree(struct agent *agent, char *dir);
void remove_worktree(const char *dir);
/* What git and the others take from the environment, the same on every machine. */
void set_environment(void);

/* report.c */
void show_progress(struct progress *progress, size_t done);
void end_progress(struct progress *progress);
void print_table(const struct agent *agent, const struct call *calls, size_t count);
/* Names the calls whose outcomes differ on stderr. Returns how many are equal. */
size_t compare_outcomes(const struct call *calls, size_t count);

#endif /* EXAMPLES_AGENT_H */
