"""What one more video costs a project of many: by itself, by its stages, and by DVC.

python benchmarks/add_one_video.py [--videos 300] [--seconds 180] [--distinct 30]

A project of own videos is made in a temporary directory, with MobileNetV2 and random weights: what
a network answers is nothing to its cost. It is run once; then one video is added, and it is run
again. Printed is, of each stage in that second run:

- the seconds that the new video took, as the stage's diary has it;
- what else the stage's process took: to start, to take all other videos out of the finished work,
  to write them;
- and DVC's seconds from the end of that process to the start of the next: it hashes what the stage
  wrote, puts it into its cache and links it, and looks at what comes next.

Only `--distinct` videos differ; each is in as many categories as make up the number, and its work,
finished once, serves all. That shortens the first run, whose seconds therefore say nothing. In the
second run each stage still reads and writes all videos, and DVC hashes and links every file of
theirs; the new video is like no other. The videos are small pictures of squares: of real ones
ffmpeg decodes more pixels; the frames, as JPEG, have 9 kB, as real ones have.
"""

import argparse
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torchvision
import yaml
from safetensors.torch import save_file

from vidrec.media import ffmpeg
from vidrec.workflow.diary import MADE, last_run

ROOT = Path(__file__).parents[1]
ARCH, LAST = "mobilenet_v2", "build_index"
# Of a video: pixels of a square, squares in a row and in a column, pictures per second.
SQUARE, ROW, COLUMN, FPS = 8, 14, 10, 3
# Of videos of which none is a copy of another.
CATEGORIES = 2
# Of `python`, which DVC starts for each stage: notes when it starts and ends, and the stage's name.
NOTING = """#!/bin/sh
began=$(date +%s.%N)
"{python}" "$@"
status=$?
echo "$began $(date +%s.%N) $(basename "$1" .py)" >> "{notes}"
exit $status
"""


@dataclass(frozen=True)
class Ran:
    """The process of a stage: seconds since the epoch."""

    stage: str
    began: float
    ended: float


@dataclass(frozen=True)
class Cost:
    """What a stage cost, in seconds, and how many videos it made."""

    stage: str
    video: float
    rest: float
    dvc: float
    made: int


class Project:
    """A project of its own in which commands are timed."""

    def __init__(self, top: Path, precision: str) -> None:
        self.root, self.videos, self._notes = top / "project", top / "videos", top / "notes"
        self._bin = top / "bin"
        self._copy()
        _write_python(self._bin / "python", self._notes)
        weights = top / f"{ARCH}.safetensors"
        save_file(_random_weights(), weights)
        self._write_params(weights, precision)
        for command in ("git init --quiet", "dvc init --quiet", "dvc config core.analytics false"):
            self.call(*command.split())

    def _copy(self) -> None:
        for name in ("src", "stages", "manifests"):
            ignored = shutil.ignore_patterns("__pycache__", "directory.csv")
            shutil.copytree(ROOT / name, self.root / name, ignore=ignored)
        for name in ("dvc.yaml", "params.yaml", ".dvcignore", ".gitignore"):
            shutil.copy(ROOT / name, self.root / name)

    def _write_params(self, weights: Path, precision: str) -> None:
        params = yaml.safe_load((self.root / "params.yaml").read_text())
        params["download_videos"] |= {"source": "directory", "directory": str(self.videos)}
        params["prepare_weights"] |= {"source": "file", "classifier_file": str(weights)}
        params["prepare_weights"]["classifier_arch"] = ARCH
        params["classify_frames"]["precision"] = precision
        params["run"] |= {"finetuned": False, "segmented": False}
        (self.root / "params.yaml").write_text(yaml.safe_dump(params))

    def call(self, *command: str) -> float:
        """The seconds that a command takes. Ends with what it says where it fails."""
        path = os.pathsep.join(
            [str(self._bin), str(Path(sys.executable).parent), os.environ["PATH"]]
        )
        environment = {**os.environ, "PATH": path, "PYTHONPATH": str(self.root / "src")}
        began = time.time()
        done = subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{' '.join(command)} fails:\n{done.stdout}{done.stderr}")
        return time.time() - began

    def repro(self) -> tuple[float, float, list[Cost]]:
        """Run the workflow: the seconds in all, those before the first stage, and of each stage."""
        self._notes.unlink(missing_ok=True)
        began = time.time()
        seconds = self.call("dvc", "repro", LAST)
        ran = self._ran()
        if not ran:
            return seconds, seconds, []
        ends = [each.began for each in ran[1:]] + [began + seconds]
        costs = [self._cost(each, end) for each, end in zip(ran, ends, strict=True)]
        return seconds, ran[0].began - began, costs

    def _ran(self) -> list[Ran]:
        lines = self._notes.read_text().splitlines() if self._notes.exists() else []
        words = [line.split() for line in lines]
        return [Ran(stage, float(began), float(ended)) for began, ended, stage in words]

    def _cost(self, ran: Ran, end: float) -> Cost:
        made = [float(x.seconds) for x in last_run(ran.stage, self.root) if x.what == MADE]
        rest = ran.ended - ran.began - sum(made)
        return Cost(ran.stage, sum(made), rest, end - ran.ended, len(made))


