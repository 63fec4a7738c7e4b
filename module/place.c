// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * place.c - the memory node of a child, and the CPUs on which it begins
 */
#include <linux/cpumask.h>
#include <linux/cpuset.h>
#include <linux/minmax.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <linux/uaccess.h>

#include "internals.h"
#include "place.h"

enum { BEGINS, BEFORE, SCRATCH, MASKS };

static struct cpumask *mask(const struct place *place, int which)
{
	return (void *)place->cpus + which * cpumask_size();
}

bool place_may_use(u32 node)
{
	return node < MAX_NUMNODES && node_state(node, N_MEMORY) &&
	       node_isset(node, cpuset_current_mems_allowed);
}

/* Read the mask of a sched_setaffinity(2), as the system call does. */
static bool read_mask(struct cpumask *cpus, const struct call *affinity)
{
	size_t size = min_t(size_t, affinity->args[1], cpumask_size());

	cpumask_clear(cpus);
	return !copy_from_user(cpus, (const void __user *)affinity->args[2], size);
}

/* Return the node that has all online CPUs of the mask, or NUMA_NO_NODE. */
static int node_of(const struct cpumask *cpus)
{
	int node = NUMA_NO_NODE;
	unsigned int cpu;

	for_each_cpu_and(cpu, cpus, cpu_online_mask) {
		if (node != NUMA_NO_NODE && node != cpu_to_node(cpu))
			return NUMA_NO_NODE;
		node = cpu_to_node(cpu);
	}
	return node;
}

int place_choose(struct place *place, int node, const struct call *affinity, bool judged)
{
	bool by_mask = affinity && !judged;

	*place = (struct place) { .node = node };
	if (!by_mask && node == NUMA_NO_NODE)
		return 0;
	place->cpus = kcalloc(MASKS, cpumask_size(), GFP_KERNEL_ACCOUNT);
	if (!place->cpus)
		return -ENOMEM;
	if (!by_mask) {
		cpumask_copy(mask(place, BEGINS), cpumask_of_node(node));
		place->give_back = !affinity;
	} else if (!read_mask(mask(place, BEGINS), affinity)) {
		place_free(place);
	} else if (node == NUMA_NO_NODE) {
		place->node = node_of(mask(place, BEGINS));
	}
	return 0;
}

/*
 * Set the task's CPUs, without those that its cpuset does not have. The cpuset
 * may change at any time: so check again afterwards, as sched_setaffinity(2)
 * does.
 */
static void set_cpus(const struct place *place, struct task_struct *task, struct cpumask *cpus)
{
	struct cpumask *allowed = mask(place, SCRATCH);

	ki_cpuset_cpus(task, allowed);
	do {
		if (!cpumask_and(cpus, cpus, allowed))
			cpumask_copy(cpus, allowed);
		set_cpus_allowed_ptr(task, cpus);
		ki_cpuset_cpus(task, allowed);
	} while (!cpumask_subset(cpus, allowed));
}

void place_child(struct place *place, struct task_struct *child)
{
	bool some;

	if (!place->cpus)
		return;
	raw_spin_lock_irq(&child->pi_lock);
	cpumask_copy(mask(place, BEFORE), child->cpus_ptr);
	raw_spin_unlock_irq(&child->pi_lock);
	some = cpumask_and(mask(place, BEGINS), mask(place, BEGINS), mask(place, BEFORE));
	if (some && cpumask_intersects(mask(place, BEGINS), cpu_active_mask))
		set_cpus(place, child, mask(place, BEGINS));
	else
		place->give_back = false;
}

void place_end(struct place *place)
{
	if (!place->give_back)
		return;
	/*
	 * Other CPUs: a task has called sched_setaffinity(2) for the child, or
	 * the cpuset has changed. These CPUs stay. But if all CPUs of the place
	 * went offline, select_fallback_rq() has given the child more CPUs than
	 * it had.
	 */
	if (cpumask_equal(current->cpus_ptr, mask(place, BEGINS)) ||
	    !cpumask_intersects(mask(place, BEGINS), cpu_active_mask))
		set_cpus(place, current, mask(place, BEFORE));
}

void place_free(struct place *place)
{
	kfree(place->cpus);
	place->cpus = NULL;
}
