#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
# test_results.sh: bench/results merges, prints tables, refuses bad input
set -uo pipefail

TESTS=$(dirname -- "$(dirname -- "$(realpath -- "$0")")")
RESULTS=$(dirname -- "$TESTS")/bench/results
# shellcheck source-path=SCRIPTDIR/..
. "$TESTS/tap.sh"

command -v python3 >/dev/null || {
	echo '1..0 # SKIP there is no python3'
	exit 0
}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# row METHOD PIDFD TOTAL UNIT
row()
{
	printf '[{"kernel": "6.12.0-test", "program": "nolibc", "strings": 0, '
	printf '"caller": {"rss_mib": 0, "fds": 0, "cloexec": true, "threads": 0}, '
	printf '"method": "%s", "pidfd": %s, "call_q1": 5000, "first_q1": null, ' "$1" "$2"
	printf '"total_min": %d, "total_q1": %d, "total_median": %d, ' "$3" "$3" "$3"
	printf '"total_to_posix_spawn": 0.5, "syscalls": 4, "faults": 3, "switches": 2, "unit": "%s"}]\n' "$4"
}

row outspawn false 151234 instructions >"$work/one"
row outspawn true 161234 instructions >"$work/two"
row vfork false 9 ns >"$work/three"
echo 'ok      0.900  at most 0.95  total' >"$work/report"

"$RESULTS" merge "$work/one" "$work/two" "$work/three" >"$work/all" &&
	[[ $(grep -c '"kernel"' "$work/all") == 3 ]]
tap_result $? 'merge has the rows of all files'
tables=$("$RESULTS" tables "$work/all" "$work/report")
[[ $tables == *'Linux 6.12.0-test'* && $tables == *'| outspawn, from a template | 151.2 |'* &&
	$tables == *'| the same, with a pidfd | 161.2 |'* ]]
tap_result $? 'tables keep methods with a pidfd apart' "$tables"
[[ $tables == *'    ok      0.900  at most 0.95  total'* ]]
tap_result $? 'tables have the verdicts' "$tables"
[[ $tables == *'median of pairs'*'| 0.50 |'* && $tables != *' 9.0 '* ]]
tap_result $? 'time is shown as a ratio only' "$tables"
! "$RESULTS" tables /no/such/file 2>/dev/null
tap_result $? 'a file that is not there fails'
! "$RESULTS" unknown 2>/dev/null
tap_result $? 'a command that is not known fails'
tap_end
