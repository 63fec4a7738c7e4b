// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* test_bench.c - the benchmark's statistics, options, plans, table and JSON */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <getopt.h>

#include <cmocka.h>

#include "../../bench/judge.h"
#include "../../bench/plan.h"
#include "../../bench/rows.h"
#include "../../bench/statistics.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- statistics --- */

static void summary_has_the_least_the_quartile_and_the_median(void **state)
{
	const uint64_t values[] = { 9, 1, 8, 2, 7, 3, 6, 4 };
	struct summary summary = summarise(values, COUNT(values));

	(void)state;
	assert_int_equal(summary.min, 1);
	assert_int_equal(summary.q1, 3);
	assert_int_equal(summary.median, 6);
}

static void summary_leaves_out_what_was_not_measured(void **state)
{
	const uint64_t values[] = { 0, 5, 0, 7, 0, 0 };
	const uint64_t none[] = { 0, 0 };

	(void)state;
	assert_int_equal(summarise(values, COUNT(values)).min, 5);
	assert_int_equal(summarise(values, COUNT(values)).median, 7);
	assert_int_equal(summarise(none, COUNT(none)).median, 0);
	assert_int_equal(summarise(none, 0).min, 0);
}

static void ratio_is_that_of_pairs(void **state)
{
	/* The machine became ten times as slow in between: the pairs do not care. */
	const uint64_t values[] = { 1, 2, 30, 0, 40 };
	const uint64_t others[] = { 2, 4, 60, 9, 0 };

	(void)state;
	assert_true(median_ratio(values, others, COUNT(values)) == 0.5);
	assert_true(median_ratio(values + 3, others + 3, 2) == 0);
}

/* --- options --- */

#define PARSE(options_, ...) parse((options_), (char *[]){ "spawn-bench", ##__VA_ARGS__, NULL })

static int parse(struct options *options, char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	optind = 0;
	return parse_options(argc, argv, options);
}

static void options_are_read(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(PARSE(&options, "--programs", "nolibc,git", "--methods", "vfork,outspawn",
			       "--callers", "empty,rss-4g", "--strings", "0,70", "--rounds", "9",
			       "--json", "x.json", "--judge", "--progress", "none"),
			 -1);
	assert_int_equal(options.programs, 1U << NOLIBC | 1U << GIT);
	/* Without and with a pidfd. */
	assert_int_equal(options.methods, METHOD_BIT(BY_VFORK) | METHOD_BIT(BY_OUTSPAWN) |
						  METHOD_BIT(BY_OUTSPAWN_PIDFD));
	assert_int_equal(options.callers, CALLER_BIT(EMPTY) | CALLER_BIT(RSS_4G));
	assert_int_equal(options.strings_count, 2);
	assert_int_equal(options.strings[1], 70);
	assert_int_equal(options.rounds, 9);
	assert_string_equal(options.json, "x.json");
	assert_true(options.judge);
	assert_false(options.short_set);
	assert_int_equal(options.progress, NO_PROGRESS);
}

static void wrong_options_are_refused(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(PARSE(&options, "--programs", "nolib"), 2);
	assert_int_equal(PARSE(&options, "--methods", "vfork,"), 2);
	assert_int_equal(PARSE(&options, "--callers", ""), 2);
	assert_int_equal(PARSE(&options, "--strings", "x"), 2);
	assert_int_equal(PARSE(&options, "--strings", "1,-1"), 2);
	assert_int_equal(PARSE(&options, "--strings", "1;2"), 2);
	assert_int_equal(PARSE(&options, "--strings", "0,1,2,3,4,5,6,7,8"), 2);
	assert_int_equal(PARSE(&options, "--strings", "209712"), 2);
	assert_int_equal(PARSE(&options, "--rounds", "0"), 2);
	assert_int_equal(PARSE(&options, "--rounds", "9x"), 2);
	assert_int_equal(PARSE(&options, "--progress", "dots"), 2);
	assert_int_equal(PARSE(&options, "--unknown"), 2);
	assert_int_equal(PARSE(&options, "word"), 2);
}

static void help_is_no_failure(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(PARSE(&options, "--help"), 0);
}

/* --- plans --- */

static const struct group *group_of(const struct plan *plan, enum program program, int strings,
				    enum caller caller, enum method method)
{
	const struct group *group;
	int i;

	for (i = 0; i < plan->count; i++) {
		group = &plan->groups[i];
		if (group->program == program && group->strings == strings &&
		    group->callers & CALLER_BIT(caller) && group->methods & METHOD_BIT(method))
			return group;
	}
	return NULL;
}

