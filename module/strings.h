/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * strings.h - argv and envp, copied from the caller
 *
 * Copied from the memory that the caller and its child share, by either of them,
 * and then written to the new program's stack. Nothing that happens to the memory
 * after the copy matters.
 */
#ifndef OUTSPAWN_STRINGS_H
#define OUTSPAWN_STRINGS_H

#include <linux/types.h>

#include <asm/page.h>

struct linux_binprm;

/*
 * The strings of one array, in its order, each with its NUL: the bytes that exec
 * puts on the new program's stack.
 */
struct strings {
	char *bytes; /* owned, for kvfree(); NULL if capacity is 0 */
	size_t size;
	size_t capacity; /* of bytes */
	int count;
};

/*
 * The most bytes, of strings and of the pointers to them, that exec accepts
 * with a stack limit of stack_rlimit bytes: as bprm_stack_limits() in
 * fs/exec.c computes it.
 */
unsigned long strings_limit(unsigned long stack_rlimit);

/*
 * Copy a NULL-terminated array of strings from current's memory. A NULL array
 * is an empty one, as for execve(2). Each pointer and each byte is read once.
 * Sleeps.
 *
 * @out: owned by the caller on success, for strings_free()
 * @array: user pointer, hostile; may change while it is read
 * @room: bytes left of strings_limit(); reduced by what was taken
 * Return: 0, -EFAULT, -E2BIG, -ENOMEM or -EINTR (a fatal signal).
 */
int strings_copy(struct strings *out, const char __user *const __user array[],
		 unsigned long *room);

void strings_free(struct strings *strings);

/* The most bytes of one string, with its NUL, as exec has it. */
#define STRINGS_MAX_ONE (32 * PAGE_SIZE)

/*
 * Copy one string of at most max bytes, with its NUL, from current's memory; one
 * that changes meanwhile is cut. Sleeps.
 *
 * Return: owned by the caller, for kvfree(); or an ERR_PTR: -EFAULT, -ENOMEM, or
 * too_long.
 */
char *strings_copy_one(const char __user *ustring, size_t max, int too_long);

/*
 * Push the strings onto a bprm's stack, the first one lowest. Something must have
 * been pushed by copy_string_kernel() before: that charges the stack's first page.
 * Sleeps.
 *
 * Return: 0, -E2BIG (a limit of exec's, or no memory for the stack) or -EINTR (a
 * fatal signal).
 */
int strings_push(const struct strings *strings, struct linux_binprm *bprm);

#endif /* OUTSPAWN_STRINGS_H */
