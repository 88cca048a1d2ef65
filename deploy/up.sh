#!/usr/bin/env bash
# Starts the development environment in build/dev: broker, database, topics, tables, sample data and a worker. `make
# down` ends it.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/paths.sh
dir=build/dev
mkdir -p $dir
. deploy/environment.sh

start_environment
worker_runs || start_worker

cat <<EOF
Kafka       $KAFKA
PostgreSQL  psql -h $PGHOST -p $PGPORT -U $PGUSER $PGDATABASE
worker      process $(worker_pid), log $worker_log
page        ${page:+http://$page/}
data        $dir, kept by make down

send        build/sessiond -F $conf send --group-id 1 --study-activity-id 1
read        build/sessiond -F $conf tail all --from beginning
stop        make down
EOF
