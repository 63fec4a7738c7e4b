/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/* Copyright (C) 2026 The outspawn authors */
/*
 * spawn_template.h - the interface of /dev/spawn_template
 *
 * A template fd pins one executable. A spawn from it makes a pristine child.
 * The caller's memory is not copied, the child gets only the descriptors that
 * the caller asks for, and all set-up steps run inside the child.
 *
 * Names, field order, sizes and values are those of Li Chen's RFC "exec: add
 * spawn templates for repeated executable startup" (28 May 2026). A program
 * written for the RFC's two system calls uses two ioctls instead:
 *
 *   spawn_template_create(&args, size)
 *   ioctl(device, SPAWN_TEMPLATE_IOC_CREATE, &args)
 *
 *   spawn_template_spawn(fd, &args, size)
 *   ioctl(fd, SPAWN_TEMPLATE_IOC_SPAWN, &args)
 *
 * "Not in the RFC" marks additions of outspawn.
 *
 * Structs only grow at their end. The kernel reads the size of the caller's
 * struct from the ioctl's number. It takes a larger struct if the part that it
 * does not know is zero (else E2BIG). It takes a smaller struct if that has at
 * least the first published size (else EINVAL).
 *
 * Every ioctl may fail with
 * EFAULT   memory that cannot be read or written
 * ENOTTY   an unknown ioctl, the wrong kind of descriptor (device or template),
 *          or a 32-bit caller
 *
 * Pointers need no alignment.
 */
#ifndef _UAPI_SPAWN_TEMPLATE_H
#define _UAPI_SPAWN_TEMPLATE_H

#include <linux/ioctl.h>
#include <linux/openat2.h>
#include <linux/types.h>

#define SPAWN_TEMPLATE_DEVICE "/dev/spawn_template"

/* The version of this interface, which SPAWN_TEMPLATE_IOC_INFO returns. */
#define SPAWN_TEMPLATE_VERSION 1

/* spawn_template_create_args.flags: the template fd is close-on-exec. */
#define SPAWN_TEMPLATE_CREATE_CLOEXEC (1ULL << 0)
/*
 * Take any file that execve(2) takes, not only ELF of this machine: scripts,
 * and formats of binfmt_misc. Not in the RFC.
 *
 * Files that are not ELF are not checked here; ENOEXEC then comes from the
 * spawn.
 *
 * The interpreter of a script opens the script by its path, after exec. It
 * reads the file that the path names at that time. Only the spawn's check
 * (ESTALE) guards against another file; it also compares the path of a template
 * that was made from a descriptor.
 *
 * Files that begin like an ELF file cannot be opened for writing; other files
 * can. If execfd was close-on-exec, a spawn of a script fails with ENOENT, as
 * with execveat(2).
 */
#define SPAWN_TEMPLATE_CREATE_ANY_FORMAT (1ULL << 32)
/*
 * Let others open the file for writing while the template exists. A spawn fails
 * with ETXTBSY while the file is open for writing, and with ESTALE after a
 * write. The child checks the file again before exec. Not in the RFC.
 *
 * A write is noticed if the filesystem records it in the file's times or change
 * counter. tmpfs does not record a write through a mapping.
 *
 * A write in the same clock tick as CREATE may leave the times unchanged. If
 * the filesystem has neither a change counter nor fine-grained times, CREATE
 * waits until the next write must change the times. It waits for one tick at
 * most, or two seconds if the filesystem rounds times. ETXTBSY: the file was
 * written again and again meanwhile. CREATE waits in the same way for a file
 * that ANY_FORMAT leaves open to writers.
 */
#define SPAWN_TEMPLATE_CREATE_ALLOW_WRITE (1ULL << 33)

/*
 * spawn_template_spawn_args.flags: the child gets all descriptors of the caller
 * that are not close-on-exec. Without this flag the child gets the caller's 0,
 * 1 and 2, if these are not close-on-exec, and the descriptors that actions
 * place.
 */
