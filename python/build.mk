# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# The Python package outspawn: an extension module, which uses the limited API of
# Python 3.11 and so serves all later versions, and Python code. It is built if
# there are Python's headers.

PYTHON ?= python3
PYTHON_INCLUDE := $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))' 2>/dev/null)
ifneq ($(wildcard $(PYTHON_INCLUDE)/Python.h),)
HAVE_PYTHON := y
endif
# The directory under PREFIX where Python looks for packages.
PYTHONDIR ?= $(shell $(PYTHON) -c 'import site; print(([d for d in site.getsitepackages() if \
	d.startswith("$(PREFIX)/")] + ["$(PREFIX)/lib/python3/dist-packages"])[0])')

PYTHON_PACKAGE := $(O)/python/outspawn
PYTHON_NATIVE := $(PYTHON_PACKAGE)/_native.abi3.so
PYTHON_OBJECTS := $(patsubst $(S)/%.c,$(O)/%.o,$(wildcard $(S)/python/src/*.c))
PYTHON_SOURCES := $(wildcard $(S)/python/outspawn/*)
PYTHON_FILES := $(patsubst $(S)/%,$(O)/%,$(PYTHON_SOURCES))
# What Python reads when it starts.
PYTHON_START := $(O)/python/outspawn.pth $(O)/python/outspawn_start.py

# Python's headers have no warnings only as system headers. A function of a type is
# cast to the type of another in every extension.
$(PYTHON_OBJECTS): EXTRA_CFLAGS = -fPIC -fvisibility=hidden -isystem $(PYTHON_INCLUDE)

# The library is linked statically, and its symbols stay inside.
$(PYTHON_NATIVE): $(PYTHON_OBJECTS) $(LIB_STATIC)
	@mkdir -p $(@D)
	$(CC) -shared $(CFLAGS) $(LDFLAGS) -Wl,--exclude-libs,ALL -Wl,-z,relro -Wl,-z,now \
		-o $@ $^

$(O)/python/%: $(S)/python/%
	@mkdir -p $(@D)
	cp $< $@

.PHONY: python install-python uninstall-python
python: $(PYTHON_NATIVE) $(PYTHON_FILES) $(PYTHON_START)
install-python: python
	$(INSTALL) -d $(DESTDIR)$(PYTHONDIR)/outspawn
	$(INSTALL) -m644 $(PYTHON_NATIVE) $(PYTHON_FILES) $(DESTDIR)$(PYTHONDIR)/outspawn
	$(INSTALL) -m644 $(PYTHON_START) $(DESTDIR)$(PYTHONDIR)
uninstall-python:
	rm -rf $(DESTDIR)$(PYTHONDIR)/outspawn
	rm -f $(addprefix $(DESTDIR)$(PYTHONDIR)/,$(notdir $(PYTHON_START)) __pycache__/outspawn_start.*)

# The package's own tests, through the fall-back if the module is not loaded.
ifneq ($(HAVE_PYTHON),)
UNIT_TESTS += $(O)/python/test_python
$(O)/python/test_python: $(S)/tests/frontends/test_python $(PYTHON_NATIVE) $(PYTHON_FILES)
	sed 's|@TESTS@|$(S)/tests|; s|@PACKAGE@|$(O)/python|; s|@PYTHON@|$(PYTHON)|' $< >$@
	chmod +x $@
endif
#H make python        the Python package (needs python3-dev); "make install-python" installs it
