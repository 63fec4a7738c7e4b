# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Where debug kernels are. To be sourced.

HERE=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$HERE/../vm/lib.sh"

# What decides, beside the source, what a kernel is.
config_hash()
{
	{
		grep -v '^#* *$\|^# [^C]' "$HERE/config"
		cat -- "$HERE/compile"
	} | sha256sum | cut -c1-12
}

# Sets SLOT, the directory of a suite's debug kernels. The one in use is
# current/tree in it.
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