#define SPAWN_TEMPLATE_SPAWN_INHERIT_FDS (1ULL << 0)
/*
 * The flags from here on are not in the RFC.
 *
 * ASYNC: return as soon as the child exists. The caller may then close its
 * descriptors and free its strings, because the kernel has copied the strings
 * and refers to the files itself. The call returns later in these cases:
 *
 *   seccomp filters    after exec has replaced the child's memory, because the
 *                      child reads the caller's memory after the filters have
 *                      judged each call; the call fails if the filters deny
 *                      vfork(2)
 *   CLONE_NEWUSER      in 'namespaces': after exec has replaced the child's
 *                      memory
 *   a SYSCALL action   with a pointer: after the actions; one that changes the
 *                      user or group: after exec has replaced the child's
 *                      memory
 *   a tracer           that wants vfork events: after exec has replaced the
 *                      child's memory
 *
 * A failure after the return ends the child with status 127, as in
 * posix_spawn(3), and is written to 'result'. The memory of 'result' must stay
 * valid until the child has ended. If 'result' has no error then, the program
 * itself has ended.
 */
#define SPAWN_TEMPLATE_SPAWN_ASYNC (1ULL << 32)
/*
 * The child starts in the cgroup v2 that the descriptor 'cgroup' names. EBADF:
 * the descriptor names no cgroup. ENOENT, ENODEV: the cgroup was removed. As
 * with clone3(2), also the errors of a write to cgroup.procs: EACCES, EBUSY,
 * EOPNOTSUPP.
 */
#define SPAWN_TEMPLATE_SPAWN_CGROUP (1ULL << 33)
/*
 * When the program ends, its parent gets 'exit_signal' instead of SIGCHLD, or
 * no signal if that is 0. EINVAL: 'exit_signal' is not a signal. If the signal
 * is not SIGCHLD, waitpid(2) needs __WALL or __WCLONE to return the child.
 *
 * exec sets the exit signal to SIGCHLD, and the child sets it to 'exit_signal'
 * again after exec. Between the two a plain wait of another thread, or of the
 * caller of an ASYNC spawn, finds that a child exists, but cannot reap it.
 */
#define SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL (1ULL << 34)
/*
 * The kernel reaps the child when it ends: it leaves no zombie, sends no
 * signal, and cannot be waited for. EOPNOTSUPP: the kernel has no
 * CLONE_AUTOREAP. EINVAL: with EXIT_SIGNAL.
 */
#define SPAWN_TEMPLATE_SPAWN_AUTOREAP (1ULL << 35)
/*
 * The child is killed when the pidfd and all its copies are closed. As with
 * CLONE_PIDFD_AUTOKILL, this needs 'pidfd' and AUTOREAP (EINVAL), and
 * NO_NEW_PRIVS or CAP_SYS_ADMIN (EPERM). EOPNOTSUPP: the kernel has no
 * CLONE_PIDFD_AUTOKILL. The kill takes effect when the program begins. If the
 * pidfd is closed earlier, for example while an OPEN of a FIFO waits, the child
 * is killed after its set-up.
 */
#define SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE (1ULL << 36)
/*
 * The program is stopped (SIGSTOP) before its first instruction. The kernel
 * treats the stop as a kill(2) by the caller. The caller's seccomp filters are
 * asked about kill(2) before the first action. After exec, the caller's
 * credentials and the security modules decide whether the caller may signal the
 * program, which may have another user or security label by then. If they deny
 * it, the spawn fails with EPERM or EACCES at stage STOP, and the program does
 * not run. With ASYNC, SIGKILL ends the program instead, because 'result' is in
 * memory that the child no longer has.
 */
#define SPAWN_TEMPLATE_SPAWN_STOPPED (1ULL << 37)
/* The child has no_new_privs (PR_SET_NO_NEW_PRIVS) before its first action. */
#define SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS (1ULL << 38)
/*
 * The child is made on the memory node 'node': its task_struct, kernel stack
 * and descriptor table are allocated there. The set-up and exec run on the
 * node's CPUs, as far as the child may use them, so what they allocate is on
 * the node, too. Before the program begins, it may run again on all CPUs that
 * the child inherited. EINVAL: the node has no memory, or the caller's cpuset
 * does not allow it. To keep the program on the node, set its affinity by a
 * SYSCALL action of sched_setaffinity(2). Such an action also chooses the node
 * by itself, if all its CPUs are on one node, and the set-up runs on its CPUs.
 * An action that asks for SCHED_DEADLINE fails with EPERM, as for every task that
 * may not run on all CPUs of its root domain.
 */
