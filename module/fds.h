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
 * In the caller: place its descriptors below number end that are open and not
 * close-on-exec in a table that no task has yet, at one instant. Does not sleep.
 *
 * Return: false, and nothing is placed, if the table has no room for the last
 * of them. A new table has room for NR_OPEN_DEFAULT numbers.
 */
bool fds_copy(struct files_struct *to, unsigned int end);

/*
 * In the caller: give a child that is not yet awake this table, whose reference
 * the child takes over. Drops the child's reference to the caller's table.
 */
void fds_give(struct task_struct *child, struct files_struct *files);

/* A descriptor of the caller's that the child will have. */
struct fds_entry {
	unsigned int fd;
	struct file *file; /* a reference */
};

struct fds_list {
	struct fds_entry *list; /* owned, for kvfree() */
	unsigned int count;
};

/*
 * In the caller: references to all its descriptors that are not close-on-exec, at
 * one instant, for a child whose table must grow first.
 *
 * Return: 0, -ENOMEM, or -EINTR (a fatal signal).
 */
int fds_get_inherited(struct fds_list *out);
void fds_put_inherited(struct fds_list *fds);

/*
 * In the child: place those that the caller got. The references go to the table
 * and the list is freed; after an error fds_put_inherited() frees both.
 */
int fds_place_inherited(struct fds_list *fds);

/*
 * In the child: give a file some free number, close-on-exec, RLIMIT_NOFILE
 * notwithstanding (it is not for the program). Returns the number or an errno.
 */
int fds_place_anywhere(struct file *file);
/* The same, at a certain number, which must be free. */
int fds_place_at(unsigned int fd, struct file *file);
/*
 * In the child: close_range(2) on its own table; numbers that are not open are
 * passed over. cloexec: mark them instead.
 */
int fds_close_range(unsigned int first, unsigned int last, bool cloexec);

/* Is this number of current's table close-on-exec? */
bool fds_closed_by_exec(unsigned int fd);

#endif /* OUTSPAWN_FDS_H */
