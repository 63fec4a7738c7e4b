// SPDX-License-Identifier: MIT
// Copyright (C) 2026 The outspawn authors
module buildrunner

go 1.23

require outspawn v0.0.0

replace outspawn => ../../go
