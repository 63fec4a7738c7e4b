// SPDX-License-Identifier: MIT
// Copyright (C) 2026 The outspawn authors
/*
 * The git worktree in which the tools run: generated sources, three commits, and
 * changes that are not committed. git itself runs from its template.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"

#define PARTS 24
#define STEPS 12
#define ROWS 400

void set_environment(void)
{
	static const char *const names[][2] = {
		{ "LC_ALL", "C" },
		{ "GIT_CONFIG_GLOBAL", "/dev/null" },
		{ "GIT_CONFIG_NOSYSTEM", "1" },
		{ "GIT_OPTIONAL_LOCKS", "0" }, /* calls that run at once must not write the index */
		{ "GIT_AUTHOR_NAME", "Agent" },
		{ "GIT_AUTHOR_EMAIL", "agent@example.com" },
		{ "GIT_AUTHOR_DATE", "2026-05-28T12:00:00Z" },
		{ "GIT_COMMITTER_NAME", "Agent" },
		{ "GIT_COMMITTER_EMAIL", "agent@example.com" },
		{ "GIT_COMMITTER_DATE", "2026-05-28T12:00:00Z" },
		/* git sets these for its hooks. They would name another worktree. */
		{ "GIT_DIR", NULL },
		{ "GIT_WORK_TREE", NULL },
		{ "GIT_INDEX_FILE", NULL },
		{ "RIPGREP_CONFIG_PATH", NULL },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i][1])
			setenv(names[i][0], names[i][1], 1);
		else
			unsetenv(names[i][0]);
	}
}

/* Open a file of the worktree for writing. Return NULL after a message. */
__attribute__((format(printf, 3, 4))) static FILE *open_file(const struct agent *agent, int flags,
							     const char *format, ...)
{
	char path[64];
	va_list args;
	FILE *file;
	int fd;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	fd = openat(agent->worktree, path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		fprintf(stderr, "agent: %s: %s\n", path, strerror(errno));
	return file;
}

static int close_file(FILE *file)
{
	if (fclose(file) == 0)
		return 0;
	fprintf(stderr, "agent: the worktree: %s\n", strerror(errno));
	return -EIO;
}

static int write_part(const struct agent *agent, int part)
{
	FILE *file = open_file(agent, O_TRUNC, "src/part_%02d.c", part);

	if (!file)
		return -EIO;
	fprintf(file, "/* Part %d of %d. */\n#include \"parts.h\"\n", part, PARTS);
	for (int step = 0; step < STEPS; step++) {
		fputc('\n', file);
		if ((part + step) % 5 == 0)
			fprintf(file, "/* TODO: step %d of part %d should scale. */\n", step, part);
		fprintf(file, "int part_%02d_step_%02d(int value)\n{\n", part, step);
		fprintf(file, "\treturn value * %d + %d;\n}\n", step + 2, part);
	}
	return close_file(file);
}

static int write_parts(const struct agent *agent, int first, int last)
{
	int ret = 0;

	for (int part = first; part <= last && !ret; part++)
		ret = write_part(agent, part);
	return ret;
}

static int write_data(const struct agent *agent)
{
	FILE *file = open_file(agent, O_TRUNC, "data.csv");

	if (!file)
		return -EIO;
	for (int row = 0; row < ROWS; row++)
		fprintf(file, "%d,kind%d,%d\n", row, row % 7, row * 37 % 1000);
	return close_file(file);
}

static int append(const struct agent *agent, int part, const char *text)
{
	FILE *file = open_file(agent, O_APPEND, "src/part_%02d.c", part);

	if (!file)
		return -EIO;
	fputs(text, file);
	return close_file(file);
}

/* Run git. If git fails, print its messages on stderr. */
static int git(struct agent *agent, char **argv)
{
	struct call call = { .tool = GIT, .argv = argv };
	struct job job = { .call = &call, .way = BY_OUTSPAWN };
	struct outcome *outcome = &call.outcomes[BY_OUTSPAWN];
	int ret;

	ret = run_jobs(agent, &job, 1, NULL);
	if (!ret && (outcome->code != CLD_EXITED || outcome->status != 0)) {
		fprintf(stderr, "agent: git %s failed:\n%.*s", argv[1],
			(int)outcome->streams[1].len, outcome->streams[1].data);
		ret = -EIO;
	}
	free_outcome(outcome);
	return ret;
}

static int commit(struct agent *agent, char *message)
{
	char *add[] = { "git", "add", "--all", NULL };
	char *commit[] = { "git", "commit", "-q", "-m", message, NULL };
	int ret = git(agent, add);

	return ret ? ret : git(agent, commit);
}

static int make_history(struct agent *agent)
{
	char *init[] = { "git", "init", "-q", "-b", "main", NULL };
	int ret;

	ret = git(agent, init);
	if (!ret)
		ret = write_parts(agent, 0, PARTS / 2 - 1);
	if (!ret)
		ret = commit(agent, "The first half of the parts");
	if (!ret)
		ret = write_parts(agent, PARTS / 2, PARTS - 1);
	if (!ret)
		ret = write_data(agent);
	if (!ret)
		ret = commit(agent, "The second half, and the data");
	if (!ret)
		ret = append(agent, 3, "\n/* TODO: this part needs a test. */\n");
	if (!ret)
		ret = append(agent, 8, "\nint part_08_last(void)\n{\n\treturn 8;\n}\n");
	if (!ret)
		ret = commit(agent, "Parts 3 and 8: changes");
	return ret;
}

/* For git status and git diff: a changed file and an untracked one. */
static int make_changes(const struct agent *agent)
{
	int ret = append(agent, 5, "\n/* TODO: commit this. */\n");

	return ret ? ret : write_part(agent, PARTS);
}

int make_worktree(struct agent *agent, char *dir)
{
	int ret;

	if (!mkdtemp(dir)) {
		fprintf(stderr, "agent: %s: %s\n", dir, strerror(errno));
		*dir = '\0';
		return -EIO;
	}
	agent->worktree = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (agent->worktree < 0) {
		fprintf(stderr, "agent: %s: %s\n", dir, strerror(errno));
		return -EIO;
	}
	if (mkdirat(agent->worktree, "src", 0755) < 0) {
		fprintf(stderr, "agent: %s/src: %s\n", dir, strerror(errno));
		return -EIO;
	}
	ret = make_history(agent);
	return ret ? ret : make_changes(agent);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void remove_worktree(const char *dir)
{
	if (*dir)
		nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
