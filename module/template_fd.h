/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * template_fd.h - the descriptor that names a template
 */
#ifndef OUTSPAWN_TEMPLATE_FD_H
#define OUTSPAWN_TEMPLATE_FD_H

struct spawn_template_create_args;
struct template;

/*
 * SPAWN_TEMPLATE_IOC_CREATE: make a template, and a descriptor that names it.
 * Sleeps.
 *
 * @args: a copy of uargs
 * Return: the descriptor or an errno (uapi/spawn_template.h).
 */
long template_fd_create(const struct spawn_template_create_args *args,
			const struct spawn_template_create_args __user *uargs);

/*
 * Find the template that current's descriptor fd names.
 *
 * Return: a reference; or an ERR_PTR: -EBADF, or -ENOTTY if fd names no
 * template.
 */
struct template *template_fd_get(int fd);

#endif /* OUTSPAWN_TEMPLATE_FD_H */
