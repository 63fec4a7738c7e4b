/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * internals_functions.h - the unexported kernel functions that the module calls
 *
 * For internals*.c only. KERNEL_FUNCTION() declares a function once, by its
 * type: the static call os_CALL gets that type. In internals.c, which defines
 * INTERNALS_DEFINE_FUNCTIONS, the same line also defines the static call and
 * the string prototype_CALL, which internals.c compares with the BTF.
 *
 * So each type here is written exactly as btf_prototype() writes it: "long
 * unsigned int", no parameter names, no __user.
 *
 * To add a function: add its line here and its role, a row in internals.c, and
 * a ki_*() function that calls it. A function whose type differs between
 * kernels needs a line and a row for each type.
 */
#ifndef OUTSPAWN_INTERNALS_FUNCTIONS_H
#define OUTSPAWN_INTERNALS_FUNCTIONS_H

#include <linux/fs.h>
#include <linux/seqlock.h>
#include <linux/static_call.h>
#include <linux/types.h>
#include <linux/user_namespace.h>

struct cred;
struct fd_range;
struct fdtable;
struct file;
struct filename;
struct files_struct;
struct fs_struct;
struct kernel_clone_args;
struct kernel_siginfo;
struct kmem_cache;
struct ksignal;
struct linux_binprm;
struct lsm_blob_sizes;
struct mm_struct;
struct open_how;
struct path;
struct pid;
struct pt_regs;
struct rusage;
struct seccomp_data;
struct task_struct;
struct vfsmount;
struct vm_area_struct;

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
KERNEL_FUNCTION(secure_computing_data, int (const struct seccomp_data *));
KERNEL_FUNCTION(secure_computing, int (void));
KERNEL_FUNCTION(seccomp_permit, bool (void));
#ifdef CONFIG_CPUSETS
KERNEL_FUNCTION(cpuset_cpus, void (struct task_struct *, struct cpumask *));
#endif
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
KERNEL_FUNCTION(alloc_fdtable, struct fdtable *(unsigned int));
KERNEL_FUNCTION(put_files, void (struct files_struct *));
KERNEL_FUNCTION(alloc_fd, int (unsigned int, unsigned int, unsigned int));
KERNEL_FUNCTION(replace_fd, int (unsigned int, struct file *, unsigned int));
KERNEL_FUNCTION(build_open_flags, int (const struct open_how *, struct open_flags *));
KERNEL_FUNCTION(file_open, struct file *(int, struct filename *, const struct open_flags *));
KERNEL_FUNCTION(path_lookup,
		int (int, struct filename *, unsigned int, struct path *, struct path *));
KERNEL_FUNCTION(path_lookup_const,
		int (int, struct filename *, unsigned int, struct path *, const struct path *));
KERNEL_FUNCTION(set_pwd, void (struct fs_struct *, const struct path *));
KERNEL_FUNCTION(rlimit_over, bool (struct ucounts *, enum rlimit_type, long unsigned int));
KERNEL_FUNCTION(alloc_bprm_opens, struct linux_binprm *(int, struct filename *, int));
KERNEL_FUNCTION(alloc_bprm, struct linux_binprm *(int, struct filename *));
KERNEL_FUNCTION(bprm_execve, int (struct linux_binprm *));
KERNEL_FUNCTION(bprm_execve_opens, int (struct linux_binprm *, int, struct filename *, int));
KERNEL_FUNCTION(free_bprm, void (struct linux_binprm *));
KERNEL_FUNCTION(mm_alloc, struct mm_struct *(void));
KERNEL_FUNCTION(stack_vma,
		int (struct mm_struct *, struct vm_area_struct **, long unsigned int *));
KERNEL_FUNCTION(vm_area_alloc, struct vm_area_struct *(struct mm_struct *));
KERNEL_FUNCTION(vm_area_free, void (struct vm_area_struct *));
KERNEL_FUNCTION(insert_vm_struct, int (struct mm_struct *, struct vm_area_struct *));
KERNEL_FUNCTION(post_open, int (struct file *, int));
KERNEL_FUNCTION(open_unseen, struct file *(const struct path *, int, const struct cred *));
KERNEL_FUNCTION(our_mnt, bool (struct vfsmount *));
KERNEL_FUNCTION(has_ns_capability, bool (struct task_struct *, struct user_namespace *, int));
#ifdef CONFIG_SECURITY
KERNEL_FUNCTION(task_kill,
		int (struct task_struct *, struct kernel_siginfo *, int, const struct cred *));
