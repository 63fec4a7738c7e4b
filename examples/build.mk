# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# hello  the smallest program
# agent  a small agent runtime; "make demo" runs it in a guest

EXAMPLE_HELLO := $(O)/examples/hello
EXAMPLE_AGENT := $(O)/examples/agent
EXAMPLES += $(EXAMPLE_HELLO) $(EXAMPLE_AGENT)

$(EXAMPLE_HELLO): $(O)/examples/hello.o
$(EXAMPLE_AGENT): $(patsubst %,$(O)/examples/%.o,agent calls flight report spawn weight worktree)

$(EXAMPLE_HELLO) $(EXAMPLE_AGENT): $(LIB_STATIC)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter-out %.a,$^) $(LIB_STATIC) -lpthread
