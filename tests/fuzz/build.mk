# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# ioctl_fuzz     calls the ioctls, in a guest; fuzz.h lists its parts
# fuzz_NAME.c    programs for libFuzzer, on this machine; see run-libfuzzer

FUZZ := $(O)/tests/fuzz/ioctl_fuzz
FUZZ_OBJECTS := $(patsubst %,$(O)/tests/fuzz/%.o,ioctl_fuzz worker calls arena world racer watched inject report) \
	$(O)/tests/guest/common_faults.o
GUEST_TESTS += $(FUZZ)

$(O)/tests/fuzz/%.o: EXTRA_CFLAGS += -iquote $(S)/tests/guest
$(FUZZ): $(FUZZ_OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpthread

# The length: TIME in seconds, or COUNT ioctls.
SEED ?=
TIME ?=
COUNT ?=
.PHONY: fuzz
fuzz:
	$(S)/tests/fuzz/run -k $(KERNEL) $(if $(SEED),-s $(SEED)) $(if $(TIME),-t $(TIME)) $(if $(COUNT),-n $(COUNT))
#H make fuzz          good and bad calls of the ioctls, in guests: a minute on each kernel
#H                    (TIME=60 or COUNT=..., SEED=n, KERNEL=debug)
.PHONY: fuzz-elf fuzz-parsers
fuzz-elf:
	$(S)/tests/fuzz/run-libfuzzer $(if $(TIME),-t $(TIME)) elf
fuzz-parsers:
	$(S)/tests/fuzz/run-libfuzzer $(if $(TIME),-t $(TIME)) elf lib find
#H make fuzz-elf      libFuzzer on the module's ELF checks, on this machine (TIME=60)
#H make fuzz-parsers  the same, and the library's lists and messages, and the command's PATH search
