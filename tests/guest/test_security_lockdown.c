// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_security_lockdown.c - spawns in a kernel that is locked down for
 * integrity
 *
 * A lockdown cannot be undone. So the test runs only if OUTSPAWN_LOCKDOWN is
 * set, in a guest that runs nothing after it (tests/security-table).
 */
#include "common_security.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"

RULES(spawns)
{
	write_file(LOCKDOWN, "integrity");
	try_rule(&(struct rule){ .name = "lockdown=integrity: a module that was loaded before",
				 .expect = "runs" });
	try_rule(&(struct rule){ .name = "lockdown=integrity: every action",
				 .expect = "runs",
				 .actions = every_action()->list,
				 .count = EVERY_COUNT });
}

static void spawns_under_lockdown(void)
{
	if (!getenv("OUTSPAWN_LOCKDOWN") || access(LOCKDOWN, W_OK) < 0)
		skip();
	spawns();
}

SUITE("security_lockdown", T(spawns_under_lockdown));
