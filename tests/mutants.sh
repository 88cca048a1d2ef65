#!/usr/bin/env bash
# Does a test notice when a guarantee is broken? Each patch in tests/mutants breaks one; the tests that it names must
# fail.
#
#   tests/mutants.sh [NAME...]     all mutants, or those
#
# The head of a patch says what it breaks and, once or more often, who must see it and what the failure must say:
#
#   Guarantee 3: a batch in doubt is published again without asking whether it was committed.
#   Killed by: loop/check_publish: a_commit_in_doubt_that_happened_is_not_published_again
#   Saying: events_visible()
#   Killed by: tests/system/test_kill.py::test_...
#   Saying: is answered 2 times
#
# Everything happens in a copy of the tree, built with FAILPOINTS=yes from the objects in BUILD (default
# build-failpoints) if they exist. Every named test must pass there before any mutant is made. It needs deploy/setup.sh
# check first.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh

unset MAKEFLAGS MFLAGS MAKELEVEL # a caller's B or SANITIZER is not meant for the copy
build="build-failpoints"
work=$(mktemp -d "${TMPDIR:-/tmp}/sessiond-mutants.XXXXXX")
clean=$work/clean
mutant=$work/mutant
services=$work/services
export GIT_CEILING_DIRECTORIES=$work # a TMPDIR inside a repository: git apply would look there
stop() {
    local code=$?
    trap - EXIT
    [ ! -d "$services" ] || "$REPO/deploy/services.sh" remove "$services" || true
    rm -rf "$work"
    exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- Patches ---------------------------------------------------------------------------------------------------------

# tests_of PATCH: lines of `TEST<tab>what its failure must say`.
tests_of() {
    sed -n -e '/^diff /q' -e '/^Killed by: /{s///;h;}' -e '/^Saying: /{s///;H;x;s/^\([^\n]\+\)\n\([^\n]\+\)$/\1\t\2/p;}' "$1"
}

target_of() {
    case $1 in
        tests/system/*) echo "$build/sessiond" ;;
        *) echo "$build/tests/${1%%: *}" ;;
    esac
}

# ---- Trees -----------------------------------------------------------------------------------------------------------

# Files keep their times, so that make does not rebuild what is up to date.
copy_tree() {
    local objects=${BUILD:-$build} file
    mkdir -p "$clean"
    git ls-files -z -co --exclude-standard | while IFS= read -r -d '' file; do
        [ ! -f "$file" ] || printf '%s\0' "$file"
    done | tar -cf - --null -T - | tar -xf - -C "$clean"
    [ ! -d "$objects" ] || cp -a "$objects" "$clean/$build"
}

# build_tests TREE TEST...
build_tests() {
    local tree=$1 test
    shift
    # shellcheck disable=SC2046  # a list of words
    make -s -C "$tree" -j "$(nproc)" FAILPOINTS=yes $(for test in "$@"; do target_of "$test"; done | sort -u) >"$work/log" 2>&1
}

# One broker and one database for all tests of all mutants; libpq's environment leads there.
start_services() {
    (cd tests/system && "$VENV/bin/python" -c 'import sys, services; services.Services(sys.argv[1]).start()' "$services")
    set -a
    # shellcheck disable=SC1091  # written by services.sh
    . "$services/services.env"
    set +a
}

# ---- One test: `verdict` is passed, failed (an assertion of its own) or broken (anything else); $work/log has what it 

run_test() {
    verdict=broken
    case $2 in
        tests/system/*) run_system "$@" ;;
        *) run_check "$1" "${2%%: *}" "${2#*: }" ;;
    esac
}

# Check's log has a line for each test: P passed, F an assertion, S one of its fixtures (a judge at the end), E anything
# else. A test that runs for each way of the store, or for each row of a list, has several lines: one that fails is
# enough.
run_check() {
    (cd "$1" && CK_LOG_FILE_NAME=$work/checks timeout 300 "$build/tests/$2") >"$work/log" 2>&1 || true
    grep -E ":[PFSE]:[^:]*:$3:" "$work/checks" >"$work/log" || return 0
    case $(cat "$work/log") in
        *:[FS]:*) verdict=failed ;;
        *'Test timeout'* | *'Early exit'* | *'Received signal'*) ;;
        *:P:*) verdict=passed ;;
    esac
}

run_system() {
    (
        cd "$clean"
        export SERVICES=$services SESSIOND=$1/$build/sessiond SESSIOND_FAILPOINTS=$1/$build/sessiond
        timeout 300 "$VENV/bin/python" -m pytest -q -p no:cacheprovider --basetemp="$work/pytest" --junitxml="$work/junit.xml" "$2"
    ) >"$work/log" 2>&1 || true
    verdict=$("$VENV/bin/python" - "$work/junit.xml" <<-'END' || echo broken
		import sys
		from xml.etree import ElementTree
		cases = list(ElementTree.parse(sys.argv[1]).iter("testcase"))
		failures = [case.find("failure") for case in cases if case.find("failure") is not None]
		others = [case for case in cases if case.find("error") is not None or case.find("skipped") is not None]
		assertions = all(failure.get("message").startswith(("AssertionError", "assert ")) for failure in failures)
		print("broken" if not cases or others or not assertions else "failed" if failures else "passed")
	END
    )
    rm -f "$work/junit.xml"
}

# ---- The report ------------------------------------------------------------------------------------------------------

passed=0
failed=0
good() { passed=$((passed + 1)); echo "$*"; }
bad() {
    failed=$((failed + 1))
    echo "$*"
    tail -n 40 "$work/log" | sed 's/^/       /'
}

declare -A baseline # TEST -> its verdict without a mutant

try_mutant() {
    local patch=$1 name test saying
    name=$(basename "$patch" .patch)
    mapfile -t tests < <(tests_of "$patch")
    : >"$work/log"
    if [ ${#tests[@]} -eq 0 ]; then
        bad "FAILED   $name names no test that must kill it"
        return
    fi
    rm -rf "$mutant"
    cp -a "$clean" "$mutant"
    if ! git -C "$mutant" apply --recount "$patch" >"$work/log" 2>&1; then
        bad "FAILED   mutant $name does not apply: update ${patch#"$REPO/"}"
        return
    fi
    if ! build_tests "$mutant" "${tests[@]%%$'\t'*}"; then
        bad "FAILED   mutant $name does not build"
        return
    fi
    for test in "${tests[@]}"; do
        saying=${test#*$'\t'}
        test=${test%%$'\t'*}
        [ "${baseline[$test]}" = passed ] || continue # counted before
        run_test "$mutant" "$test"
        case $verdict in
            passed) bad "SURVIVED $name: $test" ;;
            broken) bad "FAILED   $name did not fail by an assertion of $test" ;;
            *)
                if grep -qF -e "$saying" "$work/log"; then
                    good "killed   $name by $test"
                else
                    bad "FAILED   $name failed $test without saying '$saying'"
                fi
                ;;
        esac
    done
}

# ---- All -------------------------------------------------------------------------------------------------------------

patches=()
for name in "$@"; do patches+=("tests/mutants/$name.patch"); done
[ $# -gt 0 ] || patches=(tests/mutants/*.patch)
for i in "${!patches[@]}"; do
    [ -f "${patches[i]}" ] || die "there is no ${patches[i]}"
    patches[i]=$REPO/${patches[i]}
done
mapfile -t all < <(for patch in "${patches[@]}"; do tests_of "$patch" | cut -f 1; done | sort -u)

copy_tree
build_tests "$clean" "${all[@]}" || { cat "$work/log"; die 'the program itself does not build'; }
case " ${all[*]}" in *" postgres/"* | *" tests/system/"*) start_services ;; esac

for test in "${all[@]}"; do
    run_test "$clean" "$test"
    baseline[$test]=$verdict
    [ "$verdict" = passed ] || bad "FAILED   $test does not pass without a mutant"
done
for patch in "${patches[@]}"; do try_mutant "$patch"; done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
