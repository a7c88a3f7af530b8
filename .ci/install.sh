#!/usr/bin/env bash
# Installs what is missing to build Lakescope, and says so; says nothing when all is there.
#
#   .ci/install.sh build     compiler, cmake, nasm, protoc, Rust
#   .ci/install.sh run       the same, and the libraries a window needs
#   .ci/install.sh lint      what build needs, with rustfmt and clippy
#   .ci/install.sh test      what lint needs, the Python packages the tests use, and a small server of Spark Connect
#   .ci/install.sh spark     what test needs, and Apache Spark with the Java it runs on (0.9 GB)
#   .ci/install.sh tour      what run needs, and a screen without a monitor, a hand and a camera for it
#   add --dry-run            only say what would be installed (exit 1 when something is missing)
#
# Made for Debian 12 and Ubuntu 24.04, as root or through sudo. Elsewhere it names what to install by hand.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/env.sh
source .ci/env.sh

purpose=${1:-build}
dry_run=${2:-}
case "$purpose,$dry_run" in
build, | run, | lint, | test, | spark, | tour,) ;;
build,--dry-run | run,--dry-run | lint,--dry-run | test,--dry-run | spark,--dry-run | tour,--dry-run) ;;
*)
    echo "usage: .ci/install.sh build|run|lint|test|spark|tour [--dry-run]" >&2
    exit 2
    ;;
esac