static void whole_plan_has_what_the_limits_need(void **state)
{
	struct options options = { 0 };
	struct plan plan;
	int program;

	(void)state;
	make_plan(&options, INSTRUCTIONS, &plan);
	for (program = 0; program < PROGRAMS; program++) {
		assert_non_null(group_of(&plan, program, 0, EMPTY, BY_VFORK));
		assert_non_null(group_of(&plan, program, 0, EMPTY, BY_OUTSPAWN));
	}
	assert_non_null(group_of(&plan, DYNAMIC, REAL_STRINGS, EMPTY, BY_CLONE3));
	assert_non_null(group_of(&plan, NOLIBC, MOST_STRINGS, EMPTY, BY_POSIX_SPAWN));
	assert_non_null(group_of(&plan, NOLIBC, 0, RSS_4G, BY_FORK));
	assert_non_null(group_of(&plan, NOLIBC, 0, AGENT, BY_OUTSPAWN_ASYNC));
	/* One processor: threads cannot be busy beside the caller. */
	assert_null(group_of(&plan, NOLIBC, 0, MMAP_8, BY_OUTSPAWN));
	make_plan(&options, NANOSECONDS, &plan);
	assert_non_null(group_of(&plan, NOLIBC, 0, MMAP_8, BY_OUTSPAWN));
}

static void selection_is_measured_alone(void **state)
{
	struct options options = { .programs = 1U << STATIC | 1U << RG,
				   .strings = { 0, 70 },
				   .strings_count = 2,
				   .rounds = 7 };
	struct plan plan;

	(void)state;
	make_plan(&options, INSTRUCTIONS, &plan);
	/* The arguments of rg are given: there is nothing to choose. */
	assert_int_equal(plan.count, 3);
	assert_non_null(group_of(&plan, STATIC, 70, EMPTY, BY_THREAD));
	assert_non_null(group_of(&plan, RG, 0, EMPTY, BY_FORK));
	assert_int_equal(plan.groups[0].rounds, 7);
}

static void fork_of_large_callers_is_rare(void **state)
{
	struct group group = { NOLIBC, 0, CALLER_BIT(RSS_1G), METHOD_BIT(BY_FORK), 100 };

	(void)state;
	assert_int_equal(rounds_between(&group, EMPTY, BY_FORK), 1);
	assert_int_equal(rounds_between(&group, RSS_1G, BY_VFORK), 1);
	assert_true(rounds_between(&group, RSS_1G, BY_FORK) > 1);
	group.rounds = 3;
	assert_int_equal(rounds_between(&group, RSS_1G, BY_FORK), 1);
}

/* --- rows, table, JSON, limits --- */

static void fill(struct row *row, uint64_t call, uint64_t first, uint64_t total)
{
	struct sample sample = { call, first, total, 3, 2, 0 };
	int i;

	for (i = 0; i < row->rounds; i++)
		keep_sample(row, i, &sample);
}

/* Two groups; in the second, posix_spawn costs the double. */
static struct rows make_rows(uint64_t outspawn)
{
	struct rows rows = { NULL, 0 };

	bench_clock = (struct bench_clock){ INSTRUCTIONS, true, 1.0 };
	fill(add_row(&rows, (struct row){ .method = BY_POSIX_SPAWN, .rounds = 4 }), 500, 700, 1000);
	fill(add_row(&rows, (struct row){ .method = BY_OUTSPAWN, .rounds = 4 }), 300, 0, outspawn);
	fill(add_row(&rows, (struct row){ .group = 1, .method = BY_POSIX_SPAWN, .rounds = 4 }), 500,
	     700, 2000);
	fill(add_row(&rows, (struct row){ .group = 1,
					  .caller = FDS_20000,
					  .method = BY_OUTSPAWN_PIDFD,
					  .rounds = 4 }),
	     300, 400, 1900);
	return rows;
}

static char *text_of(void (*write)(FILE *, const struct rows *), const struct rows *rows)
{
	char *text;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	write(memory, rows);
	fclose(memory);
	return text;
}

static void write_as_json(FILE *to, const struct rows *rows)
{
	write_json(to, rows, INSTRUCTIONS, "6.12.0-test");
}

