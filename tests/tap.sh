# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
# shellcheck shell=bash
#
# tap.sh - sourced by each test that is written in bash: prints TAP
#
#	tap_plan COUNT           optional: the plan, printed before the tests
#	tap_result STATUS NAME   one test; it passed if STATUS is 0
#	tap_end                  last: prints the plan if there was none, returns the
#	                         number of tests that failed, for the exit status
#
# A program of cmocka ends with the number of failures, too: run-suites compares it
# with the lines that it counted. The number stops at 90, because tests/vm/run
# gives 98, 99 and 124 a meaning of their own.

tap_number=0 tap_failures=0 tap_planned=''

tap_plan()
{
	tap_planned=yes
	echo "1..$1"
}

# tap_result STATUS NAME [TEXT]: the text explains a failure.
tap_result()
{
	((++tap_number))
	if (($1 == 0)); then
		echo "ok $tap_number - $2"
		return
	fi
	((++tap_failures))
	echo "not ok $tap_number - $2"
	[[ -z ${3-} ]] || sed 's/^/# /' <<<"$3"
}

tap_end()
{
	[[ $tap_planned ]] || tap_plan "$tap_number"
	return $((tap_failures < 90 ? tap_failures : 90))
}
