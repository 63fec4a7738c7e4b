// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * liboutspawn-posix.so: posix_spawn(3) of programs that know nothing of outspawn
 *
 * Preloaded, it takes the place of the C library's posix_spawn, posix_spawnp,
 * pidfd_spawn and pidfd_spawnp. What outspawn cannot do is done by the C
 * library's, with the same arguments, as long as no child has begun with it:
 *
 *  - there is no device, or the program may not open it;
 *  - the program has a seccomp filter, which may know posix_spawn's system calls
 *    and not those that outspawn asks it about;
 *  - the attributes, or the list of file actions, are not known to us;
 *  - the module refused before there was a child, whatever its error was.
 *
 * A step that failed in a child, or exec, is the call's own error and final.
 *
 * Programs build their lists by the C library's own functions, which stay: a
 * second list beside each of theirs, for which the builders would have to be
 * interposed too, would need a place that the types do not have, and be wrong for
 * every list that was made before we were there or by one who bypassed us.
 * posix_spawn_file_actions_init(3) alone is interposed, and calls the C library's.
 * It is a good moment to look how lists are laid out, which allocates memory:
 * posix_spawn(3) must not, because programs call it in signal handlers.
 *
 * One descriptor is kept, the device's, because to open and close it costs half
 * of what the smallest spawn saves (docs/posix.md). It works after fork, in threads and in other credentials.
 * The program does not know of it and may close it or put something else at its
 * number: it is looked at before each use, and never closed. Templates are not
 * kept: a spawn from one costs more than one by path (docs/posix.md).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/seccomp.h>

#include "posix.h"

typedef int spawn_function(int *, const char *, const posix_spawn_file_actions_t *,
			   const posix_spawnattr_t *, char *const[], char *const[]);

/* pid_t and a pidfd are both ints, so one type does for all. */
_Static_assert(_Generic((pid_t)0, int : 1, default : 0), "pid_t is no int");

/* A function of the C library's that we stand before. */
struct original {
	const char *name;
	const char *version; /* NULL: the one that programs are linked with today */
	_Atomic(void *) function;
};

static struct original originals[] = {
	{ .name = "posix_spawn" },
	{ .name = "posix_spawnp" },
	{ .name = "pidfd_spawn" },
	{ .name = "pidfd_spawnp" },
	{ .name = "posix_spawn", .version = "GLIBC_2.2.5" },
	{ .name = "posix_spawnp", .version = "GLIBC_2.2.5" },
	{ .name = "posix_spawn_file_actions_init" },
};
enum { SPAWN, SPAWNP, PIDFD_SPAWN, PIDFD_SPAWNP, OLD_SPAWN, OLD_SPAWNP, LIST_INIT };

/* The number from which on the device's is looked for: few programs choose one there. */
#define HIGH_FD 200

/* The device's descriptor, and what is found there as long as it is the device. */
static atomic_int kept = -1;
static _Atomic dev_t kept_rdev;

/* From the environment that the program began with. */
static bool disabled;
static const char *debug; /* "1": to stderr; else the path of a file */

static void *original_of(struct original *original)
{
	void *function = atomic_load(&original->function);

	if (function)
		return function;
	/* Two threads may look it up at once: they find the same. */
	if (original->version)
		function = dlvsym(RTLD_NEXT, original->name, original->version);
	else
		function = dlsym(RTLD_NEXT, original->name);
	atomic_store(&original->function, function);
	return function;
}

static bool is_set(const char *name)
{
	const char *word = secure_getenv(name);

	return word && *word && strcmp(word, "0");
}

__attribute__((constructor)) static void begin(void)
{
	const char *word = secure_getenv("OUTSPAWN_DEBUG");

	if (word && (*word == '/' || !strcmp(word, "1")))
		debug = strdup(word);
	disabled = is_set("OUTSPAWN_DISABLE");
	/* To be loaded costs a program more than some spawns save. */
	if (is_set("OUTSPAWN_ALONE"))
		unsetenv("LD_PRELOAD");
}

