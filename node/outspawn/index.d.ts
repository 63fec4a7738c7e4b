// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
export { spawn, fork, exec, execFile, execSync, execFileSync, spawnSync, ChildProcess }
  from 'node:child_process';

/** Returns undefined if spawns can use the module; or in words why they cannot. */
export function available(): string | undefined;

/**
 * Returns how many spawns the module did, how many of these waited for exec, and how many
 * Node did.
 */
export function counts(): { module: number; waited: number; node: number };

/** Lets node:child_process start programs by the module, in this thread. */
export function install(): void;
export function installed(): boolean;
export function uninstall(): void;
