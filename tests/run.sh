#!/usr/bin/env bash
# Runs the tests, one line a suite and the whole output of a suite that fails; the last line is the sum.
#
#   tests/run.sh BUILD decide    lint, layers, Check programs, system tests; with the sanitizers' builds and under valgrind
#   tests/run.sh BUILD all       also all system tests with both builds, more under valgrind, the mutants, and the matrix
#   tests/run.sh BUILD with [LAYER...]    the Check programs of these layers and the system tests, no sanitizers: tests/matrix.sh
#
# It needs the Check programs (make checks), and deploy/setup.sh check.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh

# Where the kernel spreads addresses over 32 bits (Ubuntu 24.04), what gcc 13 builds with a sanitizer ends at its start.
# google/sanitizers#1716
spread=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)
[ "$spread" -le 28 ] || [ -n "${ADDRESSES_FIXED:-}" ] || ! setarch -R true 2>/dev/null || ADDRESSES_FIXED=yes exec setarch -R "$0" "$@"

build=${1:?usage: tests/run.sh BUILD decide|all|with}
mode=${2:-decide}
memory=$build-address-undefined
threads=$build-thread
case $mode in
    decide)
        marked='not slow'
        plain_system=(tests/system/test_{created,kill,outages,stop}.py)
        under_valgrind=(codec/check_{command_json,decode,event,schemas} kafka/check_client loop/check_{publish,worker})
        ;;
    all)
        marked='slow or not slow'
        plain_system=(tests/system)
        under_valgrind=(core/check_{outcome,record} codec/check_{command_avro,command_json,decode,dlq,event,schemas}
            kafka/check_{client,kafka_error} loop/check_{circuit_breaker,publish,rebalance,size,stop,worker} mock/check_loop)
        ;;
    with)
        marked='not slow'
        plain_system=(tests/system)
        layers=("${@:3}")
        ;;
    *) die 'usage: tests/run.sh BUILD decide|all|with [LAYER...]' ;;
esac

