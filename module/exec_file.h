/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * exec_file.h - open a file to execute it
 */
#ifndef OUTSPAWN_EXEC_FILE_H
#define OUTSPAWN_EXEC_FILE_H

struct file;
struct path;

/*
 * Open a file for exec, with the checks of do_open_execat() in fs/exec.c:
 * execute permission, a regular file, no noexec mount. Read permission is not
 * needed. Writers are not denied yet. Sleeps.
 *
 * Return: a reference, or an ERR_PTR with the errno that exec would return.
 */
struct file *exec_file_open(const struct path *path);

#endif /* OUTSPAWN_EXEC_FILE_H */