say() { printf 'lakescope set-up: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

# Each need is tested for itself (a command that runs, a library the loader finds), not by the name of a package: what is
# there by other means is left alone.
missing=()
want() { missing+=("$@"); }

# --- what to build with -----------------------------------------------------------------------------------------------
check_build_tools() {
    if ! command -v cc >/dev/null || ! command -v c++ >/dev/null || ! command -v make >/dev/null ||
        ! echo '#include <stdio.h>' | cc -E - >/dev/null 2>&1; then
        want build-essential
    fi
    command -v pkg-config >/dev/null || want pkg-config
    command -v nasm >/dev/null || want nasm # SIMD of libjpeg-turbo
    # Messages of Spark Connect; Debian has the types that every message may use in the second package.
    if [ -z "$(version_of "${PROTOC:-protoc}")" ] || ! protoc_knows_types; then want protobuf-compiler libprotobuf-dev; fi
    [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -n "${SSL_CERT_FILE:-}" ] || want ca-certificates
}

protoc_knows_types() {
    local place known
    place=$(mktemp -d)
    printf 'syntax = "proto3"; import "google/protobuf/any.proto"; message M { google.protobuf.Any a = 1; }' >"$place/m.proto"
    "${PROTOC:-protoc}" -I "$place" --descriptor_set_out=/dev/null "$place/m.proto" >/dev/null 2>&1 && known=0 || known=1
    rm -r "$place"
    return "$known"
}

# --- cmake and Python: apt's cmake when it is new enough, else one in a folder of our own ------------------------------
python_can_make_venv() { python3 -c 'import ensurepip, venv' >/dev/null 2>&1; }

need_cmake=false
need_python=false
check_cmake_and_python() {
    [ -n "$(find_cmake)" ] || need_cmake=true
    if [[ $purpose = test || $purpose = spark ]] && ! python_is_ready; then
        need_python=true
    fi
    if $need_cmake || $need_python || [ ${#need_servers[@]} != 0 ]; then
        if [ ! -x "$LAKESCOPE_TOOLS/bin/python" ] && ! python_can_make_venv; then
            want python3 python3-venv
        fi
    fi
}

# --- servers of Spark Connect, for the tests of the remote engine ------------------------------------------------------
need_servers=()
check_servers() {
    [[ $purpose != test && $purpose != spark ]] || server_is_ready sail || need_servers+=(sail)
    if [ "$purpose" = spark ]; then
        server_is_ready spark || need_servers+=(spark)
        java_is_ready || want_java
    fi
}
# The Java that JAVA_HOME names, else the one in PATH.
java_is_ready() {
    local java=java told
    [ -z "${JAVA_HOME:-}" ] || java="$JAVA_HOME/bin/java"
    told=$("$java" -version 2>&1) || return 1
    [[ $told =~ \"([0-9]+) ]] && ((BASH_REMATCH[1] >= 17))
}
want_java() {
    local version
    for version in 17 21 25; do
        if apt_offers "openjdk-$version-jre-headless"; then
            want "openjdk-$version-jre-headless"
            return
        fi
    done
    want default-jre-headless
}

# --- Rust --------------------------------------------------------------------------------------------------------------
need_rust=false
rust_is_ready() {
    at_least "$(version_of rustc)" "$RUST_NEEDED" && [ -n "$(version_of cargo)" ] || return 1
    [[ $purpose != lint && $purpose != test && $purpose != spark ]] || { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1
}
check_rust() {
    rust_is_ready || need_rust=true
    if $need_rust && ! command -v rustup >/dev/null && ! command -v curl >/dev/null; then
        want curl # to fetch rustup where apt does not have it
    fi
}

# --- the window: libraries that are opened at run time, by the name the loader knows -----------------------------------
check_window_libraries() {
    local loader=ldconfig known soname package
    command -v ldconfig >/dev/null || loader=/sbin/ldconfig
    known=$("$loader" -p 2>/dev/null || true)
    while read -r soname package; do
        [[ $known == *"$soname "* ]] || want "$package"
    done <<'LIBRARIES'
libGL.so.1 libgl1
libEGL.so.1 libegl1
libX11.so.6 libx11-6
libX11-xcb.so.1 libx11-xcb1
libXcursor.so.1 libxcursor1
libXi.so.6 libxi6
libXrandr.so.2 libxrandr2
libxkbcommon.so.0 libxkbcommon0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libwayland-client.so.0 libwayland-client0
libwayland-egl.so.1 libwayland-egl1
LIBRARIES
    # Mesa's drivers are plugins without an entry in the loader's list; a vendor's own driver makes them unnecessary.
    if [[ $known != *libGLX_nvidia.so* ]] && ! compgen -G '/usr/lib*/*/dri/*_dri.so' >/dev/null &&
        ! compgen -G '/usr/lib*/dri/*_dri.so' >/dev/null; then
        want libgl1-mesa-dri
    fi
}

# --- the tour: X without a monitor, mouse and keys, pictures of the window ----------------------------------------------
check_tour_tools() {
    command -v Xvfb >/dev/null || want xvfb
    command -v xdotool >/dev/null || want xdotool
    command -v import >/dev/null && command -v compare >/dev/null || want imagemagick
}

# --- installing --------------------------------------------------------------------------------------------------------
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# True when apt offers the package.
apt_offers() {
    local policy
    policy=$(apt-cache policy "$1" 2>/dev/null) || return 1
    [[ $policy =~ 'Candidate: '[^\(] ]]
}

lists_are_fresh=false

install_packages() {
    command -v apt-get >/dev/null ||
        fail "this system has no apt; install the equivalents of these Debian packages, then try again: ${missing[*]}"
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        fail "some packages are missing and there is no sudo; as root, run: apt-get install ${missing[*]}"
    fi
    if ! $lists_are_fresh; then
        say "asking apt for the current package lists"
        as_root apt-get update -qq || say "apt-get update failed; going on with the lists that are here"
        lists_are_fresh=true
    fi
    local name names=()
    for name in "${missing[@]}"; do
        # Ubuntu 24.04 and Debian 13 gave some libraries a new name when their time_t grew to 64 bits.
        if ! apt_offers "$name" && apt_offers "${name}t64"; then name=${name}t64; fi
        names+=("$name")
    done
    say "installing through apt: ${names[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${names[@]}" >&2 ||
        fail "apt could not install them; mend that (network, sources) and try again, or run: apt-get install ${names[*]}"
}

install_rust() {
    local components=(--profile minimal --component rustfmt --component clippy)
    if ! command -v rustup >/dev/null; then
        # apt's rustup would push out an older Rust that came through apt; rustup's own installer leaves that one alone.
        if command -v apt-get >/dev/null && apt_offers rustup && ! command -v rustc >/dev/null; then
            missing=(rustup)
            install_packages
        else
            say "installing rustup into ${CARGO_HOME:-$HOME/.cargo} (https://rustup.rs)"
            curl --proto '=https' --tlsv1.2 -sSf https://static.rust-lang.org/rustup/rustup-init.sh |
                sh -s -- -y -q --no-modify-path --profile minimal --default-toolchain none >&2 ||
                fail "rustup could not be fetched; install Rust $RUST_NEEDED or newer from https://rustup.rs, then try again"
            hash -r
        fi
    fi
    # This very version, not the newest: later ones bring lints that nobody has looked at yet.
    say "installing Rust $RUST_NEEDED through rustup"
    rustup toolchain install "$RUST_NEEDED" --no-self-update "${components[@]}" >&2 ||
        fail "rustup could not install Rust; get $RUST_NEEDED or newer (https://rustup.rs), then try again"
    if [ -z "$(version_of rustc)" ]; then
        rustup default "$RUST_NEEDED" >&2
    elif ! rust_is_ready; then
        # A person's own default stays what it is; the override holds for this folder alone.
        rustup override set "$RUST_NEEDED" >&2
    fi
    rust_is_ready ||
        fail "$(command -v rustc) is still not Rust $RUST_NEEDED with rustfmt and clippy; put rustup's programs first in PATH"
}

make_tools_folder() {
    [ -x "$LAKESCOPE_TOOLS/bin/python" ] && "$LAKESCOPE_TOOLS/bin/python" -c '' 2>/dev/null && return
    say "making a Python environment in $LAKESCOPE_TOOLS"
    python3 -m venv --clear "$LAKESCOPE_TOOLS" >&2
}

pip_install() { "$LAKESCOPE_TOOLS/bin/python" -m pip install -q --disable-pip-version-check "$@" >&2; }

install_cmake() {
    # Ubuntu 24.04 has a new enough one; Debian 12 has not.
    local offered
    if command -v apt-cache >/dev/null && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }; then
        offered=$(apt-cache policy cmake 2>/dev/null | sed -n 's/^ *Candidate: //p')
        if at_least "${offered#*:}" "$CMAKE_NEEDED"; then
            missing=(cmake)
            install_packages
            return
        fi
    fi
    make_tools_folder
    say "installing cmake into $LAKESCOPE_TOOLS"
    pip_install "cmake>=$CMAKE_NEEDED" ||
        fail "pip could not fetch cmake; install cmake $CMAKE_NEEDED or newer, or name one: make CMAKE=/path/to/cmake"
}

# Without these packages most tests still run, so this does not fail; test.sh does, and tells which tests were left out.
install_python_packages() {
    make_tools_folder
    say "installing the tests' Python packages into $LAKESCOPE_TOOLS"
    if pip_install -r tests/py/requirements.txt; then
        cp tests/py/requirements.txt "$LAKESCOPE_TOOLS/requirements.installed"
    else
        say "pip could not install tests/py/requirements.txt; the tests that need Python will be skipped"
    fi
}

# The same holds for them: what cannot be installed is told by the tests that miss it.
install_server() {
    local place="$LAKESCOPE_TOOLS/$1"
    say "installing the server $1 into $place"
    rm -rf "$place"
    if python3 -m venv "$place" >&2 && "$place/bin/python" -m pip install -q --disable-pip-version-check -r "tests/py/$1.txt" >&2
    then
        cp "tests/py/$1.txt" "$place/requirements.installed"
    else
        say "pip could not install tests/py/$1.txt; the tests that need it will be skipped"
        rm -rf "$place"
    fi
}

check_build_tools
check_servers
check_cmake_and_python
check_rust
[[ $purpose != run && $purpose != tour ]] || check_window_libraries
[ "$purpose" != tour ] || check_tour_tools

if [ "$dry_run" = --dry-run ]; then
    [ ${#missing[@]} = 0 ] || say "would install through apt: ${missing[*]}"
    ! $need_cmake || say "would install cmake $CMAKE_NEEDED or newer"
    ! $need_rust || say "would install Rust $RUST_NEEDED or newer"
    ! $need_python || say "would install the tests' Python packages into $LAKESCOPE_TOOLS"
    [ ${#need_servers[@]} = 0 ] || say "would install into $LAKESCOPE_TOOLS the servers: ${need_servers[*]}"
    [ ${#missing[@]} = 0 ] && ! $need_cmake && ! $need_rust && ! $need_python && [ ${#need_servers[@]} = 0 ]
    exit
fi

[ ${#missing[@]} = 0 ] || install_packages
! $need_cmake || install_cmake
! $need_rust || install_rust
! $need_python || install_python_packages
for server in "${need_servers[@]}"; do install_server "$server"; done
