#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
# test_agent_bench.sh: bench/agent runs its tools by the backends that need no module,
# finds an output that differs, and reports its rows
set -uo pipefail

TESTS=$(dirname -- "$(dirname -- "$(realpath -- "$0")")")
AGENT=$(dirname -- "$TESTS")/bench/agent
# shellcheck source-path=SCRIPTDIR/..
. "$TESTS/tap.sh"

command -v python3 >/dev/null || {
	echo '1..0 # SKIP there is no python3'
	exit 0
}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# row PROFILE SPLIT BACKEND CALLS_PER_S RATIO
row()
{
	printf '{"profile": "%s", "split": "%s", "backend": "%s", "calls": 64, "calls_per_s": %s, ' \
		"$1" "$2" "$3" "$4"
	printf '"tools": {"rg": {"median_ms": 12.5, "p95_ms": 99}}, "ratio": %s, ' "$5"
	printf '"rounds": 2, "kernel": "6.12.0-test"}'
}

# check_rows FILE REFERENCE BACKEND…: the rows have the shape that docs/frontends.md names.
check_rows()
{
	python3 - "$@" <<'EOF'
import json
import sys

path, *backends = sys.argv[1:]
rows = json.load(open(path))
assert sorted(row["backend"] for row in rows) == sorted(backends), rows
for row in rows:
    assert row["profile"] == "small" and row["split"] == "2x8" and row["calls"] == 32
    assert row["calls_per_s"] > 0 and len(row["tools"]) == 16
    assert all(tool["p95_ms"] >= tool["median_ms"] > 0 for tool in row["tools"].values())
    assert row["backend"] != backends[0] or row["ratio"] == 1
EOF
}

# bench NAME OPTION…: one small round.
bench()
{
	local name=$1
	shift

	timeout -k 5 250 "$AGENT/agent-bench" --json "$work/$name" --calls 32 --rounds 1 \
		--profiles small --splits 2x8 "$@" >"$work/log" 2>&1
}

has_tools()
{
	local tool

	for tool in rg grep sed awk git node; do
		command -v "$tool" >/dev/null || return
	done
	(($(node -p 'parseInt(process.versions.node)') >= 20))
}

{
	echo '['
	row small 4x4 subprocess 10 1
	echo ,
	row small 4x4 outspawn 12 1.2
	echo ,
	row small 4x4 ceiling 20 2.0
	echo ']'
} >"$work/rows"
tables=$("$AGENT/report" tables "$work/rows")
[[ $tables == *'Linux 6.12.0-test, 2 rounds, 32 calls in each'* &&
	$tables == *'| outspawn | 12.00 (1.20) |'* && $tables == *'| rg | 12 / 99 | 12 / 99 |'* ]]
tap_result $? 'report prints tables' "$tables"
verdict=$("$AGENT/report" judge "$work/rows") && [[ $verdict == *'ok    1.200  at least 1.15'* ]]
tap_result $? 'judge accepts good ratios' "$verdict"
sed -i 's/"ratio": 1.2/"ratio": 1.1/' "$work/rows"
! verdict=$("$AGENT/report" judge "$work/rows") && [[ $verdict == *'below 1.100  at least 1.15'* ]]
tap_result $? 'judge finds a ratio below its limit' "$verdict"
! "$AGENT/report" tables /no/such/file 2>/dev/null && ! "$AGENT/report" unknown 2>/dev/null
tap_result $? 'report refuses a file that is not there and an unknown command'
! bench none --backends child_process && grep -q 'use only the backends' "$work/log"
tap_result $? 'a backend of Node needs --node' "$(<"$work/log")"
! bench none --splits 3x5 && grep -q "no '3x5'" "$work/log"
tap_result $? 'an unknown split is refused' "$(<"$work/log")"
if [[ ! -e /dev/spawn_template ]]; then
	! bench none --backends subprocess,outspawn && grep -q 'work without the module' "$work/log"
	tap_result $? 'outspawn needs the module' "$(<"$work/log")"
fi

if ! has_tools; then
	tap_result 0 'the tools run # SKIP this machine lacks ripgrep, git or Node 20'
	tap_end
	exit
fi
bench rows --backends subprocess,asyncio,posix_spawn &&
	check_rows "$work/rows" subprocess asyncio posix_spawn
tap_result $? 'three backends have the same outputs' "$(<"$work/log")"
bench node-rows --node --backends child_process && check_rows "$work/node-rows" child_process
tap_result $? 'the Node program has the same outputs' "$(<"$work/log")"
mkdir "$work/bin"
# shellcheck disable=SC2016 # the script expands the dollars
printf '#!/bin/sh\necho $$\n' >"$work/bin/stat"
chmod +x "$work/bin/stat"
! PATH=$work/bin:$PATH bench none --backends subprocess && grep -q 'another output' "$work/log"
tap_result $? 'an output that changes is found' "$(<"$work/log")"
tap_end