#define SPAWN_TEMPLATE_SPAWN_NODE (1ULL << 39)
/*
 * The child gets 'pdeath_signal' when the caller's process ends: after its last
 * thread. Without this flag the signal comes when the thread ends that called.
 * exec and a change of user do what they do to PR_SET_PDEATHSIG: a child whose
 * credentials have changed since gets no signal. prctl(2) in the child neither
 * shows nor cancels the signal. The module cannot be unloaded until the child
 * or the caller's process has ended. EINVAL: 'pdeath_signal' is 0.
 */
#define SPAWN_TEMPLATE_SPAWN_PDEATH_PROCESS (1ULL << 40)

/* The maximum number of actions of a spawn (else E2BIG). */
#define SPAWN_TEMPLATE_MAX_ACTIONS 192

/*
 * An action is one step that sets the child up. The actions run in the child,
 * in order, before exec. If an action fails, the spawn fails with its errno,
 * and later actions do not run.
 *
 * An action looks up a descriptor number in the child's table first. If the
 * child has no descriptor of that number, the action takes the caller's, which
 * may be close-on-exec. If an action has closed a number, later actions cannot
 * use that number (EBADF). The caller's descriptors are looked up when the
 * spawn begins.
 *
 * Fields that a type does not use must be 0. If a type uses 'arg', that must
 * not be 0 (EINVAL). An action fails with EBADF if its number cannot be a
 * descriptor.
 *
 * Some actions, with the fields that are not 0:
 *
 *   place the caller's 7 at 1      .type = ...DUP2, .fd = 7, .newfd = 1
 *   keep the caller's 5 open       .type = ...DUP2, .fd = 5, .newfd = 5
 *   close all from 3 on            .type = ...CLOSE_RANGE, .fd = 3, .newfd = -1
 *   chdir to the open directory 9  .type = ...FCHDIR, .fd = 9
 */
enum spawn_template_action_type {
	/* Close fd. EBADF: fd is not open. */
	SPAWN_TEMPLATE_ACTION_CLOSE = 0,
	/*
	 * Make newfd a copy of fd, as dup3(2). flags is 0 or O_CLOEXEC. If fd
	 * equals newfd, the child gets this descriptor with close-on-exec off;
	 * flags must be 0 then. EBADF: fd is not open, or newfd is not below
	 * RLIMIT_NOFILE.
	 */
	SPAWN_TEMPLATE_ACTION_DUP2 = 1,
	/* Change the working directory to fd. Errors: as fchdir(2). */
	SPAWN_TEMPLATE_ACTION_FCHDIR = 2,
	/*
	 * Open a file at newfd. arg points to a struct spawn_template_open. A
	 * relative path is looked up in the directory fd, or in the child's
	 * working directory if fd is AT_FDCWD. An absolute path ignores fd.
	 * ENOENT: the path is empty. Errors: EBADF as for DUP2, which is
	 * checked first; then as openat2(2).
	 */
	SPAWN_TEMPLATE_ACTION_OPEN = 3,
	/*
	 * Close the descriptors from fd to newfd, both included; newfd -1 means
	 * to the last. With CLOSE_RANGE_CLOEXEC in flags, make the child's
	 * descriptors close-on-exec instead. CLOSE_RANGE_UNSHARE is allowed and
	 * has no effect, because the child has its own table. EINVAL: fd is
	 * negative or above newfd, or newfd is below -1.
	 */
	SPAWN_TEMPLATE_ACTION_CLOSE_RANGE = 4,
	/*
	 * Set the signal mask with which the program starts. arg points to a
	 * struct spawn_template_sigset. All signals are blocked while actions
	 * run.
	 */
	SPAWN_TEMPLATE_ACTION_SIGMASK = 5,
	/* Set ignored signals of the set to their default. arg: as SIGMASK. */
	SPAWN_TEMPLATE_ACTION_SIGDEFAULT = 6,
	/*
	 * Make a system call in the child. arg points to a struct
	 * spawn_template_syscall. Not in the RFC.
	 */
	SPAWN_TEMPLATE_ACTION_SYSCALL = 7,
};

