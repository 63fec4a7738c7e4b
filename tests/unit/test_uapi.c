// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_uapi.c - the interface is what was published: sizes, offsets, values
 *
 * A program that was compiled once must run with every later module, so nothing
 * here may ever change. For that reason the numbers are written out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spawn_template.h"

#define at(type, field, offset, size) \
	do { \
		assert_int_equal(offsetof(struct type, field), offset); \
		assert_int_equal(sizeof(((struct type *)0)->field), size); \
	} while (0)

static void create_args(void **state)
{
	(void)state;
	at(spawn_template_create_args, flags, 0, 8);
	at(spawn_template_create_args, execfd, 8, 4);
	at(spawn_template_create_args, exec_flags, 12, 4);
	at(spawn_template_create_args, filename, 16, 8);
	at(spawn_template_create_args, actions, 24, 8);
	at(spawn_template_create_args, actions_len, 32, 8);
	at(spawn_template_create_args, reserved, 40, 32);
	assert_int_equal(SPAWN_TEMPLATE_CREATE_ARGS_SIZE_VER0, 72);
}

static void spawn_args(void **state)
{
	(void)state;
	at(spawn_template_spawn_args, flags, 0, 8);
	at(spawn_template_spawn_args, pidfd, 8, 8);
	at(spawn_template_spawn_args, argv, 16, 8);
	at(spawn_template_spawn_args, envp, 24, 8);
	at(spawn_template_spawn_args, actions, 32, 8);
	at(spawn_template_spawn_args, actions_len, 40, 8);
	at(spawn_template_spawn_args, reserved, 48, 32);
	at(spawn_template_spawn_args, result, 80, 8);
	at(spawn_template_spawn_args, namespaces, 88, 8);
	at(spawn_template_spawn_args, set_tid, 96, 8);
	at(spawn_template_spawn_args, set_tid_size, 104, 4);
	at(spawn_template_spawn_args, cgroup, 108, 4);
	at(spawn_template_spawn_args, exit_signal, 112, 4);
	at(spawn_template_spawn_args, pdeath_signal, 116, 4);
	at(spawn_template_spawn_args, scratch, 120, 8);
	at(spawn_template_spawn_args, scratch_size, 128, 4);
	at(spawn_template_spawn_args, node, 132, 4);
	/* The RFC's struct ends here; members of outspawn follow. */
	assert_int_equal(SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0, 80);
}

static void action(void **state)
{
	(void)state;
	at(spawn_template_action, type, 0, 4);
	at(spawn_template_action, flags, 4, 4);
	at(spawn_template_action, fd, 8, 4);
	at(spawn_template_action, newfd, 12, 4);
	at(spawn_template_action, arg, 16, 8);
	assert_int_equal(sizeof(struct spawn_template_action), 24);
	at(spawn_template_open, path, 0, 8);
	at(spawn_template_open, how, 8, 24);
	at(spawn_template_sigset, sigset, 0, 8);
	at(spawn_template_sigset, sigsetsize, 8, 8);
	at(spawn_template_syscall, nr, 0, 4);
	at(spawn_template_syscall, pad, 4, 4);
	at(spawn_template_syscall, args, 8, 48);
}

static void path_args(void **state)
{
	(void)state;
	at(spawn_template_path_args, spawn, 0, 8);
	at(spawn_template_path_args, spawn_size, 8, 4);
	at(spawn_template_path_args, pad, 12, 4);
	at(spawn_template_path_args, file, 16, 8);
	at(spawn_template_path_args, path, 24, 8);
	at(spawn_template_path_args, flags, 32, 8);
	assert_int_equal(SPAWN_TEMPLATE_PATH_ARGS_SIZE_VER0, 40);
}

static void batch_args(void **state)
{
	(void)state;
	at(spawn_template_batch_args, flags, 0, 8);
	at(spawn_template_batch_args, entries, 8, 8);
	at(spawn_template_batch_args, count, 16, 4);
	at(spawn_template_batch_args, entry_size, 20, 4);
	assert_int_equal(SPAWN_TEMPLATE_BATCH_ARGS_SIZE_VER0, 24);
	at(spawn_template_batch_entry, tmpl, 0, 4);
	at(spawn_template_batch_entry, args_size, 4, 4);
	at(spawn_template_batch_entry, args, 8, 8);
	at(spawn_template_batch_entry, result, 16, 16);
	assert_int_equal(SPAWN_TEMPLATE_BATCH_ENTRY_SIZE_VER0, 32);
}

static void result(void **state)
{
	(void)state;
	at(spawn_template_result, stage, 0, 4);
	at(spawn_template_result, action, 4, 4);
	at(spawn_template_result, error, 8, 4);
	at(spawn_template_result, pid, 12, 4);
}

static void info(void **state)
{
	(void)state;
	at(spawn_template_info, version, 0, 4);
	at(spawn_template_info, max_actions, 4, 4);
	at(spawn_template_info, features, 8, 8);
	at(spawn_template_info, action_types, 16, 8);
	at(spawn_template_info, create_flags, 24, 8);
	at(spawn_template_info, spawn_flags, 32, 8);
	at(spawn_template_info, create_args_size, 40, 4);
	at(spawn_template_info, spawn_args_size, 44, 4);
	at(spawn_template_info, max_strings, 48, 4);
	at(spawn_template_info, trusted_version, 52, 4);
	at(spawn_template_info, templates, 56, 8);
	at(spawn_template_info, reserved, 64, 32);
	assert_int_equal(SPAWN_TEMPLATE_INFO_SIZE_VER0, 96);
}

