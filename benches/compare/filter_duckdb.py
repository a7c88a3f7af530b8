#!/usr/bin/env python3
"""Three predicates over 1,000,000 frames and at least ten metrics, and a filter that looks at many frames, all ids
returned: Lakescope and DuckDB.

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

# The same in both languages. The rhythm of each footage (its median period, and from where on a distance is a gap) is known
# to both sides beforehand: Lakescope keeps it with the times, DuckDB has it as columns.
OVER_TIME = "(speed > 12 for 3 s) and mean(brake, 5 s) > 0.02 and rate(speed) < 0"
OVER_TIME_SQL = """
with near as (
  select id, frame_id, footage, ts, gap_ns, period_ns,
    coalesce(speed > 12, false) as yes,
    lag(coalesce(speed > 12, false), 1, false) over w as yes_before,
    lag(ts) over w as ts_before, lead(ts) over w as ts_after,
    lag(speed) over w as speed_before, lead(speed) over w as speed_after,
    avg(brake) over (partition by footage order by ts range between 5000000000 preceding and current row) as mean_brake
  from frames window w as (partition by footage order by ts)
), numbered as (
  select *, sum((yes and (not yes_before or ts - ts_before > gap_ns))::int) over (partition by footage order by ts) as run
  from near
), runs as (
  select *, max(ts) over r - min(ts) over r + period_ns as span_ns from numbered where yes
  window r as (partition by footage, run)
)
select {} from runs
where span_ns >= 3000000000 and mean_brake > 0.02
  and (speed_after - speed_before) / ((ts_after - ts_before) / 1e9) < 0
  and ts - ts_before <= gap_ns and ts_after - ts <= gap_ns
"""


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
    columns = ",".join(["frame_id", "recording", "camera", "timestamp_ns", *metrics, "labels.pedestrian"])
    common.lakescope("frames", lake, "--columns", columns, "--format", "parquet", "--out", table)
    connection = duckdb.connect()
    connection.execute(f"set threads = {os.cpu_count()}")
    quoted = ", ".join(f'"{name}"' for name in metrics)
    connection.execute(
        f"create table given as select (row_number() over () - 1)::int as id, frame_id, recording || '/' || camera as name, "
        f'timestamp_ns as ts, {quoted}, "labels.pedestrian" as n_pedestrian from read_parquet(\'{table}\')'
    )
    table.unlink()
    # Of an even number of steps the upper middle one, as Lakescope has it.
    connection.execute("""
      create table frames as
      with steps as (select name, ts - lag(ts) over (partition by name order by ts) as step from given),
      places as (select name, step, row_number() over (partition by name order by step) - 1 as place,
                        count(*) over (partition by name) as n from steps where step > 0),
      rhythm as (select name, (row_number() over (order by name))::int as footage, step as period_ns,
                        greatest(step * 5 // 2, 50000000) as gap_ns from places where place = n // 2)
      select * exclude (name) from given join rhythm using (name) order by id
    """)
    connection.execute("drop table given")
    return connection


def compare(connection, lake, info, where, query, repeats):
    """Checks that both sides name the same frames, and measures both."""
    ours = lakescope_ids(lake, where)
    theirs = [row[0] for row in connection.execute(query.format("frame_id") + " order by id").fetchall()]
    if ours != theirs:
        sys.exit(f"the two disagree on `{where}`: Lakescope names {len(ours)} frames, DuckDB {len(theirs)}")
    if not ours:
        sys.exit(f"`{where}` matches nothing in the sample lake; the times would say nothing")
    common.tell(what="the same frames on both sides", frames=info["frames"], metrics=len(info["metrics"]), filter=where, matches=len(ours))

    quiet = common.wait_for_quiet()
    ids = query.format("id")
    numpy_ms = common.times_ms(lambda: numpy.asarray(connection.execute(ids).fetchnumpy()["id"]), repeats)
    objects_ms = common.times_ms(lambda: connection.execute(ids).fetchall(), repeats)
    common.tell(engine="duckdb", version=duckdb.__version__, hands_out="numpy", median_ms=round(common.median(numpy_ms), 3), min_ms=round(min(numpy_ms), 3))
    common.tell(engine="duckdb", version=duckdb.__version__, hands_out="objects", median_ms=round(common.median(objects_ms), 3), min_ms=round(min(objects_ms), 3))

    middle, low, high = common.cargo_bench("filter", BENCHMARK, LAKESCOPE_BENCH_LAKE=lake, LAKESCOPE_BENCH_FILTER=where)
    common.tell(engine="lakescope", median_ms=round(middle, 3), interval_ms=[round(low, 3), round(high, 3)])
    common.tell(what="Lakescope's time over DuckDB's (below 1: Lakescope is quicker)", filter=where, ratio=round(middle / common.median(numpy_ms), 3), quiet=quiet)


def main():
    options = common.arguments(__doc__.splitlines()[0], frames=(int, 1_000_000, "frames in all"), repeats=(int, 101, "timed queries"))
    lake = common.sample_lake(options.data, f"filter_{options.frames}", 20, 2, options.frames // 40)
    common.lakescope("index", lake)
    info, where = chosen_filter(lake)
    connection = load_duckdb(lake, info, options.data)
    query = "select {} from frames where speed > 12 and brake < 0.1 and n_pedestrian >= 2"

    compare(connection, lake, info, where, query, options.repeats)
    # Window functions take DuckDB long, so fewer repeats tell enough.
    compare(connection, lake, info, OVER_TIME, OVER_TIME_SQL, max(options.repeats // 10, 5))


if __name__ == "__main__":
    main()
