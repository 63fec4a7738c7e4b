/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Copyright (C) 2026 The outspawn authors */
/*
 * native.h - what the files of Node's addon share
 *
 *	addon.c       the functions that the package's JavaScript calls
 *	strings.c     C strings, made of JavaScript's
 *	plan.c        libuv's steps between fork and exec, as a list of actions
 *	expect.c      will exec succeed? If so, nobody has to wait for it.
 *	child.c       a child's pidfd in the event loop, and the child's end
 *	device.c      the device's descriptor; may the module be used?
 *
 * The addon uses Node-API 8 and libuv, so one file serves Node 20 and later.
 * Each environment (the main thread, each worker) has a struct state of its own.
 */
#ifndef OUTSPAWN_NODE_NATIVE_H
#define OUTSPAWN_NODE_NATIVE_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <uv.h>

#include <stdbool.h>

#include "outspawn.h"

/* --- strings.c --- */

/* An array of C strings that ends with NULL. */
struct strings {
	char **array;
	size_t bytes; /* of all strings, with their NULs */
};

/*
 * take_string() - copy a string, or a number as JavaScript writes it
 *
 * Return: the copy, which the caller frees; or NULL for any other value, for
 * which JavaScript would have to run code, or if there is no memory.
 */
char *take_string(napi_env env, napi_value value);

/* strings_take() - copy an array. Return false as take_string() returns NULL. */
bool strings_take(napi_env env, napi_value array, struct strings *strings);
void strings_free(struct strings *strings);

/* --- plan.c --- */

#define PLAN_DETACHED (1U << 0)
#define PLAN_UID (1U << 1)
#define PLAN_GID (1U << 2)

/* Values of a stdio entry that is no descriptor to inherit. */
#define STDIO_IGNORE (-1)
#define STDIO_PIPE (-2)

/* The child that ChildProcess asks for, and the result of its spawn. */
struct plan {
	char *file;
	struct strings argv, envp;
	char *cwd; /* or NULL */
	unsigned int flags; /* PLAN_* */
	unsigned int uid, gid; /* with PLAN_UID, PLAN_GID */
	size_t stdio_count;
	int32_t *stdio; /* JavaScript's array: pipes are replaced by the caller's ends */

	const char *path; /* the directories to search, in envp; or NULL */
	struct outspawn_actions actions;
	int cwd_fd; /* or -1 */
	int *sources; /* the child's descriptors: the caller's numbers, or -1 */
	int *ends; /* the caller's ends of pipes, or -1 */
	int *ours; /* descriptors that end with the plan */
	size_t ours_count;
};

/*
 * plan_make() - fill the second half of a plan in
 *
 * Return: NULL; or in words why Node must do the spawn. plan_free() takes both.
 */
const char *plan_make(struct plan *plan);

/* plan_keep_pipes() - give the caller's ends of the pipes to plan->stdio */
void plan_keep_pipes(struct plan *plan);
void plan_free(struct plan *plan);

/* --- expect.c --- */

/*
 * expect_exec() - will the child find its program, and the kernel start it?
 *
 * The caller looks at the same files as the child will. A true answer can still
 * be wrong: a file may change before exec, or a security module deny it.
 */
bool expect_exec(const struct plan *plan);

/* --- child.c --- */

/* What each environment has of its own. */
struct state {
	napi_env env;
	uv_loop_t *loop;
	uv_check_t check; /* runs after the loop has polled */
	struct child *children; /* all whose poll handle is open */
	struct child *ended; /* those whose end has not been told */
	napi_async_cleanup_hook_handle hook;
	unsigned int open_handles; /* the check, and each child's poll handle */
};

/* state_new() - make an environment's state. Return NULL with an exception. */
struct state *state_new(napi_env env);

struct child;

/* child_new() - make what a spawn needs: memory for the result. */
struct child *child_new(struct state *state);
struct outspawn_result *child_result(struct child *child);

/*
 * child_watch() - put a child's pidfd in the loop
 * @handle: the Process, to which onend belongs as a method
 * @onend: called with the exit status, or a negative error number if exec
 *	failed; and with the signal that killed the child, or 0
 * @value: an external value for the functions below
 *
 * Return: 0; or a negative error number. The child is dead and reaped then, and
 * the memory is free.
 */
int child_watch(struct child *child, int pidfd, napi_value handle, napi_value onend,
		napi_value *value);

/* child_drop() - free a child that was not started */
void child_drop(struct child *child);

int child_kill(struct child *child, int signal);
void child_ref(struct child *child, bool ref);
bool child_has_ref(struct child *child);
/* child_close() - end the watch. The child may still run. */
void child_close(struct child *child);
/* child_discard() - kill a child that Node cannot use, reap it, end the watch */
void child_discard(struct child *child);

/* --- device.c --- */

/*
 * device_open() - the descriptor of the device, which stays open
 * @why: set to the reason in words if the module cannot be used
 *
 * Return: the descriptor; the caller does not close it. Or -1.
 */
int device_open(const char **why);

#endif /* OUTSPAWN_NODE_NATIVE_H */
