/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * outspawn.h - start programs from templates, without fork
 *
 * A thin layer over the ioctls of /dev/spawn_template (spawn_template.h, and
 * spawn_template(4)). It keeps no state: descriptors are plain ints that the
 * caller closes with close(2), and every function may be called from any
 * thread. The only memory it allocates belongs to a struct outspawn_actions.
 *
 * Functions return 0 or a value that is not negative, or -errno; they leave
 * errno itself unspecified. None of them restarts after EINTR.
 *
 *	int dev = outspawn_open();
 *	int tmpl = outspawn_template(dev, "/usr/bin/rg");
 *	char *argv[] = { "rg", "-n", "main", NULL };
 *	int pidfd;
 *	pid_t pid = outspawn_spawn(tmpl, argv, environ, NULL, 0, &pidfd, NULL);
 */
#ifndef OUTSPAWN_H
#define OUTSPAWN_H

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include <linux/openat2.h>

#include "spawn_template.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rlimit; /* <sys/resource.h> */
struct sock_fprog; /* <linux/filter.h> */

#pragma GCC visibility push(default)

/*
 * outspawn_open() - open /dev/spawn_template
 *
 * Return: a close-on-exec descriptor that the caller closes; or open(2)'s
 * error: -ENOENT if the module is not loaded (or nothing made the device
 * node), -EACCES without permission for the device.
 *
 * Templates outlive it: it may be closed once they are made.
 */
int outspawn_open(void);

/*
 * outspawn_info() - ask the module what it is and what it can do
 * @fd: from outspawn_open(), or a template
 * @info: filled in; unknown to an older module: 0
 *
 * Return: 0; -EBADF; -ENOTTY if fd is neither; -EFAULT.
 */
int outspawn_info(int fd, struct spawn_template_info *info);

/*
 * outspawn_template() - pin the executable at a path
 * @dev: from outspawn_open()
 * @path: absolute; symbolic links are followed now. Not kept.
 *
 * The template belongs to the calling process, with the caller's credentials,
 * until it calls execve(2). Threads with other credentials, and other
 * processes, cannot spawn from it. It goes stale when
 * the file changes or the path comes to name another one. While it is open
 * the file cannot be opened for writing (ETXTBSY), if the caller may read it.
 *
 * Return: a close-on-exec template fd that the caller closes; or
 *  -EINVAL   path is NULL or not absolute
 *  -EACCES   no execute permission, not a regular file, a noexec mount
 *  -ETXTBSY  the file is open for writing
 *  -ENOEXEC  not ELF (a script, say), another machine's, or malformed. Of a
 *	      file that the caller may not read, the spawn says so.
 *  -EBADF, -ENOTTY   dev is not the device
 *  -EMFILE, -ENFILE, -ENOMEM, -EFAULT, and what open(2) gives for the path.
 */
int outspawn_template(int dev, const char *path);

/*
 * outspawn_template_fd() - pin the executable behind a descriptor
 * @dev: from outspawn_open()
 * @execfd: the executable; opened with O_PATH will do. Stays the caller's,
 *	who may close it afterwards.
 *
 * As outspawn_template(), but there is no path that could come to name
 * another file: only a change of the file itself makes the template stale.
 *
 * Return: as outspawn_template(); -EBADF also if execfd is not a descriptor,
 * -ELOOP if it is a symbolic link.
 */
int outspawn_template_fd(int dev, int execfd);

/*
 * For the two below. ANY_FORMAT: take whatever execve(2) would try: scripts,
 * formats of binfmt_misc; of these nothing is known before a spawn (ENOEXEC
 * comes from there), and a script's interpreter opens it by its path, later;
 * writers are kept away from files that begin as ELF does. If execfd was
 * close-on-exec, a spawn of a script is -ENOENT, as of execveat(2).
 * ALLOW_WRITE: do not keep writers away; a spawn is -ESTALE after a write, and
 * -ETXTBSY during one. (A write is what the filesystem notes as one: tmpfs notes
 * none that is done through a mapping.) Either flag may make the call wait, at
 * most a clock tick, or two seconds where times are rounded, if the file was
 * written just now: until the next write must show in its times.
 */
#define OUTSPAWN_ANY_FORMAT (1U << 0)
#define OUTSPAWN_ALLOW_WRITE (1U << 1)

