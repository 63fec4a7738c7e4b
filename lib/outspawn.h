/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Copyright (C) 2026 The outspawn authors */
/*
 * outspawn.h - start programs from templates, without fork
 *
 * A thin layer over the ioctls of /dev/spawn_template (spawn_template(4)). The
 * library keeps no state: a device or a template is a plain descriptor, which
 * the caller closes with close(2). Any thread may call any function. The only
 * memory that the library allocates belongs to a struct outspawn_actions.
 *
 * Functions return 0 or a positive value; or a negative error number, such as
 * -ENOENT. They leave errno itself unspecified. No function restarts after
 * EINTR. The comments here are short: each function has a man page, and the man
 * pages describe all flags and list all errors.
 *
 *	int dev = outspawn_open();
 *	int tmpl = outspawn_template(dev, "/usr/bin/rg");
 *	char *argv[] = { "rg", "-n", "main", NULL };
 *	int pidfd;
 *	pid_t pid = outspawn_spawn(tmpl, argv, environ, NULL, 0, &pidfd, NULL);
 */
#ifndef OUTSPAWN_H
#define OUTSPAWN_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/select.h> /* sigset_t: <signal.h> has none in strict C11 */
#include <sys/types.h>

#include <linux/openat2.h>
#include <linux/sched.h> /* CLONE_NEW*: <sched.h> has none without _GNU_SOURCE */

#include "spawn_template.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The caller's environment: <unistd.h> declares it only with _GNU_SOURCE. */
extern char **environ;

struct rlimit; /* <sys/resource.h> */
struct sock_fprog; /* <linux/filter.h> */

#pragma GCC visibility push(default)

/*
 * outspawn_open() - open /dev/spawn_template
 *
 * Templates stay usable after the device is closed.
 *
 * The functions below take an error of this function, and of the functions that
 * make templates, in place of a descriptor. They then return that error. So a
 * program may check the last call alone.
 *
 * Return: a close-on-exec descriptor that the caller closes; or open(2)'s
 * error, such as -ENOENT if the module is not loaded, or -EACCES.
 */
int outspawn_open(void);

/*
 * outspawn_open_shared() - the descriptor of the device that all threads share
 *
 * For libraries and language runtimes, which have no place where they could open
 * and close the device. The first call opens the device, at a number of 200 or
 * more if RLIMIT_NOFILE allows that. Later calls return that descriptor after
 * fstat(2) has found that it still is the device. A program that closes all
 * descriptors, or puts another file at that number, does no harm: the next call
 * opens the device again.
 *
 * Do not close the descriptor. A child of fork(2) may use it. All threads may
 * call this function at the same time; a signal handler may call it, too.
 *
 * Return: a close-on-exec descriptor; or an error of outspawn_open(), fcntl(2) or
 * fstat(2). -EBADF if another thread closes the descriptor during the call.
 */
int outspawn_open_shared(void);

/*
 * outspawn_info() - ask what the module can do
 * @fd: the device or a template
 * @info: filled in; members that an older module does not know are 0
 *
 * Return: 0; or -EBADF, -EFAULT, or -ENOTTY if fd is neither.
 */
int outspawn_info(int fd, struct spawn_template_info *info);

/*
 * outspawn_template() - pin the executable at a path
 * @dev: from outspawn_open()
 * @path: absolute; symbolic links are followed now; the string is copied
 *
 * Only threads of this process with the same credentials can spawn from the
 * template, until the process calls execve(2). The template becomes stale when
 * the file changes, or when the path names another file. While the template is
 * open, the file cannot be opened for writing (ETXTBSY).
 *
 * Return: a close-on-exec template fd that the caller closes; or
 *  -EINVAL   path is NULL or not absolute
 *  -EACCES   no execute permission, not a regular file, a noexec mount
 *  -ETXTBSY  the file is open for writing
 *  -ENOEXEC  not ELF (a script, for example), of another machine, or malformed
 *  -EBADF, -ENOTTY   dev is not the device
 *  or an error of open(2).
 */
int outspawn_template(int dev, const char *path);

/*
 * outspawn_template_fd() - pin an executable that is open
 * @dev: from outspawn_open()
 * @execfd: the executable, opened in any way, also with O_PATH; the caller may
 *	close it after the call
 *
 * As outspawn_template(), but only a change of the file makes the template
 * stale, because there is no path to compare.
 *
 * Return: as outspawn_template(); -EBADF also if execfd is not a descriptor,
 * -ELOOP if it is a symbolic link.
 */
