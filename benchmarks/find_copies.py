"""How many copies of the photographs below a directory are found, and how many are no copies.

Each photograph is copied at half to full size and at JPEG quality 40 to 90, and in other brightness
and in grey; and it is pasted on a white ground, small, where none is a copy of another.
"""

import argparse
import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image, ImageEnhance

from vidrec.media.copies import group_copies, is_copy, take_fingerprint
from vidrec.media.frames import read_picture
from vidrec.workflow.errors import UserError

SIZES, QUALITIES = (0.5, 0.75, 1.0), (40, 65, 90)
GROUND, PASTED = 1000, 200
CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "25 % brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.25),
    "20 % darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.8),
    "grey": lambda picture: picture.convert("L").convert("RGB"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, help="photographs, at any depth")
    photographs = list(_photographs(parser.parse_args().directory))
    originals = [take_fingerprint(each) for each in photographs]
    print(f"{len(originals)} photographs, {len(set(group_copies(originals)))} of them different")
    shares = []
    for size, quality in itertools.product(SIZES, QUALITIES):
        copies = [take_fingerprint(_copy(each, size, quality)) for each in photographs]
        found = [is_copy(*pair) for pair in zip(originals, copies, strict=True)]
        shares.append(100 * sum(found) / len(found))
        print(f"size {size:g}, quality {quality}: {shares[-1]:.1f} % of the copies are found")
    print(f"of all copies {sum(shares) / len(shares):.1f} % are found")
    for title, change in CHANGES.items():
        copies = [take_fingerprint(_copy(change(each), 0.75, 65)) for each in photographs]
        found = [is_copy(*pair) for pair in zip(originals, copies, strict=True)]
        print(f"{title}: {100 * sum(found) / len(found):.1f} % of the copies are found")
    pasted = [take_fingerprint(_pasted(each)) for each in photographs]
    print(f"on white: {len(set(group_copies(pasted)))} of {len(pasted)} are different")


def _photographs(directory: Path) -> Iterator[Image.Image]:
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        try:
            yield Image.fromarray(read_picture(path))
        except UserError as error:
            print(error)


def _copy(picture: Image.Image, size: float, quality: int) -> Image.Image:
    smaller = picture.resize((round(picture.width * size), round(picture.height * size)))
    content = io.BytesIO()
    smaller.save(content, "JPEG", quality=quality)
    return Image.open(content).convert("RGB")


def _pasted(picture: Image.Image) -> Image.Image:
    ground = Image.new("RGB", (GROUND, GROUND), "white")
    ground.paste(picture.resize((PASTED, PASTED)), ((GROUND - PASTED) // 2,) * 2)
    return ground


if __name__ == "__main__":
    main()
