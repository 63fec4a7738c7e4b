// SPDX-License-Identifier: MIT
// Copyright (C) 2026 The outspawn authors
/* The smallest program: a template of echo, one child, its output through a pipe. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <outspawn.h>

int main(void)
{
	char *argv[] = { "echo", "hello from a pristine child", NULL };
	struct outspawn_actions actions;
	struct outspawn_result result;
	int dev, tmpl, output[2], status;
	char text[4096];
	ssize_t len;
	pid_t pid;

	dev = outspawn_open();
	if (dev < 0)
		errx(1, "%s: %s (see 'outspawn doctor')", SPAWN_TEMPLATE_DEVICE, strerror(-dev));
	tmpl = outspawn_template(dev, "/bin/echo");
	if (tmpl < 0)
		errx(1, "/bin/echo: %s", strerror(-tmpl));
	if (pipe(output) < 0)
		err(1, "pipe");

	outspawn_actions_init(&actions);
	outspawn_actions_dup2(&actions, output[1], STDOUT_FILENO);
	pid = outspawn_spawn(tmpl, argv, environ, &actions, 0, NULL, &result);
	if (pid < 0)
		errx(1, "%s", outspawn_strerror(&result, &actions, argv[0], text, sizeof(text)));
	close(output[1]); /* or read() would never see the end of the pipe */
	while ((len = read(output[0], text, sizeof(text))) > 0)
		fwrite(text, 1, len, stdout);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}