int outspawn_template_fd(int dev, int execfd);

/* Flags of a template; outspawn_template(3) has their rules and limits. */
/* Take any file that execve(2) takes: scripts, formats of binfmt_misc. */
#define OUTSPAWN_ANY_FORMAT (1U << 0)
/* Let others write to the file. A spawn after a write fails with -ESTALE. */
#define OUTSPAWN_ALLOW_WRITE (1U << 1)

/*
 * outspawn_template_flags(), outspawn_template_fd_flags() - as
 * outspawn_template() and outspawn_template_fd(), with flags
 *
 * With a flag the call may wait, two seconds at most, if the file has just been
 * written.
 *
 * Return: as outspawn_template(); -EINVAL also for an unknown flag.
 */
int outspawn_template_flags(int dev, const char *path, unsigned int flags);
int outspawn_template_fd_flags(int dev, int execfd, unsigned int flags);

/*
 * outspawn_template_search() - pin a program that is searched for in PATH
 * @dev: from outspawn_open()
 * @file: a name without a slash is searched for; any other name is a path, from
 *	the working directory if it is relative
 * @path: directories separated by ':', where an empty one is the working
 *	directory; or NULL for the caller's PATH
 * @flags: as for outspawn_template_flags()
 * @found: the absolute path of the template is written there, for messages and
 *	outspawn_template_refresh(); PATH_MAX bytes; or NULL
 *
 * The caller searches, by execvp(3)'s rules. After -EACCES, found is the file
 * that may not be executed; after -ENOENT it is "".
 *
 * Return: as outspawn_template_flags().
 */
int outspawn_template_search(int dev, const char *file, const char *path, unsigned int flags,
			     char *found);

/*
 * outspawn_template_refresh() - pin a path again, at the same descriptor
 * @dev: from outspawn_open()
 * @tmpl: a template fd, stale or not
 * @path, @flags: as for outspawn_template_flags()
 *
 * Makes a template of the file that the path names now, and gives it the number
 * of tmpl, for all threads at the same moment. The close-on-exec flag stays as
 * it is. A spawn that another thread has begun goes on with the old template.
 * After -ESTALE, refresh once and spawn again:
 *
 *	pid = outspawn_spawn(tmpl, argv, envp, NULL, 0, &pidfd, NULL);
 *	if (pid == -ESTALE && !outspawn_template_refresh(dev, tmpl, path, 0))
 *		pid = outspawn_spawn(tmpl, argv, envp, NULL, 0, &pidfd, NULL);
 *
 * Return: 0; or an error, with tmpl unchanged: as outspawn_template_flags();
 * -EBADF or -ENOTTY also if tmpl is not a template; or -EINTR or -EBUSY of
 * dup3(2).
 */
int outspawn_template_refresh(int dev, int tmpl, const char *path, unsigned int flags);

/*
 * outspawn_query() - ask what a template pins
 * @tmpl: a template fd
 * @query: filled in; query->stale is 0, or the positive error number with which
 *	a spawn would fail now
 *
 * Return: 0; -EBADF; -ENOTTY if tmpl is not a template; -EFAULT.
 */
int outspawn_query(int tmpl, struct spawn_template_query *query);

/*
 * struct outspawn_actions - the steps that set a child up, in order
 *
 * The caller provides the struct, and treats its members as private. Call
 * outspawn_actions_init() first and outspawn_actions_destroy() last. A list may
 * be used for many spawns, and by several threads at the same time while no
 * thread adds to it.
 */
struct outspawn_actions {
	struct spawn_template_action *array; /* as the kernel reads it */
	unsigned short count;
	unsigned short capacity; /* of array, in actions */
	/* The first action that could not be added: its index, its error. */
	unsigned short failed;
	short error; /* negative; or 0 */
};

/* outspawn_actions_init() - make the list empty. Cannot fail. */
void outspawn_actions_init(struct outspawn_actions *a);

/*
 * outspawn_actions_destroy() - free the list's memory, with all copies
 *
 * The list is then empty and may be used again.
 */
void outspawn_actions_destroy(struct outspawn_actions *a);

/*
 * outspawn_actions_fail() - make every spawn with this list fail
 * @error: negative; the error of a step that your own code could not add
 *
 * The functions below do this when they fail. Only the first error counts.
 *
 * Return: error.
 */
int outspawn_actions_fail(struct outspawn_actions *a, int error);

