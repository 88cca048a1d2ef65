# shellcheck shell=bash
# Sourced by scripts that count which claims hold: they call claim, and claims_end at the end.
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
