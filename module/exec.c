// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec.c - execute a template's file in the child
 *
 * What do_execveat_common() in fs/exec.c does, with strings that are in the
 * kernel already and a file that is open already.
 */
#include <linux/binfmts.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ptrace.h>
#include <linux/limits.h>
#include <linux/mman.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>
#include <linux/unistd.h>

#include "exec.h"
#include "fds.h"
#include "internals.h"
#include "search.h"
#include "step.h"
#include "strings.h"
#include "template.h"
#include "template_check.h"

/* bprm_stack_limits(): how far down the strings may reach. */
static int set_limits(struct linux_binprm *bprm)
{
	unsigned long limit = strings_limit(bprm->rlim_stack.rlim_cur);
	unsigned long pointers = (max(bprm->argc, 1) + bprm->envc) * sizeof(void *);

	if (limit <= pointers)
		return -E2BIG;
	bprm->argmin = bprm->p - (limit - pointers);
	return 0;
}

/* Name, environment, arguments, from high addresses to low ones. */
static int push_strings(struct linux_binprm *bprm, const struct exec_args *args)
{
	const struct strings *argv = &args->argv, *envp = &args->envp;
	int err;

	bprm->argc = argv->count;
	bprm->envc = envp->count;
	err = set_limits(bprm);
	if (err)
		return err;
	err = copy_string_kernel(bprm->filename, bprm);
	if (err)
		return err;
	bprm->exec = bprm->p;
	err = strings_push(envp, bprm) ?: strings_push(argv, bprm);
	if (err || bprm->argc)
		return err;
	/* Programs rely on there being an argv[0]: since 5.18 exec makes one. */
	bprm->argc = 1;
	return copy_string_kernel("", bprm);
}

/*
 * Fill in and execute what was allocated, or say why it was not. fd: as it was for
 * that, or -1 if the kernel opens the name.
 */
static int run_bprm(struct linux_binprm *bprm, int fd, struct filename *name,
		    const struct exec_args *args)
{
	int err;

	if (IS_ERR(bprm))
		return PTR_ERR(bprm);
	err = push_strings(bprm, args);
	if (!err) {
		/* Where to go on, exec says, not a tracer; if it fails for good: nowhere. */
		instruction_pointer_set(current_pt_regs(), 0);
		user_stack_pointer_set(current_pt_regs(), 0);
		err = fd < 0 ? ki_bprm_execve_path(bprm, name) : ki_bprm_execve(bprm, fd, name);
		/* A fatal signal is on its way; there is no program to return to. */
		if (err && bprm->point_of_no_return) {
			ki_audit_leave(err);
			err = 0;
		}
	}
	ki_free_bprm(bprm);
	return err;
}

static int exec_fd(const struct template *tmpl, int fd, const struct exec_args *args)
{
	struct filename *name = getname_kernel(tmpl->path);
	struct linux_binprm *bprm;
	int err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	bprm = ki_alloc_bprm(fd, name, tmpl->interpretable);
	if (!IS_ERR(bprm))
		ki_notify_exec(tmpl->file);
	err = run_bprm(bprm, fd, name, args);
	putname(name);
	/* The formats that want an interpreter say so, after exec's own checks. */
	return tmpl->refused && err == -ENOENT ? -ENOEXEC : err;
}

/*
 * In a mount namespace where the pinned file's mount is foreign, the program would
 * silently run with less privilege than by its path. So the child looks the path up,
 * and executes the same file there. Returns an O_PATH file, a reference.
 */
static struct file *find_again(const struct template *tmpl)
{
	struct file *file;
	struct path path;
	int err;

	err = template_find(tmpl, &path);
	if (err)
		return ERR_PTR(err);
	file = dentry_open(&path, O_PATH, current_cred());
	path_put(&path);
	return file;
}

/*
 * Place what is executed at a number: exec opens a file by number only. The number is
 * close-on-exec, so exec takes it away again; if it fails, the child ends anyway.
 * Meanwhile pidfd_getfd(2) can take it, too: but it is O_PATH, and cannot be read.
 */
