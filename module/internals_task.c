// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * internals_task.c - kernel calls about tasks: birth, end, signals, system
 * calls, credentials
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/cpumask.h>
#include <linux/cred.h>
#include <linux/lsm_hooks.h>
#include <linux/pid.h>
#include <linux/printk.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/task_work.h>
#include <linux/tracepoint.h>
#include <linux/version.h>
#include <uapi/linux/pidfd.h>
#include <uapi/linux/sched.h>
#include <uapi/linux/wait.h>

#include "arch.h"
#include "internals.h"
#include "internals_functions.h"

/* With this flag get_signal() returns to a task that must exit. */
#ifdef PF_USER_WORKER
#define WORKER_FLAG PF_USER_WORKER
#else
#define WORKER_FLAG PF_IO_WORKER
#endif

/* Both flags exist from 7.1 on. */
#ifdef CLONE_AUTOREAP
#define AUTOREAP_FLAG CLONE_AUTOREAP
#else
#define AUTOREAP_FLAG 0
#endif
#ifdef PIDFD_AUTOKILL
#define AUTOKILL_FLAG PIDFD_AUTOKILL
#else
#define AUTOKILL_FLAG 0
#endif

struct task_struct *ki_copy_process(int trace, int node, struct kernel_clone_args *args)
{
	return static_call(os_copy_process)(NULL, trace, node, args);
}

void ki_trace_fork(struct task_struct *child)
{
	/* Protect the call as linux/tracepoint.h does. */
#ifdef OUTSPAWN_TRACEPOINT_SRCU
	guard(srcu_fast_notrace)(&tracepoint_srcu);
	static_call(os_trace_fork)(NULL, current, child);
#else
	preempt_disable_notrace();
	static_call(os_trace_fork)(NULL, current, child);
	preempt_enable_notrace();
#endif
}

#ifdef CONFIG_CPUSETS
/*
 * Before 6.4 cpuset_cpus_allowed() leaves out the CPUs that are offline. In the
 * top cpuset a task has them nevertheless: nothing gives them to the task when
 * they come back.
 */
static void add_offline_cpus(struct task_struct *task, struct cpumask *cpus)
{
#if KERNEL_VERSION(6, 4, 0) > LINUX_VERSION_CODE
	unsigned int cpu;
	bool top;

	rcu_read_lock();
	top = !task_css(task, cpuset_cgrp_id)->parent;
	rcu_read_unlock();
	if (!top)
		return;
	for_each_possible_cpu(cpu)
		if (!cpu_online(cpu))
			cpumask_set_cpu(cpu, cpus);
#endif
}
#endif

void ki_cpuset_cpus(struct task_struct *task, struct cpumask *cpus)
{
#ifdef CONFIG_CPUSETS
	static_call(os_cpuset_cpus)(task, cpus);
	add_offline_cpus(task, cpus);
#else
	cpumask_copy(cpus, cpu_possible_mask);
#endif
}

void ki_wake_up_new_task(struct task_struct *task)
{
	static_call(os_wake_up_new_task)(task);
}

void ki_ptrace_event(int event, unsigned long message)
{
	static_call(os_ptrace_notify)((event << 8) | SIGTRAP, message);
}

void ki_ptrace_syscall(unsigned long message)
{
	int sysgood = current->ptrace & PT_TRACESYSGOOD ? 0x80 : 0;
	int sig;

	/* The same as ptrace_report_syscall() in linux/ptrace.h. */
	if (!(current->ptrace & PT_PTRACED))
		return;
	sig = static_call(os_ptrace_notify)(SIGTRAP | sysgood, message);
	if (sig)
		send_sig(sig, current, 1);
}

void ki_do_exit(long code)
{
	static_call(os_do_exit)(code);
}

long ki_wait_all(pid_t pid)
{
	return static_call(os_kernel_wait4)(pid, NULL, __WALL | WNOHANG, NULL);
}

bool ki_take_signals(void)
{
	struct ksignal ksig = {};
	bool fatal;

	/*
	 * For a fatal signal get_signal() calls do_group_exit(), unless the task
	 * has WORKER_FLAG: then it returns. The child must clean up first. The
	 * flag makes no other difference in get_signal(): the child has no FPU
	 * registers to save before exec.
	 */
	current->flags |= WORKER_FLAG;
	/*
	 * A tracer can unblock a signal that has a handler. get_signal()
	 * returns true for that signal, too, but only a fatal one sets
	 * PF_SIGNALED.
	 */
	fatal = static_call(os_get_signal)(&ksig) && (current->flags & PF_SIGNALED);
	current->flags &= ~WORKER_FLAG;
	return fatal;
}

