// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
// Each option of spawn(), without and with the drop-in: the outcome must be the same.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { pathToFileURL } = require('node:url');
const { scratch, program, same, sameShell } = require('./common.js');

const SEARCHED = ['script', ['x']];
const root = process.getuid() === 0;

test('a program by its path', async () => {
  assert.strictEqual((await same('/bin/echo', ['hello'])).stdout, 'hello\n');
});

test('a program is searched for', async () => {
  await same('echo', ['hello']);
  await same('echo', ['hello'], { env: { PATH: '/nonesuch:/usr/bin:/bin' } });
  await same('echo', ['hello'], { env: {} });
});

test('a script in the second directory', async () => {
  const second = path.join(scratch, 'second');
  fs.mkdirSync(second);
  program('second/script', '#!/bin/sh\necho $0 $1\n');
  fs.mkdirSync(path.join(scratch, 'first/script'), { recursive: true });
  const { stdout } = await same(...SEARCHED, { env: { PATH: `${scratch}/first:${second}` } });
  assert.strictEqual(stdout, `${second}/script x\n`);
  await same(...SEARCHED, { cwd: second, env: { PATH: ':/nonesuch' } });
  await same(...SEARCHED, { cwd: second, env: { PATH: '' } });
  await same(...SEARCHED, { cwd: second, env: { PATH: '/nonesuch:.' } });
  await same('./script', ['x'], { cwd: second });
});

test('an interpreter with an argument, one that is a script, and an empty line', async () => {
  const first = program('first-script', '#! /bin/sh -e\necho "$@"\n');
  await same(first, ['a', 'b c']);
  await same(program('second-script', `#!${first}\n`), ['x']);
  await same(program('env-script', '#!/usr/bin/env sh\necho $1\n'), ['x']);
});

test('a file without a format is a script of /bin/sh', async () => {
  const file = program('plain', 'echo $0 $1\n');
  assert.strictEqual((await same(file, ['x'], {}, { module: false })).stdout, `${file} x\n`);
});

test('arguments', async () => {
  const code = 'for word; do echo "<$word>"; done';
  await same('/bin/sh', ['-c', code, 'sh', '', ' ', 'é☃𝄞', '\ud800', 'a\nb']);
  await same('/bin/echo', [1, 2.5]);
  await same('/bin/echo', ['x'.repeat(1 << 17 - 1)]);
});

test('argv0 and shell', async () => {
  await same('/bin/sh', ['-c', 'echo $0'], { argv0: 'name' });
  await same('echo $0 hello', [], { shell: true });
  await same('echo $0 hello', [], { shell: '/bin/bash' });
});

test('env', async () => {
  await same('/usr/bin/env', [], { env: { A: '1', B: 'é', C: undefined, D: 4 } });
  process.env.OUTSPAWN_TEST = 'set';
  assert.match((await same('/usr/bin/env', [])).stdout, /^OUTSPAWN_TEST=set$/m);
  delete process.env.OUTSPAWN_TEST;
});

test('cwd', async () => {
  for (const cwd of ['/usr', '.', pathToFileURL('/usr'), scratch])
    await same('/bin/pwd', ['-P'], { cwd });
});

test('detached', async () => {
  const facts = 'ps -o pid=,sid=,pgid= $$ | awk "{ print \\$1 == \\$2, \\$1 == \\$3 }"';
  assert.strictEqual((await sameShell(facts, { detached: true })).stdout, '1 1\n');
  assert.strictEqual((await sameShell(facts, {})).stdout, '0 0\n');
});

test('users and groups', { skip: !root && 'needs root' }, async () => {
  for (const options of [{ uid: 1000 }, { gid: 1000 }, { uid: 1000, gid: 1001 }, { uid: 0 }])
    await same('/bin/sh', ['-c', 'grep -E "^(Uid|Gid|Groups|CapEff)" /proc/self/status'], options);
  const secret = path.join(scratch, 'secret');
  fs.mkdirSync(secret, { mode: 0o700 });
  await same('/bin/ls', ['.'], { cwd: secret, uid: 1000 });
  program('secret/script', '#!/bin/sh\n');
  await same(`${secret}/script`, [], { uid: 1000 }, { module: false });
});

test('another user, as a user', { skip: root && 'root may do it' }, async () => {
  await same('/bin/true', [], { uid: 0 }, { module: false });
  await same('/usr/bin/id', [], { uid: process.getuid() }, { module: false });
});

test('signals', async () => {
  const { stdout } = await sameShell('grep -E "^Sig(Ign|Blk|Cgt)" /proc/self/status');
  // Node gives a child the default actions of the signals 1 to 31. The test's own
  // caller may ignore others.
  const [, ignored] = /SigIgn:\s([0-9a-f]+)/.exec(stdout);
  assert.strictEqual(BigInt(`0x${ignored}`) & 0x7fffffffn, 0n);
});

test('timeout, killSignal and signal', async () => {
  await same('/bin/sleep', ['100'], { timeout: 50 });
  await same('/bin/sleep', ['100'], { timeout: 50, killSignal: 'SIGKILL' });
  const { events } = await same('/bin/sleep', ['100'], { signal: AbortSignal.timeout(0) });
  assert.strictEqual(events.at(0)[0] === 'spawn' || events.at(0)[0] === 'error', true);
});

test('options that only Windows has', async () => {
  await same('/bin/echo', ['x'], { windowsHide: true, windowsVerbatimArguments: true });
});

test('all together', async () => {
  await sameShell('pwd; echo $A; ps -o sid= $$ | grep -cw $$', {
    cwd: '/', env: { A: 'B', PATH: '/bin' }, detached: true, stdio: ['ignore', 'pipe', 'inherit'],
  });
});
