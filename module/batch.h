/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * batch.h - many spawns in one call
 */
#ifndef OUTSPAWN_BATCH_H
#define OUTSPAWN_BATCH_H

#include <linux/types.h>

/*
 * SPAWN_TEMPLATE_IOC_SPAWN_BATCH.
 *
 * @uargs: struct spawn_template_batch_args of usize bytes, in user memory
 * Return: how many entries were done, or an errno if no entry was. Sleeps.
 */
long batch_run(const void __user *uargs, size_t usize);

#endif /* OUTSPAWN_BATCH_H */
