#!/usr/bin/env bash
# Runs a private Kafka broker, a private PostgreSQL and, for tests, a private schema registry in one folder, on free
# ports of 127.0.0.1. The script that starts them has to stop them.
#
#   services.sh start DIR [option...]       both; writes DIR/services.env
#   services.sh stop DIR                    both; the data stays, start brings it back on the same ports
#   services.sh remove DIR                  both at once, with their data
#   services.sh env DIR                     prints services.env: KAFKA, PG*, what a program needs to reach them
#   services.sh start-kafka|start-postgres DIR [option...]
#   services.sh stop-kafka DIR [SIGNAL]     TERM (default), KILL, STOP, CONT ...
#   services.sh stop-postgres DIR [MODE]    fast (default), smart, immediate
#   services.sh start-registry DIR          also a schema registry, empty at each start; REGISTRY is its base URL
#   services.sh stop-registry DIR [SIGNAL]
#   services.sh free-port DIR               prints a port that stays free for a server of the caller's
#
# Options:
#   --fsync on|off             PostgreSQL's; on by default. off for tests without power failures
#   --kafka-config KEY=VALUE   a broker setting, repeatable
#   --sasl                     a second listener, KAFKA_SASL: SCRAM-SHA-256 users, and by PLAIN worker, stranger and changing
#                              (password right), who may do only what ACLs allow; clients of the first listener may do everything
#   --proxied                  a third listener, KAFKA_PROXIED, that tells its clients to come by KAFKA_PROXY: a port that is
#                              free for a proxy of the caller's
#   --postgres-config KEY=VALUE
#
# Only the first start reads options; they are kept with the data. As root, PostgreSQL runs as the user `postgres`. It
# is the system's newest version; POSTGRES_BIN names a folder with the programs of another one, KAFKA_VERSION another
# broker (setup.sh).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=deploy/paths.sh
. "$here/paths.sh"

usage() { sed -n '2,26s/^# \{0,1\}//p' "$0" >&2; exit 64; }

# ---- Ports and waiting -----------------------------------------------------------------------------------------------

# Ports are chosen by one script at a time. Otherwise two sets of services that start together could choose the same
# port, and a broker that cannot open its second listener ends after it has answered on its first.
next_port() {
    local file=/tmp/sessiond-ports.$UID last
    (
        flock 9
        last=$(cat "$file" 2>/dev/null || echo $RANDOM)
        last=$(((last + 1) % 22000))
        echo $last >"$file"
        echo $((10240 + last))
    ) 9>>"$file.lock"
}

# Ports are below the range that Linux gives to outgoing connections, so that a port stays free between two starts.
free_port() {
    local port
    for _ in {1..100}; do
        port=$(next_port)
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
    die 'no free port'
}

# wait_for SECONDS PID COMMAND...: until the command succeeds; fails at once when the process is gone.
wait_for() {
    local deadline=$((SECONDS + $1)) pid=$2
    shift 2
    until "$@"; do
        ! gone "$pid" || return 1
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.1
    done
}

# Counts a dead process that nobody has waited for as gone. (The command line does not tell: a process has none while it
# is being executed.)
gone() {
    case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in
        '' | [ZX]*) return 0 ;;
        *) return 1 ;;
    esac
}

# stop_java kafka|registry SIGNAL
stop_java() {
    local name=$1 signal=$2 pid
    "${name}_runs" || return 0
    pid=$("${name}_pid")
    kill -s "$signal" "$pid"
    case $signal in
        STOP | CONT) return ;;
    esac
    wait_for 20 "$pid" "${name}_stopped" || kill -s KILL "$pid" 2>/dev/null || true
    rm -f "$dir/$name/pid"
}

# ---- Kafka -----------------------------------------------------------------------------------------------------------

