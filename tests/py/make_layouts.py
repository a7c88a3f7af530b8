"""Writes one small store per layout that docs/lake-format.md names.

    make_layouts.py FOLDER

The files in tests/fixtures/layouts were written by this script; it writes the same contents each time. What a reader
must show of them is told by layout_truth.py, which reads the files and knows nothing of this script.
"""

import io
import pathlib
import sys

import h5py
import numpy
from PIL import Image

WIDTH, HEIGHT = 24, 16
START_NS = 1_714_550_400_000_000_000
NUMBERS = ("<u2", ">u2", "<i2", ">i2", "<i4", ">i4", "<u4", "<f4", ">f4", "<f8", ">f8")


def picture(seed, index, width=WIDTH, height=HEIGHT):
    """A frame that differs in every corner, channel and index: a swapped axis or channel cannot go unseen."""
    y, x = numpy.mgrid[0:height, 0:width]
    red = (x * 9 + index * 17 + seed) % 256
    green = (y * 13 + index * 5) % 256
    blue = (x + y * 3 + seed * 11) % 256
    return numpy.stack([red, green, blue], axis=-1).astype(numpy.uint8)


def pictures(seed, count, width=WIDTH, height=HEIGHT):
    return numpy.stack([picture(seed, index, width, height) for index in range(count)])


def grays(seed, count, width=WIDTH, height=HEIGHT):
    return pictures(seed, count, width, height)[..., 0] // 2 + pictures(seed, count, width, height)[..., 1] // 2


