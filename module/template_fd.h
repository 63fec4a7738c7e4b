/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * template_fd.h - the descriptor that names a template
 */
#ifndef OUTSPAWN_TEMPLATE_FD_H
#define OUTSPAWN_TEMPLATE_FD_H

struct spawn_template_create_args;
struct template;

/*
 * SPAWN_TEMPLATE_IOC_CREATE: make a template and a descriptor of it.
 *
 * @args: a copy of uargs
 * Return: the descriptor or an errno (uapi/spawn_template.h). May sleep.
 */
long template_fd_create(const struct spawn_template_create_args *args,
			const struct spawn_template_create_args __user *uargs);

/*
 * The template that descriptor fd of current's names, a reference; or an ERR_PTR:
 * -EBADF, or -ENOTTY if it is no template.
 */
struct template *template_fd_get(int fd);

#endif /* OUTSPAWN_TEMPLATE_FD_H */
