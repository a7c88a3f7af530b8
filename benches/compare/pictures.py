"""What the two comparisons of frames share: lakes with images, the frames to read, the peers, the floor, the table."""

import json
import multiprocessing
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

import cv2
import h5py

import common

KINDS = ["gzip", "jpeg", "raw"]
WIDTH, HEIGHT = 640, 360
SMALL = (160, 90)
RECORDINGS, CAMERAS = 2, 2
PROCESSES = 2
HERE = pathlib.Path(__file__).resolve().parent


def lake_of(data, kind, frames, own=None):
    """A sample lake of so many frames in all, stored in one way, with its index; or a lake that was named."""
    place = pathlib.Path(own.format(kind=kind)).expanduser() if own else data / f"frames_{kind}_{frames}"
    if own is None and not place.exists():
        part = data / f"frames_{kind}_{frames}.part"
        shutil.rmtree(part, ignore_errors=True)
        common.say(f"making {place}: {frames} frames of {WIDTH}x{HEIGHT}")
        common.lakescope("sample", part, "--recordings", RECORDINGS, "--cameras", CAMERAS, "--frames",
                         frames // RECORDINGS // CAMERAS, "--layout", kind, "--size", f"{WIDTH}x{HEIGHT}")
        part.rename(place)
    common.lakescope("index", place)
    return place


def stores_of(lake):
    """The image stores of a lake, and the dataset of frames of each: the one with the most bytes."""
    found = {}
    for path in sorted(lake.rglob("*.h5")):
        datasets = []
        with h5py.File(path, "r") as store:
            store.visititems(lambda name, item: datasets.append((item.shape, name)) if isinstance(item, h5py.Dataset) else None)
            frames = [name for shape, name in datasets if name.split("/")[-1] in ("frames", "images")]
            if frames:
                found[path] = (frames[0], store[frames[0]].shape[0])
    if not found:
        sys.exit(f"{lake} holds no image stores")
    return found


class Work:
    """Frames of a lake to read, the same for everyone: (store, dataset, frame)."""

    def __init__(self, lake, kind, count, seed, neighbours):
        self.lake, self.kind, self.count = lake, kind, count
        self.stores = stores_of(lake)
        self.paths = list(self.stores)
        pick = random.Random(seed)
        if neighbours:
            every = [(at, frame) for at, path in enumerate(self.paths) for frame in range(self.stores[path][1])]
            self.frames = every[:count]
        else:
            self.frames = [(at, pick.randrange(self.stores[self.paths[at]][1]))
                           for at in (pick.randrange(len(self.paths)) for _ in range(count))]
        self.folder = tempfile.TemporaryDirectory()
        self.names = pathlib.Path(self.folder.name) / "frames.txt"
        self.names.write_text("".join(f"{path.parts[-3]}/{path.stem}/{frame}\n"
                                      for path, frame in ((self.paths[at], frame) for at, frame in self.frames)))
        self.plan = pathlib.Path(self.folder.name) / "plan.txt"
        places = self.places()
        self.plan.write_text(f"{len(self.paths)}\n" + "".join(f"{path}\n" for path in self.paths) + f"{count}\n"
                             + "".join("{} {} {}\n".format(at, *places[at, frame]) for at, frame in self.frames))

    def places(self):
        """Where the stored bytes of each frame lie: offset and length. Reading them also warms the page cache."""
        found = {}
        for at, path in enumerate(self.paths):
            wanted = sorted({frame for store, frame in self.frames if store == at})
            with h5py.File(path, "r") as store, open(path, "rb") as file:
                dataset = store[self.stores[path][0]]
                if self.kind == "jpeg":
                    found |= {(at, frame): place for frame, place in self.row_places(dataset, file, wanted)}
                    continue
                for frame in wanted:
                    if dataset.chunks is None:
                        length = dataset.dtype.itemsize * dataset[0].size
                        found[at, frame] = dataset.id.get_offset() + frame * length, length
                    else:
                        chunk = dataset.id.get_chunk_info_by_coord((frame,) + (0,) * (dataset.ndim - 1))
                        found[at, frame] = chunk.byte_offset, chunk.size
                    os.pread(file.fileno(), found[at, frame][1], found[at, frame][0])
        return found

    @staticmethod
    def row_places(dataset, file, wanted):
        """Rows lie somewhere in the file as they are: they are looked for, one after the other."""
        content, start = file.read(), 0
        for frame in wanted:
            row = dataset[frame].tobytes()
            offset = content.find(row, start)
            if offset < 0:
                offset, start = content.find(row), 0
            if offset < 0:
                sys.exit(f"row {frame} of {file.name} is not found in its file")
            start = offset + len(row) if offset >= start else start
            yield frame, (offset, len(row))


def whole(values, coded):
    """The frame in RGB."""
    if not coded:
        return values
    return cv2.cvtColor(cv2.imdecode(values, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def small(values, coded):
    """A thumbnail in RGB; a JPEG is decoded at a quarter of its size."""
    if not coded:
        return cv2.resize(values, SMALL, interpolation=cv2.INTER_AREA)
    picture = cv2.imdecode(values, cv2.IMREAD_REDUCED_COLOR_4)
    if (picture.shape[1], picture.shape[0]) != SMALL:
        picture = cv2.resize(picture, SMALL, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def small_coded(values, coded):
    """The same as a JPEG file."""
    return cv2.imencode(".jpg", cv2.cvtColor(small(values, coded), cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])[1]


MAKE = {"frames": whole, "memory": small, "coded": small_coded}


OPENED = {}


def dataset(path, name):
    """An open dataset; each process opens a file once, as a program that works with it would."""
    if path not in OPENED:
        OPENED[path] = h5py.File(path, "r")[name]
    return OPENED[path]


def read_part(stores, frames, kind, mode):
    """Reads frames with h5py and makes of them what is asked for."""
    cv2.setNumThreads(1)
    opened = [dataset(path, name) for path, name in stores]
    make, total = MAKE[mode], 0
    for at, frame in frames:
        total += int(make(opened[at][frame], kind == "jpeg").flat[0])
    return total


def open_all(stores):
    """Opens the stores before the clock starts."""
    return [dataset(path, name).shape for path, name in stores]


# What glibc's allocator does by default with arrays of a frame's size, giving each back to the system and asking for it
# again, costs h5py with OpenCV up to half of its time. A process that has freed larger blocks, or one with these settings,
# keeps them. Both are measured: the first is what a script gets that just reads frames.
TUNED = {"MALLOC_MMAP_THRESHOLD_": str(1 << 26), "MALLOC_TRIM_THRESHOLD_": str(1 << 28)}


def pool_of(processes, environment):
    """Fresh processes: what the one that measures did before leaves no trace in them."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        return multiprocessing.get_context("spawn").Pool(processes)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class Peers:
    """h5py with OpenCV, in one process, in one with a tuned allocator, and in two."""

    def __init__(self, work):
        self.work = work
        self.stores = [(path, work.stores[path][0]) for path in work.paths]
        self.alone, self.kept = pool_of(1, {}), pool_of(1, TUNED)
        self.pool = pool_of(PROCESSES, {})
        for pool in (self.alone, self.kept, self.pool):
            pool.map(open_all, [self.stores] * PROCESSES * 8, chunksize=1)

    def close(self):
        for pool in (self.alone, self.kept, self.pool):
            pool.terminate()

    def rate(self, pool, parts, mode):
        began = time.perf_counter()
        pool.starmap(read_part, [(self.stores, frames, self.work.kind, mode) for frames in parts])
        return self.work.count / (time.perf_counter() - began)

    def one(self, mode):
        return self.rate(self.alone, [self.work.frames], mode)

    def tuned(self, mode):
        return self.rate(self.kept, [self.work.frames], mode)

    def several(self, mode):
        return self.rate(self.pool, [self.work.frames[at::PROCESSES] for at in range(PROCESSES)], mode)


def build_floor(folder):
    """The compiled floor, or nothing when the compiler or the libraries are missing."""
    program = pathlib.Path(folder) / "floor"
    done = subprocess.run(["cc", "-O3", "-march=native", HERE / "floor.c", "-o", program, "-ldeflate", "-lturbojpeg", "-lpthread"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) if shutil.which("cc") else None
    if done is None or done.returncode != 0:
        common.say("the floor is left out: it needs a C compiler, libdeflate-dev and libturbojpeg0-dev")
        return None
    return program


def floor(program, work, mode, threads):
    words = [program, work.plan, work.kind, mode, threads, WIDTH, HEIGHT]
    return float(subprocess.run(list(map(str, words)), check=True, stdout=subprocess.PIPE).stdout)


def lakescope(work, what, threads):
    """The rows that `lakescope bench` tells, by way."""
    rows = json.loads(common.lakescope("bench", work.lake, what, "--from", work.names, "--threads", threads, "--json"))
    if [row["store_kind"] for row in rows if row.get("way") in (None, "memory")] != [work.kind]:
        sys.exit(f"{work.lake} holds other stores than {work.kind}: {rows}")
    for row in rows:
        if row["frames"] != work.count:
            sys.exit(f"Lakescope read {row['frames']} of {work.count} frames")
    return {row.get("way"): row["frames_per_s"] for row in rows}


def measure(ways, repeats):
    """Medians of several rounds, each of which asks everyone once, so that a busy moment falls on all alike."""
    rates = {name: [] for name in ways}
    for _ in range(repeats):
        for name, ask in ways.items():
            rates[name].append(ask())
    return {name: common.median(values) for name, values in rates.items()}


def print_table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def options(description):
    parsed = common.arguments(description, frames=(int, 2000, "frames of each lake"), count=(int, 2000, "frames read"),
                              repeats=(int, 3, "rounds"), threads=(int, 2, "threads of Lakescope and of the floor"),
                              seed=(int, 11, "seed of the frames read"),
                              lakes=(str, None, "lakes of your own of 640x360x3, {kind} in the path standing for the kind"), kinds=(str, ",".join(KINDS), "kinds of stores"))
    parsed.kinds = parsed.kinds.split(",")
    return parsed
