// SPDX-License-Identifier: GPL-2.0-only
/*
 * actions.c - the set-up steps of a spawn
 */
#include <linux/close_range.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/unistd.h>

#include "actions.h"
#include "fds.h"
#include "internals.h"
#include "signals.h"
#include "step.h"
#include "syscalls.h"

/*
 * Which fields a type has: what it has not must be 0. A number that cannot be a
 * descriptor is EBADF when the action runs, as of the system call.
 */
static int check_fields(const struct spawn_template_action *a)
{
	switch (a->type) {
	case SPAWN_TEMPLATE_ACTION_CLOSE:
	case SPAWN_TEMPLATE_ACTION_FCHDIR:
		return a->flags || a->newfd || a->arg ? -EINVAL : 0;
	case SPAWN_TEMPLATE_ACTION_DUP2:
		if ((a->flags & ~O_CLOEXEC) || a->arg)
			return -EINVAL;
		return a->fd == a->newfd && a->flags ? -EINVAL : 0;
	case SPAWN_TEMPLATE_ACTION_OPEN:
		return a->flags || !a->arg ? -EINVAL : 0;
	case SPAWN_TEMPLATE_ACTION_CLOSE_RANGE:
		if (a->fd < 0 || a->newfd < -1 || a->arg)
			return -EINVAL;
		/* The table is the child's own already: nothing to unshare. */
		if (a->flags & ~(CLOSE_RANGE_CLOEXEC | CLOSE_RANGE_UNSHARE))
			return -EINVAL;
		return a->newfd != -1 && a->fd > a->newfd ? -EINVAL : 0;
	case SPAWN_TEMPLATE_ACTION_SIGMASK:
	case SPAWN_TEMPLATE_ACTION_SIGDEFAULT:
	case SPAWN_TEMPLATE_ACTION_SYSCALL:
		return a->fd || a->newfd || a->flags || !a->arg ? -EINVAL : 0;
	}
	return -EINVAL;
}

/*
 * What an OPEN opens. The caller's memory may change meanwhile: what comes out is
 * one terminated path.
 *
 * @upath: where the path stands
 */
static struct action_open *read_open(const void __user *arg, u64 upath)
{
	const struct spawn_template_open __user *uopen = arg;
	struct action_open *open;
	long size;

	size = strnlen_user(u64_to_user_ptr(upath), PATH_MAX);
	if (!size)
		return ERR_PTR(-EFAULT);
	if (size > PATH_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	open = kmalloc(struct_size(open, path, size), GFP_KERNEL_ACCOUNT);
	if (!open)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(&open->how, &uopen->how, sizeof(open->how)) ||
	    copy_from_user(open->path, u64_to_user_ptr(upath), size)) {
		kfree(open);
		return ERR_PTR(-EFAULT);
	}
	/* It may have changed since it was measured. */
	open->path[size - 1] = '\0';
	open->uarg = arg;
	open->upath = upath;
	return open;
}

static struct action_open *copy_open(const void __user *arg)
{
	const struct spawn_template_open __user *uopen = arg;
	u64 upath;

	if (copy_from_user(&upath, &uopen->path, sizeof(upath)))
		return ERR_PTR(-EFAULT);
	return read_open(arg, upath);
}

/* The set of signals at to->usigset. */
static int read_set(struct action *to)
{
	if (copy_from_user(&to->set, u64_to_user_ptr(to->usigset), sizeof(to->set)))
		return -EFAULT;
	sigdelsetmask(&to->set, sigmask(SIGKILL) | sigmask(SIGSTOP));
	return 0;
}

static int copy_set(struct action *to, const void __user *arg)
{
	struct spawn_template_sigset uset;

	if (copy_from_user(&uset, arg, sizeof(uset)))
		return -EFAULT;
	if (uset.sigsetsize != sizeof(to->set))
		return -EINVAL;
	to->usigset = uset.sigset;
	return read_set(to);
}

