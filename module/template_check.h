/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * template_check.h - check whether current may use a template, and whether it
 * is stale
 */
#ifndef OUTSPAWN_TEMPLATE_CHECK_H
#define OUTSPAWN_TEMPLATE_CHECK_H

#include <linux/types.h>

struct path;
struct template;

/*
 * Check whether current may spawn from the template now. May sleep.
 *
 * Return: 0; -EACCES if current is not the template's owner (owner.h); -ESTALE
 * if the file changed or its path names another file; or the errno of the
 * look-up (-EACCES, -EIO...).
 */
int template_check(struct template *tmpl);
/* The part of template_check() without the owner. May sleep. */
int template_check_fresh(struct template *tmpl);

/*
 * In the child, before and after exec of the file. If the template does not
 * deny writers, template_begin_exec() denies them until template_end_exec(). It
 * then compares the file again, because a writer may have changed it since
 * template_check(). May sleep.
 *
 * Return: 0; -ETXTBSY if the file is open for writing; -ESTALE.
 */
int template_begin_exec(const struct template *tmpl);
void template_end_exec(const struct template *tmpl);

/*
 * Return true if the child must look the file up again: its mount is foreign to
 * current's mount namespace, but was not foreign to the template's maker. exec
 * ignores setuid bits on a foreign mount, and AppArmor finds no name for a file
 * there.
 */
bool template_is_foreign(const struct template *tmpl);
/*
 * Look the template's path up with current's root, mounts and credentials.
 * Sleeps.
 *
 * @path: on success, the place of the file: a reference
 * Return: 0; -ESTALE if the path names another file, the file has changed, or
 * the template has no path; or the errno of the look-up.
 */
int template_find(const struct template *tmpl, struct path *path);

#endif /* OUTSPAWN_TEMPLATE_CHECK_H */
