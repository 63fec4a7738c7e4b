// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * addon.c - the functions that the package's JavaScript calls
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"

static napi_value undefined(napi_env env)
{
	napi_value value = NULL;

	napi_get_undefined(env, &value);
	return value;
}

static napi_value text(napi_env env, const char *string)
{
	napi_value value = NULL;

	napi_create_string_utf8(env, string, NAPI_AUTO_LENGTH, &value);
	return value;
}

static napi_value number(napi_env env, int n)
{
	napi_value value = NULL;

	napi_create_int32(env, n, &value);
	return value;
}

/* device() -> undefined if the module can be used; or in words why not */
static napi_value device(napi_env env, napi_callback_info info)
{
	const char *why = NULL;

	(void)info;
	return device_open(&why) < 0 ? text(env, why) : undefined(env);
}

/* --- spawn() --- */

enum { FILE_, ARGS, ENV, CWD, FLAGS, UID, GID, STDIO, HANDLE, ONEND, ARGUMENTS };

static const char *take_arguments(napi_env env, napi_value *args, struct plan *plan)
{
	napi_valuetype cwd;

	if (napi_get_value_uint32(env, args[FLAGS], &plan->flags) != napi_ok ||
	    napi_get_value_uint32(env, args[UID], &plan->uid) != napi_ok ||
	    napi_get_value_uint32(env, args[GID], &plan->gid) != napi_ok ||
	    napi_get_typedarray_info(env, args[STDIO], NULL, &plan->stdio_count,
				     (void **)&plan->stdio, NULL, NULL) != napi_ok)
		return "options of an unknown form";
	plan->file = take_string(env, args[FILE_]);
	if (!plan->file || !strings_take(env, args[ARGS], &plan->argv) ||
	    !strings_take(env, args[ENV], &plan->envp))
		return "strings of an unknown form";
	napi_typeof(env, args[CWD], &cwd);
	if (cwd == napi_undefined)
		return NULL;
	plan->cwd = take_string(env, args[CWD]);
	return plan->cwd ? NULL : "strings of an unknown form";
}

/*
 * Must the call wait for exec? Programs send signals to the process group of a
 * detached child as soon as spawn() has returned: then the group must exist.
 */
static bool must_wait(const struct plan *plan)
{
	return plan->flags & PLAN_DETACHED || !expect_exec(plan);
}

static pid_t carry_out(int dev, const struct plan *plan, bool wait, int *pidfd,
		       struct outspawn_result *result)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;

	attr.flags = OUTSPAWN_INHERIT_FDS | (wait ? 0 : OUTSPAWN_ASYNC);
	return outspawn_spawn_path(dev, plan->file, plan->path, plan->argv.array, plan->envp.array,
				   &plan->actions, &attr, pidfd, result);
}

/* Return the external value of a child; or a number, an error of Node's. */
static napi_value watch(napi_env env, struct child *child, pid_t pid, int pidfd, napi_value *args)
{
	napi_value value = NULL;
	int error = child_watch(child, pidfd, args[HANDLE], args[ONEND], &value);

	if (error)
		return number(env, error);
	napi_set_named_property(env, args[HANDLE], "pid", number(env, pid));
	return value;
}

/*
 * spawn(file, args, env, cwd, flags, uid, gid, stdio, handle, onend)
 *
 * Return an external value; or a number, which is the error of the spawn; or a
 * string, in words why Node must do the spawn. handle.waited says whether the
 * call waited for exec.
 */
static napi_value spawn(napi_env env, napi_callback_info info)
{
	napi_value args[ARGUMENTS], waited, ret = NULL;
	size_t count = ARGUMENTS;
	struct plan plan = { 0 };
	struct child *child;
	const char *why;
	struct state *state;
	int dev = -1, pidfd;
	bool wait = true;
	pid_t pid;

	if (napi_get_cb_info(env, info, &count, args, NULL, (void **)&state) != napi_ok ||
	    count != ARGUMENTS)
		return text(env, "options of an unknown form");
	child = child_new(state);
	why = child ? take_arguments(env, args, &plan) : "no memory";
	if (!why)
		dev = device_open(&why);
	if (!why)
		why = plan_make(&plan);
	if (!why) {
		wait = must_wait(&plan);
		pid = carry_out(dev, &plan, wait, &pidfd, child_result(child));
		if (pid < 0)
			why = strerrorname_np(-pid);
		else
			ret = watch(env, child, pid, pidfd, args);
	}
	if (why) {
		child_drop(child);
		ret = text(env, why);
	} else {
		plan_keep_pipes(&plan);
		napi_get_boolean(env, wait, &waited);
		napi_set_named_property(env, args[HANDLE], "waited", waited);
	}
	plan_free(&plan);
	return ret;
}

/* --- functions of a child --- */

static struct child *child_of(napi_env env, napi_callback_info info, int32_t *n)
{
	struct child *child = NULL;
	napi_value args[2];
	size_t count = 2;

	napi_get_cb_info(env, info, &count, args, NULL, NULL);
	napi_get_value_external(env, args[0], (void **)&child);
	if (n && napi_get_value_int32(env, args[1], n) != napi_ok)
		*n = 0;
	return child;
}

/* kill(child, signal) -> 0, or a negative error number */
static napi_value kill_child(napi_env env, napi_callback_info info)
{
	int32_t signal;
	struct child *child = child_of(env, info, &signal);

	return number(env, child_kill(child, signal));
}

static napi_value ref(napi_env env, napi_callback_info info)
{
	child_ref(child_of(env, info, NULL), true);
	return undefined(env);
}

static napi_value unref(napi_env env, napi_callback_info info)
{
	child_ref(child_of(env, info, NULL), false);
	return undefined(env);
}

static napi_value has_ref(napi_env env, napi_callback_info info)
{
	napi_value value = NULL;

	napi_get_boolean(env, child_has_ref(child_of(env, info, NULL)), &value);
	return value;
}

static napi_value close_child(napi_env env, napi_callback_info info)
{
	child_close(child_of(env, info, NULL));
	return undefined(env);
}

static napi_value discard(napi_env env, napi_callback_info info)
{
	child_discard(child_of(env, info, NULL));
	return undefined(env);
}

#define FUNCTION(name, function)                                            \
	{                                                                   \
		name, NULL, function, NULL, NULL, NULL, napi_default, state \
	}

static napi_value begin(napi_env env, napi_value exports)
{
	struct state *state = state_new(env);
	const napi_property_descriptor functions[] = {
		FUNCTION("device", device),	FUNCTION("spawn", spawn),
		FUNCTION("kill", kill_child),	FUNCTION("ref", ref),
		FUNCTION("unref", unref),	FUNCTION("hasRef", has_ref),
		FUNCTION("close", close_child), FUNCTION("discard", discard),
	};

	if (state)
		napi_define_properties(env, exports, sizeof(functions) / sizeof(*functions),
				       functions);
	else
		napi_throw_error(env, "ENOMEM", "outspawn: no memory");
	return exports;
}

NAPI_MODULE(outspawn, begin)
