# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# Every kernel that Debian has. PATTERN selects some: PATTERN='trixie:7.2*'

GUEST_SCRIPTS += $(S)/tests/kernels/kernel-check
PATTERN ?=
.PHONY: check-kernels
check-kernels:
	$(S)/tests/kernels/check $(foreach pattern,$(PATTERN),'$(pattern)')
#H make check-kernels the module on every kernel of Debian, and docs/kernels.md: some two minutes a
#H                    kernel (PATTERN='trixie:7.2*': some of them)
