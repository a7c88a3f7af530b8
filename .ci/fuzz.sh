#!/usr/bin/env bash
# Runs every fuzz target for FUZZ_SECONDS, one after the other. What they learn stays beside the build; an input that
# breaks something is kept there too, and how to run it again is told.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/env.sh
source .ci/env.sh
use_cmake

# Instrumented builds need a nightly compiler, and a folder of their own.
export CARGO_TARGET_DIR="${FUZZ_TARGET_DIR:-$HOME/.cache/lakescope-fuzz}"
export RUSTC_WRAPPER="$PWD/fuzz/rustc.sh"
# Without a sanitizer the build shares its flags with nothing written in C, and runs faster. `address` finds more.
sanitizer="${FUZZ_SANITIZER:-none}"
seconds="${FUZZ_SECONDS:-60}"

if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "fuzzing needs a nightly compiler: rustup toolchain install nightly"
    exit 1
fi
if [ -z "$(cargo fuzz --version 2>/dev/null)" ]; then
    echo "installing cargo-fuzz"
    env -u RUSTC_WRAPPER CARGO_TARGET_DIR="$CARGO_TARGET_DIR/cargo-fuzz" cargo install --locked cargo-fuzz || exit 1
fi

read -ra targets <<<"${FUZZ_TARGETS:-}"
if [ ${#targets[@]} = 0 ]; then
    mapfile -t targets < <(cargo +nightly fuzz list)
fi
cargo +nightly fuzz build --sanitizer "$sanitizer" --strip-dead-code=true || exit 1

failed=()
for target in "${targets[@]}"; do
    printf '\n== %s, %s s\n' "$target" "$seconds"
    learned="$CARGO_TARGET_DIR/corpus/$target"
    broken="$CARGO_TARGET_DIR/broken/$target/"
    mkdir -p "$learned" "$broken"
    cargo +nightly fuzz run --sanitizer "$sanitizer" --strip-dead-code=true "$target" "$learned" "fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=20 -artifact_prefix="$broken" -print_final_stats=1 \
        2>&1 | grep -E --line-buffered 'panicked|ERROR|stat::|Test unit written|BINGO|cov: .*(INITED|DONE)'
    [ "${PIPESTATUS[0]}" = 0 ] || failed+=("$target")
done
if [ ${#failed[@]} != 0 ]; then
    printf '\nbroken: %s\nthe inputs are in %s; run one again with\n  cargo +nightly fuzz run --sanitizer %s TARGET FILE\n' \
        "${failed[*]}" "$CARGO_TARGET_DIR/broken" "$sanitizer"
    exit 1
fi
printf '\nno target found anything\n'
