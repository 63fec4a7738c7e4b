// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* outspawn info: print what a template of a program pins, or why it cannot be made. */
#include <elf.h>
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "outspawn.h"
#include "tool.h"

static const char usage[] =
	"Usage: outspawn info [--json] PROG\n"
	"Print what a template of PROG pins.\n"
	"If no template can be made, print why and exit with 1.\n";

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* Begin a line with a name. */
static void label(const char *name)
{
	printf("  %-12s", name);
}

static void print_size(uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double value = bytes;
	int unit = -1;

	while (value >= 1024 && unit < 3) {
		value /= 1024;
		unit++;
	}
	if (unit < 0)
		printf("%llu bytes\n", (unsigned long long)bytes);
	else
		printf("%llu bytes (%.1f %s)\n", (unsigned long long)bytes, value, units[unit]);
}

static void print_time(const char *name, int64_t seconds, uint32_t nanoseconds)
{
	time_t when = seconds;
	struct tm tm;
	char date[64] = "?", zone[16] = "";

	if (localtime_r(&when, &tm)) {
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
		strftime(zone, sizeof(zone), "%z", &tm);
	}
	label(name);
	printf("%s.%09u %s\n", date, nanoseconds, zone);
}

static void print_key(const struct spawn_template_key *key)
{
	label("file");
	printf("device %u:%u, inode %llu\n", key->dev_major, key->dev_minor,
	       (unsigned long long)key->ino);
	label("size");
	print_size(key->size);
	label("mode");
	printf("%04o%s%s, owner %u:%u\n", key->mode & 07777, key->mode & S_ISUID ? ", setuid" : "",
	       key->mode & S_ISGID ? ", setgid" : "", key->uid, key->gid);
	print_time("changed", key->ctime_sec, key->ctime_nsec);
	print_time("modified", key->mtime_sec, key->mtime_nsec);
}

static const char *machine_name(unsigned int machine)
{
	switch (machine) {
	case EM_X86_64:
		return "x86-64";
	case EM_386:
		return "i386";
	case EM_AARCH64:
		return "arm64";
	default:
		return "machine";
	}
}

static void print_elf(const struct spawn_template_elf *elf)
{
	label("ELF");
	printf("%s, %s (%u), entry 0x%llx\n",
	       elf->type == ET_DYN  ? "position-independent (ET_DYN)" :
	       elf->type == ET_EXEC ? "at a fixed address (ET_EXEC)" :
				      "of an unknown type",
	       machine_name(elf->machine), elf->machine, (unsigned long long)elf->entry);
	label("headers");
	printf("%u, of which %u are loaded\n", elf->phnum, elf->load_segments);
	label("in memory");
	print_size(elf->load_bytes);
	label("interpreter");
	if (elf->interp_len)
		printf("yes (dynamic; a path of %u bytes)\n", elf->interp_len);
	else
		puts("none (static)");
	label("stack");
	puts(!elf->stack_flags	     ? "not specified" :
	     elf->stack_flags & PF_X ? "executable" :
				       "not executable");
}

static void print_query(const struct spawn_template_query *query)
{
	print_key(&query->key);
	print_elf(&query->elf);
	label("template");
	printf("%u bytes of kernel memory\n", query->memory);
	label("spawns");
	printf("%llu succeeded, %llu failed\n", (unsigned long long)query->spawned,
	       (unsigned long long)query->failed);
	label("stale");
	puts(query->stale ? strerror(query->stale) : "no");
}

static void add_number(struct json_object *to, const char *name, uint64_t number)
{
	json_object_object_add(to, name, json_object_new_uint64(number));
}

static void add_time(struct json_object *to, const char *name, int64_t seconds,
		     uint32_t nanoseconds)
{
	char text[48];

	snprintf(text, sizeof(text), "%lld.%09u", (long long)seconds, nanoseconds);
	json_object_object_add(to, name, json_object_new_double_s(seconds + nanoseconds / 1e9, text));
}

static struct json_object *json_of_key(const struct spawn_template_key *key)
{
	struct json_object *to = json_object_new_object();

	add_number(to, "dev_major", key->dev_major);
	add_number(to, "dev_minor", key->dev_minor);
	add_number(to, "inode", key->ino);
	add_number(to, "size", key->size);
	add_number(to, "mode", key->mode);
	add_number(to, "uid", key->uid);
	add_number(to, "gid", key->gid);
	add_time(to, "changed", key->ctime_sec, key->ctime_nsec);
	add_time(to, "modified", key->mtime_sec, key->mtime_nsec);
	return to;
}

static struct json_object *json_of_elf(const struct spawn_template_elf *elf)
{
	struct json_object *to = json_object_new_object();

	add_number(to, "type", elf->type);
	add_number(to, "machine", elf->machine);
	add_number(to, "headers", elf->phnum);
	add_number(to, "load_segments", elf->load_segments);
	add_number(to, "stack_flags", elf->stack_flags);
	add_number(to, "interpreter_length", elf->interp_len);
	add_number(to, "entry", elf->entry);
	add_number(to, "load_bytes", elf->load_bytes);
	return to;
}

static void print_json_of(const char *path, const struct spawn_template_query *query)
{
	struct json_object *all = json_object_new_object();

	json_object_object_add(all, "path", json_object_new_string(path));
	json_object_object_add(all, "file", json_of_key(&query->key));
	json_object_object_add(all, "elf", json_of_elf(&query->elf));
	add_number(all, "memory", query->memory);
	add_number(all, "spawned", query->spawned);
	add_number(all, "failed", query->failed);
	json_object_object_add(all, "stale", json_object_new_boolean(query->stale));
	print_json(all);
}

static int print_template(const char *path, int tmpl, bool json)
{
	struct spawn_template_query query;
	int ret = outspawn_query(tmpl, &query);

	if (ret) {
		complain("%s: %s", path, strerror(-ret));
		return EXIT_FAILURE;
	}
	if (json) {
		print_json_of(path, &query);
		return EXIT_SUCCESS;
	}
	puts(path);
	print_query(&query);
	return EXIT_SUCCESS;
}

static int info(const char *prog, bool json)
{
	int dev, tmpl, status;
	char path[PATH_MAX];
	char why[128];

	dev = open_device();
	if (dev < 0)
		return EXIT_FAILURE;

	tmpl = find_template(dev, prog, 0, path);
	close(dev);
	if (tmpl < 0) {
		complain("%s: %s", path, explain_template(path, -tmpl, why, sizeof(why)));
		return EXIT_FAILURE;
	}
	status = print_template(path, tmpl, json);
	close(tmpl);
	return status;
}

int cmd_info(int argc, char **argv)
{
	int opt = getopt_long(argc, argv, "h", options, NULL);
	const bool json = opt == 'j';

	if (opt == 'h') {
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	if (json)
		opt = getopt_long(argc, argv, "h", options, NULL);
	if (opt != -1 || optind != argc - 1) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	return info(argv[optind], json);
}
