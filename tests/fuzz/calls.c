// SPDX-License-Identifier: GPL-2.0-only
/*
 * calls.c - what a call is: the arguments of each ioctl
 *
 * A good call is made first, and then, more often than not, something in it
 * is made wrong.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

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

/* A wrong number for a field: one of the limits, a bit, or anything. */
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

/* Puts a struct where it belongs: at the end of memory, now and then. */
static uint64_t put(struct rng *rng, const void *data, size_t size)
{
	if (rng_one_in(rng, 32))
		return (uintptr_t)arena_put_at_end(rng, data, size);
	return (uintptr_t)arena_put(rng, data, size);
}

/* The size in an ioctl's number. */
static unsigned int odd_size(struct rng *rng, unsigned int size)
{
	static const unsigned int sizes[] = { 0,    1,	  8,	16,    71,   72,  73,	79,
					      80,   81,	  87,	88,    89,   95,  96,	97,
					      104,  151,  152,	153,   160,  256, 4088, 4095,
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

/* Bits anywhere in a struct. */
static void mutate_bytes(struct call *call, struct rng *rng, void *data, size_t size)
{
	uint64_t *words = data;

	if (mutate_here(call, rng, 12)) {
		uint64_t *word = &words[rng_below(rng, size / 8)];

		*word = odd_number(rng, *word);
	}
}

/* A larger struct than is known, whose tail may not be zero. */
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
	if (mutate_here(call, rng, 12))
		args.flags = odd_number(rng, args.flags);
	if (mutate_here(call, rng, 12))
		args.execfd = world_fd(rng);
	if (mutate_here(call, rng, 12))
		args.filename = odd_pointer(rng, args.filename);
	mutate_bytes(call, rng, &args, sizeof(args));
	mutate_command(call, rng);
	put_args(call, rng, &args, sizeof(args));
	/* The last slots are for what may be any program. */
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
		/* An empty one would make no more templates. */
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

/* A descriptor that is there, if the call is to succeed. */
static int some_fd(struct call *call, struct rng *rng)
{
	if (call->gentle)
		return FD_DIR + rng_below(rng, FD_MEMFD + 1 - FD_DIR);
	return world_fd(rng);
}

static struct spawn_template_action make_action(struct call *call, struct rng *rng,
						unsigned int worker)
{
	struct spawn_template_action action = { .type = rng_below(rng, 7) };

	switch (action.type) {
	case SPAWN_TEMPLATE_ACTION_CLOSE:
		/* Closed twice, it would fail. */
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
		/* Numbers that a gentle call names do not get closed. */
		action.fd = call->gentle ? FD_VOLATILE : (int)rng_below(rng, 300);
		action.newfd = rng_one_in(rng, 2) ? -1 : action.fd + (int)rng_below(rng, 100);
		action.flags = rng_below(rng, 2) ? CLOSE_RANGE_CLOEXEC : 0;
		if (mutate_here(call, rng, 8))
			action.newfd = RNG_PICK(rng, numbers);
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

/* More actions than this would not have room for what they point to. */
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
	/* As many as there may be, or one more. */
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

/* A list of strings whose first are given. */
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
	/* Not ended; what follows are more pointers, or the end of memory. */
	if (mutate_here(call, rng, 64))
		return (uintptr_t)arena_put_at_end(rng, list, count * sizeof(*list));
	if (mutate_here(call, rng, 2000))
		return (uintptr_t)arena_long_list(rng_below(rng, ARENA_POINTERS));
	return put(rng, list, (count + 1) * sizeof(*list));
}

static void make_argv(struct call *call, struct rng *rng, struct spawn_template_spawn_args *args)
{
	char digits[8];

	switch (rng_below(rng, 4)) {
	case 0:
		call->status = TINY_STATUS;
		break;
	case 1:
		call->status = TINY_STATUS;
		args->argv = make_strings(call, rng, "tiny", "");
		break;
	default:
		call->status = rng_below(rng, 255);
		snprintf(digits, sizeof(digits), "%d", call->status);
		args->argv = make_strings(call, rng, "tiny", digits);
	}
	if (rng_one_in(rng, 2))
		args->envp = make_strings(call, rng, "A=B", NULL);
	if (mutate_here(call, rng, 24))
		args->argv = odd_pointer(rng, args->argv);
	if (mutate_here(call, rng, 24))
		args->envp = odd_pointer(rng, args->envp);
}

static void make_outputs(struct call *call, struct rng *rng, struct spawn_template_spawn_args *args)
{
	static const struct spawn_template_result poison = { ~0U, ~0, ~0, ~0 };
	static const int poisoned_fd = -2;

	if (!rng_one_in(rng, 4)) {
		args->pidfd = put(rng, &poisoned_fd, sizeof(poisoned_fd));
		call->pidfd = (int *)(uintptr_t)args->pidfd;
		if (mutate_here(call, rng, 12)) {
			args->pidfd = odd_pointer(rng, args->pidfd);
			call->pidfd = NULL;
		}
	}
	if (!rng_one_in(rng, 4)) {
		args->result = put(rng, &poison, sizeof(poison));
		call->result = (struct spawn_template_result *)(uintptr_t)args->result;
		if (mutate_here(call, rng, 12)) {
			args->result = odd_pointer(rng, args->result);
			call->result = NULL;
		}
	}
}

static void make_spawn(struct call *call, struct rng *rng, unsigned int worker)
{
	struct spawn_template_spawn_args args = { 0 };
	bool any;

	call->kind = KIND_SPAWN;
	call->cmd = SPAWN_TEMPLATE_IOC_SPAWN;
	any = !call->gentle && rng_one_in(rng, 6);
	call->fd = FD_SLOT + rng_below(rng, FD_SLOT_END - FD_SLOT - 4);
	if (any)
		call->fd = FD_SHARED + rng_below(rng, FD_VOLATILE_END - FD_SHARED);
	if (rng_one_in(rng, 4))
		args.flags = SPAWN_TEMPLATE_SPAWN_INHERIT_FDS;
	make_argv(call, rng, &args);
	make_actions(call, rng, worker, &args);
	make_outputs(call, rng, &args);
	if (mutate_here(call, rng, 16))
		args.flags = odd_number(rng, args.flags);
	if (mutate_here(call, rng, 16))
		args.reserved[rng_below(rng, 4)] = odd_number(rng, 0);
	mutate_bytes(call, rng, &args, sizeof(args));
	mutate_command(call, rng);
	put_args(call, rng, &args, sizeof(args));
	/* What it comes to is not known then. */
	if (call->mutations || any) {
		call->pidfd = NULL;
		call->result = NULL;
		call->status = -1;
	}
	snprintf(call->text, sizeof(call->text),
		 "flags %llx pidfd %llx argv %llx envp %llx actions %llx len %llx result %llx",
		 args.flags, args.pidfd, args.argv, args.envp, args.actions, args.actions_len,
		 args.result);
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
	/* With nothing behind it: what is written there is found out. */
	if (_IOC_SIZE(call->cmd) <= size && rng_one_in(rng, 4))
		call->arg = (uintptr_t)arena_put_at_end(rng, (void *)(uintptr_t)call->arg, size);
	if (mutate_here(call, rng, 4))
		call->arg = odd_pointer(rng, call->arg);
}

/* Any number at all, on any descriptor. */
static void make_other(struct call *call, struct rng *rng)
{
	call->kind = KIND_OTHER;
	call->fd = rng_one_in(rng, 2) ? FD_DEVICE :
					FD_SHARED + (int)rng_below(rng, FD_SLOT_END - FD_SHARED);
	call->cmd = _IOC(rng_below(rng, 4), SPAWN_TEMPLATE_IOC_MAGIC, 4 + rng_below(rng, 252),
			 rng_below(rng, 1 << _IOC_SIZEBITS));
	if (rng_one_in(rng, 2))
		call->cmd = rng_next(rng);
	call->arg = rng_one_in(rng, 2) ? (uintptr_t)arena_put(rng, NULL, 256) :
					 arena_bad_pointer(rng);
	/* These would change the descriptor, and are not ours. */
	if (call->cmd >> 8 == 0x54)
		call->cmd ^= 1 << 16;
}

void call_make(struct call *call, struct rng *rng, unsigned int worker)
{
	unsigned int kind = rng_below(rng, 100);

	*call = (struct call){ .slot = -1, .status = -1 };
	call->gentle = rng_one_in(rng, 16);
	call->rough = !call->gentle && rng_below(rng, 4);
	arena_reset(rng);
	if (kind < 50)
		make_spawn(call, rng, worker);
	else if (kind < 75)
		make_create(call, rng, worker);
	else if (kind < 82)
		make_reading(call, rng, false);
	else if (kind < 92)
		make_reading(call, rng, true);
	else
		make_other(call, rng);
}
