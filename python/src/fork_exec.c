// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * fork_exec.c - takes the place of _posixsubprocess.fork_exec
 *
 * subprocess.Popen and multiprocessing give fork_exec() all that they know of a
 * child: 23 arguments, the same in Python 3.11 to 3.13. Here they become a list
 * of actions and one spawn by path.
 *
 * Everything that this file cannot do exactly as Python does, Python's own
 * fork_exec() does, with the same arguments. That includes every failure: a
 * spawn that failed leaves no child and no trace, so Python may try again. Its
 * child then fails in the same way, and tells Popen in the words that this
 * version of Popen understands. So this file knows nothing of the pipe for
 * errors: its children never have the write end.
 *
 * The actions have the order of child_exec() in Modules/_posixsubprocess.c. Only
 * their order among the descriptors differs: Python's child starts with all
 * descriptors and closes them last; a child here never has them.
 */
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "native.h"

#define ARGUMENTS 23

/* fork_exec()'s arguments, in their order. The objects are borrowed. */
struct request {
	PyObject *args, *executables;
	int close_fds;
	PyObject *keep, *cwd, *env;
	int p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite;
	int errpipe_read, errpipe_write;
	int restore_signals, setsid, pgid;
	PyObject *gid, *groups, *uid;
	int umask;
	PyObject *preexec;
	int allow_vfork;
};

/* What a request becomes. */
struct plan {
	struct strings argv, envp, candidates;
	PyObject *cwd; /* bytes; or NULL */
	const char *file; /* the program, */
	char *path; /* and the directories to search; or NULL: no search */
	struct outspawn_actions actions;
	struct outspawn_attr attr;
};

static bool parse(struct request *r, PyObject *args)
{
	return PyTuple_Size(args) == ARGUMENTS &&
	       PyArg_ParseTuple(args, "OOpOOOiiiiiiiippiOOOiOp:fork_exec", &r->args,
				&r->executables, &r->close_fds, &r->keep, &r->cwd, &r->env,
				&r->p2cread, &r->p2cwrite, &r->c2pread, &r->c2pwrite, &r->errread,
				&r->errwrite, &r->errpipe_read, &r->errpipe_write,
				&r->restore_signals, &r->setsid, &r->pgid, &r->gid, &r->groups,
				&r->uid, &r->umask, &r->preexec, &r->allow_vfork);
}

/* --- the program --- */

/*
 * Popen lists a candidate for each directory of PATH: directory/name, or name
 * alone if the directory is empty. Set path to the directories again. Return
 * NULL; or in words why the module's search would not try the same files.
 */
static const char *take_search(struct plan *plan)
{
	char *const *candidates = plan->candidates.array;
	const char *slash = strrchr(candidates[0], '/');
	const char *name = slash ? slash + 1 : candidates[0];
	size_t size = 0, length = strlen(name);
	char *to;

	for (size_t i = 0; candidates[i]; i++)
		size += strlen(candidates[i]) + 1;
	plan->path = to = PyMem_Malloc(size);
	if (!to)
		return "no memory";
	for (size_t i = 0; candidates[i]; i++) {
		size_t used = strlen(candidates[i]), directory = used - length;

		if (used < length || strcmp(candidates[i] + directory, name) || directory == 1 ||
		    (directory && candidates[i][directory - 1] != '/') ||
		    memchr(candidates[i], ':', directory))
			return "programs that PATH does not name";
		if (i)
			*to++ = ':';
		/* Without the slash before the name. */
		if (directory > 1)
			to = (char *)memcpy(to, candidates[i], directory - 1) + directory - 1;
	}
	*to = '\0';
	plan->file = name;
	return NULL;
}

static const char *take_program(struct plan *plan, const struct request *r)
{
	/* None would mean the caller's environment. */
	if (r->executables == Py_None || strings_take(&plan->candidates, r->executables))
		return "programs of an unknown type";
	if (!plan->candidates.array[0])
		return "no program";
	plan->file = plan->candidates.array[0];
	return plan->candidates.array[1] ? take_search(plan) : NULL;
}

/* --- users and groups --- */

/* Python's values are a uid_t's, and -1 leaves an ID unchanged. */
static bool take_id(PyObject *object, unsigned long *id)
{
	if (!PyLong_CheckExact(object))
		return false;
	*id = PyLong_AsUnsignedLong(object);
	return !PyErr_Occurred() && *id < UINT_MAX;
}

