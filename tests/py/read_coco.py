"""Opens a COCO file with pycocotools and prints what it holds, for comparison.

usage: read_coco.py LABELS.json
"""

import contextlib
import json
import sys

from pycocotools.coco import COCO


def main() -> None:
    with contextlib.redirect_stdout(sys.stderr):
        coco = COCO(sys.argv[1])
    found = []
    for image in coco.loadImgs(coco.getImgIds()):
        for label in coco.loadAnns(coco.getAnnIds(imgIds=[image["id"]])):
            found.append(
                {
                    "image": image["file_name"],
                    "class": coco.loadCats([label["category_id"]])[0]["name"],
                    "bbox": label["bbox"],
                    "mask_rows": coco.annToMask({**label, "segmentation": [box_outline(label["bbox"])]}).shape[0],
                }
            )
    json.dump({"images": len(coco.imgs), "labels": found}, sys.stdout)


def box_outline(box: list[float]) -> list[float]:
    x, y, w, h = box
    return [x, y, x + w, y, x + w, y + h, x, y + h]


main()
