// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
// The descriptors of children, without and with the drop-in; and IPC.
'use strict';

const assert = require('node:assert');
const child_process = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { test, before, after } = require('node:test');
const outspawn = require('outspawn');
const { scratch, outcome, same, sameShell, assertCounts } = require('./common.js');

const LISTING = 'for fd in /proc/$$/fd/*; do' +
  ' case ${fd##*/} in [0-9]) echo ${fd##*/} $(readlink $fd | sed "s/[[0-9].*//"); esac; done';
const file = path.join(scratch, 'file');
let fd;

before(() => {
  fs.writeFileSync(file, 'one\ntwo\n');
  fd = fs.openSync(file, 'r+');
});
after(() => fs.closeSync(fd));

const listing = (stdio) => sameShell(LISTING, { stdio });

test('pipes', async () => {
  const { stdout, stderr } = await sameShell('echo out; echo err >&2; exit 3');
  assert.deepStrictEqual([stdout, stderr], ['out\n', 'err\n']);
  await same('/bin/cat', [], {}, { act: (child) => child.stdin.end('through') });
  await same('/bin/cat', [], {}, { act: (child) => child.stdin.end('x'.repeat(1 << 20)) });
});

test('pipes are sockets, and both ways', async () => {
  await listing('pipe');
  const act = (child) => {
    child.stdio[3].on('data', (data) => child.stdio[3].end(`${data}`.toUpperCase()));
  };
  const { stdout } = await sameShell('echo up >&3; read word <&3; echo $word',
                                     { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] }, { act });
  assert.strictEqual(stdout, 'UP\n');
});

test('ignored, inherited, descriptors', async () => {
  await listing(['ignore', 'pipe', 'ignore']);
  await listing(['ignore', 'pipe', 'inherit']);
  await listing(['inherit', 'pipe', 2]);
  await listing([fd, 'pipe', fd]);
  await listing([0, 'pipe', 'pipe', 'ignore', fd, 'ignore', 'pipe', 'overlapped']);
  await same('/bin/true', [], { stdio: 'ignore' });
  await same('/bin/true', [], { stdio: 'inherit' });
});

test('descriptors that exchange their numbers', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => path.join(scratch, name));
  const opened = names.map((name) => fs.openSync(name, 'w'));
  try {
    for (const order of [[5, 4, 3, 2, 1, 0], [1, 2, 3, 4, 5, 0], [3, 3, 3, 0, 0, 0]])
      await listing(['ignore', 'pipe', 'ignore', ...order.map((i) => opened[i])]);
    // The numbers of the caller and of the child are the same ones.
    const stdio = ['ignore', 'pipe', 'ignore'];
    for (const number of opened)
      stdio[number] = opened[opened.length - 1 - opened.indexOf(number)];
    await listing(Array.from(stdio, (entry) => entry ?? 'ignore'));
  } finally {
    opened.forEach((number) => fs.closeSync(number));
  }
});

test('more entries than most have', async () => {
  const many = Array(40).fill('ignore');
  many[1] = many[39] = 'pipe';
  await sameShell('echo last >&39; echo first', { stdio: many });
  await same('/bin/true', [], { stdio: Array(250).fill('pipe') }, { module: false });
});

test('streams', async () => {
  const stream = fs.createWriteStream(path.join(scratch, 'stream'));
  await once(stream, 'open');
  await sameShell('echo to a stream; readlink /proc/$$/fd/2', { stdio: ['ignore', 'pipe', stream] });
  stream.destroy();
  const server = net.createServer().listen(0);
  await once(server, 'listening');
  const socket = net.connect(server.address().port);
  await once(socket, 'connect');
  await sameShell('readlink /proc/$$/fd/3 | cut -d: -f1',
                  { stdio: ['ignore', 'pipe', 'ignore', socket] });
  socket.destroy();
  server.close();
  await same('/bin/true', [], { stdio: [process.stdin, process.stdout, process.stderr] });
});

test('a stream of one child for another', async () => {
  outspawn.install();
  const counts = outspawn.counts();
  const first = child_process.spawn('/bin/sh', ['-c', 'sleep 0.1; echo through'],
                                    { stdio: ['ignore', 'pipe', 'inherit'] });
  const second = child_process.spawn('/bin/cat', [],
                                     { stdio: [first.stdout, 'pipe', 'inherit'] });
  let text = '';
  second.stdout.on('data', (data) => { text += data; });
  await Promise.all([once(first, 'exit'), once(second, 'close')]);
  first.stdout.destroy();
  outspawn.uninstall();
  assert.strictEqual(text, 'through\n');
  assertCounts(counts, 2, 0);
});

test('the child reads and writes without O_NONBLOCK', async () => {
  await sameShell('grep -h flags: /proc/$$/fdinfo/0 /proc/$$/fdinfo/1', { stdio: 'pipe' });
});

test('the caller keeps no descriptor', async () => {
  const list = () => fs.readdirSync('/proc/self/fd').length;
  const run = () => outcome('/bin/cat', [], { cwd: '/', stdio: ['ignore', 'pipe', 2, 'pipe', 0] });
  outspawn.install();
  await run();
  await outcome('/nonesuch', [], { cwd: '/' });
  const count = list();
  for (let i = 0; i < 5; i++) {
    await run();
    await outcome('/nonesuch', [], { cwd: '/' });
    await outcome('/bin/true', [], { stdio: [999] });
  }
  outspawn.uninstall();
  // Node closes some of its own descriptors a turn later.
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(list() <= count, `${list()} > ${count}`);
});

const CHILD = path.join(__dirname, 'ipc-child.js');

for (const serialization of ['json', 'advanced']) {
  test(`IPC, ${serialization}`, async () => {
    outspawn.install();
    const counts = outspawn.counts();
    const child = child_process.fork(CHILD, ['argument'], { serialization });
    const server = net.createServer().listen(0);
    await once(server, 'listening');
    child.send({ text: 'é', numbers: [1, 2] });
    const [message] = await once(child, 'message');
    assert.deepStrictEqual(message, { got: { text: 'é', numbers: [1, 2] }, argument: 'argument' });
    child.send('server', server);
    const [port] = await once(child, 'message');
    assert.strictEqual(port, server.address().port);
    server.close();
    child.disconnect();
    assert.deepStrictEqual(await once(child, 'exit'), [7, null]);
    outspawn.uninstall();
    assertCounts(counts, 1, 0);
  });
}
