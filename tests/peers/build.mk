# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# Programs of other projects with the drop-in, in a guest. See README.md.

PEERS_LAUNCHER := $(O)/tests/peers/launcher
GUEST_TESTS += $(PEERS_LAUNCHER)
GUEST_SCRIPTS += $(S)/tests/peers/peers $(S)/tests/peers/unittests.py

$(PEERS_LAUNCHER): $(O)/tests/peers/launcher.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $<

.PHONY: check-peers
check-peers:
	$(S)/tests/peers/run -k $(KERNEL)
#H make check-peers   CPython's tests, make, ninja, git and stress-ng with the drop-in, in guests
#H                    (KERNEL=trixie: one kernel)