/* Sets to->fd and to->file as for an action of that descriptor. */
static int copy_call(struct action *to, const void __user *arg, struct actions *all)
{
	struct spawn_template_syscall ucall;
	struct syscall_traits traits;
	struct action_call *call;
	int err, i;

	if (copy_from_user(&ucall, arg, sizeof(ucall)))
		return -EFAULT;
	err = syscalls_check(&ucall, &traits);
	if (err)
		return err;
	call = kmalloc(sizeof(*call), GFP_KERNEL_ACCOUNT);
	if (!call)
		return -ENOMEM;
	call->nr = ucall.nr;
	call->lent = traits.lent >= 0;
	for (i = 0; i < ARRAY_SIZE(call->args); i++)
		call->args[i] = ucall.args[i];
	to->call = call;
	if (call->lent) {
		to->fd = call->args[traits.lent];
		to->file = fget_raw(to->fd);
	}
	all->memory |= traits.memory;
	all->user |= traits.user;
	return 0;
}

/*
 * Turn a checked action into ours; to->file stays NULL on failure.
 *
 * @all: what is known of all of them is added to
 */
static int copy_action(struct action *to, const struct spawn_template_action *from,
		       struct actions *all)
{
	const void __user *arg = u64_to_user_ptr(from->arg);
	struct action_open *open;
	struct file *file;

	to->type = from->type;
	to->flags = from->flags;
	to->fd = from->fd;
	to->newfd = from->newfd;
	switch (from->type) {
	case SPAWN_TEMPLATE_ACTION_CLOSE:
		file = fget_raw(from->fd);
		to->existed = file;
		if (file)
			fput(file);
		return 0;
	case SPAWN_TEMPLATE_ACTION_DUP2:
	case SPAWN_TEMPLATE_ACTION_FCHDIR:
		to->file = fget_raw(from->fd);
		return 0;
	case SPAWN_TEMPLATE_ACTION_OPEN:
		open = copy_open(arg);
		if (IS_ERR(open))
			return PTR_ERR(open);
		to->open = open;
		to->file = from->fd == AT_FDCWD ? NULL : fget_raw(from->fd);
		return 0;
	case SPAWN_TEMPLATE_ACTION_SIGMASK:
	case SPAWN_TEMPLATE_ACTION_SIGDEFAULT:
		return copy_set(to, arg);
	case SPAWN_TEMPLATE_ACTION_SYSCALL:
		return copy_call(to, arg, all);
	}
	return 0;
}

int actions_copy(struct actions *out, const struct spawn_template_action __user *list, u64 count,
		 s32 *failed)
{
	int err;
	u32 i;

	*out = (struct actions) {};
	if (!count)
		return 0;
	if (count > SPAWN_TEMPLATE_MAX_ACTIONS)
		return -E2BIG;
	out->list = kcalloc(count, sizeof(*out->list), GFP_KERNEL_ACCOUNT);
	if (!out->list)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		struct spawn_template_action action;

		/* Counted before it is complete: actions_free() takes it so. */
		out->count = i + 1;
		*failed = i;
		err = -EFAULT;
		if (copy_from_user(&action, &list[i], sizeof(action)))
			goto fail;
		err = check_fields(&action);
		if (!err)
			err = copy_action(&out->list[i], &action, out);
		if (err)
			goto fail;
	}
	*failed = -1;
	return 0;

fail:
	actions_free(out);
	return err;
}

/* Which of them hold a descriptor of the caller's. */
static bool has_file(u32 type)
{
	switch (type) {
	case SPAWN_TEMPLATE_ACTION_DUP2:
	case SPAWN_TEMPLATE_ACTION_FCHDIR:
	case SPAWN_TEMPLATE_ACTION_OPEN:
	case SPAWN_TEMPLATE_ACTION_SYSCALL:
		return true;
	}
	return false;
}

void actions_free(struct actions *actions)
{
	u32 i;

	for (i = 0; i < actions->count; i++) {
		struct action *a = &actions->list[i];

		if (has_file(a->type) && a->file)
			fput(a->file);
		if (a->type == SPAWN_TEMPLATE_ACTION_OPEN)
			kfree(a->open);
		if (a->type == SPAWN_TEMPLATE_ACTION_SYSCALL)
			kfree(a->call);
	}
	kfree(actions->list);
	*actions = (struct actions) {};
}