/*
 * outspawn_template_flags(), outspawn_template_fd_flags() - the same with flags
 *
 * Return: as outspawn_template(); -EINVAL also for an unknown flag.
 */
int outspawn_template_flags(int dev, const char *path, unsigned int flags);
int outspawn_template_fd_flags(int dev, int execfd, unsigned int flags);

/*
 * outspawn_template_refresh() - pin a path anew, at the same descriptor
 * @dev: from outspawn_open()
 * @tmpl: a template fd, stale or not
 * @path, @flags: as for outspawn_template_flags()
 *
 * For a spawn that failed with -ESTALE: what the path names now is made a
 * template and takes the number of tmpl, at once for all threads; close-on-exec
 * stays as it is. Spawns that other threads began before go on from the old
 * template. Refresh once, and spawn again:
 *
 *	pid = outspawn_spawn(tmpl, argv, envp, NULL, 0, &pidfd, NULL);
 *	if (pid == -ESTALE && !outspawn_template_refresh(dev, tmpl, path, 0))
 *		pid = outspawn_spawn(tmpl, argv, envp, NULL, 0, &pidfd, NULL);
 *
 * Return: 0; or, with tmpl as it was, an error of outspawn_template_flags();
 * -EBADF or -ENOTTY also if tmpl is not a template; -EINTR, -EBUSY as of dup3(2).
 */
int outspawn_template_refresh(int dev, int tmpl, const char *path, unsigned int flags);

/*
 * outspawn_query() - ask what a template pins
 * @tmpl: a template fd
 * @query: filled in; query->stale is 0, or the (positive) errno that a spawn
 *	would fail with now
 *
 * Return: 0; -EBADF; -ENOTTY if tmpl is not a template; -EFAULT.
 */
int outspawn_query(int tmpl, struct spawn_template_query *query);

/*
 * struct outspawn_actions - the steps that set a child up, in order
 *
 * The caller provides it, on the stack or anywhere; outspawn_actions_init()
 * comes first and outspawn_actions_destroy() last. Treat the members as
 * private. A list may be used for any number of spawns, by several threads
 * at once as long as none adds to it.
 */
struct outspawn_actions {
	struct spawn_template_action *array; /* as the kernel reads it */
	unsigned int count;
	unsigned int capacity; /* of array, in actions */
};

/* outspawn_actions_init() - make an empty list. Cannot fail. */
void outspawn_actions_init(struct outspawn_actions *a);

/*
 * outspawn_actions_destroy() - free the list's memory, with the copies of
 * paths and signal sets. The list is empty afterwards and may be used again.
 */
void outspawn_actions_destroy(struct outspawn_actions *a);

/*
 * The adders below append one action. What each does, and the errors it can
 * end a spawn with, is said in spawn_template.h and outspawn_actions_init(3);
 * in short: a number means the child's descriptor of that number if it has
 * one, else the caller's, whether close-on-exec or not. Paths and sets are
 * copied; descriptors are not: they are looked up at each spawn.
 *
 * Return: 0, and the action's index is the number of those added before; or,
 * with the list as it was:
 *  -ENOMEM  no memory
 *  -E2BIG   the list has SPAWN_TEMPLATE_MAX_ACTIONS already
 *  -EBADF   a negative descriptor
 *  -EINVAL  other arguments that no spawn could take
 */

/* outspawn_actions_close() - close fd, as close(2) */
int outspawn_actions_close(struct outspawn_actions *a, int fd);

/*
 * outspawn_actions_dup2() - make newfd a copy of fd, as dup2(2). With
 * fd == newfd: the child has the descriptor, with close-on-exec off (as
 * posix_spawn_file_actions_adddup2() of POSIX.1-2024 has it).
 */
int outspawn_actions_dup2(struct outspawn_actions *a, int fd, int newfd);

/*
 * outspawn_actions_dup3() - as dup2, with flags 0 or O_CLOEXEC. -EINVAL:
 * other flags, or O_CLOEXEC with fd == newfd.
 */
int outspawn_actions_dup3(struct outspawn_actions *a, int fd, int newfd, int flags);

/* outspawn_actions_fchdir() - change the working directory, as fchdir(2) */
int outspawn_actions_fchdir(struct outspawn_actions *a, int fd);

