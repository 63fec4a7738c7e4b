/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * spawn_template.h - the interface of /dev/spawn_template
 *
 * A template fd pins one executable. A spawn from it makes a pristine child:
 * nothing of the caller's memory is copied, no descriptor is copied that was
 * not asked for, and every set-up step runs inside the child.
 *
 * Names, field order, sizes and values are those of Li Chen's RFC "exec: add
 * spawn templates for repeated executable startup" (28 May 2026); a program
 * written for its two system calls replaces them by two ioctls:
 *
 *   spawn_template_create(&args, size)    ioctl(device, SPAWN_TEMPLATE_IOC_CREATE, &args)
 *   spawn_template_spawn(fd, &args, size) ioctl(fd, SPAWN_TEMPLATE_IOC_SPAWN, &args)
 *
 * What is ours, and not the RFC's, is marked so. Structs grow at the end
 * only. The kernel reads the caller's size from the ioctl's number: a larger
 * struct is taken if its unknown tail is zero (else E2BIG), a smaller one as
 * long as it has the first published size (else EINVAL).
 *
 * Every ioctl: EFAULT for memory that is not there, ENOTTY for a number that is none
 * of these, on the device what is a template's, on a template what is the device's,
 * and to programs of 32 bits. Pointers need no alignment.
 */
#ifndef _UAPI_SPAWN_TEMPLATE_H
#define _UAPI_SPAWN_TEMPLATE_H

#include <linux/ioctl.h>
#include <linux/openat2.h>
#include <linux/types.h>

#define SPAWN_TEMPLATE_DEVICE "/dev/spawn_template"

/* Version of this interface, as SPAWN_TEMPLATE_IOC_INFO gives it. */
#define SPAWN_TEMPLATE_VERSION 1

/* spawn_template_create_args.flags: the template fd is closed by execve(2). */
#define SPAWN_TEMPLATE_CREATE_CLOEXEC (1ULL << 0)
/*
 * Take any file that execve(2) would try, not only ELF of this machine: scripts,
 * formats of binfmt_misc. Of what is no ELF nothing is known before a spawn, so
 * ENOEXEC comes from there. A script's interpreter opens the script by its path,
 * later: what it reads is what the path names then, and only a check at the spawn
 * stands between (ESTALE, also if it was made of a descriptor). Writers are kept
 * away from files that begin as ELF does, not from others. A spawn of a script by a
 * descriptor that was close-on-exec is ENOENT, as of execveat(2). Ours.
 */
#define SPAWN_TEMPLATE_CREATE_ANY_FORMAT (1ULL << 32)
/*
 * Do not keep writers away. The file may be opened for writing while the
 * template lives. A spawn is ESTALE after a write, ETXTBSY during one; before exec
 * the child looks again. A write is what the filesystem notes as one in the file's
 * times or change counter: tmpfs notes none that is done through a mapping. Ours.
 *
 * A write in the clock tick in which CREATE was called leaves the times as they
 * are. Where the filesystem has no counter and no fine times, CREATE waits until
 * the next write must change them: at most a tick, or two seconds if the times
 * are rounded. ETXTBSY: the file is written again and again meanwhile. The same
 * holds for what ANY_FORMAT does not keep writers from.
 */
#define SPAWN_TEMPLATE_CREATE_ALLOW_WRITE (1ULL << 33)

/*
 * spawn_template_spawn_args.flags: the child has every descriptor of the
 * caller's that is not close-on-exec. Without it: the caller's 0, 1 and 2
 * (if they are not close-on-exec) and what the actions placed.
 */
#define SPAWN_TEMPLATE_SPAWN_INHERIT_FDS (1ULL << 0)
/*
 * From here on ours.
 *
 * ASYNC: return as soon as the child exists. All that it needs was copied or
 * referenced before, so the caller may close its descriptors and free its
 * strings. It waits longer with seccomp filters (for what they say to vfork(2): if
 * they deny it, that is the call's error), with a SYSCALL action that has a pointer
 * (until the actions are done), with one that changes the user or group, or a tracer
 * that wants vfork events (until exec has left the caller's memory). What fails
 * later ends the child with status 127, as posix_spawn(3)'s does, and is
 * written to 'result', which must stay where it is until the child has ended:
 * a result without an error then says that it was the program that ended.
 */
