#!/usr/bin/env bash
# Installs what is missing to build and run sessiond on Debian or Ubuntu. It prints what it installs, and nothing when
# there is nothing to do.
#
#   deploy/setup.sh          compiler and libraries; PostgreSQL, Java and the Kafka jars for the demo
#   deploy/setup.sh check    also what the tests need
#   deploy/setup.sh all      also what only tests/matrix.sh needs
#
# It runs as root or with sudo. SETUP=no: it only prints what is missing, and fails if something is. KAFKA_VERSION:
# another broker. Downloads go to ${XDG_CACHE_HOME:-~/.cache}/sessiond. Debian's packages start no server here: the
# scripts run private ones in folders of their own (services.sh).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh
# shellcheck source=deploy/download.sh
. deploy/download.sh

purpose=${1:-run}
case $purpose in
    run | check | all) ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac

# ---- What is missing -------------------------------------------------------------------------------------------------

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

java_version() { java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p'; }

missing_packages() {
    local package
    for package in gcc libc6-dev make pkg-config librdkafka-dev libavro-dev libjansson-dev libpq-dev jq; do
        installed "$package" || echo "$package"
    done
    [ "${WITH_REGISTRY:-1}" = 0 ] || installed libcurl4-openssl-dev || echo libcurl4-openssl-dev
    [ "${WITH_HTTP:-1}" = 0 ] || installed libmicrohttpd-dev || echo libmicrohttpd-dev
    [ "${WITH_MIMALLOC:-1}" = 0 ] || installed libmimalloc-dev || echo libmimalloc-dev
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || echo postgresql
    [ "$(java_version || echo 0)" -ge 17 ] 2>/dev/null || echo default-jre-headless
    [ -d "$JARS" ] || command -v mvn >/dev/null || echo maven
    [ "$purpose" = run ] || { [ -d "$REGISTRY_APP" ] && [ -d "$JAVA_CLIENTS" ]; } || command -v mvn >/dev/null || echo maven
    if [ "$purpose" != run ]; then
        # The system's own clang, 14 on Debian 12 and 19 on Debian 13: these packages are names for the present version.
        for package in check valgrind openssl clang libclang-rt-dev llvm clang-tidy cppcheck shellcheck pgbouncer \
            systemd libseccomp2 prometheus mandoc lintian debhelper zsh chromium; do
            installed "$package" || echo "$package"
        done
        command -v javac >/dev/null || echo default-jdk-headless
        { [ -d "$VENV" ] && [ -d "$VALIDATORS" ] && [ -d "$ASYNCAPI" ]; } || usable_python >/dev/null || echo python3-venv
    fi
    # Only root can make a system in a folder.
    [ "$purpose" != all ] || [ "$(id -u)" != 0 ] || installed debootstrap || echo debootstrap
}

# ---- How it is installed ---------------------------------------------------------------------------------------------

trap undo_all EXIT

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        command -v sudo >/dev/null || die "not root and no sudo: as root, run apt-get install -y ${packages[*]}"
        sudo "$@"
    fi
}

# Writes standard input into a file of the system, which is removed when the script ends. An existing file is left
# alone.
lend() {
    local mode=$1 file=$2
    [ ! -e "$file" ] || return 0
    as_root install -D -m "$mode" /dev/stdin "$file"
    undo+=("$file")
}

install_packages() {
    packages=("$@")
    say "setup: installing ${packages[*]}"
    # No server of Debian's own: neither a cluster created by the postgresql package nor any service started.
    case " $* " in
        *' postgresql '*) lend 0644 /etc/postgresql-common/createcluster.d/sessiond.conf <<<'create_main_cluster = false' ;;
    esac
    lend 0755 /usr/sbin/policy-rc.d <<<$'#!/bin/sh\nexit 101'
    quietly 'apt-get could not install them' apt_get "$@"
}

apt_get() {
    as_root apt-get -q update &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "$@"
}

unpack_registry() { mvn -B -q -f deploy/registry-pom.xml dependency:unpack -DoutputDirectory="$1"; }

# copy_jars POM FOLDER
copy_jars() { mvn -B -q -f "$1" ${KAFKA_VERSION:+-Dsessiond.kafka="$KAFKA_VERSION"} dependency:copy-dependencies -DoutputDirectory="$2"; }

unpack_asyncapi() {
    cp tests/schemas/package*.json "$1"
    in_folder_npm "$1" ci --ignore-scripts --no-audit --no-fund
}

# ---- In order --------------------------------------------------------------------------------------------------------

mapfile -t missing < <(missing_packages)
if [ "${SETUP:-yes}" = no ]; then
    [ -d "$JARS" ] || missing+=("the Kafka jars in $JARS")
    [ "$purpose" = run ] || [ -d "$REGISTRY_APP" ] || missing+=("the schema registry in $REGISTRY_APP")
    [ "$purpose" = run ] || [ -d "$JAVA_CLIENTS" ] || missing+=("the Java clients in $JAVA_CLIENTS")
    [ "$purpose" = run ] || [ -d "$ASYNCAPI" ] || missing+=("AsyncAPI's schemas in $ASYNCAPI")
    [ "$purpose" = run ] || [ -d "$VENV" ] || missing+=("the Python packages in $VENV")
    [ "$purpose" = run ] || [ -d "$VALIDATORS" ] || missing+=("the manifests' schemas in $VALIDATORS")
    [ ${#missing[@]} -eq 0 ] || { say 'setup: SETUP=no, missing:'; printf '  %s\n' "${missing[@]}" >&2; exit 1; }
    exit 0
fi
if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null || die "no apt-get here; install by hand what corresponds to: ${missing[*]}"
    install_packages "${missing[@]}"
fi
if [ ! -d "$JARS" ]; then
    say "setup: downloading the Kafka broker into $JARS"
    download "$JARS" copy_jars deploy/pom.xml
fi
if [ "$purpose" != run ] && [ ! -d "$REGISTRY_APP" ]; then
    say "setup: downloading a schema registry into $REGISTRY_APP"
    download "$REGISTRY_APP" unpack_registry
fi
if [ "$purpose" != run ] && [ ! -d "$JAVA_CLIENTS" ]; then
    say "setup: downloading the tests' Java clients into $JAVA_CLIENTS"
    download "$JAVA_CLIENTS" copy_jars tests/java/pom.xml
fi
if [ "$purpose" != run ] && [ ! -d "$ASYNCAPI" ]; then
    say "setup: downloading AsyncAPI's schemas into $ASYNCAPI"
    download "$ASYNCAPI" unpack_asyncapi
fi
if [ "$purpose" != run ] && [ ! -d "$VENV" ]; then
    say "setup: installing the tests' Python packages into $VENV"
    download "$VENV" venv_with -r tests/requirements.txt
fi
if [ "$purpose" != run ] && [ ! -d "$VALIDATORS" ]; then
    say "setup: installing the schemas of Kubernetes, KEDA, Compose and Grafana into $VALIDATORS"
    download "$VALIDATORS" venv_with -r tests/deploy/requirements.txt
fi
