// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * spawn.c - spawns and batches of the package's own interface
 *
 * A job is a tuple of Python's side:
 *
 *	(template, name, file, path, argv, env, actions, flags, pdeath_signal,
 *	 cgroup, namespaces)
 *
 * template is a descriptor, or -1 for a spawn by path. name is the program as
 * the user named it. file and path are bytes, path may be None. env is a list,
 * or None for the caller's environment. actions is an Actions object or None.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "native.h"

/* A job, and all that it needs. The objects are borrowed from the tuple. */
struct job {
	struct strings argv, envp;
	struct actions *actions; /* or NULL */
	PyObject *name; /* the program, for messages */
	struct outspawn_attr attr;
	int pidfd;
};

/* Refuse bytes with a NUL, which would end the string. */
static bool take_bytes(PyObject *bytes, const char **string)
{
	char *start;

	if (PyBytes_AsStringAndSize(bytes, &start, NULL))
		return false;
	*string = start;
	return true;
}

/* Parse a tuple. The actions are in use until job_free(). */
static bool job_take(struct state *state, struct job *job, struct outspawn_job *to, PyObject *tuple)
{
	PyObject *file, *path, *argv, *env, *actions;

	*job = (struct job){ .attr = OUTSPAWN_ATTR_INIT, .pidfd = -1 };
	*to = (struct outspawn_job){ 0 };
	if (!PyArg_ParseTuple(tuple, "iOOOOOOIiiK", &to->tmpl, &job->name, &file, &path, &argv,
			      &env, &actions, &job->attr.flags, &job->attr.pdeath_signal,
			      &job->attr.cgroup, &job->attr.namespaces))
		return false;
	if (actions != Py_None && !PyObject_TypeCheck(actions, state->actions_type)) {
		PyErr_SetString(PyExc_TypeError, "actions must be an outspawn.Actions");
		return false;
	}
	if ((to->tmpl < 0 && !take_bytes(file, &to->file)) ||
	    (path != Py_None && !take_bytes(path, &to->path)))
		return false;
	if (strings_take(&job->argv, argv) || strings_take(&job->envp, env))
		return false;
	if (actions != Py_None) {
		job->actions = (struct actions *)actions;
		job->actions->users++;
		to->actions = &job->actions->list;
	}
	to->argv = job->argv.array;
	to->envp = job->envp.array;
	to->attr = &job->attr;
	to->pidfd = &job->pidfd;
	return true;
}

static void job_free(struct job *job)
{
	strings_free(&job->argv);
	strings_free(&job->envp);
	if (job->actions)
		job->actions->users--;
}

/* Return what the error is about, as a new reference: a path, or None. */
static PyObject *file_of(const struct job *job, const struct outspawn_result *result)
{
	PyObject *file = Py_None;

	if (result->stage != OUTSPAWN_STAGE_ACTION)
		file = job->name;
	else if (job->actions && result->action >= 0 &&
		 result->action < PyList_Size(job->actions->files))
		file = PyList_GetItem(job->actions->files, result->action);
	Py_INCREF(file);
	return file;
}

/*
 * Return an OSError of the subclass that belongs to the error number. Its
 * filename is the program, or the path of the action that failed; its note says
 * in words at which step.
 */
static PyObject *error_of(const struct job *job, const struct outspawn_job *done)
{
	const struct outspawn_result *result = &done->result;
	PyObject *error, *number, *note;
	char text[PATH_MAX];

	error = PyObject_CallFunction(PyExc_OSError, "iNN", -done->pid,
				      PyUnicode_DecodeFSDefault(strerror(-done->pid)),
				      file_of(job, result));
	if (!error)
		return NULL;
	/* Paths in the text may be no UTF-8. */
	outspawn_strerror(result, done->actions, done->file, text, sizeof(text));
	note = PyObject_CallMethod(error, "add_note", "N", PyUnicode_DecodeFSDefault(text));
	Py_XDECREF(note);
	number = PyLong_FromLong(result->stage);
	if (note && number && !PyObject_SetAttrString(error, "stage", number)) {
		Py_DECREF(number);
		return error;
	}
	Py_XDECREF(number);
	Py_DECREF(error);
	return NULL;
}

