# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# The Rust crate outspawn. It has no dependencies. Its tests and its example are
# built if there is cargo 1.74 or later; the library is linked statically.

CARGO ?= cargo
HAVE_RUST := $(shell $(CARGO) --version 2>/dev/null | \
	awk '{ split($$2, v, "."); if (v[1] > 1 || v[2] >= 74) print "y" }')
# Where the sources are installed: Debian's directory of crates.
RUSTDIR ?= $(PREFIX)/share/cargo/registry
RUST_CRATE = $(RUSTDIR)/outspawn-$(VERSION)

RUST_OUT := $(O)/rust
# cargo writes only below RUST_OUT and asks no registry.
CARGO_RUN = CARGO_HOME=$(RUST_OUT)/home CARGO_TARGET_DIR=$(RUST_OUT) OUTSPAWN_LIB_DIR=$(O)/lib \
	OUTSPAWN_STATIC=1 CARGO_PROFILE_DEV_DEBUG=0 $(CARGO)
CARGO_FLAGS = --offline --locked --quiet
# "NAME PATH" of each program that cargo lists.
RUST_PROGRAMS = sed -n \
	's/.*"target":{[^}]*"name":"\([^"]*\)".*"executable":"\([^"]*\)".*/\1 \2/p'

.PHONY: rust rust-tests rust-examples rust-benches install-rust uninstall-rust
rust: $(LIB_STATIC)
	cd $(S)/rust && $(CARGO_RUN) build $(CARGO_FLAGS) --release

# cargo's names have a hash: copies without it are in RUST_OUT/tests.
rust-tests: $(LIB_STATIC)
	@mkdir -p $(RUST_OUT)/tests
	cd $(S)/rust && $(CARGO_RUN) test $(CARGO_FLAGS) --no-run --test '*' --message-format json \
		>$(RUST_OUT)/tests.json
	$(RUST_PROGRAMS) $(RUST_OUT)/tests.json | while read -r name path; do \
		cp "$$path" "$(RUST_OUT)/tests/$$name" || exit; done

rust-benches: $(LIB_STATIC)
	cd $(S)/rust && $(CARGO_RUN) bench $(CARGO_FLAGS) --no-run --bench cost \
		--message-format json >$(RUST_OUT)/benches.json
	$(RUST_PROGRAMS) $(RUST_OUT)/benches.json | while read -r name path; do \
		cp "$$path" "$(RUST_OUT)/rust-$$name" || exit; done

rust-examples: $(LIB_STATIC)
	cd $(S)/examples/rust && $(CARGO_RUN) build $(CARGO_FLAGS) --release

# A crate is installed as source; cargo asks for a checksum file.
install-rust:
	$(INSTALL) -d $(DESTDIR)$(RUST_CRATE)/src/ffi
	$(INSTALL) -m644 $(S)/rust/build.rs $(DESTDIR)$(RUST_CRATE)
	sed '/^\[\[bench\]\]/,$$d' $(S)/rust/Cargo.toml >$(DESTDIR)$(RUST_CRATE)/Cargo.toml
	$(INSTALL) -m644 $(wildcard $(S)/rust/src/*.rs) $(DESTDIR)$(RUST_CRATE)/src
	$(INSTALL) -m644 $(wildcard $(S)/rust/src/ffi/*.rs) $(DESTDIR)$(RUST_CRATE)/src/ffi
	printf '{"files":{}}\n' >$(DESTDIR)$(RUST_CRATE)/.cargo-checksum.json
uninstall-rust:
	rm -rf $(DESTDIR)$(RUST_CRATE)

# The crate's own tests, through the fall-back if the module is not loaded.
ifneq ($(HAVE_RUST),)
UNIT_TESTS += $(RUST_OUT)/test_rust
$(RUST_OUT)/test_rust: $(S)/tests/frontends/test_rust $(LIB_STATIC)
	@mkdir -p $(@D)
	sed 's|@TESTS@|$(S)/tests|; s|@CRATE@|$(S)/rust|; s|@CARGO@|$(CARGO_RUN)|' $< >$@
	chmod +x $@
endif
#H make rust          the Rust crate (needs cargo); "make install-rust" installs its sources
