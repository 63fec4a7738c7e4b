/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fds.h - the descriptor table of the child
 *
 * copy_process() is told to share the caller's table (CLONE_FILES), so it
 * copies nothing. The caller replaces that table by a fresh one before it wakes
 * the child: no supervisor, tracer or exit of the caller ever meets a child that
 * runs with the caller's table. Only what the child may have is placed in the
 * fresh table. No close-on-exec descriptor of the caller's is ever referenced
 * for the child, unless an action names it.
 */
#ifndef OUTSPAWN_FDS_H
#define OUTSPAWN_FDS_H

#include <linux/types.h>

struct file;
struct files_struct;
struct task_struct;

/* Without INHERIT_FDS the child has the caller's descriptors below this one. */
#define FDS_STDIO 3
/* ... and with it all of them. */
#define FDS_ALL UINT_MAX

/*
 * In the caller: a new table with its descriptors below number end that are open and
 * not close-on-exec, as they are at one instant. RLIMIT_NOFILE does not count, as
 * for fork. Sleeps.
 *
 * Return: a reference, or an ERR_PTR: -ENOMEM, -EMFILE (above nr_open) or -EINTR (a
 * fatal signal).
 */
struct files_struct *fds_copy(unsigned int end);

/*
 * In the caller: give a child that is not yet awake this table, whose reference
 * the child takes over. Drops the child's reference to the caller's table.
 */
void fds_give(struct task_struct *child, struct files_struct *files);

/*
 * In the child: give a file some free number, close-on-exec, RLIMIT_NOFILE
 * notwithstanding (it is not for the program). Returns the number or an errno.
 */
int fds_place_cloexec(struct file *file);
/* The same, at a certain number, which must be free. */
int fds_place_cloexec_at(unsigned int fd, struct file *file);
/*
 * In the child: close_range(2) on its own table; numbers that are not open are
 * passed over. cloexec: mark them instead.
 */
int fds_close_range(unsigned int first, unsigned int last, bool cloexec);

/* Is this number of current's table close-on-exec? */
bool fds_closed_by_exec(unsigned int fd);

#endif /* OUTSPAWN_FDS_H */
