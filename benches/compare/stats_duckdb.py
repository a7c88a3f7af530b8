#!/usr/bin/env python3
"""Statistics of raw samples by recording, at two sizes: Lakescope and DuckDB over the same Parquet files.

The lake has 20 recordings with five metrics each. Lakescope is timed by the criterion bench `stats` (benches/stats.rs), which
opens the lake named by LAKESCOPE_BENCH_LAKE, as `stats/lake` (count, mean, std, min, max) and `stats/lake quantiles`; its
memory is that of the command line asked the same. Both sides read the files each time, from the page cache.
"""

import json
import math
import shutil

import duckdb
import numpy as np
import pyarrow
import pyarrow.parquet

import common

RECORDINGS = 20
METRICS = [f"metric_{at}" for at in range(5)]


def lake_of(data, samples):
    """A lake of so many samples in all, made once."""
    place = data / f"stats_{samples}"
    if place.exists():
        return place
    part = data / f"stats_{samples}.part"
    shutil.rmtree(part, ignore_errors=True)
    common.say(f"making {place}: {samples} samples")
    random = np.random.default_rng(5)
    rows = samples // RECORDINGS // len(METRICS)
    for recording in range(RECORDINGS):
        folder = part / "recordings" / f"drive_{recording:02}" / "metrics"
        folder.mkdir(parents=True)
        start = 1_714_550_400_000_000_000 + recording * 86_400_000_000_000
        columns = {"timestamp_ns": start + np.arange(rows, dtype=np.int64) * 10_000_000}
        for metric in METRICS:
            values = random.normal(20, 5, rows)
            columns[metric] = pyarrow.array(values, mask=random.random(rows) < 0.002)
        pyarrow.parquet.write_table(pyarrow.table(columns), folder / "vehicle.parquet")
    part.rename(place)
    return place


def query(lake, aggregates):
    each = ", ".join(text.format(metric) for metric in METRICS for text in aggregates)
    return f"select filename, {each} from read_parquet('{lake}/recordings/*/metrics/vehicle.parquet', filename = true) group by filename order by filename"


MOMENTS = ["count({0})", "avg({0})", "stddev_samp({0})", "min({0})", "max({0})"]
QUANTILES = ["count({0})", "quantile_cont({0}, 0.05)", "median({0})", "quantile_cont({0}, 0.95)"]
OURS = {"moments": ("stats/lake", ["count", "mean", "std", "min", "max"], MOMENTS),
        "quantiles": ("stats/lake quantiles", ["count", "p5", "median", "p95"], QUANTILES)}


def check(connection, lake, aggregates, sql, told):
    """Whether both sides tell the same."""
    rows = connection.execute(query(lake, sql)).fetchall()
    if len(rows) != len(told):
        raise SystemExit(f"{len(told)} and {len(rows)} groups")
    for theirs, ours in zip(rows, told):
        wanted = [ours[f"{metric}_{aggregate}"] for metric in METRICS for aggregate in aggregates]
        for one, other in zip(theirs[1:], wanted):
            if not math.isclose(one, other, rel_tol=1e-9):
                raise SystemExit(f"the two disagree: {one} and {other}")


def main():
    options = common.arguments(__doc__.splitlines()[0])
    table = []
    for samples in (10_000_000, 100_000_000):
        lake = lake_of(options.data, samples)
        common.lakescope("index", lake)
        common.warm(lake)
        connection = duckdb.connect()
        for what, (benchmark, aggregates, sql) in OURS.items():
            words = ["stats", lake, "--by", "recording", "--agg", ",".join(aggregates), "--json"]
            memory_mb, _, printed = common.peak_memory_mb(words)
            check(connection, lake, aggregates, sql, json.loads(printed))
            quiet = common.wait_for_quiet()
            ours, low, high = common.cargo_bench("stats", benchmark, LAKESCOPE_BENCH_LAKE=lake)
            common.tell(engine="lakescope", what=what, samples=samples, median_ms=round(ours, 1),
                        interval_ms=[round(low, 1), round(high, 1)], peak_memory_mb=round(memory_mb))
            quiet = common.wait_for_quiet() and quiet
            theirs = common.median(common.times_ms(lambda: connection.execute(query(lake, sql)).fetchall(), 5))
            common.tell(engine="duckdb", version=duckdb.__version__, what=what, samples=samples, median_ms=round(theirs, 1))
            table.append((what, samples, theirs, ours, ours / theirs, memory_mb, quiet))
    print("\n| what, by recording | samples | DuckDB | Lakescope | Lakescope over DuckDB | peak memory | quiet |")
    print("|---|---|---|---|---|---|---|")
    for what, samples, theirs, ours, ratio, memory_mb, quiet in table:
        print(f"| {what} | {samples:,} | {theirs:.0f} ms | {ours:.0f} ms | {ratio:.2f} | {memory_mb:.0f} MB | {'yes' if quiet else 'no'} |")


if __name__ == "__main__":
    main()
