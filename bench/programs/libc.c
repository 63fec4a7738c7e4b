// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * libc.c - the smallest program with the C library; linked once statically and
 * once dynamically. What it reports is the first instruction of main().
 */
#include "child.h"

int main(int argc, char **argv, char **envp)
{
	(void)argc;
	return child_main(read_counter(), argv, envp);
}
