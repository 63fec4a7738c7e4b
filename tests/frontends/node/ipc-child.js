// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
// The child of test-stdio.js: answers two messages, and ends after the disconnect.
'use strict';

process.on('message', (message, handle) => {
  if (message === 'server') {
    process.send(handle.address().port);
    handle.close();
  } else {
    process.send({ got: message, argument: process.argv[2] });
  }
});
process.on('disconnect', () => process.exit(7));
