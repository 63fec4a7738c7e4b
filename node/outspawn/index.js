// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
// The package outspawn: node:child_process, whose programs are started by the module.
'use strict';

const child_process = require('node:child_process');
const { promisify } = require('node:util');
const { available } = require('./native.js');
const layer = require('./process.js');

let isInstalled = false;

// Let child_process start programs by the module, in this thread.
function install() {
  isInstalled = true;
  layer.enable();
}

// Undo install().
function uninstall() {
  isInstalled = false;
  layer.disable();
}

const installed = () => isInstalled;

// Call a function of child_process. It starts its program before it returns.
function through(call, args) {
  if (layer.enabled())
    return call(...args);
  layer.enable();
  try {
    return call(...args);
  } finally {
    layer.disable();
  }
}

function spawn(...args) {
  return through(child_process.spawn, args);
}

function fork(...args) {
  return through(child_process.fork, args);
}

function exec(...args) {
  return through(child_process.exec, args);
}

function execFile(...args) {
  return through(child_process.execFile, args);
}

for (const [own, nodes] of [[exec, child_process.exec], [execFile, child_process.execFile]]) {
  Object.defineProperty(own, promisify.custom, {
    value: (...args) => through(nodes[promisify.custom], args),
  });
}

// Node's own: they start programs without a Process.
const { ChildProcess, execFileSync, execSync, spawnSync } = child_process;

module.exports = {
  available,
  counts: layer.counts,
  install,
  installed,
  uninstall,
  spawn,
  fork,
  exec,
  execFile,
  ChildProcess,
  execFileSync,
  execSync,
  spawnSync,
};
