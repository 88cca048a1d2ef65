#!/usr/bin/env bash
# Carries out the Dockerfile without a container engine (dockerfile.py), and runs the result as Kubernetes would: as its
# user, without capabilities, with a read-only root. The last line is the sum; exit status 77: it cannot run here.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh
# shellcheck source=tests/matrix/system.sh
. tests/matrix/system.sh
# shellcheck source=tests/deploy/steps.sh
. tests/deploy/steps.sh

find_mirror Debian
work=$(mktemp -d /var/tmp/sessiond-image.XXXXXX)
chmod 755 "$work"
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

prepare() {
    make_system Debian trixie "$work/base" apt-utils && inside "$work/base" update-ca-certificates &&
        deploy/dist.sh tarball 0 "$work/dist" && tar -xzf "$work/dist/sessiond-0.tar.gz" -C "$work" && rm "$work/sessiond-0/.revision"
}

build() { tests/deploy/dockerfile.py deploy/docker/Dockerfile "$work/sessiond-0" "$work/base" "$work" REVISION=abcdef0 >"$work/image.json"; }

# in_image ARGUMENT...: of the entry point.
in_image() {
    local entry user
    entry=$(jq -r '.ENTRYPOINT[0]' "$work/image.json") user=$(jq -r '.USER | split(":")[0]' "$work/image.json")
    # shellcheck disable=SC2016  # the inner shell expands them
    unshare --mount --pid --fork --kill-child --propagation private bash -c '
        mount --bind "$1" "$1" && mount -t proc proc "$1/proc" && mount -o remount,bind,ro "$1" &&
        exec chroot --userspec="$2:$2" --groups= "$1" env -i PATH=/usr/local/bin:/usr/bin:/bin "${@:3}"' - "$work/image" "$user" "$entry" "$@"
}

knows_its_revision() { in_image version | grep 'revision abcdef0'; }

has_no_tools() { ! ls "$work"/image/usr/bin/{gcc,make,git} 2>/dev/null && [ ! -d "$work/image/packages" ]; }

is_nobody() { [ "$(jq -r .USER "$work/image.json")" = 65532:65532 ] && grep -q '^sessiond:x:65532:65532:' "$work/image/etc/passwd"; }

runs() { [ "$(jq -c '[.ENTRYPOINT, .CMD]' "$work/image.json")" = '[["sessiond"],["run"]]' ] && in_image config | grep '^group.id=sessiond '; }

# A version that serves no HTTP has no such command.
is_checked() {
    local check code=0
    mapfile -t check < <(jq -r '.HEALTHCHECK[1:][]' "$work/image.json")
    in_image "${check[@]}" || code=$?
    [ "$code" = 1 ] || ! in_image "${check[0]}" --help
}

say "an image in $work"
step 'a system and the sources without git' prepare
step 'every instruction of the Dockerfile is carried out' build
step 'it has the program of its revision' knows_its_revision
step 'it has neither compiler nor sources nor package' has_no_tools
step 'its user is a number, for runAsNonRoot' is_nobody
step 'it runs the worker, and reads its configuration' runs
step 'its health check asks the worker, and nobody answers' is_checked
echo "$passed passed, 0 failed"