/*
 * Each function below appends one action. outspawn_actions_init(3) describes
 * the actions and the rule which descriptor a number means. Paths and signal
 * sets are copied. Descriptors are looked up at each spawn.
 *
 * An error need not be checked at once. The list remembers the first error
 * until outspawn_actions_destroy(), and a spawn with the list returns that error
 * at OUTSPAWN_STAGE_ARGS. So no child starts without one of its steps.
 *
 * Return: 0; the action's index is the number of actions added before. Or an
 * error, with no action added:
 *  -ENOMEM  no memory
 *  -E2BIG   the list has SPAWN_TEMPLATE_MAX_ACTIONS actions
 *  -EBADF   a descriptor is negative
 *  -EINVAL  another argument is one that no spawn takes
 */

/* outspawn_actions_close() - close fd, as close(2) */
int outspawn_actions_close(struct outspawn_actions *a, int fd);

/*
 * outspawn_actions_dup2() - make newfd a copy of fd, as dup2(2)
 *
 * If fd equals newfd, the child gets this descriptor, with close-on-exec off,
 * as with posix_spawn_file_actions_adddup2() of POSIX.1-2024.
 */
int outspawn_actions_dup2(struct outspawn_actions *a, int fd, int newfd);

/*
 * outspawn_actions_dup3() - as dup2, with flags 0 or O_CLOEXEC
 *
 * -EINVAL: another flag, or O_CLOEXEC with fd equal to newfd.
 */
int outspawn_actions_dup3(struct outspawn_actions *a, int fd, int newfd, int flags);

/*
 * outspawn_actions_stdio() - make the child's 0, 1 and 2 of these descriptors
 * @in, @out, @err: copied to 0, 1 and 2 in an order in which none is lost; -1
 *	leaves that number alone
 *
 * -EINVAL: the numbers 0 to 2 are exchanged in a circle.
 */
int outspawn_actions_stdio(struct outspawn_actions *a, int in, int out, int err);

/* outspawn_actions_fchdir() - change the working directory, as fchdir(2) */
int outspawn_actions_fchdir(struct outspawn_actions *a, int fd);

/*
 * outspawn_actions_open() - open a file at the number newfd
 * @path: if relative, looked up in the child's working directory, which an
 *	earlier action may have changed
 * @flags, @mode: as open(2); the child's umask applies to mode
 *
 * -EINVAL: path is NULL. -ENAMETOOLONG: PATH_MAX bytes or more.
 */
int outspawn_actions_open(struct outspawn_actions *a, int newfd, const char *path, int flags,
			  mode_t mode);

/*
 * outspawn_actions_openat2() - as open, with openat2(2)'s arguments
 * @dirfd: the directory of a relative path; or AT_FDCWD
 * @how: copied; the kernel checks it at the spawn
 *
 * -EINVAL: path or how is NULL. -ENAMETOOLONG: PATH_MAX bytes or more.
 */
int outspawn_actions_openat2(struct outspawn_actions *a, int newfd, int dirfd, const char *path,
			     const struct open_how *how);

/*
 * outspawn_actions_close_range() - close first to last, as close_range(2)
 * @last: included; ~0U for no end
 * @flags: 0; or CLOSE_RANGE_CLOEXEC, which makes the descriptors close-on-exec
 *	instead
 *
 * -EINVAL: other flags, or first > last.
 */
int outspawn_actions_close_range(struct outspawn_actions *a, unsigned int first, unsigned int last,
				 unsigned int flags);

/*
 * outspawn_actions_sigmask() - set the signal mask with which the program
 * starts
 *
 * Without this action the program starts with the caller's mask. -EINVAL: set
 * is NULL.
 */
int outspawn_actions_sigmask(struct outspawn_actions *a, const sigset_t *set);

/*
 * outspawn_actions_sigdefault() - set ignored signals of the set to default
 *
 * exec resets handled signals in any case. -EINVAL: set is NULL.
 */
int outspawn_actions_sigdefault(struct outspawn_actions *a, const sigset_t *set);

/* outspawn_actions_closefrom() - close first and all above, as closefrom(3) */
int outspawn_actions_closefrom(struct outspawn_actions *a, int first);

