// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * exec.c - execute a program in the child
 *
 * Does what do_execveat_common() in fs/exec.c does, but the strings are in the
 * kernel already, and a template's file is open already.
 */
#include <linux/binfmts.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/mman.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "arch.h"
#include "exec.h"
#include "exec_file.h"
#include "fds.h"
#include "internals.h"
#include "search.h"
#include "step.h"
#include "strings.h"
#include "template.h"
#include "template_check.h"

/* No number: the kernel opens the path, or the bprm has its file already. */
#define NO_FD (-1)

/*
 * Fill in and execute a bprm.
 *
 * @bprm: taken over; or an ERR_PTR, which is returned
 * @fd, @name: as for ki_alloc_bprm(), or NO_FD
 */
static int run_bprm(struct linux_binprm *bprm, int fd, struct filename *name,
		    const struct exec_args *args)
{
	int err;

	if (IS_ERR(bprm))
		return PTR_ERR(bprm);
	err = strings_push(&args->strings, bprm);
	if (!err) {
		/*
		 * exec sets where user mode resumes. Clear what a tracer may
		 * have written there, in case that exec fails past its point of
		 * no return.
		 */
		arch_clear_user_entry();
		if (fd == NO_FD)
			err = ki_bprm_execve_path(bprm, name);
		else
			err = ki_bprm_execve(bprm, fd, name);
		/*
		 * The kernel has sent a fatal signal. There is no program to
		 * return to.
		 */
		if (err && bprm->point_of_no_return) {
			ki_audit_leave(err);
			err = 0;
		}
	}
	ki_free_bprm(bprm);
	return err;
}

/*
 * If tmpl->refused, tmpl->interpretable is false. Then exec, after its own
 * checks, returns ENOENT for a format that needs an interpreter.
 */
static int errno_of(const struct template *tmpl, int err)
{
	return tmpl->refused && err == -ENOENT ? -ENOEXEC : err;
}

/*
 * In a mount namespace where the pinned file's mount is foreign, exec of the
 * pinned file would silently give the program less privilege than exec of its
 * path. So look the path up, for the same file at the place where this
 * namespace has it.
 *
 * @path: gets references
 * @stage: SPAWN_TEMPLATE_STAGE_MOUNT if the path does not name the file there
 */
static int find_again(const struct template *tmpl, struct path *path, u32 *stage)
{
	int err;

	*stage = SPAWN_TEMPLATE_STAGE_MOUNT;
	err = template_find(tmpl, path);
	if (!err)
		*stage = SPAWN_TEMPLATE_STAGE_EXEC;
	return err;
}

/* Open the program's file and deny writers, as do_open_execat() does. */
static struct file *open_program(const struct path *path)
{
	struct file *file = exec_file_open(path);
	int err;

	if (IS_ERR(file))
		return file;
	err = ki_check_opened(file) ?: ki_deny_write(file);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	return file;
}

/* Execute the file without a number in the child's table. */
static int exec_opened(const struct template *tmpl, const struct exec_args *args, u32 *stage)
{
	struct path found;
	struct file *file;
	int err;

	if (likely(!template_is_foreign(tmpl))) {
		file = open_program(&tmpl->file->f_path);
	} else {
		err = find_again(tmpl, &found, stage);
		if (err)
			return err;
		file = open_program(&found);
		path_put(&found);
	}
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = run_bprm(ki_make_bprm(file, tmpl->path, tmpl->interpretable), NO_FD, NULL, args);
	return errno_of(tmpl, err);
}

/*
 * Place the file that will be executed at a free number: here exec opens a file
 * by number only. The number is close-on-exec, so exec closes it. If exec
 * fails, the child ends anyway. Meanwhile pidfd_getfd(2) can take the file, but
 * cannot read it (O_PATH).
 */
static int place_program(const struct template *tmpl, u32 *stage)
{
	struct file *found;
	struct path path;
	int err, fd;

	if (likely(!template_is_foreign(tmpl)))
		return fds_place_cloexec(tmpl->handle);
	err = find_again(tmpl, &path, stage);
	if (err)
		return err;
	found = dentry_open(&path, O_PATH, current_cred());
	path_put(&path);
	if (IS_ERR(found))
		return PTR_ERR(found);
	fd = fds_place_cloexec(found);
	fput(found);
	return fd;
}

