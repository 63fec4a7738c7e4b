# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# node_of.ko   tells the suite "numa" on which memory nodes a task's objects are

NODE_OF_DIR := $(O)/node_of
NODE_OF_SOURCES := $(S)/tests/node_of/node_of.c $(S)/tests/node_of/Kbuild

# $(O)/kmod/kdir names the kernel.
$(NODE_OF_DIR)/node_of.ko: $(NODE_OF_SOURCES) $(O)/kmod/kdir
	rm -rf $(NODE_OF_DIR)
	mkdir -p $(NODE_OF_DIR)
	cp -p $(NODE_OF_SOURCES) $(NODE_OF_DIR)
	+env -u O -u MAKEFLAGS -u MAKEOVERRIDES $(MAKE) -C $(KDIR) M=$(NODE_OF_DIR) modules

.PHONY: install-node-of
install-tests: install-node-of
install-node-of: $(NODE_OF_DIR)/node_of.ko
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR)
	$(INSTALL) -m644 $< $(DESTDIR)$(LIBEXECDIR)
