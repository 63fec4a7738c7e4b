/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * ask.h - ask the caller's seccomp filters about the system calls that an ioctl
 * replaces
 *
 * CREATE and QUERY do in the caller what open(2), execve(2) and stat(2) would
 * do. The caller's filters see only an ioctl. So these functions ask the
 * filters about those system calls before anything is looked up. Without
 * filters, they cost one comparison.
 *
 * The caller cannot run the filters: SECCOMP_RET_KILL_THREAD makes a thread
 * exit inside the ioctl, and the ioctl's references would never be dropped. So
 * a short-lived child runs the filters. The child inherits the filters, and
 * holds no reference of the ioctl.
 */
#ifndef OUTSPAWN_ASK_H
#define OUTSPAWN_ASK_H

#include <linux/types.h>

struct file;

/*
 * These functions sleep until a tracer or a supervisor has answered. Only a
 * fatal signal ends the wait.
 *
 * Return: 0, if the filters allow all calls, or there are no filters;
 * the filter's errno;
 * -EPERM, if a filter traps a call, if a tracer or a supervisor changes a call
 * or emulates it, or if current's children will be in another pid namespace
 * than current;
 * -EPERM, if a filter kills; then current's process dies of SIGSYS before it
 * returns to user mode;
 * -EINTR, if current must exit, or another process killed the child;
 * -EAGAIN, -ENOMEM and others, as fork(2) gives them;
 * -ERESTARTNOINTR, if a signal is pending that cannot be blocked.
 */

/*
 * CREATE of a path: openat2(AT_FDCWD, path, how, sizeof(struct open_how)),
 * execveat(AT_FDCWD, path, NULL, NULL, 0) and execve(path, NULL, NULL).
 *
 * @path, @how: addresses in the caller's memory
 */
int ask_create_path(u64 path, u64 how);

/*
 * CREATE of a descriptor: execveat(fd, NULL, NULL, NULL, AT_EMPTY_PATH).
 *
 * @file: the file of descriptor fd, or NULL if there is no such descriptor
 */
int ask_create_fd(int fd, struct file *file);

/*
 * QUERY: statx(fd, NULL, AT_EMPTY_PATH, STATX_BASIC_STATS, NULL). fd is the
 * template descriptor of the ioctl.
 *
 * @file: the file of that descriptor
 */
int ask_query(struct file *file);

#endif /* OUTSPAWN_ASK_H */
