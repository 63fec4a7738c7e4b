# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# The front ends for other languages, in a guest. See README.md.

GUEST_SCRIPTS += $(S)/tests/frontends/frontends

# The guest has the tests of Python beside the other suites.
ifneq ($(HAVE_PYTHON),)
.PHONY: install-python-tests
tests: python
install-tests: install-python install-python-tests
install-python-tests:
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR)/python
	$(INSTALL) -m644 $(wildcard $(S)/tests/frontends/python/*.py) $(DESTDIR)$(LIBEXECDIR)/python
endif

.PHONY: check-frontends
check-frontends:
	$(S)/tests/frontends/run -k $(KERNEL)
#H make check-frontends the front ends for other languages, and the languages' own tests with them,
#H                    in guests (KERNEL=trixie: one kernel)
