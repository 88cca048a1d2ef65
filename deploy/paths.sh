# shellcheck shell=bash
# Tells the scripts where to find each other and the downloads of setup.sh. It is sourced, never run.
#
# Each download is in a folder named after the file that requires it and that file's checksum: a changed file gets a new
# folder, and the folder of an unchanged file is found at once.
# shellcheck disable=SC2034  # used by the scripts that source this file

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/sessiond

keyed_by() { cksum "$1" | cut -d ' ' -f 1; }

# KAFKA_VERSION: a broker other than the pom's (tests/matrix.sh).
JARS=$CACHE/kafka-$(keyed_by "$REPO/deploy/pom.xml")${KAFKA_VERSION:+-$KAFKA_VERSION}
REGISTRY_APP=$CACHE/registry-$(keyed_by "$REPO/deploy/registry-pom.xml")
ASYNCAPI=$CACHE/asyncapi-$(keyed_by "$REPO/tests/schemas/package-lock.json")
VALIDATORS=$CACHE/validators-$(keyed_by "$REPO/tests/deploy/requirements.txt")
VENV=$CACHE/python-$(keyed_by "$REPO/tests/requirements.txt")
PLOTS=$CACHE/plots-$(keyed_by "$REPO/tests/bench/requirements.txt")
JAVA_CLIENTS=$CACHE/java-$(keyed_by "$REPO/tests/java/pom.xml")

say() { printf '%s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