/*
 * Each function below appends a system call that the child makes. The functions
 * have the names and arguments of the calls, without the argument for a
 * process, which is always the child. Memory is copied.
 * outspawn_actions_setsid(3) describes them; docs/syscalls.md lists the calls
 * and arguments that the module takes.
 *
 * Return: as above. -EINVAL: a pointer is NULL, or a value is one that no
 * kernel takes. -ENAMETOOLONG: a path has PATH_MAX bytes or more.
 */

/*
 * outspawn_actions_syscall() - make any call that the module takes
 * @nr: SYS_*
 * @args: the six arguments; 0 where the call has none. Memory is not copied: it
 *	must stay valid while the list is used.
 *
 * A call that the module does not take fails the spawn with -EOPNOTSUPP.
 */
int outspawn_actions_syscall(struct outspawn_actions *a, long nr, const unsigned long args[6]);

/* Start a session; enter a process group, or a new one if pgid is 0 */
int outspawn_actions_setsid(struct outspawn_actions *a);
int outspawn_actions_setpgid(struct outspawn_actions *a, pid_t pgid);

/*
 * outspawn_actions_tcsetpgrp() - set the foreground process group of terminal
 * fd
 * @pgrp: 0 for the group that the child is in when the action runs. With 0 and
 *	OUTSPAWN_ASYNC the spawn needs a result (-EINVAL).
 */
int outspawn_actions_tcsetpgrp(struct outspawn_actions *a, int fd, pid_t pgrp);

/*
 * outspawn_actions_ctty() - make fd the controlling terminal; add it after
 * setsid
 */
int outspawn_actions_ctty(struct outspawn_actions *a, int fd);

/* Set the file mode mask, the working directory, the root directory */
int outspawn_actions_umask(struct outspawn_actions *a, mode_t mask);
int outspawn_actions_chdir(struct outspawn_actions *a, const char *path);
int outspawn_actions_chroot(struct outspawn_actions *a, const char *path);

/* outspawn_actions_cloexec() - set or clear close-on-exec of the child's fd */
int outspawn_actions_cloexec(struct outspawn_actions *a, int fd, int on);

/* outspawn_actions_setrlimit() - set a limit; resource is RLIMIT_* */
int outspawn_actions_setrlimit(struct outspawn_actions *a, int resource,
			       const struct rlimit *limit);

/*
 * Scheduling. setaffinity: size is in bytes. sched_setattr: attr is a struct
 * sched_attr, which begins with its size; setattr is the same function, under
 * its old name. ioprio: the value of ioprio_set(2). mempolicy: the arguments of
 * set_mempolicy(2).
 */
int outspawn_actions_setaffinity(struct outspawn_actions *a, size_t size, const cpu_set_t *set);
int outspawn_actions_setscheduler(struct outspawn_actions *a, int policy,
				  const struct sched_param *param);
int outspawn_actions_setparam(struct outspawn_actions *a, const struct sched_param *param);
int outspawn_actions_sched_setattr(struct outspawn_actions *a, const void *attr);
int outspawn_actions_setattr(struct outspawn_actions *a, const void *attr);
int outspawn_actions_setpriority(struct outspawn_actions *a, int nice);
int outspawn_actions_ioprio(struct outspawn_actions *a, int ioprio);
int outspawn_actions_mempolicy(struct outspawn_actions *a, int mode, const unsigned long *mask,
			       unsigned long maxnode);

/*
 * Users and groups; -1 leaves an ID unchanged. Add setgroups and setresgid
 * before setresuid.
 */
int outspawn_actions_setresuid(struct outspawn_actions *a, uid_t real, uid_t effective,
			       uid_t saved);
int outspawn_actions_setresgid(struct outspawn_actions *a, gid_t real, gid_t effective,
			       gid_t saved);
int outspawn_actions_setgroups(struct outspawn_actions *a, size_t count, const gid_t *groups);

/*
 * outspawn_actions_capset() - set capabilities; bit n of a set is capability n
 *
 * outspawn_cap.h has outspawn_actions_capabilities(), which takes libcap's
 * cap_t.
 */
int outspawn_actions_capset(struct outspawn_actions *a, unsigned long long effective,
			    unsigned long long permitted, unsigned long long inheritable);

/* Options of prctl(2) that docs/syscalls.md lists; memory is not copied */
int outspawn_actions_prctl(struct outspawn_actions *a, int option, unsigned long arg2,
			   unsigned long arg3, unsigned long arg4, unsigned long arg5);
int outspawn_actions_personality(struct outspawn_actions *a, unsigned long persona);

