// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * calls.c - the arguments of each ioctl
 *
 * First a good call is made. Then, more often than not, some argument is changed to
 * a wrong one.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/ioprio.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KERNEL_SIGSET 8

static const uint64_t numbers[] = {
	0,	    1,		2,	    3,
	7,	    8,		63,	    64,
	127,	    128,	191,	    192,
	193,	    255,	256,	    4095,
	4096,	    0x7fff,	0x8000,	    0xffff,
	0x10000,    INT_MAX,	1ULL << 31, UINT_MAX,
	1ULL << 32, 1ULL << 48, INT64_MAX,  1ULL << 63,
	-1ULL,	    -2ULL,	-100ULL,    0xaaaaaaaaaaaaaaaa,
};

/* Return a wrong number for a field: a limit, the old one with a bit changed, or any. */
static uint64_t odd_number(struct rng *rng, uint64_t old)
{
	switch (rng_below(rng, 4)) {
	case 0:
		return old ^ 1ULL << rng_below(rng, 64);
	case 1:
		return rng_next(rng);
	case 2:
		return old + (rng_one_in(rng, 2) ? 1 : -1);
	}
	return RNG_PICK(rng, numbers);
}

static uint64_t odd_pointer(struct rng *rng, uint64_t old)
{
	if (rng_one_in(rng, 4))
		return odd_number(rng, old);
	return arena_bad_pointer(rng);
}

static bool mutate_here(struct call *call, struct rng *rng, unsigned int one_in)
{
	if (call->gentle || !rng_one_in(rng, call->rough ? (one_in + 3) / 4 : one_in))
		return false;
	call->mutations++;
	return true;
}

/* Put a struct into the arena, sometimes at the end of memory. */
static uint64_t put(struct rng *rng, const void *data, size_t size)
{
	if (rng_one_in(rng, 32))
		return (uintptr_t)arena_put_at_end(rng, data, size);
	return (uintptr_t)arena_put(rng, data, size);
}

/* Return a wrong size for an ioctl's number. */
static unsigned int odd_size(struct rng *rng, unsigned int size)
{
	static const unsigned int sizes[] = { 0,    1,	  8,	16,    71,   72,  73,	79,
					      80,   81,	  87,	88,    89,   95,  96,	97,
					      104,  119,  120,	121,   128,  135, 136,	137,
					      151,  152,  153,	160,   256,  304, 4088, 4095,
					      4096, 4097, 8192, 16382, 16383 };

	switch (rng_below(rng, 4)) {
	case 0:
		return size + 8;
	case 1:
		return size - 8;
	case 2:
		return rng_below(rng, 1 << _IOC_SIZEBITS);
	}
	return RNG_PICK(rng, sizes);
}

static void mutate_command(struct call *call, struct rng *rng)
{
	unsigned int dir = _IOC_DIR(call->cmd), type = _IOC_TYPE(call->cmd);
	unsigned int nr = _IOC_NR(call->cmd), size = _IOC_SIZE(call->cmd);

	if (mutate_here(call, rng, 8))
		size = odd_size(rng, size);
	if (mutate_here(call, rng, 128))
		nr = rng_one_in(rng, 2) ? rng_below(rng, 8) : rng_below(rng, 256);
	if (mutate_here(call, rng, 128))
		dir = rng_below(rng, 4);
	if (mutate_here(call, rng, 256))
		type = rng_below(rng, 256);
	call->cmd = _IOC(dir, type, nr, size);
}

/* Change bits anywhere in a struct. */
static void mutate_bytes(struct call *call, struct rng *rng, void *data, size_t size)
{
	uint64_t *words = data;

	if (mutate_here(call, rng, 12)) {
		uint64_t *word = &words[rng_below(rng, size / 8)];

		*word = odd_number(rng, *word);
	}
}

/* Put the arguments, sometimes as a larger struct whose tail may not be zero. */
static void put_args(struct call *call, struct rng *rng, const void *args, size_t size)
{
	uint8_t larger[512] = { 0 };

	memcpy(larger, args, size);
	if (mutate_here(call, rng, 24))
		larger[size + rng_below(rng, 64)] = 1 + rng_below(rng, 255);
	if (_IOC_SIZE(call->cmd) <= size && rng_one_in(rng, 16))
		call->arg = (uintptr_t)arena_put_at_end(rng, args, size);
	else
		call->arg = (uintptr_t)arena_put(rng, larger, size + 64);
	if (mutate_here(call, rng, 24))
		call->arg = odd_pointer(rng, call->arg);
}

static uint64_t put_text(struct rng *rng, const char *text)
{
	return put(rng, text, strlen(text) + 1);
}

/* CREATE */

