// SPDX-License-Identifier: GPL-2.0-only
/*
 * template.c - a pinned executable and what was learned about it
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>

#include "identity.h"
#include "internals.h"
#include "strings.h"
#include "template.h"

static atomic64_t templates = ATOMIC64_INIT(0);

u64 template_count(void)
{
	return atomic64_read(&templates);
}

/*
 * Read the identity key of the file at a path. Without the LSM's getattr hook:
 * execve(2) does not ask that hook either. Who wants to know the key has to.
 */
static int read_key(const struct path *path, struct spawn_template_key *key)
{
	struct kstat stat;
	int err;

	err = vfs_getattr_nosec(path, &stat, STATX_BASIC_STATS, AT_STATX_SYNC_AS_STAT);
	if (err)
		return err;
	*key = (struct spawn_template_key) {
		.dev_major = MAJOR(stat.dev),
		.dev_minor = MINOR(stat.dev),
		.ino = stat.ino,
		.size = stat.size,
		.mode = stat.mode,
		.uid = __kuid_val(stat.uid),
		.gid = __kgid_val(stat.gid),
		.ctime_sec = stat.ctime.tv_sec,
		.ctime_nsec = stat.ctime.tv_nsec,
		.mtime_sec = stat.mtime.tv_sec,
		.mtime_nsec = stat.mtime.tv_nsec,
	};
	return 0;
}

/*
 * Open a file as do_open_execat() in fs/exec.c does: execute permission, a
 * regular file, no noexec mount, and then no more writers, unless they are to
 * be let in. Read permission is not needed.
 */
static struct file *open_for_exec(const struct path *path, bool deny_write)
{
	struct file *file;
	int err;

	if (!S_ISREG(d_inode(path->dentry)->i_mode))
		return ERR_PTR(-EACCES);
	if ((path->mnt->mnt_flags & MNT_NOEXEC) ||
	    (path->mnt->mnt_sb->s_iflags & SB_I_NOEXEC))
		return ERR_PTR(-EACCES);
	err = path_permission(path, MAY_EXEC | MAY_OPEN);
	if (err)
		return ERR_PTR(err);
	file = dentry_open(path, O_RDONLY | O_LARGEFILE | __FMODE_EXEC, current_cred());
	if (IS_ERR(file))
		return file;
	ki_notify_open(file);
	err = ki_deny_write(file);
	/* Somebody writes it now: no template, in either case. */
	if (!err && !deny_write)
		ki_allow_write(file);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	return file;
}

static void close_exec_file(struct file *file, bool deny_write)
{
	if (deny_write)
		ki_allow_write(file);
	fput(file);
}

/* Read exactly len bytes at pos; a file that ends before is no executable. */
static int read_exactly(struct file *file, void *buf, size_t len, loff_t pos)
{
	ssize_t n = kernel_read(file, buf, len, &pos);

	if (n < 0)
		return n;
	return n == len ? 0 : -ENOEXEC;
}

