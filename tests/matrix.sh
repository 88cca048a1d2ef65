#!/usr/bin/env bash
# Do the promises hold with the software of other machines? Each part runs the tests that can tell, with one piece of
# software replaced.
#
#   tests/matrix.sh [PART...]      all parts, or these:
#
#   postgresql-18       PostgreSQL 18, from Maven: the store's Check programs and the system tests
#   kafka-4.4           a Kafka broker 4.4: the system tests
#   librdkafka-2.8      the program built with librdkafka 2.8 and 2.15, from their sources in a package of npm: the Check
#   librdkafka-2.15     programs of `kafka` and `mock` and the system tests
#   debian-13           make demo and make check on a fresh Debian 13 or Ubuntu 24.04 in a folder (matrix/chroot.sh), where this
#   ubuntu-24.04        machine's root may make one and its apt knows a mirror
#
# A part that cannot run here says so and counts as left out. The last line is the sum. It needs deploy/setup.sh check
# and `make all checks with-failpoints before` first.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh
# shellcheck source=deploy/download.sh
. deploy/download.sh
# shellcheck source=tests/work_folder.sh
. tests/work_folder.sh
# shellcheck source=tests/matrix/postgres.sh
. tests/matrix/postgres.sh

unset MAKEFLAGS MFLAGS MAKELEVEL # a caller's B or SANITIZER is not meant for other builds
KAFKA_44=4.4.0
# Which version of the npm package has the sources of which librdkafka.
declare -A NPM_OF=([2.8.0]=1.2.0 [2.15.1]=1.10.1)

work_folder matrix undo_all

passed=0
failed=0
left_out=()

# run PART COMMAND...: shows the output of the command; its last line `N passed, N failed` counts. Exit status 77: it
# cannot run here.
run() {
    local part=$1 code=0 good bad started=$SECONDS
    shift
    echo "$part:"
    "$@" 2>&1 | tee "$work/log" | sed -u 's/^/  /' || code=$?
    if [ "$code" = 77 ]; then
        left_out+=("$part")
        return
    fi
    read -r good bad < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$work/log" | tail -n 1) || true
    [ "$code" -eq 0 ] || [ "${bad:-0}" -gt 0 ] || bad=$((${bad:-0} + 1))
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-1}))
    echo "  $((SECONDS - started)) s"
}

# ---- PostgreSQL ------------------------------------------------------------------------------------------------------

with_postgres_18() {
    unpack_postgres_18 "$work/postgres" &&
        POSTGRES_BIN=$work/postgres/bin tests/run.sh build with postgres
}

# ---- Kafka -----------------------------------------------------------------------------------------------------------

with_kafka_44() {
    export KAFKA_VERSION=$KAFKA_44
    deploy/setup.sh check && tests/run.sh build with
}

# ---- librdkafka ------------------------------------------------------------------------------------------------------

# build_librdkafka VERSION PREFIX FOLDER: only the C library, with what the system's librdkafka-dev brought for its own.
build_librdkafka() {
    local version=$1 prefix=$2 folder=$3 source=$3/npm/package/deps/librdkafka
    mkdir "$folder/npm" &&
        in_folder_npm "$folder/npm" pack --silent "@confluentinc/kafka-javascript@${NPM_OF[$version]}" &&
        tar -xzf "$folder"/npm/*.tgz -C "$folder/npm" &&
        (cd "$source" && ./configure --prefix="$prefix") &&
        make -j "$(nproc)" -C "$source/src" &&
        make -C "$source/src" install DESTDIR="$folder/installed" &&
        mv "$folder/installed$prefix"/* "$folder" &&
        rm -rf "$folder/npm" "$folder/installed"
}

with_librdkafka() {
    local version=$1 prefix=$CACHE/librdkafka-$1 build=build-librdkafka-$1
    [ -d "$prefix" ] || download "$prefix" build_librdkafka "$version" "$prefix"
    export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LDFLAGS="-Wl,-rpath,$prefix/lib"
    make -s -j "$(nproc)" B="$build" all checks || die "cannot build with librdkafka $version"
    make -s -j "$(nproc)" B="$build-failpoints" FAILPOINTS=yes all || die "cannot build with librdkafka $version"
    "$build/sessiond" version | grep -qx "librdkafka $version" || die "$build/sessiond runs with another librdkafka"
    tests/run.sh "$build" with kafka mock
}

# ---- Parts -----------------------------------------------------------------------------------------------------------

run_part() {
    case $1 in
        postgresql-18) run "$1" with_postgres_18 ;;
        kafka-4.4) run "$1" with_kafka_44 ;;
        librdkafka-2.8) run "$1" with_librdkafka 2.8.0 ;;
        librdkafka-2.15) run "$1" with_librdkafka 2.15.1 ;;
        debian-13) run "$1" tests/matrix/chroot.sh Debian trixie ;;
        ubuntu-24.04) run "$1" tests/matrix/chroot.sh Ubuntu noble ;;
        *) die "no part $1" ;;
    esac
}

parts=("$@")
[ $# -gt 0 ] || parts=(postgresql-18 kafka-4.4 librdkafka-2.8 librdkafka-2.15 debian-13 ubuntu-24.04)
for part in "${parts[@]}"; do run_part "$part"; done

[ ${#left_out[@]} -eq 0 ] || echo "left out: ${left_out[*]}"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
