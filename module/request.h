/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * request.h - what a caller asks to be spawned, read from its memory
 */
#ifndef OUTSPAWN_REQUEST_H
#define OUTSPAWN_REQUEST_H

#include <linux/types.h>

#include "spawn_template.h"

struct template;

/* What is to be spawned: of a template, or by path. The caller's. */
struct spawn_request {
	struct template *tmpl; /* or NULL */
	const char __user *file; /* without a template: as spawn_template_path_args has it */
	const char __user *path;
	struct spawn_template_spawn_args args;
};

/*
 * Read a struct spawn_template_spawn_args of usize bytes, for a template, or a
 * struct spawn_template_path_args. What its 'result' points to is cleared: a
 * result is worth nothing to a caller whose pointer is bad, so that is found now.
 *
 * @tmpl: borrowed by the request
 * Return: 0, -EINVAL, -E2BIG or -EFAULT.
 */
int request_read(struct spawn_request *request, struct template *tmpl, const void __user *uargs,
		 size_t usize);
int request_read_path(struct spawn_request *request, const void __user *uargs, size_t usize);

/*
 * Write where the request wants it how a spawn ended; not that of a child that
 * nobody waited for, which writes there itself.
 */
void request_report(const struct spawn_request *request,
		    const struct spawn_template_result *result);

#endif /* OUTSPAWN_REQUEST_H */
