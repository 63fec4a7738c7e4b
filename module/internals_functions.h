/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internals_functions.h - the unexported kernel functions that the module calls
 *
 * For internals*.c only. KERNEL_FUNCTION() declares a function once, by its
 * type: the static call os_CALL gets that type. In internals.c, which defines
 * INTERNALS_DEFINE_FUNCTIONS, the same line also defines the static call and
 * the string prototype_CALL, which internals.c compares with the BTF.
 *
 * So a type must be written in the words and the order that btf_prototype()
 * writes: "long unsigned int", no parameter names, no __user.
 *
 * To add a function: add its line here, its role and a row in internals.c,
 * and a ki_*() function that calls it. A function that has another type in some
 * kernels needs a line and a row for each type.
 */
#ifndef OUTSPAWN_INTERNALS_FUNCTIONS_H
#define OUTSPAWN_INTERNALS_FUNCTIONS_H

#include <linux/static_call.h>
#include <linux/types.h>
#include <linux/user_namespace.h>

struct cred;
struct fd_range;
struct file;
struct filename;
struct files_struct;
struct fs_struct;
struct kernel_clone_args;
struct kernel_siginfo;
struct ksignal;
struct linux_binprm;
struct open_how;
struct path;
struct pid;
struct pt_regs;
struct rusage;
struct seccomp_data;
struct task_struct;
struct vfsmount;

/*
 * The layout of fs/internal.h's struct of this name. internals_init() compares
 * its size with the BTF. build_open_flags() writes it, and do_file_open() reads
 * it; the module does neither.
 */
struct open_flags {
	int open_flag;
	umode_t mode;
	int acc_mode;
	int intent;
	int lookup_flags;
};

#ifdef INTERNALS_DEFINE_FUNCTIONS
#define KERNEL_FUNCTION(call, type) \
	static const char prototype_##call[] = #type; \
	DEFINE_STATIC_CALL_NULL(os_##call, type)
#else
#define KERNEL_FUNCTION(call, type) DECLARE_STATIC_CALL(os_##call, type)
#endif

KERNEL_FUNCTION(copy_process,
		struct task_struct *(struct pid *, int, int, struct kernel_clone_args *));
KERNEL_FUNCTION(trace_fork, int (void *, struct task_struct *, struct task_struct *));
KERNEL_FUNCTION(wake_up_new_task, void (struct task_struct *));
KERNEL_FUNCTION(ptrace_notify, int (int, long unsigned int));
KERNEL_FUNCTION(do_exit, void (long int));
KERNEL_FUNCTION(kernel_wait4, long int (pid_t, int *, int, struct rusage *));
KERNEL_FUNCTION(get_signal, bool (struct ksignal *));
KERNEL_FUNCTION(task_work_run, void (void));
KERNEL_FUNCTION(sys_call, long int (const struct pt_regs *, unsigned int));
KERNEL_FUNCTION(secure_computing, int (const struct seccomp_data *));
KERNEL_FUNCTION(seccomp_permit, bool (void));
KERNEL_FUNCTION(force_sig_seccomp, int (int, int, bool));
#ifdef CONFIG_AUDITSYSCALL
KERNEL_FUNCTION(audit_entry,
		void (int, long unsigned int, long unsigned int, long unsigned int,
		      long unsigned int));
KERNEL_FUNCTION(audit_exit, void (int, long int));
KERNEL_FUNCTION(audit_openat2, void (struct open_how *));
#endif
KERNEL_FUNCTION(enter_frozen, void (void));
KERNEL_FUNCTION(leave_frozen, void (bool));
KERNEL_FUNCTION(pidfd_prepare, int (struct pid *, unsigned int, struct file **));
KERNEL_FUNCTION(dup_fd_range, struct files_struct *(struct files_struct *, struct fd_range *));
KERNEL_FUNCTION(dup_fd_error, struct files_struct *(struct files_struct *, unsigned int, int *));
KERNEL_FUNCTION(put_files, void (struct files_struct *));
KERNEL_FUNCTION(alloc_fd, int (unsigned int, unsigned int, unsigned int));
KERNEL_FUNCTION(replace_fd, int (unsigned int, struct file *, unsigned int));
KERNEL_FUNCTION(build_open_flags, int (const struct open_how *, struct open_flags *));
KERNEL_FUNCTION(file_open, struct file *(int, struct filename *, const struct open_flags *));
KERNEL_FUNCTION(set_pwd, void (struct fs_struct *, const struct path *));
KERNEL_FUNCTION(rlimit_over, bool (struct ucounts *, enum rlimit_type, long unsigned int));
KERNEL_FUNCTION(alloc_bprm_opens, struct linux_binprm *(int, struct filename *, int));
KERNEL_FUNCTION(alloc_bprm, struct linux_binprm *(int, struct filename *));
KERNEL_FUNCTION(bprm_execve, int (struct linux_binprm *));
KERNEL_FUNCTION(bprm_execve_opens, int (struct linux_binprm *, int, struct filename *, int));
KERNEL_FUNCTION(free_bprm, void (struct linux_binprm *));
KERNEL_FUNCTION(open_unseen, struct file *(const struct path *, int, const struct cred *));
KERNEL_FUNCTION(our_mnt, bool (struct vfsmount *));
KERNEL_FUNCTION(has_ns_capability, bool (struct task_struct *, struct user_namespace *, int));
#ifdef CONFIG_SECURITY
KERNEL_FUNCTION(task_kill,
		int (struct task_struct *, struct kernel_siginfo *, int, const struct cred *));
#endif

#endif /* OUTSPAWN_INTERNALS_FUNCTIONS_H */