/* One line, in one write(2), so that those of many processes do not mix. */
static void say(const char *file, const char *who, const char *what)
{
	int saved = errno, fd = STDERR_FILENO, length, state;
	char line[512];

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	length = snprintf(line, sizeof(line), "outspawn: %s[%d]: %.200s: %s%s%s\n",
			  program_invocation_short_name, getpid(), file ? file : "(null)", who,
			  what ? ": " : "", what ? what : "");
	if (length >= (int)sizeof(line)) {
		length = sizeof(line) - 1;
		line[length - 1] = '\n';
	}
	if (*debug == '/')
		fd = open(debug, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
	/* There is nobody to tell that nobody can be told. */
	if (fd >= 0 && write(fd, line, length) < 0)
		length = 0;
	if (fd != STDERR_FILENO)
		close(fd);
	pthread_setcancelstate(state, NULL);
	errno = saved;
}

static bool is_device(int fd)
{
	struct stat now;

	return fd >= 0 && !fstat(fd, &now) && S_ISCHR(now.st_mode) &&
	       now.st_rdev == atomic_load(&kept_rdev);
}

/*
 * Opens the device at a high number; or at a lower one where the limit is low, but
 * never at one of the first three, which programs close and expect to get again.
 */
static int open_device(void)
{
	int low = outspawn_open(), high;

	if (low < 0)
		return -1;
	high = fcntl(low, F_DUPFD_CLOEXEC, HIGH_FD);
	if (high < 0)
		high = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	close(low);
	return high;
}

/*
 * The device, or -1. Not inlined: what it keeps on the stack is gone before the
 * spawn. Of two threads that open it at once one closes what it has
 * opened. A child of vfork(2) leaves its parent a number that is the device in the
 * child alone: the parent finds that it is not, and opens it for itself.
 */
static __attribute__((noinline)) int device(void)
{
	int old = atomic_load(&kept), fresh;
	struct stat opened;

	if (is_device(old))
		return old;
	fresh = open_device();
	if (fresh < 0 || fstat(fresh, &opened))
		return -1;
	atomic_store(&kept_rdev, opened.st_rdev);
	if (atomic_compare_exchange_strong(&kept, &old, fresh))
		return fresh;
	close(fresh);
	return is_device(old) ? old : -1;
}

static pid_t by_module(const struct posix_call *call, int *pidfd, const char **why)
{
	pid_t pid = -ENOSYS;
	int fd;

	if (disabled) {
		*why = "OUTSPAWN_DISABLE is set";
		return pid;
	}
	if (prctl(PR_GET_SECCOMP) != SECCOMP_MODE_DISABLED) {
		*why = "a seccomp filter";
		return pid;
	}
	fd = device();
	if (fd < 0)
		*why = "the device cannot be opened";
	else
		pid = outspawn_i_posix(fd, call, pidfd, why);
	return pid;
}

/* A call of one of the functions, and what came of it. */
struct attempt {
	struct posix_call call;
	struct original *original;
	int *out; /* the program's pid or pidfd, or NULL */
	bool want_pidfd;
	const char *why; /* the C library must do it; set before: it is not even tried */

	int error;
	spawn_function *libc; /* or NULL: it has none */
};

static void give(const struct attempt *attempt, int pid, int pidfd)
{
	if (attempt->out)
		*attempt->out = attempt->want_pidfd ? pidfd : pid;
	else if (attempt->want_pidfd)
		close(pidfd);
}

static void try(struct attempt *attempt)
{
	int pidfd = -1, state;
	pid_t pid;

	/* open(2) and close(2) are cancellation points. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	pid = by_module(&attempt->call, attempt->want_pidfd ? &pidfd : NULL, &attempt->why);
	if (pid >= 0)
		give(attempt, pid, pidfd);
	else
		attempt->error = -pid;
	pthread_setcancelstate(state, NULL);
}

/* All but the C library's own call. */
static void do_attempt(void *argument, const uint64_t *mask)
{
	struct attempt *attempt = argument;
	int saved = errno;

	attempt->call.mask = mask;
	if (!attempt->why)
		try(attempt);
	if (attempt->why) {
		attempt->libc = original_of(attempt->original);
		/* A C library that has no pidfd_spawn. */
		attempt->error = attempt->libc ? 0 : ENOSYS;
		if (debug)
			say(attempt->call.file, "libc", attempt->why);
	} else if (debug) {
		say(attempt->call.file, "module",
		    attempt->error ? strerrorname_np(attempt->error) : NULL);
	}
	/* glibc's child shares errno with its caller: programs read the error there. */
	errno = attempt->error ? attempt->error : saved;
}

/* What comes of a call: libc is the function that must do it, or NULL. */
struct outcome {
	spawn_function *libc;
	long error;
};

/*
 * Not inlined: all that it keeps on the stack is gone when the C library's function
 * runs, which may have no more room than it needs.
 */
static __attribute__((noinline)) struct outcome
spawn(const struct attempt *kind, int *out, const char *file,
      const posix_spawn_file_actions_t *list, const posix_spawnattr_t *attr, char *const argv[],
      char *const envp[])
{
	struct attempt attempt = *kind;

	attempt.out = out;
	attempt.call = (struct posix_call){ file, kind->call.search, list, attr, argv, envp };
	outspawn_i_with_stack(do_attempt, &attempt);
	return (struct outcome){ attempt.libc, attempt.error };
}

#define EXPORTED __attribute__((visibility("default")))

/*
 * The functions. What their names are outside is said below them. The C library's is
 * called with the program's own stack and signal mask.
 */
#define SPAWN_FUNCTION(name_, which, search_, pidfd_, why_)                                        \
	EXPORTED spawn_function name_;                                                             \
	int name_(int *out, const char *file, const posix_spawn_file_actions_t *list,              \
		  const posix_spawnattr_t *attr, char *const argv[], char *const envp[])           \
	{                                                                                          \
		static const struct attempt kind = {                                               \
			.call.search = search_,                                                    \
			.original = &originals[which],                                             \
			.want_pidfd = pidfd_,                                                      \
			.why = why_,                                                               \
		};                                                                                 \
		struct outcome outcome = spawn(&kind, out, file, list, attr, argv, envp);          \
                                                                                                   \
		if (outcome.libc)                                                                  \
			return outcome.libc(out, file, list, attr, argv, envp);                    \
		return outcome.error;                                                              \
	}
SPAWN_FUNCTION(dropin_posix_spawn, SPAWN, false, false, NULL)
SPAWN_FUNCTION(dropin_posix_spawnp, SPAWNP, true, false, NULL)
SPAWN_FUNCTION(dropin_pidfd_spawn, PIDFD_SPAWN, false, true, NULL)
SPAWN_FUNCTION(dropin_pidfd_spawnp, PIDFD_SPAWNP, true, true, NULL)

/* Those that programs of before 2012 are linked with: they run scripts without "#!", too. */
#define OLD_PROGRAM "an old program's posix_spawn"
SPAWN_FUNCTION(dropin_old_posix_spawn, OLD_SPAWN, false, false, OLD_PROGRAM)
SPAWN_FUNCTION(dropin_old_posix_spawnp, OLD_SPAWNP, true, false, OLD_PROGRAM)

EXPORTED int dropin_list_init(posix_spawn_file_actions_t *list);
int dropin_list_init(posix_spawn_file_actions_t *list)
{
	static atomic_bool looked;
	int (*init)(posix_spawn_file_actions_t *) = original_of(&originals[LIST_INIT]);
	int saved = errno;

	/* To look calls this function, too. */
	if (!disabled && !atomic_exchange(&looked, true))
		outspawn_i_list_known();
	errno = saved;
	return init(list);
}

__asm__(".symver dropin_posix_spawn, posix_spawn@@GLIBC_2.15");
__asm__(".symver dropin_posix_spawnp, posix_spawnp@@GLIBC_2.15");
__asm__(".symver dropin_pidfd_spawn, pidfd_spawn@@GLIBC_2.39");
__asm__(".symver dropin_pidfd_spawnp, pidfd_spawnp@@GLIBC_2.39");
__asm__(".symver dropin_old_posix_spawn, posix_spawn@GLIBC_2.2.5");
__asm__(".symver dropin_old_posix_spawnp, posix_spawnp@GLIBC_2.2.5");
__asm__(".symver dropin_list_init, posix_spawn_file_actions_init@@GLIBC_2.2.5");
