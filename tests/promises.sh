#!/usr/bin/env bash
# Proves that every promise listed in tests/README.md names tests, that each of these tests exists, and that the
# guarantees of README.md are among the promises.
#
#   tests/promises.sh
set -euo pipefail
cd "$(dirname "$0")/.."

# Every test as FILE::NAME. A Check test counts only if its name occurs twice: where it is written and where it is
# added.
tests_there() {
    awk '/^def test_/ { sub(/^def test_/, ""); sub(/\(.*/, ""); print file_of(FILENAME) "::" $0 }
        function file_of(path) { sub(/.*\//, "", path); sub(/\.py$/, "", path); return path }' tests/*/test_*.py
    awk 'function file_of(path) { sub(/.*\//, "", path); sub(/\.c$/, "", path); return path }
        /^START_TEST\(/ { sub(/^START_TEST\(/, ""); sub(/\).*/, ""); written[file_of(FILENAME) "::" $0]; next }
        {
            gsub(/[^a-z0-9_]+/, " ")
            for (i = split($0, words, " "); i > 0; i--)
                if (file_of(FILENAME) "::" words[i] in written)
                    print file_of(FILENAME) "::" words[i]
        }' tests/*/check_*.c
}

guarantees() { sed -n 's/^| \([0-9]*\) | \*\*.*/\1/p' README.md; }

tests_there | awk -v guarantees="$(guarantees | tr '\n' ' ')" -F ' [|] ?' '
    function fail(text) { print "promises: " text; failures++ }

    FILENAME == "-" { there[$0]; next }

    # In the other tables too; text between backquotes is an example.
    !/^\| [0-9N]+\.[0-9]+ \|/ {
        rest = $0
        gsub(/`[^`]*`/, "", rest)
        while (match(rest, /(test|check)_[a-z0-9_]+::[a-z0-9_]+/)) {
            if (!(substr(rest, RSTART, RLENGTH) in there))
                fail("line " FNR " names " substr(rest, RSTART, RLENGTH) ", which is not there")
            rest = substr(rest, RSTART + RLENGTH)
        }
    }

    # | SECTION.NUMBER | promise | ... | tests |
    /^\| [0-9N]+\.[0-9]+ \|/ {
        number = substr($1, 3)
        split(number, part, ".")
        if (part[2] != last[part[1]] + 1)
            fail(number " follows " part[1] "." last[part[1]] + 0)
        last[part[1]] = part[2]
        promises++
        if (match($2, /^Guarantee [0-9]+: /))
            held[substr($2, 11, RLENGTH - 12)]

        tests = $(NF - 1)
        if (tests !~ /^(test|check)_/)
            fail(number " names no test")
        else
            for (i = split(tests, names, / *, */); i > 0; i--)
                if (!(names[i] in there))
                    fail(number " names " names[i] ", which is not there")
        next
    }
    /^\| *[0-9N]+ *\./ { fail("line " FNR " is no promise: " substr($0, 1, 60)) }

    END {
        count = split(guarantees, wanted, " ")
        if (count == 0)
            fail("README.md lists no guarantees")
        for (i = 1; i <= count; i++)
            if (!(wanted[i] in held))
                fail("no promise holds guarantee " wanted[i] " of README.md")
        for (section = 1; section <= 8; section++)
            if (last[section] == 0)
                fail("section " section " is empty")
        if (failures)
            exit 1
        print "promises: " promises " of them, each with tests that are there"
    }' - tests/README.md
