# The words of the line up to the cursor, into `words`. Bash cuts a word at each = and : of it (COMP_WORDBREAKS).
_sessiond_words() {
    local i blank line=${COMP_LINE:0:COMP_POINT}
    words=("${COMP_WORDS[0]}")
    line=${line#*"${COMP_WORDS[0]}"}
    for ((i = 1; i <= COMP_CWORD; i++)); do
        blank=${line%%[![:space:]]*}
        line=${line#"$blank"}
        # Of the last one only what is before the cursor.
        if ((i == COMP_CWORD)); then COMP_WORDS[i]=$line; fi
        if [[ -n $blank ]]; then
            words+=("${COMP_WORDS[i]}")
        else
            words[${#words[@]} - 1]+=${COMP_WORDS[i]}
        fi
        line=${line#"${COMP_WORDS[i]}"}
    done
}

# _sessiond_offer PREFIX compgen's options...: what fits `current`, which begins with PREFIX. Bash wants only what is behind the last
# character at which it cuts.
_sessiond_offer() {
    local prefix=$1 cut=${current##*[=:]} word
    shift
    while IFS= read -r word; do
        word=$prefix$word
        COMPREPLY+=("${word#"${current%"$cut"}"}")
    done < <(compgen "$@" -- "${current#"$prefix"}")
}

_sessiond_files() {
    compopt -o filenames 2>/dev/null
    _sessiond_offer "$1" -f
}

# The value of -X: a key, or what is known of its values.
_sessiond_setting() {
    local key=${current%%=*}
    if [[ $current != *=* ]]; then
        compopt -o nospace 2>/dev/null
        _sessiond_offer '' -W "$(_sessiond_rows keys)"
    elif [[ $key == *.file ]]; then
        _sessiond_files "$key="
    else
        _sessiond_offer "$key=" -W "$(_sessiond_rows "values:$key")"
    fi
}

# _sessiond_value PREFIX NAME [WORD...]: what an option takes, called NAME, and what is known of it.
_sessiond_value() {
    case $2 in
        FILE) _sessiond_files "$1" ;;
        KEY=VALUE) _sessiond_setting ;;
        *) _sessiond_offer "$1" -W "${*:3}" ;;
    esac
}

# What the option takes; fails for one that takes nothing.
_sessiond_takes() { _sessiond_rows "takes:$1" || _sessiond_rows "takes:$command:$1"; }

_sessiond() {
    local command='' first='' current word
    local -a words takes=()
    COMPREPLY=()
    _sessiond_words
    current=${words[${#words[@]} - 1]}
    for word in "${words[@]:1:${#words[@]}-2}"; do
        if ((${#takes[@]} > 0)); then
            takes=()
        elif [[ $word == -?* ]]; then
            read -ra takes < <(_sessiond_takes "$word")
        elif [[ -z $command ]]; then
            command=$word
        elif [[ -z $first ]]; then
            first=$word
        fi
    done
    if ((${#takes[@]} > 0)); then
        _sessiond_value '' "${takes[@]}"
    elif [[ $current == --*=* ]]; then
        read -ra takes < <(_sessiond_takes "${current%%=*}")
        if ((${#takes[@]} > 0)); then _sessiond_value "${current%%=*}=" "${takes[@]}"; fi
    elif [[ $current == -?* || ($current == - && -z $command) ]]; then
        _sessiond_offer '' -W "$(_sessiond_rows globals) $(_sessiond_rows "options:$command:$first" || _sessiond_rows "options:$command")"
    elif [[ -z $command ]]; then
        _sessiond_offer '' -W "$(_sessiond_rows commands)"
    else
        if [[ -z $first ]]; then
            _sessiond_offer '' -W "$(_sessiond_rows "words:$command")"
        fi
        if _sessiond_rows "files:$command:$first"; then
            _sessiond_files ''
        fi
    fi
}

complete -F _sessiond sessiond
