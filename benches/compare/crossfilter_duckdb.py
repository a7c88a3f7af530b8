#!/usr/bin/env python3
"""A brush that moves over 1,000,000 frames: the frames that match, and every histogram, list and label class over those
that fulfil everything but its own condition. Lakescope and DuckDB.

Lakescope is timed by the criterion bench `crossfilter` (benches/crossfilter.rs), which opens the lake named by
LAKESCOPE_BENCH_LAKE and goes through the filters of LAKESCOPE_BENCH_FILTERS in turn, as `crossfilter/lake`. It also writes
what it counted (LAKESCOPE_BENCH_COUNTS), and before DuckDB is timed, DuckDB must have counted the same.
"""

import json
import os
import tempfile
import time

import duckdb

import common

# As benches/crossfilter.rs calls it.
BENCHMARK = "crossfilter/lake"

OTHERS = "brake <= 0.3 and count(pedestrian) >= 1"
OTHERS_SQL = {"brake": "brake <= 0.3", None: "n_pedestrian >= 1"}


def drag():
    """A brush of a third of the histogram that moves by about a two-hundredth of it, forth and back."""
    way = [(5 + step * 0.1, 11 + step * 0.1) for step in range(30)]
    return [*way, *reversed(way)]


def jumps():
    """A brush that is placed somewhere else each time."""
    return [(1, 6), (14, 20), (7, 12), (0, 5), (10, 18), (3, 4)]


def text_of(brush):
    return f"speed between {brush[0]:.3f} and {brush[1]:.3f} and {OTHERS}"


