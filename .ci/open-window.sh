#!/usr/bin/env bash
# Opens the window on the lake $1, or says why there can be none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/env.sh
source .ci/env.sh

program="$CARGO_TARGET_DIR/release/lakescope"
lake=$1
if [ ! -d "$lake" ]; then
    echo "there is no lake folder at $lake; name one that is there: make run LAKE=path" >&2
    exit 1
fi
if [ -z "${DISPLAY:-}" ] && [ -z "${WAYLAND_DISPLAY:-}" ]; then
    cat >&2 <<TEXT
The program is built, but there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set).
  on a desktop          run make in a terminal of that desktop
  over ssh              ssh -X, then make run
  without any screen    apt-get install xvfb, then xvfb-run -a make run LAKE=$lake
  no window needed      $program info $lake
TEXT
    exit 1
fi
exec "$program" "$lake"
