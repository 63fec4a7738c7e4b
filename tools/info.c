// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* outspawn info: print what a template of a program pins, or why it cannot be made. */
#include <elf.h>
#include <errno.h>
#include <getopt.h>
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
	"Usage: outspawn info PROG\n"
	"Print what a template of PROG pins.\n"
	"If no template can be made, print why and exit with 1.\n";

static const struct option options[] = {
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

static int print_template(const char *path, int tmpl)
{
	struct spawn_template_query query;
	int ret = outspawn_query(tmpl, &query);

	if (ret) {
		complain("%s: %s", path, strerror(-ret));
		return EXIT_FAILURE;
	}
	puts(path);
	print_query(&query);
	return EXIT_SUCCESS;
}

static int info(const char *prog)
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
	status = print_template(path, tmpl);
	close(tmpl);
	return status;
}

int cmd_info(int argc, char **argv)
{
	int opt = getopt_long(argc, argv, "h", options, NULL);

	if (opt == 'h') {
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	if (opt != -1 || optind != argc - 1) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	return info(argv[optind]);
}
