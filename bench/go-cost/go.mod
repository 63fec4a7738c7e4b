// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
module go-cost

go 1.23

require outspawn v0.0.0

replace outspawn => ../../go
