// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
// Spawns that fail, without and with the drop-in.
'use strict';

const assert = require('node:assert');
const { execFile, exec, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');
const outspawn = require('outspawn');
const { MODULE, scratch, program, outcome, same, assertCounts } = require('./common.js');

const root = process.getuid() === 0;

// Node does a spawn that fails. Its error is the one that programs know.
async function fails(code, file, args, options) {
  const seen = await same(file, args, options, { module: false });
  if (seen.thrown) {
    assert.strictEqual(seen.thrown.code, code);
    return;
  }
  assert.strictEqual(seen.events[0][1].code, code);
  assert.strictEqual(seen.hasPid, false);
}

test('no such program', async () => {
  for (const file of ['nonesuch', '/nonesuch', './nonesuch', '/etc/passwd/x'])
    await fails(file.startsWith('/etc') ? 'ENOTDIR' : 'ENOENT', file, ['a', 'b'], { cwd: '/' });
  await fails('ENOENT', 'echo', [], { env: { PATH: '/nonesuch' } });
});

test('no such directory', async () => {
  await fails('ENOENT', '/bin/true', [], { cwd: '/nonesuch' });
  await fails('ENOTDIR', '/bin/true', [], { cwd: '/etc/passwd' });
});

test('not allowed', async () => {
  await fails('EACCES', '/etc/passwd');
  await fails('EACCES', '/');
  fs.mkdirSync(path.join(scratch, 'directory'));
  await fails('EACCES', 'directory', [], { env: { PATH: scratch } });
});

test('a directory that may not be entered', { skip: root && 'root may do it' }, async () => {
  const closed = path.join(scratch, 'closed');
  fs.mkdirSync(closed, { mode: 0 });
  await fails('EACCES', '/bin/true', [], { cwd: closed });
  await fails('EACCES', path.join(closed, 'x'));
});

test('no such interpreter', async () => {
  await fails('ENOENT', program('bad-script', '#!/nonesuch\n'));
});

test('too many strings', async () => {
  await fails('E2BIG', '/bin/echo', ['x'.repeat(1 << 20)]);
});

test('a descriptor that is not open', async () => {
  await fails('EBADF', '/bin/true', [], { stdio: [999] });
  await fails('EBADF', '/bin/true', [], { stdio: ['pipe', 'pipe', 'pipe', 'pipe', 999] });
});

test('arguments that Node refuses', async () => {
  outspawn.install();
  const before = outspawn.counts();
  for (const [file, args, options] of [
    ['', [], {}], ['a\0b', [], {}], ['/bin/echo', ['a\0b'], {}], ['/bin/true', [], { cwd: 'a\0b' }],
    ['/bin/true', [], { stdio: 'other' }], ['/bin/true', [], { uid: 'root' }],
    ['/bin/true', [], { env: { A: 'a\0b' } }],
  ]) {
    const { thrown } = await outcome(file, args, options);
    assert.match(thrown.code, /^ERR_/);
  }
  outspawn.uninstall();
  assertCounts(before, 0, 0);
});

test('arguments that run code when they become strings', async () => {
  let runs = 0;
  const word = { toString() { runs++; return 'word'; } };
  await same('/bin/echo', [word], {}, { module: false });
  assert.strictEqual(runs, 2);
});

test('execFile and exec', async () => {
  outspawn.install();
  try {
    await assert.rejects(promisify(execFile)('/nonesuch', ['x']), (error) => {
      assert.deepStrictEqual(
        [error.code, error.errno, error.syscall, error.path, error.spawnargs, error.cmd],
        ['ENOENT', -2, 'spawn /nonesuch', '/nonesuch', ['x'], '/nonesuch x']);
      return true;
    });
    await assert.rejects(promisify(exec)('echo out; exit 3'), { code: 3, stdout: 'out\n' });
    await assert.rejects(promisify(execFile)('/bin/sleep', ['100'], { timeout: 20 }),
                         { killed: true, signal: 'SIGTERM' });
    await assert.rejects(promisify(execFile)('/usr/bin/yes', [], { maxBuffer: 100 }),
                         { code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' });
  } finally {
    outspawn.uninstall();
  }
});

// A 64-bit program that has nothing but the path of its interpreter.
function elf(interpreter) {
  const image = Buffer.alloc(256);
  image.write('\x7fELF\x02\x01\x01', 'latin1');
  image.writeUInt16LE(2, 16); // ET_EXEC
  image.writeUInt16LE(62, 18); // EM_X86_64
  image.writeUInt32LE(1, 20);
  image.writeBigUInt64LE(64n, 32); // the program headers
  image.writeUInt16LE(64, 52);
  image.writeUInt16LE(56, 54);
  image.writeUInt16LE(1, 56);
  image.writeUInt32LE(3, 64); // PT_INTERP
  image.writeBigUInt64LE(128n, 72);
  image.writeBigUInt64LE(BigInt(interpreter.length + 1), 96);
  image.write(`${interpreter}\0`, 128);
  return image;
}

test('a program whose interpreter does not exist', async () => {
  await fails('ENOENT', program('no-interpreter', elf('/nonesuch')));
});

// Nothing that the caller looks at tells that exec will fail. Node throws an error.
test('exec fails after the call returned', async () => {
  const script = program('an-interpreter', `#!/bin/sh\n${'# long\n'.repeat(20)}`);
  const file = program('late', elf(script));
  const expected = await outcome(file, ['a']);
  assert.strictEqual(expected.thrown.errno, -80); // ELIBBAD
  outspawn.install();
  const before = outspawn.counts();
  const late = await outcome(file, ['a']);
  outspawn.uninstall();
  assertCounts(before, 1, 0);
  if (!MODULE) {
    assert.deepStrictEqual(late, expected);
    return;
  }
  assert.deepStrictEqual(late.events.map(([name]) => name), ['spawn', 'error', 'close']);
  const error = late.events[1][1];
  assert.deepStrictEqual([error.errno, error.syscall, error.file, error.spawnargs],
                         [-80, `spawn ${file}`, file, ['a']]);
  assert.deepStrictEqual([late.hasPid, late.exitCode, late.again], [true, -80, false]);
});

test('a file that is being written', async () => {
  const file = program('busy', fs.readFileSync('/bin/true'));
  const fd = fs.openSync(file, 'r+');
  outspawn.install();
  const seen = await outcome(file);
  outspawn.uninstall();
  fs.closeSync(fd);
  const error = seen.thrown ?? seen.events.find(([name]) => name === 'error')[1];
  assert.strictEqual(error.code, 'ETXTBSY');
});

test('no descriptor is left', () => {
  const code = `
    const fs = require('fs'), { spawn } = require('child_process');
    const { install } = require(${JSON.stringify(require.resolve('outspawn'))});
    install();
    const held = [];
    function one([free, ...others]) {
      try {
        for (;;)
          held.push(fs.openSync('/dev/null'));
      } catch {
        held.splice(0, free).forEach((fd) => fs.closeSync(fd));
      }
      const next = (seen) => {
        console.log(seen);
        if (others.length)
          setImmediate(one, others);
      };
      spawn('/bin/true').on('error', (error) => next(error.code)).on('exit', next);
    }
    one([0, 1, 2, 3, 5, 7, 9, 11, 30]);`;
  // Node raises the soft limit.
  const { stdout, stderr } = spawnSync(
    '/bin/sh', ['-c', 'ulimit -n 80 && exec "$0" -e "$1"', process.execPath, code],
    { encoding: 'utf8' });
  const seen = stdout.trim().split('\n');
  assert.strictEqual(seen.length, 9, `${stdout}${stderr}`);
  assert.ok(seen.every((line) => line === 'EMFILE' || line === '0'), stdout);
  assert.deepStrictEqual([seen.at(0), seen.at(-1)], ['EMFILE', '0']);
});
