/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internals.h - the door of the room for kernel internals
 *
 * The rest of the module uses what the kernel exports, and these functions.
 * Behind them are functions that it does not export: found by kprobe and
 * kallsyms, compared with the running kernel's BTF when the module is loaded,
 * called through static calls (direct calls, patched in: no retpoline, and no
 * need for an ENDBR at the target). Only internals*.c names an unexported
 * symbol or a kernel version.
 */
#ifndef OUTSPAWN_INTERNALS_H
#define OUTSPAWN_INTERNALS_H

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
 * Find and check every function. Logs one line that names the function, the
 * shape found and the shapes known, and fails with -EOPNOTSUPP, if one is
 * missing or of an unknown shape.
 *
 * @trust_version: go on without BTF, choosing shapes by the kernel's version
 */
int internals_init(bool trust_version);

/* Were the shapes chosen without BTF? */
bool internals_trusted_version(void);

/* Write a line a function, "name: prototype", into a page. Returns bytes. */
ssize_t internals_show(char *page);

/*
 * copy_process() of the current task: a new task that will run args->fn, not
 * yet awake; an ERR_PTR otherwise. trace: a PTRACE_EVENT_* to attach the
 * caller's tracer to it, or 0. node: where its task_struct is allocated, or
 * NUMA_NO_NODE. -ERESTARTNOINTR if a signal is pending.
 */
struct task_struct *ki_copy_process(int trace, int node, struct kernel_clone_args *args);
/* Tell tracing that current made child, as kernel_clone() does. */
void ki_trace_fork(struct task_struct *child);
void ki_wake_up_new_task(struct task_struct *task);
/* Stop for the tracer, which gets event (PTRACE_EVENT_*) and message. */
void ki_ptrace_event(int event, unsigned long message);
/*
 * Stop for the tracer at a system call; message is one of
 * PTRACE_EVENTMSG_SYSCALL_*. A signal that it injects is sent.
 */
void ki_ptrace_syscall(unsigned long message);
/*
 * do_exit(): does not return. Not declared so, because to the compiler the static call
 * in it does return, and objtool compares.
 */
void ki_do_exit(long code);
/* wait4(pid, NULL, __WALL | WNOHANG): the pid, 0: not yet, or -ECHILD. May sleep. */
long ki_wait_all(pid_t pid);
/*
 * Take what is pending of current's and not blocked, as on the way to user mode:
 * stops, a tracer's, the freezers'. Only in the child, with all signals blocked.
 * Sleeps. Returns true if current is to die: unlike there, it still lives.
 */
bool ki_take_signals(void);
/*
 * Do what current put off to its way to user mode: closing files, unmounting. Sleeps;
 * without locks.
 */
void ki_run_task_work(void);
/*
 * Do the system call nr with the arguments that stand in current's registers.
 * Not everything bears being called from here: syscalls.c says what does.
 */
long ki_sys_call(int nr);
/*
 * Do current's seccomp filters allow the system call that stands in its
 * registers? It must have filters. What a denial does to the registers and to
 * current, see __seccomp_filter() in kernel/seccomp.c. May sleep.
 */
bool ki_seccomp_allows(void);
/*
 * Kill current's process as a filter that kills current for the system call nr does:
 * by a SIGSYS that no handler, mask or tracer holds off, with a core dump. It takes
 * effect on the way to user mode.
 */
void ki_force_sig_seccomp(int nr);
/*
 * Open and close the audit record of a system call of current's, if it is
 * audited. What stands between is reported as that call's.
 */
void ki_audit_enter(const struct call *call);
void ki_audit_leave(long ret);
/* Count this task as frozen for cgroup v2 while it waits; in pairs. */
void ki_enter_frozen(void);
void ki_leave_frozen(void);
/* The clone flag for a child that nobody has to wait for, or 0: there is none. */
u64 ki_autoreap_flag(void);
/* Can a pidfd kill its process when it is closed? */
bool ki_can_kill_on_close(void);
/*
 * Reserve a number in current's table and make a pidfd file for pid, which is
 * not installed. Returns the number or an errno.
 *
 * @kill_on_close: only where ki_can_kill_on_close(), and only for a process that
 * is not in ki_take_signals() when the file is released
 */
int ki_pidfd_prepare(struct pid *pid, bool kill_on_close, struct file **file);

