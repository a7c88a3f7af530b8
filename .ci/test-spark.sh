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
# The plans of Spark and what the test told stay here.
export LAKESCOPE_PLANS="${CARGO_TARGET_DIR:-target}/spark"
mkdir -p "$LAKESCOPE_PLANS"
LAKESCOPE_PLANS=$(cd "$LAKESCOPE_PLANS" && pwd)
told="$LAKESCOPE_PLANS/told.txt"
cargo test --release --locked --test it engines::spark -- --ignored --nocapture --test-threads=1 2>&1 | tee "$told"
ended=${PIPESTATUS[0]}
if [ -s "$LAKESCOPE_SKIPPED" ]; then
    sort -u "$LAKESCOPE_SKIPPED" | sed 's/^/SKIPPED /'
    echo "the test on Spark did not run; install what is told above and run it again" >&2
    exit 1
fi
if ! grep -q '^test result: ok. 1 passed' "$told"; then
    echo "the test on Spark did not pass, or was not found" >&2
    exit 1
fi
echo
grep -oE 'TIME .*' "$told"
echo "plans and times: $LAKESCOPE_PLANS"
exit "$ended"