/*
 * outspawn_actions_open() - open a file at the number newfd
 * @path: a relative one starts at the child's working directory, which an
 *	earlier fchdir action may have changed
 * @flags, @mode: of open(2); the child's umask applies to mode
 *
 * -EINVAL: path is NULL. -ENAMETOOLONG: PATH_MAX bytes or more.
 */
int outspawn_actions_open(struct outspawn_actions *a, int newfd, const char *path, int flags,
			  mode_t mode);

/*
 * outspawn_actions_openat2() - as open, with openat2(2)'s arguments
 * @dirfd: where a relative path starts; or AT_FDCWD
 * @how: copied, and checked by the kernel at the spawn
 *
 * -EINVAL: path or how is NULL. -ENAMETOOLONG: PATH_MAX bytes or more.
 */
int outspawn_actions_openat2(struct outspawn_actions *a, int newfd, int dirfd, const char *path,
			     const struct open_how *how);

/*
 * outspawn_actions_close_range() - close first to last, both included, as
 * close_range(2)
 * @last: ~0U for no end
 * @flags: 0, or CLOSE_RANGE_CLOEXEC to make those that the child has
 *	close-on-exec instead
 *
 * -EINVAL: other flags, or first > last.
 */
int outspawn_actions_close_range(struct outspawn_actions *a, unsigned int first, unsigned int last,
				 unsigned int flags);

/*
 * outspawn_actions_sigmask() - the signal mask that the program starts with;
 * without it, the caller's. -EINVAL: set is NULL.
 */
int outspawn_actions_sigmask(struct outspawn_actions *a, const sigset_t *set);

/*
 * outspawn_actions_sigdefault() - signals of the set that the caller ignores
 * get their default action. (Those it handles get it anyway, by exec.)
 * -EINVAL: set is NULL.
 */
int outspawn_actions_sigdefault(struct outspawn_actions *a, const sigset_t *set);

/* outspawn_actions_closefrom() - close all from first on, as closefrom(3) */
int outspawn_actions_closefrom(struct outspawn_actions *a, int first);

/*
 * The adders below append one system call of the child's, named as the call is,
 * with the arguments that the call has but for the process: that is always the
 * child. What they point to is copied. A call that fails ends the spawn with
 * its error. Each is subject to the caller's seccomp filters as that call. Which
 * calls the kernel module takes, and with which arguments, is said in
 * docs/syscalls.md and outspawn_actions_setsid(3).
 *
 * -EINVAL: a pointer is NULL where there must be something, or a value that no
 * kernel would take. -ENAMETOOLONG: a path has PATH_MAX bytes or more.
 */

/*
 * outspawn_actions_syscall() - any call that the module takes
 * @nr: SYS_*
 * @args: six; those that the call does not have are 0. Memory that they point
 *	to is not copied, and must stay as long as the list is used.
 *
 * A call that is not taken fails the spawn with -EOPNOTSUPP.
 */
int outspawn_actions_syscall(struct outspawn_actions *a, long nr, const unsigned long args[6]);

/* A new session; a process group (0: one of the child's own) to be in */
int outspawn_actions_setsid(struct outspawn_actions *a);
int outspawn_actions_setpgid(struct outspawn_actions *a, pid_t pgid);

/*
 * outspawn_actions_tcsetpgrp() - make a process group the foreground one of the
 * terminal fd
 * @pgrp: 0: the one that the child is in by then; this, and OUTSPAWN_ASYNC,
 *	need a result (-EINVAL)
 */
int outspawn_actions_tcsetpgrp(struct outspawn_actions *a, int fd, pid_t pgrp);

/* outspawn_actions_ctty() - make fd the controlling terminal (TIOCSCTTY); after setsid */
int outspawn_actions_ctty(struct outspawn_actions *a, int fd);

/* The mask of modes, the working directory, the root directory */
int outspawn_actions_umask(struct outspawn_actions *a, mode_t mask);
int outspawn_actions_chdir(struct outspawn_actions *a, const char *path);
int outspawn_actions_chroot(struct outspawn_actions *a, const char *path);

/* outspawn_actions_cloexec() - set or clear close-on-exec of a descriptor of the child's */
int outspawn_actions_cloexec(struct outspawn_actions *a, int fd, int on);

/* A limit: RLIMIT_* */
int outspawn_actions_setrlimit(struct outspawn_actions *a, int resource,
			       const struct rlimit *limit);

