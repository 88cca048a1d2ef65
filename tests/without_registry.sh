#!/usr/bin/env bash
# Checks the program that is built without libcurl: it is not linked with it, says so, and refuses a registry at the
# start.
#
#   tests/without_registry.sh PROGRAM
set -euo pipefail
program=${1:?usage: tests/without_registry.sh PROGRAM}

# shellcheck source=tests/claims.sh
. "$(dirname "$0")/claims.sh"

# Only the program itself counts: its librdkafka may be linked with it (Debian 13's).
not_linked() { ! objdump -p "$program" | grep -q 'NEEDED.*libcurl'; }
says_none() { "$program" version | grep -qx 'registry: none'; }
refuses_a_url() {
    local code=0 said
    said=$(env -i "$program" -X schema.registry.url=http://127.0.0.1:9 -X events.format=json run 2>&1) || code=$?
    [ $code -eq 78 ] && [[ $said == *E-REGISTRY-CONFIG* ]]
}

claim 'it is not linked with libcurl' not_linked
claim 'version says that there is none' says_none
claim 'a URL is refused with 78' refuses_a_url
claims_end
