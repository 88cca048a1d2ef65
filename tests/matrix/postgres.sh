# shellcheck shell=bash
# A newer PostgreSQL than the system's, from Maven. It is sourced after paths.sh and download.sh, never run.

POSTGRES_18=18.1.0

# Built for many systems: initdb, pg_ctl and postgres with their libraries.
copy_postgres_18() {
    local machine
    case $(uname -m) in
        x86_64) machine=amd64 ;;
        aarch64) machine=arm64v8 ;;
    esac
    mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -DoutputDirectory="$1" \
        -Dartifact="io.zonky.test.postgres:embedded-postgres-binaries-linux-${machine:?}:$POSTGRES_18"
}

# unpack_postgres_18 FOLDER: its programs are in FOLDER/bin.
unpack_postgres_18() {
    local kept=$CACHE/postgres-$POSTGRES_18
    [ -d "$kept" ] || download "$kept" copy_postgres_18
    mkdir "$1"
    "$VENV/bin/python" -m zipfile -e "$kept"/*.jar "$1/jar"
    "$VENV/bin/python" -m tarfile -e "$1"/jar/*.txz "$1"
}
