# shellcheck shell=bash
# Starts a system that was made in a folder (tests/matrix/system.sh) with its own systemd as its first process, so that
# units are run by what runs them elsewhere. It is sourced after tests/matrix/system.sh, and never run.
#
# The machine has namespaces of its own, but the network of this one, where the broker and the database are. Nothing of it
# is left when it was halted.

# find_manager: ends the script where no systemd could be a first process.
find_manager() {
    unshare --mount --cgroup --propagation private mount -t cgroup2 cgroup2 /mnt 2>/dev/null ||
        left_out 'this machine allows no control groups of its own'
}

# boot ROOT: its log is ROOT.console. Sets `first`, the id of its first process here.
boot() {
    local _
    root=$1 group=${1##*/}-$$
    # shellcheck disable=SC2016  # the inner shells expand them
    unshare --mount --propagation private bash -c '
        mount -t cgroup2 cgroup2 /mnt && mkdir "/mnt/$2" && echo $$ >"/mnt/$2/cgroup.procs" && umount /mnt &&
            exec unshare --mount --cgroup --pid --ipc --uts --fork --kill-child --propagation private bash -ec "$3" - "$1"
        ' - "$root" "$group" '
        mount --bind "$1" "$1"
        cd "$1"
        mount -t proc proc proc
        mount --bind proc/sys proc/sys
        mount -o remount,bind,ro proc/sys
        mount -t sysfs -o ro sysfs sys
        mount -t cgroup2 cgroup2 sys/fs/cgroup
        mount -t tmpfs -o mode=0755 tmpfs dev
        mkdir dev/pts dev/shm
        mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
        for name in null zero full random urandom tty; do touch "dev/$name"; mount --bind "/dev/$name" "dev/$name"; done
        for link in ptmx:pts/ptmx fd:/proc/self/fd stdin:fd/0 stdout:fd/1 stderr:fd/2; do
            ln -s "${link#*:}" "dev/${link%%:*}"
        done
        for folder in dev/shm:1777 run:0755 tmp:1777; do mount -t tmpfs -o "mode=${folder#*:}" tmpfs "${folder%:*}"; done
        pivot_root . mnt
        umount -l mnt
        mount --make-rshared / # as a container manager has to: what systemd mounts for a unit comes back by it
        exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=console
        ' >"$root.console" 2>&1 </dev/null &
    keeper=$!
    for _ in {1..300}; do
        kill -0 "$keeper" 2>/dev/null || break
        first=$(pgrep -P "$keeper") && booted 'systemctl -q is-active multi-user.target' 2>/dev/null && return
        sleep 0.2
    done
    cat "$root.console"
    return 1
}

# booted COMMAND: as root of the machine.
booted() {
    nsenter --target "$first" --mount --cgroup --pid --ipc --uts --root --wd \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive sh -c "$1"
}

# The last of its processes is gone before its first one is.
halt() {
    [ -n "${keeper:-}" ] || return 0
    kill -KILL "${first:-$keeper}" 2>/dev/null || true
    wait "$keeper" 2>/dev/null || true
    # shellcheck disable=SC2016  # the inner shell expands it
    unshare --mount --propagation private sh -c '
        mount -t cgroup2 cgroup2 /mnt && find "/mnt/$1" -depth -type d -exec rmdir {} +' - "$group" || true
    keeper=''
}
