#!/usr/bin/env python3
"""Checks what `lakescope stats` told against pandas and numpy.

check_stats.py LAKE FRAMES.csv RESULTS.json

FRAMES.csv are all frames with their metrics and labels, RESULTS.json maps the name of a case to the rows told. Raw samples
are read from the metric files themselves. Prints each difference; no line is no difference.
"""

import json
import pathlib
import re
import sys
import tomllib

import numpy as np
import pandas as pd

ZONE = "Europe/Berlin"


def samples_of(folder):
    """Every sensor table of a recording, its times in ns."""
    for path in sorted((folder / "metrics").iterdir()):
        if path.suffix == ".parquet":
            table = pd.read_parquet(path)
        else:
            table = pd.read_csv(path)
        table.columns = [re.sub(r"\s*\[.*\]$", "", name) for name in table.columns]
        if "time" in table:
            times = pd.to_datetime(table.pop("time"), utc=True, format="ISO8601")
            table.insert(0, "timestamp_ns", times.dt.tz_localize(None).astype("datetime64[ns]").astype("int64"))
        yield table


def read_samples(lake):
    parts = []
    for folder in sorted((lake / "recordings").iterdir()):
        with open(folder / "recording.toml", "rb") as handle:
            about = tomllib.load(handle)
        for table in samples_of(folder):
            table["recording"] = folder.name
            table["region"] = about.get("region")
            parts.append(table)
    return pd.concat(parts, ignore_index=True)