static void json_has_one_object_a_row(void **state)
{
	struct rows rows = make_rows(800);
	char *text = text_of(write_as_json, &rows), *at;
	int objects = 0;

	(void)state;
	for (at = text; (at = strstr(at, "{\"kernel\"")); at++)
		objects++;
	/* The second group's posix_spawn by the empty caller is there already. */
	assert_int_equal(objects, 3);
	assert_non_null(strstr(
		text,
		"{\"kernel\": \"6.12.0-test\", \"program\": \"nolibc\", \"strings\": 0, "
		"\"caller\": {\"rss_mib\": 0, \"fds\": 0, \"cloexec\": true, \"threads\": 0}, "
		"\"method\": \"posix_spawn\", \"pidfd\": false, "
		"\"call_min\": 500, \"call_q1\": 500, \"call_median\": 500, "
		"\"first_min\": 700, \"first_q1\": 700, \"first_median\": 700, "
		"\"total_min\": 1000, \"total_q1\": 1000, \"total_median\": 1000, "));
	assert_non_null(strstr(text, "\"first_q1\": null"));
	assert_non_null(strstr(text, "\"fds\": 20000, \"cloexec\": false"));
	assert_non_null(strstr(text, "\"method\": \"outspawn\", \"pidfd\": true"));
	assert_non_null(strstr(text, "\"syscalls\": null, \"faults\": 3"));
	rows.list[0].calls = 7;
	free(text);
	text = text_of(write_as_json, &rows);
	assert_non_null(strstr(text, "\"syscalls\": 7, \"faults\": 3"));
	assert_non_null(strstr(text, "\"faults\": 3, \"switches\": 2, \"rounds\": 4, "
				     "\"unit\": \"instructions\"}"));
	assert_true(text[0] == '[' && !strcmp(text + strlen(text) - 2, "]\n"));
	free(text);
}

static void write_as_table(FILE *to, const struct rows *rows)
{
	print_table(to, rows, INSTRUCTIONS);
}

static void table_has_a_heading_for_each_caller(void **state)
{
	struct rows rows = make_rows(800);
	char *text = text_of(write_as_table, &rows);

	(void)state;
	assert_non_null(strstr(text, "nolibc, 0 strings, caller empty: thousand instructions\n"));
	assert_non_null(strstr(text, "caller fds-20000:"));
	assert_non_null(strstr(text, "outspawn +pidfd"));
	assert_non_null(strstr(text, " 0.80 "));
	free(text);
}

static int judged(uint64_t outspawn, bool tap, char **text)
{
	struct rows rows = make_rows(outspawn);
	size_t size;
	FILE *memory = open_memstream(text, &size);
	int above = judge(memory, &rows, INSTRUCTIONS, WHOLE_SET, tap);

	fclose(memory);
	return above;
}

static void figures_meet_their_limits(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(judged(870, false, &text), 0);
	assert_non_null(strstr(text, "ok      0.870  at most 0.87  total, outspawn / posix_spawn"));
	assert_non_null(strstr(text, "ok      0.600  at most 0.76  in the call"));
	assert_null(strstr(text, "above"));
	free(text);
	assert_int_equal(judged(880, false, &text), 1);
	assert_non_null(strstr(text, "above   0.880  at most 0.87"));
	free(text);
	assert_int_equal(judged(880, true, &text), 1);
	assert_non_null(strstr(text, "not ok 1 - "));
	assert_non_null(strstr(text, "ok 2 - "));
	assert_non_null(strstr(text, "1..2"));
	free(text);
}

static void short_set_must_be_measured_in_full(void **state)
{
	struct rows rows = make_rows(800);
	char *text;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	(void)state;
	assert_true(judge(memory, &rows, INSTRUCTIONS, SHORT_SET, true) >= 4);
	fclose(memory);
	assert_non_null(strstr(text, "not ok 1 - not measured"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(summary_has_the_least_the_quartile_and_the_median),
		cmocka_unit_test(summary_leaves_out_what_was_not_measured),
		cmocka_unit_test(ratio_is_that_of_pairs),
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(wrong_options_are_refused),
		cmocka_unit_test(help_is_no_failure),
		cmocka_unit_test(whole_plan_has_what_the_limits_need),
		cmocka_unit_test(selection_is_measured_alone),
		cmocka_unit_test(fork_of_large_callers_is_rare),
		cmocka_unit_test(json_has_one_object_a_row),
		cmocka_unit_test(table_has_a_heading_for_each_caller),
		cmocka_unit_test(figures_meet_their_limits),
		cmocka_unit_test(short_set_must_be_measured_in_full),
	};

	return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
