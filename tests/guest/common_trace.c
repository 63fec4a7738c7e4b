// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * common_trace.c - a small tracer
 */
#include "common_trace.h"

#include <sys/user.h>

/* The traced process waits until it is traced. */
static pid_t begin(struct tracer *tracer, void (*function)(void *), void *argument)
{
	int gate[2];
	char byte;
	pid_t pid;

	must(pipe2(gate, O_CLOEXEC));
	pid = must(fork());
	if (!pid) {
		close(gate[1]);
		if (read(gate[0], &byte, 1) != 1)
			_exit(EXIT_FAILURE);
		close(gate[0]);
		function(argument);
		_exit(EXIT_SUCCESS);
	}
	close(gate[0]);
	must(ptrace(PTRACE_SEIZE, pid, 0, tracer->options));
	check_eq(write(gate[1], "x", 1), 1);
	close(gate[1]);
	return pid;
}

static const struct seen *note(struct tracer *tracer, pid_t pid, int event, unsigned long message)
{
	struct seen *seen = &tracer->seen[tracer->count];

	check(tracer->count < (int)(sizeof(tracer->seen) / sizeof(*tracer->seen)));
	tracer->count++;
	*seen = (struct seen){ pid, event, message };
	return seen;
}

/* Resume a stopped tracee. If it was killed in the meantime, do nothing. */
static void go_on(int request, pid_t pid, int signal)
{
	if (ptrace(request, pid, 0, (long)signal) < 0)
		check_eq(errno, ESRCH);
}

static void one_stop(struct tracer *tracer, pid_t pid, int status)
{
	int event = status >> 16, signal = WSTOPSIG(status);
	const struct seen *stop;
	unsigned long message = signal;

	if (event && event != PTRACE_EVENT_STOP)
		ptrace(PTRACE_GETEVENTMSG, pid, 0, &message);
	stop = note(tracer, pid, event, message);
	/*
	 * A tracee in a group stop stays stopped until SIGCONT; others are
	 * resumed.
	 */
	if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
		go_on(PTRACE_LISTEN, pid, 0);
		return;
	}
	if (event || signal == SYSCALL_STOP)
		signal = 0;
	if (tracer->at_stop)
		signal = tracer->at_stop(stop, signal);
	go_on(tracer->request ? tracer->request : PTRACE_CONT, pid, signal);
}

int trace(struct tracer *tracer, void (*function)(void *), void *argument)
{
	int status, result = -1;
	pid_t pid;

	tracer->count = 0;
	tracer->first = begin(tracer, function, argument);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			one_stop(tracer, pid, status);
			continue;
		}
		note(tracer, pid, -1, status);
		if (pid == tracer->first)
			result = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
	check_eq(errno, ECHILD);
	return result;
}

struct call_stop call_at_stop(pid_t pid)
{
	struct __ptrace_syscall_info info = { 0 };
	struct user_regs_struct regs;

	must(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info));
	must(ptrace(PTRACE_GETREGS, pid, 0, &regs));
	return (struct call_stop){ .way = (enum way)info.op,
				   .number = regs.orig_rax,
				   .args = { regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8,
					     regs.r9 },
				   .ret = regs.rax };
}

bool stopped_in_call(pid_t pid, long number, enum way way)
{
	struct call_stop call = call_at_stop(pid);

	return call.way == way && call.number == number;
}

const struct seen *seen_first(const struct tracer *tracer, pid_t pid, int event)
{
	int i;

	for (i = 0; i < tracer->count; i++)
		if ((!pid || tracer->seen[i].pid == pid) && tracer->seen[i].event == event)
			return &tracer->seen[i];
	return NULL;
}

int seen_times(const struct tracer *tracer, pid_t pid, int event)
{
	int i, count = 0;

	for (i = 0; i < tracer->count; i++)
		count += (!pid || tracer->seen[i].pid == pid) && tracer->seen[i].event == event;
	return count;
}
