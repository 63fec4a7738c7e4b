# SPDX-License-Identifier: GPL-2.0-only
#
# The debug kernel, for "tests/vm/run -k debug"; SUITE=backports: the newest
# one, for -k debug-backports. SERIES=6.12: of that series only.

SUITE ?= trixie
SERIES ?=
.PHONY: debug-kernel
debug-kernel:
	$(S)/tests/debug-kernel/make-kernel $(SUITE) $(SERIES)
