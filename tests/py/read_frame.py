"""Prints one frame of a store as h5py (and Pillow, for coded rows) reads it: RGB bytes, rows from the top.

    read_frame.py STORE DATASET INDEX
"""

import io
import sys

import h5py
import numpy
from PIL import Image


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    store, dataset, index = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with h5py.File(store, "r") as file:
        row = file[dataset][index]
    if row.ndim == 1:
        row = numpy.asarray(Image.open(io.BytesIO(row.tobytes())).convert("RGB"))
    if row.dtype != numpy.uint8 or row.ndim != 3 or row.shape[2] != 3:
        sys.exit(f"{dataset} holds {row.dtype} frames of shape {row.shape}, not 8-bit RGB")
    sys.stdout.buffer.write(numpy.ascontiguousarray(row).tobytes())


if __name__ == "__main__":
    main()
