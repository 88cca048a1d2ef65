#!/usr/bin/env bash
# Measures how fast a backlog drains, with broker and database on the same machine, and compares it with COPY of the
# same rows.
#
#   deploy/bench.sh [--commands N] [--batch N] [--seed S] [-X KEY=VALUE ...]
#
# 200,000 commands by default: 1 % name an unknown group, 0.5 % lack a field, 2 % are duplicates. PostgreSQL runs with
# fsync on. -X goes to the worker. Results can be compared only with others from the same machine.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/paths.sh

commands=200000 batch=5000 seed=1
settings=()
asked="deploy/bench.sh $*"
while [ $# -gt 0 ]; do
    case $1 in
        --commands) commands=${2:?} ;;
        --batch) batch=${2:?} ;;
        --seed) seed=${2:?} ;;
        -X) settings+=(-X "${2:?}") ;;
        *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
    esac
    shift 2
done
# The client that measures is one of the tests' Python packages.
[ "${SETUP:-yes}" = no ] || deploy/setup.sh check
[ -d "$VENV" ] || die "no $VENV; run deploy/setup.sh check"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sessiond-bench.XXXXXX")
. deploy/environment.sh
stop() {
    local code=$?
    trap - EXIT INT TERM
    remove_environment || true
    rm -rf "$dir"
    exit $code
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_environment
sessiond migrate up -X postgres.schema=copied >/dev/null 2>&1 || {
    sql -c 'CREATE SCHEMA copied'
    sessiond migrate up -X postgres.schema=copied >/dev/null
}
PGOPTIONS='-c search_path=copied' sql -f deploy/sample-data.sql >/dev/null

"$VENV/bin/python" deploy/bench.py generate --commands "$commands" --seed "$seed" >"$dir/commands.jsonl"
say "bench: sending $commands commands while the worker is stopped"
sessiond send "$dir/commands.jsonl" >/dev/null
say 'bench: draining'
start_worker -X http.listen= -X batch.max.messages="$batch" ${settings[@]+"${settings[@]}"}
"$VENV/bin/python" deploy/bench.py measure --commands "$commands" --kafka "$KAFKA" --worker "$(worker_pid)" \
    --input "$dir/commands.jsonl" --title "$asked" || { tail -5 "$worker_log" >&2; exit 1; }
