# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# Node's package outspawn: an addon, which uses Node-API and libuv and so serves Node
# 20 and all later versions, and JavaScript. It is built if there are Node's headers.

NODE ?= node
# Debian's libuv1-dev has uv.h in a directory that the compiler searches.
NODE_INCLUDE := $(firstword $(wildcard /usr/include/node /usr/local/include/node))
ifneq ($(wildcard $(NODE_INCLUDE)/node_api.h),)
ifneq ($(shell command -v $(NODE)),)
HAVE_NODE := y
endif
endif
# The directory where Node looks for packages.
NODEDIR ?= $(PREFIX)/lib/node_modules

NODE_PACKAGE := $(O)/node/outspawn
NODE_NATIVE := $(NODE_PACKAGE)/native.node
NODE_OBJECTS := $(patsubst $(S)/%.c,$(O)/%.o,$(wildcard $(S)/node/src/*.c))
NODE_FILES := $(patsubst $(S)/%,$(O)/%,$(wildcard $(S)/node/outspawn/*))

$(NODE_OBJECTS): EXTRA_CFLAGS = -fPIC -fvisibility=hidden -isystem $(NODE_INCLUDE)

# The library is linked statically, and its symbols stay inside. Node has libuv's.
$(NODE_NATIVE): $(NODE_OBJECTS) $(LIB_STATIC)
	@mkdir -p $(@D)
	$(CC) -shared $(CFLAGS) $(LDFLAGS) -Wl,--exclude-libs,ALL -Wl,-z,relro -Wl,-z,now \
		-o $@ $^

$(O)/node/outspawn/%: $(S)/node/outspawn/% $(S)/VERSION
	@mkdir -p $(@D)
	sed 's/@VERSION@/$(VERSION)/' $< >$@

.PHONY: node install-node uninstall-node
node: $(NODE_NATIVE) $(NODE_FILES)
install-node: node
	$(INSTALL) -d $(DESTDIR)$(NODEDIR)/outspawn
	$(INSTALL) -m644 $(NODE_NATIVE) $(NODE_FILES) $(DESTDIR)$(NODEDIR)/outspawn
uninstall-node:
	rm -rf $(DESTDIR)$(NODEDIR)/outspawn

# The package's own tests, through the fall-back if the module is not loaded.
ifneq ($(HAVE_NODE),)
UNIT_TESTS += $(O)/node/test_node
$(O)/node/test_node: $(S)/tests/frontends/test_node $(NODE_NATIVE) $(NODE_FILES)
	sed 's|@TESTS@|$(S)/tests|; s|@PACKAGES@|$(O)/node|; s|@NODE@|$(NODE)|' $< >$@
	chmod +x $@
endif
#H make node          Node's package (needs libnode-dev); "make install-node" installs it
