// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * info.c - INFO: the features of this module on this kernel
 */
#include <linux/resource.h>

#include "info.h"
#include "internals.h"
#include "ioctl.h"
#include "spawn.h"
#include "spawn_template.h"
#include "strings.h"
#include "template.h"

int info_write(void __user *arg, size_t usize)
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
