// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
// The package's own functions, its variables, and what makes it leave a spawn to Node.
'use strict';

const assert = require('node:assert');
const child_process = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');
const outspawn = require('outspawn');
const { MODULE, scratch, assertCounts, node } = require('./common.js');

const CODE = "require('child_process').spawn('/bin/true', [], { cwd: '/' });";
const REGISTER = require.resolve('outspawn/register');

// Run Node with OUTSPAWN_DEBUG. Return the lines about spawns.
function linesOf(code, { env = {}, ...options } = {}) {
  const { stderr } = node(code, { ...options, env: { OUTSPAWN_DEBUG: '1', ...env } });
  return stderr.split('\n').filter((line) => line.startsWith('outspawn: '))
    .map((line) => line.replace(/^outspawn: node\w*\[\d+\]: /, ''));
}

const TRUE = MODULE ? '/bin/true: module' : '/bin/true: node: ';
const one = (lines) => {
  assert.strictEqual(lines.length, 1, lines.join('\n'));
  assert.ok(lines[0].startsWith(TRUE), lines[0]);
};

test('install() and uninstall()', () => {
  const { spawn } = Object.getPrototypeOf(new child_process.ChildProcess()._handle);
  outspawn.install();
  outspawn.install();
  assert.strictEqual(outspawn.installed(), true);
  outspawn.uninstall();
  outspawn.uninstall();
  assert.strictEqual(outspawn.installed(), false);
  assert.strictEqual(Object.getPrototypeOf(new child_process.ChildProcess()._handle).spawn, spawn);
});

test('functions of its own', async () => {
  const before = outspawn.counts();
  const spawned = outspawn.spawn('/bin/echo', ['spawn']);
  assert.ok(spawned instanceof child_process.ChildProcess);
  assert.strictEqual(String(await once(spawned.stdout, 'data')), 'spawn\n');
  const { stdout } = await promisify(outspawn.execFile)('/bin/echo', ['execFile']);
  assert.strictEqual(stdout, 'execFile\n');
  assert.strictEqual((await promisify(outspawn.exec)('echo $0')).stdout, '/bin/sh\n');
  await new Promise((resolve) => outspawn.exec('exit 3', (error) => {
    assert.strictEqual(error.code, 3);
    resolve();
  }));
  const forked = outspawn.fork(path.join(__dirname, 'ipc-child.js'), ['x']);
  forked.send('hello');
  assert.deepStrictEqual((await once(forked, 'message'))[0], { got: 'hello', argument: 'x' });
  forked.disconnect();
  await once(forked, 'exit');
  assertCounts(before, 5, 0);
  assert.strictEqual(outspawn.spawnSync('/bin/echo', ['sync']).stdout.toString(), 'sync\n');
  assertCounts(before, 5, 0);
  await once(child_process.spawn('/bin/true'), 'exit');
  assertCounts(before, 5, 0);
});

