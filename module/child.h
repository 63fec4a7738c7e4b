/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * child.h - the child's side of a spawn, from its first moment to its program
 */
#ifndef OUTSPAWN_CHILD_H
#define OUTSPAWN_CHILD_H

/*
 * The function that the new task runs in the kernel: actions, then exec. Owns a
 * reference to the spawn and one to the module, and drops both. If current has
 * become the program, returns to user mode. Otherwise current exits.
 *
 * @data: struct spawn *
 */
int child_main(void *data);

#endif /* OUTSPAWN_CHILD_H */
