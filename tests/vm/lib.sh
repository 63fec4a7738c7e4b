# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What every script here shares: where things are, what a kernel name means,
# how to speak and how to fail. To be sourced.

VM=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
REPO=$(cd -- "$VM/../.." && pwd)
CACHE=${OUTSPAWN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/outspawn}
SUITES=(bookworm trixie backports)
# Files that say what a root has. OUTSPAWN_PACKAGES=FILE: more of it, in a root
# and a build of their own.
PACKAGES=("$VM/packages" ${OUTSPAWN_PACKAGES:+"$OUTSPAWN_PACKAGES"})
TREE_SUITE=trixie	# whose compiler builds for a kernel tree

say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

usage()
{
	say "usage: $*"
	exit 2
}

require_root()
{
	((EUID == 0)) || die "needs root, for its mounts and chroots: run it with sudo or in a root container"
}

is_suite()
{
	local suite

	for suite in "${SUITES[@]}"; do
		[[ $suite != "$1" ]] || return 0
	done
	return 1
}

# A name that is not a suite is made by the program kernels/NAME, which prints
# the path of a bzImage inside its build tree (and builds it when it must).
bzimage_of()
{
	if [[ $1 == */* ]]; then
		realpath -e -- "$1" || die "no kernel image at $1"
	elif [[ -x $VM/kernels/$1 ]]; then
		"$VM/kernels/$1" || die "kernels/$1 could not make its kernel"
	else
		die "unknown kernel '$1': say one of ${SUITES[*]} $(named_kernels)or the path of a bzImage"
	fi
}

named_kernels()
{
	local path

	for path in "$VM"/kernels/*; do
		[[ ! -x $path ]] || printf '%s ' "${path##*/}"
	done
}

# Sets SUITE, TREE (empty for a suite's own kernel), IMAGE (likewise) and
# WORK, the directory of what is built for this kernel.
resolve_kernel()
{
	SUITE=$1 TREE='' IMAGE=''
	if ! is_suite "$1"; then
		SUITE=$TREE_SUITE
		IMAGE=$(bzimage_of "$1") || exit
		TREE=${IMAGE%/arch/*/boot/*}
		[[ -e $TREE/Module.symvers ]] ||
			die "$IMAGE is not inside a kernel build tree with a Module.symvers: run 'make' and 'make modules' there"
	fi
	# shellcheck disable=SC2034 # for those that source this
	WORK=$REPO/build/vm/$(kernel_directory "$1")
	[[ ! ${OUTSPAWN_PACKAGES-} ]] || WORK+=-$(basename -- "$(dirname -- "$OUTSPAWN_PACKAGES")")
}

kernel_directory()
{
	if [[ $1 == */* ]]; then
		printf 'tree-%s\n' "$(printf %s "$TREE" | sha256sum | cut -c1-12)"
	else
		printf '%s\n' "$1"
	fi
}

# A root is named by all that it is made from, so checkouts that differ in it
# can share a cache.
root_key()
{
	{
		cat -- "$VM/make-root" "$VM/customize-root" "$VM/unpack-kernel" "${PACKAGES[@]}" \
			"$CACHE/roots/$1/kernel"
		printf '%s\n' "$1"
	} | sha256sum | cut -c1-16
}

# Sets ROOT, the directory of the prepared root, and keeps it from being
# removed until this process and those that inherit fd ROOT_LOCK have ended.
use_root()
{
	ROOT=$CACHE/roots/$SUITE/$(root_key "$SUITE")
	touch -c -- "$ROOT/lock"
	{ exec {ROOT_LOCK}<"$ROOT/lock"; } 2>/dev/null || no_root
	flock -s "$ROOT_LOCK"
	[[ -e $ROOT/lock ]] || no_root
}

no_root()
{
	die "no root for $SUITE: run $VM/prepare $SUITE"
}

# The kernel release that modules are built for.
kernel_release()
{
	if [[ $TREE ]]; then
		cat -- "$TREE/include/config/kernel.release"
	else
		cat -- "$ROOT/release"
	fi
}

kernel_build_directory()
{
	if [[ $TREE ]]; then
		printf '%s\n' "$TREE"
	else
		printf '/lib/modules/%s/build\n' "$(kernel_release)"
	fi
}
