// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * strings.c - C strings, made of JavaScript's
 */
#include <stdlib.h>
#include <string.h>

#include "native.h"

char *take_string(napi_env env, napi_value value)
{
	napi_valuetype type;
	size_t length;
	char *copy;

	if (napi_typeof(env, value, &type) != napi_ok)
		return NULL;
	if (type == napi_number && napi_coerce_to_string(env, value, &value) != napi_ok)
		return NULL;
	if (type != napi_string && type != napi_number)
		return NULL;
	if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok)
		return NULL;
	copy = malloc(length + 1);
	if (copy)
		napi_get_value_string_utf8(env, value, copy, length + 1, &length);
	return copy;
}

bool strings_take(napi_env env, napi_value array, struct strings *strings)
{
	napi_handle_scope scope;
	napi_value item;
	uint32_t count;
	bool good;

	*strings = (struct strings){ 0 };
	if (napi_get_array_length(env, array, &count) != napi_ok)
		return false;
	strings->array = calloc((size_t)count + 1, sizeof(char *));
	good = strings->array;
	for (uint32_t i = 0; good && i < count; i++) {
		if (napi_open_handle_scope(env, &scope) != napi_ok)
			return false;
		good = napi_get_element(env, array, i, &item) == napi_ok;
		if (good)
			strings->array[i] = take_string(env, item);
		good = good && strings->array[i];
		if (good)
			strings->bytes += strlen(strings->array[i]) + 1;
		napi_close_handle_scope(env, scope);
	}
	return good;
}

void strings_free(struct strings *strings)
{
	for (size_t i = 0; strings->array && strings->array[i]; i++)
		free(strings->array[i]);
	free(strings->array);
	*strings = (struct strings){ 0 };
}
