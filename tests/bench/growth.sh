#!/usr/bin/env bash
# Measures how fast workers are beside a ledger that has grown: growth.py, on the system's PostgreSQL and on 18.
#
#   growth.sh [OPTION of growth.py...]     make bench-growth GROWTH='OPTION...'
#
# It needs deploy/setup.sh check.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh
# shellcheck source=deploy/download.sh
. deploy/download.sh
# shellcheck source=tests/matrix/postgres.sh
. tests/matrix/postgres.sh

# Where the user postgres can read: this machine's cache may be below /root.
work=$(mktemp -d /var/tmp/sessiond-growth.XXXXXX)
chmod 755 "$work"
stop() {
    local code=$?
    trap - EXIT
    undo_all
    rm -rf --one-file-system "$work"
    exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

unpack_postgres_18 "$work/18"
POSTGRES_18_BIN=$work/18/bin "$VENV/bin/python" tests/bench/growth.py "$@"
