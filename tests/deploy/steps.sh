# shellcheck shell=bash
# One claim after the other, each on a line. It is sourced after deploy/paths.sh, and never run; `work` is a folder that
# it may write to.

passed=0

# step CLAIM COMMAND...: ends the script when the claim does not hold, since what follows depends on it.
step() {
    local claim=$1
    shift
    if ! "$@" >"${work:?}/log" 2>&1; then
        say "  FAILED  $claim"
        tail -n 40 "$work/log" >&2
        echo "$passed passed, 1 failed"
        exit 1
    fi
    passed=$((passed + 1))
    say "  ok      $claim"
}