#endif

/* What the module needs a function for. Each role gets one function. */
enum role {
	COPY_PROCESS,
	TRACE_FORK,
	WAKE_UP_NEW_TASK,
	PTRACE_NOTIFY,
	DO_EXIT,
	WAIT4,
	GET_SIGNAL,
	TASK_WORK_RUN,
	SYS_CALL,
	SECCOMP,
	FORCE_SIG_SECCOMP,
#ifdef CONFIG_CPUSETS
	CPUSET_CPUS,
#endif
#ifdef CONFIG_AUDITSYSCALL
	AUDIT_CALL_ENTRY,
	AUDIT_CALL_EXIT,
	AUDIT_OPENAT2_HOW,
#endif
	ENTER_FROZEN,
	LEAVE_FROZEN,
	PIDFD_PREPARE,
	DUP_FD,
	PUT_FILES,
	ALLOC_FD,
	REPLACE_FD,
	BUILD_OPEN_FLAGS,
	FILE_OPEN,
	PATH_LOOKUP,
	SET_PWD,
	RLIMIT_OVER,
	ALLOC_BPRM,
	BPRM_EXECVE,
	FREE_BPRM,
	OPEN_UNSEEN,
	OUR_MNT,
	HAS_NS_CAPABILITY,
#ifdef CONFIG_SECURITY
	TASK_KILL,
#endif
	/* From here on, a kernel need not have the function. */
	OPTIONAL_ROLES,
	ALLOC_FDTABLE = OPTIONAL_ROLES,
	MM_ALLOC,
	STACK_VMA,
	VM_AREA_ALLOC,
	VM_AREA_FREE,
	INSERT_VM_STRUCT,
	POST_OPEN,
	ROLES
};

/* How a role's function is called, where kernels differ. */
enum shape {
	ONLY, /* all supported kernels agree */
	DUP_FD_RANGE, /* dup_fd(files, punch_hole) */
	DUP_FD_ERROR, /* dup_fd(files, max_fds, &error) */
	SECURE_COMPUTING_DATA, /* __secure_computing(data): 0 allows */
	SECURE_COMPUTING, /* __secure_computing(): 0 allows */
	SECCOMP_PERMIT, /* true allows */
	ROOT_CONST, /* filename_lookup() takes a const root */
	OPEN_BY_FLAG, /* dentry_open() with NONOTIFY_FLAG */
};

/* Which of exec's functions opens the program's file. */
enum exec_era {
	ALLOC_OPENS, /* alloc_bprm(), from 6.8 on */
	EXECVE_OPENS, /* bprm_execve(), before 6.8 */
};

/* The shape of each role, and exec's era. Only internals_init() writes them. */
extern enum shape internals_shape[ROLES];
extern enum exec_era internals_exec_era;

/*
 * The flag with which dentry_open() does not notify fsnotify's watchers. Newer
 * kernels have the function dentry_open_nonotify() instead.
 */
#ifdef __FMODE_NONOTIFY
#define NONOTIFY_FLAG __FMODE_NONOTIFY
#define NONOTIFY_BY_FLAG 1
#else
#define NONOTIFY_FLAG 0
#define NONOTIFY_BY_FLAG 0
#endif

/* Does this kernel have the function of an optional role? For internals_init(). */
bool internals_has(enum role role);

/* Find out whether ki_make_bprm() may be used. For internals_init(). */
void internals_init_bprm(void);

/*
 * Take the cache that dup_fd() allocates from: the kernel's files_cachep, or
 * NULL if kallsyms has no such variable.
 */
void internals_set_files_cache(struct kmem_cache *const *cache);

/* Take the kernel's mount_lock, or NULL if kallsyms has no such variable. */
void internals_set_mount_lock(const seqlock_t *lock);

#ifdef CONFIG_SECURITY
/*
 * Take the size of the security modules' data in a struct cred from the
 * kernel's blob_sizes, or NULL if kallsyms has no such variable.
 */
void internals_set_blob_sizes(const struct lsm_blob_sizes *sizes);
#endif

#endif /* OUTSPAWN_INTERNALS_FUNCTIONS_H */
