"""JPEG files to CSV with a frame classifier: how many times as fast as a plain loop, and as before.

python benchmarks/classify.py [--frames 600] [--rounds 3] [--precision fp32 bf16 int8]

Whole processes, in turn, from the same files: `plain_classify.py` (PIL and torchvision, one picture
a pass, fp32); the stage `classify_frames` as it was at the commit `--base`; and the stage as it is,
in each `--precision`. In the same run the limits: the network alone in OpenVINO, and products of
matrices in the same precision. OpenCV is not among the plain ones, as nothing here needs it.

Weights are random unless `--weights` names a state dict as safetensors, and frames are noise unless
`--folder` has some as <category>/<video>/<n>.jpg: neither changes the time. A stage's network is
converted, and calibrated for int8, before the first round: that is done once for given weights.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import made_up
from side_by_side import BEFORE, ROOT, Project, Way, clock, compare, here, output, tree_of

STAGE = "classify_frames"


def ways(top: Path, args: argparse.Namespace, stack: ExitStack) -> Iterator[Way]:
    """The plain loop, the stage of the older commit, and ours in each precision."""
    files = [str(args.folder), str(args.weights), args.arch, "out.csv"]
    plain = [sys.executable, here("plain_classify.py"), *files]
    if args.plain:
        yield Way("plain", lambda: clock(plain, top), baseline=True)
    if args.base:
        tree = stack.enter_context(tree_of(args.base))
        yield stage(top / "base", args, args.base_precision, tree)
    for precision in args.precision:
        yield stage(top / precision, args, precision)


def stage(root: Path, args: argparse.Namespace, precision: str, tree: Path = ROOT) -> Way:
    """The stage of a tree in a project at `root`, its network at hand."""
    files = {"classifier_arch": args.arch, "classifier_file": str(args.weights)}
    changes: dict[str, dict[str, Any]] = {
        "prepare_weights": {"source": "file", **files},
        "classify_frames": {"precision": precision},
    }
    project = Project(root, changes, tree)
    (root / "data").mkdir()
    (root / "data/frames").symlink_to(args.folder.absolute())
    project.prepare("prepare_weights", "quantize_classifier", STAGE)
    return Way(root.name, lambda: project.anew(STAGE), baseline=tree != ROOT)


def limits(args: argparse.Namespace) -> dict[str, float]:
    """Pictures a second at most, by what sets the limit."""
    found: dict[str, float] = {}
    for precision in args.precision:
        said = output([sys.executable, here("limits.py"), args.arch, precision])
        found |= {f"{k} {precision}": v for k, v in json.loads(said.splitlines()[-1]).items() if v}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=600, help="how many are made up")
    parser.add_argument("--each", type=int, default=60, help="how many of them are of one video")
    parser.add_argument("--folder", type=Path, help="frames to take instead")
    parser.add_argument("--arch", default="resnet50")
    parser.add_argument("--weights", type=Path, help="a state dict as safetensors")
    parser.add_argument("--precision", nargs="+", default=["fp32"])
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
            network = made_up.classifier(args.arch)
            args.weights = made_up.write_weights(top / "weights.safetensors", network)
        count = len(list(args.folder.rglob("*.jpg")))
        compare("classify", list(ways(top, args, stack)), args.rounds, count, limits=limits(args))


if __name__ == "__main__":
    main()
