# The value of -X: a key, or what is known of its values.
_sessiond_setting() {
    if ! compset -P 1 '*='; then
        _sessiond_keys
        return
    fi
    local key=${${IPREFIX%=}##*[^a-z.]}
    if [[ $key == *.file ]]; then
        _files
    else
        local -a values=(${=$(_sessiond_values $key)})
        compadd -a values
    fi
}

_sessiond() {
    local curcontext=$curcontext state state_descr line
    local -A opt_args
    _arguments -C $_sessiond_globals '1:command:_sessiond_commands' '*::argument:->arguments' && return
    if [[ $state == arguments ]] && (( $+functions[_sessiond_command_$words[1]] )); then
        _sessiond_command_$words[1]
    fi
}

# Both ways: found in $fpath by its name, and sourced.
if [[ $funcstack[1] == _sessiond ]]; then
    _sessiond "$@"
else
    compdef _sessiond sessiond
fi
