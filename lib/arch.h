/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Copyright (C) 2026 The outspawn authors */
/*
 * arch.h - the versions of the C library's symbols that the drop-in defines
 *
 * A symbol's version names the glibc release that gave the symbol its present form
 * on that processor. liboutspawn-posix.map names the same versions.
 *
 * To add a processor: add its versions here, and a version script. glibc has the
 * old posix_spawn only for processors that it supported before 2.15.
 */
#ifndef OUTSPAWN_LIB_ARCH_H
#define OUTSPAWN_LIB_ARCH_H

#ifdef __x86_64__
#define VERSION_SPAWN "GLIBC_2.15"
#define VERSION_OLD_SPAWN "GLIBC_2.2.5"
#define VERSION_PIDFD_SPAWN "GLIBC_2.39"
#define VERSION_LIST_INIT "GLIBC_2.2.5"
#else
#error "lib/arch.h has no symbol versions for this processor"
#endif

#endif /* OUTSPAWN_LIB_ARCH_H */
