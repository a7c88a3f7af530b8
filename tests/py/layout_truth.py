"""Tells what a viewer must show of the stores in tests/fixtures/layouts, as h5py and Pillow read them.

    layout_truth.py FIXTURES OUT

OUT becomes a folder with `truth.json`, a list of
    {"store", "recording", "camera", "frames", "width_px", "height_px", "channels", "type", "tolerance", "times_ns", "file"}
where `file` holds the values of every frame, little-endian, rows from the top, channels together, and `type` is one of
those a frame is kept in. `times_ns` is null where the store tells no times.
"""

import io
import json
import pathlib
import sys

import h5py
import numpy
from PIL import Image

COMMA = "comma/camera/2016-06-08--11-46-01.h5"
S, MS, US, NS = 1_000_000_000, 1_000_000, 1_000, 1


class Truth:
    def __init__(self, fixtures, out):
        self.fixtures, self.out, self.entries = fixtures, out, []
        out.mkdir(parents=True, exist_ok=True)

    def add(self, store, frames, camera="camera", recording=None, times_ns=None, tolerance=0):
        """`frames` is (N, H, W) or (N, H, W, C)."""
        frames = numpy.asarray(frames)
        # Narrow whole numbers with a sign are kept wider.
        kept = {"int8": "int32", "int16": "int32"}.get(frames.dtype.name, frames.dtype.name)
        frames = frames.astype(numpy.dtype(kept).newbyteorder("<"))
        if frames.ndim == 3:
            frames = frames[..., None]
        name = f"{len(self.entries):02d}.raw"
        (self.out / name).write_bytes(numpy.ascontiguousarray(frames).tobytes())
        count, height, width, channels = frames.shape
        self.entries.append({
            "store": store, "recording": recording or pathlib.PurePath(store).stem, "camera": camera, "frames": count,
            "width_px": width, "height_px": height, "channels": channels, "type": kept, "tolerance": tolerance,
            "times_ns": None if times_ns is None else [int(time) for time in times_ns], "file": name,
        })

    def open(self, store):
        return h5py.File(self.fixtures / store, "r")


def decoded(row):
    """A row may be padded with zeros, which Pillow passes over."""
    return numpy.asarray(Image.open(io.BytesIO(numpy.asarray(row).tobytes())))


def coloured(index, palette):
    return palette[index]


def stacks(truth):
    """Stores that hold their frames in one array, rows first."""
    for store, path, times, unit in [
        ("native_raw.h5", "frames", "timestamps", NS), ("native_gzip.h5", "frames", "timestamps", NS),
        ("carla_center.h5", "images_center", None, 0), ("carla_rgb.h5", "rgb", None, 0),
        ("ddd20.h5", "frame", "frame_ts", S), ("realpython_many.h5", "images", None, 0),
        ("train_set.h5", "train_set_x", None, 0), ("test_set.h5", "test_set_x", None, 0),
        ("image_stack.h5", "stack", None, 0), ("nexus.h5", "entry/data/data", "entry/data/frame_time", MS),
        ("nexus_scan.h5", "entry/sample_scan/counts", None, 0),
        ("mvsec_depth.h5", "davis/left/depth_image_raw", "davis/left/depth_image_raw_ts", S),
    ]:
        with truth.open(store) as file:
            truth.add(store, file[path][()], times_ns=times and in_ns(file[times][()], unit))
    with truth.open("nexus_old.h5") as file:
        start = numpy.datetime64("2024-05-01T08:00:00", "ns").astype(int)
        times = in_ns(file["entry/data/scan_time"][()], S) + start
        truth.add("nexus_old.h5", file["entry/data/data"][()], times_ns=times)
    for path in sorted(truth.fixtures.glob("depth_*.h5")):
        with truth.open(path.name) as file:
            truth.add(path.name, file["frames"][()], times_ns=file["timestamps"][()])


def in_ns(values, unit):
    """Whole and fractional part apart, so that seconds since 1970 keep their digits."""
    values = values.ravel()
    if values.dtype.kind != "f":
        return values.astype(numpy.int64) * unit
    whole = numpy.trunc(values.astype(numpy.float64))
    return whole.astype(numpy.int64) * unit + numpy.round((values - whole) * unit).astype(numpy.int64)


def coded_rows(truth):
    for store, tolerance in (("native_jpeg.h5", 2), ("native_png.h5", 0)):
        with truth.open(store) as file:
            frames = [decoded(row) for row in file["frames"][()]]
            truth.add(store, frames, times_ns=file["timestamps"][()], tolerance=tolerance)