static void make_create(struct call *call, struct rng *rng, unsigned int worker)
{
	static const int files[] = { FD_TINY_PATH, FD_TINY, FD_MEMFD };
	struct spawn_template_create_args args = { .execfd = -1 };
	const char *path;
	bool good;

	call->kind = KIND_CREATE;
	call->cmd = SPAWN_TEMPLATE_IOC_CREATE;
	call->fd = FD_DEVICE + rng_below(rng, 2);
	if (rng_one_in(rng, 3)) {
		args.execfd = RNG_PICK(rng, files);
		good = true;
	} else {
		do
			path = world_path(rng, worker, &good);
		while (call->gentle && !good);
		args.filename = put_text(rng, path);
	}
	args.flags = rng_below(rng, 2) ? SPAWN_TEMPLATE_CREATE_CLOEXEC : 0;
	if (rng_one_in(rng, 4))
		args.flags |= SPAWN_TEMPLATE_CREATE_ANY_FORMAT;
	if (rng_one_in(rng, 4))
		args.flags |= SPAWN_TEMPLATE_CREATE_ALLOW_WRITE;
	if (mutate_here(call, rng, 12))
		args.flags = odd_number(rng, args.flags);
	if (mutate_here(call, rng, 12))
		args.execfd = world_fd(rng);
	if (mutate_here(call, rng, 12))
		args.filename = odd_pointer(rng, args.filename);
	mutate_bytes(call, rng, &args, sizeof(args));
	mutate_command(call, rng);
	put_args(call, rng, &args, sizeof(args));
	/* The last slots are for templates of any program. */
	if (good && !call->mutations)
		call->slot = FD_SLOT + rng_below(rng, FD_SLOT_END - FD_SLOT);
	else
		call->slot = FD_SLOT_END - 1 - rng_below(rng, 4);
	snprintf(call->text, sizeof(call->text), "flags %llx execfd %d filename %llx", args.flags,
		 args.execfd, args.filename);
}

/* SPAWN */

static void make_open(struct call *call, struct rng *rng, struct spawn_template_action *action,
		      unsigned int worker)
{
	static const uint64_t flags[] = { O_RDONLY,
					  O_WRONLY,
					  O_RDWR,
					  O_RDONLY | O_CLOEXEC,
					  O_WRONLY | O_CREAT,
					  O_RDWR | O_CREAT | O_EXCL,
					  O_PATH,
					  O_RDONLY | O_DIRECTORY,
					  O_RDWR | O_NONBLOCK,
					  O_RDONLY | O_NOFOLLOW,
					  O_WRONLY | O_CREAT | O_TRUNC,
					  O_TMPFILE | O_RDWR };
	static const char *const relative[] = { "file", "fifo-0", "new", "folder", "../x", "." };
	struct spawn_template_open open = { .how.flags = RNG_PICK(rng, flags) };
	bool good;

	if (call->gentle) {
		open.how.flags = O_RDWR;
		open.path = put_text(rng, "/dev/null");
		action->fd = AT_FDCWD;
	} else if (rng_one_in(rng, 2)) {
		open.path = put_text(rng, RNG_PICK(rng, relative));
		action->fd = rng_one_in(rng, 4) ? AT_FDCWD : FD_DIR;
	} else {
		open.path = put_text(rng, world_path(rng, worker, &good));
		action->fd = AT_FDCWD;
		/* An emptied file could not be a template any more. */
		if (good)
			open.how.flags &= ~O_TRUNC;
	}
	if (open.how.flags & O_CREAT)
		open.how.mode = 0644;
	if (mutate_here(call, rng, 8))
		open.path = odd_pointer(rng, open.path);
	if (mutate_here(call, rng, 8))
		open.how.flags = odd_number(rng, open.how.flags);
	if (mutate_here(call, rng, 8))
		open.how.resolve = rng_one_in(rng, 2) ? rng_below(rng, 64) : odd_number(rng, 0);
	if (mutate_here(call, rng, 16))
		open.how.mode = odd_number(rng, open.how.mode);
	action->newfd = rng_below(rng, call->gentle ? FD_DIR : FD_SHARED);
	action->arg = put(rng, &open, sizeof(open));
}

static void make_set(struct call *call, struct rng *rng, struct spawn_template_action *action)
{
	uint64_t set = rng_next(rng);
	struct spawn_template_sigset sigset = { .sigsetsize = KERNEL_SIGSET };

	sigset.sigset = put(rng, &set, sizeof(set));
	if (mutate_here(call, rng, 8))
		sigset.sigset = odd_pointer(rng, sigset.sigset);
	if (mutate_here(call, rng, 8))
		sigset.sigsetsize = odd_number(rng, sigset.sigsetsize);
	action->arg = put(rng, &sigset, sizeof(sigset));
}

/* Return a descriptor, an open one if the call must succeed. */
static int some_fd(struct call *call, struct rng *rng)
{
	if (call->gentle)
		return FD_DIR + rng_below(rng, FD_MEMFD + 1 - FD_DIR);
	return world_fd(rng);
}

/* The system calls of a child. Argument n is a string, or a struct. */
static void string_argument(struct spawn_template_syscall *todo, struct rng *rng, int n,
			    const char *text)
{
	todo->args[n] = put_text(rng, text);
}

#define STRUCT_ARGUMENT(n, object) (todo->args[n] = put(rng, &(object), sizeof(object)))

