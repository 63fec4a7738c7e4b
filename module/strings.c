// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * strings.c - argv and envp, copied from the caller
 */
#include <linux/binfmts.h>
#include <linux/build_bug.h>
#include <linux/cacheflush.h>
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/resource.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "internals.h"
#include "strings.h"

static_assert(STRINGS_MAX_ONE == MAX_ARG_STRLEN);

/* The most bytes of a buffer that may stay unused. */
#define MOST_UNUSED (2 * PAGE_SIZE)
/* So many strings are copied between two looks at signals and other tasks. */
#define STRINGS_AT_ONCE 16
/* So few page pointers that they fit on the kernel stack. */
#define PAGES_AT_ONCE 16UL

unsigned long strings_limit(unsigned long stack_rlimit)
{
	unsigned long limit = min(_STK_LIM / 4 * 3, stack_rlimit / 4);

	return max_t(unsigned long, limit, ARG_MAX);
}

/* Let other tasks run in a long loop. Fails when current is being killed. */
static int pause_in_loop(void)
{
	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	return 0;
}

/*
 * Allocate memory for strings, charged to the caller's cgroup. kmalloc() rounds
 * up to a power of two. So more than two pages come from vmalloc(), and at most
 * two pages are wasted.
 */
static char *alloc_bytes(size_t size)
{
	if (size <= 2 * PAGE_SIZE)
		return kmalloc(size, GFP_KERNEL_ACCOUNT);
	return __vmalloc(size, GFP_KERNEL_ACCOUNT);
}

static void free_bytes(const struct strings *strings)
{
	if (strings->bytes != strings->first)
		kvfree(strings->bytes);
}

/* Move the strings to a buffer of 'capacity' bytes. */
static int resize(struct strings *strings, size_t capacity)
{
	char *bytes = alloc_bytes(capacity);

	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, strings->bytes, strings->size);
	free_bytes(strings);
	strings->bytes = bytes;
	strings->capacity = capacity;
	return 0;
}

static int grow(struct strings *strings)
{
	/* Double: one accounted allocation costs as much as several strings. */
	return resize(strings, max(2 * strings->capacity, PAGE_SIZE));
}

/*
 * Append one string of at most 'most' bytes, with its NUL. When the buffer is
 * full, the copy continues in a larger buffer. No byte is read twice, so the
 * result is one terminated string even if the string changes meanwhile.
 */
static int append(struct strings *out, const char __user *string, size_t most)
{
	while (most) {
		size_t space;
		long len;

		if (out->size == out->capacity) {
			int err = grow(out);

			if (err)
				return err;
		}
		space = min(out->capacity - out->size, most);
		len = strncpy_from_user(out->bytes + out->size, string, space);
		if (len < 0)
			return len;
		if (len < space) {
			out->size += len + 1;
			return 0;
		}
		/* The NUL is not among these bytes. */
		out->size += space;
		string += space;
		most -= space;
	}
	return -E2BIG;
}

/*
 * Append all strings of an array. The caller frees the copy after an error.
 *
 * @room: bytes left of strings_limit(); reduced by what the strings take
 * @count: set to the number of strings
 */
static int append_all(struct strings *out, const char __user *const __user *array,
		      unsigned long *room, int *count)
{
	if (!array)
		return 0;
	for (;;) {
		size_t before = out->size;
		const char __user *string;
		int err;

		if (get_user(string, array + *count))
			return -EFAULT;
		if (!string)
			return 0;
		if (*room <= sizeof(char *))
			return -E2BIG;
		*room -= sizeof(char *);
		err = append(out, string, min_t(size_t, *room, MAX_ARG_STRLEN));
		if (err)
			return err;
		*room -= out->size - before;
		++*count;
		err = *count % STRINGS_AT_ONCE ? 0 : pause_in_loop();
		if (err)
			return err;
	}
}

int strings_read(struct strings *strings)
{
	unsigned long room = strings_limit(rlimit(RLIMIT_STACK));
	int err;

	strings_free(strings);
	strings->bytes = strings->first;
	strings->capacity = sizeof(strings->first);
	err = append_all(strings, strings->argv, &room, &strings->argc) ?:
	      append_all(strings, strings->envp, &room, &strings->envc);
	if (err) {
		strings_free(strings);
		return err;
	}
	/* If there is no memory for a smaller buffer, the larger one stays. */
	if (strings->capacity - strings->size > MOST_UNUSED)
		resize(strings, strings->size);
	return 0;
}

