#!/usr/bin/env python3
"""Three predicates over 1,000,000 frames and at least ten metrics, all ids returned: Lakescope and DuckDB.

Lakescope is timed by the criterion bench `filter` (benches/filter.rs), which opens the lake named by LAKESCOPE_BENCH_LAKE
and evaluates LAKESCOPE_BENCH_FILTER over loaded columns to row ids, as `filter/lake`. DuckDB gets one wide native table of
the same frames. Before anything is timed, both must name the same frames.
"""

import csv
import io
import json
import os
import sys

import duckdb
import numpy

import common

# As benches/filter.rs calls it.
BENCHMARK = "filter/lake"


def chosen_filter(lake):
    """Two metrics and one class that the lake has, at thresholds that let some frames through but not most."""
    info = json.loads(common.lakescope("info", lake, "--json"))
    numeric = [metric["name"] for metric in info["metrics"] if metric["kind"] in ("float", "int")]
    for name in ("speed", "brake"):
        if name not in numeric:
            sys.exit(f"the sample lake has no metric `{name}`; it has {', '.join(numeric)}")
    if len(info["metrics"]) < 10:
        common.say(f"the sample lake has {len(info['metrics'])} metrics, fewer than the ten this comparison is meant for")
    return info, "speed > 12 and brake < 0.1 and count(pedestrian) >= 2"


def lakescope_ids(lake, where):
    text = common.lakescope("frames", lake, "--where", where, "--columns", "frame_id", "--format", "csv").decode()
    rows = csv.reader(io.StringIO(text))
    next(rows)
    return [row[0] for row in rows]


def load_duckdb(lake, info, data):
    """The frames as a native table: an integer id, the name, every metric, and the count of the class."""
    table = data / f"{lake.name}.parquet"
    metrics = [metric["name"] for metric in info["metrics"]]
    columns = ",".join(["frame_id", *metrics, "labels.pedestrian"])
    common.lakescope("frames", lake, "--columns", columns, "--format", "parquet", "--out", table)
    connection = duckdb.connect()
    connection.execute(f"set threads = {os.cpu_count()}")
    quoted = ", ".join(f'"{name}"' for name in metrics)
    connection.execute(
        f"create table frames as select (row_number() over () - 1)::int as id, frame_id, {quoted}, "
        f'"labels.pedestrian" as n_pedestrian from read_parquet(\'{table}\')'
    )
    table.unlink()
    return connection


def main():
    options = common.arguments(__doc__.splitlines()[0], frames=(int, 1_000_000, "frames in all"), repeats=(int, 101, "timed queries"))
    lake = common.sample_lake(options.data, f"filter_{options.frames}", 20, 2, options.frames // 40)
    common.lakescope("index", lake)
    info, where = chosen_filter(lake)
    connection = load_duckdb(lake, info, options.data)
    query = "select {} from frames where speed > 12 and brake < 0.1 and n_pedestrian >= 2"

    ours = lakescope_ids(lake, where)
    theirs = [row[0] for row in connection.execute(query.format("frame_id") + " order by id").fetchall()]
    if ours != theirs:
        sys.exit(f"the two disagree: Lakescope names {len(ours)} frames, DuckDB {len(theirs)}")
    if not ours:
        sys.exit(f"`{where}` matches nothing in the sample lake; the times would say nothing")
    common.tell(what="the same frames on both sides", frames=info["frames"], metrics=len(info["metrics"]), filter=where, matches=len(ours))

    quiet = common.wait_for_quiet()
    ids = query.format("id")
    numpy_ms = common.times_ms(lambda: numpy.asarray(connection.execute(ids).fetchnumpy()["id"]), options.repeats)
    objects_ms = common.times_ms(lambda: connection.execute(ids).fetchall(), options.repeats)
    common.tell(engine="duckdb", version=duckdb.__version__, hands_out="numpy", median_ms=round(common.median(numpy_ms), 3), min_ms=round(min(numpy_ms), 3))
    common.tell(engine="duckdb", version=duckdb.__version__, hands_out="objects", median_ms=round(common.median(objects_ms), 3), min_ms=round(min(objects_ms), 3))

    middle, low, high = common.cargo_bench("filter", BENCHMARK, LAKESCOPE_BENCH_LAKE=lake, LAKESCOPE_BENCH_FILTER=where)
    common.tell(engine="lakescope", median_ms=round(middle, 3), interval_ms=[round(low, 3), round(high, 3)])
    common.tell(what="Lakescope's time over DuckDB's (below 1: Lakescope is quicker)", ratio=round(middle / common.median(numpy_ms), 3), quiet=quiet)


if __name__ == "__main__":
    main()