/* System calls that always succeed, for any user and any number of times. */
static void make_easy_syscall(struct rng *rng, struct spawn_template_syscall *todo)
{
	const struct spawn_template_open open = { .how.flags = O_PATH };
	const struct rlimit limit = { 90, 90 };

	switch (rng_below(rng, 9)) {
	case 0:
		*todo = (struct spawn_template_syscall){ .nr = SYS_umask, .args = { 022 } };
		break;
	case 1:
		todo->nr = SYS_chdir;
		string_argument(todo, rng, 0, rng_one_in(rng, 2) ? world : "/");
		break;
	case 2:
		*todo = (struct spawn_template_syscall){ .nr = SYS_fchdir, .args = { FD_DIR } };
		break;
	case 3:
		*todo = (struct spawn_template_syscall){ .nr = SYS_prlimit64,
							 .args = { 0, RLIMIT_NOFILE } };
		STRUCT_ARGUMENT(2, limit);
		if (rng_one_in(rng, 2))
			STRUCT_ARGUMENT(3, limit);
		break;
	case 4:
		*todo = (struct spawn_template_syscall){ .nr = SYS_prctl,
							 .args = { PR_SET_NO_NEW_PRIVS, 1 } };
		break;
	case 5:
		*todo = (struct spawn_template_syscall){ .nr = SYS_personality,
							 .args = { ADDR_NO_RANDOMIZE } };
		break;
	case 6:
		*todo = (struct spawn_template_syscall){ .nr = SYS_setpriority,
							 .args = { PRIO_PROCESS, 0, 3 } };
		break;
	case 7:
		*todo = (struct spawn_template_syscall){
			.nr = SYS_openat2, .args = { FD_DIR, 0, 0, sizeof(open.how) }
		};
		string_argument(todo, rng, 1, ".");
		STRUCT_ARGUMENT(2, open.how);
		break;
	case 8:
		*todo = (struct spawn_template_syscall){ .nr = SYS_dup3,
							 .args = { FD_FILE, FD_PIPE_READ } };
		break;
	}
}

/*
 * System calls that may fail. Workers have their own mount and UTS namespaces, so that
 * mounts and host names do no harm. No call lets a child occupy a processor for ever.
 */
static void make_hard_syscall(struct rng *rng, struct spawn_template_syscall *todo)
{
	static const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	static const uint64_t unshared[] = { CLONE_NEWNS,   CLONE_NEWUTS, CLONE_NEWIPC,
					     CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWCGROUP,
					     CLONE_FILES,   CLONE_FS };
	static const uint64_t options[] = { PR_SET_PDEATHSIG,  PR_SET_KEEPCAPS,
					    PR_SET_TIMERSLACK, PR_CAPBSET_DROP,
					    PR_SET_SECUREBITS, PR_SET_CHILD_SUBREAPER,
					    PR_CAP_AMBIENT,    PR_SET_SPECULATION_CTRL,
					    PR_SET_IO_FLUSHER, PR_MCE_KILL };
	const struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	const struct __user_cap_data_struct data[2] = { { rng_next(rng), -1, rng_next(rng) } };
	const struct sched_param param = { 0 };
	const gid_t groups[] = { USER, 0 };
	const uint64_t cpus = 1 + rng_below(rng, 3);
	struct sock_fprog program = { 1, NULL };
	const int group = 0;

	switch (rng_below(rng, 22)) {
	case 0:
		todo->nr = SYS_setsid;
		break;
	case 1:
		*todo = (struct spawn_template_syscall){ .nr = SYS_setpgid, .args = { 0, 0 } };
		break;
	case 2:
		*todo = (struct spawn_template_syscall){
			.nr = SYS_ioctl,
			.args = { world_fd(rng), rng_one_in(rng, 2) ? TIOCSCTTY : TIOCSPGRP }
		};
		if (rng_one_in(rng, 2))
			STRUCT_ARGUMENT(2, group);
		break;
	case 3:
		todo->nr = SYS_chroot;
		string_argument(todo, rng, 0, rng_one_in(rng, 2) ? world : "/");
		break;
	case 4:
		*todo = (struct spawn_template_syscall){ .nr = SYS_setresuid,
							 .args = { USER, USER, USER } };
		break;
	case 5:
		*todo = (struct spawn_template_syscall){ .nr = SYS_setresgid,
							 .args = { USER, -1, -1 } };
		break;
	case 6:
		*todo = (struct spawn_template_syscall){ .nr = SYS_setgroups,
							 .args = { rng_below(rng, 3) } };
		STRUCT_ARGUMENT(1, groups);
		break;
	case 7:
		todo->nr = SYS_capset;
		STRUCT_ARGUMENT(0, header);
		STRUCT_ARGUMENT(1, data);
		break;
	case 8:
		*todo = (struct spawn_template_syscall){
			.nr = SYS_prctl,
			.args = { RNG_PICK(rng, options), rng_below(rng, 8), rng_below(rng, 3) }
		};
		break;
	case 9:
		todo->nr = SYS_unshare;
		todo->args[0] = RNG_PICK(rng, unshared) | RNG_PICK(rng, unshared);
		break;
	case 10:
		*todo = (struct spawn_template_syscall){ .nr = SYS_setns,
							 .args = { FD_NAMESPACE, 0 } };
		if (rng_one_in(rng, 2))
			todo->args[0] = world_fd(rng);
		break;
	case 11:
		todo->nr = SYS_mount;
		string_argument(todo, rng, 0, "nothing");
		string_argument(todo, rng, 1, "folder");
		string_argument(todo, rng, 2, "tmpfs");
		break;
	case 12:
		todo->nr = SYS_umount2;
		string_argument(todo, rng, 0, "folder");
		break;
	case 13:
		/* It would also change the worker's root, so the directory does not exist. */
		todo->nr = SYS_pivot_root;
		string_argument(todo, rng, 0, "folder");
		string_argument(todo, rng, 1, "none");
		break;
	case 14:
		*todo = (struct spawn_template_syscall){ .nr = SYS_sethostname,
							 .args = { 0, rng_below(rng, 8) } };
		string_argument(todo, rng, 0, "somebody");
		break;
	case 15:
		*todo = (struct spawn_template_syscall){ .nr = SYS_landlock_restrict_self,
							 .args = { world_fd(rng) } };
		break;
	case 16:
		program.filter = (void *)(uintptr_t)put(rng, &allow, sizeof(allow));
		*todo = (struct spawn_template_syscall){ .nr = SYS_seccomp,
							 .args = { SECCOMP_SET_MODE_FILTER } };
		STRUCT_ARGUMENT(2, program);
		break;
	case 17:
		*todo = (struct spawn_template_syscall){ .nr = SYS_sched_setaffinity,
							 .args = { 0, sizeof(cpus) } };
		STRUCT_ARGUMENT(2, cpus);
		break;
	case 18:
		*todo = (struct spawn_template_syscall){ .nr = SYS_sched_setscheduler,
							 .args = { 0, SCHED_BATCH } };
		STRUCT_ARGUMENT(2, param);
		break;
	case 19:
		*todo = (struct spawn_template_syscall){ .nr = SYS_ioprio_set,
							 .args = { 1, 0, 2 << 13 | 4 } };
		break;
	case 20:
		*todo = (struct spawn_template_syscall){ .nr = SYS_close_range,
							 .args = { rng_below(rng, 300), -1,
								   rng_below(rng, 8) } };
		break;
	case 21:
		*todo = (struct spawn_template_syscall){
			.nr = SYS_fcntl, .args = { rng_below(rng, 20), F_SETFD, rng_below(rng, 2) }
		};
		break;
	}
}

