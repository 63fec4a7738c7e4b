# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# The front ends for other languages, in a guest. See README.md.

GUEST_SCRIPTS += $(S)/tests/frontends/frontends

# The guest has the tests of Python beside the other suites, with the example that they run.
ifneq ($(HAVE_PYTHON),)
.PHONY: install-python-tests
tests: python
install-tests: install-python install-python-tests
install-python-tests:
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR)/python
	$(INSTALL) -m644 $(wildcard $(S)/tests/frontends/python/*.py) $(S)/examples/python/tool_server.py \
		$(DESTDIR)$(LIBEXECDIR)/python
endif

# And those of Rust.
ifneq ($(HAVE_RUST),)
.PHONY: install-rust-tests
tests: rust-tests
examples: rust-examples
benches: rust-benches
install-tests: install-rust-tests
install-rust-tests: rust-tests rust-examples rust-benches
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR)/rust/tests
	$(INSTALL) -m755 $(patsubst $(S)/rust/tests/%.rs,$(RUST_OUT)/tests/%,$(wildcard \
		$(S)/rust/tests/*.rs)) $(DESTDIR)$(LIBEXECDIR)/rust/tests
	$(INSTALL) -m755 $(RUST_OUT)/release/test-runner $(DESTDIR)$(LIBEXECDIR)/rust
	$(INSTALL) -m755 $(RUST_OUT)/rust-cost $(DESTDIR)$(LIBEXECDIR)
endif

# The same for Go. The guest needs no Go.
ifneq ($(HAVE_GO),)
.PHONY: install-go-tests
tests: go
install-tests: install-go-tests
install-go-tests: go
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR)/go
	$(INSTALL) -m755 $(GO_TEST) $(GO_LAYOUT) $(GO_PEERS) $(GO_PEERS).read3 $(GO_EXAMPLE) \
		$(GO_COST) $(DESTDIR)$(LIBEXECDIR)/go
	# One of Go's tests reads its own source.
	$(INSTALL) -m644 $(O)/go/root/src/os/exec/exec_test.go $(DESTDIR)$(LIBEXECDIR)/go
endif

# And those of Node, with the example that they run.
ifneq ($(HAVE_NODE),)
.PHONY: install-node-tests
tests: node
install-tests: install-node install-node-tests
install-node-tests:
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR)/node
	$(INSTALL) -m644 $(wildcard $(S)/tests/frontends/node/*.js) $(S)/examples/node/tool-server.js \
		$(DESTDIR)$(LIBEXECDIR)/node
endif

.PHONY: check-frontends
check-frontends:
	$(S)/tests/frontends/run -k $(KERNEL)
#H make check-frontends the front ends for other languages, and the languages' own tests with them,
#H                    in guests (KERNEL=trixie: one kernel)
