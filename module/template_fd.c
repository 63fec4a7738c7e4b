// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * template_fd.c - the descriptor that names a template
 *
 * The descriptor's file is an anonymous inode. Its private data is a reference
 * to the template. The file supports ioctl(2), but not read(2), write(2) or
 * poll(2).
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/openat2.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "ask.h"
#include "birth.h"
#include "info.h"
#include "ioctl.h"
#include "request.h"
#include "signals.h"
#include "step.h"
#include "template.h"
#include "template_check.h"
#include "template_fd.h"

static int template_fd_release(struct inode *inode, struct file *file)
{
	template_put(file->private_data);
	return 0;
}

/*
 * There is no event to wait for. Without this function, poll(2) would say
 * "ready".
 */
static __poll_t template_fd_poll(struct file *file, struct poll_table_struct *wait)
{
	return EPOLLERR;
}

static void template_fd_show_fdinfo(struct seq_file *m, struct file *file)
{
	const struct template *tmpl = file->private_data;
	const struct spawn_template_key *key;
	const struct spawn_template_elf *elf;
	struct template_facts facts;

	/*
	 * A reader of /proc does not expect a file to be opened, so do not open
	 * it. The reader's filters may deny stat(2), and cannot be asked here.
	 * So a reader with filters gets no facts.
	 */
	if (step_has_filters())
		facts = (struct template_facts) {};
	else
		template_describe(tmpl, &facts, false);
	key = &facts.key;
	elf = &facts.elf;
	seq_puts(m, "template-path:\t");
	seq_escape(m, tmpl->path, " \t\n\\");
	seq_printf(m, "\ntemplate-by:\t%s\n", tmpl->by_path ? "path" : "fd");
	seq_printf(m, "template-key:\tdev %u:%u ino %llu size %llu mode %o uid %u gid %u ctime %lld.%09u mtime %lld.%09u\n",
		   key->dev_major, key->dev_minor, key->ino, key->size, key->mode,
		   key->uid, key->gid, key->ctime_sec, key->ctime_nsec, key->mtime_sec,
		   key->mtime_nsec);
	seq_printf(m, "template-elf:\ttype %u machine %u phnum %u load %u stack %x interp %u entry %llx bytes %llu\n",
		   elf->type, elf->machine, elf->phnum, elf->load_segments, elf->stack_flags,
		   elf->interp_len, elf->entry, elf->load_bytes);
	seq_printf(m, "template-memory:\t%u\n", facts.memory);
	seq_printf(m, "template-spawned:\t%lld\n", atomic64_read(&tmpl->spawned));
	seq_printf(m, "template-failed:\t%lld\n", atomic64_read(&tmpl->failed));
}

static long ioctl_query(struct file *file, void __user *arg, size_t size)
{
	struct template *tmpl = file->private_data;
	struct spawn_template_query query = {};
	struct template_facts facts;
	int err;

	err = ask_query(file);
	if (err)
		return err;
	query.spawned = atomic64_read(&tmpl->spawned);
	query.failed = atomic64_read(&tmpl->failed);
	err = template_check_fresh(tmpl);
	if (signals_restarts(err))
		return err;
	query.stale = -err;
	template_describe(tmpl, &facts, true);
	query.key = facts.key;
	query.elf = facts.elf;
	query.memory = facts.memory;
	return ioctl_write(arg, size, &query, sizeof(query), SPAWN_TEMPLATE_QUERY_SIZE_VER0);
}

static long ioctl_spawn(struct template *tmpl, const void __user *arg, size_t size)
{
	struct spawn_request request;
	int err = request_read(&request, tmpl, arg, size);

	return err ?: birth_run(&request);
}

