#!/usr/bin/env bash
# Runs make demo and make check as on a fresh machine: a system that is made in a folder, and removed at the end.
#
#   tests/matrix/chroot.sh ORIGIN RELEASE      Debian trixie, Ubuntu noble
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh
# shellcheck source=tests/matrix/system.sh
. tests/matrix/system.sh
# shellcheck source=tests/work_folder.sh
. tests/work_folder.sh

origin=${1:?usage: tests/matrix/chroot.sh ORIGIN RELEASE}
release=${2:?usage: tests/matrix/chroot.sh ORIGIN RELEASE}
find_mirror "$origin"

work_folder matrix
root=$work/root

# A clone, since `make before` needs the history, with the present contents of the files.
copy_tree() {
    git clone -q --no-local . "$root/root/sessiond"
    git ls-files -z -co --exclude-standard | while IFS= read -r -d '' file; do
        [ ! -f "$file" ] || printf '%s\0' "$file"
    done | tar -cf - --null -T - | tar -xf - -C "$root/root/sessiond"
}

make_system "$origin" "$release" "$root" git,make
copy_tree
inside "$root" 'update-ca-certificates >/dev/null 2>&1; cd /root/sessiond && make -s demo && make -s check'
