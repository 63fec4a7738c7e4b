# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# liboutspawn, shared and static, from the same position-independent objects.
# Its headers, pkg-config file and man pages. The rules for all man pages.

LIB_OBJECTS := $(patsubst %,$(O)/lib/%.o,actions attr batch describe device error names path posix \
	posix_call posix_glibc posix_plan posix_stack process search spawn syscalls template wrong)
LIB_STATIC := $(O)/lib/liboutspawn.a
LIB_SHARED := $(O)/lib/liboutspawn.so.$(SOVERSION)
LIB_MAP := $(S)/lib/liboutspawn.map
LIBS += $(LIB_STATIC) $(LIB_SHARED) $(O)/lib/liboutspawn.so

# The drop-in for LD_PRELOAD. It depends only on the C library.
DROPIN := $(O)/lib/liboutspawn-posix.so
DROPIN_MAP := $(S)/lib/liboutspawn-posix.map
DROPIN_OBJECTS := $(patsubst %,$(O)/lib/%.o,dropin dropin_env attr device path posix_call \
	posix_glibc posix_plan posix_stack spawn wrong)
LIBS += $(DROPIN)
# Each program started with LD_PRELOAD loads the drop-in, and few of them spawn.
# So it has two segments instead of four, and symbols are bound at first use.
DROPIN_QUICK := -Wl,-z,lazy -Wl,-z,noseparate-code -Wl,--hash-style=gnu

$(LIB_OBJECTS) $(DROPIN_OBJECTS): EXTRA_CFLAGS = -fPIC -fvisibility=hidden

