# shellcheck shell=bash
# Makes a fresh Debian or Ubuntu in a folder. It is sourced after deploy/paths.sh, never run.
#
# Packages come from the place that this machine's apt uses for ORIGIN. If something is missing it says what, with exit
# status 77. Everything in the folder runs in namespaces of its own: mounts and processes are gone when this ends,
# however it ends.

left_out() { say "left out: $*"; exit 77; }

# find_mirror ORIGIN: sets `mirror`; ends the script where no system can be made.
find_mirror() {
    [ "$(id -u)" = 0 ] || left_out 'only root may make a system in a folder'
    command -v debootstrap >/dev/null || left_out 'needs debootstrap (apt-get install debootstrap)'
    unshare --mount --pid --fork --propagation private true 2>/dev/null || left_out 'this machine allows no namespaces of its own'
    # shellcheck disable=SC2016  # apt expands them
    mirror=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(SITE)' | sed -n "s/^$1|$1|//p" | head -n 1)
    [ -n "$mirror" ] || left_out "apt knows no mirror of $1"
}

# make_system ORIGIN RELEASE ROOT PACKAGE,...: components, since Ubuntu's C libraries and tools are in two.
make_system() {
    local components=main root=$3
    [ "$1" != Ubuntu ] || components=main,universe
    debootstrap --variant=minbase --components="$components" --include="ca-certificates,$4" "$2" "$root" "$mirror" \
        >"$root.log" 2>&1 || { tail -n 20 "$root.log" >&2; die "debootstrap $2 failed"; }
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    # Whom this machine trusts besides, for downloads.
    cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
}

# inside ROOT COMMAND: as its root, with nothing of this environment.
inside() {
    local bundle=/etc/ssl/certs/ca-certificates.crt
    # shellcheck disable=SC2016  # the inner shell expands them
    unshare --mount --pid --fork --kill-child --propagation private sh -c '
        mount -t proc proc "$1/proc" && mount --rbind /sys "$1/sys" && mount --rbind /dev "$1/dev" || exit 77
        exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
            PIP_CERT="$2" SSL_CERT_FILE="$2" NODE_EXTRA_CA_CERTS="$2" sh -c "$3"' - "$1" "$bundle" "$2"
}
