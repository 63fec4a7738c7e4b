// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
// What a child is to the event loop: its end, its signals, its memory; and threads.
'use strict';

const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const { test, before, after } = require('node:test');
const outspawn = require('outspawn');
const { MODULE, outcome, same, sameShell, assertCounts, node } = require('./common.js');

before(() => outspawn.install());
after(() => outspawn.uninstall());

test('exit codes and signals', async () => {
  for (const end of ['exit 0', 'exit 7', 'exit 255', 'kill -TERM $$', 'kill -KILL $$',
                     'kill -ABRT $$', 'kill -IO $$', 'kill -40 $$'])
    await sameShell(`ulimit -c 0; ${end}`);
  outspawn.install();
});

test('kill()', async () => {
  for (const signal of [undefined, 'SIGKILL', 9, 'SIGUSR1', 0]) {
    await same('/bin/sleep', [signal === 0 ? '0.2' : '100'], {},
               { act: (child) => assert.strictEqual(child.kill(signal), true) });
  }
  outspawn.install();
  const child = spawn('/bin/sleep', ['100']);
  assert.throws(() => child.kill('SIGNONE'), { code: 'ERR_UNKNOWN_SIGNAL' });
  assert.strictEqual(process.kill(child.pid), true);
  assert.deepStrictEqual(await once(child, 'exit'), [null, 'SIGTERM']);
  assert.strictEqual(child.kill(), false);
  assert.strictEqual(child.pid > 0, true);
});

test('the process group of a detached child exists after the call', async () => {
  for (let i = 0; i < 10; i++) {
    const child = spawn('/bin/sleep', ['100'], { detached: true, stdio: 'ignore' });
    process.kill(-child.pid, 'SIGKILL');
    assert.deepStrictEqual(await once(child, 'exit'), [null, 'SIGKILL']);
  }
});

test('what a child printed before its end is read first', async () => {
  for (let i = 0; i < 20; i++) {
    const child = spawn('/bin/echo', ['x']);
    let text = '';
    child.stdout.on('data', (data) => { text += data; });
    // The loop is busy while the child prints and ends, so that it sees both at once.
    execSleep();
    await once(child, 'exit');
    assert.strictEqual(text, 'x\n');
  }
});

function execSleep() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
}

test('many children at once', async () => {
  const counts = outspawn.counts();
  const all = await Promise.all(Array.from({ length: 60 }, (_, i) =>
    outcome('/bin/sh', ['-c', `echo ${i}; exit ${i}`])));
  all.forEach((seen, i) => assert.deepStrictEqual([seen.stdout, seen.exitCode], [`${i}\n`, i]));
  assertCounts(counts, 60, 0);
});

test('no child is left', () => {
  const { stdout } = node('', {});
  assert.strictEqual(stdout, '');
  const children = fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
  assert.strictEqual(children.trim(), '');
});

test('the context of the spawn is that of its events', async () => {
  const storage = new AsyncLocalStorage();
  const seen = await storage.run('here', () => new Promise((resolve) => {
    const child = spawn('/bin/true');
    child.on('exit', () => resolve([storage.getStore()]));
  }));
  assert.deepStrictEqual(seen, ['here']);
});

test('nextTick and promises run after each event', async () => {
  const order = [];
  await new Promise((resolve) => {
    spawn('/bin/true', { stdio: 'ignore' })
      .on('exit', () => {
        process.nextTick(() => order.push('tick'));
        Promise.resolve().then(() => order.push('promise'));
        setImmediate(() => resolve());
      });
  });
  assert.deepStrictEqual(order, ['tick', 'promise']);
});

const INSTALLED = { env: { OUTSPAWN_DEBUG: '' } };
const run = (code) => node(`outspawn.install(); const { spawn } = require('child_process');${code}`,
                           INSTALLED).stdout;

test('an exception of a handler is an uncaught exception', () => {
  assert.strictEqual(run(`
    process.on('uncaughtException', (error) => console.log(error.message));
    spawn('/bin/true').on('exit', () => { throw new Error('thrown'); });
    spawn('/bin/true').on('exit', () => { process.exitCode = 0; });
  `), 'thrown\n');
});

test('ref() and unref()', () => {
  assert.strictEqual(run(`
    const begin = Date.now();
    const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
    child.unref();
    process.on('exit', () => { console.log(Date.now() - begin < 50000); child.kill(); });
  `), 'true\n');
  assert.strictEqual(run(`
    const child = spawn('/bin/sleep', ['0.2'], { stdio: 'ignore' });
    child.unref();
    child.ref();
    child.on('exit', (code) => console.log(code, child._handle));
    console.log(child._handle.hasRef());
  `), 'true\n0 null\n');
});

test('the memory of a child is freed', () => {
  assert.strictEqual(node(`
    const { spawn, ChildProcess } = require('child_process');
    const { queryObjects } = require('v8');
    outspawn.install();
    const Process = new ChildProcess()._handle.constructor;
    const count = () => queryObjects(Process);
    let before, left = 45;
    function one() {
      if (left-- === 40)
        before = count();
      if (left)
        spawn('/bin/true').on('close', () => setImmediate(one));
      else
        setTimeout(() => console.log(count() - before < 10), 100);
    }
    one();
  `, { flags: ['--no-warnings'] }).stdout, 'true\n');
});

test('spawns of a worker', () => {
  assert.strictEqual(run(`
    const { Worker, isMainThread } = require('worker_threads');
    new Worker(\`
      const outspawn = require(\${JSON.stringify(require.resolve('outspawn'))});
      outspawn.install();
      const child = require('child_process').spawn('/bin/echo', ['worker']);
      child.stdout.on('data', (data) => console.log(String(data).trim()));
      child.on('close', (code) => console.log(code, outspawn.counts().module));
    \`, { eval: true, env: { ...process.env, NODE_PATH: process.env.NODE_PATH ?? '' } });
  `), `worker\n0 ${MODULE ? 1 : 0}\n`);
});

// Node aborts if a handle is open when a thread's loop is closed.
for (const end of ['terminate', 'exit', 'exit in a handler']) {
  test(`a worker with a child ends: ${end}`, () => {
    assert.strictEqual(run(`
      const { Worker } = require('worker_threads');
      const end = ${JSON.stringify(end)};
      const worker = new Worker(\`
        const outspawn = require(\${JSON.stringify(require.resolve('outspawn'))});
        const end = \${JSON.stringify(end)};
        outspawn.install();
        const { spawn } = require('child_process');
        const child = spawn('/bin/sleep', ['100'], { stdio: 'ignore' });
        spawn('/bin/true').on('exit', () => {
          if (end === 'exit in a handler')
            process.exit(3);
        });
        require('worker_threads').parentPort.postMessage(child.pid);
        if (end === 'exit')
          process.exit(3);
        setInterval(() => {}, 1000);
      \`, { eval: true });
      worker.on('message', (pid) => {
        process.on('exit', () => process.kill(pid, 'SIGKILL'));
        if (end === 'terminate')
          worker.terminate();
      });
      worker.on('exit', (code) => console.log(code));
    `), end === 'terminate' ? '1\n' : '3\n');
  });
}

test('the program ends with children', () => {
  assert.match(run(`
    const child = spawn('/bin/sleep', ['100'], { stdio: 'ignore', detached: true });
    console.log(child.pid);
    process.on('exit', () => process.kill(child.pid));
    process.exit(0);
  `), /^\d+\n$/);
});
