// SPDX-License-Identifier: GPL-2.0-only
/*
 * fds.c - the descriptor table of the child
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "fds.h"
#include "internals.h"

/*
 * A reference to the file at number fd, if it is open and not close-on-exec.
 * The table's file_lock is held, so the entry cannot go.
 */
static struct file *get_inheritable(struct files_struct *files, unsigned int fd)
{
	struct fdtable *fdt = files_fdtable(files);
	struct file *file;

	lockdep_assert_held(&files->file_lock);
	if (fd >= fdt->max_fds || test_bit(fd, fdt->close_on_exec))
		return NULL;
	file = rcu_dereference_protected(fdt->fd[fd], lockdep_is_held(&files->file_lock));
	return file ? get_file(file) : NULL;
}

void fds_get_stdio(struct file *stdio[FDS_STDIO])
{
	unsigned int i;

	spin_lock(&current->files->file_lock);
	for (i = 0; i < FDS_STDIO; i++)
		stdio[i] = get_inheritable(current->files, i);
	spin_unlock(&current->files->file_lock);
}

void fds_put_stdio(struct file *stdio[FDS_STDIO])
{
	unsigned int i;

	for (i = 0; i < FDS_STDIO; i++) {
		if (stdio[i])
			fput(stdio[i]);
		stdio[i] = NULL;
	}
}

/* How many are inheritable; if list is not NULL, references to the first max. */
static unsigned int collect(struct fds_entry *list, unsigned int max)
{
	struct files_struct *files = current->files;
	unsigned int fd, end, count = 0;

	spin_lock(&files->file_lock);
	end = files_fdtable(files)->max_fds;
	for_each_set_bit(fd, files_fdtable(files)->open_fds, end) {
		struct file *file = get_inheritable(files, fd);

		if (!file)
			continue;
		if (count < max)
			list[count] = (struct fds_entry) { .fd = fd, .file = file };
		else
			fput(file);
		count++;
	}
	spin_unlock(&files->file_lock);
	return count;
}

int fds_get_inherited(struct fds_list *out)
{
	unsigned int max = collect(NULL, 0);

	for (;;) {
		unsigned int count;

		out->list = kvmalloc_array(max, sizeof(*out->list), GFP_KERNEL_ACCOUNT);
		if (max && !out->list)
			return -ENOMEM;
		count = collect(out->list, max);
		out->count = min(count, max);
		if (count <= max)
			return 0;
		/* Another thread opened some meanwhile. */
		fds_put_inherited(out);
		max = count;
	}
}

void fds_put_inherited(struct fds_list *fds)
{
	unsigned int i;

	for (i = 0; i < fds->count; i++)
		fput(fds->list[i].file);
	kvfree(fds->list);
	*fds = (struct fds_list) {};
}

struct files_struct *fds_begin(void)
{
	struct files_struct *fresh = ki_new_files();
	struct files_struct *callers;

	if (IS_ERR(fresh))
		return fresh;
	task_lock(current);
	callers = current->files;
	current->files = fresh;
	task_unlock(current);
	return callers;
}

/* Put a file at a free number, whatever RLIMIT_NOFILE says; fork does the same. */
static int place_at(unsigned int fd, struct file *file)
{
	int got = ki_alloc_fd(fd, fd + 1, 0);

	if (got < 0)
		return got;
	fd_install(got, get_file(file));
	return 0;
}

int fds_place_stdio(struct file *const stdio[FDS_STDIO])
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < FDS_STDIO && !err; i++)
		if (stdio[i])
			err = place_at(i, stdio[i]);
	return err;
}

/* The next descriptor from number *fd on that is to be inherited, or NULL. */
static struct file *next_inheritable(struct files_struct *callers, unsigned int *fd)
{
	struct file *file = NULL;
	unsigned int max;

	spin_lock(&callers->file_lock);
	max = files_fdtable(callers)->max_fds;
	for (;;) {
		*fd = find_next_bit(files_fdtable(callers)->open_fds, max, *fd);
		if (*fd >= max)
			break;
		file = get_inheritable(callers, *fd);
		if (file)
			break;
		++*fd;
	}
	spin_unlock(&callers->file_lock);
	return file;
}

int fds_inherit(struct files_struct *callers)
{
	struct file *file;
	unsigned int fd;

	for (fd = 0; (file = next_inheritable(callers, &fd)); fd++) {
		int err = place_at(fd, file);

		fput(file);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

int fds_place_inherited(const struct fds_list *fds)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < fds->count && !err; i++) {
		err = place_at(fds->list[i].fd, fds->list[i].file);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return err;
}

/* Below 'end', close-on-exec, whatever RLIMIT_NOFILE says. */
static int place_between(unsigned int start, unsigned int end, struct file *file)
{
	int fd = ki_alloc_fd(start, end, O_CLOEXEC);

	if (fd >= 0)
		fd_install(fd, get_file(file));
	return fd;
}

int fds_place_anywhere(struct file *file)
{
	return place_between(0, INT_MAX, file);
}

int fds_place_at(unsigned int fd, struct file *file)
{
	return place_between(fd, fd + 1, file);
}

static void mark_close_on_exec(unsigned int first, unsigned int last)
{
	struct files_struct *files = current->files;
	struct fdtable *fdt;
	unsigned int fd;

	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	for (fd = first; fd <= last && fd < fdt->max_fds; fd++)
		if (test_bit(fd, fdt->open_fds))
			__set_bit(fd, fdt->close_on_exec);
	spin_unlock(&files->file_lock);
}

int fds_close_range(unsigned int first, unsigned int last, bool cloexec)
{
	unsigned int fd, max;

	if (cloexec) {
		mark_close_on_exec(first, last);
		return 0;
	}
	/* Only current uses this table, so it does not grow meanwhile. */
	rcu_read_lock();
	max = files_fdtable(current->files)->max_fds;
	rcu_read_unlock();
	for (fd = first; fd <= last && fd < max; fd++) {
		close_fd(fd);
		cond_resched();
	}
	return 0;
}
