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
# shellcheck source=tests/work_folder.sh
. tests/work_folder.sh

work_folder growth undo_all

unpack_postgres_18 "$work/18"
POSTGRES_18_BIN=$work/18/bin "$VENV/bin/python" tests/bench/growth.py "$@"
