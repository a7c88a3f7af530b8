#!/usr/bin/env python3
"""Memory and time to open a large catalog: `info`, a count, and a filter that loads columns, each in a process of its own.

The budget of the window is 500 MB resident with 1,000,000 frames and a filled grid; what is measured here is the part that
the command line shares with it (catalog, frame table, filter). The floor is an empty Python process that opens the same
catalog file with sqlite3.
"""

import json
import os
import subprocess
import sys

import common

QUESTIONS = [
    ("info", ["info", "{lake}", "--json"]),
    ("count of all frames", ["frames", "{lake}", "--count"]),
    ("count with two metrics and one class",
     ["frames", "{lake}", "--where", "speed > 12 and brake < 0.1 and count(pedestrian) >= 2", "--count"]),
]
BUDGET_MB = 500


def main():
    options = common.arguments(__doc__.splitlines()[0], frames=(int, 1_000_000, "frames in all"), repeats=(int, 3, "runs of each"))
    # The lake of filter_duckdb.py, so that both need to make it only once.
    lake = common.sample_lake(options.data, f"filter_{options.frames}", 20, 2, options.frames // 40)
    common.lakescope("index", lake)
    catalog = lake / ".lakescope/catalog.sqlite"
    info = json.loads(common.lakescope("info", lake, "--json"))
    common.tell(what="catalog", frames=info["frames"], labels=info["labels"], catalog_mb=round(info["catalog_bytes"] / 1e6, 1),
                bytes_per_frame=round(info["catalog_bytes"] / info["frames"], 1))

    worst = 0.0
    for name, words in QUESTIONS:
        runs = [common.peak_memory_mb([word.format(lake=lake) for word in words]) for _ in range(options.repeats)]
        memory, seconds, printed = zip(*runs)
        worst = max(worst, *memory)
        answer = {} if name == "info" else {"answer": int(printed[-1])}
        common.tell(engine="lakescope", what=name, peak_mb=round(max(memory), 1), median_s=round(common.median(seconds), 3), **answer)
    floor = subprocess.Popen([sys.executable, "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('select count(*) from sqlite_schema').fetchone()", catalog])
    _, status, usage = os.wait4(floor.pid, 0)
    floor.returncode = os.waitstatus_to_exitcode(status)
    if floor.returncode == 0:
        common.tell(engine="python sqlite3", what="opens the catalog", peak_mb=round(usage.ru_maxrss / 1024, 1))
    common.tell(what="most memory over the budget of the window (below 1: inside it)", budget_mb=BUDGET_MB, ratio=round(worst / BUDGET_MB, 3))
    sys.exit(0 if worst <= BUDGET_MB else 1)


if __name__ == "__main__":
    main()
