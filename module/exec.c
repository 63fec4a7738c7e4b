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
#include <linux/sched/task_stack.h>
#include <linux/unistd.h>

#include "exec.h"
#include "fds.h"
#include "internals.h"
#include "search.h"
#include "step.h"
#include "strings.h"
#include "template.h"

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
static int push_strings(struct linux_binprm *bprm, const struct strings *argv,
			const struct strings *envp)
{
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
		    const struct strings *argv, const struct strings *envp)
{
	int err;

	if (IS_ERR(bprm))
		return PTR_ERR(bprm);
	err = push_strings(bprm, argv, envp);
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

static int exec_fd(const struct template *tmpl, int fd, const struct strings *argv,
		   const struct strings *envp)
{
	struct filename *name = getname_kernel(tmpl->path);
	struct linux_binprm *bprm;
	int err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	bprm = ki_alloc_bprm(fd, name, tmpl->reachable);
	if (!IS_ERR(bprm))
		ki_notify_exec(tmpl->file);
	err = run_bprm(bprm, fd, name, argv, envp);
	putname(name);
	return err;
}

/*
 * A signal came while exec waited for who has the child's credentials in hold, a tracer
 * that attaches: nothing was done yet, and it begins again.
 */
static bool begin_again(int err, unsigned long uargv, unsigned long uenvp)
{
	const unsigned long args[4] = { 0, uargv, uenvp, 0 };

	if (!err || !step_begin_again(err, __NR_execve, args))
		return false;
	/* A tracer's stop may have come between. */
	current_pt_regs()->orig_ax = __NR_execve;
	return true;
}

/* execve(2) of a path, but for its being entered and left. */
static int exec_path(const char *path, const struct strings *argv, const struct strings *envp)
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
	err = run_bprm(ki_alloc_bprm_path(name), -1, name, argv, envp);
	putname(name);
	return err;
}

/* One attempt, as the system call that it is. */
static int attempt(const char *path, const struct strings *argv, const struct strings *envp,
		   unsigned long uargv, unsigned long uenvp)
{
	int err = step_enter(__NR_execve, 0, uargv, uenvp, 0, 0);

	if (err)
		return err;
	current_pt_regs()->orig_ax = __NR_execve;
	do {
		err = exec_path(path, argv, envp);
	} while (begin_again(err, uargv, uenvp));
	if (err)
		step_leave(err);
	return err;
}

int exec_search(const struct search *search, const struct strings *argv,
		const struct strings *envp, unsigned long uargv, unsigned long uenvp, s32 *index)
{
	const char *at = search->path;
	bool denied = false;
	int err = -ENOENT;
	char *name;

	if (!search->path)
		return attempt(search->file, argv, envp, uargv, uenvp);
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
		err = search_next(search, &at, name);
		if (!err)
			err = attempt(name, argv, envp, uargv, uenvp);
		if (!search_goes_on(err))
			break;
		denied |= err == -EACCES;
	}
	kfree(name);
	if (search_goes_on(err) && denied)
		err = -EACCES;
	return err;
}

int exec_enter(unsigned long uargv, unsigned long uenvp)
{
	int err;

	/* The paths are the template's: they stand nowhere in the caller's memory. */
	err = step_ask_filters(__NR_execveat, -1, 0, uargv, uenvp, AT_EMPTY_PATH);
	return err ?: step_enter(__NR_execve, 0, uargv, uenvp, 0, 0);
}

int exec_template(const struct template *tmpl, const struct strings *argv,
		  const struct strings *envp, unsigned long uargv, unsigned long uenvp)
{
	int err, fd;

	/* A tracer, and what reads /proc/PID/syscall, see an exec like any other. */
	current_pt_regs()->orig_ax = __NR_execve;
	err = ki_exec_check_nproc();
	if (err)
		goto out;
	/*
	 * exec opens a file by number only. The number is close-on-exec, so
	 * exec takes it away again; if it fails, the child ends anyway. Meanwhile
	 * pidfd_getfd(2) can take it, too: but it is O_PATH, and cannot be read.
	 */
	fd = fds_place_anywhere(tmpl->handle);
	do {
		err = fd < 0 ? fd : exec_fd(tmpl, fd, argv, envp);
	} while (begin_again(err, uargv, uenvp));
out:
	/* A successful exec is left on the way to user mode, like every other. */
	if (err)
		step_leave(err);
	return err;
}
