# SPDX-License-Identifier: GPL-2.0-only
#
# bench/*.c       programs that measure, installed beside the tests
# bench/check-*   scripts that run them and say whether a promise holds

# The suites share more files beside common.c (tests/build.mk links all
# prerequisites).
SUITE_OBJECTS := $(patsubst %,$(O)/tests/guest/common_%.o,process trace security)
$(SUITES): $(SUITE_OBJECTS)
.SECONDARY: $(SUITE_OBJECTS)
