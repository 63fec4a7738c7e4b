# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# The debug kernel, for "tests/vm/run -k debug". SUITE=backports makes one of the
# newest series, for -k debug-backports; SERIES=6.12 takes that series instead.

SUITE ?= trixie
SERIES ?=
.PHONY: debug-kernel
debug-kernel:
	$(S)/tests/debug-kernel/make-kernel $(SUITE) $(SERIES)
#H make debug-kernel  the kernel for KERNEL=debug, with KASAN, lockdep, kmemleak: some minutes, once
#H                    (SUITE=backports: the newest series; SERIES=6.12: that series)
