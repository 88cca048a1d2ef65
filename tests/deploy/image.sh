#!/usr/bin/env bash
# Carries out the Dockerfile without a container engine (dockerfile.py), and runs the result as Kubernetes would: as its
# user, without capabilities, with a read-only root, as the first process. The broker and the database are this machine's
# (deploy/services.sh). The last line is the sum; exit status 77: it cannot run here.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh
# shellcheck source=tests/matrix/system.sh
. tests/matrix/system.sh
# shellcheck source=tests/deploy/steps.sh
. tests/deploy/steps.sh
# shellcheck source=tests/work_folder.sh
. tests/work_folder.sh

find_mirror Debian
worker='' settings=()
# Below a shell and unshare, neither of which hands a signal on.
last_child() { local child; if child=$(pgrep -P "$1"); then last_child "$child"; else echo "$1"; fi; }
stop() {
    [ -z "$worker" ] || kill -KILL "$(last_child "$worker")" 2>/dev/null || true
    deploy/services.sh remove "$work" || true
}
work_folder image stop

prepare() {
    make_system Debian trixie "$work/base" apt-utils && inside "$work/base" update-ca-certificates &&
        deploy/dist.sh tarball 0 "$work/dist" && tar -xzf "$work/dist/sessiond-0.tar.gz" -C "$work" && rm "$work/sessiond-0/.revision"
}

build() { tests/deploy/dockerfile.py deploy/docker/Dockerfile "$work/sessiond-0" "$work/base" "$work" REVISION=abcdef0 >"$work/image.json"; }

# in_image ARGUMENT...: of the entry point, with `settings` as its environment.
in_image() {
    local entry user
    entry=$(jq -r '.ENTRYPOINT[0]' "$work/image.json") user=$(jq -r '.USER | split(":")[0]' "$work/image.json")
    # shellcheck disable=SC2016  # the inner shell expands them
    unshare --mount --pid --fork --kill-child --propagation private bash -c '
        mount --bind "$1" "$1" && mount -t proc proc "$1/proc" && mount -o remount,bind,ro "$1" &&
        exec chroot --userspec="$2:$2" --groups= "$1" env -i PATH=/usr/local/bin:/usr/bin:/bin "${@:3}"' - "$work/image" "$user" "${settings[@]}" "$entry" "$@"
}

knows_its_revision() { in_image version | grep 'revision abcdef0'; }

has_no_tools() { ! ls "$work"/image/usr/bin/{gcc,make,git} 2>/dev/null && [ ! -d "$work/image/packages" ]; }

is_nobody() { [ "$(jq -r .USER "$work/image.json")" = 65532:65532 ] && grep -q '^sessiond:x:65532:65532:' "$work/image/etc/passwd"; }

runs() { [ "$(jq -c '[.ENTRYPOINT, .CMD]' "$work/image.json")" = '[["sessiond"],["run"]]' ] && in_image config | grep '^group.id=sessiond '; }

is_checked() {
    local check
    mapfile -t check < <(jq -r '.HEALTHCHECK[1:][]' "$work/image.json")
    in_image "${check[@]}"
}
nobody_answers() { is_checked; [ $? = 1 ]; }

prepare_servers() {
    settings+=("SESSIOND_KAFKA_BOOTSTRAP_SERVERS=$KAFKA" "PGHOST=$PGHOST" "PGPORT=$PGPORT" "PGUSER=$PGUSER" "PGDATABASE=$PGDATABASE")
    in_image topics apply && in_image migrate up && psql -X -q -v ON_ERROR_STOP=1 -f deploy/sample-data.sql
}

is_healthy() {
    local _
    in_image run >"$work/worker.log" 2>&1 </dev/null &
    worker=$!
    for _ in {1..300}; do
        ! is_checked || return 0
        kill -0 "$worker" || break
        sleep 0.2
    done
    cat "$work/worker.log"
    return 1
}

command_in_event_out() { in_image send --group-id 1 --study-activity-id 1 --await | grep '"group_name":"Core Verbs"'; }

# A first process gets only those signals that it asks for.
stops() {
    local code=0
    kill "$(last_child "$worker")"
    wait "$worker" || code=$?
    worker=''
    [ $code -eq 0 ] || { cat "$work/worker.log"; return 1; }
}

say "an image in $work"
step 'a system and the sources without git' prepare
step 'every instruction of the Dockerfile is carried out' build
step 'it has the program of its revision' knows_its_revision
step 'it has neither compiler nor sources nor package' has_no_tools
step 'its user is a number, for runAsNonRoot' is_nobody
step 'it runs the worker, and reads its configuration' runs
# The image has another, which may be taken here.
settings=("SESSIOND_HTTP_LISTEN=127.0.0.1:$(deploy/services.sh free-port "$work")")
step 'its health check asks the worker, and nobody answers' nobody_answers
deploy/services.sh start "$work" --fsync off
set -a
# shellcheck disable=SC1091  # written by services.sh
. "$work/services.env"
set +a
step 'its tools make topics and tables' prepare_servers
step 'it starts, and its health check finds it' is_healthy
step 'a command in, an event out' command_in_event_out
step 'it stops with 0' stops
echo "$passed passed, 0 failed"
