// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_posix.c - posix_spawn's lists become the kernel's actions, without a
 * kernel
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "posix.h"

#define ROOM 32
/* A number that the lists do not use. */
#define DEVICE 900

static posix_spawn_file_actions_t list;
static posix_spawnattr_t attr;
static struct spawn_template_action actions[ROOM];
static union posix_block blocks[ROOM];
static struct posix_plan plan;

static int begin(void **state)
{
	(void)state;
	return posix_spawn_file_actions_init(&list) || posix_spawnattr_init(&attr);
}

static int end(void **state)
{
	(void)state;
	posix_spawn_file_actions_destroy(&list);
	posix_spawnattr_destroy(&attr);
	return 0;
}

static const char *plan_with_room(unsigned int room)
{
	const struct posix_call call = { .file = "/bin/true", .list = &list, .attr = &attr };

	memset(actions, 0xff, sizeof(actions));
	plan = (struct posix_plan){
		.actions = actions,
		.blocks = blocks,
		.room = room,
		.block_room = ROOM,
		.device = DEVICE,
	};
	return outspawn_i_plan(&plan, &call);
}

static void make_plan(void)
{
	assert_null(plan_with_room(ROOM));
	assert_true(plan.count <= ROOM);
}

/*
 * Check an action without an arg. If there is a list, the first action of its
 * plan closes the device.
 */
static void is_action(unsigned int i, unsigned int type, int fd, int newfd)
{
	assert_int_equal(actions[i].type, type);
	assert_int_equal(actions[i].fd, fd);
	assert_int_equal(actions[i].newfd, newfd);
	assert_int_equal(actions[i].flags, 0);
}

static void list_of_this_libc_is_known(void **state)
{
	(void)state;
	assert_true(outspawn_i_list_known());
}

static void list_is_read(void **state)
{
	struct posix_action action;

	(void)state;
	assert_int_equal(outspawn_i_list_count(NULL), 0);
	assert_int_equal(outspawn_i_list_count(&list), 0);
	posix_spawn_file_actions_addopen(&list, 7, "/x", O_RDWR, 0600);
	posix_spawn_file_actions_adddup2(&list, 8, 9);
	assert_int_equal(outspawn_i_list_count(&list), 2);
	action = outspawn_i_list_get(&list, 0);
	assert_int_equal(action.type, POSIX_OPEN);
	assert_int_equal(action.fd, 7);
	assert_string_equal(action.path, "/x");
	assert_int_equal(action.flags, O_RDWR);
	assert_int_equal(action.mode, 0600);
	action = outspawn_i_list_get(&list, 1);
	assert_int_equal(action.type, POSIX_DUP2);
	assert_int_equal(action.fd, 8);
	assert_int_equal(action.newfd, 9);
}

static void an_empty_list_gives_no_action(void **state)
{
	(void)state;
	make_plan();
	assert_int_equal(plan.count, 0);
	assert_int_equal(plan.attr.flags, OUTSPAWN_INHERIT_FDS);
}

static void a_list_that_closes_the_rest_inherits_nothing(void **state)
{
	(void)state;
	posix_spawn_file_actions_adddup2(&list, 8, 1);
	posix_spawn_file_actions_addclose(&list, 8);
	make_plan();
	assert_int_equal(plan.attr.flags, OUTSPAWN_INHERIT_FDS);
	posix_spawn_file_actions_addclosefrom_np(&list, 3);
	posix_spawn_file_actions_addopen(&list, 5, "/dev/fd/9", O_RDONLY, 0);
	make_plan();
	assert_int_equal(plan.attr.flags, 0);
}

/* The path may lead to a descriptor that is closed later. */
static void a_list_that_opens_first_inherits(void **state)
{
	(void)state;
	posix_spawn_file_actions_addopen(&list, 0, "/x", O_RDONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&list, 3);
	make_plan();
	assert_int_equal(plan.attr.flags, OUTSPAWN_INHERIT_FDS);
}

static void a_list_that_closes_from_4_inherits(void **state)
{
	(void)state;
	posix_spawn_file_actions_addclosefrom_np(&list, 4);
	make_plan();
	assert_int_equal(plan.attr.flags, OUTSPAWN_INHERIT_FDS);
}

static void neighbours_are_closed_at_once(void **state)
{
	(void)state;
	for (int fd = 3; fd < 60; fd++)
		posix_spawn_file_actions_addclose(&list, fd);
	posix_spawn_file_actions_addclose(&list, 70);
	make_plan();
	assert_int_equal(plan.count, 3);
	is_action(0, SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, DEVICE, DEVICE);
	is_action(1, SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, 3, 59);
	is_action(2, SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, 70, 70);
}