static void make_syscall(struct call *call, struct rng *rng, struct spawn_template_action *action)
{
	struct spawn_template_syscall todo = { 0 };

	if (call->gentle || rng_one_in(rng, 3))
		make_easy_syscall(rng, &todo);
	else
		make_hard_syscall(rng, &todo);
	if (mutate_here(call, rng, 24))
		todo.nr = rng_one_in(rng, 2) ? rng_below(rng, 500) : odd_number(rng, todo.nr);
	if (mutate_here(call, rng, 12)) {
		uint64_t *argument = (uint64_t *)&todo.args[rng_below(rng, 6)];

		*argument = rng_one_in(rng, 2) ? odd_number(rng, *argument) :
						 odd_pointer(rng, *argument);
	}
	action->arg = put(rng, &todo, sizeof(todo));
}

static struct spawn_template_action make_action(struct call *call, struct rng *rng,
						unsigned int worker)
{
	struct spawn_template_action action = { .type = rng_below(rng, 9) };

	/* There are many system calls, so they get a larger share. */
	if (action.type > SPAWN_TEMPLATE_ACTION_SYSCALL)
		action.type = SPAWN_TEMPLATE_ACTION_SYSCALL;
	switch (action.type) {
	case SPAWN_TEMPLATE_ACTION_CLOSE:
		/* Closing a descriptor twice would fail. */
		action.fd = call->gentle ? FD_DEVICE_PATH : world_fd(rng);
		if (call->gentle)
			action.type = SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, action.newfd = action.fd;
		break;
	case SPAWN_TEMPLATE_ACTION_DUP2:
		action.fd = some_fd(call, rng);
		action.newfd = rng_one_in(rng, 8) ? action.fd : (int)rng_below(rng, 20);
		if (action.fd != action.newfd && rng_one_in(rng, 4))
			action.flags = O_CLOEXEC;
		if (mutate_here(call, rng, 8))
			action.newfd = world_fd(rng);
		break;
	case SPAWN_TEMPLATE_ACTION_FCHDIR:
		action.fd = call->gentle || rng_one_in(rng, 2) ? FD_DIR : world_fd(rng);
		break;
	case SPAWN_TEMPLATE_ACTION_OPEN:
		make_open(call, rng, &action, worker);
		break;
	case SPAWN_TEMPLATE_ACTION_CLOSE_RANGE:
		/* A gentle call must not close descriptors that its other actions use. */
		action.fd = call->gentle ? FD_VOLATILE : (int)rng_below(rng, 300);
		action.newfd = rng_one_in(rng, 2) ? -1 : action.fd + (int)rng_below(rng, 100);
		action.flags = rng_below(rng, 2) ? CLOSE_RANGE_CLOEXEC : 0;
		if (mutate_here(call, rng, 8))
			action.newfd = RNG_PICK(rng, numbers);
		break;
	case SPAWN_TEMPLATE_ACTION_SYSCALL:
		make_syscall(call, rng, &action);
		break;
	default:
		make_set(call, rng, &action);
	}
	if (mutate_here(call, rng, 32))
		action.type = odd_number(rng, action.type);
	if (mutate_here(call, rng, 32))
		action.flags = odd_number(rng, action.flags);
	if (mutate_here(call, rng, 32))
		action.arg = odd_pointer(rng, action.arg);
	if (mutate_here(call, rng, 32))
		action.fd = odd_number(rng, action.fd);
	return action;
}

