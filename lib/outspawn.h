/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * outspawn.h - start programs from templates, without fork
 *
 * A thin layer over the ioctls of /dev/spawn_template (spawn_template.h, and
 * spawn_template(4)). It keeps no state: descriptors are plain ints that the
 * caller closes with close(2), and every function may be called from any
 * thread. The only memory it allocates belongs to a struct outspawn_actions.
 *
 * Functions return 0 or a value that is not negative, or -errno; they leave
 * errno itself unspecified. None of them restarts after EINTR.
 *
 *	int dev = outspawn_open();
 *	int tmpl = outspawn_template(dev, "/usr/bin/rg");
 *	char *argv[] = { "rg", "-n", "main", NULL };
 *	int pidfd;
 *	pid_t pid = outspawn_spawn(tmpl, argv, environ, NULL, 0, &pidfd, NULL);
 */
#ifndef OUTSPAWN_H
#define OUTSPAWN_H

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include <linux/openat2.h>

#include "spawn_template.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/*
 * outspawn_open() - open /dev/spawn_template
 *
 * Return: a close-on-exec descriptor that the caller closes; or open(2)'s
 * error: -ENOENT if the module is not loaded (or nothing made the device
 * node), -EACCES without permission for the device.
 *
 * Templates outlive it: it may be closed once they are made.
 */
int outspawn_open(void);

/*
 * outspawn_info() - ask the module what it is and what it can do
 * @fd: from outspawn_open(), or a template
 * @info: filled in; unknown to an older module: 0
 *
 * Return: 0; -EBADF; -ENOTTY if fd is neither; -EFAULT.
 */
int outspawn_info(int fd, struct spawn_template_info *info);

/*
 * outspawn_template() - pin the executable at a path
 * @dev: from outspawn_open()
 * @path: absolute; symbolic links are followed now. Not kept.
 *
 * The template is tied to the credentials of the caller, and goes stale when
 * the file changes or the path comes to name another one. While it is open
 * the file cannot be opened for writing (ETXTBSY).
 *
 * Return: a close-on-exec template fd that the caller closes; or
 *  -EINVAL   path is NULL or not absolute
 *  -EACCES   no execute permission, not a regular file, a noexec mount
 *  -ETXTBSY  the file is open for writing
 *  -ENOEXEC  not ELF (a script, say), another machine's, or malformed
 *  -EBADF, -ENOTTY   dev is not the device
 *  -EMFILE, -ENFILE, -ENOMEM, -EFAULT, and what open(2) gives for the path.
 */
int outspawn_template(int dev, const char *path);

/*
 * outspawn_template_fd() - pin the executable behind a descriptor
 * @dev: from outspawn_open()
 * @execfd: the executable; opened with O_PATH will do. Stays the caller's,
 *	who may close it afterwards.
 *
 * As outspawn_template(), but there is no path that could come to name
 * another file: only a change of the file itself makes the template stale.
 *
 * Return: as outspawn_template(); -EBADF also if execfd is not a descriptor.
 */
int outspawn_template_fd(int dev, int execfd);

/*
 * outspawn_query() - ask what a template pins
 * @tmpl: a template fd
 * @query: filled in; query->stale is 0, or the (positive) errno that a spawn
 *	would fail with now
 *
 * Return: 0; -EBADF; -ENOTTY if tmpl is not a template; -EFAULT.
 */
int outspawn_query(int tmpl, struct spawn_template_query *query);

/*
 * struct outspawn_actions - the steps that set a child up, in order
 *
 * The caller provides it, on the stack or anywhere; outspawn_actions_init()
 * comes first and outspawn_actions_destroy() last. Treat the members as
 * private. A list may be used for any number of spawns, by several threads
 * at once as long as none adds to it.
 */
struct outspawn_actions {
	struct spawn_template_action *array; /* as the kernel reads it */
	unsigned int count;
	unsigned int capacity; /* of array, in actions */
};

/* outspawn_actions_init() - make an empty list. Cannot fail. */
void outspawn_actions_init(struct outspawn_actions *a);

/*
 * outspawn_actions_destroy() - free the list's memory, with the copies of
 * paths and signal sets. The list is empty afterwards and may be used again.
 */
void outspawn_actions_destroy(struct outspawn_actions *a);

/*
 * The adders below append one action. What each does, and the errors it can
 * end a spawn with, is said in spawn_template.h and outspawn_actions_init(3);
 * in short: a number means the child's descriptor of that number if it has
 * one, else the caller's, whether close-on-exec or not. Paths and sets are
 * copied; descriptors are not: they are looked up at each spawn.
 *
 * Return: 0, and the action's index is the number of those added before; or,
 * with the list as it was:
 *  -ENOMEM  no memory
 *  -E2BIG   the list has SPAWN_TEMPLATE_MAX_ACTIONS already
 *  -EBADF   a negative descriptor
 *  -EINVAL  other arguments that no spawn could take
 */

/* outspawn_actions_close() - close fd, as close(2) */
int outspawn_actions_close(struct outspawn_actions *a, int fd);

/*
 * outspawn_actions_dup2() - make newfd a copy of fd, as dup2(2). With
 * fd == newfd: the child has the descriptor, with close-on-exec off (as
 * posix_spawn_file_actions_adddup2() of POSIX.1-2024 has it).
 */