void ki_run_task_work(void)
{
	if (task_work_pending(current))
		static_call(os_task_work_run)();
}

long ki_sys_call(int nr)
{
	return static_call(os_sys_call)(current_pt_regs(), nr);
}

bool ki_seccomp_allows(void)
{
	switch (internals_shape[SECCOMP]) {
	case SECCOMP_PERMIT:
		return static_call(os_seccomp_permit)();
	case SECURE_COMPUTING:
		return !static_call(os_secure_computing)();
	default:
		return !static_call(os_secure_computing_data)(NULL);
	}
}

void ki_force_sig_seccomp(int nr)
{
	static_call(os_force_sig_seccomp)(nr, 0, true);
}

void ki_audit_enter(const struct call *call)
{
#ifdef CONFIG_AUDITSYSCALL
	const unsigned long *args = call->args;

	if (arch_audits_calls())
		static_call(os_audit_entry)(call->nr, args[0], args[1], args[2], args[3]);
#endif
}

void ki_audit_leave(long ret)
{
#ifdef CONFIG_AUDITSYSCALL
	if (arch_audits_calls())
		static_call(os_audit_exit)(!IS_ERR_VALUE(ret), ret);
#endif
}

void ki_enter_frozen(void)
{
	static_call(os_enter_frozen)();
}

void ki_leave_frozen(void)
{
	static_call(os_leave_frozen)(false);
}

u64 ki_autoreap_flag(void)
{
	return AUTOREAP_FLAG;
}

bool ki_can_kill_on_close(void)
{
	return AUTOKILL_FLAG;
}

int ki_pidfd_prepare(struct pid *pid, bool kill_on_close, struct file **file)
{
	return static_call(os_pidfd_prepare)(pid, kill_on_close ? AUTOKILL_FLAG : 0, file);
}

bool ki_has_capability(struct task_struct *task, struct user_namespace *ns, int cap)
{
	return static_call(os_has_ns_capability)(task, ns, cap);
}

int ki_may_signal(struct task_struct *target, struct kernel_siginfo *info, int sig,
		  const struct cred *sender)
{
#ifdef CONFIG_SECURITY
	return static_call(os_task_kill)(target, info, sig, sender);
#else
	return 0;
#endif
}

#ifdef CONFIG_SECURITY
/*
 * The size of the security modules' data in a struct cred, in bytes; -1 if it
 * is not known. Only internals_init() writes it.
 */
static int cred_blob_size = -1;

/*
 * The BTF has no types of variables, so it cannot confirm what blob_sizes is.
 * Instead compare the size with the memory that the kernel allocated for the
 * security modules' data of current.
 */
void internals_set_blob_sizes(const struct lsm_blob_sizes *sizes)
{
	size_t room = ksize(current_cred()->security);

	if (sizes && sizes->lbs_cred <= room && !sizes->lbs_cred == !room)
		cred_blob_size = sizes->lbs_cred;
	else
		pr_warn("blob_sizes: not as expected: only threads that share one struct cred can share a template\n");
}
#endif

/*
 * The security modules' parts of a struct cred lie in one allocation, which the
 * kernel zeroes. A part has numbers (SELinux), or pointers to objects that the
 * struct cred holds a reference to (AppArmor's label, Landlock's domain). So
 * equal bytes mean equal confinement.
 *
 * Smack's part has list heads, which point to themselves and so are never
 * equal. So with Smack two credentials are the same only if they are one struct
 * cred. The same holds if cred_blob_size is not known.
 *
 * Some modules keep data in the task instead (TOMOYO's domain, AppArmor's
 * profile for the next exec). The child inherits that data from its caller, and
 * exec judges the child by it.
 */
bool ki_same_security(const struct cred *a, const struct cred *b)
{
#ifdef CONFIG_SECURITY
	return a == b || (cred_blob_size >= 0 &&
			  !memcmp(a->security, b->security, cred_blob_size));
#else
	return true;
#endif
}
