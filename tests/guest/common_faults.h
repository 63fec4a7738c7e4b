/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * common_faults.h - where a debug kernel may inject failures
 *
 * The suite test_faults and the fuzzer use this.
 */
#ifndef COMMON_FAULTS_H
#define COMMON_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#define FAULTS_NTH "/proc/thread-self/fail-nth"
#define FAULTS_KINDS 3

/* The directories in debugfs, one for each kind of failure. */
extern const char *const faults_kinds[FAULTS_KINDS];

/* Can this kernel inject failures? */
bool faults_available(void);
/* Write the value to DEBUGFS/KIND/NAME; exit with status 2 on failure. */
void faults_set(const char *kind, const char *name, const char *value);
/*
 * Confine failures to allocations and copies that the module, or a function
 * that it calls, makes. Spare the kernel function 'rejected' and what it calls,
 * if the kernel has a function of that name. The kernel logs no failure. Exit
 * with status 2 if this fails.
 */
void faults_confine(const char *rejected);

#endif
