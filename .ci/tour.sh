#!/usr/bin/env bash
# Walks through the window with a real mouse and real keys on a screen of its own, and leaves pictures of what it shows:
# every workspace and panel, in both themes and at two sizes. For looking at; nothing is compared.
#
#   .ci/tour.sh [FOLDER]          where the pictures go; target folder/tour when not given
#   TOUR="dark-1440x900" .ci/tour.sh     only some of the walks
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/env.sh
source .ci/env.sh

program="$CARGO_TARGET_DIR/release/lakescope"
pictures=$(realpath -m "${1:-$CARGO_TARGET_DIR/tour}")
read -ra walks <<<"${TOUR:-dark-1440x900 light-1440x900 dark-1000x700 light-1000x700}"
# As they are named on their tabs. A panel of a later version is added here.
panels=(Facets Grid Viewer Timeline Values Labels Track Library Compare)

[ -x "$program" ] || { echo "there is no program at $program; make build makes it" >&2; exit 1; }
mkdir -p "$pictures"
place=$(mktemp -d)
screen='' window='' app=''
finish() {
    [ -z "$app" ] || kill "$app" 2>/dev/null || true
    [ -z "$screen" ] || kill "$screen" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT

# --- the screen ---------------------------------------------------------------------------------------------------------
exec 3>"$place/display"
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp >"$place/xvfb.log" 2>&1 &
screen=$!
exec 3>&-
for _ in $(seq 100); do
    [ -s "$place/display" ] && break
    sleep 0.1
done
[ -s "$place/display" ] || { echo "Xvfb does not start: $(tail -1 "$place/xvfb.log")" >&2; exit 1; }
DISPLAY=":$(<"$place/display")"
export DISPLAY LIBGL_ALWAYS_SOFTWARE=1
unset WAYLAND_DISPLAY
export XDG_CONFIG_HOME="$place/config" XDG_DATA_HOME="$place/data" XDG_CACHE_HOME="$place/cache"

# --- what hands do ------------------------------------------------------------------------------------------------------
# Pictures are compared until two that follow each other are the same but for a blinking cursor, so that a slow machine
# only takes longer.
settle() {
    local before="$place/before.rgb" now="$place/now.rgb" differ
    import -window "$window" "$before"
    for _ in $(seq 50); do
        sleep 0.2
        import -window "$window" "$now"
        differ=$({ cmp -l "$before" "$now" || true; } 2>/dev/null | head -1000 | wc -l)
        # A blinking cursor is smaller than this.
        [ "$differ" -ge 400 ] || return 0
        mv "$now" "$before"
    done
}
shot() {
    settle
    import -window "$window" "$pictures/$walk-$1.png"
    echo "  $1"
}
key() { xdotool key --clearmodifiers "$@"; sleep 0.5; }
write() { xdotool type --delay 12 -- "$1"; sleep 0.15; }
# Moves to a place given in parts of the window's width and height, in thousandths.
move() { xdotool mousemove --window "$window" $(($1 * width / 1000)) $(($2 * height / 1000)); sleep 0.1; }
click() { move "$1" "$2"; xdotool click 1; sleep 0.15; }
drag() {
    move "$1" "$2"
    xdotool mousedown 1
    move $((($1 + $3) / 2)) $((($2 + $4) / 2))
    move "$3" "$4"
    xdotool mouseup 1
    sleep 0.15
}
# By the command palette: what has a name needs no place.
command() {
    key ctrl+k
    sleep 0.2
    write "$1"
    sleep 0.2
    key Return
    sleep 0.2
}
start() {
    mkdir -p "$XDG_CONFIG_HOME/lakescope"
    printf '{"theme": "%s", "window": [%s, %s], "recent": ["%s", "%s"]}' \
        "$theme" "$width" "$height" "$place/lake" "$place/drive that was unplugged" >"$XDG_CONFIG_HOME/lakescope/window.json"
    "$program" "$@" >"$place/app.log" 2>&1 &
    app=$!
    window=''
    for _ in $(seq 200); do
        window=$(xdotool search --onlyvisible --pid "$app" 2>/dev/null | tail -1) || true
        [ -n "$window" ] && break
        kill -0 "$app" 2>/dev/null || { echo "the window does not open: $(tail -3 "$place/app.log")" >&2; exit 1; }
        sleep 0.1
    done
    [ -n "$window" ] || { echo "no window within 20 s" >&2; exit 1; }
    xdotool windowmove "$window" 0 0 windowsize "$window" "$width" "$height" windowfocus "$window"
    xdotool mousemove --window "$window" 5 $((height - 5))
    sleep 0.3
}
stop() {
    kill "$app" 2>/dev/null || true
    wait "$app" 2>/dev/null || true
    app=''
}

# --- the walks ----------------------------------------------------------------------------------------------------------
fresh_lake() {
    rm -rf "$place/lake"
    cp -r sample_lake "$place/lake"
    rm -rf "$place/lake/.lakescope" "$place/lake/lake.sqlite"*
    "$program" index "$place/lake" --checksums >/dev/null 2>&1
}

walk_through() {
    start
    shot 01-welcome
    stop

    start "$place/lake"
    shot 02-explore
    click 300 400
    shot 03-a-frame
    key ctrl+f
    write 'speed > 10 and has(car)'
    key Escape
    shot 04-filtered
    key ctrl+f
    write 'sped > 10'
    shot 05-a-mistake
    key Escape
    key ctrl+shift+x
    key ctrl+f
    write 'speed > 900'
    key Escape
    shot 06-nothing-matches
    key ctrl+shift+x
    key ctrl+f
    write 'rate(speed) < -1 and has(pedestrian)'
    key Escape Escape
    key ctrl+shift+e
    shot 07-explained
    key Escape
    key q
    shot 08-filter-off
    key q
    key o
    shot 09-objects
    key o
    click 300 300
    key c
    shot 11-all-cameras
    key c
    key shift+a
    key alt+Right alt+Right alt+Right alt+Right alt+Right alt+Right alt+Right alt+Right
    key shift+b
    shot 12-marks
    key shift+c
    key ctrl+shift+x
    local panel
    for panel in "${panels[@]}"; do
        command "Panel: $panel"
        shot "10-panel-${panel,,}"
    done
    for panel in Review Sensors; do
        command "Layout: $panel"
        shot "20-layout-${panel,,}"
    done
    command "Layout: Explore"
    command "Panel: Viewer"
    command "Maximise or restore the panel"
    shot 22-maximised
    command "Maximise or restore the panel"
    key ctrl+k
    shot 30-palette
    write 'theme'
    shot 31-palette-typed
    key Escape
    key question
    shot 32-shortcuts
    key Escape
    key e
    shot 33-export
    key Escape
    key ctrl+g
    write '+2s'
    shot 33-jump
    key Escape
    key ctrl+comma
    shot 33-settings
    key Escape
    key ctrl+l
    shot 33-library
    key Escape
    key ctrl+shift+s
    shot 33-save-view
    key Escape
    command "Compare"
    shot 33-compare
    key Escape
    command "Save the layout"
    shot 34-save-layout
    key Escape
    command "Verify the lake"
    shot 35-verify
    key Escape
    command "About"
    shot 36-about
    key Escape
    command "Menu bar"
    shot 37-menu-bar
    command "Menu bar"
    key ctrl+2
    shot 38-statistics
    for panel in Numbers Analyses SQL "Data quality"; do
        command "Panel: $panel"
        shot "39-statistics-${panel// /-}"
    done
    key ctrl+3
    shot 40-detections
    click 400 620
    shot 41-detections-events
    for panel in Table Skew Duplicates; do
        command "Panel: $panel"
        shot "42-detections-${panel,,}"
    done
    command "Export the top items"
    shot 43-detections-export
    key Escape
    key ctrl+4
    shot 44-runs
    key ctrl+1
    mv "$place/lake" "$place/elsewhere"
    sleep 5
    shot 50-gone
    mv "$place/elsewhere" "$place/lake"
    sleep 5
    shot 51-back
    stop

    # A store whose bytes changed: verifying finds it, and nothing is green.
    local store
    store=$(find "$place/lake" -name '*.h5' | sort | head -1)
    printf 'x' | dd of="$store" bs=1 seek=$(($(stat -c %s "$store") * 2 / 3)) conv=notrunc status=none
    "$program" verify "$place/lake" >/dev/null 2>&1 || true
    start "$place/lake"
    key ctrl+4
    shot 45-runs-with-damage
    stop
}

for walk in "${walks[@]}"; do
    theme=${walk%%-*}
    size=${walk#*-}
    width=${size%x*}
    height=${size#*x}
    echo "$walk"
    fresh_lake
    walk_through
done
echo "the pictures are in $pictures"