/* The arena has no room for the arguments of more actions. */
#define VARIED_ACTIONS 12

static void make_actions(struct call *call, struct rng *rng, unsigned int worker,
			 struct spawn_template_spawn_args *args)
{
	struct spawn_template_action list[SPAWN_TEMPLATE_MAX_ACTIONS + 1];
	unsigned int i, count = 0;

	if (!rng_one_in(rng, 4))
		count = 1 + rng_below(rng, rng_one_in(rng, 4) ? VARIED_ACTIONS : 3);
	for (i = 0; i < count; i++)
		list[i] = make_action(call, rng, worker);
	/* The largest allowed number, or one more. */
	if (count && rng_one_in(rng, 64)) {
		count = SPAWN_TEMPLATE_MAX_ACTIONS + (mutate_here(call, rng, 4) ? 1 : 0);
		for (; i < count; i++)
			list[i] = list[rng_below(rng, i)];
	}
	args->actions_len = count;
	if (count || rng_one_in(rng, 2))
		args->actions = put(rng, list, count * sizeof(*list));
	if (mutate_here(call, rng, 16))
		args->actions_len = odd_number(rng, count);
	if (mutate_here(call, rng, 16))
		args->actions = odd_pointer(rng, args->actions);
}

/* Make a list of strings that begins with the given ones. */
static uint64_t make_strings(struct call *call, struct rng *rng, const char *first,
			     const char *second)
{
	uint64_t list[20] = { 0 };
	unsigned int count = 0, more = rng_below(rng, 4);

	if (first)
		list[count++] = put_text(rng, first);
	if (second)
		list[count++] = put_text(rng, second);
	for (; more; more--) {
		if (!call->gentle && rng_one_in(rng, 128))
			list[count] = (uintptr_t)arena_long_string(1 + rng_below(rng, ARENA_LONG));
		else
			list[count] = (uintptr_t)arena_long_string(1 + rng_below(rng, 64));
		if (mutate_here(call, rng, 16))
			list[count] = odd_pointer(rng, list[count]);
		count++;
	}
	/* Without NULL at its end: more pointers follow, or the end of memory. */
	if (mutate_here(call, rng, 64))
		return (uintptr_t)arena_put_at_end(rng, list, count * sizeof(*list));
	if (mutate_here(call, rng, 2000))
		return (uintptr_t)arena_long_list(rng_below(rng, ARENA_POINTERS));
	return put(rng, list, (count + 1) * sizeof(*list));
}

static void make_argv(struct call *call, struct rng *rng, struct order *order,
		      struct spawn_template_spawn_args *args)
{
	char digits[8];

	switch (rng_below(rng, 4)) {
	case 0:
		order->status = TINY_STATUS;
		break;
	case 1:
		order->status = TINY_STATUS;
		args->argv = make_strings(call, rng, "tiny", "");
		break;
	default:
		order->status = rng_below(rng, 255);
		snprintf(digits, sizeof(digits), "%d", order->status);
		args->argv = make_strings(call, rng, "tiny", digits);
	}
	if (rng_one_in(rng, 2))
		args->envp = make_strings(call, rng, "A=B", NULL);
	if (mutate_here(call, rng, 24))
		args->argv = odd_pointer(rng, args->argv);
	if (mutate_here(call, rng, 24))
		args->envp = odd_pointer(rng, args->envp);
}

static void make_outputs(struct call *call, struct rng *rng, struct order *order,
			 struct spawn_template_spawn_args *args)
{
	static const struct spawn_template_result poison = { ~0U, ~0, ~0, ~0 };
	static const int poisoned_fd = -2;

	if (!rng_one_in(rng, 4)) {
		args->pidfd = put(rng, &poisoned_fd, sizeof(poisoned_fd));
		order->pidfd = (int *)(uintptr_t)args->pidfd;
		if (mutate_here(call, rng, 12)) {
			args->pidfd = odd_pointer(rng, args->pidfd);
			order->pidfd = NULL;
		}
	}
	if (!rng_one_in(rng, 4)) {
		args->result = put(rng, &poison, sizeof(poison));
		if (args->flags & SPAWN_TEMPLATE_SPAWN_ASYNC)
			args->result =
				(uintptr_t)memcpy(arena_late_result(), &poison, sizeof(poison));
		order->result = (struct spawn_template_result *)(uintptr_t)args->result;
		if (mutate_here(call, rng, 12)) {
			args->result = odd_pointer(rng, args->result);
			order->result = NULL;
		}
	}
}

