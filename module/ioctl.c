// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * ioctl.c - copy structs that may grow from and to the caller
 */
#include <linux/minmax.h>
#include <linux/uaccess.h>

#include "ioctl.h"

int ioctl_read(void *to, size_t ksize, const void __user *from, size_t usize, size_t first_size)
{
	if (usize < first_size)
		return -EINVAL;
	/*
	 * An ioctl number has no larger size. A batch entry may: checking a tail
	 * of gigabytes takes too long.
	 */
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
