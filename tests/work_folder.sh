# shellcheck shell=bash
# A folder that lasts as long as the script which sources this. It is sourced, never run.

# work_folder NAME [COMMAND...]: makes the folder `work`, which other users can read, as this machine's cache below /root
# may not be. However the script ends, the command is called and the folder is removed.
work_folder() {
    work=$(mktemp -d "/var/tmp/sessiond-$1.XXXXXX")
    chmod 755 "$work"
    at_end=("${@:2}")
    trap leave EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

leave() {
    local code=$?
    trap - EXIT
    ${at_end[@]+"${at_end[@]}"}
    rm -rf --one-file-system "${work:?}"
    exit "$code"
}
