# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# outspawn's build. "make help" lists the targets.
#
# Non-recursive: each directory's build.mk adds its targets to the lists below.
# All output goes to $(O); no target writes into the source tree.
# A line "#H ..." beside a rule is a line of "make help".

# The directory of this file, without a slash at the end.
S := $(patsubst %/,%,$(dir $(realpath $(lastword $(MAKEFILE_LIST)))))
VERSION := $(shell cat $(S)/VERSION)
SOVERSION := 0
O ?= $(S)/build/host
override O := $(abspath $(O))

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
BINDIR ?= $(PREFIX)/bin
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
LIBEXECDIR ?= $(PREFIX)/libexec/outspawn
DESTDIR ?=

CC ?= gcc
AR ?= ar
PKG_CONFIG ?= pkg-config
INSTALL ?= install
SCDOC ?= scdoc
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wno-missing-field-initializers -Wmissing-prototypes -Wstrict-prototypes -Wshadow -Wpointer-arith -Wvla
OS_CFLAGS = -std=gnu11 $(WARNINGS) -D_GNU_SOURCE -I$(S)/uapi -I$(S)/lib -MMD -MP

# Each build.mk adds to these lists.
LIBS :=
PROGRAMS :=
UNIT_TESTS :=
GUEST_TESTS :=
GUEST_SCRIPTS :=
BENCHES :=
EXAMPLES :=
MANPAGES :=

.PHONY: all
all: libs programs

include $(S)/lib/build.mk
include $(S)/tools/build.mk
include $(S)/tests/build.mk
include $(S)/examples/build.mk
include $(S)/bench/build.mk
include $(S)/module/build.mk
-include $(S)/tests/debug-kernel/build.mk
-include $(S)/tests/fuzz/build.mk
-include $(S)/tests/stress/build.mk
-include $(S)/tests/peers/build.mk
-include $(S)/tests/mutants/build.mk

.PHONY: libs programs tests benches examples
libs: $(LIBS)
programs: $(PROGRAMS) $(MANPAGES)
tests: $(UNIT_TESTS) $(GUEST_TESTS)
benches: $(BENCHES)
examples: $(EXAMPLES)

$(O)/%.o: $(S)/%.c
	@mkdir -p $(@D)
	$(CC) $(OS_CFLAGS) $(EXTRA_CFLAGS) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

.PHONY: install install-tests
install: libs programs install-libs install-programs
install-tests: tests benches examples install-module-file
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR)
	$(INSTALL) -m755 $(GUEST_TESTS) $(GUEST_SCRIPTS) $(BENCHES) $(EXAMPLES) $(DESTDIR)$(LIBEXECDIR)

# The module's sources for DKMS; "dkms install outspawn/$(VERSION)" builds them.
DKMSDIR = $(DESTDIR)/usr/src/outspawn-$(VERSION)
.PHONY: install-dkms
install-dkms:
	$(INSTALL) -d $(DKMSDIR)/module $(DKMSDIR)/uapi
	$(INSTALL) -m644 $(S)/dkms.conf $(S)/VERSION $(DKMSDIR)
	$(INSTALL) -m644 $(wildcard $(S)/module/*.[ch]) $(S)/module/Kbuild $(DKMSDIR)/module
	$(INSTALL) -m644 $(S)/uapi/spawn_template.h $(DKMSDIR)/uapi

# Tests and the demo. KERNEL: bookworm, trixie, backports, debug or all; "make check"
# takes several with commas between.
KERNEL ?= all
.PHONY: check unit-check demo bench profile
check:
	$(S)/tests/check -k $(KERNEL)
unit-check: $(UNIT_TESTS)
	@for t in $(UNIT_TESTS); do $$t || exit 1; done
demo:
	$(S)/examples/demo
bench:
	$(S)/bench/run-in-guest
profile:
	$(S)/bench/profile/run

.PHONY: clean
clean:
	rm -rf $(O) $(S)/build

.PHONY: help
help:
	@sed -n 's/^#H \{0,1\}//p' $(MAKEFILE_LIST)
#H make               the library, the command and, where kernel headers are, the module
#H make libs          the library and the drop-in
#H make programs      the command and the man pages
#H make module        the module, for the running kernel (KDIR=... for another one)
#H make examples      the example programs
#H make tests         the unit tests and the programs of the suites
#H make benches       the programs that measure
#H make install       library, command, headers and man pages to PREFIX (/usr/local), under DESTDIR
#H make install-dkms  the module's sources to /usr/src, for "dkms install outspawn/VERSION"
#H make install-tests suites, benchmarks, examples and module, for a guest or a test machine
#H make clean         removes everything that was built
#H
#H make unit-check    the unit tests, on this machine: seconds
#H make check         everything on all kernels: 20 to 30 minutes on two cores, with two guests at a time,
#H                    and some more the first time (KERNEL=trixie: one kernel)
#H make bench         what a spawn costs, beside fork, vfork, posix_spawn and clone3, in guests: some
#H                    15 minutes; build/bench gets results.json, tables and plots (KERNEL=...)
#H make profile       the instructions of a spawn, by kernel function, in a guest (KERNEL=...)
#H make demo          an agent's tool calls in a guest, beside posix_spawn: some two minutes

-include $(shell find $(O) -name '*.d' 2>/dev/null)
