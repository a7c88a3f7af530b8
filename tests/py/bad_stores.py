"""Stores and tables that are damaged, hostile or something else: `bad_stores.py <lake> <whole>`.

`<lake>` gets one good drive and beside it a file for each thing that can be wrong; `<whole>` gets three small stores that
are in order, for the caller to cut and flip. What each bad file must lead to is told by the caller.
"""

import io
import os
import socket
import struct
import sys
import zlib
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

START_NS = 1_714_550_400_000_000_000
PIXELS = np.random.default_rng(5).integers(0, 255, (6, 24, 32, 3), np.uint8)


def times(file, frames, name="timestamps", **options):
    file.create_dataset(name, data=START_NS + np.arange(frames, dtype=np.int64) * 100_000_000, **options)


def jpeg(pixels):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG")
    return np.frombuffer(out.getvalue(), np.uint8)


def rows(file, images):
    data = file.create_dataset("frames", (len(images),), h5py.vlen_dtype(np.uint8))
    for at, image in enumerate(images):
        data[at] = image
    times(file, len(images))


def store(path, pixels=PIXELS, **options):
    with h5py.File(path, "w") as file:
        file.create_dataset("frames", data=pixels, **options)
        times(file, len(pixels))


def patched(path, old, new, most=100):
    """Replaces bytes of the finished file; they must be there."""
    data = path.read_bytes()
    assert old in data, f"{path}: nothing to patch"
    path.write_bytes(data.replace(old, new, most))


def whole(folder):
    folder.mkdir(parents=True)
    store(folder / "raw.h5")
    store(folder / "gzip.h5", chunks=(1, 24, 32, 3), compression="gzip", shuffle=True, fletcher32=True)
    with h5py.File(folder / "jpeg.h5", "w") as file:
        rows(file, [jpeg(pixels) for pixels in PIXELS])


def good_drive(folder):
    for sub in ("footages", "metrics", "labels"):
        (folder / sub).mkdir(parents=True)
    store(folder / "footages/front.h5")
    lines = [f"{START_NS + at * 100_000_000},{at}" for at in range(6)]
    (folder / "metrics/can.csv").write_text("timestamp_ns,speed\n" + "\n".join(lines) + "\n")
    (folder / "labels/front.csv").write_text("frame,class,x,y,w,h\n0,car,1,1,5,5\n3,car,2,2,5,5\n")


def other_things(lake):
    (lake / "empty.h5").write_bytes(b"")
    (lake / "page.h5").write_bytes(b"<!DOCTYPE html><html><body>Not found</body></html>")
    (lake / "pointer.h5").write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'4d' * 32}\nsize 12345\n")
    (lake / "classic.h5").write_bytes(b"CDF\x01" + bytes(60))
    (lake / "zeros.h5").write_bytes(bytes(5000))
    os.mkfifo(lake / "pipe.h5")
    with socket.socket(socket.AF_UNIX) as listener:
        # The path of a socket may have 108 bytes only.
        before = os.getcwd()
        os.chdir(lake)
        listener.bind("socket.h5")
        os.chdir(before)
    (lake / "folder.h5").mkdir()
    (lake / "folder.h5/inside.txt").write_text("nothing to see")
    (lake / "user_block.h5").write_bytes(bytes(4096) + b"\x89HDF\r\n\x1a\n")


def structures(lake):
    with h5py.File(lake / "cyclic.h5", "w") as file:
        file["frames"] = PIXELS
        times(file, 6)
        group = file.create_group("a/b/c")
        group["up"] = file["a"]
        group["root"] = file["/"]
        file["round"] = h5py.SoftLink("/there")
        file["there"] = h5py.SoftLink("/round")
        file["self"] = h5py.SoftLink("/self")
    with h5py.File(lake / "many.h5", "w", libver="latest") as file:
        group, space, number = file.create_group("all").id, h5py.h5s.create(h5py.h5s.SCALAR), h5py.h5t.STD_U8LE
        for at in range(100_000):
            h5py.h5d.create(group, b"%d" % at, number, space)
    with h5py.File(lake / "deep.h5", "w") as file:
        group = file.id
        for _ in range(5_000):
            group = h5py.h5g.create(group, b"g")
    with h5py.File(lake / "huge_attribute.h5", "w", libver="latest") as file:
        file["frames"] = PIXELS
        times(file, 6)
        file["frames"].attrs["notes"] = np.zeros(8 << 20, np.uint8)
        for at in range(3_000):
            file.attrs[f"a{at}"] = "x" * 3_000
    with h5py.File(lake / "huge_fill.h5", "w") as file:
        file.create_dataset("text", (1 << 20,), "S60000", fillvalue=b"f" * 60_000, chunks=(1,))
        file.create_dataset("frames", (6, 24, 32), np.float64, fillvalue=1e300, chunks=(1, 24, 32))
        times(file, 6)
    with h5py.File(lake / "long_names.h5", "w") as file:
        group = file.id
        for at in range(40):
            group = h5py.h5g.create(group, b"%02d" % at + b"n" * 60_000)
    with h5py.File(lake / "latin.h5", "w") as file:
        h5py.h5d.create(file.id, "frémes".encode("latin-1"), h5py.h5t.STD_U8LE, h5py.h5s.create_simple((6, 24, 32)))
    odd = "cam\n\x1b[31m\u202eera"
    with h5py.File(lake / "odd\n\x1b[2J\u202ename.h5", "w") as file:
        file[f"data/demo_0/obs/{odd}_image"] = PIXELS
        file[f"data/demo_0/obs/{odd}_depth"] = np.zeros((6, 2), np.complex128)


