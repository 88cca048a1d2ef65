#!/usr/bin/env bash
# Runs the fuzz targets one after the other, one line each; the last line is the sum.
#
#   tests/fuzz/run.sh BUILD SECONDS [TARGET...]    TARGET: avro, json, ... (all)
#
# The inputs kept from earlier runs are in ${XDG_CACHE_HOME:-~/.cache}/sessiond/fuzz. An input for which a target fails
# is left in BUILD/fuzz/found. Once its cause is fixed it belongs in a table, from which seeds.py takes it again.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh

build=$(cd "${1:?usage: tests/fuzz/run.sh BUILD SECONDS [TARGET...]}" && pwd)
seconds=${2:?usage: tests/fuzz/run.sh BUILD SECONDS [TARGET...]}
shift 2
targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(for program in "$build"/fuzz/fuzz_*; do echo "${program##*/fuzz_}"; done)

work=$(mktemp -d "${TMPDIR:-/tmp}/sessiond-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work
# A small quarantine and short stacks make it several times faster.
export ASAN_OPTIONS=quarantine_size_mb=4:malloc_context_size=4 UBSAN_OPTIONS=print_stacktrace=1
found=$build/fuzz/found
mkdir -p "$found"

dictionary_of() {
    case $1 in
        json | answer) echo "-dict=$PWD/tests/fuzz/json.dict" ;;
        avro | schema) echo "-dict=$PWD/tests/fuzz/avro.dict" ;;
        config) echo "-dict=$PWD/tests/fuzz/config.dict" ;;
    esac
}

# fuzz TARGET: runs it, with libFuzzer's output in $work/log.
fuzz() {
    local target=$1 kept=$CACHE/fuzz/$1 seeds=$work/seeds
    mkdir -p "$kept"
    rm -rf "$seeds"
    python3 tests/fuzz/seeds.py "$target" "$seeds"
    # shellcheck disable=SC2046  # an option or none
    "$build/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=512 -timeout=20 -print_final_stats=1 \
        -artifact_prefix="$found/$target-" $(dictionary_of "$target") "$kept" "$seeds" </dev/null >"$work/log" 2>&1
}

# What libFuzzer has counted: executions, inputs kept, and how many edges of the program and features these reach.
stat() { sed -n "s/^stat::$1: *//p" "$work/log"; }
reached() { sed -n "s/^#.* $1: \([0-9]*\).*/\1/p" "$work/log" | tail -n 1; }

passed=0
failed=0
for target in "${targets[@]}"; do
    [ -x "$build/fuzz/fuzz_$target" ] || die "there is no $build/fuzz/fuzz_$target"
    code=0
    fuzz "$target" || code=$?
    if [ $code -eq 0 ]; then
        passed=$((passed + 1))
        printf 'ok     %-8s %9d executions %7d/s %5d inputs %5d edges %6d features\n' "$target" \
            "$(stat number_of_executed_units)" "$(stat average_exec_per_sec)" "$(reached corp)" "$(reached cov)" "$(reached ft)"
    else
        failed=$((failed + 1))
        printf 'FAILED %-8s exit status %d; its input is in %s\n' "$target" $code "$found"
        sed 's/^/       /' "$work/log" | tail -n 60
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
