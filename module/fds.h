/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fds.h - the descriptor table of the child
 *
 * copy_process() is told to share the caller's table (CLONE_FILES), so nothing
 * is copied; the child's first act is to take an empty one instead, before anybody
 * can make it wait: for as long as it had the caller's, what a supervisor adds to
 * it, or a tracer has it do, would be done to the caller. What the
 * child gets is placed there, one by one. No close-on-exec descriptor of the
 * caller's is ever referenced for it, unless an action names it.
 */
#ifndef OUTSPAWN_FDS_H
#define OUTSPAWN_FDS_H

#include <linux/types.h>

struct file;
struct files_struct;

#define FDS_STDIO 3

/*
 * In the caller: references to its descriptors 0, 1 and 2 that are open and
 * not close-on-exec; the others NULL. Taken at one instant.
 */
void fds_get_stdio(struct file *stdio[FDS_STDIO]);
void fds_put_stdio(struct file *stdio[FDS_STDIO]);

/* Descriptors of the caller's that the child is to have. */
struct fds_entry {
	unsigned int fd;
	struct file *file; /* a reference */
};

struct fds_list {
	struct fds_entry *list; /* owned, for kvfree() */
	unsigned int count;
};

/*
 * In the caller: references to all that are not close-on-exec, at one instant; for
 * a caller that does not wait until the child has looked itself. 0 or -ENOMEM.
 */
int fds_get_inherited(struct fds_list *out);
void fds_put_inherited(struct fds_list *fds);

/*
 * In the child: exchange the shared table for a new, empty one, whose reference it
 * takes over. Does not sleep.
 *
 * Return: the caller's table, a reference that the child owns.
 */
struct files_struct *fds_begin(struct files_struct *fresh);
/* In the child: put the caller's 0, 1 and 2 at their numbers. */
int fds_place_stdio(struct file *const stdio[FDS_STDIO]);
/* In the child: every descriptor of the caller's table not close-on-exec. */
int fds_inherit(struct files_struct *callers);
/* In the child: those that the caller got; their references go to the table. */
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

#endif /* OUTSPAWN_FDS_H */
