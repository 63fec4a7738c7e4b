/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * forward.h - pass SIGTERM, SIGHUP, SIGINT and SIGQUIT on to the child
 */
#ifndef OUTSPAWN_FORWARD_H
#define OUTSPAWN_FORWARD_H

#include <stdbool.h>

/* From now on pass those of the signals on that are not ignored. */
void forward_to(int pidfd, bool child_has_own_group);

/* End that. Return the last signal that came, or 0. */
int forward_end(void);

#endif /* OUTSPAWN_FORWARD_H */
