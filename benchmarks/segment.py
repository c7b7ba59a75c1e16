"""JPEG files to objects with masks: how many times as fast as torchvision's Mask R-CNN as it comes.

python benchmarks/segment.py [--frames 24] [--rounds 3] [--precision fp32]

Whole processes, in turn, from the same files and random weights, which find some twenty objects in
a frame of noise: `plain_segment.py` (800 pixels, 1,000 proposals, fp32); the stage as it is by
default, but for a resolution that `--resolution` sets; and the stage `segment_objects` as it was
at the commit `--base`, and as it is, both at `--settings` (pixels, proposals). Each frame is looked
at.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import made_up
from side_by_side import BEFORE, ROOT, Project, Way, clock, compare, here, tree_of

STAGE = "segment_objects"


def ways(top: Path, args: argparse.Namespace, stack: ExitStack) -> Iterator[Way]:
    """torchvision's, ours by default, and the stage of the older commit and ours alike."""
    if args.plain:
        plain = [sys.executable, here("plain_segment.py"), str(args.folder), str(args.weights)]
        yield Way("plain", lambda: clock([*plain, "out.csv"], top), baseline=True)
    pixels, proposals = args.settings
    alike = {"resolution": pixels, "proposals": proposals}
    if args.base:
        tree = stack.enter_context(tree_of(args.base))
        yield stage(top / "base", args, alike | {"precision": args.base_precision}, tree)
    for precision in args.precision:
        chosen = {"precision": precision}
        yield stage(top / f"alike {precision}", args, alike | chosen)
        yield stage(top / precision, args, {"resolution": args.resolution} | chosen)


def stage(root: Path, args: argparse.Namespace, settings: dict[str, Any], tree: Path = ROOT) -> Way:
    """The stage of a tree, with these settings, in a project at `root`, its network at hand."""
    changes: dict[str, dict[str, Any]] = {
        "prepare_weights": {"source": "file", "segmenter_file": str(args.weights)},
        STAGE: {"fps": 3, **settings},
    }
    project = Project(root, changes, tree)
    (root / "data").mkdir()
    (root / "data/frames").symlink_to(args.folder.absolute())
    project.prepare("prepare_segmenter", STAGE)
    return Way(root.name, lambda: project.anew(STAGE), baseline=tree != ROOT)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=24, help="how many are made up")
    parser.add_argument("--each", type=int, default=6, help="how many of them are of one video")
    parser.add_argument("--folder", type=Path, help="frames to take instead")
    parser.add_argument("--weights", type=Path, help="a state dict as safetensors")
    parser.add_argument("--precision", nargs="+", default=["fp32"])
    parser.add_argument("--resolution", type=int, default=224, help="of ours by default")
    parser.add_argument("--settings", type=int, nargs=2, default=[224, 100], help="of both alike")
    parser.add_argument("--base", default=BEFORE, help="an older commit, or empty for none")
    parser.add_argument("--base-precision", default="fp32")
    parser.add_argument("--no-plain", dest="plain", action="store_false")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        top = Path(name)
        if not args.folder:
            args.folder = top / "frames"
            made_up.write_frames(args.folder, args.frames, args.each)
        if not args.weights:
            path = top / "weights.safetensors"
            args.weights = made_up.write_weights(path, made_up.segmenter())
        count = len(list(args.folder.rglob("*.jpg")))
        compare("segment", list(ways(top, args, stack)), args.rounds, count)


if __name__ == "__main__":
    main()
