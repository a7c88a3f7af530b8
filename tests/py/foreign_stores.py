"""Writes HDF5 stores as other software lays them out, and what a reader must find in them.

    foreign_stores.py LAKE EXPECTED

LAKE becomes a folder of stores, one subfolder per layout. EXPECTED becomes a folder with `expected.json`, a list of
    {"store", "recording_hint", "camera_hint", "frames", "width_px", "height_px", "tolerance", "pixels": {index: file}}
where each file holds the RGB bytes of that frame (rows from the top), as h5py and Pillow read them. `tolerance` is the
largest allowed difference of a value: 0 for stores without loss, 2 for JPEG (decoders may round differently).
"""

import io
import json
import pathlib
import sys

import h5py
import numpy
from PIL import Image

WIDTH, HEIGHT = 48, 32


def picture(seed, index, width=WIDTH, height=HEIGHT):
    """A frame that differs in every corner, channel and index: a swapped axis or channel cannot go unseen."""
    y, x = numpy.mgrid[0:height, 0:width]
    red = (x * 5 + index * 7 + seed) % 256
    green = (y * 7 + index * 3) % 256
    blue = (x + y * 2 + seed * 11) % 256
    return numpy.stack([red, green, blue], axis=-1).astype(numpy.uint8)


def coded(image, kind):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind, **({"quality": 92} if kind == "JPEG" else {}))
    return numpy.frombuffer(buffer.getvalue(), dtype=numpy.uint8)


def decoded(row):
    return numpy.asarray(Image.open(io.BytesIO(row.tobytes())).convert("RGB"))