/* Did one of the first n actions close number fd? */
static bool closed_before(const struct actions *actions, u32 n, int fd)
{
	u32 i;

	for (i = 0; i < n; i++) {
		const struct action *a = &actions->list[i];

		if (a->type == SPAWN_TEMPLATE_ACTION_CLOSE && a->fd == fd)
			return true;
		if (a->type == SPAWN_TEMPLATE_ACTION_CLOSE_RANGE &&
		    !(a->flags & CLOSE_RANGE_CLOEXEC) && a->fd <= fd &&
		    (a->newfd == -1 || a->newfd >= fd))
			return true;
	}
	return false;
}

/*
 * What action n means by its fd: the child's descriptor, else the caller's
 * unless an action closed that number. A reference, or NULL.
 */
static struct file *file_of(const struct actions *actions, u32 n)
{
	const struct action *a = &actions->list[n];
	struct file *file = fget_raw(a->fd);

	if (file)
		return file;
	if (!a->file || closed_before(actions, n, a->fd))
		return NULL;
	return get_file(a->file);
}

static int run_close(const struct actions *actions, u32 n)
{
	const struct action *a = &actions->list[n];
	struct file *file = fget_raw(a->fd);

	if (file) {
		fput(file);
		return close_fd(a->fd);
	}
	return a->existed && !closed_before(actions, n, a->fd) ? 0 : -EBADF;
}

static int run_dup2(const struct actions *actions, u32 n)
{
	const struct action *a = &actions->list[n];
	struct file *file = file_of(actions, n);
	int err;

	if (!file)
		return -EBADF;
	err = ki_replace_fd(a->newfd, file, a->flags);
	fput(file);
	return err;
}

static int run_fchdir(const struct actions *actions, u32 n)
{
	struct file *file = file_of(actions, n);
	int err = -ENOTDIR;

	if (!file)
		return -EBADF;
	if (d_can_lookup(file->f_path.dentry)) {
		err = file_permission(file, MAY_EXEC | MAY_CHDIR);
		if (!err)
			ki_set_pwd(&file->f_path);
	}
	fput(file);
	return err;
}

/* Open a path that starts at number dfd of the child's table, or AT_FDCWD. */
static struct file *open_at(int dfd, const struct action_open *open)
{
	struct filename *name;
	struct file *file;

	/*
	 * An empty path names nothing, as of every openat2(2) before 7.3; there O_EMPTYPATH
	 * gives it a meaning, for who does the call as a SYSCALL action.
	 */
	if (!open->path[0])
		return ERR_PTR(-ENOENT);
	name = getname_kernel(open->path);
	if (IS_ERR(name))
		return ERR_CAST(name);
	file = ki_open(dfd, name, &open->how);
	putname(name);
	return file;
}

/* Give the directory a number for as long as the look-up needs one. */
static struct file *open_below(struct file *dir, const struct action_open *open)
{
	int dfd = fds_place_cloexec(dir);
	struct file *file;

	if (dfd < 0)
		return ERR_PTR(dfd);
	file = open_at(dfd, open);
	close_fd(dfd);
	return file;
}

/* An absolute path asks for no directory, unless it is to stay inside one. */
static bool needs_directory(const struct action *a)
{
	if (a->fd == AT_FDCWD)
		return false;
	return a->open->path[0] != '/' ||
	       (a->open->how.resolve & (RESOLVE_IN_ROOT | RESOLVE_BENEATH));
}

/* Of openat2(2), as which it is entered. */
static void open_args(const struct action *a, unsigned long args[4])
{
	args[0] = a->fd;
	args[1] = a->open->upath;
	args[2] = (unsigned long)a->open->uarg + offsetof(struct spawn_template_open, how);
	args[3] = sizeof(a->open->how);
}

