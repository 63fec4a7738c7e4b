/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * template_fd.h - the descriptor that names a template
 */
#ifndef OUTSPAWN_TEMPLATE_FD_H
#define OUTSPAWN_TEMPLATE_FD_H

struct spawn_template_create_args;

/*
 * SPAWN_TEMPLATE_IOC_CREATE: make a template and a descriptor of it.
 *
 * Return: the descriptor or an errno (uapi/spawn_template.h). May sleep.
 */
long template_fd_create(const struct spawn_template_create_args *args);

#endif /* OUTSPAWN_TEMPLATE_FD_H */