struct spawn_template_action {
	__u32 type; /* enum spawn_template_action_type */
	__u32 flags;
	__s32 fd;
	__s32 newfd;
	__aligned_u64 arg; /* a pointer; to what, depends on the type */
};

struct spawn_template_open {
	/* const char *, PATH_MAX bytes with its NUL at most (ENAMETOOLONG) */
	__aligned_u64 path;
	struct open_how how;
};

struct spawn_template_sigset {
	__aligned_u64 sigset; /* pointer to the kernel's sigset_t */
	__u64 sigsetsize; /* its size in bytes, which must be 8 (EINVAL) */
};

/*
 * A system call that the child makes. Not in the RFC.
 *
 * The child still shares the caller's memory then, so pointers in args are read
 * when the call runs. The module takes only calls that make sense between fork
 * and exec and that concern the child itself. docs/syscalls.md lists the calls
 * and their arguments. EOPNOTSUPP: another call, or an option that is not in
 * the list. EINVAL: a process other than 0 (the child), or an argument that the
 * call does not have.
 *
 * A descriptor in args is found as in any action; as in the call itself, only
 * the low 32 bits count. If it is the caller's, the child has it,
 * close-on-exec, only during the call.
 *
 * ioctl TIOCSPGRP with args[2] 0 means the child's own process group. The
 * kernel passes that number through the memory of 'result', so the spawn must
 * have one (EINVAL).
 */
struct spawn_template_syscall {
	__u32 nr; /* __NR_* */
	__u32 pad; /* 0 */
	__aligned_u64 args[6]; /* 0 where the call has no argument */
};

/*
 * SPAWN_TEMPLATE_IOC_CREATE, on the device: pin an executable. Returns a
 * template fd. The caller gives either execfd or filename.
 *
 * EINVAL   both or neither of execfd and filename; a relative path; an unknown
 *          flag; exec_flags, actions, actions_len or reserved is not 0; a
 *          struct smaller than its first published size
 * E2BIG    a larger struct whose unknown part is not zero
 * EACCES   no execute permission; not a regular file; a noexec mount
 * ELOOP    execfd is a symbolic link (O_PATH | O_NOFOLLOW)
 * ETXTBSY  the file is open for writing; or is being written to (ALLOW_WRITE)
 * ENOEXEC  not ELF, of another machine, or malformed
 * EFAULT, EBADF, EMFILE, ENFILE, ENOMEM, and the errors of open(2) for the path
 *
 * Seccomp filters. The caller's filters judge CREATE before any look-up. They
 * are asked in a helper child, which inherits the filters and then exits, about
 *
 *   for a path:        openat2(AT_FDCWD, filename, reserved,
 *                              sizeof(struct open_how)),
 *                      or, if they answer ENOSYS to that,
 *                      openat(AT_FDCWD, filename, O_RDONLY, 0);
 *                      execveat(AT_FDCWD, filename, 0, 0, 0) and
 *                      execve(filename, 0, 0)
 *   for a descriptor:  execveat(execfd, 0, 0, 0, AT_EMPTY_PATH)
 *
 * The path is copied after the verdict. A verdict has these effects:
 *
 *   ERRNO, or a supervisor's error  CREATE fails with that errno
 *   TRACE                           ENOSYS without a tracer that follows vfork
 *   TRAP                            EPERM
 *   KILL_PROCESS, KILL_THREAD       SIGSYS kills the caller's process; no
 *                                   handler runs
 *
 * EPERM also if a tracer or a supervisor changes the call, or returns a success
 * of its own. A caller with filters may also get
 *
 * EAGAIN, ENOMEM   as fork(2)
 * EPERM    its next child would be in another pid namespace than the caller
 * EINTR    the helper child was killed
 *
 * Unreadable files. If the caller may execute the file but not open it to read,
 * CREATE does not report ENOEXEC; the spawn does. Such a template has the
 * effect of ALLOW_WRITE, because only a caller that may read a file may keep
 * writers away.
 */
struct spawn_template_create_args {
	__aligned_u64 flags;
	__s32 execfd; /* the executable, opened in any way (O_PATH); or -1 */
	__u32 exec_flags; /* 0 */
	__aligned_u64 filename; /* const char *, absolute, or 0 */
	__aligned_u64 actions; /* 0 */
	__aligned_u64 actions_len; /* 0 */
	__aligned_u64 reserved[4]; /* 0 */
};

