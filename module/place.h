/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * place.h - the memory node of a child, and the CPUs on which it begins
 *
 * The child allocates memory on the node of the CPU on which it runs. So the
 * node is chosen before the child is made: the caller names it, or an affinity
 * action does. The child's task_struct, kernel stack and descriptor table are
 * allocated there, and the child is woken there. Everything else is allocated
 * by the child itself.
 */
#ifndef OUTSPAWN_PLACE_H
#define OUTSPAWN_PLACE_H

#include <linux/types.h>

#include "arch.h"

struct cpumask;
struct task_struct;

/*
 * The caller fills it in before the child is awake. Afterwards only the child
 * uses it.
 */
struct place {
	int node; /* of the child's memory, or NUMA_NO_NODE */
	/*
	 * Owned, or NULL: the scheduler chooses. Three masks: where the child
	 * begins; the child's CPUs before that; room for set_cpus().
	 */
	struct cpumask *cpus;
	/*
	 * place_end() gives the child the second mask, because no affinity
	 * action sets the program's CPUs.
	 */
	bool give_back;
};

/*
 * Check a node that a caller names, as set_mempolicy(2) does: the node has
 * memory, and the cpuset of current allows it.
 */
bool place_may_use(u32 node);

/*
 * Choose the place of a child that is not yet made. Sleeps.
 *
 * @node: the node that the caller asked for, or NUMA_NO_NODE
 * @affinity: the sched_setaffinity(2) that the child will call, or NULL. Its
 *	mask is read from current's memory now. A mask that cannot be read
 *	chooses no place: the call itself will fail later.
 * @judged: filters or a tracer may deny that call: its mask chooses no place
 * Return: 0 or -ENOMEM.
 */
int place_choose(struct place *place, int node, const struct call *affinity, bool judged);

/*
 * Restrict the new child to its place, so that it is woken there. The child is
 * not yet awake. CPUs that the child may not use are left out. If no CPU
 * remains, the scheduler chooses.
 */
void place_child(struct place *place, struct task_struct *child);

/*
 * In the child, after exec: give back the CPUs that place_child() took away.
 * An affinity action has already set others.
 */
void place_end(struct place *place);

/* Free what place_choose() allocated. */
void place_free(struct place *place);

#endif /* OUTSPAWN_PLACE_H */
