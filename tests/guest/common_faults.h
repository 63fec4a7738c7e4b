/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common_faults.h - where a debug kernel may let allocations fail, for the suite
 * that goes through them and for the fuzzer
 */
#ifndef COMMON_FAULTS_H
#define COMMON_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#define FAULTS_NTH "/proc/thread-self/fail-nth"
#define FAULTS_KINDS 3

/* Directories in debugfs. */
extern const char *const faults_kinds[FAULTS_KINDS];

/* Can this kernel do it? */
bool faults_available(void);
/* Sets DEBUGFS/KIND/NAME; exits with 2 if that cannot be done. */
void faults_set(const char *kind, const char *name, const char *value);
/*
 * From now on only those failures count that the module, or what it calls, meets,
 * and which do not come from the kernel function 'rejected', if there is one of that
 * name; silently. Exits with 2 if that cannot be done.
 */
void faults_confine(const char *rejected);

#endif
