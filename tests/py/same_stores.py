"""Compares the HDF5 stores of two folders: groups, datasets, types, storage, values and attributes.

    same_stores.py ONE OTHER

Prints a line for each difference and ends with code 1 if there is any. Rows that hold JPEG files may differ in their
bytes, as encoders do, but must decode to the same picture within a few shades.
"""

import io
import pathlib
import sys

import h5py
import numpy
from PIL import Image


def plain(file, value):
    """Values as text to compare; references as the names they lead to."""
    if isinstance(value, h5py.Reference):
        return file[value].name
    value = numpy.asarray(value)
    if value.dtype == object and value.size and isinstance(value.ravel()[0], h5py.Reference):
        return [file[one].name for one in value.ravel()]
    if value.dtype == object:
        return [numpy.asarray(one).tolist() for one in value.ravel()]
    return (value.dtype.str, value.shape, value.tobytes())


def described(file):
    """A record per object: what it is, how it is kept, and its attributes."""
    found = {}

    def visit(name, item):
        attributes = {key: plain(file, value) for key, value in item.attrs.items()}
        kept = None
        if isinstance(item, h5py.Dataset):
            kept = (item.dtype.str, item.shape, item.chunks, item.compression, item.shuffle, item.fletcher32)
        found[name] = (kept, attributes)

    visit("/", file)
    file.visititems(visit)
    return found


def pictures(dataset):
    """The decoded rows, where rows are JPEG files."""
    rows = [numpy.asarray(row).astype(numpy.uint8).tobytes() for row in dataset[()]] if dataset.ndim in (1, 2) else []
    if not rows or not all(row.startswith(b"\xff\xd8\xff") for row in rows):
        return None
    return numpy.stack([numpy.asarray(Image.open(io.BytesIO(row))) for row in rows]).astype(int)


def differences(one, other):
    with h5py.File(one) as left, h5py.File(other) as right:
        records, others = described(left), described(right)
        for name in sorted(set(records) | set(others)):
            item, twin = left.get(name), right.get(name)
            if item is None or twin is None:
                yield f"{name} is in one of them alone"
                continue
            if not isinstance(item, h5py.Dataset):
                if records[name] != others[name]:
                    yield f"{name} is described otherwise"
                continue
            first = pictures(item) if item.dtype == object or item.dtype == numpy.uint8 else None
            if first is not None:
                if abs(first - pictures(twin)).max() > 4:
                    yield f"{name} holds other pictures"
            elif records[name] != others[name]:
                yield f"{name} is described otherwise"
            elif plain(left, item[()]) != plain(right, twin[()]):
                yield f"{name} holds other values"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    one, other = map(pathlib.Path, sys.argv[1:])
    names = {str(path.relative_to(folder)) for folder in (one, other) for path in folder.rglob("*.h5")}
    told = [f"{name} is in one folder alone" for name in names if not ((one / name).exists() and (other / name).exists())]
    for name in sorted(names):
        if (one / name).exists() and (other / name).exists():
            told += [f"{name}: {line}" for line in differences(one / name, other / name)]
    print("\n".join(told))
    sys.exit(1 if told or not names else 0)


if __name__ == "__main__":
    main()
