// SPDX-License-Identifier: GPL-2.0-only
/*
 * strings.c - argv and envp, copied from the caller
 */
#include <linux/binfmts.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/resource.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "strings.h"

static_assert(STRINGS_MAX_ONE == MAX_ARG_STRLEN);

unsigned long strings_limit(unsigned long stack_rlimit)
{
	unsigned long limit = min(_STK_LIM / 4 * 3, stack_rlimit / 4);

	return max_t(unsigned long, limit, ARG_MAX);
}

/* Be a good citizen in a long loop, and stop when there is no more caller. */
static int pause_in_loop(void)
{
	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	return 0;
}

/* First pass: how many strings, how many bytes. */
static int measure(struct strings *out, const char __user *const __user array[],
		   unsigned long *room)
{
	for (;;) {
		const char __user *string;
		unsigned long cost;
		long len;
		int err;

		if (get_user(string, array + out->count))
			return -EFAULT;
		if (!string)
			return 0;
		len = strnlen_user(string, MAX_ARG_STRLEN);
		if (!len)
			return -EFAULT;
		cost = len + sizeof(char *);
		if (len > MAX_ARG_STRLEN || cost > *room)
			return -E2BIG;
		*room -= cost;
		out->size += len;
		out->count++;
		err = pause_in_loop();
		if (err)
			return err;
	}
}

/*
 * Second pass: copy. The caller's memory may have changed since the first: a
 * string that grew is cut, one that shrank takes less room, a list that got
 * shorter ends there; what comes out is always 'count' terminated strings.
 */
static int fill(struct strings *out, const char __user *const __user *array)
{
	size_t room = out->size;
	char *to = out->bytes;
	int i;

	for (i = 0; i < out->count && room; i++) {
		const char __user *string;
		long len;
		int err;

		if (get_user(string, array + i))
			return -EFAULT;
		if (!string)
			break;
		len = strncpy_from_user(to, string, min_t(size_t, room, MAX_ARG_STRLEN));
		if (len < 0)
			return len;
		if (len == room || len == MAX_ARG_STRLEN)
			len--;
		to[len] = '\0';
		to += len + 1;
		room -= len + 1;
		err = pause_in_loop();
		if (err)
			return err;
	}
	out->count = i;
	out->size -= room;
	return 0;
}

/*
 * Memory for strings: of a slab up to two pages, else whole pages, so that no
 * more than two pages are taken beside what is asked for.
 */
static char *alloc_bytes(size_t size)
{
	if (size <= 2 * PAGE_SIZE)
		return kmalloc(size, GFP_KERNEL_ACCOUNT);
	return __vmalloc(size, GFP_KERNEL_ACCOUNT);
}

int strings_copy(struct strings *out, const char __user *const __user array[],
		 unsigned long *room)
{
	int err;

	*out = (struct strings) {};
	if (!array)
		return 0;
	err = measure(out, array, room);
	if (err || !out->count)
		return err;
	out->bytes = alloc_bytes(out->size);
	if (!out->bytes)
		return -ENOMEM;
	err = fill(out, array);
	if (err)
		strings_free(out);
	return err;
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
	kvfree(strings->bytes);
	*strings = (struct strings) {};
}

int strings_push(const struct strings *strings, struct linux_binprm *bprm)
{
	const char *end = strings->bytes + strings->size;
	int i;

	for (i = 0; i < strings->count; i++) {
		const char *start = end - 1;
		int err;

		while (start > strings->bytes && start[-1])
			start--;
		err = copy_string_kernel(start, bprm);
		if (err)
			return err;
		end = start;
		err = pause_in_loop();
		if (err)
			return err;
	}
	return 0;
}
