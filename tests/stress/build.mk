# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# stress   many threads spawn, in a guest; stress.h lists its parts
# tiny     the program that the stress test and the fuzzer start

TINY := $(O)/tests/stress/tiny
STRESS := $(O)/tests/stress/stress
STRESS_OBJECTS := $(patsubst %,$(O)/tests/stress/%.o,stress spawner chaos unload)
# test_stress is a suite, for run-suites.
GUEST_SCRIPTS += $(S)/tests/stress/test_stress
GUEST_TESTS += $(TINY) $(STRESS)

# No libc and no notes: the smallest program that exec accepts.
$(TINY): $(S)/tests/stress/tiny.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARNINGS) -O2 -ffreestanding -fno-stack-protector -fcf-protection=none \
		-fno-pie -fno-asynchronous-unwind-tables -static -nostdlib -no-pie -s \
		-Wl,--build-id=none -Wl,-z,noseparate-code -o $@ $<

# Static: the stress test executes itself when the system may have no free file
# for the dynamic linker to open.
$(STRESS): $(STRESS_OBJECTS) $(LIB_STATIC)
	$(CC) $(CFLAGS) $(LDFLAGS) -static -o $@ $^ -lpthread

# The length: TIME in seconds, or COUNT spawns.
.PHONY: stress
stress:
	$(S)/tests/stress/run -k $(KERNEL) $(if $(SEED),-s $(SEED)) $(if $(TIME),-t $(TIME)) $(if $(COUNT),-n $(COUNT))
#H make stress        many threads spawn while files, callers, limits and processors change, in guests:
#H                    a minute on each kernel (TIME=60 or COUNT=..., SEED=n, KERNEL=debug)
