// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
// What the tests share.
'use strict';

const assert = require('node:assert');
const child_process = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const outspawn = require('outspawn');

// The guest sets it: every spawn that can use the module must use it.
const MODULE = process.env.OUTSPAWN_TEST_MODULE === '1';

assert.strictEqual(outspawn.available() === undefined, MODULE, outspawn.available());

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'outspawn-node-'));
fs.chmodSync(scratch, 0o755);
process.on('exit', () => fs.rmSync(scratch, { recursive: true }));

// Write an executable file. Return its path.
function program(name, content) {
  const file = path.join(scratch, name);
  fs.writeFileSync(file, content, { mode: 0o755 });
  return file;
}

function describe(error) {
  const { code, errno, syscall, path: file, spawnargs, message, name } = error;
  return { code, errno, syscall, file, spawnargs, message, name };
}

// Run a program. Resolve to all that a caller sees of it, in its order.
function outcome(file, args = [], options = {}, act = () => {}) {
  return new Promise((resolve) => {
    const seen = { events: [], stdout: '', stderr: '' };
    let child;
    try {
      child = child_process.spawn(file, args, options);
    } catch (error) {
      resolve({ thrown: describe(error) });
      return;
    }
    seen.hasPid = child.pid !== undefined;
    seen.spawnfile = child.spawnfile;
    seen.spawnargs = child.spawnargs;
    seen.streams = child.stdio.map((stream) => stream?.constructor.name);
    for (const name of ['stdout', 'stderr'])
      child[name]?.setEncoding('utf8').on('data', (data) => { seen[name] += data; });
    for (const name of ['spawn', 'exit', 'close', 'disconnect'])
      child.on(name, (...values) => seen.events.push([name, ...values]));
    child.on('error', (error) => seen.events.push(['error', describe(error)]));
    let timer;
    const end = () => {
      clearTimeout(timer);
      resolve({ ...seen, exitCode: child.exitCode, signalCode: child.signalCode,
                killed: child.killed, again: child.kill() });
    };
    child.on('close', end);
    // After some errors Node does not close a child that did not start.
    child.on('error', () => {
      if (child.pid === undefined)
        timer = setTimeout(end, 3000);
    });
    act(child);
  });
}

// Assert that since `before` the module did so many spawns, and Node so many.
function assertCounts(before, module, node) {
  const now = outspawn.counts();
  assert.deepStrictEqual([now.module - before.module, now.node - before.node],
                         MODULE ? [module, node] : [0, module + node]);
}

// Run a program without and with the drop-in, and compare. Return the outcome.
async function same(file, args, options = {}, { module = true, act } = {}) {
  // child_process changes the stdio array that it gets.
  const fresh = () => ({ ...options, ...(Array.isArray(options.stdio) &&
                                         { stdio: [...options.stdio] }) });
  outspawn.uninstall();
  const expected = await outcome(file, args, fresh(), act);
  outspawn.install();
  const before = outspawn.counts();
  try {
    assert.deepStrictEqual(await outcome(file, args, fresh(), act), expected);
    assertCounts(before, module ? 1 : 0, module ? 0 : 1);
  } finally {
    outspawn.uninstall();
  }
  return expected;
}

// Run a shell command without and with the drop-in.
const sameShell = (command, options, how) => same('/bin/sh', ['-c', command], options, how);

// Run Node with code, and return its output. The code's `outspawn` is the package.
function node(code, { flags = [], env = {}, args = [] } = {}) {
  const package_ = JSON.stringify(require.resolve('outspawn'));
  const done = child_process.spawnSync(
    process.execPath, [...flags, '-e', `const outspawn = require(${package_});${code}`, ...args],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', ...env } });
  assert.strictEqual(done.status, 0, `${done.stdout}${done.stderr}`);
  return done;
}

module.exports = { MODULE, scratch, program, outcome, same, sameShell, assertCounts, node };