static int run_open(const struct actions *actions, u32 n)
{
	const struct action *a = &actions->list[n];
	struct file *file, *dir = NULL;
	unsigned long args[4];
	int err;

	/* Before anything is created for a number that it cannot have. */
	if (a->newfd < 0 || a->newfd >= rlimit(RLIMIT_NOFILE))
		return -EBADF;
	if (needs_directory(a)) {
		dir = file_of(actions, n);
		if (!dir)
			return -EBADF;
	}
	open_args(a, args);
	do {
		file = dir ? open_below(dir, a->open) : open_at(AT_FDCWD, a->open);
	} while (IS_ERR(file) && step_begin_again(PTR_ERR(file), __NR_openat2, args));
	if (dir)
		fput(dir);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = ki_replace_fd(a->newfd, file, a->open->how.flags & O_CLOEXEC);
	fput(file);
	return err;
}

/*
 * The child's descriptor, or the caller's, which is lent for the call: *number is
 * where it stands meanwhile, for close_fd(), or -1 if nothing was lent.
 */
static int lend(const struct actions *actions, u32 n, int *number)
{
	const struct action *a = &actions->list[n];
	struct file *file;

	*number = -1;
	file = fget_raw(a->fd);
	if (file) {
		fput(file);
		return 0;
	}
	file = file_of(actions, n);
	if (!file)
		return 0; /* none, or no descriptor at all: the call says what it thinks of that */
	*number = fds_place_cloexec_at(a->fd, file);
	fput(file);
	return min(*number, 0);
}

/* A child that was killed must not wait for a page: no second SIGKILL would end that. */
static int clear_spare(s32 __user *spare)
{
	const s32 zero = 0;

	if (signals_dying())
		return copy_to_user_nofault(spare, &zero, sizeof(zero)) ? -EFAULT : 0;
	return put_user(zero, spare);
}

static long run_call(const struct actions *actions, u32 n)
{
	const struct action_call *call = actions->list[n].call;
	unsigned long args[6];
	int number = -1;
	long ret;

	memcpy(args, call->args, sizeof(args));
	ret = call->lent ? lend(actions, n, &number) : 0;
	if (!ret)
		ret = syscalls_prepare(call->nr, args, actions->spare);
	if (!ret)
		ret = step_do(call->nr, args);
	if (args[2] != call->args[2] && clear_spare(actions->spare) && !ret)
		ret = -EFAULT;
	if (number >= 0)
		close_fd(number);
	return ret;
}

/* exec makes handlers default by itself; what it keeps is SIG_IGN. */
static void run_sigdefault(sigset_t set)
{
	struct sighand_struct *sighand = rcu_dereference_raw(current->sighand);
	int sig;

	spin_lock_irq(&sighand->siglock);
	for (sig = 1; sig <= _NSIG; sig++)
		if (sigismember(&set, sig))
			sighand->action[sig - 1].sa.sa_handler = SIG_DFL;
	spin_unlock_irq(&sighand->siglock);
}

/* One rt_sigaction(2) for each signal of the set; the last is left as an action is. */
static int enter_sigdefault(const struct action *a)
{
	sigset_t set = a->set;
	int sig, err = 0;
	bool entered = false;

	for (sig = 1; sig <= _NSIG && !err; sig++) {
		if (!sigismember(&set, sig))
			continue;
		if (entered)
			step_leave(0);
		err = step_enter(__NR_rt_sigaction, sig, a->usigset, 0, sizeof(set), 0);
		entered = true;
	}
	return err;
}

