"""How much memory each stage takes at most, by the number of videos and by their length.

python benchmarks/memory.py [--videos 100 1000 3000] [--seconds 10 600]

Stages run one after another on made-up inputs, in two worker processes: first on each number of
videos, of the first length; then on `--few` videos of each length. Printed is the peak of the
resident size, in MB, of the stage's process, and of the largest process which that has started.
Wanted is that neither grows by a tenth.

What is made up: videos, of which only `--distinct` differ (the work on the others is taken from the
finished work); MobileNetV2 and Mask R-CNN with random weights, the latter reading frames at 64
pixels; and in place of what these find, distributions over 1,000 labels in each frame and five
objects with masks in each frame looked at; a truth of three objects in each frame. Vectors are
weighed by `probability`, so that each has all labels. Not run are stages that do not look at all
videos (trainings, a head's), and those that download or draw them.
"""

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import made_up
import psutil
from side_by_side import Project, machine, save, told, variables

PARAMS: Mapping[str, Mapping[str, Any]] = {
    "classify_frames": {"precision": "fp32"},
    "segment_objects": {"precision": "fp32", "resolution": 64, "proposals": 10},
    "weigh_objects": {"term": "probability"},
}
# By which share a peak may grow.
WANTED = 0.1
# Seconds between two looks at a stage's processes, and how many of them work.
LOOK_S, WORKERS = 0.1, 2
# Stages that look at videos, and those that read what was found.
FIRST = ("extract_frames", "classify_frames", "segment_objects")
LAST = (
    *("apply_head", "evaluate_classified", "evaluate_segmented", "weigh_objects"),
    *("train_video_classifier", "build_index", "render_report"),
)


@dataclass(frozen=True)
class Peak:
    """The most MB that a stage's process took, and that the largest one it started did."""

    process: int
    started: int


def peak(project: Project, stage: str) -> Peak:
    """Run a stage, and look at its processes all the while. Ends where it fails."""
    with tempfile.TemporaryFile("w+") as said:
        process = psutil.Popen(
            project.command(stage),
            cwd=project.root,
            env=variables(VIDREC_WORKERS=str(WORKERS), **project.code),
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        own = started = 0
        while process.poll() is None:
            own = max(own, _highest(process.pid))
            started = max([started, *map(_highest, _below(process))])
            time.sleep(LOOK_S)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{stage} fails:\n{said.read()}")
    return Peak(own, started)


def _below(process: psutil.Process) -> list[int]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return [child.pid for child in process.children(recursive=True)]
    return []


def _highest(pid: int) -> int:
    """The highest resident size of a process so far, in MB; 0 once it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) // 1024
    return 0


def measure(videos: int, seconds: float, args: argparse.Namespace) -> dict[str, Peak]:
    """The peak of each stage on so many videos, so long."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        project = Project(root, PARAMS)
        made_up.write_networks(root)
        made_up.write_videos(root / "data/videos", videos, seconds, args.distinct)
        found = {stage: peak(project, stage) for stage in FIRST if stage in args.stages}
        made_up.write_findings(root, videos, round(seconds * made_up.FRAMES_PER_SECOND))
        return found | {stage: peak(project, stage) for stage in LAST if stage in args.stages}


def table(columns: Mapping[str, Mapping[str, Peak]]) -> str:
    """The peaks of each stage as lines, and by how much the last are above the first."""
    heads = "".join(f"{title:>8}" for title in columns) + f"{'grows':>8}"
    lines = [f"{'MB at most':<24}{heads}   {heads}  (right: the largest process started)"]
    for stage in next(iter(columns.values())):
        own = _cells([each[stage].process for each in columns.values()])
        started = _cells([each[stage].started for each in columns.values()])
        lines.append(f"{stage:<24}{own}   {started}")
    return "\n".join(lines)


def _cells(values: Sequence[int]) -> str:
    return "".join(f"{value:>8}" for value in values) + f"{_growth(values):>8.0%}"


def _growth(values: Sequence[int]) -> float:
    return values[-1] / values[0] - 1 if values[0] else 0.0


def growing(columns: Mapping[str, Mapping[str, Peak]]) -> list[str]:
    """The stages that take more than wanted in the last column, in either process."""
    every = list(columns.values())
    return [
        stage
        for stage in every[0]
        if _growth([each[stage].process for each in every]) > WANTED
        or _growth([each[stage].started for each in every]) > WANTED
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, nargs="+", default=[100, 1000, 3000])
    parser.add_argument("--seconds", type=float, nargs="+", default=[10, 600], help="lengths")
    parser.add_argument("--few", type=int, default=6, help="how many videos of each length")
    parser.add_argument("--distinct", type=int, default=2, help="how many of the videos differ")
    parser.add_argument("--stages", nargs="+", choices=FIRST + LAST, default=FIRST + LAST)
    args = parser.parse_args()
    print(f"memory: {told(machine())}", flush=True)
    by_count = {f"{each}": measure(each, args.seconds[0], args) for each in args.videos}
    print(f"by videos of {args.seconds[0]:g} s\n{table(by_count)}", flush=True)
    by_length = {f"{each:g} s": measure(args.few, each, args) for each in args.seconds}
    print(f"by length, {args.few} videos\n{table(by_length)}")
    columns = by_count | by_length
    many, long = (", ".join(growing(each)) or "none" for each in (by_count, by_length))
    save("memory", {k: {s: asdict(p) for s, p in v.items()} for k, v in columns.items()})
    print(f"memory: grows with the number of videos: {many}; with their length: {long}")


if __name__ == "__main__":
    main()