/*
 * A Landlock ruleset; a seccomp filter. They also restrict later actions and
 * exec. Both need OUTSPAWN_NO_NEW_PRIVS or CAP_SYS_ADMIN.
 */
int outspawn_actions_landlock(struct outspawn_actions *a, int ruleset_fd);
int outspawn_actions_seccomp(struct outspawn_actions *a, const struct sock_fprog *program);

/*
 * Namespaces and mounts. As with the calls, CLONE_NEWPID takes effect for the
 * child's own children; outspawn_attr.namespaces can make a PID namespace for
 * the child. mount: source, type and data may be NULL; data is a string.
 */
int outspawn_actions_setns(struct outspawn_actions *a, int fd, int nstype);
int outspawn_actions_unshare(struct outspawn_actions *a, int flags);
int outspawn_actions_mount(struct outspawn_actions *a, const char *source, const char *target,
			   const char *type, unsigned long flags, const char *data);
int outspawn_actions_umount(struct outspawn_actions *a, const char *path, int flags);
int outspawn_actions_pivot_root(struct outspawn_actions *a, const char *new_root,
				const char *put_old);
int outspawn_actions_sethostname(struct outspawn_actions *a, const char *name);

/* Flags of a spawn; outspawn_spawn(3) describes them. */
/*
 * The child gets all of the caller's descriptors that are not close-on-exec. By
 * default it gets only 0, 1 and 2, and the descriptors that actions place.
 */
#define OUTSPAWN_INHERIT_FDS (1U << 0)
/*
 * Return as soon as the child exists. The result's memory must stay valid until
 * the child has ended: a later failure is written there, and ends the child
 * with status 127.
 */
#define OUTSPAWN_ASYNC (1U << 1)
/* The child starts in the cgroup v2 that attr.cgroup names. */
#define OUTSPAWN_CGROUP (1U << 2)
/*
 * attr.exit_signal, not SIGCHLD, tells the caller that the child ended; 0:
 * none.
 */
#define OUTSPAWN_EXIT_SIGNAL (1U << 3)
/* The kernel reaps the child. -EOPNOTSUPP: this kernel cannot do it. */
#define OUTSPAWN_AUTOREAP (1U << 4)
/*
 * The child is killed when its pidfd is closed. Needs AUTOREAP; and
 * NO_NEW_PRIVS or CAP_SYS_ADMIN. -EOPNOTSUPP: this kernel cannot do it.
 */
#define OUTSPAWN_KILL_ON_CLOSE (1U << 5)
/*
 * The program is stopped (SIGSTOP) before its first instruction. -EPERM or
 * -EACCES at OUTSPAWN_STAGE_STOP: the caller may not stop the program.
 */
#define OUTSPAWN_STOPPED (1U << 6)
/* The child has no_new_privs before its first action. */
#define OUTSPAWN_NO_NEW_PRIVS (1U << 7)
/*
 * The child is made and set up on the memory node attr.node. The program may
 * run on all CPUs again: outspawn_actions_setaffinity() keeps it on the node,
 * and chooses the node by itself. -EINVAL: the node has no memory, or the
 * caller's cpuset does not allow it.
 */
#define OUTSPAWN_NODE (1U << 8)
/*
 * attr.pdeath_signal is sent when the caller's process ends, after its last
 * thread. Without it: when the thread ends that spawned the child.
 */
#define OUTSPAWN_PDEATH_PROCESS (1U << 9)

/*
 * struct outspawn_attr - attributes of a child that its creation sets
 *
 * Initialise it with OUTSPAWN_ATTR_INIT, which sets size, and all else to 0.
 * The struct and the memory that it points to are read only during the call.
 */
struct outspawn_attr {
	size_t size; /* of this struct */
	unsigned int flags; /* OUTSPAWN_* above */
	unsigned int set_tid_size; /* number of elements in set_tid */
	unsigned long long namespaces; /* CLONE_NEW* to create, or 0 */
	const pid_t *set_tid; /* process IDs for the child, as clone3(2); or NULL */
	int cgroup; /* with OUTSPAWN_CGROUP: a descriptor; else 0 */
	int exit_signal; /* with OUTSPAWN_EXIT_SIGNAL; else 0 */
	int pdeath_signal; /* sent when the spawning thread ends, see PDEATH_PROCESS; or 0 */
	int node; /* with OUTSPAWN_NODE: a memory node; else 0 */
};

/* clang-format off */
#define OUTSPAWN_ATTR_INIT { sizeof(struct outspawn_attr), 0, 0, 0, NULL, 0, 0, 0, 0 }
/* clang-format on */

