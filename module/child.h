/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * child.h - the life of a pristine child, up to its program
 */
#ifndef OUTSPAWN_CHILD_H
#define OUTSPAWN_CHILD_H

/*
 * What the new task runs, in the kernel: descriptors, actions, exec. Knows
 * nothing of who waits for it. Owns a reference to the spawn and one to the
 * module, and drops both. Returns, to user mode, when current is the program;
 * otherwise current exits.
 *
 * @data: struct spawn *
 */
int child_main(void *data);

#endif /* OUTSPAWN_CHILD_H */
