// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_security_lockdown.c - a kernel that is locked down for its integrity
 *
 * There is no way back: run only if OUTSPAWN_LOCKDOWN is set, in a guest that
 * is for nothing else (tests/security-table).
 */
#include "common_security.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"

RULES(spawns)
{
	write_file(LOCKDOWN, "integrity");
	try_rule(&(struct rule){ .name = "lockdown=integrity: the module loaded before",
				 .expect = "runs" });
	try_rule(&(struct rule){ .name = "lockdown=integrity: every action",
				 .expect = "runs",
				 .actions = every_action()->list,
				 .count = EVERY_COUNT });
}

static void if_asked_for(void)
{
	if (!getenv("OUTSPAWN_LOCKDOWN") || access(LOCKDOWN, W_OK) < 0)
		skip();
	spawns();
}

SUITE("security_lockdown", T(if_asked_for));
