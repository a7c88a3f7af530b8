#!/usr/bin/env python3
"""Detection events: duplicates removed, the ten most frequent items of each location, joined with the table of locations;
and counts for each location and minute, with and without duplicates. Lakescope, DuckDB and, for the counts, Polars.

Events are made by this script: 10,000 locations, one of which has a fifth of all events, 500 items of which few are frequent,
ids in random order, a tenth of the rows repeat an earlier id some seconds or minutes later. Every time is that of a whole
process, from its start to the answer on disk as Parquet; rounds alternate between the programs and the median is told, with
the largest resident memory of any round. All answers are compared before anything is timed.

DuckDB is asked in two ways, of which the faster one is the peer: `count(distinct detection_oid)`, and one row of each id
first. Neither says which row holds when duplicates disagree, as Lakescope does; in these events they do not disagree in
anything but the time.
"""

import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet

import common

ROWS_A_GROUP = 1_000_000
LOCATIONS = 10_000
ITEMS = 500
SPAN_MS = 24 * 3_600_000
BEGIN_MS = 1_714_521_600_000

DUCKDB_RANKED = """
copy (
  select r.loc geographical_location_oid, b.geographical_location, r.rk::int item_rank, r.item item_name, r.n item_count from (
    select *, row_number() over (partition by loc order by n desc, item) rk from ({counts}) qualify rk <= 10) r
  left join read_parquet('{locations}') b on b.geographical_location_oid = r.loc
  order by r.loc, r.rk) to '{out}' (format parquet)"""
DUCKDB_COUNTS = {
    "count distinct": "select geographical_location_oid loc, item_name item, count(distinct detection_oid) n "
                      "from read_parquet('{events}') group by all",
    "one row per id": "select loc, item, count(*) n from (select any_value(geographical_location_oid) loc, any_value(item_name) "
                      "item from read_parquet('{events}') group by detection_oid) group by all",
}
DUCKDB_MINUTES = """
copy (select geographical_location_oid, timestamp_detected // 60000 as minute, count(*) n from {rows} group by all)
to '{out}' (format parquet)"""
DUCKDB_ONE_PER_ID = """(select any_value(geographical_location_oid) geographical_location_oid,
  min(timestamp_detected) timestamp_detected from read_parquet('{events}') group by detection_oid)"""

DUCKDB = """
import sys, duckdb
connection = duckdb.connect()
connection.execute("set threads = " + sys.argv[1])
connection.execute("set preserve_insertion_order = false")
connection.execute("set temp_directory = '" + sys.argv[2] + "'")
connection.execute(sys.argv[3])
"""
POLARS = """
import sys, polars
events, out, once = sys.argv[1:4]
rows = polars.scan_parquet(events)
location, when = polars.col("geographical_location_oid"), polars.col("timestamp_detected")
if once == "once":
    rows = rows.group_by("detection_oid").agg(location.first(), when.min())
rows = rows.group_by(location, (when // 60000).alias("minute")).agg(polars.len().alias("n"))
rows.sink_parquet(out, engine="streaming")
"""


def scattered(numbers):
    """Whole numbers in an order that looks random, each once."""
    z = (numbers.astype(numpy.uint64) + numpy.uint64(1)) * numpy.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> numpy.uint64(31))) >> numpy.uint64(1)).astype(numpy.int64)