int outspawn_actions_dup2(struct outspawn_actions *a, int fd, int newfd);

/*
 * outspawn_actions_dup3() - as dup2, with flags 0 or O_CLOEXEC. -EINVAL:
 * other flags, or O_CLOEXEC with fd == newfd.
 */
int outspawn_actions_dup3(struct outspawn_actions *a, int fd, int newfd, int flags);

/* outspawn_actions_fchdir() - change the working directory, as fchdir(2) */
int outspawn_actions_fchdir(struct outspawn_actions *a, int fd);

/*
 * outspawn_actions_open() - open a file at the number newfd
 * @path: a relative one starts at the child's working directory, which an
 *	earlier fchdir action may have changed
 * @flags, @mode: of open(2); the child's umask applies to mode
 *
 * -EINVAL: path is NULL. -ENAMETOOLONG: PATH_MAX bytes or more.
 */
int outspawn_actions_open(struct outspawn_actions *a, int newfd, const char *path, int flags,
			  mode_t mode);

/*
 * outspawn_actions_openat2() - as open, with openat2(2)'s arguments
 * @dirfd: where a relative path starts; or AT_FDCWD
 * @how: copied, and checked by the kernel at the spawn
 *
 * -EINVAL: path or how is NULL. -ENAMETOOLONG: PATH_MAX bytes or more.
 */
int outspawn_actions_openat2(struct outspawn_actions *a, int newfd, int dirfd, const char *path,
			     const struct open_how *how);

/*
 * outspawn_actions_close_range() - close first to last, both included, as
 * close_range(2)
 * @last: ~0U for no end
 * @flags: 0, or CLOSE_RANGE_CLOEXEC to make those that the child has
 *	close-on-exec instead
 *
 * -EINVAL: other flags, or first > last.
 */
int outspawn_actions_close_range(struct outspawn_actions *a, unsigned int first, unsigned int last,
				 unsigned int flags);

/*
 * outspawn_actions_sigmask() - the signal mask that the program starts with;
 * without it, the caller's. -EINVAL: set is NULL.
 */
int outspawn_actions_sigmask(struct outspawn_actions *a, const sigset_t *set);

/*
 * outspawn_actions_sigdefault() - signals of the set that the caller ignores
 * get their default action. (Those it handles get it anyway, by exec.)
 * -EINVAL: set is NULL.
 */
int outspawn_actions_sigdefault(struct outspawn_actions *a, const sigset_t *set);

/*
 * outspawn_spawn(), flags: the child has every descriptor of the caller's
 * that is not close-on-exec. Without it: the caller's 0, 1 and 2 (those that
 * are not close-on-exec) and what the actions placed.
 */
#define OUTSPAWN_INHERIT_FDS 1U

/* How a spawn ended: the kernel's struct under the library's name. */
#define outspawn_result spawn_template_result

/*
 * outspawn_spawn() - start the program of a template
 * @tmpl: a template fd
 * @argv: ends with NULL
 * @envp: ends with NULL. As with execve(2), NULL is an empty environment:
 *	pass environ(7) for the caller's own.
 * @actions: steps of set-up that run in the child; or NULL
 * @flags: 0 or OUTSPAWN_INHERIT_FDS
 * @pidfd: if not NULL, set to a close-on-exec pidfd that the caller closes;
 *	to -1 after a failure
 * @result: if not NULL, says after a failure which step it was, for
 *	outspawn_strerror(); filled in always, even if the kernel could not
 *
 * Returns once exec has replaced the child's memory, as vfork(2) does. The
 * child is then a child of the caller like any other: wait for it. After a
 * failure there is no child, nothing to wait for and no SIGCHLD. Descriptors,
 * credentials and the rest are as execve(2) after vfork(2) leaves them, but
 * for the descriptors (see flags).
 *
 * Return: the child's pid; or
 *  -ESTALE   the file changed, or its path names another: make a new template
 *  -EACCES   the caller's credentials are not those that made the template;
 *	      or an action's or exec's (result->stage says which)
 *  -EINVAL, -EFAULT, -E2BIG   arguments
 *  -EAGAIN, -ENOMEM, -EMFILE  as fork(2) and pidfd_open(2) give them
 *  -EBADF, -ENOTTY   tmpl is not a template
 *  and the error of the action, or of execve(2), that failed.
 */
pid_t outspawn_spawn(int tmpl, char *const argv[], char *const envp[],
		     const struct outspawn_actions *actions, unsigned int flags, int *pidfd,
		     struct outspawn_result *result);

/*
 * outspawn_strerror() - say in words how a spawn failed
 * @result: of outspawn_spawn()
 * @actions: those of that spawn, to say more about the one that failed; or NULL
 * @path: of the program, for messages; or NULL
 * @buf, @size: receive the message, cut to size bytes with its NUL
 *
 * The errno's words are those of strerror(3) in the current locale.
 *
 * Return: buf.
 */
char *outspawn_strerror(const struct outspawn_result *result,
			const struct outspawn_actions *actions, const char *path, char *buf,
			size_t size);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* OUTSPAWN_H */
