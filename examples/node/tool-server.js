#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Copyright (C) 2026 The outspawn authors
// A tool server for an agent, like those of the Model Context Protocol: JSON-RPC, a line
// for each message, on standard input and output. The tools are programs. Many may run at
// once; the server answers others meanwhile, because no spawn blocks its event loop.
//
//   echo '{"id": 1, "method": "tools/call", "params": {"name": "grep",
//          "arguments": {"pattern": "main", "path": "src"}}}' | tr -d '\n' | tool-server.js /repo
'use strict';

const path = require('node:path');
const readline = require('node:readline');
const { spawn, available } = require('outspawn');

const root = path.resolve(process.argv[2] ?? '.');
const LIMIT = 64 * 1024;
const SECONDS = 10;

// Each tool: what it does, its arguments, and its command.
const tools = {
  grep: {
    description: 'Search files for a pattern',
    parameters: { pattern: 'string', path: 'string' },
    command: ({ pattern, path: where = '.' }) => ['grep', '-rn', '-e', pattern, '--', inside(where)],
  },
  list: {
    description: 'List a directory',
    parameters: { path: 'string' },
    command: ({ path: where = '.' }) => ['ls', '-lA', '--', inside(where)],
  },
  shell: {
    description: 'Run a shell command',
    parameters: { command: 'string' },
    command: ({ command }) => ['sh', '-c', command],
  },
};

function inside(name) {
  const found = path.resolve(root, name);
  if (found !== root && !found.startsWith(`${root}/`))
    throw new Error(`${name} is outside of the root`);
  return path.relative(root, found) || '.';
}

// Run a command in a session of its own, so that a time-out ends all its programs.
function run([program, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), SECONDS * 1000);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (data) => { text = (text + data).slice(0, LIMIT); });
    }
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ text, status: signal ?? code });
    });
  });
}

const methods = {
  'initialize': () => ({ name: 'tool-server', spawns: available() ?? 'by the module' }),
  'tools/list': () => Object.entries(tools).map(
    ([name, { description, parameters }]) => ({ name, description, parameters })),
  'tools/call'({ name, arguments: values }) {
    if (!Object.hasOwn(tools, name))
      throw new Error(`no tool ${name}`);
    return run(tools[name].command(values ?? {}));
  },
};

async function answer(line) {
  let id = null;
  try {
    const message = JSON.parse(line);
    id = message.id ?? null;
    if (!Object.hasOwn(methods, message.method))
      throw new Error(`no method ${message.method}`);
    return { id, result: await methods[message.method](message.params ?? {}) };
  } catch (error) {
    return { id, error: { message: error.message } };
  }
}

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...await answer(line) })}\n`);
});