/* Enter the system call that an action stands for. */
static int enter_action(const struct action *a)
{
	unsigned long args[4];

	switch (a->type) {
	case SPAWN_TEMPLATE_ACTION_CLOSE:
		return step_enter(__NR_close, a->fd, 0, 0, 0, 0);
	case SPAWN_TEMPLATE_ACTION_DUP2:
		if (a->fd == a->newfd)
			return step_enter(__NR_fcntl, a->fd, F_SETFD, 0, 0, 0);
		return step_enter(__NR_dup3, a->fd, a->newfd, a->flags, 0, 0);
	case SPAWN_TEMPLATE_ACTION_FCHDIR:
		return step_enter(__NR_fchdir, a->fd, 0, 0, 0, 0);
	case SPAWN_TEMPLATE_ACTION_OPEN:
		open_args(a, args);
		return step_enter(__NR_openat2, args[0], args[1], args[2], args[3], 0);
	case SPAWN_TEMPLATE_ACTION_CLOSE_RANGE:
		return step_enter(__NR_close_range, a->fd, (u32)a->newfd, a->flags, 0, 0);
	case SPAWN_TEMPLATE_ACTION_SIGMASK:
		return step_enter(__NR_rt_sigprocmask, SIG_SETMASK, a->usigset, 0,
				   sizeof(a->set), 0);
	case SPAWN_TEMPLATE_ACTION_SIGDEFAULT:
		return enter_sigdefault(a);
	case SPAWN_TEMPLATE_ACTION_SYSCALL:
		/* None that is taken has a sixth argument. */
		return step_enter(a->call->nr, a->call->args[0], a->call->args[1], a->call->args[2],
				  a->call->args[3], a->call->args[4]);
	}
	return -EINVAL;
}

/* What the call returns that an action stands for, when it succeeds. */
static int call_result(const struct action *a)
{
	switch (a->type) {
	case SPAWN_TEMPLATE_ACTION_DUP2:
		return a->fd == a->newfd ? 0 : a->newfd;
	case SPAWN_TEMPLATE_ACTION_OPEN:
		return a->newfd;
	}
	return 0;
}

static long run_action(const struct actions *actions, u32 n, sigset_t *mask)
{
	const struct action *a = &actions->list[n];

	switch (a->type) {
	case SPAWN_TEMPLATE_ACTION_CLOSE:
		return run_close(actions, n);
	case SPAWN_TEMPLATE_ACTION_DUP2:
		return run_dup2(actions, n);
	case SPAWN_TEMPLATE_ACTION_FCHDIR:
		return run_fchdir(actions, n);
	case SPAWN_TEMPLATE_ACTION_OPEN:
		return run_open(actions, n);
	case SPAWN_TEMPLATE_ACTION_CLOSE_RANGE:
		return fds_close_range(a->fd, a->newfd == -1 ? UINT_MAX : a->newfd,
				       a->flags & CLOSE_RANGE_CLOEXEC);
	case SPAWN_TEMPLATE_ACTION_SIGMASK:
		*mask = a->set;
		return 0;
	case SPAWN_TEMPLATE_ACTION_SIGDEFAULT:
		run_sigdefault(a->set);
		return 0;
	case SPAWN_TEMPLATE_ACTION_SYSCALL:
		return run_call(actions, n);
	}
	WARN_ON_ONCE(1);
	return -EINVAL;
}

/*
 * Read what an action points to again, after the action was entered: what a tracer
 * or a supervisor saw there is what must be used. SYSCALL's call does so itself.
 * SIGDEFAULT's signals were judged by number.
 */
static int read_again(struct action *a)
{
	struct action_open *open;

	switch (a->type) {
	case SPAWN_TEMPLATE_ACTION_OPEN:
		open = read_open(a->open->uarg, a->open->upath);
		if (IS_ERR(open))
			return PTR_ERR(open);
		kfree(a->open);
		a->open = open;
		return 0;
	case SPAWN_TEMPLATE_ACTION_SIGMASK:
		return read_set(a);
	}
	return 0;
}

/* Return: as actions_run(). */
static int run_step(struct actions *actions, u32 n, sigset_t *mask)
{
	struct action *a = &actions->list[n];
	long ret = enter_action(a);

	if (ret)
		return ret;
	if (actions->late)
		ret = read_again(a);
	if (!ret)
		ret = run_action(actions, n, mask);
	step_leave(ret ?: call_result(a));
	/* A system call's number is its own business. */
	return IS_ERR_VALUE(ret) ? ret : 0;
}

int actions_run(struct actions *actions, sigset_t *mask, s32 *failed)
{
	u32 i;

	for (i = 0; i < actions->count; i++) {
		int err = run_step(actions, i, mask);

		if (err) {
			*failed = i;
			return err;
		}
	}
	return 0;
}
