// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * child.c - a child's pidfd in the event loop, and the child's end
 *
 * libuv polls the pidfd. When the child has ended, it is reaped at once, and its
 * end is told in the check phase of the same turn of the loop: after all that
 * was read in this turn, as uv_spawn() does. A program that prints a line and
 * ends is usually read first.
 *
 * A struct child has two users: the loop, until the poll handle is closed; and
 * JavaScript's external value. An asynchronous child that fails writes to the
 * result until it has ended. So the memory of a child that was not seen to end
 * is never freed: its environment ended before it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native.h"

/* What a program that ended without a status gets: somebody else reaped it. */
#define STATUS_UNKNOWN 255

struct child {
	struct outspawn_result result; /* the kernel writes a late failure here */
	uv_poll_t poll;
	struct state *state;
	struct child *next, **at; /* in state->children */
	struct child *next_ended; /* in state->ended */
	napi_async_context context;
	napi_ref handle, onend;
	int pidfd;
	int status, signal; /* as onend gets them */
	unsigned int users;
	bool ended; /* reaped: nobody writes to the result any more */
	bool closed;
	bool telling; /* onend runs, in the context of the child */
};

static void release(struct child *child)
{
	if (!--child->users && child->ended)
		free(child);
}

/* --- the environment's state --- */

/* A handle of the environment was closed. The last one lets its end go on. */
static void handle_closed(struct state *state)
{
	if (--state->open_handles)
		return;
	napi_remove_async_cleanup_hook(state->hook);
	free(state);
}

static void check_closed(uv_handle_t *check)
{
	handle_closed(check->data);
}

/* The environment ends: close all handles, or its loop cannot be closed. */
static void end_state(napi_async_cleanup_hook_handle hook, void *data)
{
	struct state *state = data;

	(void)hook; /* state->hook is the same */
	state->ended = NULL;
	for (struct child *child = state->children; child; child = child->next)
		child_close(child);
	uv_close((uv_handle_t *)&state->check, check_closed);
}

static void tell_all(uv_check_t *check);

struct state *state_new(napi_env env)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	state->env = env;
	if (napi_get_uv_event_loop(env, &state->loop) != napi_ok ||
	    uv_check_init(state->loop, &state->check)) {
		free(state);
		return NULL;
	}
	state->check.data = state;
	state->open_handles = 1;
	uv_unref((uv_handle_t *)&state->check);
	if (napi_add_async_cleanup_hook(env, end_state, state, &state->hook) == napi_ok)
		return state;
	/* The loop has the check handle until it ends: the memory stays. */
	return NULL;
}

/* --- the child's end --- */

static void drop_references(struct child *child)
{
	napi_env env = child->state->env;

	if (child->onend)
		napi_delete_reference(env, child->onend);
	if (child->handle)
		napi_delete_reference(env, child->handle);
	if (child->context)
		napi_async_destroy(env, child->context);
	child->onend = child->handle = NULL;
	child->context = NULL;
}

/* Call onend as a method of the handle, in the context of the spawn. */
static void tell(struct child *child)
{
	napi_value handle, onend, error, args[2];
	napi_env env = child->state->env;
	napi_handle_scope scope;
	napi_status status;

	if (child->closed || napi_open_handle_scope(env, &scope) != napi_ok)
		return;
	napi_get_reference_value(env, child->handle, &handle);
	napi_get_reference_value(env, child->onend, &onend);
	napi_create_int32(env, child->status, &args[0]);
	napi_create_int32(env, child->signal, &args[1]);
	child->telling = true;
	status = napi_make_callback(env, child->context, handle, onend, 2, args, NULL);
	child->telling = false;
	/* An exception of the program's own code; none if the thread is ending. */
	if (status == napi_pending_exception &&
	    napi_get_and_clear_last_exception(env, &error) == napi_ok)
		napi_fatal_exception(env, error);
	if (child->closed)
		drop_references(child);
	napi_close_handle_scope(env, scope);
}

static void tell_all(uv_check_t *check)
{
	struct state *state = check->data;
	struct child *child;

	uv_check_stop(check);
	while ((child = state->ended)) {
		state->ended = child->next_ended;
		child->users++;
		tell(child);
		release(child);
	}
}

/*
 * Reap the child. Return false if it has not ended: the pidfd is readable also
 * while a tracer keeps the child's end from its parent.
 */
