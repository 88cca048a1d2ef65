#!/usr/bin/env bash
# Makes the manual pages from the program's own output, so that they always agree with it.
#
#   deploy/manual.sh PROGRAM FOLDER     FOLDER/sessiond.1 and FOLDER/sessiond.conf.5
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: ${0##*/} PROGRAM FOLDER" >&2; exit 64; }
program=$1 folder=$2
mkdir -p "$folder"

# .Dd of mdoc: the day of the release, where a package or a tarball gives it.
day=$(LC_ALL=C date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" '+%B %-d, %Y')

# Keeps texts as they are: a backslash and a leading dot or quote have a meaning in roff, and a minus must stay a minus.
literally() { sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^[.']/\\\\\&&/"; }

# block COMMAND...: its output in the width and font of a terminal.
block() {
    echo '.Bd -literal'
    "$@" | literally
    echo '.Ed'
}

subcommands() { "$program" --help | sed -n 's/^  \([a-z]*\)  *[A-Z].*/\1/p'; }

sessiond_1() {
    local name
    printf '.Dd %s\n.Dt SESSIOND 1\n.Os\n.Sh NAME\n.Nm sessiond\n.Nd create-session commands from Kafka into PostgreSQL and events\n' "$day"
    printf '.Sh SYNOPSIS\n.Nm\n.Op Fl F Ar file\n.Op Fl X Ar key=value\n.Op Fl v | q\n.Op Fl \\-json\n.Ar command\n.Op Ar options\n'
    printf '.Sh DESCRIPTION\n'
    block "$program" --help
    printf '.Sh COMMANDS\n'
    for name in $(subcommands); do
        printf '.Ss %s\n' "$name"
        block "$program" "$name" --help
    done
    printf '.Sh FILES\n.Bl -tag -width Ds\n.It Pa /etc/sessiond/sessiond.conf\nthe configuration:\n.Xr sessiond.conf 5\n'
    printf '.It Pa /etc/sessiond/secrets\na file for each secret, named after its key, for the units of systemd\n.El\n'
    printf '.Sh SEE ALSO\n.Xr sessiond.conf 5\n.Pp\n.Pa /usr/share/doc/sessiond/README.md\n'
}

sessiond_conf_5() {
    printf '.Dd %s\n.Dt SESSIOND.CONF 5\n.Os\n.Sh NAME\n.Nm sessiond.conf\n.Nd configuration of sessiond\n.Sh DESCRIPTION\n' "$day"
    printf 'One key=value a line; # begins a comment line; a value is what stands there, without quotes.\n.Bl -tag -width Ds\n'
    "$program" config --list --json | jq -r 'to_entries[] | .key, .value.meaning,
        "(" + .value.type + (.value.default | if . == null or . == "" then "" else "; default: " + tostring end) + ")"' | literally |
        sed -e 's/^/.No /' -e '1~3s/^.No /.It Ic /'
    printf '.El\n.Sh SEE ALSO\n.Xr sessiond 1\n'
}

sessiond_1 >"$folder/sessiond.1"
sessiond_conf_5 >"$folder/sessiond.conf.5"