def sizes(lake):
    with h5py.File(lake / "declared.h5", "w") as file:
        frames = file.create_dataset("frames", (2_000_000, 32, 32), np.uint8, chunks=(1, 32, 32))
        frames[:3] = 9
        file["padding"] = np.zeros(2 << 20, np.uint8)
    for name, shape in [("axis_0", (0, 24, 32)), ("axis_1", (6, 0, 32)), ("axis_2", (6, 24, 0, 3))]:
        store(lake / f"zero_{name}.h5", np.zeros(shape, np.uint8))
    # Numbers that stand nowhere else, so that they can be found: as 32 bits in the chunk shape, as 64 in the shape.
    shape = (6, 23, 29)
    wide = struct.pack("<3Q", *shape)
    for name, changed in [("zero_chunk", (0, 0, 0)), ("flat_chunk", (6, 0, 29)), ("vast_chunk", (1, 65535, 65535))]:
        path = lake / f"{name}.h5"
        store(path, np.zeros(shape, np.uint8), chunks=shape, compression="gzip")
        patched(path, struct.pack("<3I", *shape), struct.pack("<3I", *changed))
    for name, changed in [("negative", (-6, -23, -29)), ("vast", (1 << 62, 1 << 62, 4)), ("long", (1 << 40, 1, 1))]:
        path = lake / f"{name}_shape.h5"
        store(path, np.zeros(shape, np.uint8))
        patched(path, wide, struct.pack("<3q", *changed))
    path = lake / "long_chunked.h5"
    store(path, np.zeros(shape, np.uint8), chunks=(1, 23, 29), maxshape=(None, 23, 29))
    patched(path, wide, struct.pack("<3q", 1 << 40, 23, 29), 1)


def sources(lake):
    with h5py.File(lake / "external.h5", "w") as file:
        file.create_dataset("frames", PIXELS.shape, np.uint8, external=[("nowhere.raw", 0, PIXELS.nbytes)])
    with h5py.File(lake / "link.h5", "w") as file:
        file["frames"] = h5py.ExternalLink("/etc/hostname", "/frames")
    for name, source in [("absent", "nowhere.h5"), ("self", "."), ("ring_a", "virtual_ring_b.h5"), ("ring_b", "virtual_ring_a.h5")]:
        layout = h5py.VirtualLayout(PIXELS.shape, np.uint8)
        layout[:] = h5py.VirtualSource(source, "frames", PIXELS.shape)
        with h5py.File(lake / f"virtual_{name}.h5", "w") as file:
            file.create_virtual_dataset("frames", layout)


def zlib_of_zeros(length):
    """A zlib stream of so many zeros, quickly: one block of a mebibyte again and again."""
    block = bytes(1 << 20)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    one = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, zlib.DEFLATED, -15).flush(zlib.Z_FINISH)
    count = length >> 20
    # Adler-32 of n zeros: the first sum stays 1, the second is n.
    return b"\x78\xda" + one * count + end + struct.pack(">HH", (count << 20) % 65521, 1)


def direct(path, shape, chunk, stored, dtype=np.uint8, name="frames", frames=0):
    with h5py.File(path, "w") as file:
        if frames:
            file["frames"] = PIXELS
        data = file.create_dataset(name, shape, dtype, chunks=chunk, compression="gzip")
        for at in range(0, shape[0], chunk[0]):
            data.id.write_direct_chunk((at,) + (0,) * (len(shape) - 1), stored)


