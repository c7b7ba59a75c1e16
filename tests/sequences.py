"""What a user may do to own videos and params, at random, with runs between that are killed.

`python -m tests.sequences [COUNT]` (`make sequences`) tries 100 sequences. Of each:

- in the end all outs are, byte for byte, those of a project that is made from nothing;
- each run computes what was never computed before of that content with those params: no more, no
  less, but for the one video that was in hand at a kill, and for what the store has lost;
- nothing of a killed run is left over after the next.
"""

import argparse
import hashlib
import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
import yaml
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from tests import runs
from tests.projects import ROOT
from tests.runs import COMPUTES, SCAN, STAGES, Host, Kill

from vidrec.commands import collection
from vidrec.media import ffmpeg
from vidrec.networks import weights
from vidrec.networks.image_classifiers import build_classifier
from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos.framing import extract_video
from vidrec.videos.listing import REMOVED, Listed, read_listing
from vidrec.workflow import params
from vidrec.workflow.checkpoints import DIGEST_BYTES
from vidrec.workflow.files import sha256_of

SEQUENCES = 100

# Frames of each clip, at three per second.
LENGTHS = (2, 3, 3, 4, 4, 5, 6, 6)
# And one file that is no video, under the name of one.
BAD = len(LENGTHS)
# These stay, so that there always are two videos to compare.
BASE = ("base/one.mp4", "base/two.mp4")
PATHS = tuple(f"{folder}/{name}.mp4" for folder in ("cars", "cats & dogs") for name in "abcd")
NETWORKS = 2

# Values of params, the first being those that a sequence begins with.
VALUES: dict[tuple[str, str], tuple[Any, ...]] = {
    ("extract_frames", "fps"): (3, 2, 1),
    # Some clips are shorter than a second: other params, the same frames.
    ("extract_frames", "max_seconds"): (60.0, 1.0),
    ("classify_frames", "batch_size"): (4, 1),
    ("segment_objects", "fps"): (1.0, 0.5),
    ("weigh_objects", "detector"): ("classified", "segmented"),
    ("weigh_objects", "term"): ("confidence", "count"),
    ("weigh_objects", "idf"): (True, False),
    ("build_index", "neighbors"): (10, 1),
}

# What is computed: the stage, the SHA-256 of what it is of, and the params, as texts.
Work = tuple[str, ...]


@dataclass
class Counts:
    """What has been done so far, in all sequences."""

    sequences: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    computed: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        changes = ", ".join(f"{count} {name}" for name, count in sorted(self.changes.items()))
        kills = ", ".join(f"{count} in {name}" for name, count in sorted(self.kills.items()))
        made = ", ".join(f"{count} {name}" for name, count in sorted(self.computed.items()))
        return (
            f"{self.sequences} sequences: {self.changes.total()} changes ({changes}), {self.runs}"
            f" runs, {self.kills.total()} of them killed ({kills}); computed of videos: {made}"
        )


