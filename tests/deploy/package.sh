#!/usr/bin/env bash
# Takes the Debian package from its sources to its purge, on a fresh Debian in a folder:
#
#   tests/deploy/package.sh RELEASE      bookworm, trixie
#
# It is built from the tarball without git, checked by that release's lintian, installed in a second fresh system,
# configured as the comments of its configuration say, started as its unit says (confined.py, since no systemd runs
# there), given a command, stopped, upgraded, removed and purged. The broker and the database are this machine's
# (deploy/services.sh). The last line is the sum; exit status 77: it cannot run here.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh
# shellcheck source=tests/matrix/system.sh
. tests/matrix/system.sh
# shellcheck source=tests/deploy/steps.sh
. tests/deploy/steps.sh

release=${1:?usage: tests/deploy/package.sh RELEASE}
find_mirror Debian
version=$(sed -n 's/^VERSION *:= *//p' Makefile)

work=$(mktemp -d /var/tmp/sessiond-package.XXXXXX)
chmod 755 "$work"
builder=$work/builder machine=$work/machine worker=''
stop() {
    local code=$?
    trap - EXIT
    [ -z "$worker" ] || kill -KILL "$worker" 2>/dev/null || true
    deploy/services.sh remove "$work" || true
    rm -rf --one-file-system "$work"
    exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The second one is the first before anything was built in it.
two_systems() {
    make_system Debian "$release" "$builder" build-essential &&
        inside "$builder" 'update-ca-certificates; apt-get -q update' &&
        make_system Debian "$release" "$machine" adduser &&
        inside "$machine" 'update-ca-certificates; apt-get -q update'
}

# ---- Building --------------------------------------------------------------------------------------------------------

unpack() {
    deploy/dist.sh tarball "$version" "$work/dist" && tar -xzf "$work/dist/sessiond-$version.tar.gz" -C "$builder/root" &&
        cp -r "$builder/root/sessiond-$version/deploy/debian" "$builder/root/sessiond-$version/debian"
}

build() {
    inside "$builder" "cd /root/sessiond-$version && apt-get -q -y --no-install-recommends build-dep ./ && rm -r debian &&
        ! command -v git && make -s deb" && cp "$builder/root/sessiond-$version"/build/dist/*.deb "$machine/root/"
}

lint() {
    inside "$builder" "apt-get -q -y --no-install-recommends install lintian &&
        lintian --allow-root --fail-on error /root/sessiond-$version/build/dist/sessiond_${version}_*.deb"
}

# ---- Installing ------------------------------------------------------------------------------------------------------

# The files of the package that a person could find, without those that apt and dpkg write about themselves.
traces() {
    find "$machine" -xdev -iname '*sessiond*' ! -path "$machine/root/*" ! -path "$machine/var/cache/apt/*" ! -path '*/proc/*'
    grep -sH sessiond "$machine"/etc/{passwd,group,shadow,gshadow} || true
}

install_package() {
    inside "$machine" "apt-get -q -y --no-install-recommends install /root/sessiond_${version}_*.deb" &&
        [ -x "$machine/usr/bin/sessiond" ] && grep -q '^sessiond:.*:/nonexistent:/usr/sbin/nologin$' "$machine/etc/passwd" &&
        [ "$(stat -c '%a %u' "$machine/etc/sessiond/secrets")" = '700 0' ]
}

tool() { inside "$machine" "CREDENTIALS_DIRECTORY=/etc/sessiond/secrets sessiond $*"; }

# As the comments say: the brokers in the file, the connection string in the folder of secrets.
configure() {
    sed -i "s/^kafka.bootstrap.servers=.*/kafka.bootstrap.servers=$KAFKA/" "$machine/etc/sessiond/sessiond.conf" &&
        install -m 0600 /dev/stdin "$machine/etc/sessiond/secrets/postgres.conninfo" \
            <<<"host=$PGHOST port=$PGPORT user=$PGUSER dbname=$PGDATABASE" &&
        tool config | grep 'postgres.conninfo=host=.*CREDENTIALS_DIRECTORY, from /etc/sessiond/secrets/postgres.conninfo'
}

prepare() {
    tool topics apply && tool migrate up && psql -X -q -v ON_ERROR_STOP=1 -f deploy/sample-data.sql
}

# ---- Running ---------------------------------------------------------------------------------------------------------

start_worker() {
    tests/deploy/confined.py "$machine"/usr/lib/systemd/system/sessiond.service --root "$machine" \
        --credentials "$machine/etc/sessiond/secrets" >"$work/worker.log" 2>&1 </dev/null &
    worker=$!
    local _
    for _ in {1..600}; do
        ! grep -q '"message":"ready"' "$work/worker.log" || return 0
        kill -0 "$worker" 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/worker.log"
    return 1
}

is_confined() {
    local uid
    uid=$(sed -n 's/^sessiond:x:\([0-9]*\):.*/\1/p' "$machine/etc/passwd")
    grep -q "^Uid:	$uid	$uid	$uid	$uid$" "/proc/$worker/status" && grep -q '^CapBnd:	0*$' "/proc/$worker/status" &&
        grep -q '^Seccomp:	2$' "/proc/$worker/status" && grep -q '^NoNewPrivs:	1$' "/proc/$worker/status"
}

command_in_event_out() {
    tool send --group-id 1 --study-activity-id 1 --await --json | tee "$work/event" &&
        jq -e '.value.session.group_name == "Core Verbs"' "$work/event"
}

stop_worker() {
    local code=0
    kill "$worker"
    wait "$worker" || code=$?
    worker=''
    [ $code -eq 0 ] || { cat "$work/worker.log"; return 1; }
}

# ---- Going -----------------------------------------------------------------------------------------------------------

# The same version stands for a newer one, since only the operator's changes matter here.
upgrade() {
    inside "$machine" "apt-get -q -y --no-install-recommends --reinstall install /root/sessiond_${version}_*.deb" &&
        grep -q "^kafka.bootstrap.servers=$KAFKA$" "$machine/etc/sessiond/sessiond.conf" &&
        [ -f "$machine/etc/sessiond/secrets/postgres.conninfo" ]
}

remove() {
    inside "$machine" 'apt-get -q -y remove sessiond' && [ ! -e "$machine/usr/bin/sessiond" ] && [ -f "$machine/etc/sessiond/sessiond.conf" ]
}

purge() {
    inside "$machine" 'apt-get -q -y purge sessiond' && traces && [ -z "$(traces)" ]
}

# ---- In order --------------------------------------------------------------------------------------------------------

say "Debian $release in $work"
step 'two fresh systems' two_systems
step 'there is no trace of it before' test -z "$(traces)"
step 'the tarball unpacks' unpack
step 'a package is built of it where git is not' build
step 'lintian finds no error' lint
deploy/services.sh start "$work" --fsync off
set -a
# shellcheck disable=SC1091  # written by services.sh
. "$work/services.env"
set +a
step 'apt installs it, with its user, and a folder of secrets for root alone' install_package
step 'it is configured as its comments say' configure
step 'its tools make topics and tables' prepare
step 'it starts as its unit says' start_worker
step 'it runs as its user, with no capability, behind its filter' is_confined
step 'a command in, an event out' command_in_event_out
step 'it stops with 0' stop_worker
step 'an upgrade keeps configuration and secrets' upgrade
step 'a removal keeps them too' remove
step 'a purge leaves nothing' purge
echo "$passed passed, 0 failed"
