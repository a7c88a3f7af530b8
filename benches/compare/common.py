"""What the comparisons share: the program, the sample lakes, clocks, output."""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", pathlib.Path.home() / ".cache/lakescope-target")).absolute()
PROGRAM = pathlib.Path(os.environ.get("LAKESCOPE", TARGET / "release/lakescope"))


def arguments(description, **extra):
    """Command line with --data, and --frames where the caller gives a default."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path.home() / ".cache/lakescope-bench",
                        help="where sample lakes are kept (%(default)s)")
    for name, (kind, default, text) in extra.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, default=default, help=f"{text} (%(default)s)")
    parsed = parser.parse_args()
    parsed.data.mkdir(parents=True, exist_ok=True)
    if not PROGRAM.exists():
        sys.exit(f"there is no program at {PROGRAM}; run `make build` first, or set LAKESCOPE to it")
    return parsed


def lakescope(*words, **options):
    """Runs the program; a failure ends the script with the program's own message."""
    done = subprocess.run([PROGRAM, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    if done.returncode != 0:
        sys.exit(f"lakescope {' '.join(map(str, words))}: exit {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done.stdout


def sample_lake(data, name, recordings, cameras, frames, *more):
    """A sample lake without images, made once. Half-made ones are made anew."""
    place = data / name
    if not place.exists():
        part = data / f"{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        say(f"making {place}: {recordings} recordings, {cameras} cameras, {frames} frames each")
        lakescope("sample", part, "--recordings", recordings, "--cameras", cameras, "--frames", frames, "--layout", "jpeg", "--no-images", *more)
        part.rename(place)
    return place


def forget_index(lake):
    """Takes the lake back to the state before its first index."""
    shutil.rmtree(lake / ".lakescope", ignore_errors=True)
    for file in lake.glob("lake.sqlite*"):
        file.unlink()


def warm(lake):
    """Reads every file of the lake, so that both sides find them in the page cache."""
    for file in lake.rglob("*"):
        if file.is_file():
            with open(file, "rb", buffering=0) as handle:
                while handle.read(1 << 24):
                    pass


def busy_share(seconds=1.0):
    """Cores in use by the whole machine, over a short while; None where that cannot be told."""
    def ticks():
        with open("/proc/stat") as handle:
            user, nice, system, _idle, _wait, irq, soft_irq = map(int, handle.readline().split()[1:8])
        return (user + nice + system + irq + soft_irq) / os.sysconf("SC_CLK_TCK")

    try:
        before, began = ticks(), time.perf_counter()
        time.sleep(seconds)
        return (ticks() - before) / (time.perf_counter() - began)
    except (OSError, ValueError):
        return None


def wait_for_quiet(limit_s=30.0, share=0.2):
    """Waits until others use less than `share` of a core; tells whether that came about."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        busy = busy_share()
        if busy is None or busy < share:
            return True
    say("the machine is not quiet; take the times with care")
    return False


def times_ms(ask, repeats):
    """Milliseconds of each of `repeats` calls, after one that is not timed."""
    ask()
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1e3)
    return taken


def peak_memory_mb(words):
    """Runs the program and gives its peak resident memory, its seconds and what it printed. The reader child does not
    count: it is not there when an index is."""
    began = time.perf_counter()
    process = subprocess.Popen([PROGRAM, *map(str, words)], stdout=subprocess.PIPE)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"lakescope {' '.join(map(str, words))}: exit {process.returncode}")
    return usage.ru_maxrss / 1024, time.perf_counter() - began, printed


def cargo_bench(bench, benchmark, **variables):
    """Measures one criterion benchmark with the tools that `make` uses, and gives its median and the interval of it, ms."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET), **{name: str(value) for name, value in variables.items()}}
    estimates = TARGET / "criterion" / benchmark / "new/estimates.json"
    # A figure of an earlier run must not pass for one of this run.
    estimates.unlink(missing_ok=True)
    command = 'source .ci/env.sh && use_cmake && exec cargo bench --locked --bench "$0" -- "$1"'
    done = subprocess.run(["bash", "-c", command, bench, benchmark], cwd=REPOSITORY, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0 or not estimates.exists():
        sys.exit(f"cargo bench --bench {bench} did not measure `{benchmark}`:\n{done.stdout.decode(errors='replace')[-2000:]}")
    found = json.loads(estimates.read_text())["median"]
    interval = found["confidence_interval"]
    return tuple(ns / 1e6 for ns in (found["point_estimate"], interval["lower_bound"], interval["upper_bound"]))


def tell(**figure):
    """One JSON line."""
    print(json.dumps(figure, default=str), flush=True)


def say(text):
    print(text, file=sys.stderr, flush=True)


def median(values):
    return statistics.median(values)
