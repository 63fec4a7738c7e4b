// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_identity_key.c - the module's comparison of identity keys
 */
#include "identity.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const struct spawn_template_key key = {
	.dev_major = 8, .dev_minor = 1, .ino = 42, .size = 1000, .mode = 0100755, .uid = 1000,
	.gid = 1000, .ctime_sec = 1, .ctime_nsec = 2, .mtime_sec = 3, .mtime_nsec = 4,
};

static void test_equal(void **state)
{
	struct spawn_template_key same = key;

	(void)state;
	/* Padding is no part of a key. */
	same.pad = 1;
	assert_null(identity_difference(&key, &same));
}

/* Every field makes a difference, both ways round, and says which. */
#define DIFFERS(field, name)                                                      \
	static void test_##field(void **state)                                    \
	{                                                                         \
		struct spawn_template_key other = key;                            \
                                                                                  \
		(void)state;                                                      \
		other.field++;                                                    \
		assert_string_equal(identity_difference(&key, &other), name);     \
		assert_string_equal(identity_difference(&other, &key), name);     \
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
	};

	return cmocka_run_group_tests_name("identity key", tests, NULL, NULL);
}