/*
 * Where and why a spawn failed: the kernel's struct, under the library's name.
 */
#define outspawn_result spawn_template_result

/* result.stage: where the spawn failed. outspawn_spawn(3) describes the stages. */
enum outspawn_stage {
	OUTSPAWN_STAGE_NONE = SPAWN_TEMPLATE_STAGE_NONE, /* no failure */
	OUTSPAWN_STAGE_ARGS = SPAWN_TEMPLATE_STAGE_ARGS, /* a bad argument */
	OUTSPAWN_STAGE_TEMPLATE = SPAWN_TEMPLATE_STAGE_TEMPLATE, /* its owner, staleness */
	OUTSPAWN_STAGE_CREATE = SPAWN_TEMPLATE_STAGE_CREATE, /* making the child */
	OUTSPAWN_STAGE_ACTION = SPAWN_TEMPLATE_STAGE_ACTION, /* an action */
	OUTSPAWN_STAGE_EXEC = SPAWN_TEMPLATE_STAGE_EXEC, /* exec */
	OUTSPAWN_STAGE_MOUNT = SPAWN_TEMPLATE_STAGE_MOUNT, /* the file in a mount namespace */
	OUTSPAWN_STAGE_STOP = SPAWN_TEMPLATE_STAGE_STOP, /* stopping the program */
};

/*
 * outspawn_spawn() - start the program of a template
 * @tmpl: a template fd
 * @argv: ends with NULL
 * @envp: ends with NULL; NULL is an empty environment, as with execve(2). Give
 *	environ(7) to pass the caller's environment.
 * @actions: steps that set the child up; or NULL
 * @flags: 0 or OUTSPAWN_*, but not CGROUP and EXIT_SIGNAL (-EINVAL)
 * @pidfd: set to a close-on-exec pidfd that the caller closes, or to -1 after a
 *	failure; or NULL
 * @result: filled in after success and after failure; it says which step
 *	failed, for outspawn_strerror(); or NULL
 *
 * Returns when exec has replaced the child's memory, as vfork(2) does, except
 * with OUTSPAWN_ASYNC. The caller then waits for the child as for any other
 * child. After a failure there is no child and no SIGCHLD. The child inherits
 * what execve(2) after vfork(2) passes on, except for the descriptors.
 *
 * Return: the child's pid; or
 *  -ESTALE   the file changed, or its path names another file: call
 *	      outspawn_template_refresh() and spawn again. That does not help
 *	      at OUTSPAWN_STAGE_MOUNT: the child's mount namespace does
 *	      not have the file.
 *  -EACCES   at OUTSPAWN_STAGE_TEMPLATE: another process, or a thread
 *	      with other credentials, made the template
 *  -EINVAL, -EFAULT, -E2BIG   bad arguments
 *  -EAGAIN, -ENOMEM, -EMFILE  as fork(2) and pidfd_open(2)
 *  -EBADF, -ENOTTY   tmpl is not a template
 *  or the error of the action, or of execve(2), that failed (result->stage).
 */
pid_t outspawn_spawn(int tmpl, char *const argv[], char *const envp[],
		     const struct outspawn_actions *actions, unsigned int flags, int *pidfd,
		     struct outspawn_result *result);

/*
 * outspawn_spawn_attr() - the same, with all attributes
 * @attr: or NULL for none
 *
 * Return: as outspawn_spawn(); -EINVAL or -E2BIG also if attr->size is wrong,
 * or if attr sets members that this library does not have; -EPERM if a caller
 * with seccomp filters asks for namespaces, set_tid, CGROUP, AUTOREAP or
 * KILL_ON_CLOSE; or an error of clone3(2) for these.
 */
pid_t outspawn_spawn_attr(int tmpl, char *const argv[], char *const envp[],
			  const struct outspawn_actions *actions, const struct outspawn_attr *attr,
			  int *pidfd, struct outspawn_result *result);

/*
 * outspawn_spawn_path() - start a program without a template
 * @dev: from outspawn_open()
 * @file: the path of the program; a name without a slash is searched for in
 * path
 * @path: directories separated by ':', where an empty one is the working
 *	directory; or NULL for no search. Give getenv("PATH") to search PATH.
 *
 * The child searches after its actions, by execvp(3)'s rules. Scripts and
 * formats of binfmt_misc work as with execve(2). If exec fails, result->action
 * is the index of the directory tried last.
 *
 * Return: as outspawn_spawn_attr(), but without the errors of templates; -EBADF
 * or -ENOTTY if dev is not the device; -ENAMETOOLONG if file is too long.
 */
