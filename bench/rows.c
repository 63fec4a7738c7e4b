// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
#include <stdlib.h>

#include "rows.h"

static uint64_t *make_values(int rounds)
{
	uint64_t *values = calloc(rounds, sizeof(*values));

	if (!values)
		abort();
	return values;
}

const struct row *find_row(const struct rows *rows, int group, enum program program, int strings,
			   enum caller caller, enum method method)
{
	const struct row *row;
	int i;

	for (i = 0; i < rows->count; i++) {
		row = &rows->list[i];
		if ((group == ANY_GROUP || row->group == group) && row->program == program &&
		    row->strings == strings && row->caller == caller && row->method == method)
			return row;
	}
	return NULL;
}

struct row *add_row(struct rows *rows, struct row what)
{
	int part;

	rows->list = realloc(rows->list, (rows->count + 1) * sizeof(*rows->list));
	if (!rows->list)
		abort();
	for (part = 0; part < PARTS; part++)
		what.parts[part] = make_values(what.rounds);
	what.faults = make_values(what.rounds);
	what.switches = make_values(what.rounds);
	what.calls = -1;
	rows->list[rows->count] = what;
	return &rows->list[rows->count++];
}

double ratio_of(const struct row *row, const struct row *other, enum part part, enum unit unit)
{
	uint64_t divisor;

	if (unit == NANOSECONDS)
		return median_ratio(row->parts[part], other->parts[part], row->rounds);
	divisor = summarise(other->parts[part], other->rounds).q1;
	return divisor ? (double)summarise(row->parts[part], row->rounds).q1 / divisor : 0;
}

void keep_sample(struct row *row, int round, const struct sample *sample)
{
	row->parts[CALL][round] = ticks_to_units(sample->call);
	row->parts[FIRST][round] = ticks_to_units(sample->first);
	row->parts[TOTAL][round] = ticks_to_units(sample->total);
	row->faults[round] = sample->faults + 1;
	row->switches[round] = sample->switches + 1;
}
