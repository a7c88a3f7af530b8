"""Checks an export of a native lake against the stores, as pandas, h5py and Pillow read both.

    check_export.py LAKE OUT

Every PNG of OUT/images must hold the pixels of its frame: exactly for stores that hold pixels or PNG rows, within 2 levels
for JPEG rows (decoders may round differently). Every row of frames.csv must have its image. Prints a JSON object with
the numbers of images compared and their largest differences, by recording; exits with 1 and the first fault otherwise.
"""

import io
import json
import pathlib
import sys

import h5py
import numpy
import pandas
from PIL import Image


def stored(data, index):
    """The pixels of a frame, and by how much another decoder may differ."""
    row = data[index]
    if row.ndim > 1:
        return row, 0
    image = Image.open(io.BytesIO(row.tobytes()))
    return numpy.asarray(image.convert("RGB")), 2 if image.format == "JPEG" else 0


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    lake, out = map(pathlib.Path, sys.argv[1:])
    table = pandas.read_csv(out / "frames.csv", parse_dates=["time"])
    for name, kind in (("frame_idx", "i"), ("timestamp_ns", "i"), ("labels", "i"), ("time", "M")):
        if table[name].dtype.kind != kind:
            sys.exit(f"frames.csv: pandas reads `{name}` as {table[name].dtype}")
    if (table["time"].astype("datetime64[ns, UTC]").astype("int64") != table["timestamp_ns"]).any():
        sys.exit("frames.csv: `time` and `timestamp_ns` are not the same times")
    compared = {}
    for (recording, camera), rows in table.groupby(["recording", "camera"], sort=False):
        with h5py.File(lake / "recordings" / recording / "footages" / f"{camera}.h5", "r") as store:
            for frame_id, index in zip(rows["frame_id"], rows["frame_idx"]):
                if frame_id != f"{recording}/{camera}/{index}":
                    sys.exit(f"frames.csv: {frame_id} stands for {recording}/{camera}/{index}")
                pixels, tolerance = stored(store["frames"], index)
                path = out / "images" / recording / camera / f"{index:06}.png"
                exported = numpy.asarray(Image.open(path).convert("RGB"))
                if exported.shape != pixels.shape:
                    sys.exit(f"{path}: {exported.shape} where the store has {pixels.shape}")
                difference = int(numpy.abs(exported.astype(int) - pixels.astype(int)).max())
                if difference > tolerance:
                    sys.exit(f"{path}: differs from the store by {difference} levels, {tolerance} allowed")
                count, largest = compared.get(recording, (0, 0))
                compared[recording] = (count + 1, max(largest, difference))
    json.dump({name: {"images": count, "largest_difference": largest} for name, (count, largest) in compared.items()}, sys.stdout)


if __name__ == "__main__":
    main()
