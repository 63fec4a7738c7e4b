/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common_module.h - suites that load and unload the module
 *
 * They do not hold the device, so theirs is a list of its own: each test runs in
 * a forked child, with the module loaded and nobody using it, and leaves it so.
 */
#ifndef TESTS_COMMON_MODULE_H
#define TESTS_COMMON_MODULE_H

#include "common_process.h"

#define MODULE_FILE "/usr/local/lib/outspawn/outspawn.ko"
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

/* 0, or -errno of finit_module(2) and delete_module(2). Neither waits for users. */
int load_module(void);
int unload_module(void);
/* Unloads it as soon as that is possible. */
void unload_module_at_last(void);
/* Who holds a reference; -1 if it is not loaded. */
int module_users(void);
/* Opens the device as "device". */
void open_device(void);
void close_device(void);

#endif
