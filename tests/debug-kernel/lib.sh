# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
# shellcheck shell=bash
# The paths of debug kernels. Source this file.

HERE=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$HERE/../vm/lib.sh"

# Print a hash of everything besides the source that a kernel is made from, without
# comments.
config_hash()
{
	{
		grep -E '^(# )?CONFIG_' "$HERE/config"
		grep -v '^[[:space:]]*#' -- "$HERE/compile"
	} | sha256sum | cut -c1-12
}

# Set SLOT, the directory of a suite's debug kernels. SLOT/current/tree is the one in
# use.
use_slot()
{
	SLOT=$CACHE/kernels/debug-$1
}

current_tree()
{
	readlink -e -- "$SLOT/current/tree"
}

current_is_of_this_config()
{
	[[ $(readlink -- "$SLOT/current") == *-"$(config_hash)" && -e $SLOT/current/tree/Module.symvers ]]
}
