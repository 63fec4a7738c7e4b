// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_lib_cap.c - outspawn_cap.h: libcap's sets become bits
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/capability.h>

#include "outspawn_cap.h"

static const struct __user_cap_data_struct *data_of(const struct outspawn_actions *a)
{
	const struct spawn_template_syscall *call = (const void *)(uintptr_t)a->array[0].arg;

	return (const void *)(uintptr_t)call->args[1];
}

static void each_set_is_taken_over(void **state)
{
	cap_t caps = cap_from_text("cap_net_raw=ep cap_chown=p cap_checkpoint_restore=i");
	const struct __user_cap_data_struct *data;
	struct outspawn_actions a;

	(void)state;
	outspawn_actions_init(&a);
	assert_int_equal(outspawn_actions_capabilities(&a, caps), 0);
	cap_free(caps);
	data = data_of(&a);
	assert_int_equal(data[0].effective, 1 << CAP_NET_RAW);
	assert_int_equal(data[0].permitted, 1 << CAP_NET_RAW | 1 << CAP_CHOWN);
	assert_int_equal(data[0].inheritable, 0);
	assert_int_equal(data[1].effective, 0);
	assert_int_equal(data[1].permitted, 0);
	assert_int_equal(data[1].inheritable, 1 << (CAP_CHECKPOINT_RESTORE - 32));
	outspawn_actions_destroy(&a);
}

static void no_capabilities_at_all(void **state)
{
	const struct __user_cap_data_struct *data;
	struct outspawn_actions a;
	cap_t caps = cap_init();

	(void)state;
	outspawn_actions_init(&a);
	assert_int_equal(outspawn_actions_capabilities(&a, caps), 0);
	cap_free(caps);
	data = data_of(&a);
	assert_int_equal(data[0].effective | data[0].permitted | data[0].inheritable, 0);
	assert_int_equal(data[1].effective | data[1].permitted | data[1].inheritable, 0);
	outspawn_actions_destroy(&a);
}

static void what_is_no_cap_t_is_refused(void **state)
{
	struct outspawn_actions a;

	(void)state;
	outspawn_actions_init(&a);
	assert_int_equal(outspawn_actions_capabilities(&a, NULL), -EINVAL);
	assert_int_equal(a.count, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_set_is_taken_over),
		cmocka_unit_test(no_capabilities_at_all),
		cmocka_unit_test(what_is_no_cap_t_is_refused),
	};

	return cmocka_run_group_tests_name("library and libcap", tests, NULL, NULL);
}
