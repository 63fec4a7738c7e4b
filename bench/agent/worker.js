// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
//
// worker.js CALLS MIB DESCRIPTORS: does the calls of agent-bench from a Node program that
// has a heap of so many MiB and so many descriptors. Orders and answers are lines of JSON,
// as those of the workers in Python.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

const INSTALLED = path.join(__dirname, '../../../lib/node_modules/outspawn');
const ARRAY = 512 << 10; // V8 has each array in a mapping of its own, in pages of 4 KiB

const [file, mib, descriptors] = process.argv.slice(2);
const calls = JSON.parse(fs.readFileSync(file, 'utf8'));
const heap = Array.from({ length: (mib << 20) / ARRAY }, (_, i) => new Array(ARRAY / 8).fill(i));
const files = Array.from({ length: +descriptors }, () => fs.openSync('/dev/null', 'r'));

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

// Resolve to what a call did. A signal is a negative status, as in Python.
function run([program, ...args]) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const outputs = { stdout: [], stderr: [] };
    for (const name of ['stdout', 'stderr'])
      child[name].on('data', (part) => outputs[name].push(part));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({
      seconds: (performance.now() - begin) / 1000,
      status: code ?? -os.constants.signals[signal],
      stdout: Buffer.concat(outputs.stdout).toString('base64'),
      stderr: Buffer.concat(outputs.stderr).toString('base64'),
    }));
  });
}

// Do calls, `width` at a time.
async function runAll(mine, width) {
  const results = [];
  let next = 0;
  const work = async () => {
    while (next < mine.length) {
      const number = next++;
      results[number] = await run(mine[number].argv);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return results;
}

async function follow(order, go) {
  const mine = order.calls.map((number) => calls[number]);
  const outspawn = order.backend === 'dropin' ? require(INSTALLED) : null;
  outspawn?.install();
  const before = outspawn?.counts().module;
  say({});
  await go();
  const results = await runAll(mine, order.width);
  outspawn?.uninstall();
  if (outspawn && outspawn.counts().module !== before + mine.length)
    throw new Error(`a spawn did not use the module: ${outspawn.available()}`);
  const same = (call, result) =>
    ['status', 'stdout', 'stderr'].every((name) => call[name] === result[name]);
  say({
    seconds: results.map(({ seconds }) => seconds),
    different: mine.filter((call, i) => !same(call, results[i])).map(({ argv }) => argv),
  });
}

async function main() {
  const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  await fs.promises.stat('/'); // starts libuv's threads
  say({ heap: heap.length, descriptors: files.length });
  for (let line = await lines.next(); !line.done; line = await lines.next())
    await follow(JSON.parse(line.value), () => lines.next());
}

main();
