/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ask.h - ask the caller's seccomp filters about what an ioctl stands for
 *
 * CREATE and QUERY do in the caller what open(2), execve(2) and stat(2) would do.
 * The caller's filters see one ioctl, so they are asked here about those system
 * calls, before anything is looked up. Costs one comparison without filters.
 *
 * A filter cannot be asked in the caller: SECCOMP_RET_KILL_THREAD makes a thread
 * exit on the spot, within the ioctl, and the references that the ioctl holds
 * would stay for good. So a short-lived child is asked, which inherits the filters
 * and holds nothing of the ioctl's.
 */
#ifndef OUTSPAWN_ASK_H
#define OUTSPAWN_ASK_H

#include <linux/types.h>

struct file;

/*
 * All of them sleep, for as long as a tracer or a supervisor takes to answer. Only a
 * fatal signal ends the wait.
 *
 * Return: 0, if all calls are allowed, or there are no filters;
 * the filter's errno;
 * -EPERM, if a filter traps a call, if a tracer or a supervisor wants another call
 * or does it itself, or if current has another pid namespace for its children, in
 * which the child would be the first process;
 * -EPERM, and current's process dies of SIGSYS before it is in user mode again, if
 * a filter kills;
 * -EINTR, if current must exit or somebody killed the child;
 * -EAGAIN, -ENOMEM and others as fork(2) gives them;
 * -ERESTARTNOINTR, if a signal is pending that cannot be blocked.
 */

/*
 * CREATE of a path: openat2(AT_FDCWD, path, how, sizeof(struct open_how)),
 * execveat(AT_FDCWD, path, NULL, NULL, 0) and execve(path, NULL, NULL).
 *
 * @path, @how: in the caller's memory
 */
int ask_create_path(u64 path, u64 how);

/*
 * CREATE of a descriptor: execveat(fd, NULL, NULL, NULL, AT_EMPTY_PATH).
 *
 * @file: what fd is, or NULL if it is nothing
 */
int ask_create_fd(int fd, struct file *file);

/*
 * QUERY: statx(fd, NULL, AT_EMPTY_PATH, STATX_BASIC_STATS, NULL), fd being the
 * template's descriptor that the ioctl is called on.
 *
 * @file: what that descriptor is
 */
int ask_query(struct file *file);

#endif /* OUTSPAWN_ASK_H */
