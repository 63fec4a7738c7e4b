// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl.c - structs that grow, in and out of an ioctl
 */
#include <linux/minmax.h>
#include <linux/resource.h>
#include <linux/uaccess.h>

#include "internals.h"
#include "ioctl.h"
#include "spawn.h"
#include "spawn_template.h"
#include "strings.h"
#include "template.h"

int ioctl_read(void *to, size_t ksize, const void __user *from, size_t usize, size_t first_size)
{
	if (usize < first_size)
		return -EINVAL;
	/* No more than an ioctl's number could say: a tail of gigabytes takes its time. */
	if (usize > _IOC_SIZEMASK)
		return -E2BIG;
	return copy_struct_from_user(to, ksize, from, usize);
}

int ioctl_write(void __user *to, size_t usize, const void *from, size_t ksize, size_t first_size)
{
	size_t known = min(usize, ksize);

	if (usize < first_size)
		return -EINVAL;
	if (copy_to_user(to, from, known))
		return -EFAULT;
	return clear_user(to + known, usize - known) ? -EFAULT : 0;
}

int ioctl_info(void __user *arg, size_t usize)
{
	struct spawn_template_info info = {
		.version = SPAWN_TEMPLATE_VERSION,
		.max_actions = SPAWN_TEMPLATE_MAX_ACTIONS,
		.features = SPAWN_TEMPLATE_FEATURE_RESULT | SPAWN_TEMPLATE_FEATURE_BIRTH |
			    SPAWN_TEMPLATE_FEATURE_PATH | SPAWN_TEMPLATE_FEATURE_BATCH |
			    SPAWN_TEMPLATE_FEATURE_SCRATCH,
		.action_types = (2ULL << SPAWN_TEMPLATE_ACTION_SYSCALL) - 1,
		.create_flags = TEMPLATE_FLAGS,
		.spawn_flags = spawn_flags(),
		.create_args_size = sizeof(struct spawn_template_create_args),
		.spawn_args_size = sizeof(struct spawn_template_spawn_args),
		.max_strings = strings_limit(RLIM_INFINITY),
		.trusted_version = internals_trusted_version(),
		.templates = template_count(),
	};

	return ioctl_write(arg, usize, &info, sizeof(info), SPAWN_TEMPLATE_INFO_SIZE_VER0);
}
