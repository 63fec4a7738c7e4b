# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# The outspawn command and its man page. The command links the library statically.

TOOL := $(O)/tools/outspawn
TOOL_OBJECTS := $(patsubst %,$(O)/tools/%.o,main run setup forward times parse info doctor report \
	installed stat top counters events json find bench)
PROGRAMS += $(TOOL)

$(O)/tools/main.o: EXTRA_CFLAGS = -DOUTSPAWN_VERSION='"$(VERSION)"'
$(O)/tools/main.o: $(S)/VERSION
$(O)/tools/bench.o: EXTRA_CFLAGS = -DOUTSPAWN_LIBEXECDIR='"$(LIBEXECDIR)"'

$(TOOL): $(TOOL_OBJECTS) $(LIB_STATIC)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs json-c)

# --json is json-c's: a library of 100 KB that depends only on the C library.
$(TOOL_OBJECTS): | have-json-c
.PHONY: have-json-c
have-json-c:
	@$(PKG_CONFIG) --exists json-c || { \
		echo 'The outspawn command needs json-c: install libjson-c-dev (and pkg-config).' >&2; exit 1; }

TOOL_PAGES := $(patsubst $(S)/tools/man/%.scd,%,$(wildcard $(S)/tools/man/*.scd))
ifneq ($(HAVE_SCDOC),)
TOOL_MAN := $(addprefix $(O)/man/,$(TOOL_PAGES))
MANPAGES += $(TOOL_MAN)
else
TOOL_MAN :=
endif

$(O)/man/%: $(S)/tools/man/%.scd
	$(SCDOC_PAGE)

INSTALLED += $(BINDIR)/outspawn $(foreach page,$(TOOL_PAGES),$(call man-path,$(page)))

.PHONY: install-programs install-completions
install-programs: $(TOOL) $(TOOL_MAN)
	$(INSTALL) -d $(DESTDIR)$(BINDIR)
	$(INSTALL) -m755 $(TOOL) $(DESTDIR)$(BINDIR)
ifneq ($(HAVE_SCDOC),)
	$(INSTALL) -d $(DESTDIR)$(MANDIR)/man1
	$(INSTALL) -m644 $(TOOL_MAN) $(DESTDIR)$(MANDIR)/man1
endif

# Completions take commands and options from the command's own --help.
COMPLETIONS := $(S)/tools/completions
INSTALLED += $(BASHCOMPDIR)/outspawn $(ZSHCOMPDIR)/_outspawn $(FISHCOMPDIR)/outspawn.fish
install-completions:
	$(INSTALL) -d $(addprefix $(DESTDIR),$(BASHCOMPDIR) $(ZSHCOMPDIR) $(FISHCOMPDIR))
	$(INSTALL) -m644 $(COMPLETIONS)/outspawn.bash $(DESTDIR)$(BASHCOMPDIR)/outspawn
	$(INSTALL) -m644 $(COMPLETIONS)/outspawn.zsh $(DESTDIR)$(ZSHCOMPDIR)/_outspawn
	$(INSTALL) -m644 $(COMPLETIONS)/outspawn.fish $(DESTDIR)$(FISHCOMPDIR)/outspawn.fish
