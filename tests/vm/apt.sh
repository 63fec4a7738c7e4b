# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
# shellcheck shell=bash
# The packages come from this machine's own apt sources, with another suite's name.
# Nothing here changes /etc/apt. Source this file after lib.sh.

# Print LABEL|URI of every Debian archive that this machine uses.
host_archives()
{
	# shellcheck disable=SC2016 # the dollars are apt's
	apt-get indextargets --format '$(LABEL)|$(REPO_URI)' \
		'Created-By: Packages' 'Origin: Debian' | sort -u
}

# Print the archives. Their labels are in the package lists, so fetch these first if
# there are none.
archives()
{
	local found

	found=$(host_archives)
	if [[ -z $found ]]; then
		say "reading the package lists of this machine's apt sources"
		apt-get update -qq >&2
		found=$(host_archives)
	fi
	[[ $found ]] || die "apt has no Debian archive: add one to this machine's apt sources"
	printf '%s\n' "$found"
}

archive_uri()
{
	archives | awk -F'|' -v label="$1" '$1 == label { print $2; exit }'
}

keyring()
{
	local path

	for path in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
		if [[ -e $path ]]; then
			printf '[signed-by=%s]\n' "$path"
			return
		fi
	done
}

# sources_for CODENAME [backports]: print one-line sources.
sources_for()
{
	local codename=$1 with_backports=${2-} main security signed pocket

	main=$(archive_uri Debian)
	security=$(archive_uri Debian-Security)
	signed=$(keyring)
	[[ $main ]] || die "none of this machine's apt sources is Debian's main archive"
	if [[ $codename == sid ]]; then
		printf 'deb %s %s sid main\n' "$signed" "$main"
		return
	fi
	for pocket in '' -updates ${with_backports:+-backports}; do
		printf 'deb %s %s %s%s main\n' "$signed" "$main" "$codename" "$pocket"
	done
	[[ -z $security ]] || printf 'deb %s %s %s-security main\n' "$signed" "$security" "$codename"
}

# Print this machine's options for reaching its archives (proxies, dates, retries).
acquire_options()
{
	apt-config dump Acquire |
		grep -Ev '^Acquire(::(cdrom|IndexTargets|Changelogs|CompressionTypes|GzipIndexes|Languages)(::.*)?)? "'
}

# private_apt PROGRAM STATE ARGUMENT…: run an apt program with its own state directory.
private_apt()
{
	local program=$1 state=$2

	shift 2
	"$program" -o "Dir::Etc::SourceList=$state/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o APT::Sandbox::User=root \
		-o Dir::Etc::PreferencesParts=/dev/null \
		-o "Dir::State::Lists=$state/lists" \
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"
}

# private_lists STATE CODENAME [backports]: fetch the package lists.
private_lists()
{
	local state=$1

	shift
	mkdir -p "$state/lists/partial" || return
	sources_for "$@" >"$state/sources.list" || return
	private_apt apt-get "$state" update -qq >&2
}