/*
 * SPAWN_TEMPLATE_IOC_SPAWN, on a template fd: start the program. Returns the
 * child's pid, as its parent sees it. Like vfork(2), the call returns when exec
 * has replaced the child's memory.
 *
 * Errors before a child exists:
 * EACCES   the caller is not a thread of the process that made the template; or
 *          the process has called execve(2) since; or the thread's credentials
 *          differ from those with which the template was made
 * ESTALE   the file changed, or its path names another file: make a new
 *          template
 * EINVAL, EFAULT   bad arguments
 * E2BIG    too many actions; too long strings; or as with CREATE
 * EAGAIN, ENOMEM, EMFILE, ENFILE   as fork(2) and pidfd_open(2)
 * EPERM, ENOSPC, EEXIST   as clone3(2), for the attributes that it has as well
 *
 * Errors after the child exists: the errno of the action or of execve(2) that
 * failed. The child is gone then, without a zombie or a SIGCHLD.
 *
 * Seccomp filters. The caller's filters are asked, in the child, about
 * vfork(2), the system call of each action (close, dup3 or fcntl, fchdir,
 * openat2, or openat if they answer ENOSYS to openat2, close_range,
 * rt_sigprocmask, rt_sigaction), execve(2) and
 * execveat(2). ERRNO fails that stage with its errno. If a filter kills or
 * traps the child, the call returns the pid, and the child dies of SIGSYS.
 * EPERM: a tracer or a supervisor changes a call, or returns a success of its
 * own.
 *
 * Mount namespaces. The child may be in another mount namespace than the pinned
 * file (namespaces, unshare, setns). There exec of the pinned file would ignore
 * setuid bits and file capabilities, and AppArmor would deny it. So the child
 * looks the template's path up after its actions, with its own root and
 * credentials. If the path names the same, unchanged file, that is executed.
 * Otherwise the spawn fails at stage MOUNT. ESTALE: the path names another
 * file, or the template was made from a descriptor of a file without a path.
 * ENOENT, EACCES and others: the look-up failed. If the mount was not in the
 * namespace of the template's maker either, for example a memfd's, the pinned
 * file is executed. After chroot or pivot_root in the same mount namespace the
 * pinned file is executed, too.
 */
struct spawn_template_spawn_args {
	__aligned_u64 flags;
	__aligned_u64 pidfd; /* int *, set to the child's pidfd; or 0 */
	__aligned_u64 argv; /* char *const *, ends with NULL; or 0 */
	__aligned_u64 envp; /* char *const *, ends with NULL; or 0: empty */
	__aligned_u64 actions; /* const struct spawn_template_action * */
	__aligned_u64 actions_len; /* the number of actions */
	__aligned_u64 reserved[4]; /* 0 */
	/* The members from here on are not in the RFC. */
	__aligned_u64 result; /* struct spawn_template_result *, or 0 */
	/*
	 * Attributes that take effect when the child is made. A caller with
	 * seccomp filters gets EPERM for those that clone(2) and clone3(2) have
	 * and vfork(2) does not: namespaces, set_tid, CGROUP, AUTOREAP,
	 * KILL_ON_CLOSE. The filters would have to judge clone(2) before a
	 * child exists. EPERM also for NODE, which no system call has.
	 */
	__aligned_u64 namespaces; /* CLONE_NEW* to make; EINVAL: other bits */
	__aligned_u64 set_tid; /* const __s32 *, pids to have, as clone3(2) */
	__u32 set_tid_size; /* number; EINVAL: more than pid namespaces */
	__s32 cgroup; /* with SPAWN_CGROUP: a descriptor; else 0 */
	__u32 exit_signal; /* with SPAWN_EXIT_SIGNAL; else 0 */
	/*
	 * The signal that the child gets when the thread that spawned it ends,
	 * as PR_SET_PDEATHSIG; see also PDEATH_PROCESS; or 0. It is also sent
	 * if that thread ends during the spawn. EINVAL: not a signal.
	 */
	__u32 pdeath_signal;
	/*
	 * Memory that the caller lends until the call returns, or 0. If the
	 * caller has seccomp filters, or a tracer that follows vfork, the child
	 * writes each path there, with its NUL, before it executes the path
	 * (EFAULT: the memory cannot be written). Tracers, supervisors and
	 * /proc/PID/syscall see this address as the path of execve(2). As with
	 * execve(2), the child executes the path that is in the memory after
	 * they have answered. A template's path must not change (EPERM).
	 *
	 * If a path does not fit, or there is no scratch, the child maps memory
	 * in the caller's address space for it, and unmaps that before exec
	 * (ENOMEM, EAGAIN: as mmap(2)). To lend memory is cheaper. A SPAWN_PATH
	 * without a search uses the caller's 'file' instead.
	 */
	__aligned_u64 scratch; /* char * */
	__u32 scratch_size; /* in bytes; must be 0 without scratch (EINVAL) */
	__u32 node; /* with SPAWN_NODE: a memory node; else 0 */
};

