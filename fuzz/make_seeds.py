"""Writes the seeds of the fuzz targets into `fuzz/seeds`: small inputs that are in order, for the fuzzer to change.

Needs the packages of tests/py/requirements.txt: `python fuzz/make_seeds.py`.
"""

import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

SEEDS = Path(__file__).parent / "seeds"
NS = 1_714_550_400_000_000_000


def seed(target, name, content):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def picture(width=20, height=12, mode="RGB"):
    ramp = np.arange(width * height * 3, dtype=np.uint32) * 7 % 256
    image = Image.fromarray(ramp.astype(np.uint8).reshape(height, width, 3))
    return image.convert(mode)


def coded():
    for name, mode, kind, options in [
        ("rgb.jpg", "RGB", "JPEG", {}),
        ("gray.jpg", "L", "JPEG", {}),
        ("progressive.jpg", "RGB", "JPEG", {"progressive": True}),
        ("cmyk.jpg", "CMYK", "JPEG", {}),
        ("rgb.png", "RGB", "PNG", {}),
        ("rgba.png", "RGBA", "PNG", {}),
        ("gray.png", "L", "PNG", {}),
        ("palette.png", "P", "PNG", {}),
        ("bit.png", "1", "PNG", {}),
        ("deep.png", "I;16", "PNG", {}),
    ]:
        out = io.BytesIO()
        image = picture(mode="I").convert("I;16") if mode == "I;16" else picture(mode=mode)
        image.save(out, kind, **options)
        seed("coded", name, out.getvalue())


def events():
    rows = {
        "geographical_location_oid": [1, 1, 2, None],
        "video_camera_oid": [10, 11, 20, 20],
        "detection_oid": [100, 100, 101, None],
        "item_name": ["car", "car", "bus", None],
        "timestamp_detected": [1_714_550_400_000, 1_714_550_401_000, 1_714_550_402, 5],
    }
    table = pa.table(rows)
    for name, options in [
        ("plain.parquet", {"use_dictionary": False, "compression": "none"}),
        ("dictionary.parquet", {"compression": "snappy"}),
        ("delta.parquet", {"use_dictionary": False, "column_encoding": {"detection_oid": "DELTA_BINARY_PACKED"}}),
    ]:
        out = io.BytesIO()
        pq.write_table(table, out, **options)
        seed("events", name, out.getvalue())
    head = ",".join(rows)
    seed("events", "events.csv", f"{head}\n1,10,100,\"a car\",1714550400000\n;2,,,x,\n".replace("video", "ideo"))
    seed("events", "events.ndjson", "".join(json.dumps(row) + "\n" for row in table.to_pylist()))


# --- stores: numbers as `fuzz/src/lib.rs` and `src/frames/extents.rs` read them ---


