// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * actions.c - the type Actions: struct outspawn_actions
 *
 * A method adds an action and returns the object, so that calls can be chained.
 * A method that cannot add its action raises an exception. As in the library,
 * every spawn with that list then fails with the same error.
 */
#include <errno.h>
#include <limits.h>
#include <sys/resource.h>

#include "native.h"

static struct actions *actions_of(PyObject *object)
{
	return (struct actions *)object;
}

static struct outspawn_actions *list_of(PyObject *object)
{
	return &((struct actions *)object)->list;
}

/*
 * May an action be added? A spawn reads the list without the GIL, and to add an
 * action may move it.
 */
static bool may_add(PyObject *self)
{
	if (!actions_of(self)->users)
		return true;
	PyErr_SetString(PyExc_RuntimeError, "a spawn is using these actions");
	return false;
}

/*
 * End a method: remember the path of each action that was added, for the errors
 * of spawns; or raise an exception. file may be NULL.
 */
static PyObject *added(PyObject *self, int error, int count, PyObject *file)
{
	switch (error) {
	case 0:
		break;
	case -EINVAL:
		PyErr_SetString(PyExc_ValueError, "an argument that no kernel takes");
		return NULL;
	case -E2BIG:
		PyErr_SetString(PyExc_ValueError, "more actions than a spawn takes");
		return NULL;
	default:
		errno = -error;
		return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, file);
	}
	while (count--)
		if (PyList_Append(actions_of(self)->files, file ? file : Py_None))
			return NULL;
	Py_INCREF(self);
	return self;
}

/* --- methods of which all arguments are int --- */

#define METHOD(name) static PyObject *add_##name(PyObject *self, PyObject *args)

