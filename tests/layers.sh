#!/usr/bin/env bash
# Proves that the folder tree is the architecture drawing: includes point one way, and each library is called from one
# place.
#
#   tests/layers.sh BUILD
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:?usage: tests/layers.sh BUILD}

# Which of our layers each layer may include. The adapters (codec, kafka, postgres, registry) know nothing of each
# other.
base='config runtime json core'
adapters="codec avro kafka postgres registry http $base"
may_include() {
    case $1 in
        core) echo core ;;
        json) echo json core ;;
        runtime) echo runtime json core ;;
        config) echo "$base" ;;
        avro | kafka | postgres | registry) echo "$1 $base" ;;
        codec) echo "codec avro $base" ;;
        http) echo "http codec $base" ;;
        worker) echo "worker $adapters" ;;
        cli | main) echo "cli worker $adapters" ;;
        *) return 1 ;;
    esac
}

# Where each foreign header may be included. A header that is not listed must be the C library's.
foreign_header() {
    case $1 in
        librdkafka/*) echo kafka ;;
        libpq* | postgres* | pg_*) echo postgres ;;
        avro*) echo avro codec ;;
        jansson*) echo avro registry ;;
        curl/*) echo registry ;;
        microhttpd*) echo http ;;
        mimalloc*) echo runtime ;;
        *) return 1 ;;
    esac
}

# Which archives may call a foreign library, by the prefix of its names.
foreign_calls='
rd_kafka_  kafka
PQ         postgres
avro_      avro codec
json_      avro registry
curl_      registry
MHD_       http
mi_        runtime
'

c_headers=' assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic
stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype '

failures=0
fail() {
    echo "layers: $*"
    failures=$((failures + 1))
}
among() { case " $2 " in *" $1 "*) ;; *) return 1 ;; esac }

layer_of() {
    case $1 in
        src/main.c) echo main ;;
        *) cut -d / -f 2 <<<"$1" ;;
    esac
}

check_include() {
    local file=$1 line=$2 text=$3 layer target allowed
    layer=$(layer_of "$file")
    target=${text:1:${#text}-2}
    case $text in
        '"gen/'*) allowed='codec postgres http cli'
            among "$layer" "$allowed" || fail "$file:$line: $layer includes $target, which belongs to $allowed" ;;
        '"kafka/tools/'*) [[ $layer = cli || $layer = main || $file = */kafka/tools/* ]] || fail "$file:$line: includes $target, which is for commands only" ;;
        '"'*) allowed=$(may_include "$layer") || { fail "$file: $layer is no layer"; return; }
            among "${target%%/*}" "$allowed" || fail "$file:$line: $layer includes $target" ;;
        '<'*)
            if allowed=$(foreign_header "$target"); then
                among "$layer" "$allowed" || fail "$file:$line: $layer includes <$target>, which belongs to $allowed"
            elif [ "$layer" = core ]; then
                among "${target%.h}" "${c_headers//$'\n'/ }" || fail "$file:$line: core includes <$target>, which is not C11's"
            fi ;;
    esac
}

check_includes() {
    local file line text count=0
    while IFS=: read -r file line text; do
        [[ $text =~ [\"\<][^\"\>]*[\"\>] ]] && check_include "$file" "$line" "${BASH_REMATCH[0]}"
        count=$((count + 1))
    done < <(grep -rn --include='*.[ch]' '^#[ ]*include' src include)
    [ $count -gt 0 ] || fail 'found no #include at all'
}

# Names that an archive uses and that none of our archives defines.
foreign_names() {
    nm -u "$1" | awk 'NF == 2 { print $2 }' | sort -u | comm -23 - "$ours"
}

check_calls() {
    local archive layer prefix allowed name seen=''
    ours=$(mktemp)
    trap 'rm -f "$ours"' EXIT
    nm --defined-only "$build"/lib*.a | awk 'NF == 3 { print $3 }' | sort -u >"$ours"
    for archive in "$build"/lib*.a; do
        layer=$(basename "$archive" .a)
        layer=${layer#lib}
        while read -r prefix allowed; do
            [ -n "$prefix" ] || continue
            name=$(foreign_names "$archive" | grep -m1 "^$prefix" || true)
            if [ -z "$name" ]; then continue; fi
            seen="$seen $prefix"
            among "$layer" "$allowed" || fail "lib$layer.a calls $name; $prefix* belongs to $allowed"
        done <<<"$foreign_calls"
    done
    for prefix in rd_kafka_ PQ avro_; do
        among "$prefix" "$seen" || fail "no archive in $build calls $prefix*: is it built?"
    done
}

check_includes
check_calls
[ $failures -eq 0 ] || exit 1
echo 'layers: includes point one way, each library is called from its own layer'
