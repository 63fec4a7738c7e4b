/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * report.h - what "outspawn doctor" finds: collected first, printed with the
 * verdict before it
 */
#ifndef OUTSPAWN_REPORT_H
#define OUTSPAWN_REPORT_H

#include <stdbool.h>

/* Add a finding. good() returns true, bad() false; a note is no failure. */
bool good(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool bad(const char *format, ...) __attribute__((format(printf, 1, 2)));
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Add to the last finding: what to do about it, or a detail for --verbose. */
void advise(const char *format, ...) __attribute__((format(printf, 1, 2)));
void detail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print all findings, as lines or as JSON. Return true if nothing is bad. */
bool report_print(bool json, bool verbose);

#endif /* OUTSPAWN_REPORT_H */
