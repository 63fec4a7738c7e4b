// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * template.c - make, describe and free a template
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>

#include "elf_file.h"
#include "exec_file.h"
#include "fds.h"
#include "identity_file.h"
#include "internals.h"
#include "strings.h"
#include "template.h"

static atomic64_t templates = ATOMIC64_INIT(0);

u64 template_count(void)
{
	return atomic64_read(&templates);
}

/*
 * Check whether current may open the file for reading. A security module may
 * check an open for exec only when exec runs, as AppArmor does. So open the
 * file again, for reading. Nothing is read. fanotify and inotify report only
 * the open for exec.
 *
 * Return: 0; -EACCES or -EPERM: current may not; another errno: the open
 * failed.
 */
static int open_to_read(const struct path *path)
{
	int err = path_permission(path, MAY_READ | MAY_OPEN);
	struct file *file;

	if (err)
		return err;
	file = ki_open_unseen(path, O_RDONLY | O_LARGEFILE);
	if (IS_ERR(file))
		return PTR_ERR(file);
	fput(file);
	return 0;
}

/*
 * Fail with -ETXTBSY if the file is open for writing now. On success, writers
 * are denied from now on if deny_write is set.
 */
static int check_writers(struct file *file, bool deny_write)
{
	int err = ki_deny_write(file);

	if (!err && !deny_write)
		ki_allow_write(file);
	return err;
}

static void close_exec_file(struct file *file, bool deny_write)
{
	if (deny_write)
		ki_allow_write(file);
	fput(file);
}

/*
 * Allocate a template with the program headers and the path. The memory is
 * charged to the caller's memory cgroup. Program headers that would make the
 * template larger than TEMPLATE_MEMORY are left out: exec does not need them.
 */
static struct template *alloc_template(const Elf64_Phdr *phdrs, u16 phnum, const char *path)
{
	size_t path_size = strlen(path) + 1;
	struct template *tmpl;
	size_t size;

	if (struct_size(tmpl, phdrs, phnum) + path_size > TEMPLATE_MEMORY)
		phnum = 0;
	size = struct_size(tmpl, phdrs, phnum) + path_size;
	tmpl = kzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!tmpl)
		return NULL;
	tmpl->memory = size;
	tmpl->phnum = phnum;
	memcpy(tmpl->phdrs, phdrs, phnum * sizeof(*phdrs));
	tmpl->path = memcpy(&tmpl->phdrs[phnum], path, path_size);
	return tmpl;
}

static bool denies_write(u64 flags, bool readable)
{
	return readable && !(flags & SPAWN_TEMPLATE_CREATE_ALLOW_WRITE);
}

/* The facts that CREATE finds out about a file. */
struct findings {
	bool readable; /* the maker of the template may read the file */
	bool deny_write; /* writers are denied */
	bool refused; /* as in struct template */
	bool ahead; /* as for identity_file_read_settled() */
	struct identity identity;
	struct elf_facts elf;
};

/*
 * Forget the format of a file that the template's maker may not read. The maker
 * must not learn the format: an open for exec gives no such right. Only exec
 * may tell it, after its own checks.
 */
static void forget_format(struct elf_facts *facts)
{
	kfree(facts->phdrs);
	*facts = (struct elf_facts) {};
}

/*
 * Find out the facts about a file. The identity is read before the contents: a
 * write between the two makes the template stale.
 *
 * @found: the caller has set readable and deny_write. If the file is no ELF
 *	file, writers are let in and deny_write is cleared. The other fields are
 *	filled in.
 */
static int inspect(struct file *file, u64 flags, struct findings *found)
{
	bool is_elf, settled, any_format = flags & SPAWN_TEMPLATE_CREATE_ANY_FORMAT;
	struct elf_facts *facts = &found->elf;
	int err;

	if (found->deny_write)
		err = identity_file_read(&file->f_path, false, &found->identity, &settled);
	else
		err = identity_file_read_settled(file, &found->identity, &found->ahead);
	if (err)
		return err;
	err = elf_file_read(file, found->identity.key.size, facts);
	is_elf = !memcmp(facts->ehdr.e_ident, ELFMAG, SELFMAG);
	if (err == -ENOEXEC && (any_format || !found->readable)) {
		found->refused = !any_format;
		*facts = (struct elf_facts) {};
		err = 0;
	}
	/*
	 * execve(2) denies writers of an ELF program, but not of a script or
	 * another file.
	 */
	if (!err && found->deny_write && !is_elf) {
		ki_allow_write(file);
		found->deny_write = false;
		err = identity_file_read_settled(file, &found->identity, &found->ahead);
	}
	if (!err && !found->readable)
		forget_format(facts);
	return err;
}

/*
 * Make a template of two open files. On success, the template owns both.
 *
 * @found: as for inspect()
 */
static struct template *template_of(struct file *file, struct file *handle, const char *path,
				    u64 flags, struct findings *found)
{
	struct elf_facts *facts = &found->elf;
	struct template *tmpl;
	int err;

	err = inspect(file, flags, found);
	if (err)
		return ERR_PTR(err);
	tmpl = alloc_template(facts->phdrs, facts->ehdr.e_phnum, path);
	kfree(facts->phdrs);
	if (!tmpl)
		return ERR_PTR(-ENOMEM);

	kref_init(&tmpl->ref);
	tmpl->file = file;
	tmpl->handle = handle;
	tmpl->identity = found->identity;
	tmpl->elf = facts->summary;
	tmpl->ehdr = facts->ehdr;
	tmpl->refused = found->refused;
	/*
	 * The format of a file that may not be read is unknown: assume an
	 * interpreter.
	 */
	tmpl->by_interpreter = (flags & SPAWN_TEMPLATE_CREATE_ANY_FORMAT) &&
			       facts->summary.type == ET_NONE;
	tmpl->foreign = !ki_mount_is_ours(&file->f_path);
	tmpl->deny_write = found->deny_write;
	tmpl->ahead = found->ahead;
	owner_init(&tmpl->owner);
	atomic64_inc(&templates);
	return tmpl;
}