pid_t outspawn_spawn_path(int dev, const char *file, const char *path, char *const argv[],
			  char *const envp[], const struct outspawn_actions *actions,
			  const struct outspawn_attr *attr, int *pidfd,
			  struct outspawn_result *result);

/*
 * outspawn_spawn_shell() - the same; after ENOEXEC, start a shell as execvp(3)
 * does
 *
 * An executable file of unknown format is taken for a script, and started as
 * "/bin/sh FOUND ARGV[1]...". The actions then run twice: in the child in which
 * exec failed, and in the child that becomes the shell.
 *
 * Return: as outspawn_spawn_path(); -EINVAL also with OUTSPAWN_ASYNC.
 */
pid_t outspawn_spawn_shell(int dev, const char *file, const char *path, char *const argv[],
			   char *const envp[], const struct outspawn_actions *actions,
			   const struct outspawn_attr *attr, int *pidfd,
			   struct outspawn_result *result);

/* struct outspawn_job - one spawn of a batch */
struct outspawn_job {
	int tmpl; /* a template fd; ignored if file is set */
	const char *file; /* a program; or NULL: spawn from tmpl */
	const char *path; /* as outspawn_spawn_path() */
	char *const *argv;
	char *const *envp;
	const struct outspawn_actions *actions; /* or NULL */
	const struct outspawn_attr *attr; /* or NULL */
	int *pidfd; /* or NULL */
	/* Written by the call. */
	pid_t pid; /* or a negative error number; 0: not done */
	struct outspawn_result result; /* an OUTSPAWN_ASYNC child may write here later */
};

/*
 * outspawn_batch() - do many spawns
 * @dev: from outspawn_open()
 * @jobs: done in order; each job's pid and result say how it ended
 *
 * A job that fails does not stop the others. One system call starts up to 32
 * jobs, one after another, and waits for all of them. No memory is allocated.
 *
 * Return: the number of jobs done, counted from the first. If the number is
 * smaller than count, a signal came; the other jobs have pid 0, and the caller
 * may go on at jobs + the number. Or
 *  -EFAULT   jobs is bad memory
 *  -EINVAL   jobs is NULL, or count is above INT_MAX
 *  -EBADF, -ENOTTY   dev is not the device
 *  -ENOMEM   no memory in the kernel
 */
int outspawn_batch(int dev, struct outspawn_job *jobs, unsigned int count);

/*
 * outspawn_strerror() - describe in words how a spawn failed
 * @result: filled in by a spawn
 * @actions: the spawn's actions, to name the one that failed; or NULL
 * @path: the program's path, for the message; or NULL
 * @buf, @size: the message is cut to size bytes with its NUL
 *
 * The text of the error number is strerror(3)'s in the current locale.
 *
 * Return: buf.
 */
char *outspawn_strerror(const struct outspawn_result *result,
			const struct outspawn_actions *actions, const char *path, char *buf,
			size_t size);

/*
 * outspawn_perror() - print on stderr how a spawn failed
 * @prefix: printed before the message, with ": "; or NULL
 *
 * The other arguments are outspawn_strerror()'s.
 */
void outspawn_perror(const char *prefix, const struct outspawn_result *result,
		     const struct outspawn_actions *actions, const char *path);

/*
 * outspawn_wait() - wait until a child has ended, and reap it
 * @pidfd: the child's
 * @timeout: in milliseconds; negative: no limit
 * @status: as waitpid(2)'s, for WIFEXITED() and so on; or NULL
 *
 * Return: 0; or
 *  -ETIMEDOUT  the child still runs
 *  -ECHILD     not a child of this process, or reaped already, also by the
 *	        kernel (OUTSPAWN_AUTOREAP)
 *  -EBADF      pidfd is not a pidfd
 *  -EINTR      a signal came
 */
int outspawn_wait(int pidfd, int timeout, int *status);

/*
 * outspawn_kill() - send a signal to a child
 * @pidfd: the child's
 * @signal: 0 only asks whether the child exists
 *
 * Return: 0; -ESRCH if the child has been reaped; or another error of
 * pidfd_send_signal(2).
 */
int outspawn_kill(int pidfd, int signal);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* OUTSPAWN_H */
