#!/usr/bin/env bash
# Shows the real thing in under a minute: a Kafka broker, a PostgreSQL and a worker in a temporary folder; one command
# of every kind; 20,000 commands with a kill -9 in the middle; a count; and `sessiond verify` over all of it. Everything
# is stopped and removed at the end, also after a failure or Ctrl-C. Exits with 1 when a count is wrong or verify finds
# something.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/paths.sh

dir=$(mktemp -d "${TMPDIR:-/tmp}/sessiond-demo.XXXXXX")
. deploy/environment.sh

readers=()
stop() {
    local code=$?
    trap - EXIT INT TERM
    if [ "$code" = 1 ] && [ -s "$worker_log" ]; then
        say 'The last lines of the worker:'
        tail -5 "$worker_log" >&2
    fi
    stop_readers
    remove_environment || true
    rm -rf "$dir"
    exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

tell() { printf '\n%s\n' "$*"; }
now_ms() { date +%s%3N; }

# ---- Events, as a read_committed consumer sees them ------------------------------------------------------------------

# One file for each topic, one JSON object a line, with the time at which the event was seen.
read_events() {
    local topic
    for topic in created rejected; do
        : >"$dir/$topic.jsonl"
        # The program itself and not a function, because $! has to be its process.
        "$build/sessiond" -F "$conf" tail $topic --from beginning --json > >(jq -c --unbuffered '. + {seen: now}' >"$dir/$topic.jsonl") &
        readers+=($!)
    done
}

stop_readers() {
    [ ${#readers[@]} -gt 0 ] || return 0
    kill "${readers[@]}" 2>/dev/null || true
    wait "${readers[@]}" 2>/dev/null || true
    readers=()
}

events_seen() { cat "$dir/created.jsonl" "$dir/rejected.jsonl" | wc -l; }

wait_for_events() {
    local deadline=$((SECONDS + 30))
    until [ "$(events_seen)" -ge "$1" ]; do
        [ $SECONDS -lt $deadline ] || die "waited 30 s for $1 events, saw $(events_seen)"
        sleep 0.05
    done
}

shown=0
show_next_event() {
    shown=$((shown + 1))
    wait_for_events $shown
    jq -sr 'max_by(.seen) | "  \(.topic | sub(".*\\."; "")): \(.value | tojson)"' "$dir/created.jsonl" "$dir/rejected.jsonl"
}

# ---- One command of every kind ---------------------------------------------------------------------------------------

id() { printf '%08x-0000-4000-8000-000000000000' "$1"; }

send_and_show() {
    sessiond send "$@" >/dev/null 2>&1
    show_next_event
}

one_of_every_kind() {
    tell '1. Three valid commands, by flags and as JSON:'
    send_and_show --command-id "$(id 1)" --group-id 1 --study-activity-id 1
    send_and_show --command-id "$(id 2)" --group-id 2 --study-activity-id 1
    send_and_show - <<<"{\"command_id\": \"$(id 3)\", \"group_id\": 1, \"study_activity_id\": 1}"
    tell '2. The third again, word for word: the same event again, no second row.'
    send_and_show - <<<"{\"command_id\": \"$(id 3)\", \"group_id\": 1, \"study_activity_id\": 1}"
    tell '3. Its id with other values:'
    send_and_show - <<<"{\"command_id\": \"$(id 3)\", \"group_id\": 2, \"study_activity_id\": 1}"
    tell '4. A field is missing:'
    send_and_show - <<<"{\"command_id\": \"$(id 4)\", \"group_id\": 1}"
    tell '5. A group that does not exist:'
    send_and_show --command-id "$(id 5)" --group-id 999 --study-activity-id 1
    tell '6. Something that is no command (a copy of it goes to study-sessions.commands.dlq):'
    send_and_show --raw - <<<'what is this?'
}

# ---- A backlog and a kill -9 -----------------------------------------------------------------------------------------

# In 20,000: 200 name an unknown group, 100 lack a field, 400 repeat an earlier command.
backlog() {
    awk 'function command(i) {
             return sprintf("{\"command_id\": \"%08x-1111-4000-8000-000000000000\", %s\"study_activity_id\": 1}", i,
                            i % 200 == 50 ? "" : "\"group_id\": " (i % 100 == 0 ? 999 : 1 + i % 2) ", ")
         }
         BEGIN { for (i = 1; i <= 20000; i++) print command(i % 50 == 25 ? i - 7 : i) }'
}

query() { sql -At -c "$1"; }

# Returns when that many sessions have been created. The sequence counts them and is cheap to ask.
wait_for_sessions() {
    sql -c "SET statement_timeout = '30s'" -c "DO \$\$ BEGIN
        WHILE (SELECT last_value FROM study_sessions_id_seq) < $1 LOOP PERFORM pg_sleep(0.002); END LOOP; END \$\$"
}

kill_in_the_middle() {
    backlog >"$dir/backlog.jsonl"
    sessiond send "$dir/backlog.jsonl" >/dev/null 2>&1 &
    local sender=$!
    wait_for_sessions 7000
    kill -9 "$(worker_pid)"
    wait "$(worker_pid)" 2>/dev/null || true
    restarted_ms=$(now_ms)
    start_worker "${worker_options[@]}"
    rows_at_kill=$(query 'SELECT count(*) FROM study_sessions')
    [ "$rows_at_kill" -lt 19303 ] || die 'the kill came too late'
    wait "$sender" || die 'could not send the backlog'
}

# ---- The count -------------------------------------------------------------------------------------------------------

# "committed end": what the group has committed and where the topic ends, summed over all partitions, by Kafka's own
# tool.
group_offsets() {
    java -cp "$JARS/*" -XX:TieredStopAtLevel=1 -XX:-UsePerfData org.apache.kafka.tools.consumer.group.ConsumerGroupCommand \
        --bootstrap-server "$KAFKA" --describe --group sessiond 2>/dev/null |
        awk '$2 == "study-sessions.commands" { committed += $4; end += $5 } END { print committed + 0, end + 0 }'
}

# Seconds from the restart to the first event that the new process had committed.
seconds_to_recover() {
    jq -rn --argjson restarted "$restarted_ms" '
        [inputs | select(.timestamp >= $restarted) | .seen] | (min * 1000 - $restarted) / 10 | round / 100' \
        "$dir/created.jsonl" "$dir/rejected.jsonl"
}

line() { printf '  %-10s %7s   %s\n' "$@"; }

# expect NAME FOUND EXPECTED EXPLANATION
wrong=0
expect() {
    line "$1" "$2" "$4"
    [ "$2" = "$3" ] || { printf '  %-10s %7s   expected!\n' '' "$3"; wrong=1; }
}

count() {
    local committed end events answered
    read -r committed end < <(group_offsets)
    events=$(events_seen)
    answered=$(jq -r '"\(.headers["command-partition"])/\(.headers["command-offset"])"' \
        "$dir/created.jsonl" "$dir/rejected.jsonl" | sort -u | wc -l)
    jq -r .value.session.id "$dir/created.jsonl" | sort -u >"$dir/announced"
    query 'SELECT id FROM study_sessions' | sort -u >"$dir/stored"

    expect commands "$end" 20008 'sent'
    expect committed "$committed" 20008 'offsets of the consumer group'
    expect events "$events" 20008 "$(wc -l <"$dir/created.jsonl") created (401 of them repeated for duplicates), $(wc -l <"$dir/rejected.jsonl") rejected"
    expect outcomes "$(query 'SELECT count(*) FROM command_outcomes')" 19605 'different command ids decided, once each'
    expect rows "$(query 'SELECT count(*) FROM study_sessions')" 19303 'study sessions'
    expect missing $((end - answered)) 0 'commands without an event'
    expect twice $((events - answered)) 0 'events beyond one for each command'
    expect unmatched "$(comm -3 "$dir/announced" "$dir/stored" | wc -l)" 0 'created events without a row, rows without an event'
    line recovered "$(seconds_to_recover)" 'seconds from the restart to the first newly committed event'
}

# ---- In order --------------------------------------------------------------------------------------------------------

# Small batches make sure that the kill comes between two of many transactions.
worker_options=(-X batch.max.messages=500)

echo "Starting Kafka, PostgreSQL and a worker in $dir"
start_environment
start_worker "${worker_options[@]}"
[ -z "$page" ] || echo "Its page, while this runs: http://$page/"
read_events

one_of_every_kind

tell '7. 20,000 commands, and kill -9 of the worker in the middle:'
kill_in_the_middle
wait_for_events 20008
stop_worker || die "the worker ended with $?"
# Events that should not exist would come now.
sleep 1
stop_readers
echo "   killed with about $rows_at_kill rows inserted, restarted at once, drained"
echo
count
[ $wrong -eq 0 ] || die 'the counts are wrong'

tell '8. Does all of it keep what is promised? sessiond verify:'
sessiond verify | sed 's/^/  /' || die 'verify has found a discrepancy'

[ -z "$page" ] || tell "The worker's page was http://$page/; make up starts one that stays, and prints its address."
