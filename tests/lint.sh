#!/usr/bin/env bash
# What can be said about the sources without running them. Installs nothing: a tool that is not there is skipped by name.
# shellcheck disable=SC2317  # the commands are called through check
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
mapfile -t scripts < <(find .ci deploy tests -type f \( -name '*.sh' -o -path .ci/run \) | sort)
mapfile -t sources < <(find src include tests -type f -name '*.[ch]' | sort)

# check NAME TOOL COMMAND...
check() {
    local name=$1 tool=$2
    shift 2
    if ! command -v "$tool" >/dev/null; then
        echo "lint: $name skipped, $tool is not installed"
    elif "$@"; then
        echo "lint: $name ok"
    else
        echo "lint: $name FAILED"
        status=1
    fi
}

formatted() {
    if ! clang-format --version | grep -q ' version 14\.'; then
        echo 'lint: another version of clang-format than 14 formats differently: not judged'
        return 0
    fi
    clang-format --dry-run -Werror "${sources[@]}"
}

# Each of these can write past its buffer or hide an error; the alternative is snprintf, memcpy, strtol.
no_banned_calls() {
    ! grep -nE '\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets)[[:space:]]*\(' "${sources[@]}"
}

# cppcheck 2.10 takes the braces of a compound literal inside ?: for an error of syntax.
checked_by_cppcheck() {
    cppcheck -q --suppress=internalAstError --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 -D_GNU_SOURCE -Iinclude src
}

check format clang-format formatted
check 'banned calls' grep no_banned_calls
check shellcheck shellcheck shellcheck -x "${scripts[@]}"
check cppcheck cppcheck checked_by_cppcheck
exit $status
