/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * rng.h - random numbers from a seed (splitmix64)
 */
#ifndef FUZZ_RNG_H
#define FUZZ_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* Each (seed, a, b) has its own stream of numbers. */
static inline struct rng rng_of(uint64_t seed, uint64_t a, uint64_t b)
{
	struct rng rng = { seed };

	rng.state = rng_next(&rng) ^ a;
	rng.state = rng_next(&rng) ^ b;
	return rng;
}

/* Return a number from 0 to n - 1. */
static inline uint32_t rng_below(struct rng *rng, uint32_t n)
{
	return (rng_next(rng) >> 32) * n >> 32;
}

static inline bool rng_one_in(struct rng *rng, uint32_t n)
{
	return rng_below(rng, n) == 0;
}

#define RNG_PICK(rng, array) ((array)[rng_below(rng, sizeof(array) / sizeof(*(array)))])

#endif