static void add_id(struct plan *plan, long nr, unsigned long id)
{
	const unsigned long args[6] = { id, id };

	outspawn_actions_syscall(&plan->actions, nr, args);
}

/* Versions of Python differ in what an empty list means. */
static bool add_groups(struct plan *plan, PyObject *list)
{
	Py_ssize_t count = PyList_CheckExact(list) ? PyList_Size(list) : 0;
	unsigned long id = 0;
	gid_t *groups;
	bool good;

	if (count < 1 || count > NGROUPS_MAX)
		return false;
	groups = PyMem_Calloc(count, sizeof(*groups));
	good = groups;
	for (Py_ssize_t i = 0; i < count && good; i++) {
		good = take_id(PyList_GetItem(list, i), &id);
		groups[i] = id;
	}
	if (good)
		outspawn_actions_setgroups(&plan->actions, count, groups);
	PyMem_Free(groups);
	return good;
}

static const char *add_users(struct plan *plan, const struct request *r)
{
	unsigned long id;

	if (r->groups != Py_None && !add_groups(plan, r->groups))
		return "extra groups of an unknown form";
	if (r->gid != Py_None) {
		if (!take_id(r->gid, &id))
			return "a group of an unknown form";
		add_id(plan, SYS_setregid, id);
	}
	if (r->uid != Py_None) {
		if (!take_id(r->uid, &id))
			return "a user of an unknown form";
		add_id(plan, SYS_setreuid, id);
	}
	return NULL;
}

/* --- descriptors --- */

/* Python checks the same: the descriptors to keep are in order. */
static const char *add_kept(struct plan *plan, const struct request *r)
{
	Py_ssize_t count = PyTuple_CheckExact(r->keep) ? PyTuple_Size(r->keep) : -1;
	long before = -1, fd;

	if (count < 0)
		return "descriptors to keep of an unknown form";
	for (Py_ssize_t i = 0; i < count; i++) {
		PyObject *object = PyTuple_GetItem(r->keep, i);

		fd = PyLong_CheckExact(object) ? PyLong_AsLong(object) : -1;
		if (fd <= before || fd > INT_MAX)
			return "descriptors to keep of an unknown form";
		before = fd;
		if (fd == r->p2cwrite || fd == r->c2pread || fd == r->errread ||
		    fd == r->errpipe_read)
			return "the child keeps the caller's end of a pipe";
		if (fd != r->errpipe_write)
			outspawn_actions_dup2(&plan->actions, fd, fd);
	}
	return NULL;
}

/*
 * Close the caller's end of a pipe, if the child has it: with close_fds a child
 * has no descriptor above 2 but those that actions place.
 */
static void add_close(struct plan *plan, const struct request *r, int fd)
{
	if (fd >= 0 && (!r->close_fds || fd <= STDERR_FILENO))
		outspawn_actions_close_range(&plan->actions, fd, fd, 0);
}

static const char *add_descriptors(struct plan *plan, const struct request *r)
{
	const char *why = add_kept(plan, r);

	if (why)
		return why;
	add_close(plan, r, r->p2cwrite);
	add_close(plan, r, r->c2pread);
	add_close(plan, r, r->errread);
	add_close(plan, r, r->errpipe_read);
	outspawn_actions_stdio(&plan->actions, r->p2cread, r->c2pwrite, r->errwrite);
	return NULL;
}

/* --- the plan --- */

/* The signals that _Py_RestoreSignals() sets to their default. */
static void add_signals(struct plan *plan)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigaddset(&set, SIGXFSZ);
	outspawn_actions_sigdefault(&plan->actions, &set);
}

static const char *add_actions(struct plan *plan, const struct request *r)
{
	const char *why = add_descriptors(plan, r);

	if (why)
		return why;
	if (plan->cwd)
		outspawn_actions_chdir(&plan->actions, PyBytes_AsString(plan->cwd));
	if (r->umask >= 0)
		outspawn_actions_umask(&plan->actions, r->umask);
	if (r->restore_signals)
		add_signals(plan);
	if (r->setsid)
		outspawn_actions_setsid(&plan->actions);
	if (r->pgid >= 0)
		outspawn_actions_setpgid(&plan->actions, r->pgid);
	return add_users(plan, r);
}