static int check_interp(struct file *file, u64 offset, u32 len)
{
	char *path;
	int err;

	if (!len)
		return 0;
	path = kmalloc(len, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	err = read_exactly(file, path, len, offset) ?: elf_check_interp(path, len);
	kfree(path);
	return err;
}

/* Read and check the program headers of a good ELF header. Owned by the caller. */
static Elf64_Phdr *read_segments(struct file *file, const Elf64_Ehdr *ehdr, u64 file_size,
				 struct spawn_template_elf *summary)
{
	size_t size = ehdr->e_phnum * sizeof(Elf64_Phdr);
	Elf64_Phdr *phdrs;
	u64 interp = 0;
	int err;

	phdrs = kmalloc(size, GFP_KERNEL);
	if (!phdrs)
		return ERR_PTR(-ENOMEM);
	err = read_exactly(file, phdrs, size, ehdr->e_phoff);
	if (!err)
		err = elf_check_segments(ehdr, phdrs, file_size, summary, &interp);
	if (!err)
		err = check_interp(file, interp, summary->interp_len);
	if (err) {
		kfree(phdrs);
		return ERR_PTR(err);
	}
	return phdrs;
}

/*
 * The memory of a template: itself, the program headers, the path; charged to
 * the caller's memory cgroup. Headers that would make it larger than
 * TEMPLATE_MEMORY are left out: they are kept for who asks, not for exec.
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

/* What was read of an ELF file. */
struct elf_facts {
	Elf64_Ehdr ehdr;
	Elf64_Phdr *phdrs; /* owned */
	struct spawn_template_elf summary;
};

static int read_elf(struct file *file, u64 file_size, struct elf_facts *facts)
{
	Elf64_Phdr *phdrs;
	int err;

	err = read_exactly(file, &facts->ehdr, sizeof(facts->ehdr), 0);
	if (!err)
		err = elf_check_header(&facts->ehdr, file_size, ELF_ARCH);
	if (err)
		return err;
	phdrs = read_segments(file, &facts->ehdr, file_size, &facts->summary);
	if (IS_ERR(phdrs))
		return PTR_ERR(phdrs);
	facts->phdrs = phdrs;
	return 0;
}

/* Takes over the files on success only. */
static struct template *template_of(struct file *file, struct file *handle, const char *path,
				    u64 flags)
{
	struct elf_facts facts = {};
	struct spawn_template_key key;
	struct template *tmpl;
	bool is_elf;
	int err;

	err = read_key(&file->f_path, &key);
	if (!err)
		err = read_elf(file, key.size, &facts);
	is_elf = !memcmp(facts.ehdr.e_ident, ELFMAG, SELFMAG);
	if (err == -ENOEXEC && (flags & SPAWN_TEMPLATE_CREATE_ANY_FORMAT)) {
		facts = (struct elf_facts) {};
		err = 0;
	}
	if (err)
		return ERR_PTR(err);
	tmpl = alloc_template(facts.phdrs, facts.ehdr.e_phnum, path);
	kfree(facts.phdrs);
	if (!tmpl)
		return ERR_PTR(-ENOMEM);

	kref_init(&tmpl->ref);
	tmpl->file = file;
	tmpl->handle = handle;
	tmpl->key = key;
	tmpl->elf = facts.summary;
	tmpl->ehdr = facts.ehdr;
	tmpl->deny_write = !(flags & SPAWN_TEMPLATE_CREATE_ALLOW_WRITE);
	/* execve(2) keeps writers away from a program, not from a script or any other file. */
	if (tmpl->deny_write && !is_elf) {
		ki_allow_write(file);
		tmpl->deny_write = false;
	}
	owner_init(&tmpl->owner);
	atomic64_inc(&templates);
	return tmpl;
}

/* Open, check and pin the file at a path, which is called name from then on. */
static struct template *pin(const struct path *path, const char *name, u64 flags)
{
	bool deny_write = !(flags & SPAWN_TEMPLATE_CREATE_ALLOW_WRITE);
	struct file *file = open_for_exec(path, deny_write);
	struct template *tmpl;
	struct file *handle;

	if (IS_ERR(file))
		return ERR_CAST(file);
	handle = dentry_open(&file->f_path, O_PATH, current_cred());
	if (IS_ERR(handle)) {
		close_exec_file(file, deny_write);
		return ERR_CAST(handle);
	}
	tmpl = template_of(file, handle, name, flags);
	if (IS_ERR(tmpl)) {
		fput(handle);
		close_exec_file(file, deny_write);
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
	err = name[0] == '/' ? kern_path(name, LOOKUP_FOLLOW | LOOKUP_AUTOMOUNT, &path) : -EINVAL;
	if (err) {
		kvfree(name);
		return ERR_PTR(err);
	}
	tmpl = pin(&path, name, flags);
	if (!IS_ERR(tmpl)) {
		tmpl->by_path = true;
		tmpl->reachable = true;
	}
	path_put(&path);
	kvfree(name);
	return tmpl;
}

/*
 * A name for a file that was handed in as a descriptor: where it is, or, when
 * it is nowhere (unlinked, a memfd), the name that fexecve(3) would make up.
 */
static const char *name_of_file(struct file *file, int fd, char *buf, bool *reachable)
{
	const struct dentry *dentry = file->f_path.dentry;
	char *name = ERR_PTR(-ENOENT);

	/* A file without a folder, a memfd, has a name for show only. */
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
	if (!IS_ERR(tmpl))
		tmpl->reachable = reachable;
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
	kfree(tmpl);
	atomic64_dec(&templates);
}

void template_put(struct template *tmpl)
{
	kref_put(&tmpl->ref, release);
}

/*
 * Does the template's path still name its file, on the same mount? A path that
 * cannot be looked up as current may not search it is current's problem, as it
 * would be for execve(2); one that names nothing is a stale template's.
 */
static int check_path(const struct template *tmpl)
{
	const struct path *pinned = &tmpl->file->f_path;
	struct path path;
	int err;

	err = kern_path(tmpl->path, LOOKUP_FOLLOW | LOOKUP_AUTOMOUNT, &path);
	switch (err) {
	case 0:
		break;
	case -ENOENT:
	case -ENOTDIR:
	case -ELOOP:
		return -ESTALE;
	default:
		return err;
	}
	if (path.mnt != pinned->mnt || d_inode(path.dentry) != d_inode(pinned->dentry))
		err = -ESTALE;
	path_put(&path);
	return err;
}

/* What is no ELF is executed by an interpreter, which opens the path again. */
static bool path_counts(const struct template *tmpl)
{
	return tmpl->by_path || (tmpl->reachable && tmpl->elf.type == ET_NONE);
}

int template_check_fresh(const struct template *tmpl)
{
	struct spawn_template_key key;
	int err;

	err = read_key(&tmpl->file->f_path, &key);
	if (err)
		return err;
	if (identity_difference(&tmpl->key, &key))
		return -ESTALE;
	return path_counts(tmpl) ? check_path(tmpl) : 0;
}

int template_check(const struct template *tmpl)
{
	if (!owner_is_current(&tmpl->owner))
		return -EACCES;
	return template_check_fresh(tmpl);
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

/* Owner ids as the asking user namespace has them, as stat(2) gives them. */
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
		facts->key = tmpl->key;
		localize_owner(&facts->key);
	}
	if (may_read(path, open)) {
		facts->elf = tmpl->elf;
		facts->memory = tmpl->memory;
	}
}
