// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_identity_key.c - the module's comparison of two files' identities
 */
#include "identity.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const struct identity identity = {
	.key = {
		.dev_major = 8, .dev_minor = 1, .ino = 42, .size = 1000, .mode = 0100755,
		.uid = 1000, .gid = 1000, .ctime_sec = 1, .ctime_nsec = 2, .mtime_sec = 3,
		.mtime_nsec = 4,
	},
	.counted = true,
	.change = 5,
};

static void test_equal(void **state)
{
	struct identity same = identity;

	(void)state;
	/* Padding is not compared. */
	same.key.pad = 1;
	assert_null(identity_difference(&identity, &same));
}

/* A difference in one field is found, in both directions, and named. */
#define DIFFERS(field, name)                                                      \
	static void test_##field(void **state)                                    \
	{                                                                         \
		struct identity other = identity;                                 \
                                                                                  \
		(void)state;                                                      \
		other.key.field++;                                                \
		assert_string_equal(identity_difference(&identity, &other), name); \
		assert_string_equal(identity_difference(&other, &identity), name); \
	}

DIFFERS(dev_major, "device")
DIFFERS(dev_minor, "device")
DIFFERS(ino, "inode")
DIFFERS(size, "size")
DIFFERS(mode, "mode")
DIFFERS(uid, "owner")
DIFFERS(gid, "owner")
DIFFERS(ctime_sec, "ctime")
DIFFERS(ctime_nsec, "ctime")
DIFFERS(mtime_sec, "mtime")
DIFFERS(mtime_nsec, "mtime")

static void test_change_counter(void **state)
{
	struct identity other = identity;

	(void)state;
	other.change++;
	assert_string_equal(identity_difference(&identity, &other), "change counter");
	/* The counter is gone, as after the file system was mounted again. */
	other = identity;
	other.counted = false;
	assert_string_equal(identity_difference(&identity, &other), "change counter");
}

/* The key is settled when a later write would get another ctime. */
static void test_settled(void **state)
{
	struct spawn_template_key key = { .ctime_sec = 100, .ctime_nsec = 4000001 };

	(void)state;
	assert_false(identity_is_settled(&key, 99, 999999999));
	assert_false(identity_is_settled(&key, 100, 4000000));
	assert_false(identity_is_settled(&key, 100, 4000001));
	assert_true(identity_is_settled(&key, 100, 4000002));
	assert_true(identity_is_settled(&key, 101, 0));
}

/* A ctime of whole seconds may be rounded, by up to two seconds. */
static void test_settled_round(void **state)
{
	struct spawn_template_key key = { .ctime_sec = 100 };

	(void)state;
	assert_false(identity_is_settled(&key, 100, 999999999));
	assert_false(identity_is_settled(&key, 101, 999999999));
	assert_true(identity_is_settled(&key, 102, 0));
	/*
	 * A tick of the clock may end in zeros, too: no whole seconds need to
	 * pass.
	 */
	key.ctime_nsec = 20000000;
	assert_true(identity_is_settled(&key, 100, 20000001));
}

static void test_after(void **state)
{
	struct spawn_template_key key = { .ctime_sec = 100, .ctime_nsec = 5 };

	(void)state;
	assert_true(identity_is_after(&key, 99, 6));
	assert_true(identity_is_after(&key, 100, 4));
	assert_false(identity_is_after(&key, 100, 5));
	assert_false(identity_is_after(&key, 101, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_dev_major),
		cmocka_unit_test(test_dev_minor),
		cmocka_unit_test(test_ino),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_uid),
		cmocka_unit_test(test_gid),
		cmocka_unit_test(test_ctime_sec),
		cmocka_unit_test(test_ctime_nsec),
		cmocka_unit_test(test_mtime_sec),
		cmocka_unit_test(test_mtime_nsec),
		cmocka_unit_test(test_change_counter),
		cmocka_unit_test(test_settled),
		cmocka_unit_test(test_settled_round),
		cmocka_unit_test(test_after),
	};

	return cmocka_run_group_tests_name("identity key", tests, NULL, NULL);
}
