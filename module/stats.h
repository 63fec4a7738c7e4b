/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * stats.h - count templates and spawns for the whole system, and trace them
 *
 * Any task may call these functions, and none of them sleeps.
 */
#ifndef OUTSPAWN_STATS_H
#define OUTSPAWN_STATS_H

#include <linux/types.h>

struct spawn_template_create_args;
struct spawn_template_result;

/* CREATE returns 'ret'. 'began' is ktime_get_ns() at its begin. */
void stats_create(const struct spawn_template_create_args *args, long ret, u64 began);

/* A call for one spawn returns. 'path' is the template's, or "". */
void stats_spawn(const char *path, u64 flags, const struct spawn_template_result *result,
		 u64 began);

/* The child of an asynchronous spawn fails. The spawn was counted already. */
void stats_late_failure(const char *path, const struct spawn_template_result *result, int error);

/* Write the counters, each as a line "name value". Return the length. */
ssize_t stats_show(char *buf);

#endif /* OUTSPAWN_STATS_H */
