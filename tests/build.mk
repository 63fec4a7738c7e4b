# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# tests/unit/test_*.c   the unit tests: programs that run on any Linux
# tests/guest/test_*.c  the suites: programs that need the module
# tests/guest/*.c       code that the suites share, and programs that they start

TESTS_LIBS = -lcmocka -lpthread -ldl

UNIT_TESTS += $(patsubst $(S)/%.c,$(O)/%,$(wildcard $(S)/tests/unit/test_*.c))
UNIT_TESTS += $(S)/tests/unit/test_examples
SUITES := $(patsubst $(S)/%.c,$(O)/%,$(wildcard $(S)/tests/guest/test_*.c))
GUEST_TESTS += $(SUITES) $(O)/tests/guest/probe $(O)/tests/guest/unversioned.so
GUEST_SCRIPTS += $(S)/tests/tap.sh $(S)/tests/guest/run-suites \
		 $(S)/tests/guest/test_refusals $(S)/tests/guest/test_tool_run \
		 $(S)/tests/guest/test_tool_bench $(S)/tests/guest/test_examples \
		 $(S)/tests/guest/test_stat

# Linked into every suite.
SUITE_OBJECTS := $(patsubst $(S)/%.c,$(O)/%.o,$(wildcard $(S)/tests/guest/common*.c))

# The unit tests of elf.c and identity.c include these files of the module.
$(O)/tests/unit/%.o: EXTRA_CFLAGS += -iquote $(S)/module
# uapi/spawn_template.h must also compile as C++. Checked if g++ is there.
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

# The library's allocations can fail there.
$(O)/tests/unit/test_lib_errors: TESTS_LIBS += -Wl,--wrap=calloc,--wrap=malloc,--wrap=realloc

$(SUITES): %: %.o $(SUITE_OBJECTS) $(LIB_STATIC)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter-out %.a,$^) $(LIB_STATIC) $(TESTS_LIBS)

# Static: it starts fast and has only the descriptors that it was given.
$(O)/tests/guest/probe: $(O)/tests/guest/probe.o
	$(CC) $(CFLAGS) -static -o $@ $<

# Linked without libc, so that its symbols have no versions. The suite dropin loads it.
$(O)/tests/guest/unversioned.o: EXTRA_CFLAGS = -fPIC
$(O)/tests/guest/unversioned.so: $(O)/tests/guest/unversioned.o
	$(CC) -shared -nostdlib -o $@ $<

.SECONDARY: $(SUITES:=.o) $(SUITE_OBJECTS)

# The examples of README, man pages and headers, for the suite "examples".
.PHONY: install-doc-examples
install-tests: install-doc-examples
install-doc-examples:
	$(S)/tests/examples $(DESTDIR)$(LIBEXECDIR)/doc-examples

# tests/check uses these targets.
.PHONY: unit-programs print-unit-tests
unit-programs: $(UNIT_TESTS)
print-unit-tests:
	@printf '%s\n' $(UNIT_TESTS)
