// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * request.c - the request for one spawn, read from the caller's memory
 */
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/uaccess.h>

#include "ioctl.h"
#include "request.h"
#include "stats.h"
#include "template.h"

static const struct spawn_template_result no_result = { .action = -1 };

int request_read(struct spawn_request *request, struct template *tmpl, const void __user *uargs,
		 size_t usize)
{
	struct spawn_template_result __user *uresult;
	int err;

	*request = (struct spawn_request) { .tmpl = tmpl, .began = ktime_get_ns() };
	err = ioctl_read(&request->args, sizeof(request->args), uargs, usize,
			 SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0);
	if (err)
		return err;
	uresult = u64_to_user_ptr(request->args.result);
	return uresult && copy_to_user(uresult, &no_result, sizeof(no_result)) ? -EFAULT : 0;
}

int request_read_path(struct spawn_request *request, const void __user *uargs, size_t usize)
{
	struct spawn_template_path_args args;
	int err;

	err = ioctl_read(&args, sizeof(args), uargs, usize, SPAWN_TEMPLATE_PATH_ARGS_SIZE_VER0);
	if (err)
		return err;
	if (args.flags || args.pad)
		return -EINVAL;
	err = request_read(request, NULL, u64_to_user_ptr(args.spawn), args.spawn_size);
	request->file = u64_to_user_ptr(args.file);
	request->path = u64_to_user_ptr(args.path);
	return err;
}

void request_report(const struct spawn_request *request,
		    const struct spawn_template_result *result)
{
	struct spawn_template_result __user *uresult = u64_to_user_ptr(request->args.result);

	stats_spawn(request->tmpl ? request->tmpl->path : "", request->args.flags, result,
		    request->began);
	if (!uresult || (!result->error && (request->args.flags & SPAWN_TEMPLATE_SPAWN_ASYNC)))
		return;
	/*
	 * Ignore a failure: the child may run, and the call must return its
	 * pid.
	 */
	if (copy_to_user(uresult, result, sizeof(*result)))
		return;
}