/*
 * A new, empty table with one reference, or an ERR_PTR: -ENOMEM, or -EMFILE (more
 * than nr_open).
 *
 * @room: how many numbers it must have room for
 */
struct files_struct *ki_new_files(unsigned int room);
/* Drop a reference; the last one closes the table's descriptors. */
void ki_put_files(struct files_struct *files);
/*
 * Reserve the lowest free number in [start, end) of current's table, without
 * asking RLIMIT_NOFILE. flags: O_CLOEXEC or 0. -EMFILE if there is none.
 */
int ki_alloc_fd(unsigned int start, unsigned int end, unsigned int flags);
/* dup2() file to number fd of current's table; takes a reference of its own. */
int ki_replace_fd(unsigned int fd, struct file *file, unsigned int flags);
/* Open as openat2(2) does; dfd is AT_FDCWD or in current's table. */
struct file *ki_open(int dfd, struct filename *name, const struct open_how *how);
/*
 * Keep writers away from a file, as exec does while it runs: -ETXTBSY if there is one. Not
 * where a filesystem's daemon has to fill it. In pairs, on the same file.
 */
int ki_deny_write(struct file *file);
void ki_allow_write(struct file *file);
/* What shows that a file changed, apart from its times. */
struct ki_change {
	bool counted; /* counter counts the changes */
	u64 counter;
	/* The next change gets another ctime than the one read, however soon it comes. */
	bool fine_times;
};

/*
 * vfs_getattr_nosec() of the basic attributes, and of the change counter. The
 * file system then counts the next change; it may leave out changes that nobody
 * could have missed. Sleeps.
 */
int ki_getattr_change(const struct path *path, struct kstat *stat, struct ki_change *change);
/* What dentry_open() opened, tell those who watch, if it did not itself. */
void ki_notify_open(struct file *file);
/*
 * dentry_open() with current's credentials, of which those who watch the file (fanotify,
 * inotify) hear nothing, neither when it is opened nor when it is closed. Sleeps.
 */
struct file *ki_open_unseen(const struct path *path, int flags);
/* Is this mount one of current's mount namespace? mnt_may_suid() asks the same. */
bool ki_mount_is_ours(const struct path *path);
/* Has another task this capability in a user namespace? */
bool ki_has_capability(struct task_struct *task, struct user_namespace *ns, int cap);
/*
 * Do the security modules allow a sender with these credentials to send a signal?
 * Only their part of kill(2)'s check.
 */
int ki_may_signal(struct task_struct *target, struct kernel_siginfo *info, int sig,
		  const struct cred *sender);
/* chdir() of current; takes references of its own. */
void ki_set_pwd(const struct path *path);

/*
 * Do two credentials have the same labels, domains and so on of every security
 * module? False if that is not known. Both must be, or have been, a task's.
 */
bool ki_same_security(const struct cred *a, const struct cred *b);

/*
 * The check that execve(2) begins with: -EAGAIN if a set*uid() went above
 * RLIMIT_NPROC and the limit is still exceeded, else 0. Clears the mark.
 */
int ki_exec_check_nproc(void);
/*
 * Start to execute the file at descriptor fd, under a name that must outlive
 * the bprm and is nobody else's. ERR_PTR on failure.
 *
 * @reachable: the name is a path at which an interpreter will find the file
 */
struct linux_binprm *ki_alloc_bprm(int fd, struct filename *name, bool reachable);
/* Tell those who watch the file that it is executed now, if exec does not itself. */
void ki_notify_exec(struct file *file);
/*
 * Get 'count' pages of the new program's stack, from the page at start on, to be
 * written to: get_user_pages_remote(), as get_arg_page() in fs/exec.c calls it.
 * The stack must reach down to start already. Returns how many pages it got,
 * for put_page(), or an error. Sleeps.
 */
long ki_get_stack_pages(struct linux_binprm *bprm, unsigned long start, unsigned long count,
			struct page **pages);
/* exec itself; the same fd and name as for ki_alloc_bprm(). */
int ki_bprm_execve(struct linux_binprm *bprm, int fd, struct filename *name);
/* Both again, for a file that the kernel opens by its path, as execve(2) does. */
struct linux_binprm *ki_alloc_bprm_path(struct filename *name);
int ki_bprm_execve_path(struct linux_binprm *bprm, struct filename *name);
void ki_free_bprm(struct linux_binprm *bprm);

#endif /* OUTSPAWN_INTERNALS_H */