static void query(void **state)
{
	(void)state;
	at(spawn_template_query, key, 0, 64);
	at(spawn_template_query, elf, 64, 32);
	at(spawn_template_query, spawned, 96, 8);
	at(spawn_template_query, failed, 104, 8);
	at(spawn_template_query, memory, 112, 4);
	at(spawn_template_query, stale, 116, 4);
	at(spawn_template_query, reserved, 120, 32);
	assert_int_equal(SPAWN_TEMPLATE_QUERY_SIZE_VER0, 152);
	at(spawn_template_key, dev_major, 0, 4);
	at(spawn_template_key, ino, 8, 8);
	at(spawn_template_key, size, 16, 8);
	at(spawn_template_key, mode, 24, 4);
	at(spawn_template_key, ctime_nsec, 36, 4);
	at(spawn_template_key, ctime_sec, 40, 8);
	at(spawn_template_key, mtime_sec, 48, 8);
	at(spawn_template_key, mtime_nsec, 56, 4);
	at(spawn_template_elf, type, 0, 2);
	at(spawn_template_elf, load_segments, 6, 2);
	at(spawn_template_elf, stack_flags, 8, 4);
	at(spawn_template_elf, interp_len, 12, 4);
	at(spawn_template_elf, entry, 16, 8);
	at(spawn_template_elf, load_bytes, 24, 8);
}

static void values(void **state)
{
	(void)state;
	assert_string_equal(SPAWN_TEMPLATE_DEVICE, "/dev/spawn_template");
	assert_int_equal(SPAWN_TEMPLATE_VERSION, 1);
	assert_int_equal(SPAWN_TEMPLATE_CREATE_CLOEXEC, 1);
	assert_int_equal(SPAWN_TEMPLATE_SPAWN_INHERIT_FDS, 1);
	assert_int_equal(SPAWN_TEMPLATE_MAX_ACTIONS, 192);
	assert_int_equal(SPAWN_TEMPLATE_ACTION_CLOSE, 0);
	assert_int_equal(SPAWN_TEMPLATE_ACTION_DUP2, 1);
	assert_int_equal(SPAWN_TEMPLATE_ACTION_FCHDIR, 2);
	assert_int_equal(SPAWN_TEMPLATE_ACTION_OPEN, 3);
	assert_int_equal(SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, 4);
	assert_int_equal(SPAWN_TEMPLATE_ACTION_SIGMASK, 5);
	assert_int_equal(SPAWN_TEMPLATE_ACTION_SIGDEFAULT, 6);
	assert_int_equal(SPAWN_TEMPLATE_ACTION_SYSCALL, 7);
	assert_int_equal(SPAWN_TEMPLATE_STAGE_NONE, 0);
	assert_int_equal(SPAWN_TEMPLATE_STAGE_EXEC, 6);
	assert_int_equal(SPAWN_TEMPLATE_STAGE_MOUNT, 7);
	assert_int_equal(SPAWN_TEMPLATE_STAGE_STOP, 8);
	assert_int_equal(SPAWN_TEMPLATE_FEATURE_RESULT, 1);
	assert_int_equal(SPAWN_TEMPLATE_FEATURE_BIRTH, 2);
	assert_int_equal(SPAWN_TEMPLATE_FEATURE_PATH, 4);
	assert_int_equal(SPAWN_TEMPLATE_FEATURE_BATCH, 8);
	assert_true(SPAWN_TEMPLATE_CREATE_ANY_FORMAT == 0x100000000);
	assert_true(SPAWN_TEMPLATE_CREATE_ALLOW_WRITE == 0x200000000);
	assert_true(SPAWN_TEMPLATE_SPAWN_ASYNC == 0x100000000);
	assert_true(SPAWN_TEMPLATE_SPAWN_CGROUP == 0x200000000);
	assert_true(SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL == 0x400000000);
	assert_true(SPAWN_TEMPLATE_SPAWN_AUTOREAP == 0x800000000);
	assert_true(SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE == 0x1000000000);
	assert_true(SPAWN_TEMPLATE_SPAWN_STOPPED == 0x2000000000);
	assert_true(SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS == 0x4000000000);
}

static void ioctl_numbers(void **state)
{
	(void)state;
	assert_int_equal(SPAWN_TEMPLATE_IOC_CREATE, 0x4048e700);
	assert_int_equal(SPAWN_TEMPLATE_IOC_SPAWN, 0x4088e701);
	assert_int_equal(SPAWN_TEMPLATE_IOC_INFO, 0x8060e702);
	assert_int_equal(SPAWN_TEMPLATE_IOC_QUERY, 0x8098e703);
	assert_int_equal(SPAWN_TEMPLATE_IOC_SPAWN_PATH, 0x4028e704);
	assert_int_equal(SPAWN_TEMPLATE_IOC_SPAWN_BATCH, 0x4018e705);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(create_args), cmocka_unit_test(spawn_args),
		cmocka_unit_test(action),      cmocka_unit_test(result),
		cmocka_unit_test(path_args),   cmocka_unit_test(batch_args),
		cmocka_unit_test(info),	       cmocka_unit_test(query),
		cmocka_unit_test(values),      cmocka_unit_test(ioctl_numbers),
	};

	return cmocka_run_group_tests_name("uapi", tests, NULL, NULL);
}
