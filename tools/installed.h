/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * installed.h - where the module's file is, whether it is loaded at boot, and what
 * the kernel said about it
 */
#ifndef OUTSPAWN_INSTALLED_H
#define OUTSPAWN_INSTALLED_H

#include <stdbool.h>
#include <stddef.h>

#define MODULE "outspawn"

/* Find the module's file for this kernel release, for modprobe(8). */
bool installed_for(const char *release, char *path, size_t size);

/* Find another release that has the module's file. */
bool installed_for_another(const char *release, char *other, size_t size);

/* Has DKMS got the module's sources? */
bool installed_in_dkms(void);

/* Find the file of modules-load.d(5) that names the module. */
bool installed_for_boot(char *path, size_t size);

/*
 * Copy the last line about the module from the kernel's log. Return 0; -ENOENT:
 * there is none; or the error of reading the log.
 */
int kernel_line(char *line, size_t size);

#endif /* OUTSPAWN_INSTALLED_H */
