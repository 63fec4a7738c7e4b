// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
// The addon, and why it cannot be used.
'use strict';

let native = null;
let missing;
try {
  native = require('./native.node');
} catch (error) {
  missing = `the addon cannot be loaded: ${error.message.split('\n')[0]}`;
}

// A program with the rights of its file must not follow its caller's environment.
function secure() {
  return process.getuid() === process.geteuid() && process.getgid() === process.getegid();
}

function isSet(name) {
  const word = secure() ? process.env[name] : undefined;
  return word !== undefined && word !== '' && word !== '0';
}

// Return undefined if spawns can use the module; or in words why they cannot.
function available() {
  if (isSet('OUTSPAWN_DISABLE'))
    return 'OUTSPAWN_DISABLE is set';
  return native ? native.device() : missing;
}

module.exports = { native, available, isSet };
