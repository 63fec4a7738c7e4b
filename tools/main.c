// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* The outspawn command: run the subcommand that the first argument names. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outspawn.h"
#include "tool.h"

static const struct command {
	const char *name;
	const char *full_name; /* for getopt's messages */
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "run", "outspawn: run", cmd_run },
	{ "info", "outspawn: info", cmd_info },
	{ "doctor", "outspawn: doctor", cmd_doctor },
	{ "bench", "outspawn: bench", cmd_bench },
	{ "stat", "outspawn: stat", cmd_stat },
	{ "top", "outspawn: top", cmd_top },
};

static const char usage[] =
	"Usage: outspawn run [OPTION]... [--] PROG [ARG]...   start a program from a template\n"
	"       outspawn info PROG                            print what its template pins\n"
	"       outspawn doctor                               check that nothing is missing\n"
	"       outspawn bench [OPTION]...                    measure what a spawn costs here\n"
	"       outspawn stat [SECONDS]                       print what was spawned\n"
	"       outspawn top                                  the same, again and again\n"
	"       outspawn --help | --version\n"
	"\n"
	"Each command has its own --help. See outspawn(1).\n";

void complain(const char *format, ...)
{
	va_list args;

	/* Keep the order if both streams go to one file. */
	fflush(stdout);
	fputs("outspawn: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

int open_device(void)
{
	int dev = outspawn_open();

	if (dev == -ENOENT)
		complain("%s is not there: is the module loaded? Run 'outspawn doctor'",
			 SPAWN_TEMPLATE_DEVICE);
	else if (dev < 0)
		complain("%s: %s. Run 'outspawn doctor'", SPAWN_TEMPLATE_DEVICE,
			 strerror(-dev));
	return dev;
}

/* Report a failed write, for example to a full disk. */
static int flush_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	complain("standard output: %s", strerror(errno));
	return status ? status : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i].name))
			continue;
		argv[1] = (char *)commands[i].full_name;
		return flush_output(commands[i].run(argc - 1, argv + 1));
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
		fputs(usage, stdout);
		return flush_output(EXIT_SUCCESS);
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		printf("outspawn %s (interface version %d)\n", OUTSPAWN_VERSION,
		       SPAWN_TEMPLATE_VERSION);
		return flush_output(EXIT_SUCCESS);
	}
	if (*name)
		complain("%s: no such command", name);
	fputs(usage, stderr);
	return EXIT_OWN_FAILURE;
}
