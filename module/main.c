// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * main.c - outspawn: start programs from templates, without fork
 */
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "device.h"
#include "internals.h"
#include "pdeath.h"

static bool trust_version;
module_param(trust_version, bool, 0444);
MODULE_PARM_DESC(trust_version,
		 "On a kernel without BTF, choose the shapes of kernel functions by the version (default: do not load)");

static int __init outspawn_init(void)
{
	int err;

	err = internals_init(trust_version);
	if (err)
		return err;
	err = pdeath_init();
	if (err)
		return err;
	err = device_init();
	if (err)
		pdeath_exit();
	return err;
}

static void __exit outspawn_exit(void)
{
	device_exit();
	pdeath_exit();
	/*
	 * No descriptor and no child has a reference to the module now. A child
	 * that has just dropped its reference may still run its last
	 * instructions in the module. Wait until every task has left them.
	 */
	synchronize_rcu_tasks();
}

module_init(outspawn_init);
module_exit(outspawn_exit);

MODULE_DESCRIPTION("Spawn templates: start programs without fork");
MODULE_AUTHOR("The outspawn developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(OUTSPAWN_VERSION);