/* The stage at which a spawn failed. Not in the RFC. */
enum spawn_template_stage {
	SPAWN_TEMPLATE_STAGE_NONE = 0, /* no failure */
	SPAWN_TEMPLATE_STAGE_ARGS = 1, /* reading the arguments */
	SPAWN_TEMPLATE_STAGE_TEMPLATE = 2, /* checking owner and staleness */
	SPAWN_TEMPLATE_STAGE_CREATE = 3, /* making the child or its pidfd */
	SPAWN_TEMPLATE_STAGE_FDS = 4, /* not used: such errors have stage ARGS */
	SPAWN_TEMPLATE_STAGE_ACTION = 5, /* running action number 'action' */
	SPAWN_TEMPLATE_STAGE_EXEC = 6, /* exec */
	/*
	 * finding the template's file in the child's mount namespace, if the
	 * pinned file's mount is in another: see SPAWN_TEMPLATE_IOC_SPAWN
	 */
	SPAWN_TEMPLATE_STAGE_MOUNT = 7,
	SPAWN_TEMPLATE_STAGE_STOP = 8, /* stopping the program (STOPPED) */
};

/*
 * How a spawn ended. Written after success and after failure, if the pointer is
 * valid. Not in the RFC.
 */
struct spawn_template_result {
	__u32 stage; /* enum spawn_template_stage */
	/*
	 * The index of the action that failed, or -1. If a search failed at
	 * stage EXEC: the index of the directory tried last.
	 */
	__s32 action;
	__s32 error; /* the errno, positive; 0: none */
	__s32 pid; /* the child's, or 0 */
};

/*
 * SPAWN_TEMPLATE_IOC_SPAWN_PATH, on the device: start a program without a
 * template. Results and errors are those of SPAWN, without those of stage
 * TEMPLATE. Not in the RFC.
 *
 * 'path' is a list of directories separated by ':'; an empty one is the working
 * directory. If there is a 'path' and 'file' has no slash, the child searches
 * the directories in order, by the rules of execvp(3). After ENOENT, ENOTDIR,
 * ESTALE, ENODEV, ETIMEDOUT and EACCES it tries the next directory; any other
 * error ends the search. If no directory has the program and EACCES came, the
 * search ends with EACCES. Without a search, 'file' is the path of the program,
 * as for execve(2).
 *
 * The caller's seccomp filters and tracer see each attempt as an execve(2).
 * Scripts and formats of binfmt_misc work.
 *
 * EINVAL   flags or pad is not 0, or there is no file
 * ENAMETOOLONG   file is longer than PATH_MAX with its NUL; or, in a search,
 *          longer than NAME_MAX without its NUL
 * E2BIG    in a search, path is longer than 128 KiB with its NUL
 */
struct spawn_template_path_args {
	__aligned_u64 spawn; /* const struct spawn_template_spawn_args * */
	__u32 spawn_size; /* size of that struct, below 16 KiB (E2BIG) */
	__u32 pad; /* 0 */
	__aligned_u64 file; /* const char * */
	__aligned_u64 path; /* const char *, or 0: no search */
	__aligned_u64 flags; /* 0 */
};