#define METHOD_0(name)                                                                        \
	METHOD(name)                                                                          \
	{                                                                                     \
		(void)args;                                                                   \
		return may_add(self) ?                                                        \
			       added(self, outspawn_actions_##name(list_of(self)), 1, NULL) : \
			       NULL;                                                          \
	}

#define METHOD_1(name)                                                                  \
	METHOD(name)                                                                    \
	{                                                                               \
		int a;                                                                  \
                                                                                        \
		if (!PyArg_ParseTuple(args, "i:" #name, &a) || !may_add(self))          \
			return NULL;                                                    \
		return added(self, outspawn_actions_##name(list_of(self), a), 1, NULL); \
	}

#define METHOD_2(name)                                                                     \
	METHOD(name)                                                                       \
	{                                                                                  \
		int a, b;                                                                  \
                                                                                           \
		if (!PyArg_ParseTuple(args, "ii:" #name, &a, &b) || !may_add(self))        \
			return NULL;                                                       \
		return added(self, outspawn_actions_##name(list_of(self), a, b), 1, NULL); \
	}

METHOD_0(setsid)
METHOD_1(close)
METHOD_1(closefrom)
METHOD_1(fchdir)
METHOD_1(setpgid)
METHOD_1(umask)
METHOD_1(ctty)
METHOD_1(setpriority)
METHOD_1(landlock)
METHOD_1(unshare)
METHOD_2(dup2)
METHOD_2(setns)
METHOD_2(tcsetpgrp)

METHOD(stdio)
{
	int in, out, err, count;

	if (!PyArg_ParseTuple(args, "iii:stdio", &in, &out, &err) || !may_add(self))
		return NULL;
	count = (in >= 0) + (out >= 0) + (err >= 0);
	return added(self, outspawn_actions_stdio(list_of(self), in, out, err), count, NULL);
}

/* --- paths --- */

METHOD(open)
{
	PyObject *file, *path, *ret;
	int fd, flags, mode = 0777;

	if (!PyArg_ParseTuple(args, "iOi|i:open", &fd, &file, &flags, &mode) || !may_add(self) ||
	    !PyUnicode_FSConverter(file, &path))
		return NULL;
	ret = added(self,
		    outspawn_actions_open(list_of(self), fd, PyBytes_AsString(path), flags, mode),
		    1, file);
	Py_DECREF(path);
	return ret;
}

typedef int add_path(struct outspawn_actions *a, const char *path);

static PyObject *add_with_path(PyObject *self, PyObject *file, add_path *function)
{
	PyObject *path, *ret;

	if (!may_add(self) || !PyUnicode_FSConverter(file, &path))
		return NULL;
	ret = added(self, function(list_of(self), PyBytes_AsString(path)), 1, file);
	Py_DECREF(path);
	return ret;
}

static PyObject *add_chdir(PyObject *self, PyObject *file)
{
	return add_with_path(self, file, outspawn_actions_chdir);
}

static PyObject *add_chroot(PyObject *self, PyObject *file)
{
	return add_with_path(self, file, outspawn_actions_chroot);
}

/* --- sets and lists --- */

/* Fill a set of the numbers of an iterable. */
static bool take_signals(PyObject *iterable, sigset_t *set)
{
	PyObject *iterator = PyObject_GetIter(iterable), *item;

	sigemptyset(set);
	if (!iterator)
		return false;
	while ((item = PyIter_Next(iterator))) {
		long number = PyLong_AsLong(item);

		Py_DECREF(item);
		if (!PyErr_Occurred() &&
		    (number < 1 || number >= NSIG || sigaddset(set, (int)number)))
			PyErr_SetString(PyExc_ValueError, "a number that is no signal");
		if (PyErr_Occurred())
			break;
	}
	Py_DECREF(iterator);
	return !PyErr_Occurred();
}

typedef int add_signals(struct outspawn_actions *a, const sigset_t *set);

static PyObject *add_with_signals(PyObject *self, PyObject *iterable, add_signals *function)
{
	sigset_t set;

	if (!take_signals(iterable, &set) || !may_add(self))
		return NULL;
	return added(self, function(list_of(self), &set), 1, NULL);
}

static PyObject *add_sigmask(PyObject *self, PyObject *iterable)
{
	return add_with_signals(self, iterable, outspawn_actions_sigmask);
}

static PyObject *add_sigdefault(PyObject *self, PyObject *iterable)
{
	return add_with_signals(self, iterable, outspawn_actions_sigdefault);
}

static PyObject *add_setaffinity(PyObject *self, PyObject *iterable)
{
	PyObject *iterator = PyObject_GetIter(iterable), *item;
	cpu_set_t set;

	if (!iterator)
		return NULL;
	CPU_ZERO(&set);
	while ((item = PyIter_Next(iterator))) {
		long cpu = PyLong_AsLong(item);

		Py_DECREF(item);
		if (!PyErr_Occurred() && (cpu < 0 || cpu >= CPU_SETSIZE))
			PyErr_SetString(PyExc_ValueError, "a number that is no processor");
		if (PyErr_Occurred())
			break;
		CPU_SET(cpu, &set);
	}
	Py_DECREF(iterator);
	if (PyErr_Occurred() || !may_add(self))
		return NULL;
	return added(self, outspawn_actions_setaffinity(list_of(self), sizeof(set), &set), 1, NULL);
}

/* Take a user or group ID. -1 means "unchanged". */
static bool take_id(PyObject *object, unsigned int *id)
{
	long long value = PyLong_AsLongLong(object);

	if (PyErr_Occurred())
		return false;
	if (value < -1 || value >= UINT_MAX) {
		PyErr_SetString(PyExc_ValueError, "a number that is no ID");
		return false;
	}
	*id = (unsigned int)value;
	return true;
}

METHOD(setgroups)
{
	gid_t *groups;
	PyObject *list;
	Py_ssize_t count;
	bool good;

	if (!PyArg_ParseTuple(args, "O!:setgroups", &PyList_Type, &list) || !may_add(self))
		return NULL;
	count = PyList_Size(list);
	groups = PyMem_Calloc(count + 1, sizeof(*groups));
	if (!groups)
		return PyErr_NoMemory();
	good = true;
	for (Py_ssize_t i = 0; i < count && good; i++)
		good = take_id(PyList_GetItem(list, i), &groups[i]);
	list = good ? added(self, outspawn_actions_setgroups(list_of(self), count, groups), 1,
			    NULL) :
		      NULL;
	PyMem_Free(groups);
	return list;
}

typedef int add_ids(struct outspawn_actions *a, unsigned int, unsigned int, unsigned int);

static PyObject *add_with_ids(PyObject *self, PyObject *args, add_ids *function)
{
	PyObject *real, *effective, *saved;
	unsigned int ids[3];

	if (!PyArg_ParseTuple(args, "OOO", &real, &effective, &saved) || !take_id(real, &ids[0]) ||
	    !take_id(effective, &ids[1]) || !take_id(saved, &ids[2]) || !may_add(self))
		return NULL;
	return added(self, function(list_of(self), ids[0], ids[1], ids[2]), 1, NULL);
}

METHOD(setresuid)
{
	return add_with_ids(self, args, outspawn_actions_setresuid);
}

METHOD(setresgid)
{
	return add_with_ids(self, args, outspawn_actions_setresgid);
}

/* --- others --- */

/* resource.RLIM_INFINITY is -1. */
METHOD(setrlimit)
{
	long long soft, hard;
	struct rlimit limit;
	int resource;

	if (!PyArg_ParseTuple(args, "i(LL):setrlimit", &resource, &soft, &hard) || !may_add(self))
		return NULL;
	limit = (struct rlimit){ .rlim_cur = soft, .rlim_max = hard };
	return added(self, outspawn_actions_setrlimit(list_of(self), resource, &limit), 1, NULL);
}

METHOD(prctl)
{
	unsigned long a[4] = { 0 };
	int option;

	if (!PyArg_ParseTuple(args, "i|kkkk:prctl", &option, &a[0], &a[1], &a[2], &a[3]) ||
	    !may_add(self))
		return NULL;
	return added(self, outspawn_actions_prctl(list_of(self), option, a[0], a[1], a[2], a[3]), 1,
		     NULL);
}

/* --- the type --- */

static PyObject *actions_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
	allocfunc alloc = PyType_GetSlot(type, Py_tp_alloc);
	PyObject *self;

	if (PyTuple_Size(args) || (kwargs && PyDict_Size(kwargs))) {
		PyErr_SetString(PyExc_TypeError, "Actions() takes no arguments");
		return NULL;
	}
	self = alloc(type, 0);
	if (!self)
		return NULL;
	outspawn_actions_init(list_of(self));
	actions_of(self)->files = PyList_New(0);
	if (actions_of(self)->files)
		return self;
	Py_DECREF(self);
	return NULL;
}

static void actions_dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);
	freefunc release = PyType_GetSlot(type, Py_tp_free);

	outspawn_actions_destroy(list_of(self));
	Py_XDECREF(actions_of(self)->files);
	release(self);
	Py_DECREF(type);
}

static Py_ssize_t actions_length(PyObject *self)
{
	return PyList_Size(actions_of(self)->files);
}

#define ROW(name, flags, doc)                 \
	{                                     \
#name, add_##name, flags, doc \
	}

static PyMethodDef methods[] = {
	ROW(close, METH_VARARGS, "close(fd): close a descriptor"),
	ROW(closefrom, METH_VARARGS, "closefrom(fd): close a descriptor and all above"),
	ROW(dup2, METH_VARARGS, "dup2(fd, newfd): place a descriptor"),
	ROW(stdio, METH_VARARGS, "stdio(in, out, err): place 0, 1 and 2; -1: leave it"),
	ROW(open, METH_VARARGS, "open(fd, path, flags, mode=0o777): open a file at a number"),
	ROW(chdir, METH_O, "chdir(path): change the working directory"),
	ROW(fchdir, METH_VARARGS, "fchdir(fd): change the working directory"),
	ROW(chroot, METH_O, "chroot(path): change the root directory"),
	ROW(sigmask, METH_O, "sigmask(signals): set the signal mask"),
	ROW(sigdefault, METH_O, "sigdefault(signals): set ignored signals to their default"),
	ROW(setsid, METH_NOARGS, "setsid(): start a session"),
	ROW(setpgid, METH_VARARGS, "setpgid(pgid): enter a process group; 0: a new one"),
	ROW(ctty, METH_VARARGS, "ctty(fd): make a terminal the controlling terminal"),
	ROW(tcsetpgrp, METH_VARARGS, "tcsetpgrp(fd, pgrp): set a terminal's foreground group"),
	ROW(umask, METH_VARARGS, "umask(mask): set the file mode mask"),
	ROW(setrlimit, METH_VARARGS, "setrlimit(resource, (soft, hard)): set a limit"),
	ROW(setpriority, METH_VARARGS, "setpriority(nice): set the nice value"),
	ROW(setaffinity, METH_O, "setaffinity(cpus): set the processors"),
	ROW(setgroups, METH_VARARGS, "setgroups(list): set the supplementary groups"),
	ROW(setresgid, METH_VARARGS, "setresgid(real, effective, saved): set group IDs"),
	ROW(setresuid, METH_VARARGS, "setresuid(real, effective, saved): set user IDs"),
	ROW(landlock, METH_VARARGS, "landlock(fd): apply a Landlock ruleset"),
	ROW(setns, METH_VARARGS, "setns(fd, nstype): enter namespaces"),
	ROW(unshare, METH_VARARGS, "unshare(flags): make namespaces"),
	ROW(prctl, METH_VARARGS, "prctl(option, ...): set an option of the process"),
	{ NULL },
};

static PyType_Slot slots[] = {
	{ Py_tp_doc, "Actions(): steps that set a child up, in order" },
	{ Py_tp_new, actions_new },
	{ Py_tp_dealloc, actions_dealloc },
	{ Py_tp_methods, methods },
	{ Py_sq_length, actions_length },
	{ 0 },
};

PyType_Spec actions_spec = {
	.name = "outspawn.Actions",
	.basicsize = sizeof(struct actions),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
	.slots = slots,
};
