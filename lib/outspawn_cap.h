/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * outspawn_cap.h - capabilities of a child, in libcap's type
 *
 * Apart from outspawn.h, so that only programs that use libcap need it: they
 * link with -lcap.
 */
#ifndef OUTSPAWN_CAP_H
#define OUTSPAWN_CAP_H

#include <errno.h>
#include <sys/capability.h>

#include "outspawn.h"

/* One of the three sets, as bits. */
static inline int outspawn_cap_bits(cap_t caps, cap_flag_t set, unsigned long long *bits)
{
	cap_flag_value_t value;

	*bits = 0;
	for (cap_value_t cap = 0; cap < 64; cap++) {
		/* EINVAL: libcap knows no more than those before. */
		if (cap_get_flag(caps, cap, set, &value) < 0)
			return cap && errno == EINVAL ? 0 : -errno;
		if (value == CAP_SET)
			*bits |= 1ULL << cap;
	}
	return 0;
}

/*
 * outspawn_actions_capabilities() - the child's capabilities, as cap_set_proc(3)
 * @caps: copied; stays the caller's
 *
 * Capabilities that the kernel does not know are left out by it. What exec makes
 * of them is said in capabilities(7): a program that is not root's keeps only
 * what is ambient, too.
 *
 * Return: 0, or as outspawn_actions_setsid(); -EINVAL: caps is no cap_t.
 */
static inline int outspawn_actions_capabilities(struct outspawn_actions *a, cap_t caps)
{
	unsigned long long effective, permitted, inheritable;
	int ret = outspawn_cap_bits(caps, CAP_EFFECTIVE, &effective);

	if (!ret)
		ret = outspawn_cap_bits(caps, CAP_PERMITTED, &permitted);
	if (!ret)
		ret = outspawn_cap_bits(caps, CAP_INHERITABLE, &inheritable);
	return ret ? ret : outspawn_actions_capset(a, effective, permitted, inheritable);
}

#endif /* OUTSPAWN_CAP_H */
