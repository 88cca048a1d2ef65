# shellcheck shell=bash
# Runs a broker, a database with sample data and a worker in one folder. It is sourced by demo.sh, up.sh and
# down.sh.
#
# Reads: dir, the folder; BUILD, where the program is (default: build). Sets KAFKA, PGHOST, PGPORT, PGUSER, PGDATABASE,
# JARS, and page, the address of the worker's page ("" where the program was built without one).

: "${dir:?}"
build=${BUILD:-build}
# shellcheck disable=SC2034  # used by the scripts that source this file
conf=$dir/sessiond.conf worker_log=$dir/worker.log

sessiond() { "$build/sessiond" -F "$conf" "$@"; }

sql() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }

# The same one whenever it is started.
page_address() {
    ! "$build/sessiond" version | grep -qx 'http: none' || return 0
    [ -s "$dir/page.port" ] || deploy/services.sh free-port "$dir" >"$dir/page.port"
    echo "127.0.0.1:$(<"$dir/page.port")"
}

# start_environment [services.sh option...]: everything but the worker.
start_environment() {
    [ -x "$build/sessiond" ] || die "no $build/sessiond; run make"
    deploy/services.sh start "$dir" "$@"
    set -a
    # shellcheck disable=SC1091  # written by services.sh
    . "$dir/services.env"
    set +a
    page=$(page_address)
    cat >"$conf" <<-EOF
		kafka.bootstrap.servers=$KAFKA
		postgres.conninfo=host=$PGHOST port=$PGPORT user=$PGUSER dbname=$PGDATABASE
		instance.id=local
		http.listen=$page
	EOF
    sessiond topics apply >/dev/null
    sessiond migrate up >/dev/null
    sql -f deploy/sample-data.sql >/dev/null
}

# start_worker [-X KEY=VALUE...]: starts it in a session of its own, so that Ctrl-C reaches the script and not the
# worker.
# shellcheck disable=SC2120  # the options are optional
start_worker() {
    setsid "$build/sessiond" -F "$conf" "$@" run >>"$worker_log" 2>&1 </dev/null &
    echo $! >"$dir/worker.pid"
}

worker_pid() { cat "$dir/worker.pid" 2>/dev/null; }

# By its command line: after a reboot the number may be another process's.
worker_runs() { grep -qsF "$conf" "/proc/$(worker_pid)/cmdline"; }

# The worker first publishes what is in flight. Returns its exit code when it is a child of this script.
stop_worker() {
    local pid code=0
    pid=$(worker_pid) || return 0
    ! worker_runs || kill "$pid" 2>/dev/null || true
    if wait "$pid" 2>/dev/null; then :; else code=$?; fi
    for _ in {1..150}; do worker_runs || break; sleep 0.1; done
    rm -f "$dir/worker.pid"
    return $code
}

remove_environment() {
    stop_worker || true
    deploy/services.sh remove "$dir"
}