/*
 * Scheduling: processors (size in bytes, as sched_setaffinity(2)); policy and
 * priority; a struct sched_attr, that begins with its size; the nice value; I/O
 * priority, a value as ioprio_set(2) has it; where memory comes from, as
 * set_mempolicy(2).
 */
int outspawn_actions_setaffinity(struct outspawn_actions *a, size_t size, const cpu_set_t *set);
int outspawn_actions_setscheduler(struct outspawn_actions *a, int policy,
				  const struct sched_param *param);
int outspawn_actions_setparam(struct outspawn_actions *a, const struct sched_param *param);
int outspawn_actions_setattr(struct outspawn_actions *a, const void *attr);
int outspawn_actions_setpriority(struct outspawn_actions *a, int nice);
int outspawn_actions_ioprio(struct outspawn_actions *a, int ioprio);
int outspawn_actions_mempolicy(struct outspawn_actions *a, int mode, const unsigned long *mask,
			       unsigned long maxnode);

/*
 * Users and groups; -1 leaves one as it is. These are the kernel's calls, for the
 * child alone: there are no other threads in it to be told.
 */
int outspawn_actions_setresuid(struct outspawn_actions *a, uid_t real, uid_t effective,
			       uid_t saved);
int outspawn_actions_setresgid(struct outspawn_actions *a, gid_t real, gid_t effective,
			       gid_t saved);
int outspawn_actions_setgroups(struct outspawn_actions *a, size_t count, const gid_t *groups);

/*
 * outspawn_actions_capset() - capabilities; bit n of a set is capability n.
 * outspawn_cap.h has outspawn_actions_capabilities(), with libcap's cap_t.
 */
int outspawn_actions_capset(struct outspawn_actions *a, unsigned long long effective,
			    unsigned long long permitted, unsigned long long inheritable);

/* prctl(2), of the options in docs/syscalls.md; memory is not copied */
int outspawn_actions_prctl(struct outspawn_actions *a, int option, unsigned long arg2,
			   unsigned long arg3, unsigned long arg4, unsigned long arg5);
int outspawn_actions_personality(struct outspawn_actions *a, unsigned long persona);

/*
 * Confinement, which later actions and exec itself are subject to: a Landlock
 * ruleset, and a seccomp filter. Both need no_new_privs (OUTSPAWN_NO_NEW_PRIVS)
 * or CAP_SYS_ADMIN.
 */
int outspawn_actions_landlock(struct outspawn_actions *a, int ruleset_fd);
int outspawn_actions_seccomp(struct outspawn_actions *a, const struct sock_fprog *program);

/*
 * Namespaces and mounts. As with the calls, CLONE_NEWPID is for the child's own
 * children; attributes of birth (struct outspawn_attr) have one for the child.
 * mount: any string but target may be NULL; data is a string.
 */
int outspawn_actions_setns(struct outspawn_actions *a, int fd, int nstype);
int outspawn_actions_unshare(struct outspawn_actions *a, int flags);
int outspawn_actions_mount(struct outspawn_actions *a, const char *source, const char *target,
			   const char *type, unsigned long flags, const char *data);
int outspawn_actions_umount(struct outspawn_actions *a, const char *path, int flags);
int outspawn_actions_pivot_root(struct outspawn_actions *a, const char *new_root,
				const char *put_old);
int outspawn_actions_sethostname(struct outspawn_actions *a, const char *name);

/*
 * Flags of a spawn. INHERIT_FDS: the child has every descriptor of the caller's
 * that is not close-on-exec. Without it: the caller's 0, 1 and 2 (those that are
 * not close-on-exec) and what the actions placed.
 */
#define OUTSPAWN_INHERIT_FDS (1U << 0)
/*
 * Return as soon as the child exists (later behind seccomp filters, with actions
 * that have pointers, or that change the user or group). The caller may close its
 * descriptors and free its strings at once; the result must stay where it is until the child
 * has ended. What fails from then on ends the child with status 127, and is in
 * the result; without an error there, it was the program that ended.
 */
