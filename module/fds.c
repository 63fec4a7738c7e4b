// SPDX-License-Identifier: GPL-2.0-only
/*
 * fds.c - the descriptor table of the child
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/find.h>
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

/* The first number from fd on that is open and not close-on-exec, or max_fds. */
static unsigned int next_inheritable(const struct fdtable *fdt, unsigned int fd)
{
	return find_next_andnot_bit(fdt->open_fds, fdt->close_on_exec, fdt->max_fds, fd);
}

/* One more than the last of them, or 0. */
static unsigned int end_of_inheritable(const struct fdtable *fdt)
{
	unsigned int word;

	for (word = fdt->max_fds / BITS_PER_LONG; word; word--) {
		unsigned long bits = fdt->open_fds[word - 1] & ~fdt->close_on_exec[word - 1];

		if (bits)
			return (word - 1) * BITS_PER_LONG + __fls(bits) + 1;
	}
	return 0;
}

/* How many are inheritable; if list is not NULL, references to the first max. */
static unsigned int collect(struct fds_entry *list, unsigned int max)
{
	struct files_struct *files = current->files;
	unsigned int fd, count = 0;
	struct fdtable *fdt;

	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	for (fd = next_inheritable(fdt, 0); fd < fdt->max_fds; fd = next_inheritable(fdt, fd + 1)) {
		struct file *file;

		if (count >= max) {
			count++;
			continue;
		}
		file = get_inheritable(files, fd);
		if (file)
			list[count++] = (struct fds_entry) { .fd = fd, .file = file };
	}
	spin_unlock(&files->file_lock);
	return count;
}

int fds_get_inherited(struct fds_list *out)
{
	unsigned int max = collect(NULL, 0);

	for (;;) {
		unsigned int count;

		/* kvmalloc_array() warns of what is larger than it can ever give. */
		out->list = kvmalloc_array(max, sizeof(*out->list),
					   GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (max && !out->list)
			return -ENOMEM;
		count = collect(out->list, max);
		out->count = min(count, max);
		if (count <= max)
			return 0;
		/* Another thread opened some meanwhile. */
		fds_put_inherited(out);
		if (fatal_signal_pending(current))
			return -EINTR;
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

void fds_give(struct task_struct *child, struct files_struct *files)
{
	struct files_struct *callers;

	task_lock(child);
	callers = child->files;
	child->files = files;
	task_unlock(child);
	/* Never the last reference: current has one. */
	ki_put_files(callers);
}

/* Let the child's table have number fd, whatever RLIMIT_NOFILE says; fork does the same. */
static int make_room(unsigned int fd)
{
	int got = ki_alloc_fd(fd, fd + 1, 0);

	if (got < 0)
		return got;
	put_unused_fd(got);
	return 0;
}

/*
 * Put a file at a number that is free and for which there is room. The table's
 * file_lock is held; the reference is the table's then.
 */
static void put_at(struct files_struct *files, unsigned int fd, struct file *file)
{
	struct fdtable *fdt = files_fdtable(files);
	unsigned int word = fd / BITS_PER_LONG;

	lockdep_assert_held(&files->file_lock);
	__set_bit(fd, fdt->open_fds);
	if (!~fdt->open_fds[word])
		__set_bit(word, fdt->full_fds_bits);
	rcu_assign_pointer(fdt->fd[fd], file);
}

/*
 * Copy the inheritable descriptors of one word of numbers, those in mask, into an
 * empty table with room for them. Both tables' locks are held.
 */
static void copy_word(struct fdtable *to, const struct fdtable *from, unsigned int word,
		      unsigned long mask)
{
	unsigned long bits = from->open_fds[word] & ~from->close_on_exec[word] & mask;
	unsigned long left, copied = 0;

	for (left = bits; left; left &= left - 1) {
		unsigned int fd = word * BITS_PER_LONG + __ffs(left);
		struct file *file = rcu_dereference_protected(from->fd[fd], true);

		/* None: the number is reserved, for what another thread opens now. */
		if (!file)
			continue;
		rcu_assign_pointer(to->fd[fd], get_file(file));
		copied |= left & -left;
	}
	to->open_fds[word] = copied;
	if (!~copied)
		__set_bit(word, to->full_fds_bits);
}

/* At one instant, as dup_fd() does it, which would take the close-on-exec ones, too. */
bool fds_copy(struct files_struct *to, unsigned int end)
{
	struct files_struct *callers = current->files;
	struct fdtable *own_fdt;
	const struct fdtable *fdt;
	unsigned int word;
	bool fits;

	spin_lock(&callers->file_lock);
	spin_lock_nested(&to->file_lock, SINGLE_DEPTH_NESTING);
	fdt = files_fdtable(callers);
	own_fdt = files_fdtable(to);
	end = min(end, end_of_inheritable(fdt));
	fits = end <= own_fdt->max_fds;
	for (word = 0; fits && word * BITS_PER_LONG < end; word++)
		copy_word(own_fdt, fdt, word,
			  end - word * BITS_PER_LONG < BITS_PER_LONG ?
				  BITMAP_LAST_WORD_MASK(end) : ~0UL);
	spin_unlock(&to->file_lock);
	spin_unlock(&callers->file_lock);
	return fits;
}

int fds_place_inherited(struct fds_list *fds)
{
	struct files_struct *own = current->files;
	unsigned int i;
	int err;

	if (!fds->count) {
		fds_put_inherited(fds);
		return 0;
	}
	err = make_room(fds->list[fds->count - 1].fd);
	if (err)
		return err;
	spin_lock(&own->file_lock);
	for (i = 0; i < fds->count; i++)
		put_at(own, fds->list[i].fd, fds->list[i].file);
	spin_unlock(&own->file_lock);
	/* The references are the table's now. */
	fds->count = 0;
	fds_put_inherited(fds);
	return 0;
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

	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	last = min(last, fdt->max_fds - 1);
	/* Of numbers that are not open the bit says nothing. */
	if (first <= last)
		bitmap_set(fdt->close_on_exec, first, last - first + 1);
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
		if (fatal_signal_pending(current))
			return -EINTR;
		close_fd(fd);
		cond_resched();
	}
	return 0;
}

bool fds_closed_by_exec(unsigned int fd)
{
	struct fdtable *fdt;
	bool closed;

	rcu_read_lock();
	fdt = files_fdtable(current->files);
	closed = fd < fdt->max_fds && test_bit(fd, fdt->close_on_exec);
	rcu_read_unlock();
	return closed;
}
