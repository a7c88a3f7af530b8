"""Stores without images, stores of many recordings, and tables in parts: `loose_stores.py <folder>`."""

import sys
from pathlib import Path

import h5py
import numpy as np

START_NS = 1_714_550_400_000_000_000


def store(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    return h5py.File(path, "w")


def footage(path, frames=10):
    with store(path) as file:
        file["frames"] = np.full((frames, 8, 8, 3), 7, np.uint8)
        file["timestamps"] = START_NS + np.arange(frames, dtype=np.int64) * 100_000_000


def main(folder):
    # A store of demonstrations, and beside it a folder whose store would be called the same.
    with store(folder / "a.h5") as file:
        for demo in range(2):
            file[f"data/demo_{demo}/obs/front_image"] = np.full((5, 8, 8, 3), demo, np.uint8)
    # Sensor arrays in stores: among the metrics, where cameras are, and without times.
    d1 = folder / "recordings/d1"
    footage(d1 / "footages/front.h5")
    with store(d1 / "metrics/imu.h5") as file:
        file["timestamps"] = START_NS + np.arange(101, dtype=np.int64) * 10_000_000
        file["accel"] = np.linspace(0.0, 1.0, 101)
    with store(d1 / "footages/can.h5") as file:
        file["times"] = np.arange(11) / 10
        file["speed"] = np.arange(11, dtype=float)
    with store(d1 / "metrics/odd.h5") as file:
        file["torque"] = np.arange(13, dtype=float)
        file["rpm"] = np.arange(14, dtype=float)
    # A log in two parts, of which the second is named to come first, counted from the start of the recording.
    d2 = folder / "recordings/d2"
    footage(d2 / "footages/front.h5")
    (d2 / "metrics").mkdir(parents=True)
    (d2 / "metrics/can_1.csv").write_text("t_s,speed\n" + "".join(f"{at / 10},{at}\n" for at in range(5)))
    (d2 / "metrics/can_0.csv").write_text("t_s,speed\n" + "".join(f"{at / 10},{at}.5\n" for at in range(5, 11)))
    # An export somebody made inside the lake.
    out = folder / "recordings/d2/metrics/out"
    out.mkdir()
    (out / "export.json").write_text("{}")
    (out / "frames.csv").write_text("frame_id,timestamp_ns,wrong\nd2/front/0,1714550400000000000,3\n")


main(Path(sys.argv[1]))