/* closefrom's end, -1, is not adjacent to 0. */
static void closefrom_stays_as_it_is(void **state)
{
	(void)state;
	posix_spawn_file_actions_addclosefrom_np(&list, 3);
	posix_spawn_file_actions_addclose(&list, 0);
	make_plan();
	assert_int_equal(plan.count, 3);
	is_action(1, SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, 3, -1);
	is_action(2, SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, 0, 0);
}

static void open_closes_first(void **state)
{
	const struct spawn_template_open *open;

	(void)state;
	posix_spawn_file_actions_addopen(&list, 7, "/x", O_RDONLY | 0x40000000, 07777);
	make_plan();
	assert_int_equal(plan.count, 3);
	is_action(1, SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, 7, 7);
	is_action(2, SPAWN_TEMPLATE_ACTION_OPEN, AT_FDCWD, 7);
	open = (const void *)(uintptr_t)actions[2].arg;
	assert_int_equal(open->how.flags, O_RDONLY);
	assert_int_equal(open->how.mode, 0);
	assert_string_equal((const char *)(uintptr_t)open->path, "/x");
}

static void cloexec_is_kept_at_the_lowest_number(void **state)
{
	const struct spawn_template_open *open;

	(void)state;
	posix_spawn_file_actions_addopen(&list, 1, "/x", O_CLOEXEC, 0);
	posix_spawn_file_actions_addclose(&list, 0);
	posix_spawn_file_actions_addopen(&list, 1, "/x", O_CLOEXEC, 0);
	make_plan();
	open = (const void *)(uintptr_t)actions[2].arg;
	assert_int_equal(open->how.flags, O_CLOEXEC);
	open = (const void *)(uintptr_t)actions[5].arg;
	assert_int_equal(open->how.flags, 0);
}

static unsigned int call_of(unsigned int i)
{
	assert_int_equal(actions[i].type, SPAWN_TEMPLATE_ACTION_SYSCALL);
	return ((const struct spawn_template_syscall *)(uintptr_t)actions[i].arg)->nr;
}

static void attributes_in_glibcs_order(void **state)
{
	(void)state;
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_RESETIDS |
						POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSID |
						POSIX_SPAWN_SETSCHEDULER |
						POSIX_SPAWN_SETSCHEDPARAM | POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_addchdir_np(&list, "/");
	make_plan();
	assert_int_equal(plan.count, 9);
	assert_int_equal(actions[1].type, SPAWN_TEMPLATE_ACTION_SIGDEFAULT);
	assert_int_equal(call_of(2), SYS_sched_setscheduler);
	assert_int_equal(call_of(3), SYS_setsid);
	assert_int_equal(call_of(4), SYS_setpgid);
	assert_int_equal(call_of(5), SYS_setresuid);
	assert_int_equal(call_of(6), SYS_setresgid);
	assert_int_equal(call_of(7), SYS_chdir);
	assert_int_equal(actions[8].type, SPAWN_TEMPLATE_ACTION_SIGMASK);
}

/* Actions are counted to the end and written only as far as there is room. */
static void too_little_room(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		posix_spawn_file_actions_addopen(&list, 5, "/x", O_RDONLY, 0);
	posix_spawn_file_actions_addtcsetpgrp_np(&list, 5);
	assert_null(plan_with_room(4));
	assert_int_equal(plan.count, 22);
	is_action(3, SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, 5, 5);
	assert_int_equal(actions[4].type, 0xffffffff);
}

static void unknown_flags_are_refused(void **state)
{
	(void)state;
	attr.__flags = 0x4000;
	assert_non_null(plan_with_room(ROOM));
	attr.__flags = 0;
	posix_spawn_file_actions_addclose(&list, 5);
	*(int *)list.__actions = 99;
	assert_non_null(plan_with_room(ROOM));
	*(int *)list.__actions = -1;
	assert_non_null(plan_with_room(ROOM));
	*(int *)list.__actions = 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(list_of_this_libc_is_known),
		TEST(list_is_read),
		TEST(an_empty_list_gives_no_action),
		TEST(a_list_that_closes_the_rest_inherits_nothing),
		TEST(a_list_that_opens_first_inherits),
		TEST(a_list_that_closes_from_4_inherits),
		TEST(neighbours_are_closed_at_once),
		TEST(closefrom_stays_as_it_is),
		TEST(open_closes_first),
		TEST(cloexec_is_kept_at_the_lowest_number),
		TEST(attributes_in_glibcs_order),
		TEST(too_little_room),
		TEST(unknown_flags_are_refused),
	};

	return cmocka_run_group_tests_name("posix", tests, NULL, NULL);
}
