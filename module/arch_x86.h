/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * arch_x86.h - x86-64: what arch.h declares
 */
#ifndef OUTSPAWN_ARCH_X86_H
#define OUTSPAWN_ARCH_X86_H

/* TASK_SIZE_MAX with four levels of page tables. */
#define ARCH_ADDRESS_END 0x7ffffffff000ULL
#define ARCH_PAGE_SIZE 0x1000ULL

#ifdef __KERNEL__

#include <linux/errno.h>
#include <linux/ptrace.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/thread_info.h>
#include <linux/unistd.h>

#include <asm/ptrace.h>
#include <asm/syscall.h>
#ifdef CONFIG_X86_IOPL_IOPERM
#include <asm/io_bitmap.h>
#endif

#define ARCH_NR(name) __NR_##name
#define ARCH_VFORK CALL_OF(vfork)
#define ARCH_SYS_CALL "x64_sys_call"

static inline void arch_set_call(const struct call *call)
{
	struct pt_regs *regs = current_pt_regs();

	regs->orig_ax = call->nr;
	regs->ax = -ENOSYS;
	regs->di = call->args[0];
	regs->si = call->args[1];
	regs->dx = call->args[2];
	regs->r10 = call->args[3];
	regs->r8 = call->args[4];
	regs->r9 = call->args[5];
}

static inline void arch_set_nr(int nr)
{
	current_pt_regs()->orig_ax = nr;
}

static inline void arch_get_call(struct call *call)
{
	struct pt_regs *regs = current_pt_regs();

	call->nr = syscall_get_nr(current, regs);
	syscall_get_arguments(current, regs, call->args);
}

static inline void arch_set_result(long ret)
{
	current_pt_regs()->ax = ret;
}

static inline long arch_result(void)
{
	return current_pt_regs()->ax;
}

static inline void arch_clear_user_entry(void)
{
	instruction_pointer_set(current_pt_regs(), 0);
	user_stack_pointer_set(current_pt_regs(), 0);
}

static inline bool arch_traces_calls(void)
{
	return test_syscall_work(SYSCALL_TRACE);
}

static inline bool arch_emulates_calls(void)
{
	return test_syscall_work(SYSCALL_EMU);
}

static inline bool arch_audits_calls(void)
{
	return test_syscall_work(SYSCALL_AUDIT);
}

static inline void arch_share_io_ports(struct task_struct *child)
{
#ifdef CONFIG_X86_IOPL_IOPERM
	struct io_bitmap *ports = current->thread.io_bitmap;

	/* As io_bitmap_share() in arch/x86/kernel/ioport.c. */
	if (!test_thread_flag(TIF_IO_BITMAP))
		return;
	/* iopl(2) allows all ports without a bitmap. */
	if (ports) {
		refcount_inc(&ports->refcnt);
		child->thread.io_bitmap = ports;
	}
	set_tsk_thread_flag(child, TIF_IO_BITMAP);
#endif
}

#endif /* __KERNEL__ */

#endif /* OUTSPAWN_ARCH_X86_H */
