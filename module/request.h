/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * request.h - the request for one spawn, read from the caller's memory
 */
#ifndef OUTSPAWN_REQUEST_H
#define OUTSPAWN_REQUEST_H

#include <linux/types.h>

#include "spawn_template.h"

struct template;

/* Belongs to the caller. Constant once it is read. */
struct spawn_request {
	struct template *tmpl; /* borrowed; NULL: spawn by path */
	/*
	 * By path only, in user memory: as in struct spawn_template_path_args.
	 */
	const char __user *file;
	const char __user *path;
	u64 began; /* ktime_get_ns() when it was read */
	struct spawn_template_spawn_args args;
};

/*
 * Read a struct spawn_template_spawn_args of usize bytes for a template, or a
 * struct spawn_template_path_args. Clear the caller's 'result': a bad pointer
 * must fail now, because after the spawn there is no other way to report how
 * the spawn ended.
 *
 * @tmpl: the request borrows it
 * Return: 0, -EINVAL, -E2BIG or -EFAULT.
 */
int request_read(struct spawn_request *request, struct template *tmpl, const void __user *uargs,
		 size_t usize);
int request_read_path(struct spawn_request *request, const void __user *uargs, size_t usize);

/*
 * Write to the caller's 'result' how a spawn ended. Does not write the success
 * of an asynchronous spawn: the child writes there if it fails later.
 */
void request_report(const struct spawn_request *request,
		    const struct spawn_template_result *result);

#endif /* OUTSPAWN_REQUEST_H */
