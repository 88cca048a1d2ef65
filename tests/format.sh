#!/usr/bin/env bash
# clang-format of the one version that .clang-format is written for, wherever this runs: tests/requirements.txt.
#
#   tests/format.sh [option...] FILE...
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/paths.sh
. deploy/paths.sh

[ -d "$VENV" ] || die 'there is no clang-format yet; run deploy/setup.sh check'
exec "$VENV/bin/python" -c 'import clang_format; clang_format.clang_format()' "$@"
