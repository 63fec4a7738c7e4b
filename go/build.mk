# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# The Go package outspawn. It is source: what is built here are its tests, if there is
# Go 1.23 or later.

GO ?= go
ifneq ($(shell $(GO) version 2>/dev/null | grep -E 'go1\.(2[3-9]|[3-9][0-9])'),)
HAVE_GO := y
endif
# The directory under PREFIX where Go looks for packages of Debian's.
GOCODEDIR ?= $(PREFIX)/share/gocode/src

GO_SOURCES := $(filter-out %_test.go,$(wildcard $(S)/go/*.go)) $(S)/go/go.mod
GO_NOFILE := $(wildcard $(S)/go/internal/nofile/*)
GO_TESTS := $(wildcard $(S)/go/*_test.go)
GO_TEST := $(O)/go/outspawn.test
GO_LAYOUT := $(O)/tests/frontends/go/layout
# Offline, without cgo, and with the toolchain that is there.
GO_ENVIRONMENT = CGO_ENABLED=0 GOCACHE=$(O)/go/cache GOMODCACHE=$(O)/go/modules GOPROXY=off \
	GOTOOLCHAIN=local GOWORK=off GOFLAGS=
GO_BUILD = $(GO_ENVIRONMENT) $(GO)

# Go's own tests of os/exec, with this package; and the example.
GO_PEERS := $(O)/go/exec.test
GO_EXAMPLE := $(O)/go/buildrunner
GO_COST := $(O)/go/go-cost

.PHONY: go install-go uninstall-go
go: $(GO_TEST) $(GO_LAYOUT) $(GO_PEERS) $(GO_EXAMPLE) $(GO_COST)
$(GO_TEST): $(GO_SOURCES) $(GO_NOFILE) $(GO_TESTS)
	@mkdir -p $(@D)
	cd $(S)/go && $(GO_BUILD) vet ./... && $(GO_BUILD) test -c -trimpath -buildvcs=false -o $@ .
$(GO_LAYOUT): $(GO_LAYOUT).o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $<

$(GO_PEERS): $(S)/tests/frontends/go/peers $(GO_SOURCES) $(GO_NOFILE)
	@mkdir -p $(@D)
	$(GO_ENVIRONMENT) GO=$(GO) $< $(S)/go $(O)/go/root $@
$(GO_EXAMPLE): GO_DIR = $(S)/examples/go
$(GO_COST): GO_DIR = $(S)/bench/go-cost
$(GO_EXAMPLE): $(wildcard $(S)/examples/go/*)
$(GO_COST): $(wildcard $(S)/bench/go-cost/*)
$(GO_EXAMPLE) $(GO_COST): $(GO_SOURCES) $(GO_NOFILE)
	@mkdir -p $(@D)
	cd $(GO_DIR) && $(GO_BUILD) vet . && $(GO_BUILD) build -trimpath -buildvcs=false -o $@ .

install-go:
	$(INSTALL) -d $(DESTDIR)$(GOCODEDIR)/outspawn/internal/nofile
	$(INSTALL) -m644 $(GO_SOURCES) $(DESTDIR)$(GOCODEDIR)/outspawn
	$(INSTALL) -m644 $(GO_NOFILE) $(DESTDIR)$(GOCODEDIR)/outspawn/internal/nofile
uninstall-go:
	rm -rf $(DESTDIR)$(GOCODEDIR)/outspawn

# The package's own tests, through the fall-back if the module is not loaded.
ifneq ($(HAVE_GO),)
UNIT_TESTS += $(O)/go/test_go
$(O)/go/test_go: $(S)/tests/frontends/test_go $(GO_TEST) $(GO_LAYOUT)
	sed 's|@TESTS@|$(S)/tests|; s|@TEST@|$(GO_TEST)|; s|@LAYOUT@|$(GO_LAYOUT)|' $< >$@
	chmod +x $@
endif
#H make go            the tests of the Go package (Go 1.23); "make install-go" installs the package
