/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * internals_btf.h - read types from the running kernel's BTF
 *
 * For internals.c only. The kernel's BTF readers are not exported either, so
 * internals.c finds them and passes their addresses to btf_open().
 */
#ifndef OUTSPAWN_INTERNALS_BTF_H
#define OUTSPAWN_INTERNALS_BTF_H

#include <linux/types.h>

/* Room for every prototype that internals.c knows, in bytes. */
#define BTF_PROTOTYPE_MAX 256

/*
 * Open the running kernel's BTF. Each parameter is the address of the kernel
 * function of that name, or 0 if the kernel has no such function. Must be
 * called before the other functions here.
 *
 * Return: 0, or -ENOENT if the kernel has no BTF.
 */
int btf_open(unsigned long bpf_get_btf_vmlinux, unsigned long btf_find_by_name_kind,
	     unsigned long btf_type_by_id, unsigned long btf_name_by_offset);

/*
 * Write the prototype of a function in C, without parameter names:
 * "struct file *(int, struct filename *, const struct open_flags *)".
 * A prototype that does not fit into size bytes is cut off.
 *
 * Return: 0, or -ENOENT if the BTF does not have the function.
 */
int btf_prototype(const char *function, char *buf, size_t size);

/* Return a struct's size in bytes, or -ENOENT if the BTF does not have it. */
int btf_struct_size(const char *name);

#endif /* OUTSPAWN_INTERNALS_BTF_H */
