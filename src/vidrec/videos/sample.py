"""The sample source: rendered clips of four categories that share some of their objects.

A category has a few themes. Each video draws a mixture of objects around one theme's weights, and
is cut from two shots, each with a backdrop and objects of its own from that mixture: a large one
that stays, others that come and go. Who drew what is known exactly (see `draw_truth`), so that
every later stage can be held against the truth.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vidrec.drawing.objects import LABELS
from vidrec.drawing.scenes import (
    CANVAS_HEIGHT,
    CANVAS_WIDTH,
    Scene,
    Track,
    VisibleObject,
    paint,
    paint_backdrop,
    random_track,
)
from vidrec.media.archives import pack, unpack
from vidrec.media.ffmpeg import encode_clip, version
from vidrec.videos.manifest import Entry
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.code import versions
from vidrec.workflow.files import write_bytes
from vidrec.workflow.video import Video

# Clips have this branch of seeds for themselves (see PURPOSES in drawing/stills.py).
SEED_BRANCH = 0

# Category -> theme -> weight of each object in it.
THEMES: dict[str, dict[str, dict[str, float]]] = {
    "music": {
        "guitar session": {"guitar": 0.55, "person": 0.25, "microphone": 0.2},
        "drum solo": {"drum": 0.6, "person": 0.2, "microphone": 0.2},
        "piano recital": {"piano": 0.65, "person": 0.2, "microphone": 0.15},
        "band": {"guitar": 0.2, "drum": 0.2, "piano": 0.15, "microphone": 0.25, "person": 0.2},
    },
    "pets": {
        "cats": {"cat": 0.65, "ball": 0.15, "person": 0.15, "tree": 0.05},
        "dogs": {"dog": 0.55, "ball": 0.15, "person": 0.15, "tree": 0.15},
        "birds": {"bird": 0.65, "tree": 0.25, "cat": 0.05, "person": 0.05},
    },
    "cars": {
        "road": {"car": 0.65, "tree": 0.2, "bus": 0.1, "bicycle": 0.05},
        "city traffic": {
            "car": 0.42,
            "bus": 0.2,
            "traffic light": 0.2,
            "person": 0.12,
            "bicycle": 0.06,
        },
    },
    "cycling": {
        "road race": {"bicycle": 0.6, "person": 0.2, "tree": 0.13, "car": 0.07},
        "city rides": {
            "bicycle": 0.46,
            "person": 0.2,
            "traffic light": 0.12,
            "car": 0.1,
            "tree": 0.06,
            "bus": 0.06,
        },
    },
}

# How close a video's mixture stays to its theme: the total weight of the Dirichlet draw.
CONCENTRATION = 20.0
# Weight of every object in every video: a little of anything may turn up.
STRAY_WEIGHT = 0.04
# Where the second shot begins, as a share of the clip: so early that two frames of it, one in each
# half, show both.
CUT = (0.3, 0.5)
# How much of the backdrop the camera leaves out, and so how far it can pan.
PAN_SHARE = 0.08


@dataclass(frozen=True)
class Clip:
    """Which clip to render: its place in its category decides its content, given the seed."""

    category: str
    index: int

    @property
    def video(self) -> Video:
        return Video(self.category, f"{self.category}_{self.index:03d}")


@dataclass(frozen=True)
class ClipSettings:
    """What decides the pictures of a clip, besides which clip it is; `fps` is that of the clip."""

    seed: int
    seconds: float
    fps: int

    @property
    def pictures(self) -> int:
        """How many pictures a clip has."""
        return max(1, round(self.seconds * self.fps))


@dataclass(frozen=True)
class Shot:
    """What happens from `begin` to `end` (seconds of the clip), between two hard cuts.

    The camera pans from and to a share of what it leaves out.
    """

    begin: float
    end: float
    scene: Scene
    pan: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Plan:
    """What happens in a clip; the shots follow each other without a gap."""

    title: str
    shots: tuple[Shot, ...]

    def at(self, time: float) -> int:
        """Number of the shot (from 0) that is seen at `time` (seconds)."""
        return sum(shot.begin <= time for shot in self.shots) - 1


@dataclass(frozen=True)
class Drawn:
    """A rendered clip: the MP4 file, and its title."""

    clip: bytes
    title: str


def all_clips(per_category: int) -> list[Clip]:
    """`per_category` clips of each category."""
    return [Clip(name, number) for name in THEMES for number in range(1, per_category + 1)]


def take(folder: Path, settings: ClipSettings, per_category: int) -> list[Entry]:
    """Render `per_category` clips of each category into `folder`/<category>/<video_id>.mp4.

    Gives an entry per clip. Clips rendered before, by a run that was killed, are not rendered
    again.
    """
    store = Checkpoints(
        "download_videos",
        [sys.modules[__name__]],
        [settings, version(), versions("numpy", "pillow")],
        pack=_pack,
        unpack=_unpack,
    )
    make = partial(render, settings=settings)
    clips = all_clips(per_category)
    drawn = complete(store, clips, digest, make, title="render videos", name=name_of)
    return [_put(folder, clip, settings, each) for clip, each in drawn]


def digest(clip: Clip) -> tuple[str, Clip]:
    """What tells a clip from others with the same settings, and the clip."""
    return clip.video.video_id, clip


def name_of(clip: Clip) -> str:
    """What the diary calls a clip."""
    return str(clip.video)


def _put(folder: Path, clip: Clip, settings: ClipSettings, drawn: Drawn) -> Entry:
    file = clip.video.below(folder, ".mp4")
    write_bytes(file, drawn.clip)
    return Entry(
        clip.video,
        source="sample",
        title=f"{drawn.title} {clip.index}",
        file=file,
        duration_s=settings.pictures / settings.fps,
    )


def render(clip: Clip, settings: ClipSettings) -> Drawn:
    """The clip, which is a function of these two."""
    planned = plan(clip, settings)
    painted = paint_some(planned, settings, range(settings.pictures))
    pictures = [picture.tobytes() for picture, _ in painted]
    made = encode_clip(pictures, CANVAS_WIDTH, CANVAS_HEIGHT, settings.fps)
    return Drawn(made, planned.title)


def _pack(drawn: Drawn) -> bytes:
    return pack({"clip.mp4": drawn.clip, "title.txt": drawn.title.encode()})


def _unpack(content: bytes) -> Drawn:
    parts = unpack(content)
    return Drawn(parts["clip.mp4"], parts["title.txt"].decode())


def paint_some(
    planned: Plan, settings: ClipSettings, indexes: Iterable[int]
) -> Iterator[tuple[Image.Image, list[VisibleObject]]]:
    """The clip's pictures at `indexes` (from 0), each with the objects in sight."""
    backdrops = [paint_backdrop(shot.scene.background_seed) for shot in planned.shots]
    for index in indexes:
        time = index / settings.fps
        number = planned.at(time)
        shot = planned.shots[number]
        share = (time - shot.begin) / (shot.end - shot.begin)
        yield paint(shot.scene, _panned(backdrops[number], shot.pan, share), time)


