#!/usr/bin/env python3
"""Frames a second that indexing takes in, at two sizes, beside Python's sqlite3 on the same rows.

The lakes hold times without images, and about ten sensor samples per frame. Lakescope builds its whole index: structure of
the stores, samples aligned to frames, summaries, labels. The peer writes the frames' rows with their ten values, and
nothing else, into one table with `executemany` in one transaction, from lists that are ready in memory.
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
import time

import pyarrow.parquet

import common

METRICS = 10


def index_seconds(lake):
    common.forget_index(lake)
    common.warm(lake)
    began = time.perf_counter()
    report = json.loads(common.lakescope("index", lake, "--json"))
    return time.perf_counter() - began, report


def read_rows(lake, data):
    """The frames of the indexed lake as tuples: identity, time, and the first ten metrics."""
    info = json.loads(common.lakescope("info", lake, "--json"))
    metrics = [metric["name"] for metric in info["metrics"]][:METRICS]
    columns = ["recording", "camera", "frame_idx", "timestamp_ns", *metrics]
    table = data / f"{lake.name}_rows.parquet"
    with open(table, "wb") as out:
        done = subprocess.run([common.PROGRAM, "frames", lake, "--columns", ",".join(columns), "--format", "parquet"], stdout=out)
    if done.returncode != 0:
        sys.exit("lakescope frames --format parquet failed")
    read = pyarrow.parquet.read_table(table)
    table.unlink()
    return columns, list(zip(*(column.to_pylist() for column in read.columns)))


def sqlite_seconds(columns, rows):
    """Seconds to write the rows and commit them, with the journal that Lakescope uses, too."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(f"{folder}/peer.sqlite", isolation_level=None)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        names = ", ".join(f'"{name}"' for name in columns)
        connection.execute(f"create table frames ({names})")
        began = time.perf_counter()
        connection.execute("begin")
        connection.executemany(f"insert into frames values ({', '.join('?' * len(columns))})", rows)
        connection.execute("commit")
        taken = time.perf_counter() - began
        written = connection.execute("select count(*) from frames").fetchone()[0]
        connection.close()
    if written != len(rows):
        sys.exit(f"the peer holds {written} rows of {len(rows)}")
    return taken


def main():
    options = common.arguments(__doc__.splitlines()[0], sizes=(str, "200000,1000000", "frames in all, by size"), repeats=(int, 3, "timed runs of each"))
    rates = {}
    for size in map(int, options.sizes.split(",")):
        recordings = max(1, size // 50_000)
        lake = common.sample_lake(options.data, f"index_{size}", recordings, 2, size // (recordings * 2))
        quiet = common.wait_for_quiet()
        taken, reports = zip(*(index_seconds(lake) for _ in range(options.repeats)))
        frames, samples = reports[-1]["frames"], reports[-1]["samples_read"]
        if frames != size:
            sys.exit(f"the index holds {frames} frames of {size}")
        rates[size] = frames / common.median(taken)
        common.tell(engine="lakescope", frames=frames, samples=samples, recordings=recordings, median_s=round(common.median(taken), 3),
                    frames_per_s=round(rates[size]), quiet=quiet)

        columns, rows = read_rows(lake, options.data)
        peer = [sqlite_seconds(columns, rows) for _ in range(options.repeats)]
        common.tell(engine="python sqlite3", version=sqlite3.sqlite_version, frames=len(rows), median_s=round(common.median(peer), 3),
                    frames_per_s=round(len(rows) / common.median(peer)))
        common.tell(what="Lakescope's rate over the peer's (above 1: Lakescope is quicker)", frames=frames,
                    ratio=round(rates[size] * common.median(peer) / len(rows), 3))
    if len(rates) > 1:
        small, large = min(rates), max(rates)
        common.tell(what="rate at the large size over that at the small one (near 1: cost grows with the data alone)",
                    ratio=round(rates[large] / rates[small], 3))


if __name__ == "__main__":
    main()
