#!/usr/bin/env bash
# Takes the Debian package from its sources to its purge, on fresh Debians in folders:
#
#   tests/deploy/package.sh RELEASE      bookworm, trixie
#
# It is built from the tarball without git and checked by that release's lintian. A second system is started with its own
# systemd (machine.sh); there the commands of deploy/README.md are carried out, from the package to the first event. Then
# the worker is killed, held, misconfigured, upgraded, removed and purged. The broker and the database are this machine's
# (deploy/services.sh). The last line is the sum; exit status 77: it cannot run here.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh
# shellcheck source=tests/matrix/system.sh
. tests/matrix/system.sh
# shellcheck source=tests/deploy/machine.sh
. tests/deploy/machine.sh
# shellcheck source=tests/deploy/steps.sh
. tests/deploy/steps.sh
# shellcheck source=tests/work_folder.sh
. tests/work_folder.sh

release=${1:?usage: tests/deploy/package.sh RELEASE}
find_mirror Debian
find_manager
version=$(sed -n 's/^VERSION *:= *//p' Makefile)

stop() {
    halt
    deploy/services.sh remove "$work" || true
}
work_folder package stop
builder=$work/builder machine=$work/machine

# What README.md takes for granted: systemd and sudo. One gets the tools to build with, the other is the machine.
two_systems() {
    make_system Debian "$release" "$machine" systemd-sysv,sudo && inside "$machine" 'update-ca-certificates; apt-get -q update' &&
        cp -a "$machine" "$builder" && inside "$builder" 'apt-get -q -y --no-install-recommends install make'
}

# ---- Building --------------------------------------------------------------------------------------------------------

unpack() {
    deploy/dist.sh tarball "$version" "$work/dist" && tar -xzf "$work/dist/sessiond-$version.tar.gz" -C "$builder/root" &&
        mv "$builder/root/sessiond-$version" "$builder/root/sessiond"
}

# The last line of what it says are commands.
says_what_it_lacks() {
    ! inside "$builder" 'cd /root/sessiond && make -s deb' 2>"$work/lacks" && cat "$work/lacks" &&
        inside "$builder" "cd /root/sessiond && $(sed -n 's/^dist.sh: install what a package is built with: //p' "$work/lacks")"
}

build() {
    inside "$builder" 'cd /root/sessiond && ! command -v git && make -s deb' &&
        install -D -t "$machine/root/build/dist" "$builder"/root/sessiond/build/dist/*.deb
}

lint() {
    inside "$builder" "apt-get -q -y --no-install-recommends install lintian &&
        lintian --allow-root --fail-on error,warning /root/sessiond/build/dist/sessiond_${version}_*.deb"
}

# ---- The first start -------------------------------------------------------------------------------------------------

# The files of the package that a person could find, without those that apt and dpkg write about themselves.
traces() {
    find "$machine" -xdev -iname '*sessiond*' ! -path "$machine/root/*" ! -path "$machine/var/cache/apt/*" ! -path '*/proc/*'
    grep -sH sessiond "$machine"/etc/{passwd,group,shadow,gshadow} || true
}

# The port is this machine's, where others may have the default one.
edit() {
    sed -i "s/^kafka.bootstrap.servers=.*/kafka.bootstrap.servers=$KAFKA/
        s/^#http.listen=.*/http.listen=127.0.0.1:$(deploy/services.sh free-port "$work")/" "$machine/etc/sessiond/sessiond.conf"
}

# Each command of deploy/README.md, with our servers for those of the example; psql is run here, since it is the database's.
first_start() {
    local line
    sed -n '/^\*\*The first start/,/^\*\*Several workers/s/^    //p' deploy/README.md |
        sed "s/host=db.example dbname=sessiond user=worker\( password=...\)\?/host=$PGHOST port=$PGPORT user=$PGUSER dbname=$PGDATABASE/" >"$work/commands"
    started=$SECONDS
    # Without -r: a backslash at its end continues a line.
    # shellcheck disable=SC2162
    while read line <&3; do
        echo "\$ $line"
        case $line in
            sudoedit*) edit ;;
            *kafka.sasl.password* | 'sudo -u postgres'*) ;; # for other servers than ours
            psql*) bash -c "$line" || return 1 ;;
            *) booted "cd /root && $line" </dev/null || return 1 ;;
        esac
    done 3<"$work/commands"
    took=$((SECONDS - started))
    tail -n 1 "$work/log" | grep 'study-sessions.created.*"group_name":"Core Verbs"'
}

is_installed() {
    grep -q '^sessiond:.*:/nonexistent:/usr/sbin/nologin$' "$machine/etc/passwd" &&
        [ "$(stat -c '%a %u' "$machine/etc/sessiond/secrets")" = '700 0' ] && booted 'sessiond version' | tee "$work/version" &&
        grep -q '^registry: libcurl' "$work/version" && grep -q '^http: libmicrohttpd' "$work/version" &&
        grep -q '^malloc: mimalloc' "$work/version"
}

# ---- Running ---------------------------------------------------------------------------------------------------------

shown() { booted "systemctl show --value -p $1 ${2:-sessiond}"; }

# await COMMAND...: until it succeeds, half a minute at least.
await() {
    local _
    for _ in {1..150}; do
        ! "$@" || return 0
        sleep 0.2
    done
    booted 'systemctl status --no-pager "sessiond*"; journalctl -n 30 --no-pager'
    return 1
}

