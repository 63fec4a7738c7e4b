/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * template.h - a pinned executable and what was learned about it
 *
 * A template is made complete and never changes, but for its counters; so it
 * is read without locks. It is counted: the template fd holds a reference,
 * and so does every child until it is done with exec.
 */
#ifndef OUTSPAWN_TEMPLATE_H
#define OUTSPAWN_TEMPLATE_H

#include <linux/atomic.h>
#include <linux/kref.h>

#include "elf.h"
#include "identity.h"
#include "owner.h"

struct file;

/*
 * The most bytes of a template beside the open file, unless its path alone is
 * longer than what is left.
 */
#define TEMPLATE_MEMORY 4096

/* What can be asked of a template, and of its descriptor. */
#define TEMPLATE_FLAGS (SPAWN_TEMPLATE_CREATE_CLOEXEC | SPAWN_TEMPLATE_CREATE_ANY_FORMAT | \
			SPAWN_TEMPLATE_CREATE_ALLOW_WRITE)

struct template {
	struct kref ref;
	struct file *file; /* opened for exec, writes denied; in no descriptor table, ever */
	struct file *handle; /* the same, O_PATH: for the child's table */
	struct owner owner; /* who made it, and may spawn from it */
	const char *path; /* AT_EXECFN and comm of the children; in this allocation */
	bool by_path; /* made from a path, which must go on naming this file */
	bool reachable; /* its path is one, not a name made up for a nameless file */
	bool by_interpreter; /* ANY_FORMAT, and not known to be an ELF program */
	bool interpretable; /* exec may give the path to an interpreter */
	bool refused; /* no ELF program, and its maker may not know: exec must say ENOEXEC */
	bool foreign; /* its mount was not in its maker's mount namespace; a memfd's never is */
	bool deny_write;
	u32 memory; /* bytes of this allocation */
	struct identity identity; /* owner as global ids */
	bool ahead; /* the ctime was in the future: see check_file() */
	struct spawn_template_elf elf;
	atomic64_t spawned;
	atomic64_t failed;
	Elf64_Ehdr ehdr;
	u16 phnum; /* ehdr.e_phnum, or 0 if they did not fit */
	Elf64_Phdr phdrs[]; /* phnum of them; the path stands behind */
};

/*
 * Make a template of the file at an absolute path, or of an open file. May sleep.
 * Errors as SPAWN_TEMPLATE_IOC_CREATE documents them. The caller owns the reference.
 *
 * @fd: the file's number in current's table, for the name of a file without a path
 * @flags: SPAWN_TEMPLATE_CREATE_*
 */
struct template *template_from_path(const char __user *path, u64 flags);
struct template *template_from_file(struct file *file, int fd, u64 flags);

struct template *template_get(struct template *tmpl);
/* The last reference closes the file and allows writes again. May sleep. */
void template_put(struct template *tmpl);

/* What can be told of a template. */
struct template_facts {
	struct spawn_template_key key; /* owner as current's user namespace has it */
	struct spawn_template_elf elf;
	u32 memory;
};

/*
 * What current may be told of it: the key, if it could ask the file for it (stat(2));
 * what stands in the file, and the memory which that took, if it could read it; else
 * all 0. Sleeps.
 *
 * @open: really open the file, as security modules are asked in no other way; it is
 * seen by who watches the file
 */
void template_describe(const struct template *tmpl, struct template_facts *facts, bool open);

/* How many exist. */
u64 template_count(void);

#endif /* OUTSPAWN_TEMPLATE_H */