/*
 * Lent memory: in it a child shows filters and tracers the path that it executes. The
 * child executes the path that is there after they have answered.
 */
static void make_scratch(struct call *call, struct rng *rng, struct spawn_template_spawn_args *args)
{
	static const uint32_t sizes[] = { 1, 8, 64, 256, PATH_MAX };

	if (rng_one_in(rng, 3)) {
		args->scratch_size = RNG_PICK(rng, sizes);
		args->scratch = put(rng, NULL, args->scratch_size);
	}
	if (mutate_here(call, rng, 24))
		args->scratch = odd_pointer(rng, args->scratch);
	if (mutate_here(call, rng, 24))
		args->scratch_size = odd_number(rng, args->scratch_size);
	if (mutate_here(call, rng, 48))
		args->node = odd_number(rng, 0);
}

/* Return namespaces, seldom a network namespace: making one takes long. */
static uint64_t some_namespaces(struct call *call, struct rng *rng)
{
	static const uint64_t flags[] = { CLONE_NEWNS,	   CLONE_NEWUTS,
					  CLONE_NEWIPC,	   CLONE_NEWPID,
					  CLONE_NEWCGROUP, CLONE_NEWUSER,
					  CLONE_NEWUSER,   0x80 /* time */ };

	if (call->gentle)
		return geteuid() ? 0 : CLONE_NEWUTS | CLONE_NEWPID;
	if (rng_one_in(rng, 64))
		return CLONE_NEWNET | CLONE_NEWUSER;
	return RNG_PICK(rng, flags) | RNG_PICK(rng, flags) |
	       (rng_one_in(rng, 2) ? CLONE_NEWUSER : 0);
}

static void make_birth(struct call *call, struct rng *rng, struct spawn_template_spawn_args *args)
{
	/* With one bit changed, none of these is a signal that would harm a worker. */
	static const uint32_t exit_signals[] = { 0, SIGUSR1, SIGUSR2, SIGWINCH };
	int32_t pid = 20000 + rng_below(rng, 2000);

	if (rng_one_in(rng, 4)) {
		args->flags |= SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL;
		args->exit_signal = RNG_PICK(rng, exit_signals);
	}
	if (rng_one_in(rng, 4))
		args->flags |= SPAWN_TEMPLATE_SPAWN_STOPPED;
	if (rng_one_in(rng, 4))
		args->flags |= SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS;
	if (rng_one_in(rng, 8)) {
		args->flags |= SPAWN_TEMPLATE_SPAWN_NODE;
		args->node = mutate_here(call, rng, 4) ? odd_number(rng, 0) : 0;
	}
	if (rng_one_in(rng, 4))
		args->pdeath_signal = 1 + rng_below(rng, 64);
	if (args->pdeath_signal && rng_one_in(rng, 2))
		args->flags |= SPAWN_TEMPLATE_SPAWN_PDEATH_PROCESS;
	if (rng_one_in(rng, 4))
		args->namespaces = some_namespaces(call, rng);
	if (rng_one_in(rng, 8)) {
		args->flags |= SPAWN_TEMPLATE_SPAWN_CGROUP;
		args->cgroup = call->gentle || rng_one_in(rng, 2) ? FD_CGROUP : world_fd(rng);
	}
	if (!call->gentle && rng_one_in(rng, 8)) {
		args->set_tid = put(rng, &pid, sizeof(pid));
		args->set_tid_size = 1;
	}
	if (!call->gentle && rng_one_in(rng, 6)) {
		args->flags |= SPAWN_TEMPLATE_SPAWN_AUTOREAP;
		/* These flags exclude each other. */
		if (!rng_one_in(rng, 8)) {
			args->flags &= ~SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL;
			args->exit_signal = 0;
		}
	}
	if (!call->gentle && rng_one_in(rng, 16))
		args->flags |= SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE;
	if (mutate_here(call, rng, 16))
		args->namespaces = odd_number(rng, args->namespaces);
	if (mutate_here(call, rng, 16))
		args->set_tid = odd_pointer(rng, args->set_tid);
	if (mutate_here(call, rng, 16))
		args->set_tid_size = odd_number(rng, args->set_tid_size);
}

/* Make the arguments of a spawn, from a template or by path. */
static struct spawn_template_spawn_args make_order(struct call *call, struct rng *rng,
						   unsigned int worker, struct order *order)
{
	struct spawn_template_spawn_args args = { 0 };

	if (rng_one_in(rng, 4))
		args.flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS;
	if (rng_one_in(rng, 4))
		args.flags |= SPAWN_TEMPLATE_SPAWN_ASYNC;
	if (rng_one_in(rng, 4))
		make_birth(call, rng, &args);
	make_argv(call, rng, order, &args);
	make_actions(call, rng, worker, &args);
	make_outputs(call, rng, order, &args);
	make_scratch(call, rng, &args);
	if (mutate_here(call, rng, 16))
		args.flags = odd_number(rng, args.flags);
	if (mutate_here(call, rng, 16))
		args.reserved[rng_below(rng, 4)] = odd_number(rng, 0);
	mutate_bytes(call, rng, &args, sizeof(args));
	/* The worker cannot block these signals. */
	if (args.exit_signal == SIGKILL || args.exit_signal == SIGSTOP)
		args.exit_signal = SIGUSR2;
	order->flags = args.flags;
	return args;
}