/*
 * Execute the file by its number.
 *
 * @fd: the number, or NO_FD until it is placed
 */
static int exec_placed(const struct template *tmpl, const struct exec_args *args, int *fd,
		       u32 *stage)
{
	struct linux_binprm *bprm;
	struct ki_name name;
	int err;

	if (*fd == NO_FD) {
		err = place_program(tmpl, stage);
		if (err < 0)
			return err;
		*fd = err;
	}
	err = ki_name_begin(&name, tmpl->path);
	if (err)
		return err;
	bprm = ki_alloc_bprm(*fd, name.name, tmpl->interpretable);
	if (!IS_ERR(bprm))
		ki_notify_exec(tmpl->file);
	err = run_bprm(bprm, *fd, name.name, args);
	ki_name_end(&name);
	return errno_of(tmpl, err);
}

/* An exec in progress, as the system call that it stands for. */
struct exec_call {
	struct exec_args *args;
	/*
	 * The execve(2) that is judged. Its first argument is the path in the
	 * caller's memory, or 0 if nothing judges the path.
	 */
	struct call call;
	/* Bytes of the child's own mapping at that path, or 0. */
	size_t mapped;
};

static struct exec_call begin_call(struct exec_args *args, unsigned long upath)
{
	return (struct exec_call) {
		.args = args,
		.call = CALL_OF(execve, upath, (unsigned long)args->strings.argv,
				(unsigned long)args->strings.envp),
	};
}

/*
 * Must exec be restarted? A signal can interrupt exec while it waits for
 * cred_guard_mutex, which an attaching tracer holds. exec has changed nothing by then.
 */
static bool begin_again(int err, const struct exec_call *exec)
{
	if (!err || !step_begin_again(err, &exec->call))
		return false;
	/* A tracer may have changed the system call number during a stop. */
	arch_set_nr(exec->call.nr);
	return true;
}

/*
 * Unmap the path. If current is being killed, vm_munmap() may fail, because it
 * takes the mmap lock killably. Then the mapping stays in the caller's memory.
 * It holds only the path.
 */
static void hide_path(struct exec_call *exec)
{
	if (exec->mapped)
		vm_munmap(exec->call.args[0], exec->mapped);
	exec->mapped = 0;
}

/* Find room for a path: memory that the caller lends, or a new mapping. */
static int find_room(struct exec_call *exec, size_t size)
{
	const struct exec_args *args = exec->args;
	unsigned long at;

	if (args->scratch && size <= args->scratch_size) {
		exec->call.args[0] = (unsigned long)args->scratch;
		return 0;
	}
	at = vm_mmap(NULL, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(at))
		return at;
	exec->call.args[0] = at;
	exec->mapped = PAGE_ALIGN(size);
	return 0;
}

/*
 * Write a path into the caller's memory, where tracers and supervisors read it.
 * After a call that returned 0, hide_path() must follow.
 */
static int show_path(struct exec_call *exec, const char *path)
{
	size_t size = strlen(path) + 1;
	int err;

	if (!exec->args->late)
		return 0;
	err = find_room(exec, size);
	if (err)
		return err;
	if (!copy_to_user((void __user *)exec->call.args[0], path, size))
		return 0;
	hide_path(exec);
	return -EFAULT;
}

/* Enter execve(2), and then read its strings, as execve(2) does. */
static int enter(const struct exec_call *exec)
{
	int err = step_enter(&exec->call);

	if (err || !exec->args->late)
		return err;
	err = strings_read(&exec->args->strings);
	if (err)
		step_leave(err);
	return err;
}

/* Copy the judged path, for kvfree(). Return NULL if nothing judges paths. */
static char *read_shown(const struct exec_call *exec)
{
	if (!exec->args->late)
		return NULL;
	return strings_copy_one((const char __user *)exec->call.args[0], PATH_MAX, -ENAMETOOLONG);
}

