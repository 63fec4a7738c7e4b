# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
# fish's completion of outspawn. The commands and options are those of --help.

function __outspawn_commands
    outspawn --help 2>/dev/null | string replace -rf '^(?:Usage:)? +outspawn ([a-z]+).*' '$1'
end

# The options of the command on the line.
function __outspawn_options
    set -l words (commandline -opc)
    outspawn $words[2] --help 2>/dev/null | string match -ar -- '--[a-z][a-z-]*' | sort -u
end

function __outspawn_needs_command
    test (count (commandline -opc)) -eq 1
end

# True until a word after the command is neither an option nor an option's value.
function __outspawn_in_options
    set -l words (commandline -opc)
    test (count $words) -ge 2; or return 1
    set -l help (outspawn $words[2] --help 2>/dev/null)
    set -l value no
    for word in $words[3..-1]
        if test $value = yes
            set value no
        else
            string match -q -- '-*' $word; and test "$word" != --; or return 1
            string match -qr -- "(^|[ ,])$word [A-Z]" $help; and set value yes
        end
    end
    test $value = no
end

complete -c outspawn -n __outspawn_needs_command -f -a '(__outspawn_commands) --help --version'
complete -c outspawn -n __outspawn_in_options -a '(__outspawn_options)'
complete -c outspawn -n 'not __outspawn_needs_command; and not string match -q -- "-*" (commandline -ct)' -a '(complete -C (commandline -ct))'