work=$(mktemp -d "${TMPDIR:-/tmp}/sessiond-check.XXXXXX")
chmod 755 "$work" # a test runs a program in there as another user
stop() {
    local code=$? folder job
    trap - EXIT
    for job in $(jobs -p); do kill -- "-$job" 2>/dev/null || true; done
    wait
    # Those of run_postgres, and the system tests' when they could not remove them.
    for folder in "$work"/postgres.* "$work"/sessiond-system.*; do
        [ ! -d "$folder" ] || deploy/services.sh remove "$folder" || true
    done
    rm -rf "$work"
    exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Check's default time limits are for a quiet machine.
export CK_TIMEOUT_MULTIPLIER=5

# ---- One suite: its folder, its line ------------------------------------------------------------------------------------

# enter: makes a folder for the log of one suite and for the findings of a sanitizer. A finding ends the program with an
# exit code that the program never uses, and is written to a file. So it is noticed even where a test expects the
# program to fail, or kills it.
enter() {
    local finding
    suite=$(mktemp -d "$work/suite.XXXXXX")
    finding="exitcode=99:log_path=$suite/sanitizer"
    export ASAN_OPTIONS=$finding UBSAN_OPTIONS=$finding:print_stacktrace=1 TSAN_OPTIONS=$finding
}

# report SUITE PASSED FAILED SECONDS: one line, and the log when something failed.
report() {
    local mark=ok
    echo "$2 $3" >>"$work/sums"
    [ "$3" -eq 0 ] || mark=FAILED
    {
        flock 9
        printf '%-6s %-32s %4d passed %4d failed %5d s\n' "$mark" "$1" "$2" "$3" "$4"
        [ "$3" -eq 0 ] || sed 's/^/       /' "$suite/log"
    } 9>"$work/lock"
}

# Adds what the sanitizers have found to the log; fails when there is nothing.
move_findings() {
    compgen -G "$suite/sanitizer.*" >/dev/null || return 1
    cat "$suite"/sanitizer.* >>"$suite/log"
    rm -f "$suite"/sanitizer.*
}

# beside COMMAND...: at the side of other suites, since most of them wait most of their time. One more than there are cores,
# and those that were begun by aside.
most=$(nproc)
beside() {
    while [ "$(jobs -rp | wc -l)" -gt "$most" ]; do wait -n || true; done
    set -m # a process group for each, which stop ends
    (
        trap '[ $? -eq 0 ] || lost "$*"' EXIT
        "$@"
    ) &
    set +m
}

# aside COMMAND...: as beside, for one that takes minutes and holds nothing up.
aside() {
    most=$((most + 1))
    beside "$@"
}

# A suite that this script could not run, and so did not report.
lost() {
    echo "FAILED $*: it could not be run"
    echo "0 1" >>"$work/sums"
}

# run_check NAME COMMAND...: runs one Check program. It also counts as a failure when it did not run, ran no test,
# crashed after its summary, or had a finding.
run_check() {
    local name=$1 started=$SECONDS code=0 checks=0 bad=0
    shift
    enter
    "$@" >"$suite/log" 2>&1 || code=$?
    read -r checks bad < <(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' \
        "$suite/log" | awk '{ checks += $1; bad += $2 + $3 } END { print checks + 0, bad + 0 }')
    ! move_findings || code=99
    if [ "$bad" -eq 0 ] && { [ "$checks" -eq 0 ] || [ "$code" -ne 0 ]; }; then
        echo "exit status $code after $checks tests" >>"$suite/log"
        report "$name" "$checks" 1 $((SECONDS - started))
    else
        report "$name" $((checks - bad)) "$bad" $((SECONDS - started))
    fi
}

# run_layer BUILD LAYER [HOW]: goes by the sources, so that a program whose source was removed is not run.
run_layer() {
    local source
    for source in tests/"$2"/check_*.c; do
        source=${source#tests/}
        [ ! -e "tests/$source" ] || beside run_check "${source%.c}${3:+ ($3)}" "$1/tests/${source%.c}"
    done
}

# In one process, without Check's forks: valgrind is slow to start.
run_valgrind() {
    local name
    export CK_FORK=no CK_DEFAULT_TIMEOUT=300
    for name in "${under_valgrind[@]}"; do
        beside run_check "$name (valgrind)" valgrind -q --error-exitcode=98 --leak-check=full \
            --show-leak-kinds=definite --errors-for-leak-kinds=definite "$build/tests/$name"
    done
    unset CK_FORK CK_DEFAULT_TIMEOUT
}

# run_whole NAME COMMAND...: one that only fails or does not.
run_whole() {
    local started=$SECONDS bad=0 name=$1
    shift
    enter
    "$@" >"$suite/log" 2>&1 || bad=1
    report "$name" $((1 - bad)) $bad $((SECONDS - started))
}

# run_postgres BUILD [HOW]: one after the other on a server of their own, whose settings and whose list of sessions they use.
run_postgres() {
    local folder source
    folder=$(mktemp -d "$work/postgres.XXXXXX")
    deploy/services.sh start-postgres "$folder" --fsync off
    set -a
    # shellcheck disable=SC1091  # written by services.sh
    . "$folder/services.env"
    set +a
    for source in tests/postgres/check_*.c; do
        source=${source#tests/}
        run_check "${source%.c}${2:+ ($2)}" "$1/tests/${source%.c}"
    done
    deploy/services.sh remove "$folder"
}

# run_system NAME BUILD TEST...
run_system() {
    local started=$SECONDS code=0 counts tests failures errors skipped name=$1 build=$2
    shift 2
    enter
    TMPDIR=$work BUILD=$(cd "$build" && pwd) "$VENV/bin/python" -m pytest -q -p no:cacheprovider -n 5 --dist worksteal -m "$marked" \
        --junitxml="$suite/system.xml" "$@" >"$suite/log" 2>&1 || code=$?
    ! move_findings || code=99
    counts=$(grep -o '<testsuite [^>]*>' "$suite/system.xml" 2>/dev/null || true)
    count_of() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counts"; }
    tests=$(count_of tests) failures=$(count_of failures) errors=$(count_of errors) skipped=$(count_of skipped)
    failures=$((${failures:-0} + ${errors:-0}))
    # Nothing collected, an interrupted run: pytest says so only with its exit status.
    if [ $code -ne 0 ] && [ $failures -eq 0 ]; then
        failures=1
        printf '\npytest ended with exit status %d\n' $code >>"$suite/log"
    fi
    # What tests measured, and their seeds.
    sed -n 's/^note: /       /p' "$suite/log"
    report "$name" $((${tests:-0} > failures + ${skipped:-0} ? ${tests:-0} - failures - ${skipped:-0} : 0)) $failures $((SECONDS - started))
    [ "${skipped:-0}" -eq 0 ] || echo "       $skipped skipped"
}

# run_script NAME COMMAND...: runs a script that prints the same last line as this one.
run_script() {
    local started=$SECONDS good bad name=$1
    shift
    enter
    "$@" >"$suite/log" 2>&1 || true
    read -r good bad < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$suite/log") || true
    report "$name" "${good:-0}" "${bad:-1}" $((SECONDS - started))
}

# Tests whose result depends on other software, and not on the compiler or the sources.
run_with() {
    local layer
    for layer in ${layers[@]+"${layers[@]}"}; do
        case $layer in
            postgres) beside run_postgres "$build" ;;
            *) run_layer "$build" "$layer" ;;
        esac
    done
    wait
    run_system system "$build" "${plain_system[@]}"
}

run_short_systems() {
    run_system schemas "$build" tests/schemas
    run_system deploy "$build" tests/deploy
    run_system system "$build" tests/judge "${plain_system[@]}"
}

run_everything() {
    local registry=registry http=http layer
    [ ! -e "$build/registry/without.o" ] || registry=
    [ ! -e "$build/http/without.o" ] || http=
    aside run_whole lint nice tests/lint.sh "$build"
    aside run_postgres "$build"
    aside run_postgres "$memory" memory
    aside run_short_systems
    beside run_whole layers tests/layers.sh "$build"
    beside run_whole promises tests/promises.sh
    for layer in core json runtime config codec kafka $registry $http loop; do run_layer "$build" "$layer"; done
    run_valgrind
    # One seed of the simulation shows as much about memory and threads as several.
    export SIM_RUNS=${SIM_RUNS:-60}
    for layer in core json runtime config codec kafka $registry $http loop mock; do run_layer "$memory" "$layer" memory; done
    for layer in core runtime config kafka $registry $http loop mock; do run_layer "$threads" "$layer" threads; done
    beside run_script fuzz tests/fuzz/run.sh "$build-fuzz" 5
    beside run_script 'without registry' tests/without_registry.sh "$build-without-registry/sessiond"
    beside run_script 'without http' tests/without_http.sh "$build-without-http/sessiond"
    run_system 'system (memory)' "$memory" tests/system
    wait
    [ "$mode" = decide ] || run_script mutants tests/mutants.sh
    [ "$mode" = decide ] || run_script matrix tests/matrix.sh
}

case $mode in
    with) run_with ;;
    *) run_everything ;;
esac

read -r passed failed < <(awk '{ passed += $1; failed += $2 } END { print passed + 0, failed + 0 }' "$work/sums")
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