#define SPAWN_TEMPLATE_SPAWN_ASYNC (1ULL << 32)
/*
 * The child is born in the cgroup v2 that the descriptor 'cgroup' names. EBADF: it
 * names none; ENOENT, ENODEV: it was removed; and what a write to its cgroup.procs would give
 * (EACCES, EBUSY, EOPNOTSUPP), as clone3(2).
 */
#define SPAWN_TEMPLATE_SPAWN_CGROUP (1ULL << 33)
/*
 * The program's end is signalled to its parent by 'exit_signal' instead of
 * SIGCHLD; 0: by none; EINVAL: no signal. A child with another one than SIGCHLD is
 * seen by waitpid(2) only with __WALL or __WCLONE. exec makes it SIGCHLD, and here it is
 * set again behind it: in between a plain wait of another thread's, or of an
 * ASYNC spawn's caller, sees that there is a child; it does not get it.
 */
#define SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL (1ULL << 34)
/*
 * Nobody has to wait for the child, and nobody can: no zombie, no signal.
 * EOPNOTSUPP where the kernel has no CLONE_AUTOREAP; EINVAL with EXIT_SIGNAL.
 */
#define SPAWN_TEMPLATE_SPAWN_AUTOREAP (1ULL << 35)
/*
 * The child is killed when the pidfd, and every copy of it, is closed. Needs
 * 'pidfd' and AUTOREAP (EINVAL), and either NO_NEW_PRIVS or CAP_SYS_ADMIN
 * (EPERM), as CLONE_PIDFD_AUTOKILL does; EOPNOTSUPP where the kernel has not
 * got it. It takes effect when the program begins: a child that is still being set
 * up, in an OPEN that waits say, is killed when that is over.
 */
#define SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE (1ULL << 36)
/*
 * The program is stopped (SIGSTOP) before its first instruction. The stop stands for
 * a kill(2) by the caller. The caller's seccomp filters are asked about that call
 * before the first action. After exec, the caller's credentials and the security
 * modules decide whether it may signal what the program has become. If it may not,
 * the spawn fails with EPERM or EACCES at stage STOP, and no instruction of the
 * program runs. With ASYNC, SIGKILL ends the program instead: 'result' is out of reach.
 */
#define SPAWN_TEMPLATE_SPAWN_STOPPED (1ULL << 37)
/* The child has no_new_privs (PR_SET_NO_NEW_PRIVS) before its first action. */
#define SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS (1ULL << 38)

/* The most actions a spawn may have (E2BIG above). */
#define SPAWN_TEMPLATE_MAX_ACTIONS 192

/*
 * One step of set-up. The actions of a spawn run in the child, in order,
 * before exec. The first that fails ends the spawn with its errno.
 *
 * In an action, a number means the child's descriptor of that number if it
 * has one, else the caller's, close-on-exec or not. A number that an action
 * closed is gone for the later ones (EBADF). The caller's descriptors are
 * looked up when the spawn begins.
 *
 * Fields that a type does not use must be 0, and 'arg', where it uses that, must not
 * (EINVAL). A number that cannot be a descriptor is EBADF when the action runs.
 */
enum spawn_template_action_type {
	/* Close fd. EBADF: there is no such descriptor. */
	SPAWN_TEMPLATE_ACTION_CLOSE = 0,
	/*
	 * Make newfd a copy of fd, as dup3(2) does; flags is 0 or O_CLOEXEC.
	 * With fd == newfd the descriptor is placed at its own number and its
	 * close-on-exec flag is cleared (flags must be 0).
	 * EBADF: no descriptor fd, or newfd is not below RLIMIT_NOFILE.
	 */
	SPAWN_TEMPLATE_ACTION_DUP2 = 1,
	/* Change the working directory to fd. Errors of fchdir(2). */
	SPAWN_TEMPLATE_ACTION_FCHDIR = 2,
	/*
	 * Open a file and place it at newfd; arg points to a struct
	 * spawn_template_open. A relative path starts at the directory fd, or
	 * at the child's working directory if fd is AT_FDCWD; an absolute one
	 * has no use for fd, and an empty one is ENOENT. Errors of openat2(2);
	 * EBADF as for DUP2, which is looked for before what openat2 looks for.
	 */
	SPAWN_TEMPLATE_ACTION_OPEN = 3,
	/*
	 * Close the descriptors fd to newfd, both included; newfd == -1 runs
	 * to the last. With flags CLOSE_RANGE_CLOEXEC those that the child has
	 * are made close-on-exec instead. CLOSE_RANGE_UNSHARE is taken and
	 * changes nothing: the table is the child's own. EINVAL: fd is negative
	 * or above newfd, or newfd is below -1.
	 */
	SPAWN_TEMPLATE_ACTION_CLOSE_RANGE = 4,
	/*
	 * The signal mask the program starts with; arg points to a struct
	 * spawn_template_sigset. While actions run, all signals are blocked.
	 */
	SPAWN_TEMPLATE_ACTION_SIGMASK = 5,
	/* Set ignored signals of the set to default; arg as for SIGMASK. */
	SPAWN_TEMPLATE_ACTION_SIGDEFAULT = 6,
	/*
	 * Run one system call in the child; arg points to a struct
	 * spawn_template_syscall. Ours.
	 */
	SPAWN_TEMPLATE_ACTION_SYSCALL = 7,
};

