// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * internals_btf.c - read types from the running kernel's BTF
 */
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/seq_buf.h>
#include <linux/static_call.h>

#include "internals_btf.h"

/* The kernel's BTF readers. Without BTF nothing can check their types. */
DEFINE_STATIC_CALL_NULL(os_btf_vmlinux, struct btf *(void));
DEFINE_STATIC_CALL_NULL(os_btf_find, s32 (const struct btf *, const char *, u8));
DEFINE_STATIC_CALL_NULL(os_btf_type, const struct btf_type *(const struct btf *, u32));
DEFINE_STATIC_CALL_NULL(os_btf_name, const char *(const struct btf *, u32));

/* The kernel's BTF. The kernel never frees it. */
static const struct btf *vmlinux_btf;

/* No type that the module knows is a longer chain of pointers and const. */
#define MAX_DEPTH 16

int btf_open(unsigned long bpf_get_btf_vmlinux, unsigned long btf_find_by_name_kind,
	     unsigned long btf_type_by_id, unsigned long btf_name_by_offset)
{
	const struct btf *btf;

	if (!bpf_get_btf_vmlinux || !btf_find_by_name_kind || !btf_type_by_id ||
	    !btf_name_by_offset)
		return -ENOENT;
	static_call_update(os_btf_vmlinux, (void *)bpf_get_btf_vmlinux);
	static_call_update(os_btf_find, (void *)btf_find_by_name_kind);
	static_call_update(os_btf_type, (void *)btf_type_by_id);
	static_call_update(os_btf_name, (void *)btf_name_by_offset);

	btf = static_call(os_btf_vmlinux)();
	if (IS_ERR_OR_NULL(btf))
		return -ENOENT;
	vmlinux_btf = btf;
	return 0;
}

static const struct btf_type *type_of(u32 id)
{
	return static_call(os_btf_type)(vmlinux_btf, id);
}

static const char *name_of(const struct btf_type *type)
{
	return static_call(os_btf_name)(vmlinux_btf, type->name_off);
}

static void put_star(struct seq_buf *out, bool *after_star)
{
	seq_buf_printf(out, "%s", *after_star ? "*" : " *");
	*after_star = true;
}

/*
 * Write the type with this id. In C "const" stands before the type that it
 * qualifies, and "*" stands after the type that it points to. So the function
 * calls itself for the inner type; MAX_DEPTH bounds the recursion.
 *
 * @after_star: set to whether the text ends with "*"
 */
static void put_type(struct seq_buf *out, u32 id, unsigned int depth, bool *after_star)
{
	const struct btf_type *type;

	*after_star = false;
	if (!id) {
		seq_buf_printf(out, "void");
		return;
	}
	type = type_of(id);
	if (!type || depth > MAX_DEPTH) {
		seq_buf_printf(out, "?");
		return;
	}
	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_PTR:
		put_type(out, type->type, depth + 1, after_star);
		put_star(out, after_star);
		return;
	case BTF_KIND_CONST:
		/* Leave out a pointer's own const: callers need not know. */
		if (type->type && BTF_INFO_KIND(type_of(type->type)->info) == BTF_KIND_PTR) {
			put_type(out, type->type, depth + 1, after_star);
			return;
		}
		seq_buf_printf(out, "const ");
		put_type(out, type->type, depth + 1, after_star);
		return;
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		put_type(out, type->type, depth + 1, after_star);
		return;
	case BTF_KIND_STRUCT:
		seq_buf_printf(out, "struct %s", name_of(type));
		return;
	case BTF_KIND_UNION:
		seq_buf_printf(out, "union %s", name_of(type));
		return;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		seq_buf_printf(out, "enum %s", name_of(type));
		return;
	case BTF_KIND_FWD:
		seq_buf_printf(out, "%s %s", BTF_INFO_KFLAG(type->info) ? "union" : "struct",
			       name_of(type));
		return;
	case BTF_KIND_FUNC_PROTO:
		seq_buf_printf(out, "function");
		return;
	default:
		seq_buf_printf(out, "%s", name_of(type));
	}
}

int btf_prototype(const char *function, char *buf, size_t size)
{
	const struct btf_type *func, *proto;
	const struct btf_param *params;
	bool after_star;
	struct seq_buf out;
	s32 id;
	u32 i;

	id = static_call(os_btf_find)(vmlinux_btf, function, BTF_KIND_FUNC);
	if (id < 0)
		return -ENOENT;
	func = type_of(id);
	proto = func ? type_of(func->type) : NULL;
	if (!proto || BTF_INFO_KIND(proto->info) != BTF_KIND_FUNC_PROTO)
		return -ENOENT;

	seq_buf_init(&out, buf, size - 1);
	put_type(&out, proto->type, 0, &after_star);
	seq_buf_printf(&out, "%s", after_star ? "(" : " (");
	params = (const struct btf_param *)(proto + 1);
	for (i = 0; i < BTF_INFO_VLEN(proto->info); i++) {
		if (i)
			seq_buf_printf(&out, ", ");
		put_type(&out, params[i].type, 0, &after_star);
	}
	if (!i)
		seq_buf_printf(&out, "void");
	seq_buf_printf(&out, ")");
	buf[min_t(size_t, out.len, size - 1)] = '\0';
	return 0;
}

int btf_struct_size(const char *name)
{
	const struct btf_type *type;
	s32 id;

	id = static_call(os_btf_find)(vmlinux_btf, name, BTF_KIND_STRUCT);
	if (id < 0)
		return -ENOENT;
	type = type_of(id);
	return type ? type->size : -ENOENT;
}
