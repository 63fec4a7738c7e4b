/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * ioctl.h - copy structs that may grow from and to the caller
 */
#ifndef OUTSPAWN_IOCTL_H
#define OUTSPAWN_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* An ioctl number without the size of its struct. */
#define ioctl_kind(cmd) ((cmd) & ~IOCSIZE_MASK)

/*
 * Copy the caller's struct of usize bytes into a struct of ksize bytes, as
 * copy_struct_from_user() does. Sleeps.
 *
 * @first_size: the size of the first published struct
 * Return: 0; -EINVAL: usize is below first_size; -E2BIG: a tail that the module
 * does not know is not zero, or usize is too large; -EFAULT.
 */
int ioctl_read(void *to, size_t ksize, const void __user *from, size_t usize, size_t first_size);

/*
 * Copy a struct of ksize bytes to the caller's struct of usize bytes. A tail
 * that the caller does not know is left out. A tail that the module does not
 * know is cleared. Sleeps.
 *
 * Return: 0; -EINVAL: usize is below first_size; -EFAULT.
 */
int ioctl_write(void __user *to, size_t usize, const void *from, size_t ksize, size_t first_size);

#endif /* OUTSPAWN_IOCTL_H */
