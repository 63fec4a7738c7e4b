/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * internals.h - what the module needs of the kernel's unexported functions
 *
 * The rest of the module uses what the kernel exports, and the functions below.
 * They call kernel functions that are not exported. internals_init() finds
 * these by kprobe and kallsyms when the module is loaded, and compares their
 * types with the BTF of the running kernel. The calls are static calls: direct
 * calls, patched in, which need no retpoline and no ENDBR at the target.
 *
 * Only internals*.[ch] may name an unexported symbol or a kernel version:
 *
 * internals.c            finds and checks the functions
 * internals_functions.h  their types, each declared once
 * internals_btf.c        reads types from the BTF
 * internals_task.c       calls about tasks, signals, system calls, credentials
 * internals_file.c       calls about descriptor tables and files
 * internals_exec.c       calls about exec
 * internals_bprm.c       makes a bprm of an open file
 */
#ifndef OUTSPAWN_INTERNALS_H
#define OUTSPAWN_INTERNALS_H

#include <linux/fs.h>
#include <linux/types.h>

struct call;
struct cred;
struct file;
struct filename;
struct files_struct;
struct kernel_clone_args;
struct kernel_siginfo;
struct kstat;
struct linux_binprm;
struct open_how;
struct page;
struct path;
struct pid;
struct task_struct;
struct user_namespace;

/*
 * Find and check every function. If one is missing or has an unknown type, log
 * one line and return -EOPNOTSUPP. The line has the function's name, the type
 * found and the types known.
 *
 * @trust_version: without BTF, choose the types by the kernel's version
 */
int internals_init(bool trust_version);

/* Were the types chosen without BTF, by the kernel's version? */
bool internals_trusted_version(void);

/*
 * Write a line for each function, "name: prototype", into a page. Return the
 * number of bytes.
 */
ssize_t internals_show(char *page);

/* Tasks: internals_task.c */

/*
 * Make a child of current with copy_process(). The child will run args->fn; it
 * is not awake yet.
 *
 * @trace: a PTRACE_EVENT_* to attach the caller's tracer to the child, or 0
 * @node: the memory node for the child's task_struct, or NUMA_NO_NODE
 *
 * Return: the child or an ERR_PTR; -ERESTARTNOINTR if a signal is pending.
 */
struct task_struct *ki_copy_process(int trace, int node, struct kernel_clone_args *args);
/* Set cpus to those that the task's cpuset has. */
void ki_cpuset_cpus(struct task_struct *task, struct cpumask *cpus);
/* Tell tracing that current made the child, as kernel_clone() does. */
void ki_trace_fork(struct task_struct *child);
void ki_wake_up_new_task(struct task_struct *task);
/* Stop for the tracer, which gets event (PTRACE_EVENT_*) and message. */
void ki_ptrace_event(int event, unsigned long message);
/*
 * Stop for the tracer at a system call, then send the signal that the tracer
 * injects, if any.
 *
 * @message: one of PTRACE_EVENTMSG_SYSCALL_*
 */
void ki_ptrace_syscall(unsigned long message);
/*
 * Call do_exit(), which does not return. The declaration has no __noreturn: the
 * compiler sees a static call that does return, and objtool compares the two.
 */
void ki_do_exit(long code);
/*
 * Call wait4(pid, NULL, __WALL | WNOHANG). May sleep.
 *
 * Return: the pid, 0 if the child has not ended, or -ECHILD.
 */
long ki_wait_all(pid_t pid);
/*
 * Handle what is pending for current with get_signal(), as on the way to user
 * mode: signals that are not blocked, stops, the tracer, the freezers. Only for
 * the child, with all signals blocked. Sleeps.
 *
 * Return: true if current must exit. On the way to user mode get_signal() would
 * have ended the task; here current still lives.
 */
bool ki_take_signals(void);
/*
 * Run what current deferred to its way to user mode: closing files, unmounting.
 * Sleeps. The caller must hold no lock.
 */
void ki_run_task_work(void);
/*
 * Run the system call nr with the arguments in current's registers. Only for
 * the system calls in syscalls.c: others do not work when called from here.
 */
long ki_sys_call(int nr);
/*
 * Do current's seccomp filters allow the system call in current's registers?
 * Current must have filters. __seccomp_filter() in kernel/seccomp.c has what a
 * denial does to the registers and to current. May sleep.
 */
