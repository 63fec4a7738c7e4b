// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * A stack for a call of posix_spawn() in a signal handler
 *
 * An alternate signal stack may have only 4 KiB, and the kernel's signal frame
 * takes 1 to 3 KiB of them. glibc's posix_spawn(3) works there: it needs 800
 * bytes, because its child runs on a stack from mmap(2). A call here needs up
 * to 2 KiB, and ld.so needs 3 KiB more when it looks a symbol up for the first
 * time. So a caller on its alternate signal stack gets a stack from mmap(2),
 * too.
 *
 * Meanwhile the kernel sees that the caller is not on its alternate stack. It
 * would put the frame of a new signal at the top of that stack, over the
 * caller's frames. So all signals are blocked until the caller is back on its
 * own stack.
 */
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch.h"
#include "posix.h"

/*
 * Bind it when the library is loaded: later ld.so may lack room on the stack.
 */
extern long syscall(long number, ...) __attribute__((noplt));

/* Several times the need of snprintf(3) and ld.so. */
#define STACK_SIZE (64 << 10)

static bool on_signal_stack(void)
{
	stack_t now;

	return !syscall(SYS_sigaltstack, NULL, &now) && now.ss_flags & SS_ONSTACK;
}

/* Not inlined, so that other callers do not need the stack of its variables. */
static __attribute__((noinline)) bool run_elsewhere(outspawn_i_work *work, void *argument)
{
	const uint64_t all = -1;
	uint64_t mask;
	char *stack = (char *)syscall(SYS_mmap, NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return false;
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof(mask));
	arch_run_on(stack + STACK_SIZE, argument, &mask, work);
	syscall(SYS_munmap, stack, STACK_SIZE);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
	return true;
}

void outspawn_i_with_stack(outspawn_i_work *work, void *argument)
{
	if (!on_signal_stack() || !run_elsewhere(work, argument))
		work(argument, NULL);
}
