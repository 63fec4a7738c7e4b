/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * info.h - INFO: the features of this module on this kernel
 */
#ifndef OUTSPAWN_INFO_H
#define OUTSPAWN_INFO_H

#include <linux/types.h>

/*
 * SPAWN_TEMPLATE_IOC_INFO, on the device and on a template fd.
 *
 * @arg: struct spawn_template_info of usize bytes, in user memory
 * Return: 0, or as ioctl_write().
 */
int info_write(void __user *arg, size_t usize);

#endif /* OUTSPAWN_INFO_H */
