# SPDX-License-Identifier: GPL-2.0-only
#
# ioctl_fuzz     calls the ioctls, in a guest; its parts are listed in fuzz.h
# fuzz_NAME.c    for libFuzzer, on this machine: see run-libfuzzer

FUZZ := $(O)/tests/fuzz/ioctl_fuzz
FUZZ_OBJECTS := $(patsubst %,$(O)/tests/fuzz/%.o,ioctl_fuzz worker calls arena world racer watched inject report) \
	$(O)/tests/guest/common_faults.o
GUEST_TESTS += $(FUZZ)

$(O)/tests/fuzz/%.o: EXTRA_CFLAGS += -iquote $(S)/tests/guest
$(FUZZ): $(FUZZ_OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpthread

# TIME seconds, or COUNT ioctls.
SEED ?=
TIME ?=
COUNT ?=
.PHONY: fuzz
fuzz:
	$(S)/tests/fuzz/run -k $(KERNEL) $(if $(SEED),-s $(SEED)) $(if $(TIME),-t $(TIME)) $(if $(COUNT),-n $(COUNT))
#H make fuzz          calls the ioctls with what should not hurt (TIME=60 or COUNT=..., SEED=n, KERNEL=debug)
.PHONY: fuzz-elf fuzz-parsers
fuzz-elf:
	$(S)/tests/fuzz/run-libfuzzer $(if $(TIME),-t $(TIME)) elf
fuzz-parsers:
	$(S)/tests/fuzz/run-libfuzzer $(if $(TIME),-t $(TIME)) elf lib find
#H make fuzz-elf      libFuzzer on the module's ELF checks, on this machine (TIME=60)
#H make fuzz-parsers  the same on everything that reads what others wrote
