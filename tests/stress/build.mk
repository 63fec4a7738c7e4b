# SPDX-License-Identifier: GPL-2.0-only
#
# stress   many threads spawn, in a guest; its parts are listed in stress.h
# tiny     the program that stress test and fuzzer start

TINY := $(O)/tests/stress/tiny
STRESS := $(O)/tests/stress/stress
STRESS_OBJECTS := $(patsubst %,$(O)/tests/stress/%.o,stress spawner chaos unload)
# A suite, for run-suites.
GUEST_SCRIPTS += $(S)/tests/stress/test_stress
GUEST_TESTS += $(TINY) $(STRESS)

# No libc, no notes: as little as can be started.
$(TINY): $(S)/tests/stress/tiny.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARNINGS) -O2 -ffreestanding -fno-stack-protector -fcf-protection=none \
		-fno-pie -fno-asynchronous-unwind-tables -static -nostdlib -no-pie -s \
		-Wl,--build-id=none -Wl,-z,noseparate-code -o $@ $<

# Static: it executes itself when there may be no files for a C library to be opened.
$(STRESS): $(STRESS_OBJECTS) $(LIB_STATIC)
	$(CC) $(CFLAGS) $(LDFLAGS) -static -o $@ $^ -lpthread

# SEED, TIME (seconds) or COUNT (spawns): see tests/fuzz/build.mk.
.PHONY: stress
stress:
	$(S)/tests/stress/run -k $(KERNEL) $(if $(SEED),-s $(SEED)) $(if $(TIME),-t $(TIME)) $(if $(COUNT),-n $(COUNT))
#H make stress        many threads spawn while the ground moves (TIME=60 or COUNT=..., KERNEL=debug)