is_confined() {
    local pid status
    pid=$(shown MainPID)
    status=$(booted "cat /proc/$pid/status")
    echo "$status"
    grep -q "^Uid:	\($(booted 'id -u sessiond')	*\)\{4\}$" <<<"$status" && grep -q '^CapBnd:	0*$' <<<"$status" &&
        grep -q '^Seccomp:	2$' <<<"$status" && grep -q '^NoNewPrivs:	1$' <<<"$status" &&
        booted "! touch /proc/$pid/root/etc/new && ! touch /proc/$pid/root/usr/bin/new && [ -z \"\$(ls -A /proc/$pid/root/home)\" ] &&
            grep -q ' 1\$' /proc/$pid/uid_map && ! grep -q 4294967295 /proc/$pid/uid_map"
}

# In tenths: 2.0 at most.
is_approved() {
    booted 'systemd-analyze verify --man=no sessiond.service sessiond@a.service' >"$work/verified" 2>&1 && [ ! -s "$work/verified" ] &&
        booted 'systemd-analyze security --no-pager --threshold=20 sessiond sessiond@a'
}

says_its_state() { shown StatusText | grep -E '^(idle|working)'; }

is_up_again() { [ "$(shown NRestarts)" = 1 ] && [ "$(shown ActiveState)" = active ]; }
comes_back() { booted 'systemctl kill -s KILL sessiond' && await is_up_again; }

# With less patience than the unit's, which is two minutes; longer than that it lives on by its own word alone.
stands_still() {
    local drop_in=$machine/etc/systemd/system/sessiond.service.d
    mkdir "$drop_in" && printf '[Service]\nWatchdogSec=4\n' >"$drop_in/watchdog.conf" &&
        booted 'systemctl daemon-reload && systemctl restart sessiond && sleep 6' && [ "$(shown NRestarts)" = 0 ] &&
        booted 'systemctl kill -s STOP sessiond' && await is_up_again && rm -r "$drop_in" && booted 'systemctl daemon-reload'
}

# The exit status of a mistake is for a person.
stays_down() {
    echo 'dlq.topik=x' >>"$machine/etc/sessiond/sessiond.conf"
    ! booted 'systemctl restart sessiond' && [ "$(shown ExecMainStatus)" = 78 ] && sleep 6 && [ "$(shown ActiveState)" = failed ] &&
        booted 'journalctl -u sessiond -n 20' | grep 'dlq.topic' && sed -i '$d' "$machine/etc/sessiond/sessiond.conf"
}

# On ports of their own; the second is ready when it has joined the first.
two_at_once() {
    local other
    other=127.0.0.1:$(deploy/services.sh free-port "$work")
    echo "SESSIOND_HTTP_LISTEN=$other" >"$machine/etc/sessiond/b.env"
    booted 'systemctl disable --now sessiond && systemctl enable --now sessiond@a sessiond@b' && await booted 'sessiond health ready' &&
        await booted "sessiond -X http.listen=$other health ready"
}

stops() {
    booted 'systemctl stop sessiond@a' && [ "$(shown ExecMainStatus sessiond@a)" = 0 ] && [ "$(shown Result sessiond@a)" = success ] &&
        booted 'systemctl start sessiond@a'
}

# ---- Going -----------------------------------------------------------------------------------------------------------

# The same version stands for a newer one, since only what runs and the operator's changes matter here.
upgrade() {
    local before
    before=$(shown MainPID sessiond@b)
    booted "apt-get -q -y --no-install-recommends --reinstall install /root/build/dist/sessiond_${version}_*.deb" || return 1
    booted 'systemctl status --no-pager "sessiond*"'
    grep -q "^kafka.bootstrap.servers=$KAFKA$" "$machine/etc/sessiond/sessiond.conf" &&
        [ -f "$machine/etc/sessiond/secrets/postgres.conninfo" ] && [ "$(shown ActiveState sessiond)" != active ] &&
        [ "$(shown ActiveState sessiond@b)" = active ] && [ "$(shown MainPID sessiond@b)" != "$before" ]
}

remove() {
    booted 'apt-get -q -y remove sessiond && ! pgrep -x sessiond' && [ ! -e "$machine/usr/bin/sessiond" ] &&
        [ -f "$machine/etc/sessiond/sessiond.conf" ]
}

purge() { booted 'apt-get -q -y purge sessiond' && traces && [ -z "$(traces)" ]; }

# ---- In order --------------------------------------------------------------------------------------------------------

say "Debian $release in $work"
step 'two fresh systems' two_systems
step 'there is no trace of it before' test -z "$(traces)"
step 'the tarball unpacks' unpack
step 'make deb says what it lacks, and the commands that install it' says_what_it_lacks
step 'a package is built of it where git is not' build
step 'lintian finds no error and no warning' lint
deploy/services.sh start "$work" --fsync off
set -a
# shellcheck disable=SC1091  # written by services.sh
. "$work/services.env"
set +a
step 'the machine starts' boot "$machine"
step 'from the package to the first event by the commands of deploy/README.md' first_start
step "in under five minutes: $took s" test "$took" -lt 300
step 'it has its user, a folder of secrets for root alone, and all libraries' is_installed
step 'it runs as its user, with no capability, behind its filter, and writes nowhere' is_confined
step 'that systemd finds nothing wrong in its units, and little exposed' is_approved
step 'systemd knows its state' says_its_state
step 'killed, it is started again' comes_back
step 'standing still, it is ended by the watchdog, and started again' stands_still
step 'misconfigured, it is not, and says where' stays_down
step 'two of the template run beside each other' two_at_once
step 'one stops with 0' stops
step 'an upgrade keeps configuration and secrets, and restarts what ran' upgrade
step 'a removal stops all, and keeps them too' remove
step 'a purge leaves nothing' purge
echo "$passed passed, 0 failed"
