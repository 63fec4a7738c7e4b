# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# The module. kbuild writes beside the sources, so it builds a copy of module/
# under $(O).

KDIR ?= /lib/modules/$(shell uname -r)/build
MODULE_DIR := $(O)/kmod/module
MODULE_SOURCES := $(wildcard $(S)/module/*.[ch]) $(S)/module/Kbuild $(S)/uapi/spawn_template.h \
	$(S)/VERSION
# MODULE_W=1: more compiler warnings. MODULE_C=1: sparse.
MODULE_W ?=
MODULE_C ?=
# kbuild has its own variable O, so this Makefile's O must not reach it.
KBUILD = env -u O -u MAKEFLAGS -u MAKEOVERRIDES $(MAKE) -C $(KDIR) M=$(MODULE_DIR) \
	$(if $(MODULE_W),W=$(MODULE_W)) $(if $(MODULE_C),C=$(MODULE_C)) -j$(shell nproc)

.PHONY: module install-module-file
module: $(O)/kmod/outspawn.ko

# The module depends on the kernel it is built for, so kdir names that kernel.
$(O)/kmod/outspawn.ko: $(MODULE_SOURCES) $(O)/kmod/kdir
	@$(S)/packaging/need-tools headers $(KDIR)
	@mkdir -p $(MODULE_DIR) $(O)/kmod/uapi
	cp -pu $(wildcard $(S)/module/*.[ch]) $(S)/module/Kbuild $(MODULE_DIR)
	cp -pu $(S)/uapi/spawn_template.h $(O)/kmod/uapi
	cp -pu $(S)/VERSION $(O)/kmod
	+$(KBUILD) modules
	cp $(MODULE_DIR)/outspawn.ko $@

.PHONY: FORCE
$(O)/kmod/kdir: FORCE
	@mkdir -p $(@D)
	@echo '$(realpath $(KDIR))' | cmp -s - $@ || { rm -rf $(MODULE_DIR); echo '$(realpath $(KDIR))' >$@; }

# Beside the suites, which load and unload it. DKMS installs where modprobe looks.
install-module-file: $(O)/kmod/outspawn.ko
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR)
	$(INSTALL) -m644 $(O)/kmod/outspawn.ko $(DESTDIR)$(LIBEXECDIR)

# "make" also builds the module if it finds kernel headers.
ifneq ($(wildcard $(KDIR)/Makefile),)
all: module
else
all: no-module
.PHONY: no-module
no-module:
	@echo 'No kernel headers in $(KDIR): the module is not built (KDIR=... names others; apt install linux-headers-$(shell uname -r)).'
endif
