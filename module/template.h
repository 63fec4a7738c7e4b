/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * template.h - an executable, pinned and checked
 *
 * A template is complete once it is made. Only its counters and 'chain' change
 * later, so tasks read it without a lock; path_chain.c says how 'chain' is
 * read. The template fd holds a reference. Every struct
 * spawn holds another until its child is done with exec.
 */
#ifndef OUTSPAWN_TEMPLATE_H
#define OUTSPAWN_TEMPLATE_H

#include <linux/atomic.h>
#include <linux/kref.h>

#include "elf.h"
#include "identity.h"
#include "owner.h"
#include "path_chain.h"

struct file;

/*
 * The largest allocation of a template, in bytes, not counting the open file.
 * Only a long path may make a template larger.
 */
#define TEMPLATE_MEMORY 4096

/* The SPAWN_TEMPLATE_CREATE_* flags that CREATE accepts. */
#define TEMPLATE_FLAGS (SPAWN_TEMPLATE_CREATE_CLOEXEC | SPAWN_TEMPLATE_CREATE_ANY_FORMAT | \
			SPAWN_TEMPLATE_CREATE_ALLOW_WRITE)

struct template {
	struct kref ref;
	struct file *file; /* open for exec; never in a descriptor table */
	struct file *handle; /* the same file, O_PATH, for the child's table */
	struct owner owner; /* the process that may spawn from the template */
	const char *path; /* AT_EXECFN and comm of the children; in this allocation */
	struct path_chain __rcu *chain; /* how 'path' was looked up last, or NULL */
	bool by_path; /* made from a path, which must continue to name this file */
	bool reachable; /* 'path' named the file; false for an invented name */
	bool by_interpreter; /* ANY_FORMAT, and not known to be an ELF program */
	bool interpretable; /* exec may give the path to an interpreter */
	/*
	 * The file is not an ELF program, and the template's maker may not read
	 * the file. So CREATE must not return ENOEXEC; the spawn does.
	 */
	bool refused;
	/* The file's mount was not in the maker's mount namespace, as a memfd's. */
	bool foreign;
	bool deny_write; /* the template keeps writers away for as long as it lives */
	u32 memory; /* the size of this allocation in bytes */
	struct identity identity; /* uid and gid are global ids */
	bool ahead; /* the ctime was in the future: see check_file() */
	struct spawn_template_elf elf;
	atomic64_t spawned;
	atomic64_t failed;
	Elf64_Ehdr ehdr;
	u16 phnum; /* ehdr.e_phnum, or 0 if the program headers did not fit */
	Elf64_Phdr phdrs[]; /* phnum of them; then the path */
};

/*
 * Make a template of the file at an absolute path, or of an open file. Sleeps.
 * Errors as SPAWN_TEMPLATE_IOC_CREATE documents them. The caller owns the
 * reference.
 *
 * @fd: the file's number in current's table; names a file that has no path
 * @flags: SPAWN_TEMPLATE_CREATE_*
 */
struct template *template_from_path(const char __user *path, u64 flags);
struct template *template_from_file(struct file *file, int fd, u64 flags);

struct template *template_get(struct template *tmpl);
/*
 * Drop a reference. The last one closes the file and lets writers in. May
 * sleep.
 */
void template_put(struct template *tmpl);

/* The facts about a template that a task may ask for. */
struct template_facts {
	struct spawn_template_key key; /* uid and gid as in current's user namespace */
	struct spawn_template_elf elf;
	u32 memory;
};

/*
 * Fill in the facts that current may know. The key needs the right to stat(2)
 * the file. 'elf' and 'memory' need the right to read the file. All other facts
 * are 0. Sleeps.
 *
 * @open: open the file to check the right to read. Only an open asks all
 *	security modules. fanotify and inotify report this open.
 */
void template_describe(const struct template *tmpl, struct template_facts *facts, bool open);

/* Return how many templates exist. */
u64 template_count(void);

#endif /* OUTSPAWN_TEMPLATE_H */
