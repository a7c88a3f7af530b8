#!/usr/bin/env python3
"""Thumbnails of 160x90 from neighbouring frames: Lakescope, h5py with OpenCV, and what the machine can do.

Two figures each: RGB in memory, and kept. Kept means coded as JPEG; Lakescope also writes them into a store of thumbnails and
waits until they are there, the others only code them. JPEG rows are decoded at a quarter of their size by everyone.
"""

import tempfile

import common
import pictures


def main():
    options = pictures.options(__doc__.splitlines()[0])
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        program = pictures.build_floor(folder)
        for kind in options.kinds:
            lake = pictures.lake_of(options.data, kind, options.frames, options.lakes)
            work = pictures.Work(lake, kind, min(options.count, options.frames), options.seed, neighbours=True)
            peers = pictures.Peers(work)
            told = {}

            def lakescope(way):
                # One run of the program tells both.
                if way not in told:
                    told.update(pictures.lakescope(work, "thumbnails", options.threads))
                return told.pop(way)

            for mode, way in (("memory", "memory"), ("coded", "store")):
                ways = {
                    "h5py + OpenCV": lambda mode=mode: peers.one(mode),
                    "2 processes": lambda mode=mode: peers.several(mode),
                    "Lakescope": lambda way=way: lakescope(way),
                }
                if program:
                    ways["floor"] = lambda mode=mode: pictures.floor(program, work, mode, options.threads)
                told.clear()
                quiet = common.wait_for_quiet()
                found = pictures.measure(ways, options.repeats)
                for name, rate in found.items():
                    common.tell(kind=kind, to=mode, engine=name, thumbnails_per_s=round(rate, 1), frames=options.frames if options.lakes is None else None, made=work.count, quiet=quiet)
                ours, limit = found["Lakescope"], found.get("floor")
                best = max(found["h5py + OpenCV"], found["2 processes"])
                rows.append([f"{kind}, {'memory' if mode == 'memory' else 'kept'}",
                             *(f"{found[name]:,.0f}" for name in ("h5py + OpenCV", "2 processes", "Lakescope")),
                             f"{limit:,.0f}" if limit else "missing", f"{ours / best:.2f}", f"{ours / limit:.2f}" if limit else "missing"])
            peers.close()
    pictures.print_table(["thumbnails/s", "h5py + OpenCV", "2 processes", "Lakescope", "floor", "over the best peer", "of the floor"], rows)


if __name__ == "__main__":
    main()