def _write_python(path: Path, notes: Path) -> None:
    path.parent.mkdir()
    path.write_text(NOTING.format(python=sys.executable, notes=notes))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def _random_weights() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    tensors: dict[str, torch.Tensor] = torchvision.models.mobilenet_v2().state_dict()
    return tensors


def clip(seed: int, seconds: float) -> bytes:
    """A video of coloured squares, other ones in each picture."""
    shape = (round(FPS * seconds), COLUMN, ROW, 3)
    squares = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    pictures = (each.repeat(SQUARE, axis=0).repeat(SQUARE, axis=1).tobytes() for each in squares)
    return ffmpeg.encode_clip(pictures, ROW * SQUARE, COLUMN * SQUARE, FPS)


def write_videos(folder: Path, count: int, distinct: int, seconds: float) -> None:
    """Write `count` videos: `distinct` ones in each of as many categories as it takes.

    Those of other categories are copies. Where all are distinct there are two categories or more.
    """
    contents = [clip(seed, seconds) for seed in range(min(count, distinct))]
    for number in range(count):
        category, seed = divmod(number, len(contents))
        if distinct >= count:
            category = number % CATEGORIES
        path = folder / f"category_{category}" / f"video_{category}_{seed}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents[seed])


def table(costs: Sequence[Cost]) -> str:
    """The costs of the stages as lines, with their sums."""
    rows = [f"{'seconds':<18}{'videos':>8}{'the video':>11}{'the stage':>11}{'DVC':>9}"]
    total = Cost(
        "all",
        sum(each.video for each in costs),
        sum(each.rest for each in costs),
        sum(each.dvc for each in costs),
        max((each.made for each in costs), default=0),
    )
    for each in (*costs, total):
        numbers = f"{each.video:>11.2f}{each.rest:>11.2f}{each.dvc:>9.2f}"
        rows.append(f"{each.stage:<18}{each.made:>8}{numbers}")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=300, help="how many there are before")
    parser.add_argument("--seconds", type=float, default=180.0, help="length of each")
    parser.add_argument("--distinct", type=int, default=30, help="how many of them differ")
    parser.add_argument("--precision", default="fp32", choices=("fp32", "bf16"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        project = Project(Path(name), args.precision)
        write_videos(project.videos, args.videos, args.distinct, args.seconds)
        scan = project.call("vidrec", "scan")
        print(f"{args.videos} videos of {args.seconds:g} s, {args.distinct} of them distinct")
        print(f"first: vidrec scan {scan:.1f} s, dvc repro {project.repro()[0]:.1f} s", flush=True)
        print(f"with nothing changed: dvc repro {project.repro()[0]:.1f} s")
        new = Path(name) / "new.mp4"
        new.write_bytes(clip(args.videos, args.seconds))
        added = project.call("vidrec", "add", str(new), "--category", "category_0")
        print(f"one video added: vidrec add {added:.1f} s, which takes its frames")
        seconds, before, costs = project.repro()
        print(f"then: dvc repro {seconds:.1f} s, {before:.1f} of them before the first stage")
        print(table(costs))
        alone = added + sum(each.video for each in costs)
        print(f"add_one_video: {added + seconds:.1f} s, of which its own work is {alone:.1f}")


if __name__ == "__main__":
    main()
