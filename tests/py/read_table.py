"""Tells how pandas reads a table: one JSON object with the number of rows and, per column, its type, nulls and ends.

    read_table.py FILE.csv|FILE.parquet
"""

import json
import sys

import pandas


def plain(value):
    """A value as JSON holds it; what pandas takes for missing is null."""
    if pandas.isna(value):
        return None
    return value.item() if hasattr(value, "item") else str(value)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    path = sys.argv[1]
    table = pandas.read_parquet(path) if path.endswith(".parquet") else pandas.read_csv(path, parse_dates=["time"] if has_time(path) else [])
    columns = [
        {"name": name, "type": str(column.dtype), "nulls": int(column.isna().sum()),
         "first": plain(column.iloc[0]) if len(column) else None, "last": plain(column.iloc[-1]) if len(column) else None}
        for name, column in table.items()
    ]
    json.dump({"rows": len(table), "columns": columns}, sys.stdout)


def has_time(path):
    with open(path, encoding="utf-8") as file:
        return "time" in file.readline().rstrip("\n").split(",")


if __name__ == "__main__":
    main()