def times(count, rate_hz=20):
    return (START_NS + numpy.arange(count) * (1_000_000_000 // rate_hz)).astype(numpy.int64)


def coded(image, kind):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind, **({"quality": 92} if kind == "JPEG" else {}))
    return numpy.frombuffer(buffer.getvalue(), dtype=numpy.uint8)


def padded(rows, more=3):
    table = numpy.zeros((len(rows), max(map(len, rows)) + more), dtype=numpy.uint8)
    for index, row in enumerate(rows):
        table[index, :len(row)] = row
    return table


def rows_of_bytes(file, path, rows):
    data = file.create_dataset(path, (len(rows),), dtype=h5py.vlen_dtype(numpy.uint8))
    for index, row in enumerate(rows):
        data[index] = row


def native_raw(file):
    file["frames"], file["timestamps"] = pictures(1, 4), times(4)


def native_gzip(file):
    file.create_dataset("frames", data=pictures(2, 5), chunks=(1, HEIGHT, WIDTH, 3), compression="gzip", shuffle=True)
    file["timestamps"] = times(5, 30)


def native_jpeg(file):
    rows_of_bytes(file, "frames", [coded(frame, "JPEG") for frame in pictures(3, 3)])
    file["timestamps"] = times(3)


def native_png(file):
    rows_of_bytes(file, "frames", [coded(frame, "PNG") for frame in pictures(4, 3)])
    file["timestamps"] = times(3)


def comma_camera(file):
    file["X"] = pictures(5, 6).transpose(0, 3, 1, 2)


def comma_log(file):
    rows = 30
    file["times"] = 100.0 + numpy.arange(rows) / 100
    file["cam1_ptr"] = (numpy.arange(rows) // 5).astype(float)
    file["speed"] = numpy.linspace(0, 10, rows)
    file["steering_angle"] = numpy.sin(numpy.arange(rows) / 10)
    file["gear_choice"] = numpy.full(rows, 4.0)


def aloha_rest(file, count):
    file["observations/qpos"] = numpy.arange(count * 14).reshape(count, 14) / 100
    file["observations/qvel"] = numpy.zeros((count, 14))
    file["observations/effort"] = numpy.zeros((count, 14))
    file["action"] = numpy.ones((count, 14))


def aloha(file):
    file.attrs["sim"] = True
    for seed, camera in enumerate(("cam_high", "cam_left_wrist")):
        file.create_dataset(f"observations/images/{camera}", data=pictures(6 + seed, 4), chunks=(1, HEIGHT, WIDTH, 3))
    aloha_rest(file, 4)


def aloha_compressed(file, with_lengths=True):
    file.attrs["compress"] = True
    lengths = []
    for seed, camera in enumerate(("cam_high", "cam_low")):
        rows = [coded(frame, "JPEG") for frame in pictures(8 + seed, 4)]
        table = padded(rows)
        file.create_dataset(f"observations/images/{camera}", data=table, chunks=(1, table.shape[1]))
        lengths.append([len(row) for row in rows])
    if with_lengths:
        file["compress_len"] = numpy.array(lengths, dtype=numpy.float64)
    aloha_rest(file, 4)


def aloha_compressed_no_lengths(file):
    aloha_compressed(file, with_lengths=False)


def robomimic(file):
    file.create_group("data").attrs["env_args"] = '{"env_name": "Lift", "type": 1}'
    file["data"].attrs["total"] = 9
    for demo, count in (("demo_2", 3), ("demo_10", 4), ("demo_0", 2)):
        group = file.create_group(f"data/{demo}")
        group.attrs["num_samples"] = count
        number = int(demo.removeprefix("demo_"))
        for seed, camera in enumerate(("agentview", "robot0_eye_in_hand")):
            group[f"obs/{camera}_image"] = pictures(number + seed * 20, count)
        group["obs/robot0_eef_pos"] = numpy.arange(count * 3).reshape(count, 3) / 10
        group["actions"] = numpy.zeros((count, 7))
        group["dones"] = numpy.array([0] * (count - 1) + [1], dtype=numpy.int64)


def carla_center(file):
    file["images_center"] = pictures(10, 5)
    file["targets"] = (numpy.arange(5 * 28).reshape(5, 28) / 7).astype(numpy.float32)


def carla_rgb(file):
    file["rgb"] = pictures(11, 5)
    file["targets"] = (numpy.arange(5 * 28).reshape(5, 28) / 3).astype(numpy.float32)


def ddd20(file):
    file["frame"] = grays(12, 5)
    file["frame_ts"] = (3.5 + numpy.arange(5) * 0.04).astype(numpy.float32).reshape(5, 1)
    file["vehicle_speed"] = (50 + numpy.arange(5)).astype(numpy.float32).reshape(5, 1)


def mvsec(file):
    for seed, side in enumerate(("left", "right")):
        group = file.create_group(f"davis/{side}")
        group["image_raw"] = grays(13 + seed, 4)
        group["image_raw_ts"] = 1_504_645_177.42 + numpy.arange(4) * 0.03125
        group["image_raw_event_inds"] = numpy.arange(4) * 1000
        group["events"] = numpy.arange(80).reshape(20, 4).astype(numpy.float64)
        group["imu"] = numpy.zeros((40, 6))
        group["imu_ts"] = 1_504_645_177.40 + numpy.arange(40) * 0.001


def mvsec_depth(file):
    depth = grays(15, 3).astype(numpy.float32) / 7
    depth[:, 2, 3] = numpy.nan
    file["davis/left/depth_image_raw"] = depth
    file["davis/left/depth_image_raw_ts"] = 1_504_645_177.5 + numpy.arange(3) * 0.05


def m3ed(file):
    for seed, (camera, channels) in enumerate((("left", 1), ("right", 1), ("rgb", 3))):
        frames = pictures(16 + seed, 5)[..., :channels]
        file.create_dataset(f"ovc/{camera}/data", data=frames, chunks=(1, *frames.shape[1:]), compression="lzf")
        file[f"ovc/{camera}/calib/intrinsics"] = numpy.array([1034.8, 1033.4, 629.7, 357.7])
    file["ovc/ts"] = 4_000_000 + numpy.arange(5, dtype=numpy.int64) * 40_000


def realpython_many(file):
    file.create_dataset("images", (5, 32, 32, 3), h5py.h5t.STD_U8BE, data=pictures(20, 5, 32, 32))
    file.create_dataset("meta", (5, 1), h5py.h5t.STD_U8BE, data=numpy.arange(5).reshape(5, 1))


def realpython_one(file):
    file.create_dataset("image", (32, 32, 3), h5py.h5t.STD_U8BE, data=picture(21, 0, 32, 32))
    file.create_dataset("meta", (), h5py.h5t.STD_U8BE, data=7)


def train_set(file):
    file["train_set_x"] = pictures(22, 6, 32, 32)
    file["train_set_y"] = numpy.array([0, 1, 1, 0, 0, 1])
    file["list_classes"] = numpy.array([b"non-cat", b"cat"], dtype="S7")


def test_set(file):
    file["test_set_x"] = pictures(23, 4, 32, 32)
    file["test_set_y"] = numpy.array([[1, 0, 2, 1]])


def declare(dataset, subclass=None, **more):
    """Attributes of the HDF5 Image specification as fixed-length texts."""
    dataset.attrs["CLASS"] = numpy.bytes_("IMAGE")
    dataset.attrs["IMAGE_VERSION"] = numpy.bytes_("1.2")
    if subclass:
        dataset.attrs["IMAGE_SUBCLASS"] = numpy.bytes_(subclass)
    for name, value in more.items():
        dataset.attrs[name] = numpy.bytes_(value) if isinstance(value, str) else value


def palette_of(file, name, seed):
    index = numpy.arange(256)
    colours = numpy.stack([index * 3 + seed, 255 - index, index * 7], axis=-1) % 256
    file[name] = colours.astype(numpy.uint8)
    file[name].attrs["CLASS"] = numpy.bytes_("PALETTE")
    file[name].attrs["PAL_VERSION"] = numpy.bytes_("1.2")
    return file[name].ref


def image_pixel(file):
    file["truecolor"] = picture(24, 0)
    declare(file["truecolor"], "IMAGE_TRUECOLOR", INTERLACE_MODE="INTERLACE_PIXEL")


def image_plane(file):
    file["truecolor"] = picture(25, 0).transpose(2, 0, 1)
    declare(file["truecolor"], "IMAGE_TRUECOLOR", INTERLACE_MODE="INTERLACE_PLANE")


def image_line(file):
    """Interlaced by lines: height, planes, width."""
    file["truecolor"] = picture(26, 0).transpose(0, 2, 1)
    declare(file["truecolor"], "IMAGE_TRUECOLOR", INTERLACE_MODE="INTERLACE_LINE")


def image_gray(file):
    file["gray"] = grays(27, 1)[0]
    declare(file["gray"], "IMAGE_GRAYSCALE")


def image_white_is_zero(file):
    file["gray"] = grays(28, 1)[0]
    declare(file["gray"], "IMAGE_GRAYSCALE", IMAGE_WHITE_IS_ZERO=numpy.uint8(1))
    file["deep"] = grays(29, 1)[0].astype(numpy.uint16) * 200
    declare(file["deep"], "IMAGE_GRAYSCALE", IMAGE_WHITE_IS_ZERO=numpy.array([1], dtype=numpy.uint8))


def image_indexed(file):
    file["indexed"] = grays(30, 1)[0]
    reference = palette_of(file, "palette", 5)
    declare(file["indexed"], "IMAGE_INDEXED", PALETTE=reference)


def image_indexed_list(file):
    """A list of palettes, of which the first holds; the name has a space."""
    file["Iceberg image"] = grays(31, 1)[0]
    first, second = palette_of(file, "palette 1", 9), palette_of(file, "palette 2", 99)
    references = numpy.array([first, second], dtype=h5py.ref_dtype)
    declare(file["Iceberg image"], "IMAGE_INDEXED", PALETTE=references)


def image_attribute_forms(file):
    """One-element arrays of fixed and of variable length, and a version that is a number."""
    file["plane"] = picture(32, 0).transpose(2, 0, 1)
    attributes = file["plane"].attrs
    attributes["CLASS"] = numpy.array([b"IMAGE"], dtype="S6")
    attributes["IMAGE_VERSION"] = numpy.float32(1.2)
    attributes["IMAGE_SUBCLASS"] = numpy.array(["IMAGE_TRUECOLOR"], dtype=h5py.string_dtype())
    attributes["INTERLACE_MODE"] = numpy.array([b"INTERLACE_PLANE "], dtype="S16")
    file["gray"] = grays(33, 1)[0]
    attributes = file["gray"].attrs
    attributes["CLASS"] = "IMAGE"
    attributes["IMAGE_VERSION"] = numpy.array([1.2])
    attributes["IMAGE_SUBCLASS"] = "IMAGE_GRAYSCALE"
    attributes["IMAGE_MINMAXRANGE"] = numpy.array([0, 255], dtype=numpy.uint8)


def image_stack(file):
    file["stack"] = grays(34, 8)
    declare(file["stack"])


def image_stack_indexed(file):
    file["stack"] = grays(35, 3)
    declare(file["stack"], "IMAGE_INDEXED", PALETTE=palette_of(file, "palette", 77))


def image_origins(file):
    for seed, origin in enumerate(("UL", "LL", "UR", "LR")):
        file[f"gray {origin}"] = grays(36 + seed, 1)[0]
        declare(file[f"gray {origin}"], "IMAGE_GRAYSCALE", DISPLAY_ORIGIN=origin)
    file["colour LL"] = picture(41, 0)
    declare(file["colour LL"], "IMAGE_TRUECOLOR", INTERLACE_MODE="INTERLACE_PIXEL", DISPLAY_ORIGIN="LL")
    file["planes LR"] = picture(42, 0).transpose(2, 0, 1)
    declare(file["planes LR"], "IMAGE_TRUECOLOR", INTERLACE_MODE="INTERLACE_PLANE", DISPLAY_ORIGIN="LR")


def per_frame_gray(file):
    for index in (2, 10, 0, 1, 11, 9):
        file[f"frames/{index}"] = grays(43, 12)[index]


def per_frame_colour(file):
    for index in range(12):
        file.create_dataset(
            f"camera/img_{index}", data=picture(44, index), chunks=(8, WIDTH, 3), compression="gzip", shuffle=True
        )
    file["camera/timestamps"] = times(12, 10)


def depth_numbers(file, kind):
    values = grays(45, 3).astype(numpy.int64) * (100 if numpy.dtype(kind).itemsize > 1 else 1)
    if numpy.dtype(kind).kind != "u":
        values = values - 5000
    frames = values.astype(kind) if numpy.dtype(kind).kind != "f" else (values / 8).astype(kind)
    if numpy.dtype(kind).kind == "f":
        frames[1, 3, 4], frames[2, 5, 6] = numpy.nan, numpy.inf
    file.create_dataset("frames", data=frames, dtype=kind)
    file["timestamps"] = times(3)


def nexus(file):
    """NXdata as it is written today: the group names its signal and axes."""
    file.attrs["default"] = "entry"
    entry = file.create_group("entry")
    entry.attrs["NX_class"], entry.attrs["default"] = "NXentry", "data"
    data = entry.create_group("data")
    data.attrs["NX_class"], data.attrs["signal"] = "NXdata", "data"
    data.attrs["axes"] = numpy.array(["frame_time", "y", "x"], dtype=h5py.string_dtype())
    data["data"] = grays(46, 4).astype(numpy.uint16) * 16
    data["data"].attrs["units"] = "counts"
    data["data_errors"] = numpy.sqrt(grays(46, 4).astype(numpy.float64))
    data["frame_time"] = numpy.arange(4) * 250
    data["frame_time"].attrs["units"] = "ms"
    data["x"], data["y"] = numpy.arange(WIDTH) * 0.1, numpy.arange(HEIGHT) * 0.1


def nexus_old(file):
    """NXdata of older writers: the dataset says that it is the signal, and lists its axes in one text."""
    data = file.create_group("entry/data")
    file["entry"].attrs["NX_class"] = numpy.bytes_("NXentry")
    data.attrs["NX_class"] = numpy.bytes_("NXdata")
    data["data"] = grays(47, 4).astype(numpy.int32) * 1000
    data["data"].attrs["signal"] = numpy.int32(1)
    data["data"].attrs["axes"] = numpy.bytes_("scan_time:y:x")
    data["scan_time"] = numpy.array([0.0, 0.5, 1.0, 1.5])
    data["scan_time"].attrs["units"] = numpy.bytes_("second")
    data["scan_time"].attrs["start"] = numpy.bytes_("2024-05-01T08:00:00Z")


def nexus_scan(file):
    """The signal has a name of its own, and the axis is an angle: a metric, no time."""
    data = file.create_group("entry/sample_scan")
    data.attrs["NX_class"], data.attrs["signal"] = "NXdata", "counts"
    data.attrs["axes"] = numpy.array(["omega", ".", "."], dtype=h5py.string_dtype())
    data["counts"] = grays(48, 4).astype(numpy.uint32)
    data["omega"] = numpy.array([0.0, 0.1, 0.2, 0.3])
    data["omega"].attrs["units"] = "deg"


STORES = {
    "native_raw": native_raw, "native_gzip": native_gzip, "native_jpeg": native_jpeg, "native_png": native_png,
    "comma/camera/2016-06-08--11-46-01": comma_camera, "comma/log/2016-06-08--11-46-01": comma_log,
    "aloha": aloha, "aloha_compressed": aloha_compressed, "aloha_compressed_no_lengths": aloha_compressed_no_lengths,
    "robomimic": robomimic, "carla_center": carla_center, "carla_rgb": carla_rgb, "ddd20": ddd20, "mvsec": mvsec,
    "mvsec_depth": mvsec_depth, "m3ed": m3ed, "realpython_many": realpython_many, "realpython_one": realpython_one,
    "train_set": train_set, "test_set": test_set, "image_pixel": image_pixel, "image_plane": image_plane,
    "image_line": image_line, "image_gray": image_gray, "image_white_is_zero": image_white_is_zero,
    "image_indexed": image_indexed, "image_indexed_list": image_indexed_list,
    "image_attribute_forms": image_attribute_forms, "image_stack": image_stack,
    "image_stack_indexed": image_stack_indexed, "image_origins": image_origins, "per_frame_gray": per_frame_gray,
    "per_frame_colour": per_frame_colour, "nexus": nexus, "nexus_old": nexus_old, "nexus_scan": nexus_scan,
} | {
    f"depth_{numpy.dtype(kind).name}_{'big' if kind[0] == '>' else 'little'}": lambda file, kind=kind: depth_numbers(file, kind)
    for kind in NUMBERS
}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    for name, write in STORES.items():
        path = folder / f"{name}.h5"
        path.parent.mkdir(parents=True, exist_ok=True)
        with h5py.File(path, "w") as file:
            write(file)


if __name__ == "__main__":
    main()