test('the functions throw what Node throws', () => {
  assert.throws(() => outspawn.spawn(''), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.strictEqual(outspawn.installed(), false);
});

test('import', () => {
  const file = path.join(scratch, 'module.mjs');
  fs.writeFileSync(file, `
    import { createRequire } from 'node:module';
    import { spawn } from 'node:child_process';
    createRequire(import.meta.url)(${JSON.stringify(REGISTER)});
    spawn('/bin/true');`);
  const done = child_process.spawnSync(process.execPath, [file],
                                       { encoding: 'utf8', env: { ...process.env, OUTSPAWN_DEBUG: '1' } });
  assert.ok(done.stderr.includes(TRUE), done.stderr);
});

test('NODE_OPTIONS', () => {
  const env = { NODE_OPTIONS: `--require ${REGISTER}`, OUTSPAWN_DEBUG: '1' };
  const start = (code) => child_process.spawnSync(process.execPath, ['-e', code],
                                                  { encoding: 'utf8', env: { ...process.env, ...env } });
  assert.ok(start(CODE).stderr.includes(TRUE));
  assert.strictEqual(start('').stderr, '');
});

test('OUTSPAWN_DEBUG', () => {
  one(linesOf(`outspawn.install(); ${CODE}`));
  assert.deepStrictEqual(linesOf(`outspawn.install(); ${CODE}`, { env: { OUTSPAWN_DEBUG: '0' } }),
                         []);
  const file = path.join(scratch, 'lines');
  assert.deepStrictEqual(linesOf(`outspawn.install(); ${CODE}`, { env: { OUTSPAWN_DEBUG: file } }),
                         []);
  assert.ok(fs.readFileSync(file, 'utf8').includes(TRUE));
  for (const [word, why] of [['/nonesuch/file', 'ENOENT'], ['relative', 'EINVAL']]) {
    const [line, ...others] = linesOf(`outspawn.install(); ${CODE}`,
                                      { env: { OUTSPAWN_DEBUG: word } });
    assert.ok(line.startsWith(`OUTSPAWN_DEBUG=${word}: ${why}`), line);
    assert.deepStrictEqual(others, []);
  }
});

test('which spawns wait for exec', { skip: !MODULE && 'needs the module' }, () => {
  const file = path.join(scratch, 'no-shebang-and-no-elf');
  fs.writeFileSync(file, 'exit 0\n', { mode: 0o755 });
  const spawn = (name, options = '') => `require('child_process').spawn('${name}', [], {${options}});`;
  assert.deepStrictEqual(linesOf(`outspawn.install(); ${spawn('true')}`), ['true: module']);
  assert.deepStrictEqual(linesOf(`outspawn.install(); ${spawn(file)}`), [`${file}: node: ENOEXEC`]);
  assert.deepStrictEqual(linesOf(`outspawn.install(); ${spawn('/bin/true', 'detached: true')}`),
                         ['/bin/true: module: waited for exec']);
  if (process.getuid() === 0)
    assert.deepStrictEqual(linesOf(`outspawn.install(); ${spawn('/bin/true', 'uid: 1')}`),
                           ['/bin/true: module: waited for exec']);
});

test('OUTSPAWN_DISABLE', () => {
  assert.deepStrictEqual(linesOf(`
    outspawn.install();
    process.env.OUTSPAWN_DISABLE = '1';
    console.error('outspawn: ' + outspawn.available());
    ${CODE}`), ['outspawn: OUTSPAWN_DISABLE is set', '/bin/true: node: OUTSPAWN_DISABLE is set']);
});

test('the permission model', () => {
  const flags = ['--experimental-permission', '--allow-fs-read=*', '--allow-addons', '--no-warnings'];
  const lines = linesOf(`outspawn.install();
    try { ${CODE} } catch (error) { console.error('outspawn: ' + error.code); }`, { flags });
  assert.deepStrictEqual(lines, ['/bin/true: node: the permission model',
                                 'outspawn: ERR_ACCESS_DENIED']);
  const without = flags.filter((flag) => flag !== '--allow-addons').concat('--allow-child-process');
  const [line] = linesOf(`outspawn.install(); ${CODE}`, { flags: without });
  assert.ok(line.startsWith('/bin/true: node: the addon cannot be loaded'), line);
});

test('a seccomp filter', () => {
  // Python sets a filter that allows everything.
  const filter = `import ctypes, os, struct, sys
code = struct.pack('HBBI', 6, 0, 0, 0x7fff0000)
buffer = ctypes.create_string_buffer(code)
program = struct.pack('HxxxxxxP', 1, ctypes.addressof(buffer))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program) == 0
os.execv(sys.argv[1], sys.argv[1:])`;
  const done = child_process.spawnSync(
    'python3', ['-c', filter, process.execPath, '--require', REGISTER, '-e', CODE],
    { encoding: 'utf8', env: { ...process.env, OUTSPAWN_DEBUG: '1' } });
  assert.match(done.stderr, /: \/bin\/true: node: a seccomp filter\n/);
});

test('the program closes the device', { skip: !MODULE && 'needs the module' }, () => {
  const { stdout } = node(`
    const fs = require('fs'), { spawn } = require('child_process');
    const device = () => fs.readdirSync('/proc/self/fd').find((fd) => {
      try { return fs.readlinkSync('/proc/self/fd/' + fd) === '/dev/spawn_template'; }
      catch { return false; }
    });
    outspawn.install();
    spawn('/bin/true').on('exit', () => {
      if (device() !== undefined)
        fs.closeSync(+device());
      spawn('/bin/true').on('exit', () => console.log(outspawn.counts().module));
    });`);
  assert.strictEqual(stdout, '2\n');
});
