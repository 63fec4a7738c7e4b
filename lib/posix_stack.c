// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A stack for a call of posix_spawn that is made in a signal handler
 *
 * An alternate signal stack may have 4 KiB, and the kernel's signal frame takes
 * 1 to 3 KiB of it. glibc's posix_spawn works there: it needs 800 bytes, because
 * its child has a stack of mmap's. A spawn of ours needs up to 2 KiB, and ld.so
 * needs 3 KiB more when it looks up a symbol for the first time. So a caller that
 * is on its alternate signal stack gets a stack of mmap's, too.
 *
 * A signal that arrives meanwhile would begin again at the top of the alternate
 * stack, because the kernel sees the caller elsewhere, and would overwrite the
 * frames there. So all signals are blocked until the caller is back on its stack.
 */
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "posix.h"

/* Bound when the library is loaded: there may be no room for ld.so later. */
extern long syscall(long number, ...) __attribute__((noplt));

#ifdef __x86_64__

/* What snprintf(3) and ld.so need, several times. */
#define STACK_SIZE (64 << 10)

/* Calls work(argument, mask) on the stack that ends at top. */
__attribute__((naked, noipa)) static void
run_on(void *top __attribute__((unused)), void *argument __attribute__((unused)),
       const uint64_t *mask __attribute__((unused)), outspawn_i_work *work __attribute__((unused)))
{
	__asm__("pushq %rbp\n\t"
		".cfi_def_cfa_offset 16\n\t"
		".cfi_offset %rbp, -16\n\t"
		"movq %rsp, %rbp\n\t"
		".cfi_def_cfa_register %rbp\n\t"
		"movq %rdi, %rsp\n\t"
		"movq %rsi, %rdi\n\t"
		"movq %rdx, %rsi\n\t"
		"callq *%rcx\n\t"
		"leave\n\t"
		".cfi_def_cfa %rsp, 8\n\t"
		"ret");
}

static bool on_signal_stack(void)
{
	stack_t now;

	return !syscall(SYS_sigaltstack, NULL, &now) && now.ss_flags & SS_ONSTACK;
}

/* Not inlined: only a caller on its signal stack needs what this one keeps. */
static __attribute__((noinline)) bool run_elsewhere(outspawn_i_work *work, void *argument)
{
	const uint64_t all = -1;
	uint64_t mask;
	char *stack = (char *)syscall(SYS_mmap, NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return false;
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof(mask));
	run_on(stack + STACK_SIZE, argument, &mask, work);
	syscall(SYS_munmap, stack, STACK_SIZE);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
	return true;
}

void outspawn_i_with_stack(outspawn_i_work *work, void *argument)
{
	if (!on_signal_stack() || !run_elsewhere(work, argument))
		work(argument, NULL);
}

#else /* another processor: the module is not there either */

void outspawn_i_with_stack(outspawn_i_work *work, void *argument)
{
	work(argument, NULL);
}

#endif