# Compression libraries are unpacked into java.io.tmpdir, and a killed broker leaves them there.
kafka_java() {
    java -cp "$JARS/*" -XX:-UsePerfData -Djava.io.tmpdir="$dir/kafka" -Dlog4j2.configurationFile="$dir/kafka/log4j2.properties" "$@"
}

write_kafka_config() {
    local port=$1 controller_port=$2
    cat >"$dir/kafka/log4j2.properties" <<-EOF
		appender.console.type = Console
		appender.console.name = console
		appender.console.layout.type = PatternLayout
		appender.console.layout.pattern = %d %p %m (%c{1})%n
		rootLogger.level = WARN
		rootLogger.appenderRef.console.ref = console
	EOF
    # One node: every internal topic has one replica, and few partitions, since each is a folder to create at the start.
    # Partitions must never be without a leader while the broker runs: a transaction that ends in that moment gets no
    # markers and hangs for ever (4.3.1 takes such partitions for deleted ones). A controlled shutdown would leave them
    # so, and the end of a broker's session after a pause; after a stop, end_last_session.
    cat >"$dir/kafka/server.properties" <<-EOF
		process.roles=broker,controller
		node.id=1
		listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller_port
		advertised.listeners=PLAINTEXT://127.0.0.1:$port
		listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
		controller.listener.names=CONTROLLER
		controller.quorum.bootstrap.servers=127.0.0.1:$controller_port
		log.dirs=$dir/kafka/data
		auto.create.topics.enable=false
		offsets.topic.replication.factor=1
		offsets.topic.num.partitions=4
		transaction.state.log.replication.factor=1
		transaction.state.log.min.isr=1
		transaction.state.log.num.partitions=4
		share.coordinator.state.topic.replication.factor=1
		share.coordinator.state.topic.min.isr=1
		share.coordinator.state.topic.num.partitions=1
		group.initial.rebalance.delay.ms=0
		broker.session.timeout.ms=120000
		broker.heartbeat.interval.ms=500
		controlled.shutdown.enable=false
	EOF
    printf '%s\n' ${kafka_config[@]+"${kafka_config[@]}"} >>"$dir/kafka/server.properties"
}

# add_listener NAME PROTOCOL PORT ADVERTISED: appends to the lists of server.properties.
add_listener() {
    sed -i -e "s|^listeners=.*|&,$1://127.0.0.1:$3|" -e "s|^advertised.listeners=.*|&,$1://127.0.0.1:$4|" \
        -e "s|^listener.security.protocol.map=.*|&,$1:$2|" "$dir/kafka/server.properties"
}

add_sasl() {
    local port
    port=$(free_port)
    add_listener SASL SASL_PLAINTEXT "$port" "$port"
    cat >>"$dir/kafka/server.properties" <<-EOF
		sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256
		listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_worker="right" user_stranger="right" user_changing="right";
		listener.name.sasl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
		authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
		super.users=User:ANONYMOUS
	EOF
}

# Asks for the metadata of all topics (Metadata v0, the same bytes on every broker) and succeeds when the answer lists a
# broker: the port opens before the broker has joined its own cluster.
kafka_answers() {
    local brokers
    { brokers=$(
        exec 3<>"/dev/tcp/127.0.0.1/$1"
        printf '\0\0\0\x13\0\x03\0\0\0\0\0\x01\0\x05ready\0\0\0\0' >&3
        timeout 5 head -c 12 <&3 | od -An -t u1 -j 11
    ); } 2>/dev/null
    [ "${brokers:-0}" -ge 1 ]
}

kafka_pid() { cat "$dir/kafka/pid" 2>/dev/null; }

# By its command line: after a reboot the number may be another process's.
kafka_runs() { grep -qsF "$dir/kafka/server.properties" "/proc/$(kafka_pid)/cmdline"; }

kafka_stopped() { ! kafka_runs; }

# listener_port KEY NAME: what server.properties says.
listener_port() { sed -n "s|^$1=.*$2://127.0.0.1:\([0-9]*\).*|\1|p" "$dir/kafka/server.properties"; }
kafka_port() { listener_port listeners PLAINTEXT; }

