# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# spawn-cost, posix-cost  programs that measure; installed beside the suites
# nothing                 the program that they start
#
# tests/guest/check-cost runs spawn-cost and compares its numbers with limits.

BENCHES += $(O)/bench/spawn-cost $(O)/bench/posix-cost $(O)/bench/nothing
GUEST_SCRIPTS += $(S)/tests/guest/check-cost

$(O)/bench/spawn-cost $(O)/bench/posix-cost: %: %.o $(LIB_STATIC)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(O)/bench/nothing.o: EXTRA_CFLAGS = -ffreestanding -fno-stack-protector -fno-pic
$(O)/bench/nothing: $(O)/bench/nothing.o
	$(CC) $(CFLAGS) -static -nostdlib -no-pie -o $@ $<
