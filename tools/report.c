// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * The findings of "outspawn doctor"
 *
 * They are kept as the JSON that --json prints: an array of objects with "state"
 * ("ok", "failed" or "note"), "text", "advice" and "details".
 */
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"
#include "tool.h"

static struct json_object *findings, *last;

static struct json_object *text_of(const char *format, va_list args)
{
	struct json_object *object;
	char *text;

	if (vasprintf(&text, format, args) < 0)
		return json_object_new_string("no memory");
	object = json_object_new_string(text);
	free(text);
	return object;
}

static void add(const char *state, const char *format, va_list args)
{
	if (!findings)
		findings = json_object_new_array();
	last = json_object_new_object();
	json_object_object_add(last, "state", json_object_new_string(state));
	json_object_object_add(last, "text", text_of(format, args));
	json_object_object_add(last, "advice", json_object_new_array());
	json_object_object_add(last, "details", json_object_new_array());
	json_object_array_add(findings, last);
}

bool good(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add("ok", format, args);
	va_end(args);
	return true;
}

bool bad(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add("failed", format, args);
	va_end(args);
	return false;
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add("note", format, args);
	va_end(args);
}

void advise(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	json_object_array_add(json_object_object_get(last, "advice"), text_of(format, args));
	va_end(args);
}

void detail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	json_object_array_add(json_object_object_get(last, "details"), text_of(format, args));
	va_end(args);
}

static const char *string_of(struct json_object *finding, const char *name)
{
	return json_object_get_string(json_object_object_get(finding, name));
}

static bool is_bad(struct json_object *finding)
{
	return !strcmp(string_of(finding, "state"), "failed");
}

static struct json_object *first_bad(void)
{
	for (size_t i = 0; i < json_object_array_length(findings); i++)
		if (is_bad(json_object_array_get_idx(findings, i)))
			return json_object_array_get_idx(findings, i);
	return NULL;
}

/* Begin a colour, or end it with "0"; on a terminal only (https://no-color.org). */
static void colour(const char *code)
{
	const char *no = getenv("NO_COLOR");

	if (isatty(STDOUT_FILENO) && !(no && *no))
		printf("\033[%sm", code);
}

static void print_mark(const char *state)
{
	const bool failed = !strcmp(state, "failed");

	colour(failed ? "31" : !strcmp(state, "ok") ? "32" : "0");
	printf("%-8s", failed ? "FAILED" : state);
	colour("0");
}

static void print_list(struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		printf("        %s\n", json_object_get_string(json_object_array_get_idx(list, i)));
}

static void print_verdict(struct json_object *failed)
{
	colour(failed ? "1;31" : "1;32");
	if (failed)
		printf("outspawn does not work here: %s", string_of(failed, "text"));
	else
		printf("All is well.");
	colour("0");
	puts("\n");
}

bool report_print(bool json, bool verbose)
{
	struct json_object *failed = first_bad(), *all;

	if (json) {
		all = json_object_new_object();
		json_object_object_add(all, "well", json_object_new_boolean(!failed));
		json_object_object_add(all, "findings", json_object_get(findings));
		print_json(all);
	} else {
		print_verdict(failed);
		for (size_t i = 0; i < json_object_array_length(findings); i++) {
			struct json_object *one = json_object_array_get_idx(findings, i);

			print_mark(string_of(one, "state"));
			puts(string_of(one, "text"));
			print_list(json_object_object_get(one, "advice"));
			if (verbose)
				print_list(json_object_object_get(one, "details"));
		}
	}
	json_object_put(findings);
	findings = NULL;
	return !failed;
}
