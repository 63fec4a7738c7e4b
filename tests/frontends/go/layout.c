// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * layout: prints the sizes, offsets and numbers of uapi/spawn_template.h that the Go
 * package has again in go/uapi_amd64.go, under the names that it uses. Its test
 * compares the two.
 */
#include <stddef.h>
#include <stdio.h>

#include "spawn_template.h"

#define SIZE(go, type) printf(#go " %zu\n", sizeof(type))
#define FIELD(go, type, member)                                                        \
	printf(#go " %zu\n" #go "# %zu\n", offsetof(type, member), sizeof(((type *)0)->member))
#define VALUE(name) printf(#name " %llu\n", (unsigned long long)(name))

static void small(void)
{
	SIZE(action, struct spawn_template_action);
	FIELD(action.kind, struct spawn_template_action, type);
	FIELD(action.flags, struct spawn_template_action, flags);
	FIELD(action.fd, struct spawn_template_action, fd);
	FIELD(action.newfd, struct spawn_template_action, newfd);
	FIELD(action.arg, struct spawn_template_action, arg);
	SIZE(openHow, struct open_how);
	FIELD(openHow.flags, struct open_how, flags);
	FIELD(openHow.mode, struct open_how, mode);
	FIELD(openHow.resolve, struct open_how, resolve);
	SIZE(openArg, struct spawn_template_open);
	FIELD(openArg.path, struct spawn_template_open, path);
	FIELD(openArg.how, struct spawn_template_open, how);
	SIZE(syscallArg, struct spawn_template_syscall);
	FIELD(syscallArg.nr, struct spawn_template_syscall, nr);
	FIELD(syscallArg.pad, struct spawn_template_syscall, pad);
	FIELD(syscallArg.args, struct spawn_template_syscall, args);
	SIZE(spawnResult, struct spawn_template_result);
	FIELD(spawnResult.stage, struct spawn_template_result, stage);
	FIELD(spawnResult.action, struct spawn_template_result, action);
	FIELD(spawnResult.errno, struct spawn_template_result, error);
	FIELD(spawnResult.pid, struct spawn_template_result, pid);
}

static void arguments(void)
{
	SIZE(spawnArgs, struct spawn_template_spawn_args);
	FIELD(spawnArgs.flags, struct spawn_template_spawn_args, flags);
	FIELD(spawnArgs.pidfd, struct spawn_template_spawn_args, pidfd);
	FIELD(spawnArgs.argv, struct spawn_template_spawn_args, argv);
	FIELD(spawnArgs.envp, struct spawn_template_spawn_args, envp);
	FIELD(spawnArgs.actions, struct spawn_template_spawn_args, actions);
	FIELD(spawnArgs.actionsLen, struct spawn_template_spawn_args, actions_len);
	FIELD(spawnArgs.reserved, struct spawn_template_spawn_args, reserved);
	FIELD(spawnArgs.result, struct spawn_template_spawn_args, result);
	FIELD(spawnArgs.namespaces, struct spawn_template_spawn_args, namespaces);
	FIELD(spawnArgs.setTid, struct spawn_template_spawn_args, set_tid);
	FIELD(spawnArgs.setTidSize, struct spawn_template_spawn_args, set_tid_size);
	FIELD(spawnArgs.cgroup, struct spawn_template_spawn_args, cgroup);
	FIELD(spawnArgs.exitSignal, struct spawn_template_spawn_args, exit_signal);
	FIELD(spawnArgs.pdeathSignal, struct spawn_template_spawn_args, pdeath_signal);
	FIELD(spawnArgs.scratch, struct spawn_template_spawn_args, scratch);
	FIELD(spawnArgs.scratchSize, struct spawn_template_spawn_args, scratch_size);
	FIELD(spawnArgs.node, struct spawn_template_spawn_args, node);
	SIZE(pathArgs, struct spawn_template_path_args);
	FIELD(pathArgs.spawn, struct spawn_template_path_args, spawn);
	FIELD(pathArgs.spawnSize, struct spawn_template_path_args, spawn_size);
	FIELD(pathArgs.pad, struct spawn_template_path_args, pad);
	FIELD(pathArgs.file, struct spawn_template_path_args, file);
	FIELD(pathArgs.path, struct spawn_template_path_args, path);
	FIELD(pathArgs.flags, struct spawn_template_path_args, flags);
}

int main(void)
{
	small();
	arguments();
	VALUE(SPAWN_TEMPLATE_IOC_SPAWN_PATH);
	VALUE(SPAWN_TEMPLATE_IOC_INFO);
	VALUE(SPAWN_TEMPLATE_SPAWN_CGROUP);
	VALUE(SPAWN_TEMPLATE_ACTION_DUP2);
	VALUE(SPAWN_TEMPLATE_ACTION_OPEN);
	VALUE(SPAWN_TEMPLATE_ACTION_CLOSE_RANGE);
	VALUE(SPAWN_TEMPLATE_ACTION_SYSCALL);
	VALUE(SPAWN_TEMPLATE_STAGE_EXEC);
	return 0;
}
