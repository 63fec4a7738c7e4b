/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * arch.h - the interface to the processor-specific code
 *
 * Only arch.h and arch_*.h know a processor: its registers, its system-call
 * numbers, how its kernel dispatches a system call, its address limit and its
 * page size. tests/static checks that no other file does.
 *
 * To add a processor: write arch_NAME.h, which defines everything that this
 * file declares or names, and include it below. The structs and flags of the
 * interface (uapi/spawn_template.h) are the same on all processors.
 */
#ifndef OUTSPAWN_ARCH_H
#define OUTSPAWN_ARCH_H

/*
 * Each arch_NAME.h defines for elf.c, which unit tests and fuzzers also build
 * as plain C:
 *
 * ARCH_ADDRESS_END	the first address above those that any program may use
 * ARCH_PAGE_SIZE	the page size, in bytes
 *
 * and for the rest of the module:
 *
 * ARCH_NR(name)	the number of a system call
 * ARCH_VFORK		a struct call: the system call that makes a child which
 *			borrows its parent's memory
 * ARCH_SYS_CALL	the kernel function that does a system call; its type:
 *			long int (const struct pt_regs *, unsigned int)
 */
#ifdef __KERNEL__

#include <linux/types.h>

struct task_struct;

/* A system call: its number and its arguments, in their order. */
struct call {
	int nr;
	unsigned long args[6];
};

/* The call of that name. Arguments that are left out are 0. */
#define CALL_OF(_name, ...) ((struct call) { .nr = ARCH_NR(_name), .args = { __VA_ARGS__ } })

/*
 * Write the call to current's registers, as the entry from user mode does. The
 * result is -ENOSYS until the call is done.
 */
static inline void arch_set_call(const struct call *call);
/* Write only the number. */
static inline void arch_set_nr(int nr);
/* Read the call that is in current's registers. */
static inline void arch_get_call(struct call *call);
/* Write, and read, the result in current's registers. */
static inline void arch_set_result(long ret);
static inline long arch_result(void);
/*
 * Clear the user-mode instruction pointer and stack pointer in current's
 * registers. exec sets both.
 */
static inline void arch_clear_user_entry(void);

/* Does current's tracer want a stop at the entry and exit of system calls? */
static inline bool arch_traces_calls(void);
/* Did current's tracer use PTRACE_SYSEMU: stop at the entry, do not run the call? */
static inline bool arch_emulates_calls(void);
/* Is current's system call audited? */
static inline bool arch_audits_calls(void);

/*
 * Give a child that is not yet awake current's I/O port permissions.
 * copy_thread() does not copy them for a task that runs a function.
 */
static inline void arch_share_io_ports(struct task_struct *child);

#endif /* __KERNEL__ */

#ifdef __x86_64__
#include "arch_x86.h"
#else
#error "outspawn has no arch_*.h for this processor"
#endif

#endif /* OUTSPAWN_ARCH_H */
