# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
# shellcheck shell=bash
# bash's completion of outspawn. The commands and options are those of --help.

# Print the option in the list that takes a value and precedes the cursor, if any.
_outspawn_takes_value()
{
	outspawn "$1" --help 2>/dev/null | grep -qE -- "(^|[ ,])$2 [A-Z]"
}

# Complete a program and its arguments, as if outspawn were not there.
_outspawn_program()
{
	local offset=$1

	if declare -F _command_offset >/dev/null; then
		_command_offset "$offset"
	elif declare -F _comp_command_offset >/dev/null; then
		_comp_command_offset "$offset"
	elif ((COMP_CWORD == offset)); then
		mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
	else
		compopt -o default
	fi
}

_outspawn()
{
	local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} word

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$(outspawn --help 2>/dev/null |
			sed -nE 's/^(Usage:)? +outspawn ([a-z]+) .*/\2/p; s/^(Usage:)? +outspawn ([a-z]+)$/\2/p') --help --version" -- "$cur")
		return
	fi
	for ((word = 2; word < COMP_CWORD; word++)); do
		case ${COMP_WORDS[word]} in
		--)
			_outspawn_program $((word + 1))
			return
			;;
		-*) ! _outspawn_takes_value "$command" "${COMP_WORDS[word]}" || ((++word)) ;;
		=) ((++word)) ;;
		*)
			_outspawn_program "$word"
			return
			;;
		esac
	done
	if ((word > COMP_CWORD)); then
		compopt -o default
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(outspawn "$command" --help 2>/dev/null |
			grep -oE -- '--[a-z][a-z-]*' | sort -u)" -- "$cur")
	else
		_outspawn_program "$COMP_CWORD"
	fi
}
complete -F _outspawn outspawn