/* The outcome is unknown. */
static void forget(struct order *order)
{
	order->pidfd = NULL;
	order->result = NULL;
	order->status = -1;
}

static int some_template(struct rng *rng, bool any)
{
	if (any)
		return FD_SHARED + rng_below(rng, FD_VOLATILE_END - FD_SHARED);
	return FD_SLOT + rng_below(rng, FD_SLOT_END - FD_SLOT - 4);
}

static void describe(struct call *call, const struct spawn_template_spawn_args *args)
{
	snprintf(
		call->text, sizeof(call->text),
		"flags %llx pidfd %llx argv %llx envp %llx actions %llx len %llx result %llx namespaces %llx scratch %llx+%x",
		args->flags, args->pidfd, args->argv, args->envp, args->actions, args->actions_len,
		args->result, args->namespaces, args->scratch, args->scratch_size);
}

static void make_spawn(struct call *call, struct rng *rng, unsigned int worker)
{
	struct spawn_template_spawn_args args;
	bool any;

	call->kind = KIND_SPAWN;
	call->cmd = SPAWN_TEMPLATE_IOC_SPAWN;
	any = !call->gentle && rng_one_in(rng, 6);
	call->fd = some_template(rng, any);
	args = make_order(call, rng, worker, &call->orders[0]);
	mutate_command(call, rng);
	put_args(call, rng, &args, sizeof(args));
	if (call->mutations || any)
		forget(&call->orders[0]);
	describe(call, &args);
}

/* SPAWN_PATH */

/* Choose a file, as a path or with a PATH. *any: it may be any program, or none. */
static void make_file(struct call *call, struct rng *rng, unsigned int worker,
		      struct spawn_template_path_args *path, bool *any)
{
	static const char *const lists[] = {
		"", ":", "/none:/dev:/etc/passwd", "folder:none::", "/bin", "loop:link:file:."
	};
	char list[512];
	const char *file;
	bool good;

	do
		file = world_path(rng, worker, &good);
	while (call->gentle && !good);
	*any = !good;
	if (!rng_one_in(rng, 3)) {
		path->file = put_text(rng, file);
		return;
	}
	/* Without its directory. */
	if (good)
		file = strrchr(file, '/') + 1;
	path->file = put_text(rng, file);
	snprintf(list, sizeof(list), "%s:%s:%s", RNG_PICK(rng, lists), world, RNG_PICK(rng, lists));
	if (call->gentle)
		snprintf(list, sizeof(list), "/none:%s", world);
	path->path = put_text(rng, list);
	if (!call->gentle && rng_one_in(rng, 64))
		path->path = (uintptr_t)arena_long_string(1 + rng_below(rng, ARENA_LONG));
}

static struct spawn_template_path_args make_path_args(struct call *call, struct rng *rng,
						      unsigned int worker, struct order *order)
{
	struct spawn_template_spawn_args args = make_order(call, rng, worker, order);
	struct spawn_template_path_args path = { .spawn_size = sizeof(args) };
	bool any;

	path.spawn = put(rng, &args, sizeof(args));
	make_file(call, rng, worker, &path, &any);
	if (mutate_here(call, rng, 24))
		path.spawn = odd_pointer(rng, path.spawn);
	if (mutate_here(call, rng, 24))
		path.spawn_size = rng_one_in(rng, 2) ? odd_size(rng, path.spawn_size) :
						       odd_number(rng, path.spawn_size);
	if (mutate_here(call, rng, 24))
		path.file = odd_pointer(rng, path.file);
	if (mutate_here(call, rng, 24))
		path.path = odd_pointer(rng, path.path);
	mutate_bytes(call, rng, &path, sizeof(path));
	if (call->mutations || any)
		forget(order);
	describe(call, &args);
	return path;
}

static void make_path(struct call *call, struct rng *rng, unsigned int worker)
{
	struct spawn_template_path_args path;

	call->kind = KIND_PATH;
	call->cmd = SPAWN_TEMPLATE_IOC_SPAWN_PATH;
	call->fd = FD_DEVICE + rng_below(rng, 2);
	path = make_path_args(call, rng, worker, &call->orders[0]);
	mutate_command(call, rng);
	put_args(call, rng, &path, sizeof(path));
	if (call->mutations)
		forget(&call->orders[0]);
}

/* SPAWN_BATCH */

