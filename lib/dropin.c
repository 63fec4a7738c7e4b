// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * liboutspawn-posix.so: posix_spawn(3) of any program, by outspawn
 *
 * A preloaded library. Its posix_spawn, posix_spawnp, pidfd_spawn and
 * pidfd_spawnp take the place of the C library's functions. In these cases they
 * call the C library's function, with the same arguments. No child has run any
 * step then:
 *
 *  - there is no device, or the program may not open it;
 *  - the program has a seccomp filter. The filter may allow posix_spawn(3)'s
 *    system calls and deny those that outspawn asks it about;
 *  - an attribute, or the layout of the list of file actions, is not known;
 *  - the child gets so many descriptors that libc is faster;
 *  - the module refused before a child existed, with any error.
 *
 * If an action or exec fails in the child, its error is the call's error.
 *
 * Programs build their lists with the C library's functions, and outspawn reads
 * these lists (posix_glibc.c). It does not interpose the functions to keep a
 * list of its own: the types have no room for a pointer to it, and it would
 * miss every list that was made before this library was loaded, or without its
 * functions.
 *
 * posix_spawn_file_actions_init(3) is interposed and calls the C library's. It
 * is the moment to check the layout of lists, because the check allocates
 * memory. posix_spawn(3) must not allocate, because programs call it in signal
 * handlers.
 *
 * A child gets an environment without LD_PRELOAD: to load this library costs a
 * dynamic program more than several spawns save (docs/posix.md), and few
 * children spawn. fork(2) and execve(2) pass the variable on, so that a wrapper,
 * as a shell or timeout(1), gives it to the program that spawns.
 *
 * The device's descriptor stays open (outspawn_open_shared()), because to open
 * and close it costs half of what the smallest spawn saves (docs/posix.md). The
 * descriptor works after fork, in all threads, and with other credentials.
 * Templates are not kept, because a spawn from a template costs more than a
 * spawn by path (docs/posix.md).
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
#include <unistd.h>

#include <linux/seccomp.h>

#include "arch.h"
#include "posix.h"

#ifndef VERSION_SPAWN
#error "lib/arch.h has no symbol versions for this processor"
#endif

typedef int spawn_function(int *, const char *, const posix_spawn_file_actions_t *,
			   const posix_spawnattr_t *, char *const[], char *const[]);

/* A pid_t and a pidfd are both int, so one type fits all four functions. */
_Static_assert(_Generic((pid_t)0, int : 1, default : 0), "pid_t is not int");

/* A function of the C library that this library interposes. */
struct original {
	const char *name;
	const char *version; /* NULL: the default version */
	_Atomic(void *) function;
};

static struct original originals[] = {
	{ .name = "posix_spawn" },
	{ .name = "posix_spawnp" },
	{ .name = "pidfd_spawn" },
	{ .name = "pidfd_spawnp" },
	{ .name = "posix_spawn", .version = VERSION_OLD_SPAWN },
	{ .name = "posix_spawnp", .version = VERSION_OLD_SPAWN },
	{ .name = "posix_spawn_file_actions_init" },
};
enum { SPAWN, SPAWNP, PIDFD_SPAWN, PIDFD_SPAWNP, OLD_SPAWN, OLD_SPAWNP, LIST_INIT };

/* From the environment that the program started with. */
static bool disabled;
static const char *debug; /* "1": to stderr; else the path of a file */

static void *original_of(struct original *original)
{
	void *function = atomic_load(&original->function);

	if (function)
		return function;
	/* Two threads may look it up at the same time: both find the same. */
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

static int open_lines(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
}

/*
 * As unsetenv(3). A program may define a function of that name, as bash does,
 * which does nothing before main().
 */
static void forget(const char *name)
{
	size_t length = strlen(name);
	char **to = environ;

	for (char **from = environ; from && *from; from++)
		if (strncmp(*from, name, length) || (*from)[length] != '=')
			*to++ = *from;
	if (to)
		*to = NULL;
}

/*
 * Can lines be written to what OUTSPAWN_DEBUG names? If not, say so. The variable
 * is then removed, so that the programs that this one starts do not repeat it.
 */
static bool can_debug(const char *word)
{
	int fd;

	if (!strcmp(word, "1"))
		return true;
	errno = EINVAL;
	fd = *word == '/' ? open_lines(word) : -1;
	if (fd >= 0) {
		close(fd);
		return true;
	}
	dprintf(STDERR_FILENO,
		"outspawn: %s[%d]: OUTSPAWN_DEBUG=%s: %s; set it to 1, or to the absolute path of "
		"a file that can be written\n",
		program_invocation_short_name, getpid(), word, strerror(errno));
	forget("OUTSPAWN_DEBUG");
	return false;
}

__attribute__((constructor)) static void begin(void)
{
	const char *word = secure_getenv("OUTSPAWN_DEBUG");
	int saved = errno;

	if (word && *word && strcmp(word, "0") && can_debug(word))
		debug = strdup(word);
	errno = saved;
	disabled = is_set("OUTSPAWN_DISABLE");
	if (is_set("OUTSPAWN_ALONE"))
		forget("LD_PRELOAD");
	else if (!is_set("OUTSPAWN_CHILDREN"))
		outspawn_i_strip_children();
}

/* Write a line by one write(2), so that lines of many processes do not mix. */
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
		fd = open_lines(debug);
	/* A failed write cannot be reported anywhere: ignore it. */
	if (fd >= 0 && write(fd, line, length) < 0)
		length = 0;
	if (fd != STDERR_FILENO)
		close(fd);
	pthread_setcancelstate(state, NULL);
	errno = saved;
}