static const char *make_plan(struct plan *plan, const struct request *r)
{
	if (r->args == Py_None || strings_take(&plan->argv, r->args) ||
	    strings_take(&plan->envp, r->env) ||
	    (r->cwd != Py_None && !PyUnicode_FSConverter(r->cwd, &plan->cwd)))
		return "strings of an unknown form";
	if (!r->close_fds)
		plan->attr.flags = OUTSPAWN_INHERIT_FDS;
	return add_actions(plan, r);
}

static void free_plan(struct plan *plan)
{
	strings_free(&plan->candidates);
	strings_free(&plan->argv);
	strings_free(&plan->envp);
	Py_XDECREF(plan->cwd);
	PyMem_Free(plan->path);
	outspawn_actions_destroy(&plan->actions);
}

/* Return in words why the module must not try; or NULL. */
static const char *check(const struct state *state, const struct request *r)
{
	/* Python forbids programs in some of them, and knows in which. */
	if (!state->is_main)
		return "a subinterpreter";
	if (r->preexec != Py_None)
		return "preexec_fn";
	if (!r->allow_vfork)
		return "subprocess._USE_VFORK is False";
	if (r->errpipe_write >= 0 && r->errpipe_write <= STDERR_FILENO)
		return "the pipe for errors has a low number";
	if (!r->close_fds && device_many_inheritable())
		return "many inheritable descriptors";
	return NULL;
}

static pid_t carry_out(int device, struct plan *plan, const char **why)
{
	struct outspawn_result result;
	pid_t pid;

	Py_BEGIN_ALLOW_THREADS pid =
		outspawn_spawn_path(device, plan->file, plan->path, plan->argv.array,
				    plan->envp.array, &plan->actions, &plan->attr, NULL, &result);
	Py_END_ALLOW_THREADS if (pid < 0) *why = strerrorname_np(-pid);
	return pid;
}

/*
 * Let the module do a request. Return the child's pid; or a negative number if
 * Python must do the request. A Python exception may be set then.
 */
static pid_t by_module(const struct state *state, const struct request *r)
{
	struct plan plan = { .attr = OUTSPAWN_ATTR_INIT };
	const char *why;
	int device = -1;
	pid_t pid = -1;

	outspawn_actions_init(&plan.actions);
	why = take_program(&plan, r);
	if (!why)
		why = check(state, r);
	if (!why)
		device = device_open(&why);
	if (device >= 0)
		why = make_plan(&plan, r);
	if (device >= 0 && !why)
		pid = carry_out(device, &plan, &why);
	debug_say(plan.file, pid > 0 ? "module" : "python", why);
	free_plan(&plan);
	return pid;
}

/* Return None if Python must do the request; or NULL with an exception. */
static PyObject *result_of(PyObject *module, pid_t pid)
{
	struct state *state = native_state(module);

	if (pid > 0) {
		state->by_module++;
		return PyLong_FromLong(pid);
	}
	/*
	 * A list of arguments changed while it was read: to read it again would
	 * hide that. Python finds any other error itself.
	 */
	if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_RuntimeError))
		return NULL;
	PyErr_Clear();
	state->by_python++;
	Py_RETURN_NONE;
}

PyObject *native_fork_exec(PyObject *module, PyObject *args)
{
	struct state *state = native_state(module);
	struct request r;
	PyObject *pid;

	if (!state->original) {
		PyErr_SetString(PyExc_RuntimeError, "outspawn.install() was not called");
		return NULL;
	}
	pid = result_of(module, parse(&r, args) ? by_module(state, &r) : -1);
	if (pid != Py_None)
		return pid;
	Py_DECREF(pid);
	return PyObject_Call(state->original, args, NULL);
}

/*
 * For Popen's calls of os.posix_spawn(): the same for a child that needs few
 * options. Return its pid; or None.
 */
PyObject *native_try_fork_exec(PyObject *module, PyObject *args)
{
	struct request r = {
		.cwd = Py_None,
		.errpipe_read = -1,
		.errpipe_write = -1,
		.pgid = -1,
		.gid = Py_None,
		.groups = Py_None,
		.uid = Py_None,
		.umask = -1,
		.preexec = Py_None,
		.allow_vfork = true,
	};

	if (!PyArg_ParseTuple(args, "OOpOOpiiiiii:try_fork_exec", &r.args, &r.executables,
			      &r.close_fds, &r.keep, &r.env, &r.restore_signals, &r.p2cread,
			      &r.p2cwrite, &r.c2pread, &r.c2pwrite, &r.errread, &r.errwrite))
		return NULL;
	return result_of(module, by_module(native_state(module), &r));
}
