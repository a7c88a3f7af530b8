#!/usr/bin/env python3
"""Whole frames in random order, decoded to RGB in memory: Lakescope, h5py with OpenCV, and what the machine can do.

Everyone reads the same frames of the same files, which lie in the page cache. Peers: h5py in one thread (its lock leaves no
more), the same with an allocator that keeps large arrays, and two processes. Floor: `floor.c`, which preads stored bytes from known places and decodes them with libdeflate
and libjpeg-turbo in as many threads as Lakescope has.
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
            work = pictures.Work(lake, kind, options.count, options.seed, neighbours=False)
            peers = pictures.Peers(work)
            ways = {
                "h5py": lambda: peers.one("frames"),
                "h5py, tuned": lambda: peers.tuned("frames"),
                "h5py, 2 processes": lambda: peers.several("frames"),
                "Lakescope": lambda: pictures.lakescope(work, "frames", options.threads)[None],
            }
            if program:
                ways["floor"] = lambda: pictures.floor(program, work, "frames", options.threads)
            quiet = common.wait_for_quiet()
            found = pictures.measure(ways, options.repeats)
            peers.close()
            for name, rate in found.items():
                common.tell(kind=kind, engine=name, frames_per_s=round(rate, 1), frames=options.frames if options.lakes is None else None, read=options.count, quiet=quiet)
            ours, limit = found["Lakescope"], found.get("floor")
            rows.append([kind, *(f"{found[name]:,.0f}" for name in ("h5py", "h5py, tuned", "h5py, 2 processes", "Lakescope")),
                         f"{limit:,.0f}" if limit else "missing", f"{ours / found['h5py']:.2f}",
                         f"{ours / found['h5py, tuned']:.2f}",
                         f"{ours / found['h5py, 2 processes']:.2f}", f"{ours / limit:.2f}" if limit else "missing"])
    pictures.print_table(["frames/s", "h5py", "h5py, tuned", "h5py, 2 processes", "Lakescope", "floor", "over h5py", "over tuned", "over 2 processes", "of the floor"], rows)


if __name__ == "__main__":
    main()
