// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * watched.c - callers with seccomp filters, and callers with a tracer
 *
 * Both may change or deny each step of a child. Any outcome is right, as long as the
 * kernel does not complain and nothing is lost.
 */
#include "fuzz.h"

#include <elf.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* Also errnos that only the kernel uses, and an errno of 0. */
static const uint32_t verdicts[] = {
	SECCOMP_RET_ERRNO | EPERM, SECCOMP_RET_ERRNO,	    SECCOMP_RET_ERRNO | 512,
	SECCOMP_RET_ERRNO | 513,   SECCOMP_RET_KILL_THREAD, SECCOMP_RET_KILL_PROCESS,
	SECCOMP_RET_TRAP,	   SECCOMP_RET_TRACE | 1,   SECCOMP_RET_LOG,
};
#define VERDICTS (sizeof(verdicts) / sizeof(*verdicts))
/* Of STEPS steps, VERDICTS get a verdict of the table; the others pass. */
#define STEPS 128

#define LETHAL(verdict) \
	((verdict) == SECCOMP_RET_KILL_THREAD || (verdict) == SECCOMP_RET_KILL_PROCESS)

#define DATA(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(verdict) BPF_STMT(BPF_RET | BPF_K, verdict)
#define JUMP_IF(value, to, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, to, otherwise)
#define PROLOGUE 27
/* The most instructions for one verdict. */
#define AT_MOST 5

/*
 * The filter knows a step by its instruction pointer, which is 0. CREATE and QUERY
 * ask about openat2, statx, execveat and execve with the same instruction pointer. A
 * verdict that kills would then kill the caller.
 */
void watched_filter(uint64_t salt, bool may_die)
{
	struct sock_filter code[PROLOGUE + AT_MOST * VERDICTS + 1] = {
		DATA(instruction_pointer),
		JUMP_IF(0, 1, 0),
		RETURN(SECCOMP_RET_ALLOW),
		DATA(nr),
		JUMP_IF(SYS_openat2, 5, 0),
		JUMP_IF(SYS_statx, 4, 0),
		JUMP_IF(SYS_execveat, 3, 0),
		JUMP_IF(SYS_execve, 2, 0),
		/* M[0]: may CREATE or QUERY ask about this call? */
		BPF_STMT(BPF_LD | BPF_IMM, 0),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		BPF_STMT(BPF_LD | BPF_IMM, 1),
		BPF_STMT(BPF_ST, 0),
		DATA(nr),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		DATA(args[0]),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 31),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		DATA(args[1]),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 31),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		DATA(args[2]),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, salt),
		BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 0x9e3779b1),
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 20),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, STEPS - 1),
	};
	struct sock_fprog program = { .filter = code };
	size_t i, length = PROLOGUE;

	for (i = 0; i < VERDICTS; i++) {
		bool spare = LETHAL(verdicts[i]) && !may_die;

		code[length++] = (struct sock_filter)JUMP_IF(i, 0, spare ? AT_MOST - 1 : 1);
		if (spare) {
			code[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_MEM, 0);
			code[length++] = (struct sock_filter)JUMP_IF(1, 0, 1);
			code[length++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
		}
		code[length++] = (struct sock_filter)RETURN(verdicts[i]);
	}
	code[length++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	program.len = length;
	/* Without it an ordinary user may not install a filter. */
	if ((geteuid() && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		complain("a filter cannot be installed");
}

/* The tracer */

/* Change the registers of a child before exec, so that it makes another call. */
static void change_registers(struct rng *rng, pid_t pid)
{
	struct user_regs_struct regs;
	struct iovec all = { &regs, sizeof(regs) };
	unsigned long long *const some[] = { &regs.orig_rax, &regs.rax, &regs.rdi,
					     &regs.rsi,	     &regs.rdx, &regs.r10 };
	unsigned long long *one = RNG_PICK(rng, some);

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &all) < 0)
		return;
	*one = rng_one_in(rng, 2) ? -1ULL : *one ^ 1ULL << rng_below(rng, 32);
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &all);
}

static void go_on(struct rng *rng, pid_t pid, int signal)
{
	switch (rng_below(rng, 16)) {
	case 0:
		ptrace(PTRACE_DETACH, pid, 0, signal);
		return;
	case 1:
		kill(pid, SIGKILL);
		return;
	case 2:
		ptrace(PTRACE_CONT, pid, 0, signal);
		return;
	case 3:
		ptrace(PTRACE_SYSEMU, pid, 0, signal);
		return;
	case 4:
		kill(pid, SIGSTOP);
		kill(pid, SIGCONT);
		break;
	case 5:
		change_registers(rng, pid);
		break;
	}
	ptrace(PTRACE_SYSCALL, pid, 0, signal);
}

/*
 * Continue the traced caller, with stops at its system calls or without. Its only
 * vfork(2) is the one that the module shows to a tracer that does not follow vfork.
 * Change only the registers of that call.
 */
static void caller_goes_on(struct rng *rng, pid_t caller, int request, int signal)
{
	struct user_regs_struct regs;
	struct iovec all = { &regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, caller, NT_PRSTATUS, &all) == 0 &&
	    regs.orig_rax == SYS_vfork) {
		stats->vforks++;
		if (rng_one_in(rng, 4))
			change_registers(rng, caller);
		if (rng_one_in(rng, 16))
			kill(caller, SIGKILL);
	}
	ptrace(request, caller, 0, signal);
}

/* Continue a stopped tracee. Deliver its own signals. */
static void stopped(struct rng *rng, pid_t pid, pid_t caller, int request, int status)
{
	int event = status >> 16, signal = WSTOPSIG(status);

	if (event || signal == SIGTRAP || signal == (SIGTRAP | 0x80))
		signal = 0;
	/* An exiting tracee cannot be killed any more. */
	if (event == PTRACE_EVENT_EXIT)
		ptrace(PTRACE_CONT, pid, 0, signal);
	else if (pid == caller)
		caller_goes_on(rng, pid, request, signal);
	else if (event == PTRACE_EVENT_EXEC)
		ptrace(PTRACE_DETACH, pid, 0, 0);
	else
		go_on(rng, pid, signal);
}

void watched_trace(struct rng *rng, pid_t caller)
{
	/* After exec the program runs untraced: changed calls could do anything. */
	long options = PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD;
	int request = rng_one_in(rng, 2) ? PTRACE_CONT : PTRACE_SYSCALL, status;
	pid_t pid;

	if (request == PTRACE_CONT || rng_one_in(rng, 2))
		options |= PTRACE_O_TRACEVFORK;
	if (rng_one_in(rng, 2))
		options |= PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXIT;
	/* This may fail: the caller may have ended already. */
	ptrace(PTRACE_SEIZE, caller, 0, options);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid <= 0 || !WIFSTOPPED(status))
			continue;
		stats->stops++;
		stopped(rng, pid, caller, request, status);
	}
}
