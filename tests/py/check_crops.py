"""Compares the crops of an export with the slices of the frames that h5py (and Pillow, for coded rows) reads.

    check_crops.py LAKE OUT

Prints JSON: per footage the number of crops, whether its store is lossless, and the largest difference of a value.
"""

import csv
import io
import json
import pathlib
import sys

import h5py
import numpy
from PIL import Image


def frame_of(dataset, index):
    """The pixels of a frame, and whether every decoder gives the same ones."""
    row = dataset[index]
    if row.ndim > 1:
        return row, True
    image = Image.open(io.BytesIO(row.tobytes()))
    return numpy.asarray(image.convert("RGB")), image.format != "JPEG"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    lake, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    told = {}
    with open(out / "crops.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["file"]]
    stores = {}
    for row in rows:
        name = f"{row['recording']}/{row['camera']}"
        if name not in stores:
            store = lake / "recordings" / row["recording"] / "footages" / f"{row['camera']}.h5"
            stores[name] = h5py.File(store, "r")["frames"]
        dataset = stores[name]
        x, y, w, h = (int(row[side]) for side in ("crop_x", "crop_y", "crop_w", "crop_h"))
        frame, lossless = frame_of(dataset, int(row["frame_idx"]))
        expected = frame[y : y + h, x : x + w]
        found = numpy.asarray(Image.open(out / row["file"]))
        if found.shape != expected.shape:
            sys.exit(f"{row['file']} has the shape {found.shape}, not {expected.shape}")
        difference = int(numpy.abs(found.astype(int) - expected.astype(int)).max())
        entry = told.setdefault(name, {"crops": 0, "largest_difference": 0, "lossless": lossless})
        entry["crops"] += 1
        entry["largest_difference"] = max(entry["largest_difference"], difference)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