#define OUTSPAWN_ASYNC (1U << 1)
/* The child is born in the cgroup v2 of attr.cgroup. */
#define OUTSPAWN_CGROUP (1U << 2)
/* The child's end is signalled by attr.exit_signal, not by SIGCHLD; 0: by none. */
#define OUTSPAWN_EXIT_SIGNAL (1U << 3)
/* Nobody has to wait for the child, or can. -EOPNOTSUPP: not with this kernel. */
#define OUTSPAWN_AUTOREAP (1U << 4)
/*
 * The child is killed when its pidfd is closed. Needs AUTOREAP, and NO_NEW_PRIVS
 * or CAP_SYS_ADMIN. -EOPNOTSUPP: not with this kernel.
 */
#define OUTSPAWN_KILL_ON_CLOSE (1U << 5)
/*
 * The program is stopped (SIGSTOP) before its first instruction. -EPERM, -EACCES
 * at SPAWN_TEMPLATE_STAGE_STOP: the caller could not have sent the signal, and the
 * program does not run; with ASYNC it is killed by SIGKILL.
 */
#define OUTSPAWN_STOPPED (1U << 6)
/* The child has no_new_privs before its first action. */
#define OUTSPAWN_NO_NEW_PRIVS (1U << 7)

/*
 * struct outspawn_attr - what belongs to the birth of a process
 *
 * Begin with OUTSPAWN_ATTR_INIT, so that members that a later library has are 0.
 * Everything is read during the call.
 */
struct outspawn_attr {
	size_t size; /* of this struct */
	unsigned int flags; /* OUTSPAWN_* above */
	unsigned int set_tid_size; /* how many, or 0 */
	unsigned long long namespaces; /* CLONE_NEW* to create, or 0 */
	const pid_t *set_tid; /* pids to have, as clone3(2); or NULL */
	int cgroup; /* with OUTSPAWN_CGROUP: a descriptor; else 0 */
	int exit_signal; /* with OUTSPAWN_EXIT_SIGNAL; else 0 */
	int pdeath_signal; /* sent when the spawning thread ends; or 0 */
	int pad; /* 0 */
};

/* clang-format off */
#define OUTSPAWN_ATTR_INIT { sizeof(struct outspawn_attr), 0, 0, 0, NULL, 0, 0, 0, 0 }
/* clang-format on */

/* How a spawn ended: the kernel's struct under the library's name. */
#define outspawn_result spawn_template_result

/*
 * outspawn_spawn() - start the program of a template
 * @tmpl: a template fd
 * @argv: ends with NULL
 * @envp: ends with NULL. As with execve(2), NULL is an empty environment:
 *	pass environ(7) for the caller's own.
 * @actions: steps of set-up that run in the child; or NULL
 * @flags: 0 or OUTSPAWN_*, but not CGROUP and EXIT_SIGNAL (-EINVAL)
 * @pidfd: if not NULL, set to a close-on-exec pidfd that the caller closes;
 *	to -1 after a failure
 * @result: if not NULL, says after a failure which step it was, for
 *	outspawn_strerror(); filled in always, even if the kernel could not
 *
 * Returns once exec has replaced the child's memory, as vfork(2) does; see
 * OUTSPAWN_ASYNC. The child is then a child of the caller like any other: wait
 * for it. After a failure there is no child, nothing to wait for and no SIGCHLD.
 * Descriptors, credentials and the rest are as execve(2) after vfork(2) leaves
 * them, but for the descriptors (see OUTSPAWN_INHERIT_FDS).
 *
 * Return: the child's pid; or
 *  -ESTALE   the file changed, or its path names another: call
 *	      outspawn_template_refresh(), and spawn again;
 *	      at SPAWN_TEMPLATE_STAGE_MOUNT: not in the child's mount namespace
 *  -EACCES   another process made the template, or a thread with other
 *	      credentials did; or an action's or exec's (result->stage says which)
 *  -EINVAL, -EFAULT, -E2BIG   arguments
 *  -EAGAIN, -ENOMEM, -EMFILE  as fork(2) and pidfd_open(2) give them
 *  -EBADF, -ENOTTY   tmpl is not a template
 *  and the error of the action, or of execve(2), that failed.
 */
pid_t outspawn_spawn(int tmpl, char *const argv[], char *const envp[],
		     const struct outspawn_actions *actions, unsigned int flags, int *pidfd,
		     struct outspawn_result *result);

