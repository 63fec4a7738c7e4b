# SPDX-License-Identifier: GPL-2.0-only
#
# tests/unit/test_*.c   programs that run on any Linux: the unit tests
# tests/guest/test_*.c  programs that need the module: the suites
# tests/guest/*.c       what the suites share, and programs they start

TESTS_LIBS = -lcmocka -lpthread -ldl

UNIT_TESTS += $(patsubst $(S)/%.c,$(O)/%,$(wildcard $(S)/tests/unit/test_*.c))
SUITES := $(patsubst $(S)/%.c,$(O)/%,$(wildcard $(S)/tests/guest/test_*.c))
GUEST_TESTS += $(SUITES) $(O)/tests/guest/probe $(O)/tests/guest/unversioned.so
GUEST_SCRIPTS += $(S)/tests/tap.sh $(S)/tests/guest/run-suites \
		 $(S)/tests/guest/test_refusals $(S)/tests/guest/test_tool_run

# What the suites share, linked into each of them.
SUITE_OBJECTS := $(patsubst $(S)/%.c,$(O)/%.o,$(wildcard $(S)/tests/guest/common*.c))

# Unit tests of the module's plain C (elf.c, identity.c) include it.
$(O)/tests/unit/%.o: EXTRA_CFLAGS += -iquote $(S)/module
# uapi/spawn_template.h has to say the same to a C++ compiler, if there is one.
ifneq ($(shell command -v g++),)
UNIT_TESTS += $(O)/tests/unit/uapi-in-c++.ok
$(O)/tests/unit/uapi-in-c++.ok: $(S)/uapi/spawn_template.h
	@mkdir -p $(@D)
	g++ -x c++ -std=c++11 -Wall -Wextra -Werror -fsyntax-only $<
	@printf '#!/bin/sh\nexit 0\n' >$@ && chmod +x $@
endif

$(O)/tests/unit/test_%: $(O)/tests/unit/test_%.o $(LIB_STATIC)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB_STATIC) $(TESTS_LIBS)

$(O)/tests/unit/test_lib_cap $(O)/tests/guest/test_lib_syscalls: TESTS_LIBS += -lcap

$(SUITES): %: %.o $(SUITE_OBJECTS) $(LIB_STATIC)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter-out %.a,$^) $(LIB_STATIC) $(TESTS_LIBS)

# Static, so that it has only the descriptors it was given and starts fast.
$(O)/tests/guest/probe: $(O)/tests/guest/probe.o
	$(CC) $(CFLAGS) -static -o $@ $<

# With no library to take symbol versions from; loaded by a program of suite dropin.
$(O)/tests/guest/unversioned.o: EXTRA_CFLAGS = -fPIC
$(O)/tests/guest/unversioned.so: $(O)/tests/guest/unversioned.o
	$(CC) -shared -nostdlib -o $@ $<

.SECONDARY: $(SUITES:=.o) $(SUITE_OBJECTS)

# What tests/check asks for.
.PHONY: unit-programs print-unit-tests
unit-programs: $(UNIT_TESTS)
print-unit-tests:
	@printf '%s\n' $(UNIT_TESTS)