/* Make a template of the file at a path. 'name' becomes the template's path. */
static struct template *pin(const struct path *path, const char *name, u64 flags)
{
	struct file *file = exec_file_open(path);
	struct findings found = {};
	struct template *tmpl;
	struct file *handle;
	int err;

	if (IS_ERR(file))
		return ERR_CAST(file);
	err = open_to_read(path);
	found.readable = !err;
	found.deny_write = denies_write(flags, found.readable);
	if (!err || err == -EACCES || err == -EPERM)
		err = check_writers(file, found.deny_write);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	handle = dentry_open(&file->f_path, O_PATH, current_cred());
	if (IS_ERR(handle)) {
		close_exec_file(file, found.deny_write);
		return ERR_CAST(handle);
	}
	tmpl = template_of(file, handle, name, flags, &found);
	if (IS_ERR(tmpl)) {
		fput(handle);
		close_exec_file(file, found.deny_write);
	}
	return tmpl;
}

struct template *template_from_path(const char __user *upath, u64 flags)
{
	struct template *tmpl;
	struct path path;
	char *name;
	int err;

	name = strings_copy_one(upath, PATH_MAX, -ENAMETOOLONG);
	if (IS_ERR(name))
		return ERR_CAST(name);
	err = name[0] == '/' ? ki_find_path(name, &path) : -EINVAL;
	if (err) {
		kvfree(name);
		return ERR_PTR(err);
	}
	tmpl = pin(&path, name, flags);
	if (!IS_ERR(tmpl)) {
		tmpl->by_path = true;
		tmpl->reachable = true;
		tmpl->interpretable = !tmpl->refused;
	}
	path_put(&path);
	kvfree(name);
	return tmpl;
}

/*
 * Return a name for the file of a descriptor: its path, or, if the file has no
 * path (unlinked, a memfd), the name that fexecve(3) would use.
 *
 * @buf: PATH_MAX bytes for the name
 * @reachable: set to true if the name is the file's path
 */
static const char *name_of_file(struct file *file, int fd, char *buf, bool *reachable)
{
	const struct dentry *dentry = file->f_path.dentry;
	char *name = ERR_PTR(-ENOENT);

	/* The dentry of a memfd has no directory, and its name is no path. */
	if (!d_unlinked(dentry) && !IS_ROOT(dentry))
		name = d_path(&file->f_path, buf, PATH_MAX);
	*reachable = !IS_ERR(name) && name[0] == '/';
	if (*reachable)
		return name;
	snprintf(buf, PATH_MAX, "/dev/fd/%d", fd);
	return buf;
}

struct template *template_from_file(struct file *file, int fd, u64 flags)
{
	struct template *tmpl;
	const char *name;
	bool reachable;
	char *buf;

	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf)
		return ERR_PTR(-ENOMEM);
	name = name_of_file(file, fd, buf, &reachable);
	tmpl = pin(&file->f_path, name, flags);
	if (!IS_ERR(tmpl)) {
		tmpl->reachable = reachable;
		/*
		 * As execveat(2): an interpreter cannot open a number that exec
		 * closes.
		 */
		tmpl->interpretable = reachable && !tmpl->refused && !fds_closed_by_exec(fd);
	}
	kfree(buf);
	return tmpl;
}

struct template *template_get(struct template *tmpl)
{
	kref_get(&tmpl->ref);
	return tmpl;
}

static void release(struct kref *ref)
{
	struct template *tmpl = container_of(ref, struct template, ref);

	fput(tmpl->handle);
	close_exec_file(tmpl->file, tmpl->deny_write);
	owner_destroy(&tmpl->owner);
	path_chain_free(&tmpl->chain);
	kfree(tmpl);
	atomic64_dec(&templates);
}

void template_put(struct template *tmpl)
{
	kref_put(&tmpl->ref, release);
}

static bool may_stat(const struct path *path)
{
	struct kstat stat;

	return !vfs_getattr(path, &stat, STATX_BASIC_STATS, AT_STATX_SYNC_AS_STAT);
}

static bool may_read(const struct path *path, bool open)
{
	struct file *file;

	if (path_permission(path, MAY_READ | MAY_OPEN))
		return false;
	if (!open)
		return true;
	file = dentry_open(path, O_RDONLY | O_LARGEFILE, current_cred());
	if (IS_ERR(file))
		return false;
	fput(file);
	return true;
}

/* Translate uid and gid into current's user namespace, as stat(2) does. */
static void localize_owner(struct spawn_template_key *key)
{
	key->uid = from_kuid_munged(current_user_ns(), KUIDT_INIT(key->uid));
	key->gid = from_kgid_munged(current_user_ns(), KGIDT_INIT(key->gid));
}

void template_describe(const struct template *tmpl, struct template_facts *facts, bool open)
{
	const struct path *path = &tmpl->file->f_path;

	*facts = (struct template_facts) {};
	if (may_stat(path)) {
		facts->key = tmpl->identity.key;
		localize_owner(&facts->key);
	}
	if (may_read(path, open)) {
		facts->elf = tmpl->elf;
		facts->memory = tmpl->memory;
	}
}
