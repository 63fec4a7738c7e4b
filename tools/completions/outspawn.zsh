#compdef outspawn
# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
# zsh's completion of outspawn. The commands and options are those of --help.

local -a names
local help word takes

if ((CURRENT == 2)); then
	names=(${(f)"$(outspawn --help 2>/dev/null | sed -nE 's/^(Usage:)? +outspawn ([a-z]+).*/\2/p')"})
	compadd -- $names --help --version
	return
fi
help=$(outspawn $words[2] --help 2>/dev/null)
for ((word = 3; word < CURRENT; word++)); do
	case $words[word] in
	--)
		((word++))
		break
		;;
	-*)
		takes=${words[word]}
		! grep -qE -- "(^|[ ,])$takes [A-Z]" <<<$help || ((word++))
		;;
	*) break ;;
	esac
done
if ((word > CURRENT)); then
	_files
elif ((word == CURRENT)) && [[ $words[CURRENT] == -* && $words[CURRENT-1] != -- ]]; then
	names=(${(fu)"$(grep -oE -- '--[a-z][a-z-]*' <<<$help)"})
	compadd -- $names
else
	((CURRENT -= word - 1))
	shift $((word - 1)) words
	_normal
fi
