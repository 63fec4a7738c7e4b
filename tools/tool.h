/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * tool.h - what the files of the outspawn command share
 *
 * A subcommand's argv[0] is its name for messages. It returns the exit status.
 */
#ifndef OUTSPAWN_TOOL_H
#define OUTSPAWN_TOOL_H

#include <limits.h>
#include <stddef.h>

/* Exit statuses, as env(1), timeout(1) and the shells use them. */
enum {
	EXIT_OWN_FAILURE = 125, /* outspawn failed, not PROG */
	EXIT_CANNOT_RUN = 126,
	EXIT_NOT_FOUND = 127,
	EXIT_SIGNAL = 128, /* plus the signal's number */
};

int cmd_run(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_top(int argc, char **argv);

/* Print "outspawn: message" on stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print the object and free it. */
struct json_object;
void print_json(struct json_object *object);

/* Return the device, which the caller closes, or -errno after a message. */
int open_device(void);

/*
 * Make a template of the first prog in PATH, by execvp(3)'s rules, with flags of
 * outspawn_template_flags(). Write the absolute path that was tried last to path.
 *
 * Return: a template fd that the caller closes, or -errno.
 */
int find_template(int dev, const char *prog, unsigned int flags, char path[PATH_MAX]);

/*
 * Return a text that says why the template of path could not be made. error is
 * find_template()'s, as a positive number. The text may be in buf.
 */
const char *explain_template(const char *path, int error, char *buf, size_t size);

#endif /* OUTSPAWN_TOOL_H */
