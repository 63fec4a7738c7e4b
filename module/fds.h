/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * fds.h - the descriptor table of the child
 *
 * With CLONE_FILES, copy_process() shares the caller's table and copies
 * nothing. Before the caller wakes the child, it gives the child a new table.
 * Otherwise a supervisor or tracer that changes the child's table would change
 * the caller's, and the caller's table would outlive the caller's exit.
 *
 * The new table has only the descriptors that the child may have. The child
 * never holds a reference to a close-on-exec descriptor of the caller, unless
 * an action names it.
 */
#ifndef OUTSPAWN_FDS_H
#define OUTSPAWN_FDS_H

#include <linux/types.h>

struct file;
struct files_struct;
struct task_struct;

/* For fds_copy() without INHERIT_FDS: only 0, 1 and 2. */
#define FDS_STDIO 3
/* For fds_copy() with INHERIT_FDS. */
#define FDS_ALL UINT_MAX

/*
 * In the caller: make a new table with the caller's descriptors below number
 * end that are not close-on-exec, all copied at one instant. As for fork(2),
 * RLIMIT_NOFILE does not count. Sleeps.
 *
 * @node: as for ki_new_files()
 *
 * Return: a reference, or an ERR_PTR: -ENOMEM, -EMFILE (above nr_open) or
 * -EINTR (a fatal signal).
 */
struct files_struct *fds_copy(unsigned int end, int node);

/*
 * In the caller: give this table to a child that is not yet awake. The child
 * takes over the reference to 'files', and its reference to the caller's table
 * is dropped.
 */
void fds_give(struct task_struct *child, struct files_struct *files);

/*
 * In the child: place a file at the lowest free number, close-on-exec.
 * RLIMIT_NOFILE does not count, because the program does not get this
 * descriptor. The table takes its own reference.
 *
 * Return: the number or an errno.
 */
int fds_place_cloexec(struct file *file);
/*
 * As fds_place_cloexec(), but at the number fd, which must be free (-EMFILE).
 */
int fds_place_cloexec_at(unsigned int fd, struct file *file);
/*
 * In the child: do close_range(2) on the child's own table. May sleep.
 *
 * @cloexec: set close-on-exec instead of closing
 * Return: 0 or -EINTR (a fatal signal).
 */
int fds_close_range(unsigned int first, unsigned int last, bool cloexec);

/* Return true if this number of current's table is close-on-exec. */
bool fds_closed_by_exec(unsigned int fd);

#endif /* OUTSPAWN_FDS_H */
