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
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d
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
# The files that "make install" writes, without DESTDIR, and the directories that
# are the project's own.
INSTALLED :=
INSTALLED_DIRS :=
# $(call man-path,PAGE): where a man page is installed, such as man3/outspawn.3.
man-path = $(MANDIR)/man$(subst .,,$(suffix $(1)))/$(1)

.PHONY: all
all: libs programs

include $(S)/lib/build.mk
# Before tests/build.mk: a rule's prerequisites are expanded when the rule is read.
include $(S)/python/build.mk
include $(S)/rust/build.mk
include $(S)/go/build.mk
include $(S)/node/build.mk
include $(S)/tools/build.mk
include $(S)/tests/build.mk
include $(S)/examples/build.mk
include $(S)/bench/build.mk
include $(S)/module/build.mk
include $(S)/packaging/build.mk
-include $(S)/tests/debug-kernel/build.mk
-include $(S)/tests/fuzz/build.mk
-include $(S)/tests/node_of/build.mk
-include $(S)/tests/stress/build.mk
-include $(S)/tests/peers/build.mk
-include $(S)/tests/frontends/build.mk
-include $(S)/tests/mutants/build.mk
-include $(S)/tests/install/build.mk
-include $(S)/tests/kernels/build.mk

.PHONY: libs programs tests benches examples
libs: $(LIBS)
programs: $(PROGRAMS) $(MANPAGES)
tests: $(UNIT_TESTS) $(GUEST_TESTS)
benches: $(BENCHES)
examples: $(EXAMPLES)

$(O)/%.o: $(S)/%.c | $(O)/compiler
	@mkdir -p $(@D)
	$(CC) $(OS_CFLAGS) $(EXTRA_CFLAGS) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

# A missing compiler or C library is named with its package.
$(O)/compiler:
	@$(S)/packaging/need-tools compiler '$(CC)'
	@mkdir -p $(@D) && touch $@

.PHONY: install uninstall install-tests
install: libs programs install-libs install-programs install-completions
	$(if $(DESTDIR),,@$(S)/packaging/linker-cache '$(LIBDIR)')
uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	-$(if $(wildcard $(addprefix $(DESTDIR),$(INSTALLED_DIRS))),rmdir $(addprefix $(DESTDIR),$(INSTALLED_DIRS)))
	$(if $(DESTDIR),,@$(S)/packaging/linker-cache -q '$(LIBDIR)')
install-tests: tests benches examples install-module-file
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR)
	$(INSTALL) -m755 $(GUEST_TESTS) $(GUEST_SCRIPTS) $(BENCHES) $(EXAMPLES) $(DESTDIR)$(LIBEXECDIR)

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
#H make install-dkms  the module by DKMS, for all kernels with headers, now and after each upgrade;
#H                    each boot loads it
#H make uninstall     removes what "make install" installed, with the same PREFIX and DESTDIR
#H make uninstall-dkms removes what "make install-dkms" installed
#H make install-tests suites, benchmarks, examples and module, for a guest or a test machine
#H make packages      Debian packages in build/packages/trixie, and lintian (SUITE=bookworm: Debian 12)
#H make clean         removes everything that was built
#H
#H make unit-check    the unit tests, on this machine: seconds
#H make check         everything on all kernels: 20 to 30 minutes on two cores, with two guests at a time,
#H                    and some more the first time (KERNEL=trixie: one kernel)
#H make bench         what a spawn costs, beside fork, vfork, posix_spawn and clone3, in guests: some
#H                    15 minutes; build/bench gets results.json, tables and plots (KERNEL=...)
#H make profile       the instructions of a spawn, by kernel function, in a guest (KERNEL=...)
#H make demo          an agent's tool calls in a guest, beside posix_spawn: some two minutes

# cargo's files are not for make.
-include $(shell find $(O) -path $(O)/rust -prune -o -name '*.d' -print 2>/dev/null)
