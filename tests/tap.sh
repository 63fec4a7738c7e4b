# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# tap.sh - sourced by each test that is written in bash: prints TAP
#
#	tap_plan COUNT           optional: the plan, printed before the tests
#	tap_result STATUS NAME   one test; it passed if STATUS is 0
#	tap_end                  prints the plan if there was none; ends the program
#
# The exit status is the number of tests that failed, as cmocka's programs have
# it: run-suites compares it with the lines that it counted.

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
	exit $((tap_failures < 100 ? tap_failures : 100))
}