bool ki_seccomp_allows(void);
/*
 * Kill current's process as a filter does that kills for the system call nr:
 * with a SIGSYS that dumps core, which no handler, mask or tracer can hold off.
 * The signal takes effect on the way to user mode.
 */
void ki_force_sig_seccomp(int nr);
/*
 * Open and close the audit record of a system call, if current is audited. What
 * happens between the two is reported as part of that system call.
 */
void ki_audit_enter(const struct call *call);
void ki_audit_leave(long ret);
/*
 * Count current as frozen for cgroup v2 while it waits. Each ki_enter_frozen()
 * needs a ki_leave_frozen().
 */
void ki_enter_frozen(void);
void ki_leave_frozen(void);
/* Return the clone flag for a child that the kernel reaps, or 0: none. */
u64 ki_autoreap_flag(void);
/* Can a pidfd kill its process when the pidfd is closed? */
bool ki_can_kill_on_close(void);
/*
 * Reserve a number in current's table, and make a pidfd file for pid. Does not
 * install the file.
 *
 * @kill_on_close: only if ki_can_kill_on_close(). The process must not be in
 * ki_take_signals() when the file is released: the kernel would warn.
 *
 * Return: the number or an errno.
 */
int ki_pidfd_prepare(struct pid *pid, bool kill_on_close, struct file **file);
/* Does a task, other than current, have this capability in a user namespace? */
bool ki_has_capability(struct task_struct *task, struct user_namespace *ns, int cap);
/*
 * Do the security modules allow a sender with these credentials to send a
 * signal? Does not make the other checks of kill(2).
 */
int ki_may_signal(struct task_struct *target, struct kernel_siginfo *info, int sig,
		  const struct cred *sender);
/*
 * Does every security module have the same data (label, domain and so on) in
 * both credentials? False if that is not known. Each must be, or have been, the
 * credentials of a task.
 */
bool ki_same_security(const struct cred *a, const struct cred *b);

/* Files: internals_file.c */

/*
 * Make an empty descriptor table, with one reference.
 *
 * @room: how many numbers the table must have room for. If it is not 0, the
 *	pointers to files are not initialised: fds_copy() writes them all
 * @node: the memory node for the struct, or NUMA_NO_NODE; a large table's
 *	arrays are on the node of current's CPU
 *
 * Return: the table or an ERR_PTR: -ENOMEM, or -EMFILE (more than nr_open).
 */
struct files_struct *ki_new_files(unsigned int room, int node);
/* Drop a reference. The last one closes the table's descriptors. */
void ki_put_files(struct files_struct *files);
/*
 * Reserve the lowest free number in [start, end) of current's table. Does not
 * check RLIMIT_NOFILE.
 *
 * @flags: O_CLOEXEC or 0
 *
 * Return: the number, or -EMFILE if none is free.
 */
int ki_alloc_fd(unsigned int start, unsigned int end, unsigned int flags);
/*
 * Install file at number fd of current's table, as dup2(2) does. Takes a
 * reference.
 */
int ki_replace_fd(unsigned int fd, struct file *file, unsigned int flags);
/*
 * A path as the kernel's functions take it. getname_kernel() allocates and
 * clears a page for a path; this struct fits on the stack. If current's system
 * call is audited, the audit record keeps a reference to the struct filename.
 * Then ki_name_begin() calls getname_kernel().
 */
struct ki_name {
	struct filename *name; /* 'own', or from getname_kernel() */
	struct filename own;
};

/*
 * Begin to use a path, which must outlive the use. ki_name_end() must follow in
 * the same system call.
 *
 * Return: 0, -ENOMEM or -ENAMETOOLONG.
 */
int ki_name_begin(struct ki_name *name, const char *path);
void ki_name_end(struct ki_name *name);
/*
 * Look up a path as kern_path() does, and follow symbolic links. The caller
 * owns the references in path. Sleeps.
 */
int ki_find_path(const char *string, struct path *path);
/*
 * Return the count of mount_lock, which changes with every change of a mount in
 * the system. An odd number: a mount is changing, or the count is not known.
 */
unsigned int ki_mount_seq(void);
/* Is this current's root directory? */
bool ki_is_root(const struct path *path);
/*
 * May current search this directory? False also if only a call that sleeps could
 * tell, or if the directory was removed. The caller is in an RCU read-side
 * critical section in which the mount and the dentry were not freed yet. It needs
 * no reference to them.
 */
