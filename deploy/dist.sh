#!/usr/bin/env bash
# Makes a release: a tarball that builds without git, and Debian packages from it.
#
#   deploy/dist.sh tarball VERSION FOLDER     FOLDER/sessiond-VERSION.tar.gz (make dist)
#   deploy/dist.sh deb VERSION FOLDER         FOLDER/sessiond_VERSION_ARCH.deb and -dbgsym, for this system (make deb)
#
# The tarball has the files that git knows, with their present contents and the time of the last commit. Two tarballs of
# one commit have the same bytes, and so has a tarball made from the unpacked one. deb needs build-essential and what
# Build-Depends in debian/control names, and says how to install them.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh

usage() { sed -n '4,5s/^# *//p' "$0" >&2; exit 64; }
[ $# -eq 3 ] || usage
what=$1 version=$2 folder=$3
name=sessiond-$version
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

work=$(mktemp -d "${TMPDIR:-/tmp}/sessiond-dist.XXXXXX")
trap 'rm -rf "$work"' EXIT

is_git() { [ -e .git ] && git rev-parse -q --verify HEAD >/dev/null 2>&1; }

# The files that git knows or would add; in an unpacked tarball everything except what was built.
list_files() {
    if is_git; then
        git ls-files -z -co --exclude-standard
    else
        find . -type f ! -path './build/*' ! -path './build-*' ! -name .revision ! -name .epoch ! -path '*/__pycache__/*' -printf '%P\0'
    fi | while IFS= read -r -d '' file; do
        [ ! -f "$file" ] || printf '%s\0' "$file"
    done | LC_ALL=C sort -z -u
}

# .revision is what `sessiond version` says where there is no git. The Makefile reads it.
copy_files() {
    mkdir -p "$1"
    list_files | tar -c --null -T - -f - | tar -x -C "$1" -f -
    if is_git; then
        [ -z "$(git status --porcelain)" ] || say 'dist: with changes that are not committed'
        git rev-parse --short HEAD >"$1/.revision"
        git log -1 --format=%ct >"$1/.epoch"
    else
        # Sources that were copied without git have neither: deploy/docker/Dockerfile.
        cat .revision 2>/dev/null >"$1/.revision" || echo unknown >"$1/.revision"
        cat .epoch 2>/dev/null >"$1/.epoch" || stat -c %Y CHANGELOG.md >"$1/.epoch"
    fi
}

make_tarball() {
    copy_files "$work/$name"
    tar --sort=name --format=gnu --mtime="@$(cat "$work/$name/.epoch")" --owner=0 --group=0 --numeric-owner \
        --mode='u=rwX,go=rX' -C "$work" -c "$name" | gzip -9n >"$folder/$name.tar.gz"
}

write_changelog() {
    printf 'sessiond (%s) unstable; urgency=medium\n\n  * What changed for operators: /usr/share/doc/sessiond/changelog.gz.\n\n' "$version"
    printf ' -- sessiond maintainers <maintainers@sessiond.example>  %s\n' "$(LC_ALL=C date -u -R -d "@$1")"
}

can_build() {
    local missing=''
    if ! command -v dpkg-checkbuilddeps >/dev/null || ! missing=$(dpkg-checkbuilddeps deploy/debian/control 2>&1); then
        [ -z "$missing" ] || say "$missing"
        die 'install what a package is built with: apt-get install -y build-essential && apt-get build-dep -y ./deploy'
    fi
}

# debhelper wants debian/ at the top, and units beside its own files.
make_deb() {
    local tree=$work/build/$name
    can_build
    rm -f "$folder"/*.deb
    copy_files "$tree"
    cp -r "$tree/deploy/debian" "$tree/debian"
    cp "$tree"/deploy/systemd/*.service "$tree/debian/"
    write_changelog "$(cat "$tree/.epoch")" >"$tree/debian/changelog"
    # Without the caller's flags.
    (cd "$tree" && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u CFLAGS -u LDFLAGS dpkg-buildpackage -b -us -uc >"$work/log" 2>&1) ||
        { grep -v "^  [A-Z]" "$work/log" | tail -n 30 >&2; die 'dpkg-buildpackage failed'; }
    cp "$work"/build/*.deb "$folder/"
}

case $what in
    tarball) make_tarball; echo "$folder/$name.tar.gz" ;;
    deb) make_deb; ls "$folder"/sessiond_"$version"_*.deb ;;
    *) usage ;;
esac
