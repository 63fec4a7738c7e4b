// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * module.c - the extension module outspawn._native
 *
 * It is private to the package outspawn, whose Python code is its only user.
 */
#include <errno.h>

#include "native.h"

struct state *native_state(PyObject *module)
{
	return PyModule_GetState(module);
}

/* set_original(function): what fork_exec() calls if it cannot do a request */
static PyObject *set_original(PyObject *module, PyObject *function)
{
	struct state *state = native_state(module);
	PyObject *old = state->original;

	debug_begin();
	Py_INCREF(function);
	state->original = function;
	Py_XDECREF(old);
	Py_RETURN_NONE;
}

/* counts() -> (spawns by the module, spawns by Python) of fork_exec() */
static PyObject *counts(PyObject *module, PyObject *none)
{
	struct state *state = native_state(module);

	(void)none;
	return Py_BuildValue("KK", state->by_module, state->by_python);
}

/* device() -> (descriptor, None), or (-1, why not in words) */
static PyObject *device(PyObject *module, PyObject *none)
{
	const char *why = NULL;
	int fd = device_open(&why);

	(void)module;
	(void)none;
	return Py_BuildValue("iz", fd, why);
}

/* Return a new template's descriptor, or raise the error. */
static PyObject *template_result(int tmpl, PyObject *name)
{
	if (tmpl >= 0)
		return PyLong_FromLong(tmpl);
	errno = -tmpl;
	return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, name);
}

/* template(device, path, flags, name) -> descriptor */
static PyObject *template(PyObject *module, PyObject *args)
{
	unsigned int flags;
	const char *path;
	PyObject *name;
	int dev, tmpl;

	(void)module;
	if (!PyArg_ParseTuple(args, "iyIO:template", &dev, &path, &flags, &name))
		return NULL;
	Py_BEGIN_ALLOW_THREADS tmpl = outspawn_template_flags(dev, path, flags);
	Py_END_ALLOW_THREADS return template_result(tmpl, name);
}

/* refresh(device, template, path, flags, name) */
static PyObject *refresh(PyObject *module, PyObject *args)
{
	int dev, tmpl, ret;
	unsigned int flags;
	const char *path;
	PyObject *name;

	(void)module;
	if (!PyArg_ParseTuple(args, "iiyIO:refresh", &dev, &tmpl, &path, &flags, &name))
		return NULL;
	Py_BEGIN_ALLOW_THREADS ret = outspawn_template_refresh(dev, tmpl, path, flags);
	Py_END_ALLOW_THREADS if (ret < 0) return template_result(ret, name);
	Py_RETURN_NONE;
}

/* stale(template) -> the error number with which a spawn would fail now, or 0 */
static PyObject *stale(PyObject *module, PyObject *args)
{
	struct spawn_template_query query;
	int tmpl, ret;

	(void)module;
	if (!PyArg_ParseTuple(args, "i:stale", &tmpl))
		return NULL;
	ret = outspawn_query(tmpl, &query);
	if (ret < 0)
		return template_result(ret, NULL);
	return PyLong_FromLong(query.stale);
}

static PyMethodDef functions[] = {
	{ "fork_exec", native_fork_exec, METH_VARARGS,
	  "Spawn a fresh new child process, as _posixsubprocess.fork_exec()." },
	{ "try_fork_exec", native_try_fork_exec, METH_VARARGS, NULL },
	{ "set_original", set_original, METH_O, NULL },
	{ "counts", counts, METH_NOARGS, NULL },
	{ "device", device, METH_NOARGS, NULL },
	{ "template", template, METH_VARARGS, NULL },
	{ "refresh", refresh, METH_VARARGS, NULL },
	{ "stale", stale, METH_VARARGS, NULL },
	{ "spawn", native_spawn, METH_VARARGS, NULL },
	{ "batch", native_batch, METH_VARARGS, NULL },
	{ NULL },
};

static int add_numbers(PyObject *module)
{
	static const struct {
		const char *name;
		long value;
	} numbers[] = {
		{ "ANY_FORMAT", OUTSPAWN_ANY_FORMAT },
		{ "ALLOW_WRITE", OUTSPAWN_ALLOW_WRITE },
		{ "INHERIT_FDS", OUTSPAWN_INHERIT_FDS },
		{ "CGROUP", OUTSPAWN_CGROUP },
		{ "STOPPED", OUTSPAWN_STOPPED },
		{ "NO_NEW_PRIVS", OUTSPAWN_NO_NEW_PRIVS },
		{ "PDEATH_PROCESS", OUTSPAWN_PDEATH_PROCESS },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (PyModule_AddIntConstant(module, numbers[i].name, numbers[i].value))
			return -1;
	return 0;
}

static int module_exec(PyObject *module)
{
	struct state *state = native_state(module);

	state->is_main = PyInterpreterState_GetID(PyInterpreterState_Get()) == 0;
	state->actions_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &actions_spec, NULL);
	if (!state->actions_type)
		return -1;
	if (PyModule_AddObjectRef(module, "Actions", (PyObject *)state->actions_type))
		return -1;
	return add_numbers(module);
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
	struct state *state = native_state(module);

	Py_VISIT(state->original);
	Py_VISIT(state->actions_type);
	return 0;
}

static int module_clear(PyObject *module)
{
	struct state *state = native_state(module);

	Py_CLEAR(state->original);
	Py_CLEAR(state->actions_type);
	return 0;
}

static PyModuleDef_Slot slots[] = {
	{ Py_mod_exec, module_exec },
	{ 0 },
};

static struct PyModuleDef definition = {
	PyModuleDef_HEAD_INIT,
	.m_name = "outspawn._native",
	.m_doc = "The package outspawn's way to liboutspawn.",
	.m_size = sizeof(struct state),
	.m_methods = functions,
	.m_slots = slots,
	.m_traverse = module_traverse,
	.m_clear = module_clear,
};

PyMODINIT_FUNC PyInit__native(void);
PyMODINIT_FUNC PyInit__native(void)
{
	return PyModuleDef_Init(&definition);
}
