// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
// node --require outspawn/register: install() before the program.
'use strict';

require('./index.js').install();
