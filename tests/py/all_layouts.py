"""Writes images in every way HDF5 can store them, and the values h5py reads back.

    all_layouts.py LAKE EXPECTED

LAKE becomes a folder of stores, one dataset `frames` each. EXPECTED becomes a folder with `expected.json`, a list of
    {"store", "kind", "library", "values", "shape", "raw"}
`kind` is how the program names the store's filters, `library` whether only the HDF5 library reads it, `values` the type
of a value in numpy's words (little-endian), `shape` frames first, and `raw` a file of all values as h5py reads them.
A `problem` in place of `raw` is a word that the program must tell about the store, which gives no frames.
"""

import ctypes
import itertools
import json
import pathlib
import sys

import h5py
import hdf5plugin
import numpy

WIDTH, HEIGHT, FRAMES = 22, 19, 7
TYPES = ["u1", "<u2", ">u2", "<i2", ">i2", "<i4", ">i4", "<f4", ">f4", "<f8", ">f8"]


def values(kind, shape=(FRAMES, HEIGHT, WIDTH)):
    """Values that repeat enough to be compressed and differ enough that no two places can be swapped unseen."""
    count = int(numpy.prod(shape))
    at = numpy.arange(count, dtype=numpy.int64)
    mixed = (at * 7 + (at // 13) * 31 + (at * at) // 97) % 251 - (125 if kind[-2] != "u" else 0)
    if kind[-2:] != "u1":
        mixed = mixed * (119 if kind[-1] == "2" else 100_003)
    return (mixed / 8 if kind[-2] == "f" else mixed).astype(kind).reshape(shape)


class Stores:
    def __init__(self, lake, expected):
        self.lake, self.folder, self.entries = lake, expected, []
        lake.mkdir(parents=True, exist_ok=True)
        expected.mkdir(parents=True, exist_ok=True)

    def open(self, name, **options):
        path = self.lake / f"{name}.h5"
        path.parent.mkdir(parents=True, exist_ok=True)
        return h5py.File(path, "w", **options)

    def expect(self, name, kind="raw", library=False, data=None):
        """What h5py reads, or `data` where it is known otherwise."""
        path = self.lake / f"{name}.h5"
        if data is None:
            with h5py.File(path, "r") as file:
                data = file["frames"][...]
        raw = name.replace("/", "_") + ".raw"
        (self.folder / raw).write_bytes(data.astype(data.dtype.newbyteorder("<")).tobytes())
        self.entries.append({
            "store": f"{name}.h5", "kind": kind, "library": library, "values": data.dtype.str[1:],
            "shape": data.shape, "raw": raw,
        })

    def refuse(self, name, problem):
        self.entries.append({"store": f"{name}.h5", "problem": problem})

    def write(self, name, data, kind="raw", library=False, libver="earliest", attributes=None, userblock=0, **options):
        with self.open(name, libver=libver, userblock_size=userblock) as file:
            file.create_dataset("frames", data=data, **options)
        self.expect(name, kind, library)


def library():
    """h5py's own HDF5 library, for what h5py does not offer."""
    folder = pathlib.Path(h5py.__file__).parent
    beside = [folder.parent / "h5py.libs", folder]
    return ctypes.CDLL(str(next(path for place in beside for path in place.glob("libhdf5[.-]*so*"))))


def low_level(file, data, chunk=None, alloc=None, plain_edges=False, deflate=False, fill=None, shape=None, maxshape=None):
    """A dataset `frames` with settings that h5py's own calls do not offer."""
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if chunk:
        plan.set_chunk(chunk)
    if deflate:
        plan.set_shuffle()
        plan.set_deflate(4)
    if alloc is not None:
        plan.set_alloc_time(alloc)
    if plain_edges:
        library().H5Pset_chunk_opts(ctypes.c_int64(plan.id), ctypes.c_uint(2))
    if fill is not None:
        plan.set_fill_value(numpy.array(fill, dtype=data.dtype))
    space = h5py.h5s.create_simple(shape or data.shape, maxshape or shape or data.shape)
    dataset = h5py.h5d.create(file.id, b"frames", h5py.h5t.py_create(data.dtype, logical=True), space, plan)
    return h5py.Dataset(dataset)


def chunk_indexes(stores):
    """Every index of chunks: one chunk, implicit, fixed and extensible arrays, B-trees of both versions."""
    unlimited = h5py.h5s.UNLIMITED
    limits = {
        "fixed": None, "growing": (None, HEIGHT, WIDTH), "growing_twice": (None, None, WIDTH), "bounded": (20, 30, 30),
    }
    chunks = {"frame": (1, HEIGHT, WIDTH), "several": (3, HEIGHT, WIDTH), "tiles": (1, 8, 10), "blocks": (2, 7, 9), "one": (FRAMES, HEIGHT, WIDTH)}
    filters = {"raw": {}, "gzip": {"compression": "gzip", "shuffle": True, "fletcher32": True}}
    for libver, (limit, maxshape), (chunk, shape), (kind, options) in itertools.product(
            ("earliest", "latest"), limits.items(), chunks.items(), filters.items()):
        name = f"chunks/{libver}_{limit}_{chunk}_{kind}"
        stores.write(name, values("<u2"), kind, libver=libver, maxshape=maxshape, chunks=shape, **options)
    for libver, alloc, chunk in itertools.product(
            ("earliest", "latest"), (h5py.h5d.ALLOC_TIME_EARLY, h5py.h5d.ALLOC_TIME_LATE, h5py.h5d.ALLOC_TIME_INCR), (None, (2, 7, 9))):
        name = f"chunks/{libver}_alloc_{alloc}_{'chunked' if chunk else 'contiguous'}"
        data = values("<i2")
        with stores.open(name, libver=libver) as file:
            frames = low_level(file, data, chunk=chunk, alloc=alloc, fill=-77)
            frames[2:5] = data[2:5]
        stores.expect(name)
    for libver, limit, size in itertools.product(("earliest", "latest"), (None, (unlimited, HEIGHT, WIDTH)), ((1, 8, 10), (2, 7, 9), (3, HEIGHT, WIDTH))):
        name = f"chunks/{libver}_plain_edges_{'x'.join(map(str, size))}_{'growing' if limit else 'fixed'}"
        with stores.open(name, libver=libver) as file:
            low_level(file, values("<u2"), chunk=size, plain_edges=True, deflate=True, maxshape=limit)[...] = values("<u2")
        stores.expect(name, "gzip")
    name = "chunks/grown"
    with stores.open(name, libver="latest") as file:
        data = values("<u2")
        frames = low_level(file, data, chunk=(2, 7, 9), plain_edges=True, deflate=True, shape=(3, 10, WIDTH), maxshape=(unlimited, unlimited, WIDTH))
        frames[...] = data[:3, :10]
        frames.resize(data.shape)
        frames[...] = data
    stores.expect(name, "gzip")
    name = "chunks/masked"
    with stores.open(name) as file:
        data = values("<u2")
        frames = file.create_dataset("frames", shape=data.shape, dtype="<u2", chunks=(1, HEIGHT, WIDTH), compression="gzip", shuffle=True)
        frames[...] = data
        # Shuffled only, and neither: bits of the mask say what was skipped.
        shuffled = numpy.frombuffer(data[1].tobytes(), "u1").reshape(-1, 2).T.tobytes()
        frames.id.write_direct_chunk((1, 0, 0), shuffled, filter_mask=2)
        frames.id.write_direct_chunk((4, 0, 0), data[4].tobytes(), filter_mask=3)
    stores.expect(name, "gzip")
    for libver in ("earliest", "latest"):
        stores.write(f"chunks/{libver}_times", values("u1"), libver=libver, chunks=(1, HEIGHT, WIDTH), track_times=True)
        for size in (512, 4096):
            stores.write(f"chunks/{libver}_user_block_{size}", values("<i4"), "gzip", libver=libver, userblock=size, chunks=(2, 7, 9), compression="gzip")
            stores.write(f"chunks/{libver}_user_block_{size}_whole", values("<i4"), libver=libver, userblock=size)
            name = f"compact/{libver}_user_block_{size}"
            with stores.open(name, libver=libver, userblock_size=size) as file:
                compact(file, values("<u2"))
            stores.expect(name)


def compact(file, data, name=b"frames"):
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple(data.shape)
    h5py.Dataset(h5py.h5d.create(file.id, name, h5py.h5t.py_create(data.dtype, logical=True), space, plan))[...] = data


def number_types(stores):
    for kind in TYPES:
        label = kind.replace("<", "le_").replace(">", "be_")
        stores.write(f"types/{label}_whole", values(kind))
        stores.write(f"types/{label}_gzip", values(kind), "gzip", chunks=(2, 7, 9), compression="gzip", shuffle=True)
        with stores.open(f"types/{label}_compact") as file:
            compact(file, values(kind))
        stores.expect(f"types/{label}_compact")


def compressions(stores):
    def blosc(name, shuffle):
        return hdf5plugin.Blosc(cname=name, clevel=5, shuffle=shuffle)

    def blosc2(name, filters):
        return hdf5plugin.Blosc2(cname=name, clevel=5, filters=filters)

    ways = {
        "lz4": ("lz4", hdf5plugin.LZ4()),
        "lz4_blocks": ("lz4", hdf5plugin.LZ4(nbytes=256)),
        "zstd": ("zstd", hdf5plugin.Zstd()),
        "bzip2": ("bzip2", hdf5plugin.BZip2()),
        "bitshuffle": ("bitshuffle", hdf5plugin.Bitshuffle(cname="none")),
        "bitshuffle_lz4": ("bitshuffle", hdf5plugin.Bitshuffle(cname="lz4")),
        "bitshuffle_lz4_small": ("bitshuffle", hdf5plugin.Bitshuffle(nelems=64, cname="lz4")),
        "bitshuffle_zstd": ("bitshuffle", hdf5plugin.Bitshuffle(cname="zstd", clevel=3)),
        "szip_nn": ("szip", {"compression": "szip", "compression_opts": ("nn", 8)}),
        "szip_nn_32": ("szip", {"compression": "szip", "compression_opts": ("nn", 32)}),
        "szip_ec": ("szip", {"compression": "szip", "compression_opts": ("ec", 16)}),
        "lzf": ("lzf", {"compression": "lzf"}),
        "gzip": ("gzip", {"compression": "gzip", "compression_opts": 9}),
    }
    for name in ("blosclz", "lz4", "lz4hc", "zlib", "zstd", "snappy"):
        for shuffle in (0, 1, 2):
            try:
                ways[f"blosc_{name}_{shuffle}"] = ("blosc", blosc(name, shuffle))
            except (ValueError, KeyError):
                pass  # This build of the plugin lacks Snappy.
    for name in ("blosclz", "lz4", "lz4hc", "zlib", "zstd"):
        for filters in (0, 1, 2):
            ways[f"blosc2_{name}_{filters}"] = ("blosc2", blosc2(name, filters))
    for (way, (kind, options)), dtype in itertools.product(ways.items(), TYPES):
        label = dtype.replace("<", "le_").replace(">", "be_")
        for chunk in ((1, HEIGHT, WIDTH), (2, 7, 9), (FRAMES, 5, 11)):
            name = f"filters/{way}_{label}_{'x'.join(map(str, chunk))}"
            if kind == "szip" and "x".join(map(str, chunk)) == "2x7x9" and options["compression_opts"][1] == 32:
                continue  # More values a block than the chunk has in a line.
            stores.write(name, values(dtype), kind, chunks=chunk, **options)
    # Every size of blocks, prediction or not, and lines that are no whole number of blocks.
    for coding, block, dtype in itertools.product(("nn", "ec"), (2, 4, 8, 10, 16, 32), ("u1", "<u2", ">u2", "<i4", ">f4", "<f8")):
        label = dtype.replace("<", "le_").replace(">", "be_")
        for chunk in ((1, 64, 63), (2, 20, 57)):
            data = values(dtype, (4, 64, 63))
            # Stretches of one value, small differences and noise: every option of the coding.
            data[1] = data[1, 0, 0]
            data[2] = numpy.arange(63) // 9 + numpy.arange(64)[:, None] // 5
            data[3, 30:] = data[3, 0, 0]
            stores.write(f"filters/szip_{coding}_{block}_{label}_{chunk[0]}", data, "szip", chunks=chunk, compression="szip", compression_opts=(coding, block))
    # Long enough for several blocks of every codec.
    large = values("<u2", (3, 301, 257))
    for way, (kind, options) in ways.items():
        stores.write(f"filters/{way}_large", large, kind, chunks=(1, 301, 257), **options)
        smooth = numpy.zeros_like(large)
        smooth[:, 100:130, 50:200] = 3
        stores.write(f"filters/{way}_smooth", smooth, kind, chunks=(2, 301, 257), **options)
        noise = numpy.random.default_rng(1).integers(0, 65536, (2, 120, 130)).astype("<u2")
        stores.write(f"filters/{way}_noise", noise, kind, chunks=(1, 120, 130), **options)
        stores.write(f"filters/{way}_checked", values("<u2"), kind, chunks=(2, 7, 9), fletcher32=True, **options)
    for way in ("lz4", "zstd", "blosc_zstd_0"):
        stores.write(f"filters/{way}_shuffled", values("<i4"), ways[way][0], chunks=(2, 7, 9), shuffle=True, **ways[way][1])
    several(stores)
    stores.write("filters/scaleoffset", values("<u2"), "scaleoffset", True, chunks=(1, HEIGHT, WIDTH), scaleoffset=0)
    for dtype, digits in (("u1", 0), (">u2", 0), ("<i2", 0), ("<i4", 0), ("<i4", 21), ("<f4", 2), (">f8", 3)):
        label = dtype.replace("<", "le_").replace(">", "be_")
        stores.write(f"filters/scaleoffset_{label}_{digits}", values(dtype), "scaleoffset", True, chunks=(2, 7, 9), scaleoffset=digits)
    stores.write("filters/scaleoffset_lz4", values("<u2"), "lz4", True, chunks=(1, HEIGHT, WIDTH), scaleoffset=0, **hdf5plugin.LZ4())
    nbit(stores)
    for name, options, word in (
        ("zfp", hdf5plugin.Zfp(reversible=True), "zfp (number 32013)"),
        ("sz", hdf5plugin.SZ(absolute=0.1), "sz (number 32017)"),
        ("sz3", hdf5plugin.SZ3(absolute=0.1), "sz3 (number 32024)"),
    ):
        with stores.open(f"filters/{name}") as file:
            file.create_dataset("frames", data=values("<f4", (3, 32, 32)), chunks=(1, 32, 32), **options)
        stores.refuse(f"filters/{name}", word)


def several(stores):
    """More than one compression in a pipeline."""
    for name, pairs in {
        "lz4_zstd": [(32004, (0,)), (32015, (3,))],
        "gzip_zstd": [(1, (4,)), (32015, (3,))],
        "shuffle_bitshuffle_lz4_sum": [(2, ()), (32008, (0, 2)), (32004, (0,)), (3, ())],
    }.items():
        with stores.open(f"filters/{name}") as file:
            plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            plan.set_chunk((1, HEIGHT, WIDTH))
            for number, params in pairs:
                if number == 2:
                    plan.set_shuffle()
                elif number == 3:
                    plan.set_fletcher32()
                elif number == 1:
                    plan.set_deflate(*params)
                else:
                    plan.set_filter(number, h5py.h5z.FLAG_OPTIONAL, params)
            data = values("<u2")
            space = h5py.h5s.create_simple(data.shape)
            kind = h5py.h5t.py_create(data.dtype, logical=True)
            h5py.Dataset(h5py.h5d.create(file.id, b"frames", kind, space, plan))[...] = data
        stores.expect(f"filters/{name}", {"lz4_zstd": "zstd", "gzip_zstd": "zstd"}.get(name, "lz4"))


def nbit(stores):
    for kind, dtype, bits in ((h5py.h5t.STD_U16LE, "<u2", 12), (h5py.h5t.STD_U16BE, "<u2", 10), (h5py.h5t.STD_I16LE, "<i2", 11), (h5py.h5t.STD_U8LE, "u1", 5)):
        data = values(dtype) % (1 << bits - 1)
        name = f"filters/nbit_{bits}"
        with stores.open(name) as file:
            plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            plan.set_chunk((2, 7, 9))
            plan.set_filter(5, h5py.h5z.FLAG_MANDATORY, ())
            kind = kind.copy()
            kind.set_precision(bits)
            space = h5py.h5s.create_simple(data.shape)
            h5py.Dataset(h5py.h5d.create(file.id, b"frames", kind, space, plan)).write_direct(data)
        stores.expect(name, "nbit", True, data)


def elsewhere(stores):
    """Virtual datasets and external files."""
    data = values("<u2", (12, HEIGHT, WIDTH))
    shape = data.shape[1:]
    for at in range(3):
        part = data[at * 4:at * 4 + 4]
        with stores.open(f"parts/part_{at}") as file:
            options = [{}, {"chunks": (1, *shape), "compression": "gzip"}, {"chunks": (2, 7, 9), **hdf5plugin.LZ4()}][at]
            file.create_dataset("data", data=part.astype(">u2" if at == 1 else "<u2"), **options)
    def virtual(name, layout, fill=0, libver="latest", extra=None):
        with stores.open(name, libver=libver) as file:
            if extra:
                extra(file)
            file.create_virtual_dataset("frames", layout, fillvalue=fill)

    def sources(order, name="part_{}.h5"):
        layout = h5py.VirtualLayout(shape=data.shape, dtype="<u2")
        for at in order:
            layout[at * 4:at * 4 + 4] = h5py.VirtualSource(name.format(at), "data", shape=(4, *shape))
        return layout

    virtual("parts/in_order", sources((0, 1, 2)))
    stores.expect("parts/in_order", "raw")
    virtual("parts/backwards", sources((2, 1, 0)))
    stores.expect("parts/backwards", "raw")
    virtual("above", sources((0, 1, 2), "parts/part_{}.h5"))
    stores.expect("above", "raw")
    virtual("parts/below/under", sources((0, 1, 2), "../part_{}.h5"))
    stores.expect("parts/below/under", "raw")
    layout = sources((0, 2))
    layout[4:8] = h5py.VirtualSource("gone.h5", "data", shape=(4, *shape))
    virtual("parts/absent", layout, fill=9)
    filled = data.copy()
    filled[4:8] = 9
    stores.expect("parts/absent", "raw", data=filled)
    layout = h5py.VirtualLayout(shape=(6, *shape), dtype="<u2")
    layout[0:2] = h5py.VirtualSource("part_1.h5", "data", shape=(4, *shape))[1:3]
    layout[3:6] = h5py.VirtualSource("in_order.h5", "frames", shape=data.shape)[7:10]
    virtual("parts/nested", layout, fill=5)
    expected = numpy.full((6, *shape), 5, "<u2")
    expected[0:2], expected[3:6] = data[5:7], data[7:10]
    stores.expect("parts/nested", "gzip", data=expected)
    layout = h5py.VirtualLayout(shape=(3, *shape), dtype="<u2")
    for at in range(3):
        layout[at] = h5py.VirtualSource(".", f"one_{at}", shape=shape)
    virtual("parts/same_file", layout, extra=lambda file: [
        file.create_dataset(f"one_{at}", data=data[at], **({"chunks": (7, 9), "compression": "gzip"} if at == 1 else {})) for at in range(3)])
    stores.expect("parts/same_file", "raw")
    layout = h5py.VirtualLayout(shape=(4, *shape), dtype="<u2")
    for at in range(4):
        layout[at] = h5py.VirtualSource("part_0.h5", "data", shape=(4, *shape))[3 - at]
    virtual("parts/turned", layout)
    stores.expect("parts/turned", "raw")
    # Halves of frames from two sources: only the library sorts that out.
    layout = h5py.VirtualLayout(shape=(4, *shape), dtype="<u2")
    layout[:, :10] = h5py.VirtualSource("part_0.h5", "data", shape=(4, *shape))[:, :10]
    layout[:, 10:] = h5py.VirtualSource("part_1.h5", "data", shape=(4, *shape))[:, 10:]
    virtual("parts/mixed", layout)
    stores.expect("parts/mixed", "raw", True)
    # A pattern: block after block from numbered files.
    with stores.open("parts/pattern", libver="latest") as file:
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        space = h5py.h5s.create_simple((4, *shape), (h5py.h5s.UNLIMITED, *shape))
        space.select_hyperslab((0, 0, 0), (h5py.h5s.UNLIMITED, 1, 1), stride=(4, *shape), block=(4, *shape))
        source = h5py.h5s.create_simple((4, *shape))
        plan.set_virtual(space, b"part_%b.h5", b"data", source)
        whole = h5py.h5s.create_simple((4, *shape), (h5py.h5s.UNLIMITED, *shape))
        h5py.h5d.create(file.id, b"frames", h5py.h5t.STD_U16LE, whole, plan)
    stores.expect("parts/pattern", "raw", data=data)
    outside = stores.lake.parent / "outside.h5"
    with h5py.File(outside, "w") as file:
        file["data"] = data[:4]
    for name, where in {"up": "../../outside.h5", "absolute": str(outside.resolve())}.items():
        layout = h5py.VirtualLayout(shape=(4, *shape), dtype="<u2")
        layout[...] = h5py.VirtualSource(where, "data", shape=(4, *shape))
        virtual(f"parts/{name}", layout)
        stores.refuse(f"parts/{name}", "not in the lake")
    for libver in ("earliest", "latest"):
        name = f"raws/{libver}_two_files"
        raw = data[:5].tobytes()
        cut = 1234
        with stores.open(name, libver=libver) as file:
            (stores.lake / f"{name}_a.bin").write_bytes(b"12345678" + raw[:cut])
            (stores.lake / f"{name}_b.bin").write_bytes(raw[cut:])
            names = [pathlib.Path(f"{name}_{part}.bin").name for part in "ab"]
            file.create_dataset("frames", shape=(5, *shape), dtype="<u2",
                                external=[(names[0], 8, cut), (names[1], 0, h5py.h5f.UNLIMITED)])
        stores.expect(name, "raw", data=data[:5])
    for name, where in {"up": "../../outside.h5", "absolute": str(outside.resolve()), "gone": "gone.bin"}.items():
        with stores.open(f"raws/{name}") as file:
            file.create_dataset("frames", shape=(2, *shape), dtype="<u2", external=[(where, 0, h5py.h5f.UNLIMITED)])
        stores.refuse(f"raws/{name}", "not beside the store" if name == "gone" else "not in the lake")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    stores = Stores(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    chunk_indexes(stores)
    number_types(stores)
    compressions(stores)
    elsewhere(stores)
    (stores.folder / "expected.json").write_text(json.dumps(stores.entries, indent=1))


if __name__ == "__main__":
    main()
