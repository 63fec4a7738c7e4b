// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * device.c - /dev/spawn_template
 *
 * Every user may open the device: it allows nothing that vfork(2) and execve(2)
 * do not allow.
 */
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "batch.h"
#include "birth.h"
#include "device.h"
#include "info.h"
#include "internals.h"
#include "ioctl.h"
#include "request.h"
#include "spawn_template.h"
#include "stats.h"
#include "template_fd.h"

static long ioctl_create(const void __user *arg, size_t size)
{
	struct spawn_template_create_args args;
	u64 began = ktime_get_ns();
	long ret;

	ret = ioctl_read(&args, sizeof(args), arg, size, SPAWN_TEMPLATE_CREATE_ARGS_SIZE_VER0);
	if (ret)
		return ret;
	ret = template_fd_create(&args, arg);
	stats_create(&args, ret, began);
	return ret;
}

static long ioctl_spawn_path(const void __user *arg, size_t size)
{
	struct spawn_request request;
	int err = request_read_path(&request, arg, size);

	return err ?: birth_run(&request);
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	switch (ioctl_kind(cmd)) {
	case ioctl_kind(SPAWN_TEMPLATE_IOC_CREATE):
		return ioctl_create(uarg, _IOC_SIZE(cmd));
	case ioctl_kind(SPAWN_TEMPLATE_IOC_SPAWN_PATH):
		return ioctl_spawn_path(uarg, _IOC_SIZE(cmd));
	case ioctl_kind(SPAWN_TEMPLATE_IOC_SPAWN_BATCH):
		return batch_run(uarg, _IOC_SIZE(cmd));
	case ioctl_kind(SPAWN_TEMPLATE_IOC_INFO):
		return info_write(uarg, _IOC_SIZE(cmd));
	}
	return -ENOTTY;
}

static const struct file_operations device_ops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = device_ioctl,
	.llseek = noop_llseek,
};

/*
 * The kernel functions that the module uses, and their shapes, for "outspawn
 * doctor".
 */
static ssize_t kernel_functions_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return internals_show(buf);
}
static DEVICE_ATTR_RO(kernel_functions);

/* What was made and spawned since the module was loaded, for "outspawn stat". */
static ssize_t statistics_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return stats_show(buf);
}
static DEVICE_ATTR_RO(statistics);

static struct attribute *device_attrs[] = {
	&dev_attr_kernel_functions.attr,
	&dev_attr_statistics.attr,
	NULL,
};
ATTRIBUTE_GROUPS(device);

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "spawn_template",
	.fops = &device_ops,
	.groups = device_groups,
	.mode = 0666,
};

int device_init(void)
{
	return misc_register(&device);
}

void device_exit(void)
{
	misc_deregister(&device);
}