static int place_program(const struct template *tmpl, u32 *stage)
{
	struct file *found;
	int fd;

	if (likely(!template_is_foreign(tmpl)))
		return fds_place_cloexec(tmpl->handle);
	*stage = SPAWN_TEMPLATE_STAGE_MOUNT;
	found = find_again(tmpl);
	if (IS_ERR(found))
		return PTR_ERR(found);
	*stage = SPAWN_TEMPLATE_STAGE_EXEC;
	fd = fds_place_cloexec(found);
	fput(found);
	return fd;
}

/*
 * A signal interrupted exec while it waited for the child's credentials, which a
 * tracer that attaches holds: nothing was done yet, and exec begins again.
 *
 * @upath: as the step was entered with
 */
static bool begin_again(int err, unsigned long upath, const struct exec_args *args)
{
	const unsigned long call[4] = { upath, args->uargv, args->uenvp, 0 };

	if (!err || !step_begin_again(err, __NR_execve, call))
		return false;
	/* A tracer's stop may have come between. */
	current_pt_regs()->orig_ax = __NR_execve;
	return true;
}

/* execve(2) of a path, but for its being entered and left. */
static int exec_path(const char *path, const struct exec_args *args)
{
	struct filename *name;
	int err;

	err = ki_exec_check_nproc();
	if (err)
		return err;
	/* Nothing else would say so of an empty one. */
	if (!path[0])
		return -ENOENT;
	name = getname_kernel(path);
	if (IS_ERR(name))
		return PTR_ERR(name);
	err = run_bprm(ki_alloc_bprm_path(name), -1, name, args);
	putname(name);
	return err;
}

/* Where those that judge an exec read its path, in the caller's memory. */
struct shown_path {
	unsigned long at; /* 0: nothing judges it */
	size_t mapped; /* bytes of a mapping of the child's own there, or 0 */
};

/*
 * If current is being killed, the mapping may stay: the kernel takes no lock of its
 * memory then. It is the caller's memory, and has no more than the path.
 */
static void hide_path(struct shown_path *shown)
{
	if (shown->mapped)
		vm_munmap(shown->at, shown->mapped);
	shown->mapped = 0;
}

/* Room for a path: what the caller lends if that suffices, otherwise a new mapping. */
static int find_room(size_t size, const struct exec_args *args, struct shown_path *shown)
{
	if (args->scratch && size <= args->scratch_size) {
		shown->at = (unsigned long)args->scratch;
		return 0;
	}
	shown->at = vm_mmap(NULL, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(shown->at))
		return shown->at;
	shown->mapped = PAGE_ALIGN(size);
	return 0;
}

/*
 * Write a path into the caller's memory for those that judge it. hide_path() must
 * follow a call that returned 0.
 */
static int show_path(const char *path, const struct exec_args *args, struct shown_path *shown)
{
	size_t size = strlen(path) + 1;
	int err;

	*shown = (struct shown_path) { };
	if (!args->late)
		return 0;
	err = find_room(size, args, shown);
	if (err)
		return err;
	if (!copy_to_user((void __user *)shown->at, path, size))
		return 0;
	hide_path(shown);
	return -EFAULT;
}

/* Enter execve(2), and, as it does, read its strings after it was judged. */
static int enter(unsigned long upath, struct exec_args *args)
{
	int err = step_enter(__NR_execve, upath, args->uargv, args->uenvp, 0, 0);

	if (err || !args->late)
		return err;
	err = exec_args_read(args);
	if (err)
		step_leave(err);
	return err;
}

/* What was judged as the path; to be freed by kvfree(). NULL if nothing judged it. */
static char *read_shown(const struct shown_path *shown, const struct exec_args *args)
{
	if (!args->late)
		return NULL;
	return strings_copy_one((const char __user *)shown->at, PATH_MAX, -ENAMETOOLONG);
}

