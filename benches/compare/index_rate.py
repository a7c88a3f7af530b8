#!/usr/bin/env python3
"""Frames a second that indexing takes in, at two sizes, beside Python's sqlite3 taking in the same rows.

The lakes hold times without images, and sensor tables. Lakescope builds its whole index: structure of the stores, samples
aligned to frames, summaries, labels. The peer writes one row per frame (recording, camera, index, time) and one row per row
of the sensor tables, as they are, with `executemany` in one transaction; only that is timed, not the reading of the files
nor the making of Python objects. It aligns nothing.
"""

import json
import sqlite3
import sys
import tempfile
import time
from itertools import chain

import pyarrow.csv
import pyarrow.parquet

import common

BATCH_ROWS = 200_000


def index_seconds(lake):
    common.forget_index(lake)
    common.warm(lake)
    began = time.perf_counter()
    report = json.loads(common.lakescope("index", lake, "--json"))
    return time.perf_counter() - began, report


def frame_rows(lake, data):
    """Batches of one tuple per frame."""
    table = data / f"{lake.name}_frames.parquet"
    common.lakescope("frames", lake, "--columns", "recording,camera,frame_idx,timestamp_ns", "--format", "parquet", "--out", table)
    with pyarrow.parquet.ParquetFile(table) as file:
        for batch in file.iter_batches(BATCH_ROWS):
            yield "frames", list(zip(*(column.to_pylist() for column in batch.columns)))
    table.unlink()


def sensor_rows(lake):
    """Batches of one tuple per row of every sensor table of the lake."""
    for file in sorted(lake.glob("recordings/*/metrics/*")):
        name = f"metrics_{file.stem}"
        if file.suffix == ".parquet":
            table = pyarrow.parquet.read_table(file)
        elif file.suffix == ".csv":
            table = pyarrow.csv.read_csv(file)
        else:
            continue
        for batch in table.to_batches(BATCH_ROWS):
            columns = (column.cast("int64") if str(column.type).startswith("timestamp") else column for column in batch.columns)
            yield name, [(file.parts[-3], *row) for row in zip(*(column.to_pylist() for column in columns))]


def sqlite_seconds(batches):
    """Seconds to write the rows and commit them, with the journal that Lakescope uses, too; and the rows by table."""
    written, taken = {}, 0.0
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(f"{folder}/peer.sqlite", isolation_level=None)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.execute("begin")
        for name, rows in batches:
            if name not in written:
                connection.execute(f'create table "{name}" ({", ".join(f"c{at}" for at in range(len(rows[0])))})')
            insert = f'insert into "{name}" values ({", ".join("?" * len(rows[0]))})'
            began = time.perf_counter()
            connection.executemany(insert, rows)
            taken += time.perf_counter() - began
            written[name] = written.get(name, 0) + len(rows)
        began = time.perf_counter()
        connection.execute("commit")
        taken += time.perf_counter() - began
        for name, rows in written.items():
            held = connection.execute(f'select count(*) from "{name}"').fetchone()[0]
            if held != rows:
                sys.exit(f"the peer's table {name} holds {held} rows of {rows}")
        connection.close()
    return taken, written


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

        peer, written = zip(*(sqlite_seconds(chain(frame_rows(lake, options.data), sensor_rows(lake))) for _ in range(options.repeats)))
        rows = written[-1]
        if rows.get("frames") != size or len(rows) < 2:
            sys.exit(f"the peer did not get the rows of the lake: {rows}")
        common.tell(engine="python sqlite3", version=sqlite3.sqlite_version, frames=rows["frames"],
                    sensor_rows=sum(rows.values()) - rows["frames"], median_s=round(common.median(peer), 3),
                    frames_per_s=round(size / common.median(peer)))
        common.tell(what="Lakescope's rate over the peer's (above 1: Lakescope is quicker)", frames=frames,
                    ratio=round(rates[size] * common.median(peer) / size, 3))
    if len(rates) > 1:
        small, large = min(rates), max(rates)
        common.tell(what="rate at the large size over that at the small one (near 1: cost grows with the data alone)",
                    ratio=round(rates[large] / rates[small], 3))


if __name__ == "__main__":
    main()