/*
 * SPAWN_TEMPLATE_IOC_SPAWN_BATCH, on the device: many spawns in one call. Each
 * entry has the effect of a call of its own, and has a result of its own. An
 * entry that fails does not stop the others. The children are made in the
 * entries' order; the call waits for all of them together. Not in the RFC.
 *
 * Returns the number of entries done, counted from the first. The number is
 * smaller than 'count' if that is above SPAWN_TEMPLATE_MAX_BATCH, if a signal
 * came, or if an entry's memory is bad. The caller may call again for the other
 * entries.
 *
 * EFAULT   the first entry's memory is bad
 * EINVAL   flags is not 0, count is above INT_MAX, or entry_size is below the
 *          first published size or not a multiple of 8
 * ENOMEM   no memory
 *
 * An entry's result.pid or result.error says how the entry ended. At stage
 * ARGS, EBADF means that tmpl is not a descriptor, ENOTTY that it is not a
 * template.
 */
#define SPAWN_TEMPLATE_MAX_BATCH 1024
struct spawn_template_batch_args {
	__aligned_u64 flags; /* 0 */
	__aligned_u64 entries; /* struct spawn_template_batch_entry * */
	__u32 count;
	__u32 entry_size; /* sizeof(struct spawn_template_batch_entry) */
};

struct spawn_template_batch_entry {
	__s32 tmpl; /* a template fd; or -1: spawn by path */
	__u32 args_size; /* size of what args points to, as spawn_size */
	/* const struct spawn_template_spawn_args *; by path: ..._path_args * */
	__aligned_u64 args;
	struct spawn_template_result result; /* written by the call */
};

/* Bits of spawn_template_info.features. Not in the RFC. */
#define SPAWN_TEMPLATE_FEATURE_RESULT (1ULL << 0) /* spawn_args.result */
#define SPAWN_TEMPLATE_FEATURE_BIRTH (1ULL << 1) /* namespaces and so on */
#define SPAWN_TEMPLATE_FEATURE_PATH (1ULL << 2) /* SPAWN_PATH */
#define SPAWN_TEMPLATE_FEATURE_BATCH (1ULL << 3) /* SPAWN_BATCH */
#define SPAWN_TEMPLATE_FEATURE_SCRATCH (1ULL << 4) /* spawn_args.scratch */

/*
 * SPAWN_TEMPLATE_IOC_INFO, on the device or a template fd: what the module can
 * do. The part of a larger struct that the module does not know is set to 0.
 * EINVAL: a struct smaller than its first published size. Not in the RFC.
 */
struct spawn_template_info {
	__u32 version; /* the module's SPAWN_TEMPLATE_VERSION */
	__u32 max_actions; /* the module's SPAWN_TEMPLATE_MAX_ACTIONS */
	__aligned_u64 features; /* SPAWN_TEMPLATE_FEATURE_* */
	__aligned_u64 action_types; /* bit n: the module knows action type n */
	__aligned_u64 create_flags; /* CREATE_* that the module knows */
	__aligned_u64 spawn_flags; /* SPAWN_* that this kernel can do */
	__u32 create_args_size; /* the sizes of the module's structs */
	__u32 spawn_args_size;
	/*
	 * The maximum of argv and envp together, in bytes, for any rlimits.
	 * Each string counts 8 bytes more for its pointer. exec also counts the
	 * file's name.
	 */
	__u32 max_strings;
	__u32 trusted_version; /* 1: loaded with trust_version=1, unchecked */
	__aligned_u64 templates; /* number of templates in the whole system */
	__aligned_u64 reserved[4];
};

/* The identity of a file. Times are CLOCK_REALTIME. Not in the RFC. */
struct spawn_template_key {
	__u32 dev_major;
	__u32 dev_minor;
	__aligned_u64 ino;
	__aligned_u64 size; /* bytes */
	__u32 mode; /* st_mode */
	__u32 uid; /* owner, as in the caller's user namespace */
	__u32 gid;
	__u32 ctime_nsec;
	__s64 ctime_sec;
	__s64 mtime_sec;
	__u32 mtime_nsec;
	__u32 pad;
};

/*
 * Facts from the ELF header and the program headers. All 0 if the caller may
 * not read the file, or if it is not an ELF file. Not in the RFC.
 */
