/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * strings.h - copy argv and envp from the caller to the program's stack
 *
 * The caller, or the child, copies the strings from the memory that both share.
 * The child later writes the copies to the program's stack. A change of the
 * shared memory after the copy has no effect.
 */
#ifndef OUTSPAWN_STRINGS_H
#define OUTSPAWN_STRINGS_H

#include <linux/types.h>

#include <asm/page.h>

struct linux_binprm;

/*
 * The strings of one array, in the array's order, each with its NUL. exec puts
 * the same bytes on the program's stack.
 */
struct strings {
	char *bytes; /* owned, for kvfree(); NULL if capacity is 0 */
	size_t size; /* of all strings, in bytes */
	size_t capacity; /* of bytes */
	int count; /* of strings */
};

/*
 * Return the most bytes of strings and of pointers to strings that exec accepts
 * if the stack limit is stack_rlimit bytes. bprm_stack_limits() in fs/exec.c
 * computes the same.
 */
unsigned long strings_limit(unsigned long stack_rlimit);

/*
 * Copy a NULL-terminated array of strings from current's memory. As for
 * execve(2), a NULL array is an empty array. Each pointer and each byte is read
 * once. Sleeps.
 *
 * @out: owned by the caller on success, for strings_free()
 * @array: a user pointer, not trusted; the array may change during the copy
 * @room: the bytes left of strings_limit(); reduced by the bytes of this array
 * Return: 0, -EFAULT, -E2BIG, -ENOMEM or -EINTR (a fatal signal).
 */
int strings_copy(struct strings *out, const char __user *const __user array[],
		 unsigned long *room);

void strings_free(struct strings *strings);

/* exec's limit for one string with its NUL, in bytes: MAX_ARG_STRLEN. */
#define STRINGS_MAX_ONE (32 * PAGE_SIZE)

/*
 * Copy one string of at most max bytes with its NUL from current's memory. A
 * string that grows during the copy is cut off. Sleeps.
 *
 * @too_long: the errno if the string is longer
 * Return: owned by the caller, for kvfree(); or an ERR_PTR: -EFAULT, -ENOMEM or
 * too_long.
 */
char *strings_copy_one(const char __user *ustring, size_t max, int too_long);

/*
 * Push the strings onto a bprm's stack, the first string lowest. The caller
 * must have called copy_string_kernel() before, which charges the first page of
 * the stack. Sleeps.
 *
 * Return: 0, -E2BIG (over exec's limit, or no memory for the stack) or -EINTR
 * (a fatal signal).
 */
int strings_push(const struct strings *strings, struct linux_binprm *bprm);

#endif /* OUTSPAWN_STRINGS_H */