static long template_fd_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	switch (ioctl_kind(cmd)) {
	case ioctl_kind(SPAWN_TEMPLATE_IOC_SPAWN):
		return ioctl_spawn(file->private_data, uarg, _IOC_SIZE(cmd));
	case ioctl_kind(SPAWN_TEMPLATE_IOC_QUERY):
		return ioctl_query(file, uarg, _IOC_SIZE(cmd));
	case ioctl_kind(SPAWN_TEMPLATE_IOC_INFO):
		return info_write(uarg, _IOC_SIZE(cmd));
	}
	return -ENOTTY;
}

static const struct file_operations template_fd_ops = {
	.owner = THIS_MODULE,
	.release = template_fd_release,
	.poll = template_fd_poll,
	.unlocked_ioctl = template_fd_ioctl,
	.show_fdinfo = template_fd_show_fdinfo,
	.llseek = noop_llseek,
};

struct template *template_fd_get(int fd)
{
	struct file *file = fget(fd);
	struct template *tmpl;

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op == &template_fd_ops)
		tmpl = template_get(file->private_data);
	else
		tmpl = ERR_PTR(-ENOTTY);
	fput(file);
	return tmpl;
}

static int check_args(const struct spawn_template_create_args *args)
{
	if (args->flags & ~TEMPLATE_FLAGS)
		return -EINVAL;
	if (args->exec_flags || args->actions || args->actions_len)
		return -EINVAL;
	if (memchr_inv(args->reserved, 0, sizeof(args->reserved)))
		return -EINVAL;
	/* Exactly one of the two. execfd is -1 if there is no descriptor. */
	if (args->filename)
		return args->execfd == -1 ? 0 : -EINVAL;
	return args->execfd >= 0 ? 0 : -EINVAL;
}

/*
 * Check 'reserved' again after the filters were asked. The filters saw
 * openat2(2) with 'reserved' as its struct open_how: all 0 means O_RDONLY.
 * openat2(2) would read the struct after the filters, too. So a
 * supervisor saw the same struct that is used here.
 */
static int check_how(const struct spawn_template_create_args __user *uargs)
{
	u64 reserved[ARRAY_SIZE(uargs->reserved)];

	BUILD_BUG_ON(sizeof(struct open_how) > sizeof(reserved));
	if (copy_from_user(reserved, uargs->reserved, sizeof(reserved)))
		return -EFAULT;
	return memchr_inv(reserved, 0, sizeof(reserved)) ? -EINVAL : 0;
}

/*
 * Copy the path only after the filters were asked, as openat2(2) would. So a
 * supervisor and this function read the same path.
 */
static struct template *create_from_path(const struct spawn_template_create_args *args,
					 const struct spawn_template_create_args __user *uargs)
{
	int err = ask_create_path(args->filename, (uintptr_t)uargs->reserved);

	if (!err && step_has_filters())
		err = check_how(uargs);
	if (err)
		return ERR_PTR(err);
	return template_from_path(u64_to_user_ptr(args->filename), args->flags);
}

static struct template *create_from_fd(const struct spawn_template_create_args *args)
{
	struct file *file = fget_raw(args->execfd);
	struct template *tmpl;
	int err;

	err = ask_create_fd(args->execfd, file);
	if (!err && !file)
		err = -EBADF;
	tmpl = err ? ERR_PTR(err) : template_from_file(file, args->execfd, args->flags);
	if (file)
		fput(file);
	return tmpl;
}

long template_fd_create(const struct spawn_template_create_args *args,
			const struct spawn_template_create_args __user *uargs)
{
	struct template *tmpl;
	int fd;

	fd = check_args(args);
	if (fd)
		return fd;
	if (args->filename)
		tmpl = create_from_path(args, uargs);
	else
		tmpl = create_from_fd(args);
	if (IS_ERR(tmpl))
		return PTR_ERR(tmpl);
	fd = anon_inode_getfd("[spawn_template]", &template_fd_ops, tmpl,
			      O_RDWR | (args->flags & SPAWN_TEMPLATE_CREATE_CLOEXEC ?
					O_CLOEXEC : 0));
	if (fd < 0)
		template_put(tmpl);
	return fd;
}