class Expected:
    """Collects what a reader must find."""

    def __init__(self, lake, folder):
        self.lake, self.folder, self.entries = lake, folder, []
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, store, frames, recording="", camera="", tolerance=0):
        pixels = {}
        for index in sorted({0, len(frames) // 2, len(frames) - 1}):
            name = f"{len(self.entries):02d}_{index}.rgb"
            (self.folder / name).write_bytes(numpy.ascontiguousarray(frames[index]).tobytes())
            pixels[index] = name
        height, width = frames[0].shape[:2]
        self.entries.append({
            "store": store, "recording_hint": recording, "camera_hint": camera, "frames": len(frames),
            "width_px": width, "height_px": height, "tolerance": tolerance, "pixels": pixels,
        })

    def write(self):
        (self.folder / "expected.json").write_text(json.dumps(self.entries, indent=1))


def store(lake, path, **options):
    (lake / path).parent.mkdir(parents=True, exist_ok=True)
    return h5py.File(lake / path, "w", **options)


def times(count, rate_hz=20):
    return (1_714_550_400_000_000_000 + numpy.arange(count) * (1_000_000_000 // rate_hz)).astype(numpy.int64)


def native(lake, expected):
    frames = numpy.stack([picture(1, i) for i in range(12)])
    ways = {
        "contiguous": {},
        "gzip": {"chunks": (1, HEIGHT, WIDTH, 3), "compression": "gzip"},
        "gzip_shuffle_checked": {"chunks": (1, HEIGHT, WIDTH, 3), "compression": "gzip", "shuffle": True, "fletcher32": True},
        "lzf": {"chunks": (1, HEIGHT, WIDTH, 3), "compression": "lzf"},
        "several_a_chunk": {"chunks": (5, HEIGHT, WIDTH, 3), "compression": "gzip"},
        "tiles": {"chunks": (2, 20, 20, 2), "compression": "gzip"},
    }
    for libver in ("earliest", "latest"):
        for name, how in ways.items():
            path = f"native_{libver}/recordings/{name}/footages/front.h5"
            with store(lake, path, libver=libver) as file:
                file.create_dataset("frames", data=frames, **how)
                file["timestamps"] = times(len(frames))
            expected.add(path, frames, name, "front")
    # A block of someone else's bytes before the signature.
    path = "native_user_block/recordings/block/footages/front.h5"
    with store(lake, path, userblock_size=1024) as file:
        file["frames"], file["timestamps"] = frames, times(len(frames))
    expected.add(path, frames, "block", "front")


def native_rows(lake, expected):
    for kind, tolerance in (("JPEG", 2), ("PNG", 0)):
        rows = [coded(picture(2, i), kind) for i in range(9)]
        path = f"native_rows/recordings/{kind.lower()}/footages/front.h5"
        with store(lake, path) as file:
            data = file.create_dataset("frames", (len(rows),), dtype=h5py.vlen_dtype(numpy.uint8))
            for index, row in enumerate(rows):
                data[index] = row
            file["timestamps"] = times(len(rows))
        expected.add(path, [decoded(row) for row in rows], kind.lower(), "front", tolerance)


def never_written(lake, expected):
    """Chunks that were never written hold the fill value."""
    path = "native_holes/recordings/holes/footages/front.h5"
    frames = numpy.full((6, HEIGHT, WIDTH, 3), 7, dtype=numpy.uint8)
    with store(lake, path) as file:
        data = file.create_dataset("frames", frames.shape, dtype=numpy.uint8, chunks=(1, HEIGHT, WIDTH, 3), fillvalue=7)
        for index in (1, 4):
            frames[index] = data[index] = picture(3, index)
        file["timestamps"] = times(len(frames))
    expected.add(path, frames, "holes", "front")


def comma(lake, expected):
    frames = numpy.stack([picture(4, i) for i in range(10)])
    with store(lake, "comma/camera/2016-06-08--11-46-01.h5") as file:
        file["X"] = frames.transpose(0, 3, 1, 2)
    with store(lake, "comma/log/2016-06-08--11-46-01.h5") as file:
        rows = len(frames) * 5
        file["times"] = 100.0 + numpy.arange(rows) / 100
        file["cam1_ptr"] = (numpy.arange(rows) // 5).astype(float)
        file["speed"] = numpy.linspace(0, 10, rows)
        file["steering_angle"] = numpy.sin(numpy.arange(rows) / 10)
        file["gear_choice"] = numpy.full(rows, 4.0)
    expected.add("comma/camera/2016-06-08--11-46-01.h5", frames, "2016-06-08--11-46-01")


def aloha(lake, expected):
    for compress in (False, True):
        path = f"aloha/{'compressed' if compress else 'plain'}/episode_0.hdf5"
        with store(lake, path) as file:
            if compress:
                file.attrs["compress"] = True
            for seed, camera in enumerate(("cam_high", "cam_low")):
                frames = [picture(5 + seed, i) for i in range(8)]
                if compress:
                    rows = [coded(frame, "JPEG") for frame in frames]
                    padded = numpy.zeros((len(rows), max(map(len, rows)) + 3), dtype=numpy.uint8)
                    for index, row in enumerate(rows):
                        padded[index, :len(row)] = row
                    file[f"observations/images/{camera}"] = padded
                    frames = [decoded(row) for row in rows]
                else:
                    file[f"observations/images/{camera}"] = numpy.stack(frames)
                expected.add(path, frames, "episode_0", camera, 2 if compress else 0)
            file["observations/qpos"] = numpy.random.default_rng(0).normal(size=(8, 14))
            file["action"] = numpy.zeros((8, 14))


def robomimic(lake, expected):
    path = "robomimic/low_dim.hdf5"
    with store(lake, path) as file:
        for demo in (0, 2, 10):
            frames = numpy.stack([picture(demo, i) for i in range(4)])
            file[f"data/demo_{demo}/obs/agentview_image"] = frames
            file[f"data/demo_{demo}/actions"] = numpy.zeros((4, 7))
            expected.add(path, frames, f"demo_{demo}", "agentview")


def image_sets(lake, expected):
    frames = numpy.stack([picture(9, i) for i in range(5)])
    with store(lake, "sets/many.h5") as file:
        file["images"] = frames
        file["meta"] = numpy.arange(5, dtype=">u1").reshape(5, 1)
    expected.add("sets/many.h5", frames)
    square = numpy.stack([picture(10, i, 64, 64) for i in range(5)])
    with store(lake, "sets/train_catvnoncat.h5") as file:
        file["train_set_x"] = square
        file["train_set_y"] = numpy.arange(5)
    expected.add("sets/train_catvnoncat.h5", square)


def broken(lake):
    """Files that cannot be read; each must cost one problem and nothing else."""
    folder = lake / "broken"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.h5").write_text("<!DOCTYPE html><html><body>Sign in</body></html>")
    (folder / "pointer.h5").write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1234\n")
    (folder / "netcdf3.nc").write_bytes(b"CDF\x01" + bytes(60))
    (folder / "empty.h5").write_bytes(b"")
    whole = lake / "native_earliest/recordings/gzip/footages/front.h5"
    data = whole.read_bytes()
    (folder / "truncated.h5").write_bytes(data[:len(data) // 2])
    with h5py.File(folder / "external.h5", "w") as file:
        file["frames"] = h5py.ExternalLink("/etc/hostname", "/frames")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    lake, folder = map(pathlib.Path, sys.argv[1:])
    expected = Expected(lake, folder)
    for layout in (native, native_rows, never_written, comma, aloha, robomimic, image_sets):
        layout(lake, expected)
    broken(lake)
    expected.write()


if __name__ == "__main__":
    main()