$(LIB_STATIC): $(LIB_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $(LIB_OBJECTS)

$(LIB_SHARED): $(LIB_OBJECTS) $(LIB_MAP)
	$(CC) -shared $(CFLAGS) $(LDFLAGS) -Wl,-soname,$(@F) -Wl,--version-script=$(LIB_MAP) \
		-Wl,-z,defs -Wl,-z,relro -Wl,-z,now -o $@ $(LIB_OBJECTS)

$(DROPIN): $(DROPIN_OBJECTS) $(DROPIN_MAP)
	$(CC) -shared $(CFLAGS) $(LDFLAGS) -Wl,-soname,$(@F) -Wl,--version-script=$(DROPIN_MAP) \
		-Wl,-z,defs -Wl,-z,relro $(DROPIN_QUICK) -o $@ $(DROPIN_OBJECTS)

$(O)/lib/liboutspawn.so: $(LIB_SHARED)
	ln -sf $(<F) $@

# Man pages need scdoc. Without scdoc everything else is built.
LIB_PAGES := $(patsubst $(S)/lib/man/%.scd,%,$(wildcard $(S)/lib/man/*.scd))
ifneq ($(shell command -v $(SCDOC)),)
LIB_MAN := $(addprefix $(O)/man/,$(LIB_PAGES))
MANPAGES += $(LIB_MAN)
HAVE_SCDOC := y
else
LIB_MAN :=
HAVE_SCDOC :=
programs: no-scdoc
.PHONY: no-scdoc
no-scdoc:
	@echo 'No $(SCDOC): the man pages are not built and will not be installed (apt install scdoc).'
endif

# The first line tells man(1) that a page has a table.
SCDOC_PAGE = mkdir -p $(@D) && $(SCDOC) <$< >$@.new && \
	{ ! grep -q '^\.TS' $@.new || sed -i "1i '\\\\\" t" $@.new; } && mv $@.new $@
$(O)/man/%: $(S)/lib/man/%.scd
	$(SCDOC_PAGE)

# The other names of a page, as name:page.
LIB_MAN_ALIASES := \
	outspawn_posix_spawnp:outspawn_posix_spawn \
	outspawn_pidfd_spawn:outspawn_posix_spawn \
	outspawn_pidfd_spawnp:outspawn_posix_spawn \
	outspawn_info:outspawn_query \
	outspawn_kill:outspawn_wait \
	outspawn_open_shared:outspawn_open \
	outspawn_perror:outspawn_strerror \
	outspawn_spawn_attr:outspawn_spawn \
	outspawn_spawn_shell:outspawn_spawn_path \
	$(patsubst %,outspawn_template_%:outspawn_template,fd flags fd_flags search refresh) \
	$(patsubst %,outspawn_actions_%:outspawn_actions_init, \
		destroy fail close dup2 dup3 stdio fchdir open openat2 close_range closefrom sigmask \
		sigdefault) \
	$(patsubst %,outspawn_actions_%:outspawn_actions_setsid, \
		syscall setpgid tcsetpgrp ctty umask chdir chroot cloexec setrlimit setaffinity \
		setscheduler setparam sched_setattr setattr setpriority ioprio mempolicy setresuid setresgid \
		setgroups capset capabilities prctl personality landlock seccomp setns unshare \
		mount umount pivot_root sethostname)

# The pkg-config file and CMake's files, with the paths of this installation.
LIB_TEMPLATES := outspawn.pc outspawn-config.cmake outspawn-config-version.cmake
LIB_CMAKE_DIR = $(LIBDIR)/cmake/outspawn
define fill-template
sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@SOVERSION@|$(SOVERSION)|' $(S)/lib/$(1).in \
	>$(DESTDIR)$(2)/$(1)

endef

LIB_HEADERS := $(S)/lib/outspawn.h $(S)/lib/outspawn_cap.h $(S)/lib/outspawn_posix.h \
	$(S)/uapi/spawn_template.h
INSTALLED += $(addprefix $(INCLUDEDIR)/,$(notdir $(LIB_HEADERS))) \
	$(addprefix $(LIBDIR)/,$(notdir $(LIBS)) pkgconfig/outspawn.pc) \
	$(addprefix $(LIB_CMAKE_DIR)/,$(filter %.cmake,$(LIB_TEMPLATES))) \
	$(foreach page,$(LIB_PAGES),$(call man-path,$(page))) \
	$(foreach alias,$(LIB_MAN_ALIASES),$(MANDIR)/man3/$(firstword $(subst :, ,$(alias))).3)
INSTALLED_DIRS += $(LIB_CMAKE_DIR)

.PHONY: install-libs
install-libs: $(LIBS) $(LIB_MAN)
	$(INSTALL) -d $(addprefix $(DESTDIR),$(INCLUDEDIR) $(LIBDIR)/pkgconfig $(LIB_CMAKE_DIR))
	$(INSTALL) -m644 $(LIB_HEADERS) $(DESTDIR)$(INCLUDEDIR)
	$(INSTALL) -m644 $(LIB_STATIC) $(DESTDIR)$(LIBDIR)
	$(INSTALL) -m755 $(LIB_SHARED) $(DROPIN) $(DESTDIR)$(LIBDIR)
	ln -sf $(notdir $(LIB_SHARED)) $(DESTDIR)$(LIBDIR)/liboutspawn.so
	$(foreach name,$(filter %.pc,$(LIB_TEMPLATES)),$(call fill-template,$(name),$(LIBDIR)/pkgconfig))
	$(foreach name,$(filter %.cmake,$(LIB_TEMPLATES)),$(call fill-template,$(name),$(LIB_CMAKE_DIR)))
ifneq ($(HAVE_SCDOC),)
	$(INSTALL) -d $(foreach section,3 4 7,$(DESTDIR)$(MANDIR)/man$(section))
	$(INSTALL) -m644 $(filter %.3,$(LIB_MAN)) $(DESTDIR)$(MANDIR)/man3
	$(INSTALL) -m644 $(filter %.4,$(LIB_MAN)) $(DESTDIR)$(MANDIR)/man4
	$(INSTALL) -m644 $(filter %.7,$(LIB_MAN)) $(DESTDIR)$(MANDIR)/man7
	cd $(DESTDIR)$(MANDIR)/man3 && $(foreach alias,$(LIB_MAN_ALIASES), \
		ln -sf $(lastword $(subst :, ,$(alias))).3 $(firstword $(subst :, ,$(alias))).3 &&) :
endif
