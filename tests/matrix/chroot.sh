#!/usr/bin/env bash
# make demo and make check as on a fresh machine: the system is made in a folder, and removed at the end.
#
#   tests/matrix/chroot.sh ORIGIN RELEASE      Debian trixie, Ubuntu noble
#
# Packages come from where this machine's apt has those of ORIGIN. What it lacks in order to do so it says, with exit status 77.
# Everything in the folder runs in namespaces of its own: mounts and processes are gone when this ends, however it ends.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh

origin=${1:?usage: tests/matrix/chroot.sh ORIGIN RELEASE}
release=${2:?usage: tests/matrix/chroot.sh ORIGIN RELEASE}

left_out() { say "left out: $*"; exit 77; }

[ "$(id -u)" = 0 ] || left_out 'only root may make a system in a folder'
command -v debootstrap >/dev/null || left_out 'needs debootstrap (apt-get install debootstrap)'
unshare --mount --pid --fork --propagation private true 2>/dev/null || left_out 'this machine allows no namespaces of its own'
# shellcheck disable=SC2016  # apt expands them
mirror=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(SITE)' | sed -n "s/^$origin|$origin|//p" | head -n 1)
[ -n "$mirror" ] || left_out "apt knows no mirror of $origin"

work=$(mktemp -d /var/tmp/sessiond-matrix.XXXXXX)
root=$work/root
stop() {
    local code=$?
    trap - EXIT
    rm -rf --one-file-system "$work"
    exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# components: Ubuntu's C libraries and tools are in two.
make_system() {
    local components=main
    [ "$origin" != Ubuntu ] || components=main,universe
    debootstrap --variant=minbase --components="$components" --include=ca-certificates,git,make "$release" "$root" "$mirror" \
        >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; die "debootstrap $release failed"; }
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    # Whom this machine trusts besides, for downloads.
    cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
}

# A clone, for `make before` asks for the history, with the files as they are here.
copy_tree() {
    git clone -q --no-local . "$root/root/sessiond"
    git ls-files -z -co --exclude-standard | while IFS= read -r -d '' file; do
        [ ! -f "$file" ] || printf '%s\0' "$file"
    done | tar -cf - --null -T - | tar -xf - -C "$root/root/sessiond"
}

# inside COMMAND: as its root, with nothing of this environment.
inside() {
    local bundle=/etc/ssl/certs/ca-certificates.crt
    # shellcheck disable=SC2016  # the inner shell expands them
    unshare --mount --pid --fork --kill-child --propagation private sh -c '
        mount -t proc proc "$1/proc" && mount --rbind /sys "$1/sys" && mount --rbind /dev "$1/dev" || exit 77
        exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
            PIP_CERT="$2" SSL_CERT_FILE="$2" NODE_EXTRA_CA_CERTS="$2" sh -c "$3"' - "$root" "$bundle" "$1"
}

make_system
copy_tree
inside 'update-ca-certificates >/dev/null 2>&1; cd /root/sessiond && make -s demo && make -s check'