/* Do what execve(2) of a path does after its entry. */
static int exec_path(const char *path, const struct exec_args *args)
{
	struct ki_name name;
	int err;

	err = ki_exec_check_nproc();
	if (err)
		return err;
	/* The kernel takes an empty path that comes from the kernel. */
	if (!path[0])
		return -ENOENT;
	err = ki_name_begin(&name, path);
	if (err)
		return err;
	err = run_bprm(ki_alloc_bprm_path(name.name), NO_FD, name.name, args);
	ki_name_end(&name);
	return err;
}

/* Make one attempt, as a system call of its own. Hides the path. */
static int attempt(const char *path, struct exec_call *exec)
{
	char *judged = NULL;
	int err;

	err = enter(exec);
	if (!err)
		judged = read_shown(exec);
	hide_path(exec);
	if (err)
		return err;
	arch_set_nr(exec->call.nr);
	if (IS_ERR(judged)) {
		step_leave(PTR_ERR(judged));
		return PTR_ERR(judged);
	}
	do {
		err = exec_path(judged ?: path, exec->args);
	} while (begin_again(err, exec));
	kvfree(judged);
	if (err)
		step_leave(err);
	return err;
}

/* Make an attempt at a path that the search composed. */
static int attempt_found(const char *path, struct exec_args *args)
{
	struct exec_call exec = begin_call(args, 0);
	int err = show_path(&exec, path);

	return err ?: attempt(path, &exec);
}

int exec_search(const struct search *search, struct exec_args *args, s32 *index)
{
	struct exec_call own = begin_call(args, search->ufile);
	const char *at = search->path;
	bool denied = false;
	int err = -ENOENT;
	char *name;

	if (!search->path)
		return attempt(search->file, &own);
	name = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	*index = -1;
	while (at) {
		/* A path may have tens of thousands of directories. */
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
		++*index;
		err = search_next(search, &at, name) ?: attempt_found(name, args);
		if (!search_goes_on(err))
			break;
		denied |= err == -EACCES;
	}
	kfree(name);
	if (search_goes_on(err) && denied)
		err = -EACCES;
	return err;
}

/* Compare the judged path with the template's, which will be executed. */
static int check_shown(const struct template *tmpl, const struct exec_call *exec)
{
	char *judged = read_shown(exec);
	bool same;

	if (IS_ERR(judged))
		return PTR_ERR(judged);
	if (!judged)
		return 0;
	same = !strcmp(judged, tmpl->path);
	kvfree(judged);
	return same ? 0 : -EPERM;
}

/* Let the filters and the tracer judge execve(2) of the template's path. */
static int enter_template(const struct template *tmpl, const struct exec_call *exec)
{
	const unsigned long *args = exec->call.args;
	int err;

	err = step_ask_filters(&CALL_OF(execveat, -1, args[0], args[1], args[2], AT_EMPTY_PATH));
	if (!err)
		err = enter(exec);
	if (err)
		return err;
	err = check_shown(tmpl, exec);
	if (err)
		step_leave(err);
	return err;
}

static int exec_entered(const struct template *tmpl, const struct exec_call *exec, u32 *stage)
{
	int err, fd = NO_FD;

	err = ki_exec_check_nproc();
	if (err)
		return err;
	do {
		err = template_begin_exec(tmpl);
	} while (begin_again(err, exec));
	if (err)
		return err;
	do {
		if (fd == NO_FD && ki_can_make_bprm())
			err = exec_opened(tmpl, exec->args, stage);
		else
			err = exec_placed(tmpl, exec->args, &fd, stage);
	} while (begin_again(err, exec));
	template_end_exec(tmpl);
	return err;
}

int exec_template(const struct template *tmpl, struct exec_args *args, u32 *stage)
{
	struct exec_call exec = begin_call(args, 0);
	int err;

	err = show_path(&exec, tmpl->path);
	if (err)
		return err;
	err = enter_template(tmpl, &exec);
	hide_path(&exec);
	if (err)
		return err;
	/* Tracers and /proc/PID/syscall must show an ordinary execve(2). */
	arch_set_nr(exec.call.nr);
	err = exec_entered(tmpl, &exec, stage);
	/* A successful exec is left on the way to user mode, as always. */
	if (err)
		step_leave(err);
	return err;
}