class Project:
    """A project of own videos, and what has been computed in it."""

    def __init__(self, host: Host, top: Path) -> None:
        self._host = host
        self.top, self.videos = top / "project", top / "videos"
        self.kept: dict[Path, Work] = {}
        self.params = first_params(self.videos)
        write_project(self.top)
        self._write_params()
        for number, path in enumerate(BASE):
            self.put(path, number)
        self.choose_network(0)

    # What may be done to it.

    def put(self, path: str, clip: int) -> None:
        """Add a file, or let another take its place."""
        target = self.videos / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(clips()[clip])

    def delete(self, path: str) -> None:
        (self.videos / path).unlink(missing_ok=True)

    def rename(self, path: str, to: str) -> None:
        if (self.videos / path).exists():
            (self.videos / to).parent.mkdir(parents=True, exist_ok=True)
            (self.videos / path).replace(self.videos / to)

    def take_out(self, number: int) -> None:
        """`vidrec remove` of one of those in the list, but for the BASE."""
        found = [x for x in self.listed() if x.counts and x.path not in BASE]
        if found:
            name = found[number % len(found)].video_id
            collection.remove_listed(self.listing, name)

    def put_back(self, number: int) -> None:
        """`vidrec remove --undo`."""
        found = [x for x in self.listed() if x.status == REMOVED]
        if found:
            collection.restore_listed(self.listing, found[number % len(found)].video_id)

    def set(self, section: str, key: str, value: Any) -> None:
        self.params[section][key] = value
        self._write_params()

    def _write_params(self) -> None:
        (self.top / "params.yaml").write_text(yaml.safe_dump(self.params))

    def choose_network(self, number: int) -> None:
        folder = self.top / "data/weights/classifier"
        shutil.rmtree(folder, ignore_errors=True)
        write_network(folder, number)

    def damage(self, number: int, how: str) -> None:
        """Damage a piece of finished work, as a full disk or a dying one does."""
        found = [path for path in sorted(self.kept) if path.exists()]
        if found:
            path = found[number % len(found)]
            path.write_bytes(damaged(path.read_bytes(), how))
            del self.kept[path]

    def damage_frames(self, number: int, how: str) -> None:
        """Damage the frames of a video: those that are kept have links of the same files."""
        found = sorted((self.top / "data/frames").glob("*/*/1.jpg"))
        if not found:
            return
        frame = found[number % len(found)]
        if how == "deleted":
            shutil.rmtree(frame.parent)
            return
        kept = self.top / ".vidrec/checkpoints/frames"
        same = [path.parent.name for path in kept.glob("*/1.jpg") if path.samefile(frame)]
        self.kept = {p: w for p, w in self.kept.items() if not set(same) & {folder_of(p, w)}}
        frame.chmod(0o644)
        frame.write_bytes(damaged(frame.read_bytes(), how))

    def leave(self) -> None:
        """Something of a process that was killed while it wrote."""
        self._host.leave(self.top)

    # What is asked of it.

    @property
    def listing(self) -> Path:
        return self.top / "manifests/directory.csv"

    def listed(self) -> list[Listed]:
        return read_listing(self.listing)

    def files(self) -> dict[str, str]:
        """The SHA-256 of each file, by its path below the directory of the videos."""
        found = (path for path in sorted(self.videos.rglob("*")) if path.is_file())
        return {path.relative_to(self.videos).as_posix(): sha256_of(path) for path in found}

    def run(self, kill: Kill | None, counts: Counts) -> None:
        """Bring all up to date, and check what was computed and what is there."""
        done = set(self.kept.values())
        killed = self._host.run(self.top, self.detector(), kill)
        computed = self._computed()
        check_computed(self, computed, done, killed)
        if not killed:
            check_listed(self)
            assert not left_over(self.top)
        counts.runs += 1
        counts.kills.update([kill.stage] if killed and kill else [])
        counts.computed.update(work[0] for work in computed)

    def detector(self) -> str:
        return str(self.params["weigh_objects"]["detector"])

    def _computed(self) -> list[Work]:
        """What the last run has computed. What it was to keep is known from now on, if it is."""
        computed: list[Work] = []
        for what, *words in runs.computed(self.top):
            if what == COMPUTES:
                computed.append(tuple(words))
            elif is_whole(Path(words[0])):
                self.kept[Path(words[0])] = computed[-1]
        return computed


def folder_of(path: Path, work: Work) -> str | None:
    """Where the frames lie of a piece of finished work, of the stage that takes them."""
    if work[0] != "extract" or not path.exists():
        return None
    return str(json.loads(path.read_bytes()[DIGEST_BYTES:])["folder"])


def is_whole(path: Path) -> bool:
    """Whether a piece is kept: a kill before it took its place leaves a damaged one there."""
    content = path.read_bytes() if path.exists() else b""
    return hashlib.sha256(content[DIGEST_BYTES:]).digest() == content[:DIGEST_BYTES]


def check_computed(project: Project, computed: list[Work], done: set[Work], killed: bool) -> None:
    """That a run computes what is wanted and not `done`, and each once."""
    bad = sha256(BAD)
    good = [work for work in computed if work[1] != bad]
    assert len(set(good)) == len(good), "computed twice in one run"
    assert not set(good) & done, "computed before"
    in_hand = set(good) - set(project.kept.values())
    assert len(in_hand) <= (1 if killed else 0), "computed and not kept"
    if killed:
        return
    files = project.files()
    # A failure is not kept: the file may be mended, or what read it.
    assert len(computed) - len(good) == sum(each == bad for each in files.values())
    wanted = set(work_of(project, [x.sha256 for x in project.listed() if x.counts]))
    looked_at = {each for each in work_of(project, files.values()) if each[0] == "extract"}
    assert wanted - done <= set(good), "not computed"
    assert set(good) <= wanted | looked_at, "computed for nothing"


