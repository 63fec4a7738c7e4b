/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * device.h - /dev/spawn_template
 */
#ifndef OUTSPAWN_DEVICE_H
#define OUTSPAWN_DEVICE_H

int device_init(void);
void device_exit(void);

#endif /* OUTSPAWN_DEVICE_H */