bool ki_may_search(const struct path *dir);
/* Give 'how' to the audit log, as openat2(2) does before it opens. */
void ki_audit_how(const struct open_how *how);
/* Open as openat2(2) does. dfd: AT_FDCWD, or a number in current's table. */
struct file *ki_open(int dfd, struct filename *name, const struct open_how *how);
/*
 * Keep writers away from a file, as exec does while the program runs; -ETXTBSY
 * if the file has a writer. Does nothing if a daemon fills the file on demand
 * (fanotify's pre-content events). Each ki_deny_write() that succeeds needs a
 * ki_allow_write() of the same file.
 */
int ki_deny_write(struct file *file);
void ki_allow_write(struct file *file);
/* How a change of a file can be noticed, besides by its times. */
struct ki_change {
	bool counted; /* counter counts the changes */
	u64 counter;
	/* The next change sets another ctime, even in the same clock tick. */
	bool fine_times;
};

/*
 * Read the basic attributes with vfs_getattr_nosec(), and the change counter.
 * Reading the counter makes the file system count the next change. The file
 * system need not count changes that come before the counter is read. Sleeps.
 */
int ki_getattr_change(const struct path *path, struct kstat *stat, struct ki_change *change);
/* Notify fsnotify's watchers of an open, if dentry_open() did not. */
void ki_notify_open(struct file *file);
/*
 * Call dentry_open() with current's credentials, and without notifying
 * fsnotify's watchers (fanotify, inotify) when the file is opened or closed.
 * Sleeps.
 */
struct file *ki_open_unseen(const struct path *path, int flags);
/* Is this mount in current's mount namespace? As in mnt_may_suid(). */
bool ki_mount_is_ours(const struct path *path);
/* Change current's working directory. Takes references. */
void ki_set_pwd(const struct path *path);

/* exec: internals_exec.c */

/*
 * Make the first check of execve(2). Also clears the mark that set*uid() left.
 *
 * Return: -EAGAIN if a set*uid() exceeded RLIMIT_NPROC and the limit is still
 * exceeded, else 0.
 */
int ki_exec_check_nproc(void);
/*
 * Start to execute the file at descriptor fd.
 *
 * @name: the name to execute it under. It must outlive the bprm, and nothing
 * else may use it meanwhile.
 * @interpretable: an interpreter may open the file by 'name'
 *
 * Return: the bprm or an ERR_PTR.
 */
struct linux_binprm *ki_alloc_bprm(int fd, struct filename *name, bool interpretable);
/*
 * May ki_make_bprm() be used for this exec? If not, the file must be placed at a
 * number, for ki_alloc_bprm().
 */
bool ki_can_make_bprm(void);
/*
 * Let the security modules check a file that current has opened for exec, as
 * the kernel does at the end of an open. Only if ki_can_make_bprm().
 */
int ki_check_opened(struct file *file);
/*
 * Start to execute an open file, as ki_alloc_bprm() does. Only if
 * ki_can_make_bprm(). ki_bprm_execve_path() executes it, with a NULL name.
 *
 * @file: opened for exec, with writers denied. Takes over both.
 * @path: the path to execute it under, which must outlive the bprm
 */
struct linux_binprm *ki_make_bprm(struct file *file, const char *path, bool interpretable);
/* Notify fsnotify's watchers of the exec, if exec itself does not. */
void ki_notify_exec(struct file *file);
/*
 * Get pages of the new program's stack, to write to them. Calls
 * get_user_pages_remote() as get_arg_page() in fs/exec.c does. The stack must
 * reach down to start already. Sleeps.
 *
 * Return: how many pages it got, each for put_page(), or an error.
 */
long ki_get_stack_pages(struct linux_binprm *bprm, unsigned long start, unsigned long count,
			struct page **pages);
/* Execute, with the fd and the name that ki_alloc_bprm() had. */
int ki_bprm_execve(struct linux_binprm *bprm, int fd, struct filename *name);
/*
 * Do the same as ki_alloc_bprm() and ki_bprm_execve() for a file that the
 * kernel opens by its path, as execve(2) does.
 */
struct linux_binprm *ki_alloc_bprm_path(struct filename *name);
int ki_bprm_execve_path(struct linux_binprm *bprm, struct filename *name);
void ki_free_bprm(struct linux_binprm *bprm);

#endif /* OUTSPAWN_INTERNALS_H */
