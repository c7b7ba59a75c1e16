"""The per-video stages and what follows, in a process that may be killed at any change of a file.

The code is that of the command line and of the stages; only Mask R-CNN is a stand-in, since its
weights are 180 MB. What is computed, and where it is kept, is noted by the process itself.
"""

import gc
import hashlib
import json
import os
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from tests.projects import ROOT

# Those that a stage imports which are not imported here would be read from the disk in each run.
import vidrec.metrics.retrieval
import vidrec.recommender.against_truth
import vidrec.vectors.weigh_objects
import vidrec.videos.download_videos  # noqa: F401
from vidrec import cli
from vidrec.classifier import frame_classifier
from vidrec.classifier.frame_classifier import ClassifierFiles
from vidrec.detections.masks import COLUMNS, Segments
from vidrec.detections.rle import encode_mask
from vidrec.media.frames import Frames
from vidrec.networks import openvino_runtime, weights
from vidrec.networks.weights import Card
from vidrec.segmenter import object_segmenter, segment_objects
from vidrec.segmenter.object_segmenter import SegmenterFiles
from vidrec.settings.classify_frames import LookingSettings
from vidrec.settings.extract_frames import FrameSettings
from vidrec.settings.segment_objects import SegmenterSettings
from vidrec.videos import extract_frames, framing
from vidrec.workflow import checkpoints, params
from vidrec.workflow.code import digest_of
from vidrec.workflow.files import atomic_directory, atomic_path, sha256_of, write_bytes

SCAN = "scan"
# Each stage with its arguments and the outs that DVC deletes before, in the order of dvc.yaml.
STAGES: dict[str, tuple[str, Sequence[str]]] = {
    "download_videos": ("--videos data/videos", ["data/videos"]),
    "extract_frames": (
        "--videos data/videos --frames data/frames --frame-index data/frames.csv"
        " --metrics metrics/extract_frames.json --failed metrics/plots/failed_videos.csv",
        [],
    ),
    "classify_frames": (
        "--frames data/frames --frame-index data/frames.csv --videos data/videos"
        " --weights data/weights/classifier"
        " --detections data/detections/classified --features data/features",
        ["data/detections/classified", "data/features"],
    ),
    "segment_objects": (
        "--frames data/frames --frame-index data/frames.csv --videos data/videos"
        " --weights data/weights/segmenter"
        " --detections data/detections/segmented --metrics metrics/segment_objects.json",
        ["data/detections/segmented"],
    ),
    "weigh_objects": (
        "--detections data/detections/{detector} --vectors data/vectors.csv"
        " --weighting data/weighting.json --metrics metrics/weigh_objects.json",
        ["data/vectors.csv", "data/weighting.json"],
    ),
    "build_index": (
        "--vectors data/vectors.csv --recommendations data/recommendations.csv"
        " --metrics metrics/build_index.json --index data/index.json",
        ["data/recommendations.csv", "data/index.json"],
    ),
}

# What a process notes: that it computes something, and where it is about to keep it.
NOTES = "notes.txt"
COMPUTES, KEEPS = "computes", "keeps"
OUTPUT = "output.txt"

# What changes the files that there are, as Python tells of it before it is done.
CHANGES = {
    *("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link"),
    *("os.chmod", "os.utime", "os.truncate"),
}


@dataclass(frozen=True)
class Kill:
    """SIGKILL before change `number`, from 1, of the files by `stage`; one that writes a file whole
    is ended halfway."""

    stage: str
    number: int


class _Killer:
    """Counts the changes that are made while the stage at hand is to be killed."""

    def __init__(self, kill: Kill) -> None:
        self._stage, self._left, self._now = kill.stage, kill.number, ""

    def begin(self, stage: str) -> None:
        self._now = stage

    def count(self) -> None:
        if self._now and self._now == self._stage:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in CHANGES or (event == "open" and _writes(arguments)):
            self.count()

    def write(self, path: Path, content: bytes) -> int:
        """`Path.write_bytes`, with a moment between the halves."""
        half = len(content) // 2
        with path.open("wb") as file:
            file.write(content[:half])
            file.flush()
            self.count()
            file.write(content[half:])
        return len(content)