/* One attempt, as the system call that it is. Hides the path. */
static int attempt(const char *path, struct shown_path *shown, struct exec_args *args)
{
	char *judged = NULL;
	int err;

	err = enter(shown->at, args);
	if (!err)
		judged = read_shown(shown, args);
	hide_path(shown);
	if (err)
		return err;
	current_pt_regs()->orig_ax = __NR_execve;
	if (IS_ERR(judged)) {
		step_leave(PTR_ERR(judged));
		return PTR_ERR(judged);
	}
	do {
		err = exec_path(judged ?: path, args);
	} while (begin_again(err, shown->at, args));
	kvfree(judged);
	if (err)
		step_leave(err);
	return err;
}

/* An attempt at a path that the search made up. */
static int attempt_found(const char *path, struct exec_args *args)
{
	struct shown_path shown;
	int err;

	err = show_path(path, args, &shown);
	return err ?: attempt(path, &shown, args);
}

int exec_search(const struct search *search, struct exec_args *args, s32 *index)
{
	struct shown_path own = { .at = search->ufile };
	const char *at = search->path;
	bool denied = false;
	int err = -ENOENT;
	char *name;

	if (!search->path)
		return attempt(search->file, &own, args);
	name = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	*index = -1;
	while (at) {
		/* A path may have tens of thousands. */
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

/* The template's path, as it was judged, must be the one that is executed. */
static int check_shown(const struct template *tmpl, const struct shown_path *shown,
		       const struct exec_args *args)
{
	char *judged = read_shown(shown, args);
	bool same;

	if (IS_ERR(judged))
		return PTR_ERR(judged);
	same = !judged || !strcmp(judged, tmpl->path);
	kvfree(judged);
	return same ? 0 : -EPERM;
}

static int exec_entered(const struct template *tmpl, unsigned long upath,
			const struct exec_args *args, u32 *stage)
{
	int err, fd = -1;

	err = ki_exec_check_nproc();
	if (err)
		return err;
	do {
		err = template_begin_exec(tmpl);
	} while (begin_again(err, upath, args));
	if (err)
		return err;
	do {
		if (fd < 0)
			fd = place_program(tmpl, stage);
		err = fd < 0 ? fd : exec_fd(tmpl, fd, args);
	} while (begin_again(err, upath, args));
	template_end_exec(tmpl);
	return err;
}

/* Let execve(2) of the template's path be judged. */
static int enter_template(const struct template *tmpl, struct exec_args *args,
			  const struct shown_path *shown)
{
	int err;

	err = step_ask_filters(__NR_execveat, -1, shown->at, args->uargv, args->uenvp,
			       AT_EMPTY_PATH);
	if (!err)
		err = enter(shown->at, args);
	if (err)
		return err;
	err = check_shown(tmpl, shown, args);
	if (err)
		step_leave(err);
	return err;
}

int exec_template(const struct template *tmpl, struct exec_args *args, u32 *stage)
{
	struct shown_path shown;
	int err;

	err = show_path(tmpl->path, args, &shown);
	if (err)
		return err;
	err = enter_template(tmpl, args, &shown);
	hide_path(&shown);
	if (err)
		return err;
	/* A tracer, and what reads /proc/PID/syscall, see an exec like any other. */
	current_pt_regs()->orig_ax = __NR_execve;
	err = exec_entered(tmpl, shown.at, args, stage);
	/* A successful exec is left on the way to user mode, like every other. */
	if (err)
		step_leave(err);
	return err;
}

int exec_args_read(struct exec_args *args)
{
	unsigned long room = strings_limit(rlimit(RLIMIT_STACK));
	int err;

	exec_args_free(args);
	err = strings_copy(&args->argv, u64_to_user_ptr(args->uargv), &room);
	return err ?: strings_copy(&args->envp, u64_to_user_ptr(args->uenvp), &room);
}

void exec_args_free(struct exec_args *args)
{
	strings_free(&args->argv);
	strings_free(&args->envp);
}
