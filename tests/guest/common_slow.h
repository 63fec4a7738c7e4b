/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common_slow.h - memory that makes its reader wait
 *
 * A page that is not there until the test fills it (userfaultfd(2)). A system call
 * that reads the page waits in the kernel meanwhile, at a place that the test knows.
 */
#ifndef TESTS_COMMON_SLOW_H
#define TESTS_COMMON_SLOW_H

#include "common.h"

#define SLOW_SIZE 4096UL

struct slow {
	char *page;
	int faults; /* a userfaultfd of the process that has the page */
};

/* Makes the page in this process. */
void slow_make(struct slow *slow);
/* In another process: takes the page over, to fill it there. */
void slow_take_over(struct slow *slow, pid_t owner);
/* Returns when somebody waits for the page. */
void slow_wait(const struct slow *slow);
/* Fills the page with size bytes, and zeros; its reader goes on. */
void slow_fill(const struct slow *slow, const void *data, size_t size);
void slow_end(struct slow *slow);

#endif