static struct spawn_template_batch_entry make_entry(struct call *call, struct rng *rng,
						    unsigned int worker, struct order *order)
{
	struct spawn_template_batch_entry entry = { .tmpl = -1 };
	struct spawn_template_spawn_args args;
	struct spawn_template_path_args path;
	bool any;

	if (rng_one_in(rng, 4)) {
		path = make_path_args(call, rng, worker, order);
		entry.args = put(rng, &path, sizeof(path));
		entry.args_size = sizeof(path);
	} else {
		any = !call->gentle && rng_one_in(rng, 6);
		entry.tmpl = some_template(rng, any);
		args = make_order(call, rng, worker, order);
		entry.args = put(rng, &args, sizeof(args));
		entry.args_size = sizeof(args);
		if (any)
			forget(order);
	}
	if (mutate_here(call, rng, 32))
		entry.tmpl = world_fd(rng);
	if (mutate_here(call, rng, 32))
		entry.args = odd_pointer(rng, entry.args);
	if (mutate_here(call, rng, 32))
		entry.args_size = odd_size(rng, entry.args_size);
	return entry;
}

static void make_batch(struct call *call, struct rng *rng, unsigned int worker)
{
	unsigned int i, count = rng_below(rng, MAX_ORDERS + 1);
	struct spawn_template_batch_entry entries[MAX_ORDERS];
	struct spawn_template_batch_args args = { .count = count, .entry_size = sizeof(*entries) };

	call->kind = KIND_BATCH;
	call->cmd = SPAWN_TEMPLATE_IOC_SPAWN_BATCH;
	call->fd = FD_DEVICE + rng_below(rng, 2);
	for (i = 0; i < count; i++)
		entries[i] = make_entry(call, rng, worker, &call->orders[i]);
	args.entries = put(rng, entries, count * sizeof(*entries));
	call->entries = (struct spawn_template_batch_entry *)(uintptr_t)args.entries;
	if (mutate_here(call, rng, 24))
		args.entries = odd_pointer(rng, args.entries);
	if (mutate_here(call, rng, 24))
		args.count = odd_number(rng, args.count);
	if (mutate_here(call, rng, 24))
		args.entry_size = rng_one_in(rng, 2) ? odd_size(rng, args.entry_size) :
						       odd_number(rng, args.entry_size);
	mutate_bytes(call, rng, &args, sizeof(args));
	mutate_command(call, rng);
	put_args(call, rng, &args, sizeof(args));
	for (i = 0; call->mutations && i < count; i++)
		forget(&call->orders[i]);
	snprintf(call->text, sizeof(call->text), "entries %llx count %u entry_size %u",
		 args.entries, args.count, args.entry_size);
}

/* INFO, QUERY */

static void make_reading(struct call *call, struct rng *rng, bool query)
{
	size_t size = query ? sizeof(struct spawn_template_query) :
			      sizeof(struct spawn_template_info);

	call->kind = query ? KIND_QUERY : KIND_INFO;
	call->cmd = query ? SPAWN_TEMPLATE_IOC_QUERY : SPAWN_TEMPLATE_IOC_INFO;
	call->fd = FD_SHARED + rng_below(rng, FD_SLOT_END - FD_SHARED);
	if (!query && rng_one_in(rng, 2))
		call->fd = FD_DEVICE;
	if (mutate_here(call, rng, 8))
		call->fd = world_fd(rng);
	mutate_command(call, rng);
	call->arg = (uintptr_t)arena_put(rng, NULL, size);
	/* At the end of memory, so that a write past it faults. */
	if (_IOC_SIZE(call->cmd) <= size && rng_one_in(rng, 4))
		call->arg = (uintptr_t)arena_put_at_end(rng, (void *)(uintptr_t)call->arg, size);
	if (mutate_here(call, rng, 4))
		call->arg = odd_pointer(rng, call->arg);
}

/* Any ioctl number, on any descriptor. */
static void make_other(struct call *call, struct rng *rng)
{
	call->kind = KIND_OTHER;
	call->fd = rng_one_in(rng, 2) ? FD_DEVICE :
					FD_SHARED + (int)rng_below(rng, FD_SLOT_END - FD_SHARED);
	call->cmd = _IOC(rng_below(rng, 4), SPAWN_TEMPLATE_IOC_MAGIC, 6 + rng_below(rng, 250),
			 rng_below(rng, 1 << _IOC_SIZEBITS));
	if (rng_one_in(rng, 2))
		call->cmd = rng_next(rng);
	call->arg = rng_one_in(rng, 2) ? (uintptr_t)arena_put(rng, NULL, 256) :
					 arena_bad_pointer(rng);
	/* These generic ioctls would change the descriptor. */
	if (call->cmd >> 8 == 0x54)
		call->cmd ^= 1 << 16;
}

void call_make(struct call *call, struct rng *rng, unsigned int worker)
{
	unsigned int i, kind = rng_below(rng, 100);

	*call = (struct call){ .slot = -1 };
	for (i = 0; i < MAX_ORDERS; i++)
		forget(&call->orders[i]);
	call->gentle = rng_one_in(rng, 16);
	call->rough = !call->gentle && rng_below(rng, 4);
	arena_reset(rng);
	if (kind < 30)
		make_spawn(call, rng, worker);
	else if (kind < 42)
		make_path(call, rng, worker);
	else if (kind < 50)
		make_batch(call, rng, worker);
	else if (kind < 75)
		make_create(call, rng, worker);
	else if (kind < 82)
		make_reading(call, rng, false);
	else if (kind < 92)
		make_reading(call, rng, true);
	else
		make_other(call, rng);
}
