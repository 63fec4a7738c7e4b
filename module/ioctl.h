/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioctl.h - structs that grow, in and out of an ioctl
 */
#ifndef OUTSPAWN_IOCTL_H
#define OUTSPAWN_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* An ioctl's number without the size of its struct: what is asked for. */
#define ioctl_kind(cmd) ((cmd) & ~IOCSIZE_MASK)

/*
 * Read a struct of usize bytes that the caller knows into one of ksize bytes
 * that we know: as copy_struct_from_user() does, -E2BIG for a tail that is not
 * zero; -EINVAL below the first published size.
 */
int ioctl_read(void *to, size_t ksize, const void __user *from, size_t usize, size_t first_size);

/*
 * Write one of ours to a caller that knows usize bytes of it: what it does not
 * know is left out, what we do not know is zero.
 */
int ioctl_write(void __user *to, size_t usize, const void *from, size_t ksize, size_t first_size);

#endif /* OUTSPAWN_IOCTL_H */
