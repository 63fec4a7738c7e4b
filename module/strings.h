/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * strings.h - argv and envp, copied from the caller
 *
 * The caller, or the child, copies them from the memory that both share. The
 * child then writes the copy to the new program's stack, below the program's
 * name. A change of the memory after the copy has no effect.
 */
#ifndef OUTSPAWN_STRINGS_H
#define OUTSPAWN_STRINGS_H

#include <linux/mm.h>
#include <linux/types.h>

struct linux_binprm;

/* So many bytes need no buffer of their own. */
#define STRINGS_FIRST 256

/*
 * The strings of argv, then those of envp, in their order, each with its NUL.
 * exec puts these bytes on the new program's stack.
 */
struct strings {
	/* The two arrays in the caller's memory, or NULL. */
	const char __user *const __user *argv;
	const char __user *const __user *envp;
	/* The copy. All 0 until strings_read(). */
	char *bytes; /* 'first', or owned, for kvfree() */
	size_t size;
	size_t capacity; /* of bytes */
	int argc, envc;
	char first[STRINGS_FIRST];
};

/*
 * Return how many bytes of strings, and of pointers to them, exec accepts with
 * a stack limit of stack_rlimit bytes. bprm_stack_limits() in fs/exec.c
 * computes the same.
 */
unsigned long strings_limit(unsigned long stack_rlimit);

/*
 * Copy the strings of strings->argv and strings->envp, each of which ends with
 * NULL, from current's memory. A NULL array is an empty one, as for execve(2).
 * Reads each pointer and each byte once, because another thread may change
 * them. Drops the copy of an earlier read. Sleeps.
 *
 * Return: 0, -EFAULT, -E2BIG, -ENOMEM or -EINTR (a fatal signal). On success,
 * the copy is for strings_free().
 */
int strings_read(struct strings *strings);

/* Free the copy. 'argv' and 'envp' stay. */
void strings_free(struct strings *strings);

/* The most bytes of one string, with its NUL, that exec takes. */
#define STRINGS_MAX_ONE (32 * PAGE_SIZE)

/*
 * Copy one string of at most max bytes, with its NUL, from current's memory. A
 * string that grows meanwhile is cut. Sleeps.
 *
 * Return: a string that the caller owns, for kvfree(); or an ERR_PTR: -EFAULT,
 * -ENOMEM, or too_long.
 */
char *strings_copy_one(const char __user *ustring, size_t max, int too_long);

/*
 * Push the name bprm->filename and the strings onto a new bprm's stack, the
 * first string lowest. Sets argc, envc and exec of the bprm. Sleeps.
 *
 * Return: 0, -E2BIG (exec's limit, or no memory for the stack) or -EINTR (a
 * fatal signal).
 */
int strings_push(const struct strings *strings, struct linux_binprm *bprm);

#endif /* OUTSPAWN_STRINGS_H */
