#!/usr/bin/env bash
# Shows which lines of the decoders the Check programs and the inputs of the fuzz targets reach, file by file. Fails
# below 95 % altogether.
#
#   tests/coverage.sh BUILD    BUILD: made with clang's -fprofile-instr-generate -fcoverage-mapping (make coverage)
#
# The fuzz targets run no new inputs, only the seeds and those in the cache (tests/fuzz/run.sh). $BUILD/coverage.txt
# lists the lines that nothing reaches.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh

build=$(cd "${1:?usage: tests/coverage.sh BUILD}" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/sessiond-coverage.XXXXXX")
trap 'rm -rf "$work"' EXIT
programs=()

# run NAME COMMAND...: its profile in $work/NAME.raw.
run() {
    local name=$1
    shift
    TMPDIR=$work LLVM_PROFILE_FILE="$work/$name.raw" quiet "$@" || die "$name failed"
    programs+=(${programs[0]:+-object} "$1") # llvm-cov wants the first without the option
}
quiet() { "$@" </dev/null >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }; }

# All in one process, because a child of Check leaves no profile.
for source in tests/codec/check_*.c; do
    name=$(basename "$source" .c)
    CK_FORK=no CK_DEFAULT_TIMEOUT=300 run "$name" "$build/${source%.c}"
done
for program in "$build"/fuzz/fuzz_*; do
    target=${program##*/fuzz_}
    mkdir -p "$CACHE/fuzz/$target"
    python3 tests/fuzz/seeds.py "$target" "$work/seeds/$target"
    run "fuzz_$target" "$program" -runs=0 "$work/seeds/$target" "$CACHE/fuzz/$target"
done

llvm-profdata merge -o "$work/profile" "$work"/*.raw
llvm-cov show "${programs[@]}" -instr-profile="$work/profile" src/json src/avro src/codec |
    awk '/^.*\.c:$/ { file = $0 } /^ +[0-9]+\| +0\|/ { print file $0 }' | sed "s|^.*/src/|src/|" >"$build/coverage.txt"
llvm-cov export -summary-only "${programs[@]}" -instr-profile="$work/profile" src/{json,avro,codec}/*.c |
    jq -r '.data[0] | (.files[] | {filename, lines: .summary.lines}), {filename: "all", lines: .totals.lines} |
        [.filename, .lines.count, .lines.covered] | @tsv' |
    awk '{ sub(/.*\//, "", $1); printf "%-22s %5d lines %5d reached %6.1f %%\n", $1, $2, $3, 100 * $3 / $2; share = 100 * $3 / $2 }
         END { exit share < 95 }'
