/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * path_chain.h - the dentries that a path led through
 *
 * A look-up of a path walks from directory to directory. If none of these was
 * renamed or removed since, no mount changed, and current may still search each
 * directory, then another look-up would find the same file. path_chain_holds()
 * checks that, at less than half the cost of a look-up.
 */
#ifndef OUTSPAWN_PATH_CHAIN_H
#define OUTSPAWN_PATH_CHAIN_H

#include <linux/types.h>

struct path;
struct path_chain;

/*
 * Would a look-up by current find the same file now as when the chain was
 * recorded? False if that is not known.
 *
 * @slot: NULL until path_chain_record(). The caller holds a reference to the
 * file that the chain ends at.
 */
bool path_chain_holds(struct path_chain __rcu *const *slot);

/* Return what path_chain_record() needs. To be called before the look-up. */
unsigned int path_chain_begin(void);

/*
 * Record how current's look-up of a path has come to a file. Replaces the chain
 * that was recorded before. Records nothing if the path has a symbolic link, or
 * a file system looks names up in its own way (d_revalidate, case-insensitive
 * names, automount). Sleeps.
 *
 * @string: the path, absolute
 * @end: what the look-up found
 * @mounts: from path_chain_begin()
 */
void path_chain_record(struct path_chain __rcu **slot, const char *string, const struct path *end,
		       unsigned int mounts);

/* Free the chain. No task may use the slot any more. */
void path_chain_free(struct path_chain __rcu **slot);

#endif /* OUTSPAWN_PATH_CHAIN_H */
