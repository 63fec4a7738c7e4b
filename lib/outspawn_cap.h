/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Copyright (C) 2026 The outspawn authors */
/*
 * outspawn_cap.h - the capabilities of a child, as libcap's cap_t
 *
 * A header of its own, so that only programs that include it need libcap. They
 * link with -lcap.
 */
#ifndef OUTSPAWN_CAP_H
#define OUTSPAWN_CAP_H

#include <errno.h>
#include <sys/capability.h>

#include "outspawn.h"

/* Turn one of the three sets into bits: bit n is capability n. */
static inline int outspawn_cap_bits(cap_t caps, cap_flag_t set, unsigned long long *bits)
{
	cap_flag_value_t value;

	*bits = 0;
	for (cap_value_t cap = 0; cap < 64; cap++) {
		/* EINVAL at cap > 0: libcap knows no higher capability. */
		if (cap_get_flag(caps, cap, set, &value) < 0)
			return cap && errno == EINVAL ? 0 : -errno;
		if (value == CAP_SET)
			*bits |= 1ULL << cap;
	}
	return 0;
}

/*
 * outspawn_actions_capabilities() - set capabilities, as cap_set_proc(3)
 * @a: the list to append to
 * @caps: copied; the caller frees it
 *
 * The kernel ignores capabilities that it does not know. exec changes the sets
 * (capabilities(7)): without user ID 0, a program keeps only those capabilities
 * that are also ambient.
 *
 * Return: as outspawn_actions_setsid(); -EINVAL also if caps is not a cap_t.
 */
static inline int outspawn_actions_capabilities(struct outspawn_actions *a, cap_t caps)
{
	unsigned long long effective, permitted, inheritable;
	int ret = outspawn_cap_bits(caps, CAP_EFFECTIVE, &effective);

	if (!ret)
		ret = outspawn_cap_bits(caps, CAP_PERMITTED, &permitted);
	if (!ret)
		ret = outspawn_cap_bits(caps, CAP_INHERITABLE, &inheritable);
	return ret ? outspawn_actions_fail(a, ret) :
		     outspawn_actions_capset(a, effective, permitted, inheritable);
}

#endif /* OUTSPAWN_CAP_H */