/*
 * outspawn_spawn_attr() - the same with all attributes
 * @attr: or NULL: none
 *
 * Return: as outspawn_spawn(); -EINVAL, -E2BIG: attr->size is not that of a
 * struct outspawn_attr, or has members that this library does not know; -EPERM:
 * the caller has seccomp filters, and wants what vfork(2) has not (namespaces,
 * set_tid, CGROUP, AUTOREAP, KILL_ON_CLOSE); and as clone3(2) for these.
 */
pid_t outspawn_spawn_attr(int tmpl, char *const argv[], char *const envp[],
			  const struct outspawn_actions *actions, const struct outspawn_attr *attr,
			  int *pidfd, struct outspawn_result *result);

/*
 * outspawn_spawn_path() - start a program without a template
 * @dev: from outspawn_open()
 * @file: as execve(2)'s; or, without a slash, searched for in path
 * @path: directories with ':' between them, an empty one being the working
 *	directory; or NULL: no search. getenv("PATH") is not looked at.
 *
 * Each attempt is made in the child, after the actions, by execvp(3)'s rules:
 * ENOENT, ENOTDIR, ESTALE, ENODEV, ETIMEDOUT and EACCES go on to the next
 * directory. Scripts and binfmt_misc work as with execve(2). If exec fails,
 * result->action is the number of the directory tried last.
 *
 * Return: as outspawn_spawn_attr(), but for what is about templates;
 * -EBADF, -ENOTTY: dev is not the device; -ENAMETOOLONG: file is too long.
 */
pid_t outspawn_spawn_path(int dev, const char *file, const char *path, char *const argv[],
			  char *const envp[], const struct outspawn_actions *actions,
			  const struct outspawn_attr *attr, int *pidfd,
			  struct outspawn_result *result);

/*
 * outspawn_spawn_shell() - the same; what has no format (ENOEXEC) is taken for a
 * script and started as "/bin/sh FOUND ARGV[1]...", as execvp(3) does
 *
 * The actions have been run once in a child that came to nothing by then, and
 * run again for the shell: a file that they made is there already.
 *
 * Return: as outspawn_spawn_path(); -EINVAL: with OUTSPAWN_ASYNC.
 */
pid_t outspawn_spawn_shell(int dev, const char *file, const char *path, char *const argv[],
			   char *const envp[], const struct outspawn_actions *actions,
			   const struct outspawn_attr *attr, int *pidfd,
			   struct outspawn_result *result);

/* struct outspawn_job - one spawn of a batch */
struct outspawn_job {
	int tmpl; /* a template fd; not looked at if there is a file */
	const char *file; /* or NULL: from tmpl */
	const char *path; /* as outspawn_spawn_path()'s */
	char *const *argv;
	char *const *envp;
	const struct outspawn_actions *actions; /* or NULL */
	const struct outspawn_attr *attr; /* or NULL */
	int *pidfd; /* or NULL */
	/* Written. */
	pid_t pid; /* or -errno; 0: not done */
	struct outspawn_result result; /* stays in use by an OUTSPAWN_ASYNC job */
};

/*
 * outspawn_batch() - many spawns at once
 * @dev: from outspawn_open()
 * @jobs: done in their order; each ends as its own call would, in pid and result
 *
 * One that fails does not stop the others. The kernel is called for 32 of them at
 * a time, which are started one after another and waited for together. No
 * memory is allocated.
 *
 * Return: how many were done, from the first on. Fewer than count: a signal
 * came, and jobs + the value are those to go on with; the others have pid 0. Or
 *  -EINTR    a signal came before the first
 *  -EFAULT   jobs is bad memory
 *  -EINVAL   jobs is NULL, count is above INT_MAX
 *  -EBADF, -ENOTTY   dev is not the device
 */
int outspawn_batch(int dev, struct outspawn_job *jobs, unsigned int count);

/*
 * outspawn_strerror() - say in words how a spawn failed
 * @result: of a spawn
 * @actions: those of that spawn, to say more about the one that failed; or NULL
 * @path: of the program, for messages; or NULL
 * @buf, @size: receive the message, cut to size bytes with its NUL
 *
 * The errno's words are those of strerror(3) in the current locale.
 *
 * Return: buf.
 */
char *outspawn_strerror(const struct outspawn_result *result,
			const struct outspawn_actions *actions, const char *path, char *buf,
			size_t size);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* OUTSPAWN_H */