def selected(samples, frames):
    """The readings from each of these frames to the next frame of the same footage, once each; `frames` are all of them
    with a column `match`. The last frame lasts as long as the median distance."""
    keep = np.zeros(len(samples), bool)
    for (recording, _camera), own in frames.groupby(["recording", "camera"]):
        own = own.sort_values("frame_idx")
        times = own["timestamp_ns"].to_numpy()
        steps = np.sort(np.diff(times))
        ends = np.append(times[1:], times[-1] + (steps[len(steps) // 2] if len(steps) else 1))
        at = samples["recording"].to_numpy() == recording
        for start, end in zip(times[own["match"]], ends[own["match"]]):
            keep |= at & (samples["timestamp_ns"].to_numpy() >= start) & (samples["timestamp_ns"].to_numpy() < end)
    return samples[keep]


def statistics(group, metric, beside):
    values = group[metric].dropna().astype(float)
    ordered = group.sort_values("timestamp_ns", kind="stable")[metric].dropna()
    pairs = group[[metric, beside]].dropna().astype(float)
    told = {
        "count": len(values),
        "missing": len(group) - len(values),
        "nan": 0,
        "mean": values.mean(),
        "std": values.std(),
        "min": values.min(),
        "max": values.max(),
        "sum": values.sum(),
        "p95": np.quantile(values, 0.95) if len(values) else np.nan,
        "p99.9": np.quantile(values, 0.999) if len(values) else np.nan,
        "q0.25": np.quantile(values, 0.25) if len(values) else np.nan,
        "median": values.median(),
        "mode": values.mode().iloc[0] if len(values) else np.nan,
        "first": ordered.iloc[0] if len(ordered) else np.nan,
        "last": ordered.iloc[-1] if len(ordered) else np.nan,
        "distinct": values.nunique(),
        f"corr_{beside}": pairs[metric].corr(pairs[beside]) if len(pairs) > 1 else np.nan,
    }
    return {f"{metric}_{name}": value for name, value in told.items()}


def grouped(table, keys, metric="speed", beside="brake"):
    if not keys:
        return [statistics(table, metric, beside)]
    rows = []
    for key, group in table.groupby(keys, dropna=False):
        key = key if isinstance(key, tuple) else (key,)
        key = tuple(None if pd.isna(value) else value for value in key)
        rows.append(dict(zip(keys, key)) | statistics(group, metric, beside))
    return rows


def in_time(table):
    times = pd.to_datetime(table["timestamp_ns"], utc=True)
    local = times.dt.tz_convert(ZONE)
    return table.assign(
        hour=times.dt.floor("h").map(lambda time: time.strftime("%Y-%m-%dT%H:%M:%S.000000000Z")),
        hour_of_day=local.dt.hour,
        weekday=local.dt.day_name(),
        day=local.dt.strftime("%Y-%m-%d"),
    )


def by_frames(samples, frames, match, column, values):
    """Rows of groups that are a matter of frames: for each value the readings of the frames that have it."""
    rows = []
    for value, has in values:
        own = selected(samples, frames.assign(match=match & has))
        if len(own):
            rows.append({column: value} | statistics(own, "speed", "brake"))
    return rows


def weighted(samples):
    rows = []
    for recording, group in samples.groupby("recording"):
        group = group.sort_values("timestamp_ns")
        seconds = np.minimum(np.diff(group["timestamp_ns"].to_numpy()) / 1e9, 1.0)
        seconds = np.append(seconds, seconds[-1])
        values = group["speed"].to_numpy(float)
        there = ~np.isnan(values)
        values, seconds = values[there], seconds[there]
        mean = np.average(values, weights=seconds)
        rows.append({
            "recording": recording,
            "speed_mean": mean,
            "speed_std": np.sqrt(np.average((values - mean) ** 2, weights=seconds)),
            "speed_p50": np.quantile(values, 0.5, weights=seconds, method="inverted_cdf"),
        })
    return rows


def kept(samples, frames, word, number=1):
    """The extreme readings of each recording, of equal ones the earlier, each with the whole row of the frame nearest in time."""
    rows = []
    for recording, group in samples.dropna(subset=["speed"]).groupby("recording"):
        group = group.sort_values("timestamp_ns", kind="stable")
        group = group.sort_values("speed", kind="stable", ascending=word == "min")
        own = frames[frames["recording"] == recording]
        for rank, at in enumerate(group.head(number).itertuples(), start=1):
            away = (own["timestamp_ns"] - at.timestamp_ns).abs()
            frame = own.loc[away.idxmin()]
            row = {"recording": recording, f"speed_{word}": at.speed, "camera": frame["camera"]}
            row |= {name: frame[name] for name in ("frame_id", "frame_idx", "timestamp_ns", "labels", "brake")}
            rows.append(row | ({"rank": rank} if number > 1 else {}))
    return rows


def expected(samples, frames):
    everything = pd.Series(True, index=frames.index)
    fast = frames["speed"] > frames["speed"].median()
    classes = [name for name in frames if name.startswith("labels.")]
    cameras = [(camera, frames["camera"] == camera) for camera in sorted(frames["camera"].unique())]
    of_classes = [(name.removeprefix("labels."), frames[name] > 0) for name in sorted(classes)]
    of_classes.append((None, frames["labels"] == 0))
    some = selected(samples, frames.assign(match=fast))
    return {
        "all": grouped(samples, []),
        "recording": grouped(samples, ["recording"]),
        "region": grouped(samples, ["region"]),
        "time": grouped(in_time(samples), ["hour", "hour_of_day", "weekday", "day"]),
        "bins": grouped(samples.assign(**{"speed:2": samples["speed"] // 2 * 2}), ["speed:2"], "brake", "speed"),
        "fast": grouped(some, []),
        "fast_recording": grouped(some, ["recording"]),
        "camera": by_frames(samples, frames, everything, "camera", cameras),
        "fast_camera": by_frames(samples, frames, fast, "camera", cameras),
        "label": by_frames(samples, frames, everything, "label", of_classes),
        "frames_camera": grouped(frames, ["camera"]),
        "frames_fast": grouped(frames[fast], ["recording"]),
        "gear": grouped(samples, ["recording"], "gear", "speed"),
        "weighted": weighted(samples),
        "kept_max": kept(samples, frames, "max"),
        "kept_min": kept(samples, frames, "min"),
        "kept_top3": kept(samples, frames, "top", 3),
    }


def same(told, wanted):
    if wanted is None or (isinstance(wanted, float) and np.isnan(wanted)):
        return told is None
    if isinstance(wanted, str):
        return told == wanted
    if told is None:
        return False
    return bool(np.isclose(float(told), float(wanted), rtol=1e-9, atol=1e-12))


def main():
    lake, frames, results = map(pathlib.Path, sys.argv[1:])
    frames = pd.read_csv(frames)
    told = json.loads(results.read_text())
    wanted = expected(read_samples(lake), frames)
    if set(told) != set(wanted):
        print(f"cases: {sorted(set(told) ^ set(wanted))}")
    for case, rows in wanted.items():
        keys = [name for name in rows[0] if not name.startswith(("speed_", "brake_", "gear_"))]
        if case.startswith("kept"):
            keys = [name for name in ("recording", "rank") if name in rows[0]]
        by_key = {tuple(None if row[key] is None else str(row[key]) for key in keys): row for row in told.get(case, [])}
        if len(by_key) != len(rows):
            print(f"{case}: {len(by_key)} rows told, {len(rows)} expected")
        for row in rows:
            key = tuple(None if row[name] is None else str(row[name]) for name in keys)
            found = by_key.get(key)
            if found is None:
                print(f"{case}: no row for {key}; there are {list(by_key)}")
                continue
            for name, value in row.items():
                if name in keys:
                    continue
                if name not in found or not same(found[name], value):
                    print(f"{case} {key} {name}: told {found.get(name)}, expected {value}")


if __name__ == "__main__":
    main()
