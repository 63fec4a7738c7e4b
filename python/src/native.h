/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Copyright (C) 2026 The outspawn authors */
/*
 * native.h - what the files of the extension module outspawn._native share
 *
 *	module.c      the module: its functions, its state
 *	fork_exec.c   takes the place of _posixsubprocess.fork_exec
 *	spawn.c       spawns and batches of the package's own interface
 *	actions.c     the type Actions
 *	strings.c     arrays of C strings, made of Python's objects
 *	device.c      the device's descriptor; may the module be used?
 *	debug.c       OUTSPAWN_DEBUG
 *
 * The module uses Python's limited API of 3.11, so one file serves 3.11 and
 * later versions.
 */
#ifndef OUTSPAWN_PYTHON_NATIVE_H
#define OUTSPAWN_PYTHON_NATIVE_H

#define Py_LIMITED_API 0x030b0000
#include <Python.h>

#include <stdbool.h>

#include "outspawn.h"

/* What each interpreter has of its own. */
struct state {
	PyObject *original; /* Python's fork_exec; or NULL */
	PyTypeObject *actions_type;
	bool is_main; /* the main interpreter, not a subinterpreter */
	unsigned long long by_module; /* spawns that fork_exec() did */
	unsigned long long by_python; /* spawns that it gave to the original */
};

struct state *native_state(PyObject *module);

/* --- strings.c --- */

/*
 * An array of C strings that ends with NULL. kept owns the strings; it is NULL
 * for the caller's environment, whose strings the C library never frees.
 */
struct strings {
	char **array;
	PyObject *kept;
};

/*
 * strings_take() - make an array of a list or a tuple of str, bytes and paths
 * @sequence: or None for the caller's environment
 *
 * Return: 0; or -1 with a Python exception. strings_free() takes both.
 */
int strings_take(struct strings *strings, PyObject *sequence);
void strings_free(struct strings *strings);

/* --- device.c --- */

/*
 * device_open() - the descriptor of the device, which stays open
 * @why: set to the reason in words if the module cannot be used
 *
 * Return: the descriptor; the caller does not close it. Or -1.
 */
int device_open(const char **why);

/* Does the caller have so many inheritable descriptors that fork is faster? */
bool device_many_inheritable(void);

/* --- debug.c --- */

/* debug_begin() - read OUTSPAWN_DEBUG. Say on stderr if it cannot be used. */
void debug_begin(void);

/* debug_say() - write a line about a spawn, if OUTSPAWN_DEBUG is set */
void debug_say(const char *file, const char *who, const char *what);

/* --- fork_exec.c --- */

PyObject *native_fork_exec(PyObject *module, PyObject *args);
PyObject *native_try_fork_exec(PyObject *module, PyObject *args);

/* --- actions.c --- */

struct actions {
	PyObject_HEAD struct outspawn_actions list;
	PyObject *files; /* a list: for each action its path, or None */
	unsigned int users; /* spawns that read the list now, without the GIL */
};

extern PyType_Spec actions_spec;

/* --- spawn.c --- */

PyObject *native_spawn(PyObject *module, PyObject *args);
PyObject *native_batch(PyObject *module, PyObject *args);

#endif /* OUTSPAWN_PYTHON_NATIVE_H */