def measure_lakescope(lake, brushes):
    """The median of a step, its interval, and what was counted at each."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "counts.json")
        figures = common.cargo_bench("crossfilter", BENCHMARK, LAKESCOPE_BENCH_LAKE=lake,
                                     LAKESCOPE_BENCH_FILTERS="\n".join(map(text_of, brushes)), LAKESCOPE_BENCH_COUNTS=file)
        with open(file) as handle:
            return figures, json.load(handle)


class Frames:
    """The frames in DuckDB: the values that conditions ask for, and a small code per frame and facet, as Lakescope has it."""

    def __init__(self, lake, info, facets, data):
        self.facets = facets
        metrics = [metric["name"] for metric in info["metrics"]]
        classes = [one[0] for one in self.counts("classes", "")["classes"]]
        categories = [facet["name"] for facet in facets if facet["kind"] == "category"]
        names = list(dict.fromkeys(["recording", "camera", *metrics, *categories, "labels", *(f"labels.{name}" for name in classes)]))
        table = data / f"{lake.name}.parquet"
        common.lakescope("frames", lake, "--columns", ",".join(names), "--format", "parquet", "--out", table)
        self.connection = duckdb.connect()
        self.connection.execute(f"set threads = {os.cpu_count()}")
        self.connection.execute("set preserve_insertion_order = false")
        columns, self.codes = ["speed", "brake", '"labels.pedestrian" as n_pedestrian'], {}
        for at, facet in enumerate(facets):
            kind, name, counts = facet["kind"], facet["name"], facet["counts"]
            if kind == "numbers":
                low, high, bins = counts["low"], counts["high"], counts["bins"]
                scale = bins / (high - low)
                place = f'least(floor(("{name}" - {low!r}::double) * {scale!r}::double), {bins - 1})'
                value = f'case when "{name}" is null or isnan("{name}"::double) then 255 else {place} end::utinyint'
            elif kind == "category":
                # An enumeration is what DuckDB keeps smallest.
                value = f"\"{name}\"::varchar::enum_{at}"
                self.connection.execute(
                    f"create type enum_{at} as enum (select distinct \"{name}\"::varchar as v from read_parquet('{table}') where v is not null order by v)")
            if kind != "classes":
                columns.append(f"{value} as f{at}")
                self.codes[at] = f"f{at}"
        for at, name in enumerate(classes):
            columns.append(f'"labels.{name}"::usmallint as c{at}')
        columns.append("(labels = 0) as bare")
        self.classes = classes
        self.connection.execute(f"create table frames as select {', '.join(columns)} from read_parquet('{table}')")
        table.unlink()

    def counts(self, kind, name):
        return next(facet["counts"] for facet in self.facets if (facet["kind"], facet["name"]) == (kind, name))

    def class_sums(self):
        each = [f"count(*) filter (c{at} > 0), sum(c{at})" for at in range(len(self.classes))]
        return ", ".join([*each, "count(*) filter (bare)"])

    def step(self, brush, form):
        """Everything that a step changes: all but the histogram of the brushed metric, which does not obey its own brush."""
        own = {"speed": f"speed between {brush[0]:.3f} and {brush[1]:.3f}", **OTHERS_SQL}
        where = " and ".join(own.values())
        without = {name: " and ".join(text for other, text in own.items() if other != name) for name in own if name}
        ask = lambda query: self.connection.execute(query).fetchall()
        found = {"matches": None}
        shared = [at for at in self.codes if self.facets[at]["name"] not in without]
        if form == "a query each":
            for at in shared:
                found[at] = ask(f"select f{at}, count(*) from frames where {where} group by all")
        elif form == "grouping sets":
            names = ", ".join(f"f{at}" for at in shared)
            sets = ", ".join(f"(f{at})" for at in shared)
            rows = ask(f"select grouping({names}), {names}, count(*) from frames where {where} group by grouping sets ({sets})")
            for place, at in enumerate(shared):
                bits = (1 << len(shared)) - 1 - (1 << (len(shared) - 1 - place))
                found[at] = [(row[1 + place], row[-1]) for row in rows if row[0] == bits]
        else:
            names = ", ".join(f"histogram(f{at}), count(*) filter (f{at} is null)" for at in shared)
            row = ask(f"select {names} from frames where {where}")[0]
            for place, at in enumerate(shared):
                found[at] = [*(row[2 * place] or {}).items(), (None, row[2 * place + 1])]
        for at in self.codes:
            name = self.facets[at]["name"]
            if name in without and name != "speed":
                found[at] = ask(f"select f{at}, count(*) from frames where {without[name]} group by all")
        sums = ask(f"select count(*), {self.class_sums()} from frames where {where}")[0]
        found["matches"], found["classes"] = sums[0], sums[1:]
        return found


def check(frames, brush, told):
    """Whether DuckDB counts what Lakescope told, in each form."""
    if told["filter"] != text_of(brush):
        raise SystemExit("the bench went through other filters")
    for form in FORMS:
        found = frames.step(brush, form)
        ours = {facet["name"]: facet["counts"] for facet in told["facets"]}
        if found["matches"] != told["matches"]:
            raise SystemExit(f"the two disagree on `{told['filter']}`: {told['matches']} and {found['matches']} frames")
        for at, facet in enumerate(frames.facets):
            if at not in found:
                continue
            counted = {value: count for value, count in found[at] if count}
            counts = ours[facet["name"]]
            if facet["kind"] == "numbers":
                bins, nulls, _below, _above = counts["front"]
                expected = {place: count for place, count in enumerate(bins) if count} | ({255: nulls} if nulls else {})
            else:
                expected = {value: matching for value, _frames, matching in counts if matching}
                counted = {value if value is None else str(value): count for value, count in counted.items()}
            if counted != expected:
                raise SystemExit(f"the two disagree on {facet['name']} of `{told['filter']}` ({form}):\n{expected}\n{counted}")
        classes = ours[""]
        expected = [number for _class, _frames, matching, labels in classes["classes"] for number in (matching, labels)]
        if [*(int(number or 0) for number in found["classes"])] != [*expected, classes["bare"][1]]:
            raise SystemExit(f"the two disagree on the label classes of `{told['filter']}`")


FORMS = ["a query each", "grouping sets", "histogram()"]


def measure_duckdb(frames, brushes, least_s=4.0):
    """The median of a step in the form that is quickest, and which that is."""
    figures = {}
    for form in FORMS:
        frames.step(brushes[0], form)
        taken, end = [], time.monotonic() + least_s
        while time.monotonic() < end or len(taken) < 7:
            brush = brushes[len(taken) % len(brushes)]
            began = time.perf_counter()
            frames.step(brush, form)
            taken.append((time.perf_counter() - began) * 1e3)
        figures[form] = common.median(taken)
        common.tell(engine="duckdb", version=duckdb.__version__, form=form, median_ms=round(figures[form], 3), steps=len(taken))
    form = min(figures, key=figures.get)
    return figures[form], form


def main():
    options = common.arguments(__doc__.splitlines()[0], frames=(int, 1_000_000, "frames in all"))
    lake = common.sample_lake(options.data, f"filter_{options.frames}", 20, 2, options.frames // 40)
    common.lakescope("index", lake)
    info = json.loads(common.lakescope("info", lake, "--json"))
    rows, frames = [], None
    for name, brushes in (("drag", drag()), ("jump", jumps())):
        quiet = common.wait_for_quiet()
        (middle, low, high), told = measure_lakescope(lake, brushes)
        common.tell(engine="lakescope", what=name, median_ms=round(middle, 3), interval_ms=[round(low, 3), round(high, 3)])
        if frames is None:
            frames = Frames(lake, info, told[0]["facets"], options.data)
        for brush, one in list(zip(brushes, told))[::max(len(brushes) // 6, 1)]:
            check(frames, brush, one)
        common.tell(what="the same counts on both sides", steps=name, frames=info["frames"], facets=len(frames.facets),
                    matches=[one["matches"] for one in told][:6])
        quiet = common.wait_for_quiet() and quiet
        theirs, form = measure_duckdb(frames, brushes)
        rows.append((name, theirs, form, middle, middle / theirs, quiet))
    print(f"\n| a step, {info['frames']:,} frames, {len(frames.facets)} facets | DuckDB | in the form | Lakescope | Lakescope over DuckDB | quiet |")
    print("|---|---|---|---|---|---|")
    for name, theirs, form, ours, ratio, quiet in rows:
        print(f"| {name} | {theirs:.1f} ms | {form} | {ours:.2f} ms | {ratio:.3f} | {'yes' if quiet else 'no'} |")


if __name__ == "__main__":
    main()