static PyObject *result_of(const struct job *job, const struct outspawn_job *done)
{
	if (done->pid > 0)
		return Py_BuildValue("ii", (int)done->pid, job->pidfd);
	return error_of(job, done);
}

/*
 * native_spawn() - spawn(device, job) -> (pid, pidfd)
 *
 * Raise the error of a spawn that failed.
 */
PyObject *native_spawn(PyObject *module, PyObject *args)
{
	struct outspawn_job todo;
	PyObject *tuple, *ret;
	struct job job;
	int device;

	if (!PyArg_ParseTuple(args, "iO!:spawn", &device, &PyTuple_Type, &tuple))
		return NULL;
	if (!job_take(native_state(module), &job, &todo, tuple)) {
		job_free(&job);
		return NULL;
	}
	Py_BEGIN_ALLOW_THREADS if (todo.file)
		todo.pid = outspawn_spawn_path(device, todo.file, todo.path, todo.argv, todo.envp,
					       todo.actions, todo.attr, todo.pidfd, &todo.result);
	else todo.pid = outspawn_spawn_attr(todo.tmpl, todo.argv, todo.envp, todo.actions,
					    todo.attr, todo.pidfd, &todo.result);
	Py_END_ALLOW_THREADS ret = result_of(&job, &todo);
	if (ret && todo.pid <= 0) {
		PyErr_SetObject((PyObject *)Py_TYPE(ret), ret);
		Py_CLEAR(ret);
	}
	job_free(&job);
	return ret;
}

/*
 * Do all jobs. A signal ends outspawn_batch() early; the other jobs follow at
 * once. Python's handlers run later: one that raised an exception here would
 * leave children that the caller does not know.
 */
static void do_jobs(int device, struct outspawn_job *jobs, unsigned int count)
{
	unsigned int done = 0;
	int ret = 0;

	while (done < count && (ret >= 0 || ret == -EINTR)) {
		ret = outspawn_batch(device, jobs + done, count - done);
		done += ret > 0 ? ret : 0;
	}
	while (done < count)
		jobs[done++].pid = ret;
}

static PyObject *results_of(const struct job *jobs, const struct outspawn_job *todo,
			    Py_ssize_t count)
{
	PyObject *list = PyList_New(count), *one;

	for (Py_ssize_t i = 0; list && i < count; i++) {
		one = result_of(&jobs[i], &todo[i]);
		if (!one || PyList_SetItem(list, i, one))
			Py_CLEAR(list);
	}
	return list;
}

/*
 * native_batch() - batch(device, jobs) -> a list: for each job (pid, pidfd), or
 * its OSError
 */
PyObject *native_batch(PyObject *module, PyObject *args)
{
	struct state *state = native_state(module);
	PyObject *list, *tuple, *ret = NULL;
	struct outspawn_job *todo;
	Py_ssize_t count, taken = 0;
	struct job *jobs;
	bool good = true;
	int device;

	if (!PyArg_ParseTuple(args, "iO!:batch", &device, &PyList_Type, &list))
		return NULL;
	count = PyList_Size(list);
	jobs = PyMem_Calloc(count + 1, sizeof(*jobs));
	todo = PyMem_Calloc(count + 1, sizeof(*todo));
	if (!jobs || !todo || count > INT_MAX) {
		good = false;
		PyErr_NoMemory();
	}
	while (good && taken < count) {
		tuple = PyList_GetItem(list, taken);
		good = job_take(state, &jobs[taken], &todo[taken], tuple);
		taken++;
	}
	if (good) {
		Py_BEGIN_ALLOW_THREADS do_jobs(device, todo, count);
		Py_END_ALLOW_THREADS ret = results_of(jobs, todo, count);
	}
	while (taken)
		job_free(&jobs[--taken]);
	PyMem_Free(jobs);
	PyMem_Free(todo);
	return ret;
}