def _panned(
    backdrop: Image.Image, pan: tuple[tuple[float, float], tuple[float, float]], share: float
) -> Image.Image:
    """What the camera sees of `backdrop` after a `share` (0..1) of its way."""
    start, end = np.array(pan[0]), np.array(pan[1])
    x, y = PAN_SHARE * (start + share * (end - start)) * (CANVAS_WIDTH, CANVAS_HEIGHT)
    width, height = (1 - PAN_SHARE) * CANVAS_WIDTH, (1 - PAN_SHARE) * CANVAS_HEIGHT
    size = (CANVAS_WIDTH, CANVAS_HEIGHT)
    return backdrop.resize(size, Image.Resampling.BILINEAR, box=(x, y, x + width, y + height))


def plan(clip: Clip, settings: ClipSettings) -> Plan:
    """What happens in `clip`: a theme, a mixture of objects around it, and shots of these."""
    category = list(THEMES).index(clip.category)
    rng = np.random.default_rng([settings.seed, SEED_BRANCH, category, clip.index])
    themes = THEMES[clip.category]
    title = str(rng.choice(list(themes)))
    mixture = _mixture(themes[title], rng)
    spans = pairwise(_cuts(settings.seconds, rng))
    return Plan(title, tuple(_shot(mixture, span, rng) for span in spans))


def _mixture(weights: dict[str, float], rng: np.random.Generator) -> NDArray[np.float64]:
    """Probability of each label of `LABELS`, (labels,), drawn around the theme's `weights`."""
    usual = np.array([weights.get(label, 0.0) for label in LABELS])
    return rng.dirichlet(CONCENTRATION * usual + STRAY_WEIGHT)


def _cuts(seconds: float, rng: np.random.Generator) -> list[float]:
    """Where a clip's two shots begin, and the end."""
    return [0.0, seconds * float(rng.uniform(*CUT)), seconds]


def _shot(
    mixture: NDArray[np.float64], span: tuple[float, float], rng: np.random.Generator
) -> Shot:
    tracks = _tracks(mixture, span, rng)
    start, end = rng.uniform(0, 1, (2, 2)).tolist()
    scene = Scene(int(rng.integers(2**31)), tracks)
    return Shot(*span, scene, (tuple(start), tuple(end)))


def _tracks(
    mixture: NDArray[np.float64], span: tuple[float, float], rng: np.random.Generator
) -> tuple[Track, ...]:
    """One object that stays on one side, behind 2 to 4 others that come and go in turn, most of
    them on the other side."""
    count = int(rng.integers(2, 5))
    staying, *others = (str(label) for label in rng.choice(LABELS, count + 1, p=mixture))
    sides = ((0.22, 0.38), (0.6, 0.85))
    near, far = sides if rng.random() < 0.5 else sides[::-1]
    tracks = [random_track(staying, rng, span=span, scale_range=(0.8, 1.25), across=near)]
    for turn, label in enumerate(others):
        side = far if rng.random() < 0.8 else near
        turned = _turn(span, turn, count, rng)
        tracks.append(random_track(label, rng, span=turned, scale_range=(0.8, 1.05), across=side))
    return tuple(tracks)


def _turn(
    span: tuple[float, float], turn: int, count: int, rng: np.random.Generator
) -> tuple[float, float]:
    """When number `turn` of `count` objects comes and goes, within `span`."""
    begin, end = span
    length = end - begin
    middle = begin + length * (turn + rng.uniform(0, 1)) / count
    half = length * rng.uniform(0.2, 0.35)
    return (max(begin, middle - half), min(end, middle + half))
