#!/usr/bin/env bash
# Stops what up.sh has started. The data in build/dev stays for the next `make up`; `make clean` removes it.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/paths.sh
dir=build/dev
[ -d $dir ] || exit 0
. deploy/environment.sh

stop_worker || true
deploy/services.sh stop $dir
