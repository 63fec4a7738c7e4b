// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
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

/* Return the last number that is open and not close-on-exec, plus 1; or 0. */
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

void fds_give(struct task_struct *child, struct files_struct *files)
{
	struct files_struct *caller_files;

	task_lock(child);
	caller_files = child->files;
	child->files = files;
	task_unlock(child);
	/* This is not the last reference: current has another. */
	ki_put_files(caller_files);
}

/*
 * Copy number n of a word. No other task sees the new table yet, so the store
 * needs no barrier.
 *
 * Return: false for NULL: another thread has reserved the number, and will
 * install a file.
 */
static bool copy_number(struct file __rcu **to, struct file __rcu *const *from, unsigned int n)
{
	struct file *file = rcu_dereference_protected(from[n], true);

	RCU_INIT_POINTER(to[n], file);
	if (unlikely(!file))
		return false;
	get_file(file);
	return true;
}

/*
 * Copy the numbers of a word until one has no file. Callers may have thousands
 * of numbers, so that the loop's own instructions count.
 *
 * Return: how many were copied.
 */
static unsigned int copy_run(struct file __rcu **to, struct file __rcu *const *from)
{
	unsigned int n;

#pragma GCC unroll 8
	for (n = 0; n < BITS_PER_LONG; n++)
		if (!copy_number(to, from, n))
			return n;
	return n;
}

/*
 * Copy the inheritable descriptors of one word of numbers into a table that has
 * room for them. The caller holds both tables' file_lock.
 *
 * @mask: the numbers in the word to copy
 * @clear: the new table's pointers are not initialised
 */
static void copy_word(struct fdtable *to, const struct fdtable *from, unsigned int word,
		      unsigned long mask, bool clear)
{
	unsigned long bits = from->open_fds[word] & ~from->close_on_exec[word] & mask;
	struct file __rcu **to_fd = to->fd + word * BITS_PER_LONG;
	struct file __rcu **from_fd = from->fd + word * BITS_PER_LONG;
	unsigned int n = 0;

	if (!~bits)
		n = copy_run(to_fd, from_fd);
	else if (clear)
		memset(to_fd, 0, BITS_PER_LONG * sizeof(*to_fd));
	for_each_set_bit_from(n, &bits, BITS_PER_LONG)
		if (!copy_number(to_fd, from_fd, n))
			__clear_bit(n, &bits);
	to->open_fds[word] = bits;
	if (!~bits)
		__set_bit(word, to->full_fds_bits);
}

/*
 * Copy the inheritable descriptors below *end at one instant. dup_fd() would do
 * so, too, but it would also copy the close-on-exec descriptors.
 *
 * @end: lowered to the end of the inheritable descriptors
 * Return: false if the new table has no room for them; then nothing was copied.
 */
static bool copy(struct files_struct *to, unsigned int *end)
{
	struct files_struct *caller_files = current->files;
	const struct fdtable *from_fdt;
	struct fdtable *to_fdt;
	unsigned int word, words;
	bool fits, clear;

	spin_lock(&caller_files->file_lock);
	spin_lock_nested(&to->file_lock, SINGLE_DEPTH_NESTING);
	from_fdt = files_fdtable(caller_files);
	to_fdt = files_fdtable(to);
	/* Every table has room for FDS_STDIO: the end need not be known. */
	if (*end > NR_OPEN_DEFAULT)
		*end = min(*end, end_of_inheritable(from_fdt));
	fits = *end <= to_fdt->max_fds;
	/* The small table is a part of files_struct, which is all 0. */
	clear = to_fdt != &to->fdtab;
	words = fits ? BITS_TO_LONGS(*end) : 0;
	for (word = 0; word < words; word++)
		copy_word(to_fdt, from_fdt, word,
			  word == words - 1 ? BITMAP_LAST_WORD_MASK(*end) : ~0UL, clear);
	if (clear)
		memset(to_fdt->fd + words * BITS_PER_LONG, 0,
		       (to_fdt->max_fds - words * BITS_PER_LONG) * sizeof(*to_fdt->fd));
	spin_unlock(&to->file_lock);
	spin_unlock(&caller_files->file_lock);
	return fits;
}

struct files_struct *fds_copy(unsigned int end, int node)
{
	unsigned int room = 0;

	for (;;) {
		struct files_struct *files = ki_new_files(room, node);

		if (IS_ERR(files))
			return files;
		room = end;
		if (copy(files, &room))
			return files;
		/*
		 * Too little room, maybe because another thread has opened
		 * descriptors.
		 */
		ki_put_files(files);
		if (fatal_signal_pending(current))
			return ERR_PTR(-EINTR);
	}
}

/*
 * Place a file at a number in [start, end), close-on-exec. RLIMIT_NOFILE does
 * not count.
 */
static int place_between(unsigned int start, unsigned int end, struct file *file)
{
	int fd = ki_alloc_fd(start, end, O_CLOEXEC);

	if (fd >= 0)
		fd_install(fd, get_file(file));
	return fd;
}

int fds_place_cloexec(struct file *file)
{
	return place_between(0, INT_MAX, file);
}

int fds_place_cloexec_at(unsigned int fd, struct file *file)
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
	/* The close-on-exec bit of a number that is not open has no meaning. */
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
	/*
	 * Only current uses this table, so the table does not grow during the
	 * loop.
	 */
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