struct spawn_template_action {
	__u32 type; /* enum spawn_template_action_type */
	__u32 flags;
	__s32 fd;
	__s32 newfd;
	__aligned_u64 arg; /* pointer, by type */
};

struct spawn_template_open {
	/* const char *, at most PATH_MAX with its NUL (ENAMETOOLONG) */
	__aligned_u64 path;
	struct open_how how;
};

struct spawn_template_sigset {
	__aligned_u64 sigset; /* const the kernel's sigset_t * */
	__u64 sigsetsize; /* its size in bytes: 8 (EINVAL) */
};

/*
 * A system call of the child's, with the caller's memory still in place: its
 * pointers are looked at when it runs. Only calls that make sense between fork
 * and exec are taken, and only those that concern the child itself; which, and
 * with which arguments, docs/syscalls.md lists (EOPNOTSUPP: another call, or an
 * option of it that is not taken; EINVAL: it names another process than 0, the
 * child, or has more arguments). The descriptor that a call works on is looked up
 * like any action's, and of its argument an int is looked at, as by the call; a
 * caller's one is lent to the child for the call, close-on-exec. Ours.
 *
 * ioctl TIOCSPGRP without memory, args[2] being 0: the child's own process group.
 * Its number goes through the spawn's 'result', which there must be (EINVAL).
 */
struct spawn_template_syscall {
	__u32 nr; /* __NR_* of this machine */
	__u32 pad; /* 0 */
	__aligned_u64 args[6]; /* those that the call does not have: 0 */
};

/*
 * SPAWN_TEMPLATE_IOC_CREATE, on the device: pin an executable. Returns a
 * template fd. Exactly one of execfd and filename is given.
 *
 * EINVAL   both or neither of execfd and filename, a relative path, an
 *          unknown flag, exec_flags, actions, actions_len or reserved not 0,
 *          a struct below its first size
 * E2BIG    a larger struct whose tail is not zero
 * EACCES   no execute permission, not a regular file, a noexec mount
 * ELOOP    execfd is a symbolic link (O_PATH | O_NOFOLLOW)
 * ETXTBSY  the file is open for writing, or is being written (ALLOW_WRITE)
 * ENOEXEC  not ELF, another machine's, or malformed
 * EFAULT, EBADF, EMFILE, ENFILE, ENOMEM, and what open(2) of the path gives
 *
 * Before anything is looked up, the caller's seccomp filters are asked, in a child
 * that inherits them and ends at once: for a path about openat2(AT_FDCWD, filename,
 * reserved, sizeof(struct open_how)), execveat(AT_FDCWD, filename, 0, 0, 0) and
 * execve(filename, 0, 0), for a descriptor about execveat(execfd, 0, 0, 0,
 * AT_EMPTY_PATH). The path is copied after the answer. The call fails with the errno
 * of ERRNO and of a supervisor; with ENOSYS for TRACE without a tracer that follows
 * vfork; with EPERM for TRAP, and if a tracer or a supervisor wants a call changed or
 * made up. KILL_PROCESS and KILL_THREAD kill the caller's process: SIGSYS, which no
 * handler sees. A caller with filters also gets
 * EAGAIN, ENOMEM   as fork(2)
 * EPERM    its children will be in a pid namespace other than its own
 * EINTR    somebody killed that child
 *
 * Of a file that the caller may not open to read, no ENOEXEC is told here: a spawn
 * says it. Such a file is taken as with ALLOW_WRITE, because only who may read a
 * file may keep writers away from it.
 */
