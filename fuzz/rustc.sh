#!/usr/bin/env bash
# Stands before rustc in a fuzz build (RUSTC_WRAPPER): the table engine is built without instrumentation. Instrumented, it
# takes many times the memory and time to build, and its branches would drown those of the program's own readers.
rustc=$1
shift
name=
for ((i = 1; i < $#; i++)); do
    if [ "${!i}" = --crate-name ]; then
        i=$((i + 1))
        name=${!i}
        break
    fi
done
case $name in
polars | polars_*) ;;
*) exec "$rustc" "$@" ;;
esac
arguments=()
for argument in "$@"; do
    case $argument in
    -Cpasses=sancov-module | -Cllvm-args=-sanitizer-* | -Ccodegen-units=1) ;;
    *) arguments+=("$argument") ;;
    esac
done
exec "$rustc" "${arguments[@]}"
