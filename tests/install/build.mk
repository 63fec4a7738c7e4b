# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# Installations on disk images. SCENARIO selects some: SCENARIO="packages source"

SCENARIO ?=
.PHONY: check-install
check-install:
	$(S)/tests/install/check $(SCENARIO)
#H make check-install the packages and "make install" on disk images of Debian 13 and 12, with reboots
#H                    and upgrades (SCENARIO=packages: one scenario)
