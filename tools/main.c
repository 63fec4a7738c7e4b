// SPDX-License-Identifier: GPL-2.0-only
/* The outspawn command: which subcommand is meant. */
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
};

static const char usage[] =
	"Usage: outspawn run [OPTION]... [--] PROG [ARG]...   start a program from a template\n"
	"       outspawn info PROG                            say what a template of it pins\n"
	"       outspawn doctor                               check that everything is in place\n"
	"       outspawn --help | --version\n"
	"\n"
	"Each has a --help of its own. See outspawn(1).\n";

void complain(const char *format, ...)
{
	va_list args;

	/* What was printed so far comes first, also where both go to one file. */
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
		complain("%s is not there: is the module loaded? 'outspawn doctor' says more",
			 SPAWN_TEMPLATE_DEVICE);
	else if (dev < 0)
		complain("%s: %s; 'outspawn doctor' says more", SPAWN_TEMPLATE_DEVICE,
			 strerror(-dev));
	return dev;
}

/* A full disk must not look like success. */
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
