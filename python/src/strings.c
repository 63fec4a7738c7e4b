// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * strings.c - arrays of C strings, made of Python's objects
 */
#include <string.h>
#include <unistd.h>

#include "native.h"

/*
 * Copy the environment's array of pointers. Another thread may call setenv(3)
 * while the spawn runs without the GIL, and setenv(3) may free the array. It
 * never frees the strings.
 */
static int take_environment(struct strings *strings)
{
	size_t count = 0;

	while (environ && environ[count])
		count++;
	strings->array = PyMem_Malloc((count + 1) * sizeof(char *));
	if (!strings->array) {
		PyErr_NoMemory();
		return -1;
	}
	if (count)
		memcpy(strings->array, environ, count * sizeof(char *));
	strings->array[count] = NULL;
	return 0;
}

/* Return the sequence's size; or -1 with TypeError. */
static Py_ssize_t size_of(PyObject *sequence)
{
	if (PyList_Check(sequence))
		return PyList_Size(sequence);
	if (PyTuple_Check(sequence))
		return PyTuple_Size(sequence);
	PyErr_SetString(PyExc_TypeError, "expected a list or a tuple");
	return -1;
}

/* Convert element i, and keep it. __fspath__() may run and change the list. */
static int take_one(struct strings *strings, PyObject *sequence, Py_ssize_t i)
{
	PyObject *item, *bytes;

	item = PyList_Check(sequence) ? PyList_GetItem(sequence, i) : PyTuple_GetItem(sequence, i);
	if (!item)
		return -1;
	Py_INCREF(item);
	if (!PyUnicode_FSConverter(item, &bytes)) {
		Py_DECREF(item);
		return -1;
	}
	Py_DECREF(item);
	strings->array[i] = PyBytes_AsString(bytes);
	return PyList_SetItem(strings->kept, i, bytes);
}

static int take_sequence(struct strings *strings, PyObject *sequence)
{
	Py_ssize_t count = size_of(sequence);

	if (count < 0)
		return -1;
	strings->kept = PyList_New(count);
	strings->array = PyMem_Calloc(count + 1, sizeof(char *));
	if (!strings->kept || !strings->array) {
		PyErr_NoMemory();
		return -1;
	}
	for (Py_ssize_t i = 0; i < count; i++) {
		if (size_of(sequence) != count) {
			PyErr_SetString(PyExc_RuntimeError, "args changed during iteration");
			return -1;
		}
		if (take_one(strings, sequence, i))
			return -1;
	}
	return 0;
}

int strings_take(struct strings *strings, PyObject *sequence)
{
	*strings = (struct strings){ 0 };
	return sequence == Py_None ? take_environment(strings) : take_sequence(strings, sequence);
}

void strings_free(struct strings *strings)
{
	PyMem_Free(strings->array);
	Py_XDECREF(strings->kept);
	*strings = (struct strings){ 0 };
}
