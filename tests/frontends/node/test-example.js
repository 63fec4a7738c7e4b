// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
// The example: a tool server.
'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');
const { test } = require('node:test');
const { MODULE, scratch } = require('./common.js');

// Beside the tests in a guest; otherwise in the repository.
const SERVER = [__dirname, path.join(__dirname, '../../../examples/node')]
  .map((folder) => path.join(folder, 'tool-server.js')).find((file) => fs.existsSync(file));

// Send messages to a server. Resolve to its answers by their id.
function ask(messages) {
  return new Promise((resolve) => {
    const server = spawn(process.execPath, [SERVER, scratch],
                         { stdio: ['pipe', 'pipe', 'inherit'] });
    const answers = new Map();
    readline.createInterface({ input: server.stdout }).on('line', (line) => {
      const { id, ...rest } = JSON.parse(line);
      answers.set(id, rest);
    });
    server.on('close', () => resolve(answers));
    server.stdin.end(messages.map((message, id) => `${JSON.stringify({ id, ...message })}\n`).join(''));
  });
}

const call = (name, values) => ({ method: 'tools/call', params: { name, arguments: values } });

test('the server calls its tools', async () => {
  fs.writeFileSync(path.join(scratch, 'file'), 'one\ntwo\n');
  const answers = await ask([
    { method: 'initialize' },
    { method: 'tools/list' },
    call('grep', { pattern: 'tw' }),
    call('list', { path: 'file' }),
    call('shell', { command: 'pwd; echo error >&2; exit 3' }),
    call('shell', { command: 'kill -9 $$' }),
    call('list', { path: '../x' }),
    call('none', {}),
    { method: 'other' },
  ]);
  assert.strictEqual(answers.size, 9);
  assert.strictEqual(answers.get(0).result.spawns === 'by the module', MODULE);
  assert.deepStrictEqual(answers.get(1).result.map(({ name }) => name), ['grep', 'list', 'shell']);
  assert.deepStrictEqual(answers.get(2).result, { text: './file:2:two\n', status: 0 });
  assert.match(answers.get(3).result.text, / file\n$/);
  assert.strictEqual(answers.get(4).result.status, 3);
  assert.deepStrictEqual(answers.get(4).result.text.split('\n').sort(), ['', scratch, 'error']);
  assert.deepStrictEqual(answers.get(5).result, { text: '', status: 'SIGKILL' });
  assert.match(answers.get(6).error.message, /outside/);
  assert.match(answers.get(7).error.message, /no tool none/);
  assert.match(answers.get(8).error.message, /no method other/);
});

test('the example is short', () => {
  assert.ok(fs.readFileSync(SERVER, 'utf8').split('\n').length <= 100);
});
