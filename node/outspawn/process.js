// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
// Takes the place of Process.prototype.spawn, the lowest layer of child_process.
//
// Each ChildProcess has a Process, Node's wrapper of libuv's uv_process_t. Its spawn()
// gets all that Node knows of a child, and returns 0 or an error number. Everything
// above it stays Node's own: events, streams, IPC, timeouts, signals, errors.
//
// What this file cannot do exactly as Node does, Node's own spawn() does, with the same
// options. That includes every spawn that fails before it returns: it leaves no child,
// so Node may try again, and Node's error is the one that programs know.
'use strict';

const { ChildProcess } = require('node:child_process');
const { closeSync } = require('node:fs');
const { constants: { signals } } = require('node:os');
const { native, available } = require('./native.js');
const { say } = require('./debug.js');

const Process = Object.getPrototypeOf(new ChildProcess()._handle);
const { spawn: nodeSpawn, close: nodeClose } = Process;

// As in native.h.
const DETACHED = 1, UID = 2, GID = 4;
const IGNORE = -1, PIPE = -2;
const SIGKILL = signals.SIGKILL;

// Of two names for a number, the first one is Node's.
const names = new Map();
for (const [name, number] of Object.entries(signals)) {
  if (!names.has(number))
    names.set(number, name);
}

const counted = { module: 0, waited: 0, node: 0 };

// The descriptor of a stdio entry; undefined for an entry that only Node understands.
function descriptor({ type, handle, fd }) {
  switch (type) {
    case 'ignore':
      return IGNORE;
    case 'pipe':
    case 'overlapped':
      return typeof handle?.open === 'function' ? PIPE : undefined;
    case 'wrap':
      fd = handle?.fd;
  }
  return Number.isInteger(fd) && fd >= 0 && fd < 2 ** 31 ? fd : undefined;
}

function descriptors(stdio) {
  const numbers = new Int32Array(Math.max(3, stdio.length)).fill(IGNORE);
  for (let i = 0; i < stdio.length; i++) {
    const number = descriptor(stdio[i]);
    if (number === undefined)
      return null;
    numbers[i] = number;
  }
  return numbers;
}

// Return in words why the module must not try; or undefined.
function refuse(options) {
  if (process.permission && !process.permission.has('child'))
    return 'the permission model';
  if (!Array.isArray(options.args) || !Array.isArray(options.envPairs) ||
      !Array.isArray(options.stdio) || typeof options.file !== 'string' || !options.file ||
      options.file.includes('\0'))
    return 'options of an unknown form';
  return available();
}

// Let the module do a spawn. Return what native.spawn() returns, and fill numbers in.
function start(handle, options, numbers) {
  const { file, args, envPairs, cwd, detached, uid, gid } = options;
  const flags = (detached ? DETACHED : 0) | (uid == null ? 0 : UID) | (gid == null ? 0 : GID);
  return native.spawn(file, args, envPairs, cwd ? cwd : undefined, flags, uid ?? 0, gid ?? 0,
                      numbers, handle, ended);
}

// The addon calls this as a method of the handle: a status, or an error of exec.
function ended(status, signal) {
  this.onexit(status, names.get(signal) ?? '');
}

// uv_spawn() never saw this handle, and Node frees only a handle that it saw. A spawn
// that fails at once, because of its descriptor, makes it known.
const NOTHING = { file: '/', args: [], stdio: [{ type: 'fd', fd: -1 }] };

// The methods of a handle whose child the module started.
function methods(handle, child) {
  return {
    kill: (signal) => native.kill(child, signal),
    ref: () => native.ref(child),
    unref: () => native.unref(child),
    hasRef: () => native.hasRef(child),
    close(callback) {
      native.close(child);
      delete handle.close;
      nodeSpawn.call(handle, NOTHING);
      return nodeClose.call(handle, callback);
    },
  };
}

// Give each Pipe its end. Return 0 or the error number of the first that failed.
function openPipes(stdio, numbers) {
  let error = 0;
  for (let i = 0; i < stdio.length; i++) {
    if (descriptor(stdio[i]) !== PIPE)
      continue;
    if (!error)
      error = stdio[i].handle.open(numbers[i]) ?? 0;
    if (error)
      closeSync(numbers[i]);
  }
  return error;
}

function byModule(handle, options) {
  let why = refuse(options);
  const numbers = why ? null : descriptors(options.stdio);
  if (!why && !numbers)
    why = 'stdio of an unknown form';
  const child = why ?? start(handle, options, numbers);
  if (typeof child === 'string') {
    counted.node++;
    say(options?.file, 'node', child);
    return null;
  }
  counted.module++;
  counted.waited += handle.waited;
  say(options.file, 'module', handle.waited ? 'waited for exec' : '');
  if (typeof child === 'number') {
    openPipes(options.stdio, numbers);
    return child;
  }
  Object.assign(handle, methods(handle, child));
  const error = openPipes(options.stdio, numbers);
  if (error)
    native.discard(child);
  return error;
}

function spawn(options) {
  return byModule(this, options) ?? nodeSpawn.call(this, options);
}

function enable() {
  Process.spawn = spawn;
}

function disable() {
  Process.spawn = nodeSpawn;
}

const enabled = () => Process.spawn === spawn;
const counts = () => ({ ...counted });

module.exports = { enable, disable, enabled, counts };