def cameras_of_a_file(truth):
    with truth.open("aloha.h5") as file:
        for camera in ("cam_high", "cam_left_wrist"):
            truth.add("aloha.h5", file[f"observations/images/{camera}"][()], camera)
    for store in ("aloha_compressed.h5", "aloha_compressed_no_lengths.h5"):
        with truth.open(store) as file:
            for camera in ("cam_high", "cam_low"):
                rows = file[f"observations/images/{camera}"][()]
                truth.add(store, [decoded(row) for row in rows], camera, tolerance=2)
    with truth.open("robomimic.h5") as file:
        for demo in ("demo_0", "demo_2", "demo_10"):
            for camera in ("agentview", "robot0_eye_in_hand"):
                frames = file[f"data/{demo}/obs/{camera}_image"][()]
                truth.add("robomimic.h5", frames, camera, f"robomimic/{demo}")
    with truth.open("mvsec.h5") as file:
        for side in ("left", "right"):
            times = in_ns(file[f"davis/{side}/image_raw_ts"][()], S)
            truth.add("mvsec.h5", file[f"davis/{side}/image_raw"][()], side, times_ns=times)
    with truth.open("m3ed.h5") as file:
        for camera in ("left", "right", "rgb"):
            times = in_ns(file["ovc/ts"][()], US)
            truth.add("m3ed.h5", file[f"ovc/{camera}/data"][()], camera, times_ns=times)


def planes_first(truth):
    with truth.open(COMMA) as file:
        frames = file["X"][()].transpose(0, 2, 3, 1)
    with truth.open(COMMA.replace("camera", "log")) as file:
        times, pointer = file["times"][()], file["cam1_ptr"][()]
    first = [times[numpy.flatnonzero(pointer == frame)[0]] for frame in range(len(frames))]
    # The log counts from a zero of its own.
    truth.add(COMMA, frames, recording="comma/2016-06-08--11-46-01", times_ns=in_ns(numpy.array(first), S))


def single_images(truth):
    with truth.open("realpython_one.h5") as file:
        truth.add("realpython_one.h5", file["image"][()][None])
    with truth.open("image_pixel.h5") as file:
        truth.add("image_pixel.h5", file["truecolor"][()][None])
    with truth.open("image_plane.h5") as file:
        truth.add("image_plane.h5", file["truecolor"][()].transpose(1, 2, 0)[None])
    with truth.open("image_line.h5") as file:
        truth.add("image_line.h5", file["truecolor"][()].transpose(0, 2, 1)[None])
    with truth.open("image_gray.h5") as file:
        truth.add("image_gray.h5", file["gray"][()][None])
    with truth.open("image_white_is_zero.h5") as file:
        truth.add("image_white_is_zero.h5", 65535 - file["deep"][()][None], "deep")
        truth.add("image_white_is_zero.h5", 255 - file["gray"][()][None], "gray")
    with truth.open("image_indexed.h5") as file:
        truth.add("image_indexed.h5", coloured(file["indexed"][()], file["palette"][()])[None])
    with truth.open("image_indexed_list.h5") as file:
        image = file["Iceberg image"]
        palette = file[image.attrs["PALETTE"][0]]
        truth.add("image_indexed_list.h5", coloured(image[()], palette[()])[None])
    with truth.open("image_stack_indexed.h5") as file:
        truth.add("image_stack_indexed.h5", coloured(file["stack"][()], file["palette"][()]))
    with truth.open("image_attribute_forms.h5") as file:
        truth.add("image_attribute_forms.h5", file["gray"][()][None], "gray")
        truth.add("image_attribute_forms.h5", file["plane"][()].transpose(1, 2, 0)[None], "plane")
    with truth.open("image_origins.h5") as file:
        flips = {"UL": (1, 1), "LL": (-1, 1), "UR": (1, -1), "LR": (-1, -1)}
        for name, dataset in file.items():
            image = dataset[()].transpose(1, 2, 0) if name.startswith("planes") else dataset[()]
            down, across = flips[dataset.attrs["DISPLAY_ORIGIN"].decode()]
            truth.add("image_origins.h5", image[::down, ::across][None], name)


def one_dataset_a_frame(truth):
    with truth.open("per_frame_gray.h5") as file:
        frames = [file[f"frames/{index}"][()] for index in (0, 1, 2, 9, 10, 11)]
        truth.add("per_frame_gray.h5", frames)
    with truth.open("per_frame_colour.h5") as file:
        frames = [file[f"camera/img_{index}"][()] for index in range(12)]
        truth.add("per_frame_colour.h5", frames, times_ns=file["camera/timestamps"][()])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    truth = Truth(*map(pathlib.Path, sys.argv[1:]))
    for part in (stacks, coded_rows, cameras_of_a_file, planes_first, single_images, one_dataset_a_frame):
        part(truth)
    (truth.out / "truth.json").write_text(json.dumps(truth.entries, indent=1))


if __name__ == "__main__":
    main()