struct spawn_template_create_args {
	__aligned_u64 flags;
	__s32 execfd; /* a descriptor of the executable, O_PATH will do, or -1 */
	__u32 exec_flags; /* 0 */
	__aligned_u64 filename; /* const char *, absolute, or 0 */
	__aligned_u64 actions; /* 0 */
	__aligned_u64 actions_len; /* 0 */
	__aligned_u64 reserved[4]; /* 0 */
};

/*
 * SPAWN_TEMPLATE_IOC_SPAWN, on a template fd: start the program. Returns the
 * child's pid, as its parent sees it, once exec has replaced the child's
 * memory (the moment at which vfork(2) lets its caller go on).
 *
 * Before a child exists:
 * EACCES   the caller is not a thread of the process that made the template, the
 *          process has called execve(2) since, or the thread's credentials differ
 *          from those with which the template was made
 * ESTALE   the file changed, or its path names another file: make a new one
 * EINVAL, EFAULT   bad input
 * E2BIG    too many actions, strings too long, or as of CREATE
 * EAGAIN, ENOMEM, EMFILE, ENFILE   as fork(2) and pidfd_open(2) give them
 * EPERM, ENOSPC, EEXIST   for attributes of birth, as clone3(2) gives them
 * and what the caller's seccomp filters say, which are asked in the child about
 * vfork(2), the system call of each action (close, dup3 or fcntl, fchdir,
 * openat2, close_range, rt_sigprocmask, rt_sigaction), execve(2) and
 * execveat(2): ERRNO fails that stage with its errno; a child that they kill or
 * trap dies of SIGSYS, after the call has returned its pid; EPERM if a tracer
 * or a supervisor wants a call changed or made up.
 *
 * After: the errno of the action or of execve(2) that failed; the child is
 * gone, without a zombie or a SIGCHLD.
 *
 * The pinned file is executed where it was pinned. In another mount namespace
 * (namespaces, unshare, setns) that mount is foreign: exec would ignore setuid bits
 * and file capabilities there, and AppArmor would deny it. There the child looks the
 * template's path up after its actions, with its own root and credentials, and
 * executes what it finds if that is the same, unchanged file. Otherwise, at stage
 * MOUNT: ESTALE if it is another file, or if the template is of a descriptor of a
 * file without a path; or the error of the look-up (ENOENT, EACCES). A file that was
 * foreign to the template's maker as well, a memfd's say, is executed as it is. A new
 * root alone (chroot, pivot_root) changes nothing of this.
 */
struct spawn_template_spawn_args {
	__aligned_u64 flags;
	__aligned_u64 pidfd; /* int *, set to a pidfd of the child; or 0 */
	__aligned_u64 argv; /* char *const *, ends with NULL; or 0 */
	__aligned_u64 envp; /* char *const *, ends with NULL; or 0: empty */
	__aligned_u64 actions; /* const struct spawn_template_action * */
	__aligned_u64 actions_len; /* how many */
	__aligned_u64 reserved[4]; /* 0 */
	/* Ours, from here on. */
	__aligned_u64 result; /* struct spawn_template_result *, or 0 */
	/*
	 * Attributes of the child's birth. Those that clone(2) and clone3(2) have,
	 * and vfork(2) has not (namespaces, set_tid, CGROUP, AUTOREAP,
	 * KILL_ON_CLOSE), are EPERM for a caller with seccomp filters: these would
	 * have to be asked before there is a child to ask for.
	 */
	__aligned_u64 namespaces; /* CLONE_NEW* to create, or 0; EINVAL: another bit */
	__aligned_u64 set_tid; /* const __s32 *, pids to have: as clone3(2) */
	__u32 set_tid_size; /* how many, or 0; EINVAL: more than pid namespaces */
	__s32 cgroup; /* with SPAWN_CGROUP: a descriptor; else 0 */
	__u32 exit_signal; /* with SPAWN_EXIT_SIGNAL; else 0 */
	/*
	 * Sent to the child when the thread that spawned it ends, as
	 * PR_SET_PDEATHSIG; or 0. EINVAL: no signal. A caller that ended
	 * meanwhile counts.
	 */
	__u32 pdeath_signal;
	/*
	 * Memory that the caller lends until the call returns, or 0. If the caller has
	 * seccomp filters, or a tracer that follows vfork, the child writes each path
	 * there before it executes it, with its NUL (EFAULT: it cannot be written).
	 * Tracers, supervisors and /proc/PID/syscall see that address as execve(2)'s
	 * path. What stands there after they have answered is executed, as by
	 * execve(2); a template's path must not change (EPERM). For a path that does
	 * not fit the child maps memory of the caller's and unmaps it before it
	 * executes the program (ENOMEM, EAGAIN: as mmap(2)). Lending some is cheaper.
	 * The path of a SPAWN_PATH that is not searched for is the caller's 'file'.
	 */
	__aligned_u64 scratch; /* char * */
	__u32 scratch_size; /* bytes; without scratch: 0 (EINVAL) */
	__u32 pad; /* 0 */
};

