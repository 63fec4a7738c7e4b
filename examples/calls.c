// SPDX-License-Identifier: MIT
// Copyright (C) 2026 The outspawn authors
/* The tool calls that the agent makes: kinds of calls of coding agents, in turns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

#define MAX_WORDS 8
#define WORD_SIZE 512

struct kind {
	enum tool_id tool;
	const char *argv[MAX_WORDS]; /* "{n}": the number of a source file, 00 to 23 */
};

#define COUNT_FUNCTIONS                     \
	"import sys\n"                      \
	"text = open(sys.argv[1]).read()\n" \
	"print(sys.argv[1], text.count('int part_'), sum(map(len, text.split())))\n"

/*
 * The output of a call must depend only on the worktree: no process IDs, no
 * times, no order that threads decide. Some calls fail, as calls of agents do.
 */
static const struct kind kinds[] = {
	{ RG, { "rg", "-n", "--sort", "path", "TODO", "." } },
	{ GIT, { "git", "status" } },
	{ SED, { "sed", "-n", "/step_{n}/,$p", "src/part_{n}.c" } },
	{ BASH, { "bash", "-c", "grep -rhow 'part_{n}[a-z_0-9]*' src | sort | uniq -c" } },
	{ GIT, { "git", "diff" } },
	{ RG, { "rg", "-n", "-C", "2", "step_{n}", "src/part_{n}.c" } },
	{ AWK,
	  { "awk", "-F,", "-v", "n={n}", "$1 % 24 == n { s += $3 } END { print s }", "data.csv" } },
	{ SED, { "sed", "-e", "s/value/input/g", "src/part_{n}.c" } },
	{ BASH, { "bash", "-c", "sed -n '1,{n}p' src/part_{n}.c && echo done >&2" } },
	{ GIT, { "git", "log", "--oneline" } },
	{ PYTHON, { "python3", "-c", COUNT_FUNCTIONS, "src/part_{n}.c" } },
	{ RG, { "rg", "--sort", "path", "-l", "part_{n}_step_07" } },
	{ AWK, { "awk", "/TODO/ { print FILENAME \":\" FNR }", "src/part_{n}.c" } },
	{ GIT, { "git", "show", "--stat", "HEAD" } },
	{ SED, { "sed", "-n", "$=", "src/part_{n}.c", "src/no-such-file.c" } }, /* status 2 */
	{ RG, { "rg", "no line has this", "src" } }, /* status 1 */
	{ BASH, { "bash", "-c", "cd src && ls | tail -n 5; exit {n}" } },
	{ GIT, { "git", "show", "HEAD~40:src/part_{n}.c" } }, /* status 128 */
	{ AWK, { "awk", "-F,", "{ print $2 }", "data.csv" } },
	{ PYTHON, { "python3", "-c", "raise ValueError('part {n}')" } }, /* a traceback */
	{ SED, { "sed", "-n", "/TODO/{=;p}", "src/part_{n}.c" } },
	{ GIT, { "git", "blame", "-s", "-L", "1,12", "src/part_{n}.c" } },
	{ RG, { "rg", "-c", "return", "src/part_{n}.c" } },
	{ BASH, { "bash", "-c", "echo before; kill -TERM $$; echo after" } }, /* a signal */
	{ GIT, { "git", "diff", "--stat", "HEAD~1" } },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Return an allocated copy of the word with the number in place of each "{n}". */
static char *expand(const char *word, unsigned int number)
{
	char buf[WORD_SIZE];
	size_t len = 0;

	while (*word && len < sizeof(buf) - 3) {
		if (!strncmp(word, "{n}", 3)) {
			len += sprintf(buf + len, "%02u", number % 24);
			word += 3;
		} else {
			buf[len++] = *word++;
		}
	}
	buf[len] = '\0';
	return strdup(buf);
}

static int make_call(struct call *call, const struct kind *kind, unsigned int number)
{
	call->tool = kind->tool;
	call->argv = calloc(MAX_WORDS + 1, sizeof(*call->argv));
	if (!call->argv)
		return -1;
	for (int i = 0; i < MAX_WORDS && kind->argv[i]; i++) {
		call->argv[i] = expand(kind->argv[i], number);
		if (!call->argv[i])
			return -1;
	}
	return 0;
}

struct call *make_calls(size_t count)
{
	struct call *calls = calloc(count, sizeof(*calls));

	for (size_t i = 0; calls && i < count; i++) {
		if (make_call(&calls[i], &kinds[i % KINDS], i) < 0) {
			free_calls(calls, count);
			return NULL;
		}
	}
	return calls;
}

void free_outcome(struct outcome *outcome)
{
	free(outcome->streams[0].data);
	free(outcome->streams[1].data);
}

void free_calls(struct call *calls, size_t count)
{
	for (size_t i = 0; calls && i < count; i++) {
		for (char **word = calls[i].argv; word && *word; word++)
			free(*word);
		free(calls[i].argv);
		for (int way = 0; way < WAYS; way++)
			free_outcome(&calls[i].outcomes[way]);
	}
	free(calls);
}
