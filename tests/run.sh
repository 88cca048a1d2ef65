#!/usr/bin/env bash
# Runs the tests, one line a suite and the whole output of a suite that fails; the last line is the sum.
#
#   tests/run.sh BUILD decide    Check programs, layers, system tests
#   tests/run.sh BUILD all       the same and the system tests marked slow
#
# The Check programs are built (make checks); deploy/setup.sh check has been run.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh

build=${1:?usage: tests/run.sh BUILD decide|all}
case ${2:-decide} in
    decide) system_tests='not slow' ;;
    all) system_tests='slow or not slow' ;;
    *) die 'usage: tests/run.sh BUILD decide|all' ;;
esac

work=$(mktemp -d "${TMPDIR:-/tmp}/sessiond-check.XXXXXX")
stop() {
    local code=$? folder
    trap - EXIT
    # The second are the system tests', when they could not remove them.
    for folder in "$work" "$work"/sessiond-system.*; do
        [ ! -d "$folder" ] || deploy/services.sh remove "$folder" || true
    done
    rm -rf "$work"
    exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

passed=0
failed=0

# report SUITE PASSED FAILED SECONDS: one line, and the log when something failed.
report() {
    local mark=ok
    passed=$((passed + $2))
    failed=$((failed + $3))
    [ "$3" -eq 0 ] || mark=FAILED
    printf '%-6s %-32s %4d passed %4d failed %5d s\n' "$mark" "$1" "$2" "$3" "$4"
    [ "$3" -eq 0 ] || sed 's/^/       /' "$work/log"
}

# One Check program. Not to have run, to have run nothing and to have crashed after its summary are failures too.
run_check() {
    local program=$1 started=$SECONDS code=0 checks=0 bad=0
    "$program" >"$work/log" 2>&1 || code=$?
    read -r checks bad < <(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' \
        "$work/log" | awk '{ checks += $1; bad += $2 + $3 } END { print checks + 0, bad + 0 }')
    if [ "$bad" -eq 0 ] && { [ "$checks" -eq 0 ] || [ "$code" -ne 0 ]; }; then
        echo "exit status $code after $checks tests" >>"$work/log"
        report "${program#"$build/tests/"}" "$checks" 1 $((SECONDS - started))
    else
        report "${program#"$build/tests/"}" $((checks - bad)) "$bad" $((SECONDS - started))
    fi
}

# Named after the sources, so that what was built of a source since removed is not run.
run_layer() {
    local source
    for source in tests/"$1"/check_*.c; do
        [ ! -e "$source" ] || run_check "$build/${source%.c}"
    done
}

run_layers_check() {
    local started=$SECONDS bad=0
    tests/layers.sh "$build" >"$work/log" 2>&1 || bad=1
    report layers $((1 - bad)) $bad $((SECONDS - started))
}

run_postgres() {
    compgen -G 'tests/postgres/check_*.c' >/dev/null || return 0
    deploy/services.sh start-postgres "$work" --fsync off
    set -a
    # shellcheck disable=SC1091  # written by services.sh
    . "$work/services.env"
    set +a
    run_layer postgres
    deploy/services.sh remove "$work"
    unset PGHOST PGPORT PGUSER PGDATABASE PGSOCKET JARS
}

run_system() {
    local started=$SECONDS code=0 counts tests failures errors skipped
    TMPDIR=$work BUILD=$(cd "$build" && pwd) "$VENV/bin/python" -m pytest -q -p no:cacheprovider -m "$system_tests" \
        --junitxml="$work/system.xml" tests/system >"$work/log" 2>&1 || code=$?
    counts=$(grep -o '<testsuite [^>]*>' "$work/system.xml" 2>/dev/null || true)
    count_of() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counts"; }
    tests=$(count_of tests) failures=$(count_of failures) errors=$(count_of errors) skipped=$(count_of skipped)
    failures=$((${failures:-0} + ${errors:-0}))
    # Nothing collected, an interrupted run: pytest says so only with its exit status.
    if [ $code -ne 0 ] && [ $failures -eq 0 ]; then
        failures=1
        printf '\npytest ended with exit status %d\n' $code >>"$work/log"
    fi
    report system $((${tests:-0} > failures + ${skipped:-0} ? ${tests:-0} - failures - ${skipped:-0} : 0)) $failures $((SECONDS - started))
    [ "${skipped:-0}" -eq 0 ] || echo "       $skipped skipped"
}

for layer in core ops codec kafka loop; do run_layer $layer; done
run_postgres
run_layers_check
run_system

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
