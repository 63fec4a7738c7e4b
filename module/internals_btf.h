/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internals_btf.h - what the running kernel's BTF says of its own functions
 *
 * The kernel's BTF readers are not exported either; internals.c finds them
 * and hands them in.
 */
#ifndef OUTSPAWN_INTERNALS_BTF_H
#define OUTSPAWN_INTERNALS_BTF_H

#include <linux/types.h>

/* Long enough for every prototype that internals.c knows. */
#define BTF_PROTOTYPE_MAX 256

/*
 * Open the running kernel's BTF; the addresses are those of the kernel's
 * functions of these names. -ENOENT if the kernel has none.
 */
int btf_open(unsigned long bpf_get_btf_vmlinux, unsigned long btf_find_by_name_kind,
	     unsigned long btf_type_by_id, unsigned long btf_name_by_offset);

/*
 * Write the prototype of a function as C has it, without parameter names:
 * "struct file *(int, struct filename *, const struct open_flags *)".
 * Cut off if it does not fit.
 *
 * Return: 0, or -ENOENT if the BTF does not know the function.
 */
int btf_prototype(const char *function, char *buf, size_t size);

/* Size of a struct in bytes, or -ENOENT. */
int btf_struct_size(const char *name);

#endif /* OUTSPAWN_INTERNALS_BTF_H */