def bombs(lake):
    large = zlib_of_zeros(1 << 30)
    direct(lake / "bomb.h5", (2, 64, 64), (1, 64, 64), large)
    direct(lake / "bomb_times.h5", (6,), (6,), large, np.int64, "timestamps", frames=6)
    small = zlib.compress(bytes(100))
    direct(lake / "hollow.h5", (4, 15_000, 15_000), (1, 15_000, 15_000), small)
    direct(lake / "hollow_vast.h5", (4, 60_000, 60_000), (1, 60_000, 60_000), small)
    # These are in order: 80 MB a frame and four frames in a chunk, in a few hundred kilobytes; 200 MB a frame.
    direct(lake / "dense.h5", (8, 8_192, 10_240), (4, 8_192, 10_240), zlib_of_zeros(320 << 20))
    direct(lake / "dense_vast.h5", (4, 12_800, 16_384), (1, 12_800, 16_384), zlib_of_zeros(200 << 20))

    def png(width, height, data):
        def part(kind, body):
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

        head = part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        return np.frombuffer(b"\x89PNG\r\n\x1a\n" + head + part(b"IDAT", data) + part(b"IEND", b""), np.uint8)

    with h5py.File(lake / "png_bomb.h5", "w") as file:
        rows(file, [png(60_000, 60_000, large)] * 2)
    # 10,922 rows of one byte and 3 * 8,000: 262 MB of zeros are enough, the surplus is passed over.
    with h5py.File(lake / "png_dense.h5", "w") as file:
        rows(file, [png(8_000, 8_000, zlib_of_zeros(184 << 20))] * 4)
    picture = bytearray(jpeg(PIXELS[0]).tobytes())
    at = picture.index(b"\xff\xc0")
    picture[at + 5 : at + 9] = struct.pack(">HH", 65_500, 65_500)
    with h5py.File(lake / "jpeg_bomb.h5", "w") as file:
        rows(file, [np.frombuffer(bytes(picture), np.uint8)] * 2)


def heaps(lake):
    images = [jpeg(pixels) for pixels in PIXELS]
    for name, old, new in [
        ("rows_beyond", struct.pack("<I", len(images[2])), struct.pack("<I", 0x7FFF_FFFF)),
        ("heap_sizes", struct.pack("<Q", len(images[1])), struct.pack("<Q", 0)),
        ("heap_vast", struct.pack("<Q", len(images[1])), struct.pack("<Q", 0xFFFF_FFFF_FFFF_FFF0)),
        ("heap_none", b"GCOL", b"GONE"),
    ]:
        path = lake / f"{name}.h5"
        with h5py.File(path, "w") as file:
            rows(file, images)
        patched(path, old, new)


def tables(lake):
    for name in ("metrics", "labels"):
        drive = lake / f"recordings/bad_{name}"
        (drive / "footages").mkdir(parents=True)
        store(drive / "footages/front.h5")
        folder = drive / name
        folder.mkdir()
        (folder / "empty.csv").write_bytes(b"")
        (folder / "page.csv").write_bytes(b"<!DOCTYPE html><html></html>")
        (folder / "noise.csv").write_bytes(np.random.default_rng(7).bytes(5_000))
        (folder / "zeros.csv").write_bytes(bytes(5_000))
        (folder / "header.csv").write_bytes(b"timestamp_ns,speed\n")
        (folder / "wide.csv").write_text(",".join(f"c{at}" for at in range(20_000)) + "\n" + "1," * 19_999 + "1\n")
        (folder / "cell.csv").write_text("timestamp_ns,remark\n" + f'{START_NS},"' + "x" * (10 << 20))
        (folder / "cut.parquet").write_bytes(b"PAR1" + bytes(100) + struct.pack("<I", 0x7FFF_FFFF) + b"PAR1")
        (folder / "noise.parquet").write_bytes(b"PAR1" + np.random.default_rng(8).bytes(3_000) + b"PAR1")
        os.mkfifo(folder / "pipe.csv")
        (folder / "folder.csv").mkdir()
    metrics, labels = lake / "recordings/bad_metrics/metrics", lake / "recordings/bad_labels/labels"
    # One value, told to stand in a quarter of a milliard rows.
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(1 << 20, np.int32)), pa.array([START_NS]))
    table = pa.table({"timestamp_ns": column, "speed": column})
    with pq.ParquetWriter(metrics / "bomb.parquet", table.schema) as writer:
        for _ in range(100):
            writer.write_table(table)
    (labels / "nested.json").write_text('{"images":[{"file_name":' + "[" * 200_000)
    (labels / "numbers.json").write_text(
        '{"images":[{"id":1e400,"file_name":"front/0.png"},{"id":-1,"file_name":"\\u0000/../../etc/passwd"}],'
        '"annotations":[{"id":1,"image_id":-1,"category_id":99999999999999999999,"bbox":[-1e308,1e308,1e308,1e308]}],'
        '"categories":[{"id":1,"name":"\\u202e\\n"}]}'
    )


def main(lake, folder):
    lake.mkdir(parents=True, exist_ok=True)
    whole(folder)
    good_drive(lake / "recordings/good")
    for make in (other_things, structures, sizes, sources, bombs, heaps, tables):
        make(lake)


main(Path(sys.argv[1]), Path(sys.argv[2]))
