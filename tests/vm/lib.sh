# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
# shellcheck shell=bash
# Functions for all scripts here: paths, the meaning of kernel names, messages.
# Source this file.

VM=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
REPO=$(cd -- "$VM/../.." && pwd)
CACHE=${OUTSPAWN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/outspawn}
SUITES=(bookworm trixie backports)
OTHER_SUITES=(sid)	# roots that only kernels of packages use
# Files with the packages of a root. OUTSPAWN_PACKAGES=FILE adds packages; such a
# root and its build have their own directories.
PACKAGES=("$VM/packages" ${OUTSPAWN_PACKAGES:+"$OUTSPAWN_PACKAGES"})
TREE_SUITE=trixie	# its compiler builds modules for a kernel tree

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

	for suite in "${SUITES[@]}" "${OTHER_SUITES[@]}"; do
		[[ $suite != "$1" ]] || return 0
	done
	return 1
}

# Print the path of a kernel image. For a name that is no suite, the program
# kernels/NAME prints the path of a bzImage in its build tree.
bzimage_of()
{
	if [[ $1 == */* ]]; then
		realpath -e -- "$1" || die "no kernel image at $1"
	elif [[ -x $VM/kernels/$1 ]]; then
		"$VM/kernels/$1" || die "kernels/$1 could not make its kernel"
	else
		die "unknown kernel '$1': use one of ${SUITES[*]} $(named_kernels)or the path of a bzImage"
	fi
}

named_kernels()
{
	local path

	for path in "$VM"/kernels/*; do
		[[ ! -x $path ]] || printf '%s ' "${path##*/}"
	done
}

# Set SUITE, TREE and IMAGE (both empty for a suite's own kernel) and WORK, the
# directory of everything that is built for this kernel. For SUITE:RELEASE set LAYER,
# the directory that make-kernel fills with that kernel's packages.
resolve_kernel()
{
	SUITE=$1 TREE='' IMAGE='' LAYER=''
	if [[ $1 == *:* ]] && is_suite "${1%%:*}"; then
		SUITE=${1%%:*}
		LAYER=$CACHE/kernels/packages/$SUITE-${1#*:}
	elif ! is_suite "$1"; then
		SUITE=$TREE_SUITE
		IMAGE=$(bzimage_of "$1") || exit
		TREE=${IMAGE%/arch/*/boot/*}
		[[ -e $TREE/Module.symvers ]] ||
			die "$IMAGE is not inside a kernel build tree with a Module.symvers: run 'make' and 'make modules' there"
	fi
	# shellcheck disable=SC2034 # the scripts that source this file use it
	WORK=$REPO/build/vm/$(kernel_directory "$1")
	[[ ! ${OUTSPAWN_PACKAGES-} ]] || WORK+=-$(basename -- "$(dirname -- "$OUTSPAWN_PACKAGES")")
}

kernel_directory()
{
	if [[ $1 == */* ]]; then
		printf 'tree-%s\n' "$(printf %s "$TREE" | sha256sum | cut -c1-12)"
	else
		printf '%s\n' "${1/:/-}"
	fi
}

# Make the layer of a package's kernel, if the cache has none.
prepare_layer()
{
	[[ ! $LAYER || -e $LAYER/release ]] || "$VM/make-kernel" "$SUITE" "${LAYER##*/"$SUITE"-}" || exit
}

# Print the name of a root: a hash of everything that the root is made from, without
# comments. So checkouts with different roots can share a cache.
root_key()
{
	{
		grep -hv '^[[:space:]]*#' -- "$VM/make-root" "$VM/customize-root" \
			"$VM/unpack-kernel" "${PACKAGES[@]}" "$CACHE/roots/$1/kernel"
		printf '%s\n' "$1"
	} | sha256sum | cut -c1-16
}

# Set ROOT, the directory of the prepared root. The root is not removed until this
# process and those that inherit the descriptor ROOT_LOCK have ended.
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

# Print the kernel release for which modules are built.
kernel_release()
{
	if [[ $TREE ]]; then
		cat -- "$TREE/include/config/kernel.release"
	else
		cat -- "${LAYER:-$ROOT}/release"
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

# source_files [FOLDER]: print the names of all source files, except those in
# FOLDER. Each name ends with a null byte. In a git checkout the list may have a
# file that is gone.
source_files()
{
	git -C "$REPO" ls-files -z --cached --others --exclude-standard -- . ${1:+":!$1"} 2>/dev/null ||
		(cd -- "$REPO" && find . \( -path ./build -o -path ./.git ${1:+-o -path "./$1"} \) -prune \
			-o \( -type f -o -type l \) -print0)
}
