/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * common_slow.h - memory that makes its reader wait
 *
 * The page has no content until the test fills it (userfaultfd(2)). A system
 * call that reads the page waits in the kernel until then. So the test knows
 * where in the kernel it waits.
 */
#ifndef TESTS_COMMON_SLOW_H
#define TESTS_COMMON_SLOW_H

#include "common.h"

#define SLOW_SIZE 4096UL

struct slow {
	char *page;
	int faults; /* a userfaultfd of the process that has the page */
};

/* Make the page in this process. */
void slow_make(struct slow *slow);
/* Take over the page of another process, to fill it from this one. */
void slow_take_over(struct slow *slow, pid_t owner);
/* Return when a thread waits for the page. */
void slow_wait(const struct slow *slow);
/* Fill the page with the data and zeros after it; its reader goes on. */
void slow_fill(const struct slow *slow, const void *data, size_t size);
void slow_end(struct slow *slow);

#endif