static bool reap(struct child *child)
{
	siginfo_t info = { 0 };

	if (waitid(P_PIDFD, child->pidfd, &info, WEXITED | WNOHANG)) {
		if (errno != ECHILD)
			return false;
		child->status = STATUS_UNKNOWN;
	} else if (!info.si_pid) {
		return false;
	} else if (info.si_code == CLD_EXITED) {
		child->status = info.si_status;
	} else {
		child->signal = info.si_status;
	}
	if (child->result.error) {
		child->status = -(int)child->result.error;
		child->signal = 0;
	}
	child->ended = true;
	return true;
}

static void readable(uv_poll_t *poll, int error, int events)
{
	struct child *child = poll->data, **end;

	(void)error;
	(void)events;
	if (!reap(child))
		return;
	uv_poll_stop(poll);
	for (end = &child->state->ended; *end;)
		end = &(*end)->next_ended;
	child->next_ended = NULL;
	*end = child;
	uv_check_start(&child->state->check, tell_all);
}

/* --- one child --- */

struct child *child_new(struct state *state)
{
	struct child *child = calloc(1, sizeof(*child));

	if (child) {
		child->state = state;
		child->pidfd = -1;
	}
	return child;
}

struct outspawn_result *child_result(struct child *child)
{
	return &child->result;
}

void child_drop(struct child *child)
{
	free(child);
}

/* Kill and reap, and wait for that: killed programs end soon. */
static void end_now(struct child *child)
{
	if (child->ended)
		return;
	outspawn_kill(child->pidfd, SIGKILL);
	while (outspawn_wait(child->pidfd, -1, NULL) == -EINTR)
		;
	child->ended = true;
}

static void finalize(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	release(data);
}

static int make_references(struct child *child, napi_value handle, napi_value onend)
{
	napi_env env = child->state->env;
	napi_value name;

	if (napi_create_string_utf8(env, "OUTSPAWN", NAPI_AUTO_LENGTH, &name) == napi_ok &&
	    napi_async_init(env, handle, name, &child->context) == napi_ok &&
	    napi_create_reference(env, handle, 1, &child->handle) == napi_ok &&
	    napi_create_reference(env, onend, 1, &child->onend) == napi_ok)
		return 0;
	return -ENOMEM;
}

static void poll_closed(uv_handle_t *poll)
{
	struct child *child = poll->data;
	struct state *state = child->state;

	*child->at = child->next;
	if (child->next)
		child->next->at = child->at;
	close(child->pidfd);
	child->pidfd = -1;
	release(child);
	handle_closed(state);
}

static void add_to_state(struct child *child)
{
	child->state->open_handles++;
	child->next = child->state->children;
	child->at = &child->state->children;
	if (child->next)
		child->next->at = &child->next;
	child->state->children = child;
}

int child_watch(struct child *child, int pidfd, napi_value handle, napi_value onend,
		napi_value *value)
{
	napi_env env = child->state->env;
	int error;

	child->pidfd = pidfd;
	error = uv_poll_init(child->state->loop, &child->poll, pidfd);
	if (error) {
		end_now(child);
		close(pidfd);
		free(child);
		return error;
	}
	child->poll.data = child;
	child->users = 1;
	add_to_state(child);
	error = make_references(child, handle, onend);
	if (!error && napi_create_external(env, child, finalize, NULL, value) == napi_ok)
		child->users++;
	else
		error = -ENOMEM;
	if (!error)
		error = uv_poll_start(&child->poll, UV_READABLE, readable);
	if (error)
		child_discard(child);
	return error;
}

int child_kill(struct child *child, int signal)
{
	return child->closed || child->ended ? -ESRCH : outspawn_kill(child->pidfd, signal);
}

void child_ref(struct child *child, bool ref)
{
	if (child->closed)
		return;
	if (ref)
		uv_ref((uv_handle_t *)&child->poll);
	else
		uv_unref((uv_handle_t *)&child->poll);
}

bool child_has_ref(struct child *child)
{
	return !child->closed && uv_has_ref((uv_handle_t *)&child->poll);
}

void child_close(struct child *child)
{
	if (child->closed)
		return;
	child->closed = true;
	if (!child->telling)
		drop_references(child);
	uv_close((uv_handle_t *)&child->poll, poll_closed);
}

void child_discard(struct child *child)
{
	if (child->closed)
		return;
	end_now(child);
	child_close(child);
}