def make_events(folder, rows):
    """Writes events and locations, a row group at a time."""
    if folder.exists():
        return
    part = folder.with_suffix(".part")
    part.mkdir(parents=True, exist_ok=True)
    common.say(f"making {rows:,} events in {folder}")
    random = numpy.random.default_rng(11)
    names = pyarrow.array([f"item_{number:03d}" for number in range(ITEMS)])
    weights = numpy.cumsum(1.0 / numpy.arange(1, ITEMS + 1) ** 1.1)
    weights /= weights[-1]
    schema = pyarrow.schema([
        ("geographical_location_oid", pyarrow.int64()), ("video_camera_oid", pyarrow.int64()),
        ("detection_oid", pyarrow.int64()), ("item_name", pyarrow.string()), ("timestamp_detected", pyarrow.int64()),
    ])
    first_id = 0
    with pyarrow.parquet.ParquetWriter(part / "events.parquet", schema, compression="snappy") as writer:
        for start in range(0, rows, ROWS_A_GROUP):
            count = min(ROWS_A_GROUP, rows - start)
            repeats = count // 10
            new = count - repeats
            low, high = (BEGIN_MS + SPAN_MS * at // rows for at in (start, start + count))
            location = random.integers(2, LOCATIONS + 1, new)
            location[random.random(new) < 0.2] = 1
            item = numpy.minimum(numpy.searchsorted(weights, random.random(new)), ITEMS - 1)
            columns = [location, location * 100 + random.integers(0, 8, new), scattered(numpy.arange(first_id, first_id + new)),
                       item, random.integers(low, high, new)]
            first_id += new
            again = random.choice(new, repeats, replace=False)
            columns = [numpy.concatenate([column, column[again]]) for column in columns]
            columns[4][new:] += random.integers(1_000, 600_000, repeats)
            order = numpy.argsort(columns[4], kind="stable")
            columns = [column[order] for column in columns]
            columns[3] = names.take(pyarrow.array(columns[3]))
            writer.write_table(pyarrow.table([pyarrow.array(column) for column in columns], schema=schema),
                               row_group_size=count)
    oids = numpy.arange(1, LOCATIONS + 1)
    pyarrow.parquet.write_table(pyarrow.table({
        "geographical_location_oid": oids, "geographical_location": [f"Junction {oid}" for oid in oids],
    }), part / "locations.parquet")
    part.rename(folder)


# Starts a program and tells its seconds and peak memory. A process of its own, because the peak that the kernel tells of a
# program is at least that of whoever started it, and this script holds answers in memory.
STARTER = """
import os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(time.perf_counter() - began, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status))
"""


def run(words):
    """Seconds and peak resident bytes of a whole process."""
    done = subprocess.run([sys.executable, "-S", "-c", STARTER, *map(str, words)], capture_output=True, text=True, check=True)
    seconds, peak, ended = done.stdout.split()
    if ended != "0":
        sys.exit(f"{words[0]} ended with {ended}:\n{done.stderr}")
    return float(seconds), int(peak)


def top_rows(path):
    table = pyarrow.parquet.read_table(path)
    return sorted(zip(*(table[name].to_pylist() for name in (
        "geographical_location_oid", "geographical_location", "item_rank", "item_name", "item_count"))))


def minute_rows(path):
    """Locations, minutes and counts, in one order whoever wrote them."""
    table = pyarrow.parquet.read_table(path)
    if "minute" in table.column_names:
        minutes = table["minute"].to_numpy()
    else:
        minutes = table["window_start"].cast(pyarrow.int64()).to_numpy() // 60_000_000
    counts = table["n" if "n" in table.column_names else "event_count"].to_numpy()
    places = table["geographical_location_oid"].to_numpy()
    order = numpy.lexsort((minutes, places))
    return numpy.stack([places[order], minutes[order], counts[order]])


def compare(title, jobs, rounds, rows_of, same):
    """Times jobs in turn; the first is Lakescope. `jobs` are (name, words, out)."""
    answers = []
    for name, words, out in jobs:
        run(words)
        answers.append(rows_of(out))
    for (name, _, _), answer in zip(jobs[1:], answers[1:]):
        if not same(answers[0], answer):
            sys.exit(f"{title}: Lakescope and {name} give different answers")
    del answers
    seconds, memory = ({name: [] for name, _, _ in jobs} for _ in range(2))
    for _ in range(rounds):
        for name, words, _ in jobs:
            took, peak = run(words)
            seconds[name].append(took)
            memory[name].append(peak)
    own = statistics.median(seconds[jobs[0][0]])
    best = min(statistics.median(seconds[name]) for name, _, _ in jobs[1:])
    for name, _, _ in jobs:
        common.say(f"{title:34} {name:24} {statistics.median(seconds[name]):8.2f} s {max(memory[name]) / 1e9:6.2f} GB")
    common.say(f"{title:34} {'over the best peer':24} {best / own:8.2f} times")


def main():
    arguments = common.arguments(__doc__.split("\n\n")[0], rows=(int, 10_000_000, "events"), rounds=(int, 5, "rounds"),
                                 memory=(str, "2GB", "memory that Lakescope is given"),
                                 only=(str, "", "top or minutes; both when empty"))
    folder = arguments.data / f"events-{arguments.rows}"
    make_events(folder, arguments.rows)
    events, locations = folder / "events.parquet", folder / "locations.parquet"
    out = {name: folder / f"{name}.parquet" for name in ("lakescope", "duckdb", "duckdb-2", "polars")}
    threads = os.cpu_count()
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    common.say(f"{arguments.rows:,} events, {events.stat().st_size / 1e6:.0f} MB, {threads} threads"
               + ("" if limit == resource.RLIM_INFINITY else f", at most {limit / 1e9:.1f} GB of address space"))
    common.warm(folder)
    duckdb = lambda sql: [sys.executable, "-c", DUCKDB, threads, folder / "duckdb-temporary", sql]
    own = [common.PROGRAM, "top", "--detections", events, "--memory", arguments.memory, "--time-unit", "ms",
           "--out", out["lakescope"]]

    if arguments.only in ("", "top"):
        jobs = [("Lakescope", [*own, "--locations", locations, "-n", 10], out["lakescope"])]
        for (name, counts), place in zip(DUCKDB_COUNTS.items(), ("duckdb", "duckdb-2")):
            sql = DUCKDB_RANKED.format(counts=counts.format(events=events), locations=locations, out=out[place])
            jobs.append((f"DuckDB, {name}", duckdb(sql), out[place]))
        compare("top 10 of each location", jobs, arguments.rounds, top_rows, lambda one, other: one == other)

    if arguments.only in ("", "minutes"):
        for once in (True, False):
            rows = (DUCKDB_ONE_PER_ID if once else "read_parquet('{events}')").format(events=events)
            jobs = [
                ("Lakescope", [*own, "--counts", "location", "--window", "1m", *([] if once else ["--no-dedup"])],
                 out["lakescope"]),
                ("DuckDB", duckdb(DUCKDB_MINUTES.format(rows=rows, out=out["duckdb"])), out["duckdb"]),
                ("Polars", [sys.executable, "-c", POLARS, events, out["polars"], "once" if once else "all"], out["polars"]),
            ]
            title = "per location and minute" + (", each id once" if once else "")
            compare(title, jobs, arguments.rounds, minute_rows, numpy.array_equal)


if __name__ == "__main__":
    main()
