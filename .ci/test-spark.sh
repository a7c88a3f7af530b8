#!/usr/bin/env bash
# The tests of the remote engine on Apache Spark: a master, two workers and a server of Spark Connect on this machine.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/env.sh
source .ci/env.sh
use_cmake

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export LAKESCOPE_SKIPPED="$scratch/skipped"
: >"$LAKESCOPE_SKIPPED"
cargo test --release --locked --test it engines::spark -- --ignored --nocapture --test-threads=1
ended=$?
if [ -s "$LAKESCOPE_SKIPPED" ]; then
    sort -u "$LAKESCOPE_SKIPPED" | sed 's/^/SKIPPED /'
fi
exit "$ended"
