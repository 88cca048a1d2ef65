#!/usr/bin/env bash
# Checks the program that is built without libmicrohttpd: it is not linked with it, says so, refuses http.listen where
# it is set, and can still ask other processes.
#
#   tests/without_http.sh PROGRAM
set -euo pipefail
program=${1:?usage: tests/without_http.sh PROGRAM}

# shellcheck source=tests/claims.sh
. "$(dirname "$0")/claims.sh"

not_linked() { ! objdump -p "$program" | grep -q 'NEEDED.*libmicrohttpd'; }
says_none() { "$program" version | grep -qx 'http: none'; }
refuses_an_address() {
    local code=0 said
    said=$(env -i "$program" -X http.listen=127.0.0.1:9 run 2>&1) || code=$?
    [ $code -eq 78 ] && [[ $said == *E-HTTP-02* && $said == *WITH_HTTP* ]]
}
# By default it only says so; without a broker it then ends with 69.
goes_on_at_the_default() {
    local code=0 said
    said=$(env -i "$program" -X startup.timeout.ms=500 -X kafka.bootstrap.servers=127.0.0.1:9 \
        -X 'postgres.conninfo=host=127.0.0.1 port=9' run 2>&1) || code=$?
    [ $code -eq 69 ] && [[ $said == *E-HTTP-02* ]]
}
asks_others() {
    local code=0 said
    said=$(env -i "$program" -X http.listen=127.0.0.1:9 health 2>&1) || code=$?
    [ $code -eq 1 ] && [[ $said == *'Connection refused'* ]]
}

claim 'it is not linked with libmicrohttpd' not_linked
claim 'version says that there is none' says_none
claim 'an address is refused with 78' refuses_an_address
claim 'at the default it goes on' goes_on_at_the_default
claim 'health still asks' asks_others
claims_end