def work_of(project: Project, digests: Iterable[str]) -> Iterator[Work]:
    """All that is to be computed of videos of such content, with the params as they are."""
    taking = params.checked(FrameSettings, project.params["extract_frames"])
    card = weights.read_card(project.top / "data/weights/classifier").sha256
    batch = project.params["classify_frames"]["batch_size"]
    looks = project.params["segment_objects"]["fps"]
    for each in set(digests) - {sha256(BAD)}:
        frames = digest_of_frames(each, taking)
        yield "extract", each, str(taking.fps), str(taking.max_seconds)
        yield "classify", frames, str(batch), card
        yield "segment", frames, str(taking.fps), str(looks)


def check_listed(project: Project) -> None:
    """That the list has the files that there are, and one video of each content in a category."""
    listed = project.listed()
    assert {each.path: each.sha256 for each in listed} == project.files()
    counted = Counter((x.category, x.sha256) for x in listed if x.counts)
    taken_out = {(x.category, x.sha256) for x in listed if x.status == REMOVED}
    every = {(x.category, x.sha256) for x in listed if x.sha256 != sha256(BAD)}
    assert counted == Counter(every - taken_out)


def left_over(top: Path) -> list[Path]:
    """What is on its way to its place, or was."""
    return [path for path in top.rglob(".*") if "-tmp-" in path.name]


def outs(top: Path) -> dict[str, bytes]:
    """All that the workflow writes into a project, but for the weights."""
    found = [path for name in ("data", "metrics", "manifests") for path in (top / name).rglob("*")]
    files = (path for path in found if path.is_file() and "weights" not in path.parts)
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in files}


def from_nothing(host: Host, project: Project, top: Path) -> dict[str, bytes]:
    """The outs of a project that has the same videos, list and params, and no past."""
    for name in ("params.yaml", "dvc.yaml", "stages", "manifests", "data/weights"):
        copy = shutil.copytree if (project.top / name).is_dir() else shutil.copy
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        copy(project.top / name, top / name)
    assert not host.run(top, project.detector())
    return outs(top)


def write_project(top: Path) -> None:
    """What a project needs before its first run, but for its params and its classifier."""
    for name in ("stages", "manifests"):
        (top / name).mkdir(parents=True)
    shutil.copy(ROOT / "dvc.yaml", top)
    runs.write_segmenter(top / "data/weights/segmenter")


def first_params(videos: Path) -> dict[str, dict[str, Any]]:
    """The params that a sequence begins with, by section: those of the stages that are run."""
    every = yaml.safe_load((ROOT / "params.yaml").read_text())
    chosen: dict[str, dict[str, Any]] = {name: every[name] for name in (*STAGES, "run")}
    chosen["download_videos"] |= {"source": "directory", "directory": str(videos)}
    chosen["extract_frames"]["size"] = 32
    for name in ("classify_frames", "segment_objects"):
        chosen[name]["precision"] = "fp32"
    for (section, key), values in VALUES.items():
        chosen[section][key] = values[0]
    return chosen


def write_network(folder: Path, number: int) -> None:
    """Write weights of a tiny classifier, untrained, yet of various answers."""
    torch.manual_seed(number)
    network = build_classifier("shufflenet_v2_x0_5", 3)
    tensors = network.state_dict()
    tensors["fc.weight"] *= 1000
    half = (0.5, 0.5, 0.5)
    card = weights.Card("shufflenet_v2_x0_5", ("cat", "dog", "tree"), 64, half, half, "made", "")
    weights.save(folder, tensors, card)


@cache
def clips() -> Sequence[bytes]:
    """The content of each file that there may be: clips of squares in colours, and the BAD one."""
    made = []
    for seed, length in enumerate(LENGTHS):
        squares = np.random.default_rng(seed).integers(0, 256, (length, 3, 4, 3), dtype=np.uint8)
        frames = squares.repeat(12, axis=1).repeat(12, axis=2)
        made.append(ffmpeg.encode_clip([frame.tobytes() for frame in frames], 48, 36, 3))
    return [*made, made[0][:100]]