session_ended() {
    awk '/Fencing broker/ { decided = 1 } decided && /Replayed .* fenced=1/ { ended = 1 } END { exit !ended }' "$1" 2>/dev/null
}

# A broker that comes back finds itself the leader of everything and begins with overdue transactions. Then the
# controller, in the same process, ends the broker's earlier session, and no partition has a leader until the broker is
# registered anew. So the controller first runs alone, for the second that this takes.
end_last_session() {
    local log=$dir/kafka/controller.log pid
    sed -e 's/^process.roles=.*/process.roles=controller/' -e '/^advertised.listeners=/d' \
        -e 's|^listeners=.*\(CONTROLLER://[^,]*\).*|listeners=\1|' -e 's/^broker.session.timeout.ms=.*/broker.session.timeout.ms=100/' \
        "$dir/kafka/server.properties" >"$dir/kafka/controller.properties"
    sed 's/^rootLogger.level.*/rootLogger.level = INFO/' "$dir/kafka/log4j2.properties" >"$dir/kafka/controller.log4j2.properties"
    java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$JARS/*" -XX:-UsePerfData -Djava.io.tmpdir="$dir/kafka" \
        -Dlog4j2.configurationFile="$dir/kafka/controller.log4j2.properties" kafka.Kafka "$dir/kafka/controller.properties" \
        >"$log" 2>&1 </dev/null &
    pid=$!
    if wait_for 20 "$pid" session_ended "$log"; then sleep 0.2; fi # it writes what it has decided
    kill -s TERM "$pid" 2>/dev/null || true
    wait_for 10 "$pid" gone "$pid" || kill -s KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

launch_kafka() {
    if kafka_runs; then return; fi
    [ -d "$JARS" ] || die "no Kafka jars in $JARS; run deploy/setup.sh"
    if [ ! -f "$dir/kafka/server.properties" ]; then
        mkdir -p "$dir/kafka"
        write_kafka_config "$(free_port)" "$(free_port)"
        [ -z "$sasl" ] || add_sasl
        [ -z "$proxied" ] || add_listener PROXIED PLAINTEXT "$(free_port)" "$(free_port)"
        kafka_java -XX:TieredStopAtLevel=1 kafka.tools.StorageTool format --standalone --cluster-id c2Vzc2lvbmQtcHJpdmF0ZQ \
            --config "$dir/kafka/server.properties" >"$dir/kafka/log" 2>&1 || { cat "$dir/kafka/log" >&2; die 'cannot format Kafka'; }
    fi
    [ ! -f "$dir/kafka/ran" ] || end_last_session
    : >"$dir/kafka/ran"
    # A session of its own: Ctrl-C reaches the script, which stops things in order.
    KAFKA_OPTS=${KAFKA_OPTS:--Xms256m -Xmx512m -XX:+UseSerialGC}
    # shellcheck disable=SC2086  # KAFKA_OPTS is a list of words
    setsid java $KAFKA_OPTS -cp "$JARS/*" -XX:-UsePerfData -Djava.io.tmpdir="$dir/kafka" \
        -Dlog4j2.configurationFile="$dir/kafka/log4j2.properties" kafka.Kafka "$dir/kafka/server.properties" >>"$dir/kafka/log" 2>&1 </dev/null &
    echo $! >"$dir/kafka/pid"
    until kafka_runs || gone $!; do sleep 0.01; done
}

await_kafka() {
    wait_for 180 "$(kafka_pid)" kafka_answers "$(kafka_port)" && return
    tail -20 "$dir/kafka/log" >&2
    die "Kafka did not start, see $dir/kafka/log"
}

stop_kafka() { stop_java kafka "${1:-TERM}"; }

# ---- PostgreSQL ------------------------------------------------------------------------------------------------------

initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -1 || true)
pgbin=${POSTGRES_BIN:-${initdb%/initdb}}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/nonexistent LC_ALL=C "$@")
    else
        LC_ALL=C "$@"
    fi
}

# The data is in DIR or, where the user postgres has no access (a clone below /root), in a folder that DIR/postgres
# points to.
make_postgres_home() {
    if [ "$(id -u)" != 0 ]; then
        mkdir -p "$dir/postgres"
        return
    fi
    chmod go+x "$dir"
    if as_postgres test -x "$dir"; then
        mkdir -p "$dir/postgres"
    else
        ln -sfn "$(mktemp -d /var/tmp/sessiond-postgres.XXXXXX)" "$dir/postgres"
    fi
    chown postgres: "$(readlink -f "$dir/postgres")"
}

postgres_home() { readlink -f "$dir/postgres"; }
postgres_setting() { sed -n "s/^$1 = '\{0,1\}\([^']*\)'\{0,1\}$/\1/p" "$(postgres_home)/data/postgresql.auto.conf" | tail -1; }

create_postgres() {
    local home socket=''
    make_postgres_home
    home=$(postgres_home)
    as_postgres "$pgbin/initdb" -D "$home/data" -U postgres -A trust -E UTF8 --no-sync >"$dir/postgres.initdb.log" 2>&1 ||
        { cat "$dir/postgres.initdb.log" >&2; die 'initdb failed'; }
    rm -f "$dir/postgres.initdb.log"
    # A socket's path may have 107 bytes.
    [ ${#home} -gt 80 ] || socket=$home
    {
        printf "%s = '%s'\n" listen_addresses 127.0.0.1 port "$(free_port)" unix_socket_directories "$socket" fsync "$fsync"
        for pair in ${postgres_config[@]+"${postgres_config[@]}"}; do printf "%s = '%s'\n" "${pair%%=*}" "${pair#*=}"; done
    } | as_postgres tee "$home/data/postgresql.auto.conf" >/dev/null
}

postgres_running() { as_postgres "$pgbin/pg_ctl" -D "$(postgres_home)/data" status >/dev/null 2>&1; }

start_postgres() {
    [ -n "$pgbin" ] || die 'no PostgreSQL server below /usr/lib/postgresql; run deploy/setup.sh'
    [ -d "$dir/postgres" ] || create_postgres
    postgres_running && return
    local home
    home=$(postgres_home)
    as_postgres "$pgbin/pg_ctl" -D "$home/data" -l "$home/log" -t 60 -s start >&2 ||
        { tail -20 "$home/log" >&2; die "PostgreSQL did not start, see $home/log"; }
    local sql=("${initdb%/initdb}/psql" -X -q -h 127.0.0.1 -p "$(postgres_setting port)" -U postgres -d postgres)
    [ -n "$("${sql[@]}" -Atc "SELECT 1 FROM pg_database WHERE datname = 'sessiond'")" ] ||
        "${sql[@]}" -c 'CREATE DATABASE sessiond'
}

stop_postgres() {
    [ -d "$dir/postgres" ] && postgres_running || return 0
    as_postgres "$pgbin/pg_ctl" -D "$(postgres_home)/data" -t 60 -s -m "${1:-fast}" stop >&2
}

# ---- The schema registry ---------------------------------------------------------------------------------------------

registry_pid() { cat "$dir/registry/pid" 2>/dev/null; }
registry_runs() { grep -qsF "$dir/registry" "/proc/$(registry_pid)/cmdline"; }
registry_stopped() { ! registry_runs; }
registry_port() { cat "$dir/registry/port"; }
registry_url() { echo "http://127.0.0.1:$(registry_port)/apis/ccompat/v7"; }

registry_answers() {
    local status
    { status=$(
        exec 3<>"/dev/tcp/127.0.0.1/$(registry_port)"
        printf 'GET /apis/ccompat/v7/subjects HTTP/1.0\r\n\r\n' >&3
        timeout 10 head -n 1 <&3
    ); } 2>/dev/null
    case $status in *' 200 '*) ;; *) return 1 ;; esac
}

start_registry() {
    if registry_runs; then return; fi
    [ -d "$REGISTRY_APP" ] || die "no schema registry in $REGISTRY_APP; run deploy/setup.sh check"
    mkdir -p "$dir/registry"
    [ -f "$dir/registry/port" ] || free_port >"$dir/registry/port"
    setsid java -Xmx400m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Djava.io.tmpdir="$dir/registry" \
        -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port="$(registry_port)" \
        -jar "$REGISTRY_APP"/apicurio-registry-app-*-runner.jar >>"$dir/registry/log" 2>&1 </dev/null &
    echo $! >"$dir/registry/pid"
    until registry_runs || gone $!; do sleep 0.01; done
    wait_for 120 $! registry_answers && return
    tail -20 "$dir/registry/log" >&2
    die "the schema registry did not start, see $dir/registry/log"
}

stop_registry() { stop_java registry "${1:-TERM}"; }

# ---- All of them -----------------------------------------------------------------------------------------------------

write_kafka_env() {
    local port
    echo "KAFKA=127.0.0.1:$(kafka_port)"
    for port in KAFKA_SASL=$(listener_port listeners SASL) KAFKA_PROXIED=$(listener_port listeners PROXIED) \
        KAFKA_PROXY=$(listener_port advertised.listeners PROXIED); do
        [ -z "${port#*=}" ] || echo "${port%%=*}=127.0.0.1:${port#*=}"
    done
}

write_env() {
    {
        [ ! -f "$dir/kafka/server.properties" ] || write_kafka_env
        [ ! -f "$dir/registry/port" ] || echo "REGISTRY=$(registry_url)"
        if [ -d "$dir/postgres" ]; then
            printf '%s\n' PGHOST=127.0.0.1 "PGPORT=$(postgres_setting port)" PGUSER=postgres PGDATABASE=sessiond \
                "PGSOCKET=$(postgres_setting unix_socket_directories)"
        fi
        echo "JARS=$JARS"
    } >"$dir/services.env.new"
    mv "$dir/services.env.new" "$dir/services.env"
}

# The database starts while Java warms up. An interrupt waits for the half that is being launched, so that `remove` can
# find its process.
start_both() {
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap wait EXIT
    launch_kafka &
    local kafka=$!
    start_postgres
    wait "$kafka"
    await_kafka
}

remove_both() {
    stop_kafka KILL
    stop_registry KILL
    stop_postgres immediate
    [ ! -L "$dir/postgres" ] || rm -rf "$(postgres_home)"
    rm -rf "$dir/kafka" "$dir/postgres" "$dir/registry" "$dir/services.env"
}

[ $# -ge 2 ] || usage
verb=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
shift 2

how=''
fsync=on
sasl=''
proxied=''
kafka_config=()
postgres_config=()
while [ $# -gt 0 ]; do
    case $1 in
        --fsync) fsync=${2:?}; shift ;;
        --sasl) sasl=yes ;;
        --proxied) proxied=yes ;;
        --kafka-config) kafka_config+=("${2:?}"); shift ;;
        --postgres-config) postgres_config+=("${2:?}"); shift ;;
        -*) usage ;;
        *) how=$1 ;;
    esac
    shift
done

case $verb in
    start) start_both; write_env ;;
    start-kafka) launch_kafka; await_kafka; write_env ;;
    start-postgres) start_postgres; write_env ;;
    start-registry) start_registry; write_env ;;
    stop-registry) stop_registry "$how" ;;
    stop) stop_kafka; stop_registry; stop_postgres ;;
    stop-kafka) stop_kafka "$how" ;;
    stop-postgres) stop_postgres "$how" ;;
    remove) remove_both ;;
    env) cat "$dir/services.env" ;;
    free-port) free_port ;;
    *) usage ;;
esac
