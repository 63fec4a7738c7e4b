/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common_trace.h - a small tracer
 */
#ifndef TESTS_COMMON_TRACE_H
#define TESTS_COMMON_TRACE_H

#include <sys/ptrace.h>

#include "common_process.h"

#define FOLLOW \
	(PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | \
	 PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL)

/* What was seen of the tracees, in order. */
struct seen {
	pid_t pid;
	int event; /* PTRACE_EVENT_*, or 0: a signal's delivery, or -1: its end */
	unsigned long message; /* PTRACE_GETEVENTMSG, the signal, or the wait status */
};

struct tracer {
	long options;
	int request; /* how tracees go on: PTRACE_CONT, or PTRACE_SYSCALL with TRACESYSGOOD */
	/* Asked at each stop, if not NULL; returns the signal to go on with. */
	int (*at_stop)(const struct seen *stop, int signal);
	pid_t first; /* the process that runs the function */
	struct seen seen[512];
	int count;
};

/*
 * Runs function in a forked and traced child, and all that the options attach,
 * until all of them have ended. Returns the exit status of the first.
 */
int trace(struct tracer *tracer, void (*function)(void *), void *argument);
/*
 * Is it stopped where it enters this system call, or leaves it? For at_stop, with
 * PTRACE_SYSCALL.
 */
enum way {
	ENTERS = PTRACE_SYSCALL_INFO_ENTRY,
	LEAVES = PTRACE_SYSCALL_INFO_EXIT
};
bool stopped_in_call(pid_t pid, long number, enum way way);
/* How a stop at a system call is seen; with PTRACE_O_TRACESYSGOOD. */
#define SYSCALL_STOP (SIGTRAP | 0x80)
struct call_stop {
	enum way way;
	long number;
	uint64_t args[6];
	long ret; /* where the call is left */
};
/* Of a tracee that is in such a stop. */
struct call_stop call_at_stop(pid_t pid);
/* The number of such sights of pid (0: of anybody). */
int seen_times(const struct tracer *tracer, pid_t pid, int event);
/* The first of them, or NULL. */
const struct seen *seen_first(const struct tracer *tracer, pid_t pid, int event);

#endif
