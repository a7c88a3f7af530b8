# Where the tools and the build lie. Sourced by the other scripts here; every value can be set beforehand.

# Tools that apt has too old or not at all: cmake, and the Python that the tests use.
LAKESCOPE_TOOLS="${LAKESCOPE_TOOLS:-$HOME/.cache/lakescope-tools}"
# Outside the repository, so that a fresh clone builds on what an older one has already compiled.
CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/lakescope-target}"
PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
export LAKESCOPE_TOOLS CARGO_TARGET_DIR PATH

# True when version $1 is at least version $2 (numbers and dots).
at_least() {
    local -a have need
    local i
    IFS=. read -ra have <<<"${1%%[!0-9.]*}"
    IFS=. read -ra need <<<"$2"
    for i in "${!need[@]}"; do
        ((10#${have[i]:-0} > 10#${need[i]})) && return 0
        ((10#${have[i]:-0} < 10#${need[i]})) && return 1
    done
    [ "${#have[@]}" -gt 0 ]
}

# Version of the program $1, from the first line it prints for --version; empty when it does not run.
version_of() {
    local line
    line=$("$1" --version 2>/dev/null) || return 0
    line=${line%%$'\n'*}
    [[ $line =~ ([0-9]+(\.[0-9]+)+) ]] && printf '%s' "${BASH_REMATCH[1]}"
    return 0
}

# The bundled HDF5 needs this cmake.
CMAKE_NEEDED=3.26
# `rust-version` of Cargo.toml.
RUST_NEEDED=1.95

# The cmake to build with: CMAKE when given, the system's when it is new enough, else that of the tools folder (which is
# there after install.sh). Prints nothing when there is none.
find_cmake() {
    local candidate
    for candidate in ${CMAKE:+"$CMAKE"} cmake "$LAKESCOPE_TOOLS/bin/cmake"; do
        if at_least "$(version_of "$candidate")" "$CMAKE_NEEDED"; then
            printf '%s' "$candidate"
            return
        fi
    done
}

# True when the Python packages of the tests are installed in the versions that are asked for now.
python_is_ready() {
    [ -x "$LAKESCOPE_TOOLS/bin/python" ] && cmp -s tests/py/requirements.txt "$LAKESCOPE_TOOLS/requirements.installed"
}

# True when the server `sail` or `spark` of the tests is installed in the version that is asked for now. Each has a Python
# environment of its own below the tools folder, since their packages exclude each other.
server_is_ready() {
    [ -x "$LAKESCOPE_TOOLS/$1/bin/python" ] && cmp -s "tests/py/$1.txt" "$LAKESCOPE_TOOLS/$1/requirements.installed"
}

# Sets CMAKE for cargo; left alone when `cmake` from PATH will do, so that build scripts see the same as in a bare cargo call.
use_cmake() {
    local found
    found=$(find_cmake)
    if [ -n "$found" ] && [ "$found" != cmake ]; then
        export CMAKE="$found"
    fi
}
