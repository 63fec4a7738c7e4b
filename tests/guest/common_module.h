/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * common_module.h - for suites that load and unload the module
 *
 * These suites do not keep the device open, so they have a list of tests of
 * their own. Each test runs in a forked child. It starts and ends with the
 * module loaded and unused.
 */
#ifndef TESTS_COMMON_MODULE_H
#define TESTS_COMMON_MODULE_H

#include "common_process.h"

#define MODULE_FILE "/usr/local/libexec/outspawn/outspawn.ko"
#define NODE SPAWN_TEMPLATE_DEVICE

#define M(function) \
	{ #function, module_case, NULL, NULL, &(test_function[1]){ function } }
#define MODULE_SUITE(name, ...) \
	static const struct CMUnitTest tests_[] = { __VA_ARGS__ }; \
	int main(int argc, char **argv) \
	{ \
		suite_options(argc, argv); \
		return cmocka_run_group_tests_name(name, tests_, begin_module_suite, \
						   end_module_suite); \
	} \
	_Static_assert(sizeof(tests_) > 0, "an empty suite")
void module_case(void **state);
int begin_module_suite(void **state);
int end_module_suite(void **state);

/*
 * Return 0, or the -errno of finit_module(2) or delete_module(2). They do not
 * wait until the module is unused.
 */
int load_module(void);
int unload_module(void);
/* Unload the module as soon as nothing uses it. */
void unload_module_at_last(void);
/* Return the number of references to the module; -1 if it is not loaded. */
int module_users(void);
/* Open the device as the variable 'device'. */
void open_device(void);
void close_device(void);

#endif