/* Where a spawn failed. Ours. */
enum spawn_template_stage {
	SPAWN_TEMPLATE_STAGE_NONE = 0, /* it did not fail */
	SPAWN_TEMPLATE_STAGE_ARGS = 1, /* reading the arguments */
	SPAWN_TEMPLATE_STAGE_TEMPLATE = 2, /* credentials, staleness */
	SPAWN_TEMPLATE_STAGE_CREATE = 3, /* making the child or its pidfd */
	SPAWN_TEMPLATE_STAGE_FDS = 4, /* giving it its first descriptors */
	SPAWN_TEMPLATE_STAGE_ACTION = 5, /* action number 'action' */
	SPAWN_TEMPLATE_STAGE_EXEC = 6, /* exec */
	/*
	 * Finding the template's file in the child's mount namespace, which is another
	 * than where the file was pinned: see SPAWN_TEMPLATE_IOC_SPAWN.
	 */
	SPAWN_TEMPLATE_STAGE_MOUNT = 7,
	/* Stopping the program (SPAWN_STOPPED). */
	SPAWN_TEMPLATE_STAGE_STOP = 8,
};

/*
 * How a spawn ended; written whenever the pointer is good, after success and
 * after failure. Ours.
 */
struct spawn_template_result {
	__u32 stage; /* enum spawn_template_stage */
	/*
	 * Index of the action that failed, or -1. In a search along a path that
	 * failed in exec: of the directory tried last.
	 */
	__s32 action;
	__s32 error; /* errno, positive; 0: none */
	__s32 pid; /* the child's, or 0 */
};

/*
 * SPAWN_TEMPLATE_IOC_SPAWN_PATH, on the device: start a program without a
 * template. Returns as SPAWN does; TEMPLATE's errors cannot happen. Ours.
 *
 * With 'path', a list of directories with ':' between them (an empty one is the
 * working directory), and a file without a slash, each is tried in the child as
 * execvp(3) does it: ENOENT, ENOTDIR, ESTALE, ENODEV and ETIMEDOUT go on to the
 * next, so does EACCES, which is remembered; any other error ends the search.
 * Otherwise file is what execve(2) would be given. Each attempt is an execve(2)
 * to the caller's seccomp filters and tracer. Scripts and binfmt_misc work.
 *
 * EINVAL   flags or pad are not 0, or no file
 * ENAMETOOLONG   file is longer than PATH_MAX with its NUL, or, to be searched for,
 *          than NAME_MAX without
 * E2BIG    path, if it is looked along, is longer than 128 KiB with its NUL
 */
struct spawn_template_path_args {
	__aligned_u64 spawn; /* const struct spawn_template_spawn_args * */
	__u32 spawn_size; /* its size, below 16 KiB (E2BIG) */
	__u32 pad; /* 0 */
	__aligned_u64 file; /* const char * */
	__aligned_u64 path; /* const char *, or 0: no search */
	__aligned_u64 flags; /* 0 */
};

/*
 * SPAWN_TEMPLATE_IOC_SPAWN_BATCH, on the device: many spawns in one call. Each
 * entry is done as its own call would be, and has its own result; one that fails
 * does not stop the others. Children are made in the entries' order and waited
 * for together. Ours.
 *
 * Returns how many entries were done, from the first on. Fewer than asked: a call does no
 * more than SPAWN_TEMPLATE_MAX_BATCH, or a signal came (call again for the rest), or an
 * entry's memory is bad (EFAULT, if it is the first). EINVAL: flags are not 0, count is
 * above INT_MAX, or entry_size is below the first one or no multiple of 8; ENOMEM.
 * An entry's result.pid, or result.error, says how it ended: EBADF and ENOTTY, at
 * stage ARGS, that tmpl is no descriptor or no template's.
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
	__u32 args_size; /* of the struct that args points to; as spawn_size */
	/* const struct spawn_template_spawn_args *, or ..._path_args * by path */
	__aligned_u64 args;
	struct spawn_template_result result; /* written */
};