struct spawn_template_elf {
	__u16 type; /* ET_EXEC or ET_DYN */
	__u16 machine; /* EM_* */
	__u16 phnum;
	__u16 load_segments; /* number of PT_LOAD */
	__u32 stack_flags; /* PF_* of PT_GNU_STACK, or 0 without one */
	__u32 interp_len; /* length of the interpreter's path; 0: none */
	__aligned_u64 entry; /* e_entry */
	__aligned_u64 load_bytes; /* bytes from the first segment to the last */
};

/*
 * SPAWN_TEMPLATE_IOC_QUERY, on a template fd: what the template pins. 'key' is
 * all 0 if the caller may not stat(2) the file. Other sizes of the struct are
 * treated as for INFO. The caller's seccomp filters are asked as for CREATE,
 * about statx(fd, 0, AT_EMPTY_PATH, STATX_BASIC_STATS, 0), where fd is the
 * template fd. Not in the RFC.
 */
struct spawn_template_query {
	struct spawn_template_key key;
	struct spawn_template_elf elf;
	__aligned_u64 spawned; /* number of spawns that succeeded */
	__aligned_u64 failed; /* number of spawns that failed */
	/*
	 * Kernel memory of the template, in bytes, without its two open files:
	 * at most 4096 if the path is not longer than 3 KiB. 0 if the caller
	 * may not read the file.
	 */
	__u32 memory;
	__s32 stale; /* 0, or the errno with which a spawn would fail now */
	__aligned_u64 reserved[4];
};

/* The first published sizes: the smallest that the kernel takes. */
#define SPAWN_TEMPLATE_CREATE_ARGS_SIZE_VER0 72
#define SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0 80
#define SPAWN_TEMPLATE_INFO_SIZE_VER0 96
#define SPAWN_TEMPLATE_QUERY_SIZE_VER0 152
#define SPAWN_TEMPLATE_PATH_ARGS_SIZE_VER0 40
#define SPAWN_TEMPLATE_BATCH_ARGS_SIZE_VER0 24
#define SPAWN_TEMPLATE_BATCH_ENTRY_SIZE_VER0 32

#define SPAWN_TEMPLATE_IOC_MAGIC 0xe7
#define SPAWN_TEMPLATE_IOC_CREATE \
	_IOW(SPAWN_TEMPLATE_IOC_MAGIC, 0, struct spawn_template_create_args)
#define SPAWN_TEMPLATE_IOC_SPAWN \
	_IOW(SPAWN_TEMPLATE_IOC_MAGIC, 1, struct spawn_template_spawn_args)
#define SPAWN_TEMPLATE_IOC_INFO \
	_IOR(SPAWN_TEMPLATE_IOC_MAGIC, 2, struct spawn_template_info)
#define SPAWN_TEMPLATE_IOC_QUERY \
	_IOR(SPAWN_TEMPLATE_IOC_MAGIC, 3, struct spawn_template_query)
#define SPAWN_TEMPLATE_IOC_SPAWN_PATH \
	_IOW(SPAWN_TEMPLATE_IOC_MAGIC, 4, struct spawn_template_path_args)
#define SPAWN_TEMPLATE_IOC_SPAWN_BATCH \
	_IOW(SPAWN_TEMPLATE_IOC_MAGIC, 5, struct spawn_template_batch_args)

#ifdef __cplusplus
#define SPAWN_TEMPLATE_ASSERT_SIZE(type, size) \
	static_assert(sizeof(struct type) == (size), #type " has a wrong size")
#else
#define SPAWN_TEMPLATE_ASSERT_SIZE(type, size) \
	_Static_assert(sizeof(struct type) == (size), #type " has a wrong size")
#endif
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_create_args, 72);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_spawn_args, 136);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_path_args, 40);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_batch_args, 24);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_batch_entry, 32);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_syscall, 56);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_action, 24);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_open, 32);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_sigset, 16);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_result, 16);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_key, 64);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_elf, 32);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_info, SPAWN_TEMPLATE_INFO_SIZE_VER0);
SPAWN_TEMPLATE_ASSERT_SIZE(spawn_template_query, SPAWN_TEMPLATE_QUERY_SIZE_VER0);

#endif /* _UAPI_SPAWN_TEMPLATE_H */
