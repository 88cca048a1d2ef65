# shellcheck shell=bash
# To be sourced by scripts that count what holds: claim, then claims_end.
passed=0
failed=0
# claim TEXT COMMAND...
claim() {
    local text=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not so: $text"
    fi
}

claims_end() {
    echo "$passed passed, $failed failed"
    [ $failed -eq 0 ]
}