/*
 * Does the program have so many inheritable descriptors that libc is faster? The
 * module copies one at a time, and libc's child copies whole tables. From about
 * 500 on that costs more than the rest of a spawn saves (docs/posix.md). To count
 * them would cost more still. So look at a few numbers, the highest first: few
 * programs have it.
 */
static bool has_many_inheritable(void)
{
	static const int numbers[] = { 511, 383, 255, 127 };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (fcntl(numbers[i], F_GETFD) != 0)
			return false;
	return true;
}

/* A list of unknown layout must not be read here; outspawn_i_plan() says why. */
static bool libc_is_faster(const struct posix_call *call)
{
	if (call->list && (!outspawn_i_list_known() || !outspawn_i_inherits(call->list)))
		return false;
	return has_many_inheritable();
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
	if (libc_is_faster(call)) {
		*why = "many inheritable descriptors";
		return pid;
	}
	fd = outspawn_open_shared();
	if (fd < 0)
		*why = "the device cannot be opened";
	else
		pid = outspawn_i_posix(fd, call, pidfd, why);
	return pid;
}

/* A call of one of the functions, and its results. */
struct attempt {
	struct posix_call call;
	struct original *original;
	int *out; /* the program's pid or pidfd, or NULL */
	bool want_pidfd;
	/*
	 * NULL, or why the C library must do the call. If it is set at the
	 * start, the module is not tried.
	 */
	const char *why;

	int error;
	spawn_function *libc; /* the function to call; NULL: none */
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
	size_t count = 0;
	char **lent;
	pid_t pid;

	/* open(2) and close(2) are cancellation points. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	lent = outspawn_i_without_preload(&attempt->call, &count);
	pid = by_module(&attempt->call, attempt->want_pidfd ? &pidfd : NULL, &attempt->why);
	outspawn_i_take_back(lent, count);
	if (pid >= 0)
		give(attempt, pid, pidfd);
	else
		attempt->error = -pid;
	pthread_setcancelstate(state, NULL);
}

/* Do all of a call except the C library's part. */
static void do_attempt(void *argument, const uint64_t *mask)
{
	struct attempt *attempt = argument;
	int saved = errno;

	attempt->call.mask = mask;
	if (!attempt->why)
		try(attempt);
	if (attempt->why) {
		attempt->libc = original_of(attempt->original);
		/* NULL: this C library has no pidfd_spawn. */
		attempt->error = attempt->libc ? 0 : ENOSYS;
		if (debug)
			say(attempt->call.file, "libc", attempt->why);
	} else if (debug) {
		say(attempt->call.file, "module",
		    attempt->error ? strerrorname_np(attempt->error) : NULL);
	}
	/*
	 * glibc's child shares errno with its caller; programs read it there.
	 */
	errno = attempt->error ? attempt->error : saved;
}

/*
 * What a call led to: the C library's function that must do it, or the error.
 */
struct outcome {
	spawn_function *libc;
	long error;
};

/*
 * Not inlined, so that the C library's function does not need the stack of
 * these variables: the program's stack may have just enough room for that
 * function.
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
 * Define one function; .symver below gives it its public name. It calls the C
 * library's function on the program's own stack, with the program's signal
 * mask.
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

/*
 * The versions that programs from before 2012 use: they also run scripts
 * without "#!".
 */
#define OLD_PROGRAM "an old program's posix_spawn"
SPAWN_FUNCTION(dropin_old_posix_spawn, OLD_SPAWN, false, false, OLD_PROGRAM)
SPAWN_FUNCTION(dropin_old_posix_spawnp, OLD_SPAWNP, true, false, OLD_PROGRAM)

EXPORTED int dropin_list_init(posix_spawn_file_actions_t *list);
int dropin_list_init(posix_spawn_file_actions_t *list)
{
	static atomic_bool looked;
	int (*init)(posix_spawn_file_actions_t *) = original_of(&originals[LIST_INIT]);
	int saved = errno;

	/* The check itself calls this function: set the flag first. */
	if (!disabled && !atomic_exchange(&looked, true))
		outspawn_i_list_known();
	errno = saved;
	return init(list);
}

/* Export the function as 'symbol', with the default or an old version. */
#define DEFAULT_SYMBOL(function, symbol, version) \
	__asm__(".symver " #function ", " #symbol "@@" version)
#define OLD_SYMBOL(function, symbol, version) \
	__asm__(".symver " #function ", " #symbol "@" version)

DEFAULT_SYMBOL(dropin_posix_spawn, posix_spawn, VERSION_SPAWN);
DEFAULT_SYMBOL(dropin_posix_spawnp, posix_spawnp, VERSION_SPAWN);
DEFAULT_SYMBOL(dropin_pidfd_spawn, pidfd_spawn, VERSION_PIDFD_SPAWN);
DEFAULT_SYMBOL(dropin_pidfd_spawnp, pidfd_spawnp, VERSION_PIDFD_SPAWN);
OLD_SYMBOL(dropin_old_posix_spawn, posix_spawn, VERSION_OLD_SPAWN);
OLD_SYMBOL(dropin_old_posix_spawnp, posix_spawnp, VERSION_OLD_SPAWN);
DEFAULT_SYMBOL(dropin_list_init, posix_spawn_file_actions_init, VERSION_LIST_INIT);
