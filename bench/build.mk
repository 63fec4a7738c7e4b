# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# spawn-bench             measures what a spawn costs; "make bench" and "outspawn bench"
# bench-nolibc, -static,  the programs that it starts
# bench-dynamic
# subprocess-cost         the same with Python's subprocess, without and with the drop-in
# python-cost             the same without and with the Python package
# go-cost                 the same for the Go package; go/build.mk builds it
# node-cost               what spawn() costs the event loop of Node, without and with the package
# agent/                  an agent's tool calls, from Python and Node; "make bench-agent"

BENCH := $(O)/bench/spawn-bench
# All but main.o: the unit tests link them, too.
BENCH_OBJECTS := $(patsubst %,$(O)/bench/%.o,callers calls clock judge measure methods options output \
		   plan programs progress rows run statistics)
# A machine may have no C library for static programs: then that program is left out.
HAVE_STATIC_LIBC := $(filter /%,$(shell $(CC) -print-file-name=libc.a))
BENCH_CHILDREN := $(patsubst %,$(O)/bench/bench-%,nolibc dynamic $(if $(HAVE_STATIC_LIBC),static))
BENCHES += $(BENCH) $(BENCH_CHILDREN)
# "outspawn bench" executes it.
PROGRAMS += $(BENCH) $(BENCH_CHILDREN)
GUEST_SCRIPTS += $(S)/bench/subprocess-cost $(S)/bench/python-cost $(S)/bench/node-cost

INSTALLED += $(addprefix $(LIBEXECDIR)/,$(notdir $(BENCH) $(BENCH_CHILDREN)))
INSTALLED_DIRS += $(LIBEXECDIR)

install-programs: install-bench
.PHONY: install-bench
install-bench: $(BENCH) $(BENCH_CHILDREN)
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR)
	$(INSTALL) -m755 $^ $(DESTDIR)$(LIBEXECDIR)

$(BENCH): $(O)/bench/main.o $(BENCH_OBJECTS) $(LIB_STATIC)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpthread -lm

$(O)/bench/programs/nolibc.o: EXTRA_CFLAGS = -ffreestanding -fno-stack-protector -fno-pic
$(O)/bench/bench-nolibc: $(O)/bench/programs/nolibc.o
	$(CC) $(CFLAGS) -static -nostdlib -no-pie -o $@ $<
$(O)/bench/bench-static: $(O)/bench/programs/libc.o
	$(CC) $(CFLAGS) -static -o $@ $<
$(O)/bench/bench-dynamic: $(O)/bench/programs/libc.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $<

UNIT_TESTS += $(S)/tests/unit/test_results.sh
$(O)/tests/unit/test_bench: $(O)/tests/unit/test_bench.o $(BENCH_OBJECTS) $(LIB_STATIC)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka -lpthread -lm

# The guest has the benchmark of an agent's tool calls.
.PHONY: install-agent-bench bench-agent
install-tests: install-agent-bench
install-agent-bench:
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR)/agent-bench
	$(INSTALL) -m755 $(S)/bench/agent/agent-bench $(DESTDIR)$(LIBEXECDIR)/agent-bench
	$(INSTALL) -m644 $(addprefix $(S)/bench/agent/,backends.py workload.py worker.js) \
		$(DESTDIR)$(LIBEXECDIR)/agent-bench
bench-agent:
	KERNEL='$(KERNEL)' CALLS='$(CALLS)' ROUNDS='$(ROUNDS)' $(S)/bench/agent/run
UNIT_TESTS += $(S)/tests/unit/test_agent_bench.sh
#H make bench-agent   an agent's tool calls, beside subprocess, asyncio and posix_spawn, in a guest: an
#H                    hour or two; build/bench gets agent.json, tables and plots (KERNEL=, CALLS=, ROUNDS=)
