// SPDX-License-Identifier: MIT
/* The smallest program: a template of echo, one child, its output through a pipe. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <outspawn.h>

int main(void)
{
	char *argv[] = { "echo", "hello from a pristine child", NULL };
	int dev = outspawn_open(), tmpl = outspawn_template(dev, "/bin/echo");
	int ends[2], pidfd;
	struct outspawn_actions actions;
	struct outspawn_result result;
	char text[4096];
	siginfo_t info;
	ssize_t len;

	if (dev < 0 || tmpl < 0 || pipe2(ends, O_CLOEXEC) < 0) {
		fprintf(stderr, "hello: no template: %s\n", strerror(dev < 0 ? -dev : -tmpl));
		return 1;
	}
	outspawn_actions_init(&actions);
	outspawn_actions_dup2(&actions, ends[1], STDOUT_FILENO);
	if (outspawn_spawn(tmpl, argv, environ, &actions, 0, &pidfd, &result) < 0) {
		outspawn_strerror(&result, &actions, argv[0], text, sizeof(text));
		fprintf(stderr, "hello: %s\n", text);
		return 1;
	}
	close(ends[1]); /* or the pipe never ends */
	while ((len = read(ends[0], text, sizeof(text))) > 0)
		fwrite(text, 1, len, stdout);
	waitid(P_PIDFD, pidfd, &info, WEXITED);
	outspawn_actions_destroy(&actions); /* the rest ends with the process */
	return info.si_status;
}