/* Features, as bits of spawn_template_info.features. Ours. */
#define SPAWN_TEMPLATE_FEATURE_RESULT (1ULL << 0) /* spawn_args.result */
#define SPAWN_TEMPLATE_FEATURE_BIRTH (1ULL << 1) /* attributes of birth */
#define SPAWN_TEMPLATE_FEATURE_PATH (1ULL << 2) /* SPAWN_PATH */
#define SPAWN_TEMPLATE_FEATURE_BATCH (1ULL << 3) /* SPAWN_BATCH */
#define SPAWN_TEMPLATE_FEATURE_SCRATCH (1ULL << 4) /* spawn_args.scratch */

/*
 * SPAWN_TEMPLATE_IOC_INFO, on the device or a template fd. What a larger struct has
 * beyond this is set to 0; EINVAL: a struct below its first size. Ours.
 */
struct spawn_template_info {
	__u32 version; /* SPAWN_TEMPLATE_VERSION of the module */
	__u32 max_actions; /* SPAWN_TEMPLATE_MAX_ACTIONS of the module */
	__aligned_u64 features; /* SPAWN_TEMPLATE_FEATURE_* */
	__aligned_u64 action_types; /* bit n: type n is known */
	__aligned_u64 create_flags; /* flags that are known */
	__aligned_u64 spawn_flags; /* ... and that this kernel can do */
	__u32 create_args_size; /* sizes of the module's own structs */
	__u32 spawn_args_size;
	/*
	 * Bytes of argv and envp together, whatever rlimits say; each string has
	 * 8 for its pointer. exec counts the file's name as well.
	 */
	__u32 max_strings;
	__u32 trusted_version; /* 1: loaded with trust_version=1, shapes not checked */
	__aligned_u64 templates; /* that exist now, in the whole system */
	__aligned_u64 reserved[4];
};

/* What makes a file the same file. Times are of CLOCK_REALTIME. Ours. */
struct spawn_template_key {
	__u32 dev_major;
	__u32 dev_minor;
	__aligned_u64 ino;
	__aligned_u64 size; /* bytes */
	__u32 mode; /* st_mode */
	__u32 uid; /* as the user namespace of who asks numbers it */
	__u32 gid;
	__u32 ctime_nsec;
	__s64 ctime_sec;
	__s64 mtime_sec;
	__u32 mtime_nsec;
	__u32 pad;
};

/*
 * What the ELF header and the program header table say; all 0 for who may not read
 * the file, or if it is no ELF file. Ours.
 */
struct spawn_template_elf {
	__u16 type; /* ET_EXEC or ET_DYN */
	__u16 machine; /* EM_* */
	__u16 phnum;
	__u16 load_segments; /* PT_LOAD */
	__u32 stack_flags; /* of PT_GNU_STACK: PF_*, or 0 without one */
	__u32 interp_len; /* bytes of the interpreter's path, or 0: static */
	__aligned_u64 entry; /* e_entry */
	__aligned_u64 load_bytes; /* memory from the first segment to the last */
};

/*
 * SPAWN_TEMPLATE_IOC_QUERY, on a template fd: what is pinned. The key is all 0 for who
 * may not stat(2) the file. Sizes as of INFO. Seccomp filters are asked as of CREATE,
 * about statx(fd, 0, AT_EMPTY_PATH, STATX_BASIC_STATS, 0), where fd is the template
 * fd. Ours.
 */
struct spawn_template_query {
	struct spawn_template_key key;
	struct spawn_template_elf elf;
	__aligned_u64 spawned; /* spawns that succeeded */
	__aligned_u64 failed; /* spawns that did not */
	/*
	 * Bytes of kernel memory beside the two open files: at most 4096, if the
	 * path is not longer than 3 KiB. 0 for who may not read the file.
	 */
	__u32 memory;
	__s32 stale; /* 0: a spawn would take it; else the errno it would give */
	__aligned_u64 reserved[4];
};

/* First published sizes: the smallest that is taken. */
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
