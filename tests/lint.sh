#!/usr/bin/env bash
# Checks the sources without running them.
#
#   tests/lint.sh BUILD    BUILD: where the generated headers are (make lint)
#
# It installs nothing (deploy/setup.sh check does): a missing tool is a failure.
# shellcheck disable=SC2317  # the commands are called through check
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
build=${1:-build}
read -ra libpq < <(pkg-config --cflags libpq)
flags=(-std=c11 -D_GNU_SOURCE '-DVERSION="x"' '-DREVISION="x"' '-DAVRO_VERSION="x"' -Iinclude -I"$build" "${libpq[@]}")
mapfile -t scripts < <(find .ci deploy src tests -type f \( -name '*.sh' -o -name '*.bash' -o -path .ci/run \) | sort)
mapfile -t sources < <(find src include tests -type f -name '*.[ch]' | sort)

# check NAME TOOL COMMAND...
check() {
    local name=$1 tool=$2
    shift 2
    if ! command -v "$tool" >/dev/null; then
        echo "lint: $name FAILED: $tool is not installed (deploy/setup.sh check)"
        status=1
    elif "$@"; then
        echo "lint: $name ok"
    else
        echo "lint: $name FAILED"
        status=1
    fi
}

formatted() { tests/format.sh --dry-run -Werror "${sources[@]}"; }

# .clang-tidy says what is checked, and what is not and why. One file at a time, because with several it forgets
# va_start.
checked_by_clang_tidy() {
    local log code=0
    log=$(mktemp)
    printf '%s\0' src/*.c src/*/*.c | xargs -0 -P "$(nproc)" -I{} clang-tidy --quiet {} -- "${flags[@]}" >"$log" 2>&1 || code=1
    # For good sources it prints how many warnings it has suppressed.
    [ "$code" -eq 0 ] || grep -v 'generated\.$' "$log"
    rm -f "$log"
    return "$code"
}

# Each of these can write past its buffer or hide an error; the alternative is snprintf, memcpy, strtol.
no_banned_calls() {
    ! grep -nE '\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets)[[:space:]]*\(' "${sources[@]}"
}

# gcc has no such attribute for a type: a caller of a function with three answers must look at the answer.
progress_is_looked_at() {
    ! { grep -rnE '^enum progress [a-z_]+\(' include || grep -rnE '^static enum progress [a-z_]+\(' src; }
}

# SQL must be ASCII. A database in LATIN1 cannot take other characters: with one of them in a comment nothing could be
# prepared. In C a text may become SQL anywhere, in a literal or a macro, so only comments may have other characters.
only_ascii_is_sent() {
    ! { LC_ALL=C grep -nP '[^\x00-\x7F]' src/postgres/sql/*.sql ||
        for file in src/postgres/*.c include/postgres/*.h; do
            cpp -fpreprocessed -dD -P "$file" 2>/dev/null | LC_ALL=C grep -P '[^\x00-\x7F]' | sed "s|^|$file: |"
        done | grep .; }
}

# cppcheck 2.10 takes the braces of a compound literal inside ?: for an error of syntax; 2.17 asks what each macro in a
# string is, and counts its own remark that it could look deeper as a finding.
checked_by_cppcheck() {
    cppcheck -q -j "$(nproc)" --suppress=internalAstError --suppress=normalCheckLevelMaxBranches --std=c11 \
        --enable=warning,portability --inline-suppr --error-exitcode=1 -D_GNU_SOURCE '-DVERSION="x"' '-DREVISION="x"' \
        '-DAVRO_VERSION="x"' '-DJSON_INTEGER_FORMAT="lld"' -Iinclude src
}

check format tests/format.sh formatted
check 'banned calls' grep no_banned_calls
check 'progress is looked at' grep progress_is_looked_at
check 'only ASCII is sent as SQL' cpp only_ascii_is_sent
check shellcheck shellcheck shellcheck -x "${scripts[@]}"
check cppcheck cppcheck checked_by_cppcheck
check clang-tidy clang-tidy checked_by_clang_tidy
exit $status
