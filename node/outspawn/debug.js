// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
// OUTSPAWN_DEBUG: a line for each spawn, in the form of liboutspawn-posix.so's.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { isSet } = require('./native.js');

const PREFIX = `outspawn: ${path.basename(process.execPath)}[${process.pid}]: `;
const target = isSet('OUTSPAWN_DEBUG') ? process.env.OUTSPAWN_DEBUG : undefined;

function write(line) {
  try {
    if (target !== undefined && path.isAbsolute(target))
      fs.appendFileSync(target, line);
    else
      fs.writeSync(2, line);
    return '';
  } catch (error) {
    return error.code;
  }
}

// Say once, at the start, that the lines have nowhere to go.
function begin() {
  if (target === undefined || target === '1')
    return true;
  let why = path.isAbsolute(target) ? '' : 'EINVAL';
  try {
    if (!why)
      fs.closeSync(fs.openSync(target, 'a'));
  } catch (error) {
    why = error.code;
  }
  if (why)
    fs.writeSync(2, `${PREFIX}OUTSPAWN_DEBUG=${target}: ${why}; set it to 1, or to the absolute ` +
                 'path of a file that can be written\n');
  return !why;
}

const useful = begin();

// A failed write cannot be reported anywhere: ignore it.
function say(file, who, what) {
  if (target !== undefined && useful)
    write(`${PREFIX}${String(file).slice(0, 200)}: ${who}${what ? `: ${what}` : ''}\n`);
}

module.exports = { say };