def _writes(arguments: tuple[Any, ...]) -> bool:
    name, _, flags = arguments
    ours = str(name).endswith(NOTES)
    return not ours and bool(flags & (os.O_WRONLY | os.O_RDWR))


class _Segmenter:
    """Stands in for Mask R-CNN: the brighter half of a frame is an object, named by its colour."""

    card = Card("stand-in", ("red", "green", "blue"), 64, (0.5,) * 3, (0.5,) * 3, "made", "")

    def segment(self, frame: NDArray[np.uint8], number: int) -> Segments:
        grey = frame.mean(axis=2)
        mask = grey >= np.median(grey)
        means = frame[mask].mean(axis=0)
        label = self.card.labels[int(means.argmax())]
        row = (number, label, round(float(means.max()) / 255, 6), round(100 * mask.mean(), 4))
        return Segments([number], pd.DataFrame([row], columns=list(COLUMNS)), [encode_mask(mask)])


def _stand_in(folder: Path, settings: SegmenterSettings) -> Any:
    return _Segmenter()


def write_segmenter(folder: Path) -> None:
    """Write a folder of weights of the stand-in."""
    weights.save(folder, {}, _Segmenter.card)


class Host:
    """A process that has all modules loaded, and no threads: its copies do the work.

    What runs the tests has threads, of which a copy knows nothing. Use it in a `with`.
    """

    def __enter__(self) -> "Host":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.runs"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, project: Path, detector: str, kill: Kill | None = None) -> bool:
        """Bring the list of own videos and all outs of `project` up to date; whether it was killed.

        Raises AssertionError, with what was said, where it ended in another way.
        """
        return self._ask(project, "run", detector, *(astuple(kill) if kill else ("", 0)))

    def leave(self, project: Path) -> None:
        """Leave in `project` what a process leaves that is killed while it writes."""
        assert self._ask(project, "leave")

    def _ask(self, project: Path, *words: str | int) -> bool:
        """Whether the copy that does this is killed by it."""
        assert self._process.stdin and self._process.stdout
        print(json.dumps([str(project), *words]), file=self._process.stdin, flush=True)
        code = int(self._process.stdout.readline())
        assert code in (0, -signal.SIGKILL), (project / OUTPUT).read_text()
        return code != 0


def host() -> None:
    """What the process of a `Host` does: for each line that it reads, a copy and how that ends."""
    torch.set_num_threads(1)
    _take_digests_once()
    # What is there stays: a copy that looked through it for garbage would make it its own.
    gc.freeze()
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            _work(*json.loads(line))
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    gc.unfreeze()


def computed(project: Path) -> list[list[str]]:
    """What was noted since this was asked last: words, line by line."""
    notes = project / NOTES
    if not notes.exists():
        return []
    lines = [line.split("\t") for line in notes.read_text().splitlines()]
    notes.unlink()
    return lines


def _take_digests_once() -> None:
    """The code stays the same, and a second of each run would go by for its digest."""
    taken = cache(digest_of)
    for module in (framing, frame_classifier, object_segmenter):
        taken((module,))
    setattr(checkpoints, "digest_of", lambda modules: taken(tuple(modules)))  # noqa: B010


def _work(project: str, what: str, *words: Any) -> NoReturn:
    try:
        _enter(project)
        if what == "leave":
            _die_writing()
        detector, stage, number = words
        _run(detector, Kill(stage, number))
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _enter(project: str) -> None:
    os.chdir(project)
    output = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, sys.stdout.fileno())
    os.dup2(output, sys.stderr.fileno())
    for name in [name for name in os.environ if name.startswith(("DVC_", "VIDREC_"))]:
        del os.environ[name]
    os.environ["VIDREC_WORKERS"] = "1"
    Path("tmp").mkdir(exist_ok=True)
    tempfile.tempdir = os.environ["TMPDIR"] = str(Path("tmp").absolute())


