/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * template_check.h - may current use a template, and is its file as it was?
 */
#ifndef OUTSPAWN_TEMPLATE_CHECK_H
#define OUTSPAWN_TEMPLATE_CHECK_H

#include <linux/types.h>

struct path;
struct template;

/*
 * May current spawn from it now? May sleep.
 *
 * Return: 0; -EACCES if current is not the template's owner (owner.h);
 * -ESTALE if the file changed or its path names another; or what stops current
 * from looking (-EACCES, -EIO...).
 */
int template_check(const struct template *tmpl);
/* The part of template_check() that says -ESTALE. */
int template_check_fresh(const struct template *tmpl);

/*
 * Before exec of the file, in the child, and after. Of a template that lets
 * writers in: writers are kept away in between, and the file is compared once
 * more, because it could be written to since template_check(). May sleep.
 *
 * Return: 0; -ETXTBSY if somebody has it open for writing; -ESTALE.
 */
int template_begin_exec(const struct template *tmpl);
void template_end_exec(const struct template *tmpl);

/*
 * Is the pinned file on a mount that is foreign to current's mount namespace, and
 * was not so to the template's maker? exec takes a foreign mount for nosuid, and
 * AppArmor has no name for a file there.
 */
bool template_is_foreign(const struct template *tmpl);
/*
 * Find the file by its path, with current's root, mounts and credentials. Sleeps.
 *
 * @path: on success set to where it is, a reference
 * Return: 0; -ESTALE if the path names another file, or the file has changed, or the
 * template has no path; or why the path cannot be looked up.
 */
int template_find(const struct template *tmpl, struct path *path);

#endif /* OUTSPAWN_TEMPLATE_CHECK_H */
