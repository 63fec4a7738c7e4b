# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# The module by DKMS, without packages, and Debian packages.

# The module's sources for DKMS, and the files that load the module at each boot.
# The administrator's directories: packages use those under /usr/lib.
DKMSDIR ?= /usr/src/outspawn-$(VERSION)
MODULESLOADDIR ?= /etc/modules-load.d
UDEVDIR ?= /etc/udev/rules.d
BOOT_FILES = $(MODULESLOADDIR)/outspawn.conf $(UDEVDIR)/60-outspawn.rules

.PHONY: install-dkms uninstall-dkms install-dkms-files
install-dkms: install-dkms-files
	$(if $(DESTDIR),,@$(S)/packaging/dkms install $(VERSION))
install-dkms-files:
	$(INSTALL) -d $(addprefix $(DESTDIR),$(DKMSDIR)/module $(DKMSDIR)/uapi $(MODULESLOADDIR) $(UDEVDIR))
	$(INSTALL) -m644 $(S)/dkms.conf $(S)/VERSION $(DESTDIR)$(DKMSDIR)
	$(INSTALL) -m644 $(wildcard $(S)/module/*.[ch]) $(S)/module/Kbuild $(DESTDIR)$(DKMSDIR)/module
	$(INSTALL) -m644 $(S)/uapi/spawn_template.h $(DESTDIR)$(DKMSDIR)/uapi
	$(INSTALL) -m644 $(S)/packaging/modules-load.conf $(DESTDIR)$(MODULESLOADDIR)/outspawn.conf
	$(INSTALL) -m644 $(S)/packaging/udev.rules $(DESTDIR)$(UDEVDIR)/60-outspawn.rules
uninstall-dkms:
	$(if $(DESTDIR),,@$(S)/packaging/dkms uninstall)
	rm -rf $(DESTDIR)$(DKMSDIR)
	rm -f $(addprefix $(DESTDIR),$(BOOT_FILES))

# Debian packages, built in the root of a suite.
SUITE ?= trixie
.PHONY: packages
packages:
	$(S)/packaging/make-packages -l $(SUITE)