char *strings_copy_one(const char __user *ustring, size_t max, int too_long)
{
	long size = strnlen_user(ustring, max);
	char *string;

	if (!size)
		return ERR_PTR(-EFAULT);
	if (size > max)
		return ERR_PTR(too_long);
	string = alloc_bytes(size);
	if (!string)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(string, ustring, size)) {
		kvfree(string);
		return ERR_PTR(-EFAULT);
	}
	string[size - 1] = '\0';
	return string;
}

void strings_free(struct strings *strings)
{
	free_bytes(strings);
	strings->bytes = NULL;
	strings->size = 0;
	strings->capacity = 0;
	strings->argc = 0;
	strings->envc = 0;
}

/* Set how far down the strings may reach, as bprm_stack_limits() does. */
static int set_limits(struct linux_binprm *bprm)
{
	unsigned long limit = strings_limit(bprm->rlim_stack.rlim_cur);
	unsigned long pointers = (bprm->argc + bprm->envc) * sizeof(void *);

	if (limit <= pointers)
		return -E2BIG;
	bprm->argmin = bprm->p - (limit - pointers);
	return 0;
}

/*
 * Take 'size' more bytes of the stack, as copy_string_kernel() does. Strings that
 * fit on the stack's first page are within every limit.
 */
static int take_stack(struct linux_binprm *bprm, size_t size)
{
	bprm->p -= size;
	if (bprm->p >= bprm->vma->vm_start)
		return 0;
	/*
	 * Only copy_string_kernel() can grow the stack and charge its pages to
	 * current. It compares bprm->p with argmin. Push an empty string at the
	 * lowest byte. write_stack() writes that byte again.
	 */
	bprm->p++;
	return copy_string_kernel("", bprm);
}

/* A part of what goes to the stack. */
struct piece {
	const char *from;
	size_t size;
};

/* Copy bytes from the pieces. Return the piece that comes next. */
static struct piece *copy_pieces(char *to, size_t size, struct piece *piece)
{
	while (size) {
		size_t part = min(size, piece->size);

		memcpy(to, piece->from, part);
		to += part;
		size -= part;
		piece->from += part;
		piece->size -= part;
		if (!piece->size)
			piece++; /* a piece may be empty */
	}
	return piece;
}

/*
 * Write the pieces to stack that take_stack() took, the first piece lowest.
 * Looks up each page once.
 *
 * @size: of all pieces
 */
static int write_stack(struct linux_binprm *bprm, struct piece *piece, size_t size)
{
	struct page *pages[PAGES_AT_ONCE];
	unsigned long at = bprm->p;

	while (size) {
		unsigned long count = DIV_ROUND_UP(offset_in_page(at) + size, PAGE_SIZE);
		long i, got;

		if (fatal_signal_pending(current))
			return -EINTR;
		got = ki_get_stack_pages(bprm, at & PAGE_MASK, min(count, PAGES_AT_ONCE), pages);
		/* copy_strings() in fs/exec.c returns -E2BIG for any failure, too. */
		if (got <= 0)
			return -E2BIG;
		for (i = 0; i < got; i++) {
			size_t part = min(size, PAGE_SIZE - offset_in_page(at));
			char *to = kmap_local_page(pages[i]);

			flush_cache_page(bprm->vma, at & PAGE_MASK, page_to_pfn(pages[i]));
			piece = copy_pieces(to + offset_in_page(at), part, piece);
			flush_dcache_page(pages[i]);
			kunmap_local(to);
			put_page(pages[i]);
			at += part;
			size -= part;
		}
		cond_resched();
	}
	return 0;
}

int strings_push(const struct strings *strings, struct linux_binprm *bprm)
{
	size_t name_size = strlen(bprm->filename) + 1;
	struct piece pieces[] = {
		/* Programs rely on an argv[0]. Since 5.18 exec adds an empty one. */
		{ "", !strings->argc },
		{ strings->bytes, strings->size },
		{ bprm->filename, name_size },
	};
	size_t size = pieces[0].size + pieces[1].size + pieces[2].size;
	int err;

	bprm->argc = max(strings->argc, 1);
	bprm->envc = strings->envc;
	bprm->exec = bprm->p - name_size;
	err = set_limits(bprm) ?: take_stack(bprm, size);
	return err ?: write_stack(bprm, pieces, size);
}
