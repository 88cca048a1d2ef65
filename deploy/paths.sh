# shellcheck shell=bash
# Where the scripts find each other and what setup.sh has downloaded. Sourced, never run.
#
# Each download sits in a folder named after the file that asks for it and that file's checksum: a changed file is a new
# folder, an unchanged one is found at once.
# shellcheck disable=SC2034  # used by the scripts that source this file

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/sessiond

keyed_by() { cksum "$1" | cut -d ' ' -f 1; }

# KAFKA_VERSION: another broker than the pom's (tests/matrix.sh).
JARS=$CACHE/kafka-$(keyed_by "$REPO/deploy/pom.xml")${KAFKA_VERSION:+-$KAFKA_VERSION}
REGISTRY_APP=$CACHE/registry-$(keyed_by "$REPO/deploy/registry-pom.xml")
ASYNCAPI=$CACHE/asyncapi-$(keyed_by "$REPO/tests/schemas/package-lock.json")
VALIDATORS=$CACHE/validators-$(keyed_by "$REPO/tests/deploy/requirements.txt")
VENV=$CACHE/python-$(keyed_by "$REPO/tests/requirements.txt")
JAVA_CLIENTS=$CACHE/java-$(keyed_by "$REPO/tests/java/pom.xml")

say() { printf '%s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
