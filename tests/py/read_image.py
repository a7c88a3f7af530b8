"""Prints an image file as Pillow reads it: width and height as two little-endian uint32, then RGB bytes.

    read_image.py FILE
"""

import struct
import sys

from PIL import Image


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with Image.open(sys.argv[1]) as image:
        rgb = image.convert("RGB")
        sys.stdout.buffer.write(struct.pack("<II", *rgb.size) + rgb.tobytes())


if __name__ == "__main__":
    main()