def _die_writing() -> None:
    with (
        atomic_directory(Path("data/frames/base/0")) as folder,
        atomic_directory(Path(".vidrec/checkpoints/frames/0")) as kept,
        atomic_path(Path(".vidrec/checkpoints/extract_frames/0")) as file,
    ):
        (folder / "1.jpg").write_bytes(b"half")
        (kept / "1.jpg").write_bytes(b"half")
        file.write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)


def _run(detector: str, kill: Kill) -> None:
    _note_all()
    # The same in all stages: to parse it takes longer than what they do in these small projects.
    setattr(params, "read", cache(params.read))  # noqa: B010
    killer = _Killer(kill)
    _listen(killer)
    killer.begin(SCAN)
    _end_well(partial(_call, cli.main, ["vidrec", "scan"]))
    for stage, (arguments, outs) in STAGES.items():
        # As DVC does, without a kill: it is the stages' that are counted.
        killer.begin("")
        for out in outs:
            _remove(Path(out))
        killer.begin(stage)
        script = str(ROOT / "stages" / f"{stage}.py")
        words = [script, *arguments.format(detector=detector).split()]
        _end_well(partial(_call, partial(runpy.run_path, script, run_name="__main__"), words))


def _listen(killer: _Killer) -> None:
    def write(path: Path, content: bytes) -> int:
        return killer.write(path, content)

    setattr(Path, "write_bytes", write)  # noqa: B010
    sys.addaudithook(killer.hear)


def _call(function: Callable[[], Any], arguments: list[str]) -> None:
    sys.argv = arguments
    function()


def _end_well(work: Callable[[], None]) -> None:
    try:
        work()
    except SystemExit as ended:
        if ended.code:
            raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _note(*words: object) -> None:
    with Path(NOTES).open("a") as notes:
        notes.write("\t".join(map(str, words)) + "\n")


def _note_all() -> None:
    """Have each stage note what it computes of which content with which params."""
    extract, classify = framing.extract_video, frame_classifier.classify_video
    segment, keep = object_segmenter.segment_video, write_bytes

    def extracting(settings: FrameSettings, file: Path) -> Any:
        _note(COMPUTES, "extract", sha256_of(file), settings.fps, settings.max_seconds)
        return extract(settings, file)

    def classifying(files: ClassifierFiles, settings: LookingSettings, frames: Frames) -> Any:
        card = weights.read_card(files.weights).sha256
        _note(COMPUTES, "classify", digest(frames.files), settings.batch_size, card)
        return classify(files, settings, frames)

    def segmenting(files: SegmenterFiles, settings: SegmenterSettings, frames: Frames) -> Any:
        _note(COMPUTES, "segment", digest(frames.files), settings.frame_fps, settings.fps)
        return segment(files, settings, frames)

    def keeping(path: Path, content: bytes) -> None:
        # A network that is converted is not of one video.
        if openvino_runtime.STORE not in Path(path).parts:
            _note(KEEPS, path)
        keep(path, content)

    for module, name, noting in (
        (extract_frames, "extract_video", extracting),
        (frame_classifier, "classify_video", classifying),
        (segment_objects, "segment_video", segmenting),
        (segment_objects, "load_segmenter", _stand_in),
        (object_segmenter, "load_segmenter", _stand_in),
        (checkpoints, "write_bytes", keeping),
    ):
        setattr(module, name, noting)


def digest(frames: Sequence[bytes]) -> str:
    """What stands for the frames of a video in the notes."""
    each = [hashlib.sha256(content).digest() for content in frames]
    return hashlib.sha256(b"".join(each)).hexdigest()


if __name__ == "__main__":
    host()