def leb(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def zigzag(number):
    return leb((number << 1) ^ (number >> 63))


def extents(pieces, masks=None, total=None):
    sparse = total is not None
    out = bytes([1, (1 if sparse else 0) | (2 if masks else 0)]) + leb(total if sparse else len(pieces)) + leb(len(pieces))
    end, last = 0, 0
    for at, (address, length) in enumerate(pieces):
        out += leb(0) if sparse else b""
        out += zigzag(address - end) + zigzag(length - last)
        out += leb(masks[at]) if masks else b""
        end, last = address + length, length
    return out


STORAGES = ["contiguous", "chunked", "rows", "perframe"]
VALUES = ["u8", "i8", "u16", "i16", "u32", "i32", "f32", "f64"]
HWC, CODED, BIG, CHUNK, MEMBERS, PALETTE, WHITE = 1, 4, 8, 16, 32, 64, 128


def filter_id(number):
    return number if number < 16 else number - 32_000 + 16 if number >= 32_000 else number - 240


def store(name, storage, value, flags, shape, chunk, filters, pieces, fill=b"", members=0, palette=b"", **packed):
    out = bytes([STORAGES.index(storage), VALUES.index(value), flags, len(shape)])
    out += b"".join(struct.pack("<H", axis) for axis in list(shape) + (list(chunk) if flags & CHUNK else []))
    out += bytes([len(filters)])
    for number, params in filters:
        out += bytes([filter_id(number), len(params)]) + struct.pack(f"<{len(params)}I", *params)
    out += bytes([members]) if flags & MEMBERS else b""
    out += bytes([len(fill)]) + fill
    out += bytes([len(palette) // 3]) if flags & PALETTE else b""
    out += palette
    places, at = [], 0
    for piece in pieces:
        places.append((at, len(piece)))
        at += len(piece)
    index = extents(places, **packed)
    seed("extents_decode", name, out + bytes([len(index)]) + index + b"".join(pieces))


def shuffled(data, width):
    return np.frombuffer(data, np.uint8).reshape(-1, width).T.tobytes()


def fletcher(data):
    one = two = 0
    for at in range(0, len(data), 2):
        one = (one + (data[at] << 8 | (data[at + 1] if at + 1 < len(data) else 0))) % 65535
        two = (two + one) % 65535
    return data + struct.pack("<I", two << 16 | one)


def stores():
    frame = bytes(range(48))
    store("contiguous", "contiguous", "u8", HWC, (3, 4, 4, 3), (), [], [frame * 3])
    store("white", "contiguous", "u8", WHITE, (3, 4, 4), (), [], [frame])
    store("palette", "contiguous", "u8", PALETTE, (3, 4, 4), (), [], [frame], palette=bytes(range(30)))
    store("gzip", "chunked", "u8", HWC | CHUNK, (3, 4, 4, 3), (1, 4, 4, 3), [(1, [4])], [zlib.compress(frame)] * 3)
    several = zlib.compress(frame * 2)
    store("several", "chunked", "u8", HWC | CHUNK, (3, 4, 4, 3), (2, 4, 4, 3), [(1, [4])], [several] * 2)
    tile = zlib.compress(bytes(range(9)))
    store("tiles", "chunked", "u8", CHUNK, (2, 4, 4), (1, 3, 3), [(1, [])], [tile] * 8)
    deep = np.arange(16, dtype="<u2").tobytes()
    both = zlib.compress(shuffled(deep, 2))
    store("shuffle", "chunked", "u16", CHUNK, (2, 4, 4), (1, 4, 4), [(2, [2]), (1, [4])], [both] * 2)
    store("checksum", "chunked", "u16", CHUNK | BIG, (2, 4, 4), (1, 4, 4), [(3, [])], [fletcher(deep)] * 2)
    store("masked", "chunked", "u16", CHUNK, (2, 4, 4), (1, 4, 4), [(1, [])], [deep] * 2, masks=[1, 1])
    lzf = bytes([1, 97, 98, 7 << 5, 5, 1])
    store("lzf", "chunked", "u8", CHUNK, (2, 4, 4), (1, 4, 4), [(32_000, [4, 261, 16])], [lzf] * 2)
    for number in (4, 5, 6, 307, 32_001, 32_004, 32_008, 32_015):
        store(f"filter_{number}", "chunked", "u16", CHUNK, (2, 4, 4), (1, 4, 4), [(number, [2, 4, 16, 5, 1, 1, 0])], [both] * 2)
    store("holes", "chunked", "f32", CHUNK, (5, 2, 2), (1, 2, 2), [], [bytes(16)], fill=struct.pack("<f", 2), total=5)
    store("members", "perframe", "u8", MEMBERS, (4, 4), (), [], [frame[:16]] * 3, members=3)
    out = io.BytesIO()
    picture().save(out, "JPEG")
    store("rows", "rows", "u8", CODED, (2,), (), [], [out.getvalue()] * 2)
    layout = {
        "dataset": "/frames",
        "shape": [2, 4, 4, 3],
        "chunk": [1, 4, 4, 3],
        "encoding": {"is": "pixels", "value": "u8", "big_endian": False, "order": "HWC"},
        "storage": "chunked",
        "filters": [{"id": 1, "name": "deflate", "params": [4]}],
    }
    piece = zlib.compress(frame)
    index = extents([(0, len(piece)), (len(piece), len(piece))])
    seed("extents_decode", "json", json.dumps(layout).encode() + b"\n" + bytes([len(index)]) + index + piece * 2)


def protocol():
    def dataset(path, shape, value, kept, **more):
        return {"path": path, "shape": shape, "value": value, "kept": kept, "storage_bytes": 4096, **more}

    byte = {"integer": {"bytes": 1, "signed": False, "big_endian": False}}
    long = {"integer": {"bytes": 8, "signed": True, "big_endian": False}}
    attributes = [{"name": "fps", "value": {"floats": [10.0]}}, {"name": "CLASS", "value": {"text": "IMAGE"}}]
    times = dataset("/timestamps", [3], long, "contiguous")
    images = [
        ("contiguous", [dataset("/frames", [3, 4, 4, 3], byte, "contiguous"), times], [(0, 144)]),
        ("chunked", [dataset("/frames", [3, 4, 4], byte, "chunked", chunk=[1, 4, 4], attributes=attributes)], [(0, 16)] * 3),
        ("rows", [dataset("/frames", [3], "bytes", "contiguous"), times], [(64, 9)] * 3),
        ("members", [dataset(f"/g/{at}", [4, 4], byte, "contiguous") for at in range(3)], [(0, 16)] * 3),
        ("library", [dataset("/frames", [3, 4, 4], byte, "compact", library_only="compact"), times], []),
    ]
    for name, datasets, places in images:
        structure = json.dumps({"datasets": datasets, "groups": [{"path": "/", "attributes": attributes}]})
        parts = [b'"structure"', structure.encode(), b'"located"', extents(places)]
        parts += [b'{"values":{"kind":"integers","count":3}}', struct.pack("<3q", 0, 100_000_000, 200_000_000)]
        parts += [b'{"row":{"value":"u8"}}', bytes(16)]
        seed("protocol", name, b"\0" + b"\xff".join(parts))
    failed = json.dumps({"failed": {"what": "it broke", "hint": "mend it"}}).encode()
    seed("protocol", "failed", b"\0" + failed + b"\xff")
    seed("protocol", "raw", b"\1" + struct.pack("<I", len(failed)) + failed + struct.pack("<Q", 0))


def texts():
    seed("manifest", "all", 'name = "north"\ntime_zone = "Europe/Berlin"\nrate_hz = 10.5\nodd = [1, {a = 2}]\n'
         '[metrics.speed]\nunit = "m/s"\ninterpolate = "previous"\nmax_gap_s = 0.5\n')
    seed("recording_toml", "all", 'vehicle = "v1"\nregion = "north"\nstarted_at = 2024-05-01T08:00:00Z\nkm = 12.5\nnight = false\n'
         'tags = ["a", "b"]\n[weather]\nrain = true\n')
    seed("recording_toml", "text", 'started_at = "2024-05-01T08:00:00.5+02:00"\n')
    for name, text in [
        ("plain", "speed > 80 km/h and brake < 0.5"),
        ("labels", "count('stop sign') >= 2 or has(car) and not has(\"car\")"),
        ("times", "time >= 2024-05-01T08:00Z and t < 5 s"),
        ("words", "lamp == 'on' and region in ('north', 'south') and recording ~ 'drive_*'"),
        ("sums", "-(speed + 2) * gear / 3 - 1 != 0.5e-3"),
        ("places", "in_box(-10, 170, 10.5, -170 deg) and not in_polygon(48.1 -11.5, 48.2 -11.5, 48.2 -11.4)"),
        ("nulls", "speed is null or gear is not null"),
        ("names", "metric.speed > 1 and `odd name` == true and frame_idx < 3 and camera == 'front'"),
    ]:
        seed("filter_text", name, text)


def tables():
    times = [NS + at * 10_000_000 for at in range(4)]
    seed("metrics_csv", "wide", "timestamp_ns,speed (m/s),on,mode\n" + "".join(f"{t},{i}.5,true,eco\n" for i, t in enumerate(times)))
    seed("metrics_csv", "long", "time,metric,value\n" + "".join(f"{i / 10},speed,{i}\n" for i in range(4)))
    seed("metrics_csv", "comma", "t_s;speed;rpm\n0,0;1,5;10\n0,1;;nan\n0,2;-1,5e3;\n")
    seed("metrics_csv", "dates", 'when\tname\n2024-05-01T08:00:00Z\t"a ""b""\nc"\n2024-05-01 10:00:00+02:00\tx\n')
    seed("metrics_csv", "latin", "timestamp,größe\n0,1\n".encode("latin-1"))
    seed("metrics_csv", "utf16", "timestamp,speed\n0,1\n".encode("utf-16"))
    seed("metrics_csv", "places", "geographical_location_oid,geographical_location,timestamp\n1,\"{'lat': 1.5, 'lon': 2}\",5\n")
    labels = "frame,class,x,y,w,h,score,track_id,attributes\n0,car,1,2,3,4,0.5,7,\"{\"\"a\"\":1}\"\n5,dog,,,,,,,\n"
    seed("labels_table", "frames", labels)
    seed("labels_table", "times", f"timestamp_ns,label,x1,y1,x2,y2,camera\n{NS},car,1,2,3,4,front\n")
    seed("labels_table", "images", "image;bbox;category\nfront/000001.png;\"[1, 2, 3, 4]\";car\n")
    frame = {"frame": [0, 1, None], "class": ["car", None, "dog"], "x": [1.0, 2.0, 3.0], "y": [1.0] * 3, "w": [5.0] * 3, "h": [5.0] * 3}
    for name, options in [("plain", {"compression": "none", "use_dictionary": False}), ("dictionary", {"compression": "none"})]:
        out = io.BytesIO()
        pq.write_table(pa.table(frame), out, **options)
        seed("labels_table", f"{name}.parquet", out.getvalue())
    coco = {
        "images": [{"id": 1, "file_name": "front/000003.png", "width": 20, "height": 12, "video_id": 1, "frame_id": 3}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4.5], "score": 0.5, "iscrowd": 0,
                         "track_id": 4, "attributes": {"a": [1, None]}}],
        "categories": [{"id": 2, "name": "car", "supercategory": "vehicle"}],
        "videos": [{"id": 1, "name": "front"}],
    }
    seed("labels_coco", "whole", json.dumps(coco))
    seed("labels_coco", "results", json.dumps([{"image_id": 3, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.25}]))
    seed("labels_coco", "names", '{"images":[{"id":"a","file_name":"x.png"}],"annotations":[{"image_id":"a","category_id":"b","bbox":null}],"categories":[{"id":"b","name":"c"}]}')


for make in (coded, stores, protocol, texts, tables, events):
    make()
