# SPDX-License-Identifier: GPL-2.0-only
#
# outspawn's build. "make help" lists what it offers.
#
# Non-recursive: each folder's build.mk adds its targets to the lists below.
# Everything made goes to $(O); the tree itself is never written to.

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

# What the build.mk files add to.
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

# Programs of one source file that use the library; they link it statically,
# so that they run from where they were built.
$(O)/%.o: $(S)/%.c
	@mkdir -p $(@D)
	$(CC) $(OS_CFLAGS) $(EXTRA_CFLAGS) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

.PHONY: install install-tests
install: libs programs install-libs install-programs
install-tests: tests benches examples install-module-file
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR)
	$(INSTALL) -m755 $(GUEST_TESTS) $(GUEST_SCRIPTS) $(BENCHES) $(EXAMPLES) $(DESTDIR)$(LIBEXECDIR)

# Sources for DKMS: then "dkms install outspawn/$(VERSION)".
DKMSDIR = $(DESTDIR)/usr/src/outspawn-$(VERSION)
.PHONY: install-dkms
install-dkms:
	$(INSTALL) -d $(DKMSDIR)/module $(DKMSDIR)/uapi
	$(INSTALL) -m644 $(S)/dkms.conf $(S)/VERSION $(DKMSDIR)
	$(INSTALL) -m644 $(wildcard $(S)/module/*.[ch]) $(S)/module/Kbuild $(DKMSDIR)/module
	$(INSTALL) -m644 $(S)/uapi/spawn_template.h $(DKMSDIR)/uapi

# Tests and the demo. KERNEL: one of bookworm, trixie, backports; or all.
KERNEL ?= all
.PHONY: check unit-check demo
check:
	$(S)/tests/check -k $(KERNEL)
unit-check: $(UNIT_TESTS)
	@for t in $(UNIT_TESTS); do $$t || exit 1; done
demo:
	$(S)/examples/demo

.PHONY: clean
clean:
	rm -rf $(O) $(S)/build

.PHONY: help
help:
	@sed -n 's/^#H //p' $(MAKEFILE_LIST)
#H make               the library, the tool and, where kernel headers are, the module
#H make module        the module, for the running kernel (KDIR=... for another)
#H make install       to PREFIX (/usr/local), below DESTDIR
#H make install-dkms  the module's sources to /usr/src, for "dkms install outspawn/VERSION"
#H make check         unit tests, then all guest suites on all kernels (KERNEL=trixie: one)
#H make unit-check    the unit tests, on this machine
#H make demo          an agent's tool calls in a guest, beside posix_spawn
#H make clean         removes what was built

-include $(shell find $(O) -name '*.d' 2>/dev/null)
