/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
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

/* What the tracer saw of its tracees, in order. */
struct seen {
	pid_t pid;
	int event; /* PTRACE_EVENT_*; 0: a signal is delivered; -1: the tracee ended */
	unsigned long message; /* of PTRACE_GETEVENTMSG; or the signal; or the wait status */
};

struct tracer {
	long options;
	int request; /* how tracees are resumed: PTRACE_CONT, or PTRACE_SYSCALL with TRACESYSGOOD */
	/* Called at each stop, if not NULL; returns the signal to deliver. */
	int (*at_stop)(const struct seen *stop, int signal);
	pid_t first; /* the process that runs the function */
	struct seen seen[512];
	int count;
};

/*
 * Run the function in a forked and traced child. Trace it, and all tasks that
 * the options attach, until all have ended. Return the first one's exit status.
 */
int trace(struct tracer *tracer, void (*function)(void *), void *argument);
/*
 * Is the tracee stopped where it enters, or leaves, this system call? For
 * at_stop(), with PTRACE_SYSCALL.
 */
enum way {
	ENTERS = PTRACE_SYSCALL_INFO_ENTRY,
	LEAVES = PTRACE_SYSCALL_INFO_EXIT
};
bool stopped_in_call(pid_t pid, long number, enum way way);
/* How a stop at a system call is reported with PTRACE_O_TRACESYSGOOD. */
#define SYSCALL_STOP (SIGTRAP | 0x80)
struct call_stop {
	enum way way;
	long number;
	uint64_t args[6];
	long ret; /* only where the call is left */
};
/* Describe the stop of a tracee that is stopped at a system call. */
struct call_stop call_at_stop(pid_t pid);
/* Count the events of this kind of pid; of all tracees if pid is 0. */
int seen_times(const struct tracer *tracer, pid_t pid, int event);
/* Return the first of them, or NULL. */
const struct seen *seen_first(const struct tracer *tracer, pid_t pid, int event);

#endif