@cache
def sha256(clip: int) -> str:
    return hashlib.sha256(clips()[clip]).hexdigest()


@cache
def digest_of_frames(sha: str, taking: FrameSettings) -> str:
    """What stands for the frames of the clip of such content."""
    content = next(each for number, each in enumerate(clips()) if sha256(number) == sha)
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        Path(file.name).write_bytes(content)
        return runs.digest(extract_video(taking, Path(file.name)).frames)


def damaged(content: bytes, how: str) -> bytes:
    if how == "flipped":
        at = len(content) // 2
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    return content[: len(content) // 2] if how == "cut" else b""


# A change is the name of a method of Project, and its arguments.
Change = tuple[str, tuple[Any, ...]]
Round = tuple[list[Change], Kill | None]

SETTINGS = [(*name, value) for name, values in VALUES.items() for value in values]
MAKE: dict[str, Callable[[Random], tuple[Any, ...]]] = {
    "put": lambda random: (random.choice(PATHS), random.randrange(BAD + 1)),
    "delete": lambda random: (random.choice(PATHS),),
    "rename": lambda random: tuple(random.sample(PATHS, 2)),
    "take_out": lambda random: (random.randrange(10),),
    "put_back": lambda random: (random.randrange(10),),
    "set": lambda random: random.choice(SETTINGS),
    "choose_network": lambda random: (random.randrange(NETWORKS),),
    "damage": lambda random: (random.randrange(100), random.choice(("cut", "emptied", "flipped"))),
    "damage_frames": lambda random: (
        random.randrange(100),
        random.choice(("cut", "emptied", "deleted")),
    ),
    "leave": lambda random: (),
}
# How often each is chosen: there must be videos for the others to be of any.
OFTEN = {"put": 4, "set": 3, "damage": 2, "damage_frames": 2}
# More often where each video takes its time.
KILLED = (SCAN, *STAGES, SCAN, "extract_frames", "classify_frames", "segment_objects")


def round_of(random: Random) -> Round:
    """Some changes, and a run that in two of three cases is to be killed."""
    names = random.choices(
        list(MAKE), [OFTEN.get(each, 1) for each in MAKE], k=random.randint(1, 4)
    )
    kill = Kill(random.choice(KILLED), random.randint(1, 40)) if random.random() < 2 / 3 else None
    return [(name, MAKE[name](random)) for name in names], kill


def hold(count: int) -> Counts:
    """Try `count` sequences, always the same. Raises AssertionError for one that fails."""
    counts = Counts()

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        # What is changed and killed follows from the random numbers: fewer make no simpler case.
        phases=[Phase.generate],
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    # Strategies of hypothesis would try the simplest first and vary that, which are seconds each.
    @given(st.integers(2, 5), st.randoms(use_true_random=True))
    def holds(rounds: int, random: Random) -> None:
        played = [round_of(random) for _ in range(rounds)]
        note(f"rounds of changes and a kill: {played}")
        with tempfile.TemporaryDirectory() as name:
            _play(host, Path(name), played, counts)

    with Host() as host:
        holds()
    return counts


def _play(host: Host, top: Path, rounds: Sequence[Round], counts: Counts) -> None:
    project = Project(host, top)
    for changes, kill in rounds:
        for name, arguments in changes:
            getattr(project, name)(*arguments)
            counts.changes[name] += 1
        project.run(kill, counts)
    project.run(None, counts)
    assert_same(outs(project.top), from_nothing(host, project, top / "fresh"))
    counts.sequences += 1


def assert_same(found: dict[str, bytes], wanted: dict[str, bytes]) -> None:
    differing = [path for path in {*found, *wanted} if found.get(path) != wanted.get(path)]
    assert not differing, f"not as from nothing: {sorted(differing)}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Change videos and params at random, run and kill")
    parser.add_argument("count", nargs="?", type=int, default=SEQUENCES)
    count, began = parser.parse_args().count, time.monotonic()
    print(f"{hold(count)}; {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
