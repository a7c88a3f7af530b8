"""Writes a lake with a store of each layout, and tells which bytes belong to which frames: `checked_stores.py <lake>`.

Prints a JSON list of {"store", "pieces": [{"camera", "first", "last", "start", "end"}]}: the frames `first` to `last` need
the bytes from `start` up to `end`, as h5py tells for chunks, and as a search in the file tells for variable-length rows.
"""

import io
import json
import sys
from pathlib import Path

import h5py
import numpy as np
from PIL import Image

START_NS = 1_714_550_400_000_000_000
random = np.random.default_rng(7)


def frames(count, height=24, width=32):
    return random.integers(0, 255, (count, height, width, 3), dtype=np.uint8)


def jpeg(image):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=90)
    return np.frombuffer(buffer.getvalue(), dtype=np.uint8)


def contiguous(data, camera):
    each = data.id.get_storage_size() // data.shape[0]
    start = data.id.get_offset()
    for index in range(data.shape[0]):
        yield {"camera": camera, "first": index, "last": index, "start": start + index * each, "end": start + (index + 1) * each}


def chunked(data, camera):
    for number in range(data.id.get_num_chunks()):
        chunk = data.id.get_chunk_info(number)
        first = chunk.chunk_offset[0]
        last = min(first + data.chunks[0], data.shape[0]) - 1
        start = chunk.byte_offset
        yield {"camera": camera, "first": int(first), "last": int(last), "start": start, "end": start + chunk.size}


def rows(data, camera, content):
    for index, row in enumerate(data[:]):
        start = content.index(row.tobytes())
        yield {"camera": camera, "first": index, "last": index, "start": start, "end": start + len(row)}


def main(lake):
    stores = []

    def store(path, write, **options):
        whole = lake / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        with h5py.File(whole, "w", **options) as file:
            write(file)
        content = whole.read_bytes()
        pieces = []
        with h5py.File(whole, "r") as file:
            datasets = [(file["frames"], "front")] if "frames" in file else [
                (data, name) for name, data in file["observations/images"].items()
            ]
            for data, camera in datasets:
                if data.dtype.kind == "O":
                    pieces.extend(rows(data, camera, content))
                else:
                    pieces.extend(chunked(data, camera) if data.chunks else contiguous(data, camera))
        stores.append({"store": path, "pieces": pieces})

    def native(name, data, **how):
        def write(file):
            file.create_dataset("frames", data=data, **how)
            file["timestamps"] = START_NS + np.arange(len(data), dtype=np.int64) * 100_000_000

        store(f"recordings/{name}/footages/front.h5", write)

    def native_rows(name, files):
        def write(file):
            data = file.create_dataset("frames", (len(files),), dtype=h5py.vlen_dtype(np.uint8))
            for index, row in enumerate(files):
                data[index] = row
            file["timestamps"] = START_NS + np.arange(len(files), dtype=np.int64) * 100_000_000

        store(f"recordings/{name}/footages/front.h5", write)

    native("raw", frames(9))
    native("large", frames(40, 480, 320))
    native("gzip", frames(9), chunks=(1, 24, 32, 3), compression="gzip")
    native("several", frames(11), chunks=(4, 24, 32, 3), compression="gzip", shuffle=True)
    native("tiles", frames(5), chunks=(2, 16, 16, 3), compression="gzip")
    native_rows("rows", [jpeg(image) for image in frames(20)])
    native_rows("large_rows", [jpeg(image) for image in frames(6, 240, 320)])

    def two_cameras(file):
        for name in ("high", "wrist"):
            file.create_dataset(f"observations/images/{name}", data=frames(6), chunks=(1, 24, 32, 3), compression="gzip")
        file["observations/qpos"] = np.arange(6 * 2, dtype=np.float32).reshape(6, 2)
        file["action"] = np.arange(6 * 2, dtype=np.float32).reshape(6, 2)

    store("arms/episode_0.hdf5", two_cameras)
    print(json.dumps(stores))


main(Path(sys.argv[1]))
